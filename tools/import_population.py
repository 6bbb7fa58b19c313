"""Reckon bodies, ancestry and the make-up of documented populations from survey data.

    python tools/import_population.py NHANES.csv

NHANES.csv holds the rows of ``NHANESraw`` of the R package NHANES (the survey of 2009 to 2012 with
its examination weights); in R: ``write.csv(NHANES::NHANESraw, "NHANES.csv", na = "")``. The columns
read are SurveyYr, Gender, Age, Race1, Race3, Weight, Height, BMI, WTMEC2YR and PregnantNow. Writes
``data/population/{bodies,ancestry,people}.json``, always the same bytes for the same rows. What
surveys of kratom users and of GAD found stands in ``data/population/surveys.json`` and is written
by hand. The data files are the product and may be edited themselves; running this again overwrites
such edits.
"""

from __future__ import annotations

import csv
import itertools
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]

DATA = Path(__file__).parents[1] / "src" / "speciosa" / "knowledge" / "data" / "population"
EDGES = (18, 30, 40, 50, 60, 70, 80, 81)  # the survey gives everybody above 80 as 80
SEXES = ("female", "male")
GROUPS = {"White": "white", "Black": "black", "Asian": "asian", "Mexican": "hispanic"}
PERCENTILES = (5, 10, 25, 50, 75, 90, 95)


class Rows(NamedTuple):
    """The adults of the survey, column by column."""

    female: Mask
    age: Numbers
    group: NDArray[np.str_]
    asked: Mask
    pregnant: Mask
    height: Numbers
    bmi: Numbers
    weight: Numbers


def read(path: Path) -> Rows:
    """Adults who were examined."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = [r for r in csv.DictReader(handle) if float(r["Age"]) >= EDGES[0]]
    rows = [r for r in rows if float(r["WTMEC2YR"]) > 0]

    def numbers(name: str) -> Numbers:
        return np.array([float(r[name]) if r[name] not in {"", "NA"} else np.nan for r in rows])

    return Rows(
        female=np.array([r["Gender"] == "female" for r in rows]),
        age=numbers("Age"),
        group=np.array([GROUPS.get(r["Race3"], r["Race3"].lower()) for r in rows]),
        asked=np.array([r["Race3"] not in {"", "NA"} for r in rows]),
        pregnant=np.array([r["PregnantNow"] == "Yes" for r in rows]),
        height=numbers("Height"),
        bmi=numbers("BMI"),
        weight=numbers("WTMEC2YR"),
    )


def cells() -> Iterable[tuple[str, int, int]]:
    """Sex, first age and the age before which the cell ends."""
    for sex in SEXES:
        for start, end in itertools.pairwise(EDGES):
            yield sex, start, end


def within(rows: Rows, sex: str, start: int, end: int) -> Mask:
    """Which rows belong to a cell."""
    of_sex = rows.female == (sex == "female")
    return np.asarray(of_sex & (rows.age >= start) & (rows.age < end))


def quantiles(values: Numbers, weights: Numbers) -> list[float]:
    """Weighted percentiles by the middle of each observation's weight."""
    order = np.argsort(values, kind="stable")
    ordered, held = values[order], weights[order]
    middle = (np.cumsum(held) - 0.5 * held) / held.sum()
    return [round(float(np.interp(p / 100, middle, ordered)), 2) for p in PERCENTILES]


def bodies(rows: Rows) -> list[dict[str, Any]]:
    """Height and body mass index of each cell, pregnant women left out."""
    found = []
    for sex, start, end in cells():
        seen = within(rows, sex, start, end) & ~rows.pregnant
        tall, mass = seen & np.isfinite(rows.height), seen & np.isfinite(rows.bmi)
        mean = np.average(rows.height[tall], weights=rows.weight[tall])
        variance = np.average((rows.height[tall] - mean) ** 2, weights=rows.weight[tall])
        found.append(
            {
                "sex": sex,
                "from_years": start,
                "to_years": end - 1,
                "n": int(mass.sum()),
                "height_mean_cm": round(float(mean), 1),
                "height_sd_cm": round(float(np.sqrt(variance)), 2),
                "bmi_kg_m2": quantiles(rows.bmi[mass], rows.weight[mass]),
            }
        )
    return found


def ancestry(rows: Rows) -> list[dict[str, Any]]:
    """Shares of the groups by age, of the years in which Asian people were told apart."""
    found = []
    for start, end in itertools.pairwise(EDGES):
        seen = rows.asked & (rows.age >= start) & (rows.age < end)
        total = rows.weight[seen].sum()
        shares = {
            group: round(float(rows.weight[seen & (rows.group == group)].sum() / total), 4)
            for group in ("white", "black", "hispanic", "asian")
        }
        row = {"from_years": start, "to_years": end - 1, "n": int(seen.sum()), "shares": shares}
        found.append(row)
    return found


