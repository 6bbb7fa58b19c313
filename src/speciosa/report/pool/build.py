"""A file of studies and a question -> the document: pooled, checked, and beside every other way."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections import Counter
from collections.abc import Callable

from speciosa import __version__
from speciosa.errors import InputError, InputProblem
from speciosa.evidence.effect_sizes import EffectSizes, Handling, Measure, effect_sizes
from speciosa.evidence.pooling import Inference, aggregate, pool, robust, three_level
from speciosa.evidence.pooling.pooled import I2_FROM_Q, Pooled
from speciosa.evidence.studies import StudyTable, read_studies
from speciosa.knowledge import Knowledge
from speciosa.report.pool import analyses
from speciosa.report.pool.alternatives import alternatives
from speciosa.report.pool.document import (
    Dependence,
    Done,
    Made,
    PoolDocument,
    Source,
    StudyLine,
)
from speciosa.report.pool.question import Model, Multiple, Question, asked, settled
from speciosa.report.pool.scale import exp_of, finite, half_width
from speciosa.report.pool.words import MEASURES, Told, answer, warnings

# Refitting every subset of a very long list takes time and tells a reader nothing.
_MOST_FOR_REFITS = 200
# By rounding alone two standard errors of one pool differ by less.
_SAME_SE = 1e-9


def document(
    text: str,
    question: Question,
    knowledge: Knowledge,
    *,
    name: str,
    progress: Callable[[int, int], None] | None = None,
) -> PoolDocument:
    """Read, pool and check. Raises ``InputError`` for what is wrong with the file or an option."""
    reading = question.reading
    if question.measure is not None:
        reading = dataclasses.replace(reading, measure=question.measure.value)
    table = read_studies(text, name=name, reading=reading, progress=progress)
    model = settled(question, table.said)
    said_measure = table.said.get("measure", "").upper()
    measure = question.measure or (Measure(said_measure) if said_measure else None)
    every = effect_sizes(table, measure, question.choices)
    way = _way(every, table, question)
    sizes = every
    if way is Multiple.AGGREGATE:
        sizes = asked("--rho", f"{question.rho:g}", lambda: aggregate(every, rho=question.rho))
    pooled = asked(
        "studies",
        f"{len(sizes.labels)} effects",
        lambda: pool(sizes, method=model.method, ci=model.ci, level=model.level, pi=model.pi),
    )
    pooled, dependence = _dependent(pooled, every, way, model, question.rho)
    others = alternatives(sizes, model.level)
    regressed, of_regression = analyses.regressed(sizes, question.moderators, model)
    grouped, of_groups = analyses.grouped(sizes, question.subgroup, model)
    handled = (
        *_notes(table, every.measure, chosen=measure is not None),
        *sizes.handled,
        *of_regression,
        *of_groups,
    )
    many = len(sizes.labels) > _MOST_FOR_REFITS
    small = analyses.small_study(sizes, model)
    unnarrowed = None
    if way in {None, Multiple.AGGREGATE, Multiple.INDEPENDENT}:
        unnarrowed = _unnarrowed(sizes, pooled)
    told = Told(pooled, sizes, table, others, small, dependence, unnarrowed)
    ratio = pooled.measure.is_ratio
    return PoolDocument(
        measure=pooled.measure.value,
        measure_words=MEASURES[pooled.measure],
        scale=_scale(pooled.measure),
        method=pooled.method if way is not Multiple.THREE_LEVEL else "REML, three levels",
        ci_method=_OWN_INTERVAL.get(way, pooled.ci_method),
        level=pooled.level,
        k=pooled.k,
        estimate=pooled.estimate,
        se=pooled.se,
        ci_low=pooled.ci_low,
        ci_high=pooled.ci_high,
        stat=finite(pooled.stat),
        df=pooled.df,
        p=finite(pooled.p),
        pi_low=pooled.pi_low,
        pi_high=pooled.pi_high,
        pi_df=pooled.pi_df,
        pi_method=pooled.pi_method,
        pi_unavailable=pooled.pi_unavailable,
        tau2=pooled.tau2,
        tau2_low=finite(pooled.tau2_low),
        tau2_high=finite(pooled.tau2_high),
        i2=pooled.i2,
        i2_definition=pooled.i2_definition,
        i2_q=pooled.i2_q,
        i2_q_definition=I2_FROM_Q,
        h2=finite(pooled.h2),
        q=finite(pooled.q),
        q_df=pooled.q_df,
        q_p=finite(pooled.q_p),
        estimate_exp=exp_of(pooled.estimate, ratio),
        ci_low_exp=exp_of(pooled.ci_low, ratio),
        ci_high_exp=exp_of(pooled.ci_high, ratio),
        pi_low_exp=exp_of(pooled.pi_low, ratio),
        pi_high_exp=exp_of(pooled.pi_high, ratio),
        estimate_r=_r_of(pooled.estimate, pooled.measure),
        ci_low_r=_r_of(pooled.ci_low, pooled.measure),
        ci_high_r=_r_of(pooled.ci_high, pooled.measure),
        ci_low_unnarrowed=unnarrowed[0] if unnarrowed else None,
        ci_high_unnarrowed=unnarrowed[1] if unnarrowed else None,
        answer=answer(told),
        studies=_lines(sizes, pooled),
        alternatives=others,
        dependence=dependence,
        influence=analyses.influences(sizes, model) if question.leave_one_out or not many else None,
        cumulative=analyses.cumulated(sizes, model, needed=bool(question.cumulative))
        if question.cumulative or not many
        else None,
        small_study=small,
        moderators=regressed,
        subgroups=grouped,
        handled=tuple(Done(study=h.study, what=h.what) for h in handled),
        warnings=warnings(told),
        input=_source(text, table, name),
        provenance=Made(speciosa_version=__version__, knowledge_release=knowledge.release.number),
    )


_OWN_INTERVAL: dict[Multiple | None, str] = {
    Multiple.THREE_LEVEL: "t with studies - 1 df",
    Multiple.ROBUST: "robust (CR2, Satterthwaite df)",
}


# ------------------------------------------------------------------ several effects of one study


def _way(sizes: EffectSizes, table: StudyTable, question: Question) -> Multiple | None:
    """How several effects of one study are to be handled; None where no study gives several."""
    several = [name for name, n in Counter(sizes.cluster).items() if n > 1]
    if not several:
        return None
    if question.multiple is not None:
        return question.multiple
    # A column that numbers the effects, or a cluster that was named, says that this is meant.
    if table.effect_ids or question.choices.cluster:
        return Multiple.AGGREGATE
    accepted = (
        "one row a study, or an option: --cluster study (several effects of one study, made one), "
        "--three-level, --multiple robust, --multiple independent (they are different studies)"
    )
    lines: dict[str, list[str]] = {}
    for row in table.rows:
        lines.setdefault(row.study, []).append(str(row.line))
    raise InputError(
        [
            InputProblem("study", f"{name!r} on lines {', '.join(lines.get(name, []))}", accepted)
            for name in several[:10]
        ]
    )


def _dependent(
    pooled: Pooled,
    every: EffectSizes,
    way: Multiple | None,
    model: Model,
    rho: float,
) -> tuple[Pooled, Dependence | None]:
    if way is None:
        return pooled, None
    effects, studies = len(every.labels), len(set(every.cluster))
    count = f"{effects} effects of {studies} studies"
    if way is Multiple.AGGREGATE:
        words = (
            f"{count}: those of one study were made one, taken to correlate by {rho:g}. "
            "That correlation is an assumption; --rho changes it"
        )
        made = Dependence(way=way.value, effects=effects, studies=studies, rho=rho, words=words)
        return pooled, made
    if way is Multiple.INDEPENDENT:
        words = (
            f"{count} were pooled as if they were independent. If they are not, the interval is "
            "too narrow"
        )
        return pooled, Dependence(way=way.value, effects=effects, studies=studies, words=words)
    if way is Multiple.ROBUST:
        found = asked(
            "--multiple",
            "robust",
            lambda: robust(every, method=model.method, level=model.level),
        )
        words = f"{count}: the standard error allows for effects of one study that go together"
        made = Dependence(way=way.value, effects=effects, studies=studies, words=words)
        notes = (found.warning,) if found.warning else ()
        return dataclasses.replace(_with(pooled, found.result), notes=notes), made
    nested = asked("--three-level", "given", lambda: three_level(every, level=model.level))
    words = f"{count} in a model of three levels: people, effects of one study, studies"
    made = Dependence(
        way=way.value,
        effects=effects,
        studies=studies,
        sigma2_study=nested.sigma2_study,
        sigma2_effect=nested.sigma2_effect,
        words=words,
    )
    total = nested.sigma2_study + nested.sigma2_effect
    pooled = dataclasses.replace(
        _with(pooled, nested.result_t),
        tau2=total,
        tau2_low=None,
        tau2_high=None,
        i2=nested.i2_study + nested.i2_effect,
        h2=None,
        notes=(),
    )
    return pooled, made


def _unnarrowed(sizes: EffectSizes, pooled: Pooled) -> tuple[float, float] | None:
    """The interval of HK-adhoc where plain Hartung-Knapp is narrower than the model itself."""
    if pooled.ci_method != "HK":
        return None
    wide = pool(sizes, method=pooled.method, ci="HK-adhoc", level=pooled.level)
    return (wide.ci_low, wide.ci_high) if wide.se > pooled.se * (1 + _SAME_SE) else None


def _with(pooled: Pooled, result: Inference) -> Pooled:
    """The pool with another estimate; a prediction interval would need that model's own."""
    return dataclasses.replace(
        pooled,
        estimate=result.estimate,
        se=result.se,
        ci_low=result.ci_low,
        ci_high=result.ci_high,
        stat=result.stat,
        df=result.df,
        p=result.p,
        pi_low=None,
        pi_high=None,
        pi_df=None,
        pi_unavailable="not computed for several effects of one study; aggregate them for one",
    )


