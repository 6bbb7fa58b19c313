"""Who virtual people are, as columns: figures with a unit, or one word of a few."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from speciosa.case.vocabulary import ChildPugh, Phenotype, Pregnancy, Sex
from speciosa.knowledge.population import GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterator

UNKNOWN = -1  # the code of a word that is not known; a figure that is not known is NaN

Values = NDArray[np.float64] | NDArray[np.int8]


@dataclasses.dataclass(frozen=True)
class Kind:
    """What a column is: its unit, or the words it may hold, and what it means in words.

    ``low`` and ``high`` bound a figure; both ends are allowed.
    """

    name: str
    what: str
    unit: str = ""
    words: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0


_YES_NO = ("no", "yes")

# Every column there can be, in the order in which they are shown. The bounds are those of a case.
KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("age_years", "age", "a", (), 0, 120),
        Kind("sex", "sex", words=tuple(Sex)),
        Kind("weight_kg", "body weight", "kg", (), 1, 500),
        Kind("height_cm", "height", "cm", (), 30, 260),
        Kind("ancestry", "ancestry as people name it", words=GROUPS),
        Kind("cyp2d6", "CYP2D6 phenotype", words=tuple(Phenotype)),
        Kind("cyp3a5", "CYP3A5 expressed", words=_YES_NO),
        Kind("egfr_ml_min_1_73m2", "estimated filtration rate", "mL/min/{1.73_m2}", (), 0, 250),
        Kind("liver_disease", "liver disease (in a survey: cirrhosis)", words=_YES_NO),
        Kind("child_pugh", "Child-Pugh class of cirrhosis", words=tuple(ChildPugh)),
        Kind("pregnancy", "pregnancy", words=tuple(Pregnancy)),
        Kind("breast_feeding", "breast-feeding", words=_YES_NO),
    )
}


@dataclasses.dataclass(frozen=True, eq=False)
class Drawn:
    """Subjects ``first`` onwards of a population, column by column; row i is one person.

    Columns of words hold places in the words of their kind, ``UNKNOWN`` for not known; figures are
    NaN where not known. Columns the population says nothing about are absent. ``row`` is the row of
    a table that each person is, from 0.
    """

    first: int
    count: int
    columns: Mapping[str, Values]
    row: NDArray[np.intp] | None = None

    @property
    def units(self) -> Mapping[str, str]:
        """Unit of each column of figures (UCUM)."""
        return {name: KINDS[name].unit for name in self.columns if KINDS[name].unit}

    @property
    def words(self) -> Mapping[str, tuple[str, ...]]:
        """The words of each column of words, in the order of their codes."""
        return {name: KINDS[name].words for name in self.columns if KINDS[name].words}

    @property
    def what(self) -> Mapping[str, str]:
        """What each column is, in words."""
        return {name: KINDS[name].what for name in self.columns}

    def figure(self, name: str) -> NDArray[np.float64]:
        """A column of figures; NaN throughout where the population says nothing about it."""
        if name not in self.columns:
            return np.full(self.count, np.nan)
        return np.asarray(self.columns[name], dtype=np.float64)

    def holds(self, name: str, *words: str) -> NDArray[np.bool_]:
        """Who is known to have one of these words in a column."""
        held = self.columns.get(name)
        if held is None:
            return np.zeros(self.count, dtype=np.bool_)
        places = [KINDS[name].words.index(word) for word in words]
        return np.isin(held, places)

    def rows(self) -> Iterator[dict[str, float | str | None]]:
        """Person by person, in words; ``None`` for what is not known."""
        for place in range(self.count):
            yield {name: _said(name, column[place]) for name, column in self.columns.items()}


def _said(name: str, value: float | np.int8) -> float | str | None:
    words = KINDS[name].words
    if words:
        return None if value == UNKNOWN else str(words[int(value)])
    return None if np.isnan(value) else float(value)


def ordered(columns: Mapping[str, Values]) -> dict[str, Values]:
    """Columns in the order of their kinds."""
    return {name: columns[name] for name in KINDS if name in columns}
