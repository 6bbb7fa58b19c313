"""Bars and the age pyramid. Each has its numbers in a table beside it; nothing hidden is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from speciosa.cohort.counts import BANDS
from speciosa.cohort.summary.disclosure import Standing
from speciosa.cohort.summary.result import AgeCell, Line
from speciosa.cohort.summary.words import SEX, ages_in_words
from speciosa.report.charts.scale import Linear, round_up
from speciosa.report.charts.svg import WIDTH, Canvas, shortened

_ROW, _BAR, _TOP = 38.0, 10.0, 4.0
_BAND, _HEAD, _AXIS = 22.0, 26.0, 38.0
_MIDDLE, _LABELS = WIDTH / 2, 56.0
_EDGE = 24.0
_LEAST = 2.0


def bars(lines: Sequence[Line], *, name: str, title: str) -> str:
    """A bar for each count, in the order given; a hatched mark for what is not shown."""
    most = max((line.count.people or 0 for line in lines), default=0)
    listed = "; ".join(f"{line.label}: {line.count.words}" for line in lines)
    canvas = Canvas(
        _TOP + _ROW * len(lines), name=name, title=title, description=f"People. {listed}."
    )
    for index, line in enumerate(lines):
        y = _TOP + _ROW * index
        canvas.text((0, y + 13), shortened(line.label, 42), "label")
        canvas.text((WIDTH, y + 13), line.count.words, "value", "end")
        canvas.rect(0, y + 19, WIDTH, _BAR, "track")
        if line.count.people:
            canvas.rect(0, y + 19, max(WIDTH * line.count.people / most, _LEAST), _BAR, "bar")
    return canvas.markup()


def pyramid(cells: Sequence[AgeCell], *, name: str, title: str) -> str:
    """Women to the left and men to the right, the oldest on top; a ring for what is not shown."""
    bands = tuple(reversed(BANDS[:-1]))
    held = {(cell.sex, cell.ages): cell.line.count for cell in cells}
    most = max((count.people or 0 for count in held.values()), default=0)
    end = round_up(float(most)) if most else 1.0
    bottom = _HEAD + _BAND * len(bands)
    listed = "; ".join(
        f"{SEX[sex]}, {ages_in_words(ages)}: {held[sex, ages].words}"
        for ages in reversed(bands)
        for sex in ("female", "male")
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
            count = held[sex, ages]
            if count.standing is not Standing.SHOWN:
                towards = -8 if sex == "female" else 8
                canvas.dot((x.start + towards, y + _BAND / 2 - 2), "open", 3.5)
            elif count.people:
                there = x(float(count.people))
                width = max(abs(there - x.start), _LEAST)
                left = x.start - width if sex == "female" else x.start
                canvas.rect(left, y, width, _BAND - 5, "bar")
    for row, ages in enumerate(bands):
        canvas.text((_MIDDLE, _HEAD + _BAND * row + 13), _short(ages), "tick", "middle")
    canvas.text((_MIDDLE, bottom + 32), "People; a ring: not shown", "axis-name", "middle")
    return canvas.markup()


def _short(ages: str) -> str:
    return ages.replace("-", "\u2013")
