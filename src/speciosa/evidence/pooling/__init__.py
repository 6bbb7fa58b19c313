"""Effect sizes -> pooled effect, its heterogeneity, and every check on one comparison."""

from speciosa.evidence.pooling.aggregate import aggregate
from speciosa.evidence.pooling.conditional_logistic import (
    ConditionalLogistic,
    conditional_logistic,
)
from speciosa.evidence.pooling.heterogeneity import METHODS, Method
from speciosa.evidence.pooling.influence import Influence, influence
from speciosa.evidence.pooling.intervals import (
    CI_METHODS,
    PI_METHODS,
    PI_WORDS,
    CiMethod,
    Inference,
    PiMethod,
)
from speciosa.evidence.pooling.pooled import Pooled, pool, random_effects
from speciosa.evidence.pooling.rare_events import RareEvents, mantel_haenszel, peto
from speciosa.evidence.pooling.refits import Refits, cumulative, leave_one_out
from speciosa.evidence.pooling.regression import Coefficient, Regression, meta_regression
from speciosa.evidence.pooling.robust import Robust, robust
from speciosa.evidence.pooling.small_study import (
    AsymmetryTest,
    Funnel,
    RankTest,
    begg,
    egger,
    egger_random_effects,
    funnel,
    harbord,
    peters,
)
from speciosa.evidence.pooling.subgroups import Difference, Subgroups, subgroups
from speciosa.evidence.pooling.three_level import ThreeLevel, three_level
from speciosa.evidence.pooling.trim_and_fill import TrimAndFill, trim_and_fill

__all__ = [
    "CI_METHODS",
    "METHODS",
    "PI_METHODS",
    "PI_WORDS",
    "AsymmetryTest",
    "CiMethod",
    "Coefficient",
    "ConditionalLogistic",
    "Difference",
    "Funnel",
    "Inference",
    "Influence",
    "Method",
    "PiMethod",
    "Pooled",
    "RankTest",
    "RareEvents",
    "Refits",
    "Regression",
    "Robust",
    "Subgroups",
    "ThreeLevel",
    "TrimAndFill",
    "aggregate",
    "begg",
    "conditional_logistic",
    "cumulative",
    "egger",
    "egger_random_effects",
    "funnel",
    "harbord",
    "influence",
    "leave_one_out",
    "mantel_haenszel",
    "meta_regression",
    "peters",
    "peto",
    "pool",
    "random_effects",
    "robust",
    "subgroups",
    "three_level",
    "trim_and_fill",
]
