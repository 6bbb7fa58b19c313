"""What an answer to item 9 asks for at once, wherever it is entered."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from speciosa.case import Case, Phq9, Symptoms
from speciosa.clinical import safety

if TYPE_CHECKING:
    from speciosa.clinical.safety.result import UrgentResult
    from speciosa.knowledge import Knowledge

_ITEMS = 9


def route(
    item9: int | None, place: str | None, today: dt.date, knowledge: Knowledge
) -> UrgentResult | None:
    """The urgent route for an answer above 0, as the assessment gives it; else ``None``."""
    if not item9:
        return None
    answers = (*(None,) * (_ITEMS - 1), item9)
    case = Case(date=today, place=place, symptoms=Symptoms(phq9=Phq9(answers=answers)))
    return safety.assess(case, knowledge).urgent
