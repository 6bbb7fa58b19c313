"""What on the list, in the history or in the laboratory holds a medicine of the plan back."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.care import made

from speciosa.case import Case, CaseMedicine, Condition, Kidney, Lab, Person
from speciosa.case.vocabulary import LabName, Sex

DATE = made.DATE
SEROTONERGIC = (
    "sertraline", "escitalopram", "duloxetine", "venlafaxine", "paroxetine", "buspirone",
    "vortioxetine",
)  # fmt: skip
SSRI_AND_SNRI = SEROTONERGIC[:5]


def case(**given) -> Case:
    return Case(**{"date": DATE, "person": Person(age_years=40, sex=Sex.MALE)} | given)


def medicine(name: str, **given) -> Case:
    return case(medicines=(CaseMedicine(name=name, **given),))


def lab(name: LabName, value: float, unit: str) -> Case:
    return case(labs=(Lab(name=name, value=value, unit=unit),))


def standings(who: Case) -> dict[str, str]:
    items = (i for s in made.plan(who).sections for i in s.items)
    return {i.id.removeprefix("options."): i.standing for i in items}


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(medicine("phenelzine"), id="taken"),
        pytest.param(medicine("Parnate"), id="brand"),
        pytest.param(medicine("linezolid"), id="antibiotic"),
        pytest.param(medicine("phenelzine", planned=True), id="planned"),
        pytest.param(medicine("phenelzine", stopped=DATE - dt.timedelta(days=3)), id="stopped"),
    ],
)
@pytest.mark.parametrize("option", SEROTONERGIC)
def test_nothing_serotonergic_is_offered_beside_an_mao_inhibitor(who: Case, option: str):
    assert standings(who)[option] == "avoid"


def test_an_mao_inhibitor_of_long_ago_holds_nothing_back():
    old = medicine("phenelzine", stopped=DATE - dt.timedelta(days=400))
    assert standings(old)["sertraline"] == standings(case())["sertraline"] != "avoid"


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(case(conditions=(Condition(name="hyponatraemia"),)), id="history"),
        pytest.param(lab(LabName.SODIUM, 126.0, "mmol/L"), id="measured"),
        pytest.param(case(conditions=(Condition(name="bleeding"),)), id="bleeding"),
        pytest.param(medicine("warfarin"), id="anticoagulant"),
        pytest.param(medicine("ibuprofen"), id="nsaid"),
    ],
)
@pytest.mark.parametrize("option", SSRI_AND_SNRI)
def test_low_sodium_and_bleeding_make_an_ssri_or_snri_a_caution(who: Case, option: str):
    assert standings(who)[option] == "caution"


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(lab(LabName.QTC, 520.0, "ms"), id="measured"),
        pytest.param(case(conditions=(Condition(name="long_qt"),)), id="history"),
    ],
)
@pytest.mark.parametrize("option", ["escitalopram", "hydroxyzine", "quetiapine"])
def test_a_long_qt_interval_holds_back_what_lengthens_it(who: Case, option: str):
    plan = made.plan(who, safety=made.safety(rules=("SR-QT-01",)))
    assert made.item(plan, f"options.{option}").standing == "avoid"


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(lab(LabName.EGFR, 12.0, "mL/min/1.73m2"), id="laboratory"),
        pytest.param(
            case(person=Person(age_years=40, sex=Sex.MALE, kidney=Kidney(egfr_ml_min_1_73m2=12.0))),
            id="person",
        ),
        pytest.param(case(conditions=(Condition(name="kidney_disease"),)), id="history"),
    ],
)
@pytest.mark.parametrize("option", ["buspirone", "pregabalin", "duloxetine"])
def test_poor_kidney_function_counts_however_it_was_given(who: Case, option: str):
    assert standings(who)[option] == "caution"
