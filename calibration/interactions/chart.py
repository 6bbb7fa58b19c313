"""One picture: predicted against observed, with the identity, two-fold and Guest lines, as SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import numpy as np

from calibration.interactions.judge import Judged, guest_limit

_SIZE, _LEFT, _TOP, _GAP = 380, 60, 50, 70
_LEAST, _MOST = 0.03, 100.0
_TICKS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
_COLOURS = {"inhibition": "#5a6b7b", "induction": "#b3541e", "": "#9a9a9a"}
_DRAWN = 120


def scatter(panels: Sequence[tuple[str, Sequence[Judged]]]) -> str:
    """A panel for each set of pairs; a point for each pair, with its 90 % interval upright."""
    width = _LEFT + len(panels) * (_SIZE + _GAP)
    height = _TOP + _SIZE + 60
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11" role="img" '
        'aria-label="Predicted against observed AUC ratio of every pair">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for number, (title, judged) in enumerate(panels):
        out += _panel(_LEFT + number * (_SIZE + _GAP), title, judged)
    out.append(
        f'<text x="{_LEFT}" y="{height - 8}">Circles: inhibition or no effect (grey), induction '
        "(brown), no common enzyme (light). Line: identity; dashed: two-fold; dotted: Guest. "
        "Upright: 90 % interval.</text>"
    )
    return "\n".join([*out, "</svg>", ""])


def _panel(left: float, title: str, judged: Sequence[Judged]) -> list[str]:
    def x(value: float) -> float:
        return left + _share(value) * _SIZE

    def y(value: float) -> float:
        return _TOP + (1.0 - _share(value)) * _SIZE

    bottom = _TOP + _SIZE
    out = [
        f'<text x="{left}" y="20" font-size="13">{escape(title)}</text>',
        f'<rect x="{left}" y="{_TOP}" width="{_SIZE}" height="{_SIZE}" fill="none" stroke="#999"/>',
        f'<text x="{left + _SIZE / 2}" y="{bottom + 32}" text-anchor="middle">observed AUC ratio'
        "</text>",
        f'<text x="{left - 6}" y="{_TOP - 8}" text-anchor="start">predicted</text>',
    ]
    for tick in _TICKS:
        out.append(
            f'<line x1="{x(tick):.1f}" y1="{_TOP}" x2="{x(tick):.1f}" y2="{bottom}" stroke="#eee"/>'
            f'<line x1="{left}" y1="{y(tick):.1f}" x2="{left + _SIZE}" y2="{y(tick):.1f}" '
            f'stroke="#eee"/><text x="{x(tick):.1f}" y="{bottom + 14}" text-anchor="middle">'
            f'{tick:g}</text><text x="{left - 5}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g}'
            "</text>"
        )
    for fold, style in ((lambda _: 1.0, ""), (lambda _: 2.0, "6 4"), (_guest, "2 3")):
        for way in (1.0, -1.0) if style else (1.0,):
            out.append(_line(fold, way, style, x, y))
    for j in sorted(judged, key=lambda j: j.pair.id):
        colour = _COLOURS["" if not j.ground else _kind(j)]
        at = x(j.pair.auc_ratio)
        out.append(
            f'<line x1="{at:.1f}" y1="{y(j.low):.1f}" x2="{at:.1f}" y2="{y(j.high):.1f}" '
            f'stroke="{colour}" stroke-opacity="0.25"/><circle cx="{at:.1f}" '
            f'cy="{y(j.median):.1f}" r="3" fill="{colour}" fill-opacity="0.75"/>'
        )
    return out


def _line(
    fold: Callable[[float], float],
    way: float,
    style: str,
    x: Callable[[float], float],
    y: Callable[[float], float],
) -> str:
    at = np.geomspace(_LEAST, _MOST, _DRAWN)
    shown = [(v, p) for v in at.tolist() if _LEAST <= (p := v * fold(v) ** way) <= _MOST]
    points = " ".join(f"{x(v):.1f},{y(p):.1f}" for v, p in shown)
    dashes = f' stroke-dasharray="{style}"' if style else ""
    return f'<polyline points="{points}" fill="none" stroke="#333"{dashes}/>'


def _guest(seen: float) -> float:
    return guest_limit(max(seen, 1.0 / seen), 1.25)


def _kind(judged: Judged) -> str:
    return "induction" if "induction" in judged.pair.mechanism else "inhibition"


def _share(value: float) -> float:
    inside = min(max(value, _LEAST), _MOST)
    return float(np.log(inside / _LEAST) / np.log(_MOST / _LEAST))
