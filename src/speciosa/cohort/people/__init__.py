"""The chosen people's records -> case -> assessment -> row, shard by shard."""

from __future__ import annotations

from speciosa.cohort.people.shard import bundles, counts, job, name_of, of_lines, rows

__all__ = ["bundles", "counts", "job", "name_of", "of_lines", "rows"]
