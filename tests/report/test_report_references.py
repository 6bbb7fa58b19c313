"""Every source has one number, in the order in which a reader meets it."""

from __future__ import annotations

from tests.report import made_up
from tests.report.made_up_parts import CITATIONS

from speciosa.report.references import Bibliography, Mark, runs

replace = made_up.replace


def test_numbers_run_from_one_in_order_of_reading() -> None:
    entries = Bibliography(made_up.full()).entries
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    # The urgent part cites GAD-7's bands first.
    assert entries[0].title.startswith("Spitzer")


def test_numbers_do_not_depend_on_the_order_of_the_citations() -> None:
    assessment = made_up.full()
    turned = replace(assessment, references=assessment.references[::-1])
    titles = [entry.title for entry in Bibliography(assessment).entries]
    assert [entry.title for entry in Bibliography(turned).entries] == titles


def test_a_source_cited_for_many_facts_has_one_number_and_lists_them() -> None:
    entries = Bibliography(made_up.full()).entries
    (tanna,) = [entry for entry in entries if entry.title.startswith("Tanna")]
    assert {fact.id for fact in tanna.facts} == {"ddi/midazolam", "ddi/dextromethorphan"}


def test_a_fact_with_two_sources_is_listed_once_and_the_other_source_points_to_it() -> None:
    bibliography = Bibliography(made_up.full())
    first, second = bibliography.marks(["kratom/content/leaf"])
    listing = bibliography.entries[first.number - 1]
    assert [fact.id for fact in listing.facts] == ["kratom/content/leaf"]
    assert bibliography.entries[second.number - 1].also == (first.number,)
    everywhere = [fact.id for entry in bibliography.entries for fact in entry.facts]
    assert len(everywhere) == len(set(everywhere))


def test_the_dagger_marks_the_unverified_fact_and_not_its_verified_neighbour() -> None:
    bibliography = Bibliography(made_up.full())
    (verified,) = bibliography.marks(["ddi/midazolam"])
    (doubtful,) = bibliography.marks(["ddi/dextromethorphan"])
    assert verified == Mark(doubtful.number, unverified=False)
    assert doubtful.unverified
    assert bibliography.marks(["ddi/midazolam", "ddi/dextromethorphan"]) == (doubtful,)


def test_a_fact_without_a_source_says_so_in_an_entry_of_its_own() -> None:
    bibliography = Bibliography(made_up.full())
    (mark,) = bibliography.marks(["kratom/half_life"])
    entry = bibliography.entries[mark.number - 1]
    assert mark.unverified
    assert "no source" in entry.title
    assert not entry.links


def test_a_fact_that_came_without_its_citation_is_never_passed_over() -> None:
    assessment = replace(
        made_up.full(), references=tuple(c for c in CITATIONS if c.id != "ddi/midazolam")
    )
    bibliography = Bibliography(assessment)
    (mark,) = bibliography.marks(["ddi/midazolam"])
    assert mark.unverified
    assert "not delivered" in bibliography.entries[mark.number - 1].title


def test_a_page_of_law_that_a_fact_cites_too_is_one_source() -> None:
    assessment = made_up.full()
    bibliography = Bibliography(assessment)
    urls = [link.url for entry in bibliography.entries for link in entry.links]
    assert len(urls) == len(set(urls))
    federal, state = assessment.regulation.layers[:2]
    assert [len(bibliography.law_marks(layer)) for layer in (federal, state)] == [1, 1]


def test_only_addresses_of_the_web_become_links() -> None:
    source = replace(CITATIONS[0].sources[0], url="javascript:alert(1)")
    citation = replace(CITATIONS[0], sources=(source,))
    bibliography = Bibliography(replace(made_up.full(), references=(citation,)))
    links = [link for entry in bibliography.entries for link in entry.links]
    assert all(link.url == "" or link.url.startswith("https://") for link in links)


def test_neighbouring_numbers_are_drawn_together_but_never_across_a_dagger() -> None:
    marks = [Mark(n, unverified=n in (3, 9)) for n in (1, 2, 3, 4, 5, 6, 8, 9)]
    drawn = [(run.first.number, run.last.number) for run in runs(marks)]
    assert drawn == [(1, 1), (2, 2), (3, 3), (4, 6), (8, 8), (9, 9)]
