"""One person: record -> case -> assessment -> row."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from speciosa.assessment import assess
from speciosa.clinical.safety.result import UrgentStatus
from speciosa.cohort.counts import added
from speciosa.cohort.people.evidence import NO_ROW, evidence, has_gad
from speciosa.cohort.people.findings import findings
from speciosa.cohort.people.names import file_name
from speciosa.cohort.people.record import PersonRecord, record
from speciosa.cohort.result import Evidence, Row, RowMatch, RowProblem
from speciosa.errors import InputError, InputProblem
from speciosa.fhir import write
from speciosa.fhir.read import Imported, case_from_bundle, matches_in
from speciosa.fhir.read.conditions import read_conditions
from speciosa.fhir.read.kratom_use import read_kratom
from speciosa.fhir.read.patient import has_died, read_patient
from speciosa.fhir.read.result import Reading
from speciosa.fhir.shape import text

if TYPE_CHECKING:
    from speciosa.assessment import Assessment
    from speciosa.case import Case
    from speciosa.cohort.options import Options
    from speciosa.cohort.people.lines import Gathered
    from speciosa.fhir.kratom import Match
    from speciosa.knowledge import Knowledge

_SERVERS = InputProblem("Patient", "addresses of it on several servers", "the records of one")
_ROUTES = frozenset({UrgentStatus.EMERGENCY, UrgentStatus.SAME_DAY, UrgentStatus.SOON})


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one person. ``row`` is ``None`` without ground for one; ``bundle`` if asked."""

    evidence: Evidence
    row: Row | None
    bundle: bytes = b""
    unread: dict[str, int] = {}
    duplicates: int = 0


def person(gathered: Gathered, knowledge: Knowledge, options: Options) -> Person:
    """Assess one person by all lines of theirs. Never raises for what the record holds."""
    held = record(gathered)
    try:
        if len(held.servers) > 1:
            raise InputError([_SERVERS])
        read = case_from_bundle(held.bundle(), knowledge, today=options.date)
    except Exception as error:
        read = _without_case(held, _problems(error), options.date)
    known = _known(read, held, knowledge, options.date)
    level = _level(read.kratom, known["kratom"], held)
    gad = has_gad(known["conditions"])
    unread = added((read.counts(), *({_why(problem): 1} for problem in held.problems)))
    if level in NO_ROW and not (options.gad and gad):
        return Person(evidence=level, row=None, unread=unread, duplicates=held.duplicates)
    row = Row(
        patient=gathered.patient,
        evidence=level,
        gad=gad,
        matches=tuple(map(_match, read.kratom)),
        assessed=False,
        questions=tuple(dict.fromkeys(read.questions)),
        problems=(*map(_problem, read.problems), *held.problems, *_of_birth(held, known)),
        age_years=known["age_years"],
        sex=known["sex"],
        place=known["place"],
    )
    bundle = b""
    if read.case is not None:
        row, bundle = _assessed(row, read.case, knowledge, options)
    return Person(evidence=level, row=row, bundle=bundle, unread=unread, duplicates=held.duplicates)


def _level(matches: Sequence[Match], status: str | None, held: PersonRecord) -> Evidence:
    """The evidence; what versions of one entry say differently, none the newest, is uncertain."""
    several = held.of_several_versions()
    told: dict[str, set[str]] = {}
    for match in matches:
        told.setdefault(match.resource, set()).add(match.status)
    open_ = {name for name in several if len(told.get(name, ())) > 1}
    if not open_:
        return evidence(matches, status)
    level = evidence([match for match in matches if match.resource not in open_], None)
    return Evidence.UNCERTAIN if level in NO_ROW else level


def _of_birth(held: PersonRecord, known: dict[str, Any]) -> Iterator[RowProblem]:
    """A date of birth that gives no age: said, because age is then missing and not unknown."""
    born = [text(one.get("birthDate")) for one in held.patients]
    alone = len(held.patients) == 1 and not has_died(held.patients[0])
    if alone and any(born) and known["age_years"] is None:
        given, accepted = "a date that gives no age", "a date of the last 120 years"
        yield RowProblem(field="Patient.birthDate", value=given, accepted=accepted)


