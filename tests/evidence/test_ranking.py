"""Options in order: certainty first, then like with like; the avoided last; kratom never there."""

from __future__ import annotations

import datetime as dt
import itertools

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.language import every_text, forbidden_phrases
from tests.strategies import cases

from speciosa import evidence
from speciosa.assessment import assess
from speciosa.case import (
    Case,
    CaseMedicine,
    Condition,
    KratomUse,
    Person,
    Preferences,
    TriedTreatment,
)
from speciosa.case.vocabulary import KratomStatus, Outcome, Pregnancy, Sex, TreatmentStyle
from speciosa.clinical.care.judged import Judged
from speciosa.evidence.for_person import comparison
from speciosa.evidence.for_person.comparison import benefit
from speciosa.evidence.for_person.options import options
from speciosa.evidence.for_person.ranking import in_order
from speciosa.evidence.result import (
    Against,
    Comparison,
    EvidenceResult,
    RankedOption,
    Side,
    Standing,
)
from speciosa.finding import Certainty, Estimate
from speciosa.knowledge import load
from speciosa.knowledge.evidence import Control
from speciosa.report.ranking import STANDING, brief_effect, side, size

KNOWLEDGE = load()
DATE = dt.date(2026, 11, 22)
ADULT = Person(age_years=40, sex=Sex.MALE)
SURE = tuple(Certainty)
ALL_FINE = {option.id: Judged("offer") for option in options(KNOWLEDGE).options}
few = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def ranked(case: Case, judged: dict[str, Judged] | None = None) -> EvidenceResult:
    result = evidence.assess(case, KNOWLEDGE)
    return evidence.ranked(result, case, KNOWLEDGE, ALL_FINE if judged is None else judged)


def whole(case: Case) -> EvidenceResult:
    """As a reader gets it: with the plan's own judgements."""
    return assess(case, KNOWLEDGE, subjects=20).evidence


def find(result: EvidenceResult, option_id: str) -> RankedOption:
    return next(one for one in result.ranked if one.id == option_id)


def assert_in_order(found: tuple[RankedOption, ...]) -> None:
    usable = [one for one in found if one.standing is not Standing.AVOID]
    assert list(found[: len(usable)]) == usable, "what must be avoided stands last"
    sure = [SURE.index(one.certainty) for one in usable]
    assert sure == sorted(sure), "certainty never increases down the list"
    for (_, against), group in itertools.groupby(usable, key=place):
        for _, alike in itertools.groupby(group, key=like):
            sizes = [benefit(one.comparisons[0]) or 0.0 for one in alike]
            assert sizes == sorted(sizes, reverse=True), against
    runs = [place(one) for one in usable]
    assert len({*runs}) == len([run for run, _ in itertools.groupby(runs)]), "unlike never mixed"


def place(one: RankedOption) -> tuple[Certainty, Against]:
    return one.certainty, one.comparisons[0].against


def like(one: RankedOption) -> tuple[Side, str]:
    lead = one.comparisons[0]
    return lead.direction, lead.like


# ------------------------------------------------------------------ properties of the order


def made(draw_id: int, certainty: Certainty, against: Against, value: float, *, avoid: bool):
    lead = Comparison(
        against=against,
        comparator="a comparator",
        option="an option",
        pooled=False,
        outcome="anxiety",
        measure="SMD",
        estimate=Estimate(
            value=value, unit="SMD", low=value - 0.1, high=value + 0.1, interval="95 % CI"
        ),
        direction=Side.BETTER if value < -0.1 else Side.WORSE if value > 0.1 else Side.UNCLEAR,
        favours="",
        like="SMD",
        better_above=False,
        ratio=False,
        k=None,
        n=None,
        design="",
        certainty=certainty,
        certainty_reason="",
    )
    return RankedOption(
        id=f"option-{draw_id:02}",
        option="an option",
        group="medicine",
        standing=Standing.AVOID if avoid else Standing.USABLE,
        why=(),
        history=(),
        wish="",
        certainty=certainty,
        comparisons=(lead,),
    )


