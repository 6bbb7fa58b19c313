"""Every safety rule: it fires, it does not, and what happens when the answer was not given."""

from __future__ import annotations

from typing import Any

import pytest
from tests.language import forbidden_in
from tests.safety.known_negative import GONE, case_with, conditions, medicines, signs

from speciosa.clinical.safety import assess
from speciosa.clinical.safety.predicates import PREDICATES
from speciosa.finding import Tone
from speciosa.knowledge import load

KNOWLEDGE = load()
RULES = {rule.id: rule for rule in KNOWLEDGE.safety.rules}
USING = {"status": "using", "products": [{"form": "leaf_powder", "days_per_week": 1}]}


def _product(**details: Any) -> dict[str, Any]:
    return {"kratom": {"status": "using", "products": [{"days_per_week": 1, **details}]}}


def _age(years: float) -> dict[str, Any]:
    return {"person.age_years": years}


# id: (changes that make it fire, changes that do not, changes that leave it open)
TABLE: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]] = {
    "SR-CRISIS-01": (
        [
            {"symptoms.phq9": {"answers": [1, 0, 0, 0, 0, 0, 0, 0, 1]}},
            {"symptoms.phq9": {"item9": 3}},
            {"signs": signs("suicidal_thoughts")},
            {"signs": signs("suicidal_plan")},
            {"signs": signs("suicide_attempt_recent")},
            {
                "conditions": conditions(suicide_attempt="past"),
                "signs": signs(not_asked=("suicide_attempt_recent",)),
            },
        ],
        [{}],
        [
            {"symptoms.phq9": GONE},
            {"symptoms.phq9": {"answers": [1, 0, 0, 0, 0, 0, 0, 0, None]}},
            {"symptoms.phq9": {"total": 12}},
            {"signs": signs(not_asked=("suicidal_intent",))},
            {"signs": GONE},
        ],
    ),
    "SR-OPIOID-01": (
        [
            {"medicines": medicines("oxycodone")},
            {"medicines": medicines("buprenorphine", planned=True)},
            {"medicines": medicines("tramadol"), "kratom": {"status": "asking"}},
            {"medicines": medicines("methadone", stopped="2026-10-28")},
            {"medicines": medicines("oxycodone", "zzyx forte")},
            {"medicines": medicines("codeine"), "kratom": {"status": "stopped"}},
        ],
        [
            {},
            {"medicines": medicines("oxycodone"), "kratom": {"status": "never"}},
            {"medicines": medicines("oxycodone", stopped="2026-01-01")},
            {
                "medicines": medicines("oxycodone"),
                "kratom": {"status": "stopped", "stopped": "2025-01-01"},
            },
        ],
        [
            {"medicines": GONE},
            {"substances": GONE},
            {"medicines": medicines("zzyx forte")},
            {"medicines": medicines("oxycodone"), "kratom": GONE},
        ],
    ),
    "SR-ANTAG-01": (
        [{"medicines": medicines("naltrexone")}],
        [{}, {"medicines": medicines("naloxone")}],
        [{"medicines": GONE}, {"medicines": medicines("naltrexone"), "kratom": GONE}],
    ),
    "SR-BZD-01": (
        [
            {"medicines": medicines("alprazolam")},
            {"medicines": medicines("zolpidem")},
            {"medicines": medicines("pregabalin", planned=True)},
            {"substances": [{"name": "phenibut"}]},
        ],
        [{}, {"medicines": medicines("alprazolam"), "kratom": {"status": "never"}}],
        [{"medicines": GONE}, {"substances": GONE}, {"medicines": medicines("blue pill")}],
    ),
    "SR-ALCOHOL-01": (
        [
            {"symptoms.audit_c": {"answers": [2, 1, 0]}},
            {"symptoms.audit_c": {"answers": [4, 2, 0]}, "person.sex": "male"},
            {"symptoms.audit_c": {"total": 3}, "person.sex": GONE},
            {"symptoms.audit_c": {"answers": [4, None, None]}},
            {"substances": [{"name": "alcohol", "drinks_per_week": 20}]},
            {"conditions": conditions(alcohol_use_disorder="current")},
        ],
        [{}, {"symptoms.audit_c": {"total": 3}, "person.sex": "male"}],
        [{"symptoms.audit_c": GONE}, {"symptoms.audit_c": {"answers": [1, None, 0]}}],
    ),
    "SR-LIVER-01": (
        [
            {"conditions": conditions(liver_disease="current"), "person.liver": {}},
            {"person.liver": {"child_pugh": "B"}},
            {"person.liver": {"disease": "fatty liver"}},
            {"signs": signs("jaundice")},
            {"signs": signs("dark_urine")},
            {"signs": signs("pruritus")},
            {"labs": [{"name": "alt", "value": 121, "unit": "U/L", "upper_limit": 40}]},
            {"labs": [{"name": "alt", "value": 400, "unit": "U/L"}]},
            {"kratom": {**USING, "side_effects": ["itching"]}},
        ],
        [
            {},
            {"labs": [{"name": "alt", "value": 120, "unit": "U/L", "upper_limit": 40}]},
            {"labs": [{"name": "alt", "value": 30, "unit": "U/L"}]},
        ],
        [
            {"labs": GONE},
            {"labs": [{"name": "alt", "value": 120, "unit": "U/L"}]},
            {"signs": GONE},
            {"conditions": conditions(liver_disease="gone"), "person.liver": {}},
        ],
    ),
    "SR-PREG-01": (
        [
            {"person.pregnancy": "pregnant"},
            {"person.pregnancy": "trying"},
            {"person.breast_feeding": True},
            {"person.pregnancy_weeks": 12, "person.pregnancy": GONE},
        ],
        [
            {},
            {"person.sex": "male", "person.pregnancy": GONE, "person.breast_feeding": GONE},
            {"person.pregnancy": GONE, "person.breast_feeding": GONE, "person.age_years": 70},
        ],
        [
            {"person.pregnancy": GONE},
            {"person.breast_feeding": GONE},
            {"person.pregnancy": "possible"},
            {"person.sex": GONE, "person.pregnancy": GONE},
            {"person.pregnancy": GONE, "person.age_years": GONE},
        ],
    ),
    "SR-YOUTH-01": ([_age(17.9)], [_age(18)], [{"person.age_years": GONE}]),
    "SR-YOUNG-02": (
        [{**_age(24), "medicines": medicines("sertraline", planned=True)}, _age(29.5)],
        [_age(30)],
        [{"person.age_years": GONE}],
    ),
    "SR-OLDER-01": ([_age(65)], [_age(64)], [{"person.age_years": GONE}]),
    "SR-SERO-01": (
        [
            {"medicines": medicines("sertraline")},
            {"medicines": medicines("sumatriptan")},
            {"medicines": medicines("lithium"), "kratom": {"status": "asking"}},
            {"substances": [{"name": "St John's wort"}]},
            {"medicines": medicines("fluoxetine", stopped="2026-10-01")},
            {"medicines": medicines("fentanyl", "ondansetron")},
        ],
        [
            {},
            {"medicines": medicines("sertraline"), "kratom": {"status": "never"}},
            {"medicines": medicines("fluoxetine", stopped="2026-09-01")},
        ],
        [{"medicines": GONE}, {"medicines": medicines("sertraline"), "kratom": GONE}],
    ),
    "SR-MAOI-01": (
        [{"medicines": medicines("phenelzine")}, {"medicines": medicines("linezolid")}],
        [{}, {"medicines": medicines("sertraline")}],
        [{"medicines": GONE}, {"medicines": medicines("phenelzine"), "kratom": GONE}],
    ),
    "SR-CYP-01": (
        [{"medicines": medicines("tacrolimus")}, {"medicines": medicines("nortriptyline")}],
        [{}],
        [{"medicines": GONE}, {"medicines": medicines("tacrolimus"), "kratom": GONE}],
    ),
    "SR-QT-01": (
        [
            {"medicines": medicines("escitalopram"), "kratom": {"status": "never"}},
            {"medicines": medicines("methadone")},
            {"medicines": medicines("venlafaxine")},
            {"medicines": medicines("hydroxyzine", "quetiapine"), "kratom": {"status": "never"}},
            {"conditions": conditions(long_qt="current")},
            {"labs": [{"name": "qtc", "value": 475, "unit": "ms"}]},
        ],
        [{}, {"medicines": medicines("venlafaxine"), "kratom": {"status": "never"}}],
        [
            {"medicines": GONE},
            {"conditions": conditions(long_qt="gone")},
            {"medicines": medicines("zzyx forte")},
        ],
    ),
    "SR-SEIZ-01": (
        [
            {"conditions": conditions(seizures="past")},
            {"medicines": medicines("bupropion"), "kratom": {"status": "never"}},
            {"medicines": medicines("tramadol")},
            {"kratom": {**USING, "side_effects": ["seizure"]}},
        ],
        [{}],
        [{"conditions": conditions(seizures="gone")}, {"medicines": GONE}],
    ),
    "SR-BIPOLAR-01": (
        [{"conditions": conditions(bipolar_disorder="past")}, {"signs": signs("mania")}],
        [{}],
        [
            {"conditions": conditions(bipolar_disorder="gone")},
            {"conditions": conditions(bipolar_disorder="family")},
        ],
    ),
    "SR-WITHDRAW-01": (
        [
            _product(form="tea", days_per_week=7),
            {"kratom": {**USING, "cut_down_recently": True}},
            {"kratom": {**USING, "between_doses": ["restlessness"]}},
            {
                "kratom": {
                    "status": "stopped",
                    "stopped": "2026-10-29",
                    "products": [{"form": "tea", "days_per_week": 7}],
                }
            },
        ],
        [
            {},
            {"kratom": {"status": "never"}},
            {"kratom": {"status": "asking"}},
            {
                "kratom": {
                    "status": "stopped",
                    "stopped": "2026-09-01",
                    "products": [{"form": "tea", "days_per_week": 7}],
                }
            },
        ],
        [
            {"kratom": GONE},
            {"kratom": {"status": "using"}},
            {"kratom": {"status": "stopped", "products": [{"form": "tea", "days_per_week": 7}]}},
            {"kratom": {"status": "using", "products": [{"form": "tea"}]}},
        ],
    ),
    "SR-7OH-01": (
        [
            _product(form="7_oh_product"),
            _product(form="pseudoindoxyl_product"),
            _product(form="unknown", dose={"units": 1, "seven_oh_mg_per_unit": 15}),
            _product(
                form="leaf_powder",
                analysis={"seven_oh_mg_per_g": 2, "mitragynine_mg_per_g": 15},
            ),
            {"substances": [{"name": "7-hydroxymitragynine"}], "kratom": GONE},
        ],
        [
            {},
            {"kratom": {"status": "never"}},
            _product(
                form="extract", analysis={"seven_oh_mg_per_g": 0.1, "mitragynine_mg_per_g": 15}
            ),
        ],
        [
            {"kratom": GONE},
            {"kratom": {"status": "using"}},
            _product(form="extract"),
            _product(form="unknown"),
            _product(form="extract", analysis={"seven_oh_mg_per_g": 3}),
        ],
    ),
    "SR-MISSING-01": ([{"person.sex": GONE}, {"place": GONE}, {"signs": GONE}], [{}], []),
    "SR-KRATOM-01": ([{}, {"kratom": {"status": "never"}}, {"kratom": GONE}], [], []),
    "SR-LEGAL-01": ([{}, {"place": GONE}], [], []),
}


