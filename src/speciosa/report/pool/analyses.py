"""What stands beside the pool: influence, growth by year, small studies, moderators, subgroups."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.effect_sizes import EffectSizes, Handling, Measure
from speciosa.evidence.pooling import (
    AsymmetryTest,
    Refits,
    begg,
    cumulative,
    egger,
    egger_random_effects,
    harbord,
    influence,
    leave_one_out,
    meta_regression,
    peters,
    subgroups,
    trim_and_fill,
)
from speciosa.report.pool.document import (
    Coefficient,
    Filled,
    Group,
    Grouped,
    Influences,
    Refit,
    Regressed,
    SmallStudy,
    Test,
)
from speciosa.report.pool.question import Model, asked
from speciosa.report.pool.scale import exp_of, finite

_FEWEST = 3
_LIMITS = (
    "DFFITS above 3 / sqrt(k - 1), Cook's distance beyond the median of chi-squared with 1 df, or "
    "a hat value above 3 / k"
)


def influences(sizes: EffectSizes, model: Model) -> Influences | None:
    """The pool without each study; None for fewer than three studies."""
    if len(sizes.labels) < _FEWEST:
        return None
    without = asked(
        "--method",
        model.method,
        lambda: leave_one_out(sizes, method=model.method, ci=model.ci, level=model.level),
    )
    marked = asked("--method", model.method, lambda: influence(sizes, method=model.method))
    return Influences(
        leave_one_out=tuple(_refits(without, sizes)),
        influential=tuple(
            label for label, is_ in zip(marked.labels, marked.influential, strict=True) if is_
        ),
        limits=_LIMITS,
    )


def cumulated(sizes: EffectSizes, model: Model, *, needed: bool) -> tuple[Refit, ...] | None:
    """The pool as it grew by year; None where no study has a year.

    Raises ``InputError`` where it was asked for and cannot be had.
    """
    if not any(year is not None for year in sizes.years):
        if needed:
            accepted = "a file with a column year"
            raise InputError([InputProblem("--cumulative", "no year in the file", accepted)])
        return None
    grown = asked(
        "--method",
        model.method,
        lambda: cumulative(sizes, method=model.method, ci=model.ci, level=model.level),
    )
    return tuple(_refits(grown, sizes))


def _refits(found: Refits, sizes: EffectSizes) -> Iterator[Refit]:
    ratio = sizes.measure.is_ratio
    years = found.years or (None,) * len(found.labels)
    for i, label in enumerate(found.labels):
        value, low, high = (float(a[i]) for a in (found.estimate, found.ci_low, found.ci_high))
        yield Refit(
            label=label,
            year=years[i],
            k=int(found.k[i]),
            estimate=value,
            se=float(found.se[i]),
            ci_low=low,
            ci_high=high,
            tau2=finite(float(found.tau2[i])),
            estimate_exp=exp_of(value, ratio),
            ci_low_exp=exp_of(low, ratio),
            ci_high_exp=exp_of(high, ratio),
        )


# ------------------------------------------------------------------ small studies


def small_study(sizes: EffectSizes, model: Model) -> SmallStudy | None:
    """Tests for asymmetry and trim and fill; None for fewer than three studies."""
    if len(sizes.labels) < _FEWEST:
        return None
    level, notes, tests = model.level, list[str](), list[Test]()
    makers: list[Callable[[], AsymmetryTest]] = [
        lambda: egger(sizes, level=level),
        lambda: egger_random_effects(sizes, method=model.method, level=level),
    ]
    counts = sizes.counts
    if sizes.measure is Measure.OR and counts is not None:
        makers += [lambda: harbord(counts, level=level), lambda: peters(sizes, level=level)]
    for make in makers:
        try:
            tests.append(_test(made := make()))
            notes.append(made.warning)
        except ValueError as error:
            notes.append(str(error))
    filled = None
    try:
        rank = begg(sizes)
        tests.append(
            Test(name="Begg, rank correlation", k=rank.k, stat=rank.tau, df=None, p=rank.p)
        )
        notes.append(rank.warning)
        filled = _filled(sizes, model)
    except ValueError as error:
        notes.append(str(error))
    said = tuple(dict.fromkeys(note for note in notes if note))
    return SmallStudy(tests=tuple(tests), trim_and_fill=filled, notes=said)


def _test(found: AsymmetryTest) -> Test:
    return Test(
        name=found.name,
        k=found.k,
        stat=found.slope.stat,
        df=found.slope.df,
        p=found.slope.p,
        slope=found.slope.estimate,
        slope_se=found.slope.se,
        limit=found.limit.estimate,
        limit_low=found.limit.ci_low,
        limit_high=found.limit.ci_high,
    )


def _filled(sizes: EffectSizes, model: Model) -> Filled:
    made = trim_and_fill(sizes, method=model.method, ci=model.ci, level=model.level)
    ratio, pooled = sizes.measure.is_ratio, made.pooled
    return Filled(
        side=made.side,
        k0=made.k0,
        estimate=pooled.estimate,
        ci_low=pooled.ci_low,
        ci_high=pooled.ci_high,
        estimate_exp=exp_of(pooled.estimate, ratio),
        ci_low_exp=exp_of(pooled.ci_low, ratio),
        ci_high_exp=exp_of(pooled.ci_high, ratio),
    )


# ------------------------------------------------------------------ moderators and subgroups


def regressed(
    sizes: EffectSizes, moderators: tuple[str, ...], model: Model
) -> tuple[Regressed | None, tuple[Handling, ...]]:
    """The meta-regression that was asked for. Raises ``InputError`` where it cannot be fitted."""
    if not moderators:
        return None, ()
    names = tuple(_heading(sizes, name, "--moderator") for name in moderators)
    try:
        got = meta_regression(sizes, names, method=model.method, ci=model.ci, level=model.level)
    except ValueError as error:
        given = ", ".join(moderators)
        raise InputError([InputProblem("--moderator", given, str(error))]) from None
    made = Regressed(
        moderators=names,
        k=got.k,
        coefficients=tuple(
            Coefficient(
                name=one.name,
                estimate=one.result.estimate,
                se=one.result.se,
                ci_low=one.result.ci_low,
                ci_high=one.result.ci_high,
                stat=one.result.stat,
                df=one.result.df,
                p=one.result.p,
            )
            for one in got.coefficients
        ),
        tau2=got.tau2,
        tau2_low=got.tau2_low,
        tau2_high=got.tau2_high,
        r2=got.r2,
        qe=got.qe,
        qe_df=got.qe_df,
        qe_p=got.qe_p,
        qm=got.qm,
        qm_df=got.qm_df,
        qm_df2=got.qm_df2,
        qm_p=got.qm_p,
    )
    return made, got.handled


def grouped(
    sizes: EffectSizes, subgroup: str, model: Model
) -> tuple[Grouped | None, tuple[Handling, ...]]:
    """The subgroups that were asked for. Raises ``InputError`` for an unknown column."""
    if not subgroup:
        return None, ()
    name = _heading(sizes, subgroup, "--subgroup")
    try:
        got = subgroups(sizes, name, method=model.method, ci=model.ci, level=model.level)
    except ValueError as error:
        raise InputError([InputProblem("--subgroup", name, str(error))]) from None
    ratio = sizes.measure.is_ratio
    groups = tuple(
        Group(
            name=word,
            k=one.k,
            estimate=one.estimate,
            se=one.se,
            ci_low=one.ci_low,
            ci_high=one.ci_high,
            tau2=one.tau2,
            estimate_exp=exp_of(one.estimate, ratio),
            ci_low_exp=exp_of(one.ci_low, ratio),
            ci_high_exp=exp_of(one.ci_high, ratio),
        )
        for word, one in zip(got.names, got.groups, strict=True)
    )
    made = Grouped(
        moderator=name, groups=groups, q_between=got.q_between, q_df=got.q_df, q_p=got.q_p
    )
    return made, got.handled


def _heading(sizes: EffectSizes, given: str, option: str) -> str:
    """A heading of the file as it is written there; ``a:b`` is an interaction of two."""
    known = {name.lower(): name for name in sizes.moderators}
    parts = [known.get(part.strip().lower()) for part in given.split(":")]
    if None in parts:
        accepted = f"a heading of the file: {', '.join(sizes.moderators)}"
        raise InputError([InputProblem(option, repr(given), accepted)])
    return ":".join(part for part in parts if part)
