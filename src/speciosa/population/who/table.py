"""A user's own table of people: CSV or Parquet, one person a row.

Without a column ``sampling_weight`` everybody takes part in turn, in an order drawn from the seed:
all rows before any comes again, so that every row counts alike and the first subjects are a random
sample however the table is sorted. With it, rows are drawn by weight.
Nothing is guessed: an unknown column, word or figure is an error that names row and column, and an
empty cell stays not known.
"""

from __future__ import annotations

import array
import csv
import dataclasses
import functools
import hashlib
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from speciosa.errors import InputError, InputProblem
from speciosa.pharmacology.exposure.virtual.draws import Array, stream, uniforms
from speciosa.population.who.accord import contradictions
from speciosa.population.who.columns import KINDS, UNKNOWN, Drawn, Values, ordered
from speciosa.population.who.population import Population

WEIGHT = "sampling_weight"
ENDINGS = (".csv", ".parquet")
_MOST_PROBLEMS = 20
_BATCH = 10_000  # rows of Parquet looked at together
_OWN = "The table is the user's own: its form was checked, what it says was not."
_YOUNG = (
    "People under {1:g} in it: {0}. No study was made in them; growing up changes clearance beyond "
    "what size does, and nothing is assumed of that."
)
_SOME = "{0:,} of its {1:,} rows take part, drawn at random; the others take no part."
_MORE = "{0:,} of its {1:,} rows, drawn at random, take part once more than the others."
_NOT_KNOWN = {"", "NA", "null"}


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class FromTable(Population):
    """People of a table; ``edges`` are the cumulated shares of the rows, empty without weights.

    It travels to other processes as ``path``, and is read there once: a million rows for each of
    the jobs would be what fills the memory.
    """

    columns: Mapping[str, Values]
    rows: int
    edges: Array
    path: Path
    adult_years: float

    def __reduce__(self) -> tuple[object, ...]:
        """Where it can be read again, and the key that it must have then."""
        return _again, (self.path, self.adult_years, self.key)

    def draw(self, seed: int, *, first: int, count: int) -> Drawn:
        """Subjects ``first`` onwards; subject i depends on (seed, i) alone."""
        if self.edges.size:
            u = uniforms(seed, stream("who/row"), count, 1, first=first)[:, 0]
            row = np.minimum(np.searchsorted(self.edges, u, side="right"), self.rows - 1)
        else:
            row = _order(seed, self.rows)[np.arange(first, first + count) % self.rows]
        taken = {name: column[row] for name, column in self.columns.items()}
        return Drawn(first=first, count=count, columns=taken, row=row)

    def whole(self, least: int) -> int:
        """Every row equally often; by weight, as many people as there are rows."""
        if self.edges.size:
            return max(least, self.rows)
        return math.ceil(least / self.rows) * self.rows

    def taken(self, subjects: int) -> tuple[str, ...]:
        """Who is left out, or takes part more often than others."""
        if self.edges.size or subjects % self.rows == 0:
            return ()
        if subjects < self.rows:
            return (_SOME.format(subjects, self.rows),)
        return (_MORE.format(subjects % self.rows, self.rows),)


@functools.lru_cache(maxsize=2)
def _again(path: Path, adult_years: float, key: str) -> FromTable:
    table = read_table(path, adult_years)
    if table.key != key:
        raise _wrong("population", f"{path.name}, which was changed", "the table as it was")
    return table


@functools.lru_cache(maxsize=4)
def _order(seed: int, rows: int) -> NDArray[np.intp]:
    """The rows in the order in which they take part."""
    order = np.argsort(uniforms(seed, stream("who/order"), rows, 1)[:, 0], kind="stable")
    order.flags.writeable = False
    return order


class _Column(NamedTuple):
    """A column as it is read: numbers, NaN for not known; words as their places."""

    name: str
    accepted: str
    places: Mapping[object, float]
    low: float
    high: float
    held: array.array[float]

    @classmethod
    def of(cls, name: str) -> _Column:
        """An empty column of that name."""
        held = array.array("d")
        if name == WEIGHT:
            return cls(name, "a number from 0, in every row", {}, 0.0, math.inf, held)
        kind = KINDS[name]
        if kind.words:
            places: dict[object, float] = {str(w): float(i) for i, w in enumerate(kind.words)}
            accepted = f"{', '.join(kind.words)}, or an empty cell"
            return cls(name, accepted, places, 0.0, 0.0, held)
        accepted = f"a number of {kind.unit} from {kind.low:g} to {kind.high:g}, or an empty cell"
        return cls(name, accepted, {}, kind.low, kind.high, held)

    def take(self, value: object) -> bool:
        """Take one cell in; false where it is not what the column accepts."""
        number = self._place(value) if self.places else _number(value)
        self.held.append(math.nan if number is None else number)
        if number is None:
            return self.name != WEIGHT
        if self.places:
            return not math.isnan(number)
        return self.low <= number <= self.high and math.isfinite(number)

    def _place(self, value: object) -> float | None:
        """The place of a word: ``None`` where the cell is empty, NaN where it is no such word."""
        if value is None or (isinstance(value, str) and value in _NOT_KNOWN):
            return None
        said: object = ("yes" if value else "no") if isinstance(value, bool) else value
        return self.places.get(said, math.nan) if isinstance(said, str) else math.nan

    def values(self) -> Values:
        """The column as it is drawn from."""
        figures = np.array(self.held, dtype=np.float64)
        if not self.places:
            return figures
        return np.where(np.isnan(figures), UNKNOWN, figures).astype(np.int8)


