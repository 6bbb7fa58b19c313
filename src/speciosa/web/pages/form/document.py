"""Form to case document and back: pure functions, the same cells in both directions.

What the form cannot show of a document is kept as it is for as long as nobody changes the cell
that stands for it, and ``unshown`` names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from speciosa.errors import InputProblem
from speciosa.web.pages.form.cells import Cell
from speciosa.web.pages.form.fields import Fields, Texts
from speciosa.web.pages.form.layout import CELLS, ROWS

Document = dict[str, Any]

WAS = "was"  # the number of the row in the document that a row of the form came from
# Rows shown on an empty form, so that the usual case needs no "add a row".
BLANK_ROWS = {"medicines": 3, "kratom.products": 1, "substances": 1, "conditions": 1}


@dataclass(frozen=True)
class Built:
    """A document as typed, what only the form could see to be wrong, and where its rows came from.

    ``rows`` gives the row of the form for a row of the document: ``medicines[0]`` is the first that
    is not empty.
    """

    document: Document
    problems: tuple[InputProblem, ...]
    rows: Mapping[str, str]

    def place(self, field: str, known: Iterable[str]) -> str:
        """The name of the input that a field of the case stands for, or "" when there is none."""
        known = frozenset(known)
        for start, row in self.rows.items():
            if field == start or field.startswith(f"{start}."):
                field = row + field.removeprefix(start)
        name = re.sub(r"\[(\d+)\]", r".\1", field)
        for pattern, meant in _ALIASES:
            name = pattern.sub(meant, name)
        while name and name not in known:
            name = name.rpartition(".")[0]
        return name


_ALIASES = tuple(
    (re.compile(pattern), meant)
    for pattern, meant in (
        (r"^(medicines\.\d+)\.dose_mg$", r"\1.dose"),
        (r"^(medicines\.\d+)\.(interval_h|times_per_day)$", r"\1.often"),
        (r"^(medicines\.\d+)$", r"\1.often"),
        (r"^(kratom\.products\.\d+)\.dose\.(leaf_g|capsules|units|\w+_mg)$", r"\1.dose"),
        (r"^person\.weight_kg$", "person.weight"),
        (r"^person\.height_cm$", "person.height"),
        (r"^(symptoms)\.features(_absent)?(\.\d+)?$", r"\1.feature"),
        (r"^(kratom)\.criteria_\w+(\.\d+)?$", r"\1.criterion"),
        (r"^(symptoms\.(gad7|phq9|isi|audit_c))$", r"\1.total"),
    )
)


def to_document(fields: Fields, base: Mapping[str, Any] | None = None) -> Built:
    """The case document that the fields say; a cell nobody changed stays as ``base`` has it."""
    base = base or {}
    document: Document = {}
    problems: list[InputProblem] = []
    rows: dict[str, str] = {}
    for cell in CELLS:
        _fill(document, cell, fields, base)
        problems += cell.problems(fields)
    for prefix, cells in ROWS.items():
        built: list[Document] = []
        for index in fields.rows(prefix):
            here = _below(fields, f"{prefix}.{index}")
            row = _row(cells, here, _was(here, _get(base, prefix)))
            found = [problem for cell in cells for problem in cell.problems(here)]
            if row or found:
                start = f"{prefix}[{len(built)}]"
                rows[start] = f"{prefix}.{index}"
                problems += [_moved(problem, start) for problem in found]
                built.append(row)
        if built:
            _set(document, prefix, built)
    return Built(document, tuple(problems), rows)


def to_fields(document: Mapping[str, Any]) -> Fields:
    """What the form shows of a document, with the empty rows that a new one begins with."""
    texts: Texts = {}
    for cell in CELLS:
        texts |= cell.show([_get(document, path) for path in cell.paths])
    for prefix, cells in ROWS.items():
        kept = _get(document, prefix) or ()
        for index, row in enumerate(kept):
            texts[f"{prefix}.{index}.{WAS}"] = (str(index),)
            for cell in cells:
                shown = cell.show([_get(row, path) for path in cell.paths])
                texts |= {f"{prefix}.{index}.{name}": text for name, text in shown.items()}
        for index in range(len(kept), max(BLANK_ROWS.get(prefix, 0), len(kept))):
            texts |= empty_row(prefix, index)
    return Fields(texts)


def empty_row(prefix: str, index: int) -> Texts:
    """The texts of a row in which nothing is typed."""
    return {f"{prefix}.{index}.{name}": ("",) for name in ROWS[prefix][0].names}


def unshown(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The paths of a document that the form cannot show as they are; it keeps them unchanged."""
    again = to_document(to_fields(document)).document
    found = [path for cell in CELLS for path in _lost(cell.paths, document, again)]
    for prefix, cells in ROWS.items():
        rows, shown = _get(document, prefix) or (), _get(again, prefix) or ()
        for index, row in enumerate(rows):
            other = shown[index] if index < len(shown) else {}
            found += [
                f"{prefix}[{index}].{path}"
                for cell in cells
                for path in _lost(cell.paths, row, other)
            ]
    return tuple(found)


def _lost(paths: Iterable[str], one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterable[str]:
    return (path for path in paths if not _alike(_get(one, path), _get(other, path)))


def _alike(one: object, other: object) -> bool:
    """Whether two values say the same; the order of words that are ticked says nothing."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        if all(isinstance(value, str) for value in (*one, *other)):
            return sorted(one) == sorted(other)
        return list(one) == list(other)
    return one == other or (not one and not other and one != 0 and other != 0)


def _fill(document: Document, cell: Cell, fields: Fields, base: Mapping[str, Any]) -> None:
    kept = tuple(_get(base, path) for path in cell.paths)
    same = _given(cell, fields.values) == _given(cell, cell.show(kept))
    for path, value in zip(cell.paths, kept if same else cell.read(fields), strict=True):
        if value is not None:
            _set(document, path, value)


def _given(cell: Cell, texts: Mapping[str, tuple[str, ...]]) -> Texts:
    """What stands in the inputs of a cell, without the empty ones; a unit alone says nothing."""
    given = {
        name: filled
        for name in cell.names
        if (filled := tuple(text.strip() for text in texts.get(name, ()) if text.strip()))
    }
    return {} if all(name.endswith("_unit") for name in given) else given


def _row(cells: Iterable[Cell], here: Fields, base: Mapping[str, Any]) -> Document:
    row: Document = {}
    for cell in cells:
        _fill(row, cell, here, base)
    # A part that was given and says nothing has no input; it stays given.
    empty = {name: value for name, value in base.items() if value == {}}
    return {**empty, **row} if row else row


def _below(fields: Fields, prefix: str) -> Fields:
    return Fields(dict(fields.under(prefix)))


def _was(here: Fields, rows: Any) -> Mapping[str, Any]:  # noqa: ANN401
    number = here.one(WAS)
    if number.isascii() and number.isdigit() and len(number) <= 4 and rows:
        index = int(number)
        if index < len(rows) and isinstance(rows[index], dict):
            return dict(rows[index])
    return {}


def _moved(problem: InputProblem, start: str) -> InputProblem:
    return InputProblem(
        f"{start}.{problem.field}", problem.value, problem.accepted, problem.suggestion
    )


def _get(document: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401
    found: Any = document
    for step in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(step)
    return found


def _set(document: Document, path: str, value: Any) -> None:  # noqa: ANN401
    *steps, last = path.split(".")
    for step in steps:
        document = document.setdefault(step, {})
    document[last] = value
