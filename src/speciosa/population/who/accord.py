"""Whether what a table says of one person can be true together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from speciosa.errors import InputProblem
from speciosa.population.who.columns import KINDS, Values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

# Words of two columns that exclude one another.
_NEVER_TOGETHER = (
    ("pregnancy", ("pregnant",), "sex", ("male",)),
    ("child_pugh", ("A", "B", "C"), "liver_disease", ("no",)),
)
# Outside this a figure is in another unit (pounds, inches) or column: wider than for any person.
_BMI = (6.0, 150.0)
_CM_PER_M = 100.0


def contradictions(columns: Mapping[str, Values]) -> list[InputProblem]:
    """What cannot be true of one person, row by row; the names of the columns are row 1."""
    return sorted((*_words(columns), *_sizes(columns)), key=_row)


def _words(columns: Mapping[str, Values]) -> Iterator[InputProblem]:
    for name, some, other, excluded in _NEVER_TOGETHER:
        if name not in columns or other not in columns:
            continue
        both = _holds(columns, name, some) & _holds(columns, other, excluded)
        for row in np.flatnonzero(both):
            word = KINDS[name].words[int(columns[name][row])]
            yield InputProblem(
                f"row {row + 2}, columns {name} and {other}",
                f"{word} with {other} {excluded[0]}",
                "two that can be true together, or an empty cell",
            )


def _sizes(columns: Mapping[str, Values]) -> Iterator[InputProblem]:
    if "weight_kg" not in columns or "height_cm" not in columns:
        return
    weight, height = columns["weight_kg"], columns["height_cm"]
    index = weight / (height / _CM_PER_M) ** 2
    low, high = _BMI
    for row in np.flatnonzero((index < low) | (index > high)):
        yield InputProblem(
            f"row {row + 2}, columns weight_kg and height_cm",
            f"{weight[row]:g} kg with {height[row]:g} cm (a body mass index of {index[row]:.3g})",
            f"weight in kg and height in cm, with a body mass index from {low:g} to {high:g}",
        )


def _holds(columns: Mapping[str, Values], name: str, words: Sequence[str]) -> NDArray[np.bool_]:
    return np.isin(columns[name], [KINDS[name].words.index(word) for word in words])


def _row(problem: InputProblem) -> int:
    return int(problem.field.removeprefix("row ").partition(",")[0])
