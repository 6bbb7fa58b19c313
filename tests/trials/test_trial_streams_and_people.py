"""Random numbers by seed, trial and subject; people who enter, and how their scores go."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from speciosa.evidence.trials.design import Design, parse_design
from speciosa.evidence.trials.design.assumptions import assumptions, values
from speciosa.evidence.trials.generate.leaving import offsets
from speciosa.evidence.trials.generate.model import Model, build
from speciosa.evidence.trials.generate.scores import people
from speciosa.evidence.trials.generate.trials import trials_of, truth
from speciosa.evidence.trials.streams import normals, normals_of_trials, uniforms
from speciosa.knowledge import load

BASE = {
    "title": "a trial",
    "design": "parallel",
    "treatment": {"name": "a medicine", "kind": "medicine"},
    "subjects": 200,
}


def design(**changes: object) -> Design:
    return parse_design({**BASE, **changes})


def model(of: Design, *, null: bool = False, **changes: float) -> Model:
    found = values(assumptions(of, load()))
    return build(of, {**found, **changes}, null=null)


def test_a_subject_is_the_same_whoever_else_is_drawn():
    few, many = normals(7, 3, 5, 6, "residual"), normals(7, 3, 500, 6, "residual")
    assert np.array_equal(few, many[:5])
    together = normals_of_trials(7, range(10), 5, 6, "residual")
    assert np.array_equal(together[3], few)


@pytest.mark.parametrize("other", [(8, 3, "residual"), (7, 4, "residual"), (7, 3, "leaving")])
def test_seed_trial_and_purpose_each_change_the_numbers(other):
    seed, trial, purpose = other
    assert not np.any(uniforms(seed, trial, 50, 6, purpose) == uniforms(7, 3, 50, 6, "residual"))


def test_numbers_are_uniform_and_independent_over_subjects_and_draws():
    u = uniforms(1, 0, 20_000, 6, "test")
    assert u.min() > 0 and u.max() < 1
    assert np.allclose(u.mean(axis=0), 0.5, atol=0.01)
    assert np.allclose(np.corrcoef(u.T), np.eye(6), atol=0.03)


def test_nobody_enters_below_the_entry_score():
    of = design(course={"entry_score": 22})
    block = people(model(of), 1, [0], 5_000)
    assert block.baseline.min() == 22
    assert block.baseline.max() <= 56


def test_entry_takes_the_lower_part_of_a_normal_distribution_away():
    of = design(
        course={"entry_score": 20, "baseline_mean": 20, "baseline_sd": 6, "whole_points": False}
    )
    block = people(model(of), 1, [0], 100_000)
    # Half of a normal distribution: mean and SD of the half-normal.
    assert block.baseline.mean() == pytest.approx(20 + 6 * np.sqrt(2 / np.pi), abs=0.05)
    assert block.baseline.std() == pytest.approx(6 * np.sqrt(1 - 2 / np.pi), abs=0.05)


def test_change_spread_and_correlation_are_those_asked_for():
    of = design(
        course={
            "bounded": False,
            "whole_points": False,
            "change_sd": 8,
            "pre_post_correlation": 0.4,
        }
    )
    block = people(model(of), 1, [0], 100_000, arm=0)
    last = block.on_treatment[-1, 0]
    change = last - block.baseline[0]
    assert change.mean() == pytest.approx(-9.5, abs=0.1)
    assert change.std() == pytest.approx(8, abs=0.1)
    assert np.corrcoef(last, block.baseline[0])[0, 1] == pytest.approx(0.4, abs=0.02)


@pytest.mark.parametrize(
    ("structure", "expected"),
    [("ar1", 0.7 ** (7 / 2)), ("cs", 0.7), ("random_slope", 0.7)],
)
def test_first_and_last_visit_correlate_as_the_structure_says(structure, expected):
    apart = {"per_weeks": 2} if structure == "ar1" else {}
    of = design(covariance={"structure": structure, "correlation": 0.7, **apart})
    mixing = model(of).mixing
    covariance = mixing @ mixing.T
    sd = np.sqrt(np.diag(covariance))
    assert (covariance / np.outer(sd, sd))[0, -1] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("strategy", ["hypothetical", "treatment_policy"])
def test_as_many_leave_as_asked_in_each_arm_and_for_each_reason(strategy):
    of = design(
        leaving={"control": 0.2, "treatment": 0.4, "at_random": 0.25, "observed": 0.25,
                 "unobserved": 0.25, "adverse": 0.25, "slope_per_sd": 1},
        analysis={"strategy": strategy},
    )  # fmt: skip
    m = model(of)
    data = trials_of(m, offsets(m, 1), 1, range(60), 1_000)
    visits = data.visits
    for arm, share in ((0, 0.2), (1, 0.4)):
        mine = data.arm == arm
        assert (data.stopped[mine] < visits).mean() == pytest.approx(share, abs=0.012)
        for cause in (1, 2, 3, 4):
            assert (data.cause[mine] == cause).mean() == pytest.approx(share / 4, abs=0.01)


def test_who_is_worse_leaves_more_under_missing_not_at_random_alone():
    reasons = {
        "at_random": 0.0,
        "observed": 0.0,
        "unobserved": 1.0,
        "adverse": 0.0,
        "slope_per_sd": 1,
    }
    of = design(leaving={"control": 0.4, "treatment": 0.4, **reasons})
    m = model(of)
    data = trials_of(m, offsets(m, 1), 1, range(20), 1_000)
    seen = np.nanmean(data.y[:, :, -1][data.arm == 0])
    assert seen < truth(m, offsets(m, 1), 1).means[0, -1] - 0.5


def test_without_leaving_nothing_is_missing():
    m = model(design(leaving={"control": 0, "treatment": 0}))
    assert not np.isnan(trials_of(m, offsets(m, 1), 1, range(3), 100).y).any()


def test_scores_after_stopping_count_only_under_treatment_policy():
    for strategy, kept in (("hypothetical", 0.0), ("treatment_policy", 1.0)):
        of = design(
            analysis={"strategy": strategy},
            leaving={"control": 0.5, "treatment": 0.5},
        )
        m = model(of, **{"leaving.followed_after_stopping": 1.0})
        data = trials_of(m, offsets(m, 1), 1, range(3), 200)
        off = data.stopped < data.visits
        assert (~np.isnan(data.y[off][:, -1])).mean() == kept


def test_true_difference_is_the_planned_one_without_the_ends_of_the_scale():
    of = design(course={"bounded": False, "whole_points": False}, effect={"difference": -3})
    m = model(of)
    true = truth(m, offsets(m, 1), 1)
    assert true.hypothetical[0, -1] == pytest.approx(-3, abs=1e-9)
    # Who stops loses the effect: what treatment policy estimates is nearer to nothing.
    assert -3 < true.treatment_policy[0, -1] < -2


def test_the_ends_of_the_scale_shrink_the_difference():
    of = design(scale="GAD-7", effect={"difference": -3})
    m = model(of)
    assert -3 < truth(m, offsets(m, 1), 1).hypothetical[0, -1] < -2


def test_a_trial_is_the_same_in_whatever_block_and_a_beginning_of_a_larger_one():
    m = model(design())
    found = offsets(m, 5)
    block = trials_of(m, found, 5, range(6), 120)
    alone = trials_of(m, found, 5, [4], 60)
    for field in dataclasses.fields(block):
        whole, one = getattr(block, field.name), getattr(alone, field.name)
        if field.name not in {"visits_weeks", "planned_arms"} and whole is not None:
            assert np.array_equal(whole[4, :60], one[0], equal_nan=field.name in {"y", "baseline"})


def test_arms_are_balanced_in_every_beginning():
    m = model(design(ratio=2))
    arm = people(m, 1, [0], 300).arm[0]
    for n in (3, 30, 150, 300):
        assert arm[:n].sum() == 2 * n / 3


def test_crossover_gives_everybody_both_treatments():
    of = design(design="crossover", periods={"count": 2, "weeks": 4})
    m = model(of)
    data = trials_of(m, offsets(m, 1), 1, range(2), 40)
    assert (data.treatment.sum(axis=2) == 1).all()
    assert sorted({int(s) for s in data.sequence.ravel()}) == [0, 1]


def test_n_of_1_draws_the_order_anew_in_each_pair():
    of = design(design="n_of_1", periods={"count": 6, "weeks": 2})
    m = model(of)
    on = trials_of(m, offsets(m, 1), 1, range(2), 200).treatment
    pairs = on.reshape(2, 200, 3, 2).sum(axis=3)
    assert (pairs == 1).all()
    assert on[:, :, 0].mean() == pytest.approx(0.5, abs=0.1)


def test_withdrawal_makes_nothing_look_like_benefit():
    of = parse_design({**BASE, "treatment": {"name": "kratom leaf", "kind": "kratom"},
                       "effect": {"difference": -2.0}})  # fmt: skip
    off = model(of, null=True)
    on = model(of, null=True, **{"withdrawal.share_of_users": 1.0, "withdrawal.points": 8.0})
    nothing = truth(off, offsets(off, 1), 1).hypothetical[0]
    seen = truth(on, offsets(on, 1), 1).hypothetical[0]
    assert np.allclose(nothing, 0)
    assert seen[0] < -1.5
    assert seen[0] < seen[1] < seen[-1] <= 0


def test_guessing_adds_expectancy_times_the_difference_in_belief():
    of = design(
        course={"bounded": False, "whole_points": False},
        blinding={
            "believe_active_on_treatment": 0.9,
            "believe_active_on_control": 0.4,
            "expectancy_points": -2,
        },
    )
    m = model(of, null=True)
    assert truth(m, offsets(m, 1), 1).hypothetical[0, -1] == pytest.approx(-1.0, abs=0.03)
