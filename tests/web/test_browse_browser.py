"""Pages of the knowledge base in a real browser: accessible, narrow, by keyboard, on paper."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

PAGES = {
    "law": "/law",
    "place": "/law?place=US-TN&on=2026-11-22",
    "wrong": "/law?place=nowhere-at-all",
    "medicines": "/medicines?q=sert",
    "medicine": "/medicines/midazolam",
    "evidence": "/evidence",
    "kratom": "/evidence/kratom",
    "question": "/evidence/cbt-vs-waiting-list",
    "sources": "/sources",
    "source": "/sources/ddi-dikb",
    "facts": "/facts?q=midazolam",
    "fact": "/facts/law/US-TN/leaf/2026-07-01",
    "not there": "/facts/none",
}


def test_no_page_has_a_violation_and_each_fits_320_pixels(open_page, live, axe):
    page = open_page(viewport={"width": 320, "height": 800})
    for name, path in PAGES.items():
        page.goto(live.url + path)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 320, f"{name} is {width} pixels wide"
        axe(page)


def test_wide_and_dark_pages_have_no_violation_either(open_page, live, axe):
    page = open_page(
        viewport={"width": 1280, "height": 900}, color_scheme="dark", reduced_motion="reduce"
    )
    for name in ("place", "medicine", "question", "fact"):
        page.goto(live.url + PAGES[name])
        axe(page)
    page.goto(live.url + PAGES["law"])
    alaska, florida = (
        page.locator(f'.tile[href*="place=US-{name}&"]').bounding_box() for name in ("AK", "FL")
    )
    assert alaska["x"] < florida["x"]
    assert alaska["y"] < florida["y"]


def test_law_of_a_place_is_found_by_keyboard_alone(open_page, live):
    page = open_page("/law")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # skip to the content
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "place"
    page.keyboard.type("Tennessee")
    page.keyboard.press("Enter")
    page.wait_for_url("**/law?place=Tennessee*")
    assert "Tennessee" in page.locator("h1").inner_text()
    link = page.locator('thead a:has-text("Status")')
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**sort=status*")
    assert page.locator('th[aria-sort="ascending"]').inner_text().startswith("Status")


def test_a_wrong_place_takes_the_focus_to_what_is_wrong(open_page, live):
    page = open_page(PAGES["wrong"])
    assert page.locator("#problems a").get_attribute("href") == "#place"
    assert page.locator("#place").input_value() == "nowhere-at-all"


def test_a_figure_leads_to_its_source_without_script(open_page, live):
    page = open_page("/medicines?q=midazolam", java_script_enabled=False)
    page.click('a:has-text("midazolam")')
    page.locator('section[aria-labelledby="figures"] tbody a[href^="/facts/"]').first.click()
    assert page.locator("h2:has-text('How to cite it')").is_visible()
    page.locator('dl a[href^="/sources/"]').first.click()
    assert page.locator("h2:has-text('Facts that rest on it')").is_visible()
