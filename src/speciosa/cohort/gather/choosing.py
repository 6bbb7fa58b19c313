"""Whose records are wanted, from what was seen and from the Patients of the export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

import msgspec

from speciosa.cohort import identity
from speciosa.cohort.export import Blocks
from speciosa.cohort.gather.exact import numbered
from speciosa.cohort.gather.line import BadLineError, read_head
from speciosa.cohort.gather.scan import DoubtError, DuckDBError, connect, objects, put, worth_a_scan
from speciosa.cohort.identity import Card, Chosen, Mention
from speciosa.cohort.jsonline import decoded
from speciosa.cohort.whose import LAST, last
from speciosa.fhir.references import without_history

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from speciosa.cohort.export import Export, Part
    from speciosa.cohort.look import Looked
    from speciosa.cohort.options import Options


# A product or a form that names kratom is about no person.
_OF_NOBODY = frozenset(
    {"ActivityDefinition", "CodeSystem", "Medication", "MedicationKnowledge", "PlanDefinition"}
    | {"Questionnaire", "Substance", "ValueSet"}
)


def choose(
    looked: Iterable[Looked], export: Export, options: Options, memory: str = "1GB"
) -> Chosen:
    """The people whom a resource that was seen is about.

    ``looked``: first one for each part of the export, in their order, then any further ones.
    """
    seen: list[Mention] = []
    deleted: set[str] = set()
    parts: list[tuple[Part, int]] = []
    for number, one in enumerate(looked):
        about = [s for s in one.seen if s.kind not in _OF_NOBODY]
        seen += [
            Mention(
                name=f"{s.kind}/{s.id}" if s.id else s.kind,
                person=s.person,
                updated=s.updated,
                owned=s.owned,
            )
            for s in about
        ]
        deleted |= set(one.deleted)
        if number < len(export.parts) and one.patients:
            parts.append((export.parts[number], one.longest))
    with connect(memory) as database:
        links = Links()
        asked: frozenset[str] = frozenset()
        found: list[Card] = []

        def cards(ends: frozenset[str]) -> list[Card]:
            nonlocal asked, found
            # A chain of replaced records is followed in what was read, not by reading again.
            while not (around := links.around(ends)) <= asked:
                asked = around
                put(database, "ends", asked)
                every = (cards_in(part, asked, n, database, links) for part, n in parts)
                found = list(chain.from_iterable(every))
                links.complete = True
            return found

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


class Links:
    """Which Patients replace which, by the last parts of their ids; ``complete`` once all are."""

    def __init__(self) -> None:
        self.complete = False
        self._linked: dict[str, set[str]] = {}

    def take(self, card: Card) -> None:
        """Note the links of a card."""
        for other in map(last, card.replaced_by | card.replaces):
            self._linked.setdefault(card.id, set()).add(other)
            self._linked.setdefault(other, set()).add(card.id)

    def around(self, ends: frozenset[str]) -> frozenset[str]:
        """These last parts and those of everybody linked with them, over any number of links."""
        found, new = set(ends), set(ends)
        while new:
            new = {other for one in new for other in self._linked.get(one, ())} - found
            found |= new
        return frozenset(found)


def cards_in(
    part: Part, ends: frozenset[str], longest: int, database: DuckDBPyConnection, links: Links
) -> Iterator[Card]:
    """Cards of the Patients of a part one of whose names, or links, ends in one of ``ends``.

    ``ends`` are in the database's table of that name. ``links`` takes all links that are there,
    unless it is complete.
    """
    for line in _lines(part, longest, database, linked=not links.complete):
        if b'"Patient"' not in line:
            continue
        try:
            patient: _Patient = decoded(line, _PATIENT)
            card = identity.card({name: getattr(patient, name) for name in _FIELDS})
            if card is not None and not links.complete:
                links.take(card)
            if card is not None and not ends.isdisjoint(card.ends()):
                read_head(line)
                yield card
        except (BadLineError, msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            continue  # gathering reports it


def _lines(
    part: Part, longest: int, database: DuckDBPyConnection, *, linked: bool
) -> list[bytes] | Iterator[bytes]:
    """Lines among which those wanted are: few from a large file, all where DuckDB gives up."""
    if worth_a_scan(part):
        try:
            query = _QUERY.format(source=objects(part, longest), linked=_LINKED if linked else "")
            found = database.execute(query)
            return [line.encode() for (line,) in found.fetchall()]
        except (DoubtError, DuckDBError):
            pass
    return (line for _, line in numbered(Blocks(part)))


# json_extract_string with ``*`` gives a list, empty where there is none.
_QUERY = f"""
WITH named AS (
    SELECT json::VARCHAR AS json, unnest(list_concat(
        [json->>'$.id'],
        json_extract_string(json, '$.identifier[*].value'),
        json_extract_string(json, '$.link[*].other.reference'),
        json_extract_string(json, '$.link[*].other.identifier.value'))) AS name
    FROM {{source}})
SELECT DISTINCT json FROM named
WHERE regexp_extract(name, '{LAST}', 1) IN (SELECT name FROM ends) OR contains(name, '%')
    {{linked}}"""  # noqa: S608 - our own text
_LINKED = "OR contains(json, '\"replace')"
