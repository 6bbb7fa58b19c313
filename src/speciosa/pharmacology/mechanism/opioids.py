"""The opioid medicines on the list, and the load each puts on the mu receptor."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from speciosa.knowledge.kratom.ligands import Evidence
from speciosa.knowledge.medicines import HazardClass, NameKind
from speciosa.pharmacology.mechanism.drawing import (
    Array,
    drawn,
    drawn_normal,
    log_even,
    of_published,
    of_range,
)
from speciosa.pharmacology.mechanism.occupancy import SEVEN_OH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from speciosa.case.model import Case, CaseMedicine
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.kratom.ligands import OpioidLigand
    from speciosa.knowledge.medicines import Medicine
    from speciosa.pharmacology.exposure import ExposureSamples

_OPIOID = (
    HazardClass.OPIOID_AGONIST,
    HazardClass.OPIOID_PARTIAL_AGONIST,
    HazardClass.OPIOID_ANTAGONIST,
)
_HOURS_PER_DAY = 24.0
_NM_PER_NG_PER_ML = 1000.0  # over the molar mass in g/mol


class Opioid(NamedTuple):
    """One opioid medicine of the list. ``daily_mg`` and ``route`` as far as they were given."""

    medicine: Medicine
    planned: bool = False
    daily_mg: float | None = None
    route: str | None = None

    @property
    def blocks(self) -> bool:
        """Whether it holds the receptors without activating them."""
        activating = (HazardClass.OPIOID_AGONIST, HazardClass.OPIOID_PARTIAL_AGONIST)
        antagonist = self.medicine.hazard(HazardClass.OPIOID_ANTAGONIST) is not None
        return antagonist and not any(self.medicine.hazard(klass) for klass in activating)


def named(name: str, opioid: Opioid, knowledge: Knowledge) -> str:
    """A medicine or its ligand, told apart when it is only planned."""
    planned = knowledge.kratom.mu_competition.phrases["planned"]
    return planned.format(name=name) if opioid.planned else name


class Load(NamedTuple):
    """The load of one ligand in every subject, and how it was found."""

    load: Array
    how: str
    evidence: Evidence
    facts: tuple[str, ...]


class OnList(NamedTuple):
    """Opioid medicines in use or planned, and the labels of those stopped."""

    counted: tuple[Opioid, ...]
    stopped: tuple[str, ...]


def opioids(case: Case, knowledge: Knowledge) -> OnList:
    """Opioid medicines on the list, each once, in the order of the list."""
    counted: dict[str, Opioid] = {}
    stopped: dict[str, str] = {}
    phrases = knowledge.kratom.mu_competition.phrases
    for line in case.medicines:
        for position, medicine in enumerate(_opioids_in(line.name, knowledge)):
            if line.stopped is not None and line.stopped <= case.date:
                said = phrases["stopped"].format(name=medicine.name, date=line.stopped.isoformat())
                stopped.setdefault(medicine.id, said)
                continue
            daily = _daily_mg(line) if position == 0 else None
            opioid = Opioid(medicine, bool(line.planned), daily, line.route)
            if medicine.id not in counted or not line.planned:
                counted[medicine.id] = opioid
    for substance in case.substances:
        for medicine in _opioids_in(substance.name, knowledge):
            counted.setdefault(medicine.id, Opioid(medicine))
    left = {id_: said for id_, said in stopped.items() if id_ not in counted}
    return OnList(tuple(counted.values()), tuple(left.values()))


def load_of(
    record: OpioidLigand, opioid: Opioid, samples: ExposureSamples, knowledge: Knowledge
) -> Load | None:
    """The load of one ligand on the mu receptor, or ``None`` where a figure is missing."""
    purpose = f"medicine/{record.medicine}/{record.ligand}"
    if record.measured:
        fact_id = _seen(record, opioid)
        if fact_id is None:
            return None
        seen = knowledge.kratom.mu_competition.phrases["seen"]
        load = _load_at(fact_id, samples, purpose, knowledge)
        return Load(load, seen, Evidence.HUMAN, (fact_id, *record.facts))
    return reckoned(record, drawn(samples, purpose, 4), knowledge)


def reckoned(record: OpioidLigand, u: Array, knowledge: Knowledge) -> Load | None:
    """From affinity, level, free fraction and entry into the brain, with draws of four columns."""
    if not (record.affinities and record.level and record.molar_mass and record.free_fraction):
        return None
    words = knowledge.kratom.mu_competition
    level = of_range(knowledge.fact(record.level), u[:, 0])
    plasma_nm = level * _NM_PER_NG_PER_ML / knowledge.fact(record.molar_mass).number
    free = knowledge.fact(record.free_fraction).number
    entry = of_range(knowledge.fact(words.brain_entry), u[:, 1])
    published = tuple(knowledge.fact(id_) for id_ in record.affinities)
    affinity = of_published(published, knowledge, u[:, 2])
    facts = [record.level, record.molar_mass, record.free_fraction, words.brain_entry]
    if record.shifts_in_life:
        affinity = affinity * of_range(knowledge.fact(words.agonist_in_life), u[:, 3])
        facts.append(words.agonist_in_life)
    return Load(
        plasma_nm * free * entry / affinity,
        words.phrases["reckoned_in_life" if record.shifts_in_life else "reckoned"],
        Evidence.IN_VITRO,
        (*record.affinities, *facts, *record.facts),
    )


def _seen(record: OpioidLigand, opioid: Opioid) -> str | None:
    """The fact on occupancy measured in people at this dose and after this route."""
    route_fits = opioid.route in record.routes or (opioid.route is None and not record.route_needed)
    if not route_fits:
        return None
    chosen = record.measured[-1]
    if (daily := opioid.daily_mg) is not None:
        fits = [one for one in record.measured if one.from_mg <= daily <= one.to_mg]
        if not fits:
            return None
        chosen = fits[0]
    return chosen.fact


def _load_at(fact_id: str, samples: ExposureSamples, purpose: str, knowledge: Knowledge) -> Array:
    """The load that gives the occupancies of a fact; what reads as full is held below it.

    Around a published middle the ends are taken as one standard deviation, each on its side: they
    come from few people, or from regions of their brains. Without a middle any value between the
    ends is as likely.
    """
    fact = knowledge.fact(fact_id)
    ceiling = knowledge.fact(knowledge.kratom.mu_competition.ceiling).number
    low, high = (_load(min(end, ceiling)) for end in (fact.low or 0.0, fact.high or 0.0))
    if fact.value is None:
        return log_even(low, high, drawn(samples, purpose, 1)[:, 0])
    middle = _load(fact.number)
    z = drawn_normal(samples, purpose)
    side = np.where(z < 0.0, np.log(middle / low), np.log(high / middle))
    spread: Array = middle * np.exp(z * side)
    return np.minimum(spread, _load(ceiling))


def _load(occupancy_percent: float) -> float:
    return occupancy_percent / (100.0 - occupancy_percent)


def _opioids_in(name: str, knowledge: Knowledge) -> Iterator[Medicine]:
    match = knowledge.medicines.match(name)
    if match.kind is not NameKind.MEDICINE:
        return
    for medicine in match.medicines:
        if medicine.id != SEVEN_OH and any(medicine.hazard(klass) for klass in _OPIOID):
            yield medicine


def _daily_mg(line: CaseMedicine) -> float | None:
    every = line.dosing_interval_h
    if line.dose_mg is None or every is None:
        return None
    return line.dose_mg * _HOURS_PER_DAY / every
