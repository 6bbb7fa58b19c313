"""The case form and the case document: nothing is lost, changed or made up on the way."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.strategies import cases

from speciosa.case import Case, case_schema, parse_case, read_case_bytes
from speciosa.errors import InputError
from speciosa.web.pages.form import Fields, to_document, to_fields, unshown
from speciosa.web.pages.form.carry import carried
from speciosa.web.pages.form.layout import CELLS, ROWS

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))


def document_of(case: Case) -> dict[str, Any]:
    return case.model_dump(mode="json", exclude_defaults=True)


def typed(**values: str) -> Fields:
    return Fields({name.replace("__", "."): (text,) for name, text in values.items()})


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two documents say the same; the order of ticked words says nothing."""
    return _ordered(one) == _ordered(other)


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _ordered(inner) for key, inner in value.items() if inner not in ("", {})}
    if isinstance(value, list):
        if value and all(isinstance(inner, str) for inner in value):
            return sorted(value)
        return [_ordered(inner) for inner in value]
    return value


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_comes_back_from_the_form(path: Path) -> None:
    case = read_case_bytes(path.read_bytes())
    document = document_of(case)
    fields = to_fields(document)
    assert parse_case(to_document(fields, document).document) == case
    # Also without the document behind it: the form shows all of every example.
    again = document_of(parse_case(to_document(fields).document))
    assert same(again, document)
    assert unshown(document) == ()


def test_there_are_fourteen_examples() -> None:
    assert len(EXAMPLES) == 14


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_any_case_comes_back_and_what_cannot_be_shown_is_named(case: Case) -> None:
    document = document_of(case)
    fields = to_fields(document)
    built = to_document(fields, document)
    assert built.problems == ()
    assert parse_case(built.document) == case
    if not unshown(document):
        assert same(document_of(parse_case(to_document(fields).document)), document)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(), st.sampled_from(["37", "52.5"]))
def test_a_change_in_one_place_leaves_the_rest(case: Case, age: str) -> None:
    document = document_of(case)
    fields = to_fields(document).with_values({"person.age_years": (age,)})
    changed = parse_case(to_document(fields, document).document)
    assert changed.person.age_years == float(age)
    before = case.model_copy(update={"person": case.person.model_copy(update={"age_years": 1.0})})
    after = changed.model_copy(
        update={"person": changed.person.model_copy(update={"age_years": 1.0})}
    )
    assert after == before


def test_the_cells_cover_every_field_of_a_case() -> None:
    covered = {path for cell in CELLS for path in cell.paths}
    covered |= {
        f"{rows}[].{path}" for rows, cells in ROWS.items() for c in cells for path in c.paths
    }
    schema = case_schema()

    def leaves(node: dict[str, Any], path: str) -> list[str]:
        if "$ref" in node:
            node = schema["$defs"][node["$ref"].removeprefix("#/$defs/")]
        for inner in node.get("anyOf", ()):
            if inner.get("type") != "null":
                return leaves(inner, path)
        if "properties" in node:
            return [
                leaf
                for name, inner in node["properties"].items()
                for leaf in leaves(inner, f"{path}.{name}".strip("."))
            ]
        items = node.get("items", {})
        if "$ref" in items and "properties" in schema["$defs"][items["$ref"].split("/")[-1]]:
            return leaves(items, f"{path}[]")
        return [path]

    missing = [
        leaf
        for leaf in leaves(schema, "")
        if not any(leaf == c or leaf.startswith(f"{c}.") for c in covered)
    ]
    assert missing == []


@given(
    st.lists(
        st.tuples(
            st.one_of(
                st.sampled_from(
                    [
                        "date",
                        "signs.fever",
                        "symptoms.gad7.answers.0",
                        "kratom.products.0.dose",
                        "kratom.products.0.dose_unit",
                        "medicines.0.often",
                        "medicines.x.name",
                        "medicines.99999.name",
                        "labs.0.value",
                        "kratom.status",
                        "person",
                    ]
                ),
                st.text(max_size=30),
            ),
            st.text(max_size=40),
        ),
        max_size=15,
    )
)
@settings(max_examples=200, deadline=None)
def test_no_posted_form_breaks_the_reading(pairs: list[tuple[str, str]]) -> None:
    built = to_document(Fields.of(pairs))
    json.dumps(built.document)
    try:
        parse_case(built.document)
    except InputError as error:
        for problem in error.problems:
            assert built.place(problem.field, Fields.of(pairs).values) in {"", *dict(pairs)}


# ------------------------------------------------------------------ amounts as people say them


@pytest.mark.parametrize(
    ("unit", "field"),
    [
        ("leaf_g", "leaf_g"),
        ("capsules", "capsules"),
        ("shots", "units"),
        ("tablets", "units"),
        ("pieces", "units"),
        ("mitragynine_mg", "mitragynine_mg"),
        ("seven_oh_mg", "seven_oh_mg"),
    ],
)
def test_kratom_in_the_units_people_speak(unit: str, field: str) -> None:
    row = "kratom.products.0"
    fields = Fields(
        {f"{row}.form": ("unknown",), f"{row}.dose": ("2,5",), f"{row}.dose_unit": (unit,)}
    )
    (product,) = to_document(fields).document["kratom"]["products"]
    assert product["dose"] == {field: 2.5}


