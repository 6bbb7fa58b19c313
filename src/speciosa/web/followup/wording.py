"""An entry in one line, for tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from speciosa.clinical.outcomes.timeline import Entry, Kratom


def words(entry: Entry) -> str:
    """Everything that an entry says, in the order in which it is asked."""
    return "; ".join(_parts(entry))


def _parts(entry: Entry) -> Iterator[str]:
    for measured in entry.scores:
        total = "no total" if measured.total is None else f"{measured.total:g}"
        yield f"{measured.instrument.upper()} {total}"
    if entry.suicidality is not None:
        yield f"item 9: {entry.suicidality}"
    if entry.difficulty is not None:
        yield f"daily life {_plain(entry.difficulty)}"
    if entry.days_lost is not None:
        yield f"{entry.days_lost} days lost"
    if entry.sleep_hours is not None:
        yield f"sleep {entry.sleep_hours:g} h"
    if entry.kratom is not None:
        yield _kratom(entry.kratom)
    if entry.side_effects is not None:
        yield "side effects: " + (", ".join(map(_plain, entry.side_effects)) or "none")
    for lab in entry.labs:
        yield f"{lab.name.upper()} {lab.value:g} {lab.unit}"
    if entry.note:
        yield entry.note


def _kratom(kratom: Kratom) -> str:
    said = {True: "used", False: "not used", None: "use not said"}[kratom.used]
    parts = [f"kratom {said}"]
    if kratom.doses is not None:
        parts.append(f"{kratom.doses:g} times a {kratom.period}")
    if kratom.leaf_g is not None:
        parts.append(f"{kratom.leaf_g:g} g leaf")
    if kratom.mitragynine_mg is not None:
        parts.append(f"{kratom.mitragynine_mg:g} mg mitragynine")
    if kratom.seven_oh_mg is not None:
        parts.append(f"{kratom.seven_oh_mg:g} mg 7-OH")
    if kratom.form is not None:
        parts.append(_plain(kratom.form))
    return ", ".join(parts)


def _plain(name: str) -> str:
    return str(name).replace("_", " ")
