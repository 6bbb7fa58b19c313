"""How the research notes on care are read: sentences put back together, remarks as fields."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

Raw = dict[str, Any]

LEVELS = ("very low", "low", "moderate", "high")
SOURCE_ID = re.compile(r"\(([a-z_]+\d{4}), verified\)")


def load(path: Path) -> Raw:
    notes: Raw = rejoined(yaml.load(path.read_text("utf-8"), yaml.CSafeLoader))
    return notes


def rejoined(node: Any) -> Any:  # noqa: ANN401
    """Put back together the sentences that a bare comma splits inside ``{...}`` and ``[...]``.

    In a mapping the tail shows as a key without a value; in a list as an open parenthesis.
    """
    if isinstance(node, dict):
        whole: Raw = {}
        last = ""
        for key, value in node.items():
            if value is None and isinstance(whole.get(last), str):
                whole[last] += f", {key}"
            else:
                whole[key], last = rejoined(value), key
        return whole
    if isinstance(node, list):
        items: list[Any] = []
        for item in node:
            if items and isinstance(items[-1], str) and items[-1].count("(") > items[-1].count(")"):
                items[-1] += f", {item}"
            else:
                items.append(rejoined(item))
        return items
    return node


def kept(record: Raw) -> Raw:
    return {k: v for k, v in record.items() if v is not None and v not in ("", [], {})}


def ids(source: str | list[str] | None) -> list[str]:
    return [] if source is None else [source] if isinstance(source, str) else list(source)


def sentence(text: str) -> str:
    text = text.strip()
    text = text.replace("HARD CAUTION - ", "hard caution: ").replace(" - ", ": ")
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")


def words(value: object) -> str:
    return ", ".join(str(v) for v in value) if isinstance(value, list) else str(value)


def note_record(raw: str | Raw, verified: bool, sources: list[str]) -> Raw:
    """A statement with its own state: remarks such as "(verified false)" become fields."""
    remark = ""
    if isinstance(raw, dict):
        verified, sources = bool(raw.get("verified", verified)), ids(raw.get("source")) or sources
        remark, raw = raw.get("note", ""), str(raw.get("item") or raw["text"])
    text = str(raw)
    if found := SOURCE_ID.search(text):
        sources, verified = [found[1]], True
        text = SOURCE_ID.sub("", text)
    if text == "text not seen":
        verified = False
    if "verified false" in text:
        verified = False
        text = re.sub(r"\s*\((?:time )?verified false[^)]*\)", "", text)
        text = re.sub(r"; verified false[^)]*\)", ")", text)
    if found := re.search(r"\s*\(verified from (\w+)\)", text):
        sources, text = [found[1]], text.replace(found[0], "")
    if "(weekly month not seen)" in text:
        remark = "The weekly visits of the first month were not seen in the source."
        text = text.replace(" (weekly month not seen)", "")
    return kept({"text": sentence(text), "verified": verified, "sources": sources, "note": remark})


def certainty(text: str) -> Raw:
    """A span counts as its lower end; the words are kept."""
    found = [x for x in LEVELS if re.search(rf"(?<!very )\b{x}\b", text)]
    return {"level": found[0] if found else "unknown", "words": text}


def stamped(node: Any, read_on: str) -> Any:  # noqa: ANN401
    """Give every statement that was read in a source the day on which it was read."""
    if isinstance(node, list):
        return [stamped(item, read_on) for item in node]
    if not isinstance(node, dict):
        return node
    done = {key: stamped(value, read_on) for key, value in node.items()}
    if done.get("verified") is True and done.get("sources"):
        done["read_on"] = read_on
    return done
