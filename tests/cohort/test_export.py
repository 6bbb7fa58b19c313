"""A bulk export on disk: which files are read, and every line of them once, whatever their form."""

import bz2
import gzip
import json
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa.cohort.export import LONGEST_LINE, Blocks, Export, Part, read_export
from speciosa.errors import InputError

EXAMPLE = Path("examples/export")
LINE = b'{"resourceType":"Patient","id":"%d"}'


def named(export: Export) -> dict[str, Part]:
    return {part.name: part for part in export.parts}


def lines_of(part: Part, size: int = 64, limit: int = LONGEST_LINE) -> tuple[list[bytes], Blocks]:
    blocks = Blocks(part, size, limit=limit)
    found: list[bytes] = []
    for block in blocks:
        assert block.line == len(found) + 1 + len(blocks.too_long)
        held = bytes(block.data)
        assert held.count(b"\n") == len(block.newlines)
        found += held.removesuffix(b"\n").split(b"\n")
    return found, blocks


def part_of(path: Path) -> Part:
    (part,) = read_export(path.parent).parts
    return part


# ------------------------------------------------------------------ which files


@pytest.mark.parametrize("name", ["Patient", "1.Patient", "Patient.000", "1.Patient.000"])
@pytest.mark.parametrize("packed", [False, True])
def test_the_four_ways_of_naming_files_plain_and_gzip(
    tmp_path: Path, name: str, packed: bool
) -> None:
    path = tmp_path / f"{name}.ndjson{'.gz' if packed else ''}"
    path.write_bytes(gzip.compress(LINE % 1 + b"\n") if packed else LINE % 1 + b"\n")
    part = part_of(path)
    assert part.gzip is packed
    assert lines_of(part)[0] == [LINE % 1]


def test_any_other_file_of_lines_is_read_if_it_holds_resources(tmp_path: Path) -> None:
    (tmp_path / "everything.jsonl").write_bytes(LINE % 1 + b"\n")
    (tmp_path / "vital signs.NDJSON").write_bytes(LINE % 2 + b"\n")
    (tmp_path / "people.ndjson").write_bytes(b'{"name":"x"}\n')
    (tmp_path / "log.ndjson").write_bytes(b'{"eventId":"kickoff","eventDetail":{}}\n')
    (tmp_path / "empty.ndjson").write_bytes(b"")
    (tmp_path / "wide.ndjson").write_bytes((LINE % 3).decode().encode("utf-16"))
    (tmp_path / "README.md").write_text("nothing")
    (tmp_path / "older").mkdir()
    (tmp_path / "older" / "Patient.ndjson").write_bytes(LINE % 4)
    export = read_export(tmp_path)
    assert [part.name for part in export.parts] == ["everything.jsonl", "vital signs.NDJSON"]
    assert {one.name: one.why for one in export.skipped} == {
        "people.ndjson": "it holds no resource",
        "log.ndjson": "a log of the export",
        "empty.ndjson": "it is empty",
        "wide.ndjson": "it is not UTF-8",
        "README.md": "not a file of lines (.ndjson, .jsonl)",
        "older": "a folder within the folder",
    }


def test_every_entry_of_a_folder_is_read_or_told(patients: Path) -> None:
    for name in ("Condition.ndjson.1", "Condition.ndjson.part", "part-0001", "one.json"):
        (patients / name).write_bytes(LINE % 2)
    (patients / "Condition.ndjson.bz2").write_bytes(bz2.compress(LINE % 2))
    (patients / "a" / "b").mkdir(parents=True)
    os.mkfifo(patients / "Observation.ndjson")
    (patients / "notes").symlink_to(patients / "gone")
    told = {one.name: one.why for one in read_export(patients).skipped}
    assert {"a", *(entry.name for entry in patients.iterdir() if not entry.is_dir())} == {
        "Patient.ndjson",
        *told,
    }
    assert told["Condition.ndjson.bz2"] == "packed in a form that is not read (gzip is)"
    for name in ("Condition.ndjson.1", "Condition.ndjson.part", "part-0001", "one.json"):
        assert told[name].startswith("it holds resources, but its name does not end in")
    assert told["Observation.ndjson"] == "it is no file"


