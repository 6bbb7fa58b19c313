"""The check finds what is wrong with a base, and the shipped base has nothing wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from speciosa.errors import KnowledgeError
from speciosa.knowledge import Basis, Fact, Knowledge, Release, Source, files, load
from speciosa.knowledge.check import CheckReport, check
from speciosa.knowledge.table import Table

GOOD = Fact(
    id="toy/half_life",
    subject="toy",
    quantity="half-life",
    value=3.0,
    unit="h",
    low=2.0,
    high=4.0,
    interval="95 % CI",
    sources=("toy-1",),
    verified=True,
    read_on="2026-11-22",
)
SOURCE = Source(id="toy-1", cite="A paper", doi="10.1000/1", read_on="2026-11-22")


class Toy(Table):
    """A table of facts that says what it is told to say about itself."""

    name = "toy"

    def __init__(self, facts: tuple[Fact, ...], problems: tuple[str, ...] = ()) -> None:
        self._facts = facts
        self._problems = problems

    def facts(self) -> Iterator[Fact]:
        yield from self._facts

    def problems(self) -> Iterator[str]:
        yield from self._problems


class Broken(Toy):
    """A table whose file cannot be decoded."""

    def facts(self) -> Iterator[Fact]:
        raise KnowledgeError("data file toy/toy.json: Expected `float`, got `str`")


class ToyKnowledge(Knowledge):
    """A base of one table."""

    def __init__(self, table: Table, *sources: Source) -> None:
        self._table = table
        self._sources = {s.id: s for s in sources}

    @property
    def tables(self) -> tuple[Table, ...]:
        return (self._table,)

    @property
    def sources(self) -> Mapping[str, Source]:  # type: ignore[override]
        return self._sources


@pytest.fixture(autouse=True)
def _no_shipped_files(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A made-up base is judged by itself, not by the state of the shipped files."""
    if "shipped" not in request.node.name:
        monkeypatch.setattr(files, "paths", lambda: iter(()))


def checked(*facts: Fact, sources: tuple[Source, ...] = (SOURCE,)) -> CheckReport:
    return check(ToyKnowledge(Toy(facts), *sources))


def but(**changes: Any) -> Fact:
    return msgspec.structs.replace(GOOD, **changes)


def test_a_sound_base_has_no_errors() -> None:
    report = checked(GOOD)
    assert report.errors == ()
    assert report.notices == ()
    assert (report.tables[0].facts, report.tables[0].verified) == (1, 1)


@pytest.mark.parametrize(
    ("fact", "error"),
    [
        (but(id="half_life"), "id is not of the form toy/name"),
        (but(id="other/half_life"), "id is not of the form toy/name"),
        (but(id="toy/half life"), "id is not of the form toy/name"),
        (but(subject=""), "needs a subject"),
        (but(unit=""), "number without a unit"),
        (but(value=None, unit=""), "number without a unit"),
        (but(value=5.0), "5 lies outside its interval"),
        (but(value=None, low=4.0, high=2.0), "upside down"),
        (but(low=None, high=2.0), "lies outside"),
        (but(interval=""), "does not say what it is"),
        (but(value=float("nan")), "not finite"),
        (but(n=-1), "n is negative"),
        (but(sources=()), "names none"),
        (but(sources=(), basis=Basis.DERIVED), "verified, but no source"),
        (but(basis=Basis.RECALLED), "cannot be verified"),
        (but(read_on=""), "no date of reading"),
        (but(read_on="22 November"), "no date of reading"),
        (but(basis=Basis.ABSENCE), "an absence cannot have a number other than zero"),
        (but(sources=("toy-1", "nowhere")), "no source has the id nowhere"),
    ],
)
def test_a_wrong_fact_is_an_error_that_names_it(fact: Fact, error: str) -> None:
    errors = checked(fact).errors
    assert any(error in e for e in errors), errors
    assert all(fact.id in e for e in errors)


