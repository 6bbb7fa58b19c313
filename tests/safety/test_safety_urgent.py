"""What needs action now: routes, the item-9 pathway, questions, free text, contacts."""

from __future__ import annotations

from typing import Any

import pytest
from tests.language import every_text
from tests.safety.known_negative import GONE, case_with, conditions, medicines, signs

from speciosa.case import parse_case
from speciosa.case import vocabulary as v
from speciosa.clinical.safety import assess
from speciosa.clinical.safety.result import UrgentResult, UrgentStatus
from speciosa.finding import Severity, Tone
from speciosa.knowledge import load

KNOWLEDGE = load()
NEVER = {"kratom": {"status": "never"}}


def urgent(**changes: Any) -> UrgentResult:
    return assess(case_with(changes), KNOWLEDGE).urgent


def urgent_with(changes: dict[str, Any]) -> UrgentResult:
    return assess(case_with(changes), KNOWLEDGE).urgent


@pytest.mark.parametrize(("answer", "status"), [(1, "same_day"), (2, "same_day"), (3, "same_day")])
def test_item_9_above_zero_is_asked_about_today(answer: int, status: str) -> None:
    result = urgent_with({"symptoms.phq9": {"item9": answer}})
    assert result.status == status
    ids = {f.id for f in result.findings}
    assert "urgent.suicide_ask_today" in ids
    assert ("urgent.suicide_urgent" in ids) is (answer >= 2)


@pytest.mark.parametrize("sign", ["suicidal_intent", "cannot_stay_safe"])
def test_intent_or_not_safe_is_an_emergency(sign: str) -> None:
    result = urgent(signs=signs(sign))
    assert result.status is UrgentStatus.EMERGENCY
    first = result.findings[0]
    assert first.id == "urgent.suicide_now"
    assert first.severity is Severity.EMERGENCY
    assert "Do not leave the person alone" in first.action


def test_a_plan_needs_psychiatry_today() -> None:
    result = urgent(signs=signs("suicidal_plan"))
    assert result.status is UrgentStatus.SAME_DAY
    assert "urgent psychiatric assessment" in result.findings[0].action


def test_item_9_is_never_imputed() -> None:
    result = urgent_with({"symptoms.phq9": {"answers": [0, 0, 0, 0, 0, 0, 0, 0, None]}})
    assert result.status is UrgentStatus.NOT_ASSESSED
    assert "Item 9" in result.ask_now[0]


def test_zero_with_every_sign_absent_is_none_found_and_clears_nobody() -> None:
    result = urgent()
    assert result.status is UrgentStatus.NONE_FOUND
    assert "does not clear" in result.headline
    assert "71.6 %" in result.findings[0].detail
    assert result.ask_now == ()


@pytest.mark.parametrize("sign", list(v.Sign))
def test_a_sign_not_asked_about_is_asked_and_never_none_found(sign: v.Sign) -> None:
    result = urgent(signs=signs(not_asked=(str(sign),)))
    assert result.status is UrgentStatus.NOT_ASSESSED
    assert len(result.ask_now) == 1


@pytest.mark.parametrize("sign", list(v.Sign))
def test_every_sign_takes_a_route(sign: v.Sign) -> None:
    assert urgent(signs=signs(str(sign))).status in {"emergency", "same_day", "soon"}


