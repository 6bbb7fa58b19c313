"""JSON: keys and bytes are a contract, and every number is finite."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.report import made_up

from speciosa.assessment import Assessment
from speciosa.report.json import encode, schema

replace = made_up.replace

CONTRACT = [
    "urgent",
    "severity",
    "kratom",
    "exposure",
    "mechanism",
    "interactions",
    "side_effects",
    "regulation",
    "evidence",
    "plan",
    "consultation",
    "follow_up",
    "missing",
    "references",
    "provenance",
]


def test_the_promised_keys_are_there_in_reading_order() -> None:
    keys = list(json.loads(encode(made_up.full())))
    assert [key for key in keys if key in CONTRACT] == CONTRACT


@pytest.mark.parametrize("make", [made_up.full, made_up.bare, made_up.hostile])
def test_json_holds_the_whole_assessment_and_fits_its_schema(
    make: Callable[[], Assessment],
) -> None:
    assessment = make()
    raw = encode(assessment)
    if make is not made_up.hostile:
        assert msgspec.json.decode(raw, type=Assessment) == assessment
    jsonschema.Draft202012Validator(schema()).validate(json.loads(raw))


def test_the_schema_is_itself_valid_and_demands_the_contract() -> None:
    published = schema()
    jsonschema.Draft202012Validator.check_schema(published)
    required = published["$defs"]["Assessment"]["required"]
    assert set(CONTRACT) <= set(required)


def test_bytes_are_the_same_every_time_and_whatever_the_order_of_keys() -> None:
    assessment = made_up.full()
    law = assessment.regulation
    turned = replace(law, leading=dict(reversed(law.leading.items())))
    assert encode(assessment) == encode(made_up.full())
    assert encode(assessment) == encode(replace(assessment, regulation=turned))


def test_bytes_are_indented_by_two_and_hold_text_as_it_is() -> None:
    lines = encode(made_up.full()).decode().splitlines()
    assert lines[0] == "{"
    assert lines[1].startswith('  "place"')
    assert any("µM" in line for line in lines)


@settings(max_examples=15)
@given(st.sampled_from([math.nan, math.inf, -math.inf]), st.booleans())
def test_a_number_that_is_not_finite_is_refused_and_named(bad: float, deep: bool) -> None:
    assessment = made_up.full()
    if deep:
        curve = assessment.exposure.curves[0]
        curves = (replace(curve, median=(*curve.median[:-1], bad)),)
        broken = replace(assessment, exposure=replace(assessment.exposure, curves=curves))
        where = r"exposure\.curves\[0\]\.median\[96\]"
    else:
        row = replace(assessment.interactions.rows[1], shares={"gut": bad})
        broken = replace(assessment, interactions=replace(assessment.interactions, rows=(row,)))
        where = r"interactions\.rows\[0\]\.shares\.gut"
    with pytest.raises(ValueError, match=where):
        encode(broken)
