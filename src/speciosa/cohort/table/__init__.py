"""Rows of a screening as files: NDJSON, one person a line, and three tidy Parquet tables."""

from __future__ import annotations

from speciosa.cohort.table.write import (
    BUNDLES,
    PATIENTS,
    PROBLEMS,
    made_by,
    write,
    write_bundles,
    write_problems,
)

__all__ = [
    "BUNDLES",
    "PATIENTS",
    "PROBLEMS",
    "made_by",
    "write",
    "write_bundles",
    "write_problems",
]
