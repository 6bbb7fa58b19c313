"""The case as the predicates see it: medicines recognised, limits and groups at hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from speciosa.case import Case
from speciosa.case import vocabulary as v
from speciosa.clinical.safety.outcome import DOES_NOT_FIRE, Outcome, cannot_tell, fires, not_asked
from speciosa.knowledge import Knowledge
from speciosa.knowledge.medicines import Medicine, NameKind


@dataclass(frozen=True, slots=True)
class Listed:
    """A recognised medicine or substance of the case and where it stands in time."""

    medicine: Medicine
    planned: bool = False
    stopped_days_ago: int | None = None

    @property
    def words(self) -> str:
        """The name, with planned or stopped beside it."""
        if self.stopped_days_ago is not None:
            return f"{self.medicine.name} (stopped {self.stopped_days_ago} days ago)"
        return f"{self.medicine.name} (planned)" if self.planned else self.medicine.name


class Picture:
    """A case with its names recognised once. Built for one assessment, never changed."""

    def __init__(self, case: Case, knowledge: Knowledge) -> None:
        self.case = case
        self.knowledge = knowledge
        listed: list[Listed] = []
        unrecognised: list[str] = []
        self.kratom_named = False
        for name, planned, stopped in _names(case):
            match = knowledge.medicines.match(name)
            self.kratom_named |= match.contains_kratom
            listed += [Listed(m, planned, stopped) for m in match.medicines]
            # An ambiguous name counts as each thing it can mean, and as not settled.
            if match.unknown_parts or match.kind not in (NameKind.MEDICINE, NameKind.KRATOM):
                unrecognised.append(name)
        self.listed = tuple(listed)
        self.unrecognised = tuple(unrecognised)

    def limit(self, name: str) -> float:
        """A number of the safety rules, by name."""
        return self.knowledge.safety.limit(name)

    def in_group(self, medicine: Medicine, group: str) -> bool:
        """Whether a medicine belongs to a named group."""
        found = self.knowledge.safety.group(group)
        return medicine.id in found.ids or medicine.klass in found.classes

    def current(self, window: str = "stopped_medicine_days") -> Iterator[Listed]:
        """What is taken, planned, or was stopped within the named limit of days."""
        days = self.limit(window)
        for item in self.listed:
            if item.stopped_days_ago is None or item.stopped_days_ago <= days:
                yield item

    def takes(
        self, chosen: Callable[[Medicine], bool], *, window: str = "stopped_medicine_days"
    ) -> Outcome:
        """Whether a chosen medicine or substance is on the lists.

        An empty list is not known, never "none", and a name that is not recognised may be anything.
        """
        hits = dict.fromkeys(i.words for i in self.current(window) if chosen(i.medicine))
        if hits:
            return fires(f"on the list: {', '.join(hits)}")
        lists = {"medicines": self.case.medicines, "substances": self.case.substances}
        empty = [name for name, given in lists.items() if not given]
        if empty:
            return cannot_tell(*empty, because=f"no list of {' or '.join(empty)} was given")
        if self.unrecognised:
            names = ", ".join(f'"{name}"' for name in dict.fromkeys(self.unrecognised))
            return cannot_tell(*lists, because=f"not recognised on the list: {names}")
        return DOES_NOT_FIRE

    def sign(self, sign: v.Sign) -> Outcome:
        """Whether a danger sign is present; unknown when it was not asked about."""
        if sign in self.case.signs.present:
            return fires(self.named(sign))
        if sign in self.case.signs.absent:
            return DOES_NOT_FIRE
        return not_asked("signs", self.named(sign))

    def named(self, sign: str) -> str:
        """A danger sign in a clinician's words."""
        return self.knowledge.safety.red_flags.sign_names[sign]

    def condition(self, condition: v.KnownCondition, *, family: bool = False) -> Outcome:
        """Whether a condition is or was present; unknown when it was not asked about."""
        statuses = {c.status for c in self.case.conditions if c.known is condition}
        wanted = {v.ConditionStatus.CURRENT, v.ConditionStatus.PAST}
        if family:
            wanted.add(v.ConditionStatus.FAMILY)
        if statuses & wanted:
            current = v.ConditionStatus.CURRENT in statuses
            when = "" if current else f" ({', '.join(sorted(statuses & wanted))})"
            return fires(f"{words(condition)}{when}")
        if v.ConditionStatus.ABSENT in statuses:
            return DOES_NOT_FIRE
        return not_asked("conditions", words(condition))

    def days_since(self, date: dt.date | None) -> int | None:
        """Days from a date to the date of the case; ``None`` without one."""
        return None if date is None else (self.case.date - date).days


_WORDS = {
    "suicide_attempt": "past suicide attempt",
    "long_qt": "long QT",
    "ptsd": "PTSD",
    "ocd": "OCD",
    "adhd": "ADHD",
    "copd": "COPD",
}


def words(name: str) -> str:
    """A vocabulary word as plain text."""
    return _WORDS.get(name, name.replace("_", " "))


def _names(case: Case) -> Iterator[tuple[str, bool, int | None]]:
    for medicine in case.medicines:
        stopped = None
        if medicine.stopped is not None and medicine.stopped <= case.date:
            stopped = (case.date - medicine.stopped).days
        yield medicine.name, bool(medicine.planned), stopped
    for substance in case.substances:
        yield substance.name, False, None
