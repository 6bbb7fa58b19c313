"""What the room says of a person over time."""

from __future__ import annotations

import datetime as dt
import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.outcomes.timelines import START, day, entry, event, line, series

from speciosa.case.vocabulary import LabName, SideEffect
from speciosa.clinical.outcomes import Entry, Timeline, Visit, assess
from speciosa.clinical.outcomes.result import OutcomesResult, Verdict
from speciosa.clinical.outcomes.timeline import (
    Direction,
    Event,
    EventKind,
    Kratom,
    LabValue,
    Measured,
    Source,
)
from speciosa.finding import Severity, Tone
from speciosa.knowledge import load
from speciosa.knowledge.language import forbidden_phrases

K = load()
TODAY = day(420)
FALL = [15, 16, 15, 14, 16, 15, 15, 6, 5, 6, 5, 6, 5, 6, 5]


def ids(result: OutcomesResult) -> set[str]:
    return {f.id for f in result.findings}


def texts(result: OutcomesResult) -> str:
    return " ".join(
        [
            result.headline,
            *(f"{f.text} {f.action} {f.detail}" for f in result.findings),
            *(r.text for r in result.responses),
            *(r.text for r in result.repeated),
            *(m.cost for m in result.missing),
        ]
    )


# ------------------------------------------------------------------ the course


@pytest.mark.parametrize(
    ("totals", "kind"),
    [
        ((15, 9), "reliable_improvement"),
        ((15, 10), "possible_improvement"),
        ((15, 12), "no_reliable_change"),
        ((9, 13), "possible_worsening"),
        ((9, 15), "reliable_worsening"),
    ],
)
def test_a_change_is_named_by_measurement_error(totals: tuple[int, int], kind: str) -> None:
    (course,) = assess(line(series(totals)), K, TODAY).courses
    assert [c.kind for c in course.compared] == [kind]
    assert course.reliable == 6
    assert course.band == (totals[0] - 6, min(21, totals[0] + 6))


def test_response_needs_half_and_more_than_chance_remission_a_start_above_it() -> None:
    def of(*totals: int) -> tuple[bool | None, bool | None]:
        (course,) = assess(line(series(totals)), K, TODAY).courses
        return course.response, course.remission

    assert of(16, 8) == (True, False)
    assert of(16, 4) == (True, True)
    assert of(16, 9) == (False, False)
    assert of(8, 4) == (None, True)  # half, but only 4 points: chance is not excluded
    assert of(4, 2) == (None, None)
    assert of(12) == (None, None)


def test_unanswered_items_leave_a_label_open() -> None:
    open_total = Entry(date=day(14), scores=(Measured(instrument="gad7", total=9, low=7, high=13),))
    (course,) = assess(line((entry(0, gad7=15), open_total)), K, TODAY).courses
    assert course.compared[0].kind == ""
    assert "open" in course.compared[0].label
    assert course.response is None


def test_the_higher_of_two_totals_of_one_day_stands_and_is_pointed_out() -> None:
    result = assess(line((entry(0, gad7=7), entry(0, gad7=12))), K, TODAY)
    assert [p.total for p in result.courses[0].points] == [12]
    assert f"outcomes.contradicted.gad7.{START.isoformat()}" in ids(result)


def test_a_rise_from_the_lowest_total_is_pointed_out_with_its_chance() -> None:
    result = assess(line(series((14, 6, 10, 12))), K, TODAY)
    assert "outcomes.worsening_lowest.gad7.lowest" in ids(result)


def test_scales_without_a_rule_are_shown_and_not_judged() -> None:
    result = assess(line(series((14, 4), instrument="isi")), K, TODAY)
    (course,) = result.courses
    assert course.reliable is None
    assert course.response is None
    assert result.responses == ()


def test_the_future_and_the_unscored_are_named_and_not_used() -> None:
    unscored = Entry(date=day(3), scores=(Measured(instrument="gad7"),))
    result = assess(line((entry(0, gad7=10), unscored, entry(900, gad7=2))), K, TODAY)
    assert [p.total for p in result.courses[0].points] == [10]
    assert "outcomes.future" in ids(result)
    assert any("no total" in m.cost for m in result.missing)


# ------------------------------------------------------------------ item 9 and danger


