"""What screening says of a person. The JSON keys are a contract."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Evidence(StrEnum):
    """What all that a record says of kratom comes to; strongest first.

    ``use`` is use on record: said at some time, and not said to have stopped since.
    """

    USE = "use"
    PAST_USE = "past use"
    UNCERTAIN = "uncertain"
    DENIED = "denied"
    SOMEBODY_ELSE = "somebody else"
    NONE = "none"


class RowMatch(msgspec.Struct, frozen=True, kw_only=True):
    """One place in the record that names kratom; ``words`` is the name alone, never a sentence."""

    grounds: str
    confidence: str
    status: str
    because: str
    resource: str
    field: str
    words: str
    substance: str
    system: str = ""
    code: str = ""
    when: str = ""
    of_person: bool = True


class RowFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of the assessment, and in which part of it it stands; ``facts`` can be cited.

    ``about`` names, for an interaction, who takes part in it, and ``title`` says in a few words
    what it is; both are empty elsewhere. A rule that holds has a title as well.
    """

    part: str
    id: str
    severity: str
    certainty: str
    tone: str
    text: str
    facts: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    title: str = ""


class RowProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a part of the record, or all of it, could not be used: which field, what it held."""

    field: str
    value: str
    accepted: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One person of the screening.

    ``gad`` says whether generalized anxiety disorder stands in the record now; ``None``: the record
    says nothing of it, which is not "no". ``assessed`` is false where the record makes no case;
    ``problems`` say why. ``urgent``: the assessment has an urgent route; ``route`` is its status,
    "" without an assessment. ``questions`` are what the record leaves open. ``age_years`` and
    ``sex`` are those on the date of the screening. ``bundle`` is the name of the FHIR Bundle that
    was asked for, or "".
    """

    patient: str
    evidence: Evidence
    gad: bool | None
    matches: tuple[RowMatch, ...]
    assessed: bool
    urgent: bool = False
    route: str = ""
    findings: tuple[RowFinding, ...] = ()
    questions: tuple[str, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    age_years: float | None = None
    sex: str = ""
    place: str = ""
    bundle: str = ""
