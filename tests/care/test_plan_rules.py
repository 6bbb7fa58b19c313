"""Each "must not" of the safety rules holds an option back, with the reason shown."""

from __future__ import annotations

import pytest
from tests.care import made

from speciosa.case import (
    AuditC,
    Case,
    CaseMedicine,
    Condition,
    KratomProduct,
    KratomUse,
    Lab,
    Liver,
    Person,
    Preferences,
    Signs,
)
from speciosa.case.vocabulary import (
    KratomForm,
    KratomStatus,
    LabName,
    Pregnancy,
    Sex,
    Sign,
    TreatmentStyle,
)

ADULT = Person(age_years=40, sex=Sex.MALE)
USING = KratomUse(status=KratomStatus.USING)
SEVEN_OH = KratomUse(
    status=KratomStatus.USING, products=(KratomProduct(form=KratomForm.SEVEN_OH_PRODUCT),)
)
DATE = made.DATE


def case(**given):
    return Case(**{"date": DATE, "person": ADULT} | given)


JAUNDICE = case(signs=Signs(present=(Sign.JAUNDICE,)))
RAISED_ALT = case(labs=(Lab(name=LabName.ALT, value=200.0, unit="U/L", upper_limit=40.0),))
CIRRHOSIS = case(person=Person(age_years=40, sex=Sex.MALE, liver=Liver(child_pugh="B")))
PREGNANT = case(person=Person(age_years=29, sex=Sex.FEMALE, pregnancy=Pregnancy.PREGNANT))
FEEDING = case(person=Person(age_years=29, sex=Sex.FEMALE, breast_feeding=True))
OLD = case(person=Person(age_years=71, sex=Sex.MALE))
BIPOLAR = case(conditions=(Condition(name="bipolar_disorder"),))
MANIA = case(signs=Signs(present=(Sign.MANIA,)))
SEIZURES = case(conditions=(Condition(name="seizures"),))
WITH_BENZODIAZEPINE = case(kratom=USING, medicines=(CaseMedicine(name="diazepam"),))
WITH_OPIOID = case(kratom=USING, medicines=(CaseMedicine(name="methadone"),))

AVOIDED = [
    pytest.param(JAUNDICE, "duloxetine", "SR-LIVER-01", id="jaundice-duloxetine"),
    pytest.param(JAUNDICE, "agomelatine", "SR-LIVER-01", id="jaundice-agomelatine"),
    pytest.param(JAUNDICE, "kava", "SR-LIVER-01", id="jaundice-kava"),
    pytest.param(JAUNDICE, "ashwagandha", "SR-LIVER-01", id="jaundice-ashwagandha"),
    pytest.param(RAISED_ALT, "duloxetine", "SR-LIVER-01", id="alt-duloxetine"),
    pytest.param(CIRRHOSIS, "agomelatine", "SR-LIVER-01", id="cirrhosis-agomelatine"),
    pytest.param(PREGNANT, "paroxetine", "SR-PREG-01", id="pregnant-paroxetine"),
    pytest.param(PREGNANT, "valproate", "SR-PREG-01", id="pregnant-valproate"),
    pytest.param(PREGNANT, "benzodiazepines", "SR-PREG-01", id="pregnant-benzodiazepines"),
    pytest.param(FEEDING, "paroxetine", "SR-PREG-01", id="breast-feeding-paroxetine"),
    pytest.param(OLD, "benzodiazepines", "SR-OLDER-01", id="older-benzodiazepines"),
    pytest.param(BIPOLAR, "sertraline", "SR-BIPOLAR-01", id="bipolar-sertraline"),
    pytest.param(BIPOLAR, "venlafaxine", "SR-BIPOLAR-01", id="bipolar-venlafaxine"),
    pytest.param(MANIA, "escitalopram", "SR-BIPOLAR-01", id="mania-escitalopram"),
    pytest.param(SEIZURES, "bupropion", "SR-SEIZ-01", id="seizures-bupropion"),
    pytest.param(case(kratom=USING), "benzodiazepines", "SR-BZD-01", id="kratom-benzodiazepines"),
    pytest.param(WITH_BENZODIAZEPINE, "pregabalin", "SR-BZD-01", id="kratom-sedative-pregabalin"),
    pytest.param(WITH_OPIOID, "pregabalin", "SR-OPIOID-01", id="kratom-opioid-pregabalin"),
    pytest.param(WITH_OPIOID, "benzodiazepines", "SR-OPIOID-01", id="kratom-opioid-benzodiazepine"),
    pytest.param(case(kratom=SEVEN_OH), "pregabalin", "SR-OPIOID-01", id="seven-oh-pregabalin"),
    pytest.param(case(kratom=USING), "maoi", "SR-SERO-01", id="kratom-maoi"),
]


@pytest.mark.parametrize(("who", "option", "rule"), AVOIDED)
def test_what_a_rule_forbids_is_shown_as_avoided_with_the_reason(who: Case, option: str, rule: str):
    result = made.plan(who, severity=made.severity("moderate"))
    found = made.item(result, f"options.{option}")
    assert found.standing == "avoid"
    assert found.cautions or made.notes_on(result, "options")
    said = next(f for f in result.findings if f.id == f"care.must-not.{rule}")
    assert found.title.partition(":")[0] in said.text


