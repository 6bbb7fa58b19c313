"""Kratom beside another medicine, simulated in full and by the shortcut of the product."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from calibration.figures import Array
from speciosa.case import parse_case
from speciosa.engine import Bolus, read_model, simulate
from speciosa.knowledge import Knowledge
from speciosa.pharmacology import exposure
from speciosa.pharmacology.exposure.samples import ExposureSamples
from speciosa.pharmacology.exposure.virtual.bodies import bodies
from speciosa.pharmacology.exposure.virtual.levels import last_day
from speciosa.pharmacology.exposure.virtual.people import STRUCTURES
from speciosa.pharmacology.exposure.virtual.schedule import Dose, Schedule
from speciosa.pharmacology.exposure.virtual.structures import (
    MITRAGYNINE,
    SEVEN_OH,
    TURNOVER,
    run,
)
from speciosa.pharmacology.interactions.kratom.course import gut_met, mean_over_day

_DAY_H = 24.0
_PER_DAY = 145
_FOLLOWED_DAYS = 4
_UMOL_PER_MG = 1e3
_VICTIM_UMOL = 10.0
_MIXED = 4000


class Pattern(NamedTuple):
    """A way of use: mg of mitragynine at these hours, for so many days."""

    name: str
    mg: float
    hours: tuple[float, ...]
    days: int


TEA = Pattern("the studied tea", 39.0, (0.0,), 1)
TWICE = Pattern("20 mg twice a day, day 15", 20.0, (0.0, 8.0), 15)
HEAVY = Pattern("60 mg four times a day, day 15", 60.0, (0.0, 4.0, 8.0, 12.0), 15)


class Shortcut(NamedTuple):
    """Ratios of a medicine taken with the first dose of the last day: full, and by the shortcut."""

    full: Array
    short: Array
    half_life: Array


def shortcut(knowledge: Knowledge, pattern: Pattern, f_gut: float, people: int = 60) -> Shortcut:
    """Midazolam's fragment with another gut availability, beside a pattern of use."""
    models = knowledge.models
    model = read_model(models.text(TURNOVER), models.text("victim"))
    made = _bodies(knowledge, TURNOVER, people)
    victim = {p.name: p.prior.median for p in models.victims["midazolam"].parameters}
    flow = knowledge.fact("ddi/physiology/Qent_L_per_h").number
    victim["CLzg"] = flow * (1.0 / f_gut - 1.0)
    parameters = {**made, **{name: np.array(value) for name, value in victim.items()}}
    last = _DAY_H * (pattern.days - 1)
    day = np.linspace(0.0, _DAY_H, _PER_DAY)
    after = np.concatenate((np.linspace(0.0, 6.0, 121), np.linspace(6.0, 96.0, 181)[1:]))
    times: Array = np.unique(np.round(np.concatenate((last + day, last + after)), 9))
    days = range(pattern.days + _FOLLOWED_DAYS) if pattern.days > 1 else range(1)
    umol = pattern.mg * _UMOL_PER_MG / knowledge.fact("kratom/pk_mg_mw").number
    curves = []
    for amount in (0.0, umol):
        doses = [Bolus(_DAY_H * d + hour, "D", amount) for d in days for hour in pattern.hours]
        doses.append(Bolus(last, "ZD", _VICTIM_UMOL))
        found = simulate(model, parameters, doses, times, ("Cz", "Ef", "EL"), rtol=1e-5, atol=1e-8)
        assert found.values is not None  # noqa: S101 - curves were asked for
        curves.append(found.values)
    without, beside = curves
    areas = [np.trapezoid(c[:, :, 0], times, axis=1) for c in curves]
    on_day = np.isin(times, np.round(last + day, 9))
    met = gut_met(
        beside[:, on_day, 1], day, np.full(people, victim["kaz"]), repeating=pattern.days > 1
    ).with_first
    share = victim["fz3"]
    liver = share * mean_over_day(beside[:, on_day, 2], day) + 1.0 - share
    tail = (times >= last + 4.0) & (times <= last + 12.0)
    return Shortcut(
        np.asarray(areas[1] / areas[0]),
        1.0 / (met * (1.0 - f_gut) + f_gut) / liver,
        _half_life(beside[:, tail, 0], times[tail]) / _half_life(without[:, tail, 0], times[tail]),
    )


def _half_life(curve: Array, times: Array) -> Array:
    """From the slope of the logarithm; ln 2 cancels in a ratio."""
    centred = times - times.mean()
    return np.asarray(-(centred**2).sum() / (np.log(curve) * centred).sum(axis=1))


def _bodies(knowledge: Knowledge, structure: str, people: int) -> dict[str, Array]:
    models = knowledge.models
    parameters, posterior = models.parameters(structure), models.posterior(structure)
    made = bodies(structure, parameters, posterior, seed=3, subjects=people)
    return dict(made.parameters)


def levels_after_tea(knowledge: Knowledge) -> tuple[float, float]:
    """Peak and mean over 24 h (nmol/L) after the studied tea: middle over both structures."""
    mg = knowledge.ddi.constant("kratom/studied/mitragynine_mg").number
    umol = mg * _UMOL_PER_MG / knowledge.fact("kratom/pk_mg_mw").number
    schedule = Schedule.of([Dose(0.0, 0)], end_h=_DAY_H)
    peaks, means = [], []
    for structure in STRUCTURES:
        models = knowledge.models
        made = bodies(
            structure,
            models.parameters(structure),
            models.posterior(structure),
            seed=5,
            subjects=_MIXED,
        )
        swallowed = {MITRAGYNINE: np.full((1, _MIXED), umol), SEVEN_OH: np.zeros((1, _MIXED))}
        day = last_day(schedule)
        found = run(structure, schedule, swallowed, knowledge, made, times_h=day)
        peaks.append(found.mitragynine_nm.max(axis=1))
        means.append(mean_over_day(found.mitragynine_nm, day))
    return float(np.median(np.concatenate(peaks))), float(np.median(np.concatenate(means)))


def samples_of(knowledge: Knowledge, pattern: Pattern, subjects: int = 2000) -> ExposureSamples:
    """What the exposure room hands out for a pattern of leaf with an analysed content."""
    per_g = knowledge.fact("kratom/prod_k51_mitragynine").number
    product: dict[str, object] = {
        "form": "tea",
        "dose": {"leaf_g": round(pattern.mg / per_g, 6)},
        "analysis": {"mitragynine_mg_per_g": per_g, "seven_oh_mg_per_g": 0.0},
    }
    if pattern.days > 1:
        product |= {"times_per_day": len(pattern.hours), "days_per_week": 7}
    case = parse_case({"date": "2026-11-22", "kratom": {"status": "using", "products": [product]}})
    _, samples = exposure.expose(case, knowledge, seed=20261122, subjects=subjects)
    assert samples is not None  # noqa: S101 - the amounts are known
    return samples