def _assessed(row: Row, case: Case, knowledge: Knowledge, options: Options) -> tuple[Row, bytes]:
    try:
        found = assess(case, knowledge, seed=options.seed, subjects=options.subjects)
        bundle = _bundle(row.patient, case, found, knowledge) if options.bundles else b""
        assessed = msgspec.structs.replace(
            row,
            assessed=True,
            urgent=found.urgent.status in _ROUTES,
            route=found.urgent.status,
            findings=findings(found),
            bundle=file_name(row.patient) if bundle else "",
        )
    except Exception as error:
        problems = (*row.problems, *map(_problem, _problems(error)))
        return msgspec.structs.replace(row, problems=problems), b""
    return assessed, bundle


def _problems(error: Exception) -> tuple[InputProblem, ...]:
    """What went wrong with one person, so that nobody else's screening ends with it.

    A fault of ours is told by its place alone: its words could be of the record.
    """
    if isinstance(error, InputError):
        return error.problems
    if isinstance(error, (MemoryError, OSError)):
        # Of the machine, not of the record: the next time can go well.
        raise error
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = trace.tb_frame.f_globals.get("__name__", "?") if trace is not None else "?"
    told = f"a fault of ours: {type(error).__name__} in {where}"
    return (InputProblem("record", told, "please report it"),)


def _bundle(patient: str, case: Case, found: Assessment, knowledge: Knowledge) -> bytes:
    # The day of the screening, and not the hour of the run: the same export gives the same bytes.
    recorded = dt.datetime.combine(case.date, dt.time(), dt.UTC)
    subject = {"reference": _reference(patient)}
    made = write.bundle(case, found, knowledge=knowledge, recorded=recorded, subject=subject)
    return write.encode(made)


def _reference(patient: str) -> str:
    """A reference to the person by their key: an id, or what stands for one without a Patient."""
    if patient.startswith("identifier:"):
        return f"Patient?identifier={patient.removeprefix('identifier:')}"
    return patient if ":" in patient or "/" in patient else f"Patient/{patient}"


# ------------------------------------------------------------------ what is known


def _known(
    read: Imported, held: PersonRecord, knowledge: Knowledge, today: dt.date
) -> dict[str, Any]:
    """Age, sex, place, conditions and kratom, of the case or of what makes none."""
    if read.case is not None:
        document: dict[str, Any] = read.case.model_dump(exclude_none=True)
        alive = True
    else:
        reading = Reading(document={"date": today})
        first: dict[str, Any] = next(iter(held.patients), {})
        if len(held.patients) <= 1:
            read_patient(first, reading, knowledge, today)
        conditions = [r for r in held.resources if r["resourceType"] in _CONDITIONS]
        read_conditions(conditions, reading, knowledge, today)
        read_kratom(read.kratom, {}, reading, today)
        document = reading.document
        alive = not any(map(has_died, held.patients))
    someone = document.get("person", {})
    return {
        "kratom": document.get("kratom", {}).get("status"),
        "conditions": document.get("conditions", ()),
        # The dead have no age on the day of the screening.
        "age_years": someone.get("age_years") if alive else None,
        "sex": str(someone.get("sex", "")),
        "place": document.get("place", ""),
    }


_CONDITIONS = frozenset({"Condition", "FamilyMemberHistory"})


def _without_case(
    held: PersonRecord, problems: tuple[InputProblem, ...], today: dt.date
) -> Imported:
    """What the record says of kratom where it cannot be read as that of one person."""
    names = {f"Medication/{one.get('id', '')}": one for one in held.medications}
    found = matches_in(held.resources, names, today)
    return Imported(case=None, kratom=found, problems=problems)


# ------------------------------------------------------------------ as rows


def _match(match: Match) -> RowMatch:
    return RowMatch(
        grounds=match.ground,
        confidence=match.confidence,
        status=match.status,
        because=match.because,
        resource=match.resource,
        field=match.field,
        words=match.words,
        substance=match.substance,
        system=match.system,
        code=match.code,
        when=match.when,
        of_person=match.of_person,
    )


def _why(problem: RowProblem) -> str:
    """Why a line was not read, in words that count: whatever its type holds can be of a person."""
    kind = problem.field.partition("/")[0]
    return f"{kind if _TYPE.fullmatch(kind) else 'a resource'}: {problem.value}"


_TYPE = re.compile(r"[A-Z][A-Za-z]{2,39}")


def _problem(problem: InputProblem) -> RowProblem:
    return RowProblem(field=problem.field, value=problem.value, accepted=problem.accepted)
