"""Bars and the age pyramid; each has its numbers in a table beside it.

A count that is not shown is a ring. Where its range is, the range is a line behind a paler bar.
"""

from __future__ import annotations

from collections.abc import Sequence

from speciosa.cohort.counts import BANDS
from speciosa.cohort.summary.result import AgeCell, Figure, Line
from speciosa.cohort.summary.words import SEX, ages_in_words
from speciosa.report.charts.scale import Linear, round_up
from speciosa.report.charts.svg import WIDTH, Canvas, shortened

_ROW, _BAR, _TOP = 38.0, 10.0, 4.0
_BAND, _HEAD, _AXIS = 22.0, 26.0, 38.0
_MIDDLE, _LABELS = WIDTH / 2, 56.0
_EDGE = 24.0
_LEAST = 2.0
_SEXES = ("female", "male")


def bars(lines: Sequence[Line], *, name: str, title: str) -> str:
    """A bar for each count, in the order given; a hatched mark for what is not shown."""
    most = max((_reach(line.count) for line in lines), default=0) or 1
    listed = "; ".join(f"{line.label}: {line.count.words}" for line in lines)
    canvas = Canvas(
        _TOP + _ROW * len(lines), name=name, title=title, description=f"People. {listed}."
    )
    for index, line in enumerate(lines):
        y = _TOP + _ROW * index
        canvas.text((0, y + 13), shortened(line.label, 42), "label")
        canvas.text((WIDTH, y + 13), line.count.words, "value", "end")
        canvas.rect(0, y + 19, WIDTH, _BAR, "track")
        _bar(canvas, line.count, Linear(0.0, most, 0.0, WIDTH), y + 19, _BAR)
    return canvas.markup()


def pyramid(cells: Sequence[AgeCell], *, name: str, title: str) -> str:
    """Women to the left and men to the right, the oldest on top; a ring for what is not shown."""
    bands = tuple(reversed(BANDS[:-1]))
    held = {(cell.sex, cell.ages): cell.line.count for cell in cells}
    most = max((_reach(held[sex, ages]) for sex in _SEXES for ages in bands), default=0)
    end = round_up(float(most)) if most else 1.0
    bottom = _HEAD + _BAND * len(bands)
    listed = "; ".join(
        f"{SEX[sex]}, {ages_in_words(ages)}: {held[sex, ages].words}"
        for ages in reversed(bands)
        for sex in _SEXES
    )
    canvas = Canvas(
        bottom + _AXIS, name=name, title=title, description=f"People by age and sex. {listed}."
    )
    sides = {
        "female": Linear(0.0, end, _MIDDLE - _LABELS / 2, _EDGE),
        "male": Linear(0.0, end, _MIDDLE + _LABELS / 2, WIDTH - _EDGE),
    }
    for sex, x in sides.items():
        anchor = "end" if sex == "female" else "start"
        canvas.text((x.start, 14), SEX[sex], "part", anchor)
        for tick in x.ticks(3):
            canvas.line((x(tick), _HEAD - 4), (x(tick), bottom), "grid")
            canvas.text((x(tick), bottom + 14), f"{tick:,.0f}", "tick", "middle")
        for row, ages in enumerate(bands):
            y = _HEAD + _BAND * row
            _bar(canvas, held[sex, ages], x, y, _BAND - 5)
    for row, ages in enumerate(bands):
        canvas.text((_MIDDLE, _HEAD + _BAND * row + 13), _short(ages), "tick", "middle")
    canvas.text(
        (_MIDDLE, bottom + 32), "People; a ring: not shown; a line: a range", "axis-name", "middle"
    )
    return canvas.markup()


def _reach(count: Figure) -> int:
    """How far a count or its range reaches."""
    return count.people if count.people is not None else count.high or 0


def _bar(canvas: Canvas, count: Figure, x: Linear, y: float, height: float) -> None:
    """A count as a bar from the axis; its range as a line; a ring where neither is shown."""
    middle, towards = y + height / 2, 1 if x.end > x.start else -1
    if count.people is None and count.low is None:
        canvas.dot((x.start + towards * 8, middle), "open", 3.5)
        return
    known = count.people if count.people is not None else count.low
    if not known:
        return
    length = max(abs(x(known) - x.start), _LEAST)
    css = "bar" if count.people is not None else "band band-2"
    canvas.rect(min(x.start, x.start + towards * length), y, length, height, css)
    if count.people is None and count.high is not None:
        canvas.line((x(known), middle), (x(count.high), middle), "interval")


def _short(ages: str) -> str:
    return ages.replace("-", "\u2013")
