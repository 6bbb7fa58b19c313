"""Effect sizes -> pooled effect, its heterogeneity, and every check on one comparison."""

from speciosa.evidence.pooling.heterogeneity import METHODS, Method
from speciosa.evidence.pooling.intervals import (
    CI_METHODS,
    PI_METHODS,
    PI_WORDS,
    CiMethod,
    PiMethod,
)
from speciosa.evidence.pooling.pooled import Pooled, pool, random_effects

__all__ = [
    "CI_METHODS",
    "METHODS",
    "PI_METHODS",
    "PI_WORDS",
    "CiMethod",
    "Method",
    "PiMethod",
    "Pooled",
    "pool",
    "random_effects",
]
