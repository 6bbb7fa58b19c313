"""What must hold at every place on every date."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa.finding import Tone
from speciosa.knowledge import load
from speciosa.knowledge.law.record import Status
from speciosa.regulation import LawResult, law_at

KNOWLEDGE = load()
PLACES = tuple(sorted(KNOWLEDGE.law.codes))
VOCABULARY = {s.value for s in Status}
RESTRICTIONS = [s.value for s in Status if s.is_restriction]
CAUTION = "does not mean lawful to sell as food, supplement or medicine"
REASSURING_WORDS = ("is legal", "are legal", "is lawful", "allowed", "freely", "safe to")
DATES = st.dates(dt.date(2010, 1, 1), dt.date(2030, 12, 31))


def check(result: LawResult) -> None:
    levels = ["international", "bloc", "country", "state", "locality"]
    order = [levels.index(la.level) for la in result.layers]
    assert order == sorted(order)
    for row in result.layers:
        assert row.status in VOCABULARY
        assert set(row.readings) <= VOCABULARY
        assert row.confidence in {"high", "medium", "low", "unknown"}
        assert bool(row.readings) <= (row.status == "unclear")
        if row.status == "not_known":
            assert row.confidence == "unknown"
            assert row.note
            assert (row.effective_from, row.effective_to, row.min_age) == (None, None, None)
            assert row.limits == row.possession == row.pending == ""
        else:
            assert row.fact
    for substance, lead in result.leading.items():
        rows = [la for la in result.layers if la.substance == substance]
        seen = {la.status for la in rows}
        near = {la.status for la in rows if la.level not in ("international", "bloc")} or seen
        restrictions = [s for s in RESTRICTIONS if s in seen]
        assert lead in seen
        if restrictions:
            assert lead == restrictions[0]
        if lead == "no_specific_law":
            assert near == {"no_specific_law"}
        words = result.leading_words[substance]
        if "no_specific_law" in seen:
            assert CAUTION in words
        for gap, phrase in (("unclear", "status unclear"), ("not_known", "status not known")):
            assert (gap in seen) == (phrase in words.split("Possible readings")[0].lower())
    if "no_specific_law" in result.leading.values():
        assert CAUTION in result.headline
    assert "not legal advice" in result.disclaimer
    found = (*result.upcoming, *result.findings)
    assert len({f.id for f in found}) == len(found)
    for finding in found:
        assert finding.tone is not Tone.REASSURING
        assert "{" not in finding.text + finding.action
    spoken = " ".join((result.headline, *result.leading_words.values(), *(f.text for f in found)))
    assert not any(word in spoken.lower() for word in REASSURING_WORDS)


@pytest.mark.parametrize("place", PLACES)
def test_every_place_on_every_edge_of_its_own_dates(place: str):
    """The days on and around each date on file, and the ends of the range."""
    days = {dt.date(2010, 1, 1), dt.date(2026, 11, 22), dt.date(2030, 12, 31)}
    record = KNOWLEDGE.law.get(place)
    assert record is not None
    for period in record.periods:
        for partial in (period.start, period.end, period.spoken):
            for day in (partial.first, partial.last) if partial else ():
                days |= {day - dt.timedelta(days=1), day, day + dt.timedelta(days=1)}
    for day in days:
        check(law_at(KNOWLEDGE, place, day))


@settings(max_examples=150, deadline=None)
@given(place=st.sampled_from(PLACES), date=DATES, age=st.none() | st.floats(0, 120))
def test_any_place_on_any_date_at_any_age(place: str, date: dt.date, age: float | None):
    result = law_at(KNOWLEDGE, place, date, age_years=age)
    check(result)
    assert result == law_at(KNOWLEDGE, place, date, age_years=age)


@settings(max_examples=80, deadline=None)
@given(place=st.sampled_from([p for p in PLACES if "/" in p]), date=DATES)
def test_a_layer_below_never_loosens_the_answer(place: str, date: dt.date):
    above = law_at(KNOWLEDGE, place.partition("/")[0], date).leading
    below = law_at(KNOWLEDGE, place, date).leading
    for substance, lead in above.items():
        if lead in RESTRICTIONS:
            assert RESTRICTIONS.index(below[substance]) <= RESTRICTIONS.index(lead)
        elif lead in ("unclear", "not_known"):
            assert below[substance] != "no_specific_law"


@settings(max_examples=80, deadline=None)
@given(place=st.sampled_from(PLACES), date=DATES, age=st.floats(0, 120))
def test_taking_the_age_away_removes_no_warning_about_age(place: str, date: dt.date, age: float):
    known = law_at(KNOWLEDGE, place, date, age_years=age)
    unknown = law_at(KNOWLEDGE, place, date)
    warned = {f.id.split(".", 2)[2] for f in known.findings if f.id.startswith("law.under-age")}
    asked = {f.id.split(".", 2)[2] for f in unknown.findings if f.id.startswith("law.age-unknown")}
    assert warned <= asked
    offences = {f.id for f in known.findings if "disclosure" in f.id}
    assert offences <= {f.id for f in unknown.findings}


@pytest.mark.parametrize("place", ["US-TN", "US-FL", "US-CA/san-diego", "DE", "HK", "US-KY"])
def test_every_fact_that_an_answer_rests_on_can_be_cited(place: str):
    result = law_at(KNOWLEDGE, place, dt.date(2026, 11, 22))
    cited = {la.fact for la in result.layers if la.fact}
    cited |= {fact for la in result.layers for fact in la.facts}
    cited |= {fact for f in (*result.upcoming, *result.findings) for fact in f.facts}
    assert cited
    for fact in cited:
        citation = KNOWLEDGE.cite(fact)
        assert citation.statement
        assert citation.sources or not citation.verified


def test_the_json_keys_of_the_contract_are_there():
    encoded = msgspec.to_builtins(law_at(KNOWLEDGE, "US-TN", dt.date(2026, 7, 1)))
    assert {"place", "date", "layers", "leading"} <= set(encoded)
    assert {
        "level", "place", "substance", "status", "min_age", "limits", "effective_from",
        "effective_to", "as_of", "confidence", "source",
    } <= set(encoded["layers"][0])  # fmt: skip
    assert encoded["leading"]["leaf"] == "prohibited"
    assert encoded["date"] == "2026-07-01"


def test_a_question_about_law_loads_nothing_heavy_and_few_files():
    script = """
import datetime, sys
from speciosa.knowledge import load
from speciosa.regulation import law_at
knowledge = load()
law_at(knowledge, "US-CA/san-diego-city", datetime.date(2026, 11, 22))
heavy = {"numpy", "pydantic", "rich", "typer", "scipy", "pycountry"} & set(sys.modules)
assert not heavy, heavy
opened = {code for code, record in knowledge.law._read.items() if record}
assert opened == {"UN", "EU", "US", "US-CA", "US-CA/san-diego-city"}, opened
"""
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
