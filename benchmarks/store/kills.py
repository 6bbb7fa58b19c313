"""Kill the writer or the database server hard and often, and look for what was acknowledged.

    python -m benchmarks.store.kills --database both --kills 100
    python -m benchmarks.store.kills --database postgresql --victim server --kills 50
    python -m benchmarks.store.kills --victim opening --kills 50

A process of several threads writes through the store and says each write only after the store
acknowledged it. At a random moment it is killed (SIGKILL), or PostgreSQL is (stop immediately,
which is SIGQUIT to all its processes and recovery from its log). Then the database is opened
again and every write that was said is looked for, with its bytes; the whole of the store is
checked for halves. This shows that nothing is lost when programs die; it cannot show what a disk
does when the power goes, for which the store asks the disk at every commit.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.store.postgres_server import PostgresServer
from benchmarks.store.writer import END
from speciosa.store import Store, StoreError, UnknownError, checking
from speciosa.store.database import Database

ROOT = Path(__file__).parents[2]
CHECK_EVERY = 10


@dataclass
class Findings:
    """What was acknowledged, and what of it was wrong afterwards."""

    kills: int = 0
    acknowledged: Counter[str] = field(default_factory=Counter)
    unacknowledged_versions: int = 0
    wrong: list[str] = field(default_factory=list)
    open_seconds: list[float] = field(default_factory=list)

    def text(self) -> str:
        """A line to read."""
        acts = ", ".join(f"{name} {count}" for name, count in sorted(self.acknowledged.items()))
        slowest = max(self.open_seconds, default=0.0)
        return (
            f"{self.kills} kills, {self.acknowledged.total()} acknowledged writes ({acts}); "
            f"{len(self.wrong)} lost or wrong; {self.unacknowledged_versions} versions saved whole "
            f"whose acknowledgement the kill cut off; slowest opening afterwards {slowest:.2f} s"
        )


class Expected:
    """What the acknowledged writes of all rounds add up to."""

    def __init__(self) -> None:
        self.versions: dict[tuple[str, int], tuple[str, str]] = {}
        self.deleted: set[str] = set()

    def add(self, line: dict[str, Any]) -> None:
        """Take in one acknowledged write."""
        if line["act"] in {"version", "link"}:
            self.versions[line["record"], line["version"]] = (line["person"], line["sha256"])
        elif line["act"] == "deletion":
            self.deleted.add(line["person"])


@dataclass(frozen=True)
class Load:
    """How many threads write, and for how long at most before a kill."""

    threads: int = 4
    seed: int = 1
    longest_seconds: float = 1.0


def kill_often(
    url: str, kills: int, load: Load, *, server: PostgresServer | None = None
) -> Findings:
    """Kill the writer, or ``server`` when one is given, ``kills`` times."""
    moments = random.Random(load.seed)  # noqa: S311  # when to kill, not a secret
    findings, expected = Findings(), Expected()
    for number in range(kills):
        seconds = moments.uniform(0.02, load.longest_seconds)
        lines = _round(url, f"{load.seed}.{number}", load.threads, seconds, server)
        findings.kills += 1
        started = time.perf_counter()
        store = Store.open(url)
        findings.open_seconds.append(time.perf_counter() - started)
        for line in lines:
            findings.acknowledged[line["act"]] += 1
            expected.add(line)
        findings.wrong += [wrong for line in lines if (wrong := _missing(store, line, expected))]
        store.close()
        if (number + 1) % CHECK_EVERY == 0 or number + 1 == kills:
            findings.wrong += _whole(url, expected, findings)
    return findings


def _round(
    url: str, name: str, threads: int, seconds: float, server: PostgresServer | None
) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "benchmarks.store.writer", url, name, str(threads)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT
    ) as writer:
        assert writer.stdout is not None
        first = writer.stdout.readline()
        timer = time.monotonic() + seconds
        # Read meanwhile: a full pipe would stop the writer at a place of its own choosing.
        reader = _Reader(writer.stdout)
        time.sleep(max(0.0, timer - time.monotonic()))
        if server is not None:
            server.stop("immediate")
        writer.kill()
        rest = reader.finish()
    if server is not None:
        server.start()
    whole = [line for line in (first + rest).split(b"\n")[:-1] if line]
    return [json.loads(line) for line in whole]


class _Reader:
    def __init__(self, stream: Any) -> None:  # noqa: ANN401  # a pipe
        self._got: list[bytes] = []
        self._thread = threading.Thread(target=lambda: self._got.append(stream.read()))
        self._thread.start()

    def finish(self) -> bytes:
        self._thread.join()
        return b"".join(self._got)


def _missing(store: Store, line: dict[str, Any], expected: Expected) -> str:
    """What is wrong with one acknowledged write, empty when it is there."""
    gone = line.get("person", "") in expected.deleted
    try:
        wrong = _LOOK[line["act"]](store, line)
    except UnknownError:
        # Deleted by an acknowledged deletion, or by one whose acknowledgement was cut off.
        wrong = not (gone or _tombstone(store, line.get("person", "")))
    else:
        if line["act"] != "deletion" and gone and line["act"] != "answer":
            return f"{line['act']} of a deleted person is there"
    return f"{line['act']}: {line}" if wrong else ""


def _tombstone(store: Store, person: str) -> bool:
    return any(entry.action == "delete person" for entry in store.audit_log(person=person))


def _version(store: Store, line: dict[str, Any]) -> bool:
    version = store.version(line["record"], line["version"])
    return bool((version.sha256, version.person) != (line["sha256"], line["person"]))


def _link(store: Store, line: dict[str, Any]) -> bool:
    used = [one for one in store.links(line["person"]) if one.token_hash == line["token"]]
    return _version(store, line) or not used or used[0].used_at is None


def _person(store: Store, line: dict[str, Any]) -> bool:
    return bool(store.person(line["person"]).label != line["label"])


def _answer(store: Store, line: dict[str, Any]) -> bool:
    kept = store.remembered("kills", line["key"])
    if kept is None:  # it goes with its person
        store.person(line["person"])
    return bool(kept != line["answer"].encode())


def _deletion(store: Store, line: dict[str, Any]) -> bool:
    try:
        store.person(line["person"])
    except UnknownError:
        return bool(store.latest(line["person"])) or not _tombstone(store, line["person"])
    return True


_LOOK: dict[str, Callable[[Store, dict[str, Any]], bool]] = {
    "version": _version,
    "link": _link,
    "person": _person,
    "answer": _answer,
    "deletion": _deletion,
    "first use": lambda store, line: (
        not line["first"] or store.first_use("kills", line["key"], END)
    ),
    "session": lambda store, line: (
        store.session(line["key"], END.replace(year=2099)) != line["key"].encode()
    ),
    "audit": lambda store, line: len(store.audit_log(by=line["key"])) != 1,
}


def _whole(url: str, expected: Expected, findings: Findings) -> list[str]:
    """Every version of all rounds so far, and the store's own check."""
    database = Database(url)
    store = Store(database)
    wrong = list(checking.contents(database))
    there = {
        (line["record"], line["version"]): (line["person"], line["sha256"])
        for line in map(json.loads, store.export())
        if line["type"] == "version"
    }
    for key, (person, sha256) in expected.versions.items():
        if key in there:
            if there[key] != (person, sha256):
                wrong.append(f"version {key} has other bytes")
        elif person not in expected.deleted and not _tombstone(store, person):
            wrong.append(f"version {key} is lost")
    findings.unacknowledged_versions = len(there.keys() - expected.versions.keys())
    store.close()
    return wrong