def us_shares(rows: Rows) -> Numbers:
    """Share of each (sex, year of age) among adults, (sexes, years)."""
    years = np.arange(EDGES[0], EDGES[-1])
    held = np.array(
        [
            [rows.weight[(rows.female == (sex == "female")) & (rows.age == y)].sum() for y in years]
            for sex in SEXES
        ]
    )
    return np.asarray(held / held.sum())


def evenly(power: int, mean: float) -> Numbers:
    """Mean of ((age - mean) / 10) ** power in the cell of each year, ages even within a cell."""
    found = []
    for start, end in itertools.pairwise(EDGES):
        held = ((np.arange(start, end) - mean) / 10.0) ** power
        found += [held.mean()] * held.size
    return np.array(found)


def tilted(us: Numbers, female: float, mean: float, sd: float | None) -> Numbers:
    """The make-up nearest to ``us`` with that share of women, mean age and, if given, spread.

    Ages count as they are drawn: evenly within a cell.
    """
    of_women = np.zeros_like(us)
    of_women[SEXES.index("female")] = 1.0
    features = [of_women, np.broadcast_to(evenly(1, mean), us.shape)]
    aims = [female, 0.0]
    if sd is not None:
        features.append(np.broadcast_to(evenly(2, mean), us.shape))
        aims.append((sd / 10.0) ** 2)
    columns = np.stack([feature.ravel() for feature in features])
    strength = np.zeros(len(aims))
    for _ in range(200):  # Newton's method on a convex problem
        held = us.ravel() * np.exp(strength @ columns)
        held /= held.sum()
        lacking = np.array(aims) - columns @ held
        spread = (columns * held) @ columns.T - np.outer(columns @ held, columns @ held)
        strength += np.clip(np.linalg.solve(spread, lacking), -0.5, 0.5)
        if np.abs(lacking).max() < 1e-12:
            break
    return np.asarray(held.reshape(us.shape))


def with_gad(us: Numbers, facts: Mapping[str, float]) -> Numbers:
    """Adults weighed by how often GAD was found in their sex and in their age."""
    years = np.arange(EDGES[0], EDGES[-1])
    bands = (("18-29", 18, 30), ("30-44", 30, 45), ("45-59", 45, 60), ("60-", 60, 200))
    by_age = np.zeros(years.size)
    for name, start, end in bands:
        by_age[(years >= start) & (years < end)] = facts[f"population/survey/gad/{name}"]
    by_sex = np.array([facts[f"population/survey/gad/{sex}"] for sex in SEXES])
    held = us * by_sex[:, None] * by_age
    return np.asarray(held / held.sum())


def shares(held: Numbers) -> list[dict[str, Any]]:
    """A make-up by year as shares of the cells."""
    years = np.arange(EDGES[0], EDGES[-1])
    found = []
    for sex, start, end in cells():
        share = held[SEXES.index(sex)][(years >= start) & (years < end)].sum()
        row = {"sex": sex, "from_years": start, "to_years": end - 1, "share": round(share, 5)}
        found.append(row)
    return found


def write(name: str, records: object) -> None:
    """One data file."""
    text = json.dumps(records, indent=1, ensure_ascii=False) + "\n"
    (DATA / name).write_text(text, encoding="utf-8")


def main() -> None:
    """Read the survey, write the three files and print what went in and out."""
    rows = read(Path(sys.argv[1]))
    surveys = json.loads((DATA / "surveys.json").read_text(encoding="utf-8"))
    facts = {fact["id"]: fact["value"] for fact in surveys}
    us = us_shares(rows)
    survey = "population/survey/"
    made = {
        "us-adults": us,
        "kratom-users-weighted": tilted(
            us,
            1.0 - facts[survey + "schimmel/male"] / 100.0,
            facts[survey + "schimmel/mean_age"],
            None,
        ),
        "kratom-users-online": tilted(
            us,
            facts[survey + "garcia_romeu/female"] / 100.0,
            facts[survey + "garcia_romeu/mean_age"],
            facts[survey + "garcia_romeu/sd_age"],
        ),
        "gad": with_gad(us, facts),
    }
    write(
        "bodies.json", {"n": int(rows.age.size), "percentiles": PERCENTILES, "rows": bodies(rows)}
    )
    write("ancestry.json", ancestry(rows))
    write("people.json", {name: shares(held) for name, held in made.items()})
    print(f"{rows.age.size} adults in; {rows.pregnant.sum()} pregnant, left out of the bodies")
    for name, held in made.items():
        age = held.sum(axis=0)
        mean = 10.0 * float(age @ evenly(1, 0.0))
        sd = 10.0 * float(np.sqrt(age @ evenly(2, mean)))
        women = float(held[0].sum())
        print(f"{name}: {100 * women:.1f} % women, age {mean:.1f} (SD {sd:.1f})")


if __name__ == "__main__":
    main()
