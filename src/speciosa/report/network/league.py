"""The league table as a file: every treatment against every other, in a square.

Below the diagonal the chosen model, above it the common effect, each cell the row's treatment
against the column's, with its interval.
"""

from __future__ import annotations

import csv
import io

from speciosa.report.network.document import Cell, Effect, NetworkDocument
from speciosa.report.network.text import effect_words

# A spreadsheet runs a cell that begins with one of these.
_FORMULA = ("=", "+", "-", "@", "\t")


def as_csv(document: NetworkDocument) -> str:
    """The square as comma-separated text with the treatments in the first row and column."""
    ratio = document.scale == "log"
    cells = {(cell.a, cell.b): cell for cell in document.league}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["row against column", *(_safe(name) for name in document.treatments)])
    for i, row in enumerate(document.treatments):
        line = [_safe(row)]
        for j, column in enumerate(document.treatments):
            if i == j:
                line.append("")
            elif i > j:
                line.append(effect_words(_turned(cells[column, row]), ratio=ratio))
            else:
                line.append(effect_words(cells[row, column].common, ratio=ratio))
        writer.writerow(line)
    return out.getvalue()


def _turned(cell: Cell) -> Effect:
    """The same contrast the other way round."""

    def inverse(value: float | None) -> float | None:
        return 1 / value if value else None

    return Effect(
        estimate=-cell.estimate,
        se=cell.se,
        ci_low=-cell.ci_high,
        ci_high=-cell.ci_low,
        p=cell.p,
        estimate_exp=inverse(cell.estimate_exp),
        ci_low_exp=inverse(cell.ci_high_exp),
        ci_high_exp=inverse(cell.ci_low_exp),
    )


def _safe(name: str) -> str:
    return f"'{name}" if name.startswith(_FORMULA) else name
