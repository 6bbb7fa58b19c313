"""A file read by DuckDB in one scan: lines counted by type, those of the chosen picked out.

Every line is parsed. What cannot be counted surely (a line that is not JSON, a file that ends in
the middle) makes the scan give up; :mod:`exact` then reads that file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from speciosa.cohort.export import Blocks
from speciosa.cohort.gather.exact import numbered
from speciosa.cohort.gather.line import READ, BadLineError, is_type, read_head
from speciosa.cohort.identity import LAST, Chosen, last

if TYPE_CHECKING:
    from collections.abc import Iterable

    from speciosa.cohort.export import Part
    from speciosa.cohort.gather.gathered import Gathered

_SMALLEST_OBJECT = 1 << 20
_ROWS = 1000


class DoubtError(Exception):
    """The scan cannot tell what every line of the file is."""


def connect(memory: str) -> duckdb.DuckDBPyConnection:
    """A database in memory: one thread (files are read side by side), nothing written to disk."""
    return duckdb.connect(
        config={
            "threads": 1,
            "memory_limit": memory,
            "temp_directory": "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )


def objects(part: Part, longest: int) -> str:
    """SQL for the lines of a part, each a JSON text in ``json``; NULL for what is no JSON.

    Raises :class:`DoubtError` for a path that DuckDB would take for a pattern.
    """
    if any(mark in part.path for mark in "*?["):
        raise DoubtError
    most = max(longest + 2, _SMALLEST_OBJECT)
    compression = "gzip" if part.gzip else "none"
    return (
        f"read_json_objects({_text(part.path)}, format='newline_delimited', ignore_errors=true, "
        f"maximum_object_size={most}, compression='{compression}')"
    )


def scan(part: Part, chosen: Chosen, gathered: Gathered, *, longest: int, memory: str) -> None:
    """Read all lines of a part into ``gathered``. Raises :class:`DoubtError`; then it is spoilt."""
    first = _first_type(part)
    if not first:
        raise DoubtError
    with connect(memory) as database:
        _put(database, "names", _to_look_for(chosen))
        _put(database, "resources", _other_resources(chosen))
        _put(database, "deleted", chosen.deleted)
        try:
            found = database.execute(_query(part, first, longest, chosen))
            while rows := found.fetchmany(_ROWS):
                for row in rows:
                    _take(row, gathered)
        except (duckdb.Error, BadLineError):
            raise DoubtError from None


def _take(
    row: tuple[str | None, str | None, bool, bool, str | None, str | None, bool, int],
    gathered: Gathered,
) -> None:
    kind, raw, nobody, gone, sex, born, dead, number = row
    if not is_type(kind) or kind is None:
        raise DoubtError
    if gone:
        gathered.deleted(number)
        return
    if raw is not None:
        line = raw.encode()
        gathered.keep(read_head(line), line, times=number)
    elif nobody:
        gathered.unresolved(kind, number)
    if kind == "Patient":
        gathered.people(sex, born, dead, number)
    gathered.resources(kind, number)


def _first_type(part: Part) -> str:
    """The type that the first line has, ``""`` if that line is bad: nearly always that of all."""
    for _, line in numbered(Blocks(part)):
        try:
            return read_head(line).kind
        except BadLineError:
            return ""
    return ""


def _to_look_for(chosen: Chosen) -> set[str]:
    """Ids as references, and the last parts of references of any form."""
    relative = {name for name in chosen.names if name.startswith("Patient/")}
    return relative | {last(name) for name in chosen.names}


def _other_resources(chosen: Chosen) -> set[str]:
    """Resources that name kratom, of types that are not kept anyway."""
    return {name for name in chosen.resources if name.partition("/")[0] not in READ}


def _put(database: duckdb.DuckDBPyConnection, table: str, names: Iterable[str]) -> None:
    column = pa.table({"name": pa.array(sorted(names), pa.string())})
    database.register(f"{table}_given", column)
    # Names of tables are ours.
    database.execute(f"CREATE TEMP TABLE {table} AS SELECT name FROM {table}_given")  # noqa: S608


_SUBJECT = """coalesce(
    nullif(json->>'$.subject.reference', ''), nullif(json->>'$.patient.reference', ''),
    'identifier:|' || nullif(json->>'$.subject.identifier.value', ''),
    'identifier:|' || nullif(json->>'$.patient.identifier.value', ''))"""
_NAME = "(kind || coalesce('/' || nullif(json->>'$.id', ''), ''))"
# A form that Python has to judge: rare.
_ODD = """NOT (
    starts_with(ref, 'Patient/') OR contains(ref, '/Patient/') OR starts_with(ref, 'urn:')
    OR starts_with(ref, 'identifier:')
    OR (contains(ref, 'Patient?identifier=') AND NOT contains(ref, ',') AND NOT contains(ref, '&')))
"""


def _query(part: Part, first: str, longest: int, chosen: Chosen) -> str:
    """Lines by type; those that may be of the chosen apart, each with its text."""
    # Every text from outside passes through _text.
    others = {name.partition("/")[0] for name in _other_resources(chosen)}
    gone = {name.partition("/")[0] for name in chosen.deleted}
    by_name = f"kind IN {_list(others)} AND {_NAME} IN (SELECT name FROM resources)"  # noqa: S608
    deleted = f"kind IN {_list(gone)} AND {_NAME} IN (SELECT name FROM deleted)"  # noqa: S608
    prefix = f'{{"resourceType":"{first}"'
    return f"""
    WITH lines AS (
        SELECT json::VARCHAR AS json, CASE
            WHEN starts_with(json, {_text(prefix)}) THEN {_text(first)}
            WHEN starts_with(json, '{{') THEN json->>'$.resourceType' END AS kind
        FROM {objects(part, longest)}),
    referring AS (
        SELECT json, kind, CASE
            WHEN kind = 'Patient' THEN 'Patient/' || (json->>'$.id')
            WHEN kind IN {_list(READ)} THEN {_SUBJECT} END AS written
        FROM lines),
    decoded AS (
        SELECT json, kind, CASE WHEN contains(written, '%') AND contains(written, '?')
            THEN url_decode(written) ELSE written END AS ref
        FROM referring),
    judged AS (
        SELECT json, kind, ref IS NULL AND kind IN {_list(READ)} AS nobody,
            coalesce(CASE WHEN starts_with(ref, 'Patient/') AND NOT contains(ref, '/_history/')
                THEN ref ELSE regexp_extract(ref, {_text(LAST)}, 1) END
                IN (SELECT name FROM names), false)
            OR coalesce({_ODD}, false)
            OR {by_name if others else "false"} AS wanted,
            {deleted if gone else "false"} AS gone
        FROM decoded)
    SELECT kind, CASE WHEN wanted THEN json END, nobody, gone,
        CASE WHEN kind = 'Patient' THEN json->>'$.gender' END,
        CASE WHEN kind = 'Patient' THEN json->>'$.birthDate' END,
        kind = 'Patient' AND (coalesce(json->>'$.deceasedBoolean', '') = 'true'
            OR json->>'$.deceasedDateTime' IS NOT NULL),
        count(*)
    FROM judged GROUP BY ALL"""  # noqa: S608


def _list(names: Iterable[str]) -> str:
    return f"({', '.join(_text(name) for name in sorted(names)) or 'NULL'})"


def _text(value: str) -> str:
    """A text in SQL."""
    return "'" + value.replace("'", "''") + "'"
