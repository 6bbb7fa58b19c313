"""The protocol says what was simulated, for each design and substance."""

from __future__ import annotations

from pathlib import Path

import pytest

from speciosa.evidence.trials.design import Design, parse_design, read_design_bytes
from speciosa.evidence.trials.design.assumptions import assumptions
from speciosa.evidence.trials.protocol import protocol
from speciosa.evidence.trials.result import (
    Characteristics,
    Course,
    Figure,
    Look,
    Protocol,
)
from speciosa.knowledge import load
from speciosa.report.trial import words

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples" / "trials").glob("*.yaml"))
BASE = {
    "title": "a trial",
    "design": "parallel",
    "treatment": {"name": "a medicine", "kind": "medicine"},
    "subjects": 200,
}
NOTHING = Figure(value=0.5, mc_se=0.01)


def look(subjects: int, upper: float, lower: float | None) -> Look:
    return Look(
        fraction=0.5,
        subjects=subjects,
        boundary_z=upper,
        futility_z=lower,
        nominal_alpha=0.01,
        stops_for_benefit=NOTHING,
        stops_for_futility=NOTHING,
    )


LOOKS = (look(100, float("inf"), None), look(150, 2.9, 0.26), look(200, 1.97, None))


def written(data: dict | object) -> Protocol:
    """A protocol around invented results: nothing is simulated."""
    design = parse_design(data) if isinstance(data, dict) else data
    found = assumptions(design, load())
    course = Course(weeks=(0, 8), baseline_mean=25, baseline_sd=4, arms=(), beyond_scale_share=0,
                    difference_on_scale=-2, difference_without_ends=-2, scoring="")  # fmt: skip
    return protocol(design, found, course, None, simulated(design), load())


def simulated(design: Design, *, lost: int = 0) -> Characteristics:
    """Invented operating characteristics."""
    return Characteristics(
        id="", title="", shows="", null=False, trials=50, not_converged=lost, success=NOTHING,
        two_sided=NOTHING, true_difference=-2.0, true_difference_mc_se=0.0, mean_estimate=NOTHING,
        bias=NOTHING, rmse=NOTHING, coverage=NOTHING, empirical_se=1, model_se=1,
        left_control=0.25, left_treatment=0.3, expected_subjects=NOTHING,
        looks=LOOKS if design.interim else (),
    )  # fmt: skip


def filled(made: Protocol) -> dict[str, str]:
    return {i.number: i.filled for s in made.sections for i in s.items}


def attribute(made: Protocol, name: str) -> str:
    return next(i.filled for i in made.estimand if i.title == name)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_no_brace_is_left_and_every_item_says_something(path):
    made = written(read_design_bytes(path.read_bytes()))
    for item in (*made.estimand, *made.intercurrent, *made.monitoring, *made.stopping,
                 *(i for s in made.sections for i in s.items)):  # fmt: skip
        assert "{" not in item.filled
        assert item.filled or item.decide


@pytest.mark.parametrize("kind", ["crossover", "n_of_1"])
def test_designs_with_periods_compare_ends_of_periods_without_a_covariate(kind):
    made = written({**BASE, "design": kind, "periods": {"count": 4, "weeks": 3}})
    items = filled(made)
    assert "end of each period of 3 weeks" in attribute(made, "Variable")
    assert "no covariate" in attribute(made, "Variable")
    assert "end of each period" in items["16"]
    assert "No washout between periods was simulated; 10 %" in items["12"]
    assert "covariance" not in items["27a"].lower()
    assert "within people" in attribute(made, "Population-level summary")
    assert "everybody randomised has to stand beside it" in items["27b"]


def test_ancova_does_not_claim_to_analyse_everybody_and_mmrm_says_whom():
    ancova = filled(written({**BASE, "analysis": {"method": "ancova"}}))
    assert "That is not everybody randomised: up to 30 %" in ancova["27b"]
    mmrm = filled(written({**BASE, "analysis": {"method": "mmrm"}}))
    assert "at least one score after entry" in mmrm["27b"]


def test_treatment_policy_says_how_many_of_those_who_stop_are_seen():
    policy = {"analysis": {"strategy": "treatment_policy"},
              "leaving": {"followed_after_stopping": 0.4}}  # fmt: skip
    made = written({**BASE, **policy})
    stop = next(i.filled for i in made.intercurrent if i.title == "The treatment is given up")
    assert "the simulation sees 40 % of those who stop" in stop
    assert "sees 40 % of them" in filled(made)["27c"]


