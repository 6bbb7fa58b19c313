"""The shape of one primary study: arms, outcomes as reported, risk of bias. Nothing is pooled here.

A study's file is what a person adds to the living base, so every field says what it holds and the
reader refuses what it does not know. A figure is kept as the paper gives it (means and SDs of an
arm, events, or a contrast with its interval); effect sizes are computed, never typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from speciosa.knowledge.evidence.record import Record
from speciosa.knowledge.fact import Basis


class ArmKind(StrEnum):
    """What an arm is, so that unlike comparators can never be pooled together."""

    OPTION = "option"
    PILL_PLACEBO = "pill_placebo"
    WAITING_LIST = "waiting_list"
    USUAL_CARE = "usual_care"
    PSYCHOLOGICAL_PLACEBO = "psychological_placebo"
    EDUCATION = "education"
    NO_TREATMENT = "no_treatment"


class Allocation(StrEnum):
    """How people came to their arms; only randomised studies join a pool."""

    RANDOMISED = "randomised"
    NON_RANDOMISED = "non-randomised"
    SINGLE_ARM = "single arm"
    UNCLEAR = "unclear"


class Condition(StrEnum):
    """Whom a study was about; decides directness for a person with GAD."""

    GAD = "gad"
    ANXIETY_DISORDERS = "anxiety_disorders"
    SUBTHRESHOLD = "subthreshold_anxiety"
    ANXIETY_SYMPTOMS = "anxiety_symptoms"
    OTHER = "other"


class Risk(StrEnum):
    """Overall risk of bias as somebody rated it; ``NOT_RATED`` is never read as low."""

    LOW = "low"
    SOME = "some concerns"
    HIGH = "high"
    NOT_RATED = "not rated"


class RiskOfBias(Record, frozen=True, kw_only=True):
    """Overall rating, who rated (``published``, ``curator``, ``none``) and why.

    ``domains`` are the ratings of the parts (RoB 2: randomisation, deviations, ...) where given.
    """

    overall: Risk
    by: str
    reason: str = ""
    domains: Mapping[str, Risk] = msgspec.field(default_factory=dict)


class Arm(Record, frozen=True, kw_only=True):
    """One arm. ``treatment`` is an id of a treatment or medicine of the base, or plain words.

    ``dose`` is what the study gave, as reported. ``n`` is the number randomised. ``coded`` is what
    the data set that the arm came from calls it, where that differs in words from ``kind``.
    """

    id: str
    treatment: str
    kind: ArmKind
    dose: str = ""
    format: str = ""
    n: int | None = None
    coded: str = ""
    note: str = ""


class ArmValue(Record, frozen=True, kw_only=True):
    """What one arm showed: mean and SD (or SE), or events; ``n`` is the number analysed.

    Without ``n`` the value is kept and cannot be pooled.
    """

    arm: str
    n: int | None = None
    mean: float | None = None
    sd: float | None = None
    se: float | None = None
    events: int | None = None
    baseline_mean: float | None = None
    baseline_sd: float | None = None
    baseline_n: int | None = None


class ReportedContrast(Record, frozen=True, kw_only=True):
    """A contrast as published where arm values were not: ``value`` with ``se`` or an interval.

    ``value`` is ``arm`` minus (or over) ``against`` in ``measure`` (MD, SMD, OR, RR, RD, HR).
    ``derived`` says how ``se`` came about where nobody printed it (from an exact P, or a bound).
    """

    arm: str
    against: str
    measure: str
    value: float
    se: float | None = None
    low: float | None = None
    high: float | None = None
    level: float = 0.95
    derived: str = ""


class Outcome(Record, frozen=True, kw_only=True):
    """One outcome at one time.

    ``scale`` is HAM-A, GAD-7, PSWQ, BAI, ...; or an event: response, remission, dropout.
    ``what`` is ``change`` (from baseline), ``post`` (final values) or ``events``.
    ``better`` is ``below`` where less is better. ``domain`` is what the scale is about.
    """

    scale: str
    what: str
    week: float
    better: str = "below"
    domain: str = ""
    rater: str = ""
    analysis: str = ""
    definition: str = ""
    arms: tuple[ArmValue, ...] = ()
    contrasts: tuple[ReportedContrast, ...] = ()


class Study(Record, frozen=True, kw_only=True):
    """One primary study as read. ``population`` and ``design`` are plain words.

    ``measured`` are scales and events that the study measured and of which no figure was read:
    they are missing results, which count against certainty. ``same_trial_as`` is the id of a study
    that reports the same people: only that one joins.
    """

    id: str
    title: str
    year: int
    design: str
    allocation: Allocation
    condition: Condition
    population: str
    risk_of_bias: RiskOfBias
    arms: tuple[Arm, ...]
    outcomes: tuple[Outcome, ...]
    sources: tuple[str, ...] = ()
    verified: bool = False
    read_on: str = ""
    basis: Basis = Basis.SOURCE
    age_group: str = ""
    mean_age_years: float | None = None
    women_pct: float | None = None
    country: str = ""
    funding: str = ""
    registration: str = ""
    harms: str = ""
    measured: tuple[str, ...] = ()
    same_trial_as: str = ""
    note: str = ""

    def arm(self, arm_id: str) -> Arm:
        """One arm by id. Raises ``KeyError`` for an unknown id."""
        for arm in self.arms:
            if arm.id == arm_id:
                return arm
        raise KeyError(arm_id)


def decode(raw: object) -> Study:
    """A study from plain data. Raises ``msgspec.ValidationError`` naming the field."""
    return msgspec.convert(raw, Study)
