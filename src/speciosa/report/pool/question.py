"""What is asked of ``speciosa pool``: the model, and the analyses beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from speciosa.evidence.effect_sizes import Choices, Measure
from speciosa.evidence.pooling import CiMethod, Method, PiMethod
from speciosa.evidence.studies import Reading


class Multiple(StrEnum):
    """What to do where one study gives several effects."""

    AGGREGATE = "aggregate"
    THREE_LEVEL = "three-level"
    ROBUST = "robust"
    INDEPENDENT = "independent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Options of one analysis. ``multiple`` None: several effects of one study are an error."""

    measure: Measure | None = None
    method: Method = "REML"
    ci: CiMethod | None = None
    level: float = 0.95
    pi: PiMethod = "t-k2"
    reading: Reading = field(default_factory=Reading)
    choices: Choices = field(default_factory=Choices)
    multiple: Multiple | None = None
    rho: float = 0.5
    moderators: tuple[str, ...] = ()
    subgroup: str = ""
    cumulative: str = ""
    leave_one_out: bool = False
