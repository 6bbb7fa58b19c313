"""What is written is read back: whole with the case form, and never wrongly without it."""

from __future__ import annotations

import copy
import datetime as dt
import json

import pytest
from hypothesis import HealthCheck, given, settings
from tests import strategies
from tests.fhir.checks import NAMES, Resource, assessed, example, written

from speciosa.case import Case
from speciosa.case import vocabulary as v
from speciosa.fhir import canonical, write
from speciosa.fhir.read import case_from_bundle
from speciosa.knowledge import load

EACH = pytest.mark.parametrize("name", NAMES)
LATER = dt.date(2030, 1, 1)


def read_back(bundle: Resource, today: dt.date = LATER) -> Case:
    imported = case_from_bundle(json.loads(write.encode(bundle)), load(), today=today)
    assert imported.case is not None, imported.problems
    return imported.case


def meant(name: str) -> frozenset[str]:
    """The medicines behind a name; the reader may say Zoloft as sertraline."""
    return frozenset(m.id for m in load().medicines.match(name).medicines) or frozenset({name})


def without_form(bundle: Resource) -> Resource:
    """As it comes from a system that keeps what it knows and drops our own form."""
    held = copy.deepcopy(bundle)
    held["entry"] = [
        entry
        for entry in held["entry"]
        if not entry["resource"].get("questionnaire", "").startswith(canonical.CASE_FORM)
    ]
    return held


@EACH
def test_an_example_comes_back_unchanged(name: str):
    case, _ = assessed(name)
    assert read_back(example(name)) == case


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(strategies.cases())
def test_any_case_comes_back_unchanged(case: Case):
    assert read_back(written(case)) == case


@EACH
def test_without_our_form_nothing_comes_back_that_was_not_said(name: str):
    case, _ = assessed(name)
    back = read_back(without_form(example(name)), case.date)
    assert {meant(m.name) for m in back.medicines} <= {meant(m.name) for m in case.medicines}
    assert {c.name.replace("_", " ") for c in back.conditions} <= {
        c.name.replace("_", " ") for c in case.conditions
    }
    said = {(lab.name, lab.value, lab.unit) for lab in case.labs}
    assert {(lab.name, lab.value, lab.unit) for lab in back.labs} <= said, "a prediction was read"
    if back.kratom is not None:
        assert case.kratom is not None
        assert back.kratom.status is case.kratom.status
    assert back.preferences.goals == () or set(back.preferences.goals) <= set(
        case.preferences.goals
    )


@EACH
def test_without_our_form_what_matters_most_still_arrives(name: str):
    case, _ = assessed(name)
    back = read_back(without_form(example(name)), case.date)
    for scale in ("gad7", "phq9"):
        sent, got = getattr(case.symptoms, scale), getattr(back.symptoms, scale)
        if sent is not None and sent.answers is not None and None not in sent.answers:
            assert got is not None
            total = got.total if got.answers is None else sum(a or 0 for a in got.answers)
            assert total == sum(a or 0 for a in sent.answers)
    if case.symptoms.phq9 is not None:
        assert back.symptoms.phq9 is not None
        item = case.symptoms.phq9.suicidality_item
        if item is not None:
            assert back.symptoms.phq9.suicidality_item == item
    if case.kratom is not None and case.kratom.status in (
        v.KratomStatus.USING,
        v.KratomStatus.STOPPED,
    ):
        assert back.kratom is not None
    taken = {meant(m.name) for m in case.medicines if not (m.stopped and m.stopped <= case.date)}
    assert taken <= {meant(m.name) for m in back.medicines}
