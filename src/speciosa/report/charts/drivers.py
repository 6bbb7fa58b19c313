"""What the uncertainty of an exposure comes from, as one bar a source."""

from __future__ import annotations

from collections.abc import Sequence

from speciosa.pharmacology.exposure.result import Driver
from speciosa.report.charts.svg import WIDTH, Canvas, shortened
from speciosa.report.numbers import percent

_ROW, _BAR, _TOP = 38.0, 10.0, 4.0


def drivers(rows: Sequence[Driver], *, name: str) -> str:
    """Bars of the share of variance, in the order given. Empty when there is none."""
    if not rows:
        return ""
    listed = "; ".join(f"{row.name} {percent(row.share)}" for row in rows)
    canvas = Canvas(
        _TOP + _ROW * len(rows),
        name=name,
        title="Where the uncertainty comes from",
        description=f"Share of the variance of log AUC: {listed}.",
    )
    for index, row in enumerate(rows):
        y = _TOP + _ROW * index
        canvas.text((0, y + 13), shortened(row.name, 48), "label")
        canvas.text((WIDTH, y + 13), percent(row.share), "value", "end")
        canvas.rect(0, y + 19, WIDTH, _BAR, "track")
        share = min(max(row.share, 0.0), 1.0) if row.share == row.share else 0.0
        canvas.rect(0, y + 19, WIDTH * share, _BAR, "bar")
    return canvas.markup()
