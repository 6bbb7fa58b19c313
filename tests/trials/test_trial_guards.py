"""Kratom by any name, amounts, effects nobody observed, and fields that would be passed over."""

from __future__ import annotations

import pytest

from speciosa.errors import InputError
from speciosa.evidence.trials.design import parse_design
from speciosa.evidence.trials.design.assumptions import Origin, assumptions
from speciosa.evidence.trials.design.guard import has_amount, is_kratom, is_opioid
from speciosa.knowledge import load

BASE = {
    "title": "a trial",
    "design": "parallel",
    "treatment": {"name": "a medicine", "kind": "medicine"},
    "subjects": 200,
}
KRATOM = {
    **BASE,
    "treatment": {"name": "kratom leaf", "kind": "kratom"},
    "effect": {"difference": -2},
}
ACTIVE = {"control": {"name": "escitalopram", "kind": "active"}}
PERIODS = {"design": "crossover", "periods": {"count": 2, "weeks": 4}}
DOSES = [
    {"name": "low", "position": 0.5, "difference": -1},
    {"name": "high", "position": 1, "difference": -2},
]


def refused(data: object) -> str:
    with pytest.raises(InputError) as caught:
        assumptions(parse_design(data), load())
    return str(caught.value)


NAMES = (
    "kratom leaf 4 g three times daily",
    "Mitragyna speciosa extract",
    "M. speciosa",
    "mitragynine",
    "7-OH",
    "7OH gummies",
    "speciociliatine",
    "K-r-a-t-o-m",
    "MIT45",
    "Feel Free tonic",
    "ketum tea",
    "red vein Borneo",
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["medicine", "herbal", "other"])
def test_kratom_by_another_kind_is_refused_with_and_without_an_effect(name, kind):
    for effect in ({}, {"effect": {"difference": -3}}):
        message = refused({**BASE, "treatment": {"name": name, "kind": kind}, **effect})
        assert "treatment.kind" in message
        assert "kratom" in message


@pytest.mark.parametrize("name", NAMES)
def test_kratom_is_no_control_and_no_background(name):
    add_on = {**BASE, "design": "add_on", "background": name, "effect": {"difference": -1}}
    assert "background" in refused(add_on)
    active = {"control": {"name": name, "kind": "active"}, "course": {"control_change": -9}}
    assert "control.name" in refused({**BASE, **active, "effect": {"difference": -1}})


def test_a_title_or_an_arm_that_says_kratom_makes_the_kind_kratom():
    assert "treatment.kind" in refused({**BASE, "title": "Kratom against placebo"})
    doses = [{**DOSES[0], "name": "kratom low"}, DOSES[1]]
    assert "treatment.kind" in refused({**BASE, "design": "dose_ranging", "doses": doses})


@pytest.mark.parametrize(
    "name",
    ["escitalopram", "hydroxyzine", "17-hydroxyprogesterone", "mindfulness", "a stable SSRI"],
)
def test_other_names_are_not_taken_for_kratom(name):
    assert not is_kratom(name, load())
    assert assumptions(parse_design({**BASE, "treatment": {"name": name, "kind": "medicine"}}),
                       load())  # fmt: skip


AMOUNTS = ("4 g", "4g", "kratom-4g", "500 mg", "2-4 g", "½ g", "two grams", "one teaspoon",
           "3 capsules", "twice daily", "b.i.d.", "every 8 hours", "5 % extract",
           "three times a day")  # fmt: skip


@pytest.mark.parametrize("amount", AMOUNTS)
def test_an_amount_of_kratom_stands_in_dose_words_alone(amount):
    assert has_amount(amount)
    treatment = {"name": f"kratom leaf {amount}", "kind": "kratom"}
    assert "dose_words" in refused({**KRATOM, "treatment": treatment})
    assert "dose_words" in refused({**KRATOM, "title": f"Kratom {amount}"})
    doses = [{**DOSES[0], "name": amount}, DOSES[1]]
    ranging = {**KRATOM, "design": "dose_ranging", "doses": doses, "effect": {}}
    assert "doses[0].name" in refused(ranging)
    given = {**KRATOM["treatment"], "dose_words": amount}
    assert assumptions(parse_design({**KRATOM, "treatment": given}), load())


@pytest.mark.parametrize(
    "words", ["a dose-finding trial of kratom", "7-OH", "24 people at 2 sites", "over 8 weeks"]
)
def test_other_numbers_are_no_amounts(words):
    assert not has_amount(words)


@pytest.mark.parametrize(
    "changes",
    [
        ACTIVE,
        {"design": "non_inferiority", "margin": 2, **ACTIVE},
        {"design": "add_on", "background": "an SSRI"},
        {"control": {"name": "waiting list", "kind": "waiting_list"}},
        {"treatment": {"name": "Silexan", "kind": "herbal"}},
        {"treatment": {"name": "tianeptine", "kind": "medicine"}},
        {"treatment": {"name": "buprenorphine", "kind": "medicine"}},
    ],
)
def test_a_difference_that_nobody_gave_is_never_supplied(changes):
    course = {"course": {"control_change": -9}} if "control" in changes else {}
    assert "effect.difference: got nothing" in refused({**BASE, **changes, **course})


