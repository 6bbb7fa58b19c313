"""From the names in a case to known medicines, and what could not be checked."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from typing import TYPE_CHECKING

from speciosa.knowledge.medicines import Match, NameKind
from speciosa.knowledge.medicines.names import normalise
from speciosa.knowledge.medicines.record import MedicineKind
from speciosa.pharmacology.interactions.kinetics.route import is_between, passes_gut
from speciosa.pharmacology.interactions.result import NotChecked

if TYPE_CHECKING:
    from speciosa.case.model import Case, CaseMedicine
    from speciosa.case.vocabulary import Route
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.medicines.record import Medicine

_HOURS_PER_DAY = 24.0


class State(StrEnum):
    """Where an item stands; a stopped one still counts, a faded one is only mentioned."""

    CURRENT = "current"
    PLANNED = "planned"
    STOPPED = "stopped"
    FADED = "faded"


_ORDER = tuple(State)


@dataclasses.dataclass(frozen=True)
class Item:
    """One medicine or substance of the list, as far as it matters to interactions."""

    medicine: Medicine
    state: State
    remark: str = ""
    dose_mg: float | None = None
    route: Route | None = None

    @property
    def oral(self) -> bool:
        """Whether any of the dose can pass the gut wall: swallowed, or by a route between."""
        return passes_gut(self.route)

    @property
    def id(self) -> str:
        """The id of the medicine."""
        return self.medicine.id

    @property
    def label(self) -> str:
        """The name with what must be said beside it ("phenelzine (stopped on 2026-11-01)")."""
        return f"{self.medicine.name} ({self.remark})" if self.remark else self.medicine.name

    @property
    def faded(self) -> bool:
        """Whether it was stopped long enough ago for no effect to be expected."""
        return self.state is State.FADED


@dataclasses.dataclass(frozen=True)
class Recognition:
    """The list as understood. ``kratom_named`` are names of kratom found among the medicines.

    ``amounts_in_names`` are typed names with an amount in them, where the line has no dose of its
    own: the amount was left out of account. ``unclear`` are names of a class, or of several things,
    with the medicines that can be meant. ``stood_in`` are names with the medicine that was checked
    in their place.
    """

    items: tuple[Item, ...]
    not_checked: tuple[NotChecked, ...]
    recognised: dict[str, str]
    components: dict[str, tuple[str, ...]]
    kratom_named: tuple[str, ...]
    listed_twice: tuple[str, ...]
    amounts_in_names: tuple[str, ...] = ()
    unclear: tuple[tuple[str, tuple[Medicine, ...]], ...] = ()
    stood_in: tuple[tuple[str, str], ...] = ()


class _Collector:
    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.items: list[Item] = []
        self.not_checked: list[NotChecked] = []
        self.recognised: dict[str, str] = {}
        self.components: dict[str, tuple[str, ...]] = {}
        self.kratom_named: list[str] = []
        self.amounts_in_names: list[str] = []
        self.unclear: dict[str, tuple[Medicine, ...]] = {}
        self.stood_in: dict[str, str] = {}

    def add(self, typed: str, build: _Builder) -> None:
        match = self.knowledge.medicines.match(typed)
        if match.contains_kratom:
            self.kratom_named.append(typed)
        amount = any(character.isdigit() for word in match.set_aside for character in word)
        if amount and not build.dose_known:
            self.amounts_in_names.append(typed)
        if match.kind is NameKind.MEDICINE:
            self.recognised[typed] = match.medicines[0].id
            if len(match.medicines) > 1:
                self.components[typed] = tuple(m.id for m in match.medicines)
            if match.stands_in:
                self.stood_in[typed] = match.medicines[0].name
            self.items += [build(medicine) for medicine in match.medicines]
        else:
            self.not_checked.append(self._why_not(typed, match))
            if candidates := self._candidates(typed, match):
                self.unclear[typed] = candidates
        self.not_checked += [
            NotChecked(name=f"{part} (in {typed})", why="not known to Speciosa, not checked")
            for part in match.unknown_parts
        ]

    def _candidates(self, typed: str, match: Match) -> tuple[Medicine, ...]:
        """The medicines that a name of a class, or of several things, can mean."""
        if match.kind is NameKind.AMBIGUOUS:
            return match.medicines
        group = self.knowledge.ddi.spoken_groups.get(normalise(typed))
        if match.kind is not NameKind.CLASS or group is None:
            return ()
        return tuple(one for one in self.knowledge.medicines.all() if group.holds(one))

    def _why_not(self, typed: str, match: Match) -> NotChecked:
        if match.kind is NameKind.KRATOM:
            why = "this is kratom itself; it is counted as kratom, describe it under kratom"
            return NotChecked(name=typed, why=why)
        if match.kind is NameKind.CLASS:
            why = "names a class, not one medicine; not checked until it is known which one"
            return NotChecked(name=typed, why=why)
        if match.kind is NameKind.AMBIGUOUS:
            names = " or ".join(m.name for m in match.medicines)
            return NotChecked(name=typed, why=f"can mean {names}; not checked until it is clear")
        suggestion = self.knowledge.medicines.suggest(typed)
        why = "not known to Speciosa, not checked"
        return NotChecked(name=typed, why=why, suggestion=suggestion)


class _Builder:
    """Makes the items of one line of the case."""

    def __init__(self, case: Case, line: CaseMedicine | None, knowledge: Knowledge) -> None:
        self._case, self._line, self._knowledge = case, line, knowledge

    @property
    def dose_known(self) -> bool:
        """Whether the line says the dose in its own field."""
        return self._line is not None and self._line.dose_mg is not None

    def __call__(self, medicine: Medicine) -> Item:
        line = self._line
        if line is None:
            return Item(medicine=medicine, state=State.CURRENT)
        state, remark = State.CURRENT, ""
        ended = line.stopped
        if ended is not None and ended > self._case.date:
            ended = None
        if line.planned or (line.since is not None and line.since > self._case.date):
            # A restart that is planned counts as taken, however long ago the last dose was.
            again = f" again, stopped on {ended.isoformat()}" if ended else ""
            state, remark = State.PLANNED, f"planned{again}"
        elif ended is not None:
            days = (self._case.date - ended).days
            gone_after = days_until_gone(medicine, self._knowledge)
            state = State.STOPPED if gone_after is None or days <= gone_after else State.FADED
            remark = f"stopped on {ended.isoformat()}"
        return Item(
            medicine=medicine,
            state=state,
            remark=remark,
            dose_mg=line.dose_mg,
            route=line.route,
        )


def days_until_gone(medicine: Medicine, knowledge: Knowledge) -> float | None:
    """Days after the last dose during which a medicine still counts; ``None`` if not known."""
    wording = knowledge.ddi.pk_wording
    named = wording.washout.get(medicine.id)
    half_life = medicine.victim.half_life_h
    if half_life is None:
        return named.days if named else None
    longest = max([half_life.value, *(a.value for a in half_life.alternatives)])
    days = wording.half_lives_until_gone * longest / _HOURS_PER_DAY
    does = medicine.perpetrator
    induces = any(c.effect == "inducer" for c in does.classes)
    induces |= any(p.parameter == "Emax" for p in does.parameters)
    if induces or any(p.parameter == "kinact" for p in does.parameters):
        days += wording.enzyme_recovery_days
    if induces:
        days = max(days, wording.stopped_inducer_days)
    elif does.classes or does.parameters:
        days = max(days, wording.stopped_perpetrator_days)
    return max(days, named.days) if named else days


def recognise(case: Case, knowledge: Knowledge) -> Recognition:
    """Every medicine and substance of the case: known, or kept as not checked."""
    found = _Collector(knowledge)
    for line in case.medicines:
        found.add(line.name, _Builder(case, line, knowledge))
    for substance in case.substances:
        found.add(substance.name, _Builder(case, None, knowledge))
    merged: dict[str, Item] = {}
    twice: list[str] = []
    for item in found.items:
        known = merged.get(item.id)
        if known is not None:
            # Coffee and an energy drink are two drinks, not one medicine taken twice.
            if item.medicine.kind is not MedicineKind.SUBSTANCE:
                twice.append(item.medicine.name)
            item = _stronger(known, item)  # noqa: PLW2901 (the merged item takes its place)
        merged[item.id] = item
    return Recognition(
        items=tuple(merged[key] for key in sorted(merged)),
        not_checked=tuple(dict.fromkeys(found.not_checked)),
        recognised=found.recognised,
        components=found.components,
        kratom_named=tuple(found.kratom_named),
        listed_twice=tuple(dict.fromkeys(twice)),
        amounts_in_names=tuple(dict.fromkeys(found.amounts_in_names)),
        unclear=tuple(sorted(found.unclear.items())),
        stood_in=tuple(sorted(found.stood_in.items())),
    )


def _stronger(one: Item, other: Item) -> Item:
    """Two lines of one medicine as one: the state that counts more, the less favourable rest."""
    first = min(one, other, key=lambda item: _ORDER.index(item.state))
    doses = [dose for dose in (one.dose_mg, other.dose_mg) if dose is not None]
    return dataclasses.replace(
        first,
        dose_mg=max(doses, default=None),
        route=min((one.route, other.route), key=_passing),
    )


def _passing(route: Route | None) -> tuple[bool, bool]:
    """Swallowed comes first, then what lies between, then what is injected."""
    return not passes_gut(route), is_between(route)