def test_a_file_that_is_not_there_or_cannot_be_read_is_named(
    patients: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = patients / "Condition.ndjson"
    link.symlink_to(patients / "gone")
    with pytest.raises(InputError, match=r"Condition\.ndjson: got a link to a file that is not"):
        read_export(patients)
    link.unlink()
    link.write_bytes(LINE % 2)
    opened = Path.open

    def broken(path: Path, *how: object, **more: object) -> object:
        if path.name == link.name:
            raise OSError(5, "Input/output error")
        return opened(path, *how, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", broken)
    with pytest.raises(InputError, match=r"Condition\.ndjson: got Input/output error"):
        read_export(patients)


def test_an_empty_member_does_not_hide_those_after_it(tmp_path: Path) -> None:
    for name in ("Condition.ndjson", "else.ndjson.gz"):
        (tmp_path / name).write_bytes(gzip.compress(b"") * 3 + gzip.compress(LINE % 1))
    (tmp_path / "blank.jsonl").write_bytes(b"\n" * (1 << 20) + LINE % 1)
    (tmp_path / "nothing.ndjson.gz").write_bytes(gzip.compress(b"") * 2)
    export = read_export(tmp_path)
    assert list(named(export)) == ["Condition.ndjson", "blank.jsonl", "else.ndjson.gz"]
    assert [(one.name, one.why) for one in export.skipped] == [("nothing.ndjson.gz", "it is empty")]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_log_that_tells_types_of_resources_is_a_log(
    patients: Path, pack: Callable[[bytes], bytes]
) -> None:
    time, url = "2026-11-01T06:00:00Z", "https://ehr.example/r4/$export"
    details = (
        {"exportUrl": url},
        {"transactionTime": time, "outputFileCount": 1},
        {"fileUrl": "https://x.example/1", "resourceType": "Patient", "itemType": "output"},
    )
    lines = ({"exportId": "1", "eventId": "x", "eventDetail": detail} for detail in details)
    (patients / "log.ndjson").write_bytes(pack("\n".join(map(json.dumps, lines)).encode()))
    export = read_export(patients)
    assert (export.transaction_time, export.server) == (time, "https://ehr.example/r4")
    assert list(named(export)) == ["Patient.ndjson"]


def test_a_name_that_is_not_utf8_can_be_written(tmp_path: Path) -> None:
    name = os.fsdecode(b"Condition\xe9.ndjson")
    (tmp_path / name).write_bytes(LINE % 1)
    part = part_of(tmp_path / name)
    assert part.name == "Condition\\xe9.ndjson"
    assert lines_of(part)[0] == [LINE % 1]


def test_what_is_packed_is_told_by_the_bytes_and_not_by_the_name(tmp_path: Path) -> None:
    (tmp_path / "Patient.ndjson").write_bytes(gzip.compress(LINE % 1))
    (tmp_path / "Condition.ndjson.gz").write_bytes(LINE % 2)
    parts = named(read_export(tmp_path))
    assert lines_of(parts["Patient.ndjson"])[0] == [LINE % 1]
    assert lines_of(parts["Condition.ndjson.gz"])[0] == [LINE % 2]


def test_a_part_keeps_its_id_and_gets_a_new_stamp_when_the_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "Patient.ndjson"
    path.write_bytes(LINE % 1 * 10_000)
    before = part_of(path)
    assert part_of(path) == before
    data = bytearray(path.read_bytes())
    data[200_000] ^= 1
    path.write_bytes(bytes(data))
    os.utime(path, ns=(1, 1))
    after = part_of(path)
    assert after.id == before.id
    assert after.size == before.size
    assert after.stamp != before.stamp


@pytest.mark.parametrize("content", [[], ["notes.txt"], ["log.ndjson"]])
def test_a_folder_without_resources_is_refused(tmp_path: Path, content: list[str]) -> None:
    for name in content:
        (tmp_path / name).write_text('{"eventId": "kickoff"}\n')
    with pytest.raises(InputError, match="no file that holds resources"):
        read_export(tmp_path)


def test_a_path_that_is_not_there_is_an_error_of_the_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="missing"):
        read_export(tmp_path / "missing")


# ------------------------------------------------------------------ manifest


def manifest(folder: Path, **changes: object) -> Path:
    document = {
        "transactionTime": "2026-11-01T06:00:00Z",
        "request": "https://ehr.example/r4/Group/7/$export?_type=Patient",
        "output": [{"type": "Patient", "url": "https://x.example/f/Patient.ndjson", "count": 1}],
        **changes,
    }
    path = folder / "manifest.json"
    path.write_text(json.dumps(document))
    return path


@pytest.fixture
def patients(tmp_path: Path) -> Path:
    (tmp_path / "Patient.ndjson").write_bytes(LINE % 1 + b"\n")
    return tmp_path


def test_the_example_is_the_same_as_folder_and_by_its_manifest() -> None:
    folder, listed = read_export(EXAMPLE), read_export(EXAMPLE / "manifest.json")
    assert [part.name for part in folder.parts] == [part.name for part in listed.parts]
    for export in (folder, listed):
        assert export.transaction_time == "2026-11-01T06:00:00Z"
        assert export.server == "https://hospital.example/fhir"
    roles = {part.role for part in listed.parts}
    assert roles == {"output", "error", "deleted"}


@pytest.mark.parametrize(
    ("request_", "server"),
    [
        ("https://ehr.example/r4/$export", "https://ehr.example/r4"),
        ("https://ehr.example/r4/Patient/$export?_since=2020", "https://ehr.example/r4"),
        ("https://ehr.example/r4/Patient/12/$export", "https://ehr.example/r4"),
        ("https://ehr.example/Group/a%20b/$export", "https://ehr.example"),
        ("ftp://ehr.example/$export", ""),
        ("https://ehr.example/r4", ""),
        (None, ""),
    ],
)
def test_the_server_is_told_by_the_request(patients: Path, request_: object, server: str) -> None:
    assert read_export(manifest(patients, request=request_)).server == server


def test_pages_and_both_names_for_errors(patients: Path) -> None:
    for name in ("Condition.ndjson", "issues.ndjson", "older.ndjson", "gone.ndjson"):
        (patients / name).write_bytes(LINE % 2)
    (patients / "page2.json").write_text(
        json.dumps(
            {
                "transactionTime": "2026-11-01T06:00:00Z",
                "output": [{"type": "Condition", "url": "Condition.ndjson"}],
                "outcome": [{"url": "https://x.example/issues.ndjson"}],
            }
        )
    )
    first = manifest(
        patients,
        error=[{"url": "https://x.example/a/older.ndjson"}],
        deleted=[{"url": "https://x.example/gone.ndjson?token=secret"}],
        link=[{"relation": "next", "url": "https://x.example/page2.json"}],
    )
    parts = named(read_export(first))
    assert {name: part.role for name, part in parts.items()} == {
        "Patient.ndjson": "output",
        "Condition.ndjson": "output",
        "issues.ndjson": "error",
        "older.ndjson": "error",
        "gone.ndjson": "deleted",
    }
    assert parts["Patient.ndjson"].count == 1
    assert parts["Condition.ndjson"].count is None


def test_the_same_name_in_two_folders_is_two_files(patients: Path) -> None:
    for folder in ("a", "b"):
        (patients / folder).mkdir()
        (patients / folder / "Patient.ndjson").write_bytes(LINE % 1)
    urls = [f"https://x.example/{folder}/Patient.ndjson" for folder in ("a", "b")]
    export = read_export(manifest(patients, output=[{"url": url} for url in urls]))
    assert [part.name for part in export.parts] == ["a/Patient.ndjson", "b/Patient.ndjson"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"output": [{"url": "https://x.example/Gone.ndjson?token=secret"}]}, "Gone.ndjson"),
        ({"output": [{"url": "https://x.example/../../etc/passwd"}]}, "passwd"),
        ({"output": [{"url": "Patient.ndjson"}, {"url": "a/Patient.ndjson"}]}, "each file once"),
        ({"output": [{"type": "Patient"}]}, r"output\[0\].url"),
        ({"output": ["x"]}, r"output\[0\].url"),
        ({"output": {}}, "no manifest"),
        ({"error": {"a": 1}}, "error"),
        ({"link": [{"relation": "next", "url": "https://x.example/page2.json"}]}, "page2.json"),
        ({"link": [{"relation": "next", "url": "manifest.json"}]}, "a page that was not read yet"),
    ],
)
def test_a_manifest_that_is_wrong_says_where(
    patients: Path, changes: dict[str, object], told: str
) -> None:
    with pytest.raises(InputError, match=told) as error:
        read_export(manifest(patients, **changes))
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("content", ["", "[]", "{", "null", '{"output": 3}', "[" * 100_000])
def test_a_file_that_is_no_manifest_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(content)
    with pytest.raises(InputError):
        read_export(path)


