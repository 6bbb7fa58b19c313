"""Whose records are wanted, from what was seen and from the Patients of the export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from speciosa.cohort import identity
from speciosa.cohort.export import Blocks
from speciosa.cohort.gather.exact import numbered
from speciosa.cohort.gather.line import BadLineError, read_head, read_whole
from speciosa.cohort.identity import Card, Chosen
from speciosa.fhir.references import without_history

if TYPE_CHECKING:
    from speciosa.cohort.export import Export, Part
    from speciosa.cohort.look import Looked
    from speciosa.cohort.options import Options


# A product or a form that names kratom is about no person.
_OF_NOBODY = frozenset(
    {"ActivityDefinition", "CodeSystem", "Medication", "MedicationKnowledge", "PlanDefinition"}
    | {"Questionnaire", "Substance", "ValueSet"}
)


def choose(looked: Iterable[Looked], export: Export, options: Options) -> Chosen:
    """The people whom a resource that was seen is about.

    ``looked``: first one for each part of the export, in their order, then any further ones.
    """
    seen: list[tuple[str, str]] = []
    deleted: set[str] = set()
    parts: list[Part] = []
    for number, one in enumerate(looked):
        about = [s for s in one.seen if s.kind not in _OF_NOBODY]
        seen += [(f"{s.kind}/{s.id}" if s.id else s.kind, s.person) for s in about]
        deleted |= set(one.deleted)
        if number < len(export.parts) and one.patients:
            parts.append(export.parts[number])

    def cards(ends: frozenset[str]) -> Iterator[Card]:
        for part in parts:
            yield from cards_in(part, ends)

    return identity.choose(
        seen, cards, servers=filter(None, [export.server]), deleted=map(_name, deleted)
    )


def _name(reference: str) -> str:
    """``Type/id`` of a deleted resource's reference."""
    return "/".join(without_history(reference).split("/")[-2:])


def cards_in(part: Part, ends: frozenset[str]) -> Iterator[Card]:
    """Cards of the Patients of a part one of whose names, or links, ends in one of ``ends``."""
    for _, line in numbered(Blocks(part)):
        if b'"Patient"' not in line:
            continue
        try:
            card = identity.card(read_whole(line)) if read_head(line).kind == "Patient" else None
        except BadLineError:
            continue  # gathering reports it
        if card is not None and _ends(card) & ends:
            yield card


def _ends(card: Card) -> set[str]:
    names = card.names() | card.replaced_by | card.replaces
    return {identity.last(name) for name in names}
