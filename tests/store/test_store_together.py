"""Many at once, threads and processes: exactly one wins what only one may have."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.store.test_store_records import BY, LATER, NOW

from speciosa.store import ConflictError, External, Kind, Store, StoreError, UnknownError, checking

ROOT = Path(__file__).parents[2]


def _at_once(count: int, call: Callable[[int], object]) -> list[object]:
    """What each of ``count`` threads got, called at the same moment; an error is a result."""
    start = threading.Barrier(count)

    def one(number: int) -> object:
        start.wait()
        try:
            return call(number)
        except StoreError as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_of_many_changes_to_one_version_exactly_one_is_kept(store: Store) -> None:
    person = store.add_person("p", by=BY, at=NOW).id
    record = store.save(person, Kind.CASE, b"", by=BY, at=NOW, change="").record
    for expect in range(1, 6):
        got = _at_once(
            8,
            lambda number, expect=expect: store.save(  # type: ignore[misc]
                person,
                Kind.CASE,
                b"%d" % number,
                by=BY,
                at=NOW,
                change="",
                record=record,
                expect=expect,
            ),
        )
        won = [one for one in got if not isinstance(one, Exception)]
        assert len(won) == 1
        assert {type(one) for one in got if isinstance(one, Exception)} == {ConflictError}
        assert store.version(record) == won[0]
    assert [one.version for one in store.history(record)] == [1, 2, 3, 4, 5, 6]


def test_of_many_removals_exactly_one_is_kept(store: Store) -> None:
    person = store.add_person("p", by=BY, at=NOW).id
    record = store.save(person, Kind.CASE, b"", by=BY, at=NOW, change="").record
    got = _at_once(6, lambda _: store.remove(record, by=BY, at=NOW, change=""))
    assert sum(isinstance(one, ConflictError) for one in got) == 5
    assert len(store.history(record)) == 2


def test_a_link_is_used_by_exactly_one(store: Store) -> None:
    person = store.add_person("p", by=BY, at=NOW).id
    for number in range(5):
        token = f"t{number}"
        store.make_link(token, person, b"", by=BY, at=NOW, expires=LATER)
        got = _at_once(
            8,
            lambda n, token=token: store.use_link(  # type: ignore[misc]
                token, NOW, Kind.ENTRY, b"%d" % n, by="link", change=""
            ),
        )
        assert sum(isinstance(one, ConflictError) for one in got) == 7
    assert len(store.latest(person)) == 5


def test_one_answer_wins_and_everybody_gets_it(store: Store) -> None:
    got = _at_once(8, lambda number: store.remember("s", "k", b"%d" % number, LATER))
    assert set(got) == {store.remembered("s", "k")}


def test_an_external_id_goes_to_exactly_one_person(store: Store) -> None:

    one = External(system="s", value="v")
    got = _at_once(8, lambda n: store.add_person(f"p{n}", by=BY, at=NOW, external=[one]))
    assert sum(isinstance(each, ConflictError) for each in got) == 7
    assert len(store.people()) == 1


def test_saving_for_a_person_while_they_are_deleted_leaves_no_half(store: Store) -> None:
    for _ in range(4):
        person = store.add_person("p", by=BY, at=NOW).id
        record = store.save(person, Kind.CASE, b"", by=BY, at=NOW, change="").record

        def call(number: int, person: str = person, record: str = record) -> object:
            if number == 0:
                return store.delete_person(person, by=BY, at=NOW)
            if number % 2:
                return store.save(person, Kind.ENTRY, b"x", by=BY, at=NOW, change="")
            return store.save(
                person, Kind.CASE, b"x", by=BY, at=NOW, change="", record=record, expect=1
            )

        got = _at_once(7, call)
        errors = {type(one) for one in got if isinstance(one, Exception)}
        assert errors <= {UnknownError, ConflictError}
        assert not isinstance(got[0], Exception)
        assert store.latest(person) == ()
    assert list(checking.contents(store._database)) == []


def test_readers_do_not_wait_for_a_writer(store: Store, url: str) -> None:
    person = store.add_person("p", by=BY, at=NOW).id
    other = Store.open(url)
    with store._database.write() as connection:
        connection.exec_driver_sql("DELETE FROM session")
        assert other.person(person).label == "p"
        assert store.session("k", NOW) is None
    other.close()


PROGRAM = textwrap.dedent("""
    import datetime as dt, sys
    from speciosa.store import ConflictError, Kind, Store
    url, person, record = sys.argv[1:4]
    now = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    store = Store.open(url)
    print("ready", flush=True)
    sys.stdin.readline()
    for key in range(40):
        print("first", key, int(store.first_use("jwt", str(key), now)), flush=True)
    for expect in range(1, 21):
        try:
            store.save(person, Kind.CASE, sys.argv[4].encode(), by="b", at=now, change="",
                       record=record, expect=expect)
            print("saved", expect, 1, flush=True)
        except ConflictError:
            print("saved", expect, 0, flush=True)
    store.close()
