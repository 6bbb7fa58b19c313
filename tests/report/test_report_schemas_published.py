"""The published schemas are those of the code. Renew them with ``tools/write_schemas.py``."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _tool() -> object:
    path = ROOT / "tools" / "write_schemas.py"
    spec = importlib.util.spec_from_file_location("write_schemas", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["assessment", "case"])
def test_the_published_schema_is_current(name: str) -> None:
    wanted = _tool().schemas()[name]  # type: ignore[attr-defined]
    published = ROOT / "docs" / "schema" / f"{name}.schema.json"
    assert published.exists(), "run: python tools/write_schemas.py"
    assert published.read_text(encoding="utf-8") == wanted, "run: python tools/write_schemas.py"