@pytest.mark.parametrize(
    ("present", "changes", "status"),
    [
        (["overdose"], {}, "emergency"),
        (["slow_breathing"], {}, "emergency"),
        (["cannot_be_woken"], {}, "emergency"),
        (["seizure"], {}, "emergency"),
        (["jaundice"], {}, "same_day"),
        (["dark_urine"], {}, "same_day"),
        (["jaundice", "confusion"], {}, "emergency"),
        (["alcohol_withdrawal"], {}, "same_day"),
        (["benzodiazepine_withdrawal", "confusion"], {}, "emergency"),
        (["psychosis"], {}, "same_day"),
        (["mania"], {}, "same_day"),
        (["child_protection_concern"], {}, "same_day"),
        (["harm_to_others"], {}, "same_day"),
        (["harm_to_others", "psychosis"], {}, "emergency"),
        (["agitation", "sweating"], {"medicines": medicines("sertraline")}, "emergency"),
        (["agitation", "fever"], {"medicines": medicines("venlafaxine")}, "emergency"),
        (["clonus"], {"medicines": medicines("tramadol")}, "emergency"),
        (["agitation", "sweating"], {}, "same_day"),
        (["agitation", "sweating"], NEVER, "same_day"),
        (["agitation", "sweating"], {**NEVER, "medicines": GONE}, "same_day"),
        (["fainting"], {}, "same_day"),
        (["fainting"], {"medicines": medicines("methadone")}, "emergency"),
        (["fainting", "palpitations"], {}, "emergency"),
        (["fainting", "chest_pain"], {}, "emergency"),
        (["palpitations"], {}, "soon"),
        (["palpitations"], {"medicines": medicines("citalopram")}, "same_day"),
        (["palpitations"], {"medicines": GONE}, "same_day"),
        (["chest_pain"], {}, "same_day"),
        (["pruritus"], {}, "soon"),
    ],
)
def test_routes(present: list[str], changes: dict[str, Any], status: str) -> None:
    assert urgent_with({"signs": signs(*present), **changes}).status == status


def test_naloxone_is_offered_with_its_limits() -> None:
    action = urgent(signs=signs("slow_breathing")).findings[0].action
    assert "Naloxone is reasonable" in action
    assert "not verified" in action


def test_the_serotonin_question_names_the_missing_medicines() -> None:
    result = assess(
        case_with({"signs": signs("agitation", "tremor"), "medicines": GONE}), KNOWLEDGE
    )
    missing = next(m for m in result.missing if m.field == "medicines")
    assert missing.severity is Severity.MAJOR
    assert "serotonin toxicity" in missing.cost


@pytest.mark.parametrize(
    ("labs", "status"),
    [
        ([("alt", 300, "U/L", 40), ("bilirubin", 60, "umol/L", 21)], "same_day"),
        ([("alt", 300, "U/L", 40), ("bilirubin", 3.6, "mg/dL", 1.2)], "same_day"),
        ([("alt", 300, "U/L", 40), ("inr", 1.8, "ratio", None)], "same_day"),
        ([("alt", 300, "U/L", 40), ("bilirubin", 60, "umol/L", None)], "same_day"),
        ([("alt", 50, "U/L", 40), ("bilirubin", 60, "umol/L", 21)], "same_day"),
        ([("alt", 50, "U/L", 40), ("bilirubin", 30, "umol/L", 21)], "none_found"),
        ([("alp", 300, "U/L", 105)], "soon"),
        ([("alp", 130, "U/L", 105)], "none_found"),
        ([("sodium", 135, "mmol/L", None)], "none_found"),
        ([("sodium", 131, "mmol/L", None)], "soon"),
        ([("sodium", 124, "mmol/L", None)], "same_day"),
        ([("qtc", 500, "ms", None)], "same_day"),
        ([("qtc", 499, "ms", None)], "none_found"),
    ],
)
def test_laboratory_values(labs: list[tuple[str, float, str, float | None]], status: str) -> None:
    given = [
        {"name": n, "value": x, "unit": u} | ({"upper_limit": top} if top else {})
        for n, x, u, top in labs
    ]
    assert urgent(labs=given).status == status


TEXT = "Some days I think everyone would be Better   off dead."


def test_free_text_only_raises_a_question_and_is_never_quoted() -> None:
    result = assess(case_with({"symptoms.free_text": TEXT}), KNOWLEDGE)
    finding = next(f for f in result.urgent.findings if f.id == "urgent.free_text")
    assert finding.severity is Severity.URGENT
    assert result.urgent.status is UrgentStatus.NOT_ASSESSED
    assert "suicidal thoughts" in result.urgent.ask_now[0]
    printed = " ".join(every_text(result)).casefold()
    assert "everyone would be" not in printed
    assert "better off dead" not in printed


