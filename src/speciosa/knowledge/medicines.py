"""Placeholder module of the table ``medicine``; its owner replaces it."""

from __future__ import annotations

from collections.abc import Iterator

from speciosa.knowledge.fact import Fact
from speciosa.knowledge.table import Table


class Medicines(Table):
    """To be written."""

    name = "medicine"

    def facts(self) -> Iterator[Fact]:
        """No facts yet."""
        return iter(())
