"""The shape of a case.

Every field may be absent except the date: an absent field means "not known", never "normal".
Units stand in the field names. Numbers must be numbers: ``yes``, ``"3"`` and ``3.0`` are not
answers to an item scored 0 to 3.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from speciosa.case import vocabulary as v

Flag = Annotated[bool, Field(strict=True)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
FreeText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]

PLACE_PATTERN = r"^[A-Z]{2}(-[A-Z0-9]{1,3})?(/[a-z0-9]+(-[a-z0-9]+)*)?$"
PlaceCode = Annotated[str, StringConstraints(pattern=PLACE_PATTERN)]


class Part(BaseModel):
    """A frozen piece of a case that refuses fields it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


# ------------------------------------------------------------------ the person


class Genotype(Part):
    """A drug-metabolism gene as reported: diplotype, phenotype or both."""

    diplotype: Word | None = None
    phenotype: v.Phenotype | None = None


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


# ------------------------------------------------------------------ instruments


class Total(Part):
    """An instrument known only by its total."""

    total: Annotated[int, Field(strict=True, ge=0, le=200)]
    date: dt.date | None = None


def _check_total(total: int | None, answers: tuple[int | None, ...] | None) -> None:
    if total is None and answers is None:
        raise ValueError("give the answers, the total, or both")
    if total is None or answers is None:
        return
    if None in answers:
        raise ValueError("give a total or incomplete answers, not both")
    if total != sum(a for a in answers if a is not None):
        raise ValueError(f"the total is {total} but the answers add up to another number")


class Gad7(Part):
    """GAD-7: seven answers of 0 to 3 (``null`` where not answered), or the total."""

    answers: tuple[Annotated[int, Field(strict=True, ge=0, le=3)] | None, ...] | None = Field(
        default=None, min_length=7, max_length=7
    )
    total: Annotated[int, Field(strict=True, ge=0, le=21)] | None = None
    date: dt.date | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _check_total(self.total, self.answers)
        return self


class Phq9(Part):
    """PHQ-9: nine answers of 0 to 3, or the total; item 9 can be given beside a total."""

    answers: tuple[Annotated[int, Field(strict=True, ge=0, le=3)] | None, ...] | None = Field(
        default=None, min_length=9, max_length=9
    )
    total: Annotated[int, Field(strict=True, ge=0, le=27)] | None = None
    item9: Annotated[int, Field(strict=True, ge=0, le=3)] | None = None
    date: dt.date | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.total is None and self.answers is None:
            if self.item9 is None:
                raise ValueError("give the answers, the total, or item9")
            return self
        _check_total(self.total, self.answers)
        if self.item9 is not None and self.answers is not None and self.answers[8] != self.item9:
            raise ValueError("item9 differs from the ninth answer")
        if self.item9 is not None and self.total is not None and self.item9 > self.total:
            raise ValueError("item9 is larger than the total")
        return self

    @property
    def suicidality_item(self) -> int | None:
        """Item 9 as answered, or ``None`` when it was not; never imputed."""
        if self.item9 is not None:
            return self.item9
        return self.answers[8] if self.answers is not None else None


class Isi(Part):
    """Insomnia Severity Index: seven answers of 0 to 4, or the total."""

    answers: tuple[Annotated[int, Field(strict=True, ge=0, le=4)] | None, ...] | None = Field(
        default=None, min_length=7, max_length=7
    )
    total: Annotated[int, Field(strict=True, ge=0, le=28)] | None = None
    date: dt.date | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _check_total(self.total, self.answers)
        return self


class AuditC(Part):
    """AUDIT-C: three answers of 0 to 4, or the total."""

    answers: tuple[Annotated[int, Field(strict=True, ge=0, le=4)] | None, ...] | None = Field(
        default=None, min_length=3, max_length=3
    )
    total: Annotated[int, Field(strict=True, ge=0, le=12)] | None = None
    date: dt.date | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _check_total(self.total, self.answers)
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
    features: tuple[v.WorryFeature, ...] = ()
    features_absent: tuple[v.WorryFeature, ...] = ()
    impairment: v.Impairment | None = None
    difficulty: v.Difficulty | None = None
    impaired_areas: tuple[v.LifeArea, ...] = ()
    days_lost_last_month: Annotated[int, Field(strict=True, ge=0, le=31)] | None = None
    free_text: FreeText | None = None

    @model_validator(mode="after")
    def _disjoint(self) -> Self:
        both = set(self.features) & set(self.features_absent)
        if both:
            raise ValueError(f"listed as present and as absent: {', '.join(sorted(both))}")
        return self


