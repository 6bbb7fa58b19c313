"""Measured plasma levels in the model's terms: which are used, which not, and who remains."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from speciosa.finding import Finding
from speciosa.pharmacology.exposure.measurement.update import (
    Posterior,
    Reading,
    level_error,
    posterior,
)
from speciosa.pharmacology.exposure.virtual.draws import Array, Indices
from speciosa.pharmacology.wording import finding, listed, number, rough

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.virtual.people import People

MITRAGYNINE, SEVEN_OH = "mitragynine", "7-hydroxymitragynine"
WEIGHTS = {MITRAGYNINE: "kratom/pk_mg_mw", SEVEN_OH: "kratom/pk_7oh_mw"}
_MISFITS = {
    MITRAGYNINE: "kratom/assumption_level_misfit",
    SEVEN_OH: "kratom/assumption_level_misfit_seven_oh",
}
# ng/mL in one unit by mass; units by amount of substance are in nmol/L.
_NG_ML = {"ng/mL": 1.0, "ug/L": 1.0, "mg/L": 1000.0}
_NMOL_L = {"nmol/L": 1.0, "umol/L": 1000.0}
UNITS = (*_NG_ML, *_NMOL_L)
# So many people are tried before it is accepted that few of them agree with the levels.
MOST_PEOPLE = 8_000
# A predicted level under this (ng/mL) is told as a limit: no assay can see it.
_LEAST_NG_ML = 0.01
_UNUSUAL = "kratom/assumption_level_unusual"


class MeasuredLevel(msgspec.Struct, frozen=True, kw_only=True):
    """A plasma level. ``times_h`` are the times of the schedule at which it may have been taken.

    With ``below_limit`` the level lies below ``value``. ``said`` is the level in words.
    """

    analyte: str
    value: float
    unit: str
    below_limit: bool
    times_h: tuple[float, ...]
    said: str

    def nmol_l(self, knowledge: Knowledge) -> float:
        """The level, or the limit under which it lies, in nmol/L."""
        return to_nmol_l(self.value, self.unit, self.analyte, knowledge)

    def ng_ml(self, knowledge: Knowledge) -> float:
        """The level, or the limit under which it lies, in ng/mL."""
        return self.nmol_l(knowledge) * ng_ml_per_nm(self.analyte, knowledge)


class Use(StrEnum):
    """Whether a level narrowed the prediction, and why not."""

    USED = "used"
    UNKNOWN_CONTENT = "unknown_content"
    UNTIMED = "untimed"
    REFUSED = "refused"
    CONTRADICTORY = "contradictory"
    WITH_REFUSED = "with_refused"


class LevelUse(msgspec.Struct, frozen=True, kw_only=True):
    """A measured level beside what was predicted for its time before it was known, in ng/mL.

    ``probability`` is the predicted probability of a level as far out on that side.
    """

    level: MeasuredLevel
    value_ng_ml: float
    use: Use
    median: float | None
    p05: float | None
    p95: float | None
    probability: float | None


class Choice(NamedTuple):
    """Who remains: subjects to be taken, in order, of ``of`` simulated; ``None`` for everybody."""

    who: Indices | None
    of: int
    effective: float | None
    uses: tuple[LevelUse, ...]
    findings: tuple[Finding, ...]

    @property
    def refuted(self) -> bool:
        """Whether a measured level does not fit the use described."""
        return any(use.use in (Use.REFUSED, Use.CONTRADICTORY) for use in self.uses)


def choose(  # noqa: PLR0913 - who is simulated, and what is known of the products
    levels: Sequence[MeasuredLevel],
    predict: Callable[[int, Array], People],
    knowledge: Knowledge,
    *,
    unknown: Mapping[str, Sequence[str]],
    seed: int,
    subjects: int,
) -> Choice:
    """Choose ``subjects`` people by the levels whose time is known.

    ``predict(count, times_h)`` simulates that many people at those times of the schedule. More are
    simulated where few agree. No level is used when one of them cannot be explained, and none of an
    analyte that products in ``unknown`` (names by analyte) hold in an amount that is not known.
    """
    words = knowledge.kratom.simulate_wording
    judged = [level for level in levels if level.analyte not in unknown]
    timed = [level for level in judged if level.times_h]
    hidden = [level for level in levels if level.analyte in unknown]
    untimed = [
        *(_unpredicted(level, Use.UNTIMED, knowledge) for level in judged if not level.times_h),
        *(_unpredicted(level, Use.UNKNOWN_CONTENT, knowledge) for level in hidden),
    ]
    found = [_content_unknown(level, unknown[level.analyte], knowledge) for level in hidden]
    if any(level.analyte == SEVEN_OH for level in levels):
        found.append(finding(words, "level.seven_oh_unstable"))
    if not timed:
        return Choice(None, subjects, None, tuple(untimed), tuple(found))
    times = np.unique(np.concatenate([level.times_h for level in timed]))
    least = knowledge.fact("kratom/assumption_level_impossible").number
    enough = knowledge.fact("kratom/assumption_level_people").number
    people = predict(subjects, times)
    after = posterior([_reading(level, people, knowledge) for level in timed])
    wrong = after.impossible(least) or after.contradictory(least)
    while not wrong and after.effective < enough and 2 * people.subjects <= MOST_PEOPLE:
        people = predict(2 * people.subjects, times)
        after = posterior([_reading(level, people, knowledge) for level in timed])
        wrong = after.impossible(least) or after.contradictory(least)
    uses = _uses(timed, people, after, least, knowledge)
    if wrong:
        found += _refusals(timed, people, uses, knowledge)
        found.append(finding(words, "level.no_washout"))
        return Choice(None, subjects, None, (*uses, *untimed), tuple(found))
    found += [_used(use, knowledge) for use in uses]
    found += _unusual(uses, knowledge)
    if after.effective < enough:
        effective, of = f"{after.effective:.0f}", f"{people.subjects:,}"
        found.append(finding(words, "level.few_people", effective=effective, of=of))
    who = after.draw(subjects, seed)
    return Choice(who, people.subjects, after.effective, (*uses, *untimed), tuple(found))


def _unpredicted(level: MeasuredLevel, use: Use, knowledge: Knowledge) -> LevelUse:
    return LevelUse(
        level=level,
        value_ng_ml=level.ng_ml(knowledge),
        use=use,
        median=None,
        p05=None,
        p95=None,
        probability=None,
    )


def to_nmol_l(value: float, unit: str, analyte: str, knowledge: Knowledge) -> float:
    """A concentration in nmol/L. ``KeyError`` for a unit that is none of ``UNITS``."""
    if unit in _NMOL_L:
        return value * _NMOL_L[unit]
    return value * _NG_ML[unit] * 1000.0 / knowledge.fact(WEIGHTS[analyte]).number


def ng_ml_per_nm(analyte: str, knowledge: Knowledge) -> float:
    """Ng/mL in one nmol/L."""
    return knowledge.fact(WEIGHTS[analyte]).number / 1000.0


def curve_nm(people: People, analyte: str) -> Array:
    """Total concentration of an analyte in nmol/L, (subjects, times)."""
    levels = people.levels
    return levels.mitragynine_nm if analyte == MITRAGYNINE else levels.seven_oh_nm


def _reading(level: MeasuredLevel, people: People, knowledge: Knowledge) -> Reading:
    columns = np.searchsorted(people.time_h, np.array(level.times_h))
    return Reading(
        predicted_nm=curve_nm(people, level.analyte)[:, columns],
        value_nm=level.nmol_l(knowledge),
        below_limit=level.below_limit,
        sd_log=level_sd(level.analyte, knowledge),
    )


def level_sd(analyte: str, knowledge: Knowledge) -> float:
    """Standard deviation of the log of a level about the person's own curve."""
    assay = knowledge.fact("kratom/assay_plasma_imprecision")
    return level_error(
        misfit_sd_log=knowledge.fact(_MISFITS[analyte]).number, assay_cv_percent=assay.high or 0.0
    )


