"""A funnel plot: effect against standard error, with contours of p around no difference."""

from __future__ import annotations

import math

from speciosa.evidence.effect_sizes import Measure
from speciosa.evidence.pooling.distributions import z_quantile
from speciosa.report.charts.scale import Linear
from speciosa.report.charts.svg import WIDTH, Canvas
from speciosa.report.pool.document import PoolDocument
from speciosa.report.pool.page import page
from speciosa.report.pool.sketch import place_of, ticks_of
from speciosa.report.pool.words import p_value

_LEFT, _RIGHT, _TOP, _BOTTOM = 44.0, WIDTH - 10.0, 40.0, 290.0
# Two-sided p values whose contours are drawn, each on top of the one before.
_P = (0.10, 0.05, 0.01)


def funnel(document: PoolDocument) -> str:
    """The plot as an SVG file: small studies below, large ones on top."""
    measure = Measure(document.measure)
    widest = 1.05 * max(s.se for s in document.studies)
    effects = [s.yi for s in document.studies]
    reach = z_quantile(1 - _P[-1]) * widest
    low, high = min(*effects, -reach), max(*effects, reach)
    edge = 0.03 * (high - low)
    x = Linear(low - edge, high + edge, _LEFT, _RIGHT)
    y = Linear(0.0, widest, _TOP, _BOTTOM)
    filled = document.small_study.trim_and_fill if document.small_study else None
    tests = document.small_study.tests if document.small_study else ()
    egger = next((t for t in tests if t.name == "Egger"), None)
    words = f"Egger's test: p {p_value(egger.p)}" if egger else "too few studies for a test"
    canvas = Canvas(
        _BOTTOM + 80,
        name="funnel",
        title=f"Funnel plot: {document.measure_words}",
        description=(
            f"Effects of {len(document.studies)} studies against their standard errors. {words}."
        ),
    )
    canvas.text((_LEFT, 16), f"{document.measure_words}: do small studies differ?", "part")
    for p in _P:
        half = z_quantile(1 - p) * widest
        tips = ((x(0.0), y(0.0)), (x(-half), y(widest)), (x(half), y(widest)))
        canvas.path(tips, "contour", closed=True)
    canvas.line((x(0.0), _TOP), (x(0.0), _BOTTOM), "reference")
    canvas.line((x(document.estimate), _TOP), (x(document.estimate), _BOTTOM), "prediction")
    for study in document.studies:
        canvas.dot((x(study.yi), y(study.se)), "open", 3.5)
    canvas.line((_LEFT, _BOTTOM), (_RIGHT, _BOTTOM), "axis")
    canvas.line((_LEFT, _TOP), (_LEFT, _BOTTOM), "axis")
    for tick in y.ticks(4):
        canvas.line((_LEFT - 4, y(tick)), (_LEFT, y(tick)), "axis")
        canvas.text((_LEFT - 7, y(tick) + 4), f"{tick:g}", "tick", "end")
    canvas.text((_LEFT, 32), "standard error (large studies on top)", "axis-name")
    last = -math.inf
    for tick in ticks_of(x, measure):
        at = x(place_of(measure, tick))
        canvas.line((at, _BOTTOM), (at, _BOTTOM + 4), "axis")
        if at - last > 30:  # room for the words of one tick
            canvas.text((at, _BOTTOM + 16), f"{tick:g}".replace("-", "−"), "tick", "middle")
            last = at
    told = f"{words}."
    if filled is not None and filled.k0:
        told += f" Trim and fill would add {filled.k0} on the {filled.side}."
    legend = (
        "Shaded, from the inside out: p above 0.10, 0.05, 0.01.",
        "Solid line: the pool. Dashed line: no difference.",
        told,
    )
    for line, each in enumerate(legend):
        canvas.text((_LEFT, _BOTTOM + 38 + 16 * line), each, "axis-name")
    return page(canvas.markup())
