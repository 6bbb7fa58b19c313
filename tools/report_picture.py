"""Draw ``docs/images/``: the first screen of a report, and the interactions of a long list.

Run it from the root of the repository when the page has changed:

    python tools/report_picture.py

It needs Playwright for Python and a Chromium on the PATH, which the tests of the report need too.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import ViewportSize, sync_playwright

from speciosa.assessment import assess
from speciosa.case import read_case_text
from speciosa.report.html import render

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "images"
# Example, section at the top of the picture, file.
VIEWS = (
    ("daily_leaf_two_years", "html", "report.png"),
    ("fifteen_medicines", "#interactions", "interactions.png"),
    ("fifteen_medicines", ".forests:not(.evidence-forests)", "forest.png"),
)
SIZE: ViewportSize = {"width": 1280, "height": 1000}


def main() -> int:
    """Assess the examples, open their pages and keep one screen of each as a picture."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("no chromium on the PATH", file=sys.stderr)
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as session:
        browser = session.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport=SIZE, color_scheme="light", reduced_motion="reduce")
        for example, top, name in VIEWS:
            text = (ROOT / "examples" / f"{example}.yaml").read_text(encoding="utf-8")
            page.set_content(render(assess(read_case_text(text))))
            page.locator(top).evaluate("e => e.scrollIntoView()")
            page.screenshot(path=PICTURES / name)
            print(f"wrote docs/images/{name}")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
