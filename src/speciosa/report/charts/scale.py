"""From numbers to pixels: linear and logarithmic axes with round tick marks."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple


class Linear(NamedTuple):
    """A linear axis from ``low`` to ``high``, drawn from pixel ``start`` to ``end``."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of a value; values beyond the axis stop at its end."""
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.0
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)

    def ticks(self, about: int = 5) -> tuple[float, ...]:
        """Round values inside the axis, 1, 2 or 5 times a power of ten apart."""
        span = self.high - self.low
        if span <= 0 or not math.isfinite(span):
            return (self.low,)
        rough = span / about
        power = 10.0 ** math.floor(math.log10(rough))
        step = next((m * power for m in (1, 2, 5) if m * power >= rough), 10 * power)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        # On an axis narrower than ten digits can tell, neighbouring ticks become one.
        return tuple(dict.fromkeys(float(f"{i * step:.10g}") for i in range(first, last + 1)))


class Logarithmic(NamedTuple):
    """A logarithmic axis; both ends are above 0."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of a value; values beyond the axis stop at its end."""
        inside = min(max(value, self.low), self.high)
        span = math.log(self.high / self.low)
        share = math.log(inside / self.low) / span if span else 0.0
        return self.start + share * (self.end - self.start)

    def ticks(self, most: int = 8) -> tuple[float, ...]:
        """Values of 1, 2 and 5 (or 1 alone, or every few powers of ten) inside the axis."""
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        for factors in ((1, 2, 5), (1,)):
            found = self._inside(10.0**p * f for p in range(first, last + 1) for f in factors)
            if len(found) <= most:
                return found
        stride = math.ceil((last - first) / most)
        return self._inside(10.0**p for p in range(first, last + 1) if p % stride == 0)

    def _inside(self, values: Iterable[float]) -> tuple[float, ...]:
        return tuple(float(f"{v:.10g}") for v in values if self.low <= v <= self.high)


def round_up(value: float) -> float:
    """The next round number (1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten): an axis's end."""
    if not value > 0 or not math.isfinite(value):
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    steps = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)
    return next((s * power for s in steps if s * power >= value * (1 - 1e-9)), 10 * power)
