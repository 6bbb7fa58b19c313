"""Studies that a person adds beside those of the package, and what they changed.

An overlay is a folder of plain files made by ``speciosa evidence update --to DIR``. It holds the
added studies with their sources and every pooled effect anew; the base itself is never written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from speciosa.errors import InputError, InputProblem
from speciosa.finding import Certainty
from speciosa.knowledge.evidence.pooled import NotJoined, Pools
from speciosa.knowledge.evidence.record import Record
from speciosa.knowledge.evidence.study import Study
from speciosa.knowledge.fact import Source

T = TypeVar("T")

STUDIES, SOURCES = "studies.json", "sources.json"
POOLED, CHANGES = "pooled.json", "changes.json"


class Brief(Record, frozen=True, kw_only=True):
    """A pooled effect in short, before or after."""

    k: int
    n: int | None
    estimate: float
    low: float
    high: float
    certainty: Certainty


class Change(Record, frozen=True, kw_only=True):
    """What new studies did to one question. ``before`` or ``after`` is ``None`` without an answer.

    ``why`` names the domains of GRADE that moved; ``review_due`` the judgements overtaken.
    """

    question: str
    option: str
    comparator: str
    outcome: str
    measure: str
    unit: str
    joined: tuple[str, ...]
    before: Brief | None
    after: Brief | None
    why: tuple[str, ...] = ()
    review_due: tuple[str, ...] = ()


class Placed(Record, frozen=True, kw_only=True):
    """Where one new study went: questions joined, and why not each other one about its option."""

    study: str
    joined: tuple[str, ...]
    not_joined: tuple[NotJoined, ...]
    nowhere: str = ""


class AnotherTrial(Record, frozen=True, kw_only=True):
    """A study that looks like others and was declared to be another trial."""

    study: str
    looks_like: tuple[str, ...]


class Changes(Record, frozen=True, kw_only=True):
    """The whole of an update: from which release, which studies, and what changed."""

    release: str
    studies: tuple[Placed, ...]
    changes: tuple[Change, ...]
    unchanged: int
    another_trial: tuple[AnotherTrial, ...] = ()


class Overlay(Record, frozen=True, kw_only=True):
    """The content of an overlay folder."""

    studies: tuple[Study, ...]
    sources: tuple[Source, ...]
    pools: Pools
    changes: Changes

    @property
    def hash(self) -> str:
        """A hash of the whole overlay, for the provenance of what was made with it."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Name and bytes of each file of the folder; the same overlay gives the same bytes."""
        for name, part in (
            (STUDIES, self.studies),
            (SOURCES, self.sources),
            (POOLED, self.pools),
            (CHANGES, self.changes),
        ):
            yield name, msgspec.json.format(msgspec.json.encode(part), indent=1) + b"\n"


def read(folder: str) -> Overlay:
    """An overlay from its folder. Raises ``InputError`` naming the file that is wrong."""
    path = Path(folder)
    if not path.is_dir():
        accepted = "a folder made by speciosa evidence update --to"
        raise InputError([InputProblem("--evidence", f"{folder!r}, which is no folder", accepted)])
    return Overlay(
        studies=_part(path / STUDIES, tuple[Study, ...]),
        sources=_part(path / SOURCES, tuple[Source, ...]),
        pools=_part(path / POOLED, Pools),
        changes=_part(path / CHANGES, Changes),
    )


def _part(path: Path, type_: type[T]) -> T:
    accepted = "a file as speciosa evidence update --to writes it"
    try:
        return msgspec.json.decode(path.read_bytes(), type=type_)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise InputError([InputProblem(f"--evidence, {path.name}", why, accepted)]) from None
    except msgspec.DecodeError as error:
        raise InputError([InputProblem(f"--evidence, {path.name}", str(error), accepted)]) from None
