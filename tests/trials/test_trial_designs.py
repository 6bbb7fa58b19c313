"""The design file: what is refused, what the base fills in, what is listed as whose."""

from __future__ import annotations

from pathlib import Path

import pytest

from speciosa.errors import InputError
from speciosa.evidence.trials.design import design_schema, parse_design, read_design_bytes
from speciosa.evidence.trials.design.assumptions import Origin, assumptions, values
from speciosa.evidence.trials.generate.model import build
from speciosa.knowledge import load

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples" / "trials").glob("*.yaml"))
BASE = {
    "title": "a trial",
    "design": "parallel",
    "treatment": {"name": "a medicine", "kind": "medicine"},
    "subjects": 200,
}
KRATOM = {**BASE, "treatment": {"name": "kratom leaf", "kind": "kratom"}}


def refused(data: object) -> str:
    with pytest.raises(InputError) as caught:
        assumptions(parse_design(data), load())
    return str(caught.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dosage": 3}, ("dosage", "unknown field", "doses")),
        ({"design": "paralel"}, ("design", '"paralel"', "parallel", "Did you mean parallel")),
        ({"subjects": 3}, ("subjects", "got 3", "from 8 to 5,000")),
        ({"subjects": "many"}, ("subjects", "a whole number")),
        ({"visits_weeks": [4, 2]}, ("visits_weeks", "weeks that rise")),
        ({"design": "crossover"}, ("periods", "crossover design needs")),
        ({"design": "non_inferiority"}, ("margin", "needs")),
        ({"design": "add_on"}, ("background", "needs")),
        ({"design": "dose_ranging"}, ("doses", "needs")),
        ({"margin": 2}, ("margin", "no margin in a parallel design")),
        ({"leaving": {"observed": 0.5}}, ("leaving.at_random", "add up to 1")),
        ({"covariance": {"structure": "un"}}, ("covariance.matrix", "a matrix for un")),
        ({"interim": {"fractions": [0.5, 0.4, 1]}}, ("interim.fractions", "rise and end with 1")),
        ({"effect": {"low": -1}}, ("effect.low", "both low and high")),
        ({"control": {"kind": "sugar"}}, ("control.kind", '"sugar"', "placebo")),
    ],
)
def test_a_wrong_field_is_named_with_what_it_held_and_what_is_accepted(changes, words):
    message = refused({**BASE, **changes})
    for word in words:
        assert word in message


def test_a_correlation_matrix_that_no_scores_can_have_is_refused():
    matrix = [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]
    data = {**BASE, "visits_weeks": [1, 2, 4], "covariance": {"structure": "un", "matrix": matrix}}
    design = parse_design(data)
    with pytest.raises(InputError, match="positive definite"):
        build(design, values(assumptions(design, load())))


def test_an_entry_score_that_nobody_reaches_is_refused():
    design = parse_design(
        {**BASE, "course": {"entry_score": 56, "baseline_mean": 15, "baseline_sd": 3}}
    )
    with pytest.raises(InputError, match=r"course\.entry_score"):
        build(design, values(assumptions(design, load())))


def test_a_spread_that_cannot_be_is_refused():
    design = parse_design({**BASE, "course": {"change_sd": 1}})
    with pytest.raises(InputError, match=r"course\.change_sd"):
        build(design, values(assumptions(design, load())))


def test_no_effect_of_kratom_is_ever_taken_from_the_base():
    message = refused(KRATOM)
    assert "effect.difference" in message
    assert "nobody has observed it" in message


def test_the_effect_of_a_medicine_comes_from_the_base_with_its_source():
    found = {a.field: a for a in assumptions(parse_design(BASE), load())}
    effect = found["effect.difference"]
    # It is that of several medicines, not of this one.
    assert (effect.origin, effect.stands_in, effect.verified) == (Origin.BASE, True, False)
    assert load().cite(effect.fact).sources


def test_every_value_says_whose_it_is():
    data = {**BASE, "leaving": {"control": 0.1}, "course": {"change_sd": 8}}
    for found in assumptions(parse_design(data), load()):
        if found.field in {"leaving.control", "course.change_sd"}:
            assert (found.origin, found.said) == (Origin.DESIGNER, "assumed by the designer")
        else:
            assert found.fact
            assert found.verified is (load().fact(found.fact).verified and not found.stands_in)
            if found.origin is Origin.JUDGEMENT:
                assert not found.verified


def test_what_was_seen_with_medicines_is_not_called_known_of_kratom():
    found = {
        a.field: a
        for a in assumptions(parse_design({**KRATOM, "effect": {"difference": -2}}), load())
    }
    assert found["leaving.treatment"].origin is Origin.JUDGEMENT
    assert not found["leaving.treatment"].verified


def test_guessing_and_withdrawal_are_off_until_the_designer_asks():
    kratom = {**KRATOM, "effect": {"difference": -2}}
    off = values(assumptions(parse_design(kratom), load()))
    assert off["withdrawal.share_of_users"] == off["blinding.expectancy_points"] == 0
    on = values(
        assumptions(parse_design({**kratom, "withdrawal": {"share_of_users": 0.4}}), load())
    )
    assert on["withdrawal.share_of_users"] == 0.4
    assert on["withdrawal.points"] > 0


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_the_examples_can_be_read_and_built(path):
    design = read_design_bytes(path.read_bytes(), name=path.name)
    assert build(design, values(assumptions(design, load()))).arms >= 2


def test_examples_cover_every_design():
    kinds = {read_design_bytes(p.read_bytes()).design.value for p in EXAMPLES}
    assert kinds == {"parallel", "crossover", "n_of_1", "dose_ranging", "non_inferiority", "add_on"}


def test_no_example_names_an_amount_of_kratom():
    for path in EXAMPLES:
        design = read_design_bytes(path.read_bytes())
        if design.treatment.kind.value == "kratom":
            assert design.treatment.dose_words == ""


def test_the_schema_names_every_field_of_a_design():
    schema = design_schema()
    assert schema["additionalProperties"] is False
    assert {"title", "design", "treatment", "subjects"} == set(schema["required"])