@pytest.mark.parametrize(
    "changes",
    [
        {"kratom": {"status": "using", "note": "wants to die"}},
        {"conditions": [*conditions(), {"name": "suicidal ideation"}]},
        {"substances": [{"name": "caffeine", "note": "after an overdose"}]},
        {"preferences": {"tried": [{"name": "CBT", "note": "can't be woken"}]}},
        {"earlier": [{"date": "2026-01-01", "note": "self-harm"}]},
        {"medicines": medicines("lisinopril", reason="suicidality")},
    ],
)
def test_every_free_text_field_is_read(changes: dict[str, Any]) -> None:
    assert "urgent.free_text" in {f.id for f in urgent_with(changes).findings}


def test_calm_free_text_proves_nothing() -> None:
    calm = urgent_with({"symptoms.free_text": "I have no bad thoughts.", "signs": GONE})
    assert calm.status is UrgentStatus.NOT_ASSESSED
    assert calm == urgent(signs=GONE)


def test_free_text_never_lowers_a_route() -> None:
    changes = {"signs": signs("suicidal_intent"), "symptoms.free_text": TEXT}
    assert urgent_with(changes).status is UrgentStatus.EMERGENCY


def test_a_past_attempt_is_never_left_unsaid() -> None:
    result = urgent(conditions=conditions(suicide_attempt="past"))
    assert "urgent.past_attempt" in {f.id for f in result.findings}


@pytest.mark.parametrize(
    ("place", "numbers"),
    [
        ("US-TN", {"911", "988", "1-800-662-4357", "1-800-222-1222"}),
        ("GB", {"999 or 112", "111", "116 123"}),
        ("IE", {"112 or 999", "116 123"}),
        ("DE", {"112"}),
        ("MY", {"999", "15555", "03-7627 2929"}),
        ("AU", {"000", "13 11 14", "13 11 26"}),
        ("CA", {"911", "9-8-8", "1-844-764-7669"}),
    ],
)
def test_contacts_of_the_place(place: str, numbers: set[str]) -> None:
    result = urgent(place=place)
    assert {c.number for c in result.contacts} == numbers
    for contact in result.contacts:
        citation = KNOWLEDGE.cite(contact.facts[0])
        assert citation.verified is contact.verified
        assert bool(citation.sources) or not contact.verified


@pytest.mark.parametrize("place", ["TH", "NZ"])
def test_no_numbers_are_invented(place: str) -> None:
    result = urgent_with({"place": place, "signs": signs("overdose")})
    assert result.contacts == ()
    assert "No local numbers" in result.contacts_note
    assert "local emergency number" in result.contacts_note
    assert result.status is UrgentStatus.EMERGENCY


def test_without_a_place_the_local_number_is_named() -> None:
    result = urgent(place=GONE)
    assert result.contacts == ()
    assert "local emergency number" in result.contacts_note


def test_only_none_found_reassures() -> None:
    reassuring = [f.id for f in urgent().findings if f.tone is Tone.REASSURING]
    assert reassuring == ["urgent.none_found"]
    assert all(f.tone is not Tone.REASSURING for f in urgent(signs=GONE).findings)


def test_it_says_what_was_and_what_was_not_asked() -> None:
    result = urgent(signs=signs(not_asked=("cannot_stay_safe", "mania", "pruritus")))
    finding = next(f for f in result.findings if f.id == "urgent.not_assessed")
    open_, _, answered = finding.text.partition("So far: ")
    for name in ("unable to stay safe", "mania", "itching"):
        assert name in open_
        assert name not in answered
    assert "item 9 of the PHQ-9 answered 0" in answered
    assert "suicidal thoughts" in answered
    assert finding.tone is Tone.WARNING
    missing = next(
        m
        for m in assess(
            case_with({"signs": signs(not_asked=("cannot_stay_safe",))}), KNOWLEDGE
        ).missing
        if m.field == "signs"
    )
    assert "unable to stay safe" in missing.cost
    assert "intent" not in missing.cost


def test_an_open_suicide_question_weighs_more_than_an_open_itch() -> None:
    def weight(sign: str) -> Severity:
        found = urgent(signs=signs(not_asked=(sign,))).findings
        return next(f for f in found if f.id == "urgent.not_assessed").severity

    assert weight("suicidal_intent") is Severity.URGENT
    assert weight("slow_breathing") is Severity.URGENT
    assert weight("pruritus") is Severity.MAJOR
    assert weight("jaundice") is Severity.MAJOR


