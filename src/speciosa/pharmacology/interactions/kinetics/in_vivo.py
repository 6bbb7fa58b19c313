"""What studied pairs say of a figure: the calibrated figure where they do, the record's otherwise.

The calibration (``calibration/interactions``) lets studied pairs of medicines move three kinds of
figures: how strongly a perpetrator acts on an enzyme, the fractions of a victim's clearance, and
the fraction that escapes its gut wall. What it found are facts ``ddi/in_vivo/...`` with their
ranges; a figure of a record that no pair moved keeps its value.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.fact import Fact
    from speciosa.knowledge.figure import Figure
    from speciosa.knowledge.medicines.record import Medicine

IN_VIVO = "ddi/in_vivo"
_EDGE = 1e-3  # as in sampling: a fraction of 0 or 1 stands this far inside


@dataclasses.dataclass(frozen=True)
class Fraction:
    """A fraction to compute with: median, central 90 % range, and what it rests on.

    ``key`` is the id of the fact that its samples belong to; ``pairs`` how many studied pairs
    moved it.
    """

    value: float
    low: float | None
    high: float | None
    key: str
    facts: tuple[str, ...]
    pairs: int = 0


def fm_of(medicine: Medicine, knowledge: Knowledge) -> Mapping[str, Fraction]:
    """Fractions of systemic clearance by enzyme."""
    return {
        enzyme: _fraction(f"medicine/{medicine.id}/fm/{enzyme}", figure, "fm", knowledge)
        for enzyme, figure in medicine.victim.fm.items()
    }


def f_gut_of(medicine: Medicine, knowledge: Knowledge) -> Fraction | None:
    """The fraction that escapes the gut wall, or ``None`` where nothing is known."""
    figure = medicine.victim.f_gut
    if figure is None:
        return None
    return _fraction(f"medicine/{medicine.id}/f_gut", figure, "f_gut", knowledge)


def potency_of(medicine: Medicine, enzyme: str, knowledge: Knowledge) -> Fact | None:
    """The factor on the odds of effect at the usual regimen, or ``None``."""
    return knowledge.ddi.in_vivo(f"potency/{medicine.id}/{enzyme}")


def spread_of(kind: str, knowledge: Knowledge) -> float:
    """How many times as wide as recorded the ranges of ``fm`` or ``f_gut`` are; never below 1."""
    fact = knowledge.ddi.in_vivo(f"spread/{kind}")
    return max(1.0, fact.number) if fact is not None else 1.0


def _fraction(record_id: str, figure: Figure, kind: str, knowledge: Knowledge) -> Fraction:
    _, medicine, *rest = record_id.split("/")
    fact = knowledge.ddi.in_vivo("/".join((kind, medicine, *rest[1:])))
    if fact is not None:
        return Fraction(
            fact.number, fact.low, fact.high, fact.id, (fact.id, record_id), fact.n or 0
        )
    if figure.low is None or figure.high is None or figure.low == figure.high:
        return Fraction(figure.value, figure.low, figure.high, record_id, (record_id,))
    wider = spread_of(kind, knowledge)
    low, high = (_wider(figure.value, border, wider) for border in (figure.low, figure.high))
    return Fraction(figure.value, low, high, record_id, (record_id,))


def _wider(value: float, border: float, times: float) -> float:
    """A border moved away from the value on the logit scale."""
    if times == 1.0:
        return border
    middle = logit(value)
    return expit(middle + times * (logit(border) - middle))


def logit(x: float) -> float:
    """Log odds of a fraction, kept a little inside 0 and 1."""
    inside = min(max(x, _EDGE), 1.0 - _EDGE)
    return math.log(inside / (1.0 - inside))


def expit(x: float) -> float:
    """The fraction with these log odds."""
    return 1.0 / (1.0 + math.exp(-x))
