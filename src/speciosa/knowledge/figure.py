"""A figure inside a richer record: a value with its range, provenance and disagreement."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from speciosa.knowledge.fact import Basis, Fact


class Figure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One value as curated; the record that holds it knows subject, quantity and unit.

    ``low`` and ``high`` are what ``interval`` names. ``alternatives`` are values of other sources
    for the same quantity; ``conflict`` says when they disagree badly.
    """

    value: float
    low: float | None = None
    high: float | None = None
    interval: str = ""
    n: int | None = None
    sources: tuple[str, ...] = ()
    basis: Basis = Basis.SOURCE
    verified: bool = False
    note: str = ""
    conflict: str = ""
    alternatives: tuple[Figure, ...] = ()

    def facts(
        self, fact_id: str, subject: str, quantity: str, unit: str, read_on: str
    ) -> Iterator[Fact]:
        """The figure and its alternatives as facts; ``read_on`` counts for verified ones."""
        yield Fact(
            id=fact_id,
            subject=subject,
            quantity=quantity,
            value=self.value,
            unit=unit,
            low=self.low,
            high=self.high,
            interval=self.interval,
            n=self.n,
            sources=self.sources,
            basis=self.basis,
            verified=self.verified,
            read_on=read_on if self.verified else "",
            note="; ".join(part for part in (self.note, self.conflict) if part),
        )
        for number, other in enumerate(self.alternatives, start=1):
            yield from other.facts(
                f"{fact_id}/alternative/{number}",
                subject,
                f"{quantity} (another source)",
                unit,
                read_on,
            )