# ------------------------------------------------------------------ lines

texts = st.lists(
    st.one_of(
        st.binary(max_size=200).map(lambda b: b.replace(b"\n", b"")),
        st.sampled_from([b"", b"\r", LINE % 1, LINE % 2 + b"\r", b"\xef\xbb\xbf", b"x" * 300]),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(
    lines=texts,
    ends=st.booleans(),
    mark=st.booleans(),
    members=st.integers(0, 2),
    size=st.integers(1, 70),
)
def test_every_line_comes_once_and_whole(
    tmp_path_factory: pytest.TempPathFactory,
    *,
    lines: list[bytes],
    ends: bool,
    mark: bool,
    members: int,
    size: int,
) -> None:
    text = b"\n".join(lines) + (b"\n" if ends and lines else b"")
    stored = (b"\xef\xbb\xbf" if mark else b"") + text
    if members:
        cut = len(stored) // members
        stored = gzip.compress(stored[:cut]) + gzip.compress(stored[cut:])
    path = tmp_path_factory.getbasetemp() / "lines.ndjson"
    path.write_bytes(stored)
    part = Part(path=str(path), name="n", id="i", stamp="s", size=len(stored), gzip=members > 0)
    found, blocks = lines_of(part, size)
    if not mark:
        # A mark at the very start is none of the text, whoever wrote it.
        text = text.removeprefix(b"\xef\xbb\xbf")
    expected = text.removesuffix(b"\n").split(b"\n") if text else []
    assert found == expected
    assert blocks.lines == len(expected)
    assert blocks.longest == max(map(len, expected), default=0)
    assert not blocks.damage


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_line_that_is_too_long_is_left_out_and_told(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "Patient.ndjson"
    long = b'{"resourceType":"Patient","x":"' + b"y" * 5000 + b'"}'
    path.write_bytes(pack(b"\n".join([LINE % 1, long, LINE % 2, LINE % 3, long, long])))
    found, blocks = lines_of(part_of(path), 64, limit=1000)
    assert found == [LINE % 1, LINE % 2, LINE % 3]
    assert blocks.too_long == [2, 5, 6]
    assert blocks.lines == 6


def test_a_compressed_file_that_ends_too_early_keeps_what_precedes(tmp_path: Path) -> None:
    path = tmp_path / "Patient.ndjson.gz"
    whole = b"\n".join(LINE % number for number in range(20_000))
    packed = gzip.compress(whole)
    path.write_bytes(packed[: len(packed) // 2])
    found, blocks = lines_of(part_of(path), 4096)
    assert blocks.damage == "the compressed file ends too early"
    assert len(found) > 5000
    assert whole.startswith(b"\n".join(found))


@pytest.mark.parametrize("where", ["middle", "end", "after"])
def test_damaged_compression_is_told(tmp_path: Path, where: str) -> None:
    path = tmp_path / "Patient.ndjson.gz"
    packed = bytearray(gzip.compress(b"\n".join(LINE % n for n in range(20_000))))
    if where == "after":
        packed += b"more"
    else:
        packed[len(packed) // 2 if where == "middle" else -6] ^= 0xFF
    path.write_bytes(bytes(packed))
    found, blocks = lines_of(part_of(path), 4096)
    assert blocks.damage == "the compressed data are damaged"
    if where == "after":
        assert len(found) == 20_000


def test_zeros_that_pad_a_compressed_file_are_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "Patient.ndjson.gz"
    path.write_bytes(gzip.compress(LINE % 1) + bytes(100_000) + gzip.compress(b"\n" + LINE % 2))
    found, blocks = lines_of(part_of(path))
    assert found == [LINE % 1, LINE % 2]
    assert not blocks.damage


def test_a_small_file_that_unpacks_to_a_huge_line_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "Patient.ndjson.gz"
    path.write_bytes(gzip.compress(LINE % 1 + b"\n" + bytes(40 << 20) + b"\n" + LINE % 2))
    part = part_of(path)
    tracemalloc.start()
    found, blocks = lines_of(part, 1 << 16, limit=1 << 20)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == [LINE % 1, LINE % 2]
    assert blocks.too_long == [2]
    assert most < 8 << 20
