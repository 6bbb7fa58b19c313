"""Power by formula, where one exists: what the simulation is held against."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.special import stdtrit
from scipy.stats import nct

from speciosa.evidence.trials import sequential
from speciosa.evidence.trials.design.document import Design, Kind
from speciosa.evidence.trials.generate.model import Model
from speciosa.evidence.trials.operating.looks import boundaries_of
from speciosa.evidence.trials.result import ClosedForm

_MOST = 200_000


def two_group_power(
    n_control: float, n_treated: float, apart: float, sd: float, alpha: float
) -> float:
    """Power of a one-sided t-test at ``alpha`` for two groups; ``apart`` in the good direction."""
    df = n_control + n_treated - 2.0
    shift = apart / (sd * math.sqrt(1.0 / n_control + 1.0 / n_treated))
    return _beyond(shift, df, alpha)


def paired_power(pairs: float, apart: float, sd_of_difference: float, alpha: float) -> float:
    """Power of a one-sided crossover t-test, two sequences, allowing for period."""
    return _beyond(apart * math.sqrt(pairs) / sd_of_difference, pairs - 2.0, alpha)


def _beyond(shift: float, df: float, alpha: float) -> float:
    if df < 1:
        return 0.0
    return float(nct.sf(stdtrit(df, 1.0 - alpha), df, shift))


def closed_forms(design: Design, model: Model) -> tuple[ClosedForm, ...]:
    """Formulas that fit the design, with the number of people each would ask for."""
    one_sided = design.analysis.alpha / 2.0
    apart = (design.margin or 0.0) - float(model.effect[-1, -1])
    if apart <= 0:
        return ()
    residual = math.sqrt(float((model.mixing[-1] ** 2).sum()))
    plain = "complete normal scores with no ends of the scale, nobody lost"
    if design.doses:
        plain += "; the highest dose alone against control"
    if design.design is Kind.CROSSOVER and len(model.weeks) == 2:
        within = float(model.mixing[1, 1] ** 2 + (model.mixing[1, 0] - model.mixing[0, 0]) ** 2)
        sd = math.sqrt(within)
        return (
            _form("Crossover t-test (two periods)", design, plain + ", no carry-over",
                  lambda n: paired_power(n, apart, sd, one_sided)),
        )  # fmt: skip
    if design.in_periods:
        return ()
    share = 1.0 / model.arms if model.alternation else model.treated_share
    control = 1.0 / model.arms if model.alternation else 1.0 - model.treated_share
    steep = float(model.slope[-1])
    changed = math.sqrt(residual**2 + ((steep - 1.0) * model.entry.enrolled_sd) ** 2)
    last = math.sqrt(residual**2 + (steep * model.entry.enrolled_sd) ** 2)
    stay = 1.0 - float(_left(model, share))

    def grouped(sd: float, kept: float = 1.0) -> Callable[[float], float]:
        return lambda n: two_group_power(n * control * kept, n * share * kept, apart, sd, one_sided)

    if design.interim is not None:

        def drift(kept: float) -> Callable[[float], float]:
            unit = residual * math.sqrt(1.0 / (control * kept) + 1.0 / (share * kept))
            return lambda n: apart * math.sqrt(n) / unit

        return (
            _form("ANCOVA without looks", design, plain, grouped(residual)),
            _sequential("Group-sequential ANCOVA", design, plain + ", known SD", drift(1.0)),
            _sequential(
                "Group-sequential ANCOVA of those who stay",
                design,
                "normal scores with no ends of the scale, leaving at random, known SD",
                drift(stay),
            ),
        )
    return (
        _form("t-test of the last score", design, plain, grouped(last)),
        _form("t-test of the change", design, plain, grouped(changed)),
        _form("ANCOVA", design, plain, grouped(residual)),
        _form(
            "ANCOVA of those who stay",
            design,
            "normal scores with no ends of the scale, leaving at random",
            grouped(residual, stay),
        ),
    )


def _sequential(
    name: str, design: Design, granted: str, drift: Callable[[float], float]
) -> ClosedForm:
    """Boundaries of the design under the drift that each number of people gives."""
    plan = boundaries_of(design)
    found = sequential.operating(plan, drift(design.subjects))
    last = len(plan.fractions) - 1
    return ClosedForm(
        name=name,
        power=found.power,
        subjects_for_target=_needed(
            lambda n: sequential.operating(plan, drift(n)).power, design.target_power
        ),
        takes_for_granted=granted,
        stops_for_benefit=found.stop_for_benefit,
        stops_for_futility=tuple(
            chance if look < last else 0.0 for look, chance in enumerate(found.stop_for_futility)
        ),
        expected_subjects=found.expected_fraction * design.subjects,
    )


def _left(model: Model, share: float) -> float:
    parts = model.leaving
    total = parts.at_random + parts.observed + parts.unobserved + parts.adverse
    here = (1.0 - total).prod(axis=1)
    return 1.0 - float((1.0 - share) * here[0] + share * here[1])


def _form(name: str, design: Design, granted: str, power: Callable[[float], float]) -> ClosedForm:
    return ClosedForm(
        name=name,
        power=power(design.subjects),
        subjects_for_target=_needed(power, design.target_power),
        takes_for_granted=granted,
    )


def _needed(power: Callable[[float], float], target: float) -> int:
    """The smallest number of people with that power, by halving."""
    low, high = 4, _MOST
    if power(high) < target:
        return _MOST
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power(middle) >= target else (middle, high)
    return high
