"""The shape of a case.

Every field may be absent except the date: an absent field means "not known", never "normal".
Units stand in the field names. Numbers must be numbers: ``yes``, ``"3"`` and ``3.0`` are not
answers to an item scored 0 to 3.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Self

from pydantic import Field, model_validator

from speciosa.case import vocabulary as v
from speciosa.case.parts import (
    ClashError,
    Date,
    Flag,
    FreeText,
    Listed,
    Part,
    PlaceCode,
    Unit,
    Word,
    check_disjoint,
    check_limit,
    check_order,
    check_total,
)

# ------------------------------------------------------------------ the person


class Genotype(Part):
    """A drug-metabolism gene as reported: diplotype, phenotype, and for CYP2D6 the score."""

    diplotype: Word | None = None
    phenotype: v.Phenotype | None = None
    activity_score: Annotated[float, Field(strict=True, ge=0, le=10)] | None = None


class Liver(Part):
    """Liver function; leave out what was not assessed."""

    child_pugh: v.ChildPugh | None = None
    disease: Word | None = None


class Kidney(Part):
    """Kidney function; an eGFR can also be given under ``labs``."""

    egfr_ml_min_1_73m2: Annotated[float, Field(strict=True, ge=0, le=250)] | None = None
    dialysis: Flag | None = None


class Person(Part):
    """Body and circumstances."""

    age_years: Annotated[float, Field(strict=True, ge=0, le=120)] | None = None
    sex: v.Sex | None = None
    weight_kg: Annotated[float, Field(strict=True, gt=1, le=500)] | None = None
    height_cm: Annotated[float, Field(strict=True, ge=30, le=260)] | None = None
    pregnancy: v.Pregnancy | None = None
    pregnancy_weeks: Annotated[int, Field(strict=True, ge=0, le=45)] | None = None
    breast_feeding: Flag | None = None
    liver: Liver = Liver()
    kidney: Kidney = Kidney()
    cyp2d6: Genotype = Genotype()
    cyp2c19: Genotype = Genotype()
    cyp3a5: Genotype = Genotype()
    drives: Flag | None = None
    safety_critical_work: Flag | None = None

    @model_validator(mode="after")
    def _score_of_cyp2d6_only(self) -> Self:
        for name in ("cyp2c19", "cyp3a5"):
            if getattr(self, name).activity_score is not None:
                raise ClashError(
                    f"an activity score beside {name}",
                    "a score beside cyp2d6 only; say the phenotype or the diplotype instead",
                    f"{name}.activity_score",
                )
        return self

    @model_validator(mode="after")
    def _weeks_need_pregnancy(self) -> Self:
        if self.pregnancy_weeks is not None and self.pregnancy in {
            v.Pregnancy.NOT_PREGNANT,
            v.Pregnancy.TRYING,
        }:
            raise ClashError(
                f"{self.pregnancy} beside pregnancy_weeks", "pregnant or possible", "pregnancy"
            )
        return self


# ------------------------------------------------------------------ instruments


class Total(Part):
    """An instrument known only by its total."""

    total: Annotated[int, Field(strict=True, ge=0, le=200)]
    date: Date | None = None


class Gad7(Part):
    """GAD-7: seven answers of 0 to 3 (``null`` where not answered), or the total."""

    answers: tuple[Annotated[int, Field(strict=True, ge=0, le=3)] | None, ...] | None = Field(
        default=None, min_length=7, max_length=7
    )
    total: Annotated[int, Field(strict=True, ge=0, le=21)] | None = None
    date: Date | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_total(self.total, self.answers)
        return self


_MOST_OF_EIGHT = 24  # points of the eight other answers of the PHQ-9


class Phq9(Part):
    """PHQ-9: nine answers of 0 to 3, or the total; item 9 can be given beside a total."""

    answers: tuple[Annotated[int, Field(strict=True, ge=0, le=3)] | None, ...] | None = Field(
        default=None, min_length=9, max_length=9
    )
    total: Annotated[int, Field(strict=True, ge=0, le=27)] | None = None
    item9: Annotated[int, Field(strict=True, ge=0, le=3)] | None = None
    date: Date | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.total is None and self.answers is None:
            if self.item9 is None:
                raise ClashError("no answer at all", "the answers, the total, or item9")
            return self
        check_total(self.total, self.answers)
        if self.item9 is not None and self.answers is not None and self.answers[8] != self.item9:
            raise ClashError(f"{self.item9}", "the same value as the ninth answer", "item9")
        if self.item9 is not None and self.total is not None:
            others = self.total - self.item9
            if not 0 <= others <= _MOST_OF_EIGHT:
                raise ClashError(
                    f"{self.item9} beside a total of {self.total}",
                    "a value that leaves 0 to 24 points for the other eight answers",
                    "item9",
                )
        return self

    @property
    def suicidality_item(self) -> int | None:
        """Item 9 as answered, or ``None`` when it was not; never imputed."""
        if self.item9 is not None:
            return self.item9
        return self.answers[8] if self.answers is not None else None

    @property
    def item9_floor(self) -> int | None:
        """The least that item 9 can be: as answered, else what the other eight leave of a total.

        ``None`` where neither says that it is above 0. By arithmetic alone; never imputed.
        """
        if self.suicidality_item is not None or self.total is None:
            return self.suicidality_item
        left = self.total - _MOST_OF_EIGHT
        return left if left > 0 else None


class Isi(Part):
    """Insomnia Severity Index: seven answers of 0 to 4, or the total."""

    answers: tuple[Annotated[int, Field(strict=True, ge=0, le=4)] | None, ...] | None = Field(
        default=None, min_length=7, max_length=7
    )
    total: Annotated[int, Field(strict=True, ge=0, le=28)] | None = None
    date: Date | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_total(self.total, self.answers)
        return self


class AuditC(Part):
    """AUDIT-C: three answers of 0 to 4, or the total."""

    answers: tuple[Annotated[int, Field(strict=True, ge=0, le=4)] | None, ...] | None = Field(
        default=None, min_length=3, max_length=3
    )
    total: Annotated[int, Field(strict=True, ge=0, le=12)] | None = None
    date: Date | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_total(self.total, self.answers)
        return self


class Symptoms(Part):
    """What the person reports and the screens say."""

    gad7: Gad7 | None = None
    phq9: Phq9 | None = None
    isi: Isi | None = None
    audit_c: AuditC | None = None
    pswq: Total | None = None
    ham_a: Total | None = None
    cows: Total | None = None
    sows: Total | None = None
    kratom_dependence_scale: Total | None = None
    duration_months: Annotated[float, Field(strict=True, ge=0, le=1200)] | None = None
    features: Listed[v.WorryFeature] = ()
    features_absent: Listed[v.WorryFeature] = ()
    impairment: v.Impairment | None = None
    difficulty: v.Difficulty | None = None
    impaired_areas: Listed[v.LifeArea] = ()
    days_lost_last_month: Annotated[int, Field(strict=True, ge=0, le=31)] | None = None
    free_text: FreeText | None = None

    @model_validator(mode="after")
    def _disjoint(self) -> Self:
        check_disjoint("features", self.features, "features_absent", self.features_absent)
        return self


class Signs(Part):
    """Danger signs: present, or asked and absent. A sign in neither list was not asked."""

    present: Listed[v.Sign] = ()
    absent: Listed[v.Sign] = ()

    @model_validator(mode="after")
    def _disjoint(self) -> Self:
        check_disjoint("present", self.present, "absent", self.absent)
        return self


# ------------------------------------------------------------------ history, medicines, substances


class Condition(Part):
    """A condition by a known name, or any other name, which is kept and shown as not used."""

    name: Word
    status: v.ConditionStatus = v.ConditionStatus.CURRENT
    note: FreeText | None = None

    @property
    def known(self) -> v.KnownCondition | None:
        """The condition as a known name, or ``None``."""
        try:
            return v.KnownCondition(self.name)
        except ValueError:
            return None


class CaseMedicine(Part):
    """A medicine as taken. An unknown name is kept and shown as not checked."""

    name: Word
    dose_mg: Annotated[float, Field(strict=True, gt=0, le=100_000)] | None = None
    interval_h: Annotated[float, Field(strict=True, gt=0, le=8_760)] | None = None
    times_per_day: Annotated[float, Field(strict=True, gt=0, le=48)] | None = None
    as_needed: Flag | None = None
    route: v.Route | None = None
    since: Date | None = None
    stopped: Date | None = None
    prescribed: Flag | None = None
    planned: Flag | None = None
    reason: Word | None = None

    @model_validator(mode="after")
    def _one_frequency(self) -> Self:
        if self.interval_h is not None and self.times_per_day is not None:
            raise ClashError("interval_h and times_per_day", "one of the two")
        check_order(self.since, self.stopped)
        return self

    @property
    def dosing_interval_h(self) -> float | None:
        """Hours between doses, from whichever way it was given."""
        if self.interval_h is not None:
            return self.interval_h
        return 24.0 / self.times_per_day if self.times_per_day else None


class CaseSubstance(Part):
    """Alcohol, cannabis, caffeine, nicotine, kava, grapefruit and the like."""

    name: Word
    times_per_week: Annotated[float, Field(strict=True, ge=0, le=500)] | None = None
    drinks_per_week: Annotated[float, Field(strict=True, ge=0, le=500)] | None = None
    mg_per_day: Annotated[float, Field(strict=True, ge=0, le=100_000)] | None = None
    last_use_hours_ago: Annotated[float, Field(strict=True, ge=0, le=100_000)] | None = None
    with_kratom: Flag | None = None
    note: FreeText | None = None


# ------------------------------------------------------------------ kratom


class KratomAnalysis(Part):
    """A laboratory's result for this very product or batch."""

    mitragynine_mg_per_g: Annotated[float, Field(strict=True, ge=0, le=1000)] | None = None
    mitragynine_mg_per_unit: Annotated[float, Field(strict=True, ge=0, le=5000)] | None = None
    seven_oh_mg_per_g: Annotated[float, Field(strict=True, ge=0, le=1000)] | None = None
    seven_oh_mg_per_unit: Annotated[float, Field(strict=True, ge=0, le=5000)] | None = None
    laboratory: Word | None = None


