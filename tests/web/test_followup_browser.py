"""Pages of a person over time in a browser: accessible, narrow, by keyboard, without scripts."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser
NARROW = {"viewport": {"width": 320, "height": 640}}


@pytest.fixture
def person(live) -> str:
    """Somebody with a course, a change, a positive item 9 and an overdue contact."""
    client = live.client()
    answer = client.post("/people", data={"label": "A-17", "csrf_token": live.csrf})
    person = str(answer.url).rsplit("/", 1)[-1]
    for date, gad7, phq9, item9 in (
        ("2026-08-01", 14, 9, 0),
        ("2026-09-01", 15, 9, 0),
        ("2026-10-01", 6, 5, 0),
        ("2026-11-01", 16, 12, 1),
    ):
        form = {"date": date, "gad7_total": gad7, "phq9_total": phq9, "item9": item9}
        form |= {"kratom_used": "yes", "kratom_doses": "3", "side_effects": "nausea"}
        assert client.post(f"/people/{person}/entries", data=form).status_code == 200
    for form in (
        {"date": "2026-09-02", "kind": "started", "what": "sertraline"},
        {"date": "2026-10-15", "kind": "stopped", "what": "kratom"},
    ):
        assert client.post(f"/people/{person}/events", data=form).status_code == 200
    visit = {"planned": "2026-12-01", "label": "week 12"}
    assert client.post(f"/people/{person}/visits", data=visit).status_code == 200
    return person


def pages(live, person) -> list[str]:
    inner = ("", "/entries", "/events", "/visits", "/diary", "/links", "/delete")
    return ["/people", "/lists", *(f"/people/{person}{path}" for path in inner)]


def fits(page) -> bool:
    """Nothing reaches beyond the screen; what does is named."""
    page.wait_for_load_state("load")  # with its styles
    wide = page.evaluate(
        "document.documentElement.scrollWidth <= innerWidth ? [] :"
        " [...document.querySelectorAll('main *')].filter("
        "e => e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML.slice(0, 90))"
    )
    assert wide == []
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_every_page_is_accessible_and_fits_a_narrow_screen(live, open_page, axe, person):
    page = open_page(**NARROW)
    for path in pages(live, person):
        page.goto(live.url + path)
        assert fits(page), path
        axe(page)


def test_pages_are_accessible_in_the_dark_and_after_a_mistake(live, open_page, axe, person):
    page = open_page(f"/people/{person}", color_scheme="dark")
    axe(page)
    page.goto(f"{live.url}/people/{person}/entries")
    page.fill("#gad7_total", "99")
    page.click("text=Save the entry")
    assert page.is_visible("#problems")
    assert page.input_value("#gad7_total") == "99"
    axe(page)
    page.goto(f"{live.url}/people/{person}/diary")
    page.fill("#text", "date,gad7\n2026-11-02,5\n03/04/2026,5\n")
    page.click("text=Read and preview")
    assert "line 3, date" in page.inner_text("#problems")
    axe(page)
    page.fill("#text", "date,gad7,item9\n2026-11-02,5,1\n")
    page.click("text=Read and preview")
    assert "nothing is imported yet" in page.inner_text("main")
    axe(page)
    page.click("text=Import 1 day")
    assert "The diary is imported" in page.inner_text("main")


def test_the_chart_says_in_a_table_what_it_shows(live, open_page, person):
    page = open_page(f"/people/{person}")
    assert page.locator("svg.chart").count() == 2
    page.locator("summary", has_text="GAD-7 as a table").click()
    rows = page.locator("table", has_text="GAD-7 totals").locator("tbody tr")
    assert rows.count() == 4
    assert "can still show a change of kratom" in rows.first.inner_text()
    described = page.locator("#trend-gad7-desc").text_content()
    assert "Started: sertraline" in described
    assert page.locator("main > *").first.get_attribute("id") == "crisis"


def test_an_entry_by_keyboard_alone_with_a_live_total(live, open_page, person):
    page = open_page(f"/people/{person}/entries")
    page.focus("#gad7_1 input:checked")
    for _ in range(7):
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
    # The row begins at "not answered": two steps to the right are the answer 1.
    shown = page.inner_text("[data-total=gad7] .live-total")
    assert re.match(r"7\s+points, 7\s+of 7 answered", shown), shown
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/people/{person}?saved=entry")
    assert "GAD7 7" in page.inner_text("#entries + *")


def test_the_phone_questionnaire_without_scripts_at_320_px(live, open_page, axe, person):
    page = open_page(f"/people/{person}/links")
    page.click("button:has-text('Make a link')")
    address = page.input_value("#address")
    axe(page)
    phone = open_page(signed_in=False, java_script_enabled=False, **NARROW)
    phone.goto(address)
    assert "A-17" not in phone.content()
    for i in range(1, 8):
        phone.locator(f"#gad7_{i} input[value='2']").check()
    phone.locator("#phq9_9 input[value='1']").check()
    phone.click("button:has-text('Send')")
    first = phone.locator("main > *").first
    assert first.get_attribute("id") == "crisis"
    assert "Please talk to someone now" in first.inner_text()
    assert "local emergency number" in first.inner_text()
    phone.goto(address)
    assert "does not work any more" in phone.inner_text("main")


def test_the_phone_questionnaire_is_accessible(live, open_page, axe, person):
    page = open_page(f"/people/{person}/links")
    page.click("button:has-text('Make a link')")
    phone = open_page(signed_in=False, reduced_motion="reduce", **NARROW)
    phone.goto(page.input_value("#address"))
    assert fits(phone)
    axe(phone)
    phone.fill("#sleep_hours", "lots")
    phone.click("button:has-text('Send')")
    phone.wait_for_selector("#problems")
    assert fits(phone)
    axe(phone)
    phone.locator("#phq9_9 input[value='2']").check()
    phone.click("button:has-text('Send')")
    phone.wait_for_selector("h1:has-text('Your answers were sent')")
    assert phone.locator("main > *").first.get_attribute("id") == "crisis"
    assert fits(phone)
    axe(phone)
