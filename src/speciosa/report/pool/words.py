"""The result in words, and what must be said beside it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from speciosa.evidence.effect_sizes import EffectSizes, Measure
from speciosa.evidence.effect_sizes.alike import like_standard_errors
from speciosa.evidence.pooling.pooled import Pooled
from speciosa.evidence.studies import Form, StudyTable
from speciosa.finding import Estimate
from speciosa.report import numbers
from speciosa.report.pool.document import Alternative, Dependence, SmallStudy
from speciosa.report.pool.scale import exp_of

MEASURES = {
    Measure.OR: "odds ratio",
    Measure.RR: "risk ratio",
    Measure.RD: "risk difference",
    Measure.HR: "hazard ratio",
    Measure.MD: "mean difference",
    Measure.SMD: "standardised mean difference (Hedges' g)",
    Measure.COR: "correlation",
    Measure.ZCOR: "correlation (pooled as Fisher's z)",
    Measure.IRR: "incidence rate ratio",
    Measure.IRD: "incidence rate difference",
    Measure.GENERIC: "effect",
}
_FEW, _LARGE_WEIGHT, _P = 5, 50.0, 0.10
_NO_WIDTH = 1e-9


def shown(measure: Measure, value: float, low: float, high: float, level: float) -> str:
    """A number with its interval on the scale that a reader wants."""
    name = f"{100 * level:g} % CI"
    if _without_width(low, high):
        return f"{numbers.plain(seen_of(measure, value))} (no width; {name})"
    seen = [seen_of(measure, each) for each in (value, low, high)]
    estimate = Estimate(value=seen[0], unit="", low=seen[1], high=seen[2], interval=name)
    return numbers.sentence(estimate)


def _without_width(low: float, high: float) -> bool:
    return high - low <= _NO_WIDTH * abs(low)


def span(measure: Measure, low: float, high: float) -> str:
    """Two limits as a reader sees them: ``0.13 to 1.8``; ``no width`` where they are one number."""
    if _without_width(low, high):
        return "no width"
    ends = (seen_of(measure, low), seen_of(measure, high))
    return numbers.shown(
        Estimate(value=None, unit="", low=ends[0], high=ends[1], interval="interval")
    ).number


def seen_of(measure: Measure, value: float) -> float:
    """A value of the analysis scale as a reader sees it."""
    if measure is Measure.ZCOR:
        return math.tanh(value)
    if not measure.is_ratio:
        return value
    got = exp_of(value, measure.is_ratio)
    return math.inf if got is None else got


# ------------------------------------------------------------------ the answer


class Told(NamedTuple):
    """Everything that a sentence can rest on."""

    pooled: Pooled
    sizes: EffectSizes
    table: StudyTable
    others: tuple[Alternative, ...]
    small: SmallStudy | None
    dependence: Dependence | None
    unnarrowed: tuple[float, float] | None = None

    @property
    def interval(self) -> tuple[float, float]:
        """The interval to go by: where the spread happens to be small, the one not narrowed."""
        return self.unnarrowed or (self.pooled.ci_low, self.pooled.ci_high)


def answer(of: Told) -> tuple[str, ...]:
    """The result in whole sentences, the pooled effect first."""
    return tuple(_answer(of))


def _answer(of: Told) -> Iterator[str]:
    pooled, table, dependence = of.pooled, of.table, of.dependence
    k = len(of.sizes.labels)
    what = MEASURES[pooled.measure]
    result = shown(pooled.measure, pooled.estimate, *of.interval, pooled.level)
    if pooled.k == 1:
        yield f"One study only: nothing was pooled. Its own {what} is {result}."
        yield _sides(pooled.measure, table)
        return
    counted = "effects" if dependence and k == dependence.effects else "studies"
    yield f"{k} {counted} pooled: {what} {result}."
    if of.unnarrowed is not None:
        own = span(pooled.measure, pooled.ci_low, pooled.ci_high)
        yield (
            "The studies differ less than their own errors would make them, so the Hartung-Knapp "
            f"interval ({own}) is narrower than the model's own; the one above is not narrowed "
            "(HK-adhoc)."
        )
    if next(_disagreement(of), ""):
        yield "Do not quote this number alone: other methods give another answer (see Beware)."
    yield _sides(pooled.measure, table)
    null = 0.0
    if of.interval[0] <= null <= of.interval[1]:
        yield (
            "The interval holds no difference: these studies do not settle whether there is one, "
            "nor do they show that there is none."
        )
    if pooled.pi_low is not None and pooled.pi_high is not None:
        wide = span(pooled.measure, pooled.pi_low, pooled.pi_high)
        df = f", t with {pooled.pi_df:g} df" if pooled.pi_df is not None else ""
        yield (
            f"The true effect in one more setting like these is expected from "
            f"{wide} ({100 * pooled.level:g} % prediction interval{df})."
        )
        clear = not of.interval[0] <= null <= of.interval[1]
        if clear and pooled.pi_low <= null <= pooled.pi_high:
            yield (
                "The average lies clear of no difference, but in one setting the effect could be "
                "nil or the other way round."
            )
    elif pooled.pi_unavailable:
        yield f"No prediction interval: {pooled.pi_unavailable.rstrip('.')}."
    if dependence is not None:
        yield f"{dependence.words}."


def _sides(measure: Measure, table: StudyTable) -> str:
    null = "1" if measure.is_ratio else "0"
    if table.form is Form.EFFECTS:
        return (
            f"{null} is no difference. Which side a value below {null} favours is as the column "
            f"{table.columns['estimate']} of the file counts it."
        )
    if table.form is Form.CORRELATIONS:
        return "0 is no correlation."
    sides = {
        side: ", ".join(
            h for f, h in table.columns.items() if f.endswith(f"_{side}") and f in table.numbers
        )
        for side in "12"
    }
    less = "lower values" if table.form is Form.MEANS else "fewer events"
    return (
        f"{null} is no difference; below {null} means {less} on side 1 ({sides['1']}) than on "
        f"side 2 ({sides['2']})."
    )


# ------------------------------------------------------------------ warnings


def warnings(of: Told) -> tuple[str, ...]:
    """What a reader must know before using the number."""
    return tuple(dict.fromkeys(_warnings(of)))


def _warnings(of: Told) -> Iterator[str]:
    k = len(of.sizes.labels)
    yield from _disagreement(of)
    yield from _tau2(of.others)
    yield from of.pooled.notes
    if 1 < k < _FEW:
        yield f"Only {k} studies: tau2 and every interval that rests on it are hardly known."
    yield from _mixed(of.table, "comparator", "Comparators differ")
    if of.sizes.measure is Measure.SMD:
        yield from _mixed(of.table, "scale", "Scales differ")
    empty = sum("added to each" in h.what for h in of.sizes.handled)
    if of.sizes.counts is not None and empty * 4 > k:
        yield (
            f"{empty} of {k} studies had an empty cell: what is added to it weighs on the result. "
            "Mantel-Haenszel, beside, adds nothing."
        )
    yield from _tight(of.table, of.sizes.measure)
    if of.sizes.measure is Measure.GENERIC:
        yield (
            "The file does not say what the effect is: numbers stand as they are, 0 taken as no "
            "difference. --measure names it."
        )
    if of.dependence is not None and of.dependence.way == "independent":
        yield f"{of.dependence.words}."


def _tight(table: StudyTable, measure: Measure) -> Iterator[str]:
    labels = tuple(row.label for row in table.rows)
    return like_standard_errors(measure, labels, _spreads(table), table.words("scale"))


def _spreads(table: StudyTable) -> tuple[float, ...]:
    """The SDs of both sides of every study as one; nothing where a file has no SDs in each row."""
    if table.form is not Form.MEANS or not {"sd_1", "sd_2"} <= table.numbers.keys():
        return ()
    first, second = table.numbers["sd_1"], table.numbers["sd_2"]
    return tuple(math.sqrt(a * b) for a, b in zip(first, second, strict=True))


def _disagreement(of: Told) -> Iterator[str]:
    """Where the methods tell different stories, with the likely reason."""
    known = [
        (o, o.estimate, o.ci_low, o.ci_high)
        for o in of.others
        if o.estimate is not None and o.ci_low is not None and o.ci_high is not None
    ]
    clear = [o.name for o, _, low, high in known if not low <= 0.0 <= high]
    unclear = [o.name for o, _, low, high in known if low <= 0.0 <= high]
    if clear and unclear:
        yield (
            "The methods disagree on whether there is a difference. Clear of none: "
            f"{'; '.join(clear)}. Not clear: {'; '.join(unclear)}."
        )
    told = {o.name: (value, low, high) for o, value, low, high in known}
    if not {"common effect", "REML"} <= told.keys():
        return
    common, random = told["common effect"], told["REML"]
    half_widths = [(high - low) / 2 for _, low, high in (common, random)]
    if abs(common[0] - random[0]) < max(half_widths) / 2:
        return
    seen = [shown(of.sizes.measure, *each, of.pooled.level) for each in (common, random)]
    yield (
        f"The models tell different stories: common effect {seen[0]}, random effects {seen[1]}. A "
        "common effect follows the large studies; random effects give the small ones nearly as "
        "much weight. Do not quote one without the other."
    )
    yield from _why(of)


def _why(of: Told) -> Iterator[str]:
    """What usually parts a common effect from random effects: one large study, small-study bias."""
    weights = 1 / of.sizes.vi
    shares = 100 * weights / weights.sum()
    largest = int(shares.argmax())
    if shares[largest] >= _LARGE_WEIGHT:
        yield (
            f"{of.sizes.labels[largest]} alone carries {shares[largest]:.0f} % of the weight under "
            f"a common effect, {of.pooled.weights[largest]:.0f} % in the model above."
        )
    tests = of.small.tests if of.small else ()
    egger = next((test for test in tests if test.name == "Egger"), None)
    if egger is not None and egger.p < _P:
        yield (
            f"Small studies show other effects than large ones (Egger's test: t {egger.stat:.2f} "
            f"on {egger.df:g} df, p {p_value(egger.p)}). Random effects lean on the small ones "
            "and may carry their bias."
        )


def _tau2(others: tuple[Alternative, ...]) -> Iterator[str]:
    found = {o.name: o.tau2 for o in others if o.tau2 is not None and o.method != "CE"}
    if not found:
        return
    low, high = min(found, key=lambda n: found[n]), max(found, key=lambda n: found[n])
    if found[low] == 0.0 and found[high] > 0.0:
        yield (
            "The estimators of heterogeneity disagree: tau2 from 0 "
            f"({low}) to {found[high]:.3g} ({high})."
        )


def _mixed(table: StudyTable, field: str, what: str) -> Iterator[str]:
    counted = Counter(word for word in table.words(field) if word)
    if len(counted) > 1:
        some = ", ".join(f"{word} {n}" for word, n in counted.most_common(5))
        more = f" and {len(counted) - 5} more" if len(counted) > 5 else ""
        heading = table.columns.get(field, field)
        advice = (
            f" What a treatment is compared with changes its effect: --where "
            f"{heading}={counted.most_common(1)[0][0]} keeps one."
            if field == "comparator"
            else ""
        )
        yield f"{what} (column {heading}: {some}{more}).{advice}"


def p_value(value: float) -> str:
    """A p value as it is written: never 0."""
    return "below 0.001" if value < 0.001 else f"{value:.3f}"
