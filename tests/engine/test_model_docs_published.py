"""The published documentation is that of the texts. Renew it: ``tools/write_model_docs.py``."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_SPEC = importlib.util.spec_from_file_location(
    "write_model_docs", ROOT / "tools/write_model_docs.py"
)
TOOL = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(TOOL)


@pytest.mark.parametrize("name", [TOOL.INDEX, *TOOL.PAGES])
def test_each_page_is_current(name):
    published = ROOT / "docs/models" / f"{name}.md"
    assert published.exists(), "run: python tools/write_model_docs.py"
    current = published.read_text(encoding="utf-8") == TOOL.pages()[name]
    assert current, "run: python tools/write_model_docs.py"


def test_every_text_has_a_page_and_every_page_a_text():
    texts = {path.stem for path in (ROOT / "src/speciosa/knowledge/data/models").glob("*.ant")}
    assert texts == {text for used in TOOL.PAGES.values() for text in used}
    assert {path.stem for path in (ROOT / "docs/models").glob("*.md")} == {TOOL.INDEX, *TOOL.PAGES}
