"""Relative effects in absolute terms: people out of 100, points of a scale, number needed to treat.

From an SMD to responders by the method of Furukawa and Leucht (2011): the share with a response
without the option is a point of a normal distribution, which the option moves by the SMD.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from scipy.special import ndtr, ndtri

from speciosa.knowledge.evidence.pooled import (
    Interval,
    NumberNeeded,
    PerHundred,
    Points,
    SummaryRow,
)
from speciosa.knowledge.evidence.question import Question
from speciosa.knowledge.evidence.record import Better
from speciosa.knowledge.fact import Fact

_FURUKAWA = "from the standardised difference (Furukawa and Leucht 2011)"
_RATIO = "ratio times the assumed risk"
_OWN = "ratio times the risk in its own comparator arms"
_SAME = "difference in risk"
_ROUNDING = 1e-9
_AWAY = 1e-12  # a difference in risk nearer to none than rounding can tell


@dataclass(frozen=True, slots=True)
class Shown:
    """A pooled effect as a reader sees it: ratios not as logarithms."""

    measure: str
    better: Better
    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Controls:
    """Events among the people without the option, in ``trials`` of the ``of`` trials of a pool."""

    events: int
    people: int
    trials: int
    of: int


_NO_CONTROLS = Controls(events=0, people=0, trials=0, of=0)


def summary(
    effect: Shown,
    question: Question,
    fact: Callable[[str], Fact],
    controls: Controls = _NO_CONTROLS,
) -> SummaryRow:
    """All that can be said in absolute terms, and what cannot, with the reason.

    How many have the event without the option comes from the comparator arms of the very trials;
    where they give no events, it is assumed. ``fact`` resolves the ids of ``question.assumed``.
    """
    assumed = question.assumed
    own = 0 < controls.events < controls.people
    named = (*assumed.sd.values(), *assumed.important.values(), "" if own else assumed.risk)
    used = tuple(dict.fromkeys(name for name in named if name))
    points = tuple(_points(effect, question, fact))
    if not own and not assumed.risk:
        said = ("Nobody has said how many have the event without it.",)
        return SummaryRow(points=points, not_said=said, facts=used)
    moved = _moved(effect, question, fact)
    if moved is None:
        said = ("Points of this scale cannot be turned into numbers of people.",)
        return SummaryRow(points=points, not_said=said, facts=used)
    how, with_option = moved
    if own:
        risk = controls.events / controls.people
        words = _own(controls)
    else:
        held = fact(assumed.risk)
        risk = held.number
        words = f"{100 * risk:.1f} % without it, assumed ({held.basis}), not from these trials"
    per_100 = _per_100(effect, assumed.event, risk, with_option, words)
    if own:
        per_100 = msgspec.structs.replace(
            per_100, control_events=controls.events, control_n=controls.people
        )
    return SummaryRow(
        per_100=per_100,
        points=points,
        nnt=number_needed(
            per_100.difference,
            good=_event_is_good(question, effect),
            event=assumed.event,
            method=_OWN if own and how == _RATIO else how,
            assumed=words,
        ),
        facts=used,
    )


def _own(controls: Controls) -> str:
    trials = "its own trial" if controls.of == 1 else f"its own {controls.of} trials"
    if controls.trials < controls.of:
        trials = f"{controls.trials} of its own {controls.of} trials"
    share = f"{100 * controls.events / controls.people:.1f} %"
    return f"{share} without it: {controls.events} of {controls.people} in {trials}"


def furukawa(gain: float, risk: float) -> float:
    """Share with a response where an option moves people by ``gain`` SD from a share ``risk``."""
    return float(ndtr(ndtri(risk) + gain))


def number_needed(
    difference: Interval, *, good: bool, event: str, method: str, assumed: str
) -> NumberNeeded:
    """The NNT of a difference per 100 with its interval, through infinity where it holds none.

    ``good`` says whether the event is wished for. NNTB: needed to treat for one to benefit; NNTH:
    for one to be harmed.
    """
    sign = 1.0 if good else -1.0
    value, *ends = (
        None if share is None else sign * share / 100
        for share in (difference.value, difference.low, difference.high)
    )
    known = [end for end in ends if end is not None]
    low, high = (min(known), max(known)) if len(known) == 2 else (None, None)
    return NumberNeeded(
        value=None if value is None else _needed(value),
        low=None if high is None else _needed(high),
        high=None if low is None else _needed(low),
        words=_words(value, low, high),
        event=event,
        method=method,
        assumed=assumed,
    )


def _needed(share: float) -> float | None:
    """Signed: negative for harm; ``None`` is infinity."""
    return None if abs(share) < _AWAY else 1 / share


def _words(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return "not known"
    middle = _one(value)
    if low is None or high is None:
        return f"{middle} (interval not known)"
    if low > 0 or high < 0:
        near, far = (high, low) if low > 0 else (low, high)
        return f"{middle} (95 % CI {_one(near)} to {_one(far)})"
    return f"{middle} (95 % CI {_one(high)} through infinity to {_one(low)})"


def _one(share: float) -> str:
    needed = _needed(share)
    if needed is None:
        return "infinity"
    if needed > 0:
        return f"NNTB {math.ceil(needed - _ROUNDING)}"
    return f"NNTH {max(1, math.floor(-needed + _ROUNDING))}"  # rounding a harm up would reassure


def _event_is_good(question: Question, effect: Shown) -> bool:
    """Response is wished for; events of a ratio whose better side is below are not."""
    if effect.measure in {"SMD", "MD"}:
        return True
    return question.better is Better.ABOVE


def _moved(
    effect: Shown, question: Question, fact: Callable[[str], Fact]
) -> tuple[str, Callable[[float, float], float]] | None:
    """How a value of the effect changes a risk; ``None`` where it cannot."""
    sign = 1.0 if effect.better is Better.ABOVE else -1.0
    if effect.measure == "RR":
        return _RATIO, lambda value, risk: min(1.0, value * risk)
    if effect.measure == "OR":
        return _RATIO, _by_odds
    if effect.measure == "RD":
        return _SAME, lambda value, risk: min(1.0, max(0.0, risk + value))
    if effect.measure == "SMD":
        return _FURUKAWA, lambda value, risk: furukawa(sign * value, risk)
    if effect.measure == "MD" and len(question.assumed.sd) == 1:
        sd = fact(next(iter(question.assumed.sd.values()))).number
        return _FURUKAWA, lambda value, risk: furukawa(sign * value / sd, risk)
    return None


def _by_odds(value: float, risk: float) -> float:
    odds = value * risk / (1 - risk)
    return odds / (1 + odds)


def _per_100(
    effect: Shown, event: str, risk: float, with_option: Callable[[float, float], float], words: str
) -> PerHundred:
    shares = [100 * with_option(v, risk) for v in (effect.estimate, effect.low, effect.high)]
    if effect.measure == "RR" and effect.high * risk > 1:
        words += "; the ratio allows more than everybody, which is cut at 100"
    low, high = sorted(shares[1:])
    return PerHundred(
        event=event,
        without=_round(100 * risk),
        with_option=Interval(value=_round(shares[0]), low=_round(low), high=_round(high)),
        difference=Interval(
            value=_round(shares[0] - 100 * risk),
            low=_round(low - 100 * risk),
            high=_round(high - 100 * risk),
        ),
        assumed=words,
    )


def _points(effect: Shown, question: Question, fact: Callable[[str], Fact]) -> list[Points]:
    made = []
    if effect.measure not in {"MD", "SMD"}:
        return []
    of = question.assumed
    for scale in sorted({*of.sd, *of.important} if effect.measure == "MD" else of.sd):
        sd = None if effect.measure == "MD" else fact(of.sd[scale])
        factor = 1.0 if sd is None else sd.number
        important = question.assumed.important.get(scale, "")
        least = fact(important).number if important else None
        difference = Interval(
            value=round(effect.estimate * factor, 2),
            low=round(effect.low * factor, 2),
            high=round(effect.high * factor, 2),
        )
        made.append(
            Points(
                scale=scale,
                difference=difference,
                better=effect.better,
                assumed="" if sd is None else f"SD {sd.number:g} ({sd.basis})",
                minimal_important=least,
                in_words=_in_words(scale, difference, effect.better),
            )
        )
    return made


def _in_words(scale: str, difference: Interval, better: Better) -> str:
    if difference.value is None or difference.low is None or difference.high is None:
        return ""
    lower = difference.value < 0
    side = "lower" if lower else "higher"
    good = lower == (better is Better.BELOW)
    ends = sorted((difference.low, difference.high), key=abs)
    if difference.low <= 0 <= difference.high:
        return (
            f"{abs(difference.value):g} points {side} on the {scale}"
            f" (95 % CI {_side(difference.low)} to {_side(difference.high)}): may be no difference"
        )
    return (
        f"{abs(difference.value):g} points {side} on the {scale}"
        f" (95 % CI {abs(ends[0]):g} to {abs(ends[1]):g}), {'better' if good else 'worse'}"
    )


def _side(points: float) -> str:
    return f"{abs(points):g} {'lower' if points < 0 else 'higher'}"


def _round(value: float) -> float:
    return round(value, 4)
