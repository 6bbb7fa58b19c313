"""What this person's use of leaf leaves of enzymes: an extrapolation from the one study.

Draw j of an interaction is given one virtual person, chosen by j alone, so that what happens in gut
wall and liver belongs together and no list can change it. The effect is widened the further the use
lies beyond the one tea that was studied.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from speciosa.pharmacology.interactions.kinetics.sampling import (
    positive,
    standard_normal,
    uniform,
)
from speciosa.pharmacology.interactions.kinetics.static_model import Activity
from speciosa.pharmacology.interactions.kinetics.victim import CYP3A
from speciosa.pharmacology.interactions.kratom.course import gut_met, mean_over_day
from speciosa.pharmacology.interactions.kratom.effect import (
    CYP2D6,
    CYP2D6_FACTS,
    GUT_FACTS,
    cyp2d6_potency,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.samples import ExposureSamples
    from speciosa.pharmacology.interactions.kinetics.sampling import Array

_ABSORPTION = "physiology/ka_static_model_per_h"
_STUDIED = "kratom/studied/mitragynine"
_WIDER = "kratom/extrapolation/log_sd_per_log_excess"
_LEAST = 1e-6
FACTS = (
    *GUT_FACTS,
    f"ddi/{_STUDIED}_mg",
    f"ddi/{_STUDIED}_mean_nm",
    f"ddi/{_WIDER}",
    f"ddi/{_ABSORPTION}",
    "ddi/kratom/extrapolation_limits",
    "ddi/kratom/perpetrator/CYP3A_intestinal/KI",
    "ddi/kratom/perpetrator/CYP3A_intestinal/kinact",
    "ddi/kratom/perpetrator/CYP3A_liver/KI",
    "ddi/kratom/perpetrator/CYP3A_liver/kinact",
    "ddi/turnover/gut/CYP3A4",
    "ddi/turnover/liver/CYP3A4",
)
CYP2D6_FACTS_OF_USE = (
    *CYP2D6_FACTS,
    f"ddi/{_STUDIED}_mg",
    f"ddi/{_STUDIED}_peak_nm",
    f"ddi/{_STUDIED}_mean_nm",
    f"ddi/{_WIDER}",
    "ddi/kratom/extrapolation_limits",
)


@dataclasses.dataclass(frozen=True, eq=False)
class PersonsUse:
    """Enzyme activity left by this person's leaf.

    ``at_worst`` meets a medicine taken at the least favourable hour of the day, ``over_day`` one
    taken at any hour. ``mg_per_day`` are the 5th, 50th and 95th percentile of mitragynine.
    """

    at_worst: Activity
    over_day: Activity
    mg_per_day: tuple[float, float, float]


def persons_use(samples: ExposureSamples, knowledge: Knowledge) -> PersonsUse | None:
    """The effect of this person's use; ``None`` where nobody left has an enzyme to follow."""
    if not samples.enzyme_subjects.size:
        return None
    constant = knowledge.ddi.constant
    low, middle, high = np.percentile(samples.mitragynine_mg_per_day, (5, 50, 95))
    row = _drawn("kratom/person", samples.enzyme_subjects.size)
    subject = samples.enzyme_subjects[row]
    mean_nm = mean_over_day(samples.mitragynine_nm, samples.time_h)
    mean = mean_nm / constant(f"{_STUDIED}_mean_nm").number
    amount = samples.mitragynine_mg_per_day / constant(f"{_STUDIED}_mg").number
    excess = np.maximum(amount, mean)[subject]
    rate = constant(_ABSORPTION)
    met = gut_met(
        samples.gut_cyp3a,
        samples.time_h,
        positive(rate.id, rate.number, rate.low or rate.number, rate.high or rate.number),
        repeating=samples.repeating,
        person=row,
    )
    sd = constant(_WIDER).number
    in_liver = mean_over_day(samples.liver_cyp3a, samples.time_h)[row]
    liver = {
        CYP3A: _widened(in_liver, excess, sd, "liver"),
        CYP2D6: _cyp2d6(samples, mean, sd, knowledge),
    }
    return PersonsUse(
        at_worst=Activity(liver, _widened(met.at_worst, excess, sd, "gut")),
        over_day=Activity(liver, _widened(met.over_day, excess, sd, "gut")),
        mg_per_day=(float(low), float(middle), float(high)),
    )


def _cyp2d6(samples: ExposureSamples, mean: Array, sd: float, knowledge: Knowledge) -> Array:
    """Potency after the studied tea times how much higher the peak or the mean is."""
    peak = samples.mitragynine_peak_nm / knowledge.ddi.constant(f"{_STUDIED}_peak_nm").number
    higher = np.maximum(peak, mean)[_drawn("kratom/person/CYP2D6", samples.subjects)]
    left = 1.0 / (1.0 + cyp2d6_potency(knowledge) * higher)
    return _widened(left, higher, sd, CYP2D6)


def _drawn(key: str, people: int) -> NDArray[np.intp]:
    """One of the people for each draw, all of them equally often, in the order of the key."""
    return uniform(key, 0.0, float(people)).astype(np.intp).clip(0, people - 1)


def _widened(left: Array, excess: Array, sd: float, what: str) -> Array:
    """The activity with the odds of the effect spread by how far the use exceeds the study."""
    z = standard_normal(f"kratom/extrapolation/{what}")
    factor = np.exp(sd * np.log(np.maximum(excess, 1.0)) * z)
    inside = np.clip(left, _LEAST, 1.0)
    return np.asarray(inside / (inside + factor * (1.0 - inside)))
