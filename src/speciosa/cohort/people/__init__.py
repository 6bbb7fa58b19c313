"""The chosen people's records -> case -> assessment -> row, shard by shard."""

from __future__ import annotations

from speciosa.cohort.people.awaited import Awaited
from speciosa.cohort.people.shard import (
    bundles,
    counts,
    job,
    name_of,
    of_lines,
    rows,
    without,
)

__all__ = ["Awaited", "bundles", "counts", "job", "name_of", "of_lines", "rows", "without"]
