"""Placeholder module of the table ``care``; its owner replaces it."""

from __future__ import annotations

from collections.abc import Iterator

from speciosa.knowledge.fact import Fact
from speciosa.knowledge.table import Table


class Care(Table):
    """To be written."""

    name = "care"

    def facts(self) -> Iterator[Fact]:
        """No facts yet."""
        return iter(())
