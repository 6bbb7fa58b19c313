"""A forest plot as characters, for a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from speciosa.evidence.effect_sizes import Measure
from speciosa.report.charts.scale import Linear
from speciosa.report.charts.svg import shortened
from speciosa.report.clean import clean, to_ascii
from speciosa.report.pool.document import PoolDocument
from speciosa.report.pool.words import seen_of, span

_LABEL, _PLOT, _VALUE = 26, 34, 24
# One long interval must not flatten all the others: the axis follows the middle of them.
_KEPT = 0.9
MOST = 60
_CORRELATIONS = (-0.99, -0.9, -0.5, -0.2, 0.0, 0.2, 0.5, 0.9, 0.99)


class _Marks(NamedTuple):
    line: str
    study: str
    pooled: str
    null: str
    left: str
    right: str


_DRAWN = _Marks("─", "■", "◆", "│", "◄", "►")
_ASCII = _Marks("-", "#", "*", "|", "<", ">")


class _Row(NamedTuple):
    label: str
    value: float
    low: float
    high: float
    mark: str
    words: str
    weight: str


def sketch(document: PoolDocument, *, ascii_only: bool = False) -> list[str]:
    """Lines of text: a study a line, the pooled effect and its prediction interval below."""
    marks = _ASCII if ascii_only else _DRAWN
    rows = list(_rows(document, marks))
    axis = axis_of(document, 0, _PLOT - 1)
    lines = [_head(document)]
    lines += [_line(row, axis, marks) for row in rows]
    lines.append(_ticks(axis, Measure(document.measure)))
    if len(document.studies) > MOST:
        more = len(document.studies) - MOST
        lines.append(f"{more} more studies are not drawn; --forest FILE.svg and JSON have them.")
    return [to_ascii(line) if ascii_only else line for line in lines]


def axis_of(document: PoolDocument, start: float, end: float) -> Linear:
    """The axis on the analysis scale: no difference, the pool, and most intervals of studies."""
    lows = sorted(s.ci_low for s in document.studies)
    highs = sorted(s.ci_high for s in document.studies)
    cut = math.floor((1 - _KEPT) * len(lows))
    values = [lows[cut], highs[-1 - cut], 0.0, *document.interval]
    values += [v for v in (document.pi_low, document.pi_high) if v is not None]
    values += [s.yi for s in document.studies] if len(lows) <= MOST else []
    low, high = min(values), max(values)
    edge = 0.04 * (high - low) or 1.0
    return Linear(low - edge, high + edge, start, end)


def _rows(document: PoolDocument, marks: _Marks) -> Iterator[_Row]:
    measure = Measure(document.measure)
    for s in document.studies[:MOST]:
        words = f"{_seen(measure, s.yi)} ({span(measure, s.ci_low, s.ci_high)})"
        yield _Row(s.label, s.yi, s.ci_low, s.ci_high, marks.study, words, f"{s.weight:.1f} %")
    low, high = document.interval
    words = f"{_seen(measure, document.estimate)} ({span(measure, low, high)})"
    yield _Row("Pooled", document.estimate, low, high, marks.pooled, words, "")
    if document.pi_low is not None and document.pi_high is not None:
        words = span(measure, document.pi_low, document.pi_high)
        centre = document.estimate
        yield _Row(
            "Prediction interval", centre, document.pi_low, document.pi_high, marks.line, words, ""
        )


def _seen(measure: Measure, value: float) -> str:
    seen = seen_of(measure, value)
    # Two places would show a small effect as 0.
    places = ".2f" if round(seen, 2) or not seen else ".2g"
    return f"{seen:{places}}".replace("-", "−")


def _head(document: PoolDocument) -> str:
    title = f"{100 * document.level:g} % CI"
    return f"{'Study':<{_LABEL}} {'':<{_PLOT}} {title:>{_VALUE}} {'weight':>7}"


def _line(row: _Row, axis: Linear, marks: _Marks) -> str:
    cells = [" "] * _PLOT
    null = round(axis(0.0))
    cells[null] = marks.null
    first, last = round(axis(row.low)), round(axis(row.high))
    for place in range(first, last + 1):
        cells[place] = marks.line
    if row.low < axis.low:
        cells[0] = marks.left
    if row.high > axis.high:
        cells[-1] = marks.right
    cells[round(axis(row.value))] = row.mark
    label = shortened(clean(row.label), _LABEL)
    plot = "".join(cells)
    return f"{label:<{_LABEL}} {plot} {row.words:>{_VALUE}} {row.weight:>7}".rstrip()


def _ticks(axis: Linear, measure: Measure) -> str:
    """Round values under the axis, those of a reader's scale, as many as find room."""
    cells = [" "] * (_PLOT + 8)
    taken = -1
    for value in ticks_of(axis, measure):
        words = f"{value:g}".replace("-", "−")
        place = round(axis(place_of(measure, value))) - len(words) // 2
        place = max(place, 0)
        if place > taken:
            cells[place : place + len(words)] = list(words)
            taken = place + len(words)
    return f"{'':<{_LABEL}} {''.join(cells)}".rstrip()


def place_of(measure: Measure, value: float) -> float:
    """Where a value that a reader sees lies on the analysis scale."""
    if measure is Measure.ZCOR:
        return math.atanh(value)
    return math.log(value) if measure.is_ratio else value


def ticks_of(axis: Linear, measure: Measure) -> tuple[float, ...]:
    """Round values inside an axis, on the scale that a reader sees."""
    if measure is Measure.ZCOR:
        return tuple(r for r in _CORRELATIONS if axis.low <= math.atanh(r) <= axis.high)
    if not measure.is_ratio:
        return axis.ticks()
    low, high = math.exp(max(axis.low, -300.0)), math.exp(min(axis.high, 300.0))
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    powers = range(first, last + 1)
    many = last - first > 3
    factors = (1,) if many else (1, 2, 5)
    values = (f * 10.0**power for power in powers for f in factors)
    return tuple(float(f"{v:.10g}") for v in values if low <= v <= high)
