"""Placeholder module of the table ``kratom``; its owner replaces it."""

from __future__ import annotations

from collections.abc import Iterator

from speciosa.knowledge.fact import Fact
from speciosa.knowledge.table import Table


class KratomFacts(Table):
    """To be written."""

    name = "kratom"

    def facts(self) -> Iterator[Fact]:
        """No facts yet."""
        return iter(())
