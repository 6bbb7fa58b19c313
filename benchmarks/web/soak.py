"""10,000 assessments through a running service: how fast, and does it grow.

    python benchmarks/web/soak.py --requests 10000 --clients 4

Starts `speciosa serve` on loopback with a database of its own and posts the bundled cases one after
another, each with another body weight, so that no answer can be a kept one. Prints requests per
second, latency percentiles and memory (RSS) of the server on the way, and fails if any answer is
wrong. `--keep` saves each case, then its assessment, under a person. The load comes from the same
machine.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from speciosa.case import read_case_text

EXAMPLES = Path(__file__).parents[2] / "examples"
COMMAND = [sys.executable, "-c", "from speciosa.cli import main; main()", "serve", "--port", "0"]
LOOK_AT = (0, 1_000, 5_000, 10_000)


@contextlib.contextmanager
def service(folder: Path, subjects: int, workers: int) -> Iterator[tuple[str, str, int]]:
    """Address, token and process id of a service of its own."""
    environment = os.environ | {
        "SPECIOSA_DATABASE_URL": f"sqlite:///{folder / 'soak.db'}",
        "SPECIOSA_SUBJECTS": str(subjects),
        "SPECIOSA_WORKERS": str(workers),
        "SPECIOSA_RATES__SIGNED_IN": "1000000/second",
        "SPECIOSA_LOG_LEVEL": "warning",
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=log, env=environment)
        try:
            text = ""
            while "Stop with" not in text:
                line = process.stdout.readline().decode() if process.stdout else ""
                if not line:
                    raise SystemExit((folder / "log").read_text(encoding="utf-8"))
                text += line
            found = re.search(r"(http://127\.0\.0\.1:\d+)/enter\?token=(\S+)", text)
            if found is None:
                raise SystemExit(text)
            yield found[1], found[2], process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def memory_mb(pid: int) -> float:
    """Resident memory of a process and its children (workers), MB."""
    total = 0.0
    pids = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    for one in pids:
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{one}/status").read_text(encoding="utf-8")
            found = re.search(r"VmRSS:\s+(\d+)", status)
            total += int(found[1]) / 1024 if found else 0.0
    return total


def cases() -> Iterator[dict[str, Any]]:
    """The bundled cases in turn, no two alike."""
    documents = []
    for path in sorted(EXAMPLES.glob("*.yaml")):
        case = read_case_text(path.read_text(encoding="utf-8"))
        documents.append(case.model_dump(mode="json", exclude_defaults=True))
    for number in itertools.count():
        document = json.loads(json.dumps(documents[number % len(documents)]))
        document.setdefault("person", {})["weight_kg"] = round(50 + (number * 0.01) % 60, 2)
        yield document


async def soak(url: str, token: str, pid: int, arguments: argparse.Namespace) -> bool:
    """Run it and print the table; whether every answer was right."""
    bodies = cases()
    taken: list[float] = []
    wrong = 0
    rows: list[str] = []
    began = time.perf_counter()
    headers = {"authorization": f"Bearer {token}"}
    limits = httpx.Limits(max_connections=arguments.clients)
    async with httpx.AsyncClient(
        base_url=url, headers=headers, timeout=120, limits=limits
    ) as client:
        person = ""
        if arguments.keep:
            made = await client.post("/api/v1/people", json={"label": "soak"})
            person = f"/api/v1/people/{made.json()['id']}"

        async def once(body: dict[str, Any]) -> bool:
            if not person:
                answer = await client.post("/api/v1/assessments", json=body)
                return answer.status_code == 200 and "urgent" in answer.json()
            kept = await client.post(f"{person}/cases", json=body)
            if kept.status_code != 201:
                return False
            case = {"case": kept.headers["location"].rpartition("/")[2]}
            answer = await client.post(f"{person}/assessments", json=case)
            return answer.status_code == 201

        def look(done: int, since: list[float], seconds: float) -> None:
            cut = statistics.quantiles(since, n=100) if len(since) > 1 else [0.0] * 99
            figures = [1000 * cut[k - 1] for k in (50, 95, 99)]
            rate = len(since) / seconds if since else 0.0
            row = (
                f"| {done:,} | {rate:.1f} | {figures[0]:.0f} | {figures[1]:.0f} | "
                f"{figures[2]:.0f} | {memory_mb(pid):.0f} |"
            )
            rows.append(row)
            print(row, flush=True)

        print("| Assessments | per second | p50 ms | p95 ms | p99 ms | RSS MB |")
        print("|---:|---:|---:|---:|---:|---:|")
        look(0, [], 1.0)
        stops = [n for n in LOOK_AT if 0 < n < arguments.requests] + [arguments.requests]
        done = 0
        for stop in stops:
            mark, since = len(taken), time.perf_counter()

            async def one_client(share: int) -> None:
                nonlocal wrong
                for _ in range(share):
                    body = next(bodies)
                    start = time.perf_counter()
                    right = await once(body)
                    taken.append(time.perf_counter() - start)
                    wrong += not right

            each, rest = divmod(stop - done, arguments.clients)
            shares = [each + (k < rest) for k in range(arguments.clients)]
            await asyncio.gather(*map(one_client, shares))
            done = stop
            look(done, taken[mark:], time.perf_counter() - since)
    seconds = time.perf_counter() - began
    print(f"\n{done:,} assessments in {seconds:.0f} s; wrong answers: {wrong}")
    return not wrong


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--subjects", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="save every case and assessment")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the service ends too
    with tempfile.TemporaryDirectory(prefix="speciosa-soak-") as folder:  # noqa: SIM117
        with service(Path(folder), arguments.subjects, arguments.workers) as (url, token, pid):
            return 0 if asyncio.run(soak(url, token, pid, arguments)) else 1


if __name__ == "__main__":
    sys.exit(main())
