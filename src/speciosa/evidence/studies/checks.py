"""What no study can have: more events than people, a negative SD, a limit on the wrong side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from speciosa.errors import InputProblem
from speciosa.evidence.studies.table import Form, Row

if TYPE_CHECKING:
    from numpy.typing import NDArray

_POSITIVE = frozenset({"sd", "mean_se", "se", "log_se", "variance", "time", "df"})
_COUNTS = frozenset({"events", "no_events", "n"})
_LEAST_N = {Form.MEANS: 2, Form.COUNTS: 1, Form.CORRELATIONS: 4}
_MOST_N = 1e9
# Beyond these no measured quantity lies: such numbers are slips, and no arithmetic can weigh them.
_LEAST, _MOST = 1e-9, 1e9


@dataclass(frozen=True, slots=True)
class Checks:
    """The rows of one form, to be looked through for what cannot be."""

    form: Form
    rows: Sequence[Row]
    numbers: Mapping[str, NDArray[np.float64]]
    columns: Mapping[str, str]

    def problems(self) -> Iterator[InputProblem]:
        """Every value that cannot be, with line, field, value and what is accepted."""
        for field, values in self.numbers.items():
            wrong, accepted = self._alone(field, values)
            for index in _places(wrong & ~np.isnan(values)):
                yield self._problem(index, field, values[index], accepted)
        for side in "12":
            yield from self._events(side)
            yield from self._limits(f"mean_low_{side}", f"mean_{side}", f"mean_high_{side}")
        yield from self._limits("ci_low", "estimate", "ci_high")

    def _alone(self, field: str, values: NDArray[np.float64]) -> tuple[NDArray[np.bool_], str]:
        """Which values are wrong by themselves, and what is accepted instead."""
        stem = field[:-2] if field[-2:] in {"_1", "_2"} else field
        outside = (values <= 0) | (values >= 1)
        least = _LEAST_N.get(self.form, 1) if stem == "n" else 0
        rules = {
            "r": (np.abs(values) >= 1, "a correlation between -1 and 1"),
            "p": (outside, "an exact p value between 0 and 1"),
            "level": (outside, "a share between 0 and 1, such as 0.95"),
            "t": (values == 0, "a statistic other than 0: 0 tells no standard error"),
            "z": (values == 0, "a statistic other than 0: 0 tells no standard error"),
        }
        if stem in _COUNTS:
            wrong = (values < least) | (values != np.round(values)) | (values > _MOST_N)
            return wrong, f"a whole number, {least} or more"
        if stem in _POSITIVE:
            smallest = _LEAST**2 if stem == "variance" else _LEAST
            wrong = (values < smallest) | (values > _MOST)
            return wrong, f"a number above 0, from {smallest:g} to {_MOST:g}"
        return rules.get(stem, (np.abs(values) > _MOST, f"a number from -{_MOST:g} to {_MOST:g}"))

    def _events(self, side: str) -> Iterator[InputProblem]:
        if f"events_{side}" not in self.numbers:
            return
        events = self.numbers[f"events_{side}"]
        nothing = np.full(events.shape, np.nan)
        total = self.numbers.get(f"n_{side}", nothing)
        rest = self.numbers.get(f"no_events_{side}", nothing)
        for index in _places(events > total):
            accepted = f"at most the {total[index]:g} people of that side"
            yield self._problem(index, f"events_{side}", events[index], accepted)
        for index in _places(events + rest == 0):
            yield InputProblem(f"{self.rows[index].where}, side {side}", "no people", "1 or more")
        for index in _places((events + rest != total) & ~np.isnan(events + rest + total)):
            given = f"{events[index]:g} with and {rest[index]:g} without events"
            accepted = f"numbers that add up to the {total[index]:g} people of side {side}"
            yield InputProblem(self.rows[index].where, given, accepted)

    def _limits(self, low: str, middle: str, high: str) -> Iterator[InputProblem]:
        if low not in self.numbers or high not in self.numbers:
            return
        lows, highs, values = (self.numbers[name] for name in (low, high, middle))
        for index in _places(lows >= highs):
            accepted = f"a limit below {high} = {highs[index]:g}"
            yield self._problem(index, low, lows[index], accepted)
        for index in _places(np.isnan(lows) != np.isnan(highs)):
            lacking = low if np.isnan(lows[index]) else high
            where = f"{self.rows[index].where}, {lacking} (column {self.columns[lacking]})"
            yield InputProblem(where, "nothing", "both limits, or neither")
        for index in _places((lows < highs) & ((values < lows) | (values > highs))):
            accepted = f"a value inside its interval, {lows[index]:g} to {highs[index]:g}"
            yield self._problem(index, middle, values[index], accepted)

    def _problem(self, index: int, field: str, value: float, accepted: str) -> InputProblem:
        where = f"{self.rows[index].where}, {field} (column {self.columns[field]})"
        return InputProblem(where, f"{value:.10g}", accepted)


def _places(wrong: NDArray[np.bool_]) -> list[int]:
    return [int(index) for index in np.flatnonzero(wrong)]
