"""What the exposure room returns."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from speciosa.finding import Estimate, Finding, Missing
from speciosa.pharmacology.exposure.measurement.measured import LevelUse
from speciosa.pharmacology.exposure.regimen.simulation import Fading


class ProductIntake(msgspec.Struct, frozen=True, kw_only=True):
    """One product: what it is, what is known of its content, and the alkaloid amounts.

    Amounts are reported as used, for description and comparison only.
    """

    form: str
    label: str
    as_used: str
    strain: Finding | None
    content: Finding
    mitragynine_mg_per_dose: Estimate | None
    seven_oh_mg_per_dose: Estimate | None
    mitragynine_mg_per_day: Estimate | None
    seven_oh_mg_per_day: Estimate | None
    comparison: tuple[Finding, ...]


class IntakeResult(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known about the amounts of alkaloid taken."""

    headline: str
    products: tuple[ProductIntake, ...]
    mitragynine_mg_per_day: Estimate | None
    seven_oh_mg_per_day: Estimate | None
    findings: tuple[Finding, ...]
    missing: tuple[Missing, ...]


class ExposureStatus(StrEnum):
    """Whether a concentration was predicted."""

    COMPUTED = "computed"
    NOT_APPLICABLE = "not_applicable"
    NOT_POSSIBLE = "not_possible"


class AnalyteExposure(msgspec.Struct, frozen=True, kw_only=True):
    """Predicted plasma exposure of one analyte over the last dosing day.

    ``half_life`` is the one seen after the last dose (of mitragynine far out in its tail);
    ``effective_half_life`` the one that would give the accumulation of repeated use.
    ``cmax_formed`` and ``cmax_swallowed`` are the peaks of the two parts of 7-OH.
    """

    analyte: str
    cmax: Estimate
    tmax: Estimate
    auc: Estimate
    ctrough: Estimate
    half_life: Estimate
    cmax_nm: Estimate
    facts: tuple[str, ...]
    effective_half_life: Estimate | None = None
    cmax_formed: Estimate | None = None
    cmax_swallowed: Estimate | None = None


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """One band of the fan, in ng/mL at each time of the curve."""

    percent: int
    low: tuple[float, ...]
    high: tuple[float, ...]


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """Fan of concentration against time for one analyte; ``median`` and bands in ng/mL."""

    analyte: str
    unit: str
    time_h: tuple[float, ...]
    median: tuple[float, ...]
    bands: tuple[Band, ...]


class Driver(msgspec.Struct, frozen=True, kw_only=True):
    """A source of uncertainty and its share of the variance of log AUC (0 to 1).

    First-order shares by the law of total variance: between structures, and within each by
    regression of log AUC on what was drawn; what only acts together is shared out in proportion.
    """

    name: str
    share: float
    narrowed_by: str


class Narrowing(msgspec.Struct, frozen=True, kw_only=True):
    """What one measurement is expected to do to the 90 % range of the area of a day.

    ``fold_now`` and ``fold_then`` are the upper end over the lower end, before and after.
    """

    by: str
    fold_now: float
    fold_then: float


class BriefExposure(msgspec.Struct, frozen=True, kw_only=True):
    """The main figures of one analyte."""

    analyte: str
    cmax: Estimate
    auc: Estimate
    ctrough: Estimate
    half_life: Estimate


class StructureExposure(msgspec.Struct, frozen=True, kw_only=True):
    """The people who live by one structure, and the calibration that it rests on.

    ``share`` (0 to 1) is the part of the people who live by it.
    """

    structure: str
    title: str
    share: float
    release: str
    method: str
    analytes: tuple[BriefExposure, ...]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """How far two structures lie apart for the same products: a ratio of medians.

    ``differs`` says whether the ratio lies outside what is called equal.
    """

    analyte: str
    measure: str
    of: str
    over: str
    ratio: float
    differs: bool


class OtherAlkaloid(msgspec.Struct, frozen=True, kw_only=True):
    """Another alkaloid of the leaf: its exposure, or why none is stated."""

    alkaloid: str
    exposure: BriefExposure | None
    why_none: str


class ObservedComparison(msgspec.Struct, frozen=True, kw_only=True):
    """The range of a figure ever observed in a human study, beside the prediction.

    ``above`` is the share (0 to 1) of virtual people above the highest value observed. Lying
    within says nothing about safety.
    """

    analyte: str
    measure: str
    unit: str
    observed_low: float
    observed_high: float
    n: int
    where: str
    above: float
    facts: tuple[str, ...]


class ExposureResult(msgspec.Struct, frozen=True, kw_only=True):
    """Concentrations of MG and 7-OH for this product, pattern and body.

    ``analytes``, ``curves`` and ``drivers`` are of the mixture of all structures. Where ``levels``
    of this person were used, they are of the virtual people who could have them, and
    ``effective_subjects`` says how many of those simulated that is; what the uncertainty comes from
    is said for before. ``washout`` and ``now`` (ng/mL on the date of the case) describe the decline
    of somebody who has stopped; ``present_on_date`` says whether enough virtual people then have a
    level that can be quantified (``None``: not known). ``doubt`` says why the figures are not, or
    may not be, this person's; it opens the headline and stands on the first screen.
    """

    status: ExposureStatus
    why: str
    headline: str
    subjects: int
    seed: int
    analytes: dict[str, AnalyteExposure]
    curves: tuple[Curve, ...]
    drivers: tuple[Driver, ...]
    findings: tuple[Finding, ...]
    missing: tuple[Missing, ...]
    steady: bool = False
    structures: tuple[StructureExposure, ...] = ()
    differences: tuple[Difference, ...] = ()
    others: tuple[OtherAlkaloid, ...] = ()
    observed: tuple[ObservedComparison, ...] = ()
    narrowing: tuple[Narrowing, ...] = ()
    levels: tuple[LevelUse, ...] = ()
    effective_subjects: float | None = None
    washout: tuple[Fading, ...] = ()
    now: dict[str, Estimate] = {}
    present_on_date: bool | None = None
    doubt: str = ""
