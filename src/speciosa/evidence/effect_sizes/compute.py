"""A typed table of studies -> effect sizes on one scale, with all that was done on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.effect_sizes import others
from speciosa.evidence.effect_sizes.alike import WIDEST, unlike
from speciosa.evidence.effect_sizes.counts import (
    ADDED,
    ZeroCells,
    binary,
    correctable,
    without_contrast,
)
from speciosa.evidence.effect_sizes.given import given
from speciosa.evidence.effect_sizes.means import (
    Correction,
    Sides,
    SmdVariance,
    mean_difference,
    standardised_mean_difference,
)
from speciosa.evidence.effect_sizes.table import EffectSizes, Handling, Measure, TwoByTwo
from speciosa.evidence.studies import Form, StudyTable
from speciosa.evidence.studies.cells import is_missing, number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

# No log ratio of people lies beyond this.
_MOST_LOG = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a person may choose. ``level`` and ``scale`` are those of intervals in the file."""

    zero_cells: ZeroCells = ZeroCells.ADD
    smd_variance: SmdVariance = SmdVariance.LS
    smd_correction: Correction = Correction.EXACT
    pooled_sd: bool = False
    level: float = 0.95
    scale: str = ""
    cluster: str = ""
    mixed: bool = False


def default_measure(table: StudyTable) -> Measure:
    """What a table is about where nobody says: the effect's own measure, RR, MD, z, rate ratio."""
    if table.form is Form.EFFECTS:
        return Measure(table.measure) if table.measure else Measure.GENERIC
    several = len(set(filter(None, table.words("scale")))) > 1
    return {
        Form.COUNTS: Measure.RR,
        Form.MEANS: Measure.SMD if several else Measure.MD,
        Form.RATES: Measure.IRR,
        Form.CORRELATIONS: Measure.ZCOR,
    }[table.form]


def effect_sizes(
    table: StudyTable, measure: Measure | None = None, choices: Choices | None = None
) -> EffectSizes:
    """Effects and variances of every study of a table that has one.

    Raises ``InputError`` for mixed scales or directions, and where no study is left.
    """
    how = choices or Choices()
    what = measure or default_measure(table)
    _alike(table, what, allowed=how.mixed)
    yi, vi, handled, counts = _computed(table, what, how)
    labels = tuple(row.label for row in table.rows)
    cluster = _clusters(table, how.cluster)
    kept = np.isfinite(yi) & np.isfinite(vi) & (vi > 0)
    unsaid = {h.study for h in handled}
    lost = [
        Handling(study=labels[i], what="left out: no effect with a finite variance can be had")
        for i in np.flatnonzero(~kept)
        if labels[i] not in unsaid
    ]
    if not kept.any():
        accepted = "at least one study with an effect and its variance"
        raise InputError([InputProblem("studies", "none that tells an effect", accepted)])
    _weighable(table, what, np.where(kept, yi, 0.0), np.where(kept, vi, np.nan))
    before = [Handling(study=study, what=words) for study, words in table.left_out]
    places = [int(i) for i in np.flatnonzero(kept)]
    return EffectSizes(
        measure=what,
        labels=tuple(labels[i] for i in places),
        yi=yi[kept],
        vi=vi[kept],
        years=tuple(table.rows[i].year for i in places),
        cluster=tuple(cluster[i] for i in places),
        moderators={h: _moderator(table, h, places) for h in table.moderators},
        counts=counts,
        counts_labels=labels if counts is not None else (),
        handled=(*before, *handled, *lost),
    )


def _weighable(table: StudyTable, measure: Measure, yi: Array, vi: Array) -> None:
    """Refuses logarithms that no ratio has, and studies that no arithmetic can weigh together."""
    problems = [
        InputProblem(
            table.rows[i].where,
            f"a log ratio of {yi[i]:.4g}",
            f"logarithms from -{_MOST_LOG:g} to {_MOST_LOG:g}; --scale natural for ratios as such",
        )
        for i in np.flatnonzero(np.abs(yi) > _MOST_LOG)
        if measure.is_ratio
    ]
    widest = float(np.sqrt(np.nanmax(vi) / np.nanmin(vi)))
    if widest > WIDEST:
        least, most = int(np.nanargmin(vi)), int(np.nanargmax(vi))
        shown = (
            f"standard errors from {vi[least] ** 0.5:.3g} ({table.rows[least].label}) to "
            f"{vi[most] ** 0.5:.3g} ({table.rows[most].label})"
        )
        accepted = "studies of one unit: the largest less than a million times the smallest"
        problems.append(InputProblem("studies", shown, accepted))
    if problems:
        raise InputError(problems[:20])