# ------------------------------------------------------------------ parts


def _lines(sizes: EffectSizes, pooled: Pooled) -> tuple[StudyLine, ...]:
    ratio = sizes.measure.is_ratio
    lines = []
    for i, label in enumerate(sizes.labels):
        yi, se = float(sizes.yi[i]), math.sqrt(float(sizes.vi[i]))
        low, high = yi - half_width(se, pooled.level), yi + half_width(se, pooled.level)
        lines.append(
            StudyLine(
                label=label,
                study=sizes.cluster[i],
                year=sizes.years[i],
                yi=yi,
                vi=float(sizes.vi[i]),
                se=se,
                ci_low=low,
                ci_high=high,
                weight=pooled.weights[i],
                yi_exp=exp_of(yi, ratio),
                ci_low_exp=exp_of(low, ratio),
                ci_high_exp=exp_of(high, ratio),
            )
        )
    return tuple(lines)


def _scale(measure: Measure) -> str:
    if measure.is_ratio:
        return "log"
    return "fisher z" if measure is Measure.ZCOR else "as is"


def _r_of(value: float, measure: Measure) -> float | None:
    return math.tanh(value) if measure is Measure.ZCOR else None


def _notes(table: StudyTable, measure: Measure, *, chosen: bool) -> tuple[Handling, ...]:
    notes = list(table.notes)
    if not chosen and not table.measure:
        notes.append(f"no measure was named: {measure.value} was taken; --measure names another")
    return tuple(Handling(study="the file", what=note) for note in notes)


def _source(text: str, table: StudyTable, name: str) -> Source:
    used = {f: h for f, h in table.columns.items() if f in table.numbers}
    sides = {
        side: tuple(h for f, h in used.items() if f.endswith(f"_{side}")) for side in ("1", "2")
    }
    return Source(
        name=name,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        form=table.form.value,
        columns=dict(table.columns),
        side_1=sides["1"],
        side_2=sides["2"],
        rows=len(table.rows),
    )
