"""The dependence room as a whole: one case in, one result out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.clinical.dependence.criteria import (
    NOTHING,
    Count,
    count,
    criteria_findings,
    criteria_gap,
    level_of,
)
from speciosa.clinical.dependence.result import DependenceResult
from speciosa.clinical.dependence.use import (
    between_dose_findings,
    concentrated,
    days_since_last,
    doses_a_day,
    phase,
    scale_findings,
    stopping_findings,
    use_findings,
    use_gaps,
)
from speciosa.finding import Finding, worst_first

if TYPE_CHECKING:
    from speciosa.case import Case, KratomUse
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.instruments import Instruments, Wording

NOT_USING = ("never", "asking")
SAMPLES = ("hill2024", "smith2022-any", "garcia2020", "singh2019")


def assess(case: Case, knowledge: Knowledge) -> DependenceResult:
    """Signs of dependence and withdrawal on record, and what was not asked; no diagnosis."""
    table = knowledge.instruments
    wording = table.dependence_wording
    kratom = case.kratom
    if kratom is None:
        return _without_use(case, table, "not_recorded")
    if kratom.status in NOT_USING and not _signs_of_use(kratom):
        return _without_use(case, table, str(kratom.status))
    disorder = table.use_disorder
    counted = count(kratom, disorder)
    level = level_of(counted, disorder, wording)
    return DependenceResult(
        headline=_headline(case, kratom, counted, level, table),
        criteria_met=len(counted.met) if counted.asked else None,
        criteria_asked=counted.asked,
        level=level,
        findings=worst_first(
            (
                *_contradiction(kratom, wording),
                *criteria_findings(kratom, counted, disorder, wording),
                *between_dose_findings(kratom, wording),
                *stopping_findings(kratom, case.date, disorder, wording),
                *use_findings(case, kratom, wording),
                *scale_findings(case, table, wording),
                _how_common(table),
            )
        ),
        missing=(
            *criteria_gap(counted, disorder, wording),
            *use_gaps(kratom, case.date, wording),
        ),
    )


def _without_use(case: Case, table: Instruments, standing: str) -> DependenceResult:
    """No use on record, or nothing recorded at all."""
    wording = table.dependence_wording
    unknown = standing == "not_recorded"
    return DependenceResult(
        headline=wording.line(f"headline_{standing}"),
        criteria_met=None,
        criteria_asked=0,
        level=wording.line("level_not_recorded" if unknown else "level_none"),
        findings=worst_first((wording.finding(standing), *scale_findings(case, table, wording))),
        missing=(wording.gap("kratom"),) if unknown else (),
    )


def _signs_of_use(kratom: KratomUse) -> bool:
    symptoms = any(sign != NOTHING for sign in kratom.between_doses)
    return bool(
        symptoms
        or kratom.criteria_met
        or kratom.products
        or kratom.attempts_to_stop
        or kratom.cut_down_recently
        or kratom.last_use_hours_ago is not None
    )


def _contradiction(kratom: KratomUse, wording: Wording) -> Iterator[Finding]:
    if kratom.status in NOT_USING:
        yield wording.finding("status_contradicted", values={"status": str(kratom.status)})


def _how_common(table: Instruments) -> Finding:
    """What surveys found, side by side, so that no single figure is taken for the truth."""
    wording = table.dependence_wording
    shares = [
        wording.line(
            "share",
            value=f"{s.number:g}",
            n=s.n,
            sample=s.conditions.partition(";")[0],
            quantity=s.quantity,
        )
        for name in SAMPLES
        for s in table.use_disorder.statements
        if s.key == f"prevalence/{name}"
    ]
    return wording.finding("how_common", values={"shares": "; ".join(shares)})


def _headline(case: Case, kratom: KratomUse, counted: Count, level: str, table: Instruments) -> str:
    """Product, count, symptoms between doses, stopping, how often, as one sentence."""
    wording = table.dependence_wording
    pieces = []
    if concentrated(kratom):
        pieces.append(wording.line("headline_seven_oh"))
    elif kratom.status == "using":
        pieces.append(wording.line("headline_using"))
    pieces.extend(_standing(case, kratom, table))
    if counted.asked:
        values = {"met": len(counted.met), "asked": counted.asked, "level": level}
        pieces.append(wording.line("headline_criteria", **values))
    else:
        pieces.append(wording.line("headline_criteria_unasked"))
    if any(sign != NOTHING for sign in kratom.between_doses):
        pieces.append(wording.line("headline_between"))
    times = doses_a_day(kratom)
    if times is not None and kratom.status == "using":
        pieces.append(wording.line("headline_times", times=f"{times:g}"))
    text = "; ".join(pieces)
    return f"{text[:1].upper()}{text[1:]}."


def _standing(case: Case, kratom: KratomUse, table: Instruments) -> Iterator[str]:
    wording = table.dependence_wording
    if kratom.cut_down_recently:
        yield wording.line("headline_cut_down")
    if kratom.status != "stopped":
        return
    days = days_since_last(kratom, case.date)
    if days is None:
        yield wording.line("headline_stopped_undated")
        return
    near = phase(days, table.use_disorder) == "stopped_days_ago"
    key = "headline_stopped" if near else "headline_stopped_later"
    yield wording.line(key, days=f"{days:.0f}")
