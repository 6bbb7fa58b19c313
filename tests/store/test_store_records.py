"""People and records: what is saved comes back, versions are added and never lost."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest

from speciosa.store import (
    AuditEntry,
    ConflictError,
    External,
    Kind,
    Store,
    StoreError,
    UnknownError,
)

NOW = dt.datetime(2026, 11, 22, 9, 0, 0, 123456, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=1)
BY = "dr.lee"


def test_a_person_comes_back_as_they_were_added(store: Store) -> None:
    ids = (External(system="https://ehr.test/fhir", value="p-1"),)
    person = store.add_person("Ward 3, bed 2 – Ä", by=BY, at=NOW, external=ids)
    assert person.label == "Ward 3, bed 2 – Ä"
    assert (person.created_at, person.created_by, person.external) == (NOW, BY, ids)
    assert store.person(person.id) == person
    assert store.by_external("https://ehr.test/fhir", "p-1") == person
    assert store.by_external("https://ehr.test/fhir", "p-2") is None


def test_ids_tell_nothing_and_never_repeat(store: Store) -> None:
    ids = {store.add_person("same", by=BY, at=NOW).id for _ in range(20)}
    assert len(ids) == 20
    assert {len(one) for one in ids} == {32}


def test_people_are_paged_in_the_order_of_their_labels(store: Store) -> None:
    for label in ("b 10", "B 2", "a", "c", "A"):
        store.add_person(label, by=BY, at=NOW)
    seen: list[str] = []
    after = ""
    while page := store.people(after=after, limit=2):
        assert len(page) <= 2
        seen += [one.label for one in page]
        after = page[-1].id
    assert [label.casefold() for label in seen] == ["a", "a", "b 10", "b 2", "c"]
    with pytest.raises(UnknownError):
        store.people(after="0" * 32)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("straße", 1),
        ("STRASSE", 1),
        ("100%", 1),
        ("%", 1),
        ("_", 0),
        ("p-9", 1),
        ("p-", 0),
        ("", 3),
    ],
)
def test_people_are_searched_by_part_of_a_label_or_a_whole_external_id(
    store: Store, search: str, found: int
) -> None:
    store.add_person("Straße 7", by=BY, at=NOW)
    store.add_person("100% sure", by=BY, at=NOW)
    store.add_person("x", by=BY, at=NOW, external=[External(system="s", value="p-9")])
    assert len(store.people(search=search)) == found


def test_an_external_id_belongs_to_one_person(store: Store) -> None:
    external = External(system="s", value="v")
    first = store.add_person("1", by=BY, at=NOW, external=[external])
    with pytest.raises(ConflictError):
        store.add_person("2", by=BY, at=NOW, external=[external])
    assert len(store.people()) == 1, "half a person was left"
    second = store.add_person("2", by=BY, at=NOW)
    with pytest.raises(ConflictError):
        store.link_external(second.id, external, by=BY, at=NOW)
    assert store.link_external(first.id, external, by=BY, at=NOW) == first
    other = External(system="s", value="w")
    assert store.link_external(first.id, other, by=BY, at=LATER).external == (external, other)


def test_another_label_keeps_the_earlier_ones_in_the_export(store: Store) -> None:
    person = store.add_person("old", by=BY, at=NOW)
    assert store.relabel(person.id, "new", by=BY, at=LATER).label == "new"
    assert store.people(search="old") == ()
    assert b'"old"' in b"".join(store.export(person.id))


def test_versions_are_added_and_all_come_back(store: Store) -> None:
    person = store.add_person("p", by=BY, at=NOW).id
    first = store.save(person, Kind.CASE, b'{"a": 1}', by=BY, at=NOW, change="made")
    assert (first.version, first.person, first.kind, first.removed) == (1, person, Kind.CASE, False)
    assert first.sha256 == hashlib.sha256(b'{"a": 1}').hexdigest()
    second = store.save(
        person, Kind.CASE, b"\x00\xff", by="b", at=LATER, change="", record=first.record, expect=1
    )
    assert store.history(first.record) == (first, second)
    assert store.version(first.record) == second
    assert store.version(first.record, 1) == first
    assert store.latest(person) == (second,)


def test_a_change_from_an_old_version_is_refused(store: Store) -> None:
    person = store.add_person("p", by=BY, at=NOW).id
    record = store.save(person, Kind.CASE, b"1", by=BY, at=NOW, change="").record
    store.save(person, Kind.CASE, b"2", by=BY, at=NOW, change="", record=record, expect=1)
    for expect in (0, 1, 3):
        with pytest.raises(ConflictError):
            store.save(
                person, Kind.CASE, b"3", by=BY, at=NOW, change="", record=record, expect=expect
            )
    assert [one.body for one in store.history(record)] == [b"1", b"2"]


def test_a_record_stays_with_its_person_and_kind(store: Store) -> None:
    one, two = (store.add_person(label, by=BY, at=NOW).id for label in "12")
    record = store.save(one, Kind.CASE, b"1", by=BY, at=NOW, change="").record
    for person, kind in ((two, Kind.CASE), (one, Kind.EVENT)):
        with pytest.raises(UnknownError):
            store.save(person, kind, b"2", by=BY, at=NOW, change="", record=record, expect=1)


def test_a_removed_record_is_out_of_lists_and_still_in_its_history(store: Store) -> None:
    person = store.add_person("p", by=BY, at=NOW).id
    kept = store.save(person, Kind.ENTRY, b"1", by=BY, at=NOW, change="")
    gone = store.save(person, Kind.ENTRY, b"2", by=BY, at=NOW, change="")
    with pytest.raises(ConflictError):  # a colleague's version that nobody here saw
        store.remove(gone.record, by=BY, at=LATER, change="", expect=2)
    assert store.owner(gone.record) == person
    last = store.remove(gone.record, by=BY, at=LATER, change="entered twice", expect=1)
    assert store.owner(gone.record) == person
    assert store.owner("x") == ""
    assert (last.removed, last.version, last.body) == (True, 2, b"")
    assert store.latest(person) == (kept,)
    assert store.history(gone.record) == (gone, last)
    with pytest.raises(ConflictError):
        store.remove(gone.record, by=BY, at=LATER, change="")
    with pytest.raises(ConflictError):
        store.save(person, Kind.ENTRY, b"3", by=BY, at=NOW, change="", record=gone.record, expect=2)


def test_the_newest_are_sorted_by_time_and_chosen_by_kind(store: Store) -> None:
    person = store.add_person("p", by=BY, at=NOW).id
    late = store.save(person, Kind.ENTRY, b"late", by=BY, at=LATER, change="")
    early = store.save(person, Kind.ENTRY, b"early", by=BY, at=NOW, change="")
    same = store.save(person, Kind.EVENT, b"same", by=BY, at=NOW, change="")
    assert store.latest(person) == (early, same, late)
    assert store.latest(person, Kind.EVENT) == (same,)
    assert store.latest(person, Kind.EVENT, Kind.ENTRY) == (early, same, late)
    assert store.latest("nobody") == ()


def test_everyone_with_their_newest(store: Store) -> None:
    wanted = {}
    for number in range(205):  # more than two pages
        person = store.add_person(f"p{number:03}", by=BY, at=NOW)
        made = (store.save(person.id, Kind.ENTRY, b"x", by=BY, at=NOW, change=""),)
        wanted[person.id] = made if number % 2 else ()
        if not number % 2:
            store.remove(made[0].record, by=BY, at=NOW, change="")
    found = list(store.newest_of_everyone(Kind.ENTRY))
    assert [person.label for person, _ in found] == [f"p{number:03}" for number in range(205)]
    assert {person.id: newest for person, newest in found} == wanted
    assert all(newest == () for _, newest in store.newest_of_everyone(Kind.CASE))


def test_an_assessment_of_a_megabyte_takes_a_tenth(store: Store, url: str) -> None:
    person = store.add_person("p", by=BY, at=NOW).id
    body = (
        b"["
        + b",".join(b'{"statement": "finding %d", "severity": "none"}' % n for n in range(21_000))
        + b"]"
    )
    assert len(body) > 1_000_000
    version = store.save(person, Kind.ASSESSMENT, body, by=BY, at=NOW, change="")
    assert store.version(version.record).body == body
    with store._database.read() as connection:
        packed = connection.exec_driver_sql("SELECT length(body) FROM version").scalar_one()
    assert packed < len(body) / 10


def test_what_is_not_there_is_said(store: Store) -> None:
    for call in (
        lambda: store.person("x"),
        lambda: store.version("x"),
        lambda: store.history("x"),
        lambda: store.export("x"),
        lambda: store.relabel("x", "y", by=BY, at=NOW),
        lambda: store.link_external("x", External(system="s", value="v"), by=BY, at=NOW),
        lambda: store.save("x", Kind.CASE, b"", by=BY, at=NOW, change=""),
        lambda: store.remove("x", by=BY, at=NOW, change=""),
        lambda: store.delete_person("x", by=BY, at=NOW),
        lambda: store.revoke_link("x"),
        lambda: store.make_link("t", "x", b"", by=BY, at=NOW, expires=LATER),
    ):
        with pytest.raises(UnknownError):
            call()


def test_a_time_without_a_zone_is_refused_and_others_come_back_in_utc(store: Store) -> None:
    with pytest.raises(StoreError, match="time zone"):
        store.add_person("p", by=BY, at=NOW.replace(tzinfo=None))
    east = NOW.astimezone(dt.timezone(dt.timedelta(hours=9)))
    person = store.add_person("p", by=BY, at=east)
    assert store.person(person.id).created_at.isoformat() == NOW.isoformat()


@pytest.mark.parametrize("label", ["secret\x00", "secret\ud800"])
def test_text_that_no_database_keeps_is_refused_without_quoting_it(
    store: Store, label: str
) -> None:
    with pytest.raises(StoreError, match="character") as caught:
        store.add_person(label, by=BY, at=NOW)
    assert "secret" not in str(caught.value)


def test_the_audit_log_is_read_backwards_a_page_at_a_time(store: Store) -> None:
    for number in range(5):
        store.audit(
            AuditEntry(
                at=NOW,
                by=f"u{number % 2}",
                action="GET /",
                outcome="200",
                person="p",
                record="r",
                address="127.0.0.1",
            )
        )
    first = store.audit_log(limit=2)
    rest = store.audit_log(before=first[-1].id)
    assert [one.id for one in (*first, *rest)] == sorted(
        (one.id for one in store.audit_log()), reverse=True
    )
    assert len(store.audit_log(by="u1")) == 2
    assert len(store.audit_log(person="p")) == 5
    assert store.audit_log(person="q") == ()
    assert first[0].at == NOW
