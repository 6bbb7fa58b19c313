"""How numbers are written: one place, so that the same estimate reads the same everywhere.

An interval decides how many digits its estimate deserves: two significant digits of its width.
No number loses its second significant digit, and rounding never moves a bound onto 0, nor onto 1
where there is no unit, because there it would change what the interval says. What lies far below
the resolution of its interval is written as a limit (``below 0.01``), never with an exponent.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from speciosa.finding import Estimate

if TYPE_CHECKING:
    from speciosa.pharmacology.mechanism.result import OccupancyCurve

NOT_KNOWN = "not known"
_NBSP = "\u00a0"
_MINUS = "\u2212"
_NO_UNIT = frozenset({"", "1", "ratio", "dimensionless", "unitless"})
_LANDMARKS, _LANDMARKS_OF_RATIOS = (0.0,), (0.0, 1.0)
_MOST_PLACES = 8
# An interval that reaches the first number has no use for digits below the second.
_TOO_SMALL = ((1.0, 0.01), (0.01, 0.0001))
# What no assay could tell from nothing, and decimals of hours that no clock time given deserves.
_LEAST = {"ng/mL": 0.01}
_HOUR_PLACES = 1


class Shown(NamedTuple):
    """An estimate in words: number, unit, range, what the range is, or why there is none."""

    number: str
    unit: str
    range: str
    interval: str
    reason: str

    @property
    def value(self) -> str:
        """The number with its unit."""
        return self.number + self.unit

    @property
    def sentence(self) -> str:
        """Everything in one phrase."""
        return f"{self.value} ({self.brackets})" if self.brackets else self.value

    @property
    def brackets(self) -> str:
        """What stands in brackets after the value: range, kind of interval, reason."""
        reason = self.reason.rstrip(".")
        bare = not self.interval and not self.range and self.number != NOT_KNOWN
        if reason and bare and not reason.startswith("no "):
            reason = f"no interval: {reason}"
        return "; ".join(part for part in (self.range, self.interval, reason) if part)


def shown(estimate: Estimate) -> Shown:
    """The parts of an estimate, for places that give each its own look.

    A share of 1 (unit ``share``) is written as a percentage.
    """
    share = estimate.unit == "share"
    given = (estimate.value, estimate.low, estimate.high)
    value, low, high = (_finite(x, percent=share) for x in given)
    name = "%" if share else estimate.unit.replace("*", "·")
    unit = "" if name in _NO_UNIT else _NBSP + name
    if low is None or high is None:
        one_sided = f"at least {plain(low)}" if low is not None else ""
        one_sided = f"at most {plain(high)}" if high is not None else one_sided
        reason = estimate.no_interval_because
        if value is not None:
            return Shown(plain(value), unit, one_sided, "", reason)
        return Shown(one_sided or NOT_KNOWN, unit if one_sided else "", "", "", reason)
    places = _places(low, high, value)
    if name.split(" ")[0] == "h":
        places = min(places, _HOUR_PLACES)
    least = next((small for reach, small in _TOO_SMALL if high >= reach), 0.0)
    least = max(least, _LEAST.get(name, 0.0))
    landmarks = _LANDMARKS_OF_RATIOS if name in _NO_UNIT else _LANDMARKS
    upper = _below(high, least) if low >= 0 else ""
    lower = _below(low, least) or _bound(low, places, landmarks)
    bounds = upper or f"{lower} to {_bound(high, places, landmarks)}"
    # Where an interval has no name, the reason says what it is.
    if value is None:
        return Shown(bounds, unit, "", estimate.interval, estimate.no_interval_because)
    number = _below(value, least) or _write(value, places)
    return Shown(number, unit, bounds, estimate.interval, estimate.no_interval_because)


def sentence(estimate: Estimate) -> str:
    """An estimate in one phrase: ``150 ng/mL (41 to 600; 90 % prediction interval)``."""
    return shown(estimate).sentence


def measured(measure: str, estimate: Estimate) -> Shown:
    """An effect after the name of its measure, without saying the unit twice: ``SMD −0.3``."""
    parts = shown(estimate)
    unit = "" if estimate.unit in measure.split() else parts.unit
    return parts._replace(number=f"{measure} {parts.number}".strip(), unit=unit)


def common_interval(estimates: Iterable[Estimate]) -> str:
    """The kind of interval that all of them share, to be said once over a table; or nothing."""
    kinds = {shown(e).interval if shown(e).range else "" for e in estimates}
    return kinds.pop() if len(kinds) == 1 else ""


def usual_interval(estimates: Iterable[Estimate]) -> str:
    """The commonest kind of interval, to be said once over a table; the others name theirs."""
    kinds = Counter(e.interval for e in estimates if e.interval)
    return kinds.most_common(1)[0][0] if kinds else ""


def plain(value: float) -> str:
    """A bare number: whole numbers in full, others to at least three significant digits."""
    if not math.isfinite(value):
        return NOT_KNOWN
    if value == round(value) and abs(value) < 1e6:
        return _write(value, 0)
    return _write(value, min(max(2 - _magnitude(value), 0), _given_places(value)))


def over_the_day(curve: OccupancyCurve, most: int = 7) -> str:
    """A curve in words at a few times: ``0 h 2.4 (0.4 to 16); 4 h ...``."""
    last = len(curve.time_h) - 1
    places = dict.fromkeys(round(i * last / (most - 1)) for i in range(most)) if last > 0 else (0,)
    told = []
    for i in places:
        at = Estimate(
            value=curve.median[i], unit="", low=curve.low[i], high=curve.high[i], interval="band"
        )
        parts = shown(at)
        told.append(f"{plain(curve.time_h[i])} h {parts.value} ({parts.range})")
    return "; ".join(told)


def percent(share: float) -> str:
    """A share of 1 as a whole percentage; ``under 1 %`` rather than nothing."""
    if not math.isfinite(share):
        return NOT_KNOWN
    if 0 < share < 0.01:
        return f"under 1{_NBSP}%"
    return f"{share * 100:.0f}{_NBSP}%".replace("-", _MINUS)


def _finite(value: float | None, *, percent: bool) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return round(value * 100, 10) if percent else value


def _magnitude(value: float) -> int:
    return math.floor(math.log10(abs(value))) if value else 0


def _places(low: float, high: float, value: float | None) -> int:
    """Decimal places for the whole interval (negative: tens), never more than were given."""
    given = max(_given_places(x) for x in (low, high, value) if x is not None)
    width = high - low
    if width > 0 and math.isfinite(width):
        return min(1 - _magnitude(width), given)
    return given


def _given_places(value: float) -> int:
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _below(value: float, least: float) -> str:
    """The limit that a number lies under where its digits say nothing; else empty."""
    return f"below {least:g}" if 0 < value < least else ""


def _bound(value: float, places: int, landmarks: tuple[float, ...]) -> str:
    """A bound keeps as many places as show on which side of the landmarks it lies."""
    while places < _MOST_PLACES and value not in landmarks and round(value, places) in landmarks:
        places += 1
    return _write(value, places)


def _write(value: float, places: int) -> str:
    if value == 0:
        return "0"
    if 0 < abs(value) < 1e-4 or abs(value) >= 1e9:
        return f"{value:.2g}".replace("e-0", "e-").replace("e+", "e").replace("-", _MINUS)
    # A trailing zero is kept only where the interval's own resolution asks for it.
    magnitude = _magnitude(float(f"{value:.1e}"))
    places = max(places, min(1 - magnitude, _given_places(value)))
    text = f"{round(value, places):,.{max(places, 0)}f}"
    return text.replace("-", _MINUS)
