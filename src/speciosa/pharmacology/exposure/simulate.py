"""Concentrations of a virtual population over the last dosing day."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from speciosa.pharmacology.exposure import kinetics, population
from speciosa.pharmacology.exposure.comparison import (
    HIGHEST_MG,
    beyond_leaf,
    is_seven_oh_product,
)
from speciosa.pharmacology.exposure.content import AlkaloidAmount
from speciosa.pharmacology.exposure.kinetics import Array, Body
from speciosa.pharmacology.exposure.regimen import DAY_H, Regimen

if TYPE_CHECKING:
    from speciosa.case.model import KratomProduct
    from speciosa.knowledge import Knowledge

TIME_H = np.arange(0.0, DAY_H + 1e-9, 1.0 / 6.0)
NMOL_PER_MG = 1e6  # divided by g/mol
# Hours between which the slope of 7-OH after one dose is read, as in the calibration.
SLOPE_FROM_H, SLOPE_TO_H = 6.0, 24.0


class Course(NamedTuple):
    """One product in use: what a dose holds and when the doses fall."""

    product: KratomProduct
    mitragynine: AlkaloidAmount | None
    seven_oh: AlkaloidAmount | None
    regimen: Regimen


class Population(NamedTuple):
    """Simulated subjects: total plasma concentrations in nmol/L, (subjects, times).

    ``swallowed``: some 7-OH beyond the traces in leaf is swallowed, or may be.
    ``seven_oh_is_main``: a 7-OH product is used, so 7-OH is what the reader needs to see first.
    """

    mitragynine_nm: Array
    seven_oh_nm: Array
    mitragynine_auc: Array
    seven_oh_auc: Array
    mitragynine_half_life_h: Array
    seven_oh_half_life_h: Array
    mitragynine_mg_per_day: Array
    seven_oh_mg_per_day: Array
    shares: tuple[float, float, float]
    seven_oh_is_main: bool
    swallowed: bool


class _Setting(NamedTuple):
    """What the decomposition of the variance needs beside the numbers."""

    knowledge: Knowledge
    seed: int
    of_seven_oh: bool


class _Taken(NamedTuple):
    """mg per dose of each product in each subject's hands; ``None`` where not known."""

    mitragynine: list[Array]
    seven_oh: list[Array]


def simulate(
    courses: tuple[Course, ...], knowledge: Knowledge, *, seed: int, subjects: int
) -> Population:
    """Simulate the courses together; doses of all products add up."""
    model = knowledge.kratom.exposure_model
    draws = population.draw(model, seed, subjects)
    body = population.bodies(model, draws)
    taken = _sample(courses, seed, subjects)
    per_day_mg = _per_day(courses, taken.mitragynine)
    factor = _factor(per_day_mg, knowledge, seed)
    parent = kinetics.mitragynine(body)
    formed = kinetics.formed_seven_oh(body, parent)
    swallowed = kinetics.swallowed_seven_oh(body)
    mg_weight = knowledge.fact("kratom/pk_mg_mw").number
    oh_weight = knowledge.fact("kratom/pk_7oh_mw").number
    totals = [np.zeros((subjects, TIME_H.size)) for _ in range(2)]
    areas = [np.zeros(subjects) for _ in range(2)]
    for course, mg, seven_oh in zip(courses, taken.mitragynine, taken.seven_oh, strict=True):
        inputs = (
            (0, parent, factor * mg * NMOL_PER_MG / mg_weight),
            (1, formed, factor * mg * NMOL_PER_MG / mg_weight),
            (1, swallowed, seven_oh * NMOL_PER_MG / oh_weight),
        )
        for into, response, dose_nmol in inputs:
            if not dose_nmol.any():
                continue
            curve, area = _superpose(response, dose_nmol, course.regimen)
            totals[into] += curve
            areas[into] += area
    is_main = any(is_seven_oh_product(c.product, c.seven_oh, knowledge) for c in courses)
    of_seven_oh = is_main or not any(mg.any() for mg in taken.mitragynine)
    return Population(
        mitragynine_nm=totals[0],
        seven_oh_nm=totals[1],
        mitragynine_auc=areas[0],
        seven_oh_auc=areas[1],
        mitragynine_half_life_h=np.log(2.0) / kinetics.disposition_rates(body)[1],
        seven_oh_half_life_h=_apparent_half_life(formed),
        mitragynine_mg_per_day=per_day_mg,
        seven_oh_mg_per_day=_per_day(courses, taken.seven_oh),
        shares=_shares(courses, taken, draws, _Setting(knowledge, seed, of_seven_oh)),
        seven_oh_is_main=is_main,
        swallowed=any(beyond_leaf(c.product, c.seven_oh, knowledge) for c in courses),
    )