def test_the_suicide_rule_asks_only_for_what_is_missing() -> None:
    changes = {"signs": signs(not_asked=("cannot_stay_safe",))}
    rule = next(
        r for r in assess(case_with(changes), KNOWLEDGE).conditional_rules if r.id == "SR-CRISIS-01"
    )
    assert "unable to stay safe" in rule.because
    assert "item 9" not in rule.because


def test_the_flag_says_what_is_on_record_and_not_what_could_be() -> None:
    found = urgent_with({"symptoms.phq9": {"item9": 2}}).findings
    text = next(f for f in found if f.id == "urgent.suicide_urgent").text
    assert "item 9 of the PHQ-9 answered 2" in text
    assert "plan" not in text
    assert "attempt" not in text


def test_the_note_on_unchecked_numbers_stands_only_beside_one() -> None:
    assert "not checked" in urgent(place="GB").contacts_note
    assert "not checked" not in urgent(place="US-TN").contacts_note


def test_a_lesser_flag_never_hides_what_was_not_asked() -> None:
    low = {"labs": [{"name": "sodium", "value": 131, "unit": "mmol/L"}]}
    result = urgent_with({**low, "signs": GONE})
    assert result.status is UrgentStatus.SOON
    assert "Not every danger sign was asked about" in result.headline
    assert "urgent.not_assessed" in {f.id for f in result.findings}
    assert "Not every danger sign" not in urgent_with(low).headline
    assert "urgent.not_assessed" not in {f.id for f in urgent_with(low).findings}


def test_cholestatic_values_are_a_liver_signal_without_alt() -> None:
    alp = [{"name": "alp", "value": 298, "unit": "U/L", "upper_limit": 105}]
    rules = {r.id for r in assess(case_with({"labs": alp}), KNOWLEDGE).rules}
    assert "SR-LIVER-01" in rules


def test_what_is_present_counts_as_asked() -> None:
    low = {"labs": [{"name": "sodium", "value": 131, "unit": "mmol/L"}], "symptoms": GONE}
    nothing = urgent_with({**low, "signs": GONE})
    text = next(f for f in nothing.findings if f.id == "urgent.not_assessed").text
    assert "every danger sign" in text
    itching = urgent_with({**low, "signs": {"present": ["pruritus"]}})
    text = next(f for f in itching.findings if f.id == "urgent.not_assessed").text
    assert "every danger sign" not in text
    assert text.endswith("So far: present: itching.")


def test_a_past_attempt_is_named_beside_item_9_too() -> None:
    past = {"conditions": conditions(suicide_attempt="past"), "symptoms.phq9": {"item9": 1}}
    not_recent = urgent_with(past)
    assert "urgent.past_attempt" in {f.id for f in not_recent.findings}
    undated = urgent_with({**past, "signs": signs(not_asked=("suicide_attempt_recent",))})
    texts = [f.text for f in undated.findings if "past suicide attempt" in f.text]
    assert len(texts) == 1


def test_a_graver_flag_covers_the_lesser_one_of_the_same_kind() -> None:
    ids = {f.id for f in urgent(signs=signs("jaundice", "pruritus")).findings}
    assert "urgent.jaundice" in ids
    assert "urgent.itching_or_abdominal_pain" not in ids
    low = [{"name": "sodium", "value": 120, "unit": "mmol/L"}]
    assert [f.id for f in urgent(labs=low).findings] == ["urgent.sodium_very_low"]


@pytest.mark.parametrize(("total", "least"), [(25, 1), (26, 2), (27, 3)])
def test_a_total_that_needs_item_9_brings_its_route(total: int, least: int) -> None:
    case = parse_case({"date": "2026-11-22", "symptoms": {"phq9": {"total": total}}})
    found = assess(case, KNOWLEDGE).urgent
    assert found.status is UrgentStatus.SAME_DAY
    assert f"needs item 9 to be at least {least}" in found.findings[0].text
    assert any("Item 9" in question for question in found.ask_now)
