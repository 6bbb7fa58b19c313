"""The shape of published effects, of kratom's records and of the wording of the evidence room."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from speciosa.finding import Certainty
from speciosa.knowledge.fact import Basis


class Group(StrEnum):
    """Kinds of option, in the order in which they are shown."""

    PSYCHOLOGICAL = "psychological"
    MEDICINE = "medicine"
    EXERCISE = "exercise"
    MINDFULNESS = "mindfulness"
    YOGA = "yoga"
    SLEEP = "sleep"
    DIET = "diet"
    CAFFEINE = "caffeine"
    HERBAL = "herbal"


class Control(StrEnum):
    """What the option was measured against; unlike controls are never put in one ranking."""

    PILL_PLACEBO = "pill_placebo"
    WAITING_LIST = "waiting_list"
    USUAL_CARE = "usual_care"
    MIXED = "mixed_controls"
    ACTIVE = "active_treatment"
    CONTINUED = "continued_treatment"
    NO_EXPOSURE = "no_exposure"


class Better(StrEnum):
    """Side of no difference on which the option does better than its comparator."""

    BELOW = "below"
    ABOVE = "above"


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the records of this table: unknown fields in the data are an error."""


class Rating(Record, frozen=True, kw_only=True):
    """Certainty, whose it is (``published``, ``curator``, ``none``), and why."""

    level: Certainty
    by: str
    reason: str


class EffectEstimate(Record, frozen=True, kw_only=True):
    """One option beside one comparator. ``value`` is ``None`` where no size was read.

    ``direction_read`` is false where not even the direction was read: such a row tells a reader
    nothing and is named by its source alone.
    """

    group: Group
    option: str
    comparator: str
    control: Control
    outcome: str
    key: str = ""
    medicines: tuple[str, ...] = ()
    treatments: tuple[str, ...] = ()
    measure: str = ""
    unit: str = ""
    better: Better | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    interval: str = ""
    p: float | None = None
    n: int | None = None
    conclusion: str = ""
    qualifier: str = ""
    published: str = ""
    note: str = ""
    direction_read: bool = True

    @property
    def no_difference(self) -> float:
        """1 for ratios, 0 for differences."""
        return 1.0 if self.unit == "ratio" else 0.0

    @property
    def is_confidence_interval(self) -> bool:
        """Whether ``low`` and ``high`` bound the uncertainty, and not a range of studies."""
        return self.interval.startswith("95 %")


class Figure(Record, frozen=True, kw_only=True):
    """A further number of a record, kept as a fact and not as a row."""

    key: str
    quantity: str
    value: float | str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    interval: str = ""
    verified: bool = False
    note: str = ""


class Effect(Record, frozen=True, kw_only=True):
    """One published result: a meta-analysis or a trial, with its rows.

    ``synthesis`` is false for a single trial. ``network`` names the treatments of a network of
    which ``k`` and ``n`` are the trials and people: they are then not those of one row.
    """

    id: str
    design: str
    certainty: Rating
    sources: tuple[str, ...]
    verified: bool
    rows: tuple[EffectEstimate, ...]
    statement: str = ""
    synthesis: bool = True
    k: int | None = None
    n: int | None = None
    network: str = ""
    population: str = ""
    duration: str = ""
    caution: str = ""
    note: str = ""
    basis: Basis = Basis.SOURCE
    read_on: str = ""
    figures: tuple[Figure, ...] = ()

    def fact_id(self, row: EffectEstimate) -> str:
        """The id under which a row can be cited."""
        return f"evidence/{self.id}/{row.key}" if row.key else f"evidence/{self.id}"


class KratomRecord(Record, frozen=True, kw_only=True):
    """A survey, trial, animal study or harm, in its lane, never an effect on GAD.

    ``comparator`` is ``none`` where nobody was compared, and empty where none applies.
    """

    id: str
    lane: str
    kind: str
    finding: str
    verified: bool
    design: str = ""
    n: int | None = None
    population: str = ""
    comparator: str = ""
    outcome: str = ""
    risk_of_bias: str = ""
    note: str = ""
    sources: tuple[str, ...] = ()
    read_on: str = ""

    @property
    def fact_id(self) -> str:
        """The id under which the record can be cited."""
        lane = "kratom" if self.lane == "user_report" else self.lane
        return f"evidence/{lane}/{self.id}"


class Judgement(Record, frozen=True, kw_only=True):
    """What the whole of the kratom evidence amounts to for anxiety."""

    question: str
    randomised_trials: int
    certainty: Certainty
    reasons: tuple[str, ...]
    direction_of_human_data: str
    statement: str


class KratomEvidence(Record, frozen=True, kw_only=True):
    """The judgement and the records it rests on."""

    judgement: Judgement
    records: tuple[KratomRecord, ...]


class PersonCaution(Record, frozen=True, kw_only=True):
    """A caution on some medicines or treatments when a flag of the person holds.

    ``level`` is what it makes of an option: ``caution``, ``unknown`` (ask first) or ``avoid``.
    """

    when: str
    text: str
    level: str = "caution"
    medicines: tuple[str, ...] = ()
    treatments: tuple[str, ...] = ()


class WordedFinding(Record, frozen=True, kw_only=True):
    """A finding whose text is data: shown when every flag of ``when`` holds."""

    id: str
    severity: str
    certainty: Certainty
    text: str
    when: tuple[str, ...] = ()
    tone: str = "neutral"
    action: str = ""
    detail: str = ""
    facts: tuple[str, ...] = ()


class WordedMissing(Record, frozen=True, kw_only=True):
    """Something not given, what that costs and how to get it."""

    when: str
    field: str
    cost: str
    how: str = ""


class EvidenceWording(Record, frozen=True, kw_only=True):
    """Every sentence of the evidence room."""

    headline: str
    favours: Mapping[str, str]
    no_interval: Mapping[str, str]
    certainty_by: Mapping[str, str]
    cannot_show: Mapping[str, str]
    population_caution: str
    tried_caution: str
    taken_caution: str
    planned_caution: str
    not_read: WordedFinding
    tried_outcomes: Mapping[str, str]
    cautions: tuple[PersonCaution, ...]
    kratom: tuple[WordedFinding, ...]
    findings: tuple[WordedFinding, ...]
    missing: tuple[WordedMissing, ...]
