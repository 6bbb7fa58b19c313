"""Lines that refer to Medications already known to name kratom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from speciosa.cohort.whose import by_identifier, local, of_element
from speciosa.fhir.shape import a_dict

if TYPE_CHECKING:
    from speciosa.cohort.look.result import KratomMedication


class Listed:
    """The Medications by every way in which a resource can refer to them.

    ``values``: ids and identifiers, one of which stands in whatever refers to one.
    """

    def __init__(self, medications: Sequence[KratomMedication], servers: Iterable[str]) -> None:
        self.by_reference: dict[str, Mapping[str, Any]] = {}
        self._servers = tuple(servers)
        self._by_name: dict[str, str] = {}
        told: set[str] = set()
        for one in medications:
            # Of several versions any will do: each of them names kratom.
            reference = f"Medication/{one.id}"
            self.by_reference[reference] = msgspec.json.decode(one.raw)
            self._by_name[reference] = reference
            told.add(one.id)
            for system, value in one.identifiers:
                self._by_name[by_identifier(system, value)] = reference
                self._by_name[by_identifier(None, value)] = reference
                told.add(value)
        self.values = frozenset(told) - {""}

    def referring(self, resource: dict[str, Any]) -> dict[str, Any] | None:
        """The resource with its reference in the plain form; ``None`` if it refers to none."""
        reference = a_dict(resource.get("medicationReference"))
        named = of_element(reference, (), "Medication")
        target = self._by_name.get(local(named, self._servers, "Medication"))
        if target is None:
            return None
        return {**resource, "medicationReference": {**reference, "reference": target}}
