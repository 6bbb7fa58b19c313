"""What is kept of each virtual person: names, units and meanings of the columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from speciosa.pharmacology.exposure.measurement.measured import MITRAGYNINE, SEVEN_OH
from speciosa.pharmacology.exposure.regimen.figures import MEASURES

if TYPE_CHECKING:
    from collections.abc import Sequence

SHORT = {MITRAGYNINE: "mitragynine", SEVEN_OH: "seven_oh"}  # names of the analytes in files
_ABOUT = {
    "cmax": "highest total plasma concentration in the period shown",
    "tmax": "hours from the dose before the highest concentration to it",
    "auc": "area under the concentration: {area}",
    "ctrough": "concentration {trough}",
    "half_life": "half-life after the last dose, or none to read",
}
SUBJECT, STRUCTURE, TABLE_ROW, DRAW = "subject", "structure", "table_row", "posterior_draw"
_PER_DAY = "swallowed on the heaviest day shown, in products whose content is known"
_EMPTY = "; empty where no content is known"
WHOLE = (SUBJECT, TABLE_ROW, DRAW)  # held as whole numbers


class Column(NamedTuple):
    """A column: ``values`` are the words of a category, in the order of their codes."""

    name: str
    unit: str
    about: str
    values: tuple[str, ...] = ()


def measure_column(analyte: str, measure: str) -> str:
    """The name of the column with a measure of an analyte."""
    return f"{SHORT[analyte]}_{measure}"


def columns(
    structures: Sequence[str],
    people: Sequence[Column] = (),
    *,
    area: str,
    trough: str,
    table: bool = False,
) -> tuple[Column, ...]:
    """Every column in order; ``people`` are those that say who somebody is.

    ``area`` says from when to when areas are, ``trough`` when troughs are read; ``table``: people
    are rows of a table.
    """
    row = Column(TABLE_ROW, "1", "row of the table that this person is, from 0 below the names")
    figures = [
        Column(
            measure_column(analyte, name),
            MEASURES[name],
            f"{analyte}: {about.format(area=area, trough=trough)}{_EMPTY}",
        )
        for analyte in SHORT
        for name, about in _ABOUT.items()
    ]
    return (
        Column(SUBJECT, "1", "number of the virtual person, from 0"),
        *([row] if table else []),
        *people,
        Column("mitragynine_per_day", "mg", f"mitragynine {_PER_DAY}{_EMPTY}"),
        Column("seven_oh_per_day", "mg", f"7-hydroxymitragynine {_PER_DAY}{_EMPTY}"),
        Column(STRUCTURE, "1", "the exposure model this person lives by", tuple(structures)),
        Column(
            DRAW,
            "1",
            "which draw of that model's parameters from what is known of them this person lives "
            "by, from 0: rows that share it differ as people do, rows that do not by our doubt too",
        ),
        *figures,
    )
