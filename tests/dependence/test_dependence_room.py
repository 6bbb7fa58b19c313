"""The dependence room: counting, what was not asked, withdrawal, and no diagnosis."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.language import every_text, forbidden_in
from tests.strategies import cases, removals

from speciosa.case import Case, parse_case
from speciosa.case import vocabulary as v
from speciosa.clinical.dependence import assess
from speciosa.finding import Severity, Tone
from speciosa.knowledge import load

KNOWLEDGE = load()
CRITERIA = [str(c) for c in v.UseCriterion]
MANY = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def _assess(**kratom):
    return assess(parse_case({"date": "2026-11-22", "kratom": kratom}), KNOWLEDGE)


def _counted(met, absent=0, **more):
    return _assess(
        status="using",
        criteria_met=CRITERIA[:met],
        criteria_absent=CRITERIA[met : met + absent],
        **more,
    )


def _ids(result):
    return {f.id for f in result.findings}


def _find(result, name):
    return next(f for f in result.findings if f.id == f"dependence.{name}")


# ------------------------------------------------------------------ the count


@pytest.mark.parametrize(
    ("met", "level"),
    [(0, "fewer than 2"), (1, "fewer than 2"), (2, "mild"), (3, "mild"), (4, "moderate"),
     (5, "moderate"), (6, "severe"), (7, "severe"), (11, "severe")],
)  # fmt: skip
def test_levels_when_all_eleven_were_asked(met, level):
    result = _counted(met, 11 - met)
    assert result.level.startswith(level)
    assert (result.criteria_met, result.criteria_asked) == (met, 11)
    assert "dependence.criteria_open" not in _ids(result)


@pytest.mark.parametrize(
    ("met", "absent", "level"),
    [(0, 5, "fewer than 2 met so far; up to severe is open, 6 not asked"),
     (1, 9, "fewer than 2 met so far; up to mild is open, 1 not asked"),
     (0, 10, "fewer than 2 criteria met"), (2, 8, "mild by count; 1 not asked"),
     (2, 7, "at least mild by count; 2 not asked"), (6, 0, "severe by count; 5 not asked")],
)  # fmt: skip
def test_criteria_that_were_not_asked_leave_the_level_open(met, absent, level):
    result = _counted(met, absent)
    assert result.level == level
    assert "cannot be excluded" in _find(result, "criteria_open").text
    assert "kratom.criteria_met" in {m.field for m in result.missing}


def test_nothing_asked_is_no_count():
    result = _assess(status="using")
    assert result.criteria_met is None
    assert result.criteria_asked == 0
    assert "none of the 11 criteria was asked" in result.level


def test_none_met_does_not_promise_an_easy_stop():
    result = _counted(0, 11)
    none = _find(result, "criteria_none_met")
    assert none.tone is Tone.NEUTRAL
    assert "withdrawal" in none.detail


@pytest.mark.parametrize("met", [["tolerance"], ["withdrawal"], ["tolerance", "withdrawal"]])
def test_tolerance_and_withdrawal_alone_are_physical_dependence(met):
    rest = [c for c in CRITERIA if c not in met]
    result = _assess(status="using", criteria_met=met, criteria_absent=rest)
    assert "not the same as addiction" in _find(result, "physical_only").text
    if len(met) == 2:
        assert result.level == "mild by count, tolerance and withdrawal only"
    more = _assess(status="using", criteria_met=[*met, "craving"])
    assert "dependence.physical_only" not in _ids(more)


def test_the_count_is_never_called_a_diagnosis():
    assert "not a named class" in _find(_counted(6, 5), "not_a_diagnosis").text


def test_a_record_that_contradicts_itself_is_not_smoothed():
    result = _assess(
        status="using", between_doses=["aches"], criteria_absent=["withdrawal"],
        attempts_to_stop=3,
    )  # fmt: skip
    assert {"dependence.withdrawal_contradicted", "dependence.cut_down_to_ask"} <= _ids(result)


def test_signs_of_withdrawal_that_was_not_asked():
    by_symptoms = _assess(status="using", between_doses=["aches"])
    by_reason = _assess(status="using", reasons=["avoiding_kratom_withdrawal"])
    for result in (by_symptoms, by_reason):
        assert "dependence.withdrawal_to_ask" in _ids(result)
    asked = _assess(status="using", between_doses=["aches"], criteria_met=["withdrawal"])
    assert "dependence.withdrawal_to_ask" not in _ids(asked)


# ------------------------------------------------------------------ standing


def test_never_asking_and_not_recorded():
    never, asking = _assess(status="never"), _assess(status="asking")
    unknown = assess(parse_case({"date": "2026-11-22"}), KNOWLEDGE)
    assert never.level == asking.level == "not applicable: no kratom use on record"
    assert "documented harms" in asking.headline
    assert "not clear" in unknown.headline
    assert [m.field for m in unknown.missing] == ["kratom"]
    assert never.missing == ()


def test_signs_of_use_outweigh_a_status_of_asking():
    result = _assess(status="asking", criteria_met=["craving", "tolerance"])
    assert "dependence.status_contradicted" in _ids(result)
    assert result.criteria_met == 2


@pytest.mark.parametrize(
    ("stopped", "finding"),
    [("2026-11-22", "stopped_days_ago"), ("2026-11-15", "stopped_days_ago"),
     ("2026-11-14", "stopped_weeks_ago"), ("2026-10-25", "stopped_weeks_ago"),
     ("2026-10-24", "stopped_long_ago"), (None, "stopped_undated")],
)  # fmt: skip
def test_days_after_stopping(stopped, finding):
    kratom = {"status": "stopped"} | ({"stopped": stopped} if stopped else {})
    result = _assess(**kratom)
    standing = {i for i in _ids(result) if i.startswith("dependence.stopped_")}
    assert standing == {f"dependence.{finding}"}


def test_hours_since_the_last_dose_outweigh_an_older_date():
    result = _assess(status="stopped", stopped="2026-01-01", last_use_hours_ago=30.0)
    assert "dependence.stopped_days_ago" in _ids(result)
    assert "withdrawal possible now" in result.headline


def test_a_cut_down_is_treated_like_a_stop():
    result = _assess(status="using", cut_down_recently=True)
    assert _find(result, "cut_down").severity is Severity.MAJOR
    assert "cut down lately" in result.headline.lower()


# ------------------------------------------------------------------ withdrawal and use


def test_anxiety_between_doses_can_pass_for_a_treatment_effect():
    result = _assess(status="using", between_doses=["anxiety", "runny_nose"])
    assert "runny nose" in _find(result, "between_doses").text
    assert "feel like kratom treating anxiety" in _find(result, "between_anxiety").text
    assert "symptoms between doses" in result.headline


def test_no_symptoms_between_doses_is_reported_without_comfort():
    result = _assess(status="using", between_doses=["none"])
    assert _find(result, "between_none").tone is Tone.NEUTRAL
    assert "kratom.between_doses" not in {m.field for m in result.missing}
    unasked = _assess(status="using")
    assert "kratom.between_doses" in {m.field for m in unasked.missing}


def test_frequency_matters_more_than_amount():
    result = _assess(
        status="using",
        products=[{"form": "tea", "times_per_day": 3.0}, {"form": "capsule", "times_per_day": 1.0}],
    )
    frequency = _find(result, "frequency")
    assert "about 4" in frequency.text
    assert "instrument/kratom_use_disorder/drivers" in frequency.facts
    assert "dependence.daily" in _ids(result)


def test_use_on_some_days_is_not_called_daily():
    product = {"form": "tea", "times_per_day": 2.0, "days_per_week": 3.0}
    assert "dependence.daily" not in _ids(_assess(status="using", products=[product]))


@pytest.mark.parametrize(
    ("form", "finding"),
    [("7_oh_product", "seven_oh"), ("pseudoindoxyl_product", "pseudoindoxyl")],
)
def test_concentrated_products_are_opioid_exposure(form, finding):
    result = _assess(status="using", products=[{"form": form}])
    found = _find(result, finding)
    assert found.severity is Severity.MAJOR
    assert "opioid exposure" in found.text
    assert "opioid exposure" in result.headline
    leaf = _assess(status="using", products=[{"form": "leaf_powder"}])
    assert f"dependence.{finding}" not in _ids(leaf)


def test_an_unknown_product_does_not_exclude_7_oh():
    result = _assess(status="using", products=[{"form": "unknown"}])
    assert "not excluded" in _find(result, "product_unknown").text


@pytest.mark.parametrize("status", ["current", "past"])
def test_another_use_disorder_on_record(status):
    case = {"date": "2026-11-22", "kratom": {"status": "using"},
            "conditions": [{"name": "opioid_use_disorder", "status": status}]}  # fmt: skip
    result = assess(parse_case(case), KNOWLEDGE)
    assert "opioid use disorder" in _find(result, "other_use_disorder").text
    case["conditions"][0]["status"] = "absent"
    absent = assess(parse_case(case), KNOWLEDGE)
    assert "dependence.other_use_disorder" not in _ids(absent)


def test_scales_come_with_what_they_were_not_made_for():
    case = {
        "date": "2026-11-22",
        "kratom": {"status": "stopped", "stopped": "2026-11-20"},
        "symptoms": {"cows": {"total": 13}, "sows": {"total": 20},
                     "kratom_dependence_scale": {"total": 30}},
    }  # fmt: skip
    result = assess(parse_case(case), KNOWLEDGE)
    cows = _find(result, "withdrawal_scale.cows")
    assert "moderate" in cows.text
    assert "not validated for kratom" in cows.text
    assert "not validated" in _find(result, "withdrawal_scale.sows").text
    assert "no cut-off" in _find(result, "dependence_scale").text
    case["symptoms"] = {"cows": {"total": 49}}
    outside = assess(parse_case(case), KNOWLEDGE)
    assert "check the entry" in _find(outside, "withdrawal_scale_range.cows").text


def test_prevalence_is_context_and_not_a_forecast():
    common = _find(_assess(status="using"), "how_common")
    for share in ("25.5 % of 2061", "29.5 % of 129", "2 % of 2798", "99 % of 150"):
        assert share in common.text
    assert "None of these says how likely" in common.text


# ------------------------------------------------------------------ properties


@MANY
@given(cases())
def test_every_case_is_cited_calm_and_fit_to_print(case: Case):
    result = assess(case, KNOWLEDGE)
    for finding in result.findings:
        assert finding.tone is not Tone.REASSURING
        for fact in finding.facts:
            KNOWLEDGE.cite(fact)
    ranks = [f.severity.rank for f in result.findings]
    assert ranks == sorted(ranks)
    assert len(_ids(result)) == len(result.findings)
    assert forbidden_in(result) == []
    assert not any("{" in text for text in every_text(result))
    assert result.headline.endswith(".")
    assert result.level


@MANY
@given(st.integers(0, 11), st.integers(0, 11))
def test_a_further_criterion_never_lowers_the_count(met, absent):
    absent = min(absent, 11 - met)
    before = _counted(met, absent)
    if met == 11:
        return
    after = _assess(
        status="using",
        criteria_met=CRITERIA[: met + 1],
        criteria_absent=CRITERIA[met + 1 : met + absent + 1],
    )
    assert (after.criteria_met or 0) > (before.criteria_met or 0)
    worst = [f.severity.rank for f in before.findings if f.id == "dependence.criteria_met"]
    now = [f.severity.rank for f in after.findings if f.id == "dependence.criteria_met"]
    assert not worst or now[0] <= worst[0]


@MANY
@given(cases())
def test_taking_the_product_away_never_hides_that_it_is_unknown(case: Case):
    for path, smaller in removals(case):
        if path == "kratom.products" and smaller.kratom.status in ("using", "stopped"):
            assert "kratom.products" in {m.field for m in assess(smaller, KNOWLEDGE).missing}
