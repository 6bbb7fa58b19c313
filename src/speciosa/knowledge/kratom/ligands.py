"""Records of what binds where: how strong the evidence is, which words it earns, who competes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

import msgspec


class Evidence(StrEnum):
    """Where an effect of kratom through a pathway was seen, strongest first."""

    HUMAN = "human"
    ANIMAL = "animal"
    IN_VITRO = "in vitro"
    NONE = "none"


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the records here: strict about unknown fields."""


class EvidenceWords(Record, frozen=True, kw_only=True):
    """How a level of evidence is worded, and the highest certainty that it allows."""

    words: str
    certainty_at_most: str


class Measure(Record, frozen=True, kw_only=True):
    """What is shown for a kind of affinity: its unit, and the ceiling of a small effect."""

    unit: str
    small_below: str


class SmallEffectRule(Record, frozen=True, kw_only=True):
    """When binding may be called unlikely to matter, and what is said otherwise.

    ``laboratories`` names the fact that says how many are needed. ``free_fraction`` and
    ``brain_entry`` name, by ligand, the fact that was measured in people; a ligand that is absent
    has none. ``reasons`` are the words for each condition that fails.
    """

    text: str
    unknown: str
    laboratories: str
    reasons: Mapping[str, str]
    free_fraction: Mapping[str, str] = {}
    brain_entry: Mapping[str, str] = {}


class Efficacy(Record, frozen=True, kw_only=True):
    """What one ligand does in an assay.

    ``effect`` and ``potency`` are facts (largest effect in % of the reference, and EC50). Without
    a potency the affinity of the binding assays is used.
    """

    ligand: str
    effect: str
    potency: str = ""


class Assay(Record, frozen=True, kw_only=True):
    """One assay of receptor activation, and what it measured of each ligand."""

    id: str
    target: str
    name: str
    unit: str
    meaning: str
    ligands: tuple[Efficacy, ...]
    facts: tuple[str, ...] = ()


class Measured(Record, frozen=True, kw_only=True):
    """Occupancy seen in the human brain (a fact, %) at daily doses from and to, in mg."""

    fact: str
    from_mg: float
    to_mg: float


class OpioidLigand(Record, frozen=True, kw_only=True):
    """A medicine, or a metabolite of it, that binds the mu receptor.

    Where occupancy was seen in people (``measured``, after ``routes``; a route that was not given
    counts unless ``route_needed``) that is used, and nothing at other doses or routes. Else it is
    reckoned from ``affinities``, ``level`` (total plasma), ``molar_mass`` and ``free_fraction``,
    all facts, and for an agonist (``shifts_in_life``) a range for how much weaker it binds than in
    the assay. Without the data ``why_none`` says so.
    """

    medicine: str
    ligand: str
    role: str
    measured: tuple[Measured, ...] = ()
    routes: tuple[str, ...] = ()
    route_needed: bool = False
    affinities: tuple[str, ...] = ()
    level: str = ""
    molar_mass: str = ""
    free_fraction: str = ""
    shifts_in_life: bool = False
    why_none: str = ""
    facts: tuple[str, ...] = ()

    def named(self) -> Iterator[str]:
        """Every fact of the table ``kratom`` that the record names."""
        single = (self.level, self.molar_mass)
        measured = (one.fact for one in self.measured)
        yield from (id_ for id_ in (*self.affinities, *single, *measured, *self.facts) if id_)


class MuCompetition(Record, frozen=True, kw_only=True):
    """The opioid medicines at the mu receptor, what cannot be counted, and the words."""

    target: str
    ceiling: str
    brain_entry: str
    agonist_in_life: str
    unknown_ligands: tuple[OpioidLigand, ...]
    ligands: tuple[OpioidLigand, ...]
    phrases: Mapping[str, str]
