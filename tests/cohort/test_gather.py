"""Every line counted, bad ones numbered, and only lines of the chosen kept, whoever reads them."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import tracemalloc
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa.cohort import look
from speciosa.cohort.counts import FileCounts, PeopleCell
from speciosa.cohort.export import Part, read_export
from speciosa.cohort.gather import (
    BAD,
    COUNT,
    PEOPLE,
    WANTED,
    choose,
    choosing,
    counted_once,
    job,
    medicines_jobs,
    shard_name,
)
from speciosa.cohort.gather.choosing import Links, cards_in
from speciosa.cohort.gather.exact import read_exactly
from speciosa.cohort.gather.gathered import Gathered, band_of_birth
from speciosa.cohort.gather.scan import DoubtError, Scanner, connect, put
from speciosa.cohort.gather.shelf import Shelf
from speciosa.cohort.identity import Chosen, encode, shard_of
from speciosa.cohort.look import Looked, Seen
from speciosa.cohort.options import Options
from speciosa.distribution import Folder, How, Job, JobError, run

_TODAY = dt.date(2026, 11, 22)
_SHARDS = 4
_MRN = "https://hospital.example/mrn"
_CHOSEN = Chosen(
    keys=("a", "b"),
    names={
        "Patient/a": "a",
        "Patient/b": "b",
        "Patient/old": "b",
        f"identifier:{_MRN}|7": "a",
        "identifier:*|7": "a",
    },
    resources=frozenset({"Procedure/seen", "Condition/any"}),
    deleted=frozenset({"Condition/gone", "Patient/gone"}),
)
_OPTIONS = Options(date=_TODAY, shards=_SHARDS, seed=1, subjects=10)


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(_CHOSEN, "500MB")


def _part(folder: Path, lines: Iterable[bytes | dict[str, Any]], name: str = "x.ndjson") -> Part:
    raw = b"\n".join(one if isinstance(one, bytes) else json.dumps(one).encode() for one in lines)
    path = folder / name
    path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return Part(
        path=str(path),
        name=name,
        id=name,
        stamp="",
        size=path.stat().st_size,
        gzip=name.endswith(".gz"),
    )


def _exactly(part: Part, chosen: Chosen = _CHOSEN) -> dict[str, bytes]:
    gathered = Gathered(part.name, chosen, _SHARDS, _TODAY)
    read_exactly(part, chosen, gathered)
    return dict(gathered.pieces())


def _scanned(part: Part, scanner: Scanner) -> dict[str, bytes] | None:
    gathered = Gathered(part.name, _CHOSEN, _SHARDS, _TODAY)
    try:
        scanner.read(part, gathered, longest=1 << 16)
    except DoubtError:
        return None
    return dict(gathered.pieces())


def _counts(pieces: dict[str, bytes]) -> FileCounts:
    return msgspec.json.decode(pieces[COUNT], type=FileCounts)


def _rows(pieces: dict[str, bytes]) -> list[tuple[str, str, bytes]]:
    """(key, name, line) of every kept line, each in the shard of its key."""
    rows = []
    for shard in range(_SHARDS):
        for line in pieces.get(shard_name(shard), b"").splitlines():
            head, _, raw = line.partition(b"\t")
            key, kind, id_, *_ = json.loads(head)
            assert shard_of(key, _SHARDS) == shard
            rows.append((key, f"{kind}/{id_}", raw))
    return sorted(rows)


def _without_numbers(pieces: dict[str, bytes]) -> tuple[object, ...]:
    return _counts(pieces), pieces[BAD], pieces[WANTED], pieces[PEOPLE], _rows(pieces)


# ------------------------------------------------------------------ the two readers agree

_REFERENCES = st.sampled_from(
    [
        "Patient/a",
        "Patient/b/_history/2",
        "Patient/old",
        "Patient/c",
        "Patient/gone",
        "https://any.example/fhir/Patient/a",
        "https://any.example/fhir/Group/a",
        "urn:uuid:b",
        "urn:oid:1.2.3",
        f"Patient?identifier={_MRN}|7",
        "Patient?identifier=https%3A%2F%2Fhospital.example%2Fmrn%7C7",
        "Patient?identifier=7",
        "Patient?identifier=x|7,y|8",
        "Patient?_id=a",
        "Patient?name=a",
        "Group/a",
        "#p",
        "#q",
        "",
        "a",
    ]
)
_ELEMENTS = st.one_of(
    st.builds(lambda r: {"reference": r}, _REFERENCES),
    st.just({"identifier": {"system": _MRN, "value": "7"}}),
    st.just({"identifier": {"system": "elsewhere", "value": "7"}}),
    st.just({"type": "Device", "identifier": {"system": _MRN, "value": "9"}}),
    st.just([{"reference": "Patient/a"}, {"reference": "Patient/c"}]),
    st.just("Patient/a"),
    st.just({"display": "somebody"}),
    st.just([{"reference": "Patient/a"}]),
    st.just({"type": "Device", "identifier": {"system": _MRN, "value": "7"}}),
    st.just({}),
)
_KINDS = [
    "QuestionnaireResponse",
    "Condition",
    "MedicationStatement",
    "Patient",
    "Procedure",
    "Encounter",
    "Observation",
]


@st.composite
def _resources(draw: st.DrawFn) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "resourceType": draw(st.sampled_from(_KINDS)),
        "id": draw(
            st.sampled_from(["a", "b", "old", "gone", "seen", "any", "z", 'q"\\ü/\U0001f33f'])
        ),
    }
    if draw(st.integers(0, 9)) == 0:
        del resource["id"]
    if draw(st.booleans()):
        resource = dict(reversed(resource.items()))
    for field in draw(st.lists(st.sampled_from(["subject", "patient", "source"]), max_size=2)):
        resource[field] = draw(_ELEMENTS)
    more: dict[str, Any] = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "contained": st.just(
                    [
                        {
                            "resourceType": "Patient",
                            "id": "p",
                            "identifier": [{"system": _MRN, "value": "7"}],
                        }
                    ]
                ),
                "gender": st.sampled_from(["female", "male", "unknown", "?"]),
                "birthDate": st.sampled_from(
                    ["1990-05-05", "1990", "2026-11", "never", "2030-01-01"]
                ),
                "deceasedBoolean": st.booleans(),
                "deceasedDateTime": st.just("2020-01-01"),
                "medicationReference": st.builds(
                    lambda r: {"reference": r}, st.sampled_from(["Medication/1", "#c", "x"])
                ),
            },
        )
    )
    return resource | more


_BAD_LINES = [
    b"{bad",
    b"[1]",
    b"5",
    b"null",
    b'"text"',
    b'{"id": "x"}',
    b'{"resourceType": 5}',
    b'{"resourceType": "Condition", "id": "\xff"}',
    b'{"resourceType": "Condition", "id": "a\x00b"}',
    b'{"resourceType": "A"}{"resourceType": "B"}',
    b'{"resourceType": "Condition"',
]


@given(
    st.lists(
        st.one_of(_resources(), _resources(), st.sampled_from([b"", b"  ", b"\r", *_BAD_LINES])),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=50, deadline=None)
def test_the_scan_counts_and_keeps_what_the_exact_reading_does(
    scanner: Scanner, tmp_path_factory: pytest.TempPathFactory, lines: list[Any]
) -> None:
    part = _part(tmp_path_factory.getbasetemp(), lines)
    exact = _exactly(part)
    scanned = _scanned(part, scanner)
    if _counts(exact).bad:
        assert scanned is None
    elif scanned is not None:
        assert _without_numbers(scanned) == _without_numbers(exact)
    else:
        # The scan may give up, but only where there is nothing to read or an id that is no text.
        assert not any(isinstance(one, dict) for one in lines)
    counts = _counts(exact)
    assert counts.lines == sum(1 for one in lines if isinstance(one, dict) or one.strip(b" \t\r"))
    assert sum(cell.people for cell in counts.people) == counts.resources.get("Patient", 0)


def test_a_file_of_many_blocks_is_read_to_the_last_line(tmp_path: Path, scanner: Scanner) -> None:
    """Lines of many lengths, so that the edges of blocks fall everywhere."""
    lines: list[dict[str, Any]] = [
        {
            "resourceType": "Condition",
            "id": f"c{n}",
            "note": [{"text": "é" * (n * 37 % 5000)}],
            "subject": {"reference": f"Patient/{'a' if n % 50 == 0 else 'z'}"},
        }
        for n in range(1000)
    ]
    for name in ("x.ndjson", "x.ndjson.gz"):
        part = _part(tmp_path, lines, name)
        exact, scanned = _exactly(part), _scanned(part, scanner)
        assert scanned is not None
        assert _without_numbers(scanned) == _without_numbers(exact)
        assert _counts(exact).resources == {"Condition": 1000}
        assert [name for _, name, _ in _rows(exact)] == sorted(
            f"Condition/c{n}" for n in range(0, 1000, 50)
        )


# ------------------------------------------------------------------ bad lines


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{bad", "not JSON"),
        (b'{"resourceType": "Condition",}', "not JSON"),
        (b'{"resourceType": "Condition", "n": NaN}', "not JSON"),
        (b'{"resourceType": "Condition", "id": "\xc3\x28"}', "not UTF-8"),
        (b'{"resourceType": "Condition", "id": "a\x00b"}', "not JSON"),
        (b'[{"resourceType": "Condition"}]', "not a JSON object"),
        (b"17", "not a JSON object"),
        (b"[1, ", "not JSON"),
        (b'{"id": "x"}', "no resource type"),
        (b'{"resourceType": "not a type"}', "no resource type"),
        (b'{"resourceType": ' + b'{"a":' * 5000 + b"1" + b"}" * 5001, "nested too deeply"),
        # Only a line that is kept is read whole.
        (
            b'{"resourceType": "Condition", "subject": {"reference": "Patient/a"}, "n": 1e999}',
            "not JSON",
        ),
    ],
)
def test_a_bad_line_is_told_with_its_number(tmp_path: Path, line: bytes, reason: str) -> None:
    good = {"resourceType": "Condition", "id": "1", "subject": {"reference": "Patient/a"}}
    part = _part(tmp_path, [good, b"", line, good])
    pieces = _exactly(part)
    assert json.loads(pieces[BAD]) == {"file": "x.ndjson", "line": 3, "reason": reason}
    assert _counts(pieces).bad == {reason: 1}
    assert _counts(pieces).resources == {"Condition": 2}
    assert len(_rows(pieces)) == 2


def test_a_cut_character_costs_no_line(tmp_path: Path, scanner: Scanner) -> None:
    held = (
        b'{"resourceType":"Condition","subject":{"reference":"Patient/a"},"note":[{"text":"%s"}]}'
    )
    part = _part(tmp_path, [held % rb"cut \ud83d", held % rb"\\ud83d and \ud83d\ude00"])
    exact = _exactly(part)
    assert _counts(exact).bad == {}
    assert [raw for _, _, raw in _rows(exact)] == sorted(part_lines(part))
    scanned = _scanned(part, scanner)
    assert scanned is None or _without_numbers(scanned) == _without_numbers(exact)


def part_lines(part: Part) -> list[bytes]:
    return Path(part.path).read_bytes().splitlines()


def test_a_truncated_file_keeps_the_lines_before_and_is_told(tmp_path: Path) -> None:
    lines = [{"resourceType": "Condition", "id": str(n) * 50} for n in range(500)]
    part = _part(tmp_path, lines, "x.ndjson.gz")
    whole = Path(part.path).read_bytes()
    Path(part.path).write_bytes(whole[: len(whole) * 2 // 3])
    pieces = _exactly(part)
    assert 0 < _counts(pieces).resources["Condition"] < 500
    counts = _counts(pieces)
    assert counts.damaged
    assert counts.lines == sum(counts.resources.values()) + sum(counts.bad.values())
    assert "the file is damaged" not in counts.bad  # it is no line
    assert b'"line":0,"reason":"the file is damaged"' in pieces[BAD]


def test_a_mark_at_the_start_and_line_ends_of_windows_are_no_fault(tmp_path: Path) -> None:
    part = _part(
        tmp_path, [b'\xef\xbb\xbf{"resourceType": "Flag"}\r', b'{"resourceType": "Flag"}\r']
    )
    assert _counts(_exactly(part)).resources == {"Flag": 2}
    assert not _exactly(part)[BAD]


@pytest.mark.parametrize(
    ("born", "band"),
    [
        ("1990-05-05", "30-39"),
        ("1986-11-22", "40-49"),
        ("1986-11-23", "30-39"),
        ("1990", "30-39"),
        ("1986", ""),
        ("1986-11", ""),
        ("1986-10", "40-49"),
        ("2026", "0-9"),
        ("2027", ""),
        ("1900-01-01", "90+"),
        ("soon", ""),
        (None, ""),
        (1990, ""),
        ("0000", ""),
    ],
)
def test_an_age_is_counted_only_where_the_date_tells_it(born: object, band: str) -> None:
    assert band_of_birth(born, _TODAY) == band


# ------------------------------------------------------------------ jobs

_PEOPLE = [
    {
        "resourceType": "Patient",
        "id": name,
        "identifier": [{"system": _MRN, "value": value}],
        "birthDate": "1990-01-01",
        "gender": "female",
    }
    for name, value in (("a", "7"), ("b", "8"), ("c", "9"))
]
_RECORDS: list[dict[str, Any]] = [
    *_PEOPLE,
    {"resourceType": "Condition", "id": "1", "subject": {"reference": "Patient/a"}},
    {"resourceType": "Condition", "id": "2", "subject": {"reference": "Patient/c"}},
    {"resourceType": "Procedure", "id": "seen", "subject": {"reference": "Patient/b"}},
    {"resourceType": "Procedure", "id": "other", "subject": {"reference": "Patient/b"}},
    {
        "resourceType": "MedicationRequest",
        "id": "m",
        "subject": {"reference": f"Patient?identifier={_MRN}|8"},
        "medicationReference": {"reference": "Medication/known/_history/1"},
    },
    {
        "resourceType": "MedicationRequest",
        "id": "n",
        "subject": {"reference": "Patient/c"},
        "medicationReference": {"reference": "Medication/others"},
    },
    {"resourceType": "Medication", "id": "known"},
    {"resourceType": "Medication", "id": "others"},
]
_SEEN = (
    Seen(kind="Procedure", id="seen", line=1, person="Patient/b"),
    Seen(kind="Condition", id="1", line=1, person="Patient/a"),
    Seen(kind="Medication", id="known", line=1),
    Seen(kind="Composition", id="lost", line=1),
)


def _gather(folder: Path, lines_of: dict[str, list[dict[str, Any]]], shards: int = _SHARDS) -> Any:
    """Chosen, and (key, name, line) of all that is kept, of files of these lines."""
    source = folder / "export"
    source.mkdir(parents=True)
    for name, lines in lines_of.items():
        _part(source, lines, name)
    export = read_export(source)
    looked = [
        Looked(
            lines=1, longest=1000, content=part.name, patients=True, seen=_SEEN if n == 0 else ()
        )
        for n, part in enumerate(export.parts)
    ]
    options = msgspec.structs.replace(_OPTIONS, shards=shards)
    chosen = choose(looked, export, options)
    kept = Folder(folder / "chosen")
    choosing = Job(name="chosen", key="1", run=dict)
    kept.keep(choosing, {"chosen": encode(chosen)})
    pairs = list(zip(export.parts, looked, strict=True))
    gathering = [job(part, one, (kept, choosing), options, "200MB") for part, one in pairs]
    rows = Folder(folder / "rows")
    run(gathering, rows, How(workers=1))
    medicines = medicines_jobs(pairs, rows, gathering)
    more = Folder(folder / "medicines")
    run(medicines, more, How(workers=1))
    found: list[tuple[str, str, bytes]] = []
    for where, jobs in ((rows, gathering), (more, medicines)):
        for one in jobs:
            for name in where.names(one):
                if name.startswith("shard-"):
                    for line in where.lines(one, name):
                        head, _, raw = line.partition(b"\t")
                        key, kind, id_, *_ = json.loads(head)
                        found.append((key, f"{kind}/{id_}", raw))
    return chosen, sorted(found)


def test_the_chosen_are_brought_together_and_nobody_else_is_copied(tmp_path: Path) -> None:
    chosen, found = _gather(tmp_path, {"all.ndjson": _RECORDS})
    assert chosen.keys == ("a", "b")
    assert [(key, name) for key, name, _ in found] == [
        ("", "Medication/known"),
        ("a", "Condition/1"),
        ("a", "Patient/a"),
        ("b", "MedicationRequest/m"),
        ("b", "Patient/b"),
        ("b", "Procedure/seen"),
    ]
    # A product is about nobody; a document that does not say whose it is, is told.
    assert [doubt.what for doubt in chosen.doubts] == ["Composition/lost"]


@pytest.mark.parametrize("shards", [1, 7])
def test_files_their_order_and_shards_change_nothing(tmp_path: Path, shards: int) -> None:
    _, found = _gather(tmp_path / "one", {"all.ndjson": _RECORDS})
    backwards = _RECORDS[::-1]
    parts = {"z.ndjson": backwards[::2], "1.b.000.ndjson.gz": backwards[1::2]}
    _, other = _gather(tmp_path / "two", parts, shards)
    assert other == found


def test_no_people_chosen_means_nothing_is_kept(tmp_path: Path) -> None:
    part = _part(tmp_path, _RECORDS)
    pieces = _exactly(part, Chosen(keys=(), names={}))
    assert set(pieces) == {COUNT, BAD, WANTED, PEOPLE}
    assert _counts(pieces).lines == len(_RECORDS)


def test_the_key_of_a_job_holds_all_that_its_result_depends_on(tmp_path: Path) -> None:
    part = _part(tmp_path, _RECORDS)
    kept = Folder(tmp_path / "chosen")
    looked = Looked(lines=1, content="0")
    keys = set()
    for people in (_CHOSEN, Chosen(keys=(), names={})):
        choosing = Job(name="chosen", key=str(len(people.keys)), run=dict)
        kept.keep(choosing, {"chosen": encode(people)})
        for content in ("0", "1"):
            one = msgspec.structs.replace(looked, content=content)
            for options in (_OPTIONS, msgspec.structs.replace(_OPTIONS, shards=5)):
                keys.add(job(part, one, (kept, choosing), options, "1GB").key)
        again = job(part, looked, (kept, choosing), _OPTIONS, "8GB").key
        assert again in keys
    assert len(keys) == 8


def test_the_database_finds_the_same_patients_as_reading_each(tmp_path: Path) -> None:
    people = [
        {
            "resourceType": "Patient",
            "id": f"p{n}",
            "identifier": [{"system": _MRN, "value": f"v{n}"}, {"value": f"w/{n}"}],
            "link": [
                {"type": "replaces", "other": {"reference": f"https://x.example/Patient/o{n}"}}
            ],
            "text": {"div": "x" * 1000},
        }
        for n in range(5000)
    ]
    part = _part(tmp_path, people)
    ends = frozenset({"p1", "v2", "3", "o4", "nobody"})
    with connect("500MB") as database:
        put(database, "ends", ends)
        assert part.size >= 4 << 20  # large enough for the database
        large = {one.id for one in cards_in(part, ends, 5000, database, Links())}
        small = _part(tmp_path, people[:10], "y.ndjson")
        assert {one.id for one in cards_in(small, ends, 5000, database, Links())} == large
    assert large == {"p1", "p2", "p3", "p4"}


# ------------------------------------------------------------------ what must not pass in silence


def test_of_very_many_bad_lines_the_first_are_listed_and_all_are_counted(tmp_path: Path) -> None:
    pieces = _exactly(_part(tmp_path, [b"x"] * 2500 + [b"5"]))
    assert _counts(pieces).bad == {"not JSON": 2500, "not a JSON object": 1}
    told = [json.loads(line) for line in pieces[BAD].splitlines()]
    assert [one["line"] for one in told] == [*range(1, 1001), 2501, 0]
    assert told[-1]["reason"] == "not JSON: 1500 more lines, not listed"


def test_a_file_that_changes_while_it_is_screened_is_refused(tmp_path: Path) -> None:
    """Half of an older and half of a newer file would be read as one."""
    _part(tmp_path, _RECORDS)
    (part,) = read_export(tmp_path).parts
    kept = Folder(tmp_path / "chosen")
    choosing = Job(name="chosen", key="1", run=dict)
    kept.keep(choosing, {"chosen": encode(_CHOSEN)})
    gathering = job(part, Looked(lines=1), (kept, choosing), _OPTIONS, "200MB")
    rows = Folder(tmp_path / "rows")
    run([gathering], rows, How(workers=1))
    _part(tmp_path, _RECORDS[::-1])
    again = msgspec.structs.replace(gathering, key="another")
    with pytest.raises(JobError, match="it changed while it was screened"):
        run([again], rows, How(workers=1))


@pytest.mark.parametrize(
    "subject",
    [
        '"subject": {"reference": "Patient/z"}, "subject": {"reference": "Patient/a"}',
        '"subject": {"reference": "Patient/z", "reference": "Patient/a"}',
        '"resourceType": "Observation", "subject": {"reference": "Patient/a"}',
        '"subject": [{"reference": "Patient/a"}]',
    ],
)
def test_a_line_that_readers_can_take_for_another_persons_is_read_slowly(
    tmp_path: Path, subject: str
) -> None:
    """The size of a file must not decide whether somebody is found."""
    words = '"status": "active", "medicationCodeableConcept": {"text": "Kratom"}'
    line = f'{{"resourceType": "MedicationStatement", {words}, {subject}}}'
    _part(tmp_path, [line.encode()])
    (part,) = read_export(tmp_path).parts
    looking = look.job(part, _OPTIONS)
    folder = Folder(tmp_path / "look")
    run([looking], folder, How(workers=1))
    assert look.result(folder, looking).doubtful
    assert look.result(folder, looking).seen[0].person == "Patient/a"


def _patient(id_: str, *links: tuple[str, str], **more: Any) -> dict[str, Any]:
    linked = [{"type": kind, "other": {"reference": f"Patient/{to}"}} for kind, to in links]
    return {"resourceType": "Patient", "id": id_, "link": linked, **more}


@pytest.mark.parametrize(
    ("files", "people"),
    [
        ([[_patient("1"), _patient("2")], [_patient("1"), _patient("2")]], 2),
        ([[_patient("1"), _patient("1", birthDate="1990-01-01")]], 1),
        ([[_patient("1", ("replaced-by", "2"))], [_patient("2", ("replaces", "1"))]], 1),
        ([[_patient("1", ("replaced-by", "2"))], [_patient("2")]], 1),
        ([[_patient("1")], [_patient("2", ("replaces", "1"))]], 1),
        ([[_patient("1", ("replaced-by", "not here"))]], 1),
        ([[_patient("1", ("replaced-by", "2")), _patient("2", ("replaced-by", "3"))]], 1),
        ([[_patient("1", ("seealso", "2")), _patient("2", ("refer", "1"))]], 2),
        ([[{"resourceType": "Patient"}, {"resourceType": "Patient", "gender": "male"}]], 2),
        ([[]], 0),
    ],
)
def test_everybody_is_counted_once(
    tmp_path: Path, files: list[list[dict[str, Any]]], people: int
) -> None:
    """A rate of two people is not one of six, however often their Patients are there."""
    pieces = [_exactly(_part(tmp_path, lines, f"{n}.ndjson")) for n, lines in enumerate(files)]
    for order in (pieces, pieces[::-1]):
        found = counted_once([_counts(one) for one in order], [one[PEOPLE] for one in order])
        assert sum(cell.people for one in found for cell in one.people) == people
        assert [one.resources for one in found] == [_counts(one).resources for one in order]


def test_what_is_known_of_a_person_counts_whichever_version_comes_first(tmp_path: Path) -> None:
    known = _patient("1", birthDate="1990-01-01", gender="female", deceasedBoolean=True)
    part = _part(tmp_path, [_patient("1"), known, _patient("1", gender="female")])
    (found,) = counted_once([_counts(_exactly(part))], [_exactly(part)[PEOPLE]])
    assert found.people == (PeopleCell(sex="female", ages="30-39", deceased=True, people=1),)


def test_a_long_chain_of_replaced_records_is_read_twice_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading every Patient again for each link would take hours for a million."""
    links = [_patient(str(n), ("replaced-by", str(n + 1))) for n in range(60)]
    (tmp_path / "export").mkdir()
    _part(tmp_path / "export", [*links, _patient("60")])
    export = read_export(tmp_path / "export")
    reads: list[Part] = []
    monkeypatch.setattr(
        choosing, "cards_in", lambda part, *more: reads.append(part) or cards_in(part, *more)
    )
    seen = (Seen(kind="Condition", id="1", line=1, person="Patient/0"),)
    chosen = choose([Looked(lines=1, longest=1000, patients=True, seen=seen)], export, _OPTIONS)
    assert chosen.keys == ("60",)
    assert len(reads) <= 2


def test_the_lines_of_the_chosen_are_held_small_and_come_out_sorted() -> None:
    """A file of twenty gigabytes may be all of theirs."""
    lines = [b'{"n":%d,"t":"%b\\r"}\n' % (n % 4000, b"same words " * 20) for n in range(9000)]
    shelf = Shelf()
    tracemalloc.start()
    for n, line in enumerate(lines):
        shelf.add(n % 3, line)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert shelf.shards() == [0, 1, 2]
    for shard in shelf.shards():
        assert shelf.lines(shard) == b"".join(sorted(lines[shard::3]))
    assert held < sum(map(len, lines)) / 3
