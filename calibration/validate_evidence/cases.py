"""The published data sets of the answer key as effect sizes.

Read and computed here by the plain formulas and not by the reader of the product, so that the one
checks the other. Zero cells get 0.5 in all four cells of their study, as the key says.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml
from scipy.special import ndtri

from speciosa.evidence.effect_sizes.table import EffectSizes, Measure, TwoByTwo

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

CASES = Path(__file__).parents[2] / "tests/evidence/cases"
Row = dict[str, str]


def expected() -> dict[str, Any]:
    """The answer key: case -> what it expects."""
    text = (CASES / "expected_results.yaml").read_bytes()
    cases = yaml.load(text, Loader=yaml.CSafeLoader)["cases"]
    return {name: case["expected"] for name, case in cases.items()}


def rows(name: str) -> list[Row]:
    """The rows of one data file, everything as text."""
    with (CASES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbers(table: list[Row], column: str) -> Array:
    """One column as numbers."""
    return np.array([float(row[column]) for row in table])


def sizes(
    yi: Array,
    vi: Array,
    labels: list[str],
    measure: Measure = Measure.GENERIC,
    **more: Any,  # noqa: ANN401 -- fields of the table
) -> EffectSizes:
    """A table of effect sizes; years and clusters where given."""
    more.setdefault("years", (None,) * len(labels))
    more.setdefault("cluster", tuple(labels))
    return EffectSizes(measure=measure, labels=tuple(labels), yi=yi, vi=vi, **more)


def binary(
    measure: Measure,
    counts: TwoByTwo,
    labels: list[str],
    **more: Any,  # noqa: ANN401 -- fields of the table
) -> EffectSizes:
    """Log OR, log RR or RD of every study; a study without any event is left out of a ratio."""
    a, c = counts.events_1.copy(), counts.events_2.copy()
    b, d = counts.total_1 - a, counts.total_2 - c
    told = (a + c > 0) & (b + d > 0)
    zero = (a == 0) | (b == 0) | (c == 0) | (d == 0)
    a, b, c, d = (cell + 0.5 * zero for cell in (a, b, c, d))
    n1, n2 = a + b, c + d
    if measure is Measure.OR:
        yi, vi = np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
    elif measure is Measure.RR:
        yi, vi = np.log(a / n1 / (c / n2)), 1 / a - 1 / n1 + 1 / c - 1 / n2
    else:
        yi, vi = a / n1 - c / n2, a * b / n1**3 + c * d / n2**3
    kept = [label for label, told_one in zip(labels, told, strict=True) if told_one]
    more = {
        name: tuple(np.array(value, dtype=object)[told]) if name == "years" else value
        for name, value in more.items()
    }
    return sizes(
        yi[told], vi[told], kept, measure, counts=counts, counts_labels=tuple(labels), **more
    )


def bcg(measure: Measure) -> EffectSizes:
    """Thirteen trials of BCG (Colditz 1994)."""
    table = rows("bcg_colditz1994")
    a, c = numbers(table, "tpos"), numbers(table, "cpos")
    counts = TwoByTwo(
        events_1=a, total_1=a + numbers(table, "tneg"),
        events_2=c, total_2=c + numbers(table, "cneg"),
    )  # fmt: skip
    return binary(
        measure, counts, [f"{row['author']} {row['year']}" for row in table],
        years=tuple(int(row["year"]) for row in table),
        moderators={
            "ablat": tuple(numbers(table, "ablat").tolist()),
            "alloc": tuple(row["alloc"] for row in table),
        },
    )  # fmt: skip


def two_arms(name: str, *, without: int | None = None) -> EffectSizes:
    """Log odds ratios of magnesium (Egger 2001) or catheters (Nielweise 2007)."""
    table = rows(name)
    if without is not None:
        del table[without]
    counts = TwoByTwo(
        events_1=numbers(table, "ai"), total_1=numbers(table, "n1i"),
        events_2=numbers(table, "ci"), total_2=numbers(table, "n2i"),
    )  # fmt: skip
    labels = [f"{row.get('author') or row['study']} {row['year']}" for row in table]
    return binary(Measure.OR, counts, labels, years=tuple(int(row["year"]) for row in table))


def teachers() -> EffectSizes:
    """Nineteen studies of teacher expectancy (Raudenbush 1985), effects as published."""
    table = rows("teacher_expectancy_raudenbush1985")
    weeks = np.minimum(numbers(table, "weeks"), 3)
    return sizes(
        numbers(table, "yi"), numbers(table, "vi"),
        [f"{row['author']} {row['year']} ({row['study']})" for row in table],
        Measure.SMD,
        years=tuple(int(row["year"]) for row in table),
        moderators={"weeks": tuple(weeks.tolist())},
    )  # fmt: skip


def smoking() -> EffectSizes:
    """Odds ratios with intervals of passive smoking (Hackshaw 1998)."""
    table = rows("passive_smoking_hackshaw1998")
    width = np.log(numbers(table, "or_ci_ub")) - np.log(numbers(table, "or_ci_lb"))
    return sizes(
        np.log(numbers(table, "or")), (width / (2 * float(ndtri(0.975)))) ** 2,
        [f"{row['author']} {row['year']} ({i})" for i, row in enumerate(table)],
        Measure.OR,
        years=tuple(int(row["year"]) for row in table),
    )  # fmt: skip


def psychotherapy(chosen: Callable[[Row], bool]) -> EffectSizes:
    """Hedges g of psychotherapies in GAD (Metapsy), several for each trial."""
    table = [row for row in rows("gad_psychotherapy_metapsy") if row["g"] and chosen(row)]
    return sizes(
        numbers(table, "g"), numbers(table, "g_se") ** 2,
        [f"{row['study']} ({row['es_id']})" for row in table],
        Measure.SMD,
        years=tuple(int(row["year"]) for row in table),
        cluster=tuple(row["study"] for row in table),
    )  # fmt: skip
