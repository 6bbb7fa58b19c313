"""A diary as CSV: read strictly, every problem with its line and field, and written safely.

One row a day; the first row names the columns and only ``date`` is needed, as ``2026-11-22``: 03/04
has two meanings. Where anything is wrong the caller must import nothing.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from speciosa.case.vocabulary import Difficulty, KratomForm, SideEffect
from speciosa.clinical.outcomes.sheet import SheetError, open_sheet
from speciosa.clinical.outcomes.thresholds import days
from speciosa.clinical.outcomes.timeline import Entry, Kratom, Measured, Period, Source
from speciosa.errors import InputProblem

if TYPE_CHECKING:
    from speciosa.clinical.outcomes.sheet import Sheet
    from speciosa.knowledge import Knowledge

SCALES = ("gad7", "phq9", "isi", "sows", "cows")
COLUMNS = (
    "date",
    *SCALES,
    "item9",
    "difficulty",
    "days_lost",
    "sleep_hours",
    "kratom_used",
    "kratom_doses",
    "kratom_leaf_g",
    "kratom_mitragynine_mg",
    "kratom_7oh_mg",
    "kratom_form",
    "side_effects",
    "note",
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"\d{1,7}(\.\d{1,4})?", re.ASCII)
_NOTHING_AFTER = re.compile(r"[.,]0{1,4}$")
_WHOLE = re.compile(r"\d{1,4}", re.ASCII)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_YES, _NO = "yes", "no"
NOTE_LENGTH = 4000


class Row(NamedTuple):
    """A row that could be read, with the line on which it ends."""

    line: int
    entry: Entry


class Diary(NamedTuple):
    """What a file holds: rows read, entries of those without a problem, every problem.

    ``item9``: the highest answer to item 9 that could be read, also in rows with a problem.
    """

    rows: int
    read: tuple[Row, ...]
    problems: tuple[InputProblem, ...]
    item9: int = 0

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries in order of the file."""
        return tuple(row.entry for row in self.read)


class _CellError(Exception):
    """A cell that cannot be read: what it held and what is accepted."""

    def __init__(self, value: str, accepted: str) -> None:
        super().__init__(accepted)
        self.value = value
        self.accepted = accepted


def read(data: bytes, knowledge: Knowledge, today: dt.date) -> Diary:
    """Read a diary file. Problems come back, never as an exception."""
    limit = days(knowledge, "diary-bytes")
    if len(data) > limit:
        return _refused("file", f"{len(data)} bytes", f"at most {limit} bytes")
    try:
        sheet = open_sheet(data)
        columns, problems = _columns(sheet.header)
        if problems:
            return Diary(0, (), problems)
        return _rows(sheet, columns, _Context(knowledge, today, sheet.decimal_comma))
    except SheetError as error:
        return _refused(error.field, error.value, error.accepted)


def _refused(field: str, value: str, accepted: str) -> Diary:
    return Diary(0, (), (InputProblem(field, value, accepted),))


def _columns(header: list[str]) -> tuple[list[str], tuple[InputProblem, ...]]:
    names = [_column(name) for name in header]
    accepted = ", ".join(COLUMNS)
    problems = [
        InputProblem(f"line 1, column {i}", repr(name[:40]), accepted)
        for i, name in enumerate(names, start=1)
        if name not in COLUMNS
    ]
    problems += [
        InputProblem(f"line 1, {name}", "a column that stands twice", "each column once")
        for name in sorted({n for n in names if n in COLUMNS and names.count(n) > 1})
    ]
    if "date" not in names:
        problems.append(InputProblem("line 1, date", "no such column", "a column named date"))
    return names, tuple(problems)


def _column(name: str) -> str:
    """The column that a heading names: "GAD-7" and "Sleep hours" are written in more ways."""
    plain = name.strip().casefold()
    joined = re.sub(r"[^a-z0-9]", "", plain)
    return next((c for c in COLUMNS if c.replace("_", "") == joined), plain)


def _rows(sheet: Sheet, columns: list[str], context: _Context) -> Diary:
    limit = days(context.knowledge, "diary-rows")
    found: list[Row] = []
    problems: list[InputProblem] = []
    lines: dict[dt.date, int] = {}
    count = item9 = 0
    rows = iter(sheet.rows)
    while True:
        try:
            row = next(rows, None)
        except SheetError as error:
            problems.append(InputProblem(error.field, error.value, error.accepted))
            break
        if row is None:
            break
        line = row.line
        if not any(cell.strip() for cell in row.cells):
            continue
        count += 1
        if count > limit:
            problems.append(InputProblem(f"line {line}", "too many rows", f"at most {limit} rows"))
            break
        entry, wrong, answer = _row(row.cells, columns, line, context)
        item9 = max(item9, answer)
        if entry is not None and entry.date in lines:
            value = f"{entry.date.isoformat()}, as on line {lines[entry.date]}"
            wrong.append(InputProblem(f"line {line}, date", value, "each day once"))
        problems.extend(wrong)
        if entry is not None:
            lines.setdefault(entry.date, line)
            if not wrong:
                found.append(Row(line, entry))
    if not count and not problems:
        problems.append(InputProblem("file", "no rows", "a row for each day"))
    return Diary(count, tuple(found), tuple(problems), item9)


