"""What a form that was not finished holds and nobody may overlook: item 9 and danger signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.case import Symptoms
from speciosa.clinical import safety
from speciosa.clinical.outcomes.timeline import Alarm, AlarmSource
from speciosa.web.person.from_case import URGENT

if TYPE_CHECKING:
    from speciosa.case import Case
    from speciosa.knowledge import Knowledge


def alarm_of(case: Case, knowledge: Knowledge) -> Alarm | None:
    """What of a draft (``web.at_once.case_of_draft``) cannot wait until the form is finished."""
    line = knowledge.care.outcomes.line
    phq9 = case.symptoms.phq9
    item9 = (phq9.item9_floor if phq9 is not None else None) or 0
    words = [line("matter_item9", answer=item9)] if item9 else []
    without = case.model_copy(update={"symptoms": Symptoms()})
    if safety.assess(without, knowledge).urgent.status in URGENT:
        signs = ", ".join(str(sign).replace("_", " ") for sign in case.signs.present)
        words.append(line("draft_signs", words=signs))
    if not words:
        return None
    return Alarm(date=case.date, source=AlarmSource.DRAFT, words="; ".join(words), item9=item9)
