"""Follow-up over time: what changed, how surely, and what that says of this person."""

from speciosa.clinical.outcomes import diary
from speciosa.clinical.outcomes.clinic import attention, deteriorating, overdue
from speciosa.clinical.outcomes.result import OutcomesResult
from speciosa.clinical.outcomes.room import assess
from speciosa.clinical.outcomes.timeline import Entry, Event, Timeline, Visit

__all__ = [
    "Entry",
    "Event",
    "OutcomesResult",
    "Timeline",
    "Visit",
    "assess",
    "attention",
    "deteriorating",
    "diary",
    "overdue",
]
