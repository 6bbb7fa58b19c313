"""Who holds the mu receptors: the alkaloids and the opioid medicines, competing for one site.

Each ligand's share is its load over one plus the load of all. So the shares never add up to more
than the whole, and more of one ligand never raises the share of another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from speciosa.finding import Estimate
from speciosa.knowledge.kratom.ligands import Evidence
from speciosa.pharmacology.mechanism.occupancy import (
    ENTRY_FACTS,
    FREE_FACTS,
    Bound,
    estimate,
    total,
)
from speciosa.pharmacology.mechanism.opioids import Load, OnList, Opioid, load_of, named
from speciosa.pharmacology.mechanism.result import Competition, LigandShare

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.kratom.ligands import MuCompetition, OpioidLigand
    from speciosa.knowledge.kratom.model import Target
    from speciosa.pharmacology.exposure import ExposureSamples
    from speciosa.pharmacology.mechanism.drawing import Array

_KRATOM = "kratom"
_PERCENT = 100.0


class _Row(NamedTuple):
    """One ligand before the shares are taken."""

    ligand: str
    medicine: str
    role: str
    found: Load | None
    why_none: str
    facts: tuple[str, ...]


class _Together(NamedTuple):
    """The load of some ligands together, and what an interval of their shares covers."""

    load: Array
    interval: str


def shares(loads: Sequence[Array]) -> list[Array]:
    """Percentage of receptors that each ligand holds when all compete for one site."""
    everything = total(*loads)
    return [_share_of(load, everything) for load in loads]


def compete(
    target: Target,
    bound: Bound | None,
    listed: OnList,
    samples: ExposureSamples | None,
    knowledge: Knowledge,
) -> Competition:
    """The share of each ligand at the highest kratom level of the day, or why it is not known."""
    words = knowledge.kratom.mu_competition
    rows = tuple(_rows(target, bound, listed.counted, samples, knowledge))
    left_out = [row.ligand for row in rows if row.found is None]
    if samples is not None and samples.incomplete:
        left_out.append(words.phrases["incomplete"])
    notes = []
    if bound is not None:
        notes += [words.phrases["counted"], words.phrases["no_effect"]]
    if bound is not None and left_out:
        notes.append(words.phrases["left_out"])
    if any(opioid.planned for opioid in listed.counted):
        notes.append(words.phrases["planned_note"])
    if listed.stopped:
        notes.append(words.phrases["stopped_note"].format(names="; ".join(listed.stopped)))
    everything = _together(rows, words)
    own_side = {
        side: _together([row for row in rows if (row.medicine == _KRATOM) is side], words)
        for side in (True, False)
    }
    return Competition(
        target=target.target,
        ligands=tuple(_share(row, everything, own_side[row.medicine == _KRATOM]) for row in rows),
        vacant=None if everything is None else _vacant(rows, everything),
        left_out=tuple(left_out),
        notes=tuple(notes),
    )


def _rows(
    target: Target,
    bound: Bound | None,
    listed: tuple[Opioid, ...],
    samples: ExposureSamples | None,
    knowledge: Knowledge,
) -> Iterator[_Row]:
    words = knowledge.kratom.mu_competition
    incomplete = samples is not None and samples.incomplete
    no_exposure = words.phrases["not_all_known" if incomplete else "no_exposure"]
    for affinity in target.affinities:
        facts = (*affinity.facts, *FREE_FACTS, *ENTRY_FACTS)
        found, why = None, no_exposure
        if bound is not None:
            why = words.phrases["no_kratom_level"].format(ligand=affinity.ligand)
            if bound.plasma.holds(affinity.ligand):
                how, at_peak = words.phrases["kratom"], bound.at_peak(affinity.ligand)
                found, why = Load(at_peak, how, Evidence.IN_VITRO, facts), ""
        yield _Row(affinity.ligand, _KRATOM, "partial agonist", found, why, facts)
    for record in words.unknown_ligands:
        yield _Row(record.ligand, _KRATOM, record.role, None, record.why_none, record.facts)
    for opioid in listed:
        records = [one for one in words.ligands if one.medicine == opioid.medicine.id]
        usable = samples if bound is not None else None
        for record in records:
            yield _of_medicine(record, opioid, usable, no_exposure, knowledge)
        if not records:
            why = words.phrases["no_record"].format(medicine=opioid.medicine.name)
            name = named(opioid.medicine.name, opioid, knowledge)
            yield _Row(name, opioid.medicine.id, "", None, why, ())


def _of_medicine(
    record: OpioidLigand,
    opioid: Opioid,
    samples: ExposureSamples | None,
    no_exposure: str,
    knowledge: Knowledge,
) -> _Row:
    if samples is None:
        found, why = None, no_exposure
    else:
        found = load_of(record, opioid, samples, knowledge)
        why = "" if found else record.why_none
    facts = tuple(dict.fromkeys(found.facts if found else record.named()))
    name = named(record.ligand, opioid, knowledge)
    return _Row(name, opioid.medicine.id, record.role, found, why, facts)


def _together(rows: Sequence[_Row], words: MuCompetition) -> _Together | None:
    """The load of all of them together; ``None`` where none has a figure."""
    counted = [row for row in rows if row.found is not None]
    if not counted:
        return None
    medicines = any(row.medicine != _KRATOM for row in counted)
    interval = words.phrases["interval_medicines" if medicines else "interval"]
    return _Together(total(*(row.found.load for row in counted if row.found)), interval)


def _share_of(load: Array, everything: Array) -> Array:
    return _PERCENT * load / (1.0 + everything)


def _share(row: _Row, everything: _Together | None, own_side: _Together | None) -> LigandShare:
    together = apart = None
    how, evidence = "", Evidence.NONE
    if row.found is not None and everything is not None and own_side is not None:
        how, evidence, load = row.found.how, row.found.evidence, row.found.load
        held, alone = _share_of(load, everything.load), _share_of(load, own_side.load)
        together = estimate(held, "%", everything.interval, row.facts)
        apart = estimate(alone, "%", own_side.interval, row.facts)
    return LigandShare(
        ligand=row.ligand,
        medicine=row.medicine,
        role=row.role,
        together=together,
        apart=apart,
        how=how,
        evidence=evidence,
        why_none=row.why_none,
        facts=row.facts,
    )


def _vacant(rows: tuple[_Row, ...], everything: _Together) -> Estimate:
    facts = tuple(id_ for row in rows if row.found is not None for id_ in row.facts)
    return estimate(_PERCENT / (1.0 + everything.load), "%", everything.interval, facts)