sets_of_options = st.lists(
    st.tuples(
        st.sampled_from(Certainty),
        st.sampled_from(Against),
        st.floats(-3, 3, allow_nan=False).map(lambda x: round(x, 2)),
        st.booleans(),
    ),
    max_size=12,
).map(lambda rows: [made(i, c, a, v, avoid=x) for i, (c, a, v, x) in enumerate(rows)])


@settings(max_examples=150, deadline=None)
@given(sets_of_options, st.randoms(use_true_random=False))
def test_any_options_stand_in_order_whatever_order_they_come_in(found, random):
    order = in_order(found, KNOWLEDGE)
    assert_in_order(order)
    random.shuffle(found)
    assert in_order(found, KNOWLEDGE) == order


@settings(max_examples=100, deadline=None)
@given(sets_of_options.filter(bool), st.data())
def test_a_caution_never_raises_an_option(found, data):
    before = in_order(found, KNOWLEDGE)
    marked = data.draw(st.sampled_from(found))
    standing = data.draw(st.sampled_from([Standing.CAUTION, Standing.UNKNOWN, Standing.AVOID]))
    graver = msgspec.structs.replace(marked, standing=standing)
    if list(Standing).index(standing) < list(Standing).index(marked.standing):
        return
    after = in_order([graver if one is marked else one for one in found], KNOWLEDGE)
    assert after.index(graver) >= before.index(marked)


@few
@given(cases())
def test_for_any_person_the_order_holds_and_kratom_is_no_option(case: Case):
    result = ranked(case)
    assert_in_order(result.ranked)
    ids = [one.id for one in result.ranked]
    assert len(ids) == len(set(ids))
    assert not [one for one in result.ranked if "kratom" in f"{one.id} {one.option}".lower()]
    assert result.kratom_row is not None
    told = (*result.ranked, *result.how_ranked, result.kratom_row)
    assert [phrase for text in every_text(told) for phrase in forbidden_phrases(text)] == []


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_what_the_plan_rules_out_is_never_usable_and_nothing_is_hidden(case: Case):
    assessment = assess(case, KNOWLEDGE, subjects=20)
    result = assessment.evidence
    assert {one.id for one in result.ranked} == {
        one.id for one in options(KNOWLEDGE, young=(case.person.age_years or 99) < 18).options
    }
    items = {item.id: item for item in KNOWLEDGE.care.plan_items}
    planned = [i for s in assessment.plan.sections for i in s.items if i.standing == "avoid"]
    barred = {items[i.id].treatment for i in planned if i.id in items} - {""}
    for one in result.ranked:
        if one.id in barred:
            assert one.standing is Standing.AVOID
            assert one.why
    order = tuple(Standing)
    for name, alike in KNOWLEDGE.evidence.ranking.judged_like.items():
        for other in alike:
            told, kin = find(result, name).standing, find(result, other).standing
            assert order.index(told) >= order.index(kin), f"{name} is milder than {other}"


# ------------------------------------------------------------------ what the base gives


def test_every_published_row_is_behind_an_option_or_said_to_rank_none():
    result = ranked(Case(date=DATE, person=ADULT))
    behind = {row for one in result.ranked for c in one.comparisons for row in c.rows}
    shown = {row.id for row in result.options}
    assert behind | set(result.not_ranked) == shown
    assert not behind & set(result.not_ranked)
    assert all(result.not_ranked.values())


def test_a_medicine_that_the_plan_does_not_know_is_barred_by_those_that_act_alike():
    result = ranked(Case(date=DATE, person=ADULT), {})
    like = KNOWLEDGE.evidence.ranking.judged_like
    plan = {item.treatment for item in KNOWLEDGE.care.plan_items}
    unknown = [o for o in options(KNOWLEDGE).options if o.group == "medicine" and o.id not in plan]
    assert {o.id for o in unknown} == set(like)
    assert all(set(alike) <= plan for alike in like.values())
    for option in unknown:
        kin = dict.fromkeys(like[option.id], Judged("avoid", ("Not for this person.",)))
        barred = find(ranked(Case(date=DATE, person=ADULT), kin), option.id)
        assert barred.standing is Standing.AVOID
        assert "Not for this person." in barred.why
        assert find(result, option.id).standing is Standing.UNKNOWN


