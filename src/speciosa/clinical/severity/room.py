"""The severity room as a whole: one case in, one result out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.clinical.severity.change import Compared, change_findings, changes_of, history_of
from speciosa.clinical.severity.diagnosis import (
    exclusion_findings,
    exclusion_gaps,
    feature_findings,
    feature_gaps,
    kratom_patterns,
    label_on_hold,
)
from speciosa.clinical.severity.function import function_findings, function_gaps, mismatch
from speciosa.clinical.severity.headline import headline
from speciosa.clinical.severity.record import on_record
from speciosa.clinical.severity.result import Score, SeverityResult
from speciosa.clinical.severity.screens import (
    item9_findings,
    named,
    predictive_findings,
    predictive_values,
    score_findings,
    scores_of,
)
from speciosa.finding import Finding, Missing, worst_first

if TYPE_CHECKING:
    from speciosa.case import Case
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.instruments import Wording


def assess(case: Case, knowledge: Knowledge) -> SeverityResult:
    """Scores with their error, daily life, change over time, and what must be excluded first."""
    wording = knowledge.instruments.severity_wording
    scores = scores_of(case, knowledge)
    record = on_record(case, knowledge)
    patterns = kratom_patterns(case, record, wording)
    compared = changes_of(case, scores, knowledge)
    predictive = predictive_values(scores, knowledge)
    gad7 = named(scores, "gad7")
    return SeverityResult(
        headline=headline(case, scores, compared, patterns, wording),
        scores=scores,
        function=worst_first(tuple(function_findings(case, wording))),
        diagnosis=worst_first(
            (
                wording.finding("screen_limits"),
                *feature_findings(case, knowledge),
                *exclusion_findings(record, wording),
                *(m.finding for m in patterns),
                *label_on_hold(case, knowledge),
            )
        ),
        changes=tuple(item.change for item in compared),
        history=history_of(case, scores),
        findings=worst_first(
            (
                *score_findings(case, scores, knowledge),
                *item9_findings(case, knowledge),
                *_depression(case, scores, knowledge),
                *predictive_findings(predictive, knowledge),
                *_minimal(case, scores, wording),
                *mismatch(case, gad7, wording),
                *change_findings(case, compared, knowledge),
            )
        ),
        missing=tuple(_gaps(case, scores, compared, record_gaps(case, knowledge), wording)),
        predictive=predictive,
    )


def _depression(case: Case, scores: tuple[Score, ...], knowledge: Knowledge) -> Iterator[Finding]:
    """A PHQ-9 at or above its cut-off, or whose answered items alone reach it."""
    score, phq9 = named(scores, "phq9"), case.symptoms.phq9
    instrument = knowledge.instruments.by_id["phq9"]
    cutoff = instrument.cutoff(instrument.predictive)
    if score is None or phq9 is None or cutoff is None or cutoff.score is None:
        return
    wording = knowledge.instruments.severity_wording
    answered = sum(a for a in phq9.answers or () if a is not None)
    total = answered if score.total is None or score.total.value is None else score.total.value
    most = score.total.high if score.total is not None and score.total.high is not None else total
    if most >= cutoff.score:
        yield wording.finding(
            "depression_likely",
            values={
                "total": f"{total:g}",
                "or_more": "" if score.total is not None else wording.line("at_least"),
            },
            facts=(f"{instrument.start}/accuracy/{cutoff.key}",),
        )


def _minimal(case: Case, scores: tuple[Score, ...], wording: Wording) -> Iterator[Finding]:
    """A low GAD-7 reassures only where everything that could qualify it was asked and is nothing.

    Each condition asks for something that *was* recorded, so that taking information away can
    never turn this into reassurance.
    """
    gad7, phq9 = named(scores, "gad7"), named(scores, "phq9")
    if gad7 is None or gad7.total is None or gad7.total.value is None:
        return
    if wording.levels["gad7"].get(gad7.band.split(" to ")[0]) != "info":
        return
    symptoms = case.symptoms
    complete = gad7.answered is not None and gad7.answered == gad7.items
    current = bool(gad7.date) and gad7.date == case.date.isoformat()
    unaffected = symptoms.impairment == "none" and symptoms.difficulty == "not_difficult"
    mood = (
        phq9 is not None
        and phq9.answered == phq9.items
        and wording.levels["phq9"].get(phq9.band) == "info"
        and symptoms.phq9 is not None
        and symptoms.phq9.suicidality_item == 0
    )
    never = case.kratom is not None and case.kratom.status == "never"
    if complete and current and unaffected and mood and never:
        values = {"total": f"{gad7.total.value:g}"}
        yield wording.finding("gad7_minimal_complete", values=values)
    else:
        reasons = {
            "why_incomplete": not complete,
            "why_undated": not current,
            "why_function": not unaffected,
            "why_mood": not mood,
            "why_kratom": not never,
        }
        why = " ".join(wording.line(key) for key, holds in reasons.items() if holds)
        yield wording.finding("minimal_is_not_clear", values={"why": why}, facts=gad7.facts)


def record_gaps(case: Case, knowledge: Knowledge) -> tuple[Missing, ...]:
    """Features, duration and other causes that were not asked."""
    record = on_record(case, knowledge)
    wording = knowledge.instruments.severity_wording
    return (*feature_gaps(case, knowledge), *exclusion_gaps(record, wording))


def _gaps(
    case: Case,
    scores: tuple[Score, ...],
    compared: tuple[Compared, ...],
    others: tuple[Missing, ...],
    wording: Wording,
) -> Iterator[Missing]:
    symptoms = case.symptoms
    for name in ("gad7", "phq9"):
        entry = getattr(symptoms, name)
        if entry is None:
            yield wording.gap(name)
        elif entry.answers is not None and None in entry.answers:
            numbers = [n for n, a in enumerate(entry.answers, start=1) if a is None]
            score = named(scores, name)
            scored = score is not None and score.total is not None
            yield wording.gap(
                f"{name}_items",
                missing=len(numbers),
                numbers=", ".join(map(str, numbers)),
                how_bad=wording.line("how_bad_prorated" if scored else "how_bad_none"),
            )
    if symptoms.phq9 is not None and symptoms.phq9.suicidality_item is None:
        yield wording.gap("item9")
    yield from function_gaps(case, wording)
    yield from others
    if symptoms.audit_c is None:
        yield wording.gap("audit_c")
    elif case.person.sex not in ("male", "female"):
        yield wording.gap("sex_for_audit_c")
    if symptoms.isi is None:
        yield wording.gap("isi")
    if not compared:
        yield wording.gap("earlier")
    if case.kratom is None:
        yield wording.gap("kratom")
