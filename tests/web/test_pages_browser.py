"""The pages in a real browser: accessible in every state, by keyboard, narrow, dark, printed."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.web.service import Live

from speciosa.assessment import assess
from speciosa.case import Case, read_case_bytes
from speciosa.web.access import Principal, Role
from speciosa.web.pages import drafts

pytestmark = pytest.mark.browser

EXAMPLES = Path(__file__).parents[2] / "examples"
NARROW = {"width": 320, "height": 640}
HOSTILE = '"><img src=x onerror=alert(1)>' + "Donaudampfschifffahrt" * 8


def example(name: str) -> Case:
    return read_case_bytes((EXAMPLES / f"{name}.yaml").read_bytes())


def kept(live: Live, name: str, label: str = "A-17") -> tuple[str, str]:
    """A person with an assessment of an example: the ids of the person and of the record."""
    use = live.app.state.services
    case = example(name)
    person = use.store.add_person(label, by="local", at=use.now()).id
    principal = Principal("local", "Local", frozenset(Role))
    made = assess(case, use.knowledge, subjects=20)
    return person, drafts.save_assessment(use, principal, person, case, made).record


def draft(live: Live, name: str) -> str:
    use = live.app.state.services
    person = use.store.add_person("D-4", by="local", at=use.now()).id
    principal = Principal("local", "Local", frozenset(Role))
    document = drafts.document_of(example(name))
    document["medicines"] = [*document.get("medicines", ()), {"name": HOSTILE[:200]}]
    body = drafts.unpack(json.dumps({"base": document}).encode())
    return drafts.save_draft(use, principal, person, body).record


def at(name: str, answer: str) -> str:
    return f'[id="{name}"] input[value="{answer}"]'


def fits(page: Any) -> bool:
    page.wait_for_load_state("load")  # with its styles
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def open_all(page: Any) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true })")


@contextlib.contextmanager
def settled(page: Any) -> Iterator[None]:
    """Wait for the answer to what is done inside, and for its place on the page."""
    with page.expect_response(lambda answer: "/cases/live/" in answer.url):
        yield
    page.wait_for_timeout(60)


def test_the_form_in_its_states(open_page: Callable[..., Any], axe: Any, live: Live) -> None:
    page = open_page("/cases/new")
    with settled(page):
        page.locator(at("symptoms.phq9.answers.8", "1")).check()
    assert page.locator("#live-phq9 .crisis").is_visible()
    axe(page, "#live-phq9")
    page.fill('[name="person.age_years"]', "old")
    page.fill('[name="medicines.0.name"]', HOSTILE[:200])
    page.click('button[value="report"]')
    page.wait_for_selector("#problems")
    assert page.evaluate("document.activeElement.id") == "problems"
    axe(page, "main")
    page.click("#problems a")
    assert page.evaluate("document.activeElement.name") == "person.age_years"


def test_a_long_draft_and_the_first_page(
    open_page: Callable[..., Any], axe: Any, live: Live
) -> None:
    record = draft(live, "crisis_plan_and_leaf")
    page = open_page("/")
    assert page.locator(".pressing-draft .crisis").is_visible()
    axe(page)
    page.goto(f"{live.url}/drafts/{record}")
    axe(page, "#medicines-part, #saved")
    page.set_viewport_size(NARROW)
    assert fits(page)


# The report itself is checked whole, section by section, in tests/report/test_report_browser.py;
# the chart that a script adds in test_the_chart_can_be_read_point_by_point.
def test_the_result(open_page: Callable[..., Any], axe: Any, live: Live) -> None:
    _, record = kept(live, "almost_nothing_known")
    page = open_page(f"/assessments/{record}")
    axe(page, ".app-header, .result-tools, #note")
    page.set_viewport_size(NARROW)
    assert fits(page)


@pytest.mark.parametrize("path", ["/", "/cases/new"])
def test_narrow_and_dark(open_page: Callable[..., Any], axe: Any, path: str) -> None:
    page = open_page(path, color_scheme="dark", viewport=NARROW, reduced_motion="reduce")
    open_all(page)
    assert fits(page)
    axe(page)


def test_a_result_that_is_not_saved_is_a_file_at_once(
    open_page: Callable[..., Any], axe: Any
) -> None:
    page = open_page("/cases/new", viewport=NARROW)
    page.locator('button[value="signs_absent"]').click()
    assert page.url.endswith("#signs")
    for _ in range(50):  # the page's policy forbids a wait that is evaluated in it
        if page.evaluate("scrollY") > 500:
            break
        page.wait_for_timeout(100)
    assert page.evaluate("scrollY") > 500
    page.locator('button[value="report"]').click()
    axe(page, "#unsaved, .result-tools")
    with page.expect_download() as got:
        page.locator('button[value="report.json"]').click()
    assert json.loads(Path(got.value.path()).read_bytes())["date"] == "2026-11-22"


def test_targets_are_large_enough_and_focus_is_seen(open_page: Callable[..., Any]) -> None:
    page = open_page("/cases/new")
    open_all(page)
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, a, select, input, summary, .tap')]
          .filter((e) => !e.closest('p:not(.actions):not(.row-tools)') && e.type !== 'hidden')
          .filter((e) => !(e.matches('input') && e.closest('.tap')) && !e.matches('.unseen, .skip'))
          .map((e) => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
          .filter(([, box]) => box.height > 0 && (box.height < 24 || box.width < 24))
          .map(([html]) => html)"""
    )
    assert small == []
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_a_case_by_keyboard_alone_with_live_totals(
    open_page: Callable[..., Any], live: Live
) -> None:
    page = open_page("/cases/new")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # over the navigation, to the content
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "symptoms.gad7.answers.0":
            break
    for item in range(7):
        assert page.evaluate("document.activeElement.name") == f"symptoms.gad7.answers.{item}"
        page.keyboard.press("ArrowLeft")  # from "not answered" to 3
        page.keyboard.press("Tab")
    page.locator("#live-gad7:has-text('21 of 21, severe')").wait_for()
    page.locator('button[value="report"]').focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#severity")
    assert "21 of 21" in page.locator("#summary").inner_text()


