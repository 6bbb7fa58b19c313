"""Which entries say only what the record said itself: they are never written back into it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from speciosa.fhir import write

if TYPE_CHECKING:
    from speciosa.assessment import Assessment
    from speciosa.case import Case

_SCORES = ("gad7", "phq9", "isi", "audit_c")
_PARTS = {"gad7": ("gad2",), "phq9": ("phq2", "phq9/item9")}


def theirs(
    case: Case, assessment: Assessment, read: Case, subject: dict[str, Any]
) -> frozenset[str]:
    """The addresses of entries of ``case`` that hold what was ``read`` from the record.

    A second copy would stand there as another measurement, and the old as the newest. ``subject``
    is the reference to the person by which the entries were written.
    """
    names = {*_measured(case, read), *_scored(case, read)}
    return frozenset(f"urn:uuid:{write.identity(assessment, name, subject)}" for name in names)


def _measured(case: Case, read: Case) -> Iterator[str]:
    yield from (f"lab/{i}" for i, lab in enumerate(case.labs) if lab in read.labs)
    for name, held in (("weight", "weight_kg"), ("height", "height_cm")):
        if getattr(case.person, held) == getattr(read.person, held):
            yield f"body/{name}"
    yield from (f"substance/{i}" for i, one in enumerate(case.substances) if one in read.substances)


def _scored(case: Case, read: Case) -> Iterator[str]:
    known = set(_totals(read))
    for index, earlier in enumerate(case.earlier):
        for name in _SCORES:
            if (name, getattr(earlier, name, None), earlier.date) in known:
                yield f"earlier/{index}/{name}"
    for name, total, date in _totals(case, earlier=False):
        same = getattr(case.symptoms, name) == getattr(read.symptoms, name)
        if same or (date is not None and (name, total, date) in known):
            yield f"score/{name}"
        if same:
            yield f"response/{name}"
            yield from (f"score/{part}" for part in _PARTS.get(name, ()))


def _totals(
    case: Case, *, earlier: bool = True
) -> Iterator[tuple[str, int | None, dt.date | None]]:
    for name in _SCORES:
        held = getattr(case.symptoms, name)
        if held is not None:
            whole = held.answers is not None and None not in held.answers
            yield name, sum(held.answers) if whole else held.total, held.date
        for one in case.earlier if earlier else ():
            total = getattr(one, name, None)
            if total is not None:
                yield name, total, one.date
