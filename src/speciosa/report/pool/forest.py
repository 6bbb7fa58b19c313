"""A forest plot: every study with its interval and weight, the pool and its prediction interval."""

from __future__ import annotations

import math

from speciosa.evidence.effect_sizes import Measure
from speciosa.report.charts.scale import Linear
from speciosa.report.charts.svg import WIDTH, Canvas, shortened
from speciosa.report.pool.document import PoolDocument, StudyLine
from speciosa.report.pool.page import page
from speciosa.report.pool.sketch import axis_of, place_of, ticks_of
from speciosa.report.pool.words import seen_of, shown, span

_LEFT, _RIGHT = 8.0, WIDTH - 8.0
_TOP, _ROW, _AXIS = 34.0, 30.0, 52.0
_LABEL, _VALUE = 34, 30
_SMALLEST, _LARGEST = 2.5, 8.0


def forest(document: PoolDocument) -> str:
    """The plot as an SVG file. Area of a square follows the weight of its study."""
    measure = Measure(document.measure)
    x = axis_of(document, _LEFT + 8, _RIGHT - 8)
    predicted = document.pi_low is not None and document.pi_high is not None
    rows = len(document.studies) + 1 + predicted
    bottom = _TOP + _ROW * rows + 6
    result = shown(measure, document.estimate, *document.interval, document.level)
    canvas = Canvas(
        bottom + _AXIS,
        name="forest",
        title=f"Forest plot: {document.measure_words}",
        description=" ".join(document.answer),
    )
    canvas.text((_LEFT, 16), f"{document.measure_words}, {100 * document.level:g} % CI", "part")
    canvas.text((_RIGHT, 30), "weight", "tick", "end")
    canvas.line((x(0.0), _TOP), (x(0.0), bottom), "reference")
    y = _TOP
    for study in document.studies:
        _study(canvas, x, y, study, document)
        y += _ROW
    canvas.line((_LEFT, y + 1), (_RIGHT, y + 1), "axis")
    _label(canvas, y + 2, "Pooled", result.partition(";")[0] + ")")
    middle = y + 24
    low, high = (x(end) for end in document.interval)
    canvas.path(
        (
            (low, middle),
            (x(document.estimate), middle - 6),
            (high, middle),
            (x(document.estimate), middle + 6),
        ),
        "point",
        closed=True,
    )
    if document.pi_low is not None and document.pi_high is not None:
        y += _ROW
        words = span(measure, document.pi_low, document.pi_high)
        _label(canvas, y + 2, "Prediction interval", words)
        canvas.line((x(document.pi_low), y + 24), (x(document.pi_high), y + 24), "prediction")
    canvas.line((_LEFT, bottom), (_RIGHT, bottom), "axis")
    _axis(canvas, x, bottom, measure)
    return page(canvas.markup())


def _label(canvas: Canvas, y: float, label: str, value: str) -> None:
    canvas.text((_LEFT, y + 11), shortened(label, _LABEL))
    canvas.text((_RIGHT - 48, y + 11), shortened(value, _VALUE), "value", "end")


def _study(canvas: Canvas, x: Linear, y: float, study: StudyLine, document: PoolDocument) -> None:
    measure = Measure(document.measure)
    result = shown(measure, study.yi, study.ci_low, study.ci_high, document.level)
    _label(canvas, y, study.label, result.partition(";")[0] + ")")
    canvas.text((_RIGHT, y + 11), f"{study.weight:.1f} %", "tick", "end")
    middle = y + 21
    low, high = x(study.ci_low), x(study.ci_high)
    canvas.line((low, middle), (high, middle), "interval")
    _end(canvas, low, middle, cut=study.ci_low < x.low, outward=-1)
    _end(canvas, high, middle, cut=study.ci_high > x.high, outward=1)
    if x.low <= study.yi <= x.high:
        heaviest = max(s.weight for s in document.studies)
        half = max(_LARGEST * math.sqrt(study.weight / heaviest), _SMALLEST) / 2
        at = x(study.yi)
        canvas.rect(at - half, middle - half, 2 * half, 2 * half, "study")


def _end(canvas: Canvas, at: float, middle: float, *, cut: bool, outward: int) -> None:
    """An arrow where an interval goes on beyond the axis."""
    if cut:
        tip = at + 6 * outward
        canvas.path(((at, middle - 4), (tip, middle), (at, middle + 4)), "arrow", closed=True)


def _axis(canvas: Canvas, x: Linear, bottom: float, measure: Measure) -> None:
    last = -math.inf
    for tick in ticks_of(x, measure):
        at = x(place_of(measure, tick))
        canvas.line((at, bottom), (at, bottom + 4), "axis")
        if at - last > 30:  # room for the words of one tick
            canvas.text((at, bottom + 16), f"{tick:g}".replace("-", "−"), "tick", "middle")
            last = at
    null = seen_of(measure, 0.0)
    words = f"{null:g} is no difference"
    if measure.is_ratio:
        words += "; logarithmic axis"
    if measure is Measure.ZCOR:
        words += "; axis in Fisher's z"
    canvas.text((_RIGHT, bottom + 36), words, "axis-name", "end")
