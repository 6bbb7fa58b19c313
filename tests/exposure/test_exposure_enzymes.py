"""The course of CYP3A that the exposure room hands out."""

from __future__ import annotations

import numpy as np
import pytest

from speciosa.case import parse_case
from speciosa.case.model import KratomProduct
from speciosa.knowledge import load
from speciosa.pharmacology import exposure
from speciosa.pharmacology.exposure.virtual.people import simulate
from speciosa.pharmacology.exposure.virtual.schedule import Dose, Schedule

KNOWLEDGE = load()


def leaf(grams: float) -> KratomProduct:
    return KratomProduct.model_validate(
        {
            "form": "leaf_powder",
            "dose": {"leaf_g": grams},
            "times_per_day": 3.0,
            "analysis": {"mitragynine_mg_per_g": 19.48},
        }
    )


def run(grams: float = 2.0, *, subjects: int = 40, enzymes: bool = True, **rest):
    products = [leaf(grams)]
    schedule = rest.pop("schedule", None) or Schedule.of_use(products, None, KNOWLEDGE)
    return simulate(
        schedule, products, KNOWLEDGE, seed=7, subjects=subjects, enzymes=enzymes, **rest
    )


def test_enzymes_are_followed_only_where_a_structure_has_them_and_they_are_asked_for() -> None:
    asked, plain = run(), run(enzymes=False)
    turnover, linear = asked.by_structure["turnover"], asked.by_structure["linear"]
    for held in (turnover.gut_cyp3a, turnover.liver_cyp3a):
        assert held.shape == turnover.mitragynine_nm.shape
        assert np.all((held > 0.0) & (held <= 1.0))
    assert np.isnan(linear.gut_cyp3a).all()
    assert plain.by_structure["turnover"].gut_cyp3a.shape == (40, 0)
    np.testing.assert_array_equal(
        asked.levels.mitragynine_nm, plain.levels.mitragynine_nm, strict=True
    )


def test_a_persons_enzyme_does_not_depend_on_how_many_there_are() -> None:
    few, many = (run(subjects=n).levels.gut_cyp3a for n in (13, 40))
    np.testing.assert_allclose(few, many[:13], rtol=2e-3)


def test_more_kratom_leaves_less_enzyme() -> None:
    # Within the studied amounts: beyond them a person's levels can be moved down as well as up.
    less, more = (run(grams).by_structure["turnover"] for grams in (0.3, 0.8))
    assert np.all(more.gut_cyp3a.mean(axis=1) < less.gut_cyp3a.mean(axis=1))
    assert np.all(more.liver_cyp3a.mean(axis=1) < less.liver_cyp3a.mean(axis=1))


def test_higher_levels_move_the_enzyme_with_them() -> None:
    held = run().by_structure["turnover"]
    moved = held.moved(np.full(40, 2.0))
    lost, lost_more = ((1.0 - h.liver_cyp3a) / h.liver_cyp3a for h in (held, moved))
    np.testing.assert_allclose(lost_more, 2.0 * lost)
    np.testing.assert_allclose(moved.mitragynine_nm, 2.0 * held.mitragynine_nm)


def test_the_enzyme_is_made_anew_after_the_last_dose() -> None:
    once = Schedule.of([Dose(0.0, 0)], end_h=24.0)
    times = np.array([0.0, 2.0, 24.0, 24.0 * 7, 24.0 * 60])
    held = run(schedule=once, times_h=times).by_structure["turnover"]
    for course in (held.gut_cyp3a, held.liver_cyp3a):
        np.testing.assert_allclose(course[:, 0], 1.0)
        assert np.all(course[:, 1] < 1.0)
        np.testing.assert_allclose(course[:, -1], 1.0, atol=0.02)
    assert np.all(np.diff(held.gut_cyp3a[:, 1:], axis=1) > 0.0)


@pytest.mark.parametrize("often", [1.0, None])
def test_samples_hold_the_people_who_live_by_the_enzyme(often: float | None) -> None:
    product = leaf(2.0).model_dump(exclude_none=True) | {"times_per_day": often}
    raw = {"date": "2026-11-22", "kratom": {"status": "using", "products": [product]}}
    _, samples = exposure.expose(parse_case(raw), KNOWLEDGE, seed=3, subjects=60)
    assert samples is not None
    people = samples.enzyme_subjects
    assert 0 < people.size < 60
    assert samples.gut_cyp3a.shape == samples.liver_cyp3a.shape == (people.size, 145)
    assert np.isfinite(samples.gut_cyp3a).all()
    assert samples.repeating is (often is not None)
