"""What bodies are assumed to do to levels, and that nothing is assumed in silence."""

from __future__ import annotations

import numpy as np
import pytest

from speciosa.case import parse_case
from speciosa.case.model import KratomProduct
from speciosa.knowledge import load
from speciosa.pharmacology.exposure.unstudied import unstudied
from speciosa.pharmacology.exposure.virtual.people import Vary, simulate
from speciosa.pharmacology.exposure.virtual.schedule import Schedule
from speciosa.population.who import KINDS, BodyEffects, Drawn, body_effects, said

KNOWLEDGE = load()
STRUCTURES = ("linear", "turnover")
PRODUCTS = [
    KratomProduct.model_validate(
        {
            "form": "leaf_powder",
            "dose": {"leaf_g": 0.6},
            "times_per_day": 3.0,
            "analysis": {"mitragynine_mg_per_g": 15.0},
        }
    )
]
SCHEDULE = Schedule.of_use(PRODUCTS, None, KNOWLEDGE)
ALIKE = Vary(content=False, person=False, knowledge=False)


def people(**columns: list) -> Drawn:
    """People with these figures and words; ``None`` is not known."""
    held = {}
    for name, values in columns.items():
        words = KINDS[name].words
        if words:
            places = [-1 if v is None else words.index(v) for v in values]
            held[name] = np.array(places, dtype=np.int8)
        else:
            held[name] = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    return Drawn(first=0, count=len(values), columns=held)


def number(name: str) -> float:
    return KNOWLEDGE.fact(f"population/assumption/{name}").number


def run(drawn: Drawn, mode: BodyEffects = BodyEffects.ASSUMED, **rest):
    effects = body_effects(drawn, KNOWLEDGE, mode)
    return simulate(
        SCHEDULE,
        PRODUCTS,
        KNOWLEDGE,
        seed=3,
        subjects=drawn.count,
        unlike=effects.unlike,
        factors=effects.factors,
        **rest,
    )


def test_every_parameter_named_is_one_of_its_structure_and_takes_a_factor() -> None:
    for effect in KNOWLEDGE.population.effects:
        assert set(effect.parameters) == set(STRUCTURES)
        for structure, names in effect.parameters.items():
            units = {p.name: p.unit for p in KNOWLEDGE.models.parameters(structure)}
            expected = "L" if effect.id == "size/volume" else "L/h"
            assert {units[name] for name in names} == {expected}
    for structure in STRUCTURES:
        parameters = KNOWLEDGE.models.parameters(structure)
        by_size = {
            name
            for effect in KNOWLEDGE.population.effects
            if effect.column == "weight_kg"
            for name in effect.parameters[structure]
        }
        assert by_size == {p.name for p in parameters if p.unit in {"L", "L/h"}}


def test_size_is_a_power_of_weight_around_the_people_studied() -> None:
    reference = number("weight_studied")
    drawn = people(weight_kg=[reference, reference / 2.0, 2.0 * reference, None])
    found = body_effects(drawn, KNOWLEDGE).factors
    for structure in STRUCTURES:
        expected = [1.0, 0.5 ** number("exponent_clearance"), 2.0 ** number("exponent_clearance")]
        np.testing.assert_allclose(found[structure]["Q"], [*expected, 1.0])
        np.testing.assert_allclose(found[structure]["V"], [1.0, 0.5, 2.0, 1.0])


def test_the_liver_falls_with_age_and_by_class_and_both_multiply() -> None:
    end = number("age_liver")
    middle = (number("age_from") + number("age_to")) / 2.0
    drawn = people(age_years=[20.0, middle, 75.0, 99.0, None])
    clearance = body_effects(drawn, KNOWLEDGE).factors["turnover"]["CLh"]
    np.testing.assert_allclose(clearance, [1.0, (1.0 + end) / 2.0, end, end, 1.0])
    worst = KNOWLEDGE.fact("ddi/organ/liver/C/unbound_auc_ratio").number
    drawn = people(age_years=[80.0, 80.0, 30.0], child_pugh=["C", "none", None])
    clearance = body_effects(drawn, KNOWLEDGE).factors["linear"]["CL"]
    np.testing.assert_allclose(clearance, [end / worst, end, 1.0])


def test_nothing_is_assumed_where_that_is_asked_for_and_the_range_is_wider_all_the_same() -> None:
    drawn = people(
        age_years=[17.0, 40.0, 65.0, 70.0],
        weight_kg=[50.0, 120.0, 60.0, 60.0],
        child_pugh=[None, "none", "A", "C"],
        pregnancy=["possible", "not_pregnant", None, None],
    )
    assumed, none = (body_effects(drawn, KNOWLEDGE, mode) for mode in BodyEffects)
    assert none.factors == {} and none.facts == ()
    np.testing.assert_array_equal(assumed.unlike, none.unlike)
    assert assumed.unlike.tolist() == [2.0, 0.0, 2.0, 2.0]


