"""Effects as published, with what tells their standard error: se, variance, interval, t, z or p.

A normal quantile turns an interval or a p value into a standard error, a t quantile where degrees
of freedom are given. An interval must lie around its estimate on the scale it is said to have.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import stats

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.effect_sizes.table import Handling

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.evidence.studies import StudyTable

    Array = NDArray[np.float64]

LOG, NATURAL = "log", "natural"
# Beyond what rounding explains: told from a tenth of half the width on, refused from a third on.
_TOLD, _REFUSED = 0.10, 1 / 3
# How far apart two figures for one standard error may lie: by rounding, by a t quantile of few df.
_SAME, _SAME_BY_QUANTILE = 1.1, 1.5
_ORDER = ("se", "log_se", "variance", "ci_low", "t", "z", "p")
_WORDS = {
    "se": "its standard error",
    "log_se": "the standard error of its logarithm",
    "variance": "its variance",
    "ci_low": "its interval",
    "t": "its t statistic",
    "z": "its z statistic",
    "p": "its p value",
}


class Given(NamedTuple):
    """Effects and variances on the analysis scale, and what was done to get them."""

    yi: Array
    vi: Array
    handled: tuple[Handling, ...]


def given(table: StudyTable, *, ratio: bool, scale: str, level: float) -> Given:
    """Effects of a table of form EFFECTS.

    ``scale`` (log, natural or "") says how ratios stand in the file where the heading does not;
    ``level`` is that of the intervals. Raises ``InputError`` for a scale that nobody can tell.
    """
    values = table.numbers["estimate"]
    natural = ratio and _is_natural(table, scale or table.scale)
    if natural:
        _only_positive(table, values)
    yi = np.log(values) if natural else values
    errors = {
        name: found
        for name in _ORDER
        if (found := _standard_error(table, name, yi, natural=natural, level=level)) is not None
    }
    stacked = np.array(list(errors.values()))
    first = np.argmax(~np.isnan(stacked), axis=0)
    se = stacked[first, np.arange(len(yi))]
    _agree(table, errors, se)
    used = [list(errors)[i] for i in first]
    asymmetric = _asymmetric(table, yi, natural=natural) if "ci_low" in errors else ()
    return Given(yi, se**2, (*_told(table, used, natural=natural), *asymmetric))


# ------------------------------------------------------------------ the scale of a ratio


def _is_natural(table: StudyTable, said: str) -> bool:
    if said:
        return said == NATURAL
    values, heading = table.numbers["estimate"], table.columns["estimate"]
    if heading.lower() in {"yi", "te"} or (values <= 0).any():
        return False
    lows, highs = table.numbers.get("ci_low"), table.numbers.get("ci_high")
    if lows is not None and highs is not None:
        if (lows <= 0).any():
            return False
        as_log = np.nanmedian(_lopsided(np.log(values), np.log(lows), np.log(highs)))
        as_is = np.nanmedian(_lopsided(values, lows, highs))
        if min(as_log, as_is) < _TOLD and max(as_log, as_is) > 2 * min(as_log, as_is):
            return bool(as_log < as_is)
    accepted = "--scale log (0 is no effect) or --scale natural (1 is no effect)"
    shown = f"ratios under the heading {heading} that could be either"
    raise InputError([InputProblem("--scale", shown, accepted)])


def _only_positive(table: StudyTable, values: Array) -> None:
    problems = [
        InputProblem(
            f"{table.rows[i].where}, estimate (column {table.columns['estimate']})",
            f"{values[i]:.10g}",
            "a ratio above 0; --scale log where these are logarithms",
        )
        for i in np.flatnonzero(values <= 0)
    ]
    lows = table.numbers.get("ci_low", np.ones_like(values))
    problems += [
        InputProblem(
            f"{table.rows[i].where}, ci_low (column {table.columns['ci_low']})",
            f"{lows[i]:.10g}",
            "a limit above 0: that of a ratio",
        )
        for i in np.flatnonzero(lows <= 0)
    ]
    if problems:
        raise InputError(problems)


# ------------------------------------------------------------------ standard errors


def _standard_error(
    table: StudyTable, name: str, yi: Array, *, natural: bool, level: float
) -> Array | None:
    """The standard errors that one column tells, NaN where it is empty; None without the column."""
    if name not in table.numbers:
        return None
    values = table.numbers[name]
    if natural and name in {"se", "variance"}:
        return _refuse_natural(table, name)
    df = table.numbers.get("df", np.full(yi.shape, np.nan))
    with np.errstate(divide="ignore", invalid="ignore"):
        if name == "variance":
            values = np.sqrt(values)
        elif name in {"t", "z"}:
            values = np.abs(yi / values)
        elif name == "p":
            # No effect at all has no standard error to be told from its p value.
            values = np.where(yi == 0, np.nan, np.abs(yi) / _quantile(1 - values / 2, df))
        elif name == "ci_low":
            lows, highs = values, table.numbers["ci_high"]
            if natural:
                lows, highs = np.log(lows), np.log(highs)
            levels = table.numbers.get("level", np.full(yi.shape, np.nan))
            levels = np.where(np.isnan(levels), level, levels)
            values = (highs - lows) / (2 * _quantile((1 + levels) / 2, df))
    return values


def _quantile(probability: Array, df: Array) -> Array:
    normal: Array = stats.norm.ppf(probability)
    known = ~np.isnan(df)
    return np.where(known, stats.t.ppf(probability, np.where(known, df, 1.0)), normal)


def _refuse_natural(table: StudyTable, name: str) -> Array | None:
    """A standard error beside a ratio may be that of the ratio: it is not guessed at."""
    if "ci_low" in table.numbers or "log_se" in table.numbers:
        return None
    heading = table.columns[name]
    shown = f"the column {heading} beside ratios on their natural scale"
    accepted = (
        "an interval, or the standard error of the logarithm under a heading such as log_se "
        f"(--column log_se={heading} if it is that)"
    )
    raise InputError([InputProblem(name, shown, accepted)])


def _agree(table: StudyTable, errors: dict[str, Array], used: Array) -> None:
    """Two figures for one standard error must tell the same, but for rounding and t quantiles."""
    problems = []
    for name, other in errors.items():
        with np.errstate(invalid="ignore"):
            most = _SAME if name in {"se", "log_se", "variance"} else _SAME_BY_QUANTILE
            apart = (other > most * used) | (used > most * other)
        problems += [
            InputProblem(
                f"{table.rows[i].where}, {name} (column {table.columns[name]})",
                f"a standard error of {other[i]:.4g} beside one of {used[i]:.4g}",
                "figures that tell one standard error; take the wrong column out of the file",
            )
            for i in np.flatnonzero(apart)
        ]
    if problems:
        raise InputError(problems[:20])


# ------------------------------------------------------------------ intervals and words


def _lopsided(middle: Array, low: Array, high: Array) -> Array:
    """How far the estimate lies from the middle, in half widths."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.abs((low + high) / 2 - middle) / ((high - low) / 2))


