"""How honest the update by measured levels is: a check on people whose truth is known.

People are simulated with one seed; their levels are read with the stated error; the virtual
population of another seed is narrowed by those levels, and its 90 % interval of the area of a day
is held against each person's own. Writes ``docs/validation/levels.md``:

    python -m calibration.level_update
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from speciosa.knowledge import Knowledge, load
from speciosa.pharmacology.exposure.measurement.measured import (
    MITRAGYNINE,
    SEVEN_OH,
    MeasuredLevel,
    choose,
    curve_nm,
    level_sd,
    ng_ml_per_nm,
)
from speciosa.pharmacology.exposure.plan import Layout, lay_out, read_plan_text
from speciosa.pharmacology.exposure.virtual.decline import trapezoids
from speciosa.pharmacology.exposure.virtual.draws import Array
from speciosa.pharmacology.exposure.virtual.people import STRUCTURES, People, simulate

PAGE = Path(__file__).resolve().parents[1] / "docs" / "validation" / "levels.md"
REGIMEN = "2 g leaf tea three times a day for 14 days"
PEOPLE, SUBJECTS = 300, 1000
TRUE_SEED, OWN_SEED, NOISE_SEED = 99, 1, 5
DESIGNS = (
    ("mitragynine 2 h after the last dose", ((MITRAGYNINE, 2.0),)),
    ("mitragynine 2 h and 12 h after it", ((MITRAGYNINE, 2.0), (MITRAGYNINE, 12.0))),
    ("7-OH 2 h after it", ((SEVEN_OH, 2.0),)),
    ("both 2 h after it", ((MITRAGYNINE, 2.0), (SEVEN_OH, 2.0))),
)


class Row(NamedTuple):
    """What one design came to."""

    design: str
    coverage: float
    refused: int
    fold_before: float
    fold_after: float


class Setting(NamedTuple):
    """The regimen, its last day, and the people of both seeds."""

    layout: Layout
    times_h: Array
    truth: People
    knowledge: Knowledge


def rows(people: int = PEOPLE, subjects: int = SUBJECTS) -> Iterator[Row]:
    """Coverage, refusals and narrowing of every design."""
    knowledge = load()
    layout = lay_out(read_plan_text(REGIMEN), knowledge)
    last = layout.last_dose_h
    after = [last + hours for _, levels in DESIGNS for _, hours in levels]
    times = np.unique(np.concatenate((np.linspace(last - 16.0, last + 8.0, 97), after)))
    follow = functools.partial(_follow, layout, knowledge)
    setting = Setting(layout, times, follow(people, times, TRUE_SEED), knowledge)
    for design, levels in DESIGNS:
        yield _row(design, levels, setting, subjects)


def _follow(layout: Layout, knowledge: Knowledge, count: int, times_h: Array, seed: int) -> People:
    return simulate(
        layout.schedule,
        layout.products,
        knowledge,
        seed=seed,
        subjects=count,
        times_h=times_h,
        everybody=False,
    )


def _row(design: str, levels: Sequence[tuple[str, float]], setting: Setting, subjects: int) -> Row:
    knowledge, times, truth = setting.knowledge, setting.times_h, setting.truth

    @functools.cache
    def everybody(count: int) -> People:
        return _follow(setting.layout, knowledge, count, times, OWN_SEED)

    noise = np.random.default_rng(NOISE_SEED).normal(size=(truth.subjects, len(levels)))
    area = trapezoids(curve_nm(truth, MITRAGYNINE), times)
    before = _fold(trapezoids(curve_nm(everybody(subjects), MITRAGYNINE), times))
    inside, refused, folds = [], 0, []
    for person in range(truth.subjects):
        measured = [
            _measured(setting, person, analyte, hours, float(noise[person, i]))
            for i, (analyte, hours) in enumerate(levels)
        ]
        chosen = choose(
            measured,
            lambda n, _: everybody(n),
            knowledge,
            unknown={},
            seed=OWN_SEED,
            subjects=subjects,
        )
        if chosen.who is None:
            refused += 1
            continue
        found = trapezoids(curve_nm(everybody(chosen.of), MITRAGYNINE)[chosen.who], times)
        low, high = np.percentile(found, (5, 95))
        inside.append(bool(low <= area[person] <= high))
        folds.append(float(high / low))
    return Row(design, float(np.mean(inside)), refused, before, float(np.median(folds)))


def _measured(
    setting: Setting, person: int, analyte: str, hours: float, noise: float
) -> MeasuredLevel:
    time = setting.layout.last_dose_h + hours
    column = int(np.searchsorted(setting.times_h, time))
    own = float(curve_nm(setting.truth, analyte)[person, column])
    level = own * ng_ml_per_nm(analyte, setting.knowledge)
    return MeasuredLevel(
        analyte=analyte,
        value=level * float(np.exp(noise * level_sd(analyte, setting.knowledge))),
        unit="ng/mL",
        below_limit=False,
        times_h=(time,),
        said=analyte,
    )


def _fold(area: Array) -> float:
    low, high = np.percentile(area, (5, 95))
    return float(high / low)


_HEAD = """\
# Measured levels: does the narrowed interval keep its promise?

Made by `python -m calibration.level_update`; run it again after a change of the models, the
posterior draws or the error of a level.
{made_with}

{people} virtual people take {regimen} (content not analysed).
Levels of each are read with the stated error (`kratom/assumption_level_misfit`,
`kratom/assay_plasma_imprecision`) and narrow a population of {subjects:,} others. *Inside* is the
share of people whose own area of mitragynine over the last day lies in the 90 % interval found for
them; 0.90 is the promise. *Fold* is the upper end of that interval over the lower.

| Levels of the person | Inside | Refused | Fold before | Fold after (median) |
|---|---|---|---|---|
"""
_FOOT = """
What this does not show: that real people follow the models. It checks the arithmetic, for use that
is as reported. No study measured levels in the same person twice on known amounts of an analysed
product, so the error of a level beside the assay is a judgement. A wrong time, an unreported dose
or a sample kept warm makes the narrowed interval wrong, and only the coarsest of such errors is
refused.
"""


def _digest(columns: Mapping[str, Sequence[float]]) -> str:
    held = {name: [float(value) for value in columns[name]] for name in sorted(columns)}
    return hashlib.sha256(json.dumps(held).encode()).hexdigest()[:8]


def made_with(knowledge: Knowledge) -> str:
    """The posterior draws that the page rests on, so that a test sees when they have moved."""
    draws = (knowledge.models.posterior(name) for name in STRUCTURES)
    said = ", ".join(f"{d.structure} {d.release} ({_digest(d.columns)})" for d in draws)
    return f"Draws: {said}."


def page(found: Sequence[Row]) -> str:
    """The page as Markdown."""
    lines = (
        f"| {row.design} | {row.coverage:.2f} | {row.refused} of {PEOPLE} "
        f"| {row.fold_before:.0f} | {row.fold_after:.1f} |\n"
        for row in found
    )
    head = _HEAD.format(
        people=PEOPLE, regimen=REGIMEN, subjects=SUBJECTS, made_with=made_with(load())
    )
    return head + "".join(lines) + _FOOT


def main() -> None:
    """Run the check and write the page."""
    PAGE.write_text(page(list(rows())), encoding="utf-8")
    print(f"wrote {PAGE.name}")  # noqa: T201  # a script speaks


if __name__ == "__main__":
    main()