@pytest.mark.parametrize(
    "person",
    [
        {"age_years": 17.0},
        {"age_years": 65.0, "pregnancy": "pregnant", "breast_feeding": True},
        {"age_years": 30.0, "liver": {"child_pugh": "B"}},
        {"age_years": 30.0, "liver": {"child_pugh": "none"}},
    ],
)
def test_a_virtual_person_is_unlike_the_studied_as_often_as_a_case(person: dict) -> None:
    case = parse_case({"date": "2026-01-01", "person": person})
    flat = {
        "age_years": person["age_years"],
        "pregnancy": person.get("pregnancy"),
        "breast_feeding": "yes" if person.get("breast_feeding") else None,
        "child_pugh": person.get("liver", {}).get("child_pugh"),
    }
    drawn = people(**{name: [value] for name, value in flat.items()})
    assert body_effects(drawn, KNOWLEDGE).unlike[0] == len(unstudied(case, KNOWLEDGE))


@pytest.mark.parametrize("mode", BodyEffects)
def test_the_output_says_what_was_assumed_and_that_no_study_shows_it(mode: BodyEffects) -> None:
    drawn = people(weight_kg=[70.0], age_years=[50.0])
    effects = body_effects(drawn, KNOWLEDGE, mode)
    assert said(drawn.columns, KNOWLEDGE, mode) == (effects.facts, effects.sentences)
    assert "No study of kratom" in effects.sentences[0]
    moved = mode is BodyEffects.ASSUMED
    assert any("(assumed)" in sentence for sentence in effects.sentences) is moved
    for fact_id in effects.facts:
        assert not KNOWLEDGE.cite(fact_id).verified


def test_sentences_hold_the_figures_of_their_facts() -> None:
    by_id = {effect.id: effect.sentence for effect in KNOWLEDGE.population.effects}
    assert f"{number('weight_studied'):g} kg" in by_id["size/volume"]
    assert f"power {number('exponent_clearance'):g}" in by_id["size/clearance"]
    for name in ("age_from", "age_to", "age_liver"):
        assert f"{number(name):g}" in by_id["age/liver"]
    for grade in "ABC":
        ratio = KNOWLEDGE.fact(f"ddi/organ/liver/{grade}/unbound_auc_ratio").number
        assert f"1/{ratio:g}" in by_id["liver/cirrhosis"]


def test_a_body_like_those_studied_has_the_levels_of_an_assessment() -> None:
    same = people(weight_kg=[number("weight_studied")] * 9, age_years=[30.0] * 9)
    with_body = run(same)
    without = simulate(SCHEDULE, PRODUCTS, KNOWLEDGE, seed=3, subjects=9)
    assert with_body.levels.mitragynine_nm.tobytes() == without.levels.mitragynine_nm.tobytes()


@pytest.mark.parametrize("structure", STRUCTURES)
def test_light_old_and_ill_people_have_higher_levels_never_lower(structure: str) -> None:
    drawn = people(
        weight_kg=[77.0, 50.0, 77.0, 77.0],
        age_years=[35.0, 35.0, 75.0, 35.0],
        child_pugh=["none", "none", "none", "B"],
    )
    found = run(drawn, vary=ALIKE, structures=(structure,))
    nm = found.levels.mitragynine_nm
    typical, *others = found.area(nm, found.time_h[0], found.time_h[-1])
    assert min(others) > 1.1 * typical
    untouched = run(drawn, BodyEffects.NONE, vary=ALIKE, structures=(structure,))
    assert np.ptp(untouched.area(untouched.levels.mitragynine_nm, 0.0, 24.0)) == 0.0


def test_in_the_linear_structure_the_area_at_steady_state_is_one_over_the_clearance() -> None:
    drawn = people(weight_kg=[77.0, 154.0])
    found = run(drawn, vary=ALIKE, structures=("linear",))
    area = found.area(found.levels.mitragynine_nm, found.time_h[0], found.time_h[-1])
    assert area[1] / area[0] == pytest.approx(2.0 ** -number("exponent_clearance"), rel=2e-3)


def test_a_share_takes_no_factor() -> None:
    with pytest.raises(ValueError, match="share"):
        simulate(
            SCHEDULE,
            PRODUCTS,
            KNOWLEDGE,
            seed=3,
            subjects=2,
            factors={"linear": {"F": np.array([1.0, 2.0])}},
        )
