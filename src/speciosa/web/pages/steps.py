"""What the buttons inside the form do: add or remove a row, mark every sign as asked."""

from __future__ import annotations

from speciosa.web.pages.form import Fields
from speciosa.web.pages.form.document import empty_row
from speciosa.web.pages.form.layout import ROWS, SIGNS

_SIGNS_ABSENT = "signs_absent"


def stepped(fields: Fields, step: str) -> Fields:
    """The form after a button inside it; an unknown one changes nothing."""
    if step == _SIGNS_ABSENT:
        open_ones = (name for name in SIGNS.names if fields.one(name) != SIGNS.yes)
        return fields.with_values(dict.fromkeys(open_ones, (SIGNS.no,)))
    action, _, place = step.partition(":")
    if action == "add" and place in ROWS:
        rows = fields.rows(place)
        return fields.with_values(empty_row(place, rows[-1] + 1 if rows else 0))
    if action == "remove" and place.rpartition(".")[0] in ROWS:
        return fields.without(place)
    return fields


def part_of(step: str) -> str:
    """The part of the page in which a button stands, to come back to it."""
    if step == _SIGNS_ABSENT:
        return "signs"
    action, _, place = step.partition(":")
    if action == "add" and place in ROWS:
        return place
    return place.rpartition(".")[0] if place.rpartition(".")[0] in ROWS else ""