def kill_while_opening(folder: Path, kills: int, *, seed: int = 1) -> Findings:
    """Kill a process that makes a new SQLite database; the next one must still get it ready."""
    moments = random.Random(seed)  # noqa: S311  # when to kill, not a secret
    findings = Findings()
    code = (
        "import sys; from speciosa.store import Store; print(flush=True); Store.open(sys.argv[1])"
    )
    for number in range(kills):
        url = f"sqlite:///{folder}/opening{number}.db"
        with subprocess.Popen(
            [sys.executable, "-c", code, url], stdout=subprocess.PIPE, cwd=ROOT
        ) as opener:
            assert opener.stdout is not None
            opener.stdout.readline()
            time.sleep(moments.uniform(0.0, 0.25))
            opener.kill()
        findings.kills += 1
        try:
            started = time.perf_counter()
            Store.open(url).close()
            findings.open_seconds.append(time.perf_counter() - started)
            database = Database(url)
            findings.wrong += list(checking.problems(database))
            database.close()
        except StoreError as error:
            findings.wrong.append(str(error))
    return findings


def main() -> None:
    """Run and print the figures; exit 1 when anything acknowledged is lost."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--victim", choices=["writer", "server", "opening"], default="writer")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=float, default=1.0, help="seconds before a kill, at most")
    given = parser.parse_args()
    load = Load(given.threads, given.seed, given.longest)
    lost = 0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if given.victim == "opening":
            found = kill_while_opening(folder, given.kills, seed=given.seed)
            print(f"opening, sqlite: {found.text()}", *found.wrong[:10], sep="\n  ")
            sys.exit(bool(found.wrong))
        if given.database in {"sqlite", "both"} and given.victim == "writer":
            found = kill_often(f"sqlite:///{folder}/kills.db", given.kills, load)
            print(f"writer, sqlite: {found.text()}", *found.wrong[:10], sep="\n  ", flush=True)
            lost += len(found.wrong)
        if given.database in {"postgresql", "both"}:
            server = stack.enter_context(PostgresServer(sync=True))
            victim = server if given.victim == "server" else None
            found = kill_often(server.url("postgres"), given.kills, load, server=victim)
            print(f"{given.victim}, postgresql: {found.text()}", *found.wrong[:10], sep="\n  ")
            lost += len(found.wrong)
    sys.exit(bool(lost))


if __name__ == "__main__":
    main()
