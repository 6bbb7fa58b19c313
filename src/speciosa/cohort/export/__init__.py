"""A bulk export on disk: which files hold resources, and their lines in whole blocks.

``read_export`` takes a folder of NDJSON files or the manifest that a server answered; nothing is
downloaded. What a line is, is read from the line; the name of a file decides nothing.
"""

from __future__ import annotations

from speciosa.cohort.export.blocks import LONGEST_LINE, Block, Blocks
from speciosa.cohort.export.inventory import is_as_it_was, read_export
from speciosa.cohort.export.result import Export, Part, Skipped

__all__ = [
    "LONGEST_LINE",
    "Block",
    "Blocks",
    "Export",
    "Part",
    "Skipped",
    "is_as_it_was",
    "read_export",
]
