"""A typed table of studies: which form the data have, the numbers by field, and who is who."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Form(StrEnum):
    """What kind of data the rows hold."""

    COUNTS = "counts"
    MEANS = "means"
    RATES = "rates"
    CORRELATIONS = "correlations"
    EFFECTS = "effects"


FORM_WORDS: Mapping[Form, str] = {
    Form.COUNTS: "events and totals of two sides (events_1, n_1, events_2, n_2)",
    Form.MEANS: "means, SDs and numbers of two sides (mean_1, sd_1, n_1, mean_2, sd_2, n_2)",
    Form.RATES: "events and person-time of two sides (events_1, time_1, events_2, time_2)",
    Form.CORRELATIONS: "correlations with numbers (r, n)",
    Form.EFFECTS: "effects with se, variance, interval, t, z or p (estimate, se)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the file: ``study`` is what it belongs to, ``label`` names it alone."""

    line: int
    study: str
    label: str
    year: int | None
    cells: Mapping[str, str]

    @property
    def where(self) -> str:
        """How a message names the row."""
        return f"line {self.line} ({self.label})" if self.label else f"line {self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyTable:
    """Studies of one form. ``numbers`` holds a value a row for each field, NaN where it is empty.

    ``half_units`` holds half a unit of the last place written, for limits that were rounded.
    ``columns`` maps each field to the heading it was read from; ``left_out`` are rows without any
    figure, each with the reason. ``measure`` and ``scale`` are what the headings say, or "".
    """

    form: Form
    measure: str
    scale: str
    columns: Mapping[str, str]
    rows: tuple[Row, ...]
    numbers: Mapping[str, NDArray[np.float64]]
    half_units: Mapping[str, NDArray[np.float64]]
    moderators: tuple[str, ...]
    effect_ids: bool
    said: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    def words(self, field_name: str) -> tuple[str, ...]:
        """The text of a field or heading in every row; empty where the file has no such column."""
        heading = self.columns.get(field_name, field_name)
        return tuple(row.cells.get(heading, "") for row in self.rows)
