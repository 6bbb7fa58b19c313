"""Virtual people simulated in blocks, each source of variation on a seed of its own."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from speciosa.case.model import KratomProduct
from speciosa.knowledge import load
from speciosa.pharmacology.exposure.virtual.people import People, Seeds, simulate
from speciosa.pharmacology.exposure.virtual.schedule import Schedule

KNOWLEDGE = load()
PRODUCTS = [
    KratomProduct.model_validate(
        {"form": "leaf_powder", "dose": {"leaf_g": 9.0}, "times_per_day": 2.0}
    )
]
SCHEDULE = Schedule.of_use(PRODUCTS, None, KNOWLEDGE)
TIMES = np.linspace(SCHEDULE.end_h - 24.0, SCHEDULE.end_h, 13)


def run(subjects: int, first: int = 0, **rest) -> People:
    return simulate(
        SCHEDULE,
        PRODUCTS,
        KNOWLEDGE,
        seed=7,
        subjects=subjects,
        first=first,
        times_h=TIMES,
        everybody=False,
        **rest,
    )


def arrays(people: People) -> dict[str, np.ndarray]:
    held = people.levels
    found = {field.name: getattr(held, field.name) for field in dataclasses.fields(held)}
    return found | {
        "area": people.area(held.mitragynine_nm, float(TIMES[0]), float(TIMES[-1])),
        "mg": people.mitragynine_mg_per_day,
        "beyond": people.beyond,
        "structure": people.lives_by,
    }


@pytest.fixture(scope="module")
def whole() -> dict[str, np.ndarray]:
    return arrays(run(24))


@pytest.mark.parametrize("edges", [(0, 1, 2, 24), (0, 7, 8, 20, 24), (0, 23, 24)])
def test_blocks_put_together_are_the_same_bytes_as_all_at_once(edges, whole) -> None:
    blocks = [arrays(run(b - a, a)) for a, b in itertools.pairwise(edges)]
    for name, values in whole.items():
        assert np.concatenate([block[name] for block in blocks]).tobytes() == values.tobytes(), name


def test_the_same_holds_where_the_linear_structure_is_integrated_too() -> None:
    whole = arrays(run(24, linear_exactly=False))
    blocks = [arrays(run(n, a, linear_exactly=False)) for a, n in ((0, 11), (11, 1), (12, 12))]
    for name, values in whole.items():
        assert np.concatenate([block[name] for block in blocks]).tobytes() == values.tobytes(), name


def test_a_person_far_down_the_line_can_be_drawn_alone() -> None:
    alone = run(1, 10**11)
    beside = run(3, 10**11 - 1)
    assert alone.levels.mitragynine_nm.tobytes() == beside.levels.mitragynine_nm[1:2].tobytes()
    assert alone.first == 10**11


def test_one_seed_for_every_source_is_the_plain_seed(whole) -> None:
    for name, values in arrays(run(24, seeds=Seeds.same(7))).items():
        assert values.tobytes() == whole[name].tobytes()


def test_a_source_on_another_seed_moves_what_it_draws_and_nothing_else(whole) -> None:
    content = arrays(run(24, seeds=Seeds(8, 7, 7, 7)))
    assert np.all(content["mg"] != whole["mg"])
    np.testing.assert_array_equal(content["structure"], whole["structure"])
    person = run(24, seeds=Seeds(7, 8, 7, 7))
    assert arrays(person)["mg"].tobytes() == whole["mg"].tobytes()
    assert arrays(person)["beyond"].tobytes() == whole["beyond"].tobytes()
    plain, knowledge = run(24), run(24, seeds=Seeds(7, 7, 8, 7))
    for name in plain.structures:
        own, other, third = plain.bodies[name], person.bodies[name], knowledge.bodies[name]
        assert own.typical.tobytes() == other.typical.tobytes() != third.typical.tobytes()
        assert np.any(own.deviation != other.deviation)
    structure = arrays(run(24, seeds=Seeds(7, 7, 7, 8)))
    assert np.any(structure["structure"] != whole["structure"])
    same = structure["structure"] == whole["structure"]
    np.testing.assert_array_equal(structure["mitragynine_nm"][same], whole["mitragynine_nm"][same])


def test_each_person_can_be_unlike_the_studied_in_ways_of_their_own(whole) -> None:
    none, two = (arrays(run(24, unlike=n))["beyond"] for n in (0, 2))
    ways = np.tile([0.0, 2.0], 12)
    mixed = arrays(run(24, unlike=ways))
    np.testing.assert_array_equal(mixed["beyond"], np.where(ways == 0.0, none, two))
    assert none.tobytes() == whole["beyond"].tobytes()


def test_a_factor_of_one_changes_no_byte_and_another_only_its_person(whole) -> None:
    ones = {name: {"V": np.ones(24)} for name in ("linear", "turnover")}
    for name, values in arrays(run(24, factors=ones)).items():
        assert values.tobytes() == whole[name].tobytes()
    moved = np.ones(24)
    moved[5] = 3.0
    found = arrays(run(24, factors={name: {"V": moved} for name in ones}))["mitragynine_nm"]
    changed = np.any(found != whole["mitragynine_nm"], axis=1)
    assert np.flatnonzero(changed).tolist() == [5]
