"""The problem every engine of the benchmark solves: model, subjects, doses, output times.

A week of mitragynine 20 mg every 8 h, and midazolam 2 mg on the first and the last day. The numbers
make a plausible problem; they are not facts about people.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from speciosa.engine import Model, read_model

Array = NDArray[np.float64]

HERE = Path(__file__).parent
OUTPUTS = ("Cc", "Cm", "Cz")
OUTPUT_STATES = (("C", "Vc"), ("M", "Vm"), ("ZC", "Vz"))  # each output is a state over a volume
END_H = 168.0
TIMES_H = np.append(0.84 * np.arange(1, 200), END_H)  # none falls on a dose
RTOL, ATOL = 1e-6, 1e-9

# Coefficient of variation of each parameter that differs between subjects; draws keep this order.
VARIATION = {
    "ktr": 0.4,
    "CLg": 0.4,
    "CLl": 0.4,
    "CLo": 0.3,
    "Vc": 0.3,
    "V2": 0.4,
    "CLm": 0.3,
    "kin": 0.3,
    "CLzl": 0.3,
    "kaz": 0.4,
}


class Dose(NamedTuple):
    """An amount in umol into a state."""

    time_h: float
    into: str
    amount: float


MITRAGYNINE_UMOL = 20.0 / 398.5 * 1000.0
MIDAZOLAM_UMOL = 2.0 / 325.77 * 1000.0
DOSES = tuple(
    sorted(
        [
            *(Dose(8.0 * i, "T1", MITRAGYNINE_UMOL) for i in range(21)),
            Dose(2.0, "ZD", MIDAZOLAM_UMOL),
            Dose(146.0, "ZD", MIDAZOLAM_UMOL),
        ]
    )
)


def model() -> Model:
    """The benchmark model."""
    return read_model((HERE / "model.ant").read_text(encoding="utf-8"))


def typical(model: Model) -> dict[str, float]:
    """Every parameter of the text."""
    return {p.name: p.value for p in model.parameters if p.value is not None}


def individuals(model: Model, subjects: int) -> Array:
    """(subjects, 10) log-normal values; the first subjects are the same for every number."""
    rng = np.random.default_rng(20260101)
    deviations = rng.standard_normal((subjects, len(VARIATION)))
    centre = np.array([typical(model)[name] for name in VARIATION])
    variation = np.array(list(VARIATION.values()))
    found: Array = centre * np.exp(np.sqrt(np.log1p(variation**2)) * deviations)
    return np.ascontiguousarray(found)


def population(model: Model, subjects: int) -> dict[str, float | Array]:
    """The population as the engine takes it."""
    drawn = individuals(model, subjects)
    return {**typical(model), **{name: drawn[:, i] for i, name in enumerate(VARIATION)}}
