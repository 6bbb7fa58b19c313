"""Follow-up: dated contacts, what to measure, what change would count, when to step up."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from speciosa.clinical.care.result import FollowUpResult, Visit
from speciosa.clinical.care.situation import Situation
from speciosa.clinical.care.worded import every_text, finding, first_text

if TYPE_CHECKING:
    from speciosa.knowledge.care.wording import Visit as WordedVisit


def follow_up(here: Situation) -> FollowUpResult:
    """Visits with dates counted from the date of the case, and how to read what they bring."""
    wording, flags = here.knowledge.care.follow_up, here.flags
    return FollowUpResult(
        headline=first_text(wording.headlines, flags),
        visits=tuple(_visit(v, here) for v in wording.visits if v.holds(flags)),
        what_counts=tuple(finding(w) for w in wording.what_counts if w.holds(flags)),
        step_up_if=tuple(finding(w) for w in wording.step_up_if if w.holds(flags)),
        annotate=every_text(wording.annotate, flags),
    )


def _visit(worded: WordedVisit, here: Situation) -> Visit:
    date = here.case.date + dt.timedelta(days=worded.days)
    return Visit(
        when=worded.label,
        date=date.isoformat(),
        measure=every_text(worded.measure, here.flags),
        decide=" ".join((worded.decide, *every_text(worded.decides, here.flags))),
        facts=worded.facts,
    )
