"""The tables of a screening: the same rows in every form, private, whole or absent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import msgspec
import pyarrow.parquet as pq
import pytest
from tests.cohort.records import (
    GAD,
    OPTIONS,
    condition,
    line,
    patient,
    rows_of,
    screened,
    statement,
)

from speciosa.cohort import table
from speciosa.cohort.result import Evidence, Row
from speciosa.cohort.table import parquet
from speciosa.cohort.table.schema import TABLES as TABLE_COLUMNS
from speciosa.report.json import schema

TABLES = ("patients", "matches", "findings")


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    lines = [
        line(one, who)
        for who in ("a", "b/é")
        for one in (
            patient(who),
            statement("Kratom powder", "unknown" if who == "a" else "completed"),
            statement("tramadol"),
            condition("GAD", GAD),
        )
    ]
    dead = (patient("c", deceasedBoolean=True), statement("Mitragyna speciosa"))
    return rows_of(screened([*lines, *(line(one, "c") for one in dead)]))


def read(out: Path, name: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = pq.read_table(out / f"{name}.parquet").to_pylist()
    return found


def test_every_form_holds_the_same(rows: list[Row], tmp_path: Path):
    assert table.write(iter(rows), tmp_path, OPTIONS) == len(rows) == 3
    lines = (tmp_path / table.PATIENTS).read_bytes().splitlines()
    assert [msgspec.json.decode(one, type=Row) for one in lines] == rows
    assert {"patient", "matches", "findings"} <= set(json.loads(lines[0]))
    assert {"grounds", "confidence"} <= set(json.loads(lines[0])["matches"][0])
    assert [
        (r["patient"], r["evidence"], r["gad"], r["age_years"], r["matches"], r["findings"])
        for r in read(tmp_path, "patients")
    ] == [
        (r.patient, r.evidence, r.gad, r.age_years, len(r.matches), len(r.findings)) for r in rows
    ]
    assert [(r["patient"], r["id"], r["text"], r["facts"]) for r in read(tmp_path, "findings")] == [
        (r.patient, f.id, f.text, list(f.facts)) for r in rows for f in r.findings
    ]
    names = set(Row.__struct_fields__) - {"matches", "findings"}
    assert names <= set(read(tmp_path, "patients")[0])
    for r in read(tmp_path, "matches"):
        whose = r.pop("patient")
        held = next(one for one in rows if one.patient == whose)
        assert msgspec.to_builtins(held.matches[r.pop("number")]) == r


def test_what_is_not_known_is_null_and_never_zero(rows: list[Row], tmp_path: Path):
    unknown = msgspec.structs.replace(rows[0], gad=None, age_years=None, sex="")
    table.write([unknown], tmp_path, OPTIONS)
    (found,) = read(tmp_path, "patients")
    assert (found["gad"], found["age_years"], found["sex"]) == (None, None, "")


def test_the_metadata_say_units_meaning_and_origin(rows: list[Row], tmp_path: Path):
    table.write(rows, tmp_path, OPTIONS)
    for name in TABLES:
        found = pq.read_schema(tmp_path / f"{name}.parquet")
        told = {key.decode(): value.decode() for key, value in found.metadata.items()}
        assert told["speciosa.date"] == "2026-11-22"
        assert told["speciosa.seed"] == "7"
        assert told["speciosa.knowledge_release"]
        assert len(told["speciosa.options_sha256"]) == 64
        for field in found:
            assert field.metadata[b"description"]
            number = str(field.type) in {"double", "int32"}
            assert (b"unit" in field.metadata) == number
    assert (
        pq.read_schema(tmp_path / "patients.parquet").field("age_years").metadata[b"unit"] == b"a"
    )


def test_the_same_rows_give_the_same_bytes(rows: list[Row], tmp_path: Path):
    first, second = tmp_path / "1", tmp_path / "2"
    table.write(rows, first, OPTIONS)
    table.write(rows, second, msgspec.structs.replace(OPTIONS, shards=3))
    names = sorted(one.name for one in first.iterdir())
    assert names == sorted([table.PATIENTS, *(f"{name}.parquet" for name in TABLES)])
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes()


@pytest.mark.parametrize("group", [1, 7, 100])
def test_groups_of_rows_change_nothing_that_is_read(
    group: int, rows: list[Row], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    table.write(rows, tmp_path / "whole", OPTIONS)
    monkeypatch.setattr(parquet, "_GROUP", group)
    table.write(rows, tmp_path / "parts", OPTIONS)
    file = pq.ParquetFile(tmp_path / "parts" / "findings.parquet")
    assert file.num_row_groups == -(-file.metadata.num_rows // group)
    for name in TABLES:
        assert read(tmp_path / "parts", name) == read(tmp_path / "whole", name)


def test_nobody_found_still_gives_tables(tmp_path: Path):
    assert table.write([], tmp_path, OPTIONS) == 0
    assert (tmp_path / table.PATIENTS).read_bytes() == b""
    for name in TABLES:
        assert read(tmp_path, name) == []
        assert pq.read_schema(tmp_path / f"{name}.parquet").names


def test_files_are_private_and_whole_or_absent(rows: list[Row], tmp_path: Path):
    out = tmp_path / "out"

    def broken() -> Iterator[Row]:
        yield rows[0]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        table.write(broken(), out, OPTIONS)
    assert list(out.iterdir()) == []
    table.write(rows, out, OPTIONS)
    assert table.write_problems([b'{"line":1}'], out) == 1
    assert table.write_bundles([("a.json", b"{}")], out) == 1
    for path in (out, *out.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
    assert (out / "problems.ndjson").read_bytes() == b'{"line":1}\n'


def test_a_second_screening_replaces_the_first(rows: list[Row], tmp_path: Path):
    table.write(rows, tmp_path, OPTIONS)
    table.write(rows[:1], tmp_path, OPTIONS)
    assert len(read(tmp_path, "patients")) == 1


def test_every_column_is_described_for_readers():
    page = (Path(__file__).resolve().parents[2] / "docs" / "cohort.md").read_text(encoding="utf-8")
    told = page.partition("## The tables")[2]
    for one in TABLE_COLUMNS:
        for field in one.schema({}):
            assert f"`{field.name}`" in told, f"{one.name}.{field.name}"


def test_a_row_fits_its_published_schema(rows: list[Row]):
    published = schema(Row, "screen")
    for row in rows:
        jsonschema.validate(json.loads(msgspec.json.encode(row)), published)
    assert {one.evidence for one in rows} >= {Evidence.PAST_USE, Evidence.UNCERTAIN}