def test_a_difference_that_is_better_above_zero_says_so():
    diet = find(ranked(Case(date=DATE, person=ADULT)), "diet").comparisons[0]
    assert diet.better_above
    assert "above 0 is better" in brief_effect(diet)
    assert "above 0 is better" in side(diet)
    exercise = find(ranked(Case(date=DATE, person=ADULT)), "exercise").comparisons[0]
    assert "above 0" not in brief_effect(exercise)


def test_every_pool_is_shown_once():
    result = ranked(Case(date=DATE, person=ADULT))
    pools = [c for one in result.ranked for c in one.comparisons if c.pooled]
    told = [c.facts[0] for c in (*pools, *result.pooled_besides)]
    own = [p.fact_id for p in KNOWLEDGE.evidence.pooled if not p.sensitivity_of]
    assert sorted(told) == sorted(own)


def test_a_comparison_never_mixes_comparators():
    result = ranked(Case(date=DATE, person=ADULT))
    kinds = KNOWLEDGE.evidence.ranking.against_arm
    pools = {p.fact_id: p for p in KNOWLEDGE.evidence.pooled}
    for one in (c for option in result.ranked for c in option.comparisons):
        if one.pooled:
            pool = pools[one.facts[0]]
            assert one.against.value == kinds[pool.comparator.value]
    controls = {c.value for c in Control} - {"continued_treatment", "no_exposure"}
    assert set(KNOWLEDGE.evidence.ranking.against_control) == controls


def test_a_pool_of_ours_carries_its_studies_domains_and_absolute_terms():
    result = ranked(Case(date=DATE, person=ADULT))
    pooled = [c for one in result.ranked for c in one.comparisons if c.pooled]
    assert pooled
    for one in pooled:
        assert len(one.studies) == one.k
        assert {d.name for d in one.domains} >= {"risk of bias", "imprecision"}
        assert all(d.reason for d in one.domains)
        assert one.absolute or one.not_said
        assert one.certainty is not Certainty.UNKNOWN


def test_a_single_trial_that_we_rated_gives_way_to_a_graded_body():
    """Our word on one yoga trial must not outrank the grading of the same trial's numbers."""
    yoga = find(ranked(Case(date=DATE, person=ADULT)), "yoga")
    assert yoga.comparisons[0].graded
    assert yoga.comparisons[0].against is not Against.ACTIVE


@pytest.mark.parametrize("young", [False, True])
def test_a_pool_of_fewer_trials_never_goes_before_a_published_synthesis_of_more(young):
    """Of no option, against no kind of comparator; a count that is not given is not a small one."""
    behind = 0
    for option in options(KNOWLEDGE, young=young).options:
        for against in Against:
            alike = [c for c in option.comparisons if c.against is against]
            published = [
                comparison.quoted(effect, part, KNOWLEDGE.evidence)
                for effect in KNOWLEDGE.evidence.effects
                for part in effect.rows
                if {effect.fact_id(part)} & {row for c in alike for row in c.rows}
            ]
            bodies = [
                c
                for c in published
                if c.synthesis
                and c.about_benefit
                and not c.people
                and c.young is alike[0].young
                and (c.estimate is not None or c.certainty is not Certainty.UNKNOWN)
            ]
            lead = alike[0] if alike else None
            if lead is None or not lead.pooled:
                behind += bool(lead and len(alike) > 1)
                continue
            assert all(c.k is not None and not c.network for c in bodies), option.id
            assert all((lead.k or 0) >= (c.k or 0) for c in bodies), option.id
    assert behind or young


def test_what_was_published_on_sertraline_and_others_leads_the_single_trials_read_here():
    result = ranked(Case(date=DATE, person=ADULT))
    for name in ("sertraline", "paroxetine", "quetiapine_xr", "pregabalin"):
        one = find(result, name)
        assert not one.comparisons[0].pooled
        assert one.certainty is Certainty.LOW
        assert any(c.pooled for c in one.comparisons), "ours stands behind"
    for name in ("silexan", "benzodiazepines"):
        assert not find(result, name).comparisons[0].pooled
    assert SURE.index(find(result, "chamomile").certainty) > SURE.index(
        find(result, "sertraline").certainty
    )


