"""The page: danger first, self-contained, well formed, safe against its input."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from tests.report import made_up
from tests.report import made_up_parts as parts
from tests.report.made_up_parts import finding

from speciosa.assessment import Assessment
from speciosa.clinical.safety.result import UrgentStatus
from speciosa.finding import Severity, Tone
from speciosa.report import html

replace = made_up.replace

VOID = {"meta", "link", "br", "img", "input", "hr", "wbr"}
EVERY = [made_up.full, made_up.bare, made_up.hostile, lambda: made_up.marked()[0]]
EVERY += [lambda status=status: made_up.with_urgent(status) for status in UrgentStatus]


class Reader(HTMLParser):
    """Reads a page and objects to a tag that does not close where it should."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.headings: list[int] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute is given twice in <{tag}>"
        self.tags.append((tag, dict(attrs)))
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]

    @property
    def all_text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.text))


@pytest.mark.parametrize("make", EVERY)
def test_the_page_is_well_formed_with_ids_of_its_own(make: Callable[[], Assessment]) -> None:
    page = html.render(make())
    assert page.lstrip().startswith("<!doctype html>")
    reader = Reader(page)
    ids = Counter(attrs["id"] for _, attrs in reader.tags if "id" in attrs)
    assert [name for name, times in ids.items() if times > 1] == []
    targets = [
        href for _, attrs in reader.tags if (href := attrs.get("href") or "").startswith("#")
    ]
    assert {target[1:] for target in targets} <= set(ids)
    for _, attrs in reader.tags:
        for name in (attrs.get("aria-labelledby") or "").split():
            assert name in ids


@pytest.mark.parametrize("make", EVERY)
def test_headings_step_down_one_level_at_a_time(make: Callable[[], Assessment]) -> None:
    headings = Reader(html.render(make())).headings
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(headings))


@pytest.mark.parametrize("make", EVERY)
def test_nothing_is_loaded_from_elsewhere_and_nothing_runs(make: Callable[[], Assessment]) -> None:
    page = html.render(make())
    reader = Reader(page)
    tags = {tag for tag, _ in reader.tags}
    assert not tags & {"script", "iframe", "object", "embed", "img", "form", "base", "video"}
    assert [a["href"] for a in reader.named("link")] == ["data:,"]
    for _, attrs in reader.tags:
        assert not [name for name in attrs if name.startswith("on") or name in ("src", "srcset")]
        assert "style" not in attrs
    assert "url(" not in page.split("</style>")[0]
    assert "@import" not in page
    (policy,) = [
        a["content"] for a in reader.named("meta")
        if a.get("http-equiv") == "Content-Security-Policy"
    ]  # fmt: skip
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")


def test_links_lead_to_the_web_only_from_the_bibliography() -> None:
    page = html.render(made_up.full())
    before, after = page.split('<ol class="references">')
    assert 'href="http' not in before
    assert 'href="https://doi.org/10.1000/made-up.2023.1"' in after
    for attrs in Reader(page).named("a"):
        href = attrs["href"] or ""
        assert href.startswith(("#", "tel:", "https://", "http://"))
        if href.startswith("http"):
            assert "noreferrer" in (attrs["rel"] or "")


@pytest.mark.parametrize("status", UrgentStatus)
def test_danger_comes_first_and_cannot_be_folded_away(status: UrgentStatus) -> None:
    assessment = made_up.with_urgent(status)
    page = html.render(assessment)
    start = page.index('id="urgent"')
    assert start < page.index('id="summary"') < page.index('id="severity"')
    block = page[start : page.index("</section>", start)]
    assert "<details" not in block
    assert "hidden" not in block.replace('aria-hidden="true"', "")
    assert assessment.urgent.headline.split(":")[0] in block
    for contact in assessment.urgent.contacts:
        assert contact.number in block


