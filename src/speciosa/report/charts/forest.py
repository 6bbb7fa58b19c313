"""Changes in exposure (AUC ratios) on a logarithmic axis, by the medicine that is changed.

What kratom does to medicines, what medicines do to kratom and what medicines do to one another
stand apart. A ratio seen in people has a filled diamond, a modelled one an open circle.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from speciosa.finding import Estimate
from speciosa.pharmacology.interactions.result import Direction, Interaction
from speciosa.report.charts.scale import Logarithmic
from speciosa.report.charts.svg import WIDTH, Canvas, lines_of, shortened
from speciosa.report.interaction_table import ceiling, ground
from speciosa.report.numbers import plain, sentence, shown

_LEFT, _RIGHT = 8.0, WIDTH - 8.0
_TOP, _AXIS = 22.0, 40.0
_PART, _VICTIM, _TEXT, _MARKS = 28.0, 24.0, 16.0, 18.0
_BAND_NAME = 150.0
_VALUE_CHARACTERS, _LINE_CHARACTERS = 26, 54
_LABEL_CHARACTERS = _LINE_CHARACTERS - _VALUE_CHARACTERS
# Never so short that noise looks like an effect, nor so long that nothing can be read from it. What
# lies beyond ends in an arrow; the number beside it is true.
_SHORTEST, _LONGEST = (0.5, 2.0), (0.05, 30.0)
_MOST = 12

_TITLES = {True: "Kratom with a medicine", False: "Medicines with one another"}


class Forest(NamedTuple):
    """A chart for each part, and what must be said below them; empty where nothing is drawn."""

    svgs: tuple[str, ...]
    caption: str


class _Ratio(NamedTuple):
    """A row that can be drawn; ``who`` is by whom the victim is changed."""

    row: Interaction
    ratio: Estimate
    victim: str
    who: str
    alone: bool = False

    @property
    def label(self) -> list[str]:
        """What stands beside the marks, in lines; alone it names its victim too."""
        words = f"{self.victim} {self.who}" if self.alone else self.who
        return lines_of(words, _LABEL_CHARACTERS)

    @property
    def with_kratom(self) -> bool:
        return self.row.direction is not Direction.BETWEEN_MEDICINES

    @property
    def height(self) -> float:
        return _TEXT * len(self.label) + _MARKS


def forest(
    rows: Sequence[Interaction],
    *,
    name: str,
    no_effect: tuple[float, float] | None = None,
    most: int = _MOST,
) -> Forest:
    """The ratios that matter, the first ones first, at most so many a chart; the rest are counted.

    ``no_effect`` are the limits within which a ratio counts as no change.
    """
    if no_effect is not None and not 0 < no_effect[0] < no_effect[1] < math.inf:
        no_effect = None
    drawable = [(row, e) for row in rows if (e := row.auc_ratio) is not None and _positive(e)]
    matter = [(r, e) for r, e in drawable if no_effect is None or _reaches_out(e, no_effect)]
    ratios = [_ratio(row, e) for row, e in matter]
    parts = {key: [one for one in ratios if one.with_kratom is key][:most] for key in _TITLES}
    chosen = [one for part in parts.values() for one in part]
    if not chosen:
        return Forest((), "")
    x = _axis(chosen, no_effect)
    svgs = tuple(
        _draw(_TITLES[with_kratom], _by_victim(part), x, f"{name}-{index}", no_effect)
        for index, (with_kratom, part) in enumerate(parts.items())
        if part
    )
    return Forest(svgs, _caption(chosen, len(drawable) - len(chosen), no_effect is not None))


def _reaches_out(ratio: Estimate, band: tuple[float, float]) -> bool:
    values = _positive(ratio)
    return min(values) < band[0] or max(values) > band[1]


def _ratio(row: Interaction, ratio: Estimate) -> _Ratio:
    named = dict(zip(row.members, row.names or row.members, strict=False))
    victim = named.get(row.victim, row.victim or row.id)
    causes = [words for member, words in named.items() if member != row.victim]
    who = f"with {', '.join(causes)}" if causes else "with another"
    return _Ratio(row, ratio, victim, who)


def _by_victim(ratios: Iterable[_Ratio]) -> dict[str, list[_Ratio]]:
    """By victim, each in the order in which it first appears."""
    victims: dict[str, list[_Ratio]] = {}
    for one in ratios:
        victims.setdefault(one.victim, []).append(one)
    return {
        name: [one._replace(alone=len(several) == 1) for one in several]
        for name, several in victims.items()
    }


def _axis(chosen: Sequence[_Ratio], band: tuple[float, float] | None) -> Logarithmic:
    """One axis for all charts, so that they can be compared."""
    values = [v for one in chosen for v in _positive(one.ratio)]
    values += [most for one in chosen if (most := ceiling(one.row)) is not None]
    values += band or ()
    low = max(min(*values, _SHORTEST[0]), _LONGEST[0])
    high = min(max(*values, _SHORTEST[1]), _LONGEST[1])
    return Logarithmic(low / 1.1, high * 1.1, _LEFT + 6, _RIGHT - 6)


def _draw(
    title: str,
    victims: dict[str, list[_Ratio]],
    x: Logarithmic,
    name: str,
    no_effect: tuple[float, float] | None,
) -> str:
    every = [one for ratios in victims.values() for one in ratios]
    top = _PART + _TOP
    bottom = top + 4 + sum(one.height for one in every)
    bottom += sum(_VICTIM for ratios in victims.values() if not ratios[0].alone)
    listed = "; ".join(
        f"{one.victim} {one.who}: {sentence(one.ratio)}, {ground(one.row)}" for one in every
    )
    canvas = Canvas(
        bottom + _AXIS,
        name=name,
        title=f"{title}: times the usual exposure",
        description=f"1 means no change. {listed}.",
    )
    canvas.text((_LEFT, 18), title, "part")
    canvas.line((_LEFT, 26), (_RIGHT, 26), "axis")
    if no_effect is not None:
        left, right = x(no_effect[0]), x(no_effect[1])
        canvas.rect(left, top, right - left, bottom - top, "no-effect")
        band = f"no effect ({plain(no_effect[0])} to {plain(no_effect[1])})"
        centre = min(max((left + right) / 2, _BAND_NAME / 2), WIDTH - _BAND_NAME / 2)
        canvas.text((centre, top - 6), band, "tick", "middle")
    canvas.line((x(1.0), top), (x(1.0), bottom), "reference")
    y = top
    for victim, ratios in victims.items():
        if not ratios[0].alone:
            canvas.text((_LEFT, y + 17), shortened(victim, _LINE_CHARACTERS - 6), "victim halo")
            y += _VICTIM
        for one in ratios:
            _draw_ratio(canvas, x, y, one)
            y += one.height
    canvas.line((_LEFT, bottom), (_RIGHT, bottom), "axis")
    for tick in x.ticks():
        canvas.line((x(tick), bottom), (x(tick), bottom + 4), "axis")
        canvas.text((x(tick), bottom + 17), plain(tick), "tick", "middle")
    canvas.text((_RIGHT, bottom + 34), "times the usual exposure", "axis-name", "end")
    return canvas.markup()


def _draw_ratio(canvas: Canvas, x: Logarithmic, top: float, one: _Ratio) -> None:
    ratio = one.ratio
    parts = shown(ratio)
    value = f"{parts.value} ({parts.range})" if parts.range else parts.value
    indent = _LEFT if one.alone else _LEFT + 10
    for index, words in enumerate(one.label):
        css = "victim halo" if one.alone else "label halo"
        canvas.text((indent, top + 13 + _TEXT * index), words, css)
    canvas.text((_RIGHT, top + 13), shortened(value, _VALUE_CHARACTERS), "value halo", "end")
    middle = top + _TEXT * len(one.label) + 7
    if ratio.low is not None and ratio.high is not None:
        low, high = (x(v) if v > 0 else x.start for v in (ratio.low, ratio.high))
        css = "interval" if ratio.value is not None else "interval range-only"
        canvas.line((low, middle), (high, middle), css)
        _end(canvas, low, middle, cut=ratio.low < x.low, outward=-1)
        _end(canvas, high, middle, cut=ratio.high > x.high, outward=1)
    most = ceiling(one.row)
    if most is not None and most <= x.high:
        canvas.line((x(most), middle - 7), (x(most), middle + 7), "ceiling")
    if ratio.value is not None and x.low <= ratio.value <= x.high:
        if one.row.seen_in_people:
            canvas.diamond((x(ratio.value), middle), "point", 6)
        else:
            canvas.dot((x(ratio.value), middle), "open")


def _end(canvas: Canvas, at: float, middle: float, *, cut: bool, outward: int) -> None:
    """The end of an interval: a stroke, or an arrow where it goes on beyond the axis."""
    if cut:
        tip = at + 6 * outward
        canvas.path(((at, middle - 5), (tip, middle), (at, middle + 5)), "arrow", closed=True)
    else:
        canvas.line((at, middle - 4), (at, middle + 4), "interval")


def _caption(chosen: Sequence[_Ratio], left_out: int, with_band: bool) -> str:
    """What the marks mean, only those that are there, and how many ratios are not drawn."""
    people = any(one.row.seen_in_people and one.ratio.value is not None for one in chosen)
    model = any(not one.row.seen_in_people and one.ratio.value is not None for one in chosen)
    ranges = any(one.ratio.value is None for one in chosen)
    told = (
        "Filled diamond: seen in people." if people else "",
        "Open circle: by a model." if model else "",
        "Line: interval; an arrow where it goes on.",
        "Dashed line alone: a range without a single figure." if ranges else "",
        "Tall tick: the most by this route." if any(ceiling(one.row) for one in chosen) else "",
        "Shaded: counts as no effect." if with_band else "",
        f"{left_out} more not drawn; they stand above." if left_out else "",
    )
    return " ".join(text for text in told if text)


def _positive(ratio: Estimate) -> list[float]:
    values = (ratio.value, ratio.low, ratio.high)
    return [v for v in values if v is not None and math.isfinite(v) and v > 0]
