"""Deleting a person: gone from every table, and from the bytes of the file."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.store.conftest import ON_POSTGRESQL
from tests.store.test_store_records import BY, LATER, NOW

from speciosa.store import AuditEntry, External, Kind, Store, StoreError, UnknownError
from speciosa.store.database import Database, parse_url
from speciosa.store.tables import metadata


def _random(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  # bytes to look for, not a secret


def _live(store: Store, random_: random.Random, mark: str) -> str:
    """A person with something in every table that can hold their data."""

    def body(size: int) -> bytes:  # bytes that no compression can hide the mark in
        return mark.encode() + random_.randbytes(size) + mark.encode()

    person = store.add_person(
        f"label {mark}", by=BY, at=NOW, external=[External(system="s", value=f"id {mark}")]
    ).id
    store.relabel(person, f"new {mark}", by=BY, at=LATER)
    for kind in Kind:
        first = store.save(person, kind, body(3000), by=BY, at=NOW, change=f"made {mark}")
        store.save(
            person, kind, body(60), by=BY, at=NOW, change=mark, record=first.record, expect=1
        )
    store.remove(first.record, by=BY, at=LATER, change=f"removed {mark}")
    store.make_link(f"token {mark}", person, body(20), by=BY, at=NOW, expires=LATER)
    store.remember("named", mark, body(500), LATER, person=person)
    store.remember("holds the person", mark, body(50) + person.encode(), LATER)
    store.remember("holds a record", mark, body(50) + first.record.encode(), LATER)
    store.put_card(mark, body(30) + person.encode(), at=NOW)
    store.add_feedback("s", mark, "accepted", body(30) + person.encode(), at=NOW)
    store.put_cards([(f"card {mark}", b"{}")], at=NOW, person=person)
    store.add_feedback("s", f"card {mark}", "overridden", b'{"comment":"no"}', at=NOW)
    store.add_feedback("s", "unknown", f"1 {mark}", f"not id {mark}!".encode(), at=NOW)
    store.add_feedback("s", "unknown", f"2 {mark}", f"see new {mark}!".encode(), at=NOW)
    store.audit(AuditEntry(at=NOW, by=BY, action="GET", outcome="200", person=person))
    return person


def test_everything_of_the_person_goes_and_everything_else_stays(store: Store, url: str) -> None:
    random_ = _random(7)
    kept, gone = (_live(store, random_, mark) for mark in ("KEPT-PERSON", "GONE-PERSON"))
    store.put_session("k", b"session", LATER)
    before = list(store.export(kept))
    done = store.delete_person(gone, by="admin", at=LATER)
    assert (done.person, done.by, done.at) == (gone, "admin", LATER)
    assert done.removed == {
        "draft": 2,
        "case": 2,
        "assessment": 2,
        "entry": 2,
        "event": 2,
        "visit": 3,
        "label": 2,
        "link": 1,
        "external id": 1,
        "answer": 3,
        "card": 2,
        "feedback": 4,
    }
    assert any("backups" in words for words in done.remains)
    assert any("audit" in words for words in done.remains)
    with pytest.raises(UnknownError):
        store.person(gone)
    with pytest.raises(UnknownError):
        store.delete_person(gone, by="admin", at=LATER)
    assert store.by_external("s", "id GONE-PERSON") is None
    assert store.latest(gone) == ()
    assert store.links(gone) == ()
    assert list(store.export(kept)) == before
    assert store.session("k", NOW) == b"session"
    assert store.remembered("named", "KEPT-PERSON") is not None
    assert [entry.action for entry in store.audit_log(person=gone)] == ["delete person", "GET"]
    assert _rows_with(url, b"GONE-PERSON") == []
    assert _rows_with(url, b"KEPT-PERSON"), "the search for the mark finds nothing at all"


def _rows_with(url: str, mark: bytes) -> list[str]:
    database = Database(url)
    with database.read() as connection:
        found = [
            table.name
            for table in metadata.tables.values()
            for row in connection.execute(table.select())
            for value in row
            if mark in (value if isinstance(value, bytes) else str(value).encode())
        ]
    database.close()
    return found


@pytest.mark.parametrize("seed", range(2))
def test_nothing_of_the_person_is_left_in_the_bytes_of_the_files(
    sqlite_ready: Path, tmp_path: Path, seed: int
) -> None:
    path = tmp_path / "bytes.db"
    path.write_bytes(sqlite_ready.read_bytes())
    store = Store.open(f"sqlite:///{path}")
    random_ = _random(seed)
    marks: dict[str, str] = {}
    for number in range(30):
        mark = f"MARK{number:02}-{random_.getrandbits(64):016x}"
        marks[_live(store, random_, mark)] = mark
    gone = random_.sample(sorted(marks), 12)
    assert _marks_in(tmp_path) == set(marks.values())
    for person in gone:
        done = store.delete_person(person, by=BY, at=LATER)
        assert len(done.remains) == 3
    assert _marks_in(tmp_path) == {marks[person] for person in marks if person not in gone}
    store.close()


def _marks_in(folder: Path) -> set[str]:
    raw = b"".join(file.read_bytes() for file in folder.iterdir())
    return {mark.decode() for mark in re.findall(rb"MARK\d\d-[0-9a-z]{16}", raw)}


def test_a_reader_that_holds_old_pages_is_said_and_scrubbing_later_clears_them(
    sqlite_ready: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("speciosa.store.deletion.WAIT_SECONDS", 0)
    path = tmp_path / "held.db"
    path.write_bytes(sqlite_ready.read_bytes())
    store = Store.open(f"sqlite:///{path}")
    person = _live(store, _random(1), "MARK00-heldbyareader0000")
    reader = Database(f"sqlite:///{path}")
    with reader.read() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM version").one()
        done = store.delete_person(person, by=BY, at=LATER)
        assert any("speciosa store scrub" in words for words in done.remains)
        assert _marks_in(tmp_path)
    reader.close()
    assert store.scrub() == ()
    assert not _marks_in(tmp_path)
    store.close()


@ON_POSTGRESQL
def test_on_postgresql_the_tables_files_lose_the_person_too(
    request: pytest.FixtureRequest, store: Store, url: str
) -> None:
    person = _live(store, _random(3), "MARK01-postgres000000000")
    done = store.delete_person(person, by=BY, at=LATER)
    assert any("write-ahead log" in words for words in done.remains)
    assert not any("scrub" in words for words in done.remains)
    folder = Path(str(parse_url(url).query["host"])) / "data"
    server = request.getfixturevalue("postgres")
    with server._engine.connect() as connection:
        connection.exec_driver_sql("CHECKPOINT")
        number = connection.execute(
            text("SELECT oid FROM pg_database WHERE datname = :name"),
            {"name": parse_url(url).database},
        ).scalar_one()
    raw = b"".join(
        file.read_bytes() for file in (folder / "base" / str(number)).iterdir() if file.is_file()
    )
    assert person.encode() in raw, "the audit log should still name the id"
    assert b"MARK01-postgres" not in raw


def test_nothing_can_be_saved_for_a_person_who_was_deleted(store: Store) -> None:
    person = _live(store, _random(2), "MARK")
    record = store.latest(person)[0]
    store.delete_person(person, by=BY, at=LATER)
    for call in (
        lambda: store.save(person, Kind.CASE, b"", by=BY, at=NOW, change=""),
        lambda: store.save(
            person,
            record.kind,
            b"",
            by=BY,
            at=NOW,
            change="",
            record=record.record,
            expect=record.version,
        ),
        lambda: store.use_link("token MARK", NOW, Kind.ENTRY, b"", by=BY, change=""),
    ):
        with pytest.raises(StoreError):
            call()