def test_non_inferiority_names_assay_sensitivity_constancy_and_the_per_protocol_analysis():
    made = written({**BASE, "design": "non_inferiority", "margin": 2, "effect": {"difference": 0},
                    "control": {"name": "escitalopram", "kind": "active"},
                    "course": {"control_change": -11}})  # fmt: skip
    items = filled(made)
    for word in ("assay sensitivity", "constancy", "lies below 2 points"):
        assert word in items["27a"]
    assert "kept to the protocol" in items["27b"]
    assert "margin is to be argued" in items["10"]


def test_dose_ranging_names_the_tests_that_hold_the_error_over_all_doses():
    doses = [
        {"name": "low", "position": 0.5, "difference": -1},
        {"name": "high", "position": 1, "difference": -2},
    ]
    items = filled(written({**BASE, "design": "dose_ranging", "doses": doses}))
    for word in ("Multiple contrast test", "three shapes", "Dunnett", "error over all doses"):
        assert word in items["27a"]
    assert "any dose" in items["10"]
    assert "highest dose" in items["19"]


def test_looks_and_futility_are_written_down():
    interim = {"fractions": [0.5, 0.75, 1], "futility": "beta_obrien_fleming"}
    made = written({**BASE, "interim": interim})
    looks = filled(made)["28b"]
    for word in ("too early to stop for benefit", "z 2.900", "does not bind", "z under 0.260"):
        assert word in looks
    assert "inf" not in looks.split()
    assert any("futility" in rule.filled for rule in made.stopping)
    without = written({**BASE, "interim": {"fractions": [0.5, 1]}})
    assert "utility" not in filled(without)["28b"]


OPIOIDS = [
    {**BASE, "treatment": {"name": "kratom leaf", "kind": "kratom"}},
    {**BASE, "treatment": {"name": "tianeptine", "kind": "medicine"}},
    {**BASE, "treatment": {"name": "buprenorphine", "kind": "medicine"}},
    {**BASE, "design": "add_on", "background": "stable methadone"},
]


@pytest.mark.parametrize("data", OPIOIDS, ids=["kratom", "tianeptine", "buprenorphine", "add-on"])
def test_whatever_acts_on_opioid_receptors_is_watched_as_an_opioid(data):
    made = written({**data, "effect": {"difference": -2}})
    watched = " ".join(m.title + m.filled for m in made.monitoring)
    for word in ("Respiratory rate", "naloxone", "QTc", "COWS", "Dependence", "Newborns", "drive"):
        assert word in watched
    rules = " ".join(r.filled for r in made.stopping)
    for word in ("Depressed breathing", "Withdrawal beyond the score set", "Loss of control"):
        assert word in rules
    assert any("opioid receptors" in line for line in made.opening)
    items = filled(made)
    assert "dependence and withdrawal are objectives" in items["10"]
    assert "ethics committee" in items["14a"]
    assert "withdrawal scale" in items["34"]
    for word in ("dependence", "withdrawal", "deaths", "drive", "known benefit"):
        assert word in items["32a"]
    assert any("harm of the treatment" in i.filled for i in made.intercurrent)
    assert made.dose[0].startswith("Dose, form and schedule: to be set by")


def test_a_trial_that_is_too_small_is_called_so():
    assert "A trial should not start like this" in filled(written(BASE))["19"]
    enough = filled(written({**BASE, "target_power": 0.5}))["19"]
    assert "should not start" not in enough


def test_users_of_kratom_are_not_made_to_stop_without_a_plan():
    items = filled(written({**OPIOIDS[0], "effect": {"difference": -2}}))
    assert "only with a plan for withdrawal" in items["18"]
    assert "No product is handed out or advised after the trial" in items["34"]


def test_people_asked_into_a_trial_of_kratom_hear_of_its_harms():
    consent = filled(written({**OPIOIDS[0], "effect": {"difference": -2}}))["32a"]
    for word in ("no benefit of kratom in anxiety is known", "liver injury", "seizures"):
        assert word in consent


def test_a_crossover_of_an_opioid_is_questioned():
    made = written({**OPIOIDS[0], "effect": {"difference": -2}, "design": "crossover",
                    "periods": {"count": 2, "weeks": 4}})  # fmt: skip
    assert "can be a period of withdrawal" in filled(made)["12"]


def test_other_trials_are_not_watched_as_opioids():
    made = written(BASE)
    assert {m.title for m in made.monitoring} == {"Suicidality", "All harms"}
    assert made.dose == ()


def test_figures_over_trials_that_could_be_analysed_say_how_many_could_not():
    design = parse_design(BASE)
    assert words.unfit(simulated(design, lost=2)) == ""
    few = simulated(design, lost=40)
    assert "40 of 50 trials could not be analysed" in words.unfit(few)
    assert "few could be analysed" in words.row(few)[0]
