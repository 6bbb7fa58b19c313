"""The bytes of a diary as rows of cells, as spreadsheets write them; nothing is guessed twice.

A comma, a semicolon or a tab parts the cells: what the first row holds most of, or what a first
line ``sep=;`` says. Files are UTF-8, or UTF-16 with its mark ("Unicode text").
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DELIMITERS = (",", ";", "\t")


class SheetError(Exception):
    """A file that cannot be read: where, what stands there, what is accepted."""

    def __init__(self, field: str, value: str, accepted: str) -> None:
        super().__init__(accepted)
        self.field, self.value, self.accepted = field, value, accepted


class Row(NamedTuple):
    """The cells of a row and the line on which it ends."""

    line: int
    cells: list[str]


class Sheet(NamedTuple):
    """The first row, the others, and whether a comma may part a number."""

    header: list[str]
    rows: Iterator[Row]
    decimal_comma: bool


def open_sheet(data: bytes) -> Sheet:
    """The rows of a file. Raises ``SheetError``, also while rows are read."""
    text = _text(data)
    first, _, rest = text.partition("\n")
    told = first.strip().strip('"').casefold()
    skipped = told.startswith("sep=") and len(told) <= len("sep=") + 1
    if skipped:
        delimiter = first.strip().strip('"')[len("sep=") :] or "\t"
        text = rest
        if delimiter not in _DELIMITERS:
            raise SheetError("line 1", repr(first[:40]), "a comma, a semicolon or a tab")
    else:
        delimiter = max(_DELIMITERS, key=first.count)
    rows = _rows(text, delimiter, 1 if skipped else 0)
    header = next(rows, Row(1, []))
    # Spreadsheets write empty columns after the last one that was ever used.
    width = max((i for i, cell in enumerate(header.cells, 1) if cell.strip()), default=0)
    return Sheet(header.cells[:width], _fitted(rows, width), delimiter != ",")


def _text(data: bytes) -> str:
    name = "utf-16" if data.startswith(_UTF16) else "utf-8-sig"
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        accepted = 'text in UTF-8; in a spreadsheet save it as "CSV UTF-8"'
        raise SheetError(f"line {line}", "bytes that are no UTF-8", accepted) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise SheetError(f"line {line}", "a null character", "text")
    return text


def _rows(text: str, delimiter: str, before: int) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            where = f"line {reader.line_num + before}"
            raise SheetError(where, str(error), "a row of cells") from None
        if cells is None:
            return
        yield Row(reader.line_num + before, cells)


def _fitted(rows: Iterator[Row], width: int) -> Iterator[Row]:
    """Rows of one width: empty cells at the end may be too many or left out."""
    for row in rows:
        spare = row.cells[width:]
        cells = row.cells if any(cell.strip() for cell in spare) else row.cells[:width]
        yield Row(row.line, cells + [""] * (width - len(cells)))
