"""A hazard weighs more where the concentration of one that takes part in it rises as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from speciosa.finding import Severity
from speciosa.pharmacology.interactions.result import Interaction, Kind
from speciosa.pharmacology.interactions.rows import KRATOM, worst

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge

_TWO = 2


def with_kinetic_rises(
    rows: Sequence[Interaction],
    counted: Mapping[tuple[str, str], float],
    knowledge: Knowledge,
) -> Iterator[Interaction]:
    """The rows, hazards naming what raises their members, and more severe where the data say so.

    ``counted`` is exposure beside a typical adult's by (perpetrator, victim), for a person or a
    dose outside what was studied; elsewhere the ratio of the row counts.
    """
    rule = knowledge.ddi.modifiers.kinetic_rise
    least = rule.lift_from_ratio
    strongly = _raised(rows, least, least, counted, knowledge)
    raised = _raised(rows, rule.seen_from_ratio, least, counted, knowledge)
    for row in rows:
        rises = [raised[member] for member in row.members if member in raised]
        if row.kind is not Kind.PHARMACODYNAMIC or row.hazard not in rule.concerns or not rises:
            yield row
            continue
        lifts = rule.lifts.get(row.hazard, {})
        pairs = tuple(
            msgspec.structs.replace(p, severity=lifts.get(p.severity, p.severity))
            if strongly.keys() & set(p.members)
            else p
            for p in row.pairs
        )
        yield msgspec.structs.replace(
            row,
            severity=worst([row.severity, *(p.severity for p in pairs)]),
            pairs=pairs,
            mechanism=f"{row.mechanism} {rule.text.format(rises='; '.join(rises))}",
        )


def _raised(
    rows: Sequence[Interaction],
    seen: float,
    modelled: float,
    counted: Mapping[tuple[str, str], float],
    knowledge: Knowledge,
) -> dict[str, str]:
    """Each victim whose AUC rises at least so many times, with what raises it.

    Kratom is left out: its own rows say what it may raise, and unknown use must not be calmer.
    """
    causes: dict[str, list[str]] = {}
    for row in rows:
        if (
            row.kind is Kind.PHARMACOKINETIC
            and KRATOM not in row.members
            and len(row.members) == _TWO
            and row.severity is not Severity.INFO
            and _rises(row, seen, modelled, counted)
        ):
            cause = next(member for member in row.members if member != row.victim)
            causes.setdefault(row.victim, []).append(knowledge.medicines.get(cause).name)
    return {
        victim: f"{knowledge.medicines.get(victim).name} with {', '.join(sorted(set(by)))}"
        for victim, by in causes.items()
    }


def _rises(
    row: Interaction, seen: float, modelled: float, counted: Mapping[tuple[str, str], float]
) -> bool:
    """Whether the ratio of a row is enough, or exposure in this person beside a typical adult's."""
    ratio = row.auc_ratio.value if row.auc_ratio is not None else None
    enough = ratio is not None and ratio >= (seen if row.seen_in_people else modelled)
    perpetrator, victim = row.members
    return enough or counted.get((perpetrator, victim), 0.0) >= modelled
