"""Records of the table ``kratom`` that are more than a single figure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from speciosa.knowledge.kratom.ligands import (
    Assay,
    Evidence,
    EvidenceWords,
    Measure,
    SmallEffectRule,
)


class Content(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of one alkaloid in a form of product when nothing is known of this one.

    ``fact`` holds the range (``low`` and ``high``); ``per`` is ``g`` or ``unit``; ``factor`` turns
    its unit into mg per g or mg per unit. ``from_zero``: the fact is an upper bound.
    """

    fact: str
    per: str
    factor: float = 1.0
    from_zero: bool = False


class Form(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A form of product: its name, which amounts make sense for it, and its usual content."""

    form: str
    name: str
    unit_name: str
    mitragynine: Content | None = None
    seven_oh: Content | None = None
    note: str = ""
    facts: tuple[str, ...] = ()


class FindingText(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A finding as written by people; ``{names}`` are filled in by the room."""

    id: str
    severity: str
    certainty: str
    tone: str
    text: str
    action: str = ""
    detail: str = ""
    facts: tuple[str, ...] = ()


class MissingText(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A missing piece as written by people."""

    field: str
    severity: str
    cost: str
    how: str = ""


class RoomWording(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a room says that is advice or explanation."""

    findings: tuple[FindingText, ...]
    missing: Mapping[str, MissingText]
    phrases: Mapping[str, str]


class Affinity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One ligand at one target: the facts that together make the set of published values.

    ``laboratories`` names, for the human target, each independent laboratory and its fact.
    """

    ligand: str
    facts: tuple[str, ...]
    laboratories: Mapping[str, str] = {}


class Target(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A molecular target: who binds, what happens then, and what may and may not be said.

    ``measure`` is ``Ki`` (occupancy) or ``IC50`` (ratio of unbound concentration to IC50).
    Without affinities ``why_none`` says why nothing is computed. ``evidence`` is where an effect
    of kratom through this target was seen; ``left_out`` are alkaloids that bind here and whose
    level is not predicted.
    """

    id: str
    system: str
    target: str
    action: str
    measure: str
    certainty: str
    could_explain: str
    could_not_explain: str
    evidence: Evidence
    evidence_of: str
    affinities: tuple[Affinity, ...] = ()
    left_out: tuple[str, ...] = ()
    ligands: tuple[str, ...] = ()
    why_none: str = ""
    facts: tuple[str, ...] = ()


class MechanismWording(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The targets, and everything the mechanism room says."""

    targets: tuple[Target, ...]
    measures: Mapping[str, Measure]
    evidence: Mapping[Evidence, EvidenceWords]
    small_effect: SmallEffectRule
    assays: tuple[Assay, ...]
    findings: tuple[FindingText, ...]
    missing: Mapping[str, MissingText]
    phrases: Mapping[str, str]
