"""Mitragynine and 7-hydroxymitragynine as victims: model-based, without any study in people.

Mitragynine is lost by CYP3A of gut wall and liver, in part by CYP2D6, and by the rest. 7-OH is made
mostly of what CYP3A takes and is itself cleared by CYP3A to an unknown extent, so that less or more
CYP3A moves its formation and its elimination at once, and its level either way.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from speciosa.pharmacology.interactions.kinetics.metabolism import CYP2D6, TYPICAL
from speciosa.pharmacology.interactions.kinetics.sampling import (
    SIZE,
    fraction,
    positive,
    uniform,
)
from speciosa.pharmacology.interactions.kinetics.static_model import (
    MODEL_ERROR,
    Activity,
    AucRatio,
    Clearance,
    auc_ratio,
    model_error,
    together,
)
from speciosa.pharmacology.interactions.kinetics.victim import CYP3A, in_person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.interactions.kinetics.metabolism import Metabolism
    from speciosa.pharmacology.interactions.kinetics.sampling import Array

MITRAGYNINE, SEVEN_OH = "mitragynine", "7-hydroxymitragynine"
ENZYMES = (CYP3A, CYP2D6)  # that the model of their clearance knows
_STRUCTURE = "turnover"
_GUT_FLOW = "ddi/physiology/Qent_L_per_h"
_OTHER_ROUTE = "uncertainty/least_other_route"
_OF_CYP2D6 = "kratom/victim/fm/CYP2D6"
_OF_SEVEN_OH = "kratom/victim/seven_oh_fm/CYP3A4"
_OTHER_YIELD = "kratom/victim/seven_oh_other_yield"
FACTS = (
    "ddi/kratom/victim/fm/CYP3A4",
    f"ddi/{_OF_CYP2D6}",
    f"ddi/{_OF_SEVEN_OH}",
    f"ddi/{_OTHER_YIELD}",
    _GUT_FLOW,
    f"ddi/{MODEL_ERROR}",
    "ddi/kratom/victim/note",
)


def ratios(
    activities: Sequence[Activity], knowledge: Knowledge, metabolism: Metabolism = TYPICAL
) -> dict[str, AucRatio]:
    """Ratios of the AUCs of both alkaloids after leaf with all perpetrators to those without."""
    victim = mitragynine(knowledge, metabolism)
    error = model_error(knowledge)
    return {
        MITRAGYNINE: auc_ratio(victim, activities, error),
        SEVEN_OH: _formed(victim, activities, knowledge, error),
    }


def mitragynine(knowledge: Knowledge, metabolism: Metabolism = TYPICAL) -> Clearance:
    """How mitragynine is cleared: draws of the turnover structure, and the recalled CYP2D6 share.

    The gut wall's share and CYP3A's share of the liver come from the same draw of the posterior.
    """
    columns = knowledge.models.posterior(_STRUCTURE).columns
    in_gut, in_liver = (np.asarray(columns[f"typ_{name}"]) for name in ("CLg", "f3"))
    draw = uniform("kratom/victim/draw", 0.0, float(in_gut.size)).astype(np.intp)
    flow = knowledge.fact(_GUT_FLOW).number
    of_cyp2d6 = knowledge.ddi.constant(_OF_CYP2D6)
    fm = {
        CYP3A: in_liver[draw],
        CYP2D6: fraction(of_cyp2d6.id, of_cyp2d6.number, of_cyp2d6.low, of_cyp2d6.high),
    }
    # As for every victim, a little is left to routes that are not known.
    most = 1.0 - knowledge.ddi.constant(_OTHER_ROUTE).number
    excess = np.maximum(sum(fm.values(), start=np.zeros(SIZE)) / most, 1.0)
    fm = {enzyme: share / excess for enzyme, share in fm.items()}
    typical = Clearance(fm=fm, f_gut=flow / (flow + in_gut[draw]))
    return typical if metabolism.typical else in_person(typical, metabolism)


def _formed(
    victim: Clearance, activities: Sequence[Activity], knowledge: Knowledge, error: Array
) -> AucRatio:
    """7-OH made of swallowed mitragynine, over its own clearance."""
    in_gut, in_liver = together(victim, activities)
    cyp3a = in_liver.get(CYP3A, np.ones(SIZE))
    reaches = victim.f_gut / (in_gut * (1.0 - victim.f_gut) + victim.f_gut)
    change = [victim.fm[enzyme] * (left - 1.0) for enzyme, left in in_liver.items()]
    liver = 1.0 + sum(change, start=np.zeros(SIZE))
    before = _by_cyp3a(victim.f_gut, victim.fm[CYP3A])
    after = _by_cyp3a(reaches, victim.fm[CYP3A] * cyp3a / liver)
    other = _drawn_yield(knowledge)
    made = (after + other * (1.0 - after)) / (before + other * (1.0 - before))
    share = knowledge.ddi.constant(_OF_SEVEN_OH)
    own = fraction(share.id, share.number, share.low, share.high)
    ratio = made / (1.0 + own * (cyp3a - 1.0))
    # Nothing is uncertain where nothing is changed.
    changed = bool(np.any(liver != 1.0) or np.any(in_gut != 1.0))
    return AucRatio(
        samples=ratio * error if changed else ratio,
        median=float(np.median(ratio)),
        shares={},
        ceiling=math.inf,
    )


def _by_cyp3a(reaches_liver: Array, of_liver: Array) -> Array:
    """Part of a swallowed dose that CYP3A takes, in the gut wall and then in the liver."""
    return np.asarray(1.0 - reaches_liver + reaches_liver * of_liver)


def _drawn_yield(knowledge: Knowledge) -> Array:
    fact = knowledge.ddi.constant(_OTHER_YIELD)
    if fact.low is None or fact.high is None:
        return np.full(SIZE, fact.number)
    return positive(fact.id, fact.number, fact.low, fact.high)


def probability_of_rise(ratio: AucRatio) -> float:
    """Share of the draws in which exposure rises."""
    return float(np.mean(ratio.samples > 1.0))