# ------------------------------------------------------------------ one row


class _Context(NamedTuple):
    knowledge: Knowledge
    today: dt.date
    decimal_comma: bool


def _row(
    cells: list[str], columns: list[str], line: int, context: _Context
) -> tuple[Entry | None, list[InputProblem], int]:
    """The entry of a row, its problems, and item 9 even where something else is wrong."""
    if len(cells) != len(columns):
        where = f"line {line}"
        return None, [InputProblem(where, f"{len(cells)} cells", f"{len(columns)} cells")], 0
    values: dict[str, object] = {}
    problems: list[InputProblem] = []
    for name, cell in zip(columns, cells, strict=True):
        text = _without_guard(cell.strip())
        if not text:
            continue
        try:
            values[name] = _READ[name](text, name, context)
        except _CellError as error:
            problems.append(InputProblem(f"line {line}, {name}", error.value, error.accepted))
    answered = values.get("item9")
    item9 = answered if isinstance(answered, int) else 0
    if "date" not in values:
        if not any(p.field.endswith(", date") for p in problems):
            problems.append(InputProblem(f"line {line}, date", "nothing", "a date"))
        return None, problems, item9
    clash = _clash(values)
    if clash:
        problems.append(InputProblem(f"line {line}, {clash[0]}", clash[1], clash[2]))
    told = {"date": values["date"]} if problems else values
    return _entry(told), problems, item9


def _clash(values: dict[str, object]) -> tuple[str, str, str] | None:
    used, doses = values.get("kratom_used"), values.get("kratom_doses")
    amounts = [n for n in COLUMNS if n.startswith("kratom_") and n not in ("kratom_used",)]
    if used is False and (doses or any(values.get(n) for n in amounts)):
        return "kratom_used", "no, beside an amount or a form", "yes, or no amount"
    if used is True and doses == 0:
        return "kratom_doses", "0 beside kratom_used yes", "more than 0, or kratom_used no"
    item9, total = values.get("item9"), values.get("phq9")
    if isinstance(item9, int) and isinstance(total, float) and not 0 <= total - item9 <= 24:
        accepted = "a value that leaves 0 to 24 points for the other eight answers"
        return "item9", f"{item9} beside a total of {total:g}", accepted
    return None


def _entry(values: dict[str, object]) -> Entry:
    get: Callable[[str], object] = values.get
    kratom = {
        "used": get("kratom_used"),
        "doses": get("kratom_doses"),
        "leaf_g": get("kratom_leaf_g"),
        "mitragynine_mg": get("kratom_mitragynine_mg"),
        "seven_oh_mg": get("kratom_7oh_mg"),
        "form": get("kratom_form"),
    }
    given = {key: value for key, value in kratom.items() if value is not None}
    fields: dict[str, object] = {
        "scores": tuple(
            Measured(instrument=name, total=values[name])  # type: ignore[arg-type]
            for name in SCALES
            if name in values
        ),
        "kratom": Kratom(period=Period.DAY, **given) if given else None,  # type: ignore[arg-type]
        **{
            name: values[name]
            for name in (
                "date",
                "item9",
                "difficulty",
                "days_lost",
                "sleep_hours",
                "side_effects",
                "note",
            )
            if name in values
        },
    }
    return Entry(source=Source.DIARY, **fields)  # type: ignore[arg-type]


# ------------------------------------------------------------------ cells


def _date(text: str, _: str, context: _Context) -> dt.date:
    accepted = "a date as 2026-11-22 (year-month-day)"
    text = text.removesuffix(" 00:00:00")
    if not _DATE.fullmatch(text):
        raise _CellError(repr(text[:40]), accepted)
    try:
        date = dt.date.fromisoformat(text)
    except ValueError:
        raise _CellError(repr(text), "a day that exists") from None
    if not dt.date(1900, 1, 1) <= date <= context.today:
        raise _CellError(text, f"a day from 1900 up to {context.today.isoformat()}")
    return date


def _total(text: str, name: str, context: _Context) -> float:
    instrument = context.knowledge.instruments.by_id[name]
    low, high = instrument.total_low or 0, instrument.total_high
    return float(_whole_between(text, low, 1000 if high is None else high))