def _rows(column: int) -> list[Any]:
    return [
        pytest.param(id_, changes, id=f"{id_}-{number}")
        for id_, columns in TABLE.items()
        for number, changes in enumerate(columns[column])
    ]


def test_every_rule_has_its_three_tests() -> None:
    assert set(TABLE) == set(RULES)
    for id_, (fires, does_not, open_) in TABLE.items():
        assert fires, id_
        assert does_not or RULES[id_].always, id_
        assert open_ or RULES[id_].always or RULES[id_].never_unknown, id_


def test_every_predicate_named_exists_and_is_used() -> None:
    named = {rule.predicate for rule in RULES.values()}
    named |= {f.predicate for f in KNOWLEDGE.safety.red_flags.flags if f.predicate}
    assert named == set(PREDICATES)


@pytest.mark.parametrize(("rule_id", "changes"), _rows(0))
def test_fires(rule_id: str, changes: dict[str, Any]) -> None:
    result = assess(case_with(changes), KNOWLEDGE)
    rule = next(r for r in result.rules if r.id == rule_id)
    assert rule.must
    assert rule.because
    assert not rule.conditional
    finding = next(f for f in result.findings if f.id == f"safety.{rule_id}")
    assert finding.tone is Tone.WARNING
    assert rule_id not in {r.id for r in result.conditional_rules}


