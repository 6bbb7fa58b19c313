"""The same studies pooled in every other usual way."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from speciosa.evidence.effect_sizes import EffectSizes, Measure
from speciosa.evidence.pooling import (
    CiMethod,
    Method,
    RareEvents,
    mantel_haenszel,
    peto,
    pool,
)
from speciosa.report.pool.document import Alternative
from speciosa.report.pool.scale import exp_of

_WAYS: tuple[tuple[str, Method, CiMethod], ...] = (
    ("common effect", "CE", "z"),
    ("DerSimonian-Laird", "DL", "z"),
    ("DerSimonian-Laird, Hartung-Knapp", "DL", "HK"),
    ("REML", "REML", "z"),
    ("REML, Hartung-Knapp", "REML", "HK"),
    ("REML, Hartung-Knapp not narrowed", "REML", "HK-adhoc"),
    ("Paule-Mandel", "PM", "z"),
    ("maximum likelihood", "ML", "z"),
    ("Sidik-Jonkman", "SJ", "z"),
    ("Hedges", "HE", "z"),
)


def alternatives(sizes: EffectSizes, level: float) -> tuple[Alternative, ...]:
    """Every model of inverse variances, and those of counts where there are counts."""
    return (*_weighted(sizes, level), *_counted(sizes, level))


def _weighted(sizes: EffectSizes, level: float) -> Iterator[Alternative]:
    ratio = sizes.measure.is_ratio
    for name, method, ci in _WAYS[: 1 if len(sizes.labels) == 1 else None]:
        try:
            got = pool(sizes, method=method, ci=ci, level=level)
        except ValueError as error:
            yield Alternative(name=name, method=method, ci_method=ci, note=str(error))
            continue
        yield Alternative(
            name=name,
            method=method,
            ci_method=ci,
            k=got.k,
            estimate=got.estimate,
            se=got.se,
            ci_low=got.ci_low,
            ci_high=got.ci_high,
            tau2=got.tau2,
            i2=got.i2,
            pi_low=got.pi_low,
            pi_high=got.pi_high,
            estimate_exp=exp_of(got.estimate, ratio),
            ci_low_exp=exp_of(got.ci_low, ratio),
            ci_high_exp=exp_of(got.ci_high, ratio),
        )


def _counted(sizes: EffectSizes, level: float) -> Iterator[Alternative]:
    counts = sizes.counts
    if counts is None or len(sizes.labels) == 1:
        return
    ways: list[tuple[str, str, Callable[[], RareEvents]]] = [
        ("Mantel-Haenszel", "MH", lambda: mantel_haenszel(counts, sizes.measure, level=level))
    ]
    if sizes.measure is Measure.OR:
        ways.append(("Peto", "Peto", lambda: peto(counts, level=level)))
    for name, method, make in ways:
        try:
            yield _of_counts(name, make())
        except ValueError as error:
            yield Alternative(name=name, method=method, ci_method="z", note=str(error))


def _of_counts(name: str, got: RareEvents) -> Alternative:
    ratio = got.measure.is_ratio
    return Alternative(
        name=name,
        method=got.method,
        ci_method="z",
        k=got.k,
        estimate=got.estimate,
        se=got.se,
        ci_low=got.ci_low,
        ci_high=got.ci_high,
        estimate_exp=exp_of(got.estimate, ratio),
        ci_low_exp=exp_of(got.ci_low, ratio),
        ci_high_exp=exp_of(got.ci_high, ratio),
        note="a common effect, from the counts as they are, without 0.5 added",
    )