def test_teaspoons_are_refused_with_the_reason_and_never_become_a_weight() -> None:
    row = "kratom.products.0"
    fields = Fields(
        {
            "date": ("2026-11-22",),
            f"{row}.form": ("leaf_powder",),
            f"{row}.dose": ("2",),
            f"{row}.dose_unit": ("teaspoons",),
        }
    )
    built = to_document(fields)
    (problem,) = built.problems
    assert built.place(problem.field, fields.values) == f"{row}.dose"
    assert "spoonful" in problem.accepted
    assert "dose" not in built.document["kratom"]["products"][0]


def test_an_amount_without_its_unit_is_asked_back() -> None:
    built = to_document(Fields({"kratom.products.3.dose": ("4",)}))
    assert [problem.field for problem in built.problems] == ["kratom.products[0].dose"]
    assert built.place("kratom.products[0].dose", ["kratom.products.3.dose"]) == (
        "kratom.products.3.dose"
    )


@pytest.mark.parametrize(
    ("number", "unit", "expected"),
    [
        ("3", "day", {"times_per_day": 3}),
        ("8", "hours", {"interval_h": 8}),
        ("1", "week", {"interval_h": 168.0}),
        ("often", "day", {"times_per_day": "often"}),
    ],
)
def test_how_often(number: str, unit: str, expected: dict[str, Any]) -> None:
    fields = Fields(
        {
            "medicines.0.name": ("sertraline",),
            "medicines.0.often": (number,),
            "medicines.0.often_unit": (unit,),
        }
    )
    assert to_document(fields).document["medicines"] == [{"name": "sertraline", **expected}]


def test_pounds_grams_and_micrograms_are_converted() -> None:
    fields = Fields(
        {
            "person.weight": ("180",),
            "person.weight_unit": ("lb",),
            "medicines.0.name": ("levothyroxine",),
            "medicines.0.dose": ("25",),
            "medicines.0.dose_unit": ("micrograms",),
        }
    )
    document = to_document(fields).document
    assert document["person"]["weight_kg"] == pytest.approx(81.6)
    assert document["medicines"][0]["dose_mg"] == pytest.approx(0.025)


@pytest.mark.parametrize("text", ["yes", "1,000", "3 or 4", "-2", "1e999", "٣"])
def test_what_is_no_number_reaches_the_case_as_it_was_typed(text: str) -> None:
    document = to_document(typed(person__age_years=text)).document
    assert document["person"]["age_years"] == text


# ------------------------------------------------------------------ asked, and not asked


def test_a_sign_that_was_not_asked_stands_in_no_list() -> None:
    document = to_document(typed(signs__fever="present", signs__seizure="absent")).document
    assert document["signs"] == {"present": ["fever"], "absent": ["seizure"]}


def test_an_empty_form_says_nothing() -> None:
    assert to_document(to_fields({})).document == {}


# ------------------------------------------------------------------ a new case from an old one


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_nothing_of_the_day_is_carried_over(path: Path) -> None:
    case = read_case_bytes(path.read_bytes())
    kept = carried(document_of(case))
    assert not {"date", "signs", "symptoms"} & kept.keys()
    kratom = kept.get("kratom", {})
    assert kratom.keys() <= {"since", "reasons", "attempts_to_stop", "products", "status"}
    assert kratom.get("status") in {None, "using"}
    for product in kratom.get("products", ()):
        assert product.keys() <= {"form", "label", "strain", "analysis"}
    assert "last_use_hours_ago" not in json.dumps(kept)
    assert not re.search("pregnan|egfr", json.dumps(kept.get("person", {})))
    if kratom:
        kratom.setdefault("status", "using")  # the form asks for it
    new = parse_case({**kept, "date": "2026-12-24"})
    assert new.medicines == case.medicines
    assert [lab.date for lab in new.labs] == [lab.date or case.date for lab in case.labs]
    scored = [earlier for earlier in new.earlier if earlier.date == case.date]
    gad7 = case.symptoms.gad7
    if gad7 and gad7.answers and None not in gad7.answers:
        assert [one.gad7 for one in scored] == [sum(a for a in gad7.answers if a is not None)]


def test_an_old_result_stays_old() -> None:
    kept = carried(
        {
            "date": "2026-05-10",
            "labs": [
                {"name": "alt", "value": 30},
                {"name": "qtc", "value": 410, "date": "2026-01-02"},
            ],
            "symptoms": {"gad7": {"total": 9, "date": "2026-03-01"}, "phq9": {"total": 4}},
            "earlier": [{"date": "2026-03-01", "gad7": 9}, {"date": "2026-02-01", "phq9": 5}],
        }
    )
    assert [lab["date"] for lab in kept["labs"]] == ["2026-05-10", "2026-01-02"]
    assert kept["earlier"] == [
        {"date": "2026-02-01", "phq9": 5},
        {"date": "2026-03-01", "gad7": 9},
        {"date": "2026-05-10", "phq9": 4},
    ]


def test_only_current_use_stays_said_of_kratom() -> None:
    use = {
        "status": "stopped",
        "stopped": "2026-05-01",
        "since": "2024-01-01",
        "side_effects": ["seizure"],
    }
    assert carried({"date": "2026-05-10", "kratom": use})["kratom"] == {"since": "2024-01-01"}
    for status in ("never", "asking"):
        assert "kratom" not in carried({"date": "2026-05-10", "kratom": {"status": status}})
