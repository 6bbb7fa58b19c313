"""What several items of a section share is said once, as a note that names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.clinical.care.said import PREFERS
from speciosa.finding import Finding, worst_first

if TYPE_CHECKING:
    from collections.abc import Mapping

    from speciosa.clinical.care.items import Placed
    from speciosa.clinical.care.result import PlanItem
    from speciosa.clinical.care.said import Said

_SEVERAL = 2
_NAMED = 4


def shared(found: tuple[Placed, ...]) -> frozenset[str]:
    """Ids of what is said of several items; how many does not depend on their standing."""
    counts: dict[str, int] = {}
    for entry in found:
        for said in entry.shared:
            counts[said.id] = counts.get(said.id, 0) + 1
    return frozenset(i for i, n in counts.items() if n >= _SEVERAL or i == PREFERS)


def items(found: tuple[Placed, ...], as_notes: frozenset[str]) -> tuple[PlanItem, ...]:
    """The items, each with what it alone carries."""
    return tuple(
        entry.with_own(tuple(s for s in entry.shared if s.id not in as_notes)) for entry in found
    )


def notes(
    section_id: str,
    found: tuple[Placed, ...],
    as_notes: frozenset[str],
    words: Mapping[str, str],
) -> tuple[Finding, ...]:
    """A note for each shared saying, worst first, with the items that it concerns."""
    concerned: dict[str, list[Placed]] = {}
    texts: dict[str, Said] = {}
    for entry in found:
        for said in entry.shared:
            if said.id in as_notes:
                texts.setdefault(said.id, said)
                concerned.setdefault(said.id, []).append(entry)
    return worst_first(
        tuple(
            Finding(
                id=f"care.note.{section_id}.{said_id}",
                severity=said.severity,
                certainty=said.certainty,
                tone=said.tone,
                text=_text(said, tuple(concerned[said_id]), found, words),
                facts=said.facts,
            )
            for said_id, said in texts.items()
        )
    )


def _text(
    said: Said, concerned: tuple[Placed, ...], found: tuple[Placed, ...], words: Mapping[str, str]
) -> str:
    text = said.text
    if len(concerned) != len(found) and said.id != PREFERS:
        titles = [entry.title.split(" (")[0] for entry in concerned]
        whole = f"class_{said.concerns}"
        named = words[whole] if len(titles) > _NAMED and whole in words else ", ".join(titles)
        text = words["applies_to"].format(text=text, titles=named)
    return f"{text} ({said.rule})" if said.rule else text
