"""Sources of uncertainty and what a measurement would do to it, in words and figures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from speciosa.pharmacology.exposure.result import Driver, Narrowing
from speciosa.pharmacology.exposure.taken.content import Known
from speciosa.pharmacology.exposure.virtual import variance

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.summary import Scene

_AFTER_DOSE_H = 3.0  # when the level whose worth is reckoned is taken, after the first dose


def drivers(
    scene: Scene, parts: tuple[variance.Parts, ...], knowledge: Knowledge
) -> tuple[Driver, ...]:
    """Sources of uncertainty, largest first."""
    phrases = knowledge.kratom.exposure_wording.phrases
    found = (
        Driver(
            name=phrases[f"driver_{key}"],
            share=round(share, 4),
            narrowed_by=phrases[f"driver_{key}_narrowed"],
        )
        for key, share in variance.shares(scene.people, parts).items()
    )
    return tuple(sorted(found, key=lambda d: (-d.share, d.name)))


def narrowing(
    scene: Scene, parts: tuple[variance.Parts, ...], knowledge: Knowledge
) -> tuple[Narrowing, ...]:
    """What each measurement is expected to do to the range, the most useful first."""
    phrases = knowledge.kratom.exposure_wording.phrases
    laboratory = knowledge.fact("kratom/assumption_laboratory_spread").number / 100.0
    assay = (knowledge.fact("kratom/assay_plasma_imprecision").high or 0.0) / 100.0
    misfit = knowledge.fact("kratom/assumption_level_misfit").number
    start = float(scene.people.time_h[0])
    worth = variance.worth(
        scene.people,
        parts,
        of_seven_oh=scene.of_seven_oh,
        laboratory_sd=laboratory,
        assay_sd=math.hypot(misfit, assay),
        at_h=start + _AFTER_DOSE_H,
    )
    wanted = ["level", "model"] if _analysed(scene) else ["analysis", "level", "both", "model"]
    found = (
        Narrowing(
            by=phrases[f"narrowing_{key}"],
            fold_now=_rounded(worth.now),
            fold_then=_rounded(min(worth.now, getattr(worth, key))),
        )
        for key in wanted
    )
    return tuple(sorted(found, key=lambda n: (n.fold_then, n.by)))


def _analysed(scene: Scene) -> bool:
    """Whether a laboratory has already said what the products hold."""
    known = [a for held in scene.people.portions.amounts for a in held.values() if a is not None]
    return any(a.known is Known.LABORATORY for a in known)


def _rounded(fold: float) -> float:
    return float(f"{fold:.2g}")
