"""Placeholder module of the table ``ddi``; its owner replaces it."""

from __future__ import annotations

from collections.abc import Iterator

from speciosa.knowledge.fact import Fact
from speciosa.knowledge.table import Table


class InteractionModel(Table):
    """To be written."""

    name = "ddi"

    def facts(self) -> Iterator[Fact]:
        """No facts yet."""
        return iter(())