""")


def test_among_processes_too_exactly_one_is_first(store: Store, url: str) -> None:
    person = store.add_person("p", by=BY, at=NOW).id
    record = store.save(person, Kind.CASE, b"", by=BY, at=NOW, change="").record
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, url, person, record, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for number in range(3)
    ]
    for one in processes:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in processes:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    won: dict[tuple[str, str], int] = {}
    for one in processes:
        out, _ = one.communicate(timeout=60)
        assert one.returncode == 0
        for line in out.splitlines():
            what, key, first = line.split()
            won[what, key] = won.get((what, key), 0) + int(first)
    assert {count for (what, _), count in won.items() if what == "first"} == {1}
    # A process that runs ahead meets versions that nobody made yet; nobody wins those twice.
    assert max(count for (what, _), count in won.items() if what == "saved") == 1
    saved = sum(count for (what, _), count in won.items() if what == "saved")
    assert len(store.history(record)) == 1 + saved
    assert saved >= 1


def test_many_processes_may_open_an_empty_database_at_once(empty_url: str) -> None:
    program = "import sys; from speciosa.store import Store; Store.open(sys.argv[1]).close()"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, empty_url], stderr=subprocess.PIPE, cwd=ROOT
        )
        for _ in range(4)
    ]
    for one in processes:
        _, said = one.communicate(timeout=60)
        assert one.returncode == 0, said.decode()[-500:]
    store = Store.open(empty_url)
    assert list(checking.problems(store._database)) == []
    store.close()


def test_calls_together_are_kept_all_or_none_and_seen_by_nobody_before(store: Store) -> None:
    person = store.add_person("p", by=BY, at=NOW).id

    def keep(key: str) -> None:
        version = store.save(person, Kind.ENTRY, b"x", by=BY, at=NOW, change="")
        assert store.latest(person)[-1] == version
        store.remember("s", key, version.record.encode(), LATER, person=person)

    with pytest.raises(RuntimeError), store.together():
        keep("lost")
        raise RuntimeError("the caller failed")
    assert store.latest(person) == ()
    assert store.remembered("s", "lost") is None
    with store.together():
        keep("kept")
        with ThreadPoolExecutor(1) as pool:  # memory has one connection: not tested there
            assert pool.submit(store.latest, person).result() == ()
        with pytest.raises(StoreError), store.together():
            pass
        with pytest.raises(StoreError), store._database.alone():
            pass
    assert store.remembered("s", "kept") == store.latest(person)[0].record.encode()
    got = _at_once(4, lambda n: _both(store, person, n))
    assert not [one for one in got if isinstance(one, Exception)]
    assert len(store.latest(person)) == 9


def _both(store: Store, person: str, number: int) -> None:
    with store.together():
        for _ in range(2):
            store.save(person, Kind.ENTRY, b"%d" % number, by=BY, at=NOW, change="")


@pytest.mark.parametrize("threads", [12])
def test_many_threads_write_and_nothing_is_lost(store: Store, threads: int) -> None:
    def work(number: int) -> set[str]:
        person = store.add_person(f"p{number}", by=BY, at=NOW).id
        made = set()
        for count in range(10):
            at = NOW + dt.timedelta(seconds=count)
            made.add(store.save(person, Kind.ENTRY, b"x", by=BY, at=at, change="").record)
            assert {one.record for one in store.latest(person)} == made
        return made

    got = _at_once(threads, work)
    made = set().union(*(one for one in got if isinstance(one, set)))
    assert len(made) == threads * 10
    there = {one.record for _, newest in store.newest_of_everyone() for one in newest}
    assert there == made