class KratomDose(Part):
    """What is taken at one time, in the unit the person uses: exactly one way of saying it."""

    leaf_g: Annotated[float, Field(strict=True, gt=0, le=500)] | None = None
    capsules: Annotated[float, Field(strict=True, gt=0, le=500)] | None = None
    capsule_leaf_mg: Annotated[float, Field(strict=True, gt=0, le=5000)] | None = None
    units: Annotated[float, Field(strict=True, gt=0, le=200)] | None = None
    mitragynine_mg_per_unit: Annotated[float, Field(strict=True, gt=0, le=5000)] | None = None
    seven_oh_mg_per_unit: Annotated[float, Field(strict=True, gt=0, le=5000)] | None = None
    mitragynine_mg: Annotated[float, Field(strict=True, gt=0, le=10_000)] | None = None
    seven_oh_mg: Annotated[float, Field(strict=True, gt=0, le=10_000)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [
            self.leaf_g is not None,
            self.capsules is not None,
            self.units is not None,
            self.mitragynine_mg is not None or self.seven_oh_mg is not None,
        ]
        if sum(ways) != 1:
            raise ClashError(
                f"an amount said in {sum(ways)} ways",
                "one way: leaf_g; capsules (with capsule_leaf_mg if known); units (shots, tablets, "
                "with the mg on the label if known); or the alkaloid in mg",
            )
        if self.capsule_leaf_mg is not None and self.capsules is None:
            raise ClashError("no number of capsules", "capsules beside capsule_leaf_mg", "capsules")
        per_unit = self.mitragynine_mg_per_unit is not None or self.seven_oh_mg_per_unit is not None
        if per_unit and self.units is None:
            raise ClashError("no number of units", "units beside a content per unit", "units")
        return self


class KratomProduct(Part):
    """One product as used."""

    form: v.KratomForm
    label: Word | None = None
    strain: Word | None = None
    dose: KratomDose | None = None
    times_per_day: Annotated[float, Field(strict=True, gt=0, le=48)] | None = None
    days_per_week: Annotated[float, Field(strict=True, gt=0, le=7)] | None = None
    analysis: KratomAnalysis | None = None


class KratomUse(Part):
    """Kratom: never, asking, using or stopped, and everything known about the use."""

    status: v.KratomStatus
    products: Listed[KratomProduct] = ()
    since: Date | None = None
    stopped: Date | None = None
    last_use_hours_ago: Annotated[float, Field(strict=True, ge=0, le=200_000)] | None = None
    reasons: Listed[v.KratomReason] = ()
    between_doses: Listed[v.WithdrawalSign] = ()
    attempts_to_stop: Annotated[int, Field(strict=True, ge=0, le=1000)] | None = None
    cut_down_recently: Flag | None = None
    criteria_met: Listed[v.UseCriterion] = ()
    criteria_absent: Listed[v.UseCriterion] = ()
    side_effects: Listed[v.SideEffect] = ()
    note: FreeText | None = None

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        check_disjoint("criteria_met", self.criteria_met, "criteria_absent", self.criteria_absent)
        if v.WithdrawalSign.NONE in self.between_doses and len(self.between_doses) > 1:
            raise ClashError("none beside other signs", "none alone, or the signs", "between_doses")
        if self.status is v.KratomStatus.NEVER and (
            self.products or self.last_use_hours_ago is not None
        ):
            raise ClashError(
                "never, beside a product or a last use", "asking, using or stopped", "status"
            )
        check_order(self.since, self.stopped)
        return self


# ------------------------------------------------------------------ the rest


class TriedTreatment(Part):
    """A treatment tried before and what came of it."""

    name: Word
    outcome: v.Outcome | None = None
    note: FreeText | None = None


class Preferences(Part):
    """What the person wants, does not want, hopes for and has tried."""

    prefers: Listed[v.TreatmentStyle] = ()
    avoids: Listed[v.TreatmentStyle] = ()
    goals: Listed[Word] = ()
    tried: Listed[TriedTreatment] = ()


class Earlier(Part):
    """Scores from an earlier visit."""

    date: Date
    gad7: Annotated[int, Field(strict=True, ge=0, le=21)] | None = None
    phq9: Annotated[int, Field(strict=True, ge=0, le=27)] | None = None
    isi: Annotated[int, Field(strict=True, ge=0, le=28)] | None = None
    note: Word | None = None


class Lab(Part):
    """A measurement with its unit, and the laboratory's own upper limit where it has one.

    ``below_limit``: the laboratory reports "less than ``value``", its limit of quantification.
    ``limit_of_quantification`` can also stand beside a measured value, in the same unit.
    """

    name: v.LabName
    value: Annotated[float, Field(strict=True, ge=0, le=1_000_000)]
    unit: Unit
    upper_limit: Annotated[float, Field(strict=True, gt=0, le=1_000_000)] | None = None
    date: Date | None = None
    hours_after_dose: Annotated[float, Field(strict=True, ge=0, le=10_000)] | None = None
    below_limit: Flag | None = None
    limit_of_quantification: Annotated[float, Field(strict=True, gt=0, le=1_000_000)] | None = None

    @model_validator(mode="after")
    def _limit_fits(self) -> Self:
        limited = self.below_limit is not None or self.limit_of_quantification is not None
        if limited and self.name not in v.PLASMA_LEVELS:
            field = "limit_of_quantification" if self.below_limit is None else "below_limit"
            raise ClashError(
                f"a limit beside {self.name}",
                f"this field beside {' or '.join(v.PLASMA_LEVELS)} only",
                field,
            )
        check_limit(self.value, self.below_limit, self.limit_of_quantification)
        return self

    @model_validator(mode="after")
    def _unit_fits(self) -> Self:
        accepted = v.LAB_UNITS[self.name]
        if self.unit not in accepted:
            raise ClashError(f"a unit that does not fit {self.name}", " or ".join(accepted), "unit")
        return self


class Case(Part):
    """One person, one place, one date."""

    date: Date
    place: PlaceCode | None = None
    person: Person = Person()
    symptoms: Symptoms = Symptoms()
    signs: Signs = Signs()
    conditions: Listed[Condition] = ()
    medicines: Listed[CaseMedicine] = ()
    substances: Listed[CaseSubstance] = ()
    kratom: KratomUse | None = None
    preferences: Preferences = Preferences()
    earlier: Listed[Earlier] = ()
    labs: Listed[Lab] = ()

    @model_validator(mode="after")
    def _in_time(self) -> Self:
        dated: list[tuple[str, dt.date | None]] = [
            *((f"earlier[{i}].date", e.date) for i, e in enumerate(self.earlier)),
            *((f"labs[{i}].date", lab.date) for i, lab in enumerate(self.labs)),
        ]
        if self.kratom:
            dated += [("kratom.since", self.kratom.since), ("kratom.stopped", self.kratom.stopped)]
        for field, date in dated:
            if date and date > self.date:
                raise ClashError(
                    f"{date}, after the date of the case ({self.date})",
                    "a date on or before the date of the case",
                    field,
                )
        return self

    def has(self, condition: v.KnownCondition, *statuses: v.ConditionStatus) -> bool:
        """Whether a condition is on record with one of the statuses (default: current or past)."""
        wanted = statuses or (v.ConditionStatus.CURRENT, v.ConditionStatus.PAST)
        return any(c.known is condition and c.status in wanted for c in self.conditions)

    def lab(self, name: v.LabName) -> Lab | None:
        """The newest measurement of that name; undated ones count as oldest."""
        found = [lab for lab in self.labs if lab.name is name]
        return max(found, key=lambda lab: lab.date or dt.date.min, default=None)

    @property
    def uses_kratom_now(self) -> bool:
        """True when current use is on record."""
        return self.kratom is not None and self.kratom.status is v.KratomStatus.USING
