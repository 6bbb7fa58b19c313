"""How fast the HTTP API answers: requests per second and latencies on loopback.

    python benchmarks/web/api_load.py --clients 4 --requests 400

Starts `speciosa serve` with a database of its own and asks, one operation after another: an
assessment (each of another body weight, so that no answer can be a kept one), the law of every
place on file, a search for medicines. Fails if any answer is not 200. The load comes from this
machine, which also has to make it: figures are lower bounds.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.web.soak import service

from speciosa.knowledge import load
from speciosa.web.api import examples

V1 = "/api/v1"
Ask = Callable[[int], dict[str, Any]]


class Load(NamedTuple):
    """Where to ask, how often, and by how many at once."""

    address: str
    token: str
    requests: int
    clients: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--requests", type=int, default=400, help="of each operation")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--subjects", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        service(Path(folder), given.subjects, given.workers) as (address, token, _),
    ):
        for name, ask in operations():
            load_ = Load(address, token, given.requests, given.clients)
            asyncio.run(_measure(name, ask, load_))


def operations() -> Iterator[tuple[str, Ask]]:
    """What is asked: the request of each number."""
    case = examples.CASES["two-scores-and-a-medicine"]
    places = sorted(load().law.codes - {"UN", "EU"})
    words = ("sert", "zoloft", "mid", "kratom", "in")

    def assessment(number: int) -> dict[str, Any]:
        person = {**case["person"], "weight_kg": 50.0 + number / 100.0}
        body = {**case, "person": person}
        return {"method": "POST", "url": f"{V1}/assessments", "json": body}

    def law(number: int) -> dict[str, Any]:
        return {"method": "GET", "url": f"{V1}/law/{places[number % len(places)]}"}

    def medicines(number: int) -> dict[str, Any]:
        return {"method": "GET", "url": f"{V1}/medicines", "params": {"q": words[number % 5]}}

    yield "POST /assessments", assessment
    yield "GET /law/{place}", law
    yield "GET /medicines", medicines


async def _measure(name: str, ask: Ask, load_: Load) -> None:
    headers = {"Authorization": f"Bearer {load_.token}"}
    seconds: list[float] = []
    numbers = itertools.count()

    async with httpx.AsyncClient(base_url=load_.address, headers=headers, timeout=60) as client:
        for number in range(5):  # what is read from files once is not what is measured
            await client.request(**ask(10_000 + number))

        async def one() -> None:
            while (number := next(numbers)) < load_.requests:
                began = time.perf_counter()
                answer = await client.request(**ask(number))
                seconds.append(time.perf_counter() - began)
                if answer.status_code != 200:
                    raise SystemExit(f"{name}: {answer.status_code} {answer.text[:300]}")

        began = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(load_.clients)))
        took = time.perf_counter() - began
    at = statistics.quantiles(seconds, n=100, method="inclusive")
    print(
        f"{name:<20} {load_.requests / took:8.1f} requests/s; "
        f"latency ms: median {at[49] * 1e3:.1f}, 95 % {at[94] * 1e3:.1f}, "
        f"99 % {at[98] * 1e3:.1f}, longest {max(seconds) * 1e3:.1f}"
    )


if __name__ == "__main__":
    main()