def test_the_running_total_never_covers_what_has_the_focus(
    open_page: Callable[..., Any], live: Live
) -> None:
    use = live.app.state.services
    person = use.store.add_person("F-1", by="local", at=use.now()).id
    page = open_page(f"/people/{person}/entries", viewport=NARROW)
    covered = """() => {
      const box = document.activeElement.closest('label')?.getBoundingClientRect();
      const total = [...document.querySelectorAll('.live-total')]
        .map((line) => line.getBoundingClientRect())
        .find((line) => line.bottom > innerHeight - 2);
      return Boolean(box && total && box.bottom > total.top + 1 && box.top < total.bottom);
    }"""
    for _ in range(26):
        page.keyboard.press("Tab")
        assert not page.evaluate(covered), page.evaluate("document.activeElement.name")


def test_names_and_places_are_offered_while_typing(open_page: Callable[..., Any]) -> None:
    page = open_page("/cases/new")
    page.locator("#medicine-names option").nth(1500).wait_for(state="attached")
    page.locator("#place-names option").nth(100).wait_for(state="attached")


def test_the_whole_way_without_a_script(open_page: Callable[..., Any], live: Live) -> None:
    page = open_page("/cases/new", java_script_enabled=False)
    for item in range(7):
        page.locator(at(f"symptoms.gad7.answers.{item}", "2")).check()
    page.locator(at("symptoms.phq9.answers.8", "1")).check()
    page.locator('button:has-text("Add up the scores")').click()
    assert "14 of 21" in page.locator("#live-gad7").inner_text()
    assert page.locator(".crisis").first.is_visible()
    page.locator('button[value="add:medicines"]').click()
    page.fill('[name="medicines.3.name"]', "sertraline")
    page.fill("#person_label", "N-9")
    page.locator('button[value="save"]').click()
    assert "/drafts/" in page.url
    assert page.input_value('[name="medicines.3.name"]') == "sertraline"
    page.locator('button[value="assess"]').click()
    assert "/assessments/" in page.url
    assert "Speciosa assessment" in page.locator("#note-text").input_value()
    assert not page.locator('[data-act="print"]').is_visible()


