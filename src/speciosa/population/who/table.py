"""A user's own table of people: CSV or Parquet, one person a row.

Without a column ``sampling_weight`` everybody takes part in turn: subject i is row i, and after the
last row the first comes again, so that every row counts alike. With it, rows are drawn by weight.
Nothing is guessed: an unknown column, word or figure is an error that names row and column, and an
empty cell stays not known.
"""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from speciosa.errors import InputError, InputProblem
from speciosa.pharmacology.exposure.virtual.draws import Array, stream, uniforms
from speciosa.population.who.columns import KINDS, UNKNOWN, Drawn, Kind, Values, ordered
from speciosa.population.who.population import Population

WEIGHT = "sampling_weight"
ENDINGS = (".csv", ".parquet")
_MOST_PROBLEMS = 20
_NOT_KNOWN = {"", "NA", "null"}


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class FromTable(Population):
    """People of a table; ``edges`` are the cumulated shares of the rows, empty without weights."""

    columns: Mapping[str, Values]
    rows: int
    edges: Array

    def draw(self, seed: int, *, first: int, count: int) -> Drawn:
        """Subjects ``first`` onwards; subject i depends on (seed, i) alone."""
        if self.edges.size:
            u = uniforms(seed, stream("who/row"), count, 1, first=first)[:, 0]
            row = np.minimum(np.searchsorted(self.edges, u, side="right"), self.rows - 1)
        else:
            row = np.arange(first, first + count) % self.rows
        taken = {name: column[row] for name, column in self.columns.items()}
        return Drawn(first=first, count=count, columns=taken)


def read_table(path: Path) -> FromTable:
    """A table of people. Raises ``InputError`` with row, column and value of what is wrong."""
    name = path.name
    raw = _bytes(path)
    cells = _parquet(raw, name) if path.suffix == ".parquet" else _csv(raw, name)
    problems: list[InputProblem] = []
    columns: dict[str, Values] = {}
    for column, values in cells.items():
        if column == WEIGHT:
            continue
        read = _words if KINDS[column].words else _figures
        columns[column] = read(KINDS[column], values, problems)
    weights = _weights(cells.get(WEIGHT), problems)
    if problems:
        raise InputError(problems[:_MOST_PROBLEMS])
    rows = len(next(iter(cells.values())))
    return FromTable(
        id="table",
        title=f"a table of {rows} people",
        about=(
            "Rows are drawn by their weight."
            if weights.size
            else "Everybody in the table takes part in turn, again from the first after the last."
        ),
        key=hashlib.blake2b(raw, digest_size=16).hexdigest(),
        columns=ordered(columns),
        rows=rows,
        edges=weights,
    )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        why = error.strerror or "it cannot be read"
        raise _wrong("population", f"{path.name}: {why}", "a file that can be read") from error


def _csv(raw: bytes, name: str) -> dict[str, Sequence[object]]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _wrong(name, "a byte that is not UTF-8", "UTF-8 text") from error
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise _wrong(name, f"a table that cannot be read ({error})", "CSV") from error
    header = [cell.strip() for cell in rows[0]] if rows else []
    _check(header, name)
    body = [(line, row) for line, row in enumerate(rows[1:], start=2) if row]
    for line, row in body:
        if len(row) != len(header):
            raise _wrong(
                f"{name}, row {line}",
                f"{len(row)} cells",
                f"{len(header)}, as in the first row",
            )
    _some(len(body), name)
    return {column: [row[place].strip() for _, row in body] for place, column in enumerate(header)}


def _parquet(raw: bytes, name: str) -> dict[str, Sequence[object]]:
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra, and slow to load
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError:
        accepted = "CSV, or pip install speciosa[populations]"
        raise _wrong(name, "Parquet, whose library is not installed", accepted) from None
    try:
        table = pq.read_table(pa.BufferReader(raw))
    except (pa.ArrowException, OSError) as error:
        raise _wrong(name, "a file that is not Parquet", "Parquet or CSV") from error
    _check(table.column_names, name)
    _some(table.num_rows, name)
    return {column: table[column].to_pylist() for column in table.column_names}