@pytest.mark.parametrize(
    "fact",
    [
        but(unit="", quantity="fraction unbound"),
        but(unit="", quantity="AUC ratio with kratom"),
        but(value="about three hours", low=None, high=None, interval="", unit=""),
        but(value=None),
        but(basis=Basis.RECALLED, verified=False, read_on=""),
        but(basis=Basis.DERIVED, verified=False, sources=(), read_on=""),
        but(value=None, low=None, high=None, interval="", basis=Basis.ABSENCE),
        but(high=None),
    ],
)
def test_what_is_allowed_is_no_error(fact: Fact) -> None:
    assert checked(fact).errors == ()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"cite": " "}, "nothing to cite"),
        ({"doi": ""}, "neither address, DOI nor PMID"),
        ({"doi": "doi.org/10.1000/1"}, "the DOI is not one"),
        ({"url": "www.example.org"}, "the address is not one"),
        ({"pmid": "PMC123"}, "the PMID is not one"),
        ({"read_on": "2026"}, "the date of reading is not a date"),
    ],
)
def test_an_incomplete_source_is_an_error(changes: dict[str, Any], error: str) -> None:
    (found,) = checked(GOOD, sources=(msgspec.structs.replace(SOURCE, **changes),)).errors
    assert error in found
    assert "toy-1" in found


def test_an_id_used_twice_is_an_error() -> None:
    assert any("used 2 times" in e for e in checked(GOOD, GOOD).errors)


def test_a_file_that_cannot_be_decoded_is_an_error_and_not_a_crash() -> None:
    report = check(ToyKnowledge(Broken(()), SOURCE))
    assert any("toy.json" in e for e in report.errors)


def test_a_shipped_file_that_is_broken_is_found_whoever_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "care").mkdir()
    (tmp_path / "medicines").mkdir()
    (tmp_path / "care" / "new.yaml").write_text("a: [1", encoding="utf-8")
    (tmp_path / "check.json").write_text('{"dimensionless": [], "stale_after_months": {}}')
    monkeypatch.setattr(files, "_ROOT", tmp_path)
    (error,) = (e for e in check(_Released(Toy(()))).errors if "care/new.yaml" in e)
    assert error.startswith("data file care/new.yaml")


class _Released(ToyKnowledge):
    release = Release(number="1", date="2026-11-22", summary="", intended_use="")  # type: ignore[assignment]


def test_a_table_can_judge_itself() -> None:
    report = check(ToyKnowledge(Toy((GOOD,), ("periods overlap in US-XX",)), SOURCE))
    assert report.errors == ("toy: periods overlap in US-XX",)


def test_what_is_only_worth_knowing_is_a_notice() -> None:
    orphan = Source(id="law-x", cite="An act", url="https://example.org", read_on="2020-01-01")
    recalled = but(id="toy/b", basis=Basis.RECALLED, verified=False)
    report = checked(GOOD, recalled, sources=(SOURCE, orphan))
    assert report.errors == ()
    assert {n.text: n.examples for n in report.notices} == {
        "sources that no fact rests on": ("law-x",),
        "facts recalled from memory": ("toy/b",),
        "sources read too long before the release": ("law-x",),
    }


def test_law_goes_stale_sooner_than_a_paper() -> None:
    read = "2026-01-01"
    law = Source(id="law-x", cite="An act", url="https://example.org", read_on=read)
    paper = msgspec.structs.replace(SOURCE, read_on=read)
    report = checked(GOOD, sources=(paper, law))
    stale = {n.examples for n in report.notices if "too long" in n.text}
    assert stale == {("law-x",)}


def test_the_text_says_every_error_and_the_count() -> None:
    text = checked(but(unit="", interval="")).text()
    assert len(re.findall(r"^error: ", text, flags=re.MULTILINE)) == 2
    assert text.endswith("2 errors")
    assert checked(GOOD).text().endswith("no errors")


# ------------------------------------------------------------------ the shipped base


def test_the_shipped_base_is_sound() -> None:
    report = check(load())
    assert report.errors == ()
    assert all(count.facts for count in report.tables)
    assert report.codes_confirmed > 0


def test_every_fact_of_the_shipped_base_can_be_cited() -> None:
    base = load()
    for fact in base.facts():
        citation = base.cite(fact.id)
        assert citation.statement
        assert len(citation.sources) == len(fact.sources)
        assert citation.verified <= bool(citation.sources)


def test_law_that_speaks_for_long_ago_is_a_notice_although_it_was_read_lately():
    notices = check(load()).notices
    old = [n for n in notices if "source speaks for over a year" in n.text]
    assert {"secondary"} <= {word for n in old for word in n.text.split()}
    assert all(n.count > 0 for n in old)
