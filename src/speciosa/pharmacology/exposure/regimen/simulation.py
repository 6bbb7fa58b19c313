"""What a simulated regimen returns. JSON keys of the analytes and the curve are a contract."""

from __future__ import annotations

import msgspec

from speciosa.finding import Finding
from speciosa.pharmacology.exposure.measurement.measured import LevelUse


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """The median and the 5th and 95th percentile of virtual people.

    A figure that was not reached within what was followed, or does not exist, is ``None`` and
    ``note`` says why.
    """

    median: float | None
    p05: float | None
    p95: float | None
    unit: str
    note: str = ""


class AnalyteFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Plasma exposure of one analyte over the period shown.

    ``tmax`` is in h after the dose before the highest level; ``auc`` and ``ctrough`` say in their
    notes from when to when and when they are meant.
    """

    cmax: Figure
    cmax_nm: Figure
    tmax: Figure
    auc: Figure
    ctrough: Figure
    half_life: Figure
    facts: tuple[str, ...]


class Fan(msgspec.Struct, frozen=True, kw_only=True):
    """Concentration against time: hours after the first dose shown, and percentiles of people."""

    unit: str
    time_h: tuple[float, ...]
    median: tuple[float, ...]
    p05: tuple[float, ...]
    p25: tuple[float, ...]
    p75: tuple[float, ...]
    p95: tuple[float, ...]


class Fading(msgspec.Struct, frozen=True, kw_only=True):
    """How long after the last dose an analyte is below a limit for good, in plasma.

    ``never`` is the share (0 to 1) of people whose level was not that high after the last dose,
    ``beyond`` of those still above it at the end of what was followed.
    """

    analyte: str
    limit: float
    unit: str
    what: str
    after_last_dose: Figure
    never: float
    beyond: float
    facts: tuple[str, ...]


class StructureFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The people who live by one structure, and which ``share`` (0 to 1) of all they are.

    Each person lives by one structure, drawn with equal weight; measured levels move the shares.
    """

    structure: str
    title: str
    share: float
    cmax: dict[str, Figure]
    auc: dict[str, Figure]


class ProductTaken(msgspec.Struct, frozen=True, kw_only=True):
    """A product of the regimen: how it was understood, its content, and how that compares."""

    as_used: str
    content: Finding
    comparison: tuple[Finding, ...]


class Simulation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a simulated regimen says.

    ``period_h`` is from when to when curves and figures are shown, in h after the first dose
    shown; ``doses_h`` and ``last_dose_h`` are on the same axis.
    """

    title: str
    understood: tuple[str, ...]
    structures: tuple[str, ...]
    subjects: int
    seed: int
    period_h: tuple[float, float]
    doses_h: tuple[float, ...]
    last_dose_h: float
    ongoing: bool
    analytes: dict[str, AnalyteFigures]
    curve: dict[str, Fan]
    by_structure: tuple[StructureFigures, ...]
    washout: tuple[Fading, ...]
    levels: tuple[LevelUse, ...]
    effective_subjects: float | None
    drawn_from: int
    products: tuple[ProductTaken, ...]
    findings: tuple[Finding, ...]