@pytest.mark.parametrize("answer", [1, 2, 3])
def test_item_9_comes_first_and_asks_for_today(answer: int) -> None:
    result = assess(line((entry(0, phq9=3, item9=answer, gad7=2),)), K, day(0))
    assert result.crisis
    assert result.findings[0].id == "outcomes.item9_positive"
    assert result.findings[0].severity is Severity.URGENT
    assert result.headline.startswith("Item 9 positive")
    assert result.next_visit is not None
    assert result.next_visit.date == day(0)
    assert "asked directly" in result.next_visit.measure[0]


def test_item_9_is_read_from_the_answers_too_and_the_worse_stands() -> None:
    answers = (0,) * 8 + (2,)
    one = Entry(date=START, scores=(Measured(instrument="phq9", total=2, answers=answers),))
    assert assess(line((one,)), K, TODAY).crisis
    assert assess(line((entry(0, phq9=2, item9=0), entry(0, item9=1))), K, TODAY).crisis


def test_a_positive_item_9_stays_until_it_is_asked_again() -> None:
    positive, unasked = entry(0, phq9=9, item9=1), entry(30, phq9=2, gad7=1)
    result = assess(line((positive, unasked)), K, TODAY)
    assert result.crisis
    assert any(m.field == "phq9.item9" for m in result.missing)
    cleared = assess(line((positive, entry(30, phq9=2, item9=0))), K, TODAY)
    assert not cleared.crisis
    assert "outcomes.item9_past" in ids(cleared)
    soon = assess(line((positive, entry(30, phq9=2, item9=0))), K, day(31))
    assert not soon.crisis
    assert "outcomes.item9_earlier" in ids(soon)
    assert "A 0 clears nobody" in texts(cleared)


def test_dangerous_side_effects_are_for_today() -> None:
    result = assess(line((entry(0, side_effects=(SideEffect.SEIZURE,)),)), K, TODAY)
    assert f"outcomes.effects_now.{START}" in ids(result)
    assert result.next_visit is not None
    assert result.next_visit.date == TODAY


def test_new_side_effects_are_named() -> None:
    a = entry(0, side_effects=(SideEffect.NAUSEA,))
    b = entry(9, side_effects=(SideEffect.NAUSEA, SideEffect.LOW_LIBIDO))
    result = assess(line((a, b)), K, TODAY)
    (found,) = (f for f in result.findings if f.id == "outcomes.new_side_effects")
    assert "low libido" in found.text
    assert "nausea" not in found.text


@pytest.mark.parametrize(
    ("lab", "finding"),
    [
        (LabValue(name=LabName.ALT, value=50, unit="U/L", upper_limit=40), "lab_high.alt"),
        (LabValue(name=LabName.ALT, value=130, unit="U/L", upper_limit=40), "lab_worrying.alt"),
        (LabValue(name=LabName.QTC, value=505, unit="ms"), "qtc_high"),
    ],
)
def test_laboratory_values_beyond_a_limit_are_pointed_out(lab: LabValue, finding: str) -> None:
    assert f"outcomes.{finding}" in ids(assess(line((entry(0, labs=(lab,)),)), K, TODAY))


def test_a_rise_of_a_withdrawal_scale_is_pointed_out() -> None:
    assert "outcomes.withdrawal_scale.sows" in ids(
        assess(line((entry(0, sows=6), entry(3, sows=20))), K, TODAY)
    )


# ------------------------------------------------------------------ before and after


def test_a_large_lasting_fall_is_lower_and_says_that_it_proves_nothing() -> None:
    result = assess(line(series(FALL, every=21), event(6 * 21)), K, TODAY)
    (found,) = result.responses
    assert found.verdict is Verdict.LOWER
    assert "does not show that the change did it" in found.text
    assert found.change is not None
    assert found.change.high is not None
    assert found.change.high < 0
    assert found.beyond_trend is not None
    assert found.expected is not None
    assert found.expected.value is not None
    assert found.expected.value < 0  # the baseline lies above the usual mean


def test_few_totals_cannot_tell_and_say_how_many_are_needed() -> None:
    (found,) = assess(line(series((15, 5)), event(5)), K, TODAY).responses
    assert found.verdict is Verdict.CANNOT_TELL
    assert "1 usable totals before it, 3 needed" in found.text


