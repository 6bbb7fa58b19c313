"""The process that is killed: threads that write through the store and tell what it acknowledged.

    python -m benchmarks.store.writer URL SEED THREADS

Every line on standard output is one acknowledged write, as JSON, written only after the store's
call returned. It ends when it is killed, or when the database is gone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import random
import sys
import threading
from collections.abc import Callable

from speciosa.store import AuditEntry, Kind, Store, StoreError

END = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
KINDS = tuple(Kind)


class Writer:
    """One thread's people and records; nothing is shared, so that no conflict is expected."""

    def __init__(self, store: Store, seed: str) -> None:
        self._store = store
        self._random = random.Random(seed)  # noqa: S311  # a workload, not a secret
        self._name = seed
        self._count = 0
        self._person = ""
        self._records: dict[str, tuple[Kind, int]] = {}
        self._acts: tuple[tuple[Callable[[], dict[str, object]], int], ...] = (
            (self._new_record, 30),
            (self._next_version, 40),
            (self._remove, 3),
            (self._link, 6),
            (self._answer, 6),
            (self._first_use, 4),
            (self._session, 4),
            (self._audit, 5),
            (self._new_person, 3),
            (self._delete, 1),
        )

    def run(self) -> None:
        """Write until the end."""
        self._tell(self._new_person())
        acts, weights = zip(*self._acts, strict=True)
        while True:
            act = self._random.choices(acts, weights)[0]
            self._tell(act())

    def _tell(self, told: dict[str, object]) -> None:
        # One write call a line: lines of several threads do not mix in a pipe.
        os.write(1, json.dumps(told).encode() + b"\n")

    def _now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    def _key(self) -> str:
        self._count += 1
        return f"{self._name}-{self._count}"

    def _body(self) -> bytes:
        size = self._random.choice((0, 20, 400, 3_000, 20_000, 150_000))
        return self._random.randbytes(size // 4) + b'{"said": "again"}' * (size // 20)

    def _saved(self, record: str, expect: int, kind: Kind) -> dict[str, object]:
        body = self._body()
        version = self._store.save(
            self._person,
            kind,
            body,
            by="writer",
            at=self._now(),
            change=self._name,
            record=record,
            expect=expect,
        )
        self._records[version.record] = (kind, version.version)
        return {
            "act": "version",
            "person": self._person,
            "record": version.record,
            "version": version.version,
            "sha256": hashlib.sha256(body).hexdigest(),
        }

    def _new_person(self) -> dict[str, object]:
        self._records = {}
        self._person = self._store.add_person(self._key(), by="writer", at=self._now()).id
        return {"act": "person", "person": self._person, "label": f"{self._name}-{self._count}"}

    def _new_record(self) -> dict[str, object]:
        return self._saved("", 0, self._random.choice(KINDS))

    def _next_version(self) -> dict[str, object]:
        if not self._records:
            return self._new_record()
        record = self._random.choice(sorted(self._records))
        kind, newest = self._records[record]
        return self._saved(record, newest, kind)

    def _remove(self) -> dict[str, object]:
        if not self._records:
            return self._new_record()
        record = self._random.choice(sorted(self._records))
        version = self._store.remove(record, by="writer", at=self._now(), change="")
        del self._records[record]
        return {
            "act": "version",
            "person": self._person,
            "record": record,
            "version": version.version,
            "sha256": hashlib.sha256(b"").hexdigest(),
        }

    def _link(self) -> dict[str, object]:
        token = self._key()
        self._store.make_link(token, self._person, b"x", by="writer", at=self._now(), expires=END)
        body = self._body()
        version = self._store.use_link(token, self._now(), Kind.ENTRY, body, by="link", change="")
        return {
            "act": "link",
            "person": self._person,
            "token": token,
            "record": version.record,
            "version": 1,
            "sha256": hashlib.sha256(body).hexdigest(),
        }

    def _answer(self) -> dict[str, object]:
        key = self._key()
        kept = self._store.remember("kills", key, key.encode(), END, person=self._person)
        return {"act": "answer", "person": self._person, "key": key, "answer": kept.decode()}

    def _first_use(self) -> dict[str, object]:
        key = self._key()
        return {"act": "first use", "key": key, "first": self._store.first_use("kills", key, END)}

    def _session(self) -> dict[str, object]:
        key = self._key()
        self._store.put_session(key, key.encode(), END)
        return {"act": "session", "key": key}

    def _audit(self) -> dict[str, object]:
        key = self._key()
        self._store.audit(AuditEntry(at=self._now(), by=key, action="GET", outcome="200"))
        return {"act": "audit", "key": key}

    def _delete(self) -> dict[str, object]:
        gone = self._person
        self._store.delete_person(gone, by="writer", at=self._now())
        told: dict[str, object] = {"act": "deletion", "person": gone}
        self._tell(told)
        return self._new_person()


def main() -> None:
    """Write with several threads until the end."""
    url, seed, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    store = Store.open(url)

    def run(name: str) -> None:
        try:
            Writer(store, name).run()
        except StoreError as error:  # the server was killed: this thread has nothing more to do
            sys.stderr.write(f"{error}\n")

    started = [
        threading.Thread(target=run, args=(f"{seed}-{number}",)) for number in range(threads)
    ]
    for one in started:
        one.start()
    for one in started:
        one.join()


if __name__ == "__main__":
    main()
