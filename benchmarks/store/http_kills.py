"""Kill the service itself under load, and look for every entry that it answered 201 to.

    python -m benchmarks.store.http_kills --kills 20

``speciosa serve`` runs on loopback; clients add follow-up entries through its HTTP API, each under
an idempotency key of its own. At a random moment the service is killed (SIGKILL). Every entry that
was answered 201 is looked for in the database, with its words, and in the audit log. Requests that
the kill cut off are sent again with their keys at the end: each must then be there exactly once.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from benchmarks.store.postgres_server import PostgresServer
from speciosa.store import Kind, Store, StoreError, checking
from speciosa.store.database import Database

ROOT = Path(__file__).parents[2]
START_SECONDS = 90
CLAIM_SECONDS = 62  # a request that was cut off keeps its key to itself for a minute


class Service:
    """One process of ``speciosa serve`` on a free port."""

    def __init__(self, url: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.token = secrets.token_urlsafe(32)
        self._environment = {
            **os.environ,
            "SPECIOSA_DATABASE_URL": url,
            "SPECIOSA_START_TOKEN": self.token,
            "SPECIOSA_RATES": json.dumps(dict.fromkeys(("signed_in", "anybody"), "1000000/second")),
        }

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "speciosa", "serve", "--port", str(self.port)],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
        )
        deadline = time.monotonic() + START_SECONDS
        while True:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the service did not start")
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/health", timeout=1).is_success:
                    return self
            except httpx.HTTPError:
                time.sleep(0.05)

    def client(self) -> httpx.Client:
        """A client that may write."""
        return httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}/api/v1",
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=30,
        )

    def kill(self) -> None:
        """End it hard."""
        self._process.kill()
        self._process.wait()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()


@dataclass
class Told:
    """What the clients were told, by the words they sent."""

    person: str
    records: dict[str, str] = field(default_factory=dict)
    cut_off: set[str] = field(default_factory=set)
    refused: Counter[int] = field(default_factory=Counter)


def add(client: httpx.Client, told: Told, words: str) -> None:
    """Add an entry under its own key, and note what was answered."""
    try:
        answer = client.post(
            f"/people/{told.person}/entries",
            json={"date": "2026-11-22", "note": words},
            headers={"Idempotency-Key": words},
        )
    except httpx.HTTPError:
        told.cut_off.add(words)
        return
    if answer.status_code == httpx.codes.CREATED:
        told.records[words] = answer.headers["location"].rsplit("/", 1)[-1]
        told.cut_off.discard(words)
    else:
        told.refused[answer.status_code] += 1


def hammer(service: Service, told: Told, name: str, stop: threading.Event) -> None:
    """Add entries until the service is gone."""
    with service.client() as client:
        number = 0
        while not stop.is_set():
            number += 1
            add(client, told, f"{name}-{number}")
            if told.cut_off and any(words.startswith(f"{name}-") for words in told.cut_off):
                return


def missing(url: str, told: Told) -> list[str]:
    """What was answered 201 and is not there as it was sent."""
    store = Store.open(url)
    wrong = []
    for words, record in told.records.items():
        try:
            body = store.version(record).body
        except StoreError:
            wrong.append(f"{words}: lost")
            continue
        if json.loads(body)["note"] != words:
            wrong.append(f"{words}: other words")
    store.close()
    return wrong


def run(url: str, kills: int, *, threads: int = 4, seed: int = 1, longest: float = 2.0) -> bool:
    """Kill the service ``kills`` times; print the figures; whether everything was there."""
    moments = random.Random(seed)  # noqa: S311  # when to kill, not a secret
    service = Service(url)
    with service, service.client() as client:
        answer = client.post("/people", json={"label": "killed under load"})
        told = Told(person=answer.raise_for_status().json()["id"])
    wrong: list[str] = []
    for number in range(kills):
        stop = threading.Event()
        with service:
            clients = [
                threading.Thread(target=hammer, args=(service, told, f"{number}-{one}", stop))
                for one in range(threads)
            ]
            for one in clients:
                one.start()
            time.sleep(moments.uniform(0.1, longest))
            service.kill()
            stop.set()
            for one in clients:
                one.join()
        wrong += missing(url, told)
    answered, again = len(told.records), sorted(told.cut_off)
    time.sleep(CLAIM_SECONDS if again else 0)
    with service, service.client() as client:
        for words in again:
            add(client, told, words)
    store = Store.open(url)
    audited = {
        entry.record
        for entry in store.audit_log(person=told.person, limit=1_000_000)
        if entry.outcome.startswith("201")
    }
    unaudited = set(told.records.values()) - audited
    there = Counter(
        json.loads(version.body)["note"] for version in store.latest(told.person, Kind.ENTRY)
    )
    store.close()
    wrong += [f"{words}: {count} times" for words, count in there.items() if count != 1]
    wrong += [f"{words}: not there in the end" for words in told.records if words not in there]
    wrong += [f"{words}: never answered" for words in told.cut_off]
    database = Database(url)
    wrong += list(checking.contents(database))
    database.close()
    print(
        f"{kills} kills of the service, {answered} entries answered 201, {len(again)} cut off and "
        f"sent again; refused: {dict(told.refused)}; not in the audit log: "
        f"{len(unaudited)}; lost, doubled or wrong: {len(wrong)}",
        *wrong[:10],
        sep="\n  ",
        flush=True,
    )
    return not wrong and not unaudited


def main() -> None:
    """Run on SQLite, or on a PostgreSQL server of its own."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with ExitStack() as stack:
        if given.database == "sqlite":
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            url = f"sqlite:///{folder}/kills.db"
        else:
            url = stack.enter_context(PostgresServer(sync=True)).url("postgres")
        whole = run(url, given.kills, threads=given.threads, seed=given.seed)
    sys.exit(not whole)


if __name__ == "__main__":
    main()
