"""The table of law proves itself: nothing lost, nothing loose, and a broken record is refused."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import msgspec
import pytest

from speciosa.errors import KnowledgeError
from speciosa.knowledge import load
from speciosa.knowledge.fact import Basis
from speciosa.knowledge.law import Law
from speciosa.knowledge.law.partial_date import partial_date
from speciosa.knowledge.law.record import Jurisdiction, Period

KNOWLEDGE = load()
LAW = KNOWLEDGE.law
PERIOD = {
    "substance": "leaf",
    "status": "regulated",
    "effective_from": "2020",
    "effective_to": "2021-06",
    "as_of": "2021-01-01",
    "confidence": "low",
    "verified": True,
    "sources": ["law-uum-ketum"],
}


def test_nothing_of_the_first_compilation_is_lost():
    assert len(LAW.codes) == 161
    added = 3  # Vermont, where sources conflict on the start
    assert sum(len(j.periods) for j in LAW.all()) == 519 + added
    verified = Counter(p.verified for j in LAW.all() for p in j.periods)
    assert verified == {True: 490 + added, False: 29}


def test_the_table_finds_nothing_wrong_with_itself():
    assert list(LAW.problems()) == []


def test_facts_are_unique_cited_and_found_one_by_one():
    facts = list(LAW.facts())
    assert len({f.id for f in facts}) == len(facts)
    for fact in facts:
        assert fact.sources or fact.basis is Basis.ABSENCE
        assert set(fact.sources) <= set(KNOWLEDGE.sources)
        assert bool(fact.read_on) == fact.verified
    for fact in facts[::25]:
        assert LAW.fact(fact.id) == fact


def test_a_fact_is_read_from_one_file():
    law = Law()
    assert law.fact("law/US-CA/oceanside/leaf/start-unknown").value == "prohibited"
    assert {code for code, record in law._read.items() if record} == {"US-CA/oceanside"}


@pytest.mark.parametrize("fact_id", ["law/US-TN/leaf/1999", "law/XX/leaf/2020", "law", "law/"])
def test_a_fact_that_is_not_there_is_an_error(fact_id: str):
    with pytest.raises(KnowledgeError):
        LAW.fact(fact_id)


def _law_with(periods: list[dict[str, object]], **changes: object) -> Law:
    law = Law()
    record = msgspec.convert(
        {
            "code": "MY",
            "name": "Malaysia",
            "level": "country",
            "parent": None,
            "read_on": "2026-11-22",
            "periods": periods,
            **changes,
        },
        Jurisdiction,
    )
    law._read = dict.fromkeys(law.codes)
    law._read["MY"] = record
    return law


@pytest.mark.parametrize(
    ("periods", "changes", "complaint"),
    [
        ([PERIOD, PERIOD | {"effective_from": "2021"}], {}, "overlaps"),
        ([PERIOD, PERIOD | {"effective_from": None, "effective_to": None}], {}, "overlaps"),
        ([PERIOD | {"effective_to": "2019"}], {}, "ends before it starts"),
        ([PERIOD | {"sources": [], "verified": False}], {}, "no source"),
        ([PERIOD | {"sources": [], "basis": "absence"}], {}, "verified without a source"),
        ([PERIOD], {"parent": "ZZ"}, "not on file"),
    ],
)
def test_each_fault_is_found(periods, changes, complaint: str):
    assert any(complaint in problem for problem in _law_with(periods, **changes).problems())


def test_adjacent_periods_are_no_fault():
    periods = [PERIOD, PERIOD | {"effective_from": "2021-07", "effective_to": None}]
    assert list(_law_with(periods).problems()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"status": "legal"},
        {"status": "not_known"},
        {"substance": "kratom"},
        {"effective_from": "2020-13"},
        {"effective_from": "20200101"},
        {"as_of": "2021-02-30"},
        {"colour": "red"},
    ],
)
def test_a_malformed_period_is_refused(change: dict[str, object]):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(PERIOD | change, Period)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-02", "2023-02-01", "2023-02-28"),
        ("2026-07-01", "2026-07-01", "2026-07-01"),
    ],
)
def test_a_partial_date_is_the_days_it_can_mean(text: str, first: str, last: str):
    read = partial_date(text)
    assert (read.first.isoformat(), read.last.isoformat()) == (first, last)
    assert read.exact == (first == last)


def test_staleness_is_counted_by_tier():
    now = LAW.staleness(dt.date(2026, 11, 22), KNOWLEDGE.sources)
    later = LAW.staleness(dt.date(2029, 11, 22), KNOWLEDGE.sources)
    assert set(now) == {"primary", "mirror", "secondary"}
    open_and_sourced = sum(
        p.effective_to is None and bool(p.sources) for j in LAW.all() for p in j.periods
    )
    assert 0 < sum(now.values()) < sum(later.values()) == open_and_sourced


def test_corrections_against_the_first_compilation_are_recorded():
    corrected = [p for j in LAW.all() for p in j.periods if p.correction]
    assert len(corrected) == 45
    fact = LAW.fact("law/AU/7-oh/2005")
    assert fact.value == "controlled"
    assert "unclear in the first compilation" in fact.note