class Signs(Part):
    """Danger signs: present, or asked and absent. A sign in neither list was not asked."""

    present: tuple[v.Sign, ...] = ()
    absent: tuple[v.Sign, ...] = ()

    @model_validator(mode="after")
    def _disjoint(self) -> Self:
        both = set(self.present) & set(self.absent)
        if both:
            raise ValueError(f"listed as present and as absent: {', '.join(sorted(both))}")
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
    since: dt.date | None = None
    stopped: dt.date | None = None
    prescribed: Flag | None = None
    planned: Flag | None = None
    reason: Word | None = None

    @model_validator(mode="after")
    def _one_frequency(self) -> Self:
        if self.interval_h is not None and self.times_per_day is not None:
            raise ValueError("give interval_h or times_per_day, not both")
        if self.since and self.stopped and self.stopped < self.since:
            raise ValueError("stopped lies before since")
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
            raise ValueError(
                "say the amount in one way: leaf_g; capsules (with capsule_leaf_mg if known); "
                "units (shots, tablets, with the mg on the label if known); or the alkaloid in mg"
            )
        if self.capsule_leaf_mg is not None and self.capsules is None:
            raise ValueError("capsule_leaf_mg needs capsules")
        per_unit = self.mitragynine_mg_per_unit is not None or self.seven_oh_mg_per_unit is not None
        if per_unit and self.units is None:
            raise ValueError("a content per unit needs units")
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
    products: tuple[KratomProduct, ...] = ()
    since: dt.date | None = None
    stopped: dt.date | None = None
    last_use_hours_ago: Annotated[float, Field(strict=True, ge=0, le=200_000)] | None = None
    reasons: tuple[v.KratomReason, ...] = ()
    between_doses: tuple[v.WithdrawalSign, ...] = ()
    attempts_to_stop: Annotated[int, Field(strict=True, ge=0, le=1000)] | None = None
    cut_down_recently: Flag | None = None
    criteria_met: tuple[v.UseCriterion, ...] = ()
    criteria_absent: tuple[v.UseCriterion, ...] = ()
    side_effects: tuple[v.SideEffect, ...] = ()
    note: FreeText | None = None

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        both = set(self.criteria_met) & set(self.criteria_absent)
        if both:
            raise ValueError(f"listed as met and as absent: {', '.join(sorted(both))}")
        if v.WithdrawalSign.NONE in self.between_doses and len(self.between_doses) > 1:
            raise ValueError("between_doses says none and something")
        if self.status is v.KratomStatus.NEVER and (self.products or self.last_use_hours_ago):
            raise ValueError("status is never, but a product or a last use is given")
        if self.since and self.stopped and self.stopped < self.since:
            raise ValueError("stopped lies before since")
        return self


# ------------------------------------------------------------------ the rest


class TriedTreatment(Part):
    """A treatment tried before and what came of it."""

    name: Word
    outcome: v.Outcome | None = None
    note: FreeText | None = None


class Preferences(Part):
    """What the person wants, does not want, hopes for and has tried."""

    prefers: tuple[v.TreatmentStyle, ...] = ()
    avoids: tuple[v.TreatmentStyle, ...] = ()
    goals: tuple[Word, ...] = ()
    tried: tuple[TriedTreatment, ...] = ()


class Earlier(Part):
    """Scores from an earlier visit."""

    date: dt.date
    gad7: Annotated[int, Field(strict=True, ge=0, le=21)] | None = None
    phq9: Annotated[int, Field(strict=True, ge=0, le=27)] | None = None
    isi: Annotated[int, Field(strict=True, ge=0, le=28)] | None = None
    note: Word | None = None


class Lab(Part):
    """A measurement with its unit, and the laboratory's own upper limit where it has one."""

    name: v.LabName
    value: Annotated[float, Field(strict=True, ge=0, le=1_000_000)]
    unit: str
    upper_limit: Annotated[float, Field(strict=True, gt=0, le=1_000_000)] | None = None
    date: dt.date | None = None
    hours_after_dose: Annotated[float, Field(strict=True, ge=0, le=10_000)] | None = None

    @model_validator(mode="after")
    def _unit_fits(self) -> Self:
        accepted = v.LAB_UNITS[self.name]
        if self.unit not in accepted:
            raise ValueError(
                f"unit {self.unit!r} does not fit {self.name}: {' or '.join(accepted)}"
            )
        return self


class Case(Part):
    """One person, one place, one date."""

    date: dt.date
    place: PlaceCode | None = None
    person: Person = Person()
    symptoms: Symptoms = Symptoms()
    signs: Signs = Signs()
    conditions: tuple[Condition, ...] = ()
    medicines: tuple[CaseMedicine, ...] = ()
    substances: tuple[CaseSubstance, ...] = ()
    kratom: KratomUse | None = None
    preferences: Preferences = Preferences()
    earlier: tuple[Earlier, ...] = ()
    labs: tuple[Lab, ...] = ()

    @model_validator(mode="after")
    def _in_time(self) -> Self:
        late = [e.date.isoformat() for e in self.earlier if e.date > self.date]
        if late:
            raise ValueError(f"earlier scores lie after the date of the case: {', '.join(late)}")
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
