"""The table ``instrument``: whole, sourced, and able to see what is wrong with itself."""

from __future__ import annotations

import msgspec
import pytest

from speciosa.case import vocabulary as v
from speciosa.knowledge import load
from speciosa.knowledge.fact import Basis
from speciosa.knowledge.instruments.checks import (
    instrument_problems,
    loinc_check_digit,
    loinc_is_sound,
    use_disorder_problems,
)
from speciosa.knowledge.instruments.record import Band

TABLE = load().instruments
HAZARDS = {
    "cns_depressant", "respiratory_depressant", "opioid_agonist", "opioid_partial_agonist",
    "opioid_antagonist", "serotonergic", "mao_inhibitor", "qt_prolonging",
    "lowers_seizure_threshold", "hepatotoxic", "sympathomimetic", "alpha2_agonist",
    "anticholinergic", "bleeding", "hyponatraemia", "hypotensive", "hypertensive", "bradycardic",
    "dependence_and_withdrawal", "anxiogenic",
}  # fmt: skip


def test_the_table_has_nothing_wrong_with_itself():
    assert list(TABLE.problems()) == []


def test_every_instrument_of_the_brief_is_there():
    assert set(TABLE.by_id) == {
        "gad7", "gad2", "phq9", "phq2", "ham_a", "pswq", "isi", "audit_c", "cows", "sows",
        "kratom_dependence_scale",
    }  # fmt: skip


def test_every_fact_resolves_to_its_sources():
    knowledge = load()
    ids = set()
    for fact in TABLE.facts():
        ids.add(fact.id)
        citation = knowledge.cite(fact.id)
        assert fact.id.startswith("instrument/")
        assert bool(citation.sources) == bool(fact.sources)
        if fact.basis is Basis.SOURCE:
            assert fact.sources, fact.id
        if fact.verified:
            assert fact.sources, fact.id
            assert fact.read_on, fact.id
    assert len(ids) > 200


def test_every_sentence_rests_on_facts_that_exist():
    knowledge = load()
    for wording in (TABLE.severity_wording, TABLE.dependence_wording):
        for fact_id in wording.cited():
            assert knowledge.cite(fact_id).id == fact_id


# ------------------------------------------------------------------ published values and traps


def test_the_first_answer_of_the_gad7_is_not_at_all():
    assert TABLE.by_id["gad7"].answers[0].text == "Not at all"
    assert TABLE.fact("instrument/gad7/answer/0").value == "Not at all"
    texts = [f.value for f in TABLE.facts() if "/answer/" in f.id]
    assert "Not at all sure" not in texts


@pytest.mark.parametrize(
    ("fact_id", "value"),
    [
        ("instrument/gad7/accuracy/cutoff-10-spitzer2006/sensitivity", 0.89),
        ("instrument/gad7/accuracy/cutoff-10-spitzer2006/specificity", 0.82),
        ("instrument/gad7/accuracy/cutoff-8-plummer2016/sensitivity", 0.83),
        ("instrument/gad7/change/published-rci", 5.59),
        ("instrument/gad7/change/reliable", 6),
        ("instrument/gad7/change/mcid", 4),
        ("instrument/gad7/reference/clinical-mean", 13.64),
        ("instrument/phq9/change/reliable", 6),
        ("instrument/phq9/item9/suicides-after-zero", 71.6),
        ("instrument/isi/change/moderate-improvement", 8.4),
        ("instrument/kratom_use_disorder/prevalence/hill2024", 25.5),
        ("instrument/sows/kratom/us-consumers-mean", 13.5),
    ],
)
def test_published_values(fact_id, value):
    assert TABLE.fact(fact_id).number == value


def test_the_reliable_change_follows_from_the_published_formula():
    rci = TABLE.fact("instrument/gad7/change/published-rci").number
    r = TABLE.fact("instrument/gad7/reliability/test-retest-pearson").number
    sd = TABLE.fact("instrument/gad7/change/implied-sd").number
    assert 1.96 * 2**0.5 * sd * (1 - r) ** 0.5 == pytest.approx(rci, abs=0.01)


def test_rules_nobody_verified_are_marked_so():
    for fact_id in (
        "instrument/gad7/missing-rule",
        "instrument/gad7/change/response",
        "instrument/gad7/change/remission",
        "instrument/phq9/missing-rule",
        "instrument/kratom_use_disorder/window/scores-unsettled",
    ):
        assert not load().cite(fact_id).verified


def test_no_wording_of_protected_questionnaires_is_kept():
    for name in ("pswq", "isi", "ham_a", "cows", "sows", "audit_c", "kratom_dependence_scale"):
        assert not any(item.text for item in TABLE.by_id[name].items)
    assert all(item.text for item in TABLE.by_id["gad7"].items)
    assert [item.number for item in TABLE.by_id["phq9"].items if item.safety] == [9]


# ------------------------------------------------------------------ LOINC check digits


@pytest.mark.parametrize("code", ["69725-0", "69737-5", "70274-6", "44260-8", "55758-7"])
def test_known_loinc_codes_are_sound(code):
    assert loinc_is_sound(code)


