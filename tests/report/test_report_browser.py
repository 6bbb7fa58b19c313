"""The page in a real browser: accessible, narrow, printable, silent on the network."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from tests.report import made_up

from speciosa.assessment import Assessment, assess
from speciosa.case import read_case_text
from speciosa.clinical.safety.result import UrgentStatus
from speciosa.report import html

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.browser

# Only what a page from set_content needs; no profile, no update, no network of its own.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
MOST_PIXELS = 27_500  # of which the ranked options, each with its reasons, take some 4,000
MOST_PIXELS_OF_INTERACTIONS = 8_000  # of fifteen medicines; 12,000 with a block for each row
MOST_PAGES = 17
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def example(name: str) -> Assessment:
    text = (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")
    return assess(read_case_text(text), subjects=40)


PAGES: dict[str, Callable[[], Assessment]] = {
    "full": made_up.full,
    "emergency": lambda: made_up.with_urgent(UrgentStatus.EMERGENCY),
    "soon": lambda: made_up.with_urgent(UrgentStatus.SOON),
    "not assessed": lambda: made_up.with_urgent(UrgentStatus.NOT_ASSESSED),
    "none found": lambda: made_up.with_urgent(UrgentStatus.NONE_FOUND),
    "bare": made_up.bare,
    "hostile": made_up.hostile,
    "example": lambda: example("daily_leaf_two_years"),
    "fifteen": lambda: example("fifteen_medicines"),
}
every_page = pytest.mark.parametrize("name", PAGES)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        if os.environ.get("SPECIOSA_REQUIRE_BROWSER") == "1":
            pytest.fail("SPECIOSA_REQUIRE_BROWSER is set, but no chromium is on the PATH")
        pytest.skip("no chromium on the PATH; set SPECIOSA_REQUIRE_BROWSER=1 to demand one")
    with playwright.sync_playwright() as session:
        started = session.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    contexts = []

    def open_(name: str, **options: Any) -> Any:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_content(html.render(PAGES[name]()))
        return page

    yield open_
    for context in contexts:
        context.close()


def axe_source() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("name", "width", "part"),
    # The pages differ in their urgent part and in what is empty; the rest is checked once.
    [("full", 320, "html"), ("full", 1280, "html"), ("bare", 1280, "html")]
    + [(name, 1280, "#urgent") for name in ("emergency", "soon", "not assessed", "none found")],
)
def test_axe_finds_nothing_to_object_to(
    open_page: Callable[..., Any], name: str, width: int, part: str, scheme: str
) -> None:
    # The page's own policy forbids scripts, so the checker has to step around it.
    page = open_page(
        name, color_scheme=scheme, bypass_csp=True, viewport={"width": width, "height": 900}
    )
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    page.evaluate(axe_source())
    options = {"runOnly": {"type": "tag", "values": WCAG}}
    result = page.evaluate("([part, options]) => axe.run(part, options)", [part, options])
    found = {
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    }
    assert found == set()
    assert len(result["passes"]) > 3


@every_page
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_the_page_never_scrolls_sideways(
    open_page: Callable[..., Any], name: str, width: int
) -> None:
    page = open_page(name, viewport={"width": width, "height": 700})
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_nothing_is_asked_of_the_network_and_nothing_breaks_the_policy(
    browser: Any, tmp_path: Path
) -> None:
    context = browser.new_context(java_script_enabled=True)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    path = tmp_path / "report.html"
    for make in PAGES.values():
        path.write_text(html.render(make()), encoding="utf-8")
        page.goto(path.as_uri())
    context.close()
    assert set(asked) <= {path.as_uri(), "data:,"}
    assert said == []


def test_hostile_text_does_not_run(open_page: Callable[..., Any]) -> None:
    page = open_page("hostile", bypass_csp=True)
    assert page.evaluate("document.scripts.length + document.images.length") == 0


def test_the_first_stop_of_the_keyboard_skips_to_the_assessment(
    open_page: Callable[..., Any],
) -> None:
    page = open_page("full", viewport={"width": 1280, "height": 900})
    skip = page.locator("a.skip")
    assert skip.bounding_box()["x"] < 0
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    box = skip.bounding_box()
    assert box["x"] >= 0
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('section').id") == "urgent"


def test_danger_is_seen_before_anything_is_done(open_page: Callable[..., Any]) -> None:
    for width, height in ((320, 640), (1280, 800)):
        page = open_page("emergency", viewport={"width": width, "height": height})
        box = page.locator(".urgent-headline").bounding_box()
        assert box["y"] + box["height"] < height
    numbers = page.locator(".contact-number")
    for index in range(numbers.count()):
        box = numbers.nth(index).bounding_box()
        assert box["y"] + box["height"] < height


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_print_keeps_folded_what_is_folded_and_lists_the_sources(
    open_page: Callable[..., Any], paper: str
) -> None:
    page = open_page("full")
    page.emulate_media(media="print")
    assert page.locator(".references > li").first.is_visible()
    assert page.locator(".references details").first.is_hidden()
    assert not page.locator("nav.contents").is_visible()
    folded = page.evaluate("document.querySelectorAll('details:not([open])').length")
    assert folded > 5
    assert page.locator(".item > :not(summary)").first.is_hidden()
    pdf = page.pdf(format=paper, print_background=True)
    assert pdf.startswith(b"%PDF")
    assert len(pdf) > 20_000


@pytest.mark.parametrize("media", ["screen", "print"])
def test_one_box_opens_everything_without_a_script(
    open_page: Callable[..., Any], media: str
) -> None:
    page = open_page("full", java_script_enabled=True)
    page.locator("#open-all").check()
    page.emulate_media(media=media)
    heights = page.evaluate(
        "[...document.querySelectorAll('details > :not(summary)')]"
        ".map(e => e.getBoundingClientRect().height)"
    )
    assert len(heights) > 5
    assert min(heights) > 0


def test_a_reference_number_opens_the_folded_list(open_page: Callable[..., Any]) -> None:
    page = open_page("full", viewport={"width": 1280, "height": 900})
    assert page.locator("#ref-1").is_hidden()
    page.locator("a[href='#ref-1']").first.click()
    page.wait_for_function("document.querySelector('details.bibliography').open")
    assert page.locator("#ref-1").is_visible()


def test_the_busiest_example_is_short_enough_to_be_read(open_page: Callable[..., Any]) -> None:
    page = open_page("example", viewport={"width": 1280, "height": 900})
    assert page.evaluate("document.documentElement.scrollHeight") < MOST_PIXELS
    pdf = page.pdf(format="A4", print_background=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) <= MOST_PAGES


def test_the_interactions_of_fifteen_medicines_can_be_read(open_page: Callable[..., Any]) -> None:
    page = open_page("fifteen", viewport={"width": 1280, "height": 900})
    box = page.locator("#interactions").bounding_box()
    assert box["height"] < MOST_PIXELS_OF_INTERACTIONS
    first = page.locator("#interactions .item > summary").first
    first.focus()
    page.keyboard.press("Enter")
    assert page.locator("#interactions .item .one").first.is_visible()


def test_motion_is_smooth_only_for_those_who_want_it(open_page: Callable[..., Any]) -> None:
    behaviour = "getComputedStyle(document.documentElement).scrollBehavior"
    assert open_page("full", reduced_motion="reduce").evaluate(behaviour) == "auto"
    assert open_page("full", reduced_motion="no-preference").evaluate(behaviour) == "smooth"
