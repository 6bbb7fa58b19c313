"""Every wrong field is named, with what it held and what is accepted."""

from __future__ import annotations

import pytest

from speciosa.case import parse_case, read_case_bytes, read_case_text
from speciosa.errors import InputError, InputProblem

DATE = "2026-11-22"


def problems(case: object) -> dict[str, InputProblem]:
    with pytest.raises(InputError) as caught:
        parse_case(case)
    return {p.field: p for p in caught.value.problems}


def text_problem(text: str) -> InputProblem:
    with pytest.raises(InputError) as caught:
        read_case_text(text)
    (problem,) = caught.value.problems
    return problem


def with_(path: str, value: object) -> dict[str, object]:
    """A case in which one field, named by a dotted path, holds a value."""
    case: dict[str, object] = {"date": DATE}
    inner = case
    *parents, last = path.split(".")
    for step in parents:
        inner = inner.setdefault(step, {})  # type: ignore[assignment]
    inner[last] = value
    return case


@pytest.mark.parametrize(
    ("path", "value", "shown", "accepted"),
    [
        ("date", 0, "0", "a date such as 2026-11-22"),
        ("date", "86400", '"86400"', "a date"),
        ("date", "2026-02-30", '"2026-02-30"', "a date"),
        ("date", "0001-01-01", '"0001-01-01"', "a date"),
        ("date", "9999-12-31", '"9999-12-31"', "a date"),
        ("date", True, "true", "a date"),
        ("date", "2026-11-22T00:00:00", '"2026-11-22T00:00:00"', "a date"),
        ("place", "tennessee", '"tennessee"', "ISO 3166"),
        ("person.age_years", -1, "-1", "a number from 0 to 120"),
        ("person.age_years", True, "true", "a number from 0 to 120"),
        ("person.age_years", float("nan"), "nan", "a number from 0 to 120"),
        ("person.weight_kg", 1, "1", "a number above 1, at most 500"),
        ("person.weight_kg", 10**400, "a whole number of more than 20 digits", "a number above 1"),
        ("person.weight_kg", "70", '"70"', "a number above 1"),
        ("person.sex", "femal", '"femal"', "one of female, male, other"),
        ("person.drives", "yes", '"yes"', "true or false"),
        ("person.drives", 1, "1", "true or false"),
        ("person.pregnancy_weeks", 3.0, "3.0", "a whole number from 0 to 45"),
        ("person", None, "nothing (null)", "leave the field out where nothing is known"),
        ("person", [1, 2], "a list of 2", "a mapping of fields: age_years"),
        ("medicines", "sertraline", "text of 10 characters", "a list of up to 200"),
        ("symptoms.phq9.item9", 4, "4", "a whole number from 0 to 3"),
        ("symptoms.features", ["worry"], '"worry"', "one of excessive_worry"),
    ],
)
def test_names_field_value_and_what_is_accepted(
    path: str, value: object, shown: str, accepted: str
) -> None:
    found = problems(with_(path, value))
    field = f"{path}[0]" if isinstance(value, list) and path.endswith("features") else path
    assert set(found) == {field}
    assert found[field].value == shown
    assert accepted in found[field].accepted


@pytest.mark.parametrize("answer", [True, False, "1", 1.0, "yes", 4, -1, 10**30, [1], {"a": 1}])
def test_an_answer_is_a_whole_number_of_the_scale(answer: object) -> None:
    found = problems(with_("symptoms.gad7.answers", [0, 1, answer, 1, 1, 1, 1]))
    # The wrong item is the one message: that the list seems too short without it is no help.
    assert set(found) == {"symptoms.gad7.answers[2]"}
    assert found["symptoms.gad7.answers[2]"].accepted == "a whole number from 0 to 3"


def test_a_list_that_is_too_short_is_said_to_be() -> None:
    found = problems(with_("symptoms.gad7.answers", [0, 1, 2]))
    assert found["symptoms.gad7.answers"].value == "a list of 3"
    assert found["symptoms.gad7.answers"].accepted == (
        "a list of exactly 7, each a whole number from 0 to 3 or null"
    )


def test_all_problems_are_reported_at_once() -> None:
    found = problems({"date": 1, "place": "x", "person": {"sex": 3}, "labs": [{"name": "alt"}]})
    assert set(found) == {"date", "place", "person.sex", "labs[0].value", "labs[0].unit"}
    assert found["labs[0].unit"].value == "nothing"


def test_a_flood_of_problems_is_cut_and_says_so() -> None:
    found = problems({"date": DATE} | {f"field_{i}": 1 for i in range(1000)})
    assert len(found) == 51
    assert found["case"].value == "950 more problems"


