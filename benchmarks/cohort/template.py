"""People of a small export as moulds: their lines with a slot wherever an id of theirs stands.

A person of the inflated export is a mould with eight hexadecimal digits of its own in the slots, so
a person costs one replacement of bytes for each type of resource, whatever the size.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xxhash

Resource = dict[str, Any]
Name = tuple[str, str]

# No JSON text holds this character, so it can stand for what a person gets of their own.
SLOT = "\x01"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REFERENCE = re.compile(
    r"(?P<head>(?:.*/)?)(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9.-]{1,64})(?P<tail>/_history/.*)?"
)
_CONDITIONAL = re.compile(r"(?P<type>[A-Z][A-Za-z]+)\?identifier=(?P<system>[^|]*)\|(?P<value>.+)")
_OWNERS = ("subject", "patient", "beneficiary")
_LONGEST_TAIL = 55
# What stands in an export and is nobody's record.
_ABOUT_THE_EXPORT = frozenset({"OperationOutcome", "Bundle", "Parameters"})


@dataclass(frozen=True)
class Mould:
    """One person: their id with its slot, and their lines by type of resource."""

    patient: str
    lines: dict[str, bytes]


@dataclass
class Template:
    """An export taken apart: its people, what they share, and what was left out and why."""

    people: list[Mould]
    shared: dict[str, bytes]
    left_out: Counter[str] = field(default_factory=Counter)


def read(
    folder: Path, *, most: int | None = None, unwanted: Callable[[Resource], bool] = lambda _: False
) -> Template:
    """Take an export apart.

    ``most``: how many resources of a person are kept; they are chosen over all types in turn, each
    with what it refers to, so that no reference loses its target. ``unwanted`` resources are left
    out. The whole export is held in memory: it is meant to be small.
    """
    left_out: Counter[str] = Counter()
    held = list(_newest(_resources(folder, left_out)))
    by_identifier = {
        (kind_of(one), system, value): (kind_of(one), one["id"])
        for one in held
        for system, value in _identifiers(one)
    }
    people: dict[str, list[Resource]] = defaultdict(list)
    others: list[Resource] = []
    for one in held:
        owner = _owner(one, by_identifier)
        if kind_of(one) in _ABOUT_THE_EXPORT:
            left_out["speaks of the export, not of a person"] += 1
        elif unwanted(one):
            left_out["not wanted"] += 1
        elif kind_of(one) == "Patient":
            people[one["id"]].insert(0, one)
        elif owner is None:
            others.append(one)
        else:
            people[owner].append(one)
    moulds = []
    for id_, own in people.items():
        if kind_of(own[0]) != "Patient":
            left_out["belongs to a person who is not in the export"] += len(own)
            continue
        kept = own if most is None else _fewer(own, most, by_identifier)
        left_out["beyond the number of resources a person"] += len(own) - len(kept)
        moulds.append(_mould(id_, kept, by_identifier))
    owned = {name(one) for own in people.values() for one in own}
    free = [one for one in others if not owned & set(_targets(one, by_identifier))]
    left_out["belongs to nobody and refers to a person"] += len(others) - len(free)
    shared = {kind: _lines(lines) for kind, lines in _by_kind(free).items()}
    return Template(people=moulds, shared=shared, left_out=+left_out)


def kind_of(resource: Resource) -> str:
    """The type of a resource."""
    return str(resource.get("resourceType", ""))


def name(resource: Resource) -> Name:
    """Type and id."""
    return kind_of(resource), str(resource.get("id", ""))


def as_line(resource: Resource) -> bytes:
    """A resource as one line; slots stay slots."""
    text = json.dumps(resource, ensure_ascii=False, separators=(",", ":"))
    return text.replace("\\u0001", SLOT).encode() + b"\n"


def lines_of(path: Path) -> list[bytes]:
    """The lines of a file, plain or in gzip."""
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines()


def export_files(folder: Path) -> list[Path]:
    """The NDJSON files of a folder in order of their names."""
    return sorted(p for p in folder.iterdir() if p.name.endswith((".ndjson", ".ndjson.gz")))


# ------------------------------------------------------------------ reading


def _resources(folder: Path, left_out: Counter[str]) -> Iterator[Resource]:
    for path in export_files(folder):
        for line in filter(None, map(bytes.strip, lines_of(path))):
            try:
                one = json.loads(line)
            except ValueError:
                left_out["a line that is not JSON"] += 1
                continue
            if isinstance(one, dict) and one.get("resourceType"):
                yield one
            else:
                left_out["a line that is no resource"] += 1


def _newest(resources: Iterable[Resource]) -> Iterator[Resource]:
    found: dict[Name, Resource] = {}
    for i, one in enumerate(resources):
        key = name(one) if one.get("id") else (kind_of(one), f"{SLOT}{i}")
        told = one.get("meta", {}).get("lastUpdated", "")
        if key not in found or told > found[key].get("meta", {}).get("lastUpdated", ""):
            found[key] = one
    return iter(found.values())


def _identifiers(resource: Resource) -> Iterator[tuple[str, str]]:
    told = resource.get("identifier")
    for one in told if isinstance(told, list) else []:
        if isinstance(one.get("system"), str) and isinstance(one.get("value"), str):
            yield one["system"], one["value"]


def _referred(reference: str, by_identifier: dict[tuple[str, str, str], Name]) -> Name | None:
    if found := _CONDITIONAL.fullmatch(reference):
        return by_identifier.get((found["type"], found["system"], found["value"]))
    if found := _REFERENCE.fullmatch(reference):
        return found["type"], found["id"]
    return None


def _owner(resource: Resource, by_identifier: dict[tuple[str, str, str], Name]) -> str | None:
    for key in _OWNERS:
        told = resource.get(key)
        target = _target(told, by_identifier) if isinstance(told, dict) else None
        if target is not None and target[0] == "Patient":
            return target[1]
    return None


def _target(
    reference: dict[str, Any], by_identifier: dict[tuple[str, str, str], Name]
) -> Name | None:
    told = reference.get("reference")
    if isinstance(told, str):
        return _referred(told, by_identifier)
    logical = reference.get("identifier")
    if isinstance(logical, dict):
        key = ("Patient", str(logical.get("system", "")), str(logical.get("value", "")))
        return by_identifier.get(key)
    return None


def _targets(value: object, by_identifier: dict[tuple[str, str, str], Name]) -> Iterator[Name]:
    if isinstance(value, dict):
        found = _target(value, by_identifier)
        if found is not None:
            yield found
        for inner in value.values():
            yield from _targets(inner, by_identifier)
    elif isinstance(value, list):
        for inner in value:
            yield from _targets(inner, by_identifier)


def _by_kind(resources: Iterable[Resource]) -> dict[str, list[Resource]]:
    found: dict[str, list[Resource]] = defaultdict(list)
    for one in resources:
        found[kind_of(one)].append(one)
    return found


def _fewer(
    own: list[Resource], most: int, by_identifier: dict[tuple[str, str, str], Name]
) -> list[Resource]:
    """The person and others over all types in turn, each with what it refers to."""
    by_name = {name(one): one for one in own}
    kept: dict[Name, Resource] = {name(own[0]): own[0]}
    queues = [list(reversed(lines)) for lines in _by_kind(own[1:]).values()]
    while any(queues) and len(kept) < most:
        for queue in filter(None, queues):
            wanted: dict[Name, Resource] = {}
            waiting = [queue.pop()]
            while waiting:
                one = waiting.pop()
                if name(one) not in kept and name(one) not in wanted:
                    wanted[name(one)] = one
                    waiting += [by_name[t] for t in _targets(one, by_identifier) if t in by_name]
            if len(kept) + len(wanted) <= most:
                kept |= wanted
    return [one for one in own if name(one) in kept]


# ------------------------------------------------------------------ moulds


def _mould(
    patient: str, own: list[Resource], by_identifier: dict[tuple[str, str, str], Name]
) -> Mould:
    names = {name(one) for one in own}
    values = {pair for one in own for pair in _identifiers(one)}
    moved = [_moved(one, names, values, by_identifier) for one in own]
    for one in moved:
        one["id"] = slotted(one["id"])
    if len({name(one) for one in moved}) != len(moved):
        raise ValueError("two resources of one person would get the same id")
    return Mould(
        patient=slotted(patient),
        lines={kind: _lines(lines) for kind, lines in _by_kind(moved).items()},
    )


def slotted(id_: str) -> str:
    """An id with a slot in it: in a UUID in place of its first eight digits, else in front."""
    if _UUID.fullmatch(id_):
        return SLOT + id_[8:]
    tail = id_ if len(id_) < _LONGEST_TAIL else xxhash.xxh3_128_hexdigest(id_.encode())
    return f"{SLOT}-{tail}"


def _moved(
    resource: Resource,
    names: set[Name],
    values: set[tuple[str, str]],
    by_identifier: dict[tuple[str, str, str], Name],
) -> Resource:
    """A copy in which references to these resources and their identifiers have slots."""

    def inner(value: object) -> object:
        if isinstance(value, list):
            return [inner(one) for one in value]
        return _moved(value, names, values, by_identifier) if isinstance(value, dict) else value

    copy = {key: inner(value) for key, value in resource.items()}
    told = copy.get("reference")
    if isinstance(told, str) and _referred(told, by_identifier) in names:
        copy["reference"] = _pointed(told)
    if (copy.get("system"), copy.get("value")) in values:
        copy["value"] = slotted(str(copy["value"]))
    return copy


def _pointed(reference: str) -> str:
    if found := _CONDITIONAL.fullmatch(reference):
        return f"{found['type']}?identifier={found['system']}|{slotted(found['value'])}"
    found = _REFERENCE.fullmatch(reference)
    assert found is not None
    return f"{found['head']}{found['type']}/{slotted(found['id'])}{found['tail'] or ''}"


def _lines(resources: Iterable[Resource]) -> bytes:
    return b"".join(map(as_line, resources))