def _check(header: Sequence[str], name: str) -> None:
    accepted = ", ".join((*KINDS, WEIGHT))
    problems = [
        InputProblem(f"{name}, column {place}", repr(column[:60]), accepted, _near(column))
        for place, column in enumerate(header, start=1)
        if column not in KINDS and column != WEIGHT
    ]
    twice = sorted({column for column in header if list(header).count(column) > 1})
    problems += [InputProblem(name, f"the column {c!r} twice", "each once") for c in twice]
    if not any(column in KINDS for column in header):
        problems.append(InputProblem(name, "no column that says anything of a person", accepted))
    if problems:
        raise InputError(problems[:_MOST_PROBLEMS])


def _near(column: str) -> str:
    from rapidfuzz import process  # noqa: PLC0415 - only for a name that is wrong

    found = process.extractOne(column, [*KINDS, WEIGHT], score_cutoff=75.0)
    return str(found[0]) if found else ""


def _some(rows: int, name: str) -> None:
    if not rows:
        raise _wrong(name, "no rows", "one person a row, below a first row with names")


def _figures(kind: Kind, values: Sequence[object], problems: list[InputProblem]) -> Values:
    accepted = f"a number of {kind.unit} from {kind.low:g} to {kind.high:g}, or an empty cell"
    held = np.full(len(values), np.nan)
    for place, value in enumerate(values):
        number = _number(value)
        if number is None:
            continue
        if math.isnan(number) or not kind.low <= number <= kind.high:
            problems.append(_cell(kind.name, place, value, accepted))
        else:
            held[place] = number
    return held


def _words(kind: Kind, values: Sequence[object], problems: list[InputProblem]) -> Values:
    accepted = f"{', '.join(kind.words)}, or an empty cell"
    held = np.full(len(values), UNKNOWN, dtype=np.int8)
    words = [str(word) for word in kind.words]
    yes_no = {True: "yes", False: "no"}
    for place, value in enumerate(values):
        said = yes_no.get(value, value) if isinstance(value, bool) else value
        if said is None or (isinstance(said, str) and said in _NOT_KNOWN):
            continue
        if said in words:
            held[place] = words.index(said)
        else:
            problems.append(_cell(kind.name, place, value, accepted))
    return held


def _weights(values: Sequence[object] | None, problems: list[InputProblem]) -> Array:
    """Cumulated shares of the rows."""
    if values is None:
        return np.zeros(0)
    held = np.zeros(len(values))
    for place, value in enumerate(values):
        number = _number(value)
        if number is None or not (math.isfinite(number) and number >= 0.0):
            problems.append(_cell(WEIGHT, place, value, "a number from 0, in every row"))
        else:
            held[place] = number
    if not held.any() and not problems:
        problems.append(InputProblem(WEIGHT, "nought in every row", "some rows above 0"))
    largest = held.max()
    share = held / largest if largest > 0.0 else held
    total = share.sum()
    return np.asarray(np.cumsum(share) / total) if total > 0.0 else share


def _number(value: object) -> float | None:
    """A cell as a number: ``None`` where it is empty, NaN where it is no plain number."""
    if value is None or (isinstance(value, str) and value in _NOT_KNOWN):
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return math.nan
    if isinstance(value, str) and "_" in value:  # Python reads 1_0 as ten
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


def _cell(column: str, place: int, value: object, accepted: str) -> InputProblem:
    """What is wrong with a cell; the first row below the names is row 2."""
    return InputProblem(f"row {place + 2}, column {column}", repr(str(value)[:40]), accepted)


def _wrong(field: str, value: str, accepted: str) -> InputError:
    return InputError([InputProblem(field, value, accepted)])
