"""Readers of a bulk export, each a program: DuckDB's bare scan, orjson in one pass, the screening.

    python -m benchmarks.cohort.contenders scan|objects|orjson|orjson-rules|screen FOLDER

One line of JSON: how many resources of each type, whom the rules find (`orjson-rules`, `screen`),
and seconds. All use one thread. `scan` is the least that DuckDB can do to count types with explicit
columns; `orjson` the least that a loop in Python can do; `orjson-rules` reads every line and asks
the rules of those that can name kratom, as a careful program without patterns would do. `screen` is
the whole of it, step by step. `orjson-rules` follows no references: that all forms of them lead to
their person is asked by `benchmarks.cohort.recall`.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

_DATE = dt.date(2026, 11, 1)
_SUBJECTS = 1000
_SCAN = """
select resourceType, count(*) from read_json(
    ?, format = 'newline_delimited', compression = 'auto_detect', ignore_errors = true,
    maximum_object_size = 16777216,
    columns = {resourceType: 'VARCHAR', id: 'VARCHAR', subject: 'JSON', patient: 'JSON'}
) group by all
"""
_OBJECTS = """
select count(*) from read_ndjson_objects(?, ignore_errors = true, maximum_object_size = 16777216)
"""


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.name.endswith((".ndjson", ".ndjson.gz")))


def scan(folder: Path) -> dict[str, Any]:
    """DuckDB, four explicit columns, counted by type."""
    return {"types": dict(_asked(_SCAN, folder))}


def objects(folder: Path) -> dict[str, Any]:
    """DuckDB, every line cut out and parsed, none of its fields read."""
    ((count,),) = _asked(_OBJECTS, folder)
    return {"types": {"": count}}


def _asked(query: str, folder: Path) -> list[tuple[Any, ...]]:
    import duckdb  # noqa: PLC0415 - the other contenders do without it

    with duckdb.connect(config={"threads": 1}) as connection:
        rows: list[tuple[Any, ...]] = connection.execute(
            query, [[str(path) for path in _files(folder)]]
        ).fetchall()
    # A line without a type is none of ours to count.
    return [row for row in rows if row[0] is not None]


def orjson_types(folder: Path) -> dict[str, Any]:
    """Every line through orjson, counted by type."""
    types: Counter[str] = Counter(kind for kind, _, _ in _resources(folder))
    return {"types": dict(types)}


def orjson_rules(folder: Path) -> dict[str, Any]:
    """Every line through orjson, and the rules on those that can name kratom."""
    from speciosa.fhir.kratom import find, worth_reading  # noqa: PLC0415

    types: Counter[str] = Counter()
    found = set()
    for kind, one, raw in _resources(folder):
        types[kind] += 1
        if b'"data"' not in raw and not worth_reading(raw.decode("utf-8", "replace")):
            continue
        for match in find(one):
            if match.of_person and match.status.value != "not taken" and kind != "Medication":
                owner = one.get("subject") or one.get("patient") or {}
                found.add(str(owner.get("reference", "")).removeprefix("Patient/"))
    return {"types": dict(types), "found": sorted(found)}


def _resources(folder: Path) -> Iterator[tuple[str, dict[str, Any], bytes]]:
    import orjson  # noqa: PLC0415

    loads = orjson.loads
    for path in _files(folder):
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rb") as lines:
            for raw in lines:
                try:
                    one = loads(raw)
                except ValueError:
                    continue
                if isinstance(one, dict) and isinstance(one.get("resourceType"), str):
                    yield one["resourceType"], one, raw


def screen(folder: Path) -> dict[str, Any]:
    """The screening in one process; wall and processor time of each step."""
    from speciosa.cohort.export import read_export  # noqa: PLC0415
    from speciosa.cohort.options import Options  # noqa: PLC0415
    from speciosa.cohort.screen import Screening, Step  # noqa: PLC0415
    from speciosa.distribution import How, Share  # noqa: PLC0415

    steps: dict[str, tuple[float, float]] = {}

    def timed(name: str, act: Callable[[], object]) -> None:
        start, cpu = time.perf_counter(), time.process_time()
        act()
        steps[name] = (time.perf_counter() - start, time.process_time() - cpu)

    with tempfile.TemporaryDirectory() as work:
        out = Path(work) / "out"
        out.mkdir()
        options = Options(date=_DATE, seed=1, subjects=_SUBJECTS)
        screening = Screening(read_export(folder), options, out, memory="1GB")
        for step in Step:
            timed(step.value, partial(screening.share, step, Share(1, 1), How(), None))
        timed("merge", screening.merge)
        with (out / "patients.ndjson").open(encoding="utf-8") as lines:
            found = sorted(json.loads(line)["patient"] for line in lines)
        told = json.loads((out / "summary.json").read_bytes())["read"]["types"]
    # A small count is not shown, and so not compared.
    types = {one["key"]: one["count"]["people"] for one in told if one["count"]["people"]}
    return {"types": types, "found": found, "steps": steps}


CONTENDERS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "scan": scan,
    "objects": objects,
    "orjson": orjson_types,
    "orjson-rules": orjson_rules,
    "screen": screen,
}


def main() -> int:
    name, folder = sys.argv[1:]
    # The modules first: only the reading is timed inside, as a long run would see it.
    CONTENDERS[name](Path(__file__).parents[2] / "examples" / "export")
    start, cpu = time.perf_counter(), time.process_time()
    told = CONTENDERS[name](Path(folder))
    told["seconds"] = time.perf_counter() - start
    told["cpu_seconds"] = time.process_time() - cpu
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
