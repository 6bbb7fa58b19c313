"""Text of a file -> rows of named cells. CSV, TSV, semicolons, YAML or JSON."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from speciosa.case import document
from speciosa.errors import InputError, InputProblem
from speciosa.evidence.studies.cells import has_decimal_comma, number, shown

_DELIMITERS = (",", "\t", ";")
_WORDS = {",": "commas", "\t": "tabs", ";": "semicolons"}
_HEAD = {"measure", "method", "ci", "level", "studies", "title", "note", "source"}
_EVERY = 2_000
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Cells as text under their headings; ``lines`` says where each row stands in the file.

    ``said`` is what a YAML or JSON file says beside its studies; ``handled`` what was done to read.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    said: Mapping[str, str] = field(default_factory=dict)
    handled: tuple[str, ...] = ()


def read(text: str, *, name: str, progress: Callable[[int, int], None] | None = None) -> Sheet:
    """The rows of a file. ``name`` tells the format by its ending, else the text does.

    Raises ``InputError`` for text that is neither a table nor a list of studies.
    """
    if "\x00" in text:
        raise _wrong(name, "a null character", "text: CSV, TSV, YAML or JSON in UTF-8")
    if not text.strip():
        raise _wrong(name, "an empty file", "a heading line and one line for each study")
    made = _document(text, name) if _is_document(text, name) else _table(text, name, progress)
    if not made.rows:
        raise _wrong(name, "headings without a study", "at least one line below the headings")
    _no_formulas(made)
    return made


def _wrong(where: str, value: str, accepted: str) -> InputError:
    return InputError([InputProblem(where, value, accepted)])


# ------------------------------------------------------------------ a table


def _table(text: str, name: str, progress: Callable[[int, int], None] | None) -> Sheet:
    start = next(i for i, line in enumerate(io.StringIO(text, newline=None)) if line.strip())
    first = text.splitlines()[start]
    delimiter = max(_DELIMITERS, key=first.count)
    if not first.count(delimiter):
        accepted = "headings parted by commas, tabs or semicolons, two of them at least"
        raise _wrong(name, f"one column, {shown(first.strip())}", accepted)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    headings: tuple[str, ...] = ()
    problems: list[InputProblem] = []
    length, about = len(text), max(len(first), 1)
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not headings:
                headings = _headings(cells, name)
            elif len(cells) == len(headings):
                rows.append(tuple(cell.strip() for cell in cells))
                lines.append(reader.line_num)
            else:
                given = f"{len(cells)} cells"
                accepted = f"{len(headings)} cells parted by {_WORDS[delimiter]}, as in the heading"
                problems.append(InputProblem(f"line {reader.line_num}", given, accepted))
            if progress is not None and len(rows) % _EVERY == 0:
                progress(min(len(rows) * about, length), length)
    except csv.Error as error:
        given = f"text that is not a table ({error})"
        raise _wrong(f"line {reader.line_num}", given, "quotes that are closed") from None
    if problems:
        raise InputError(problems)
    sheet = Sheet(headings=headings, rows=tuple(rows), lines=tuple(lines))
    return _with_points(sheet, name, delimiter)


def _headings(cells: list[str], name: str) -> tuple[str, ...]:
    headings = tuple(cell.strip() for cell in cells)
    # A first heading left empty is how row names are written; nothing else may lack a name.
    if "" in headings[1:]:
        at = headings.index("", 1) + 1
        raise _wrong(name, f"no heading over column {at}", "a heading over every column")
    twice = [heading for heading, n in Counter(h.lower() for h in headings).items() if n > 1]
    if twice:
        raise _wrong(name, f"the heading {shown(twice[0])} twice", "each heading once")
    return headings


def _with_points(sheet: Sheet, name: str, delimiter: str) -> Sheet:
    """Decimal commas become points; what could be a thousand or a decimal is not guessed at."""
    commas = [cell for row in sheet.rows for cell in row if has_decimal_comma(cell)]
    if not commas:
        return sheet
    points = (cell for row in sheet.rows for cell in row if "." in cell and number(cell))
    if (point := next(points, None)) is not None:
        given = f"{shown(commas[0])} and {shown(point)}"
        raise _wrong(name, given, "one decimal mark in the whole file, best a point")
    if delimiter == "," or all(_THOUSANDS.fullmatch(cell) for cell in commas):
        accepted = "numbers with a decimal point and without marks for thousands"
        raise _wrong(name, f"{shown(commas[0])}, a thousand or a decimal", accepted)
    rows = tuple(
        tuple(cell.replace(",", ".") if has_decimal_comma(cell) else cell for cell in row)
        for row in sheet.rows
    )
    told = f"decimal commas were read as points in {len(commas)} cells (first: {commas[0]})"
    return replace(sheet, rows=rows, handled=(*sheet.handled, told))


def _no_formulas(sheet: Sheet) -> None:
    problems = [
        InputProblem(
            f"line {line}, {heading or 'row name'}",
            shown(cell),
            "the value itself, not a spreadsheet formula",
        )
        for line, row in zip(sheet.lines, sheet.rows, strict=True)
        for heading, cell in zip(sheet.headings, row, strict=True)
        if cell[:1] == "="
    ]
    if problems:
        raise InputError(problems)


# ------------------------------------------------------------------ a list of studies


def _is_document(text: str, name: str) -> bool:
    ending = name.lower().rpartition(".")[2]
    if ending in {"yaml", "yml", "json"}:
        return True
    if ending in {"csv", "tsv", "txt", "tab"}:
        return False
    start = text.lstrip()
    return start[:1] in {"{", "["} or start.startswith(("- ", "studies:", "measure:", "method:"))


def _document(text: str, name: str) -> Sheet:
    # A JSON list is read as the studies of a mapping: the strict reader takes mappings.
    listed = text.lstrip().startswith("[")
    data = document.parse(f'{{"studies": {text}}}' if listed else text, name=name)
    said: dict[str, str] = {}
    if isinstance(data, Mapping):
        unknown = [str(key) for key in data if key not in _HEAD]
        if unknown:
            raise _wrong(name, f"the field {shown(unknown[0])}", ", ".join(sorted(_HEAD)))
        said = {str(key): str(value) for key, value in data.items() if key != "studies"}
        data = data.get("studies")
    if not isinstance(data, list) or not data:
        raise _wrong(name, "no list of studies", "a list of studies, or studies: followed by one")
    problems = list(_not_rows(data))
    if problems:
        raise InputError(problems)
    headings = tuple(dict.fromkeys(str(key).strip() for row in data for key in row))
    rows = tuple(tuple(_cell(row.get(heading)) for heading in headings) for row in data)
    return Sheet(headings=headings, rows=rows, lines=tuple(range(1, len(rows) + 1)), said=said)


def _not_rows(data: list[object]) -> Iterator[InputProblem]:
    for place, row in enumerate(data, start=1):
        if not isinstance(row, Mapping):
            yield InputProblem(f"study {place}", shown(str(row)), "fields with their values")
            continue
        for key, value in row.items():
            if isinstance(value, Mapping | list):
                given = "a list" if isinstance(value, list) else "fields"
                yield InputProblem(f"study {place}, {key}", given, "a number or text")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
