"""What a designer may write into a design file. Unknown fields are refused."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from speciosa.case.parts import ClashError, Flag, Part, Word

Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)]
Share = Annotated[float, Field(ge=0, le=0.9)]
Probability = Annotated[float, Field(ge=0, le=1)]
Correlation = Annotated[float, Field(ge=0, le=0.99)]
Points = Annotated[float, Field(ge=-56, le=56)]
Spread = Annotated[float, Field(gt=0, le=56)]
Weeks = Annotated[float, Field(gt=0, le=520)]
Slope = Annotated[float, Field(ge=-5, le=5)]
MAX_SUBJECTS, MAX_TRIALS, MAX_SEED = 5_000, 200_000, 2**53
GAD_7_RANGE = 21
_LEAST_IN_ARM = 3


class Kind(StrEnum):
    """Who gets what, and what is compared."""

    PARALLEL = "parallel"
    CROSSOVER = "crossover"
    N_OF_1 = "n_of_1"
    DOSE_RANGING = "dose_ranging"
    NON_INFERIORITY = "non_inferiority"
    ADD_ON = "add_on"


class Scale(StrEnum):
    """The outcome."""

    HAM_A = "HAM-A"
    GAD_7 = "GAD-7"


class Option(StrEnum):
    """What is studied. ``kratom`` covers leaf, extracts, mitragynine and 7-OH."""

    KRATOM = "kratom"
    MEDICINE = "medicine"
    HERBAL = "herbal"
    PSYCHOTHERAPY = "psychotherapy"
    EXERCISE = "exercise"
    LIFESTYLE = "lifestyle"
    OTHER = "other"


class Comparator(StrEnum):
    """What it is compared with."""

    PLACEBO = "placebo"
    ACTIVE = "active"
    USUAL_CARE = "usual_care"
    WAITING_LIST = "waiting_list"


class Structure(StrEnum):
    """How scores of one person at several visits go together."""

    AR1 = "ar1"
    COMPOUND = "cs"
    RANDOM_SLOPE = "random_slope"
    UNSTRUCTURED = "un"


class Strategy(StrEnum):
    """How the estimand meets the stopping of treatment (ICH E9(R1))."""

    HYPOTHETICAL = "hypothetical"
    TREATMENT_POLICY = "treatment_policy"


class Method(StrEnum):
    """The primary analysis. Crossover, n-of-1 and dose-ranging designs bring their own."""

    MMRM = "mmrm"
    ANCOVA = "ancova"


class Spending(StrEnum):
    """How the type I error is spent over looks."""

    OBRIEN_FLEMING = "obrien_fleming"
    POCOCK = "pocock"


class Futility(StrEnum):
    """How a trial that is not worth going on with is recognised; never binding."""

    BETA_OBRIEN_FLEMING = "beta_obrien_fleming"
    BETA_POCOCK = "beta_pocock"
    CONDITIONAL_POWER = "conditional_power"


class Reference(StrEnum):
    """Reference-based imputation: what those who left are assumed to have followed."""

    J2R = "j2r"
    CR = "cr"
    CIR = "cir"


class Treatment(Part):
    """What is studied. ``dose_words`` is repeated in the output as given, never assessed."""

    name: Word
    kind: Option
    dose_words: Words = ""


class Control(Part):
    """What it is compared with."""

    name: Word = "placebo"
    kind: Comparator = Comparator.PLACEBO


class Dose(Part):
    """One arm of a dose-ranging trial: a name, where it lies from 0 to 1, its true difference.

    ``position`` orders the arms (1 for the highest). It is no amount: amounts are set by the
    investigators.
    """

    name: Word
    position: Annotated[float, Field(gt=0, le=1)]
    difference: Points


class Effect(Part):
    """The true difference from control in points at the last visit; negative is better.

    ``low`` and ``high`` are a 95 % range around it, from which assurance is computed.
    """

    difference: Points | None = None
    low: Points | None = None
    high: Points | None = None
    half_time_weeks: Weeks | None = None
    spread_between_people: Annotated[float, Field(ge=0, le=28)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.low is None) != (self.high is None):
            raise ClashError("one end of a range", "both low and high, or neither", "low")
        if self.low is not None and self.high is not None:
            if self.low >= self.high:
                raise ClashError(f"{self.low:g} to {self.high:g}", "low below high", "low")
            if self.difference is None or not self.low < self.difference < self.high:
                given = f"{self.low:g} to {self.high:g}"
                raise ClashError(given, "a range around a difference that is given", "low")
        return self


class Course(Part):
    """Scores at entry and without the treatment."""

    entry_score: Annotated[float, Field(ge=0, le=56)] | None = None
    baseline_mean: Annotated[float, Field(gt=0, le=56)] | None = None
    baseline_sd: Spread | None = None
    control_change: Points | None = None
    control_half_time_weeks: Weeks | None = None
    change_sd: Spread | None = None
    pre_post_correlation: Correlation | None = None
    first_visit_sd_share: Annotated[float, Field(ge=0.2, le=2)] | None = None
    whole_points: Flag = True
    bounded: Flag = True


class Covariance(Part):
    """Residuals of one person over visits, given the baseline.

    ``correlation`` is that of visits ``per_weeks`` apart for ar1, of any two visits for cs, and
    of the first and last visit for random_slope. ``matrix`` is the correlation matrix for un.
    """

    structure: Structure = Structure.AR1
    correlation: Correlation | None = None
    per_weeks: Weeks | None = None
    matrix: (
        Annotated[
            tuple[
                Annotated[tuple[Annotated[float, Field(ge=-1, le=1)], ...], Field(max_length=30)],
                ...,
            ],
            Field(max_length=30),
        ]
        | None
    ) = None

    @model_validator(mode="after")
    def _has_matrix(self) -> Self:
        if (self.matrix is not None) != (self.structure is Structure.UNSTRUCTURED):
            raise ClashError(
                "structure and matrix that do not fit", "a matrix for un, and only then", "matrix"
            )
        matrix = self.matrix or ()
        square = all(len(row) == len(matrix) for row in matrix)
        mirrored = square and all(
            row == tuple(r[i] for r in matrix) for i, row in enumerate(matrix)
        )
        if square and not (mirrored and all(row[i] == 1 for i, row in enumerate(matrix))):
            raise ClashError(
                "another matrix", "1 on the diagonal, the same on both sides", "matrix"
            )
        return self


class Leaving(Part):
    """Shares who have given up the treatment by the last visit, and why.

    The shares ``at_random``, ``observed`` (depends on the last score seen, MAR), ``unobserved``
    (depends on the score that is not seen, MNAR) and ``adverse`` (an adverse event) of all who
    stop add up to 1.
    """

    control: Share | None = None
    treatment: Share | None = None
    at_random: Probability | None = None
    observed: Probability | None = None
    unobserved: Probability | None = None
    adverse: Probability | None = None
    slope_per_sd: Slope | None = None
    adverse_half_time_weeks: Weeks | None = None
    followed_after_stopping: Probability | None = None
    effect_lost_half_time_weeks: Weeks | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        parts = (self.at_random, self.observed, self.unobserved, self.adverse)
        given = [part for part in parts if part is not None]
        if given and (len(given) < len(parts) or abs(sum(given) - 1) > 1e-6):
            raise ClashError(
                "shares that do not add up to 1",
                "at_random, observed, unobserved and adverse together, adding up to 1",
                "at_random",
            )
        return self


class Blinding(Part):
    """Who believes to be on the treatment, and what that belief does to the score."""

    believe_active_on_treatment: Probability | None = None
    believe_active_on_control: Probability | None = None
    expectancy_points: Points | None = None


class Withdrawal(Part):
    """People who used kratom, stop for the trial, and are anxious because they stopped.

    ``newly_dependent_share`` of all others are anxious when they stop the kratom of the trial.
    """

    share_of_users: Probability | None = None
    points: Annotated[float, Field(ge=0, le=28)] | None = None
    half_time_weeks: Weeks | None = None
    washout_weeks: Annotated[float, Field(ge=0, le=52)] | None = None
    relieved_share: Probability | None = None
    newly_dependent_share: Probability | None = None


class Interim(Part):
    """Looks at the data before the end, as shares of those randomised; the end is 1.

    ``futility`` spends the type II error (1 less the target power) over the looks, or stops where
    the power that is left, given the planned difference, falls under ``conditional_power``.
    """

    fractions: Annotated[
        tuple[Annotated[float, Field(gt=0.05, le=1)], ...], Field(min_length=2, max_length=6)
    ]
    spending: Spending = Spending.OBRIEN_FLEMING
    futility: Futility | None = None
    conditional_power: Annotated[float, Field(gt=0, lt=0.9)] | None = None

    @model_validator(mode="after")
    def _rise(self) -> Self:
        if list(self.fractions) != sorted(set(self.fractions)) or self.fractions[-1] != 1:
            raise ClashError(
                "fractions out of order", "fractions that rise and end with 1", "fractions"
            )
        by_power = self.futility is Futility.CONDITIONAL_POWER
        if self.conditional_power is not None and not by_power:
            raise ClashError("a value", "one with futility: conditional_power", "conditional_power")
        return self


class Periods(Part):
    """Crossover and n-of-1 trials: how many periods, how long, what is carried over."""

    count: Annotated[int, Field(ge=2, le=12)] = 2
    weeks: Weeks = 4
    carry_over_share: Probability | None = None
    drift_points: Points | None = None
    within_person_correlation: Correlation | None = None


class Analysis(Part):
    """The primary analysis, its error, and the sensitivity analyses."""

    method: Method = Method.MMRM
    alpha: Annotated[float, Field(gt=0, le=0.2)] = 0.05
    strategy: Strategy = Strategy.HYPOTHETICAL
    reference_based: Annotated[tuple[Reference, ...], Field(max_length=3)] = ()
    imputations: Annotated[int, Field(ge=2, le=100)] = 10


class Simulation(Part):
    """How much is simulated. ``trials`` for the operating characteristics of each scenario."""

    trials: Annotated[int, Field(ge=50, le=MAX_TRIALS)] = 2_000
    seed: Annotated[int, Field(ge=0, le=MAX_SEED)] = 20_260
    scenarios: Flag = True
    sample_size: Flag = True


class Design(Part):
    """A trial as its designer describes it. What is left out comes from the base, and is listed."""

    title: Word
    design: Kind
    scale: Scale = Scale.HAM_A
    treatment: Treatment
    control: Control = Control()
    background: Words = ""
    visits_weeks: Annotated[tuple[Weeks, ...], Field(min_length=1, max_length=30)] = (1, 2, 4, 6, 8)
    subjects: Annotated[int, Field(ge=8, le=MAX_SUBJECTS)]
    ratio: Annotated[float, Field(ge=0.2, le=5)] = 1
    target_power: Annotated[float, Field(ge=0.5, le=0.99)] = 0.9
    margin: Annotated[float, Field(gt=0, le=28)] | None = None
    doses: Annotated[tuple[Dose, ...], Field(max_length=6)] = ()
    effect: Effect = Effect()
    course: Course = Course()
    covariance: Covariance = Covariance()
    leaving: Leaving = Leaving()
    blinding: Blinding = Blinding()
    withdrawal: Withdrawal = Withdrawal()
    periods: Periods | None = None
    interim: Interim | None = None
    analysis: Analysis = Analysis()
    simulation: Simulation = Simulation()

    @property
    def in_periods(self) -> bool:
        """Whether every person gets both treatments, one after the other."""
        return self.design in {Kind.CROSSOVER, Kind.N_OF_1}

    @model_validator(mode="after")
    def _fits(self) -> Self:
        self._has_its_fields()
        weeks = self.visits_weeks
        if list(weeks) != sorted(set(weeks)):
            raise ClashError("visits out of order", "weeks that rise", "visits_weeks")
        matrix = self.covariance.matrix
        if matrix is not None and {len(matrix), *map(len, matrix)} != {len(weeks)}:
            raise ClashError(
                f"a matrix that is not {len(weeks)} by {len(weeks)}",
                "one row and one column a visit",
                "covariance.matrix",
            )
        if self.design is Kind.N_OF_1 and self.periods is not None and self.periods.count % 2:
            raise ClashError("an odd number of periods", "pairs of periods", "periods.count")
        self._has_no_idle_fields()
        self._has_people_at_looks()
        return self

    def _has_no_idle_fields(self) -> None:
        """Refuse what this design would not use, so that nothing written is passed over."""
        given = self.model_fields_set
        analysis, effect = self.analysis.model_fields_set, self.effect.model_fields_set
        own = self.in_periods or self.design is Kind.DOSE_RANGING
        ends = self._ends_of_periods()
        idle = {
            "analysis.method": own
            and "method" in analysis
            and (self.in_periods or self.analysis.method is Method.MMRM),
            "visits_weeks": self.in_periods
            and "visits_weeks" in given
            and tuple(self.visits_weeks) != ends,
            "ratio": own and self.ratio != 1,
            "covariance": self.in_periods and "covariance" in given,
            "analysis.strategy": self.in_periods
            and self.analysis.strategy is Strategy.TREATMENT_POLICY,
            "analysis.reference_based": self.in_periods and bool(self.analysis.reference_based),
            **self._idle_over_visits(),
            **self._idle_parts(),
            "effect.difference": bool(self.doses) and "difference" in effect,
            "effect.low": bool(self.doses) and "low" in effect,
            "withdrawal": self.treatment.kind is not Option.KRATOM
            and bool(self.withdrawal.model_fields_set),
        }
        for field, wrong in idle.items():
            if wrong:
                what = "treatment" if field == "withdrawal" else "design"
                kind = self.treatment.kind if field == "withdrawal" else self.design
                raise ClashError(
                    "a value that would not be used", f"none, for a {kind} {what}", field
                )

    def _idle_over_visits(self) -> dict[str, bool]:
        """Fields of a course over visits, where there are none or only one."""
        course = self.course.model_fields_set
        return {
            "course.first_visit_sd_share": "first_visit_sd_share" in course
            and (self.in_periods or len(self.visits_weeks) < 2),
            "course.control_half_time_weeks": "control_half_time_weeks" in course
            and self.in_periods,
            "effect.half_time_weeks": "half_time_weeks" in self.effect.model_fields_set
            and self.in_periods,
        }

    def _idle_parts(self) -> dict[str, bool]:
        """Fields that another field of the design makes idle."""
        covariance, leaving = self.covariance.model_fields_set, self.leaving.model_fields_set
        policy = self.analysis.strategy is Strategy.TREATMENT_POLICY
        return {
            "covariance.per_weeks": "per_weeks" in covariance
            and self.covariance.structure is not Structure.AR1,
            "covariance.correlation": "correlation" in covariance
            and self.covariance.structure is Structure.UNSTRUCTURED,
            "analysis.imputations": "imputations" in self.analysis.model_fields_set
            and not self.analysis.reference_based,
            "leaving.followed_after_stopping": "followed_after_stopping" in leaving and not policy,
            "leaving.effect_lost_half_time_weeks": "effect_lost_half_time_weeks" in leaving
            and not policy,
        }

    def _ends_of_periods(self) -> tuple[float, ...]:
        if self.periods is None:
            return ()
        return tuple(self.periods.weeks * (i + 1) for i in range(self.periods.count))

    def _has_people_at_looks(self) -> None:
        """Every look needs some people in each arm, and more than the look before."""
        if self.interim is None:
            return
        share, before = self.ratio / (1 + self.ratio), 0.0
        least = (1 - 1e-9) / self.subjects
        for fraction in self.interim.fractions:
            count = math.ceil(fraction * self.subjects - 1e-9)
            treated = math.floor(count * share + 1e-9)
            if min(treated, count - treated) < _LEAST_IN_ARM or fraction - before < least:
                given = f"{count} people at the look at {fraction:g}"
                accepted = f"at least {_LEAST_IN_ARM} in each arm, and more than at the look before"
                raise ClashError(given, accepted, "interim.fractions")
            before = fraction

    def _has_its_fields(self) -> None:
        needs = {
            "margin": (self.margin is not None, self.design is Kind.NON_INFERIORITY),
            "doses": (bool(self.doses), self.design is Kind.DOSE_RANGING),
            "periods": (self.periods is not None, self.in_periods),
            "background": (bool(self.background), self.design is Kind.ADD_ON),
        }
        for field, (given, needed) in needs.items():
            if needed and not given:
                raise ClashError("nothing", f"{field}, which a {self.design} design needs", field)
            if given and not needed and field != "background":
                raise ClashError("a value", f"no {field} in a {self.design} design", field)
        if self.interim is not None and (self.in_periods or self.design is Kind.DOSE_RANGING):
            raise ClashError("looks", f"no interim in a {self.design} design", "interim")
        if self.design is Kind.NON_INFERIORITY and self.control.kind is not Comparator.ACTIVE:
            raise ClashError(
                self.control.kind.value, "active, in a non_inferiority design", "control.kind"
            )
        told = (self.effect.difference, self.effect.low, self.effect.high)
        for points in (*told, *(dose.difference for dose in self.doses)):
            if self.scale is Scale.GAD_7 and abs(points or 0.0) > GAD_7_RANGE:
                field = "doses" if self.doses else "effect"
                raise ClashError(f"{points:g}", "points that the GAD-7 has", field)
        names = [dose.name.casefold() for dose in self.doses]
        if len(set(names)) < len(names):
            raise ClashError("two doses of one name", "a name of its own for each", "doses")
        positions = [dose.position for dose in self.doses]
        if positions != sorted(set(positions)):
            raise ClashError("doses out of order", "positions that rise", "doses")