@pytest.mark.parametrize(("rule_id", "changes"), _rows(1))
def test_does_not_fire(rule_id: str, changes: dict[str, Any]) -> None:
    result = assess(case_with(changes), KNOWLEDGE)
    assert rule_id not in {r.id for r in (*result.rules, *result.conditional_rules)}


@pytest.mark.parametrize(("rule_id", "changes"), _rows(2))
def test_missing_data_leave_it_open(rule_id: str, changes: dict[str, Any]) -> None:
    result = assess(case_with(changes), KNOWLEDGE)
    rule = RULES[rule_id]
    assert rule_id not in {r.id for r in result.rules}
    assert any(rule.missing_cost in m.cost and m.how for m in result.missing)
    if rule.grave:
        shown = next(r for r in result.conditional_rules if r.id == rule_id)
        assert "Not known: " in shown.because or "Not asked about: " in shown.because
        questions = rule.asks.values() or (rule.ask_if_missing,)
        assert any(question in shown.because for question in questions)
        finding = next(f for f in result.findings if f.id == f"safety.{rule_id}.not_known")
        assert "not known" in finding.text
        assert finding.action.startswith("If so:")


def test_nothing_is_wrong_and_nothing_is_missing() -> None:
    result = assess(case_with({"kratom.side_effects": ["dry_mouth"]}), KNOWLEDGE)
    assert {r.id for r in result.rules} == {"SR-KRATOM-01", "SR-LEGAL-01"}
    assert result.conditional_rules == ()
    assert result.missing == ()