def _uses(
    timed: Sequence[MeasuredLevel],
    people: People,
    after: Posterior,
    least: float,
    knowledge: Knowledge,
) -> tuple[LevelUse, ...]:
    impossible, contradictory = after.impossible(least), after.contradictory(least)
    found = []
    for i, (level, tail) in enumerate(zip(timed, after.tails, strict=True)):
        use = Use.USED
        if impossible:
            use = Use.REFUSED if i in impossible else Use.WITH_REFUSED
        elif contradictory:
            use = Use.CONTRADICTORY
        predicted = _reading(level, people, knowledge).predicted_nm
        predicted = predicted * ng_ml_per_nm(level.analyte, knowledge)
        p05, median, p95 = (float(q) for q in np.percentile(predicted, (5, 50, 95)))
        found.append(
            LevelUse(
                level=level,
                value_ng_ml=level.ng_ml(knowledge),
                use=use,
                median=median,
                p05=p05,
                p95=p95,
                probability=tail,
            )
        )
    return tuple(found)


# ------------------------------------------------------------------ in words


def level_range(low: float, high: float) -> str:
    """Predicted levels in ng/mL as words: two digits, and limits far below every assay."""
    least = f"below {_LEAST_NG_ML:g}"
    if high < _LEAST_NG_ML:
        return least
    from_low = least if low < _LEAST_NG_ML else rough(low)
    return rough(high) if low == high else f"{from_low} to {rough(high)}"