def test_two_changes_at_once_cannot_be_told_apart() -> None:
    both = line(series(FALL, every=21), event(126), event(130, "CBT"))
    found = assess(both, K, TODAY).responses
    assert {r.verdict for r in found} == {Verdict.CANNOT_TELL}
    assert "CBT changed at about the same time" in found[0].text


def test_a_life_event_cuts_the_comparison_short() -> None:
    cut = line(series(FALL, every=21), event(126), event(150, "bereavement", EventKind.LIFE))
    (found,) = assess(cut, K, TODAY).responses
    assert found.verdict is Verdict.CANNOT_TELL
    assert found.after <= 1


def test_a_trend_under_way_is_not_a_change() -> None:
    falling = [20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7]
    (found,) = assess(line(series(falling), event(6 * 14)), K, TODAY).responses
    assert found.verdict is Verdict.CANNOT_TELL
    assert "already moving" in found.text


def test_kratom_that_is_not_recorded_or_changes_stands_in_the_way() -> None:
    silent = line(series(FALL, every=21, kratom=None), event(126))
    (found,) = assess(silent, K, TODAY).responses
    assert found.verdict is Verdict.CANNOT_TELL
    assert "not recorded" in found.text


def test_more_totals_that_are_missing_items_cannot_tell() -> None:
    broken = list(series(FALL, every=21))
    broken[8] = Entry(
        date=broken[8].date, scores=(Measured(instrument="gad7", total=5, low=4, high=9),)
    )
    (found,) = assess(line(broken, event(126)), K, TODAY).responses
    assert found.verdict is Verdict.CANNOT_TELL
    assert "unanswered items" in found.text


@given(
    level=st.integers(0, 21),
    count=st.integers(2, 20),
    every=st.sampled_from([1, 7, 14, 30]),
    at=st.integers(0, 200),
)
@settings(max_examples=60, deadline=None)
def test_a_constant_series_never_responds(level: int, count: int, every: int, at: int) -> None:
    result = assess(line(series([level] * count, every=every), event(at)), K, day(900))
    assert not {r.verdict for r in result.responses} & {Verdict.LOWER, Verdict.HIGHER}
    assert all(c.response is not True for c in result.courses)


# ------------------------------------------------------------------ kratom


def test_a_rise_after_stopping_kratom_is_no_treatment_failure() -> None:
    entries = (
        entry(0, gad7=10, kratom=True),
        entry(28, gad7=10, kratom=True),
        entry(35, gad7=18, kratom=False),
    )
    result = assess(line(entries, event(30, "kratom", EventKind.STOPPED)), K, day(36))
    (found,) = (f for f in result.findings if "withdrawal_reading" in f.id)
    assert "does not show that a treatment failed, nor that kratom helped" in found.text
    assert [p.unsettled for p in result.courses[0].points] == [False, False, True]
    assert result.next_visit is not None
    assert "kratom use changed" in result.next_visit.why


def test_a_stop_that_only_the_entries_show_is_seen() -> None:
    entries = (entry(0, gad7=10, kratom=True), entry(20, gad7=17, kratom=False))
    result = assess(line(entries), K, day(21))
    assert any("withdrawal_reading" in f.id for f in result.findings)


@pytest.mark.parametrize(
    "change",
    [
        event(126, "kratom"),
        event(126, "Kratom leaf powder"),
        event(126, "7-OH tablets"),
        event(126, "kratom", EventKind.CHANGED, Direction.MORE),
    ],
)
def test_a_fall_after_more_kratom_is_never_a_benefit(change: Event) -> None:
    result = assess(line(series(FALL, every=21, kratom=True), change), K, TODAY)
    (found,) = result.responses
    assert found.verdict is Verdict.CANNOT_TELL
    assert "never read as benefit" in found.text
    assert any("is not a benefit of kratom" in f.text for f in result.findings)


@pytest.mark.parametrize("last", [20, 200])
def test_more_kratom_leaves_no_response_and_no_improvement(last: int) -> None:
    entries = (entry(0, gad7=18), entry(last, gad7=3))
    result = assess(line(entries, event(10, "kratom")), K, day(last + 1))
    (course,) = result.courses
    assert course.more_kratom
    assert (course.response, course.remission) == (None, None)
    assert result.headline == K.care.outcomes.line("headline_kratom")
    assert not any(i.startswith("outcomes.improvement") for i in ids(result))
    assert any(i.startswith("outcomes.relief_reading") for i in ids(result))
    without = assess(line(entries), K, TODAY)
    assert without.courses[0].response is True


