"""Who is found of those who were planted, and who is found without having been.

    python -m benchmarks.cohort.recall
    python -m benchmarks.cohort.recall --by rules --people 20000 --seed 7
    python -m benchmarks.cohort.recall --misspellings 200 --markdown

An export is generated with every plant once; then the whole of it is screened (``--by screen``), or
looked through by the first step alone (``--by look``), or read resource by resource with the rules
alone (``--by rules``). Every listed name, code and test
must be found and nobody else: exit 1 otherwise. Misspellings are not listed; how many are found is
reported by how they came about.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.cohort import references, template
from benchmarks.cohort.generate import EXAMPLE, Wanted, generate
from benchmarks.cohort.plants import LISTED, catalogue
from speciosa.cohort import look
from speciosa.cohort.export import read_export
from speciosa.cohort.options import Options
from speciosa.distribution import Folder, run
from speciosa.fhir.kratom import Match, Status, find_all

# Evidence that makes a row; a denial or somebody else alone makes none.
A_ROW = ("use", "past use", "uncertain")
_BY_STATUS = {
    Status.TAKEN: "use",
    Status.STOPPED: "past use",
    Status.UNCERTAIN: "uncertain",
    Status.NOT_TAKEN: "denied",
}
_STRONGEST = tuple(_BY_STATUS.values())
_SHOWN = 10


class Planted(msgspec.Struct, frozen=True):
    """A line of the truth."""

    patient: str
    kind: str
    name: str
    way: str
    evidence: str
    resources: tuple[str, ...] = ()


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of plant: how many, how many of them made a row, and what they came to.

    ``wanted`` made a row as they should; ``levels`` counts pairs of planted and reported evidence.
    """

    planted: int
    should: int
    wanted: int
    not_wanted: int
    levels: dict[str, int]
    missed: tuple[str, ...]
    false: tuple[str, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Recall and precision on what is listed, and everything by kind."""

    by: str
    people: int
    resources: int
    recall: float
    precision: float
    found_unplanted: int
    kinds: dict[str, Line]
    by_way: dict[str, tuple[int, int]]
    by_name: dict[str, tuple[int, int]]


def truth_of(path: Path) -> list[Planted]:
    """What was planted at whom; lines on bad lines left out."""
    with path.open(encoding="utf-8") as lines:
        told = [json.loads(line) for line in lines]
    return [msgspec.convert(one, Planted) for one in told if "bad" not in one]


# ------------------------------------------------------------------ who is found


def by_rules(folder: Path) -> dict[str, str]:
    """Evidence by patient from the rules alone: every resource read, nothing passed over."""
    owners: dict[str, list[dict[str, Any]]] = defaultdict(list)
    products: dict[str, dict[str, Any]] = {}
    for path in template.export_files(folder):
        for line in template.lines_of(path):
            try:
                one = json.loads(line)
            except ValueError:
                continue
            if not isinstance(one, dict):
                continue
            if one.get("resourceType") == "Medication":
                products[f"Medication/{one['id']}"] = one
            owner = one.get("subject") or one.get("patient") or {}
            owners[str(owner.get("reference", "")).removeprefix("Patient/")].append(one)
    found = {}
    for patient, own in owners.items():
        matches = find_all(own, medications=products) if patient else ()
        if matches:
            found[patient] = _strongest(matches)
    return found


def by_look(folder: Path) -> dict[str, str]:
    """Evidence by patient from the first step of a screening: patterns, then rules."""
    export = read_export(folder)
    options = Options(date=dt.date(2026, 11, 1), seed=1, subjects=1)
    with tempfile.TemporaryDirectory() as work:
        kept = Folder(Path(work) / "look")
        jobs = [look.job(part, options) for part in export.parts]
        run(jobs, kept)
        looked = [look.result(kept, job) for job in jobs]
        named = look.wanted(looked, export.server)
        both = zip(export.parts, looked, strict=True)
        more = [look.again(p, options, named) for p, one in both if named.is_meant_in(one)]
        kept_again = Folder(Path(work) / "again")
        run(more, kept_again)
        looked += [look.result(kept_again, job) for job in more]
    told: dict[str, list[Match]] = defaultdict(list)
    for seen in (seen for each in looked for seen in each.seen):
        told[seen.person.removeprefix("Patient/")] += seen.matches
    return {patient: _strongest(matches) for patient, matches in told.items() if patient}


def by_screen(folder: Path, out: Path, *more: str) -> dict[str, str]:
    """Evidence by patient from the rows of a screening."""
    command = [sys.executable, "-m", "speciosa", "screen", str(folder), "--out", str(out), *more]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=os.environ)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr[-2000:]}")
    return rows_of(out)


def rows_of(out: Path) -> dict[str, str]:
    """Evidence by patient in the table of a screening."""
    with (out / "patients.ndjson").open(encoding="utf-8") as lines:
        return {row["patient"]: row["evidence"] for row in map(json.loads, lines)}


def _strongest(matches: Iterable[Match]) -> str:
    own = {_BY_STATUS[match.status] for match in matches if match.of_person}
    return min(own, key=_STRONGEST.index) if own else "somebody else"


# ------------------------------------------------------------------ beside the truth


def compared(
    truth: Iterable[Planted],
    found: Mapping[str, str],
    *,
    by: str,
    people: int = 0,
    resources: int = 0,
) -> Report:
    """The rows that should be there beside those that are."""
    told: dict[str, list[Planted]] = defaultdict(list)
    for one in truth:
        told[one.kind].append(one)
    kinds = {kind: _line(plants, found) for kind, plants in sorted(told.items())}
    known = {one.patient for plants in told.values() for one in plants}
    wanted = {patient for patient, level in found.items() if level in A_ROW}
    unplanted = len(wanted - known)
    listed = [line for kind, line in kinds.items() if kind in LISTED | {references.KIND}]
    alike = [line for kind, line in kinds.items() if kind == "look-alike"]
    right, should = sum(x.wanted for x in listed), sum(x.should for x in listed)
    wrong = sum(x.not_wanted for x in (*listed, *alike)) + unplanted
    return Report(
        by=by,
        people=people,
        resources=resources,
        recall=right / should if should else 1.0,
        precision=right / (right + wrong) if right + wrong else 1.0,
        found_unplanted=unplanted,
        kinds=kinds,
        by_way=_misspelt((one.way, one.patient in wanted) for one in told["misspelling"]),
        by_name=_misspelt(
            (one.name.partition(": ")[0], one.patient in wanted) for one in told["misspelling"]
        ),
    )


def _line(plants: list[Planted], found: Mapping[str, str]) -> Line:
    levels: Counter[str] = Counter()
    missed, false = [], []
    should = 0
    for one in plants:
        level = found.get(one.patient, "none")
        # A table of rows is silent on denials; one line for both ways of saying nothing.
        same = level not in A_ROW and one.evidence not in A_ROW
        levels[f"{one.evidence}: {one.evidence if same else level}"] += 1
        should += one.evidence in A_ROW
        if one.evidence in A_ROW and level not in A_ROW:
            missed.append(f"{one.name} ({one.way})")
        elif one.evidence not in A_ROW and level in A_ROW:
            false.append(f"{one.name} ({one.way})")
    return Line(
        planted=len(plants),
        should=should,
        wanted=should - len(missed),
        not_wanted=len(false),
        levels=dict(sorted(levels.items())),
        missed=tuple(sorted(missed)),
        false=tuple(sorted(false)),
    )


def _misspelt(told: Iterable[tuple[str, bool]]) -> dict[str, tuple[int, int]]:
    """How many there are of each and how many were found."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for key, hit in told:
        counts[key][0] += 1
        counts[key][1] += hit
    return {key: (tried, hits) for key, (tried, hits) in sorted(counts.items())}


# ------------------------------------------------------------------ shown


def in_words(report: Report) -> Iterator[str]:
    """Lines to read."""
    yield f"by {report.by}: {report.people} people, {report.resources} resources"
    yield (
        f"recall {report.recall:.4f} and precision {report.precision:.4f} on listed names, codes, "
        f"tests and the words around them; rows of people without a plant: {report.found_unplanted}"
    )
    for kind, line in report.kinds.items():
        yield (
            f"{kind}: {line.planted} planted; {line.wanted} of {line.should} found; "
            f"{line.not_wanted} of {line.planted - line.should} wrongly found"
        )
        for level, count in line.levels.items():
            before, _, after = level.partition(": ")
            if before != after and after in A_ROW and before in A_ROW:
                yield f"    {count} planted as {before}, reported as {after}"
        if kind != "misspelling":
            yield from (f"    missed: {one}" for one in line.missed[:_SHOWN])
        yield from (f"    wrongly found: {one}" for one in line.false[:_SHOWN])
    for key, (tried, hits) in (*report.by_way.items(), *report.by_name.items()):
        yield f"misspelt, {key}: {hits} of {tried} found"


def in_markdown(report: Report) -> Iterator[str]:
    """The tables of the page on validation."""
    yield "| What | Planted | Should make a row | Do | Should not, and do |"
    yield "|---|---|---|---|---|"
    for kind, line in report.kinds.items():
        alone = f"{line.not_wanted} of {line.planted - line.should}"
        yield f"| {kind} | {line.planted} | {line.should} | {line.wanted} | {alone} |"
    for what, table in (("How", report.by_way), ("Name", report.by_name)):
        yield ""
        yield f"| {what} | Tried | Found |"
        yield "|---|---|---|"
        for key, (tried, hits) in table.items():
            yield f"| {key} | {tried} | {hits} |"


def measure(work: Path, wanted: Wanted, *, by: str, more: tuple[str, ...] = ()) -> Report:
    """Generate below ``work``, find, compare."""
    made = generate(work / "export", wanted, EXAMPLE)
    folder = work / "export"
    ways = {"rules": by_rules, "look": by_look}
    found = ways[by](folder) if by in ways else by_screen(folder, work / "out", *more)
    return compared(
        truth_of(made.truth), found, by=by, people=made.people, resources=made.resources
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--by", choices=("screen", "look", "rules"), default="screen")
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--misspellings", type=int, default=40, help="of a name in a way, at most")
    parser.add_argument("--workers", default="2")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--json", type=Path, help="write everything there, every miss by name")
    told = parser.parse_args()
    plants = tuple(catalogue(seed=told.seed, misspellings=told.misspellings))
    if told.by == "screen":  # nothing less can follow a reference
        plants += tuple(references.references())
    wanted = Wanted(
        people=max(told.people, len(plants)),
        seed=told.seed,
        planted=len(plants),
        plants=plants,
        bad_lines=len(plants) // 1000,
        naming="mixed",
    )
    with tempfile.TemporaryDirectory() as work:
        report = measure(Path(work), wanted, by=told.by, more=("--workers", told.workers))
    if told.json:
        told.json.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1))
    print("\n".join(in_markdown(report) if told.markdown else in_words(report)))
    return int(report.recall < 1 or report.precision < 1)


if __name__ == "__main__":
    sys.exit(main())
