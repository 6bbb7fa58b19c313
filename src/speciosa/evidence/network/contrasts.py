"""Contrasts of trials (an effect and its standard error a row) to effects with covariance.

A trial with several arms must give every pair of its arms once. The variances of all pairs
determine the covariances; the effects must agree with one another: A against C is A against B
plus B against C.
"""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import numpy as np

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.effect_sizes.table import Handling, Measure
from speciosa.evidence.network.columns import Table, above_zero, number
from speciosa.evidence.network.names import variants
from speciosa.evidence.network.trial import Given, Trial, is_covariance

# Effects of a trial may disagree by rounding, as printed to three places.
TOLERANCE = 0.001


class _Row(NamedTuple):
    treat1: str
    treat2: str
    effect: float
    variance: float
    n1: float
    n2: float


def read_contrasts(table: Table, measure: Measure, *, tolerance: float = TOLERANCE) -> Given:
    """Trials of a table with a row for each contrast. Raises ``InputError`` with every problem."""
    problems: list[InputProblem] = []
    by_study = _rows(table, problems)
    every = [row for rows in by_study.values() for row in rows]
    problems += variants((name for row in every for name in (row.treat1, row.treat2)), "treatment")
    problems += variants(by_study, "study")
    if problems:
        raise InputError(problems)
    handled: list[Handling] = []
    trials = [
        trial
        for study, rows in by_study.items()
        if (trial := _trial(study, rows, tolerance, problems, handled)) is not None
    ]
    if problems:
        raise InputError(problems)
    return Given(
        measure=measure,
        layout="contrasts",
        trials=tuple(trials),
        handled=tuple(handled),
        columns=table.columns,
        unused=table.unused,
    )


def _rows(table: Table, problems: list[InputProblem]) -> dict[str, list[_Row]]:
    found: dict[str, list[_Row]] = {}
    for index, row in enumerate(table.rows):
        line = f"line {table.lines[index]}"
        study, first, second = row["study"], row["treat1"], row["treat2"]
        for name, value in (("study", study), ("treat1", first), ("treat2", second)):
            if not value:
                problems.append(InputProblem(line, f"no {name}", f"the name for {name}"))
        if first == second:
            problems.append(InputProblem(line, f"{first!r} against itself", "two treatments"))
        effect = number(table, index, "effect", problems)
        if table.has("se"):
            variance = above_zero(table, index, "se", problems) ** 2
        else:
            variance = above_zero(table, index, "variance", problems)
        n1, n2 = (
            above_zero(table, index, name, problems) if table.has("n1", "n2") else math.nan
            for name in ("n1", "n2")
        )
        found.setdefault(study, []).append(_Row(first, second, effect, variance, n1, n2))
    return found


def _trial(
    study: str,
    rows: list[_Row],
    tolerance: float,
    problems: list[InputProblem],
    handled: list[Handling],
) -> Trial | None:
    where = f"study {study!r}"
    arms = tuple(dict.fromkeys(name for row in rows for name in (row.treat1, row.treat2)))
    place = {name: i for i, name in enumerate(arms)}
    m = len(arms)
    effect = np.zeros((m, m))
    variance = np.full((m, m), np.nan)
    np.fill_diagonal(variance, 0.0)
    for row in rows:
        i, j = place[row.treat1], place[row.treat2]
        if np.isfinite(variance[i, j]):
            given = f"{row.treat1} against {row.treat2} more than once"
            problems.append(InputProblem(where, given, "each pair of arms once"))
            return None
        effect[i, j], effect[j, i] = row.effect, -row.effect
        variance[i, j] = variance[j, i] = row.variance
    missing = [
        (a, b) for a, b in itertools.combinations(arms, 2) if np.isnan(variance[place[a], place[b]])
    ]
    if missing:
        given = "no row for " + "; ".join(f"{a} against {b}" for a, b in missing[:5])
        accepted = f"all {m * (m - 1) // 2} pairs of the {m} arms of a trial, so that their "
        problems.append(InputProblem(where, given, accepted + "covariance is known"))
        return None
    # Means over rows are the least-squares values of the arms of a complete set of pairs.
    value = effect.mean(axis=1)
    apart = np.abs(effect - (value[:, None] - value[None, :])).max() * m
    if apart > tolerance:
        given = f"effects of its {m} arms that disagree by {apart:.3g}"
        accepted = f"A against C = A against B + B against C, within {tolerance:g}"
        problems.append(InputProblem(where, given, accepted))
        return None
    if apart > 1e-9:
        what = f"effects of its {m} arms disagree by {apart:.2g} (rounding); evened out"
        handled.append(Handling(study=study, what=what))
    y = value[1:] - value[0]
    s = (variance[0, 1:, None] + variance[0, None, 1:] - variance[1:, 1:]) / 2
    if not is_covariance(s):
        accepted = "standard errors that arms of one trial can have"
        given = f"standard errors of its {m} arms that contradict one another"
        problems.append(InputProblem(where, given, accepted))
        return None
    people = {}
    for row in rows:
        people.update({row.treat1: row.n1, row.treat2: row.n2})
    counted = tuple(people[name] for name in arms)
    known = all(math.isfinite(n) for n in counted)
    return Trial(label=study, arms=arms, y=y, s=s, people=counted if known else ())