def test_a_rise_after_less_kratom_is_left_open_and_a_change_of_unknown_direction_too() -> None:
    rise = [5, 6, 5, 6, 5, 6, 5, 16, 17, 16, 17, 16, 17, 16]
    for kind, reason in (
        (EventKind.STOPPED, "proves neither"),
        (EventKind.CHANGED, "is not recorded"),
    ):
        entries = series(rise, every=28, kratom=None)
        found = assess(line(entries, event(6 * 28, "kratom", kind)), K, TODAY).responses[0]
        assert found.verdict is Verdict.CANNOT_TELL
        assert reason in found.text


def test_a_treatment_started_in_withdrawal_is_not_judged_by_it() -> None:
    entries = (
        *(entry(i * 14, gad7=10, kratom=True) for i in range(5)),
        *(entry(70 + i * 5, gad7=19, kratom=False) for i in range(6)),
    )
    both = line(entries, event(65, "kratom", EventKind.STOPPED), event(67))
    for found in assess(both, K, day(110)).responses:
        assert found.verdict is Verdict.CANNOT_TELL


def test_periods_with_kratom_are_not_compared_as_if_it_were_a_treatment() -> None:
    events = [
        event(28 * i, "kratom", EventKind.STARTED if i % 2 else EventKind.STOPPED)
        for i in range(1, 9)
    ]
    result = assess(line(series([10] * 60, every=5, kratom=None), *events), K, day(300))
    assert result.repeated
    assert all("not compared as if it were a treatment" in r.text for r in result.repeated)