@pytest.mark.parametrize("young", [False, True])
def test_one_study_never_leads_an_option_that_has_several_as_sure(young):
    """Not even against a more demanding comparator: one trial can flatter."""
    seen = False
    for option in options(KNOWLEDGE, young=young).options:
        lead, *others = option.comparisons
        if lead.k != 1 or lead.against is Against.ACTIVE:
            continue
        seen = True
        better = [
            c.facts
            for c in others
            if c.graded
            and c.about_benefit
            and c.young is lead.young
            and c.against is not Against.ACTIVE
            and c.k != 1
            and SURE.index(c.certainty) <= SURE.index(lead.certainty)
        ]
        assert better == [], option.id
    assert seen


def test_one_trial_is_never_rated_above_low_by_us_nor_a_small_one_above_very_low():
    rated = [e for e in KNOWLEDGE.evidence.effects if e.certainty.by == "curator"]
    single = [e for e in rated if not e.synthesis]
    assert {"amsterdam2009", "hoge2013", "simon2021_yoga", "sarris2020_kava"} <= {
        e.id for e in single
    }
    for effect in single:
        small = effect.n is None or effect.n < 100
        best = Certainty.VERY_LOW if small else Certainty.LOW
        assert SURE.index(effect.certainty.level) >= SURE.index(best), effect.id
        assert effect.certainty.reason, effect.id
    known = {e.id for e in KNOWLEDGE.evidence.effects if "trial" in e.design.split(",")[0].split()}
    assert known <= {e.id for e in KNOWLEDGE.evidence.effects if not e.synthesis} | {
        "relapse_batelaan"
    }


def test_trials_of_a_whole_network_are_never_told_as_those_of_one_option():
    result = ranked(Case(date=DATE, person=ADULT))
    rows = {row.id: row for row in result.options}
    for effect in KNOWLEDGE.evidence.effects:
        if "nma" in effect.design.casefold().split() and effect.k is not None:
            assert effect.network, effect.id
    shown = [c for one in result.ranked for c in one.comparisons if c.network]
    assert {"duloxetine", "CBT"} <= {c.option for c in shown}
    for one in (*shown, *(rows[c.rows[0]] for c in shown)):
        assert size(one).startswith("network of ")
        assert one.network in size(one)
        assert "studies" not in size(one)
    for fact_id in ("evidence/slee_duloxetine", "evidence/papola_cbt"):
        assert "network of" in KNOWLEDGE.fact(fact_id).conditions


def test_results_in_children_lead_for_a_young_person_and_never_for_an_adult():
    adult = ranked(Case(date=DATE, person=ADULT))
    young = ranked(Case(date=DATE, person=Person(age_years=15, sex=Sex.MALE)))
    assert not [one.id for one in adult.ranked if one.comparisons[0].young]
    assert find(young, "duloxetine").comparisons[0].young


# ------------------------------------------------------------------ what of a person bears


@pytest.mark.parametrize(
    ("person", "groups"),
    [
        (Person(age_years=15, sex=Sex.MALE), None),
        (Person(age_years=70, sex=Sex.MALE), {"medicine", "herbal"}),
        (
            Person(age_years=30, sex=Sex.FEMALE, pregnancy=Pregnancy.PREGNANT),
            {"medicine", "herbal"},
        ),
    ],
)
def test_results_got_in_other_people_are_one_step_less_sure(person, groups):
    adult = ranked(Case(date=DATE, person=ADULT))
    told = ranked(Case(date=DATE, person=person))
    lowered = 0
    for one in told.ranked:
        lead, before = one.comparisons[0], find(adult, one.id).certainty
        if lead.young or (groups is not None and one.group not in groups):
            continue
        assert SURE.index(one.certainty) >= SURE.index(before)
        if before in (Certainty.MODERATE, Certainty.LOW):
            lowered += 1
            assert one.certainty is SURE[SURE.index(before) + 1]
            assert "One step lower for this person" in lead.certainty_reason
    assert lowered > 5
    assert_in_order(told.ranked)


def test_nothing_studied_in_adults_alone_is_surer_for_the_young_than_what_was_studied_in_them():
    young = ranked(Case(date=DATE, person=Person(age_years=16, sex=Sex.MALE)))
    medicines = [one for one in young.ranked if one.group == "medicine"]
    studied = [medicines.index(find(young, name)) for name in ("escitalopram", "duloxetine")]
    assert sorted(studied) == [0, 1]


