"""Words that rows of every kind share, and the worst of several severities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from speciosa.finding import Severity

if TYPE_CHECKING:
    from speciosa.pharmacology.interactions.recognise import Item

KRATOM = "kratom"
# The hazard of a row of a pair that is known by name.
NAMED = "named"


def worst(severities: Sequence[Severity]) -> Severity:
    """The worst of some severities."""
    return min(severities, key=lambda severity: severity.rank)


def capital(text: str) -> str:
    """A text with its first letter made a capital."""
    return text[:1].upper() + text[1:]


def faded_remark(*items: Item) -> str:
    """What is said where a stopped item is past its effect."""
    names = [item.medicine.name for item in items if item.faded]
    if not names:
        return ""
    named, was = capital(" and ".join(names)), "was" if len(names) == 1 else "were"
    return f" {named} {was} stopped long enough ago that no effect is expected now."


def case_reports(item: Item) -> tuple[str, ...]:
    """Reports of a medicine with kratom, each marked where it was not read at its source."""
    return tuple(
        report.finding if report.verified else f"{report.finding} (unverified, recalled)"
        for report in item.medicine.kratom_reports
    )
