"""Draw ``docs/images/report.png``: the first screen of one example's HTML report.

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
EXAMPLE = ROOT / "examples" / "daily_leaf_two_years.yaml"
PICTURE = ROOT / "docs" / "images" / "report.png"
SIZE: ViewportSize = {"width": 1280, "height": 1000}


def main() -> int:
    """Assess the example, open its page and keep the first screen as a picture."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("no chromium on the PATH", file=sys.stderr)
        return 1
    page_text = render(assess(read_case_text(EXAMPLE.read_text(encoding="utf-8"))))
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as session:
        browser = session.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.set_content(page_text)
        page.screenshot(path=PICTURE)
        browser.close()
    print(f"wrote {PICTURE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
