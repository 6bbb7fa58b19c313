"""From a person's lines to one FHIR Bundle about them; what cannot be read is left out and said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from speciosa.cohort.people.lines import Gathered, Line
from speciosa.cohort.result import RowProblem
from speciosa.fhir.read.bundle import MAX_DEPTH
from speciosa.fhir.references import without_history
from speciosa.fhir.shape import a_dict, text

# Whose line it is was settled when the lines were gathered. Inside the Bundle the person goes by
# this name, so that no form of reference in the export can hide a resource or bring in another's.
PERSON = "urn:speciosa:person"
_WHOM = ("subject", "patient")
_ROOM_OF_BUNDLE = 4  # levels of nesting that a Bundle adds around a resource


class PersonRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What the export holds of one person.

    ``problems`` are resources that cannot be read, ``duplicates`` counts repeated and older ones.
    """

    patients: tuple[dict[str, Any], ...]
    resources: tuple[dict[str, Any], ...]
    medications: tuple[dict[str, Any], ...]
    problems: tuple[RowProblem, ...] = ()
    duplicates: int = 0

    def bundle(self) -> dict[str, Any]:
        """The record as a searchset: nothing of ours in it may stand for the whole."""
        known = ({"fullUrl": PERSON, "resource": one} for one in self.patients)
        others = ({"resource": one} for one in (*self.resources, *self.medications))
        return {"resourceType": "Bundle", "type": "searchset", "entry": [*known, *others]}


def record(gathered: Gathered) -> PersonRecord:
    """Read a person's lines; the same record for any order of them. Never raises for a line."""
    problems: list[RowProblem] = []
    patients: list[tuple[Line, dict[str, Any]]] = []
    others: list[tuple[Line, dict[str, Any]]] = []
    lines, twice = _once(gathered.lines)
    for line in lines:
        resource = _read(line, problems)
        if resource is not None:
            (patients if line.type == "Patient" else others).append((line, resource))
    newest, older = _newest(others)
    medications = [one for one in newest if one["resourceType"] == "Medication"]
    mine = [_about(one) for one in newest if one["resourceType"] != "Medication"]
    medications += _referred(mine, gathered.shared, problems)
    # Two versions of a Patient can be two people under one id: all are kept, to be compared.
    patients.sort(key=lambda pair: (_updated(pair[1]), pair[0].raw), reverse=True)
    return PersonRecord(
        patients=tuple(one for _, one in patients),
        resources=tuple(mine),
        medications=tuple(medications),
        problems=tuple(problems),
        duplicates=twice + older,
    )


def _once(lines: Iterable[Line]) -> tuple[list[Line], int]:
    """The lines in an order of their own, each once."""
    ordered = sorted(lines, key=lambda line: (line.type, line.id, line.raw))
    found = [line for i, line in enumerate(ordered) if i == 0 or line.raw != ordered[i - 1].raw]
    return found, len(ordered) - len(found)


def _read(line: Line, problems: list[RowProblem]) -> dict[str, Any] | None:
    where = f"{line.type[:40]}/{line.id[:64]}" if line.id else line.type[:40]
    try:
        resource = msgspec.json.decode(line.raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        problems.append(_problem(where, "text that is not valid JSON", "a FHIR resource"))
        return None
    if not isinstance(resource, dict) or not text(resource.get("resourceType")):
        problems.append(_problem(where, "something else", "a FHIR resource"))
        return None
    deepest = MAX_DEPTH - _ROOM_OF_BUNDLE
    # Fewer brackets than levels cannot be too deep; few resources need the closer look.
    if line.raw.count(b"{") + line.raw.count(b"[") > deepest and _deeper(resource, deepest):
        problems.append(_problem(where, "data nested too deeply", f"at most {deepest} levels"))
        return None
    return resource


def _problem(where: str, value: str, accepted: str) -> RowProblem:
    return RowProblem(field=where, value=value, accepted=accepted)


def _deeper(value: object, most: int) -> bool:
    level: list[object] = [value]
    for _ in range(most + 1):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return False
    return True


def _inside(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _newest(read: list[tuple[Line, dict[str, Any]]]) -> tuple[list[dict[str, Any]], int]:
    """Of each type and id the version updated last, else the last by its bytes."""
    best: dict[tuple[str, str, bytes], tuple[dt.datetime, bytes, dict[str, Any]]] = {}
    for line, resource in read:
        name = (line.type, line.id, b"" if line.id else line.raw)
        here = (_updated(resource), line.raw, resource)
        held = best.get(name)
        if held is None or held[:2] < here[:2]:
            best[name] = here
    return [best[name][2] for name in sorted(best)], len(read) - len(best)


_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


def _updated(resource: dict[str, Any]) -> dt.datetime:
    """When a resource was updated last; long ago where that is not said."""
    try:
        moment = dt.datetime.fromisoformat(text(a_dict(resource.get("meta")).get("lastUpdated")))
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return _NEVER


def _about(resource: dict[str, Any]) -> dict[str, Any]:
    """The resource with the name that the person has in the Bundle."""
    given = {field: {"reference": PERSON} for field in _WHOM if field in resource}
    return {**resource, **(given or {"subject": {"reference": PERSON}})}


def _referred(
    resources: Iterable[dict[str, Any]],
    shared: Mapping[str, Sequence[Line]],
    problems: list[RowProblem],
) -> list[dict[str, Any]]:
    """The Medications that this person's resources refer to."""
    if not shared:
        return []
    references = {
        text(a_dict(one.get("medicationReference")).get("reference")) for one in resources
    }
    wanted = {without_history(one).replace(":", "/").rpartition("/")[2] for one in references}
    if any("identifier=" in one for one in references):
        # Any of them can be meant; the rules of the Bundle find out which.
        wanted = set(shared)
    lines, _ = _once(line for id_ in wanted for line in shared.get(id_, ()))
    read = ((line, _read(line, problems)) for line in lines)
    return _newest([(line, resource) for line, resource in read if resource is not None])[0]
