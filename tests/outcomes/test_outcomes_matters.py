"""What must not slip out of sight, and headlines that are never calmer than a finding."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.outcomes.timelines import day, entry, event, line

from speciosa.case.vocabulary import Difficulty, LabName, SideEffect
from speciosa.clinical.outcomes import Entry, Event, Timeline, assess, attention
from speciosa.clinical.outcomes.result import Concern
from speciosa.clinical.outcomes.timeline import (
    Alarm,
    AlarmSource,
    EventKind,
    LabValue,
    Measured,
    Source,
)
from speciosa.knowledge import load

K = load()
SEIZURE = {"side_effects": (SideEffect.SEIZURE,)}


def listed(timeline: Timeline, today: int) -> tuple[tuple[Concern, ...], str]:
    found = attention([("p", timeline)], K, day(today))
    return (found[0].concerns, "; ".join(found[0].lines)) if found else ((), "")


def looked(number: int) -> Event:
    return event(number, "asked directly", EventKind.REVIEWED)


@pytest.mark.parametrize(
    ("told", "after"),
    [
        ({"item9": 3}, {"item9": 0, "source": Source.DIARY}),
        (SEIZURE, {"side_effects": (), "source": Source.DIARY}),
    ],
)
def test_what_was_positive_stays_on_the_list_until_somebody_looked(told: dict, after: dict) -> None:
    entries = (entry(0, **told), entry(1, **after))
    concerns, words = listed(line(entries), 1)
    assert concerns == (Concern.UNSEEN,)
    assert "not yet looked at" in words
    result = assess(line(entries), K, day(1))
    assert not result.crisis
    assert result.headline == result.findings[0].text
    assert listed(line(entries, looked(1)), 1)[0] == ()
    # A look from before closes nothing.
    assert Concern.UNSEEN in listed(line(entries, looked(-1)), 1)[0]
    # Nor does time alone; with a visit since it does.
    assert Concern.UNSEEN in listed(line(entries), 91)[0]
    visited = (*entries, entry(60, gad7=3))
    assert Concern.UNSEEN in listed(line(visited), 90)[0]
    assert Concern.UNSEEN not in listed(line(visited), 92)[0]


def test_a_positive_item_9_stays_first_although_somebody_looked() -> None:
    timeline = line((entry(0, item9=1),), looked(0))
    assert listed(timeline, 0)[0] == (Concern.ITEM_9,)
    assert assess(timeline, K, day(0)).crisis


def test_a_positive_item_9_with_a_date_to_come_is_of_today() -> None:
    assert listed(line((entry(5, item9=2),)), 0)[0] == (Concern.ITEM_9,)


def test_a_phq9_total_that_needs_item_9_is_positive() -> None:
    assert entry(0, phq9=25).suicidality == 1
    assert entry(0, phq9=24).suicidality is None
    assert entry(0, phq9=27, item9=0).suicidality == 3
    two = entry(0, phq9=3, item9=0)
    other = Measured(instrument="phq9", total=None, answers=(*(None,) * 8, 2))
    assert Entry(date=two.date, scores=(*two.scores, other), item9=0).suicidality == 2


def alarm(number: int, source: AlarmSource = AlarmSource.CASE, **more: object) -> Alarm:
    return Alarm(date=day(number), source=source, words="Needs action today.", **more)


def test_the_urgent_route_of_a_case_or_an_open_form_is_first_on_the_list() -> None:
    for source in AlarmSource:
        timeline = line((entry(0, gad7=3),), alarms=(alarm(0, source),))
        result = assess(timeline, K, day(0))
        assert listed(timeline, 0)[0] == (Concern.DANGER,)
        assert result.crisis
        assert "Needs action today" in result.headline
        assert result.next_visit is not None
        assert result.next_visit.date == day(0)
    typed = line(alarms=(alarm(0, AlarmSource.DRAFT, item9=3),))
    assert listed(typed, 0)[0] == (Concern.ITEM_9,)
    assert assess(typed, K, day(0)).headline != K.care.outcomes.line("headline_none")


def test_a_look_closes_a_case_and_not_an_open_form() -> None:
    old = line((entry(0, gad7=3),), alarms=(alarm(0, newest=False),))
    assert listed(old, 1)[0] == (Concern.UNSEEN,)
    assert not assess(old, K, day(1)).crisis
    for source, left in ((AlarmSource.CASE, ()), (AlarmSource.DRAFT, (Concern.DANGER,))):
        timeline = line((entry(0, gad7=3),), looked(1), alarms=(alarm(0, source),))
        assert listed(timeline, 1)[0] == left


def test_a_relapse_in_steps_reaches_the_list() -> None:
    steps = tuple(entry(10 * i, gad7=t) for i, t in enumerate((18, 12, 5, 8, 11, 14, 17, 20)))
    concerns, words = listed(line(steps), 71)
    assert concerns == (Concern.POSSIBLE,)
    assert "GAD-7 5 to 20" in words
    assert "up from its lowest of 5" in assess(line(steps), K, day(71)).headline


def test_an_unanswered_item_does_not_take_a_worsening_away() -> None:
    open_total = Measured(instrument="phq9", total=12, low=8, high=14)
    timeline = line((entry(0, phq9=5, item9=0), Entry(date=day(30), scores=(open_total,))))
    assert Concern.POSSIBLE in listed(timeline, 30)[0]
    result = assess(timeline, K, day(30))
    assert any(f.id == "outcomes.worsening_possible.phq9.first" for f in result.findings)


def test_withdrawal_and_laboratory_values_reach_the_list_and_the_headline() -> None:
    cows = line((entry(0, cows=4), entry(9, cows=40)))
    assert listed(cows, 9)[0] == (Concern.WITHDRAWAL,)
    assert assess(cows, K, day(9)).headline.startswith("COWS rose")
    for name, value, concern in (
        (LabName.ALT, 900.0, Concern.LABORATORY),
        (LabName.QTC, 560.0, Concern.DANGER),
    ):
        lab = LabValue(name=name, value=value, unit="", upper_limit=40)
        timeline = line((Entry(date=day(0), labs=(lab,)),))
        assert listed(timeline, 0)[0] == (concern,)
        assert f"{value:g}" in assess(timeline, K, day(0)).headline


def test_the_newest_and_highest_item_9_is_first() -> None:
    low = line((entry(0, gad7=1), entry(20, item9=1, gad7=20)))
    high = line((entry(30, item9=3),))
    late = line((entry(30, item9=1),))
    people = [("low", low), ("late", late), ("high", high)]
    assert [a.person for a in attention(people, K, day(30))] == ["high", "late", "low"]


def test_worse_since_kratom_was_stopped_is_not_a_reason_to_step_up() -> None:
    stopped = event(5, "kratom", EventKind.STOPPED)
    result = assess(line((entry(0, gad7=8), entry(10, gad7=18)), stopped), K, day(10))
    assert "withdrawal possible" in result.headline
    worst = result.findings[0]
    assert "withdrawal" in worst.text
    assert "then step up" not in worst.action


def test_daily_life_and_sleep_that_got_worse_are_named() -> None:
    entries = (
        entry(0, difficulty=Difficulty.NOT_DIFFICULT, sleep_hours=8, gad7=5),
        entry(9, difficulty=Difficulty.EXTREMELY, sleep_hours=2, gad7=5),
    )
    found = {f.id for f in assess(line(entries), K, day(9)).findings}
    assert {"outcomes.function_worse", "outcomes.sleep_worse"} <= found
    back = assess(line(tuple(reversed(entries))), K, day(9))
    assert "outcomes.sleep_worse" in {f.id for f in back.findings}


def test_nothing_entered_is_on_the_list_and_one_score_is_no_change() -> None:
    assert listed(line(), 0) == ((Concern.NOTHING,), "Nothing entered yet")
    first = assess(line((entry(0, gad7=21),)), K, day(0))
    assert first.headline == "GAD-7 21: nothing to compare with yet."


ENTRIES = st.builds(
    entry,
    st.integers(0, 60),
    gad7=st.integers(0, 21),
    cows=st.integers(0, 48),
    item9=st.sampled_from((None, 0, 1)),
    kratom=st.sampled_from((None, True, False)),
    side_effects=st.sampled_from((None, (), (SideEffect.SEIZURE,))),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(ENTRIES, min_size=1, max_size=5))
def test_no_headline_is_calm_above_a_warning(entries: list[Entry]) -> None:
    result = assess(line(entries), K, day(60))
    calm = result.headline.endswith(("no clear change.", "is not known.", "with yet."))
    assert not (calm and any(f.severity.rank <= 3 for f in result.findings if f.tone == "warning"))
    if any(f.severity == "urgent" for f in result.findings):
        assert result.headline.startswith(("Item 9 positive", "Today:"))
