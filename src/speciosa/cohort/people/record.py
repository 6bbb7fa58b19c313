"""From a person's lines to one FHIR Bundle about them; what cannot be read is left out and said."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from speciosa.cohort.jsonline import decoded
from speciosa.cohort.people.lines import Gathered, Line
from speciosa.cohort.result import RowProblem
from speciosa.cohort.versions import moment
from speciosa.fhir.read.bundle import MAX_DEPTH
from speciosa.fhir.shape import a_dict, text

# Whose line it is was settled when the lines were gathered. Inside the Bundle the person goes by
# this name, so that no form of reference in the export can hide a resource or bring in another's.
PERSON = "urn:speciosa:person"
_WHOM = ("subject", "patient")
_ROOM_OF_BUNDLE = 4  # levels of nesting that a Bundle adds around a resource


class PersonRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What the export holds of one person.

    ``problems`` are resources that cannot be read or of doubtful version; ``duplicates`` counts
    repeated and older ones. ``servers``: the addresses of servers under which lines name the
    person, where the export does not say its own.
    """

    patients: tuple[dict[str, Any], ...]
    resources: tuple[dict[str, Any], ...]
    medications: tuple[dict[str, Any], ...]
    problems: tuple[RowProblem, ...] = ()
    duplicates: int = 0
    servers: frozenset[str] = frozenset()

    def of_several_versions(self) -> frozenset[str]:
        """The names of resources of which nobody knows the newest version."""
        names = Counter(f"{one['resourceType']}/{text(one.get('id'))}" for one in self.resources)
        return frozenset(n for n, number in names.items() if number > 1 and not n.endswith("/"))

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
            resource = _referring(resource, gathered.shared.get(line.medication, ()))
            (patients if line.type == "Patient" else others).append((line, resource))
    newest, older = _newest(others, problems)
    medications = [one for one in newest if one["resourceType"] == "Medication"]
    mine = [_about(one) for one in newest if one["resourceType"] != "Medication"]
    medications += _referred(lines, gathered.shared, problems)
    # Two versions of a Patient can be two people under one id: all are kept, to be compared.
    patients.sort(key=lambda pair: (_updated(pair[1]) or _NEVER, pair[0].raw), reverse=True)
    return PersonRecord(
        patients=tuple(one for _, one in patients),
        resources=tuple(mine),
        medications=tuple(medications),
        problems=tuple(problems),
        duplicates=twice + older,
        servers=frozenset(line.server for line in lines) - {""},
    )


def _once(lines: Iterable[Line]) -> tuple[list[Line], int]:
    """The lines in an order of their own, each once."""
    ordered = sorted(lines, key=lambda line: (line.type, line.id, line.raw))
    found = [line for i, line in enumerate(ordered) if i == 0 or line.raw != ordered[i - 1].raw]
    return found, len(ordered) - len(found)


def _read(line: Line, problems: list[RowProblem]) -> dict[str, Any] | None:
    where = f"{line.type[:40]}/{line.id[:64]}" if line.id else line.type[:40]
    try:
        resource = decoded(line.raw)
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


def _newest(
    read: list[tuple[Line, dict[str, Any]]], problems: list[RowProblem]
) -> tuple[list[dict[str, Any]], int]:
    """Of each type and id the version updated last; all of them where that is not known."""
    named: dict[tuple[str, str, bytes], list[tuple[bytes, dict[str, Any]]]] = {}
    for line, resource in read:
        name = (line.type, line.id, b"" if line.id else line.raw)
        named.setdefault(name, []).append((line.raw, resource))
    newest: list[dict[str, Any]] = []
    for name, versions in sorted(named.items(), key=lambda one: one[0]):
        last = _last(versions)
        if len(last) > 1:
            where = f"{name[0][:40]}/{name[1][:64]}"
            given = f"{len(last)} versions, and none says that it is the newest"
            problems.append(_problem(where, given, "one version, or the date of each"))
        newest += last
    return newest, len(read) - len(newest)


def _last(versions: list[tuple[bytes, dict[str, Any]]]) -> list[dict[str, Any]]:
    """The versions of which none is surely older than another, by their bytes."""
    versions = sorted(versions, key=lambda one: one[0])
    moments = [_updated(one) for _, one in versions]
    if None not in moments:
        newest = max(moment for moment in moments if moment is not None)
        held = [one for (_, one), moment in zip(versions, moments, strict=True) if moment == newest]
    else:
        held = [one for _, one in versions]
    return [one for i, one in enumerate(held) if one not in held[:i]]


def _updated(resource: dict[str, Any]) -> dt.datetime | None:
    return moment(text(a_dict(resource.get("meta")).get("lastUpdated")))


_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


def _about(resource: dict[str, Any]) -> dict[str, Any]:
    """The resource with the name that the person has in the Bundle."""
    given = {field: {"reference": PERSON} for field in _WHOM if field in resource}
    return {**resource, **(given or {"subject": {"reference": PERSON}})}


def _referring(resource: dict[str, Any], medications: Sequence[Line]) -> dict[str, Any]:
    """The resource with the plain form of its reference to the Medication that it means."""
    ids = {line.id for line in medications} - {""}
    if len(ids) != 1:
        return resource
    told = {**a_dict(resource.get("medicationReference")), "reference": f"Medication/{ids.pop()}"}
    return {**resource, "medicationReference": told}


def _referred(
    lines: Iterable[Line], shared: Mapping[str, Sequence[Line]], problems: list[RowProblem]
) -> list[dict[str, Any]]:
    """The Medications that this person's resources refer to."""
    wanted = {line.medication for line in lines} & shared.keys()
    found, _ = _once(line for name in wanted for line in shared[name])
    read = ((line, _read(line, problems)) for line in found)
    held = [(line, resource) for line, resource in read if resource is not None]
    return _newest(held, problems)[0]
