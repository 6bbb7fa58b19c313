"""What kratom leaves of enzyme activity: the studied tea, and the textbook model as its far end.

The textbook model with in-vitro constants overpredicted the one study in people four-fold. So the
effect on gut CYP3A is calibrated to that study, the liver is left alone as the unchanged half-life
suggests, and the textbook model serves only as the far end of a range for use beyond the study.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from speciosa.pharmacology.interactions.kinetics.sampling import (
    SIZE,
    Z90,
    Array,
    fraction,
    positive_cv,
    uniform,
)
from speciosa.pharmacology.interactions.kinetics.static_model import Activity
from speciosa.pharmacology.interactions.kinetics.victim import CYP3A

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge

CYP2D6 = "CYP2D6"
_CYP2D6_PROBE = "dextromethorphan"
_GUT_LEFT = "kratom/calibration/gut_CYP3A_fraction_remaining_after_2g"
_CYP2D6_BOUND = "kratom/calibration/cyp2d6_I_over_Ki_upper_bound_after_2g"
GUT_FACTS = (
    f"ddi/{_GUT_LEFT}",
    "ddi/kratom/observed/midazolam/auc_ratio",
    "ddi/kratom/observed/midazolam/half_life_ratio",
)
BEYOND_FACTS = (
    "ddi/kratom/extrapolation_limits",
    "ddi/kratom/static_model_check/over_prediction_fold",
    "ddi/kratom/perpetrator/CYP3A_liver/KI",
    "ddi/kratom/perpetrator/CYP3A_liver/kinact",
    "ddi/kratom/perpetrator/I_hepatic_unbound_uM",
)
CYP2D6_FACTS = (
    f"ddi/{_CYP2D6_BOUND}",
    "ddi/kratom/observed/dextromethorphan/auc_ratio",
    "ddi/kratom/perpetrator/CYP2D6/Ki",
)

_REPORTED_LEFT = tuple(
    f"ddi/kratom/reported_use/{what}_left" for what in ("gut_CYP3A", "liver_CYP3A", "CYP2D6")
)
REPORTED_FACTS = ("ddi/kratom/reported_use/mitragynine_mg_per_day", *_REPORTED_LEFT)


def studied_gut(knowledge: Knowledge) -> Activity:
    """Gut CYP3A left after the studied tea; the liver unchanged."""
    fact = knowledge.ddi.constant(_GUT_LEFT)
    return Activity(liver={}, gut_cyp3a=fraction(fact.id, fact.number, fact.low, fact.high))


def studied(knowledge: Knowledge) -> tuple[Activity, tuple[str, ...]]:
    """What the studied tea leaves of gut CYP3A and of CYP2D6, with the facts."""
    gut = studied_gut(knowledge)
    liver = {CYP2D6: 1.0 / (1.0 + cyp2d6_potency(knowledge))}
    return Activity(liver=liver, gut_cyp3a=gut.gut_cyp3a), (*GUT_FACTS, *CYP2D6_FACTS)


def cyp2d6_potency(knowledge: Knowledge) -> Array:
    """I/Ki at CYP2D6 after the studied tea: what was seen, given that it cannot be below nought.

    The ratio of dextromethorphan is log-normal by its interval, cut at 1, because inhibition
    cannot lower an exposure.
    """
    seen = knowledge.ddi.constant(f"kratom/observed/{_CYP2D6_PROBE}/auc_ratio")
    assert seen.low is not None  # noqa: S101 (a ratio without interval is a data error)
    assert seen.high is not None  # noqa: S101
    ratio = np.exp(_log_ratio_from_nought(seen.id, seen.number, seen.low, seen.high))
    share = knowledge.medicines.get(_CYP2D6_PROBE).victim.fm[CYP2D6].value
    left = (1.0 / ratio - (1.0 - share)) / share
    return np.asarray(1.0 / left - 1.0)


@lru_cache(maxsize=4)
def _log_ratio_from_nought(key: str, value: float, low: float, high: float) -> Array:
    """Logs of a ratio with its central 90 % range, those below nought cut off."""
    normal = NormalDist(math.log(value), math.log(high / low) / (2.0 * Z90))
    ranks = uniform(f"{key}/from 1", normal.cdf(0.0), 1.0)
    return np.array([normal.inv_cdf(rank) for rank in ranks])


def far_end(knowledge: Knowledge) -> Activity:
    """Gut CYP3A lost, and liver CYP3A inactivated as the textbook model has it."""
    constant = knowledge.ddi.constant
    cv = constant("uncertainty/cv_verified").number
    kdeg = knowledge.ddi.turnover("liver", CYP3A)
    if kdeg is None:
        return Activity(liver={}, gut_cyp3a=np.zeros(SIZE))
    half = constant("kratom/perpetrator/CYP3A_liver/KI")
    kinact = constant("kratom/perpetrator/CYP3A_liver/kinact")
    concentration = constant("kratom/perpetrator/I_hepatic_unbound_uM").number
    rate = positive_cv(kdeg.id, kdeg.number, constant("uncertainty/cv_kdeg").number)
    fastest = positive_cv(kinact.id, kinact.number, cv)
    lost = fastest * concentration / (concentration + positive_cv(half.id, half.number, cv))
    return Activity(liver={CYP3A: rate / (rate + lost)}, gut_cyp3a=np.zeros(SIZE))


def reported_use(knowledge: Knowledge) -> Activity:
    """What the largest use that is reported of regular users leaves; it grades, and is not shown.

    For a use of unknown size, so that leaving an amount out never makes a warning milder.
    """
    gut, liver, cyp2d6 = (
        fraction(fact.id, fact.number, fact.low, fact.high)
        for fact in map(knowledge.fact, _REPORTED_LEFT)
    )
    return Activity(liver={CYP3A: liver, CYP2D6: cyp2d6}, gut_cyp3a=gut)


def studied_cyp2d6_bound(knowledge: Knowledge) -> Activity:
    """The most inhibition of CYP2D6 that the study of dextromethorphan leaves room for."""
    ratio = knowledge.ddi.constant(_CYP2D6_BOUND).number
    return Activity(liver={CYP2D6: np.full(SIZE, 1.0 / (1.0 + ratio))})
