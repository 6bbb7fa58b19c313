"""Moderators of a table of effect sizes -> columns of a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from speciosa.evidence.effect_sizes.table import Handling
from speciosa.evidence.pooling.weighted import Array

if TYPE_CHECKING:
    from speciosa.evidence.effect_sizes.table import EffectSizes

INTERCEPT = "intercept"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelMatrix:
    """Columns with their names, the studies used (places), and those left out with the reason."""

    x: Array
    names: tuple[str, ...]
    rows: NDArray[np.intp]
    handled: tuple[Handling, ...]


def model_matrix(
    sizes: EffectSizes, moderators: tuple[str, ...], *, intercept: bool = True
) -> ModelMatrix:
    """Columns of the terms; raises ValueError for a moderator the table does not have."""
    parts = [term.split(":") for term in moderators]
    used = sorted({name for part in parts for name in part})
    if missing := [name for name in used if name not in sizes.moderators]:
        known = ", ".join(sizes.moderators) or "none"
        raise ValueError(f"unknown moderator {', '.join(missing)}; the table has: {known}")
    lacking = [
        [name for name in used if sizes.moderators[name][i] in (None, "")]
        for i in range(len(sizes.labels))
    ]
    rows = np.array([i for i, none in enumerate(lacking) if not none], dtype=np.intp)
    handled = tuple(
        Handling(study=sizes.labels[i], what=f"left out of the regression: no {', '.join(none)}")
        for i, none in enumerate(lacking)
        if none
    )
    columns: list[tuple[str, Array]] = [(INTERCEPT, np.ones(rows.size))] if intercept else []
    whole = not intercept
    for part in parts:
        made = [("", np.ones(rows.size))]
        for name in part:
            values = [sizes.moderators[name][i] for i in rows]
            coded = _coded(name, values, every_level=whole and len(part) == 1)
            whole = whole and not any(isinstance(value, str) for value in values)
            made = [
                (f"{left}:{right}" if left else right, a * b)
                for left, a in made
                for right, b in coded
            ]
        columns += made
    x = np.column_stack([values for _, values in columns]) if columns else np.zeros((rows.size, 0))
    return ModelMatrix(x=x, names=tuple(name for name, _ in columns), rows=rows, handled=handled)


def _coded(
    name: str, values: list[float | str | None], *, every_level: bool
) -> list[tuple[str, Array]]:
    """A number as one column; words as one column for each level but the reference."""
    if not any(isinstance(value, str) for value in values):
        return [(name, np.array([float(value or 0.0) for value in values]))]
    levels = sorted({str(value) for value in values})
    return [
        (f"{name}={level}", np.array([float(str(value) == level) for value in values]))
        for level in (levels if every_level else levels[1:])
    ]
