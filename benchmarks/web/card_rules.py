"""The rules of CDS Hooks 2.0 for an answer, written a second time and apart from the service."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

INDICATORS = {"info", "warning", "critical"}
MAY_BE_EMPTY = {"cards", "systemActions"}
REASONS = {
    "action-completed",
    "patient-contraindication",
    "risk-benefit-ratio",
    "does-not-align-latest-evidence",
    "patient-refuses",
    "prefers-alternative",
    "limited-time",
}
# A tag, or a Markdown image: neither may come from the words of a record.
MARKUP = re.compile(r"(?<!\\)<[a-zA-Z/!]|(?<!\\)!\[")
KRATOM = re.compile(r"kratom|mitragyn|7-?oh\b", re.IGNORECASE)


def broken(answer: object, *, hook: str, drafts: set[str]) -> list[str]:
    """Every rule that an answer breaks; ``drafts`` are the references of the draft orders."""
    return list(_answer(answer, hook, drafts))


def _answer(answer: object, hook: str, drafts: set[str]) -> Iterator[str]:
    if not isinstance(answer, dict) or not isinstance(answer.get("cards"), list):
        yield "no cards"
        return
    yield from _empties(answer, "")
    if set(answer) - {"cards", "systemActions"}:
        yield "an unknown field in the answer"
    if (hook == "order-sign") != ("systemActions" in answer):
        yield "systemActions belong to order-sign"
    seen: set[str] = set()
    for card in answer["cards"]:
        yield from _card(card, drafts)
        for one in (card, *card.get("suggestions", [])):
            if one.get("uuid") in seen:
                yield "a uuid twice"
            seen.add(one.get("uuid"))
    order = ["critical", "warning", "info"]
    danger = [card["source"]["topic"]["code"] == "danger" for card in answer["cards"]]
    if any(danger) and not danger[0]:
        yield "danger does not come first"
    if any(card["indicator"] not in order for card in answer["cards"]):
        yield "an unknown indicator"


def _empties(value: object, path: str) -> Iterator[str]:
    """Nothing is null or empty but what may be."""
    if value is None or value in ("", [], {}):
        if path.rpartition(".")[2] not in MAY_BE_EMPTY:
            yield f"{path} is {value!r}"
    elif isinstance(value, dict):
        for name, held in value.items():
            yield from _empties(held, f"{path}.{name}")
    elif isinstance(value, list):
        for number, held in enumerate(value):
            yield from _empties(held, f"{path}[{number}]")


def _card(card: dict[str, Any], drafts: set[str]) -> Iterator[str]:
    allowed = {"uuid", "summary", "detail", "indicator", "source", "suggestions"}
    if set(card) - allowed - {"selectionBehavior", "overrideReasons", "links"}:
        yield "an unknown field of a card"
    if not _is_uuid(card.get("uuid")):
        yield "uuid"
    summary = card.get("summary")
    if not isinstance(summary, str) or not 0 < len(summary) < 140 or "\n" in summary:
        yield "summary"
    if "<" in str(summary) or MARKUP.search(card.get("detail", "")):
        yield "markup"
    if card.get("indicator") not in INDICATORS:
        yield "indicator"
    source = card.get("source", {})
    if not source.get("label") or not _is_coding(source.get("topic")):
        yield "source"
    yield from _suggestions(card, drafts)
    for reason in card.get("overrideReasons", []):
        if not _is_coding(reason) or reason["code"] not in REASONS:
            yield "overrideReasons"
    yield from _links(card)


def _suggestions(card: dict[str, Any], drafts: set[str]) -> Iterator[str]:
    suggestions = card.get("suggestions", [])
    if suggestions and card.get("selectionBehavior") not in {"at-most-one", "any"}:
        yield "selectionBehavior"
    if not suggestions and "selectionBehavior" in card:
        yield "selectionBehavior without suggestions"
    recommended = [one for one in suggestions if one.get("isRecommended")]
    if card.get("selectionBehavior") == "at-most-one" and len(recommended) > 1:
        yield "several are recommended"
    for suggestion in suggestions:
        yield from _suggestion(suggestion, drafts)


def _links(card: dict[str, Any]) -> Iterator[str]:
    for link in card.get("links", []):
        parts = urlsplit(link.get("url", ""))
        if not link.get("label") or parts.scheme not in {"http", "https"} or not parts.netloc:
            yield "link"
        if link.get("type") not in {"absolute", "smart"}:
            yield "type of a link"
        if "appContext" in link and link.get("type") != "smart":
            yield "appContext"


def _suggestion(suggestion: dict[str, Any], drafts: set[str]) -> Iterator[str]:
    if not suggestion.get("label") or not _is_uuid(suggestion.get("uuid")):
        yield "suggestion"
    if not suggestion.get("actions"):
        yield "a suggestion without actions"
    for action in suggestion.get("actions", []):
        kind = action.get("type")
        if kind not in {"create", "update", "delete"} or not action.get("description"):
            yield "action"
        if kind == "delete":
            if action.get("resourceId") not in drafts or "resource" in action:
                yield "deletes what is no draft order"
        elif not isinstance(action.get("resource"), dict) or "resourceId" in action:
            yield "an action without its resource"
        else:
            resource = action["resource"]
            if kind == "update" and f"{resource['resourceType']}/{resource['id']}" not in drafts:
                yield "updates what is no draft order"
            if resource["resourceType"] not in {"Task", "ServiceRequest"}:
                yield "creates something other than a review"
            if "medicationCodeableConcept" in resource:
                yield "orders a medicine"
            if KRATOM.search(str(resource.get("code", ""))):
                yield "orders kratom"


def _is_coding(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(value.get(name), str) and value[name] for name in ("code", "system", "display")
    )


def _is_uuid(value: object) -> bool:
    try:
        return str(uuid.UUID(str(value))) == value
    except ValueError:
        return False
