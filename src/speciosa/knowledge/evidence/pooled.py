"""The shape of a pooled and graded answer to one question, as it is kept and shown.

Plain data: whoever reads it needs no mathematics. Ratios are kept as a reader sees them (an odds
ratio of 1.5, not its logarithm), with ``yi`` and ``se`` of each study on the analysis scale.
"""

from __future__ import annotations

from enum import StrEnum

from speciosa.finding import Certainty
from speciosa.knowledge.evidence.record import Better, Group, Record
from speciosa.knowledge.evidence.study import ArmKind, Risk


class DomainName(StrEnum):
    """The five domains that lower certainty and the three that raise it (GRADE)."""

    RISK_OF_BIAS = "risk of bias"
    INCONSISTENCY = "inconsistency"
    INDIRECTNESS = "indirectness"
    IMPRECISION = "imprecision"
    PUBLICATION_BIAS = "publication bias"
    LARGE_EFFECT = "large effect"
    DOSE_RESPONSE = "dose response"
    OPPOSING_BIAS = "opposing bias"

    @property
    def raises(self) -> bool:
        """Whether the domain can only raise certainty."""
        return self in _RAISING


_RAISING = {DomainName.LARGE_EFFECT, DomainName.DOSE_RESPONSE, DomainName.OPPOSING_BIAS}


class Level(StrEnum):
    """How serious the concern is (for a domain that raises: how far it raises)."""

    NONE = "none"
    SERIOUS = "serious"
    VERY_SERIOUS = "very serious"
    EXTREMELY_SERIOUS = "extremely serious"

    @property
    def steps(self) -> int:
        """Steps of certainty that the level is worth."""
        return tuple(Level).index(self)


class GradeDomain(Record, frozen=True, kw_only=True):
    """One domain: the level that counts, why, and whose judgement it is.

    ``by`` is ``signal`` where nobody has judged, else who judged. ``signal`` is what the thresholds
    say of today's data. ``review_due`` says why a recorded judgement no longer stands alone.
    """

    domain: DomainName
    level: Level
    reason: str
    by: str
    date: str = ""
    signal: Level = Level.NONE
    signal_reason: str = ""
    review_due: str = ""


class Interval(Record, frozen=True, kw_only=True):
    """A value with its interval; an end is ``None`` where it is not bounded or not known."""

    value: float | None
    low: float | None = None
    high: float | None = None


class PerHundred(Record, frozen=True, kw_only=True):
    """People out of 100 with the event: without the option, with it, and the difference.

    ``control_events`` of ``control_n`` had it in the comparator arms of the very trials; both are
    ``None`` where ``without`` is assumed from elsewhere.
    """

    event: str
    without: float
    with_option: Interval
    difference: Interval
    assumed: str
    control_events: int | None = None
    control_n: int | None = None


class Points(Record, frozen=True, kw_only=True):
    """Difference in points of a known scale, and the standard deviation it was made with."""

    scale: str
    difference: Interval
    better: Better
    assumed: str
    minimal_important: float | None = None
    in_words: str = ""


class NumberNeeded(Record, frozen=True, kw_only=True):
    """Number needed to treat, in words that survive an interval through infinity."""

    value: float | None
    low: float | None
    high: float | None
    words: str
    event: str
    method: str
    assumed: str


class SummaryRow(Record, frozen=True, kw_only=True):
    """One line of a summary of findings in absolute terms. What cannot be said is absent."""

    per_100: PerHundred | None = None
    points: tuple[Points, ...] = ()
    nnt: NumberNeeded | None = None
    not_said: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


class PooledStudy(Record, frozen=True, kw_only=True):
    """One study in a pool: ``yi`` and ``se`` on the analysis scale, ``weight`` in per cent."""

    id: str
    label: str
    year: int
    yi: float
    se: float
    weight: float
    n: int | None
    n_effects: int
    outcomes: tuple[str, ...]
    risk_of_bias: Risk
    verified: bool = False
    sources: tuple[str, ...] = ()


class NotJoined(Record, frozen=True, kw_only=True):
    """A study on the option of a question that is not in its pool, and why."""

    id: str
    why: str


class Sensitivity(Record, frozen=True, kw_only=True):
    """The same question with other studies or another model."""

    name: str
    k: int
    estimate: float | None
    low: float | None
    high: float | None
    note: str = ""


class PooledEffect(Record, frozen=True, kw_only=True):
    """The answer to one question from its studies. Nobody typed a number of it.

    ``estimate``, ``low``, ``high`` and the prediction interval are as a reader sees them (ratios
    not as logarithms); ``k`` is the number of studies and ``n`` the people analysed in them.
    ``certainty_from`` is where GRADE starts. ``what_changed`` is empty in the package's own base.
    """

    id: str
    option: str
    group: Group
    treatments: tuple[str, ...]
    medicines: tuple[str, ...]
    comparator: ArmKind
    comparator_words: str
    condition: str
    outcome: str
    measure: str
    unit: str
    better: Better
    k: int
    n: int | None
    estimate: float
    low: float
    high: float
    pi_low: float | None
    pi_high: float | None
    tau2: float | None
    tau2_low: float | None
    tau2_high: float | None
    i2: float | None
    method: str
    certainty: Certainty
    certainty_from: Certainty
    certainty_reason: str
    domains: tuple[GradeDomain, ...]
    studies: tuple[PooledStudy, ...]
    absolute: SummaryRow
    not_joined: tuple[NotJoined, ...] = ()
    sensitivity: tuple[Sensitivity, ...] = ()
    sensitivity_of: str = ""
    sources: tuple[str, ...] = ()
    review_due: tuple[str, ...] = ()
    what_changed: str = ""

    @property
    def no_difference(self) -> float:
        """1 for ratios, 0 for differences."""
        return 1.0 if self.measure in {"RR", "OR", "HR", "IRR"} else 0.0

    @property
    def fact_id(self) -> str:
        """The id under which the effect can be cited."""
        return f"evidence/pooled/{self.id}"


class Pools(Record, frozen=True, kw_only=True):
    """Every pooled effect, and the hash of the studies, questions and thresholds behind them."""

    made_from: str
    effects: tuple[PooledEffect, ...]


_STEPS = (Certainty.VERY_LOW, Certainty.LOW, Certainty.MODERATE, Certainty.HIGH)


def certainty(start: Certainty, domains: tuple[GradeDomain, ...]) -> Certainty:
    """What the domains add up to: steps down, then up; raised only where nothing lowers it."""
    down = sum(d.level.steps for d in domains if not d.domain.raises)
    up = 0 if down else sum(d.level.steps for d in domains if d.domain.raises)
    at = _STEPS.index(start) - down + up
    return _STEPS[min(max(at, 0), len(_STEPS) - 1)]
