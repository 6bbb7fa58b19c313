"""What anxiety does to daily life, as recorded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.finding import Finding, Missing

if TYPE_CHECKING:
    from speciosa.case import Case
    from speciosa.clinical.severity.result import Score
    from speciosa.knowledge.instruments import Wording

AREA_OF_ITS_OWN = "driving"


def function_findings(case: Case, wording: Wording) -> Iterator[Finding]:
    """Impairment, difficulty, areas and days lost, as far as they were given."""
    symptoms = case.symptoms
    if symptoms.impairment is not None:
        name = str(symptoms.impairment)
        yield wording.finding(
            "impairment",
            values={"word": wording.word("impairment", name)},
            severity=wording.level("impairment", name),
        )
    if symptoms.difficulty is not None:
        name = str(symptoms.difficulty)
        yield wording.finding(
            "difficulty",
            values={"word": wording.word("difficulty", name)},
            severity=wording.level("difficulty", name),
        )
    areas = tuple(str(area) for area in symptoms.impaired_areas)
    if areas:
        yield wording.finding("areas", values={"words": wording.words_for("area", areas)})
    if AREA_OF_ITS_OWN in areas:
        yield wording.finding("driving")
    if symptoms.days_lost_last_month is not None:
        yield wording.finding("days_lost", values={"days": symptoms.days_lost_last_month})


def function_gaps(case: Case, wording: Wording) -> Iterator[Missing]:
    """What was not given about daily life, and what that costs."""
    symptoms = case.symptoms
    if symptoms.impairment is None:
        yield wording.gap("impairment")
    if symptoms.difficulty is None:
        yield wording.gap("difficulty")
    if symptoms.days_lost_last_month is None:
        yield wording.gap("days_lost")


def mismatch(case: Case, gad7: Score | None, wording: Wording) -> Iterator[Finding]:
    """A low score beside marked impairment, or a high one beside none."""
    impairment = case.symptoms.impairment
    if impairment is None or gad7 is None or gad7.total is None:
        return
    by_score = wording.level("gad7", gad7.band) if gad7.band in wording.levels["gad7"] else None
    by_life = wording.level("impairment", str(impairment))
    if by_score is None:
        return
    # Ranks run from 0 (worst); two ranks lie between "moderate" and "info".
    if abs(by_score.rank - by_life.rank) >= 2:
        word = wording.word("impairment", str(impairment))
        yield wording.finding(
            "score_and_life_differ", values={"band": gad7.band, "word": word}, facts=gad7.facts
        )
