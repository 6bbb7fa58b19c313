"""What is read is what was written: no surprise of YAML, no loss, no change afterwards."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError

from speciosa.case import (
    Case,
    case_schema,
    document,
    parse_case,
    read_case_bytes,
    read_case_text,
)
from speciosa.errors import InputError

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
DATE = "date: 2026-11-22\n"


def test_norway_is_a_country() -> None:
    assert read_case_text(DATE + "place: NO").place == "NO"


@pytest.mark.parametrize(
    ("word", "meaning"), [("true", True), ("yes", True), ("No", False), ("false", False)]
)
def test_yes_and_no_answer_a_question(word: str, meaning: bool) -> None:
    assert read_case_text(DATE + f"person: {{drives: {word}}}").person.drives is meaning


@pytest.mark.parametrize("number", ["010", "0x10", "1_0", "1:30", "0b11", "0o7", "1,5", "7O"])
def test_no_number_is_read_as_another(number: str) -> None:
    with pytest.raises(InputError, match=r"person\.age_years"):
        read_case_text(DATE + f"person: {{age_years: '{number}'}}")
    with pytest.raises(InputError, match="person"):
        read_case_text(DATE + f"person:\n  age_years: {number}")


@pytest.mark.parametrize(
    ("written", "read"), [("70", 70), ("+70", 70), ("7.05e1", 70.5), ("7e1", 70), ("70.", 70)]
)
def test_numbers_are_read_as_written(written: str, read: float) -> None:
    assert read_case_text(DATE + f"person: {{weight_kg: {written}}}").person.weight_kg == read


def test_json_with_tabs_and_escapes_is_read() -> None:
    case = read_case_text('{\n\t"date": "2026-11-22",\n\t"conditions": [{"name": "caf\\u00e9"}]\n}')
    assert case.conditions[0].name == "café"


def test_what_was_not_said_is_not_known() -> None:
    case = read_case_text(DATE)
    assert case.person.age_years is None
    assert case.person.drives is None
    assert case.kratom is None
    assert case.symptoms.gad7 is None
    assert case.signs.present == case.signs.absent == ()


def test_item_nine_is_never_imputed() -> None:
    case = parse_case({"date": "2026-11-22", "symptoms": {"phq9": {"total": 0}}})
    assert case.symptoms.phq9 is not None
    assert case.symptoms.phq9.suicidality_item is None


def test_a_date_object_is_accepted_and_a_moment_is_not() -> None:
    assert parse_case({"date": dt.date(2026, 11, 22)}).date == dt.date(2026, 11, 22)
    with pytest.raises(InputError):
        parse_case({"date": dt.datetime(2026, 11, 22, tzinfo=dt.UTC)})


def test_a_case_is_frozen() -> None:
    case = read_case_text(DATE + "person: {age_years: 40}")
    with pytest.raises(ValidationError):
        case.date = dt.date(2020, 1, 1)  # type: ignore[misc]
    with pytest.raises(ValidationError):
        case.person.age_years = 41  # type: ignore[misc]
    assert isinstance(hash(case), int)


# ------------------------------------------------------------------ the schema


def test_the_schema_is_valid_draft_2020_12() -> None:
    schema = case_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)


def test_changing_the_schema_changes_nothing_for_others() -> None:
    case_schema()["properties"].clear()
    assert "date" in case_schema()["properties"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_every_example_fits_the_schema_and_the_reader(path: Path) -> None:
    case = read_case_bytes(path.read_bytes(), name=path.name)
    as_written = document.parse(path.read_text(encoding="utf-8"), name=path.name)
    jsonschema.Draft202012Validator(case_schema()).validate(as_written)
    assert as_written.keys() == case.model_fields_set
    assert Case.model_validate_json(case.model_dump_json(exclude_unset=True)) == case


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 12


@pytest.mark.parametrize(
    "part",
    [
        {"person": {"age_years": 500}},
        {"person": {"sex": "unknown"}},
        {"place": "Tennessee"},
        {"unknown": 1},
        {"symptoms": {"gad7": {"answers": [0, 1, 2]}}},
        {"medicines": [{}]},
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(part: dict[str, object]) -> None:
    case = {"date": "2026-11-22", **part}
    assert not jsonschema.Draft202012Validator(case_schema()).is_valid(case)
    with pytest.raises(InputError):
        parse_case(case)
