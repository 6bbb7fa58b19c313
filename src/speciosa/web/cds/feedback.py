"""What became of the cards: kept once each, however late, often or many at a time it is told."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from speciosa.store import Store
from speciosa.web.cds.call import parse
from speciosa.web.cds.card import Card
from speciosa.web.cds.problems import malformed

_MOST_ITEMS = 500
_LONGEST_COMMENT = 4000
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]00:00)")


class KeptCard(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a card that was sent, to understand feedback on it: nothing of a person."""

    service: str
    client: str
    topic: str
    indicator: str
    suggestions: tuple[str, ...]


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One outcome of one card."""

    card: str
    outcome: str
    timestamp: str
    suggestions: tuple[str, ...] = ()
    reason: dict[str, str] = {}
    comment: str = ""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """How many outcomes were kept, were known already, or are about cards not sent from here."""

    stored: int
    repeated: int
    unknown: int


def keep(
    cards: Sequence[Card],
    store: Store,
    *,
    service: str,
    client: str,
    at: dt.datetime,
    person: str = "",
) -> None:
    """Remember the cards of an answer before it leaves; they go with the person, if known."""
    shown = (
        KeptCard(
            service=service,
            client=client,
            topic=card.source.topic.code,
            indicator=card.indicator.value,
            suggestions=tuple(one.uuid for one in card.suggestions),
        )
        for card in cards
    )
    kept = [(card.uuid, msgspec.json.encode(one)) for card, one in zip(cards, shown, strict=True)]
    if kept:
        store.put_cards(kept, at=at, person=person)


def read_feedback(raw: bytes) -> tuple[Item, ...]:
    """The outcomes in a body. Raises ``CdsError`` (400) naming the first field that is wrong."""
    body = parse(raw)
    given = body.get("feedback") if isinstance(body, dict) else None
    if not isinstance(given, list) or not 0 < len(given) <= _MOST_ITEMS:
        raise malformed("feedback", "something else", f"a list of 1 to {_MOST_ITEMS} outcomes")
    return tuple(_item(one, f"feedback[{number}]") for number, one in enumerate(given))


def take(
    items: Sequence[Item], store: Store, *, service: str, client: str, at: dt.datetime
) -> Taken:
    """Keep each outcome once. A card of another client or service counts as not sent from here."""
    counts = {"stored": 0, "repeated": 0, "unknown": 0}
    for item in items:
        raw = store.card(item.card)
        kept = msgspec.json.decode(raw, type=KeptCard) if raw is not None else None
        if (
            kept is None
            or (kept.service, kept.client) != (service, client)
            or not set(item.suggestions) <= set(kept.suggestions)
        ):
            counts["unknown"] += 1
            continue
        body = msgspec.json.encode(item, order="deterministic")
        key = hashlib.sha256(body).hexdigest()
        new = store.add_feedback(service, item.card, key, body, at=at)
        counts["stored" if new else "repeated"] += 1
    return Taken(**counts)


def _item(given: object, field: str) -> Item:
    if not isinstance(given, dict):
        raise malformed(field, "something else", "an object")
    card = _uuid(given.get("card"), f"{field}.card")
    outcome = given.get("outcome")
    if outcome not in ("accepted", "overridden"):
        raise malformed(f"{field}.outcome", "something else", "accepted or overridden")
    when = given.get("outcomeTimestamp")
    if not isinstance(when, str) or not _MOMENT.fullmatch(when) or not _is_moment(when):
        raise malformed(f"{field}.outcomeTimestamp", "something else", "a moment in UTC (RFC 3339)")
    suggestions = _suggestions(given.get("acceptedSuggestions"), field)
    if outcome == "accepted" and not suggestions:
        raise malformed(f"{field}.acceptedSuggestions", "nothing", "a list of at least one id")
    reason, comment = _reason(given.get("overrideReason"), f"{field}.overrideReason")
    return Item(
        card=card,
        outcome=outcome,
        timestamp=when,
        suggestions=suggestions,
        reason=reason,
        comment=comment,
    )


def _suggestions(given: object, field: str) -> tuple[str, ...]:
    if given is None:
        return ()
    name = f"{field}.acceptedSuggestions"
    if not isinstance(given, list) or len(given) > _MOST_ITEMS:
        raise malformed(name, "something else", "a list of objects with an id")
    return tuple(
        _uuid(one.get("id") if isinstance(one, dict) else None, f"{name}[{number}].id")
        for number, one in enumerate(given)
    )


def _reason(given: object, field: str) -> tuple[dict[str, str], str]:
    """The coded reason and the clinician's comment, each of which may be absent."""
    if given is None:
        return {}, ""
    if not isinstance(given, dict):
        raise malformed(field, "something else", "an object")
    comment = given.get("userComment", "")
    if not isinstance(comment, str) or len(comment) > _LONGEST_COMMENT:
        raise malformed(f"{field}.userComment", "something else", "text")
    return _coding(given.get("reason"), f"{field}.reason"), comment


def _coding(given: object, field: str) -> dict[str, str]:
    if given is None:
        return {}
    if not isinstance(given, dict) or not isinstance(given.get("code"), str):
        raise malformed(field, "something else", "a Coding with a code")
    held: dict[str, Any] = {name: given.get(name, "") for name in ("system", "code", "display")}
    for name, value in held.items():
        if not isinstance(value, str) or len(value) > _LONGEST_COMMENT:
            raise malformed(f"{field}.{name}", "something else", "text")
    return {name: value for name, value in held.items() if value}


def _is_moment(text: str) -> bool:
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _uuid(given: object, field: str) -> str:
    if isinstance(given, str):
        try:
            return str(uuid.UUID(given))
        except ValueError:
            pass
    raise malformed(field, "something else", "a UUID")
