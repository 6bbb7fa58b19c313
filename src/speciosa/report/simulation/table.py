"""The curve of a simulated regimen as a table: one row a time and analyte, with units."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from speciosa.errors import InputError, InputProblem
from speciosa.report.simulation.document import SimulationDocument

COLUMNS = ("analyte", "time_h", "unit", "median", "p05", "p25", "p75", "p95")
ENDINGS = (".csv", ".parquet")


def rows(document: SimulationDocument) -> Iterator[tuple[str | float, ...]]:
    """Values in the order of ``COLUMNS``; times are hours after the first dose shown."""
    for analyte, fan in document.curve.items():
        lines = (fan.time_h, fan.median, fan.p05, fan.p25, fan.p75, fan.p95)
        for time, *values in zip(*lines, strict=True):
            yield (analyte, time, fan.unit, *values)


def as_csv(document: SimulationDocument) -> bytes:
    """Comma-separated UTF-8 with a header line."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows(document))
    return text.getvalue().encode()


def as_parquet(document: SimulationDocument, about: Mapping[str, str] | None = None) -> bytes:
    """Apache Parquet, with provenance in its metadata, and what else is to be said ``about`` it.

    Needs the extra ``tables``; raises ``InputError`` that says so where it is not installed.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415  # an optional extra
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError:
        raise not_installed("--table", "Parquet", "tables", "a file that ends in .csv") from None
    columns = dict(zip(COLUMNS, zip(*rows(document), strict=True), strict=True))
    provenance = document.provenance
    table = pa.table({name: list(values) for name, values in columns.items()})
    (unit,) = {fan.unit for fan in document.curve.values()}
    units = {"time_h": "h"} | dict.fromkeys(COLUMNS[3:], unit)
    fields = [
        field.with_metadata({"unit": units[field.name]}) if field.name in units else field
        for field in table.schema
    ]
    described = pa.schema(
        fields,
        metadata={
            "speciosa_version": provenance.speciosa_version,
            "knowledge_release": provenance.knowledge_release,
            "seed": str(provenance.seed),
            "subjects": str(document.subjects),
            "input_sha256": provenance.input_sha256,
            "intended_use": provenance.intended_use,
            **(about or {}),
        },
    )
    table = table.cast(described)
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def not_installed(option: str, what: str, extra: str, instead: str) -> InputError:
    """What is asked for needs an optional package that is not there."""
    accepted = f"{instead}, or {what} after: pip install 'speciosa[{extra}]'"
    return InputError([InputProblem(option, f"{what}, for which a package is missing", accepted)])
