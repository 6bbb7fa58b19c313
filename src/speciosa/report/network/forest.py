"""Every treatment against the reference: interval of the mean effect, and of a new trial."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from speciosa.report.charts.scale import Linear, Logarithmic
from speciosa.report.charts.svg import WIDTH, Canvas, shortened
from speciosa.report.network.document import Against, NetworkDocument
from speciosa.report.network.picture import alone
from speciosa.report.network.text import effect_words

_LEFT, _RIGHT = 14.0, WIDTH - 14.0
_TOP, _ROW, _AXIS, _FOOT = 26.0, 38.0, 36.0, 15.0
_NAME_CHARACTERS, _FOOT_CHARACTERS = 34, 66
# What lies beyond ends at the edge; the numbers beside it are true.
_LOWEST_RATIO, _HIGHEST_RATIO = 0.01, 100.0


def forest(document: NetworkDocument) -> str:
    """The forest plot as an SVG file."""
    ratio = document.scale == "log"
    rows = document.effects_vs_reference
    x = _axis(rows, ratio=ratio)
    bottom = _TOP + _ROW * len(rows)
    foot = f"{document.measure} against {document.reference}, {100 * document.level:g} % CI"
    if document.pi_df is not None:
        foot += "; dotted: prediction interval for a new trial"
    lines = wrap(foot + ".", _FOOT_CHARACTERS)
    canvas = Canvas(
        bottom + _AXIS + _FOOT * len(lines),
        name="forest",
        title=f"Each treatment against {document.reference}",
        description="; ".join(f"{r.treatment}: {effect_words(r, ratio=ratio)}" for r in rows),
    )
    for tick in x.ticks():
        canvas.text((x(tick), bottom + 16), f"{tick:g}", "tick", "middle")
    none = 1.0 if ratio else 0.0
    marks = [(tick, "grid") for tick in x.ticks() if tick != none]
    marks += [(none, "none")] if x.low <= none <= x.high else []
    for i, row in enumerate(rows):
        # Lines stop above each row's words, so that no line crosses a number.
        for value, css in marks:
            canvas.line((x(value), _TOP + _ROW * i + 13), (x(value), _TOP + _ROW * i + 29), css)
        _draw(canvas, row, x, _TOP + _ROW * i, ratio=ratio)
    for i, words in enumerate(lines):
        canvas.text((_LEFT, bottom + _AXIS + _FOOT * i), words, "foot")
    return alone(canvas.markup())


def _draw(
    canvas: Canvas, row: Against, x: Linear | Logarithmic, top: float, *, ratio: bool
) -> None:
    value, low, high, pi_low, pi_high = _values(row, ratio=ratio)
    canvas.text((_LEFT, top + 9), shortened(row.treatment, _NAME_CHARACTERS))
    canvas.text((_RIGHT, top + 9), effect_words(row, ratio=ratio), "tick", "end")
    y = top + 21
    if pi_low is not None and pi_high is not None:
        canvas.line((x(pi_low), y), (x(pi_high), y), "wider")
    if low is not None and high is not None:
        canvas.line((x(low), y), (x(high), y), "interval")
    if value is not None:
        canvas.diamond((x(value), y), "mark")


def _values(row: Against, *, ratio: bool) -> tuple[float | None, ...]:
    if ratio:
        return row.estimate_exp, row.ci_low_exp, row.ci_high_exp, row.pi_low_exp, row.pi_high_exp
    return row.estimate, row.ci_low, row.ci_high, row.pi_low, row.pi_high


def _axis(rows: Sequence[Against], *, ratio: bool) -> Linear | Logarithmic:
    values = [v for row in rows for v in _values(row, ratio=ratio) if v is not None]
    if ratio:
        inside = [min(max(v, _LOWEST_RATIO), _HIGHEST_RATIO) for v in (*values, 0.8, 1.25)]
        return Logarithmic(min(inside) / 1.1, max(inside) * 1.1, _LEFT, _RIGHT)
    low, high = min(0.0, *values), max(0.0, *values)
    margin = (high - low) * 0.05 or 1.0
    return Linear(low - margin, high + margin, _LEFT, _RIGHT)
