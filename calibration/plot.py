"""One picture: predicted over published for every figure, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

_ROW, _LEFT, _WIDTH, _TOP = 16, 400, 420, 46
_LEAST, _MOST = 0.2, 5.0
_COLOURS = {"fitted": "#5a6b7b"}
_HELD_OUT = "#b3541e"

Row = tuple[str, str, tuple[float, float, float], float]


def fold_plot(rows: Sequence[Row]) -> str:
    """Bars of the central 90 % of predicted studies over the published figure, and their middle."""
    height = _TOP + _ROW * len(rows) + 30
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDTH + 20}" height="{height}" '
        f'viewBox="0 0 {_LEFT + _WIDTH + 20} {height}" font-family="sans-serif" font-size="11" '
        'role="img" aria-label="Predicted over published, every figure">',
        f'<rect width="100%" height="100%" fill="white"/><text x="{_LEFT}" y="16">'
        "predicted over published: middle and central 90 % of such studies</text>",
        f'<text x="{_LEFT}" y="30" fill="{_COLOURS["fitted"]}">fitted</text>'
        f'<text x="{_LEFT + 50}" y="30" fill="{_HELD_OUT}">not fitted</text>',
    ]
    for tick in (0.25, 0.5, 1 / 1.5, 1.0, 1.5, 2.0, 4.0):
        colour = "#333" if tick == 1.0 else "#ccc"
        out.append(
            f'<line x1="{_x(tick):.1f}" y1="{_TOP - 8}" x2="{_x(tick):.1f}" y2="{height - 24}" '
            f'stroke="{colour}"/><text x="{_x(tick):.1f}" y="{height - 10}" '
            f'text-anchor="middle">{tick:.2g}</text>'
        )
    for i, (name, role, (low, middle, high), published) in enumerate(rows):
        y = _TOP + _ROW * i + 6
        colour = _COLOURS.get(role, _HELD_OUT)
        out.append(
            f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{escape(name)}</text>'
            f'<line x1="{_x(low / published):.1f}" y1="{y}" x2="{_x(high / published):.1f}" '
            f'y2="{y}" stroke="{colour}" stroke-width="2"/>'
            f'<circle cx="{_x(middle / published):.1f}" cy="{y}" r="3.5" fill="{colour}"/>'
        )
    return "\n".join([*out, "</svg>", ""])


def _x(fold: float) -> float:
    share = np.log(np.clip(fold, _LEAST, _MOST) / _LEAST) / np.log(_MOST / _LEAST)
    return float(_LEFT + _WIDTH * share)
