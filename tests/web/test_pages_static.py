"""What the pages load: only what is ours or vendored, unchanged, and addressed by what it says."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.resources import files
from typing import Any

import pytest
from tests.web.service import TestClient

STATIC = files("speciosa.web") / "static"
VENDORED = json.loads((STATIC / "vendor" / "vendor.json").read_text(encoding="utf-8"))


def test_vendored_files_are_what_they_were_taken_as() -> None:
    named = {"vendor.json"}
    for package in VENDORED:
        assert package["version"] in " ".join(package["files"])
        assert any("LICENSE" in name for name in package["files"])
        for name, sha256 in package["files"].items():
            found = (STATIC / "vendor" / name).read_bytes()
            assert hashlib.sha256(found).hexdigest() == sha256, name
            named.add(name)
    assert {path.name for path in (STATIC / "vendor").iterdir()} == named


def test_our_scripts_are_small_and_need_no_eval() -> None:
    for name in ("app.js", "curves.js"):
        text = (STATIC / name).read_text(encoding="utf-8")
        assert len(text) < 8_000
        assert "@ts-check" in text
        assert not re.search(r"\beval\(|new Function|innerHTML|https?://", text)


@pytest.mark.parametrize("name", ["app.css", "case.css", "result.css"])
def test_our_styles_load_nothing(name: str) -> None:
    assert not re.search(r"@import|url\(", (STATIC / name).read_text(encoding="utf-8"))


def test_the_report_and_the_pages_share_one_sheet(client: TestClient) -> None:
    page = client.get("/cases/new").text
    sheet = re.search(r'href="(/static/report\.css\?v=\w+)"', page)
    assert sheet is not None
    answer = client.get(sheet[1])
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.content == (files("speciosa.report") / "style.css").read_bytes()
    assert page.index("report.css") < page.index("app.css")


def test_no_page_holds_a_style_or_a_script_of_its_own(client: TestClient) -> None:
    for path in ("/", "/cases/new"):
        page: Any = client.get(path).text
        assert "style=" not in page
        assert "<style" not in page
        assert not re.search(r"<script(?! src=\"/static/)", page)
        assert not re.search(r"\son\w+=", page)
