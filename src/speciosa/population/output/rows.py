"""Rows of virtual people as Arrow record batches, with what each column means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from speciosa.population.output.columns import WHOLE

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from speciosa.population.output.columns import Column


def schema(columns: Sequence[Column], about: Mapping[str, str] | None = None) -> pa.Schema:
    """The Arrow schema: numbers to seven digits, categories as words; units in the metadata."""
    import pyarrow as pa  # noqa: PLC0415  # an extra

    def kind(column: Column) -> pa.DataType:
        if column.values:
            return pa.dictionary(pa.int8(), pa.string())
        return pa.int64() if column.name in WHOLE else pa.float32()

    return pa.schema(
        [
            pa.field(c.name, kind(c), metadata={"unit": c.unit, "description": c.about})
            for c in columns
        ],
        metadata=dict(about or {}),
    )


def encoded_rows(values: Mapping[str, NDArray[Any]], columns: Sequence[Column]) -> bytes:
    """Rows as an Arrow stream. A category is given by its codes; NaN becomes empty."""
    import pyarrow as pa  # noqa: PLC0415  # an extra

    wanted = schema(columns)
    arrays = []
    for column, field in zip(columns, wanted, strict=True):
        held = values[column.name]
        if column.values:
            codes = pa.array(held.astype(np.int8), mask=held < 0)
            arrays.append(pa.DictionaryArray.from_arrays(codes, list(column.values)))
        elif column.name in WHOLE:
            arrays.append(pa.array(held.astype(np.int64)))
        else:
            arrays.append(pa.array(held.astype(np.float32), mask=np.isnan(held), type=field.type))
    batch = pa.record_batch(arrays, schema=wanted)
    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, wanted) as stream:
        stream.write_batch(batch)
    return bytes(out.getvalue())


def decoded_rows(pieces: Iterable[bytes]) -> Iterable[pa.RecordBatch]:
    """The batches of encoded rows, one after the other."""
    import pyarrow as pa  # noqa: PLC0415  # an extra

    for raw in pieces:
        with pa.ipc.open_stream(raw) as stream:
            yield from stream
