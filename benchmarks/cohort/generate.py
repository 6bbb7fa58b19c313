"""Inflate a bulk export to any number of people, with kratom planted at known ones.

    python -m benchmarks.cohort.generate OUT --people 10000
    python -m benchmarks.cohort.generate OUT --people 1e6 --resources-per-person 10 --gzip
    python -m benchmarks.cohort.generate OUT --from PATH --people 1e5 --planted 0.002

OUT becomes a folder with NDJSON files and a manifest; ``OUT.truth.ndjson`` beside it says who got
what and what that comes to. What already names kratom in the source is left out, so that the truth
is whole. Same arguments, same bytes.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, get_args

import xxhash

from benchmarks.cohort import template
from benchmarks.cohort.plants import PATIENT, Plant, catalogue, listed_names
from benchmarks.cohort.references import references
from benchmarks.cohort.template import SLOT, Mould, Resource, Template
from benchmarks.cohort.writing import Export, Naming
from speciosa.fhir.kratom import find

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "export"
# Odd, so that multiplying by it gives every number of 32 bits once: nobody shares an id.
_SPREAD = 2_654_435_761
_BITS = 0xFFFFFFFF
_NOBODY = _BITS
# One line each in the whole export: a surname among them makes nothing slow.
_SHARED = frozenset({"Practitioner", "PractitionerRole", "Organization", "Location"})
# Lines that are no resources, as they turn up in exports.
BAD_LINES: dict[str, bytes] = {
    "cut off": b'{"resourceType":"Condition","id":"cut-off","code":{"te\n',
    "not JSON": b"Internal Server Error\n",
    "an array": b'[{"resourceType":"Condition","id":"a"}]\n',
    "a number": b"42\n",
    "without a type": b'{"id":"nameless"}\n',
    "not UTF-8": b'{"resourceType":"Condition","id":"latin","code":{"text":"na\xefve"}}\n',
    "NUL bytes": b'{"resourceType":"Condition",\x00\x00"id":"nul"}\n',
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be generated.

    ``planted``: a share of the people when below 1, else how many; they are spread evenly. The
    catalogue of plants is shuffled by the seed and gone through again and again.
    """

    people: int
    seed: int = 1
    planted: float = 0.01
    plants: tuple[Plant, ...] | None = None
    bad_lines: int = 0
    resources_per_person: int | None = None
    file_bytes: int = 100_000_000
    compress: bool = False
    naming: Naming = "numbered"


@dataclass(frozen=True)
class Generated:
    """What was written."""

    people: int
    resources: int
    bytes: int
    planted: dict[str, int]
    left_out: dict[str, int]
    truth: Path


def generate(out: Path, wanted: Wanted, source: Path = EXAMPLE) -> Generated:
    """Write an export to ``out`` (which must not exist) and the truth beside it."""
    base = template.read(source, most=wanted.resources_per_person, unwanted=_names_kratom)
    if not base.people:
        raise ValueError(f"{source} holds no person to make others from")
    moulds, counts = base.people, [_counts(mould) for mould in base.people]
    plants = _shuffled(wanted)
    planted_at = _spread_over(wanted, len(plants))
    bad_at = {n: i for i, n in enumerate(_evenly(wanted.bad_lines, wanted.people))}
    export = Export(
        out,
        file_bytes=wanted.file_bytes,
        compress=wanted.compress,
        naming=wanted.naming,
    )
    found: Counter[str] = Counter()
    truth_path = out.with_name(f"{out.name}.truth.ndjson")
    with truth_path.open("w", encoding="utf-8") as truth:
        _write_shared(export, base, wanted.seed)
        for n in range(wanted.people):
            token = own_digits(n, wanted.seed)
            # By the person's digits, so that who is like whom is not a matter of their order.
            at = int(token, 16) % len(moulds)
            if n in planted_at:
                plant = plants[planted_at[n] % len(plants)]
                found[plant.kind] += 1
                _write_planted(export, moulds[at], plant, token, truth)
            else:
                told = token.encode()
                for kind, lines in moulds[at].lines.items():
                    export.write(kind, lines.replace(b"\x01", told), counts[at][kind])
            if n in bad_at:
                _write_bad(export, bad_at[n], truth)
    export.close()
    return Generated(
        people=wanted.people,
        resources=sum(export.counts.values()) - wanted.bad_lines,
        bytes=export.bytes,
        planted=dict(sorted(found.items())),
        left_out=dict(base.left_out),
        truth=truth_path,
    )


def own_digits(n: int, seed: int) -> str:
    """Eight hexadecimal digits that nobody else of this seed has."""
    return f"{(n * _SPREAD + xxhash.xxh32_intdigest(str(seed).encode())) & _BITS:08x}"


