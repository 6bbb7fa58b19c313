"""What the size of a ratio does not tell: how much small changes matter, and other hazards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from speciosa.case.model import Case, CaseMedicine, KratomUse
from speciosa.case.vocabulary import KratomStatus, Route
from speciosa.finding import Severity
from speciosa.knowledge import Knowledge
from speciosa.knowledge.medicines import Medicine
from speciosa.pharmacology.interactions import assess
from speciosa.pharmacology.interactions.grading import narrow_reason
from speciosa.pharmacology.interactions.meaning import Meant, Taking, meant


class InList(msgspec.Struct, frozen=True, kw_only=True):
    """An interaction that these medicines have as a list, without anything known of the person."""

    severity: Severity
    title: str
    members: tuple[str, ...]


def in_a_list(
    victim: Meant, route: Route | None, takings: Sequence[Taking], knowledge: Knowledge
) -> tuple[InList, ...]:
    """What is told of the list, worst first; kratom is counted as of unknown kind and amount."""
    medicines = [CaseMedicine(name=name, route=route) for name in _names(victim)]
    for taking in takings:
        for name in _names(meant(taking.medicine, knowledge, "--with")):
            medicines.append(
                CaseMedicine(name=name, dose_mg=taking.dose_mg, interval_h=taking.interval_h)
            )
    case = Case(
        date=dt.date.fromisoformat(knowledge.release.date),
        kratom=KratomUse(status=KratomStatus.NEVER),
        medicines=tuple({medicine.name: medicine for medicine in medicines}.values()),
    )
    return tuple(
        InList(severity=row.severity, title=row.title, members=row.names)
        for row in assess(case, knowledge).rows
        if row.severity is not Severity.INFO
    )


def _names(meant_by: Meant) -> tuple[str, ...]:
    kratom = ("kratom",) if meant_by.kratom else ()
    return (*(medicine.id for medicine in meant_by.medicines), *kratom)


def small_changes(medicine: Medicine, shown: float | None, knowledge: Knowledge) -> str:
    """What a small change of this medicine can do; either way where the way is not known."""
    ways = (True, False) if shown is None else (shown >= 1.0,)
    reasons = [narrow_reason(medicine.id, knowledge, rises=rises) for rises in ways]
    return " or ".join(dict.fromkeys(reason for reason in reasons if reason))
