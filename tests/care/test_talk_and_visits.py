"""The consultation is warm, plain and careful; the visits have dates and rules."""

from __future__ import annotations

import datetime as dt
import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.care import made

from speciosa.case import (
    Case,
    CaseMedicine,
    Condition,
    KratomProduct,
    KratomUse,
    Person,
    Phq9,
    Signs,
    Symptoms,
)
from speciosa.case.vocabulary import KratomForm, Sex, Sign

ADULT = Person(age_years=40, sex=Sex.MALE)
SEVEN_OH = KratomUse(status="using", products=(KratomProduct(form=KratomForm.SEVEN_OH_PRODUCT),))


def case(**given):
    return Case(**{"date": made.DATE, "person": ADULT} | given)


def topics(who: Case, **given) -> set[str]:
    return {t.topic for t in made.talk(who, **given).tell}


def referrals(who: Case, **given) -> str:
    return " | ".join(r.to for r in made.talk(who, **given).refer)


# ------------------------------------------------------------------ talk


def test_urgent_questions_come_first():
    result = made.talk(Case(date=made.DATE), safety=made.safety("not_assessed"))
    assert result.ask[0].text == "Do you feel like hurting yourself?"


def test_no_question_is_asked_twice_and_each_says_why():
    ask = made.talk(Case(date=made.DATE, kratom=KratomUse(status="using"))).ask
    assert len({q.text for q in ask}) == len(ask)
    urgent = made.safety().urgent.ask_now
    assert all(q.why for q in ask if q.text not in urgent)


def test_the_reason_of_the_urgent_questions_is_given_once():
    three = ("Is it so?", "Is it now?", "Is it here?")
    safety = made.safety("not_assessed")
    urgent = msgspec.structs.replace(safety.urgent, ask_now=three)
    result = made.talk(case(), safety=msgspec.structs.replace(safety, urgent=urgent))
    assert [q.text for q in result.ask[:3]] == list(three)
    assert [bool(q.why) for q in result.ask[:3]] == [True, False, False]


def test_what_is_on_record_about_kratom_is_not_asked_again():
    known = KratomUse(
        status="using",
        since=dt.date(2025, 1, 1),
        products=(
            KratomProduct(
                form="leaf_powder", times_per_day=2.0, analysis={"mitragynine_mg_per_g": 12.0}
            ),
        ),
        last_use_hours_ago=4.0,
        between_doses=("none",),
        attempts_to_stop=0,
    )
    bare = {q.text for q in made.talk(case(kratom=KratomUse(status="using"))).ask}
    less = bare - {q.text for q in made.talk(case(kratom=known)).ask}
    for part in ("Could I see the package", "When did you start", "before the next", "to stop"):
        assert any(part in text for text in less), part


def test_a_seizure_sign_that_is_absent_today_does_not_stand_for_the_history():
    using = KratomUse(status="using")
    today = case(kratom=using, signs=Signs(absent=(Sign.SEIZURE,)))
    ever = case(kratom=using, conditions=(Condition(name="seizures", status="absent"),))
    assert any("ever had a seizure" in q.text for q in made.talk(today).ask)
    assert not any("ever had a seizure" in q.text for q in made.talk(ever).ask)


def test_naltrexone_is_explained_before_the_first_dose():
    stopped = case(
        kratom=KratomUse(status="stopped", stopped=made.DATE),
        medicines=(CaseMedicine(name="naltrexone", planned=True),),
    )
    result = made.talk(stopped, safety=made.safety(rules=("SR-ANTAG-01",)))
    assert "Naltrexone and kratom" in {t.topic for t in result.tell}
    assert any("antagonist" in r.to for r in result.refer)


def test_who_only_asks_is_not_followed_up_as_a_user():
    asking = made.visits(case(kratom=KratomUse(status="asking"))).visits
    said = [m for v in asking for m in v.measure if "ratom" in m]
    assert set(said) == {"Whether kratom was used since"}


def test_what_is_told_rests_on_a_fact_that_says_it():
    told = {t.topic: t for t in made.KNOWLEDGE.care.consultation.tell}
    driving = made.KNOWLEDGE.cite(told["Driving and machines"].facts[0]).statement
    assert "drowsiness" in driving
    naloxone = made.KNOWLEDGE.cite(told["Naloxone"].facts[0]).statement
    assert "naloxone" in naloxone
    assert "small amount" not in told["Keep it away from children"].text


def test_what_was_answered_is_not_asked_again():
    asked = {q.text for q in made.talk(case()).ask}
    answered = made.talk(case(person=Person(age_years=40, sex=Sex.MALE, drives=False))).ask
    gone = asked - {q.text for q in answered}
    assert any("drive" in text for text in gone)


def test_a_daily_user_is_told_not_to_stop_suddenly_alone():
    daily = KratomUse(
        status="using", products=(KratomProduct(form="leaf_powder", days_per_week=7.0),)
    )
    weekly = KratomUse(
        status="using", products=(KratomProduct(form="leaf_powder", days_per_week=1.0),)
    )
    topic = "Please do not stop all at once on your own"
    assert topic in topics(case(kratom=daily))
    assert topic in topics(case(kratom=KratomUse(status="using")))  # how often is not known
    assert topic not in topics(case(kratom=weekly))


@pytest.mark.parametrize(
    ("who", "present"),
    [
        (case(kratom=SEVEN_OH), True),
        (case(kratom=KratomUse(status="using"), medicines=(CaseMedicine(name="oxycodone"),)), True),
        (case(conditions=(Condition(name="opioid_use_disorder"),)), True),
        (case(kratom=KratomUse(status="using")), False),
    ],
)
def test_naloxone_is_named_with_opioids_and_concentrates(who: Case, present: bool):
    assert ("Naloxone" in topics(who)) is present