def test_effects_that_were_not_recorded_are_missing_and_not_absent() -> None:
    result = assess(case_with(), KNOWLEDGE)
    assert [m.field for m in result.missing] == ["kratom.side_effects"]


def test_an_unknown_medicine_is_named_and_not_passed_over() -> None:
    result = assess(case_with({"medicines": medicines("sertraline", "zzyx forte")}), KNOWLEDGE)
    finding = next(f for f in result.findings if f.id == "safety.not_recognised")
    assert "zzyx forte" in finding.text


def test_kratom_named_as_a_substance_counts_as_kratom() -> None:
    changes = {
        "kratom": GONE,
        "substances": [{"name": "ketum"}],
        "medicines": medicines("oxycodone"),
    }
    assert "SR-OPIOID-01" in {r.id for r in assess(case_with(changes), KNOWLEDGE).rules}


def test_one_missing_entry_for_each_field() -> None:
    fields = [
        m.field for m in assess(case_with({"signs": GONE, "medicines": GONE}), KNOWLEDGE).missing
    ]
    assert len(fields) == len(set(fields))
    assert {"signs", "medicines"} <= set(fields)


@pytest.mark.parametrize("name", sorted(KNOWLEDGE.safety.groups))
def test_groups_name_medicines_and_classes_that_exist(name: str) -> None:
    group = KNOWLEDGE.safety.groups[name]
    classes = {m.klass for m in KNOWLEDGE.medicines.all()}
    assert set(group.classes) <= classes
    for medicine_id in group.ids:
        KNOWLEDGE.medicines.get(medicine_id)


def test_rule_texts_pass_the_language_check() -> None:
    everything = _all_fired()
    assert {rule.id for rule in everything} == set(RULES)
    assert forbidden_in(everything) == []


def _all_fired() -> list[Any]:
    return [
        rule
        for fires, _, _ in TABLE.values()
        for rule in assess(case_with(fires[0]), KNOWLEDGE).rules
    ]


def test_no_gap_of_a_fact_reaches_a_reader() -> None:
    result = assess(case_with({"labs": GONE, "signs": GONE, "conditions": GONE}), KNOWLEDGE)
    texts = [m.cost + m.how for m in result.missing]
    texts += [rule.because + rule.title for rule in result.conditional_rules]
    texts += [f.text + f.action + f.detail for f in result.urgent.findings]
    assert texts
    assert not [text for text in texts if "{" in text]
