"""What a simulated trial design gives back."""

from __future__ import annotations

import msgspec

from speciosa.evidence.trials.design.assumptions import Assumption


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A simulated figure and its Monte Carlo standard error."""

    value: float
    mc_se: float


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """One look at the data: boundary on the z scale, chance to stop there."""

    fraction: float
    subjects: int
    boundary_z: float
    futility_z: float | None
    nominal_alpha: float
    stops_for_benefit: Figure
    stops_for_futility: Figure


class Contrast(msgspec.Struct, frozen=True, kw_only=True):
    """One arm against control at the last visit.

    ``success`` is the chance that this arm beats control with all arms allowed for (Dunnett),
    ``unadjusted`` the same as if it were the only one.
    """

    arm: str
    true_difference: float
    mean_estimate: Figure
    success: Figure
    unadjusted: Figure


class Unadjusted(msgspec.Struct, frozen=True, kw_only=True):
    """Estimates and intervals that take no notice of the looks, for comparison."""

    mean_estimate: Figure
    bias: Figure
    coverage: Figure


class Characteristics(msgspec.Struct, frozen=True, kw_only=True):
    """How a design behaves under one set of assumptions.

    ``success`` is the chance that the trial claims a benefit (non-inferiority where that is the
    aim), ``two_sided`` that it claims any difference. ``true_difference`` is the effect of the
    treatment itself under the estimand, without guessing and without withdrawal; ``apparent`` is
    the difference that an endless trial would see at each visit. With interim looks estimates are
    median-unbiased and intervals allow for stopping early; ``unadjusted`` has the plain ones.
    Where the difference itself varies (assurance) there is no true value, bias or coverage.
    """

    id: str
    title: str
    shows: str
    null: bool
    trials: int
    not_converged: int
    success: Figure
    two_sided: Figure
    true_difference: float | None
    true_difference_mc_se: float | None
    mean_estimate: Figure
    bias: Figure | None
    rmse: Figure | None
    coverage: Figure | None
    empirical_se: float
    model_se: float
    left_control: float
    left_treatment: float
    expected_subjects: Figure
    looks: tuple[Look, ...] = ()
    unadjusted: Unadjusted | None = None
    any_arm: Figure | None = None
    contrasts: tuple[Contrast, ...] = ()
    apparent: tuple[float, ...] = ()
    changed: tuple[str, ...] = ()


class Sensitivity(msgspec.Struct, frozen=True, kw_only=True):
    """The same trials under another analysis."""

    name: str
    trials: int
    success: Figure
    mean_estimate: Figure
    bias: Figure
    note: str = ""


class ClosedForm(msgspec.Struct, frozen=True, kw_only=True):
    """Power by a formula, and what the formula takes for granted.

    ``stops_for_benefit`` and ``stops_for_futility`` have a chance for each look where there are
    looks.
    """

    name: str
    power: float
    subjects_for_target: int
    takes_for_granted: str
    stops_for_benefit: tuple[float, ...] = ()
    stops_for_futility: tuple[float, ...] = ()
    expected_subjects: float | None = None


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """Power at one number of people."""

    subjects: int
    power: Figure
    smoothed: float


class SampleSize(msgspec.Struct, frozen=True, kw_only=True):
    """How many people the target power needs; ``needed`` is None where none tried was enough."""

    target: float
    needed: int | None
    low: int | None
    high: int | None
    curve: tuple[Point, ...]
    trials_per_point: int
    note: str = ""


class Arm(msgspec.Struct, frozen=True, kw_only=True):
    """The mean course of one arm on treatment, baseline first."""

    name: str
    mean: tuple[float, ...]


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """Who enters, and how scores go."""

    weeks: tuple[float, ...]
    baseline_mean: float
    baseline_sd: float
    arms: tuple[Arm, ...]
    beyond_scale_share: float
    difference_on_scale: float
    difference_without_ends: float
    scoring: str


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One item of the protocol: what the design fills in, and what people must decide."""

    number: str
    number_2013: str
    title: str
    filled: str
    decide: str


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """Items under a heading."""

    title: str
    items: tuple[Item, ...]


class Protocol(msgspec.Struct, frozen=True, kw_only=True):
    """A skeleton, never a protocol ready for use."""

    opening: tuple[str, ...]
    dose: tuple[str, ...]
    estimand: tuple[Item, ...]
    intercurrent: tuple[Item, ...]
    sections: tuple[Section, ...]
    monitoring: tuple[Item, ...]
    stopping: tuple[Item, ...]
    regulation: tuple[str, ...]


class TrialResult(msgspec.Struct, frozen=True, kw_only=True):
    """Everything `speciosa trial` says about a design."""

    title: str
    design: str
    scale: str
    treatment: str
    control: str
    subjects: int
    analysis: str
    strategy: str
    label: str
    assumptions: tuple[Assumption, ...]
    course: Course
    planned: Characteristics
    scenarios: tuple[Characteristics, ...]
    sensitivity: tuple[Sensitivity, ...]
    closed_forms: tuple[ClosedForm, ...]
    sample_size: SampleSize | None
    protocol: Protocol
    notes: tuple[str, ...]
    facts: tuple[str, ...]
    seed: int
    trials: int
