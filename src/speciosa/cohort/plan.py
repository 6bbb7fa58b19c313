"""What a folder of results was begun with: results of two plans must never be mixed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import msgspec

from speciosa.cohort.options import Options
from speciosa.distribution import write_privately
from speciosa.distribution.together import listed, remove
from speciosa.errors import InputError, InputProblem

KIND = "screen"
WORK, PLAN = ".work", "plan.json"
_OURS = (
    "patients.ndjson",
    "patients.parquet",
    "matches.parquet",
    "findings.parquet",
    "problems.ndjson",
    "summary.json",
    "summary.html",
)
_LISTING, _ASSESS = "files", "assess"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides the results, and ``source``, which only says where the input lay."""

    kind: str = KIND
    version: str
    knowledge: str
    options: Options
    files: tuple[str, ...]
    source: str


def kind_of(work: Path) -> str:
    """What a folder of work was begun for (``screen``, ``population``); "" if not for ours."""
    try:
        found = json.loads((work / PLAN).read_bytes())
    except (OSError, ValueError):
        return ""
    kind = found.get("kind") if isinstance(found, dict) else None
    return kind if isinstance(kind, str) else ""


def read_plan(out: Path) -> Plan | None:
    """The plan that the folder was begun with; None if it was never begun."""
    try:
        raw = (out / WORK / PLAN).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _refused(out, error.strerror or "it cannot be read") from None
    try:
        return msgspec.json.decode(raw, type=Plan)
    except msgspec.MsgspecError:
        raise _refused(out, "its plan is of another kind or release") from None


def begin(out: Path, plan: Plan, *, restart: bool) -> None:
    """Make the folder ready for a plan, or go on with the same one.

    Raises InputError where it was begun with another plan, or holds files of somebody else.
    """
    if restart and (out / WORK / PLAN).is_file():
        _clear(out)
    elif (kept := read_plan(out)) is not None:
        if differing := _differences(kept, plan):
            raise _refused(out, f"it was begun with other settings: {'; '.join(differing)}")
        if kept.options.shards != plan.options.shards:
            shutil.rmtree(out / WORK / _ASSESS, ignore_errors=True)  # work of other groups
        elif kept.source == plan.source:
            return
    elif out.is_dir() and any(file.name != WORK for file in out.iterdir()):
        raise InputError(
            [InputProblem("--out", f"{str(out)!r}, which holds files", "a new folder")]
        )
    _write(out, plan)


def listing_of(out: Path) -> Path:
    """Where it is written which files in folders of the results are ours."""
    return out / WORK / _LISTING


def _write(out: Path, plan: Plan) -> None:
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        (out / WORK).mkdir(mode=0o700, exist_ok=True)
        write_privately(out / WORK / PLAN, msgspec.json.encode(plan) + b"\n")
    except OSError as error:
        given = f"{str(out)!r} ({error.strerror or 'it cannot be written'})"
        raise InputError([InputProblem("--out", given, "a folder that can be written")]) from None


def _clear(out: Path) -> None:
    """Remove what a screening wrote, and nothing else."""
    remove(out, {*_OURS, *listed(listing_of(out))})
    shutil.rmtree(out / WORK)


def _differences(kept: Plan, asked: Plan) -> list[str]:
    told = [
        f"{name} was {getattr(kept, name)}, now {getattr(asked, name)}"
        for name in ("version", "knowledge")
        if getattr(kept, name) != getattr(asked, name)
    ]
    told += [
        f"{name} was {getattr(kept.options, name)}, now {getattr(asked.options, name)}"
        for name in asked.options.__struct_fields__
        if name != "shards"  # it decides nothing that comes out
        and getattr(kept.options, name) != getattr(asked.options, name)
    ]
    for what, files in (
        ("no longer there", set(kept.files) - set(asked.files)),
        ("new", set(asked.files) - set(kept.files)),
    ):
        if files:
            more = f" and {len(files) - 1} more" if len(files) > 1 else ""
            told.append(f"input that is {what}: {min(files)}{more}")
    return told


def _refused(out: Path, why: str) -> InputError:
    accepted = "the same settings as before, a new folder, or --restart, which begins anew"
    return InputError([InputProblem("--out", f"{str(out)!r} ({why})", accepted)])
