"""A Parquet file written row group by row group: memory holds one group, whatever the length."""

from __future__ import annotations

from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from speciosa.cohort.result import Row
from speciosa.cohort.table.schema import Record, Table

# Of the size of a group: large enough to compress well, small enough for any memory.
_GROUP = 20_000


class Writer:
    """Takes rows of the screening; the file is complete after ``close``."""

    def __init__(self, table: Table, file: BinaryIO, made_by: dict[str, str]) -> None:
        self._table, self._schema = table, table.schema(made_by)
        self._writer = pq.ParquetWriter(file, self._schema, compression="zstd")
        self._held: list[Record] = []

    def add(self, row: Row) -> None:
        """Add what one person's row gives this table."""
        self._held.extend(self._table.records(row))
        while len(self._held) >= _GROUP:
            self._write(_GROUP)

    def close(self) -> None:
        """Write what is left, and the footer."""
        if self._held:
            self._write(len(self._held))
        self._writer.close()

    def _write(self, count: int) -> None:
        group, self._held = self._held[:count], self._held[count:]
        self._writer.write_table(pa.Table.from_pylist(group, self._schema), row_group_size=_GROUP)
