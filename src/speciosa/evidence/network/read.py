"""A file of trials, by arms or by contrasts, to the trials of a network."""

from __future__ import annotations

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.effect_sizes.table import Measure
from speciosa.evidence.network.arms import measures_of, read_arms
from speciosa.evidence.network.columns import read_table
from speciosa.evidence.network.contrasts import TOLERANCE, read_contrasts
from speciosa.evidence.network.trial import Given

INCREMENT = 0.5


def read(
    text: str,
    measure: Measure | None = None,
    *,
    increment: float = INCREMENT,
    keep_without_events: bool = True,
    tolerance: float = TOLERANCE,
) -> Given:
    """The trials of a table. Without ``measure`` the usual one of its columns: OR, MD or IRR.

    ``increment`` goes to every cell of a trial with a cell of 0. Raises ``InputError``.
    """
    layout, table = read_table(text)
    if layout == "contrasts":
        return read_contrasts(table, measure or Measure.GENERIC, tolerance=tolerance)
    possible = measures_of(table)
    if measure is not None and measure not in possible:
        accepted = f"for these columns: {', '.join(possible)}"
        raise InputError([InputProblem("--measure", measure.value, accepted)])
    return read_arms(
        table,
        measure or possible[0],
        increment=increment,
        keep_without_events=keep_without_events,
    )
