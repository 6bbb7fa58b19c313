"""What is on record about other causes, gathered once so that patterns can be looked up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import datetime as dt

    from speciosa.case import Case, CaseSubstance, KratomUse
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.instruments.wording import Match

HOURS_A_DAY = 24


class Taken(NamedTuple):
    """A medicine or substance as named in the case; ``kind`` is medicine, substance or stopped."""

    name: str
    kind: str
    hazards: tuple[str, ...]


class OnRecord(NamedTuple):
    """Words on record."""

    conditions: frozenset[str]
    conditions_asked: frozenset[str]
    signs: frozenset[str]
    taken: tuple[Taken, ...]
    kratom: str
    between_doses: tuple[str, ...]
    side_effects: tuple[str, ...]
    recent_kratom_change: bool


class Found(NamedTuple):
    """The words that made a match hold, by kind."""

    conditions: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    medicines: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    substances: tuple[str, ...] = ()
    kratom: tuple[str, ...] = ()
    between_doses: tuple[str, ...] = ()
    side_effects: tuple[str, ...] = ()


def on_record(case: Case, knowledge: Knowledge) -> OnRecord:
    """Gather from the case; medicines are classed by the hazards of the knowledge base."""
    kratom = case.kratom
    table = knowledge.instruments.use_disorder
    return OnRecord(
        conditions=frozenset(c.name for c in case.conditions if c.status == "current"),
        conditions_asked=frozenset(
            c.name for c in case.conditions if c.status in ("current", "past", "absent")
        ),
        signs=frozenset(case.signs.present),
        taken=tuple(_taken(case, knowledge)),
        kratom=str(kratom.status) if kratom else "",
        between_doses=tuple(kratom.between_doses) if kratom else (),
        side_effects=tuple(kratom.side_effects) if kratom else (),
        recent_kratom_change=kratom is not None
        and changed_within(kratom, case.date, table.watch_after_stopping.number),
    )


def changed_within(kratom: KratomUse, today: dt.date, days: float) -> bool:
    """Whether kratom was cut down lately, or stopped within so many days."""
    if kratom.cut_down_recently:
        return True
    if kratom.status != "stopped":
        return False
    since = days_since_stop(kratom, today)
    return since is not None and since <= days


def days_since_stop(kratom: KratomUse, today: dt.date) -> float | None:
    """Days since the last dose of somebody who stopped; of two answers the shorter counts.

    ``None`` where neither the date nor the hours are known.
    """
    known = []
    if kratom.stopped is not None and kratom.stopped <= today:
        known.append(float((today - kratom.stopped).days))
    if kratom.last_use_hours_ago is not None:
        known.append(kratom.last_use_hours_ago / HOURS_A_DAY)
    return min(known, default=None)


def find(match: Match, record: OnRecord) -> Found | None:
    """The words that make a match hold, ``None`` when a list it asks for has nothing on record."""
    found = Found(
        conditions=_common(match.conditions, record.conditions),
        signs=_common(match.signs, record.signs),
        taken=_with(match.hazards, record.taken, "medicine", "substance"),
        medicines=_with(match.medicine_hazards, record.taken, "medicine"),
        stopped=_with(match.stopped_hazards, record.taken, "stopped"),
        substances=_with(match.substance_hazards, record.taken, "substance"),
        kratom=_common(match.kratom, (record.kratom,)),
        between_doses=_common(match.between_doses, record.between_doses),
        side_effects=_common(match.side_effects, record.side_effects),
    )
    asked = (
        match.conditions,
        match.signs,
        match.hazards,
        match.medicine_hazards,
        match.stopped_hazards,
        match.substance_hazards,
        match.kratom,
        match.between_doses,
        match.side_effects,
    )
    if any(wanted and not have for wanted, have in zip(asked, found, strict=True)):
        return None
    if match.recent_kratom_change and not record.recent_kratom_change:
        return None
    return found


def _common(wanted: tuple[str, ...], have: Iterable[str]) -> tuple[str, ...]:
    on_record_words = {str(word) for word in have}
    return tuple(word for word in wanted if word in on_record_words)


def _with(classes: tuple[str, ...], taken: tuple[Taken, ...], *kinds: str) -> tuple[str, ...]:
    """Names of what is taken that has one of the hazard classes."""
    return tuple(
        dict.fromkeys(
            t.name for t in taken if t.kind in kinds and not set(classes).isdisjoint(t.hazards)
        )
    )


def _taken(case: Case, knowledge: Knowledge) -> Iterator[Taken]:
    window = knowledge.instruments.diagnosis.recent_change.number
    for medicine in case.medicines:
        if medicine.planned:
            continue
        hazards = _hazards(medicine.name, knowledge)
        if medicine.stopped is None or medicine.stopped > case.date:
            yield Taken(medicine.name, "medicine", hazards)
        elif (case.date - medicine.stopped).days <= window:
            yield Taken(medicine.name, "stopped", hazards)
    for substance in case.substances:
        if _used(substance):
            yield Taken(substance.name, "substance", _hazards(substance.name, knowledge))


def _hazards(name: str, knowledge: Knowledge) -> tuple[str, ...]:
    known = knowledge.medicines.find(name)
    return tuple(hazard.klass for hazard in known.hazards) if known else ()


def _used(substance: CaseSubstance) -> bool:
    """False only where an amount of nought was recorded, which means asked and not used."""
    amounts = (substance.times_per_week, substance.drinks_per_week, substance.mg_per_day)
    given = [amount for amount in amounts if amount is not None]
    return not given or any(given)
