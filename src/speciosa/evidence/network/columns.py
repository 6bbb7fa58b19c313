"""A table of text with its columns recognised by name, case and punctuation aside."""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass

from speciosa.errors import InputError, InputProblem

# First names win: a file with both "study" and "id" numbers its rows by "id".
ARMS = {
    "study": ("studlab", "study", "study_id", "trial", "trial_id", "id", "author"),
    "treatment": ("treatment", "treat", "trt", "intervention", "arm", "drug", "t"),
    "events": ("events", "event", "r", "x", "xi", "ai", "death", "deaths", "responders", "cases"),
    "total": ("total", "n", "ni", "randomized", "randomised", "sample_size", "samplesize"),
    "mean": ("mean", "mi", "m", "y"),
    "sd": ("sd", "sdi", "std_dev", "std"),
    "time": ("person_time", "person_years", "time", "exposure", "ti"),
}
CONTRASTS = {
    "study": ("studlab", "study", "study_id", "trial", "trial_id", "id", "author"),
    "treat1": ("treat1", "treatment1", "t1", "trt1", "arm1"),
    "treat2": ("treat2", "treatment2", "t2", "trt2", "arm2"),
    "effect": ("te", "effect", "yi", "estimate", "diff"),
    "se": ("sete", "se", "sei", "std_err", "stderr", "standard_error"),
    "variance": ("vi", "variance", "var"),
    "n1": ("n1", "total1", "n1i"),
    "n2": ("n2", "total2", "n2i"),
}
_NOT_GIVEN = frozenset({"", "na", "n/a", "nan", "null", "none", ".", "-"})
_BOM = "\ufeff"
# Beyond this no arm, effect or exposure can be meant.
_MOST = 1e12


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by recognised column; ``lines`` are line numbers of the file, for messages."""

    rows: tuple[dict[str, str], ...]
    lines: tuple[int, ...]
    columns: tuple[tuple[str, str], ...]
    unused: tuple[str, ...]

    def has(self, *names: str) -> bool:
        """Whether all of these columns are there."""
        found = {name for name, _ in self.columns}
        return all(name in found for name in names)


def read_table(text: str) -> tuple[str, Table]:
    """The layout ("arms" or "contrasts") and the recognised table.

    Raises ``InputError`` where the text is no table or lacks a column.
    """
    text = text.removeprefix(_BOM)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    try:
        records = [
            (reader.line_num, row)
            for reader in [csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)]
            for row in reader
            if any(cell.strip() for cell in row)
        ]
    except csv.Error as error:
        raise _one(
            "file", f"no table ({error})", "comma-separated text with a line of names"
        ) from None
    if len(records) < 2:
        raise _one("file", "no rows", "a line of column names and a row for each arm or contrast")
    header, body = records[0][1], records[1:]
    names = [_key(cell) for cell in header]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise _one("file", f"column {', '.join(twice)} more than once", "each column once")
    contrasts = _recognised(names, CONTRASTS)
    layout = "contrasts" if {"treat1", "treat2"} <= contrasts.keys() else "arms"
    found = contrasts if layout == "contrasts" else _recognised(names, ARMS)
    _complete(layout, found)
    ragged = [
        InputProblem(f"line {line}", f"{len(row)} cells", f"{len(header)} cells, as in line 1")
        for line, row in body
        if len(row) != len(header)
    ]
    if ragged:
        raise InputError(ragged)
    rows = tuple({name: row[at] for name, at in found.items()} for _, row in body)
    used = set(found.values())
    return layout, Table(
        rows,
        tuple(line for line, _ in body),
        tuple((name, header[at]) for name, at in found.items()),
        tuple(cell for at, cell in enumerate(header) if at not in used),
    )


def number(
    table: Table, index: int, column: str, problems: list[InputProblem], *, least: float = -math.inf
) -> float:
    """The number in a cell, or NaN after telling what is wrong with it."""
    cell = table.rows[index][column].strip()
    where = f"line {table.lines[index]}, {dict(table.columns)[column]}"
    if cell.casefold() in _NOT_GIVEN:
        problems.append(InputProblem(where, "nothing", "a number; leave the trial out knowingly"))
        return math.nan
    try:
        value = float(cell)
    except ValueError:
        accepted = "a number with a decimal point"
        problems.append(InputProblem(where, repr(cell), accepted))
        return math.nan
    if not abs(value) <= _MOST or value < least:
        wanted = f"a finite number, at most {_MOST:g}"
        wanted = wanted if least == -math.inf else f"{wanted}, at least {least:g}"
        problems.append(InputProblem(where, repr(cell), wanted))
        return math.nan
    return value


def above_zero(table: Table, index: int, column: str, problems: list[InputProblem]) -> float:
    """The number in a cell that must be above 0, or NaN after telling what is wrong."""
    value = number(table, index, column, problems)
    if value <= 0:
        where = f"line {table.lines[index]}, {dict(table.columns)[column]}"
        problems.append(InputProblem(where, f"{value:g}", "a number above 0"))
        return math.nan
    return value


def _key(cell: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", cell.strip().casefold()).strip("_")


def _recognised(names: list[str], wanted: dict[str, tuple[str, ...]]) -> dict[str, int]:
    found = {}
    for name, synonyms in wanted.items():
        at = next((names.index(s) for s in synonyms if s in names), None)
        if at is not None:
            found[name] = at
    return found


def _complete(layout: str, found: dict[str, int]) -> None:
    problems = []
    wanted = ARMS if layout == "arms" else CONTRASTS
    needed = ["study", "treatment"] if layout == "arms" else ["study", "effect"]
    for name in needed:
        if name not in found:
            problems.append(_missing(name, wanted[name]))
    if layout == "contrasts" and not {"se", "variance"} & found.keys():
        problems.append(_missing("se", (*CONTRASTS["se"], *CONTRASTS["variance"])))
    outcomes = ({"events", "total"}, {"mean", "sd", "total"}, {"events", "time"})
    if layout == "arms" and not any(need <= found.keys() for need in outcomes):
        accepted = "events and total; mean, sd and total; or events and person_time"
        problems.append(InputProblem("file", "no outcome of an arm", accepted))
    if problems:
        raise InputError(problems)


def _missing(name: str, synonyms: tuple[str, ...]) -> InputProblem:
    return InputProblem("file", f"no column for {name}", f"one of {', '.join(synonyms)}")


def _one(field: str, value: str, accepted: str) -> InputError:
    return InputError([InputProblem(field, value, accepted)])