def test_a_draft_saves_itself_and_says_when_another_hand_did(
    open_page: Callable[..., Any], live: Live
) -> None:
    record = draft(live, "asking_never_used")
    store = live.app.state.services.store
    page = open_page(f"/drafts/{record}")
    with page.expect_response(lambda answer: "/drafts/" in answer.url, timeout=9000):
        page.fill('[name="preferences.goals"]', "sleep")
        page.locator('[name="preferences.goals"]').blur()
    page.locator('#saved input[value="2"]').wait_for(state="attached")
    assert b"sleep" in store.version(record).body
    version = store.version(record)
    store.save(
        version.person, version.kind, version.body, by="other", at=version.at, change="elsewhere",
        record=record, expect=2,
    )  # fmt: skip
    page.fill('[name="preferences.goals"]', "sleep well")
    page.locator('[name="preferences.goals"]').blur()
    page.wait_for_selector(".saved-conflict", timeout=9000)
    assert page.input_value('[name="preferences.goals"]') == "sleep well"
    assert b"sleep well" not in store.version(record).body


def test_the_chart_can_be_read_point_by_point(
    open_page: Callable[..., Any], axe: Any, live: Live
) -> None:
    _, record = kept(live, "daily_leaf_two_years")
    page = open_page(f"/assessments/{record}")
    slider = page.locator("#curve-0-time")
    slider.focus()
    before = slider.get_attribute("aria-valuetext") or ""
    assert re.fullmatch(r"[\d.]+ h: median [\d.]+ ng/mL;.*95 % between .*", before)
    page.keyboard.press("ArrowRight")
    after = slider.get_attribute("aria-valuetext")
    assert after != before
    assert page.locator("figure.has-live output").first.inner_text() == after
    assert page.locator("figure.has-live canvas").count() >= 1
    axe(page, "figure.has-live")
    page.set_viewport_size(NARROW)
    page.wait_for_timeout(100)
    assert fits(page)


def test_the_note_is_copied(open_page: Callable[..., Any], live: Live) -> None:
    _, record = kept(live, "crisis_plan_and_leaf")
    page = open_page(f"/assessments/{record}")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=live.url)
    page.locator('[data-copy="note-text"]').click()
    page.locator("#note-text-told:not(:empty)").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith("Speciosa assessment")


def test_the_result_prints_without_the_frame_and_with_the_drawn_chart(
    open_page: Callable[..., Any], live: Live
) -> None:
    _, record = kept(live, "measured_level")
    page = open_page(f"/assessments/{record}")
    page.emulate_media(media="print")
    assert not page.locator(".app-header").is_visible()
    assert not page.locator("#note").is_visible()
    assert page.locator("#exposure figure svg").first.is_visible()
    assert not page.locator(".live-chart").first.is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_the_last_of_many_quick_answers_is_the_one_that_counts(
    open_page: Callable[..., Any],
) -> None:
    page = open_page("/cases/new")
    held: list[Any] = []

    def slow(route: Any) -> None:
        held.append(route)
        page.wait_for_timeout(150)
        with contextlib.suppress(Exception):  # the page gave it up for a newer one
            route.continue_()

    page.route("**/cases/live/phq9", slow)
    names = [f"symptoms.phq9.answers.{item}" for item in (0, 1, 2, 8)]
    page.evaluate(
        "(names) => names.forEach((name) =>"
        " document.querySelector(`[name='${name}'][value='3']`).click())",
        names,
    )
    page.locator("#live-phq9 .crisis").wait_for(timeout=9000)
    assert held
