"""The plan: order, steps, wishes, crisis first, unknown stays unknown, kratom only weighed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.care import made
from tests.language import every_text
from tests.strategies import cases

from speciosa.case import (
    Case,
    CaseMedicine,
    CaseSubstance,
    Condition,
    KratomUse,
    Person,
    Phq9,
    Preferences,
    Symptoms,
    TriedTreatment,
)
from speciosa.case.vocabulary import (
    Impairment,
    KratomStatus,
    Outcome,
    Sex,
    TreatmentStyle,
)
from speciosa.clinical import care as care_room
from speciosa.finding import Certainty, Severity, Tone
from speciosa.pharmacology.interactions.result import Direction, Interaction, Kind

ADULT = Person(age_years=40, sex=Sex.MALE)
ORDER = [
    *("safety", "diagnosis", "severity", "goals", "options", "lifestyle", "stress"),
    *("substances", "interactions", "follow_up", "unknown"),
]
BANDS = ("", "minimal", "mild", "moderate", "severe")
STATUSES = ("emergency", "same_day", "soon", "not_assessed", "none_found")


def case(**given):
    return Case(**{"date": made.DATE, "person": ADULT} | given)


def impaired(impairment: Impairment | None) -> Case:
    return case(symptoms=Symptoms(impairment=impairment))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(), st.sampled_from(BANDS), st.sampled_from(STATUSES))
def test_for_any_case(who: Case, band: str, status: str):
    given_results = {"severity": made.severity(band), "safety": made.safety(status)}
    result = made.plan(who, **given_results)
    spoken = (result, made.talk(who, **given_results), made.visits(who, **given_results))
    shown = [s.id for s in result.sections]
    assert shown == [section_id for section_id in ORDER if section_id in shown]
    assert {"options", "safety", "interactions", "unknown"} <= set(shown)
    assert all(s.items for s in result.sections)
    assert 3 <= len(result.first_steps) <= 5
    for found in result.first_steps:
        assert found.standing in ("do", "offer", "caution")
        assert "offer" not in found.standing or status not in ("emergency", "same_day")
        assert found.title and found.why and found.decided_by
    said = [text for part in spoken for text in every_text(part)]
    assert [phrase for text in said for phrase in made.forbidden(text)] == []
    assert not [f for f in result.findings if f.tone is Tone.REASSURING]
    for found in made.section(result, "options"):
        assert "kratom" not in found.title.lower()
        assert found.standing in ("do", "offer", "consider", "caution", "avoid")
        if status in ("emergency", "same_day"):
            assert found.standing in ("consider", "caution", "avoid")
    for found in (i for s in result.sections for i in s.items):
        if "kratom" in found.id and found.id.startswith("substances.kratom-weighed"):
            assert found.standing == "weigh"
        assert found.what and found.decided_by
        assert found.decided_by != "team"
        for words in ("as stated in", "as rated by the authors: as rated"):
            assert words not in found.certainty_words.lower()
    ids = made.ids(result)
    assert len(ids) == len(set(ids))
    for fact_id in {f for s in result.sections for i in s.items for f in i.facts}:
        assert made.KNOWLEDGE.cite(fact_id)


@pytest.mark.parametrize(
    ("who", "band", "step"),
    [
        (impaired(Impairment.VERY_MARKED), "mild", "4"),
        (impaired(Impairment.MARKED), "mild", "3"),
        (impaired(Impairment.SOME), "severe", "2"),
        (impaired(Impairment.SOME), "mild", "2"),
        (impaired(Impairment.NONE), "mild", "1"),
        (impaired(None), "severe", "2 or 3"),
        (impaired(None), "moderate", "2"),
        (impaired(None), "mild", "1"),
        (impaired(None), "", "not set"),
        (case(conditions=(Condition(name="bipolar_disorder"),)), "mild", "4"),
        (case(conditions=(Condition(name="opioid_use_disorder"),)), "mild", "4"),
        (case(person=Person(age_years=16)), "severe", "child and adolescent pathway"),
    ],
)
def test_the_step_follows_impairment_response_and_complexity(who: Case, band: str, step: str):
    result = made.plan(who, severity=made.severity(band))
    assert result.step == step
    assert "clinician confirms" in result.why_this_step


@pytest.mark.parametrize(
    ("names", "step"),
    [(("guided self-help",), "3"), (("CBT",), "3"), (("CBT", "sertraline"), "4")],
)
def test_treatments_that_brought_too_little_move_the_step_up(names: tuple[str, ...], step: str):
    tried = tuple(TriedTreatment(name=name, outcome=Outcome.NO_EFFECT) for name in names)
    who = case(preferences=Preferences(tried=tried), symptoms=Symptoms(impairment="some"))
    assert made.plan(who, severity=made.severity("mild")).step == step


def test_what_was_not_tolerated_or_not_finished_does_not_count_as_no_response():
    tried = (
        TriedTreatment(name="CBT", outcome=Outcome.NOT_FINISHED),
        TriedTreatment(name="sertraline", outcome=Outcome.NOT_TOLERATED),
    )
    who = case(preferences=Preferences(tried=tried), symptoms=Symptoms(impairment="some"))
    assert made.plan(who, severity=made.severity("mild")).step == "2"


@pytest.mark.parametrize("status", ["emergency", "same_day"])
def test_in_a_crisis_safety_comes_first_and_nothing_is_ranked(status: str):
    who = case(symptoms=Symptoms(phq9=Phq9(item9=2)))
    result = made.plan(who, safety=made.safety(status), severity=made.severity("severe"))
    first = result.sections[0]
    assert first.id == "safety"
    assert first.items[0].title == "An urgent finding, made up."
    assert {"safety.plan", "safety.contacts"} <= {i.id for i in first.items}
    options = next(s for s in result.sections if s.id == "options")
    assert "wait" in options.lead.lower()
    titles = [i.title for i in options.items]
    assert titles == sorted(titles)
    assert "Wait" in made.note(result, "options", "wait").text
    assert not [i for i in result.first_steps if i.standing == "offer"]
    assert result.first_steps[0].why == "An urgent finding, made up."
    assert not [i for i in options.items if "Published effect" in i.why or "Label range" in i.what]
    assert result.headline.startswith("Safety first")


def test_a_medical_same_day_route_does_not_ask_for_a_mental_health_crisis_team():
    who = case(symptoms=Symptoms(phq9=Phq9(item9=0)))
    refer = made.talk(who, safety=made.safety("same_day")).refer
    assert not [r for r in refer if "Mental health crisis" in r.to]
    assert [r for r in refer if "Acute medicine" in r.to]


def test_not_asked_is_not_reassurance():
    result = made.plan(Case(date=made.DATE), safety=made.safety("not_assessed"))
    assert "not reassurance" in result.sections[0].lead
    assert "safety.ask-now" in made.ids(result)


def test_psychological_options_come_before_medicines_unless_the_person_wants_otherwise():
    who = impaired(Impairment.MARKED)
    usual = [i.id for i in made.section(made.plan(who), "options")]
    assert usual.index("options.cbt") < usual.index("options.sertraline")
    wanting = who.model_copy(update={"preferences": Preferences(prefers=("medicine",))})
    turned = [i.id for i in made.section(made.plan(wanting), "options")]
    assert turned.index("options.sertraline") < turned.index("options.cbt")


@pytest.mark.parametrize(
    "person", [Person(age_years=16), Person(age_years=30, pregnancy="pregnant")]
)
def test_a_wish_for_medicine_does_not_go_before_youth_or_pregnancy(person: Person):
    who = case(person=person, preferences=Preferences(prefers=("medicine",)))
    order = [i.id for i in made.section(made.plan(who), "options")]
    assert order.index("options.cbt") < order.index("options.sertraline")


def test_every_psychological_option_comes_before_every_medicine():
    """Also one that is only considered, before a medicine that is offered."""
    result = made.plan(impaired(Impairment.MARKED))
    order = [i.id for i in made.section(result, "options")]
    assert made.item(result, "options.mbsr").standing == "consider"
    assert made.item(result, "options.sertraline").standing == "offer"
    assert order.index("options.mbsr") < order.index("options.sertraline")


def test_the_order_of_medicines_does_not_follow_the_size_of_their_effect():
    """Quetiapine has the largest HAM-A difference and must not lead for it."""
    order = [i.id for i in made.section(made.plan(impaired(Impairment.MARKED)), "options")]
    assert order.index("options.sertraline") < order.index("options.quetiapine")
    assert order.index("options.cbt") < order.index("options.third-wave")


def test_what_is_avoided_is_respected_in_words_and_place():
    avoiding = Preferences(avoids=(TreatmentStyle.GROUP, TreatmentStyle.MEDICINE))
    result = made.plan(impaired(Impairment.MARKED).model_copy(update={"preferences": avoiding}))
    assert made.item(result, "options.sertraline").standing == "consider"
    said = made.note(result, "options", "avoids-group").text
    assert "rather avoid" in said and "Mindfulness-based" in said
    # CBT also comes alone, so avoiding groups does not touch it.
    assert made.item(result, "options.cbt").standing == "offer"
    order = [i.id for i in made.section(result, "options")]
    assert order.index("options.psychodynamic") < order.index("options.mbsr")


def test_preferred_kinds_of_help_move_up_within_their_standing():
    who = impaired(Impairment.SOME)
    wanting = who.model_copy(update={"preferences": Preferences(prefers=("group",))})
    order = [i.id for i in made.section(made.plan(wanting), "options")]
    assert order.index("options.group-education") < order.index("options.guided-self-help")


def test_tried_without_effect_is_not_first_and_not_tolerated_is_a_caution():
    tried = (
        TriedTreatment(name="Zoloft", outcome=Outcome.NO_EFFECT),
        TriedTreatment(name="escitalopram", outcome=Outcome.NOT_TOLERATED),
        TriedTreatment(name="relaxation", outcome=Outcome.HELPED),
    )
    who = impaired(Impairment.MARKED).model_copy(update={"preferences": Preferences(tried=tried)})
    result = made.plan(who)
    order = [i.id for i in made.section(result, "options")]
    assert order.index("options.duloxetine") < order.index("options.sertraline")
    assert made.item(result, "options.escitalopram").standing == "caution"
    assert any("not tolerated" in c for c in made.item(result, "options.escitalopram").cautions)
    assert order.index("options.applied-relaxation") < order.index("options.cbt")


def test_a_medicine_already_taken_is_reviewed_with_its_interactions():
    row = Interaction(
        id="made-up",
        members=("kratom", "sertraline"),
        direction=Direction.ADDED_EFFECTS,
        kind=Kind.PHARMACODYNAMIC,
        severity=Severity.MAJOR,
        certainty=Certainty.LOW,
        sentence="A made-up interaction.",
        mechanism="",
    )
    who = case(medicines=(CaseMedicine(name="Zoloft"),), kratom=KratomUse(status="using"))
    result = made.plan(who, interactions=made.interactions((row,)))
    found = made.item(result, "options.sertraline")
    assert any("Already takes Zoloft" in r for r in found.for_this_person)
    assert any("kratom + sertraline" in c for c in found.cautions)
    assert "A made-up interaction." in made.item(result, "interactions.made-up").why
    order = [i.id for i in made.section(result, "options")]
    assert order.index("options.review-taken") < order.index("options.sertraline")
    assert "Zoloft" in made.item(result, "options.review-taken").title
    assert "first.interaction" in {i.id for i in result.first_steps}


def test_a_medicine_stopped_earlier_is_not_called_taken():
    stopped = CaseMedicine(name="sertraline", stopped="2026-10-01")
    found = made.item(made.plan(case(medicines=(stopped,))), "options.sertraline")
    assert not [r for r in found.for_this_person if "Already takes" in r]


def test_what_could_not_be_checked_is_named():
    result = made.plan(case(), interactions=made.interactions(not_checked=("wonder drug",)))
    assert "interactions.not-checked.wonder-drug" in made.ids(result)
    lead = next(s.lead for s in result.sections if s.id == "interactions")
    assert "not the same as no interaction" in lead


@pytest.mark.parametrize("status", [KratomStatus.ASKING, KratomStatus.USING, KratomStatus.STOPPED])
def test_kratom_is_weighed_with_evidence_and_harms(status: KratomStatus):
    result = made.plan(case(kratom=KratomUse(status=status)))
    found = made.item(result, "substances.kratom-weighed")
    assert found.standing == "weigh"
    assert found.certainty is Certainty.VERY_LOW
    assert {"evidence/kratom/judgement", "evidence/harm/liver"} <= set(found.facts)
    assert made.item(result, "substances.law").what == made.LAW
    assert "care.kratom-not-recommended" in {f.id for f in result.findings}


def test_without_kratom_the_section_asks_and_weighs_nothing():
    unknown, never = made.plan(case()), made.plan(case(kratom=KratomUse(status="never")))
    assert "substances.kratom-ask" in made.ids(unknown)
    assert "substances.kratom-ask" not in made.ids(never)
    for result in (unknown, never):
        assert "substances.kratom-weighed" not in made.ids(result)


def test_high_caffeine_becomes_something_to_do():
    high = case(substances=(CaseSubstance(name="coffee", mg_per_day=600.0),))
    low = case(substances=(CaseSubstance(name="coffee", mg_per_day=100.0),))
    assert made.item(made.plan(high), "lifestyle.caffeine-high").standing == "do"
    assert "lifestyle.caffeine" not in made.ids(made.plan(high))
    assert made.item(made.plan(low), "lifestyle.caffeine").standing == "offer"
    assert "substances (caffeine)" in {m.field for m in made.plan(case()).missing}


def test_what_is_missing_is_named_and_not_assumed():
    fields = {m.field for m in made.plan(Case(date=made.DATE)).missing}
    assert {
        *("symptoms.gad7", "symptoms.impairment", "person.age_years", "person.pregnancy"),
        *("person.liver", "symptoms.audit_c", "symptoms.phq9", "preferences.goals", "kratom"),
    } <= fields


def test_adding_a_medicine_removes_no_finding_and_softens_no_option():
    ladder = ("do", "offer", "consider", "caution", "avoid")
    who = case(kratom=KratomUse(status="using"), symptoms=Symptoms(impairment="marked"))
    before = made.plan(who)
    for name in ("diazepam", "sertraline", "methadone", "bupropion", "pregabalin", "kava"):
        after = made.plan(who.model_copy(update={"medicines": (CaseMedicine(name=name),)}))
        assert {f.id for f in before.findings} <= {f.id for f in after.findings}
        for found in made.section(before, "options"):
            now = made.item(after, found.id).standing
            assert ladder.index(now) >= ladder.index(found.standing)


def test_the_table_finds_nothing_wrong_with_itself():
    assert list(made.KNOWLEDGE.care.problems()) == []


def test_every_cited_fact_of_the_wording_resolves():
    care = made.KNOWLEDGE.care
    cited = {
        *(f for i in care.plan_items for f in i.facts),
        *(f for i in care.plan_items for c in i.changes for f in c.facts),
        *(f for c in care.plan.option_changes for f in c.facts),
        *(f for w in care.plan.findings for f in w.facts),
        *(f for t in care.consultation.tell for f in t.facts),
        *(f for r in care.consultation.refer for f in r.facts),
        *(f for v in care.follow_up.visits for f in v.facts),
        *(f for w in care.follow_up.what_counts for f in w.facts),
        *(f for w in care.follow_up.step_up_if for f in w.facts),
    }
    assert cited
    for fact_id in cited:
        assert made.KNOWLEDGE.cite(fact_id)


def test_every_phrase_of_the_plan_is_in_use():
    code = "".join(p.read_text() for p in Path(care_room.__file__).parent.glob("*.py"))
    dynamic = re.compile(r"^(style_|tried_|population_|class_)")
    unused = [w for w in made.KNOWLEDGE.care.plan.words if not re.search(f"[\"']{w}[\"']", code)]
    assert [w for w in unused if not dynamic.match(w)] == []


def test_no_text_of_the_data_is_forbidden():
    care, evidence = made.KNOWLEDGE.care, made.KNOWLEDGE.evidence
    for part in (
        *(care.plan, care.plan_items, care.consultation, care.follow_up),
        *(evidence.wording, evidence.kratom.judgement),
    ):
        said = [phrase for text in every_text(part) for phrase in made.forbidden(text)]
        assert said == []


def test_what_is_avoided_but_already_taken_is_reviewed_and_not_stopped():
    who = case(
        medicines=(CaseMedicine(name="quetiapine"), CaseMedicine(name="diazepam")),
        kratom=KratomUse(status="using"),
    )
    result = made.plan(who)
    for option in ("quetiapine", "benzodiazepines"):
        found = made.item(result, f"options.{option}")
        assert found.standing == "avoid"
        assert "review and never stop abruptly" in found.title


def test_a_herbal_product_with_a_liver_problem_is_not_told_to_go_on():
    who = case(
        substances=(CaseSubstance(name="kava"),),
        conditions=(Condition(name="liver_disease"),),
    )
    found = made.item(made.plan(who), "options.kava")
    assert found.standing == "avoid"
    assert "whether it should go on" in found.title
    assert not [text for text in found.for_this_person if "stopped abruptly" in text]


def test_what_several_options_share_is_said_once_and_names_them():
    who = case(kratom=KratomUse(status="using"), symptoms=Symptoms(impairment="marked"))
    result = made.plan(who)
    for name, word in (("retest", "Re-test"), ("sedation", "slow breathing")):
        said = made.note(result, "options", name)
        assert word in said.text and said.tone is Tone.WARNING
    options = made.section(result, "options")
    cautions = [text for found in options for text in found.cautions]
    assert len(cautions) == len(set(cautions))
    assert "Pregabalin" in made.note(result, "options", "sedation").text


def test_no_rule_is_lost_where_an_item_carries_it_out():
    rules = ("SR-WITHDRAW-01", "SR-QT-01", "SR-LEGAL-01")
    result = made.plan(case(kratom=KratomUse(status="using")), safety=made.safety(rules=rules))
    said = " ".join(i.why for s in result.sections for i in s.items)
    for rule in rules:
        assert rule in said


def test_low_intensity_help_leads_at_step_2_even_for_those_who_prefer_psychological_help():
    who = impaired(Impairment.SOME)
    wanting = who.model_copy(update={"preferences": Preferences(prefers=("psychological",))})
    result = made.plan(wanting, severity=made.severity("moderate"))
    assert made.item(result, "options.cbt").standing == "consider"
    assert made.item(result, "options.guided-self-help").standing == "offer"
    assert "Guided self-help" in next(i for i in result.first_steps if i.id == "first.offer").title


def test_someone_who_only_asks_is_told_first_that_starting_is_not_recommended():
    result = made.plan(case(kratom=KratomUse(status="asking")))
    assert "first.not-recommended" in {i.id for i in result.first_steps}


def test_danger_not_asked_becomes_one_step_that_points_to_the_questions():
    result = made.plan(Case(date=made.DATE), safety=made.safety("not_assessed"))
    assert result.first_steps[0].title == "Ask the danger questions above"
    pointer = made.item(result, "safety.ask-now")
    assert "Do you feel like" not in pointer.what
    assert "safety.contacts" not in made.ids(result)


def test_effects_keep_the_digits_of_their_source():
    result = made.plan(impaired(Impairment.MARKED))
    assert "\N{MINUS SIGN}3.50" in made.item(result, "options.venlafaxine").why
    assert "\N{MINUS SIGN}0.425" in made.item(result, "lifestyle.exercise").why
