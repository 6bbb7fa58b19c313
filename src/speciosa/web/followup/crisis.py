"""Where item 9 was answered above 0: the route of the assessment, and the numbers of the place."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from speciosa.case import Case, Phq9, Symptoms
from speciosa.clinical import safety

if TYPE_CHECKING:
    from speciosa.clinical.safety.result import UrgentResult
    from speciosa.knowledge import Knowledge


def route(item9: int, place: str, today: dt.date, knowledge: Knowledge) -> UrgentResult:
    """What the assessment says first of such an answer."""
    answers = (*(None,) * 8, item9)
    case = Case(date=today, place=place or None, symptoms=Symptoms(phq9=Phq9(answers=answers)))
    return safety.assess(case, knowledge).urgent
