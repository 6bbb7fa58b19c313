"""The whole case travels as a form and comes back unchanged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import strategies
from tests.fhir.checks import NAMES, assessed, example, resources

from speciosa.case import Case, parse_case
from speciosa.fhir import canonical
from speciosa.fhir.case_form import EMPTY_TEXT, ESCAPED, from_items, to_items
from speciosa.fhir.questionnaires import NAMES as FORMS
from speciosa.fhir.questionnaires import questionnaire
from speciosa.knowledge import load


def back(case: Case) -> Case:
    """Through the bytes of JSON, as a file or another system would give it."""
    return parse_case(from_items(json.loads(json.dumps(to_items(case)))))


@pytest.mark.parametrize("name", NAMES)
def test_an_example_comes_back_from_its_bundle(name: str):
    case, _ = assessed(name)
    (response,) = [
        r
        for r in resources(example(name), "QuestionnaireResponse")
        if canonical.without_version(r["questionnaire"]) == canonical.CASE_FORM
    ]
    assert parse_case(from_items(response["item"])) == case


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(strategies.cases())
def test_any_case_comes_back(case: Case):
    assert back(case) == case


@settings(max_examples=100)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"]), max_size=20))
def test_any_words_come_back(words: str):
    case = Case.model_validate({"date": "2026-01-01", "symptoms": {"free_text": words}})
    assert back(case) == case
    for _, item in leaves(to_items(case)):
        for answer in item.get("answer", ()):
            text = answer.get("valueString", "x")
            assert text
            assert not any(c.isspace() and c not in " \r\n\t" for c in text)


def test_what_was_not_given_has_no_item_and_what_is_empty_has_no_answer():
    case = parse_case(
        {
            "date": "2026-11-20",
            "person": {"drives": False},
            "symptoms": {"gad7": {"answers": [0, None, 1, 1, 1, 1, 1]}, "free_text": ""},
            "substances": [{"name": "alcohol", "drinks_per_week": 0.0}],
        }
    )
    items = dict(leaves(to_items(case)))
    assert items["person.drives"]["answer"] == [{"valueBoolean": False}]
    assert items["substances.drinks_per_week"]["answer"] == [{"valueDecimal": 0.0}]
    assert items["symptoms.gad7.answers.1"]["answer"] == [{"valueInteger": 0}]
    assert "answer" not in items["symptoms.gad7.answers.2"]
    assert "answer" not in items["symptoms.free_text"]
    assert "person.age_years" not in items
    assert back(case) == case


def leaves(items: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for item in items:
        if "item" in item:
            assert "answer" not in item
            yield from leaves(item["item"])
        else:
            yield item["linkId"], item


def within(path: str, *items: dict[str, Any]) -> dict[str, Any]:
    return {"linkId": path, "item": list(items)}


def gad7(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    inner = within("symptoms.gad7.answers", *answers)
    return [within("symptoms", within("symptoms.gad7", inner))]


ANSWERS = [
    {"linkId": f"symptoms.gad7.answers.{n}", "answer": [{"valueInteger": 1}]} for n in range(1, 8)
]
DATE = {"linkId": "date", "answer": [{"valueDate": "2026-11-20"}]}


@pytest.mark.parametrize(
    "items",
    [
        [{"linkId": "", "answer": [{"valueInteger": 1}]}],
        [{"linkId": "colour", "answer": [{"valueString": "red"}]}],
        [{"linkId": "person.colour", "answer": [{"valueString": "red"}]}],
        [{"linkId": "person", "item": [{"linkId": "date", "answer": [{"valueDate": "2026"}]}]}],
        [{"linkId": "person", "item": []}] * 2,
        [DATE, DATE],
        [{"linkId": "date"}],
        [{"linkId": "date", "text": EMPTY_TEXT, "answer": []}],
        [{"linkId": "date", "answer": [{"valueQuantity": {"value": 1}}]}],
        [{"linkId": "date", "answer": [{"valueInteger": 1, "valueString": "x"}]}],
        [{"linkId": "date", "answer": [{"valueInteger": 1}, {"valueInteger": 2}]}],
        [{"linkId": "place", "text": ESCAPED, "answer": [{"valueString": "no json"}]}],
        [{"linkId": "place", "text": ESCAPED, "answer": [{"valueString": "1"}]}],
        [{"linkId": "signs", "item": [{"linkId": "signs.present"}]}],
        gad7(ANSWERS[:6]),
        gad7(ANSWERS[::-1]),
        [{}],
    ],
)  # fmt: skip
def test_a_broken_form_is_refused(items: list[dict[str, Any]]):
    with pytest.raises(ValueError, match=r"item"):
        from_items(items)


# ------------------------------------------------------------------ the Questionnaires


def links(items: list[dict[str, Any]]) -> Iterator[str]:
    for item in items:
        yield item["linkId"]
        yield from links(item.get("item", []))


def test_every_item_of_a_response_is_in_its_questionnaire():
    forms = {canonical.questionnaire(name): questionnaire(name, load()) for name in FORMS}
    for name in NAMES:
        for response in resources(example(name), "QuestionnaireResponse"):
            url, _, version = response["questionnaire"].partition("|")
            assert version == forms[url]["version"]
            assert set(links(response["item"])) <= set(links(forms[url]["item"])), (name, url)


VALUES = {
    "date": "valueDate", "boolean": "valueBoolean", "integer": "valueInteger",
    "decimal": "valueDecimal", "string": "valueString",
}  # fmt: skip


def flat(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for item in items:
        yield item
        yield from flat(item.get("item", []))


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_is_of_the_kind_that_its_questionnaire_asks_for(name: str):
    for response in resources(example(name), "QuestionnaireResponse"):
        asked = questionnaire(response["questionnaire"].partition("|")[0].split(":")[-1], load())
        items = {item["linkId"]: item for item in flat(asked["item"])}
        for item in flat(response["item"]):
            question = items[item["linkId"]]
            assert ("item" in item) <= (question["type"] == "group")
            assert len(item.get("answer", ())) <= 1 or question["repeats"]
            for answer in item.get("answer", ()):
                if question["type"] == "choice":
                    assert answer in question["answerOption"], item["linkId"]
                else:
                    assert answer.keys() == {VALUES[question["type"]]}, item["linkId"]


def test_the_case_form_has_a_group_for_each_list_and_names_each_item_once():
    form = questionnaire("case", load())
    named = list(links(form["item"]))
    assert len(named) == len(set(named)) > 100
    items = {item["linkId"]: item for item in form["item"]}
    assert items["date"]["required"] is True
    assert items["medicines"]["type"] == "group"
    assert items["medicines"]["repeats"] is True
    assert "repeats" not in items["person"]
    present = next(i for i in items["signs"]["item"] if i["linkId"] == "signs.present")
    assert {"valueString": "seizure"} in present["answerOption"]
    assert present["repeats"] is True


def test_the_gad7_has_its_codes_points_and_wording():
    form = questionnaire("gad7", load())
    assert form["code"][0]["code"] == "69737-5"
    codes = [item["code"][0]["code"] for item in form["item"]]
    assert codes == ["69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7"]
    options = [o["valueCoding"] for o in form["item"][0]["answerOption"]]
    assert [o["code"] for o in options] == ["LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9"]
    assert [o["extension"][0]["valueDecimal"] for o in options] == [0, 1, 2, 3]
    assert all(item["type"] == "choice" for item in form["item"])
    assert "LOINC" in form["copyright"]


@pytest.mark.parametrize(("name", "count"), [("isi", 7), ("audit_c", 3)])
def test_wording_that_may_not_be_shipped_is_not(name: str, count: int):
    form = questionnaire(name, load())
    assert len(form["item"]) == count
    for number, item in enumerate(form["item"], start=1):
        assert item["type"] == "integer"
        assert f"question {number}: points 0 to 4" in item["text"]
        for code in item.get("code", ()):
            assert "display" not in code


def test_the_question_on_self_harm_is_in_the_phq9_form():
    form = questionnaire("phq9", load())
    assert [item["code"][0]["code"] for item in form["item"]][8] == "44260-8"


def test_an_unknown_form_is_refused():
    with pytest.raises(KeyError):
        questionnaire("pswq", load())
