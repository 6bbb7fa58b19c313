"""Every page that can be reached by links answers, whoever follows them."""

from __future__ import annotations

import html
import re
from collections import Counter
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest

from speciosa.knowledge import load
from speciosa.web.api import examples

# So many pages of one kind are opened; the knowledge base alone has more than ten thousand.
OF_ONE_KIND = 5
MANY = re.compile(r"^/(facts|sources|medicines|evidence|law)\b")
_HREF = re.compile(r"""<(?:a|link|form)\b[^>]*?\b(?:href|action)="([^"]+)"[^>]*>""")
_POST = re.compile(r"""method=["']?post""", re.IGNORECASE)


def links(text, base):
    """Addresses of this service that a page leads to, without those that change something."""
    for found in _HREF.finditer(text):
        if _POST.search(found[0]):
            continue
        where = urldefrag(urljoin(base, html.unescape(found[1])))[0]
        parts = urlsplit(where)
        if parts.scheme in {"http", "https"} and parts.netloc == urlsplit(base).netloc:
            yield where.removeprefix(f"{parts.scheme}://{parts.netloc}")


def kind_of(path):
    """Pages of one kind differ by ids and by what is asked."""
    plain = urlsplit(path).path
    plain = re.sub(r"[0-9a-f]{32}", "*", plain)
    return re.sub(r"^/(facts|sources|medicines|evidence)/.+", r"/\1/*", plain)


def crawl(client, *starts):
    """Every page that links lead to, with its status; pages of the same kind up to a number."""
    base = str(client.base_url)
    waiting, seen, opened = list(starts), dict[str, int](), Counter[str]()
    while waiting:
        path = waiting.pop(0)
        if path in seen or opened[kind_of(path)] >= OF_ONE_KIND:
            continue
        opened[kind_of(path)] += 1
        answer = client.get(path, follow_redirects=True)
        seen[path] = answer.status_code
        if "text/html" in answer.headers.get("content-type", ""):
            waiting += links(answer.text, base + path)
    return seen


@pytest.fixture
def person(client):
    """Somebody with a record of every kind."""
    made = client.post("/api/v1/people", json={"label": "1042"}).json()["id"]
    for name, body in (
        ("cases", examples.CASES["two-scores-and-a-medicine"]),
        ("entries", examples.ENTRIES["scores"]),
        ("events", examples.EVENTS["started"]),
        ("visits", examples.VISITS["planned"]),
    ):
        kept = client.post(f"/api/v1/people/{made}/{name}", json=body).json()
        if name == "cases":
            client.post(f"/api/v1/people/{made}/assessments", json={"case": kept["record"]})
    return made


@pytest.mark.parametrize("role", ["clinician", "reader", "admin"])
def test_every_link_leads_somewhere(client_as, person, role):
    seen = crawl(client_as(role), "/", "/law", "/evidence")
    wrong = {path: status for path, status in seen.items() if status >= 400}
    assert wrong == {}
    kinds = {kind_of(path) for path in seen}
    assert {"/law", "/medicines/*", "/sources/*", "/facts/*", "/evidence/*", "/facts"} <= kinds
    if role != "admin":
        assert "/people/*" in kinds


def test_nobody_finds_a_way_in_by_links(client_as):
    seen = crawl(client_as(), "/sign-in")
    assert {status for path, status in seen.items() if status >= 500} == set()
    assert not any(MANY.match(path) for path, status in seen.items() if status == 200)


def test_what_a_page_of_the_base_names_is_in_the_base(client):
    knowledge = load()
    for path in ("/medicines/quetiapine", "/evidence/kratom", "/evidence", "/law?place=US-TN"):
        text = client.get(path).text
        for fact in re.findall(r'href="/facts/([^"?]+)"', text):
            assert knowledge.cite(html.unescape(fact)).id
        for source in re.findall(r'href="/sources/([^"?]+)"', text):
            assert html.unescape(source) in knowledge.sources