def test_in_pregnancy_a_medicine_with_only_the_general_sentence_asks_first():
    person = Person(age_years=30, sex=Sex.FEMALE, pregnancy=Pregnancy.PREGNANT)
    result = whole(Case(date=DATE, person=person))
    for name in ("pregabalin", "duloxetine", "venlafaxine_xr", "quetiapine_xr"):
        one = find(result, name)
        assert one.standing is Standing.UNKNOWN, name
        assert any("was not judged here" in text for text in one.why), name
    assert find(result, "sertraline").standing is Standing.CAUTION


def test_an_mao_inhibitor_bars_every_antidepressant_also_those_the_plan_does_not_know():
    case = Case(date=DATE, person=ADULT, medicines=(CaseMedicine(name="phenelzine"),))
    result = whole(case)
    for name in ("sertraline", "escitalopram", "vilazodone", "fluoxetine", "mirtazapine"):
        one = find(result, name)
        assert one.standing is Standing.AVOID, name
        assert "MAO" in " ".join(one.why), name


@pytest.mark.parametrize(
    "person",
    [
        ADULT,
        Person(age_years=16, sex=Sex.MALE),
        Person(age_years=30, sex=Sex.FEMALE, pregnancy=Pregnancy.PREGNANT),
    ],
)
def test_plan_and_evidence_tell_one_certainty_of_a_treatment(person):
    wishes = Preferences(prefers=(TreatmentStyle.HERBAL, TreatmentStyle.YOGA))
    for use in (None, KratomUse(status=KratomStatus.USING)):
        case = Case(date=DATE, person=person, preferences=wishes, kratom=use)
        assessment = assess(case, KNOWLEDGE, subjects=20)
        sure = {one.id: one.certainty for one in assessment.evidence.ranked}
        items = {item.id: item for item in KNOWLEDGE.care.plan_items}
        seen = []
        for planned in (i for s in assessment.plan.sections for i in s.items):
            item = items.get(planned.id)
            if item is not None and item.certainty is None and item.treatment in sure:
                seen.append(item.treatment)
                assert planned.certainty is sure[item.treatment], planned.id
                words = f"{planned.certainty_words} {planned.why}".casefold()
                assert "moderate certainty" not in words, planned.id
        assert {"kava", "ashwagandha", "yoga", "sertraline"} <= set(seen)


def test_what_holds_for_everybody_is_told_with_the_option():
    exercise = find(whole(Case(date=DATE, person=ADULT)), "exercise")
    assert any("chest pain" in text for text in exercise.why)
    assert "No caution" not in STANDING[exercise.standing]


def test_an_option_that_nobody_judged_is_never_called_usable():
    result = ranked(Case(date=DATE, person=ADULT), {})
    assert all(one.standing is not Standing.USABLE for one in result.ranked)
    assert all("not judged" in " ".join(one.why) for one in result.ranked)


def test_liver_disease_puts_what_harms_the_liver_last_with_the_reason():
    liver = Case(date=DATE, person=ADULT, conditions=(Condition(name="liver_disease"),))
    after = whole(liver)
    assert find(whole(Case(date=DATE, person=ADULT)), "duloxetine").standing is not Standing.AVOID
    for name in ("duloxetine", "agomelatine", "kava", "ashwagandha"):
        one = find(after, name)
        assert one.standing is Standing.AVOID
        assert any("liver" in text.lower() for text in one.why)
    assert find(after, "sertraline").standing is not Standing.AVOID


def test_pregnancy_rules_out_herbs_and_asks_for_care_with_every_medicine():
    person = Person(age_years=30, sex=Sex.FEMALE, pregnancy=Pregnancy.PREGNANT)
    result = whole(Case(date=DATE, person=person))
    for one in result.ranked:
        if one.group == "herbal":
            assert one.standing is Standing.AVOID
        if one.group == "medicine":
            assert one.standing is not Standing.USABLE
    assert find(result, "paroxetine").standing is Standing.AVOID
    assert find(result, "cbt").standing is Standing.USABLE


