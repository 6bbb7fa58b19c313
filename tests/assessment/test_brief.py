"""The brief composition says what the assessment says, from the same samples."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from speciosa.assessment import assess, brief, sample
from speciosa.case import CaseMedicine, parse_case, read_case_text
from speciosa.knowledge import load
from speciosa.pharmacology import exposure
from speciosa.reconciliation import reconcile

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))


def _case(name):
    path = next(path for path in EXAMPLES if path.stem == name)
    return read_case_text(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", [path.stem for path in EXAMPLES])
def test_samples_are_those_of_the_whole(name):
    knowledge = load()
    case, _ = reconcile(_case(name), knowledge)
    result, whole = exposure.expose(case, knowledge, seed=7, subjects=40)
    alone = exposure.sampled(case, knowledge, seed=7, subjects=40)
    assert alone.lingering is (result.present_on_date is True)
    assert (whole is None) is (alone.samples is None)
    if whole is None:
        return
    for field in dataclasses.fields(whole):
        one, other = getattr(whole, field.name), getattr(alone.samples, field.name)
        assert np.array_equal(one, other), field.name


@pytest.mark.parametrize("name", ["daily_leaf_two_years", "crisis_plan_and_leaf"])
def test_brief_says_what_the_assessment_says(name):
    knowledge = load()
    case = _case(name)
    short = brief(case, knowledge, sample(case, knowledge, subjects=60))
    whole = assess(case, knowledge, subjects=60)
    assert short.urgent == whole.urgent
    assert short.severity == whole.severity
    assert short.interactions == whole.interactions
    assert short.regulation == whole.regulation
    assert short.subjects == 60


def test_an_order_adds_warnings_and_takes_none():
    knowledge = load()
    case = _case("daily_leaf_two_years")
    sampled = sample(case, knowledge, subjects=40)
    before = brief(case, knowledge, sampled).interactions
    order = CaseMedicine(name="alprazolam", planned=True)
    after = brief(case, knowledge, sampled, ordered=[order]).interactions
    assert any("alprazolam" in row.members for row in after.rows)
    for row in before.rows:
        held = set(row.members)
        assert any(held <= set(now.members) and row.title == now.title for now in after.rows)


def test_nothing_is_simulated_without_use():
    knowledge = load()
    case = parse_case({"date": "2026-11-22"})
    assert brief(case, knowledge, sample(case, knowledge)).subjects == 0