def _sample(courses: tuple[Course, ...], seed: int, subjects: int) -> _Taken:
    taken = _Taken([], [])
    for index, course in enumerate(courses):
        for offset, amount, into in (
            (0, course.mitragynine, taken.mitragynine),
            (1, course.seven_oh, taken.seven_oh),
        ):
            if amount is None:
                into.append(np.zeros(subjects))
            else:
                into.append(population.content_mg(amount, 2 * index + offset, seed, subjects))
    return taken


def _superpose(
    response: kinetics.Response, dose_nmol: Array, regimen: Regimen
) -> tuple[Array, Array]:
    amounts = np.repeat((dose_nmol * regimen.share)[:, None], len(regimen.times_h), axis=1)
    doses = kinetics.Doses(amounts, regimen.times, regimen.period_h, regimen.dosing_days)
    return kinetics.superpose(response, doses, TIME_H), kinetics.area_of_day(response, doses, DAY_H)


def _per_day(courses: tuple[Course, ...], per_dose: list[Array]) -> Array:
    """Mg on a day of use."""
    counts = [len(c.regimen.times_h) * c.regimen.share for c in courses]
    total: Array = np.sum([n * mg for n, mg in zip(counts, per_dose, strict=True)], axis=0)
    return total


def _factor(per_day_mg: Array, knowledge: Knowledge, seed: int) -> Array:
    highest = knowledge.fact(HIGHEST_MG).number
    spread = knowledge.fact("kratom/assumption_beyond_studied").number
    return population.beyond_studied(per_day_mg / highest, spread, seed)


def _apparent_half_life(formed: kinetics.Response) -> Array:
    """Half-life of formed 7-OH as a study would read it; swallowed 7-OH has none to compare."""
    ends = np.maximum(formed.at(np.array([SLOPE_FROM_H, SLOPE_TO_H])), 1e-300)
    slope = np.log(ends[:, 0] / ends[:, 1]) / (SLOPE_TO_H - SLOPE_FROM_H)
    apparent: Array = np.log(2.0) / np.maximum(slope, 1e-9)
    return apparent


def _shares(
    courses: tuple[Course, ...], taken: _Taken, draws: population.Draws, setting: _Setting
) -> tuple[float, float, float]:
    """Shares of content, body and model in the variance of log AUC, each varied on its own."""
    knowledge, seed, of_seven_oh = setting
    model = knowledge.kratom.exposure_model
    still, calm = np.zeros_like(draws.between), np.zeros_like(draws.spread)
    typical = population.bodies(model, population.Draws(still, still, calm))
    people = population.bodies(model, draws._replace(typical=still))
    unsure = population.bodies(model, population.Draws(still, draws.typical, calm))
    middle = _Taken(*([np.full_like(mg, np.median(mg)) for mg in part] for part in taken))
    factor = _factor(_per_day(courses, middle.mitragynine), knowledge, seed)
    ones = np.ones_like(factor)
    variances = [
        float(np.var(np.log(_steady_area(courses, mg, body, of_seven_oh, beyond))))
        for mg, body, beyond in (
            (taken, typical, ones),
            (middle, people, ones),
            (middle, unsure, factor),
        )
    ]
    whole = sum(variances) or 1.0
    return variances[0] / whole, variances[1] / whole, variances[2] / whole


def _steady_area(
    courses: tuple[Course, ...], taken: _Taken, body: Body, of_seven_oh: bool, factor: Array
) -> Array:
    mg = _per_day(courses, taken.mitragynine) * factor
    if not of_seven_oh:
        return mg / body.clearance_l_h
    seven_oh = _per_day(courses, taken.seven_oh)
    return mg / body.seven_oh_clearance_l_h + seven_oh / body.swallowed_clearance_l_h
