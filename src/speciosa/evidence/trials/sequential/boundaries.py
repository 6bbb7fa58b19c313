"""Boundaries of a group-sequential test, exact for the looks that are planned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.trials.sequential.exits import Path, exits
from speciosa.evidence.trials.sequential.spending import Spending, spent

Classic = Literal["classic obrien-fleming", "classic pocock", "haybittle-peto"]
Futility = Literal["conditional power", "obrien-fleming", "pocock", "hwang-shih-decani", "power"]

_NOTHING = 1e-14  # an error so small that no boundary is drawn for it
_FARTHEST = 9.0
_TOLERANCE = 1e-12
_HAYBITTLE = 3.0  # Haybittle 1971, Peto 1976: the z of every interim look


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundaries:
    """z at each look: stop for benefit above ``upper``, for futility below ``lower``.

    In a two-sided test ``lower`` is minus ``upper`` and is crossed by harm. ``lower`` is minus
    infinity where nothing is stopped for futility; at the last look of a test with futility it
    meets ``upper``. ``alpha_spent`` is cumulative; ``drift`` is what futility was computed for.
    """

    fractions: tuple[float, ...]
    alpha: float
    sides: int
    spending: str
    upper: tuple[float, ...]
    lower: tuple[float, ...]
    alpha_spent: tuple[float, ...]
    futility: str = ""
    drift: float | None = None

    @property
    def nominal_p(self) -> tuple[float, ...]:
        """The p that has to be undercut at each look, of as many sides as the test."""
        return tuple(float(self.sides * ndtr(-z)) for z in self.upper)


def boundaries(  # noqa: PLR0913 - the choices of a design
    fractions: Sequence[float],
    *,
    alpha: float = 0.025,
    sides: int = 1,
    spending: Spending | Classic = "obrien-fleming",
    parameter: float | None = None,
    futility: Futility | None = None,
    futility_parameter: float | None = None,
    beta: float = 0.1,
) -> Boundaries:
    """Boundaries for looks at ``fractions`` of the information (rising, the last is 1).

    ``alpha`` is the whole error of the test (both sides of a two-sided one). ``parameter`` is gamma
    of Hwang, Shih and DeCani, the exponent of the power family, or z of Haybittle and Peto.
    ``futility`` is never binding: the upper boundary is computed as if nobody stopped for it. It
    either spends ``beta`` by the function named, or stops where the power that is left, given the
    drift of a fixed trial of power 1 - beta, falls under ``futility_parameter`` (default 0.2).
    Raises InputError.
    """
    times = tuple(float(value) for value in fractions)
    _check(times, alpha, sides, spending, futility, beta)
    if spending in get_args(Classic):
        upper = _classic(times, alpha, sides, spending, parameter)
    else:
        upper = _spending(times, alpha / sides, sides, spending, parameter)  # type: ignore[arg-type]
    both = tuple(-z for z in upper) if sides == 2 else (-np.inf,) * len(times)
    up, down = exits(times, upper, both, 0.0)
    used = tuple(float(v) for v in np.cumsum(up + (down if sides == 2 else 0.0)))
    lower, drift = both, None
    if futility == "conditional power":
        drift = float(ndtri(1 - alpha) + ndtri(1 - beta))
        least = 0.2 if futility_parameter is None else futility_parameter
        lower = _by_conditional_power(times, upper, drift, least)
    elif futility is not None:
        lower, drift = _by_spending_beta(times, upper, futility, futility_parameter, beta)
    return Boundaries(
        fractions=times,
        alpha=alpha,
        sides=sides,
        spending=spending,
        upper=upper,
        lower=lower,
        alpha_spent=used,
        futility=futility or "",
        drift=drift,
    )


def _spending(
    times: tuple[float, ...], rate: float, sides: int, kind: Spending, parameter: float | None
) -> tuple[float, ...]:
    path, upper, before = Path(), [], 0.0
    for k, time in enumerate(times):
        now = spent(kind, time, rate, parameter)
        upper.append(_crossed(path.above, time, now - before))
        before = now
        if k + 1 < len(times):
            path.step(time, -upper[-1] if sides == 2 else -np.inf, upper[-1], times[k + 1])
    return tuple(upper)


def _crossed(tail: Callable[[float, float], float], time: float, rate: float) -> float:
    """The z beyond which the chance is ``rate``."""
    if rate < _NOTHING:
        return np.inf
    return float(brentq(lambda z: tail(time, z) - rate, -_FARTHEST, _FARTHEST, xtol=_TOLERANCE))


def _classic(
    times: tuple[float, ...], alpha: float, sides: int, kind: str, parameter: float | None
) -> tuple[float, ...]:
    """Boundaries of one shape, at the height (or last value) that spends alpha in all."""
    haybittle = _HAYBITTLE if parameter is None else parameter

    def shape(height: float) -> tuple[float, ...]:
        if kind == "haybittle-peto":
            return (*(haybittle for _ in times[:-1]), height)
        if kind == "classic pocock":
            return (height,) * len(times)
        return tuple(height / float(np.sqrt(time)) for time in times)

    def excess(height: float) -> float:
        upper = shape(height)
        low = tuple(-z for z in upper) if sides == 2 else (-np.inf,) * len(times)
        up, _ = exits(times, upper, low, 0.0)
        return float(sides * up.sum() - alpha)

    return shape(float(brentq(excess, 0.05, _FARTHEST, xtol=_TOLERANCE)))


def _by_conditional_power(
    times: tuple[float, ...], upper: tuple[float, ...], drift: float, least: float
) -> tuple[float, ...]:
    """The z at which the chance of crossing the last boundary, given ``drift``, is ``least``."""
    lower = []
    for time, z in zip(times[:-1], upper[:-1], strict=True):
        left = 1 - time
        at = upper[-1] - drift * left + float(ndtri(least)) * np.sqrt(left)
        lower.append(min(float(at / np.sqrt(time)), z))
    return (*lower, upper[-1])


def _by_spending_beta(
    times: tuple[float, ...],
    upper: tuple[float, ...],
    kind: Spending,
    parameter: float | None,
    beta: float,
) -> tuple[tuple[float, ...], float]:
    """Lower boundary that spends beta, and the drift at which it then meets the upper one."""

    def left(drift: float) -> tuple[float, tuple[float, ...]]:
        path, lower, before = Path(drift), [], 0.0
        for k, time in enumerate(times[:-1]):
            now = spent(kind, time, beta, parameter)
            reached = path.below(time, upper[k])
            z = upper[k] if now - before >= reached else _crossed(_minus(path), time, now - before)
            lower.append(-np.inf if np.isposinf(z) and now - before < _NOTHING else z)
            before = now
            path.step(time, lower[-1], upper[k], times[k + 1])
        return path.below(1.0, upper[-1]) - (beta - before), tuple(lower)

    drift = float(brentq(lambda d: left(d)[0], 0.1, 12.0, xtol=_TOLERANCE))
    return (*left(drift)[1], upper[-1]), drift


def _minus(path: Path) -> Callable[[float, float], float]:
    """The lower tail."""
    return path.below


def _check(  # noqa: PLR0913, PLR0917 - all problems at once
    times: tuple[float, ...],
    alpha: float,
    sides: int,
    spending: str,
    futility: str | None,
    beta: float,
) -> None:
    problems = []
    rising = all(a < b for a, b in zip((0.0, *times), times, strict=False))
    if not times or not rising or abs(times[-1] - 1) > 1e-9:
        problems.append(InputProblem("fractions", str(times), "rising shares; the last is 1"))
    if not 0 < alpha < 0.5:
        problems.append(InputProblem("alpha", str(alpha), "above 0 and under 0.5"))
    if sides not in (1, 2):
        problems.append(InputProblem("sides", str(sides), "1 or 2"))
    if spending not in (*get_args(Spending), *get_args(Classic)):
        known = ", ".join((*get_args(Spending), *get_args(Classic)))
        problems.append(InputProblem("spending", spending, known))
    if futility is not None and futility not in get_args(Futility):
        problems.append(InputProblem("futility", futility, ", ".join(get_args(Futility))))
    if futility is not None and sides == 2:
        problems.append(InputProblem("futility", futility, "a one-sided test"))
    if not 0 < beta < 1:
        problems.append(InputProblem("beta", str(beta), "above 0 and under 1"))
    if problems:
        raise InputError(problems)
