"""Shares of the work for job arrays: part 3 of 16."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from speciosa.errors import InputError, InputProblem

if TYPE_CHECKING:
    from speciosa.distribution.job import Job

_SHARE = re.compile(r"(\d{1,6})/(\d{1,6})")


class Share(msgspec.Struct, frozen=True):
    """Part ``part`` (from 1) of ``of``."""

    part: int
    of: int


def parse_share(text: str) -> Share:
    """Read ``3/16``. Raises InputError."""
    found = _SHARE.fullmatch(text.strip())
    share = Share(int(found[1]), int(found[2])) if found else Share(0, 0)
    if not 1 <= share.part <= share.of:
        accepted = "a part and how many there are, from 1/1 on, such as 3/16"
        raise InputError([InputProblem("--shard", repr(text), accepted)])
    return share


def share(jobs: Sequence[Job], part: int, of: int) -> tuple[Job, ...]:
    """Part ``part`` (from 1) of ``of`` equal shares; the same whatever the order of the jobs."""
    largest = sorted(jobs, key=lambda job: (-job.size, job.name))
    return tuple(largest[part - 1 :: of])
