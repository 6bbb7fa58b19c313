"""Lists of a clinic."""

from __future__ import annotations

from tests.outcomes.timelines import day, entry, event, line, series

from speciosa.clinical.outcomes import attention, deteriorating, overdue
from speciosa.clinical.outcomes.result import Concern
from speciosa.clinical.outcomes.timeline import EventKind
from speciosa.knowledge import load

K = load()
TODAY = day(40)
PEOPLE = [
    ("well", line((entry(39, gad7=4, phq9=2, item9=0, kratom=False),))),
    ("late", line((entry(0, gad7=4, phq9=2, item9=0, kratom=False),))),
    ("later", line((entry(-200, gad7=4, phq9=2, item9=0, kratom=False),))),
    ("worse", line(series((5, 12), every=38))),
    ("worst", line(series((5, 20), every=38))),
    ("item9", line((entry(39, gad7=3, phq9=2, item9=1),))),
]


def test_item_9_first_then_worsening_then_overdue() -> None:
    mixed = list(PEOPLE)
    for seed in range(5):
        mixed = mixed[seed:] + mixed[:seed]
        listed = attention(mixed, K, TODAY)
        assert [a.person for a in listed] == ["item9", "worst", "worse", "later", "late"]
    assert [a.concerns[0] for a in listed] == [
        Concern.ITEM_9,
        Concern.WORSENING,
        Concern.WORSENING,
        Concern.OVERDUE,
        Concern.OVERDUE,
    ]


def test_the_two_lists_hold_their_own() -> None:
    assert [a.person for a in overdue(PEOPLE, K, TODAY)] == ["later", "late"]
    assert [a.person for a in deteriorating(PEOPLE, K, TODAY)] == ["item9", "worst", "worse"]
    assert attention([], K, TODAY) == ()


def test_worsening_after_less_kratom_stays_listed_and_says_so() -> None:
    entries = (entry(0, gad7=6, kratom=True), entry(38, gad7=16, kratom=False))
    stopped = line(entries, event(34, "kratom", EventKind.STOPPED))
    (found,) = deteriorating([("a", stopped)], K, TODAY)
    assert "withdrawal possible" in found.lines[0]
