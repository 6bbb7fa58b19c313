"""A file read by DuckDB in one scan: lines counted by type, those of the chosen picked out.

Every line is parsed. What cannot be counted surely (a line that is not JSON, a file that ends in
the middle) makes the scan give up; :mod:`exact` then reads that file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from speciosa.cohort.export import Blocks
from speciosa.cohort.gather.exact import name_of, numbered, who
from speciosa.cohort.gather.gathered import Who
from speciosa.cohort.gather.line import READ, BadLineError, is_type, read_head
from speciosa.cohort.identity import Chosen
from speciosa.cohort.whose import LAST, last

if TYPE_CHECKING:
    from collections.abc import Iterable

    from speciosa.cohort.export import Part
    from speciosa.cohort.gather.gathered import Gathered

_SMALLEST_OBJECT = 1 << 20
_ROWS = 1000
# Bytes of a file, plain or gzip: a smaller one is read before a database has started.
_WORTH_A_SCAN = {False: 4 << 20, True: 400 << 10}

DuckDBError = duckdb.Error


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


def put(database: duckdb.DuckDBPyConnection, table: str, names: Iterable[str]) -> None:
    """Make a table of names, in place of one that was there."""
    # Names of tables are ours.
    made = f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT unnest(?::VARCHAR[]) AS name"
    database.execute(made, [sorted(names)])


def worth_a_scan(part: Part) -> bool:
    """Whether a file is large enough to be worth a scan, and has a name that DuckDB can open."""
    # A name that is no UTF-8 has halves of pairs of characters in it.
    plain = not any("\ud800" <= letter <= "\udfff" for letter in part.path)
    return plain and part.size >= _WORTH_A_SCAN[part.gzip]


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


class Scanner:
    """Reads files for the same chosen people, one after the other."""

    def __init__(self, chosen: Chosen, memory: str) -> None:
        self._others = _other_resources(chosen)
        self._gone = chosen.deleted
        self._database = connect(memory)
        put(self._database, "names", _to_look_for(chosen))
        put(self._database, "resources", self._others)
        put(self._database, "deleted", self._gone)

    def read(self, part: Part, gathered: Gathered, *, longest: int) -> None:
        """Read all lines of a part into ``gathered``.

        Raises :class:`DoubtError`; ``gathered`` is of no use then.
        """
        first = _first_type(part)
        if not first:
            raise DoubtError
        query = _query(first, objects(part, longest), _types(self._others), _types(self._gone))
        try:
            found = self._database.execute(query)
            while rows := found.fetchmany(_ROWS):
                for row in rows:
                    _take(row, gathered)
        except (duckdb.Error, BadLineError):
            raise DoubtError from None


def _take(
    row: tuple[str | None, str | None, bool, str | None, str | None, str | None, bool | None, int],
    gathered: Gathered,
) -> None:
    kind, raw, gone, name, sex, born, dead, number = row
    if not is_type(kind) or kind is None:
        raise DoubtError
    if gone:
        gathered.deleted(number)
        return
    if raw is not None:
        line = raw.encode()
        head = read_head(line)
        gathered.keep(head, line, times=number)
        if kind == "Patient":
            gathered.people(name_of(head, line), who(line), number)
    elif kind == "Patient":
        gathered.people(str(name), Who(sex=sex, born=born, deceased=bool(dead)), number)
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


def _types(names: Iterable[str]) -> set[str]:
    return {name.partition("/")[0] for name in names}


# What follows the first path that is there costs nothing: no test may be wider than needed,
# for each -> parses the line again.
_SUBJECT = """coalesce(json->>'$.subject.reference',
    CASE json_type(json, '$.subject') WHEN 'ARRAY' THEN '[' END, json->>'$.patient.reference',
    'identifier:|' || (json->>'$.subject.identifier.value'),
    'identifier:|' || (json->>'$.patient.identifier.value'))"""
_NAME = "(kind || coalesce('/' || (json->>'$.id'), ''))"
# A form that Python has to judge: rare. A list of people is one of them.
_ODD = """NOT (
    starts_with(ref, 'Patient/') OR contains(ref, '/Patient/') OR starts_with(ref, 'urn:')
    OR starts_with(ref, 'identifier:')
    OR (contains(ref, 'Patient?identifier=') AND NOT contains(ref, ',') AND NOT contains(ref, '&')))
    OR CASE WHEN starts_with(ref, 'identifier:') AND kind <> 'Patient' THEN
        coalesce(json->>'$.subject.type', json->>'$.patient') IS NOT NULL END
"""


def _query(first: str, source: str, others: set[str], gone: set[str]) -> str:
    """Lines by type; those that may be of the chosen, or of nobody, apart, each with its text.

    ``others`` and ``gone``: types of the resources in the tables ``resources`` and ``deleted``.
    """
    # Every text from outside passes through _text.
    prefix = f'{{"resourceType":"{first}"'
    return f"""
    WITH lines AS (
        SELECT json::VARCHAR AS json, CASE
            WHEN starts_with(json, {_text(prefix)}) THEN {_text(first)}
            WHEN starts_with(json, '{{') THEN json->>'$.resourceType' END AS kind
        FROM {source}),
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
        SELECT json, kind, ref,
            CASE WHEN kind = 'Patient' THEN contains(json, '"replace') ELSE false END AS linked,
            ref IS NULL AND kind IN {_list(READ)} AS nobody,
            coalesce(CASE WHEN starts_with(ref, 'Patient/') AND NOT contains(ref, '/_history/')
                THEN ref ELSE regexp_extract(ref, {_text(LAST)}, 1) END
                IN (SELECT name FROM names), false)
            OR coalesce({_ODD}, false)
            OR {_named(others, "resources")} AS wanted,
            {_named(gone, "deleted")} AS gone
        FROM decoded)
    SELECT kind, CASE WHEN wanted OR nobody OR linked THEN json END, gone,
        CASE WHEN kind = 'Patient' THEN ref END,
        CASE WHEN kind = 'Patient' THEN json->>'$.gender' END,
        CASE WHEN kind = 'Patient' THEN json->>'$.birthDate' END,
        CASE WHEN kind = 'Patient' THEN coalesce(json->>'$.deceasedBoolean', '') = 'true'
            OR json->>'$.deceasedDateTime' IS NOT NULL END,
        count(*)
    FROM judged GROUP BY ALL"""  # noqa: S608


def _named(kinds: set[str], table: str) -> str:
    """SQL for: a resource of one of these types, whose name is in a table."""
    if not kinds:
        return "false"
    name = f"CASE WHEN kind IN {_list(kinds)} THEN {_NAME} END"
    return f"coalesce({name} IN (SELECT name FROM {table}), false)"  # noqa: S608


def _list(names: Iterable[str]) -> str:
    return f"({', '.join(_text(name) for name in sorted(names)) or 'NULL'})"


def _text(value: str) -> str:
    """A text in SQL."""
    return "'" + value.replace("'", "''") + "'"