def test_pregnancy_not_asked_is_not_the_same_as_not_pregnant():
    woman = Person(age_years=30, sex=Sex.FEMALE)
    result = whole(Case(date=DATE, person=woman))
    one = find(result, "sertraline")
    assert one.standing is Standing.UNKNOWN
    assert any("Pregnancy" in text for text in one.why)


def test_bipolar_disorder_rules_out_antidepressants():
    case = Case(date=DATE, person=ADULT, conditions=(Condition(name="bipolar_disorder"),))
    result = whole(case)
    for name in ("sertraline", "duloxetine", "vilazodone", "mirtazapine"):
        assert find(result, name).standing is Standing.AVOID


def test_what_was_tried_is_named_and_moves_nothing_by_itself():
    tried = (
        TriedTreatment(name="CBT", outcome=Outcome.NO_EFFECT),
        TriedTreatment(name="Lexapro", outcome=Outcome.HELPED),
    )
    plain, told = (
        whole(Case(date=DATE, person=ADULT, preferences=Preferences(tried=found)))
        for found in ((), tried)
    )
    assert "CBT was tried before: no effect." in find(told, "cbt").history
    assert "Lexapro was tried before: it helped." in find(told, "escitalopram").history
    assert [one.id for one in told.ranked] == [one.id for one in plain.ranked]


def test_what_did_not_agree_asks_for_care():
    tried = (TriedTreatment(name="sertraline", outcome=Outcome.NOT_TOLERATED),)
    case = Case(date=DATE, person=ADULT, preferences=Preferences(tried=tried))
    assert find(whole(case), "sertraline").standing is Standing.CAUTION


@few
@given(
    st.sets(st.sampled_from(TreatmentStyle), max_size=3),
    st.sets(st.sampled_from(TreatmentStyle), max_size=3),
)
def test_a_wish_is_a_mark_and_never_outranks_certainty(prefers, avoids):
    wishes = Preferences(prefers=tuple(prefers), avoids=tuple(avoids - prefers))
    told = ranked(Case(date=DATE, person=ADULT, preferences=wishes))
    plain = ranked(Case(date=DATE, person=ADULT))
    assert [one.id for one in told.ranked] == [one.id for one in plain.ranked]
    if TreatmentStyle.MEDICINE in wishes.avoids:
        assert find(told, "sertraline").wish == "not wanted"
        assert "Not wanted: medicine." in find(told, "sertraline").history
    if TreatmentStyle.PSYCHOLOGICAL in wishes.prefers:
        assert find(told, "cbt").wish == "wanted"


def test_what_is_taken_and_barred_is_not_to_be_stopped_abruptly():
    case = Case(
        date=DATE,
        person=ADULT,
        kratom=KratomUse(status=KratomStatus.USING),
        medicines=(CaseMedicine(name="diazepam"),),
    )
    one = find(whole(case), "benzodiazepines")
    assert one.standing is Standing.AVOID
    assert any("never stopped abruptly" in text for text in one.history)


def test_a_herb_that_harms_the_liver_is_not_said_to_be_kept_on():
    case = Case(
        date=DATE,
        person=ADULT,
        conditions=(Condition(name="liver_disease"),),
        medicines=(CaseMedicine(name="kava"),),
    )
    one = find(whole(case), "kava")
    assert one.standing is Standing.AVOID
    assert not any("never stopped" in text for text in one.history)
    assert any("whether it should go on" in text for text in one.history)


# ------------------------------------------------------------------ kratom


@pytest.mark.parametrize("status", [None, *KratomStatus])
def test_kratoms_row_is_always_there_without_a_size_and_never_reassures(status):
    use = KratomUse(status=status) if status else None
    row = ranked(Case(date=DATE, person=ADULT, kratom=use)).kratom_row
    assert row is not None
    assert row.certainty is Certainty.VERY_LOW
    assert "No randomised trial in any anxiety disorder" in row.trials
    for harm in ("dependence", "liver", "newborns", "deaths"):
        assert harm in row.harms
    assert "7-hydroxymitragynine" in row.seven_oh
    assert not any(isinstance(getattr(row, f), Estimate) for f in row.__struct_fields__)
    for fact_id in row.facts:
        assert KNOWLEDGE.cite(fact_id)
