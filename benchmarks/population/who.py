"""Who is drawn beside what was published, and what the assumed effects of the body do to levels.

    python -m benchmarks.population.who [--people 500000] [--simulated 8000]

Prints the tables of docs/validation/virtual-people.md.
"""

from __future__ import annotations

import argparse

import numpy as np
from numpy.typing import NDArray

from speciosa.case.model import KratomProduct
from speciosa.knowledge import Knowledge, load
from speciosa.pharmacology.exposure.virtual.people import simulate
from speciosa.pharmacology.exposure.virtual.schedule import Schedule
from speciosa.population.who import BodyEffects, Drawn, body_effects, draw, read

KG_PER_LB = 0.45359237
SEED = 1


def published(knowledge: Knowledge, people: int) -> None:
    """Figures of the populations beside those they were drawn from or can be compared with."""

    def number(name: str) -> float:
        return knowledge.fact(f"population/survey/{name}").number

    adults = draw(read("us-adults", knowledge), SEED, count=people)
    weighted = draw(read("kratom-users-weighted", knowledge), SEED, count=people)
    online = draw(read("kratom-users-online", knowledge), SEED, count=people)
    grown = adults.figure("age_years") >= 20

    def weight(sex: str) -> float:
        return float(adults.figure("weight_kg")[grown & adults.holds("sex", sex)].mean())

    def share(drawn: Drawn, sex: str) -> float:
        return 100.0 * float(drawn.holds("sex", sex).mean())

    def age(drawn: Drawn) -> NDArray[np.float64]:
        return drawn.figure("age_years")

    men, women = (number(f"cdc/weight_{sex}") * KG_PER_LB for sex in ("male", "female"))
    rows = [("men of 20 and over, mean weight, kg", men, weight("male"))]
    rows += [("women of 20 and over, mean weight, kg", women, weight("female"))]
    users = "kratom users (weighted survey)"
    rows += [
        (f"{users}, men, %", number("schimmel/male"), share(weighted, "male")),
        (f"{users}, mean age", number("schimmel/mean_age"), float(age(weighted).mean())),
    ]
    users = "kratom users (online survey)"
    rows += [
        (f"{users}, women, %", number("garcia_romeu/female"), share(online, "female")),
        (f"{users}, mean age", number("garcia_romeu/mean_age"), float(age(online).mean())),
        (f"{users}, SD of age", number("garcia_romeu/sd_age"), float(age(online).std())),
    ]
    print("| What | Published | Drawn |\n|---|---|---|")
    for what, expected, found in rows:
        print(f"| {what} | {expected:.1f} | {found:.1f} |")


def effects(knowledge: Knowledge, people: int) -> None:
    """The area of a day with and without the assumed effects, by who people are."""
    product = {"form": "leaf_powder", "dose": {"leaf_g": 2.0}, "times_per_day": 3.0}
    products = [KratomProduct.model_validate(product)]
    schedule = Schedule.of_use(products, None, knowledge)
    drawn = draw(read("us-adults", knowledge), SEED, count=people)
    area = {}
    for mode in BodyEffects:
        body = body_effects(drawn, knowledge, mode)
        found = simulate(
            schedule,
            products,
            knowledge,
            seed=SEED,
            subjects=people,
            everybody=False,
            unlike=body.unlike,
            factors=body.factors,
        )
        nm = found.levels.mitragynine_nm
        area[mode] = found.area(nm, float(found.time_h[0]), float(found.time_h[-1]))
    weight, age = drawn.figure("weight_kg"), drawn.figure("age_years")
    groups = {
        "everybody": weight > 0.0,
        "below 60 kg": weight < 60.0,
        "60 to 100 kg": (weight >= 60.0) & (weight <= 100.0),
        "above 100 kg": weight > 100.0,
        "65 years and over": age >= 65.0,
    }
    print("\n| Who | People | Median, assumed over none | 90 % range, fold: none | assumed |")
    print("|---|---|---|---|---|")
    for name, inside in groups.items():
        none, assumed = (area[m][inside] for m in (BodyEffects.NONE, BodyEffects.ASSUMED))
        ratio = np.median(assumed) / np.median(none)
        fold = [np.divide(*np.percentile(a, (95, 5))) for a in (none, assumed)]
        print(f"| {name} | {inside.sum()} | {ratio:.2f} | {fold[0]:.1f} | {fold[1]:.1f} |")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=500_000)
    parser.add_argument("--simulated", type=int, default=8_000)
    asked = parser.parse_args()
    knowledge = load()
    published(knowledge, asked.people)
    effects(knowledge, asked.simulated)


if __name__ == "__main__":
    main()
