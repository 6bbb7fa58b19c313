"""Lines that refer to Medications already known to name kratom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import msgspec

from speciosa.cohort.look import lines, patterns
from speciosa.fhir.references import without_history
from speciosa.fhir.shape import a_dict, text

if TYPE_CHECKING:
    from speciosa.cohort.export import Block
    from speciosa.cohort.look.result import KratomMedication


class Listed:
    """The Medications by every way in which a resource can refer to them."""

    def __init__(self, medications: Sequence[KratomMedication]) -> None:
        self.by_reference: dict[str, Mapping[str, Any]] = {}
        self._by_identifier: dict[tuple[str, str], str] = {}
        told: set[str] = set()
        for one in medications:
            # Of several versions any will do: each of them names kratom.
            self.by_reference[f"Medication/{one.id}"] = msgspec.json.decode(one.raw)
            told.add(one.id)
            for system, value in one.identifiers:
                self._by_identifier[system, value] = f"Medication/{one.id}"
                self._by_identifier.setdefault(("", value), f"Medication/{one.id}")
                told.add(value)
        # A value can be written with escapes of the address; its plain middle is enough to search.
        self._scan = patterns.literals(_plainest(value) for value in told if value)

    def worth_reading(self, block: Block) -> Iterator[lines.Line]:
        """Lines that hold an id or identifier of one of them."""
        return lines.holding(block, self._scan)

    def referring(self, resource: dict[str, Any]) -> dict[str, Any] | None:
        """The resource with its reference in the plain form; ``None`` if it refers to none."""
        reference = a_dict(resource.get("medicationReference"))
        target = self._target(reference)
        if not target:
            return None
        return {**resource, "medicationReference": {**reference, "reference": target}}

    def _target(self, reference: dict[str, Any]) -> str:
        written = without_history(text(reference.get("reference")))
        if not written:
            identifier = a_dict(reference.get("identifier"))
            place = (text(identifier.get("system")), text(identifier.get("value")))
            return self._by_identifier.get(place, "")
        head, asked, query = written.partition("?")
        if asked:
            name, _, given = query.partition("=")
            if name == "_id":
                return self._known(f"Medication/{unquote(given)}")
            system, bar, value = unquote(given).rpartition("|")
            place = (system if bar else "", value)
            is_search = name == "identifier" and head.rpartition("/")[2] == "Medication"
            return self._by_identifier.get(place, "") if is_search else ""
        if written.startswith("urn:uuid:"):
            return self._known(f"Medication/{written.removeprefix('urn:uuid:')}")
        return self._known("/".join(written.split("/")[-2:]))

    def _known(self, reference: str) -> str:
        return reference if reference in self.by_reference else ""


def _plainest(value: str) -> str:
    """The longest run of a text that every writer writes alike."""
    runs = "".join(c if c.isascii() and c.isalnum() else " " for c in value).split()
    return max(runs, key=len, default=value)
