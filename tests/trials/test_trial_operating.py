"""Operating characteristics against closed forms, and the same bytes whoever does the work."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import pytest
from scipy.stats import nct, t

from speciosa.errors import InputError
from speciosa.evidence.trials.design import Design, parse_design
from speciosa.evidence.trials.design.assumptions import assumptions, values
from speciosa.evidence.trials.generate.leaving import offsets
from speciosa.evidence.trials.generate.model import build
from speciosa.evidence.trials.operating.analyse import plan_of
from speciosa.evidence.trials.operating.blocks import Job, workers
from speciosa.evidence.trials.operating.closed_form import closed_forms
from speciosa.evidence.trials.operating.sample_size import search
from speciosa.evidence.trials.result import Figure
from speciosa.evidence.trials.simulate import simulate
from speciosa.knowledge import load
from speciosa.report.json import encode
from speciosa.report.trial.document import document

STAY = {"control": 0, "treatment": 0}
IDEAL = {"bounded": False, "whole_points": False, "entry_score": 0, "baseline_sd": 3}
QUIET = {"scenarios": False, "sample_size": False}


def design(**changes: object) -> Design:
    base = {
        "title": "a trial",
        "design": "parallel",
        "treatment": {"name": "a medicine", "kind": "medicine"},
        "subjects": 120,
        "visits_weeks": [2, 4, 8],
        "analysis": {"method": "ancova"},
        "simulation": {"trials": 2000, **QUIET},
    }
    given = {**base, **changes}
    if "periods" in given:  # its own visits and its own analysis
        del given["visits_weeks"], given["analysis"]
    return parse_design(given)


def planned(of: Design):
    return simulate(of, load()).planned


def test_type_one_error_is_nominal():
    found = planned(design(effect={"difference": 0}, simulation={"trials": 4000, **QUIET}))
    nominal = 0.05
    assert abs(found.two_sided.value - nominal) < 3 * math.sqrt(nominal * (1 - nominal) / 4000)
    assert abs(found.success.value - 0.025) < 3 * math.sqrt(0.025 * 0.975 / 4000)


def test_power_of_complete_normal_scores_is_that_of_the_formula():
    of = design(course=IDEAL, leaving={"control": 0, "treatment": 0}, effect={"difference": -4})
    result = simulate(of, load())
    form = next(f for f in result.closed_forms if f.name == "ANCOVA")
    assert abs(result.planned.success.value - form.power) < 3.5 * result.planned.success.mc_se


def test_mixed_model_power_of_complete_normal_scores_is_near_the_formula():
    of = design(course=IDEAL, leaving={"control": 0, "treatment": 0}, effect={"difference": -4},
                analysis={"method": "mmrm"}, simulation={"trials": 600, **QUIET})  # fmt: skip
    result = simulate(of, load())
    form = next(f for f in result.closed_forms if f.name == "ANCOVA")
    assert abs(result.planned.success.value - form.power) < 3.5 * result.planned.success.mc_se


def test_without_bias_the_interval_covers_as_often_as_it_says():
    found = planned(design(leaving={"control": 0, "treatment": 0}))
    assert abs(found.bias.value) < 3.5 * found.bias.mc_se
    assert abs(found.coverage.value - 0.95) < 3.5 * found.coverage.mc_se
    assert found.model_se == pytest.approx(found.empirical_se, rel=0.06)


def test_leaving_by_a_score_nobody_sees_biases_the_analysis():
    reasons = {"at_random": 0, "observed": 0, "unobserved": 1, "adverse": 0, "slope_per_sd": 3}
    of = design(leaving={"control": 0.1, "treatment": 0.5, **reasons}, effect={"difference": 0})
    found = planned(of)
    # The worst leave the treatment arm: those who stay flatter it.
    assert found.bias.value < -3.5 * found.bias.mc_se


def test_non_inferiority_at_the_margin_is_claimed_as_often_as_alpha_allows():
    of = design(
        design="non_inferiority",
        margin=2,
        control={"name": "an SSRI", "kind": "active"},
        effect={"difference": 2},
        leaving={"control": 0, "treatment": 0},
        course={**IDEAL, "control_change": -9},
    )
    found = planned(of)
    assert abs(found.success.value - 0.025) < 3.5 * math.sqrt(0.025 * 0.975 / 2000)


def test_looks_keep_the_error_and_save_people():
    looks = {"fractions": [0.5, 1], "spending": "pocock"}
    null = planned(
        design(effect={"difference": 0}, interim=looks, simulation={"trials": 4000, **QUIET})
    )
    assert abs(null.success.value - 0.025) < 3.5 * math.sqrt(0.025 * 0.975 / 4000)
    good = planned(design(effect={"difference": -6}, interim=looks))
    assert good.expected_subjects.value < 110
    assert [look.subjects for look in good.looks] == [60, 120]
    stops = sum(look.stops_for_benefit.value for look in good.looks)
    assert stops == pytest.approx(good.success.value)


def test_estimates_after_looks_cover_as_often_as_they_say():
    looks = {"fractions": [0.3, 0.6, 1], "spending": "pocock", "futility": "beta_pocock"}
    of = design(effect={"difference": -3}, interim=looks, leaving=STAY, course=IDEAL,
                simulation={"trials": 8000, **QUIET})  # fmt: skip
    result = simulate(of, load())
    found = result.planned
    assert abs(found.coverage.value - 0.95) < 3.5 * math.sqrt(0.05 * 0.95 / 8000)
    # Taken as if there had been no looks, the same trials are too sure.
    assert found.unadjusted.coverage.value < found.coverage.value
    form = next(f for f in result.closed_forms if f.name == "Group-sequential ANCOVA")
    assert abs(found.success.value - form.power) < 0.02
    for look, good, futile in zip(
        found.looks, form.stops_for_benefit, form.stops_for_futility, strict=True
    ):
        assert abs(look.stops_for_benefit.value - good) < 0.02
        assert abs(look.stops_for_futility.value - futile) < 0.02
    assert found.expected_subjects.value == pytest.approx(form.expected_subjects, rel=0.02)


def test_several_doses_have_one_error_for_all_of_them():
    doses = [{"name": n, "position": p, "difference": 0} for n, p in (("a", 0.3), ("b", 1))]
    null = planned(design(design="dose_ranging", doses=doses, subjects=90, leaving=STAY))
    error = math.sqrt(0.025 * 0.975 / 2000)
    assert abs(null.success.value - 0.025) < 3.5 * error
    assert abs(null.any_arm.value - 0.025) < 3.5 * error
    assert all(c.success.value <= c.unadjusted.value for c in null.contrasts)


def test_the_null_of_non_inferiority_lies_at_the_margin_of_the_estimand():
    of = design(design="non_inferiority", margin=2, control={"name": "an SSRI", "kind": "active"},
                effect={"difference": 0}, leaving={"control": 0.2, "treatment": 0.4},
                analysis={"method": "ancova", "strategy": "treatment_policy"},
                course={"control_change": -9, "bounded": False}, visits_weeks=[8],
                simulation={"trials": 50, "sample_size": False})  # fmt: skip
    null = next(s for s in simulate(of, load()).scenarios if s.id == "worse_by_margin")
    assert null.true_difference == pytest.approx(2, abs=0.05)


def test_a_difference_that_varies_has_no_bias_and_no_coverage():
    of = design(effect={"difference": -3, "low": -5, "high": 0}, visits_weeks=[8], leaving=STAY,
                course={"bounded": False},
                simulation={"trials": 50, "sample_size": False})  # fmt: skip
    found = next(s for s in simulate(of, load()).scenarios if s.id == "assurance")
    assert found.true_difference is found.bias is found.coverage is None


def test_withdrawal_of_those_who_stop_is_a_part_of_treatment_policy():
    kratom = {"name": "kratom", "kind": "kratom"}
    leaving = {"control": 0.25, "treatment": 0.5, "followed_after_stopping": 1}
    withdrawal = {"share_of_users": 1, "points": 10, "half_time_weeks": 4, "washout_weeks": 52}
    ask = {"treatment": kratom, "effect": {"difference": -3}, "leaving": leaving,
           "analysis": {"method": "ancova", "strategy": "treatment_policy"}}  # fmt: skip
    found = planned(design(**ask, withdrawal=withdrawal))
    # Long after their own kratom people are not in withdrawal at entry: nothing is confounded.
    assert abs(found.bias.value) < 3.5 * found.bias.mc_se
    without = planned(design(**ask, withdrawal={**withdrawal, "points": 0}))
    assert found.true_difference > without.true_difference + 0.5


def test_dependence_made_by_the_trial_reads_as_benefit_where_control_means_withdrawal():
    of = design(design="n_of_1", treatment={"name": "kratom", "kind": "kratom"}, subjects=60,
                periods={"count": 4, "weeks": 2, "carry_over_share": 0}, effect={"difference": -2},
                course=IDEAL, leaving=STAY, withdrawal={"share_of_users": 0, "points": 10,
                "half_time_weeks": 4, "newly_dependent_share": 1},
                simulation={"trials": 300, **QUIET})  # fmt: skip
    found = planned(of)
    assert found.true_difference == pytest.approx(-2, abs=0.02)
    assert found.bias.value < -1


def test_no_figures_where_no_trial_could_be_fitted():
    of = design(subjects=8, visits_weeks=[8], leaving={"control": 0.9, "treatment": 0.9},
                analysis={"method": "mmrm"}, simulation={"trials": 50, **QUIET})  # fmt: skip
    with pytest.raises(InputError, match="could be fitted"):
        simulate(of, load())


def test_an_early_look_before_an_arm_has_anybody_is_refused():
    looks = {"fractions": [0.06, 0.07, 1]}
    with pytest.raises(InputError, match=r"interim\.fractions"):
        design(subjects=8, interim=looks)


def job(of: Design, trials: int, sizes: tuple[int, ...]) -> Job:
    model = build(of, values(assumptions(of, load())))
    return Job(
        model=model, offsets=offsets(model, 1), plan=plan_of(of), seed=1, trials=trials, sizes=sizes
    )


def bytes_of(rows) -> list[bytes]:
    return [getattr(row, f.name).tobytes() for row in rows for f in fields(row)]


@pytest.mark.parametrize("method", ["ancova", "mmrm"])
def test_blocks_and_workers_never_change_a_byte(method):
    of = design(analysis={"method": method})
    work = job(of, 41, (60, 120))
    found = []
    for count, block in ((1, 41), (1, 7), (2, 10)):
        with workers(count, block=block) as crew:
            found.append(bytes_of(crew.run(work)))
    assert all(other == found[0] for other in found[1:])


def test_smaller_trials_are_beginnings_of_larger_ones():
    of = design()
    with workers(1) as crew:
        small = crew.run(job(of, 20, (60,)))[0]
        nested = crew.run(job(of, 20, (60, 120)))[0]
    assert np.array_equal(small.estimate, nested.estimate)


def test_the_whole_document_is_the_same_in_any_block():
    of = design(interim={"fractions": [0.5, 1]}, simulation={"trials": 60, **QUIET})
    one, two = (encode(document(simulate(of, load(), block=b), of, load())) for b in (100, 13))
    assert one == two


def test_progress_is_told_and_reaches_its_end():
    told: list[tuple[int, int]] = []
    simulate(design(simulation={"trials": 250, **QUIET}), load(),
             progress=lambda done, total: told.append((done, total)))  # fmt: skip
    assert len(told) > 2
    assert told[-1][0] == told[-1][1]


@pytest.mark.parametrize("scale", [0.03, 0.08, 0.2])
def test_the_number_of_people_is_found_where_power_is_known(scale):
    def known(n: int) -> float:
        return 1 - math.exp(-scale * n)

    def powers(sizes):
        return [Figure(value=known(n), mc_se=0.005) for n in sizes]

    found = search(powers, 0.9, 40, 1000)
    truth = -math.log(0.1) / scale
    assert found.needed is not None
    assert abs(found.needed - truth) <= max(0.05 * truth, 2.5)
    assert found.low is not None and found.low <= found.needed


def test_a_target_out_of_reach_is_said_and_not_guessed():
    found = search(lambda sizes: [Figure(value=0.3, mc_se=0.01) for _ in sizes], 0.9, 100, 500)
    assert found.needed is None
    assert "more than" in found.note


def test_power_that_wobbles_is_made_to_rise():
    wobble = {20: 0.3, 28: 0.5, 34: 0.45, 40: 0.7, 48: 0.92, 60: 0.95}
    found = search(
        lambda sizes: [Figure(value=wobble.get(n, 0.9), mc_se=0.01) for n in sizes], 0.9, 40, 500
    )
    smooth = [p.smoothed for p in found.curve]
    assert smooth == sorted(smooth)


def test_crossover_formula_is_the_textbook_one():
    periods = {"count": 2, "weeks": 4, "within_person_correlation": 0.5}
    of = design(design="crossover", periods=periods, subjects=60)
    model = build(of, values(assumptions(of, load())))
    (form,) = closed_forms(of, model)
    sd = float(np.linalg.norm(model.mixing[1]))
    shift = 2.75 * math.sqrt(60) / (sd * math.sqrt(2 * 0.5))
    assert form.power == pytest.approx(nct.sf(t.ppf(0.975, 58), 58, shift), abs=1e-6)
