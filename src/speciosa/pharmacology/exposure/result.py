"""What the exposure room returns."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from speciosa.finding import Estimate, Finding, Missing


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
    """Predicted plasma exposure of one analyte over the last dosing day at steady use."""

    analyte: str
    cmax: Estimate
    tmax: Estimate
    auc: Estimate
    ctrough: Estimate
    half_life: Estimate
    cmax_nm: Estimate
    facts: tuple[str, ...]


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
    """A source of uncertainty and its share of the variance of log AUC (0 to 1)."""

    name: str
    share: float
    narrowed_by: str


class ExposureResult(msgspec.Struct, frozen=True, kw_only=True):
    """Concentrations of MG and 7-OH for this product, pattern and body."""

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
