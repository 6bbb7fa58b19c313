"""What a Bundle says, what it must never say, and that it holds together."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from tests import strategies
from tests.fhir.checks import (
    NAMES,
    RECORDED,
    Resource,
    assessed,
    example,
    own_problems,
    resources,
    walk,
    written,
)

from speciosa.assessment import assess
from speciosa.case import Case, parse_case
from speciosa.clinical.safety.result import UrgentStatus
from speciosa.fhir import write
from speciosa.fhir.read import case_from_bundle
from speciosa.knowledge import load

KNOWLEDGE = load()
EACH = pytest.mark.parametrize("name", NAMES)
# Nothing else may leave: above all no request, order, prescription or appointment.
KINDS = {
    "Flag", "Patient", "Device", "MedicationStatement", "Observation", "Condition",
    "FamilyMemberHistory", "QuestionnaireResponse", "DetectedIssue", "RiskAssessment", "CarePlan",
    "Goal", "Provenance",
}  # fmt: skip
HL7 = ("http://terminology.hl7.org/CodeSystem/",)
KRATOM = re.compile(r"kratom|mitragyn|7-oh|7-hydroxy", re.IGNORECASE)


def case(**fields: Any) -> Case:
    return parse_case({"date": "2026-11-20", **fields})


def bundle_of(**fields: Any) -> Resource:
    return written(case(**fields))


def parsed(resource: Resource) -> ElementTree.Element:
    return ElementTree.fromstring(resource["text"]["div"])  # noqa: S314  # written by ourselves


def texts(resource: Resource) -> str:
    return json.dumps(resource, ensure_ascii=False)


def one(bundle: Resource, kind: str, said: str) -> Resource:
    found = [r for r in resources(bundle, kind) if said in texts(r)]
    assert len(found) == 1, [r.get("code") for r in found]
    return found[0]


# ------------------------------------------------------------------ it holds together


@EACH
def test_references_lead_somewhere_and_names_are_unique(name: str):
    bundle = example(name)
    addresses = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(set(addresses)) == len(addresses)
    for entry in bundle["entry"]:
        assert entry["fullUrl"] == f"urn:uuid:{entry['resource']['id']}"
    used = {value for path, value in walk(bundle) if path.endswith(".reference")}
    assert used <= set(addresses)
    assert own_problems(bundle) == []
    assert {r["resourceType"] for r in resources(bundle)} <= KINDS


@EACH
def test_every_code_is_of_hl7_or_confirmed_in_the_knowledge_base(name: str):
    for path, value in walk(example(name)):
        if not isinstance(value, dict) or "system" not in value or "code" not in value:
            continue
        system, code = value["system"], value["code"]
        if system.startswith(HL7) and "v3-ActCode" not in system:
            continue
        if system == KNOWLEDGE.codes.systems["ucum"].url:
            assert KNOWLEDGE.codes.unit(code) is not None, path
        elif system in (KNOWLEDGE.codes.systems[s].url for s in ("rxnorm", "atc")):
            assert len(KNOWLEDGE.medicines.by_code(system, code).medicines) == 1, path
            assert "display" not in value, "our name is not that of the terminology"
        else:
            known = KNOWLEDGE.codes.find(system, code)
            assert any(c.may_be_written for c in known), (path, system, code)


@EACH
def test_a_concept_always_has_text_beside_codes_of_terminologies(name: str):
    for path, value in walk(example(name)):
        if isinstance(value, dict) and isinstance(value.get("coding"), list):
            systems = {c["system"] for c in value["coding"]}
            if not all(system.startswith(HL7) for system in systems):
                assert value.get("text"), path


@EACH
def test_narratives_are_well_formed_and_say_something(name: str):
    for resource in resources(example(name)):
        div = parsed(resource)
        assert "".join(div.itertext()).strip()
        assert {e.tag.rpartition("}")[2] for e in div.iter()} <= {"div", "p", "b", "ul", "li"}


def test_the_same_input_gives_the_same_bytes():
    given_case, _ = assessed("pregnancy_tea")
    first, second = (
        write.bundle(
            given_case,
            assess(given_case, KNOWLEDGE, subjects=20),
            knowledge=KNOWLEDGE,
            recorded=RECORDED,
        )
        for _ in range(2)
    )
    assert write.encode(first) == write.encode(second)
    assert json.loads(write.encode(first)) == first


def test_another_seed_gives_other_names_and_another_moment_does_not():
    given_case, result = assessed("pregnancy_tea")
    other = assess(given_case, KNOWLEDGE, subjects=40, seed=7)
    seeded = written(given_case, other)
    assert not {e["fullUrl"] for e in seeded["entry"]} & {
        e["fullUrl"] for e in example("pregnancy_tea")["entry"]
    }
    later = write.bundle(
        given_case, result, knowledge=KNOWLEDGE, recorded=RECORDED + dt.timedelta(days=1)
    )
    assert [e["fullUrl"] for e in later["entry"]] == [
        e["fullUrl"] for e in example("pregnancy_tea")["entry"]
    ]


def test_a_moment_without_time_zone_is_refused():
    given_case, result = assessed("almost_nothing_known")
    with pytest.raises(ValueError, match="time zone"):
        write.bundle(given_case, result, knowledge=KNOWLEDGE, recorded=dt.datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    "subject", [{"resourceType": "Patient", "id": "p7"}, {"reference": "Patient/p7"}]
)
def test_a_known_person_is_named_and_not_written_again(subject: Resource):
    given_case, result = assessed("almost_nothing_known")
    bundle = write.bundle(
        given_case, result, knowledge=KNOWLEDGE, recorded=RECORDED, subject=subject
    )
    assert resources(bundle, "Patient") == []
    people = {
        v["reference"]
        for path, v in walk(bundle)
        if path.endswith((".subject", ".patient")) and isinstance(v, dict)
    }
    assert people == {"Patient/p7"}


def test_two_people_with_equal_cases_share_no_resource():
    given_case, result = assessed("almost_nothing_known")
    ids: set[str] = set()
    for subject in ({"reference": "Patient/a"}, {"reference": "Patient/b"}, None):
        made = write.bundle(
            given_case, result, knowledge=KNOWLEDGE, recorded=RECORDED, subject=subject
        )
        here = {made["id"], *(entry["fullUrl"] for entry in made["entry"])}
        assert not ids & here
        ids |= here


def test_a_bundle_about_a_known_person_is_recognised_as_our_own():
    given_case, result = assessed("almost_nothing_known")
    patient = {"resourceType": "Patient", "id": "p7"}
    made = write.bundle(given_case, result, knowledge=KNOWLEDGE, recorded=RECORDED, subject=patient)
    made["entry"].append({"resource": patient})
    back = case_from_bundle(made, KNOWLEDGE, today=dt.date(2030, 1, 1))
    assert back.case == given_case
    # What such a Patient says of the case is read, and the form is then one entry among others.
    patient["gender"] = "male"
    back = case_from_bundle(made, KNOWLEDGE, today=dt.date(2030, 1, 1))
    assert back.case is not None
    assert (back.case.date, back.case.person.sex) == (dt.date(2030, 1, 1), "male")


def test_a_person_who_cannot_be_named_is_refused():
    given_case, result = assessed("almost_nothing_known")
    with pytest.raises(ValueError, match="id or a reference"):
        write.bundle(
            given_case,
            result,
            knowledge=KNOWLEDGE,
            recorded=RECORDED,
            subject={"resourceType": "Patient"},
        )


@EACH
def test_what_nobody_has_verified_is_marked_wherever_it_is_named(name: str):
    _, result = assessed(name)
    verified = {cited.id: cited.verified for cited in result.references}
    said = [
        value.removeprefix("Facts: ")
        for path, value in walk(example(name))
        if path.endswith(".text") and isinstance(value, str) and value.startswith("Facts: ")
    ]
    named = [fact for line in said for fact in line.split(", ")]
    assert named
    for fact in named:
        identity, _, mark = fact.partition(" ")
        assert (mark == "") is verified[identity], fact


# ------------------------------------------------------------------ danger


@EACH
def test_danger_stands_first_and_its_absence_is_never_written(name: str):
    _, result = assessed(name)
    bundle = example(name)
    flags = resources(bundle, "Flag")
    if result.urgent.status is UrgentStatus.NONE_FOUND:
        assert flags == []
        return
    assert [r["resourceType"] for r in resources(bundle)[: len(flags)]] == ["Flag"] * len(flags)
    assert result.urgent.headline in flags[0]["code"]["text"]
    for contact in result.urgent.contacts:
        assert contact.number in flags[0]["text"]["div"]
        if not contact.verified:
            assert f"{contact.number} (not checked" in flags[0]["text"]["div"]
    assert all("end" not in flag["period"] for flag in flags)


def test_item_nine_alone_brings_a_flag_and_an_observation():
    bundle = bundle_of(symptoms={"phq9": {"item9": 2}})
    assert resources(bundle)[0]["resourceType"] == "Flag"
    item = one(bundle, "Observation", "44260-8")
    assert item["valueCodeableConcept"]["coding"][0]["code"] == "LA6570-1"


# ------------------------------------------------------------------ scores and answers


def test_a_complete_gad7_has_seven_coded_answers_and_a_total_that_rests_on_them():
    bundle = bundle_of(symptoms={"gad7": {"answers": [3, 2, 2, 1, 1, 2, 3]}})
    response = one(bundle, "QuestionnaireResponse", "questionnaire:gad7")
    assert response["status"] == "completed"
    codes = [i["answer"][0]["valueCoding"]["code"] for i in response["item"]]
    assert codes[:4] == ["LA6571-9", "LA6570-1", "LA6570-1", "LA6569-3"]
    assert response["item"][0]["linkId"] == "/69725-0"
    total = one(bundle, "Observation", "70274-6")
    assert total["valueQuantity"] == {
        "value": 14.0, "unit": "score", "system": "http://unitsofmeasure.org", "code": "{score}",
    }  # fmt: skip
    assert total["derivedFrom"] == [{"reference": f"urn:uuid:{response['id']}"}]


def test_fewer_answers_give_no_total_even_where_one_could_be_estimated():
    bundle = bundle_of(symptoms={"gad7": {"answers": [3, 2, 2, 1, 1, 2, None]}})
    response = one(bundle, "QuestionnaireResponse", "questionnaire:gad7")
    assert response["status"] == "in-progress"
    assert len(response["item"]) == 6
    total = one(bundle, "Observation", "70274-6")
    assert "valueQuantity" not in total
    assert total["dataAbsentReason"]["text"]


def test_a_zero_is_an_answer():
    bundle = bundle_of(symptoms={"gad7": {"answers": [0] * 7}})
    assert one(bundle, "Observation", "70274-6")["valueQuantity"]["value"] == 0
    response = one(bundle, "QuestionnaireResponse", "questionnaire:gad7")
    assert [i["answer"][0]["valueCoding"]["code"] for i in response["item"]] == ["LA6568-5"] * 7


def test_a_score_alone_writes_no_condition():
    bundle = bundle_of(symptoms={"gad7": {"total": 21}, "phq9": {"total": 27}})
    assert resources(bundle, "Condition") == []


def test_conditions_are_unconfirmed_and_what_is_absent_is_not_written():
    bundle = bundle_of(
        conditions=[
            {"name": "anaemia"},
            {"name": "hypertension", "status": "past"},
            {"name": "bipolar_disorder", "status": "family"},
            {"name": "glaucoma", "status": "absent"},
        ]
    )
    held = resources(bundle, "Condition")
    assert [c["code"]["text"] for c in held] == ["anaemia", "hypertension"]
    for condition in held:
        assert condition["verificationStatus"]["coding"][0]["code"] == "unconfirmed"
    assert held[0]["code"]["coding"][0]["code"] == "271737000"
    assert "coding" not in held[1]["code"], "essential hypertension says more than hypertension"
    family = resources(bundle, "FamilyMemberHistory")
    assert [f["condition"][0]["code"]["text"] for f in family] == ["bipolar disorder"]


# ------------------------------------------------------------------ measured and predicted


def test_a_laboratory_value_has_the_code_of_its_unit():
    labs = [
        {"name": "bilirubin", "value": 1.0, "unit": "mg/dL"},
        {"name": "bilirubin", "value": 17.0, "unit": "umol/L", "upper_limit": 20.0},
        {"name": "egfr", "value": 80.0, "unit": "mL/min/1.73m2"},
        {"name": "mitragynine_plasma", "value": 1.0, "unit": "ng/mL", "below_limit": True},
    ]
    held = [o for o in resources(bundle_of(labs=labs), "Observation") if "laboratory" in texts(o)]
    first, second, third, fourth = held
    assert first["code"]["coding"][0]["code"] == "1975-2"
    assert second["code"]["coding"][0]["code"] == "14631-6"
    assert second["referenceRange"][0]["high"]["value"] == 20.0
    assert "coding" not in third["code"], "by which formula was not said"
    assert third["valueQuantity"]["code"] == "mL/min/{1.73_m2}"
    assert fourth["valueQuantity"]["comparator"] == "<"


@EACH
def test_predictions_never_look_measured_and_always_have_their_interval(name: str):
    _, result = assessed(name)
    said = [o for o in resources(example(name), "Observation") if "method" in o]
    expected = 4 * len(result.exposure.analytes) + sum(
        row.auc_ratio is not None for row in result.interactions.rows
    )
    assert len(said) == expected
    for prediction in said:
        assert prediction["status"] == "preliminary"
        assert all("coding" not in category for category in prediction["category"])
        assert "coding" not in prediction["code"]
        assert "valueRange" in prediction or "no interval" in texts(prediction)


# ------------------------------------------------------------------ interactions, rules


@EACH
def test_every_interaction_is_a_detected_issue_with_all_that_it_implicates(name: str):
    _, result = assessed(name)
    issues = resources(example(name), "DetectedIssue")
    assert len(issues) == len(result.interactions.rows)
    for issue, row in zip(issues, result.interactions.rows, strict=True):
        assert len(issue["implicated"]) == len(row.members)
        assert issue["detail"].startswith(row.sentence[:40].strip())
        assert f"Certainty: {row.certainty}" in issue["detail"]
        kind = issue["code"]["coding"][0]["code"]
        assert (kind == "NHP") is ("kratom" in row.members)
        assert "mitigation" not in issue, "nothing was done yet"
        for member in issue["implicated"]:
            assert member["display"]


@EACH
def test_every_rule_that_holds_for_this_person_is_a_risk_without_a_probability(name: str):
    _, result = assessed(name)
    rules = [r for r in result.safety_rules if r.severity != "info" and not r.conditional]
    risks = resources(example(name), "RiskAssessment")
    assert [risk["code"]["text"] for risk in risks] == [rule.title for rule in rules]
    for risk, rule in zip(risks, rules, strict=True):
        prediction = risk["prediction"][0]
        assert "probabilityDecimal" not in prediction
        assert "relativeRisk" not in prediction
        assert prediction["probabilityRange"].keys() == {"extension"}
        for said in (*rule.must, *rule.must_not):
            assert said in texts(risk).replace('\\"', '"')


@EACH
def test_a_rule_that_cannot_be_decided_is_a_question_of_the_plan_and_no_risk(name: str):
    _, result = assessed(name)
    open_ = [rule for rule in result.safety_rules if rule.conditional]
    (plan,) = resources(example(name), "CarePlan")
    notes = " ".join(one["text"] for one in plan["note"])
    for rule in open_:
        assert f"Not known; ask ({rule.title}):" in notes
    assert not {rule.title for rule in open_} & {
        risk["code"]["text"] for risk in resources(example(name), "RiskAssessment")
    }


def test_nobody_is_marked_with_what_was_not_asked():
    bundle = bundle_of(symptoms={"phq9": {"item9": 0}}, kratom={"status": "using"})
    titles = " ".join(r["code"]["text"] for r in resources(bundle, "RiskAssessment"))
    assert "Suicide" not in titles
    assert "Liver" not in titles
    assert "Pregnancy" not in titles


# ------------------------------------------------------------------ the plan, and kratom


@EACH
def test_the_plan_is_a_draft_that_proposes_no_kratom(name: str):
    (plan,) = resources(example(name), "CarePlan")
    assert (plan["status"], plan["intent"]) == ("draft", "plan")
    _, result = assessed(name)
    weighed = {i.title for s in result.plan.sections for i in s.items if i.standing == "weigh"}
    titles = {activity["detail"]["code"]["text"] for activity in plan["activity"]}
    assert not titles & weighed
    for activity in plan["activity"]:
        assert activity["detail"]["status"] == "not-started"
    for item in (i for s in result.plan.sections for i in s.items):
        if item.standing == "weigh":
            assert item.title in texts(plan)


@EACH
def test_kratom_is_never_something_to_be_taken_and_never_has_a_structured_amount(name: str):
    for statement in resources(example(name), "MedicationStatement"):
        if KRATOM.search(statement["medicationCodeableConcept"]["text"]):
            assert statement["status"] in ("active", "stopped")
            for dosage in statement.get("dosage", []):
                assert dosage.keys() == {"text"}
                assert "Described, not advised" in dosage["text"]


@pytest.mark.parametrize("status", ["asking", "never"])
def test_kratom_that_is_not_used_is_not_written_as_taken(status: str):
    bundle = bundle_of(kratom={"status": status}, medicines=[{"name": "sertraline"}])
    assert [s["medicationCodeableConcept"]["text"] for s in statements(bundle)] == ["sertraline"]


def test_planned_kratom_is_not_written_as_intended():
    bundle = bundle_of(medicines=[{"name": "kratom", "planned": True, "dose_mg": 100.0}])
    assert statements(bundle) == []
    assert own_problems(bundle) == []


def test_kratom_listed_as_a_medicine_keeps_its_amount_in_words():
    (statement,) = statements(bundle_of(medicines=[{"name": "kratom", "dose_mg": 3000.0}]))
    assert statement["dosage"] == [{"text": "Reported use: 3000 mg. Described, not advised."}]


def test_goals_that_name_kratom_are_quoted_and_not_set():
    goals = ["sleep better", "start Kratom instead of my tablets"]
    bundle = bundle_of(preferences={"goals": goals})
    held = resources(bundle, "Goal")
    assert [g["description"]["text"] for g in held] == ["sleep better"]
    assert held[0]["lifecycleStatus"] == "proposed"
    (plan,) = resources(bundle, "CarePlan")
    assert any("a wish and no advice" in n["text"] and goals[1] in n["text"] for n in plan["note"])
    assert len(plan["goal"]) == 1


@pytest.mark.parametrize(
    "goal",
    [
        "take 5 g of bali daily",
        "drink bali every morning",
        "two spoons of it at night",
        "0.5g less each week",
        "back to my Maeng Da",
        "3 capsules are enough",
        "a little Elephant each day",
    ],
)
def test_a_goal_about_taking_something_is_quoted_and_not_set(goal: str):
    use = {"status": "using", "products": [{"form": "leaf_powder", "strain": "Elephant"}]}
    bundle = bundle_of(kratom=use, preferences={"goals": [goal, "sleep 8 hours", "run 5 km"]})
    assert [g["description"]["text"] for g in resources(bundle, "Goal")] == [
        "sleep 8 hours",
        "run 5 km",
    ]
    (plan,) = resources(bundle, "CarePlan")
    assert any(goal in one["text"] for one in plan["note"])


def test_a_weight_of_no_known_day_is_not_dated_today():
    (weight,) = [
        one
        for one in resources(bundle_of(person={"weight_kg": 14.0}), "Observation")
        if one["code"]["text"] == "Body weight"
    ]
    assert "effectiveDateTime" not in weight
    assert weight["_effectiveDateTime"]["extension"][0]["valueCode"] == "unknown"


def test_how_much_of_a_substance_stands_in_numbers():
    used = {"name": "alcohol", "drinks_per_week": 10.0, "with_kratom": True}
    (alcohol,) = [
        one
        for one in resources(bundle_of(substances=[used]), "Observation")
        if one["code"]["text"] == "Use of alcohol"
    ]
    parts = {one["code"]["text"]: one for one in alcohol["component"]}
    assert parts["drinks per week"]["valueQuantity"]["value"] == 10.0
    assert parts["together with kratom"]["valueBoolean"] is True


def test_products_other_than_leaf_and_extract_have_no_code_of_mitragynine():
    products = [{"form": "leaf_powder"}, {"form": "7_oh_product"}, {"form": "unknown"}]
    held = statements(bundle_of(kratom={"status": "using", "products": products}))
    coded = [s["medicationCodeableConcept"].get("coding") for s in held]
    assert coded[0][0]["code"] == "EP479K822J"
    assert coded[1:] == [None, None]


# ------------------------------------------------------------------ medicines


def statements(bundle: Resource) -> list[Resource]:
    return resources(bundle, "MedicationStatement")


def codes(statement: Resource) -> list[str]:
    return [c["code"] for c in statement["medicationCodeableConcept"].get("coding", [])]


def test_medicines_have_the_status_in_which_they_are():
    bundle = bundle_of(
        medicines=[
            {"name": "sertraline", "dose_mg": 100.0, "times_per_day": 1.0, "prescribed": True},
            {"name": "buspirone", "planned": True},
            {"name": "lithium", "stopped": "2026-11-01"},
            {"name": "tramadol", "stopped": "2026-12-01", "interval_h": 6.0},
        ]
    )
    held = statements(bundle)
    assert [s["status"] for s in held] == ["active", "intended", "stopped", "active"]
    assert codes(held[0]) == ["36437", "N06AB06"]
    assert held[0]["dosage"][0]["timing"]["repeat"] == {
        "frequency": 1, "period": 1, "periodUnit": "d",
    }  # fmt: skip
    assert held[3]["effectivePeriod"] == {"end": "2026-12-01"}


@pytest.mark.parametrize("name", ["grandmother's drops", "SSRI", "cannabis"])
def test_what_is_unclear_has_no_code(name: str):
    (statement,) = statements(bundle_of(medicines=[{"name": name}]))
    assert codes(statement) == []
    assert statement["medicationCodeableConcept"]["text"] == name


def test_what_was_not_checked_is_said_in_the_plan():
    (plan,) = resources(bundle_of(medicines=[{"name": "grandmother's drops"}]), "CarePlan")
    assert any(
        "Not checked for interactions: grandmother's drops" in n["text"] for n in plan["note"]
    )


def test_a_persons_words_cannot_break_the_page():
    bundle = bundle_of(
        medicines=[{"name": "<script>alert(1)</script> & co", "reason": "a\u00a0b\u2028c"}],
        symptoms={"free_text": "</div><b>"},
    )
    (statement,) = statements(bundle)
    assert "&lt;script&gt;" in statement["text"]["div"]
    assert statement["reasonCode"][0]["text"] == "a b c"
    for resource in resources(bundle):
        assert "<script" not in resource["text"]["div"]
        parsed(resource)


# ------------------------------------------------------------------ provenance


def test_provenance_names_everything_and_what_it_was_made_from():
    _, result = assessed("pregnancy_tea")
    bundle = example("pregnancy_tea")
    (provenance,) = resources(bundle, "Provenance")
    others = [e["fullUrl"] for e in bundle["entry"] if e["resource"] is not provenance]
    assert [t["reference"] for t in provenance["target"]] == others
    made = {e["what"]["display"]: e["what"]["identifier"]["value"] for e in provenance["entity"]}
    assert made == {
        "input-sha256": result.provenance.input_sha256,
        "version": result.provenance.speciosa_version,
        "knowledge-release": result.provenance.knowledge_release,
        "seed": str(result.provenance.seed),
    }
    assert provenance["recorded"] == "2026-11-23T01:02:03Z"


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(strategies.cases())
def test_any_case_gives_a_bundle_that_holds_together(any_case: Case):
    bundle = written(any_case)
    addresses = {entry["fullUrl"] for entry in bundle["entry"]}
    assert len(addresses) == len(bundle["entry"])
    assert {v for path, v in walk(bundle) if path.endswith(".reference")} <= addresses
    assert own_problems(bundle) == []
    for statement in statements(bundle):
        if KRATOM.search(statement["medicationCodeableConcept"]["text"]):
            assert statement["status"] != "intended"
            assert all(d.keys() == {"text"} for d in statement.get("dosage", []))