def read_table(path: Path, adult_years: float) -> FromTable:
    """A table of people. Raises ``InputError`` with row, column and value of what is wrong.

    People below ``adult_years`` are let in, and counted in what is said of the population.
    """
    raw = _bytes(path)
    rows = _parquet(raw, path.name) if path.suffix.lower() == ".parquet" else _csv(raw, path.name)
    columns = [_Column.of(str(name)) for name in next(rows)]
    problems: list[InputProblem] = []
    count = 0
    for count, row in enumerate(rows, start=1):
        for column, value in zip(columns, row, strict=True):
            if not column.take(value):
                problems.append(_cell(column.name, count + 1, value, column.accepted))
        if len(problems) >= _MOST_PROBLEMS:
            raise InputError(problems[:_MOST_PROBLEMS])
    if problems:
        raise InputError(problems)
    if not count:
        raise _wrong(path.name, "no rows", "one person a row, below a first row with names")
    held = {column.name: column.values() for column in columns}
    if problems := contradictions(held):
        raise InputError(problems[:_MOST_PROBLEMS])
    edges = _edges(held.pop(WEIGHT, None))
    young = int((held.get("age_years", np.zeros(0)) < adult_years).sum())
    return FromTable(
        id="table",
        title=f"a table of {count:,} people" if count > 1 else "a table of one person",
        about=(
            "Rows are drawn by their weight."
            if edges.size
            else "Its rows take part in random order, all of them before any comes again."
        ),
        limits=(_OWN, *((_YOUNG.format(young, adult_years),) if young else ())),
        key=hashlib.blake2b(raw, digest_size=16).hexdigest(),
        columns=ordered(held),
        rows=count,
        edges=edges,
        path=path.resolve(),
        adult_years=adult_years,
    )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        why = error.strerror or "it cannot be read"
        raise _wrong("population", f"{path.name}: {why}", "a file that can be read") from error


def _csv(raw: bytes, name: str) -> Iterator[Sequence[object]]:
    """The names of the columns, then row after row."""
    text = io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8-sig", newline="")
    width, gap = 0, 0
    try:
        for line, cells in enumerate(csv.reader(text, strict=True), start=1):
            row = [cell.strip() for cell in cells]
            if line == 1:
                _check(row, name)
                width = len(row)
            elif not row:
                gap = gap or line
                continue
            elif gap:
                raise _wrong(f"{name}, row {gap}", "nothing", "no empty row above another")
            elif len(row) != width:
                accepted = f"{width}, as in the first row"
                raise _wrong(f"{name}, row {line}", f"{len(row)} cells", accepted)
            yield row
    except UnicodeDecodeError as error:
        raise _wrong(name, "a byte that is not UTF-8", "UTF-8 text") from error
    except csv.Error as error:
        raise _wrong(name, f"a table that cannot be read ({error})", "CSV") from error
    if not width:
        _check([], name)


def _parquet(raw: bytes, name: str) -> Iterator[Sequence[object]]:
    """The names of the columns, then row after row."""
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra, and slow to load
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError:
        accepted = "CSV, or pip install speciosa[populations]"
        raise _wrong(name, "Parquet, whose library is not installed", accepted) from None
    try:
        file = pq.ParquetFile(pa.BufferReader(raw))
        names = file.schema_arrow.names
        _check(names, name)
        yield names
        for batch in file.iter_batches(_BATCH):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
    except (pa.ArrowException, OSError) as error:
        raise _wrong(name, "a file that is not Parquet", "Parquet or CSV") from error


def _check(header: Sequence[str], name: str) -> None:
    accepted = ", ".join((*KINDS, WEIGHT))
    if len(header) == 1 and ";" in header[0]:
        raise _wrong(name, "columns parted by ;", "columns parted by commas, decimals with a point")
    problems = [
        InputProblem(f"{name}, column {place}", repr(column[:60]), accepted, _near(column))
        for place, column in enumerate(header, start=1)
        if column not in KINDS and column != WEIGHT
    ]
    twice = sorted({column for column in header if list(header).count(column) > 1})
    problems += [InputProblem(name, f"the column {c[:60]!r} twice", "each once") for c in twice]
    if not any(column in KINDS for column in header):
        problems.append(InputProblem(name, "no column that says anything of a person", accepted))
    if problems:
        raise InputError(problems[:_MOST_PROBLEMS])


def _near(column: str) -> str:
    from rapidfuzz import process  # noqa: PLC0415 - only for a name that is wrong

    found = process.extractOne(column, [*KINDS, WEIGHT], score_cutoff=75.0)
    return str(found[0]) if found else ""


def _edges(weights: Values | None) -> Array:
    """Cumulated shares of the rows; empty where the table has no weights."""
    if weights is None:
        return np.zeros(0)
    largest = float(weights.max())
    if largest <= 0.0:
        raise _wrong(WEIGHT, "nought in every row", "some rows above 0")
    edges = np.cumsum(weights / largest, dtype=np.float64)
    return np.asarray(edges / edges[-1])


def _number(value: object) -> float | None:
    """A cell as a number: ``None`` where it is empty, NaN where it is no plain number."""
    if value is None or (isinstance(value, str) and value in _NOT_KNOWN):
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return math.nan
    if isinstance(value, str) and "_" in value:  # Python reads 1_0 as ten
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


def _cell(column: str, row: int, value: object, accepted: str) -> InputProblem:
    """What is wrong with a cell; the names of the columns are row 1."""
    return InputProblem(f"row {row}, column {column}", repr(str(value)[:40]), accepted)


def _wrong(field: str, value: str, accepted: str) -> InputError:
    return InputError([InputProblem(field, value, accepted)])
