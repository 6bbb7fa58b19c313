"""All tables of a screening in one pass over its rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from speciosa import __version__
from speciosa.cohort.table.files import private_file
from speciosa.knowledge import load

if TYPE_CHECKING:
    from speciosa.cohort.options import Options
    from speciosa.cohort.result import Row

PATIENTS, PROBLEMS, BUNDLES = "patients.ndjson", "problems.ndjson", "bundles"


def made_by(options: Options) -> dict[str, str]:
    """What the tables rest on. No time of writing: the same screening gives the same bytes."""
    # The number of shards decides nothing that comes out.
    asked = msgspec.json.encode(msgspec.structs.replace(options, shards=1), order="deterministic")
    release = load().release
    return {
        "speciosa.version": __version__,
        "speciosa.knowledge_release": release.number,
        "speciosa.knowledge_date": release.date,
        "speciosa.date": options.date.isoformat(),
        "speciosa.seed": str(options.seed),
        "speciosa.subjects": str(options.subjects),
        "speciosa.options_sha256": hashlib.sha256(asked).hexdigest(),
        "speciosa.intended_use": release.intended_use,
    }


def write(rows: Iterable[Row], out: Path, options: Options) -> int:
    """Write ``patients.ndjson`` and the Parquet tables, row by row; how many rows there were.

    A file takes its name when it is complete.
    """
    from speciosa.cohort.table.parquet import Writer  # noqa: PLC0415  # an extra, slow to load
    from speciosa.cohort.table.schema import TABLES  # noqa: PLC0415

    told, count = made_by(options), 0
    with ExitStack() as open_files:
        lines = open_files.enter_context(private_file(out / PATIENTS))
        writers = []
        for table in TABLES:
            file = open_files.enter_context(private_file(out / f"{table.name}.parquet"))
            # Closed before its file, whatever happens between.
            writers.append(open_files.enter_context(closing(Writer(table, file, told))))
        for row in rows:
            lines.write(msgspec.json.encode(row) + b"\n")
            for writer in writers:
                writer.add(row)
            count += 1
    return count


def write_problems(lines: Iterable[bytes], out: Path) -> int:
    """Write ``problems.ndjson`` from lines of JSON; how many there were."""
    count = 0
    with private_file(out / PROBLEMS) as file:
        for line in lines:
            file.write(line + b"\n")
            count += 1
    return count


def write_bundles(bundles: Iterable[tuple[str, bytes]], out: Path) -> int:
    """Write each person's FHIR Bundle under ``bundles``; how many there were."""
    count = 0
    for name, content in bundles:
        with private_file(out / BUNDLES / name) as file:
            file.write(content)
        count += 1
    return count
