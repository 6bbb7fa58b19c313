"""A file of studies -> a typed table, with every problem found at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.studies import cells, names, sheet
from speciosa.evidence.studies.checks import Checks
from speciosa.evidence.studies.forms import MEASURES, choose, fields_of
from speciosa.evidence.studies.names import EffectColumn, Meaning, normal
from speciosa.evidence.studies.sheet import Sheet
from speciosa.evidence.studies.table import Form, Row, StudyTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

_YEARS = (1800, 2100)
_MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a file is to be read.

    ``columns`` maps a field to a heading; ``where`` keeps the rows that hold a value under a
    heading; ``take`` is ``arms`` or ``effects`` where a file has both. A row that lacks some of its
    figures is an error, unless ``leave_out_incomplete``.
    """

    measure: str = ""
    take: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    where: Sequence[tuple[str, str]] = ()
    leave_out_incomplete: bool = False


def read_studies(
    text: str,
    *,
    name: str = "studies.csv",
    reading: Reading | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> StudyTable:
    """Read CSV, TSV, YAML or JSON text as a table of studies.

    Raises ``InputError`` that names line, field, value and what is accepted.
    """
    how = reading or Reading()
    raw = sheet.read(text, name=name, progress=progress)
    meaning = names.meaning(raw.headings, how.columns)
    measure = _measure(how.measure or raw.said.get("measure", ""))
    form, effect = choose(meaning, measure, how.take, raw.headings)
    kept, notes = _where(raw, how.where)
    rows = tuple(_rows(kept, meaning))
    return _Builder(form, effect, meaning, how).table(rows, raw, (*raw.handled, *notes))


def _measure(name: str) -> str:
    """A measure that is known, or nothing. Raises ``InputError`` for another name."""
    if name and name.upper() not in MEASURES:
        raise _wrong("measure", cells.shown(name), ", ".join(MEASURES))
    return name.upper()


# ------------------------------------------------------------------ which rows


def _where(raw: Sheet, wanted: Sequence[tuple[str, str]]) -> tuple[Sheet, tuple[str, ...]]:
    known = {normal(heading): place for place, heading in enumerate(raw.headings) if heading}
    chosen = list(range(len(raw.rows)))
    for heading, value in wanted:
        if normal(heading) not in known:
            accepted = f"a heading of the file: {', '.join(h for h in raw.headings if h)}"
            raise _wrong("--where", cells.shown(heading), accepted)
        place = known[normal(heading)]
        held = {raw.rows[i][place] for i in chosen}
        chosen = [i for i in chosen if raw.rows[i][place].lower() == value.strip().lower()]
        if not chosen:
            some = ", ".join(sorted(v for v in held if v)[:12])
            raise _wrong("--where", cells.shown(f"{heading}={value}"), f"a value it has: {some}")
    if not wanted:
        return raw, ()
    told = " and ".join(f"{heading} = {value}" for heading, value in wanted)
    made = Sheet(
        headings=raw.headings,
        rows=tuple(raw.rows[i] for i in chosen),
        lines=tuple(raw.lines[i] for i in chosen),
    )
    return made, (f"{len(chosen)} of {len(raw.rows)} rows were chosen: {told}",)


def _rows(raw: Sheet, meaning: Meaning) -> Iterator[Row]:
    columns = meaning.columns
    problems: list[InputProblem] = []
    made: list[tuple[int, str, str, str, int | None, dict[str, str]]] = []
    for line, row in zip(raw.lines, raw.rows, strict=True):
        held = dict(zip(raw.headings, row, strict=True))
        year_cell, author, given, own = (
            held[columns[f]] if f in columns else "" for f in ("year", "author", "study", "id")
        )
        year = _year(year_cell, line, problems)
        written = f"{author} {year}" if author and year else author
        # A row number of the file is no name: who wrote the study is.
        name = written if written and (not given or given.isdigit()) else given or own
        name = name or f"line {line}"
        if year and str(year) not in name:
            name = f"{name} {year}"
        # One author may stand for several studies, of different years.
        whole = given if given.isdigit() else name
        made.append((line, whole, name, own, year, held))
    if problems:
        raise InputError(problems)
    several = Counter(name for _, _, name, *_ in made)
    for line, study, name, own, year, held in made:
        label = f"{name} ({own or f'line {line}'})" if several[name] > 1 else name
        yield Row(line=line, study=study, label=label, year=year, cells=held)


def _year(cell: str, line: int, problems: list[InputProblem]) -> int | None:
    if cells.is_missing(cell):
        return None
    found = re.fullmatch(r"(\d{4})(?:\.0*)?[a-z]?", cell.strip().lower())
    if found and _YEARS[0] <= int(found[1]) <= _YEARS[1]:
        return int(found[1])
    accepted = f"a year from {_YEARS[0]} to {_YEARS[1]}, or an empty cell"
    problems.append(InputProblem(f"line {line}, year", cells.shown(cell), accepted))
    return None


def _wrong(where: str, value: str, accepted: str) -> InputError:
    return InputError([InputProblem(where, value, accepted)])


# ------------------------------------------------------------------ numbers


class _Builder:
    """Rows of cells -> numbers of one form."""

    def __init__(
        self, form: Form, effect: EffectColumn | None, meaning: Meaning, how: Reading
    ) -> None:
        self._form, self._effect, self._meaning, self._how = form, effect, meaning, how
        columns = {f: meaning.columns[f] for f in fields_of(form) if f in meaning.columns}
        if effect is not None:
            columns |= {"estimate": effect.heading, **effect.uncertainty}
        self._columns = columns
        self._problems: list[InputProblem] = []

    def table(self, rows: tuple[Row, ...], raw: Sheet, notes: tuple[str, ...]) -> StudyTable:
        kept: list[Row] = []
        parsed: list[dict[str, cells.Number]] = []
        left_out: list[tuple[str, str]] = []
        for row in rows:
            held = self._numbers(row)
            missing = self._missing(row, held)
            if missing == "":
                kept.append(row)
                parsed.append(held)
            elif missing is not None:
                left_out.append((row.label, missing))
        self._say()
        if not kept:
            accepted = "at least one study with its figures"
            raise _wrong("studies", "no row with figures", accepted)
        numbers = {f: _column(parsed, f, 0) for f in self._columns}
        self._problems += Checks(self._form, kept, numbers, self._columns).problems()
        self._say()
        # What belongs to a field of another form is still a column to look at.
        words = {f: h for f, h in self._meaning.columns.items() if f not in self._columns}
        return StudyTable(
            form=self._form,
            measure=self._effect.measure if self._effect else "",
            scale=self._effect.scale if self._effect else "",
            columns={**words, **self._columns},
            rows=tuple(kept),
            numbers=numbers,
            half_units={f: _column(parsed, f, 1) for f in self._columns},
            moderators=tuple(h for h in raw.headings if h and h not in self._columns.values()),
            effect_ids="id" in self._meaning.columns and "study" in self._meaning.columns,
            said=raw.said,
            left_out=tuple(left_out),
            notes=(*notes, *self._beside()),
        )

    def _numbers(self, row: Row) -> dict[str, cells.Number]:
        held = {}
        for field_name, heading in self._columns.items():
            cell = row.cells.get(heading, "")
            if cells.is_missing(cell):
                continue
            value = cells.number(cell)
            if value is None:
                where = f"{row.where}, {_named(field_name, heading)}"
                self._problems.append(cells.not_a_number(where, cell))
            else:
                held[field_name] = value
        return held

    def _missing(self, row: Row, held: dict[str, cells.Number]) -> str | None:
        """Nothing for a whole row, why it is left out, or None for a problem that was noted."""
        lacks = list(_lacking(self._form, held))
        if not lacks:
            return ""
        figures = held.keys() - {"level", "df", "n_1", "n_2", "n"}
        if not figures:
            return "left out: the row has no figures"
        if self._how.leave_out_incomplete:
            return f"left out: {lacks[0]} is missing"
        sides = {f[-1] for f in figures if f[-2:] in {"_1", "_2"}}
        if len(sides) == 1:
            given = f"side {sides.pop()} alone"
            accepted = "figures of both sides; a study of one arm has no effect to pool"
        else:
            given = f"no {lacks[0]}"
            accepted = f"{lacks[0]} too, or --incomplete leave-out to go on without such rows"
        if not any(problem.field.startswith(row.where) for problem in self._problems):
            self._problems.append(InputProblem(row.where, given, accepted))
        return None

    def _beside(self) -> Iterator[str]:
        """What the file holds that was not used, where it could have been."""
        if self._effect is None:
            for effect in self._meaning.effects:
                if effect.is_complete:
                    yield (
                        f"the column {effect.heading} was not used: effects were computed from the "
                        "arms (--from effects takes it)"
                    )
            return
        means = {f"mean_{side}" for side in "12"} <= self._meaning.columns.keys()
        counts = {f"events_{side}" for side in "12"} <= self._meaning.columns.keys()
        if means or counts:
            what = "means" if means else "events"
            yield (
                f"effects were taken from the column {self._effect.heading}; the {what} of the "
                "arms, which the file has too, were not used (--from arms takes them)"
            )

    def _say(self) -> None:
        found = self._problems
        if not found:
            return
        if len(found) > _MOST_PROBLEMS:
            more = f"{len(found) - _MOST_PROBLEMS} more problems"
            found = [
                *found[:_MOST_PROBLEMS],
                InputProblem("studies", more, "a file in which those above are mended first"),
            ]
        raise InputError(found)


def _lacking(form: Form, held: Mapping[str, cells.Number]) -> Iterator[str]:
    """The fields without which a row has no effect."""
    if form is Form.CORRELATIONS:
        yield from (f for f in ("r", "n") if f not in held)
    elif form is Form.EFFECTS:
        if "estimate" not in held:
            yield "estimate"
        if not (held.keys() & {"se", "log_se", "variance", "t", "z", "p"}) and not (
            {"ci_low", "ci_high"} <= held.keys()
        ):
            yield "se, variance or interval"
    else:
        for side in "12":
            has = {f[:-2] for f in held if f.endswith(f"_{side}")}
            yield from _lacking_of_side(form, has, side)


def _lacking_of_side(form: Form, has: set[str], side: str) -> Iterator[str]:
    if form is Form.MEANS:
        yield from (f"{f}_{side}" for f in ("mean", "n") if f not in has)
        if not has & {"sd", "mean_se"} and not {"mean_low", "mean_high"} <= has:
            yield f"sd_{side}"
        return
    if "events" not in has:
        yield f"events_{side}"
    if form is Form.RATES and "time" not in has:
        yield f"time_{side}"
    if form is Form.COUNTS and not has & {"n", "no_events"}:
        yield f"n_{side}"


def _column(
    parsed: Sequence[Mapping[str, cells.Number]], name: str, part: int
) -> NDArray[np.float64]:
    return np.array([row[name][part] if name in row else np.nan for row in parsed])


def _named(field_name: str, heading: str) -> str:
    same = normal(field_name) == normal(heading)
    return field_name if same else f"{field_name} (column {heading})"