@pytest.mark.parametrize(
    ("case", "field", "suggestion"),
    [
        ({"dat": DATE}, "dat", "date"),
        (with_("person.age", 40), "person.age", "age_years"),
        (with_("person.weigth_kg", 40), "person.weigth_kg", "weight_kg"),
        ({"date": DATE, "age_years": 40}, "age_years", "person.age_years"),
        (with_("person.sex", "Female"), "person.sex", "female"),
        (with_("symptoms.impairment", "very marked"), "symptoms.impairment", "very_marked"),
        (with_("place", "us-tn"), "place", "US-TN"),
        (with_("place", "us-ca/San-Diego"), "place", "US-CA/san-diego"),
        (with_("person.weight_kg", "70.5"), "person.weight_kg", "70.5 without quotation marks"),
    ],
)
def test_suggests_what_may_have_been_meant(
    case: dict[str, object], field: str, suggestion: str
) -> None:
    assert problems(case)[field].suggestion == suggestion


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"symptoms": {"gad7": {}}}, "symptoms.gad7"),
        ({"symptoms": {"gad7": {"total": 3, "answers": [0] * 7}}}, "symptoms.gad7.total"),
        ({"symptoms": {"gad7": {"total": 3, "answers": [None] * 7}}}, "symptoms.gad7"),
        ({"symptoms": {"phq9": {"answers": [0] * 9, "item9": 1}}}, "symptoms.phq9.item9"),
        ({"symptoms": {"phq9": {"total": 1, "item9": 3}}}, "symptoms.phq9.item9"),
        ({"symptoms": {"phq9": {"total": 27, "item9": 0}}}, "symptoms.phq9.item9"),
        ({"symptoms": {"features": ["fatigue"], "features_absent": ["fatigue"]}}, "symptoms"),
        ({"signs": {"present": ["fever"], "absent": ["fever"]}}, "signs"),
        ({"person": {"pregnancy": "not_pregnant", "pregnancy_weeks": 9}}, "person.pregnancy"),
        ({"medicines": [{"name": "a", "interval_h": 8, "times_per_day": 3}]}, "medicines[0]"),
        (
            {"medicines": [{"name": "a", "since": "2026-02-01", "stopped": "2026-01-01"}]},
            "medicines[0].stopped",
        ),
        ({"kratom": {"status": "never", "last_use_hours_ago": 0}}, "kratom.status"),
        ({"kratom": {"status": "using", "since": "2027-01-01"}}, "kratom.since"),
        (
            {"kratom": {"status": "using", "between_doses": ["none", "aches"]}},
            "kratom.between_doses",
        ),
        ({"earlier": [{"date": "2026-11-23", "gad7": 3}]}, "earlier[0].date"),
        ({"labs": [{"name": "alt", "value": 1, "unit": "mmol/L"}]}, "labs[0].unit"),
    ],
)
def test_values_that_contradict_one_another_are_refused(
    part: dict[str, object], field: str
) -> None:
    assert set(problems({"date": DATE, **part})) == {field}


WORDS = "Jane Roe of 12 Elm Street hears voices"


@pytest.mark.parametrize(
    "case",
    [
        with_("person.sex", WORDS),
        with_("person.weight_kg", WORDS),
        with_("person", WORDS),
        with_(WORDS, 1),
        with_("person." + WORDS, 1),
        with_("date", WORDS),
        with_("place", WORDS),
        with_("conditions", WORDS),
        with_("conditions", [{"name": "Roe" * 100}]),
        with_("symptoms.free_text", WORDS * 1000),
        with_("labs", [{"name": "alt", "value": 3, "unit": "Roe"}]),
        with_("medicines", [{"name": "Roe\x1b[31m"}]),
        with_("kratom", {"status": "using", "note": ["Roe"]}),
    ],
)
def test_no_message_repeats_a_persons_words(case: dict[str, object]) -> None:
    with pytest.raises(InputError) as caught:
        parse_case(case)
    assert "Roe" not in str(caught.value)


def test_messages_cannot_steer_a_terminal() -> None:
    case = {"date": DATE, "place": "\x1b[31m", "person": {"sex": "\ud800"}}
    with pytest.raises(InputError) as caught:
        parse_case(case)
    assert str(caught.value).replace("\n", "").isprintable()
    str(caught.value).encode("utf-8")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", "nothing"),
        ("- a", "a list of 1"),
        ("just words", "text of 10 characters"),
        ("a: &x [1]\nb: *x", "an anchor or alias"),
        ("b: *x", "an anchor or alias"),
        ("date: !!python/object/apply:os.system [ls]", "a tag"),
        ("[" * 5000, "nested more than 20 levels"),
        ('{"a":' * 20_000, "nested"),
        ('{"a":' + "9" * 5000 + "}", "a number of thousands of digits"),
        ("? [a]\n: 1", "a field name that is not text"),
        ("1: 2", "a field name that is not text"),
        ("a: 'x", "found unexpected end of stream"),
        ('{"a": "b" "c"}', "Expecting ',' delimiter (line 1, column 11)"),
        ("\x00", "a character that text may not hold"),
        ("a: 1\n---\na: 2", "another document"),
        ("x" * 200_001, "200,001 characters"),
    ],
)
def test_a_document_that_is_no_case_is_named(text: str, value: str) -> None:
    assert value in text_problem(text).value or value in text_problem(text).accepted


@pytest.mark.parametrize("text", ["date: 2026-11-22\ndate: 2026-11-21", '{"date": 1, "date": 2}'])
def test_a_field_given_twice_is_refused_by_name(text: str) -> None:
    assert text_problem(text).field == "date"
    assert "twice" in text_problem(text).value


def test_a_quoted_word_of_the_parser_is_not_repeated() -> None:
    assert "Roe" not in str(text_problem("%YAML 1.1\n--- !Roe!Roe\nx"))
    assert "Roe" not in str(text_problem("a: @Roe"))


def test_bytes_that_are_not_utf_8_are_refused() -> None:
    with pytest.raises(InputError, match="position 6 that is not UTF-8"):
        read_case_bytes(b"date: \xff")
    with pytest.raises(InputError, match="at most 200,000 characters"):
        read_case_bytes(b"x" * 1_000_000)


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert read_case_bytes(b"\xef\xbb\xbfdate: 2026-11-22").date.isoformat() == DATE
