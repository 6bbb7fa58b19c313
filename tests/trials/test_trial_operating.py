"""Operating characteristics against closed forms, and the same bytes whoever does the work."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import pytest
from scipy.stats import nct, t

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
    return parse_design({**base, **changes})


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
        course=IDEAL,
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
    for count, block in ((1, 41), (1, 7), (2, 10), (3, 10)):
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
    of = design(simulation={"trials": 60, "sample_size": False})
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
