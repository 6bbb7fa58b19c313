"""Whose records are wanted, from what was seen and from the Patients of the export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from speciosa.cohort import identity
from speciosa.cohort.export import Blocks
from speciosa.cohort.gather.exact import numbered
from speciosa.cohort.gather.line import BadLineError, read_head
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


class _Patient(msgspec.Struct, frozen=True):
    """What a card is made of."""

    resourceType: Any = None  # noqa: N815 (FHIR's names)
    id: Any = None
    identifier: Any = None
    link: Any = None
    birthDate: Any = None  # noqa: N815
    gender: Any = None


_PATIENT = msgspec.json.Decoder(_Patient)
_FIELDS = _Patient.__struct_fields__


def cards_in(part: Part, ends: frozenset[str]) -> Iterator[Card]:
    """Cards of the Patients of a part one of whose names, or links, ends in one of ``ends``."""
    for _, line in numbered(Blocks(part)):
        if b'"Patient"' not in line:
            continue
        try:
            patient = _PATIENT.decode(line)
            card = identity.card({name: getattr(patient, name) for name in _FIELDS})
            if card is not None and not ends.isdisjoint(card.ends()):
                read_head(line)
                yield card
        except (BadLineError, msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            continue  # gathering reports it
