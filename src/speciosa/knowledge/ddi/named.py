"""Dangerous pairs known by name, which neither an equation nor a rule of classes can see."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from speciosa.finding import Severity
from speciosa.knowledge.ddi.hazards import Wording
from speciosa.knowledge.fact import Basis, Fact
from speciosa.knowledge.medicines.record import Record


class NamedPair(Wording, frozen=True, kw_only=True):
    """Any of ``by`` with any of ``changed``, whose concentration changes, or of ``one``.

    Sides hold ids of medicines, or names of the sets of the file. ``title`` says in a few words
    what can happen; ``after`` what follows where the one of ``by`` was stopped and still counts.
    """

    id: str
    title: str
    severity: Severity
    by: tuple[str, ...]
    changed: tuple[str, ...] = ()
    one: tuple[str, ...] = ()
    after: str = ""
    sources: tuple[str, ...] = ()

    @property
    def fact_id(self) -> str:
        """The id of the pair as a fact."""
        return f"ddi/named_pair/{self.id}"


class NamedPairs(Record, frozen=True, kw_only=True):
    """``named_pairs.yaml``: the pairs, and sets of medicines that several of them share."""

    sets: dict[str, tuple[str, ...]]
    pairs: tuple[NamedPair, ...]

    def by_two(self) -> dict[tuple[str, str], tuple[NamedPair, ...]]:
        """The pairs by the medicine changed, or the one met, and what acts on it."""
        found: dict[tuple[str, str], tuple[NamedPair, ...]] = {}
        for pair in self.pairs:
            for two in product(self.members((*pair.changed, *pair.one)), self.members(pair.by)):
                found[two] = (*found.get(two, ()), pair)
        return found

    def members(self, side: tuple[str, ...]) -> frozenset[str]:
        """The medicines of a side, sets taken apart."""
        return frozenset(m for name in side for m in self.sets.get(name, (name,)))

    def facts(self) -> Iterator[Fact]:
        """One fact for each pair: recalled, or judged after what the sources tell."""
        for pair in self.pairs:
            yield Fact(
                id=pair.fact_id,
                subject=", ".join((*pair.changed, *pair.one)).replace("_", " "),
                quantity=f"severity with {', '.join(pair.by)}: {pair.title}".replace("_", " "),
                value=pair.severity.value,
                sources=pair.sources,
                basis=Basis.JUDGEMENT if pair.sources else Basis.RECALLED,
            )
