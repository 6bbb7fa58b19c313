"""Draw the pictures of ``docs/web.md`` and count the acts that filling the usual case takes.

Run it from the root of the repository when the pages have changed:

    python tools/web_pictures.py

It starts the service on loopback with an empty database, fills the case form as a clinician would,
and needs Playwright for Python and a Chromium on the PATH.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.web.service import Clock, serve  # noqa: E402  # the service as the tests run it

PICTURES = ROOT / "docs" / "images"
SIZE: ViewportSize = {"width": 1280, "height": 1000}

# The usual case: two questionnaires, all signs asked, two medicines, one kratom product.
TAPS = (
    *((f"symptoms.gad7.answers.{item}", answer) for item, answer in enumerate("3232121")),
    *((f"symptoms.phq9.answers.{item}", answer) for item, answer in enumerate("112201100")),
    ("kratom.status", "using"),
    ("kratom.reasons", "anxiety"),
    ("kratom.reasons", "pain"),
    ("kratom.between_doses", "restlessness"),
)
TEXTS = (
    ("place", "Texas"),
    ("person.age_years", "34"),
    ("person.weight", "82"),
    ("kratom.products.0.dose", "4"),
    ("kratom.products.0.times_per_day", "4"),
    ("kratom.last_use_hours_ago", "3"),
    ("medicines.0.name", "sertraline"),
    ("medicines.0.dose", "100"),
    ("medicines.0.often", "1"),
    ("medicines.1.name", "quetiapine"),
    ("medicines.1.dose", "50"),
    ("medicines.1.often", "1"),
)
LISTS = (
    ("person.sex", "male"),
    ("person.drives", "yes"),
    ("kratom.products.0.form", "leaf_powder"),
    ("kratom.products.0.dose_unit", "leaf_g"),
    ("symptoms.impairment", "marked"),
)
BUTTONS = ("signs_absent", "report")


def main() -> int:
    """Fill the form, keep a picture of three states, print what was counted."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("no chromium on the PATH", file=sys.stderr)
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder), Clock(), subjects=1000) as live,
        sync_playwright() as session,
    ):
        browser = session.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(viewport=SIZE, reduced_motion="reduce")
        name, value = live.cookie
        context.add_cookies([{"name": name, "value": value, "url": live.url}])
        page = context.new_page()
        page.goto(f"{live.url}/cases/new")
        fill(page)
        keep(page, "#gad7", "web-form.png")
        page.locator('button[value="report"]').click()
        page.wait_for_selector("#severity")
        page.locator("figure.has-live").first.wait_for()
        keep(page, "h1", "web-result.png")
        browser.close()
    acts = len(TAPS) + len(TEXTS) + len(LISTS) + len(BUTTONS)
    print(
        f"the usual case: {len(TAPS)} taps on an answer, {len(TEXTS)} texts typed, "
        f"{len(LISTS)} choices from a list, {len(BUTTONS)} buttons: {acts} acts"
    )
    return 0


def fill(page: Page) -> None:
    """Fill the form; the button that marks the signs comes first, because it loads the page."""
    page.locator('button[value="signs_absent"]').click()
    for place, text in TEXTS:
        page.fill(f'[name="{place}"]', text)
    for place, answer in LISTS:
        page.select_option(f'[name="{place}"]', answer)
    for place, answer in TAPS:
        page.locator(f'[id="{place}"] input[value="{answer}"]').check()
    page.locator("#live-phq9:has-text('8 of 27')").wait_for()


def keep(page: Page, top: str, name: str) -> None:
    """One screen with ``top`` at its top, as a picture."""
    page.locator(top).first.evaluate("e => e.scrollIntoView()")
    page.wait_for_timeout(300)
    page.screenshot(path=PICTURES / name)
    print(f"wrote docs/images/{name}")


if __name__ == "__main__":
    sys.exit(main())