def test_the_person_who_asks_hears_that_it_is_not_recommended():
    said = {t.topic: t.text for t in made.talk(case(kratom=KratomUse(status="asking"))).tell}
    assert "cannot recommend" in said["If you are thinking about starting"]


def test_children_driving_mixing_and_law_are_mentioned_with_kratom():
    told = topics(case(kratom=KratomUse(status="using")))
    assert {
        "Keep it away from children",
        "Driving and machines",
        "Please do not mix",
        "The law",
    } <= told


def test_what_is_said_to_the_person_is_short_and_plain():
    """Short sentences and few long words: a proxy for a reading age of about twelve."""
    for tell in made.KNOWLEDGE.care.consultation.tell:
        sentences = [s for s in re.split(r"[.?!:]\s", tell.text) if s]
        lengths = [len(s.split()) for s in sentences]
        assert max(lengths) <= 28, tell.text
        assert sum(lengths) / len(lengths) <= 15, tell.text
        long_words = [w for w in re.findall(r"[a-z]+", tell.text.lower()) if len(w) > 12]
        assert set(long_words) <= {"benzodiazepines"}, long_words


@pytest.mark.parametrize(
    ("who", "given", "to"),
    [
        (case(), {"safety": made.safety("emergency")}, "Emergency services"),
        (
            case(symptoms=Symptoms(phq9=Phq9(item9=3))),
            {"safety": made.safety("same_day")},
            "crisis",
        ),
        (case(kratom=SEVEN_OH), {}, "Addiction medicine"),
        (case(kratom=KratomUse(status="using")), {"dependence": made.dependence(4)}, "Addiction"),
        (case(person=Person(age_years=30, pregnancy="trying")), {}, "Perinatal"),
        (case(person=Person(age_years=14)), {}, "CAMHS"),
        (case(signs=Signs(present=(Sign.JAUNDICE,))), {}, "Hepatology"),
        (case(conditions=(Condition(name="bipolar_disorder"),)), {}, "Psychiatry"),
        (
            case(kratom=KratomUse(status="using"), medicines=(CaseMedicine(name="alprazolam"),)),
            {},
            "prescriber of the sedative",
        ),
    ],
)
def test_the_right_people_are_involved(who: Case, given: dict[str, object], to: str):
    assert to in referrals(who, **given)


def test_one_criterion_alone_does_not_send_to_addiction_medicine():
    who = case(kratom=KratomUse(status="using"))
    assert "Addiction" not in referrals(who, dependence=made.dependence(1))


# ------------------------------------------------------------------ visits


@settings(max_examples=60, deadline=None)
@given(st.dates(min_value=dt.date(2000, 1, 1), max_value=dt.date(2100, 1, 1)))
def test_dates_count_from_the_date_of_the_case(date: dt.date):
    found = {v.when: v.date for v in made.visits(Case(date=date, person=ADULT)).visits}
    weeks = {"week 1": 1, "week 2": 2, "week 4": 4, "week 12": 12, "weeks 6 to 8": 7}
    for label, count in weeks.items():
        assert found[label] == (date + dt.timedelta(weeks=count)).isoformat()


def test_visits_stand_in_order_of_time():
    for status in ("none_found", "emergency"):
        who = case(kratom=KratomUse(status="stopped"))
        dates = [v.date for v in made.visits(who, safety=made.safety(status)).visits]
        assert dates == sorted(dates)
        assert all(v.measure and v.decide for v in made.visits(who).visits)


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (case(symptoms=Symptoms(phq9=Phq9(item9=1))), True),
        (case(medicines=(CaseMedicine(name="sertraline", planned=True),)), True),
        (case(symptoms=Symptoms(phq9=Phq9(item9=0))), False),
    ],
)
def test_contacts_are_weekly_in_the_first_month_where_risk_asks_for_it(who: Case, expected: bool):
    labels = {v.when for v in made.visits(who).visits}
    assert ("week 3" in labels) is expected


def test_an_antidepressant_under_30_is_seen_within_a_week():
    young = case(
        person=Person(age_years=24, sex=Sex.MALE),
        medicines=(CaseMedicine(name="sertraline", planned=True),),
    )
    result = made.visits(young)
    first = result.visits[0]
    assert first.when == "week 1"
    assert "within a week" in first.decide
    assert "within a week" in result.headline


def test_kratom_is_measured_at_each_visit_and_a_withdrawal_scale_after_a_change():
    using = made.visits(case(kratom=KratomUse(status="using"))).visits
    assert all(any("ratom" in m for m in v.measure) for v in using)
    stopped = made.visits(case(kratom=KratomUse(status="stopped", stopped=made.DATE))).visits
    assert any("Withdrawal scale" in m for m in stopped[0].measure)
    never = made.visits(case(kratom=KratomUse(status="never"))).visits
    assert not [m for v in never for m in v.measure if "ratom" in m or "Withdrawal" in m]


def test_what_counts_as_change_rests_on_published_figures():
    result = made.visits(case())
    said = {f.id: f for f in result.what_counts}
    assert "6 or more" in said["follow-up.gad7-reliable"].text
    assert "4 or 5" in said["follow-up.gad7-possible"].text
    assert made.KNOWLEDGE.fact("instrument/gad7/change/reliable").value == 6
    for finding in (*result.what_counts, *result.step_up_if):
        assert finding.facts
    assert result.step_up_if[0].id == "follow-up.new-risk"
    assert result.annotate