def _whole_between(text: str, low: int, high: int) -> int:
    accepted = f"a whole number from {low} to {high}"
    text = _NOTHING_AFTER.sub("", text)
    if not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
        raise _CellError(repr(text[:40]), accepted)
    return int(text)


def _amount(text: str, highest: float, context: _Context) -> float:
    if context.decimal_comma:
        text = text.replace(",", ".", 1)
    if not _NUMBER.fullmatch(text) or float(text) > highest:
        accepted = f"a number from 0 to {highest:g}, with a point for decimals"
        raise _CellError(repr(text[:40]), accepted)
    return float(text)


def _yes(text: str, _: str, __: _Context) -> bool:
    word = {"true": _YES, "false": _NO}.get(text.casefold(), text.casefold())
    if word not in (_YES, _NO):
        raise _CellError(repr(text[:40]), "yes or no")
    return word == _YES


def _word(text: str, kind: type[Difficulty] | type[KratomForm]) -> Difficulty | KratomForm:
    try:
        return kind(text.casefold())
    except ValueError:
        raise _CellError(repr(text[:40]), ", ".join(kind)) from None


def _effects(text: str, _: str, __: _Context) -> tuple[SideEffect, ...]:
    if text.casefold() == "none":
        return ()
    found = []
    for part in re.split(r"[|/]", text):
        word = part.strip().casefold().replace(" ", "_")
        try:
            found.append(SideEffect(word))
        except ValueError:
            accepted = "none, or names joined by |: " + ", ".join(SideEffect)
            raise _CellError(repr(part.strip()[:40]), accepted) from None
    return tuple(dict.fromkeys(found))


def _note(text: str, _: str, __: _Context) -> str:
    if len(text) > NOTE_LENGTH:
        raise _CellError(f"{len(text)} characters", f"at most {NOTE_LENGTH} characters")
    return text


_READ: dict[str, Callable[[str, str, _Context], object]] = {
    "date": _date,
    **dict.fromkeys(SCALES, _total),
    "item9": lambda text, _, __: _whole_between(text, 0, 3),
    "difficulty": lambda text, _, __: _word(text, Difficulty),
    "days_lost": lambda text, _, __: _whole_between(text, 0, 31),
    "sleep_hours": lambda text, _, context: _amount(text, 24, context),
    "kratom_used": _yes,
    "kratom_doses": lambda text, _, context: _amount(text, 500, context),
    "kratom_leaf_g": lambda text, _, context: _amount(text, 500, context),
    "kratom_mitragynine_mg": lambda text, _, context: _amount(text, 10_000, context),
    "kratom_7oh_mg": lambda text, _, context: _amount(text, 10_000, context),
    "kratom_form": lambda text, _, __: _word(text, KratomForm),
    "side_effects": _effects,
    "note": _note,
}


# ------------------------------------------------------------------ writing


def write(entries: Iterable[Entry]) -> str:
    """Entries as a diary file in order of date; no cell can start a formula in a spreadsheet.

    What a diary has no column for (single answers, laboratory values, an account of a week) is
    not in it; the export of everything is.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for entry in sorted(entries, key=lambda e: e.date):
        cells = _cells(entry)
        writer.writerow(_guarded(cells.get(name, "")) for name in COLUMNS)
    return out.getvalue()


def _cells(entry: Entry) -> dict[str, str]:
    found: dict[str, str] = {"date": entry.date.isoformat(), "note": entry.note}
    for measured in entry.scores:
        if measured.instrument in SCALES and measured.total is not None:
            found[measured.instrument] = f"{measured.total:g}"
    numbers = {
        "item9": entry.suicidality,
        "days_lost": entry.days_lost,
        "sleep_hours": entry.sleep_hours,
    }
    kratom = entry.kratom
    if kratom is not None:
        found["kratom_form"] = "" if kratom.form is None else str(kratom.form)
        if kratom.used is not None:
            found["kratom_used"] = _YES if kratom.used else _NO
        numbers |= {
            "kratom_doses": kratom.doses if kratom.period is Period.DAY else None,
            "kratom_leaf_g": kratom.leaf_g,
            "kratom_mitragynine_mg": kratom.mitragynine_mg,
            "kratom_7oh_mg": kratom.seven_oh_mg,
        }
    found |= {name: f"{value:.10g}" for name, value in numbers.items() if value is not None}
    if entry.difficulty is not None:
        found["difficulty"] = str(entry.difficulty)
    if entry.side_effects is not None:
        found["side_effects"] = "|".join(entry.side_effects) or "none"
    return found


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith((*_FORMULA, "'")) else cell


def _without_guard(cell: str) -> str:
    """Take off the apostrophe that writing puts before a formula or another apostrophe."""
    if cell.startswith("'") and cell[1:].startswith((*_FORMULA, "'")):
        return cell[1:]
    return cell
