"""What a row and its members are called for a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from speciosa.pharmacology.interactions.result import Interaction
from speciosa.pharmacology.interactions.rows import KRATOM

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge

# A row without a hazard tells of published reports that no rule covers.
_REPORTED = "reported"


def named(row: Interaction, knowledge: Knowledge, kratom: str = KRATOM) -> Interaction:
    """The row with the names of its members and its title; ``kratom`` is what the product is."""
    names = tuple(in_words(member, knowledge, kratom) for member in row.members)
    return msgspec.structs.replace(row, names=names, title=row.title or _title(row, knowledge))


def in_words(member: str, knowledge: Knowledge, kratom: str = KRATOM) -> str:
    """The name of a medicine, a substance or kratom."""
    return kratom if member == KRATOM else knowledge.medicines.get(member).name


def _title(row: Interaction, knowledge: Knowledge) -> str:
    wording = knowledge.ddi.pairs_wording
    if row.victim:
        return wording.exposure.format(victim=in_words(row.victim, knowledge))
    titles = {rule.id: rule.title for rule in knowledge.ddi.wording.shared}
    titles |= wording.hazards
    about = row.hazard or _REPORTED
    return titles.get(about, about.replace("_", " "))
