"""The whole story in a browser: first visit, report, second visit, deterioration, deletion."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser


def tap(page, name: str, value: int | str) -> None:
    page.locator(f'[name="{name}"][value="{value}"]').check()


def sign_in_again(page, live) -> None:
    """Weeks later the session has ended; the start-up token gives another."""
    page.goto(f"{live.url}/enter?token={live.token}")


def first_visit(page, live) -> str:
    """The case form, the report, the next contact; the person's id."""
    # A new person, and the first visit through the case form.
    page.fill("#label", "C-204")
    page.click("main button:has-text('Add')")
    page.wait_for_selector("h1:has-text('C-204')")
    person = page.url.rsplit("/", 1)[-1]
    page.click("text=New assessment >> nth=-1")
    page.fill('[name="place"]', "US-TX")
    for i, value in enumerate((1, 1, 2, 1, 1, 1, 1)):
        tap(page, f"symptoms.gad7.answers.{i}", value)
    for i in range(8):
        tap(page, f"symptoms.phq9.answers.{i}", 1 if i < 6 else 0)
    tap(page, "symptoms.phq9.answers.8", 0)
    page.locator('[name="kratom.status"]').first.wait_for(state="attached")
    if page.locator('select[name="kratom.status"]').count():
        page.select_option('select[name="kratom.status"]', "using")
    else:
        tap(page, "kratom.status", "using")
    page.click("button:has-text('Assess and save')")

    # The report.
    page.wait_for_url(re.compile(r"/assessments/[0-9a-f]{32}"), timeout=60_000)
    report = page.inner_text("main")
    assert "kratom" in report.lower()
    assert "GAD-7" in report

    # The person's page shows the visit as the first point.
    page.goto(f"{live.url}/people/{person}")
    assert "Assessment of 2026-11-22" in page.inner_text("main")
    assert page.locator("#course").count() == 1

    # A link for the phone, and a contact planned.
    page.goto(f"{live.url}/people/{person}/visits")
    page.fill("#planned", "2026-12-06")
    page.click("text=Save the contact")
    page.wait_for_selector("text=The contact is saved")
    return person


def second_visit(page, live, person) -> None:
    # Second visit: an entry and a change of treatment.
    sign_in_again(page, live)
    page.goto(f"{live.url}/people/{person}/events")
    tap(page, "kind", "started")
    page.fill("#what", "sertraline")
    page.click("text=Save the change")
    page.wait_for_selector("text=The change is saved")
    page.goto(f"{live.url}/people/{person}/entries")
    for i in range(1, 8):
        tap(page, f"gad7_{i}", 1)
    page.fill("#phq9_total", "6")
    tap(page, "item9", 0)
    tap(page, "kratom_used", "yes")
    page.click("text=Save the entry")
    page.wait_for_selector("text=The entry is saved")
    assert "no reliable change" in page.inner_text("main")
    assert page.locator("svg.chart").count() >= 1


def deterioration(page, open_page, live, person) -> None:
    # Deterioration, answered on a phone: the route first, then the clinic's list.
    sign_in_again(page, live)
    page.goto(f"{live.url}/people/{person}/links")
    page.click("button:has-text('Make a link')")
    phone = open_page(signed_in=False, viewport={"width": 320, "height": 640})
    phone.goto(page.input_value("#address"))
    for i in range(1, 8):
        tap(phone, f"gad7_{i}", 3)
    tap(phone, "phq9_9", 2)
    phone.click("button:has-text('Send')")
    phone.wait_for_selector("h1:has-text('Your answers were sent')")
    assert phone.locator("main > *").first.get_attribute("id") == "crisis"
    assert "988" in phone.inner_text("#crisis")

    page.goto(f"{live.url}/lists")
    row = page.locator("tbody tr").first.inner_text()
    assert "C-204" in row
    assert "item 9" in row
    assert "reliable worsening" in row
    page.click("text=C-204")
    page.wait_for_selector("#crisis")
    assert page.locator("main > *").first.get_attribute("id") == "crisis"
    assert "988" in page.inner_text("#crisis")
    text = page.inner_text("main")
    assert "reliable worsening" in text
    assert "Started: sertraline" in page.locator("#trend-gad7-desc").text_content()


def deletion(page, live, person) -> None:
    # Deletion: only with the reference typed, and then nothing is left.
    page.click("text=Delete this person")
    page.fill("#label", "C-20")
    page.click("text=Delete for good >> nth=-1")
    page.wait_for_selector("text=This is not the reference")
    page.fill("#label", "C-204")
    page.click("button:has-text('Delete for good')")
    page.wait_for_selector("h1:has-text('Deleted for good')")
    page.goto(f"{live.url}/people")
    assert "C-204" not in page.content()
    assert page.goto(f"{live.url}/people/{person}").status == 404


def test_first_visit_report_second_visit_deterioration_deletion(live, open_page, axe, clock):
    page = open_page("/people")
    person = first_visit(page, live)
    clock.move(days=14)
    second_visit(page, live, person)
    clock.move(days=28)
    deterioration(page, open_page, live, person)
    axe(page)
    deletion(page, live, person)
