"""The primary studies of the base: what every record must keep, whoever adds it."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from speciosa.knowledge import files, load
from speciosa.knowledge.evidence import study
from speciosa.knowledge.evidence.study import ArmKind, Condition, Outcome, Study
from speciosa.knowledge.fact import Basis

LANES = ("medicines", "herbal", "exercise", "mindfulness", "yoga", "sleep", "diet")
# One registration that its own page says covers two trials.
SHARED_REGISTRATIONS = {"NCT04116944"}
KNOWLEDGE = load()


def lane(name: str) -> tuple[Study, ...]:
    return files.read(f"evidence/studies/{name}.json", tuple[Study, ...])


STUDIES = {name: lane(name) for name in LANES}
ALL = tuple(one for lane in LANES for one in STUDIES[lane])
EVENTS = {"response", "remission", "dropout", "dropout_adverse_events", "relapse"}
BELOW = {"dropout", "dropout_adverse_events", "relapse"}
SCALES = {"HAM-A", "BAI", "PSWQ", "STAI-T", "CGI-S", "PARS", "HADS-A"}
# Standard deviations of a change, in points, that a trial of anxious people can show.
PLAUSIBLE_SD = {"HAM-A": (4.0, 14.0)}
CONTROLS = {"placebo", "placebo_added", "waiting_list", "education", "usual_care"}
# Its spreads fit its P and are too small all the same; the record says so.
TOO_NARROW = {"jafarnia2017"}
PLAIN_TREATMENTS = {
    "quetiapine added to an SSRI or SNRI",
    "pregabalin added to an SSRI or SNRI",
    "ashwagandha added to an SSRI",
    "AZD7325",
    "etifoxine",
    "lysergide",
    "saffron added to sertraline",
}


def outcomes() -> list[tuple[Study, Outcome]]:
    return [(one, outcome) for one in ALL for outcome in one.outcomes]


def named(one: Study) -> str:
    return one.id


@pytest.mark.parametrize("one", ALL, ids=named)
def test_every_arm_that_a_result_names_exists(one: Study) -> None:
    for outcome in one.outcomes:
        for value in outcome.arms:
            assert one.arm(value.arm)
        for contrast in outcome.contrasts:
            assert one.arm(contrast.arm)
            assert one.arm(contrast.against)
            assert contrast.arm != contrast.against
        assert outcome.arms or outcome.contrasts, "a result without a figure"
        assert len({value.arm for value in outcome.arms}) == len(outcome.arms)


@pytest.mark.parametrize("one", ALL, ids=named)
def test_no_more_people_are_analysed_than_were_randomised(one: Study) -> None:
    for outcome in one.outcomes:
        for value in outcome.arms:
            randomised = one.arm(value.arm).n
            if randomised is not None and value.n is not None:
                assert value.n <= randomised
            if value.events is not None:
                assert value.n is not None
                assert 0 <= value.events <= value.n


@pytest.mark.parametrize("one", ALL, ids=named)
def test_a_spread_is_what_it_is_called(one: Study) -> None:
    for outcome in one.outcomes:
        bounds = PLAUSIBLE_SD.get(outcome.scale)
        if bounds is None or outcome.what != "change" or one.id in TOO_NARROW:
            continue
        low, high = bounds
        for value in outcome.arms:
            if value.sd is not None:
                assert low <= value.sd <= high, "a standard error in the place of an SD"
            if value.se is not None and value.n is not None:
                assert low <= value.se * math.sqrt(value.n) <= high


def test_a_contrast_fits_its_trial() -> None:
    low, high = PLAUSIBLE_SD["HAM-A"]
    seen = 0
    for one, outcome in outcomes():
        if outcome.scale != "HAM-A" or outcome.what != "change":
            continue
        for contrast in outcome.contrasts:
            sizes = one.arm(contrast.arm).n, one.arm(contrast.against).n
            se = contrast.se
            if se is None and contrast.low is not None and contrast.high is not None:
                se = (contrast.high - contrast.low) / 3.92
            if se is None or sizes[0] is None or sizes[1] is None:
                continue
            seen += 1
            assert low <= se / math.sqrt(1 / sizes[0] + 1 / sizes[1]) <= high, one.id
    assert seen >= 10


@pytest.mark.parametrize("one", ALL, ids=named)
def test_intervals_hold_their_value(one: Study) -> None:
    for outcome in one.outcomes:
        for contrast in outcome.contrasts:
            assert (contrast.low is None) == (contrast.high is None)
            if contrast.low is not None and contrast.high is not None:
                assert contrast.low < contrast.value < contrast.high
            if contrast.measure in {"OR", "RR", "HR"}:
                assert contrast.value > 0
            assert contrast.se is not None or contrast.low is not None


def test_less_anxiety_is_below_and_more_response_is_above() -> None:
    for one, outcome in outcomes():
        if outcome.scale in EVENTS:
            expected = "below" if outcome.scale in BELOW else "above"
            assert outcome.what == "events", one.id
        else:
            assert outcome.scale in SCALES, f"{one.id}: {outcome.scale}"
            expected = "below"
        assert outcome.better == expected, one.id
        if outcome.what == "change":
            for value in outcome.arms:
                assert value.mean is None or value.mean < 0, f"{one.id}: people got worse"


@pytest.mark.parametrize("one", ALL, ids=named)
def test_every_source_resolves_and_only_what_was_read_is_verified(one: Study) -> None:
    assert one.sources or one.basis is Basis.RECALLED
    for source in one.sources:
        assert source in KNOWLEDGE.sources
    if one.verified:
        assert one.basis is Basis.SOURCE
        assert one.read_on
        assert one.sources
    else:
        assert one.basis is Basis.RECALLED


@pytest.mark.parametrize("key", ["id", "title", "registration"])
def test_no_trial_stands_here_twice(key: str) -> None:
    seen = Counter(getattr(one, key) for one in ALL if getattr(one, key))
    assert {name for name, count in seen.items() if count > 1} <= SHARED_REGISTRATIONS


def test_no_trial_here_is_also_among_the_psychotherapies() -> None:
    theirs = {one.id.replace("_", "") for one in lane("psychotherapy")}
    assert len(theirs) >= 40
    assert not theirs & {one.id.split("_")[0] for one in ALL}


@pytest.mark.parametrize("one", ALL, ids=named)
def test_treatments_are_known_by_their_ids(one: Study) -> None:
    known = {t for effect in KNOWLEDGE.evidence.effects for r in effect.rows for t in r.treatments}
    for arm in one.arms:
        if arm.kind is not ArmKind.OPTION:
            assert arm.id in CONTROLS
            continue
        medicine = KNOWLEDGE.medicines.find(arm.treatment)
        assert (
            arm.treatment in known
            or arm.treatment in PLAIN_TREATMENTS
            or (medicine is not None and medicine.id == arm.treatment)
        ), arm.treatment


def test_kratom_is_never_an_arm() -> None:
    for one in ALL:
        for arm in one.arms:
            for word in ("kratom", "mitragyn", "speciosa"):
                assert word not in f"{arm.treatment} {arm.dose} {one.title}".casefold()


def test_a_judgement_of_bias_says_whose_it_is_and_why() -> None:
    for one in ALL:
        rating = one.risk_of_bias
        assert rating.reason
        assert rating.by in {"published", "curator", "none"}
        if rating.by == "none":
            assert rating.overall is study.Risk.NOT_RATED


def test_relapse_is_asked_only_of_those_who_had_responded() -> None:
    for one in ALL:
        asked = any(outcome.scale == "relapse" for outcome in one.outcomes)
        assert asked == one.design.startswith("randomised discontinuation"), one.id


def test_the_base_holds_the_trials_of_the_first_release() -> None:
    gad = [one for one in ALL if one.condition is Condition.GAD]
    assert len(STUDIES["medicines"]) >= 30
    assert len(gad) >= 35
    kasper = next(one for one in ALL if one.id == "kasper2014")
    assert [(v.arm, v.n, v.mean, v.sd) for v in kasper.outcomes[0].arms] == [
        ("silexan_160", 121, -14.1, 9.3),
        ("silexan_80", 135, -12.8, 8.7),
        ("paroxetine_20", 132, -11.3, 8.0),
        ("placebo", 135, -9.5, 9.0),
    ]


def test_the_difference_of_mindfulness_keeps_its_side() -> None:
    """The paper subtracts the other way round; a turned sign would favour the wrong arm."""
    one = next(one for one in ALL if one.id == "hoge2022")
    change = next(o for o in one.outcomes if o.scale == "CGI-S")
    means = {value.arm: value.mean for value in change.arms}
    contrast = change.contrasts[0]
    assert (contrast.arm, contrast.against) == ("mbsr", "escitalopram")
    assert means["mbsr"] is not None
    assert means["escitalopram"] is not None
    assert math.copysign(1, contrast.value) == math.copysign(
        1, means["mbsr"] - means["escitalopram"]
    )