def _names_kratom(resource: Resource) -> bool:
    # What only looks like a name too, so that it is rare, and what stands in base64; and what is
    # misspelt, by the letters that the names share.
    if template.kind_of(resource) in _SHARED:
        return bool(find(resource))
    told = [json.dumps(resource, ensure_ascii=False), *map(_decoded, _attachments(resource))]
    return any(map(_like_a_name().search, told)) or bool(find(resource))


@lru_cache(maxsize=1)
def _like_a_name() -> re.Pattern[str]:
    names = "|".join(map(re.escape, listed_names()))
    return re.compile(rf"krat|mitrag|7-?oh|\b(?:{names})\b", re.IGNORECASE)


def _attachments(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("data"), str):
            yield value["data"]
        for inner in value.values():
            yield from _attachments(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _attachments(inner)


def _decoded(data: str) -> str:
    try:
        return base64.b64decode(data).decode("utf-8", "replace")
    except ValueError:
        return ""


def _counts(mould: Mould) -> dict[str, int]:
    return {kind: lines.count(b"\n") for kind, lines in mould.lines.items()}


def _shuffled(wanted: Wanted) -> list[Plant]:
    plants = list(catalogue(seed=wanted.seed) if wanted.plants is None else wanted.plants)
    random.Random(wanted.seed).shuffle(plants)  # noqa: S311
    return plants


def _spread_over(wanted: Wanted, plants: int) -> dict[int, int]:
    share = wanted.planted < 1
    count = round(wanted.planted * wanted.people) if share else int(wanted.planted)
    if count > wanted.people:
        raise ValueError(f"{count} people with something planted are more than {wanted.people}")
    return {n: i for i, n in enumerate(_evenly(count if plants else 0, wanted.people))}


def _evenly(count: int, people: int) -> Iterator[int]:
    return (i * people // count for i in range(count))


def _write_shared(export: Export, base: Template, seed: int) -> None:
    token = own_digits(_NOBODY, seed).encode()
    for kind, lines in base.shared.items():
        export.write(kind, lines.replace(b"\x01", token), lines.count(b"\n"))


def _write_planted(export: Export, mould: Mould, plant: Plant, token: str, truth: IO[str]) -> None:
    patient = mould.patient.replace(SLOT, token)
    for kind, lines in mould.lines.items():
        told = lines.replace(b"\x01", token.encode())
        if kind == "Patient" and plant.patient:
            told = template.as_line({**json.loads(told), **plant.patient})
            told = told.replace(b"\\u0002", patient.encode())
        export.write(kind, told, told.count(b"\n"))
    names = []
    for resource in plant.resources:
        line = template.as_line(resource).replace(b"\\u0002", PATIENT.encode())
        line = line.replace(b"\x01", token.encode()).replace(b"\x02", patient.encode())
        export.write(template.kind_of(resource), line, 1)
        names.append("/".join(template.name(json.loads(line))))
    told_of: dict[str, Any] = {
        "patient": patient,
        "kind": plant.kind,
        "name": plant.name,
        "way": plant.way,
        "evidence": plant.evidence,
        "resources": names,
    }
    truth.write(json.dumps(told_of, ensure_ascii=False) + "\n")


def _write_bad(export: Export, i: int, truth: IO[str]) -> None:
    why = list(BAD_LINES)[i % len(BAD_LINES)]
    export.write("Condition", BAD_LINES[why], 1)
    file, line = export.at("Condition")
    truth.write(json.dumps({"bad": why, "file": file, "line": line}) + "\n")


def main(arguments: Iterable[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--from", dest="source", type=Path, default=EXAMPLE)
    parser.add_argument("--people", type=lambda told: int(float(told)), default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--planted", default="0.01", help="a share of the people, how many, or `all` of the plants"
    )
    parser.add_argument("--bad-lines", type=int, default=0)
    parser.add_argument("--resources-per-person", type=int)
    parser.add_argument("--file-mb", type=float, default=100.0)
    parser.add_argument("--gzip", action="store_true")
    parser.add_argument("--naming", choices=get_args(Naming), default="numbered")
    told = parser.parse_args(None if arguments is None else list(arguments))
    plants = (*catalogue(seed=told.seed), *references())
    wanted = Wanted(
        people=told.people,
        seed=told.seed,
        planted=len(plants) if told.planted == "all" else float(told.planted),
        plants=plants,
        bad_lines=told.bad_lines,
        resources_per_person=told.resources_per_person,
        file_bytes=int(told.file_mb * 1e6),
        compress=told.gzip,
        naming=told.naming,
    )
    made = generate(told.out, wanted, told.source)
    print(json.dumps(as_json(made), indent=1), file=sys.stderr)
    return 0


def as_json(made: Generated) -> dict[str, Any]:
    """What was written, as JSON can hold it."""
    return {**made.__dict__, "truth": str(made.truth)}


if __name__ == "__main__":
    sys.exit(main())
