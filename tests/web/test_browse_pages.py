"""Pages of the knowledge base: found, cited, and never surer than the data."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest

from speciosa.knowledge import load
from speciosa.knowledge.index import index_of
from speciosa.knowledge.law.record import Level, Status
from speciosa.regulation import law_at
from speciosa.web.pages.browse import law, medicines, tiles


def words(answer):
    """What a reader sees of a page, in one line."""
    main = answer.text[answer.text.index("<main") :]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", main)))


PAGES = [
    "/law",
    "/law?place=US-TN",
    "/law?place=Tennessee&on=2026-07-01&substance=7-oh&sort=status",
    "/law?place=US-CA/san-diego-city&sort=as_of",
    "/law?place=FR&on=1999-01-01&sort=confidence",
    "/medicines",
    "/medicines?q=sert&page=1",
    "/medicines/midazolam",
    "/evidence",
    "/evidence/kratom",
    "/evidence/cbt-vs-waiting-list",
    "/sources",
    "/sources?q=label",
    "/sources/ddi-dikb?page=2",
    "/facts",
    "/facts?q=midazolam&table=medicine",
    "/facts/law/US-TN/leaf/2026-07-01",
]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", ["reader", "clinician", "admin"])
def test_whoever_is_signed_in_may_look(client_as, path, role):
    assert client_as(role).get(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_nobody_else_may(client_as, path):
    answer = client_as().get(path, follow_redirects=False)
    assert answer.status_code in {303, 401}


@pytest.mark.parametrize("path", ["/medicines/none", "/evidence/none", "/sources/x", "/facts/x/y"])
def test_what_is_not_there_is_said_on_a_page(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "No such" in words(answer)


def test_a_past_date_without_history_is_not_known(client):
    shown = words(client.get("/law?place=US-TN&on=1950-01-01"))
    assert "legal status not known" in shown
    knowledge = load()
    rows = law.everywhere(knowledge, dt.date(1950, 1, 1), "leaf")
    known = [row for row in rows if row.status not in {Status.NOT_KNOWN, Status.UNCLEAR}]
    for row in known:  # a rule that ended, of which only the start is not known
        record = knowledge.law.get(row.code)
        assert any(p.start is None and p.end and p.status.is_restriction for p in record.periods)
    assert not any(row.status is Status.NO_SPECIFIC_LAW for row in rows)


def test_no_place_is_surer_than_its_layer(client):
    date = dt.date(2026, 11, 22)
    for row in law.everywhere(load(), date, "leaf"):
        layers = law_at(load(), row.code, date, substances=("leaf",)).layers
        own = [layer for layer in layers if layer.place == row.code]
        assert [(layer.status, layer.confidence) for layer in own] == [
            (row.status.value, row.confidence)
        ]
        if row.status is Status.NOT_KNOWN:
            assert row.confidence == "unknown"


def test_every_state_has_a_tile_with_its_words(client):
    answer = client.get("/law?on=2026-11-22&substance=leaf")
    for row in law.everywhere(load(), dt.date(2026, 11, 22), "leaf"):
        if row.code in tiles.PLACES:
            tile = re.search(
                rf'<a class="tile[^>]*place={row.code}&.*?</a>', answer.text, re.DOTALL
            )
            assert tile is not None, row.code
            assert law.SHORT[row.status] in tile[0]
            assert row.name in html.unescape(tile[0])
    assert len(set(tiles.PLACES.values())) == len(tiles.PLACES) == 51


def test_none_seen_is_never_shown_without_its_caution(client):
    caution = load().law.words.no_specific_law_caution
    assert caution in words(client.get("/law"))


@pytest.mark.parametrize("sort", ["place", "status", "confidence", "as_of", "nonsense"])
def test_the_table_is_sorted_by_links(client, sort):
    answer = client.get(f"/law?on=2026-11-22&sort={sort}")
    rows = law.ordered(law.everywhere(load(), dt.date(2026, 11, 22), "leaf"), sort)
    table = answer.text[answer.text.index("sortable by the links") :]
    shown = re.findall(r'data-label="Place"><a href="/law\?place=([^&"]+)', table)
    assert shown == [row.code.replace("/", "%2F") for row in rows]
    ranks = [row.status.rank for row in rows]
    assert sort != "status" or ranks == sorted(ranks)
    assert len(rows) == sum(one.level in (Level.COUNTRY, Level.STATE) for one in load().law.all())


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("place=Tenessee", "Did you mean"),
        ("place=x%00y", "Not a place"),
        ("on=2026-13-45", "write it as 2026-11-22"),
        ("place=US-TN&on=0001-01-01", "from 1900"),
    ],
)
def test_a_wrong_question_comes_back_with_what_was_typed(client, query, told):
    answer = client.get(f"/law?{query}")
    assert answer.status_code == 422
    assert told in words(answer)
    assert 'aria-invalid="true"' in answer.text


def test_a_place_can_be_given_by_its_name(client):
    assert "Tennessee, US" in words(client.get("/law?place=tennessee&on=2026-11-22"))


def test_a_medicine_shows_kratom_beside_it_with_interval_and_certainty(client):
    shown = words(client.get("/medicines/midazolam"))
    assert "Seen in people: exposure 1.39 times the usual (1.23 to 1.57; 90% CI)" in shown
    assert "Certainty: moderate" in shown
    found = medicines.beside_kratom(load(), "sertraline").found
    assert found is not None


def test_where_no_ratio_can_be_asked_it_says_why(client):
    shown = words(client.get("/medicines/7-hydroxymitragynine"))
    assert "Beside kratom" in shown
    assert re.search(r"No ratio can be (asked|computed)|times the usual", shown)


def test_every_figure_of_a_medicine_opens_as_a_fact(client):
    answer = client.get("/medicines/sertraline")
    facts = index_of(load()).find_facts(table="medicine/sertraline")
    for fact in facts:
        assert f'href="/facts/{fact.id}"' in answer.text
    for fact in facts[::6]:
        assert client.get(f"/facts/{fact.id}").status_code == 200


def test_an_unverified_fact_is_shown_as_such(client):
    fact = next(one for one in index_of(load()).facts if not one.verified)
    shown = words(client.get(f"/facts/{fact.id}"))
    assert "Not verified" in shown
    assert "(not verified)" in shown[shown.index("How to cite it") :]
    verified = next(one for one in index_of(load()).facts if one.verified)
    shown = words(client.get(f"/facts/{verified.id}"))
    assert "Not verified" not in shown


def test_a_citation_holds_release_statement_and_permanent_link(client):
    shown = words(client.get("/facts/law/US-TN/leaf/2026-07-01"))
    cite = shown[shown.index("How to cite it") :]
    assert load().release.number in cite
    assert load().cite("law/US-TN/leaf/2026-07-01").statement in cite
    assert "/facts/law/US-TN/leaf/2026-07-01" in cite


def test_kratom_never_stands_among_the_options(client):
    shown = words(client.get("/evidence"))
    _, _, rest = shown.partition("Kratom stands apart")
    assert "Randomised trials in anxiety found: 0" in rest
    groups = rest[rest.index("Psychological") : rest.index("Published syntheses")]
    assert "kratom" not in groups.casefold()


def test_every_answered_question_opens_with_its_studies(client):
    for effect in load().evidence.pooled[::8]:
        answer = client.get(f"/evidence/{effect.id}")
        shown = words(answer)
        assert effect.certainty.value in shown
        assert all(study.label in shown for study in effect.studies)
        assert "<svg" in answer.text


def test_a_question_without_an_answer_says_that_it_has_none(client):
    answered = {effect.id for effect in load().evidence.pooled}
    asked = next(q for q in load().evidence.questions.questions if q.id not in answered)
    assert "No study of the base answers this" in words(client.get(f"/evidence/{asked.id}"))


def test_lists_are_paged_to_their_end(client):
    seen, path = [], "/sources"
    while path:
        text = client.get(path).text
        seen += re.findall(r'data-label="Source"><a href="/sources/([^"]+)"', text)
        found = re.search(r'rel="next" href="([^"]+)"', text)
        path = html.unescape(found[1]) if found else ""
    assert seen == [source.id for source in index_of(load()).sources]


def test_a_page_behind_the_end_is_the_last_one(client):
    assert re.search(r"\d+ to (\d+) of \1 sources", words(client.get("/sources?page=9999")))


@pytest.mark.parametrize("path", ["/medicines", "/sources", "/facts"])
def test_what_is_typed_is_escaped(client, path):
    answer = client.get(path, params={"q": '"><script>alert(1)</script>'})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
