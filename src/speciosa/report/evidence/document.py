"""The JSON documents of ``speciosa evidence``. No clock: the same base gives the same bytes."""

from __future__ import annotations

import msgspec

from speciosa import __version__
from speciosa.knowledge import Knowledge
from speciosa.knowledge.evidence.overlay import Changes, Overlay
from speciosa.knowledge.evidence.pooled import PooledEffect


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """What the answers were made with. ``overlay`` is empty without added studies."""

    version: str
    knowledge_release: str
    made_from: str
    overlay: str


class ListDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Every pooled effect, and the questions that no study answers."""

    provenance: Provenance
    effects: tuple[PooledEffect, ...]
    unanswered: tuple[str, ...]


class QuestionDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One pooled effect."""

    provenance: Provenance
    effect: PooledEffect


class UpdateDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What new studies changed."""

    provenance: Provenance
    changes: Changes


def provenance(knowledge: Knowledge, overlay: Overlay | None = None) -> Provenance:
    """Version, release and hashes of a base with the overlay it was loaded or made with."""
    added = knowledge.overlay if overlay is None else overlay
    return Provenance(
        version=__version__,
        knowledge_release=knowledge.release.number,
        made_from=(knowledge.evidence.pools if added is None else added.pools).made_from,
        overlay="" if added is None else added.hash,
    )
