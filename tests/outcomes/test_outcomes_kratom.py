"""Kratom of more or unknown amount, under any name, never reads as improvement."""

from __future__ import annotations

import pytest
from tests.outcomes.timelines import day, entry, event, line

from speciosa.case.vocabulary import KratomForm
from speciosa.clinical.outcomes import Entry, assess
from speciosa.clinical.outcomes.names import names_kratom
from speciosa.clinical.outcomes.result import OutcomesResult, Verdict
from speciosa.clinical.outcomes.timeline import EventKind, Kratom
from speciosa.knowledge import load

K = load()


def used(number: int, gad7: float, **told: object) -> Entry:
    given = entry(number, gad7=gad7)
    return Entry(date=given.date, scores=given.scores, kratom=Kratom(used=True, **told))


def read(entries: tuple[Entry, ...], *events: object, today: int = 61) -> OutcomesResult:
    return assess(line(entries, *events), K, day(today))


def is_read_as_better(result: OutcomesResult) -> bool:
    (course,) = result.courses
    favourable = course.response, course.remission
    said = any(f.id.startswith("outcomes.improvement") for f in result.findings)
    return said or True in favourable or "caused it is not known" in result.headline


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"doses": 2, "leaf_g": 1}, {"doses": 2, "leaf_g": 20}),
        ({"doses": 2, "leaf_g": 1}, {"doses": 2, "leaf_g": 1.1}),
        ({"doses": 2, "leaf_g": 1}, {"doses": 2, "seven_oh_mg": 60}),
        ({"doses": 2, "leaf_g": 1}, {"doses": 2}),
        ({"doses": 2, "mitragynine_mg": 20}, {"doses": 3, "mitragynine_mg": 20}),
        ({}, {"doses": 9}),
        ({}, {}),
        (
            {"doses": 2, "form": KratomForm.LEAF_POWDER},
            {"doses": 2, "form": KratomForm.TEA},
        ),
    ],
)
def test_more_or_unknown_kratom_is_no_improvement(before: dict, after: dict) -> None:
    assert not is_read_as_better(read((used(0, 18, **before), used(60, 6, **after))))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"doses": 2, "leaf_g": 3}, {"doses": 2, "leaf_g": 3}),
        ({"doses": 2, "leaf_g": 3}, {"doses": 1, "leaf_g": 3}),
        ({"doses": 2}, {"doses": 2}),
    ],
)
def test_a_fall_at_the_same_or_less_kratom_can_be_read(before: dict, after: dict) -> None:
    assert is_read_as_better(read((used(0, 18, **before), used(60, 6, **after))))


def test_an_amount_beside_no_use_is_use() -> None:
    said = Entry(date=day(60), scores=entry(60, gad7=6).scores, kratom=Kratom(used=False, doses=5))
    assert not is_read_as_better(read((used(0, 18, doses=2), said)))


def test_a_slow_rise_of_use_is_seen_across_the_interval() -> None:
    creeping = tuple(used(10 * i, 18 - 2 * i, doses=round(2 * 1.2**i, 2)) for i in range(8))
    assert not is_read_as_better(read(creeping, today=71))


def test_use_that_nobody_recorded_again_is_unknown() -> None:
    silent = (used(0, 18, doses=2), entry(60, gad7=6))
    assert not is_read_as_better(read(silent))


@pytest.mark.parametrize("number", [-1, 30, 60])
def test_kratom_begun_shortly_before_or_on_the_last_day_counts(number: int) -> None:
    entries = (entry(0, gad7=18), entry(60, gad7=6))
    assert not is_read_as_better(read(entries, event(number, "kratom")))
    assert is_read_as_better(read(entries))


@pytest.mark.parametrize(
    "name",
    ["Feel Free tonic", "MIT45 shot", "O.P.M.S. gold", "maeng da powder", "7 hydroxy", "krathom",
     "thang", "7-OH tablets", "Kratompulver", "KRATOM", "red  vein borneo"],
)  # fmt: skip
def test_every_name_of_kratom_is_kratom(name: str) -> None:
    entries = (entry(0, gad7=18), entry(60, gad7=6))
    assert not is_read_as_better(read(entries, event(30, name)))


@pytest.mark.parametrize("name", ["sertraline", "17-OH progesterone", "calcium kratomos", "CBT"])
def test_what_is_not_kratom_stays_a_treatment(name: str) -> None:
    assert not names_kratom(name, K)


def test_a_life_event_that_names_kratom_counts_and_a_person_called_thom_does_not() -> None:
    entries = (entry(0, gad7=18), entry(60, gad7=6))
    back = event(30, "back on kratom", EventKind.LIFE)
    assert not is_read_as_better(read(entries, back))
    assert is_read_as_better(read(entries, event(30, "moved in with Thom", EventKind.LIFE)))


@pytest.mark.parametrize("what", ["MIT45 shots", "sertraline"])
def test_no_verdict_of_lower_beside_kratom_of_more_or_unknown_amount(what: str) -> None:
    amounts = ({"doses": 2, "leaf_g": 1}, {"doses": 2, "leaf_g": 20})
    if what != "sertraline":
        amounts = ({}, {})
    entries = (
        *(used(14 * i, 17 - i % 2, **amounts[0]) for i in range(8)),
        *(used(14 * i, 4 + i % 2, **amounts[1]) for i in range(8, 18)),
    )
    found = read(entries, event(98, what), today=250)
    assert {r.verdict for r in found.responses} == {Verdict.CANNOT_TELL}
    steady = tuple(used((e.date - day(0)).days, e.scores[0].total, doses=2) for e in entries)
    same = read(steady, event(98, "sertraline"), today=250)
    assert {r.verdict for r in same.responses} == {Verdict.LOWER}
