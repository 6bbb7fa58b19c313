"""Whether the figures are this person's: what a reader must see before any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.pharmacology.exposure.measurement.measured import SEVEN_OH, Use

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from speciosa.finding import Finding
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.measurement.measured import LevelUse

_REFUTING = (Use.REFUSED, Use.CONTRADICTORY)
# Findings whose own words belong before the figures.
_FINDINGS = (
    "exposure.level_without_use",
    "exposure.level_alone_high",
    "exposure.level_above",
    "exposure.last_use_unlike",
    "exposure.left_out",
    "exposure.pseudoindoxyl_left_out",
)


def doubt_of(uses: Sequence[LevelUse], found: Sequence[Finding], knowledge: Knowledge) -> str:
    """Why the figures are not, or may not be, this person's; empty where nothing says so."""
    said = [
        finding.text
        for id_ in _FINDINGS
        for finding in found
        if finding.id == id_ or finding.id.startswith(f"{id_}.")
    ]
    return " ".join(dict.fromkeys((*_of_levels(uses, knowledge), *said)))


def _of_levels(uses: Sequence[LevelUse], knowledge: Knowledge) -> Iterator[str]:
    phrases = knowledge.kratom.exposure_wording.phrases
    refuting = [use.level.said for use in uses if use.use in _REFUTING]
    if refuting:
        several = "_several" if len(refuting) > 1 else ""
        yield phrases[f"doubt_refused{several}"].format(levels="; ".join(refuting))
    for use in uses:
        if use.use is not Use.USED or use.level.below_limit or use.p95 is None:
            continue
        if use.value_ng_ml > use.p95:
            of = "_seven_oh" if use.level.analyte == SEVEN_OH else ""
            yield phrases[f"doubt_high{of}"].format(levels=use.level.said)
