"""A population in a file: rows of people, curves of percentiles, units and provenance."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speciosa.errors import InputError, InputProblem
from speciosa.population.output.columns import SHORT, WHOLE
from speciosa.population.output.document import MEANING
from speciosa.population.output.rows import decoded_rows, schema

if TYPE_CHECKING:
    import numpy as np
    import zarr

    from speciosa.population.output.columns import Column
    from speciosa.population.output.document import PopulationDocument

PARQUET, ZARR = ".parquet", ".zarr"
ENDINGS = (PARQUET, ZARR)
_CAUTIONS = (
    "simulate.describes",
    "simulate.no_safe_level",
    "simulate.bodies_assumed",
    "simulate.cirrhosis_assumed",
    "exposure.swallowed_seven_oh",
)
_UNKNOWN_CODE = -1
_BATCHES_AT_ONCE = 5  # blocks of people in one chunk of a Zarr array


def check_ending(path: Path) -> None:
    """Refuse a file of another kind. Raises ``InputError``."""
    if path.suffix.lower() not in ENDINGS:
        accepted = f"a file that ends in {' or '.join(ENDINGS)}"
        raise InputError([InputProblem("--out", repr(str(path)), accepted)])


def curve_file(path: Path) -> Path:
    """Where the percentiles over time stand, for a file that cannot hold them itself."""
    return path.with_name(f"{path.stem}.curve{PARQUET}")


def written(path: Path) -> tuple[Path, ...]:
    """Every file that is written for a path."""
    return (path,) if path.suffix.lower() == ZARR else (path, curve_file(path))


def write(
    path: Path,
    document: PopulationDocument,
    columns: Sequence[Column],
    pieces: Iterable[bytes],
) -> tuple[Path, ...]:
    """Write the file, whole or not at all; returns every file written.

    The bytes depend on the request and the number of people alone. Memory does not grow with them.
    """
    if path.suffix.lower() == ZARR:
        return _zarr(path, document, columns, pieces)
    return _parquet(path, document, columns, pieces)


def provenance(document: PopulationDocument) -> dict[str, str]:
    """What a file says of itself."""
    made, people, method = document.provenance, document.people, document.method
    of_people = (
        {}
        if people is None
        else {
            "population_about": " ".join((people.about, *people.limits)),
            "population_key": people.key,
            "body_effects": people.body_effects,
            "body_effects_assumed": " ".join(people.effects),
            "body_effects_facts": " ".join(people.effect_facts),
        }
    )
    return {
        "title": document.title or "Virtual people who take kratom as described",
        "regimen": "; ".join(document.understood),
        "population": people.title if people else "",
        **of_people,
        "subjects": str(document.subjects),
        "seed": str(made.seed),
        "structures": " ".join(f"{one.structure}={one.share:g}" for one in document.by_structure),
        "percentiles_relative_error": f"{method.relative_error:g}",
        "curve_times": f"{method.times} of {method.times_followed}",
        "what_percentiles_hold": MEANING,
        "speciosa_version": made.speciosa_version,
        "knowledge_release": made.knowledge_release,
        "input_sha256": made.input_sha256,
        "request_xxh3_128": document.request,
        "caution": " ".join(one.text for one in document.findings if one.id in _CAUTIONS),
        "intended_use": made.intended_use,
    }


# ------------------------------------------------------------------ Parquet


def _parquet(
    path: Path, document: PopulationDocument, columns: Sequence[Column], pieces: Iterable[bytes]
) -> tuple[Path, ...]:
    import pyarrow.parquet as pq  # noqa: PLC0415  # an extra

    from speciosa.report.simulation.table import as_parquet  # noqa: PLC0415

    wanted = schema(columns, provenance(document))

    def people(half: Path) -> None:
        with pq.ParquetWriter(half, wanted, compression="zstd") as writer:
            for batch in decoded_rows(pieces):
                writer.write_batch(batch)

    _, curve = files = written(path)
    _whole(path, people)
    _whole(curve, lambda half: half.write_bytes(as_parquet(document, provenance(document))))
    return files


# ------------------------------------------------------------------ Zarr


def _zarr(
    path: Path, document: PopulationDocument, columns: Sequence[Column], pieces: Iterable[bytes]
) -> tuple[Path, ...]:
    import zarr  # noqa: PLC0415  # an extra

    def store(half: Path) -> None:
        root = zarr.create_group(half, zarr_format=3, attributes=provenance(document))
        _people(root.create_group("people"), document.subjects, columns, pieces)
        _curves(root.create_group("curves"), document)

    _whole(path, store)
    return (path,)


def _people(
    group: zarr.Group, subjects: int, columns: Sequence[Column], pieces: Iterable[bytes]
) -> None:
    """One array a column. A category is a code, with its words in the attributes; -1 is unknown."""
    import numpy as np  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415

    arrays: dict[str, zarr.Array[Any]] = {}
    waiting: list[pa.RecordBatch] = []
    done = 0

    def put() -> None:
        nonlocal done
        if not waiting:
            return
        table = pa.Table.from_batches(waiting)
        for column in columns:
            held = table.column(column.name).combine_chunks()
            codes = held.indices.fill_null(_UNKNOWN_CODE) if column.values else held
            arrays[column.name][done : done + len(held)] = codes.to_numpy(zero_copy_only=False)
        done += table.num_rows
        waiting.clear()

    for batch in decoded_rows(pieces):
        if not arrays:
            chunk = batch.num_rows * _BATCHES_AT_ONCE
            for column in columns:
                kind = "int8" if column.values else "int64" if column.name in WHOLE else "float32"
                arrays[column.name] = group.create_array(
                    column.name,
                    shape=(subjects,),
                    chunks=(min(chunk, subjects),),
                    dtype=np.dtype(kind),
                    fill_value=_UNKNOWN_CODE if column.values else None,
                    dimension_names=("subject",),
                    attributes=_attributes(column),
                )
        waiting.append(batch)
        if len(waiting) == _BATCHES_AT_ONCE:
            put()
    put()


def _attributes(column: Column) -> dict[str, Any]:
    said: dict[str, Any] = {"units": column.unit, "long_name": column.about}
    if column.values:
        said["flag_values"] = list(range(len(column.values)))
        said["flag_meanings"] = " ".join(column.values)
        said["_FillValue"] = _UNKNOWN_CODE
    return said


def _curves(group: zarr.Group, document: PopulationDocument) -> None:
    """Percentiles over time of each analyte: (share of people, time)."""
    import numpy as np  # noqa: PLC0415

    lines = ("p05", "p25", "median", "p75", "p95")
    shares = np.array((0.05, 0.25, 0.5, 0.75, 0.95))
    fans = document.curve
    if not fans:
        return
    time = np.array(next(iter(fans.values())).time_h)
    method = document.method
    _put(group, "share", shares, ("share",), {"units": "1", "long_name": "share of people below"})
    _put(
        group,
        "time",
        time,
        ("time",),
        {"units": "h", "long_name": "time after the first dose shown"},
    )
    for name, fan in fans.items():
        values = np.array([getattr(fan, line) for line in lines])
        said = {
            "units": fan.unit,
            "long_name": f"total plasma concentration of {name}",
            "relative_error": method.relative_error,
            "counted_as_nought_below": method.least,
        }
        _put(group, SHORT[name], values, ("share", "time"), said)


def _put(
    group: zarr.Group,
    name: str,
    values: np.ndarray,
    dimensions: tuple[str, ...],
    said: Mapping[str, Any],
) -> None:
    array = group.create_array(
        name,
        shape=values.shape,
        chunks=values.shape,
        dtype=values.dtype,
        dimension_names=dimensions,
        attributes=dict(said),
    )
    array[...] = values


# ------------------------------------------------------------------ whole or not at all


def _whole(path: Path, make: Callable[[Path], object]) -> None:
    half = path.with_name(f"{path.name}.{os.getpid()}.half")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        make(half)
        _remove(path)
        half.replace(path)
    except OSError as error:
        given = f"{str(path)!r} ({error.strerror or type(error).__name__})"
        raise InputError([InputProblem("--out", given, "a file that can be written")]) from None
    finally:
        _remove(half)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
