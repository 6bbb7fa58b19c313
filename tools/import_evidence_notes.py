"""How the research notes are read: sources, sentences, what is absent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

Raw = dict[str, Any]


def load(path: Path) -> Raw:
    notes: Raw = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    return notes


def kept(record: Raw) -> Raw:
    """The record without what is absent."""
    return {k: v for k, v in record.items() if v is not None and v not in ("", [])}


def ids(source: str | list[str]) -> list[str]:
    return [source] if isinstance(source, str) else list(source)


def sentence(text: str) -> str:
    """Capital first, full stop last; the notes are written as fragments."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")
