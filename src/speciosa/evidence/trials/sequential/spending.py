"""How much of an error rate may be spent by an information fraction.

Lan and DeMets (1983) for the types of O'Brien and Fleming and of Pocock; Hwang, Shih and DeCani
(1990); Kim and DeMets (1987) for the power family.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.special import ndtr, ndtri

Spending = Literal["obrien-fleming", "pocock", "hwang-shih-decani", "power"]


def spent(kind: Spending, fraction: float, rate: float, parameter: float | None = None) -> float:
    """Error of one direction spent by ``fraction`` of the information, out of ``rate``."""
    if fraction >= 1:
        return rate
    if kind == "obrien-fleming":
        return float(2 * ndtr(ndtri(rate / 2) / np.sqrt(fraction)))
    if kind == "pocock":
        return float(rate * np.log1p((np.e - 1) * fraction))
    if kind == "power":
        return float(rate * fraction ** (1.0 if parameter is None else parameter))
    gamma = 0.0 if parameter is None else parameter
    if gamma == 0:
        return rate * fraction
    return float(rate * np.expm1(-gamma * fraction) / np.expm1(-gamma))
