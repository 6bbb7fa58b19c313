"""The shape of a regimen: products, when they are taken, what was missed, and measured levels.

Days are counted from 1. Units stand in the names of fields, as in a case.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from speciosa.case import KratomAnalysis, KratomDose, KratomProduct
from speciosa.case import vocabulary as v
from speciosa.case.parts import ClashError, Flag, Listed, Part, Word, check_limit

LONGEST_DAYS = 3660

ProductName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$"),
    Field(description="a short name of your own such as tea: small letters, digits, - and _"),
]
Clock = Annotated[
    str,
    StringConstraints(pattern=r"^([01]?[0-9]|2[0-3]):[0-5][0-9]$"),
    Field(description="a time of day from 0:00 to 23:59 such as 8:00"),
]
Day = Annotated[int, Field(strict=True, ge=1, le=LONGEST_DAYS)]


class PastUse(StrEnum):
    """What came before day 1."""

    NONE = "none"
    STEADY = "steady"


class Analyte(StrEnum):
    """What is measured in plasma."""

    MITRAGYNINE = "mitragynine"
    SEVEN_OH = "7-hydroxymitragynine"


class LevelUnit(StrEnum):
    """Units of a plasma level."""

    NG_ML = "ng/mL"
    UG_L = "ug/L"
    MG_L = "mg/L"
    NMOL_L = "nmol/L"
    UMOL_L = "umol/L"


class PlanProduct(Part):
    """A product under a name of its own, with what one dose of it is."""

    name: ProductName
    form: v.KratomForm
    label: Word | None = None
    dose: KratomDose
    analysis: KratomAnalysis | None = None

    def as_product(self) -> KratomProduct:
        """The product as a case describes it, without a frequency."""
        return KratomProduct(
            form=self.form, label=self.label, dose=self.dose, analysis=self.analysis
        )


class Use(Part):
    """One product taken again and again, from the first day to the last, both included."""

    product: ProductName
    from_day: Day = 1
    to_day: Day | None = None
    times: Annotated[tuple[Clock, ...] | None, Field(min_length=1, max_length=24)] = None
    times_per_day: Annotated[int, Field(strict=True, ge=1, le=24)] | None = None
    every_hours: Annotated[float, Field(strict=True, ge=1, le=720)] | None = None
    days_per_week: Annotated[int, Field(strict=True, ge=1, le=7)] | None = None
    every_days: Annotated[int, Field(strict=True, ge=1, le=30)] | None = None
    fraction: Annotated[float, Field(strict=True, gt=0, le=20)] = 1.0

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        ways = (self.times, self.times_per_day, self.every_hours)
        said = sum(way is not None for way in ways)
        if said != 1:
            raise ClashError(
                f"how often said in {said} ways", "one way: times, times_per_day or every_hours"
            )
        spread = (self.days_per_week, self.every_days)
        if sum(way is not None for way in spread) == 2:
            raise ClashError("days_per_week and every_days", "one of the two")
        if self.every_hours is not None and any(way is not None for way in spread):
            raise ClashError("every_hours beside the days of use", "every_hours alone")
        if self.times is not None and len(set(map(minutes, self.times))) != len(self.times):
            raise ClashError("a time of day given twice", "each time once", "times")
        if self.to_day is not None and self.to_day < self.from_day:
            raise ClashError(
                f"{self.to_day}, before from_day ({self.from_day})", "a later day", "to_day"
            )
        return self


class OneDose(Part):
    """A dose outside any pattern; without a time it is taken when the day begins."""

    product: ProductName
    day: Day = 1
    time: Clock | None = None
    fraction: Annotated[float, Field(strict=True, gt=0, le=20)] = 1.0


class Missed(Part):
    """Doses of the pattern that were not taken: a whole day, one time, or one product."""

    day: Day
    time: Clock | None = None
    product: ProductName | None = None


class PlanLevel(Part):
    """A measured plasma level. ``below_limit``: less than ``value`` was reported.

    Say when: hours after the last dose, or the day and time. Untimed, it is only compared.
    """

    analyte: Analyte
    value: Annotated[float, Field(strict=True, gt=0, le=1_000_000)]
    unit: LevelUnit
    below_limit: Flag | None = None
    limit_of_quantification: Annotated[float, Field(strict=True, gt=0, le=1_000_000)] | None = None
    hours_after_last_dose: Annotated[float, Field(strict=True, ge=0, le=10_000)] | None = None
    day: Day | None = None
    time: Clock | None = None

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        check_limit(self.value, self.below_limit, self.limit_of_quantification)
        if (self.day is None) != (self.time is None):
            raise ClashError("a day without a time, or a time without a day", "both, or neither")
        if self.day is not None and self.hours_after_last_dose is not None:
            raise ClashError("the time said in two ways", "hours_after_last_dose, or day and time")
        return self


class Plan(Part):
    """A regimen: products, their use day by day, and levels measured meanwhile."""

    title: Word | None = None
    before: PastUse = PastUse.NONE
    products: Annotated[tuple[PlanProduct, ...], Field(min_length=1, max_length=20)]
    use: Listed[Use] = ()
    doses: Listed[OneDose] = ()
    missed: Listed[Missed] = ()
    follow_days: Annotated[float, Field(strict=True, gt=0, le=365)] | None = None
    levels: Listed[PlanLevel] = ()

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        names = [product.name for product in self.products]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ClashError(f"{', '.join(twice)} given twice", "each name once", "products")
        if not self.use and not self.doses:
            raise ClashError("no dose at all", "use, doses, or both")
        for field, name in self._named():
            if name not in names:
                raise ClashError("a name of no product", ", ".join(names), field)
        return self._bounded()

    def _named(self) -> list[tuple[str, str]]:
        return [
            *((f"use[{i}].product", use.product) for i, use in enumerate(self.use)),
            *((f"doses[{i}].product", dose.product) for i, dose in enumerate(self.doses)),
            *(
                (f"missed[{i}].product", miss.product)
                for i, miss in enumerate(self.missed)
                if miss.product is not None
            ),
        ]

    def _bounded(self) -> Self:
        """Use without an end is use that has always been so, and nothing can follow it."""
        steady = self.before is PastUse.STEADY
        if steady and not any(use.from_day == 1 for use in self.use):
            raise ClashError(
                "steady, but no use on day 1", "use from day 1, which is taken as steady", "before"
            )
        for i, use in enumerate(self.use):
            if use.to_day is None and not (steady and use.from_day == 1):
                raise ClashError(
                    "no last day",
                    f"a whole number of days from {use.from_day} to {LONGEST_DAYS:,}, "
                    "or before: steady for use without beginning and end",
                    f"use[{i}].to_day",
                )
        return self


def minutes(clock: str) -> int:
    """Minutes since midnight of a time of day."""
    hours, past = clock.split(":")
    return 60 * int(hours) + int(past)