_Computed = tuple["Array", "Array", list[Handling], TwoByTwo | None]


def _computed(table: StudyTable, measure: Measure, how: Choices) -> _Computed:
    if table.form is Form.EFFECTS:
        found = given(table, ratio=measure.is_ratio, scale=how.scale, level=how.level)
        return found.yi, found.vi, list(found.handled), None
    if table.form is Form.COUNTS:
        return _from_counts(table, measure, how)
    if table.form is Form.MEANS:
        sides, handled = _sides(table, how.level)
        if measure is Measure.MD:
            return *mean_difference(sides, pooled_sd=how.pooled_sd), handled, None
        yi, vi = standardised_mean_difference(
            sides, variance=how.smd_variance, correction=how.smd_correction
        )
        return yi, vi, handled, None
    if table.form is Form.CORRELATIONS:
        r, n = table.numbers["r"], table.numbers["n"]
        made = others.correlation if measure is Measure.COR else others.fisher_z
        return *made(r, n), [], None
    return _from_rates(table, measure, how)


# ------------------------------------------------------------------ counts and rates


def _from_counts(table: StudyTable, measure: Measure, how: Choices) -> _Computed:
    counts = _counts(table)
    found = binary(measure, counts, zero_cells=how.zero_cells)
    yi, vi = found.yi.copy(), found.vi.copy()
    empty, mute = correctable(counts), without_contrast(counts)
    if how.zero_cells is ZeroCells.NONE and empty.any():
        raise InputError(list(_refused(table, empty)))
    handled = []
    for i, row in enumerate(table.rows):
        if mute[i] and measure is not Measure.RD:
            yi[i] = vi[i] = np.nan
            handled.append(Handling(study=row.label, what=_mute(measure, counts, i)))
        elif empty[i] and how.zero_cells is ZeroCells.LEAVE_OUT:
            yi[i] = vi[i] = np.nan
            handled.append(Handling(study=row.label, what="left out: it has an empty cell"))
        elif found.added[i]:
            why = "" if empty[i] else ", because another study has an empty cell"
            what = f"{ADDED:g} was added to each of its four cells{why or ': one of them is empty'}"
            handled.append(Handling(study=row.label, what=what))
    return yi, vi, handled, counts


def _mute(measure: Measure, counts: TwoByTwo, place: int) -> str:
    """Why a study tells no ratio, and what becomes of it in the methods for rare events."""
    none = counts.events_1[place] + counts.events_2[place] == 0
    if measure is Measure.OR:
        others_say = "Mantel-Haenszel and Peto give it no weight either"
    elif none:
        others_say = "Mantel-Haenszel gives it no weight either"
    else:
        others_say = "Mantel-Haenszel, beside, counts it as a ratio of 1"
    return (
        f"left out of this model: {'no events' if none else 'only events'} on both sides, so it "
        f"tells no ratio. {others_say}; a risk difference would use it"
    )


def _refused(table: StudyTable, empty: NDArray[np.bool_]) -> Iterator[InputProblem]:
    accepted = "no empty cell, or --zero-cells add-0.5 or drop"
    for i in np.flatnonzero(empty):
        yield InputProblem(table.rows[i].where, "an empty cell", accepted)


def _counts(table: StudyTable) -> TwoByTwo:
    held = []
    for side in "12":
        events = table.numbers[f"events_{side}"]
        nothing = np.full(events.shape, np.nan)
        total = table.numbers.get(f"n_{side}", nothing)
        rest = table.numbers.get(f"no_events_{side}", nothing)
        held += [events, np.where(np.isnan(total), events + rest, total)]
    return TwoByTwo(events_1=held[0], total_1=held[1], events_2=held[2], total_2=held[3])


