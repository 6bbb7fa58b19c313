"""The program that times a person stage by stage runs, and times every stage."""

from __future__ import annotations

import msgspec
from benchmarks.cohort.stages import timed
from tests.cohort.records import OPTIONS, line, patient, statement

from speciosa.cohort.people.lines import people


def test_every_stage_is_timed_once_a_person_but_the_first():
    alive = [line(one, who) for who in "abc" for one in (patient(who), statement("Kratom"))]
    dead = [line(patient("d", deceasedBoolean=True), "d"), line(statement("Kratom"), "d")]
    ms = timed(people(lambda: [*alive, *dead]), msgspec.structs.replace(OPTIONS, subjects=20))
    assert {name: len(each) for name, each in ms.items()} == {
        "lines to record": 3,
        "record to case": 3,
        "case to assessment": 2,
        "assessment to findings": 2,
        "FHIR Bundle, if asked for": 2,
        "a person in all, without Bundle": 3,
    }
    assert all(one >= 0 for each in ms.values() for one in each)
