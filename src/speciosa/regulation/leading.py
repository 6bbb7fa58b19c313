"""The most restrictive known answer by substance, and the words that keep the rest visible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.knowledge.law.partial_date import partial_date
from speciosa.knowledge.law.record import Confidence, Level, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from speciosa.knowledge.law.record import LawWords
    from speciosa.regulation.result import LawLayer

WIDE = (Level.INTERNATIONAL, Level.BLOC)


def leading_status(layers: Sequence[LawLayer]) -> Status:
    """The status that counts in practice for one substance.

    A known restriction always leads, the most restrictive first. Where none is known, "no specific
    law" leads only if every layer from the country down is known: one layer that is unclear or not
    known leads instead, because unknown is never shown as permitted. The international layer and
    the bloc bind states rather than persons, so their gaps are told in words only.
    """
    statuses = [Status(layer.status) for layer in layers]
    restrictions = [s for s in statuses if s.is_restriction]
    if restrictions:
        return min(restrictions, key=lambda s: s.rank)
    near = [Status(layer.status) for layer in layers if layer.level not in WIDE] or statuses
    for gap in (Status.UNCLEAR, Status.NOT_KNOWN):
        if gap in near:
            return gap
    return Status.NO_SPECIFIC_LAW if near else Status.NOT_KNOWN


def leading_words(words: LawWords, layers: Sequence[LawLayer], state_missing: bool) -> str:
    """One short paragraph on one substance: what leads, what else, and what is not known."""
    parts = [
        words.leading["status"].format(
            status=words.statuses[status],
            where=where(words, (la for la in layers if la.status == status)),
        )
        for status in sorted({Status(la.status) for la in layers}, key=lambda s: s.rank)
        if status is not Status.NO_SPECIFIC_LAW
    ]
    parts.extend(
        words.leading["readings"].format(
            place=layer.place_name,
            readings="; ".join(words.statuses[Status(r)] for r in layer.readings),
        )
        for layer in layers
        if layer.readings
    )
    none_seen = [layer for layer in layers if layer.status == Status.NO_SPECIFIC_LAW]
    if none_seen:
        parts.append(words.leading["none_seen"].format(where=where(words, none_seen)))
        parts.append(words.no_specific_law_caution)
    parts.extend(
        words.leading["pending"].format(place=layer.place_name, pending=layer.pending)
        for layer in layers
        if layer.pending
    )
    parts.extend(_doubts(words, layers))
    if state_missing:
        parts.append(words.leading["state_not_given"])
    return " ".join(sentence(part) for part in parts)


def where(words: LawWords, layers: Iterable[LawLayer]) -> str:
    """Where some layers are, each once: ``international level and Tennessee (state)``."""
    found = dict.fromkeys(
        words.levels[Level(layer.level)]
        if layer.level in WIDE
        else f"{layer.place_name} ({words.levels[Level(layer.level)]})"
        for layer in layers
    )
    return join(found)


def written_before_start(layer: LawLayer) -> bool:
    """Whether the source spoke before the rule was due to start."""
    if not layer.as_of or not layer.effective_from or not layer.stale:
        return False
    return partial_date(layer.as_of).last < partial_date(layer.effective_from).first


def _doubts(words: LawWords, layers: Sequence[LawLayer]) -> list[str]:
    """What makes the leading answer less sure: a weak source, a start that was not confirmed."""
    lead = leading_status(layers)
    leaders = [layer for layer in layers if layer.status == lead]
    found = [
        words.leading["not_confirmed"].format(place=la.place_name, start=la.effective_from)
        for la in leaders
        if written_before_start(la)
    ]
    found.extend(
        words.leading["low_confidence"].format(place=la.place_name, as_of=la.as_of)
        for la in leaders
        if la.as_of and la.confidence == Confidence.LOW
    )
    return found


def join(items: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    found = list(items)
    return " and ".join([*([", ".join(found[:-1])] if found[:-1] else []), *found[-1:]])


def sentence(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]