def test_any_single_wrong_digit_of_a_loinc_code_is_seen():
    codes = [i.loinc for s in TABLE.by_id.values() for i in s.items if i.loinc]
    assert codes
    for code in codes:
        number, check = code.split("-")
        for place, digit in enumerate(number):
            for other in set("0123456789") - {digit}:
                wrong = number[:place] + other + number[place + 1 :]
                assert not loinc_is_sound(f"{wrong}-{check}")


@pytest.mark.parametrize("code", ["", "69725", "69725-", "A9725-0", "69725-0-1"])
def test_what_is_not_a_loinc_code_is_not_sound(code):
    assert not loinc_is_sound(code)


def test_the_check_digit_of_a_worked_example():
    assert loinc_check_digit("69725") == 0


# ------------------------------------------------------------------ what the check must see


def _gad7(**changes):
    return msgspec.structs.replace(TABLE.by_id["gad7"], **changes)


def _bands(*edges):
    whole = TABLE.by_id["gad7"].bands
    rows = tuple(Band(label=str(low), low=low, high=high) for low, high in edges)
    return msgspec.structs.replace(whole, bands=rows)


@pytest.mark.parametrize(
    "broken",
    [
        _gad7(bands=_bands((0, 4), (6, 21))),
        _gad7(bands=_bands((0, 4), (4, 21))),
        _gad7(bands=_bands((0, 4), (5, 20))),
        _gad7(bands=_bands((1, 4), (5, 21))),
        _gad7(item_count=8),
        _gad7(items=TABLE.by_id["gad7"].items[:6]),
        _gad7(
            items=(
                msgspec.structs.replace(TABLE.by_id["gad7"].items[0], loinc="69725-1"),
                *TABLE.by_id["gad7"].items[1:],
            )
        ),
        _gad7(predictive="cutoff-of-nobody"),
        _gad7(derived_from="nothing"),
        _gad7(total_high=20),
        _gad7(
            change=msgspec.structs.replace(
                TABLE.by_id["gad7"].change, labels=TABLE.by_id["gad7"].change.labels[1:]
            )
        ),
        _gad7(
            cutoffs=(msgspec.structs.replace(TABLE.by_id["gad7"].cutoffs[1], sensitivity=0.5),),
        ),
    ],
)
def test_a_broken_record_is_reported(broken):
    assert list(instrument_problems(broken, TABLE.by_id))


def test_levels_of_use_disorder_with_a_hole_are_reported():
    levels = (Band(label="mild", low=2, high=3), Band(label="severe", low=6, high=11))
    assert list(use_disorder_problems(msgspec.structs.replace(TABLE.use_disorder, levels=levels)))


# ------------------------------------------------------------------ words


@pytest.mark.parametrize(
    ("group", "names"),
    [("feature", v.WorryFeature), ("area", v.LifeArea), ("impairment", v.Impairment),
     ("difficulty", v.Difficulty)],
)  # fmt: skip
def test_every_word_of_a_case_has_a_plain_word(group, names):
    assert set(TABLE.severity_wording.words[group]) == {str(name) for name in names}


def test_every_band_has_a_severity():
    for name, instrument in TABLE.by_id.items():
        if instrument.bands is not None:
            labels = {band.label for band in instrument.bands.bands}
            assert set(TABLE.severity_wording.levels[name]) == labels


def test_criteria_are_those_of_the_case():
    assert [c.id for c in TABLE.use_disorder.criteria] == [str(c) for c in v.UseCriterion]


def test_patterns_ask_for_words_that_a_case_can_hold():
    wording = TABLE.severity_wording
    matches = [p.when for p in wording.patterns]
    matches += [m for group in wording.exclusions for m in group.any_of]
    for match in matches:
        assert set(match.signs) <= {str(s) for s in v.Sign}
        assert set(match.conditions) <= {str(c) for c in v.KnownCondition}
        assert set(match.kratom) <= {str(s) for s in v.KratomStatus}
        assert set(match.between_doses) <= {str(s) for s in v.WithdrawalSign}
        assert set(match.side_effects) <= {str(s) for s in v.SideEffect}
        asked = (match.hazards, match.medicine_hazards, match.stopped_hazards,
                 match.substance_hazards)  # fmt: skip
        assert {h for group in asked for h in group} <= HAZARDS
    for group in wording.exclusions:
        assert set(group.conditions) <= {str(c) for c in v.KnownCondition}
    assert {p.finding for p in wording.patterns} <= set(wording.findings)


def test_no_sentence_diagnoses_or_doses():
    for wording in (TABLE.severity_wording, TABLE.dependence_wording):
        for phrase in wording.findings.values():
            text = f"{phrase.text} {phrase.action} {phrase.detail}".lower()
            for banned in ("has gad", "does not have gad", "no gad", " taper", "mg ", "grams"):
                assert banned not in text


def test_the_smallest_important_change_of_the_phq9_is_that_of_its_study():
    fact = TABLE.fact("instrument/phq9/change/mcid")
    assert fact.number == 5
    assert fact.verified
    assert fact.sources == ("instr-lowe2004_phq9",)