def _predicted(use: LevelUse, knowledge: Knowledge) -> str:
    phrases = knowledge.kratom.simulate_wording.phrases
    if not use.p95:
        return phrases["predicted_none"]
    return phrases["predicted"].format(range=level_range(use.p05 or 0.0, use.p95))


def _content_unknown(level: MeasuredLevel, names: Sequence[str], knowledge: Knowledge) -> Finding:
    return finding(
        knowledge.kratom.simulate_wording,
        "level.content_unknown",
        suffix=level.analyte,
        level=level.said,
        analyte=level.analyte,
        names=listed(names),
    )


def _used(use: LevelUse, knowledge: Knowledge) -> Finding:
    return finding(
        knowledge.kratom.simulate_wording,
        "level.used",
        suffix=use.level.analyte,
        level=use.level.said,
        predicted=_predicted(use, knowledge),
        error=number(level_sd(use.level.analyte, knowledge)),
    )


def _unusual(uses: Sequence[LevelUse], knowledge: Knowledge) -> Iterator[Finding]:
    """Levels that were used although few people on the use described would have them."""
    words = knowledge.kratom.simulate_wording
    least = knowledge.fact(_UNUSUAL).number
    for use in uses:
        if use.probability is None or use.probability >= least:
            continue
        percent = max(use.probability * 100.0, 0.1)
        yield finding(
            words,
            "level.unusual",
            suffix=use.level.analyte,
            level=use.level.said,
            side=_side(use),
            predicted=_predicted(use, knowledge),
            share=f"{percent:.1f}" if percent < 1.0 else f"{percent:.0f}",
            explains=_explains(use, knowledge),
        )


def _side(use: LevelUse) -> str:
    below = use.level.below_limit or use.value_ng_ml < (use.median or 0.0)
    return "low" if below else "high"


def _explains(use: LevelUse, knowledge: Knowledge) -> str:
    """What was perhaps not reported, by the side on which the level lies."""
    side, other = _side(use), use.level.analyte == SEVEN_OH
    key = f"explains_{side}_seven_oh" if other and side == "high" else f"explains_{side}"
    return knowledge.kratom.simulate_wording.phrases[key]


def _refusals(
    timed: Sequence[MeasuredLevel],
    people: People,
    uses: Sequence[LevelUse],
    knowledge: Knowledge,
) -> list[Finding]:
    words = knowledge.kratom.simulate_wording
    refused = [use for use in uses if use.use is Use.REFUSED]
    if not refused:
        said = "; ".join(level.said for level in timed)
        return [finding(words, "level.contradictory", levels=said)]
    least = knowledge.fact("kratom/assumption_level_impossible").number
    return [
        finding(
            words,
            "level.impossible_high" if _side(use) == "high" else "level.impossible",
            suffix=use.level.analyte,
            level=use.level.said,
            predicted=_predicted(use, knowledge),
            side=_side(use),
            least=f"{least:g}",
            alternatives=" ".join(
                (*_alternatives(use.level, people, knowledge), _explains(use, knowledge))
            ),
        )
        for use in refused
    ]


def _alternatives(level: MeasuredLevel, people: People, knowledge: Knowledge) -> Iterator[str]:
    """What the level would fit as: another unit, the other alkaloid. Facts, not guesses."""
    phrases = knowledge.kratom.simulate_wording.phrases
    said = 0
    for unit in UNITS:
        other = msgspec.structs.replace(level, unit=unit)
        if _same(other, level, knowledge) or not _fits(other, people, knowledge):
            continue
        said += 1
        yield phrases["unit_fits"].format(unit=unit)
    analyte = SEVEN_OH if level.analyte == MITRAGYNINE else MITRAGYNINE
    if _fits(msgspec.structs.replace(level, analyte=analyte), people, knowledge):
        said += 1
        yield phrases["analyte_fits"].format(analyte=analyte)
    if not said:
        yield phrases["none_fits"]


def _same(one: MeasuredLevel, other: MeasuredLevel, knowledge: Knowledge) -> bool:
    return abs(one.nmol_l(knowledge) / other.nmol_l(knowledge) - 1.0) < 1e-9


def _fits(level: MeasuredLevel, people: People, knowledge: Knowledge) -> bool:
    """Whether the level lies where nine in ten virtual people would have it, or may have it."""
    tail = posterior([_reading(level, people, knowledge)]).tails[0]
    return tail >= knowledge.fact(_UNUSUAL).number
