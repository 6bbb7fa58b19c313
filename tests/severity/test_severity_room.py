"""The severity room: what it says, what it will not say, and what it never loses."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.language import every_text, forbidden_in
from tests.strategies import KNOWN_MEDICINES, cases, removals

from speciosa.case import Case, CaseMedicine, parse_case
from speciosa.clinical.severity import assess
from speciosa.finding import Severity, Tone
from speciosa.knowledge import load

KNOWLEDGE = load()
CALM = {
    "date": "2026-11-22",
    "symptoms": {
        "gad7": {"answers": [0, 1, 0, 0, 0, 0, 0], "date": "2026-11-22"},
        "phq9": {"answers": [0, 0, 1, 0, 0, 0, 0, 0, 0]},
        "impairment": "none",
        "difficulty": "not_difficult",
    },
    "kratom": {"status": "never"},
}
MANY = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def _assess(data):
    return assess(parse_case({"date": "2026-11-22", **data}), KNOWLEDGE)


def _all(result):
    return (*result.function, *result.diagnosis, *result.findings)


def _ids(result):
    return {f.id for f in _all(result)}


def _reassuring(result):
    return {f.id for f in _all(result) if f.tone is Tone.REASSURING}


def _find(result, finding_id):
    return next(f for f in _all(result) if f.id == finding_id)


# ------------------------------------------------------------------ item 9


@pytest.mark.parametrize(
    ("answer", "finding"),
    [(0, "item9_zero"), (1, "item9_positive"), (2, "item9_high"), (3, "item9_high"),
     (None, "item9_not_answered")],
)  # fmt: skip
def test_item_9_as_answered(answer, finding):
    result = _assess({"symptoms": {"phq9": {"answers": [0, 0, 0, 0, 0, 0, 0, 0, answer]}}})
    assert f"severity.{finding}" in _ids(result)
    assert ("symptoms.phq9.item9" in {m.field for m in result.missing}) == (answer is None)
    if answer:
        found = _find(result, f"severity.{finding}")
        assert found.severity is Severity.URGENT
        assert f"instrument/phq9/item9/suicide-hazard-answer-{answer}" in found.facts
        assert "Item 9" in result.headline


def test_a_zero_on_item_9_clears_nobody():
    result = _assess({"symptoms": {"phq9": {"answers": [0] * 9}}})
    zero = _find(result, "severity.item9_zero")
    assert zero.tone is Tone.NEUTRAL
    assert "clears nobody" in zero.text
    assert "71.6 %" in zero.detail


def test_item_9_beside_a_total_is_used_and_without_it_is_not_guessed():
    known = _assess({"symptoms": {"phq9": {"total": 3, "item9": 2}}})
    unknown = _assess({"symptoms": {"phq9": {"total": 0}}})
    assert "severity.item9_high" in _ids(known)
    assert "severity.item9_not_answered" in _ids(unknown)
    assert "severity.item9_zero" not in _ids(unknown)


def test_answered_items_alone_can_point_to_depression():
    result = _assess({"symptoms": {"phq9": {"answers": [2, 2, 2, 2, 1, 1, 1, 0, None]}}})
    assert "from the answered items alone" in _find(result, "severity.depression_likely").text


def test_only_item_9_known_gives_no_total():
    result = _assess({"symptoms": {"phq9": {"item9": 1}}})
    assert result.scores[0].total is None
    assert "item9_positive" in " ".join(_ids(result))


# ------------------------------------------------------------------ reassurance


def test_a_low_score_reassures_only_with_everything_asked():
    assert _reassuring(_assess(CALM)) == {"severity.gad7_minimal_complete"}


@pytest.mark.parametrize(
    "change",
    [
        {"symptoms": {**CALM["symptoms"], "gad7": {"total": 1, "date": "2026-11-22"}}},
        {"symptoms": {**CALM["symptoms"],
                      "gad7": {"answers": [0, 1, 0, 0, 0, 0, None], "date": "2026-11-22"}}},
        {"symptoms": {**CALM["symptoms"], "gad7": {"answers": [0, 1, 0, 0, 0, 0, 0]}}},
        {"symptoms": {**CALM["symptoms"],
                      "gad7": {"answers": [0, 1, 0, 0, 0, 0, 0], "date": "2026-10-01"}}},
        {"symptoms": {**CALM["symptoms"], "impairment": "marked"}},
        {"symptoms": {"gad7": CALM["symptoms"]["gad7"], "impairment": "none"}},
        {"symptoms": {**CALM["symptoms"],
                      "gad7": {"answers": [1, 1, 1, 1, 1, 0, 0], "date": "2026-11-22"}}},
        {"symptoms": {**CALM["symptoms"], "phq9": {"answers": [0, 0, 1, 0, 0, 0, 0, 0, 1]}}},
        {"symptoms": {**CALM["symptoms"], "phq9": {"answers": [0, 0, 1, 0, 0, 0, 0, 0, None]}}},
        {"symptoms": {**CALM["symptoms"], "phq9": {"answers": [1, 1, 1, 1, 1, 0, 0, 0, 0]}}},
        {"symptoms": {**CALM["symptoms"], "phq9": {"total": 0}}},
        {"kratom": {"status": "using"}},
        {"kratom": {"status": "asking"}},
        {"kratom": None},
    ],
)  # fmt: skip
def test_a_low_score_does_not_reassure_otherwise(change):
    data = {key: value for key, value in {**CALM, **change}.items() if value is not None}
    assert not _reassuring(_assess(data))


def test_a_low_score_says_why_it_is_not_clear():
    result = _assess({"symptoms": {"gad7": {"total": 2}}, "kratom": {"status": "using"}})
    why = _find(result, "severity.minimal_is_not_clear")
    assert "Kratom" in why.detail
    assert "does not rule out" in why.text


# ------------------------------------------------------------------ diagnosis


FITTING = {
    "features": ["excessive_worry", "hard_to_control", "restlessness", "fatigue", "irritability"],
    "duration_months": 6,
}


def test_a_fitting_picture_is_said_to_fit_and_not_more():
    result = _assess({"symptoms": FITTING})
    fit = _find(result, "severity.features_fit")
    assert "fits the description" in fit.text
    assert fit.tone is Tone.NEUTRAL
    assert "severity.screen_limits" in _ids(result)


@pytest.mark.parametrize(
    ("change", "open_point"),
    [
        ({"features": FITTING["features"][1:]}, "excessive worry"),
        ({"features": FITTING["features"][:4]}, "at least 3 accompanying"),
        ({"duration_months": 5.9}, "6 months or more"),
        ({"duration_months": None}, "how long"),
    ],
)
def test_what_is_open_is_named(change, open_point):
    symptoms = {k: v for k, v in {**FITTING, **change}.items() if v is not None}
    result = _assess({"symptoms": symptoms})
    assert open_point in _find(result, "severity.features_partly").text
    assert "severity.features_fit" not in _ids(result)


def test_absent_features_do_not_rule_out():
    result = _assess({"symptoms": {"features_absent": ["excessive_worry"]}})
    assert _find(result, "severity.features_absent").tone is Tone.NEUTRAL


def test_other_causes_on_record_and_not_asked():
    result = _assess(
        {
            "conditions": [
                {"name": "thyroid_disease"},
                {"name": "ptsd", "status": "absent"},
                {"name": "asthma", "status": "family"},
            ]
        }
    )
    assert "thyroid disease" in _find(result, "severity.excluded_present.medical").text
    unasked = _find(result, "severity.not_yet_excluded").text
    assert "PTSD" not in unasked
    assert "thyroid" not in unasked
    assert "asthma" in unasked


@pytest.mark.parametrize(
    ("data", "group", "word"),
    [
        ({"substances": [{"name": "caffeine", "mg_per_day": 600}]}, "substances", "caffeine"),
        ({"substances": [{"name": "alcohol", "drinks_per_week": 20}]}, "substances", "alcohol"),
        ({"kratom": {"status": "using"}}, "substances", "kratom"),
        ({"medicines": [{"name": "alprazolam"}]}, "substances", "alprazolam"),
        ({"medicines": [{"name": "sertraline", "stopped": "2026-11-10"}]}, "medicines",
         "sertraline, stopped lately"),
        ({"signs": {"present": ["suicidal_thoughts"]}}, "suicidality", "suicidal thoughts"),
    ],
)  # fmt: skip
def test_things_that_can_look_like_anxiety(data, group, word):
    assert word in _find(_assess(data), f"severity.excluded_present.{group}").text


def test_a_substance_with_an_amount_of_nought_was_asked_and_is_not_used():
    result = _assess({"substances": [{"name": "caffeine", "mg_per_day": 0.0}]})
    assert "severity.excluded_present.substances" not in _ids(result)


def test_a_medicine_stopped_long_ago_or_only_planned_does_not_count():
    result = _assess(
        {"medicines": [{"name": "sertraline", "stopped": "2025-01-01"},
                       {"name": "alprazolam", "planned": True}]}
    )  # fmt: skip
    assert not any(i.startswith("severity.excluded_present") for i in _ids(result))


# ------------------------------------------------------------------ kratom


def test_anxiety_between_doses_is_thought_of_as_withdrawal_first():
    result = _assess({"kratom": {"status": "using", "between_doses": ["anxiety", "sweating"]}})
    assert "severity.pattern_inter_dose" in _ids(result)
    assert "severity.label_on_hold" in _ids(result)
    assert "withdrawal between kratom doses" in result.headline


@pytest.mark.parametrize(
    ("kratom", "pattern", "hold"),
    [
        ({"status": "stopped", "stopped": "2026-11-22"}, True, True),
        ({"status": "stopped", "stopped": "2026-11-15"}, True, True),
        ({"status": "stopped", "stopped": "2026-11-14"}, False, True),
        ({"status": "stopped", "stopped": "2026-10-25"}, False, True),
        ({"status": "stopped", "stopped": "2026-10-24"}, False, False),
        ({"status": "stopped", "last_use_hours_ago": 168.0}, True, True),
        ({"status": "stopped", "stopped": "2026-01-01", "last_use_hours_ago": 20.0}, True, True),
        ({"status": "using", "cut_down_recently": True}, True, True),
        ({"status": "using"}, False, True),
        ({"status": "never"}, False, False),
        ({"status": "asking"}, False, False),
    ],
)
def test_scores_near_a_kratom_change_carry_no_label(kratom, pattern, hold):
    ids = _ids(_assess({"kratom": kratom}))
    assert ("severity.pattern_after_stopping" in ids) == pattern
    assert ("severity.label_on_hold" in ids) == hold


def test_a_stop_without_a_date_cannot_exclude_withdrawal():
    result = _assess({"kratom": {"status": "stopped"}})
    assert "severity.pattern_stop_undated" in _ids(result)
    assert "severity.label_on_hold" in _ids(result)


def test_kratom_not_asked_is_never_kratom_not_used():
    result = _assess({})
    assert "severity.kratom_not_asked" in _ids(result)
    assert "kratom" in {m.field for m in result.missing}


@pytest.mark.parametrize(
    ("signs", "finding", "severity"),
    [(["clonus"], "pattern_serotonin_alarm", Severity.EMERGENCY),
     (["sweating"], "pattern_serotonin", Severity.URGENT)],
)  # fmt: skip
def test_signs_on_a_serotonergic_medicine_are_not_called_anxiety(signs, finding, severity):
    data = {"kratom": {"status": "using"}, "medicines": [{"name": "sertraline"}],
            "signs": {"present": signs}}  # fmt: skip
    result = _assess(data)
    assert _find(result, f"severity.{finding}").severity is severity
    assert result.headline.startswith("Exclude serotonin toxicity first; severity")
    without = _assess({**data, "medicines": []})
    assert f"severity.{finding}" not in _ids(without)


# ------------------------------------------------------------------ the rest


@pytest.mark.parametrize(
    ("age", "word"),
    [(11.0, "not established"), (12.0, "about 12 years"), (17.9, "about 12 years"),
     (65.0, "lower scores"), (40.0, ""), (18.0, ""), (64.9, "")],
)  # fmt: skip
def test_ages_in_which_the_gad7_behaves_differently(age, word):
    result = _assess({"person": {"age_years": age}, "symptoms": {"gad7": {"total": 9}}})
    notes = [f.text for f in result.findings if f.id == "severity.population.gad7"]
    assert len(notes) == bool(word)
    assert not word or word in notes[0]


def test_an_old_score_describes_its_own_fortnight():
    old = _assess({"symptoms": {"gad7": {"total": 9, "date": "2026-11-07"}}})
    fresh = _assess({"symptoms": {"gad7": {"total": 9, "date": "2026-11-08"}}})
    late = _assess({"symptoms": {"gad7": {"total": 9, "date": "2026-12-01"}}})
    assert "15 days old" in _find(old, "severity.old_score.gad7").text
    assert "severity.old_score.gad7" not in _ids(fresh)
    assert "severity.future_score.gad7" in _ids(late)


def test_a_total_outside_its_range_is_kept_without_a_meaning():
    result = _assess({"symptoms": {"pswq": {"total": 10}, "cows": {"total": 100}}})
    for score in result.scores:
        assert score.total is None
        assert "check the entry" in score.reason


def test_impairment_outweighs_a_low_score():
    result = _assess({"symptoms": {"gad7": {"total": 3}, "impairment": "very_marked"}})
    assert "go by the impairment" in _find(result, "severity.score_and_life_differ").text


def test_function_as_recorded_and_as_missing():
    given_ = _assess(
        {"symptoms": {"impairment": "marked", "difficulty": "very_difficult",
                      "impaired_areas": ["work", "driving"], "days_lost_last_month": 0}}
    )  # fmt: skip
    assert [f.id for f in given_.function] == [
        "severity.impairment", "severity.difficulty", "severity.driving", "severity.areas",
        "severity.days_lost",
    ]  # fmt: skip
    empty = _assess({})
    assert empty.function == ()
    fields = {m.field for m in empty.missing}
    assert {"symptoms.impairment", "symptoms.difficulty", "symptoms.days_lost_last_month"} <= fields


def test_nothing_known_is_said_to_be_not_known():
    result = _assess({})
    assert result.scores == ()
    assert result.headline.startswith("Severity of anxiety is not known")
    assert {"symptoms.gad7", "symptoms.phq9", "symptoms.audit_c", "symptoms.isi"} <= {
        m.field for m in result.missing
    }


def test_the_headline_is_one_sentence():
    result = _assess({"symptoms": {"gad7": {"total": 14}, "impairment": "marked"}})
    assert result.headline == (
        "GAD-7 14 of 21, moderate anxiety symptoms; marked impairment; a screen, not a diagnosis."
    )


@MANY
@given(cases())
def test_every_case_is_cited_ordered_and_fit_to_print(case: Case):
    result = assess(case, KNOWLEDGE)
    for finding in _all(result):
        for fact in finding.facts:
            KNOWLEDGE.cite(fact)
    for part in (result.function, result.diagnosis, result.findings):
        assert [f.severity.rank for f in part] == sorted(f.severity.rank for f in part)
        assert len({f.id for f in part}) == len(part)
    assert forbidden_in(result) == []
    for text in every_text(result):
        assert "{" not in text
        assert "has generalized anxiety disorder" not in text
    assert assess(case, KNOWLEDGE) == result


@MANY
@given(cases())
def test_taking_information_away_never_adds_reassurance(case: Case):
    before = _reassuring(assess(case, KNOWLEDGE))
    for path, smaller in removals(case):
        assert _reassuring(assess(smaller, KNOWLEDGE)) <= before, path


@st.composite
def _nearly_calm(draw):
    """Cases a step or two away from the one that reassures."""
    answer = st.sampled_from([0, 0, 0, 0, 1, 3, None])
    gad7 = {"answers": draw(st.lists(answer, min_size=7, max_size=7))}
    if draw(st.booleans()):
        gad7["date"] = draw(st.sampled_from(["2026-11-22", "2026-10-01"]))
    symptoms = {
        "gad7": draw(st.sampled_from([gad7, CALM["symptoms"]["gad7"]])),
        "phq9": draw(st.sampled_from([CALM["symptoms"]["phq9"], {"total": 20}, {"item9": 2}])),
        "impairment": draw(st.sampled_from(["none", "marked"])),
        "difficulty": draw(st.sampled_from(["not_difficult", "very_difficult"])),
    }
    kratom = {"status": draw(st.sampled_from(["never", "asking", "using", "stopped"]))}
    signs = draw(st.sampled_from([{}, {"present": ["suicidal_thoughts"]}]))
    return parse_case(
        {"date": "2026-11-22", "symptoms": symptoms, "kratom": kratom, "signs": signs}
    )


@MANY
@given(_nearly_calm())
def test_no_single_removal_turns_a_nearly_calm_case_calm(case: Case):
    before = _reassuring(assess(case, KNOWLEDGE))
    for path, smaller in removals(case):
        assert _reassuring(assess(smaller, KNOWLEDGE)) <= before, path


@MANY
@given(cases(), st.sampled_from(KNOWN_MEDICINES))
def test_a_further_medicine_never_removes_a_warning(case: Case, name: str):
    more = case.model_copy(update={"medicines": (*case.medicines, CaseMedicine(name=name))})
    before = {f.id: f.severity for f in _all(assess(case, KNOWLEDGE)) if f.tone is Tone.WARNING}
    after = {f.id: f.severity for f in _all(assess(more, KNOWLEDGE))}
    for finding_id, severity in before.items():
        assert after[finding_id].rank <= severity.rank


@MANY
@given(st.lists(st.integers(0, 3), min_size=7, max_size=7), st.integers(0, 6))
def test_an_unanswered_item_never_makes_a_score_more_reassuring(answers, hole):
    data = {**CALM, "symptoms": {**CALM["symptoms"], "gad7": {"answers": answers}}}
    data["symptoms"]["gad7"]["date"] = "2026-11-22"
    holed = [None if n == hole else a for n, a in enumerate(answers)]
    smaller = {**CALM, "symptoms": {**CALM["symptoms"], "gad7": {"answers": holed}}}
    full, part = _assess(data), _assess(smaller)
    assert not _reassuring(part)
    complete, prorated = _find(full, "severity.score.gad7"), _find(part, "severity.score.gad7")
    # The worst band that is still possible counts, so a hole can only make the score look worse.
    assert prorated.severity.rank <= complete.severity.rank


# ------------------------------------------------------------------ wording that misled


def test_a_band_that_is_open_is_never_called_a_published_band():
    result = _assess({"symptoms": {"gad7": {"answers": [2, 1, 1, 1, 2, 1, None]}}})
    (score,) = (s for s in result.scores if s.instrument == "gad7")
    assert score.band == "mild to moderate"
    assert "published band" not in score.meaning
    assert "'mild' (5 to 9) up to 'moderate' (10 to 14)" in score.meaning


def test_a_small_share_keeps_its_interval():
    result = _assess({"symptoms": {"phq9": {"answers": [1, 0, 0, 0, 0, 0, 0, 0, 0]}}})
    text = _find(result, "severity.below_cutoff.phq9").text
    assert "0.9 % (0.7 to 1.3)" in text
    assert "(1 to 1)" not in text


def test_a_short_form_has_no_sentence_beside_its_scored_long_form():
    full = _assess({"symptoms": {"gad7": {"answers": [0, 0, 3, 3, 3, 3, 3]}}})
    assert not any("gad2" in finding_id for finding_id in _ids(full))
    part = _assess({"symptoms": {"gad7": {"answers": [2, 2, None, None, None, 1, 1]}}})
    assert any("gad2" in finding_id for finding_id in _ids(part))


def test_alcohol_above_the_cut_off_is_said_once():
    result = _assess({"symptoms": {"audit_c": {"answers": [3, 2, 2]}}, "person": {"sex": "male"}})
    about = [f for f in _all(result) if "AUDIT-C" in f.text]
    assert [f.id for f in about] == ["severity.alcohol_positive"]
