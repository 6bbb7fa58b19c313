"""An oracle: the linear structure in closed form, sums of exponentials superposed over a regimen.

Mitragynine: two compartments, first-order absorption, elimination from the central one.
7-hydroxymitragynine: one compartment with its own fast elimination, filled at first pass (beside
the absorption of mitragynine) and from circulating mitragynine, or by swallowed 7-OH. Every unit
response is a sum of exponentials, found by partial fractions; doses add up. Amounts are in nmol,
concentrations in nmol/L, time in h.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Two equal rates make a partial fraction 0/0; this relative step away from equality changes a
# concentration by less than one part in a million.
_APART = 1e-7


class Body(NamedTuple):
    """Parameters of each subject (arrays of one length). Clearances and volumes are apparent."""

    clearance_l_h: Array
    central_l: Array
    flow_l_h: Array
    peripheral_l: Array
    absorption_per_h: Array
    seven_oh_clearance_l_h: Array
    first_pass_share: Array
    seven_oh_elimination_per_h: Array
    swallowed_absorption_per_h: Array
    swallowed_clearance_l_h: Array


class Response(NamedTuple):
    """Concentration after one nmol: sum of weights x exp(-rates x time); both (subjects, terms)."""

    rates: Array
    weights: Array

    def at(self, time_h: Array) -> Array:
        """Concentration at each time after a single unit dose, (subjects, times)."""
        decay = np.exp(-self.rates[:, :, None] * time_h)
        curve: Array = np.einsum("sk,skt->st", self.weights, decay)
        return curve

    @property
    def area(self) -> Array:
        """Area under the unit response from zero to infinity."""
        total: Array = np.sum(self.weights / self.rates, axis=1)
        return total


class Doses(NamedTuple):
    """Doses of one product.

    ``amounts_nmol`` is (subjects, doses of a day), ``times_h`` their times within the day
    (ascending, below ``period_h``), ``period_h`` the time from one dosing day to the next, and
    ``dosing_days`` how many there were, the last one included (``inf`` for the steady state).
    """

    amounts_nmol: Array
    times_h: Array
    period_h: float
    dosing_days: float


def disposition_rates(body: Body) -> tuple[Array, Array]:
    """The fast and the slow rate constant of mitragynine, in 1/h."""
    k10 = body.clearance_l_h / body.central_l
    k12 = body.flow_l_h / body.central_l
    k21 = body.flow_l_h / body.peripheral_l
    total = k10 + k12 + k21
    root = np.sqrt(total * total - 4.0 * k10 * k21)
    fast = (total + root) / 2.0
    return fast, k10 * k21 / fast


def mitragynine(body: Body) -> Response:
    """Unit response of mitragynine to swallowed mitragynine."""
    fast, slow = disposition_rates(body)
    k21 = body.flow_l_h / body.peripheral_l
    ka = _apart(_apart(body.absorption_per_h, fast), slow)
    scale = ka / body.central_l
    weights = (
        scale * (k21 - fast) / ((ka - fast) * (slow - fast)),
        scale * (k21 - slow) / ((ka - slow) * (fast - slow)),
        scale * (k21 - ka) / ((fast - ka) * (slow - ka)),
    )
    return Response(np.stack((fast, slow, ka), axis=1), np.stack(weights, axis=1))


def formed_seven_oh(body: Body, parent: Response) -> Response:
    """Unit response of 7-OH to swallowed mitragynine, at first pass and afterwards."""
    elimination = body.seven_oh_elimination_per_h
    for term in range(parent.rates.shape[1]):
        elimination = _apart(elimination, parent.rates[:, term])
    ka = parent.rates[:, 2]
    area_per_dose = 1.0 / body.seven_oh_clearance_l_h
    later = area_per_dose * (1.0 - body.first_pass_share) * body.clearance_l_h * elimination
    weights = later[:, None] * parent.weights / (elimination[:, None] - parent.rates)
    weights[:, 2] += area_per_dose * body.first_pass_share * elimination * ka / (elimination - ka)
    # A unit response starts at zero, so the metabolite's own term balances the others.
    own = -np.sum(weights, axis=1)
    return Response(
        np.concatenate((parent.rates, elimination[:, None]), axis=1),
        np.concatenate((weights, own[:, None]), axis=1),
    )


def swallowed_seven_oh(body: Body) -> Response:
    """Unit response of 7-OH to swallowed 7-OH."""
    elimination = body.seven_oh_elimination_per_h
    ka = _apart(body.swallowed_absorption_per_h, elimination)
    weight = elimination * ka / (body.swallowed_clearance_l_h * (ka - elimination))
    return Response(
        np.stack((elimination, ka), axis=1),
        np.stack((weight, -weight), axis=1),
    )


def superpose(response: Response, doses: Doses, time_h: Array) -> Array:
    """Concentration over the last dosing day, (subjects, times)."""
    out = np.empty((response.rates.shape[0], time_h.size))
    for start, end, state in _stretches(response.rates, doses, np.inf):
        chosen = (time_h >= start) & (time_h < end)
        if chosen.any():
            decay = np.exp(-response.rates[:, :, None] * (time_h[chosen] - start))
            out[:, chosen] = np.einsum("sk,skt->st", response.weights * state, decay)
    return np.maximum(out, 0.0)


def area_of_day(response: Response, doses: Doses, day_h: float) -> Array:
    """Exact area under the curve of ``superpose`` from 0 to ``day_h``, per subject."""
    total = np.zeros(response.rates.shape[0])
    for start, end, state in _stretches(response.rates, doses, day_h):
        gone = -np.expm1(-response.rates * (end - start))
        total += np.sum(response.weights * state * gone / response.rates, axis=1)
    return total


def _stretches(rates: Array, doses: Doses, until_h: float) -> Iterator[tuple[float, float, Array]]:
    """Stretches between doses: start, end, and every term's amount at the start."""
    state = _left_from_earlier_days(rates, doses)
    start = 0.0
    for index, time in enumerate(doses.times_h):
        if time > start:
            yield start, float(time), state
        state = state * np.exp(-rates * (time - start)) + doses.amounts_nmol[:, index, None]
        start = float(time)
    yield start, until_h, state


def _left_from_earlier_days(rates: Array, doses: Doses) -> Array:
    """What earlier dosing days leave of each term at the start of the last one."""
    earlier = doses.dosing_days - 1.0
    if earlier <= 0:
        return np.zeros_like(rates)
    ages = doses.period_h - doses.times_h
    one_day = np.einsum("sd,skd->sk", doses.amounts_nmol, np.exp(-rates[:, :, None] * ages))
    repeats = np.expm1(-rates * doses.period_h * earlier) / np.expm1(-rates * doses.period_h)
    left: Array = one_day * repeats
    return left


def _apart(rates: Array, others: Array) -> Array:
    """``rates`` moved minutely where they coincide with ``others``."""
    near = np.abs(rates - others) < _APART * others
    return np.where(near, others * (1.0 + _APART), rates)
