"""What the numbers of the day say of each domain of GRADE. Signals are no judgements.

Every signal errs to the cautious side: what is not known counts as the worse. So leaving a rating,
a number of people or a payer out never makes a result surer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from speciosa.evidence.grading.body import Body, Piece
from speciosa.knowledge.evidence.grading import Grading
from speciosa.knowledge.evidence.pooled import DomainName, Level
from speciosa.knowledge.evidence.study import Condition, Risk


class Signal(NamedTuple):
    """The level that the thresholds give a domain, and why.

    ``ignorance`` says that the level rests on what nobody has looked at: no judgement is milder.
    """

    level: Level
    reason: str
    ignorance: bool = False


def signals(body: Body, grading: Grading) -> dict[DomainName, Signal]:
    """The signal of each of the five domains that lower certainty."""
    return {
        DomainName.RISK_OF_BIAS: risk_of_bias(body, grading),
        DomainName.INCONSISTENCY: inconsistency(body, grading),
        DomainName.INDIRECTNESS: indirectness(body, grading),
        DomainName.IMPRECISION: imprecision(body, grading),
        DomainName.PUBLICATION_BIAS: publication_bias(body, grading),
    }


def risk_of_bias(body: Body, grading: Grading) -> Signal:
    """By the share of the weight: high or not rated, and not low. Not rated is never milder."""
    worst = _share(p for p in body.pieces if p.risk in {Risk.HIGH, Risk.NOT_RATED})
    not_low = _share(p for p in body.pieces if p.risk is not Risk.LOW)
    level = Level.NONE
    if worst >= grading.threshold("risk-very-serious-share"):
        level = Level.VERY_SERIOUS
    elif worst >= grading.threshold("risk-serious-share") or (
        not_low >= grading.threshold("risk-not-low-share")
    ):
        level = Level.SERIOUS
    shares = ", ".join(
        f"{100 * _share(p for p in body.pieces if p.risk is risk):.0f} % {risk.value}"
        for risk in Risk
        if any(p.risk is risk for p in body.pieces)
    )
    unrated = any(p.risk is Risk.NOT_RATED for p in body.pieces)
    why = " What nobody has rated counts as high." if unrated else ""
    return Signal(level, f"Weight by risk of bias: {shares}.{why}{_and(body.low_risk)}", unrated)


def inconsistency(body: Body, grading: Grading) -> Signal:
    """By I2 and the prediction interval; a single study shows no agreement at all."""
    if body.k == 1:
        level = tuple(Level)[int(grading.threshold("single-study"))]
        return Signal(level, "A single study: whether its result repeats is not known.")
    if body.i2 is None:
        return Signal(Level.SERIOUS, "How far the studies differ cannot be told.")
    may_fail = body.prediction is None or body.prediction[0] <= 0 < body.low
    level = Level.NONE
    if body.i2 >= grading.threshold("i2-very-serious") and may_fail:
        level = Level.VERY_SERIOUS
    elif body.i2 >= grading.threshold("i2-serious") or (body.prediction is not None and may_fail):
        level = Level.SERIOUS
    words = f"I2 {body.i2:.0f} %, tau2 {body.tau2 or 0.0:.3g}; {_overlap(body.pieces)}."
    if body.prediction is None:
        return Signal(level, f"{words} Too few studies for a prediction interval.")
    if body.prediction[0] <= 0 < body.low:
        return Signal(level, f"{words} The prediction interval includes no benefit.")
    return Signal(level, words)


def indirectness(body: Body, grading: Grading) -> Signal:
    """By the share of the weight from people without a diagnosis of GAD."""
    other = _share(p for p in body.pieces if p.condition is Condition.OTHER)
    not_gad = _share(p for p in body.pieces if p.condition is not Condition.GAD)
    limit = grading.threshold("indirect-share")
    level = Level.NONE
    if other >= limit:
        level = Level.VERY_SERIOUS
    elif not_gad >= limit:
        level = Level.SERIOUS
    if not_gad == 0:
        return Signal(level, "All studies were in people with GAD.")
    return Signal(level, f"{100 * not_gad:.0f} % of the weight is from people without GAD.")


def imprecision(body: Body, grading: Grading) -> Signal:
    """By the interval against important differences, then by the optimal information size."""
    found = _imprecision(body, grading)
    if body.k != 2:
        return found
    return found._replace(reason=f"{found.reason} {_TWO}")


_TWO = (
    "With two studies the interval rests on one degree of freedom and can be so wide that it says"
    " nothing: read the two studies one by one."
)


def _imprecision(body: Body, grading: Grading) -> Signal:
    """The worse of what the interval holds and what the information size says."""
    held, size = _held(body), _information(body, grading)
    if held.level is Level.NONE:
        return size
    level = max(held.level, size.level, key=lambda level: level.steps)
    return Signal(level, f"{held.reason} {size.reason}")


def _held(body: Body) -> Signal:
    """Which of an important benefit, no difference and an important harm the interval holds."""
    if not (body.low < body.important <= body.high or body.low <= -body.harm < body.high):
        return Signal(Level.NONE, "")
    steps = (
        1 + (body.low < 0 < body.high) + (body.low <= -body.harm and body.important <= body.high)
    )
    words = (
        "The interval holds an important benefit, no difference and an important harm.",
        "The interval holds both an important difference and none.",
        "The interval holds both an important and an unimportant difference.",
    )[3 - steps]
    return Signal(tuple(Level)[steps], words)


def _information(body: Body, grading: Grading) -> Signal:
    counted = [p.events if body.ratio else p.people for p in body.pieces]
    known = sum(count for count in counted if count is not None)
    what = "events" if body.ratio else "people"
    wanted = grading.threshold("events-wanted" if body.ratio else "people-wanted")
    least = "" if None not in counted else "at least "
    if known < wanted * grading.threshold("far-too-few"):
        return Signal(Level.VERY_SERIOUS, f"Far too few {what}: {least}{known} of {wanted:.0f}.")
    if body.ratio and body.high - body.low > math.log(grading.threshold("interval-ratio")):
        ends = math.exp(body.high - body.low)
        return Signal(
            Level.VERY_SERIOUS, f"The upper end of the interval is {ends:.3g} times the lower."
        )
    if known < wanted:
        return Signal(Level.SERIOUS, f"Too few {what}: {least}{known} of {wanted:.0f}.")
    return Signal(Level.NONE, f"Enough {what}: {least}{known}.")


def publication_bias(body: Body, grading: Grading) -> Signal:
    """By results known to be missing, Egger's test, and small trials of industry money."""
    missing = body.unusable / (body.k + body.unusable)
    if missing >= grading.threshold("unusable-share"):
        return Signal(
            Level.SERIOUS,
            f"{body.unusable} of {body.k + body.unusable} results of this are known to exist and"
            " give no figure that can be pooled.",
        )
    enough = body.k >= grading.threshold("funnel-studies")
    if enough and body.funnel_p is not None:
        p = body.funnel_p
        words = f"Egger's test: p = {p:.2g}.{_and(body.filled)}"
        if p < grading.threshold("funnel-p"):
            return Signal(Level.SERIOUS, f"Small studies show larger effects. {words}")
        return Signal(Level.NONE, f"No clear asymmetry. {words}")
    limit = grading.threshold("small-trial")
    small = _share(p for p in body.pieces if p.industry is not False and (p.people or 0) < limit)
    few = "Too few studies, or too alike in size, to test for asymmetry."
    if small >= grading.threshold("small-trial-share"):
        return Signal(
            Level.SERIOUS,
            f"{few} {100 * small:.0f} % of the weight is from small trials paid by industry or by"
            " nobody knows whom.",
        )
    return Signal(Level.NONE, few)


def _share(pieces: Iterator[Piece]) -> float:
    return sum(piece.share for piece in pieces)


def _and(words: str) -> str:
    return f" {words}" if words else ""


def _overlap(pieces: tuple[Piece, ...]) -> str:
    apart = sum(
        one.high < other.low or other.high < one.low
        for place, one in enumerate(pieces)
        for other in pieces[place + 1 :]
    )
    pairs = len(pieces) * (len(pieces) - 1) // 2
    return f"the intervals of {apart} of {pairs} pairs of studies do not overlap"