def _from_rates(table: StudyTable, measure: Measure, how: Choices) -> _Computed:
    x1, t1, x2, t2 = (table.numbers[f] for f in ("events_1", "time_1", "events_2", "time_2"))
    empty, mute = (x1 == 0) | (x2 == 0), (x1 == 0) & (x2 == 0)
    if how.zero_cells is ZeroCells.NONE and empty.any():
        raise InputError(list(_refused(table, empty)))
    every = how.zero_cells is ZeroCells.ADD_ALL and bool(empty.any())
    added = np.full(empty.shape, fill_value=True) if every else empty
    if how.zero_cells is ZeroCells.LEAVE_OUT:
        added = np.zeros_like(empty)
    x1, x2 = np.where(added, x1 + ADDED, x1), np.where(added, x2 + ADDED, x2)
    made = others.rate_ratio if measure is Measure.IRR else others.rate_difference
    yi, vi = (values.copy() for values in made(x1, t1, x2, t2))
    handled = []
    for i, row in enumerate(table.rows):
        if mute[i] and measure is Measure.IRR:
            yi[i] = vi[i] = np.nan
            what = "left out: no events on both sides, so it tells no ratio"
        elif empty[i] and how.zero_cells is ZeroCells.LEAVE_OUT:
            yi[i] = vi[i] = np.nan
            what = "left out: no events on one side"
        elif added[i]:
            what = f"{ADDED:g} was added to the events of both sides"
        else:
            continue
        handled.append(Handling(study=row.label, what=what))
    return yi, vi, handled, None


# ------------------------------------------------------------------ means


def _sides(table: StudyTable, level: float) -> tuple[Sides, list[Handling]]:
    """Standard deviations as given, else worked out from the SE or the interval of a mean."""
    held: dict[str, Array] = {}
    handled: list[Handling] = []
    for side in "12":
        mean, n = table.numbers[f"mean_{side}"], table.numbers[f"n_{side}"]
        nothing = np.full(mean.shape, np.nan)
        sd = table.numbers.get(f"sd_{side}", nothing)
        by_se = table.numbers.get(f"mean_se_{side}", nothing) * np.sqrt(n)
        low, high = (table.numbers.get(f"mean_{end}_{side}", nothing) for end in ("low", "high"))
        by_interval = np.sqrt(n) * (high - low) / (2 * stats.t.ppf((1 + level) / 2, n - 1))
        for words, other in (("the standard error", by_se), ("the interval", by_interval)):
            taken = np.isnan(sd) & ~np.isnan(other)
            sd = np.where(taken, other, sd)
            what = f"SD of side {side} worked out from {words} of its mean"
            handled += [
                Handling(study=table.rows[i].label, what=what) for i in np.flatnonzero(taken)
            ]
        held |= {f"mean_{side}": mean, f"sd_{side}": sd, f"n_{side}": n}
    return Sides(**held), handled


# ------------------------------------------------------------------ what belongs together


def _alike(table: StudyTable, measure: Measure, *, allowed: bool) -> None:
    """Refuses to pool points of different scales, opposite directions, or changes as SMD."""
    _one_comparison(table)
    if allowed:
        return
    problems = unlike(
        measure,
        scales=table.words("scale"),
        directions=table.words("better"),
        values=table.words("values") if table.form is Form.MEANS else (),
    )
    if problems:
        raise InputError(problems)


def _one_comparison(table: StudyTable) -> None:
    """Refuses a network: what is the option in one row and the comparator in another."""
    options, against = (set(filter(None, table.words(f))) for f in ("option", "comparator"))
    both = sorted(options & against)
    if both:
        shown = f"{', '.join(both[:4])} on side 1 in one row and on side 2 in another"
        accepted = "one comparison: --where picks it; speciosa network reads several"
        raise InputError([InputProblem("comparator", shown, accepted)])


def _clusters(table: StudyTable, heading: str) -> tuple[str, ...]:
    """The study of each row, or what stands under a heading that was named."""
    if not heading:
        return tuple(row.study for row in table.rows)
    known = {h.lower(): h for h in (*table.moderators, *table.columns.values())}
    if heading.lower() in {"study", "cluster"} and heading.lower() not in known:
        return tuple(row.study for row in table.rows)
    if heading.lower() not in known:
        accepted = f"a heading of the file: {', '.join(table.moderators)}"
        raise InputError([InputProblem("--cluster", repr(heading), accepted)])
    words = table.words(known[heading.lower()])
    empty = [row.where for row, word in zip(table.rows, words, strict=True) if not word]
    if empty:
        accepted = "what the row belongs to, in every row"
        raise InputError([InputProblem(f"{empty[0]}, {heading}", "nothing", accepted)])
    return words


def _moderator(
    table: StudyTable, heading: str, places: list[int]
) -> tuple[float | str | None, ...]:
    """Numbers where every value of the column is one, else words; None for an empty cell."""
    words = [table.rows[i].cells.get(heading, "") for i in places]
    parsed = [number(word) for word in words]
    numeric = all(p is not None or is_missing(w) for p, w in zip(parsed, words, strict=True))
    if numeric:
        return tuple(None if p is None else p.value for p in parsed)
    return tuple(None if is_missing(word) else word for word in words)
