"""Send every operation of the API valid and invalid data, as its OpenAPI document describes them.

    python tools/fuzz_api.py --examples 1000

The application runs in this process on a database in memory. Half of the examples are valid, half
are not; where the address names a person or a record, half of each name one that exists. All checks
of schemathesis count, nothing is excluded; what is expected beyond its defaults is in ``EXPECTED``
with the reason. Prints counts of status codes, exits with 1 when any check fails or any answer is
5xx. ``tools/fuzz_raw.py`` sends what no description allows.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, settings

from fuzz_service import TOKEN, V1, Kept, application, client_of, counts

if TYPE_CHECKING:
    from fastapi import FastAPI

    Operation = schemathesis.APIOperation[Any, Any, Any, Any]
    Case = schemathesis.Case[Any]

# Statuses that valid data may get: rules across fields and names of the knowledge base cannot be
# said in JSON Schema (422); ids and versions that do not exist (404, 412, 428); a key in use (409).
EXPECTED = ["2xx", "304", "404", "406", "409", "412", "422", "428"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--examples", type=int, default=1000, help="per operation")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--only", default="", help="operations whose id holds this text")
    given = parser.parse_args()
    return by_schema(application(), given.examples, given.seed, given.only)


class Kind(NamedTuple):
    """What is sent: valid or invalid data, to existing ids or to any, how often."""

    mode: schemathesis.GenerationMode
    existing: bool
    examples: int
    seed: int

    def __str__(self) -> str:
        return f"{self.mode.value}, {'existing' if self.existing else 'any'} ids"


def by_schema(app: FastAPI, count: int, seed: int, only: str) -> int:
    """Every operation with valid and with invalid data, from free and from existing ids."""
    client = client_of(app)
    kept = Kept(client)
    config = schemathesis.Config.from_dict(
        {"checks": {"positive_data_acceptance": {"expected-statuses": EXPECTED}}}
    )
    schema = schemathesis.openapi.from_dict(client.get(f"{V1}/openapi.json").json(), config=config)
    schema.app = app
    schema.config.update(base_url=app.state.services.settings.base_url)
    total, wrong = Counter[int](), 0
    for result in schema.get_all_operations():
        operation = result.ok()  # type: ignore[union-attr]  # our document is sound
        if only not in operation.definition.raw["operationId"]:
            continue
        seen, began = Counter[int](), time.perf_counter()
        ids = [False, True] if "{" in operation.path else [False]
        share = -(-count // (2 * len(ids)))
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
            for existing in ids:
                wrong += _examine(operation, Kind(mode, existing, share, seed), kept, seen)
        total += seen
        seconds = time.perf_counter() - began
        line = f"{operation.label:<58} {sum(seen.values()):>6} in {seconds:6.1f} s  {counts(seen)}"
        print(line, flush=True)
    print(f"\n{sum(total.values()):,} requests: {counts(total)}; {wrong} failures")
    return 1 if wrong or any(status >= 500 for status in total) else 0


def _examine(operation: Operation, kind: Kind, kept: Kept, seen: Counter[int]) -> int:
    """Send one operation its examples; 1 when a check failed."""
    kept.renew()
    path = kept.parameters(operation.path) if kind.existing else None
    strategy = operation.as_strategy(kind.mode, path_parameters=path)
    headers = {"Authorization": f"Bearer {TOKEN}"}

    @hypothesis.seed(kind.seed)
    @settings(
        max_examples=kind.examples,
        deadline=None,
        database=None,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @hypothesis.given(case=strategy)
    def send(case: Case) -> None:
        if kind.existing:
            if operation.method.upper() == "DELETE":
                kept.renew()
            case.path_parameters = dict(kept.parameters(operation.path))
        if kind.mode is schemathesis.GenerationMode.POSITIVE:
            _go_deeper(case, operation, kept)
        response = case.call(headers=headers)
        seen[response.status_code] += 1
        case.validate_response(response, headers=headers)

    try:
        send()
    except hypothesis.errors.Unsatisfiable:
        print(f"  {operation.label} [{kind}]: nothing of this kind can be made")
    except (Exception, BaseExceptionGroup) as error:
        text = "\n".join(str(one) for one in getattr(error, "exceptions", [error]))
        print(f"FAILED {operation.label} [{kind}]\n{text[:3000]}")
        return 1
    return 0


def _go_deeper(case: Case, operation: Operation, kept: Kept) -> None:
    """Some valid requests with a body that means something, or the version that is there."""
    chance = random.Random(repr(case.body) + repr(case.headers))  # noqa: S311  # repeatable
    raw = operation.definition.raw
    content: dict[str, Any] = next(iter(raw.get("requestBody", {}).get("content", {}).values()), {})
    known = [one["value"] for one in content.get("examples", {}).values()]
    if known and chance.random() < 0.3:
        case.body = chance.choice(known)
    if raw["operationId"] == "keepAssessment" and chance.random() < 0.3:
        case.body = {"case": kept.records["cases"]}
    if "If-Match" in json.dumps(raw.get("parameters", [])) and chance.random() < 0.5:
        case.headers["If-Match"] = kept.tag_of(operation.path)


if __name__ == "__main__":
    sys.exit(main())
