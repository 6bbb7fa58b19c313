"""What is kept of each virtual person: names, units and meanings of the columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from speciosa.pharmacology.exposure.measurement.measured import MITRAGYNINE, SEVEN_OH
from speciosa.pharmacology.exposure.regimen.figures import MEASURES

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHORT = {MITRAGYNINE: "mitragynine", SEVEN_OH: "seven_oh"}
_ABOUT = {
    "cmax": "highest total plasma concentration in the period shown",
    "tmax": "hours from the dose before the highest concentration to it",
    "auc": "area under the concentration, as the summary says from when to when",
    "ctrough": "concentration at the time that the summary names",
    "half_life": "half-life after the last dose; empty where there is none to read",
}
SUBJECT, STRUCTURE = "subject", "structure"


class Column(NamedTuple):
    """A column: ``values`` are the words of a category, in the order of their codes."""

    name: str
    unit: str
    about: str
    values: tuple[str, ...] = ()


def measure_column(analyte: str, measure: str) -> str:
    """The name of the column with a measure of an analyte."""
    return f"{_SHORT[analyte]}_{measure}"


def columns(structures: Sequence[str], people: Sequence[Column] = ()) -> tuple[Column, ...]:
    """Every column in order; ``people`` are those that say who somebody is."""
    figures = [
        Column(measure_column(analyte, name), MEASURES[name], f"{analyte}: {about}")
        for analyte in _SHORT
        for name, about in _ABOUT.items()
    ]
    return (
        Column(SUBJECT, "1", "number of the virtual person, from 0"),
        *people,
        Column("mitragynine_per_day", "mg", "mitragynine swallowed on the heaviest day shown"),
        Column("seven_oh_per_day", "mg", "7-hydroxymitragynine swallowed on the heaviest day"),
        Column(STRUCTURE, "1", "the exposure model this person lives by", tuple(structures)),
        *figures,
    )