@pytest.mark.parametrize("fall", [0, 9])
def test_repeated_periods_compare_pair_by_pair(fall: int) -> None:
    events = [
        event(56 * i, "melatonin", EventKind.STARTED if i % 2 else EventKind.STOPPED)
        for i in range(1, 8)
    ]
    totals = [14 + (i % 2) - fall * (((i * 7 - 1) // 56) % 2) for i in range(64)]
    entries = series(totals, every=7, kratom=False)
    result = assess(line(entries, *events), K, day(447))
    (found,) = result.repeated
    assert found.pairs == 4
    assert found.difference is not None
    assert found.difference.value == pytest.approx(-fall, abs=0.5)
    assert found.verdict is (Verdict.LOWER if fall else Verdict.NO_CLEAR_DIFFERENCE)
    assert "nobody was blinded" in found.text or not fall


def test_no_sentence_recommends_kratom_or_names_an_amount() -> None:
    for phrase in K.care.outcomes.findings.values():
        for text in (phrase.text, phrase.action, phrase.detail):
            assert forbidden_phrases(text) == ()
    for text in K.care.outcomes.lines.values():
        assert forbidden_phrases(text) == ()
    heavy = Kratom(used=True, doses=9, leaf_g=40)
    entries = tuple(Entry(date=day(i), kratom=heavy) for i in range(3))
    assert "40" not in texts(assess(line(entries), K, day(4)))


# ------------------------------------------------------------------ next contact


def test_the_usual_dates_count_from_the_last_start() -> None:
    result = assess(line((entry(0, gad7=12, kratom=False),), event(0)), K, day(1))
    assert result.next_visit is not None
    assert result.next_visit.date == day(7)
    assert "sertraline" in result.next_visit.why


def test_a_planned_contact_replaces_the_usual_dates_and_can_be_overdue() -> None:
    visit = Visit(planned=day(20), measure=("GAD-7",))
    planned = line((entry(0, gad7=12),), visits=(visit,))
    due = assess(planned, K, day(21)).next_visit
    assert due is not None
    assert (due.date, due.overdue_days) == (day(20), 0)
    late = assess(planned, K, day(30))
    assert late.next_visit is not None
    assert late.next_visit.overdue_days == 10
    assert "outcomes.overdue" in ids(late)
    kept = line((entry(0, gad7=12), entry(19, gad7=11)), visits=(visit,))
    after = assess(kept, K, day(21)).next_visit
    assert after is not None
    assert after.date != day(20)


def test_a_diary_does_not_count_as_the_planned_visit() -> None:
    visit = Visit(planned=day(20))
    diary = entry(21, gad7=12, source=Source.DIARY)
    due = assess(line((entry(0, gad7=12), diary), visits=(visit,)), K, day(40)).next_visit
    assert due is not None
    assert due.overdue_days == 20


# ------------------------------------------------------------------ properties

_ENTRIES = st.lists(
    st.builds(
        lambda n, g, p, i, k, s: entry(
            n,
            kratom=k,
            item9=i,
            side_effects=s,
            **{name: v for name, v in (("gad7", g), ("phq9", p)) if v is not None},
        ),
        st.integers(0, 300),
        st.none() | st.integers(0, 21),
        st.none() | st.integers(3, 24),
        st.none() | st.integers(0, 3),
        st.none() | st.booleans(),
        st.none() | st.lists(st.sampled_from(list(SideEffect)), max_size=2).map(tuple),
    ),
    max_size=14,
)
_EVENTS = st.lists(
    st.builds(
        event,
        st.integers(0, 300),
        st.sampled_from(["sertraline", "kratom", "CBT", "moved house"]),
        st.sampled_from(list(EventKind)),
        st.none() | st.sampled_from(list(Direction)),
    ),
    max_size=4,
)


@given(_ENTRIES, _EVENTS, st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_the_order_of_entries_and_events_does_not_matter(
    entries: list[Entry], events: list[Event], shuffler: random.Random
) -> None:
    one = assess(line(entries, *events), K, day(310))
    mixed, turned = list(entries), list(events)
    shuffler.shuffle(mixed)
    shuffler.shuffle(turned)
    assert assess(line(mixed, *turned), K, day(310)) == one


@given(_ENTRIES, _EVENTS, st.data())
@settings(max_examples=60, deadline=None)
def test_removing_data_never_reassures(
    entries: list[Entry], events: list[Event], data: st.DataObject
) -> None:
    kept = data.draw(st.lists(st.sampled_from(entries), unique_by=id)) if entries else []
    result = assess(line(kept, *events), K, day(310))
    assert all(f.tone is not Tone.REASSURING for f in result.findings)
    if not any(e.suicidality is not None for e in kept) and kept:
        asked = any(e.measured("phq9") for e in kept)
        wanted = "phq9.item9" if asked else "phq9"
        assert wanted in {m.field for m in result.missing}


@given(st.lists(st.integers(0, 21), min_size=8, max_size=16), st.booleans(), st.data())
@settings(max_examples=60, deadline=None)
def test_forgetting_kratom_use_never_makes_scores_lower(
    totals: list[int], used: bool, data: st.DataObject
) -> None:
    full = series(totals, every=21, kratom=used)
    mask = data.draw(st.lists(st.booleans(), min_size=len(full), max_size=len(full)))
    less = tuple(
        msgspec.structs.replace(e, kratom=None) if gone else e
        for e, gone in zip(full, mask, strict=True)
    )
    start = event((len(totals) // 2) * 21)
    before = {r.verdict for r in assess(line(full, start), K, day(900)).responses}
    after = {r.verdict for r in assess(line(less, start), K, day(900)).responses}
    for favourable in (Verdict.LOWER, Verdict.NO_CLEAR_DIFFERENCE):
        assert favourable not in after or favourable in before


def test_every_fact_that_is_cited_resolves() -> None:
    entries = (
        *series(FALL, every=21),
        entry(400, gad7=18, phq9=20, item9=2, side_effects=(SideEffect.SEIZURE,)),
        entry(401, kratom=True),
    )
    result = assess(line(entries, event(126), event(402, "kratom")), K, TODAY)
    cited = {f for found in result.findings for f in found.facts}
    for response in result.responses:
        cited |= set(response.facts)
    assert result.next_visit is not None
    for fact in (*cited, *result.next_visit.facts):
        K.cite(fact)


def test_a_timeline_survives_json() -> None:
    whole = Timeline(
        entries=(entry(0, gad7=3, item9=0, kratom=True, side_effects=()),),
        events=(event(1),),
        visits=(Visit(planned=dt.date(2026, 3, 1)),),
    )
    assert msgspec.json.decode(msgspec.json.encode(whole), type=Timeline) == whole
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"date":"2026-01-01","unknown":1}', type=Entry)