def _asymmetric(table: StudyTable, yi: Array, *, natural: bool) -> Iterator[Handling]:
    low, high = table.numbers["ci_low"], table.numbers["ci_high"]
    half = {f: table.half_units[f] for f in ("estimate", "ci_low", "ci_high")}
    if natural:
        # A rounding on the natural scale, as wide as it can be on the logarithmic one.
        half = {f: half[f] / table.numbers[f] for f in half}
        low, high = np.log(low), np.log(high)
    with np.errstate(divide="ignore", invalid="ignore"):
        rounding = (half["estimate"] + (half["ci_low"] + half["ci_high"]) / 2) / ((high - low) / 2)
        beyond = _lopsided(yi, low, high) - rounding
    word = "logarithmic" if natural else "given"
    hint = "; --scale tells another scale" if natural or table.measure in {"", "OR", "RR"} else ""
    problems = [
        InputProblem(
            f"{table.rows[i].where}, ci_low to ci_high",
            f"{table.numbers['ci_low'][i]:g} to {table.numbers['ci_high'][i]:g} around "
            f"{table.numbers['estimate'][i]:g}",
            f"an interval around its estimate on the {word} scale{hint}",
        )
        for i in np.flatnonzero(beyond > _REFUSED)
    ]
    if problems:
        raise InputError(problems[:20])
    for i in np.flatnonzero(beyond > _TOLD):
        what = (
            "its interval lies unevenly around its estimate, more than rounding explains; half of "
            "its width was taken"
        )
        yield Handling(study=table.rows[i].label, what=what)


def _told(table: StudyTable, used: list[str], *, natural: bool) -> Iterator[Handling]:
    """One line for all rows where the standard error had to be worked out."""
    scale = ", on the logarithmic scale" if natural else ""
    for name in ("se", "variance") if natural else ():
        if name in table.numbers:
            what = f"the column {table.columns[name]} was not used: it may be that of the ratio"
            yield Handling(study="every study", what=what)
    for name in ("ci_low", "t", "z", "p"):
        rows = [row.label for row, u in zip(table.rows, used, strict=True) if u == name]
        if rows:
            whose = "every study" if len(rows) == len(used) else "; ".join(rows)
            yield Handling(
                study=whose, what=f"standard error worked out from {_WORDS[name]}{scale}"
            )
