"""Virtual subjects: their bodies and the content of what they take."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from speciosa.knowledge.kratom.model import Scale
from speciosa.pharmacology.exposure.draws import normals, uniforms
from speciosa.pharmacology.exposure.kinetics import Array, Body

if TYPE_CHECKING:
    from speciosa.knowledge.kratom.model import ExposureModel
    from speciosa.pharmacology.exposure.content import AlkaloidAmount

# Purposes of the random streams; a number is never reused for something else.
BODY_STREAM = 0
BEYOND_STREAM = 1
CONTENT_STREAM = 100
_Z90 = 1.6448536269514722


class Draws(NamedTuple):
    """Standard normal numbers of every subject, by what they stand for."""

    between: Array
    typical: Array
    spread: Array


def draw(model: ExposureModel, seed: int, subjects: int) -> Draws:
    """The random numbers of the subjects' bodies and of the uncertainty of the model."""
    count = len(model.parameters)
    z = normals(seed, BODY_STREAM, subjects, 2 * count + 1)
    return Draws(z[:, :count], z[:, count : 2 * count], z[:, -1])


def bodies(model: ExposureModel, draws: Draws) -> Body:
    """Parameters of each subject. A higher availability lowers every apparent parameter."""
    between = np.array([p.between_subjects for p in model.parameters])
    of_typical = np.array([p.of_typical for p in model.parameters])
    location = np.array([p.location for p in model.parameters])
    widening = np.exp(model.spread_of_sd * draws.spread)[:, None]
    x = location + between * widening * draws.between + of_typical * draws.typical
    natural = {
        p.name: np.exp(x[:, i]) if p.scale is Scale.LOG else 1.0 / (1.0 + np.exp(-x[:, i]))
        for i, p in enumerate(model.parameters)
    }
    available = natural["availability"]
    return Body(
        clearance_l_h=natural["clearance_l_h"] / available,
        central_l=natural["central_l"] / available,
        flow_l_h=natural["flow_l_h"] / available,
        peripheral_l=natural["peripheral_l"] / available,
        absorption_per_h=natural["absorption_per_h"],
        seven_oh_clearance_l_h=natural["seven_oh_clearance_l_h"],
        first_pass_share=natural["first_pass_share"],
        seven_oh_elimination_per_h=natural["seven_oh_elimination_per_h"],
        swallowed_absorption_per_h=natural["swallowed_absorption_per_h"],
        swallowed_clearance_l_h=natural["swallowed_clearance_l_h"],
    )


def content_mg(amount: AlkaloidAmount, stream: int, seed: int, subjects: int) -> Array:
    """Mg of an alkaloid per dose in each subject's product.

    One draw a subject: a person keeps using the same product.
    """
    if amount.from_zero:
        flat: Array = amount.high * uniforms(seed, CONTENT_STREAM + stream, subjects, 1)[:, 0]
        return flat
    if amount.high <= 0.0:
        return np.zeros(subjects)
    z = normals(seed, CONTENT_STREAM + stream, subjects, 1)[:, 0]
    return np.exp(math.log(middle_mg(amount)) + content_sd(amount) * z)


def middle_mg(amount: AlkaloidAmount) -> float:
    """The median of ``content_mg``."""
    return amount.high / 2.0 if amount.from_zero else math.sqrt(amount.low * amount.high)


def content_sd(amount: AlkaloidAmount) -> float:
    """Standard deviation of the log content; 0 where it is not log-normal."""
    if amount.from_zero or amount.low <= 0.0:
        return 0.0
    return math.log(amount.high / amount.low) / (2.0 * _Z90)


def beyond_studied(excess: Array, sd_per_log: float, seed: int) -> Array:
    """Factor on each subject's concentrations where the amount is ``excess`` times the studied."""
    z = np.clip(normals(seed, BEYOND_STREAM, excess.size, 1)[:, 0], -3.0, 3.0)
    factor: Array = np.exp(sd_per_log * np.log(np.maximum(excess, 1.0)) * z)
    return factor
