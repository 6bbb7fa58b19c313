"""The urgent route, as the assessment gives it, with the numbers of the place."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from speciosa.case import Case, Phq9, Signs
from speciosa.clinical import safety
from speciosa.clinical.outcomes.matters import item9_by_day

if TYPE_CHECKING:
    from speciosa.clinical.outcomes import OutcomesResult
    from speciosa.clinical.safety.result import UrgentResult
    from speciosa.knowledge import Knowledge
    from speciosa.web.person.record import Record


def route(item9: int, place: str, today: dt.date, knowledge: Knowledge) -> UrgentResult:
    """What the assessment says first of an answer above 0 to item 9."""
    case = _with_item9(Case(date=today, place=place or None), item9)
    return safety.assess(case, knowledge).urgent


def route_of(record: Record, result: OutcomesResult, knowledge: Knowledge) -> UrgentResult | None:
    """The route of everything that is pressing for a person; ``None`` where nothing is."""
    if not result.crisis:
        return None
    today, alarming = result.today, record.alarming
    base = alarming[0] if alarming else Case(date=today)
    present = {sign for case in alarming for sign in case.signs.present}
    absent = tuple(sign for sign in base.signs.absent if sign not in present)
    case = base.model_copy(
        update={
            "date": today,
            "place": record.place or base.place,
            "signs": Signs(present=tuple(sorted(present)), absent=absent),
        }
    )
    return safety.assess(_with_item9(case, _item9(record, today)), knowledge).urgent


def _with_item9(case: Case, item9: int) -> Case:
    answered = Phq9(answers=(*(None,) * 8, item9)) if item9 else None
    symptoms = case.symptoms.model_copy(update={"phq9": answered})
    return case.model_copy(update={"symptoms": symptoms})


def _item9(record: Record, today: dt.date) -> int:
    """The newest answer to item 9, of one day the worse; or one in a form not finished."""
    answers = item9_by_day(record.timeline.entries, today)
    newest = answers[max(answers)] if answers else 0
    return max([newest, *(alarm.item9 for alarm in record.timeline.alarms)])