def test_telephone_numbers_can_be_called_and_doubtful_ones_are_marked() -> None:
    page = html.render(made_up.full())
    assert 'href="tel:988"' in page
    assert 'href="tel:18002221222"' in page
    assert "text HOME to 741741" in page
    contact = replace(parts.CONTACTS[0], number="999 or 112")
    two = replace(parts.URGENT, contacts=(contact,))
    page_of_two = html.render(replace(made_up.full(), urgent=two))
    assert '<a href="tel:999">999</a> or <a href="tel:112">112</a>' in page_of_two
    assert 'tel:741741"' not in page
    contacts = page[page.index('class="contacts"') :].split("</ul>")[0].split("</li>")
    marked = ["not checked" in item for item in contacts if "contact-number" in item]
    assert marked == [not c.verified for c in made_up.full().urgent.contacts]


def test_no_status_is_painted_as_reassurance() -> None:
    page = html.render(made_up.with_urgent(UrgentStatus.NONE_FOUND))
    assert "Among the signs that were asked about" in page
    page = html.render(made_up.with_urgent(UrgentStatus.NOT_ASSESSED))
    assert "Not asked is not the same as absent" in page


def test_hostile_text_stays_text() -> None:
    reader = Reader(html.render(made_up.hostile()))
    text = reader.all_text
    assert "<script>alert(1)</script>" in text
    assert "{{ 7*7 }}" in text
    assert "</title></style></svg>]]><!-- {{ 7*7 }} {% raw %}" in text
    assert "49" not in re.findall(r"{{ (\d+) }}", text)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    for attrs in reader.named("a"):
        assert not (attrs["href"] or "").startswith("javascript")


def test_a_rule_that_cannot_be_decided_is_never_shown_as_if_it_held() -> None:
    page = html.render(made_up.full())
    start = page.index("Pregnancy and kratom")
    gutter = page[page.rindex('<li class="row"', 0, start) : start]
    assert "Not known; ask" in gutter
    assert "sev-major" not in gutter


@pytest.mark.parametrize("make", EVERY)
def test_tables_have_captions_and_scoped_headers(make: Callable[[], Assessment]) -> None:
    page = html.render(make())
    for table in re.findall(r"<table.*?</table>", page, re.S):
        assert "<caption>" in table
        assert all("scope=" in th for th in re.findall(r"<th\b[^>]*>", table))


def test_the_same_assessment_gives_the_same_bytes() -> None:
    assert html.render(made_up.full()) == html.render(made_up.full())


def test_the_footer_tells_how_to_reproduce_the_result() -> None:
    footer = html.render(made_up.full()).split("<footer")[1]
    made = made_up.full().provenance
    for needed in (
        made.speciosa_version, made.knowledge_release, str(made.seed), made.input_sha256,
    ):  # fmt: skip
        assert needed in footer


def test_nothing_of_python_leaks_into_the_page() -> None:
    leak = re.compile(r">\s*(None|nan|inf|\(\)|\[\]|True|False)\s*<|Undefined|object at 0x")
    for make in EVERY:
        assert not leak.search(html.render(make()))


def test_exposure_that_was_not_computed_says_why_and_draws_nothing() -> None:
    page = html.render(made_up.bare())
    assert "Not possible." in page
    assert "No product and no amount is known." in page
    assert 'class="chart"' not in page


def test_small_points_are_folded_but_never_a_warning() -> None:
    notes = tuple(finding(f"Point {number}.", Severity.MINOR) for number in range(6))
    warning = finding("A small warning.", Severity.MINOR, tone=Tone.WARNING)
    major = finding("A major point.", Severity.MAJOR)
    severity = replace(parts.SEVERITY, findings=(*notes, warning, major))
    page = html.render(replace(made_up.full(), severity=severity))
    start = page.index("Further findings")
    folded = page[page.index("<details", start) : page.index("</details>", start)]
    assert "6 minor points" in folded
    assert "A small warning." not in folded
    assert "A major point." not in folded
    assert page.index("A small warning.") > start


def test_where_no_law_was_seen_the_words_do_not_read_as_permission() -> None:
    page = html.render(made_up.full())
    assert "No specific law seen" in page
    assert "No specific law<" not in page
