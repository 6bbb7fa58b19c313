"""Three validators that have nothing in common agree on everything that is written."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import strategies
from tests.fhir.checks import (
    NAMES,
    Resource,
    example,
    hl7_codes,
    judge,
    own_problems,
    resources,
    walk,
    written,
)

from speciosa.case import Case
from speciosa.fhir.questionnaires import NAMES as FORMS
from speciosa.fhir.questionnaires import questionnaire
from speciosa.knowledge import load

pytestmark = pytest.mark.node


def agreed(held: list[Resource]) -> None:
    for resource, verdict in zip(held, judge(held), strict=True):
        assert verdict.problems == [], resource["resourceType"]
        assert own_problems(resource) == [], resource["resourceType"]


def test_all_agree_on_every_example():
    bundles = [example(name) for name in NAMES]
    agreed([*bundles, *(resource for bundle in bundles for resource in resources(bundle))])


def test_all_agree_on_every_questionnaire():
    agreed([questionnaire(name, load()) for name in FORMS])


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(strategies.cases(), min_size=3, max_size=3))
def test_all_agree_on_cases_made_at_random(cases: list[Case]):
    agreed([resource for case in cases for resource in resources(written(case))])


def test_every_code_of_hl7_is_in_the_definitions_of_r4_by_its_own_name():
    seen = set()
    for name in NAMES:
        for path, value in walk(example(name)):
            system = value.get("system", "") if isinstance(value, dict) else ""
            if not system.startswith("http://terminology.hl7.org/") or "code" not in value:
                continue
            assert value["code"] in hl7_codes()[system], path
            if "display" in value:
                assert value["display"] == hl7_codes()[system][value["code"]], path
            seen.add(system)
    assert len(seen) > 7


# ------------------------------------------------------------------ they really look

Change = Callable[[Resource], Any]


def _set(key: str, value: Any) -> Change:
    return lambda resource: resource.__setitem__(key, value)


FAULTS: list[tuple[str, Change, set[str]]] = [
    ("Observation", lambda r: r.pop("code"), {"medplum", "lantana", "models"}),
    ("Observation", _set("status", "done"), {"lantana"}),
    ("Observation", _set("colour", "red"), {"medplum", "lantana", "models"}),
    ("Observation", _set("effectiveDateTime", "2026-13-45"), {"medplum", "models"}),
    ("Observation", _set("id", "not an id!"), {"models"}),
    ("MedicationStatement", _set("medication", {"concept": {"text": "x"}}), {"lantana", "models"}),
    ("MedicationStatement", lambda r: r.pop("subject"), {"medplum", "lantana", "models"}),
    ("MedicationStatement", _set("status", "taking"), {"lantana"}),
    ("DetectedIssue", _set("severity", "terrible"), {"lantana"}),
    ("DetectedIssue", _set("mitigation", [{"date": "2026-11-20"}]), {"medplum", "models"}),
    ("CarePlan", lambda r: r.pop("intent"), {"medplum", "lantana", "models"}),
    ("CarePlan", lambda r: r["activity"][0]["detail"].pop("status"), {"medplum", "models"}),
    ("RiskAssessment", _set("prediction", [{"probabilityDecimal": 101}]), {"medplum"}),
    ("QuestionnaireResponse", lambda r: r["item"][0].pop("linkId"), {"medplum", "models"}),
    ("Provenance", _set("recorded", "yesterday"), {"medplum", "models"}),
    ("Flag", _set("status", "on"), {"lantana"}),
    ("Patient", _set("gender", "f"), {"lantana"}),
]  # fmt: skip


def test_each_planted_fault_is_seen_by_those_that_can_see_it():
    bundle = example("crisis_plan_and_leaf")
    spoilt = []
    for kind, change, _ in FAULTS:
        resource = copy.deepcopy(resources(bundle, kind)[0])
        change(resource)
        spoilt.append(resource)
    for (kind, _, seers), verdict in zip(FAULTS, judge(spoilt), strict=True):
        saw = {name for name in verdict._fields if getattr(verdict, name)}
        assert seers <= saw, (kind, seers, saw)


def test_a_fault_inside_a_bundle_is_seen():
    bundle = copy.deepcopy(example("crisis_plan_and_leaf"))
    resources(bundle, "Observation")[0].pop("code")
    verdict = judge([bundle])[0]
    assert verdict.medplum
    assert verdict.models


@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_what_no_validator_sees_is_seen_by_our_own_check(empty: object):
    resource = copy.deepcopy(resources(example("crisis_plan_and_leaf"), "Observation")[0])
    resource["note"] = [{"text": "said", "authorString": empty}]
    assert own_problems(resource) == [".note[0].authorString is empty"]