def test_the_change_on_an_active_control_has_to_be_given():
    for scale in ("HAM-A", "GAD-7"):
        given = {**BASE, **ACTIVE, "scale": scale, "effect": {"difference": -1}}
        assert "course.control_change: got nothing" in refused(given)


def test_what_only_stands_in_is_never_called_verified():
    found = {a.field: a for a in assumptions(parse_design(BASE), load())}
    for field in ("course.baseline_mean", "course.baseline_sd", "course.control_change",
                  "course.change_sd", "effect.difference"):  # fmt: skip
        assert found[field].stands_in
        assert found[field].said
        assert not found[field].verified
    assert "psychotherapy trials" in found["course.baseline_mean"].said


def test_the_range_of_the_base_does_not_stand_beside_a_number_of_the_designer():
    for given in ({"difference": -9}, {"difference": -2.75}):
        effect = next(
            a
            for a in assumptions(parse_design({**BASE, "effect": given}), load())
            if a.field == "effect.difference"
        )
        assert (effect.origin, effect.low, effect.high) == (Origin.DESIGNER, None, None)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("visits_weeks", {**PERIODS, "visits_weeks": [1, 2, 30]}),
        ("ratio", {**PERIODS, "ratio": 5}),
        ("covariance", {**PERIODS, "covariance": {"correlation": 0.5}}),
        ("analysis.method", {**PERIODS, "analysis": {"method": "mmrm"}}),
        ("analysis.strategy", {**PERIODS, "analysis": {"strategy": "treatment_policy"}}),
        ("analysis.reference_based", {**PERIODS, "analysis": {"reference_based": ["j2r"]}}),
        ("course.first_visit_sd_share", {**PERIODS, "course": {"first_visit_sd_share": 0.9}}),
        ("course.control_half_time_weeks", {**PERIODS, "course": {"control_half_time_weeks": 1}}),
        ("effect.half_time_weeks", {**PERIODS, "effect": {"half_time_weeks": 1}}),
        ("ratio", {"design": "dose_ranging", "doses": DOSES, "ratio": 3}),
        ("effect.difference",
         {"design": "dose_ranging", "doses": DOSES, "effect": {"difference": -9}}),
        ("withdrawal", {"withdrawal": {"share_of_users": 1, "points": 20}}),
        ("covariance.per_weeks", {"covariance": {"structure": "cs", "per_weeks": 1}}),
        ("analysis.imputations", {"analysis": {"imputations": 20}}),
        ("leaving.followed_after_stopping", {"leaving": {"followed_after_stopping": 1}}),
        ("doses", {"design": "dose_ranging", "doses": [DOSES[0], {**DOSES[1], "name": "LOW"}]}),
    ],
)  # fmt: skip
def test_a_field_that_would_be_passed_over_is_refused_by_name(field, changes):
    message = refused({**BASE, **changes})
    assert f"{field}: got" in message


@pytest.mark.parametrize(
    "matrix",
    [
        [[1, 0.9], [-0.9, 1]],
        [[0.5, 0.1], [0.1, 0.5]],
        [[1, 0.2], [0.3, 1]],
    ],
)
def test_a_matrix_that_is_no_correlation_matrix_is_refused(matrix):
    covariance = {"structure": "un", "matrix": matrix}
    message = refused({**BASE, "visits_weeks": [4, 8], "covariance": covariance})
    assert "1 on the diagonal, the same on both sides" in message


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"effect": {"difference": -2.5, "low": 1, "high": 4}}, "a range around a difference"),
        ({"effect": {"low": -4, "high": -1}}, "a range around a difference"),
        ({"scale": "GAD-7", "effect": {"difference": -56}}, "points that the GAD-7 has"),
        ({"scale": "GAD-7", "design": "dose_ranging",
          "doses": [DOSES[0], {**DOSES[1], "difference": -30}]}, "points that the GAD-7 has"),
        ({"subjects": 8, "interim": {"fractions": [0.06, 0.07, 1]}}, "in each arm"),
        ({"subjects": 40, "ratio": 0.2, "interim": {"fractions": [0.1, 1]}}, "in each arm"),
        ({"interim": {"fractions": [0.5, 0.5000000001, 1]}}, "more than at the look before"),
    ],
)  # fmt: skip
def test_what_cannot_be_simulated_is_refused_before_it_is(changes, words):
    assert words in refused({**BASE, **changes})


@pytest.mark.parametrize(
    ("name", "acts"),
    [("tianeptine", True), ("buprenorphine", True), ("tramadol", True), ("escitalopram", False),
     ("naltrexone", False), ("a new anxiolytic", False)],
)  # fmt: skip
def test_an_opioid_is_known_by_the_hazards_of_the_base(name, acts):
    data = {**BASE, "treatment": {"name": name, "kind": "medicine"}}
    assert is_opioid(parse_design(data), load()) is acts


def test_it_says_of_every_range_whether_a_scenario_tries_an_end_of_it():
    found = {a.field: a for a in assumptions(parse_design(KRATOM), load())}
    for field in ("withdrawal.points", "blinding.expectancy_points", "leaving.treatment"):
        assert found[field].tried
    assert not found["course.entry_score"].tried
    quiet = {**KRATOM, "simulation": {"scenarios": False}}
    assert not any(a.tried for a in assumptions(parse_design(quiet), load()))