# A rule fired by the safety room counts even where the case alone would not show it.
FIRED = [
    ("SR-LIVER-01", "duloxetine"),
    ("SR-LIVER-01", "agomelatine"),
    ("SR-PREG-01", "paroxetine"),
    ("SR-OLDER-01", "benzodiazepines"),
    ("SR-BIPOLAR-01", "sertraline"),
    ("SR-SEIZ-01", "bupropion"),
    ("SR-OPIOID-01", "pregabalin"),
    ("SR-7OH-01", "benzodiazepines"),
]


@pytest.mark.parametrize(("rule", "option"), FIRED)
def test_a_fired_rule_is_enough(rule: str, option: str):
    who = case()
    before = made.plan(who)
    assert f"options.{option}" not in made.ids(before) or (
        made.item(before, f"options.{option}").standing != "avoid"
    )
    after = made.plan(who, safety=made.safety(rules=(rule,)))
    assert made.item(after, f"options.{option}").standing == "avoid"


def test_duloxetine_waits_for_a_liver_and_alcohol_check():
    drinking = case(symptoms={"audit_c": AuditC(total=9)})
    result = made.plan(drinking, safety=made.safety(rules=("SR-ALCOHOL-01",)))
    found = made.item(result, "options.duloxetine")
    assert found.standing in ("caution", "avoid")
    assert any("liver and alcohol check" in text for text in found.cautions)


def test_with_a_liver_problem_escitalopram_names_its_lower_limit():
    found = made.item(made.plan(CIRRHOSIS), "options.escitalopram")
    assert found.standing == "caution"
    assert any("10 mg" in text for text in found.cautions)
    assert "20 mg" not in found.what


def test_under_18_no_adult_figure_is_shown_and_cbt_comes_first():
    minor = case(person=Person(age_years=15, sex=Sex.MALE))
    result = made.plan(minor, severity=made.severity("severe"))
    assert result.step == "child and adolescent pathway"
    options = made.section(result, "options")
    assert [i.id for i in options[:2]] == ["options.education", "options.cbt"]
    assert not [i for i in options if " mg" in i.what]
    medicines = [i for i in options if i.decided_by.startswith(("prescriber", "specialist"))]
    assert {i.standing for i in medicines} <= {"caution", "avoid"}


@pytest.mark.parametrize(
    "who", [case(person=Person(sex=Sex.MALE)), PREGNANT, CIRRHOSIS], ids=["no-age", "preg", "liver"]
)
def test_label_ranges_are_held_back_where_they_do_not_hold(who: Case):
    options = made.section(made.plan(who), "options")
    assert not [i for i in options if i.id == "options.sertraline" and "50-200" in i.what]


def test_an_adult_sees_a_label_range_as_a_reference_and_not_an_order():
    result = made.plan(case(), severity=made.severity("moderate"))
    assert "not an order" in made.item(result, "options.escitalopram").what
    assert "not verified" in made.item(result, "options.sertraline").what
    assert (
        "care/treatment/escitalopram/label/adult" in made.item(result, "options.escitalopram").facts
    )


def test_from_65_the_older_label_is_shown():
    found = made.item(made.plan(OLD), "options.duloxetine")
    assert "30 mg for 2 weeks" in found.what


def test_withdrawal_holds_back_every_medicine_on_one_score():
    who = case(kratom=KratomUse(status=KratomStatus.USING, last_use_hours_ago=10.0))
    result = made.plan(who, severity=made.severity("severe"))
    for found in made.section(result, "options"):
        if found.decided_by == "prescriber with the person":
            assert found.standing in ("consider", "caution", "avoid")
    assert "Re-test" in made.note(result, "options", "retest").text
    assert "repeat it before stepping up" in result.why_this_step


def test_a_prescribed_opioid_or_benzodiazepine_is_never_to_be_stopped_abruptly():
    result = made.plan(WITH_OPIOID)
    assert "not stopped because of this" in made.item(result, "options.opioids").what
    said = made.plan(WITH_BENZODIAZEPINE)
    assert "care.do-not-stop-abruptly" in {f.id for f in said.findings}


@pytest.mark.parametrize("style", list(TreatmentStyle))
def test_no_wish_makes_a_forbidden_option_milder(style: TreatmentStyle):
    who = JAUNDICE.model_copy(
        update={"kratom": USING, "preferences": Preferences(prefers=(style,))}
    )
    result = made.plan(who)
    for option in ("duloxetine", "agomelatine", "benzodiazepines", "kava"):
        assert made.item(result, f"options.{option}").standing == "avoid"


def test_what_is_held_back_is_not_worded_as_an_option():
    found = made.item(made.plan(JAUNDICE), "options.duloxetine")
    assert found.standing == "avoid"
    assert found.what.startswith("Not for this person")
    assert "If an SSRI" not in found.what
