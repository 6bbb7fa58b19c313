"""The summary's page in a real browser: accessible, narrow, printable, silent on the network."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from tests.cohort import made_up_summary as made_up

from speciosa.cohort import summary

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.browser

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
MOST_PAGES = 6
OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true })"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    made = {
        "large": made_up.health_system(2_000),
        "practice": made_up.practice(),
        "hostile": made_up.hostile(),
    }
    for name, found in made.items():
        (folder / f"{name}.html").write_text(summary.render(found), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in made}


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


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [("large", 320, "light"), ("practice", 1280, "dark")],
)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    browser: Any, pages: dict[str, Path], name: str, width: int, scheme: str
) -> None:
    # The page's own policy forbids scripts, so the checker has to step around it.
    context = browser.new_context(
        bypass_csp=True, color_scheme=scheme, viewport={"width": width, "height": 900}
    )
    page = context.new_page()
    page.goto(pages[name].as_uri())
    page.evaluate(OPEN_ALL)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    options = {"runOnly": {"type": "tag", "values": WCAG}}
    result = page.evaluate("options => axe.run('html', options)", options)
    found = {
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    }
    context.close()
    assert found == set()
    assert len(result["passes"]) > 3


def test_it_asks_nothing_of_the_network_and_runs_nothing(
    browser: Any, pages: dict[str, Path]
) -> None:
    page = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in pages.values():
        page.goto(path.as_uri())
        assert page.evaluate("document.scripts.length + document.images.length") == 0
    page.close()
    assert set(asked) <= {path.as_uri() for path in pages.values()} | {"data:,"}
    assert said == []


def test_the_answer_and_what_it_does_not_mean_are_seen_first(
    browser: Any, pages: dict[str, Path]
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(pages["large"].as_uri())
    box = page.locator("#not-meant").bounding_box()
    assert box["y"] + box["height"] < 900
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    pdf = page.pdf(format="A4", print_background=True)
    page.close()
    assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) <= MOST_PAGES
