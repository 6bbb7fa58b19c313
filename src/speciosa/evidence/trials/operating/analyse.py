"""The primary analysis of a design for one block of trials, at the end and at each look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.special import ndtri

from speciosa.evidence.trials import analysis
from speciosa.evidence.trials.analysis.reference_based import reference_based
from speciosa.evidence.trials.design.document import Design, Kind, Method, Reference
from speciosa.evidence.trials.streams import uniforms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.evidence.trials.data import Fits, Floats, TrialData

_LEAST_P = 1e-300
# What belongs to a design and not to its people.
_WHOLE = frozenset({"visits_weeks", "planned_arms"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which analysis, and what counts as success. Small enough to send to a worker."""

    kind: Kind
    method: Method
    alpha: float
    margin: float
    looks: tuple[float, ...]
    reference: Reference | None = None
    imputations: int = 0
    seed: int = 0
    positions: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """One row a trial: (trials, looks, contrasts), looks ending with the full trial.

    ``z`` and ``p`` (trials, looks) are the test by which the trial stands or falls: ``z`` for
    benefit on the normal scale, large is good, and ``p`` two-sided. ``arm_p`` is the p of each
    contrast, two-sided, with all of them allowed for.
    """

    estimate: Floats
    se: Floats
    df: Floats
    z: Floats
    p: Floats
    arm_p: Floats
    low: Floats
    high: Floats
    converged: NDArray[np.bool_]
    left: Floats

    @staticmethod
    def joined(parts: Sequence[Rows]) -> Rows:
        """Blocks in their order."""
        return Rows(
            **{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Rows)}
        )


def plan_of(design: Design) -> Plan:
    """The analysis that a design asks for."""
    return Plan(
        kind=design.design,
        # Contrasts over doses are contrasts of adjusted means at the last visit.
        method=Method.ANCOVA if design.doses else design.analysis.method,
        alpha=design.analysis.alpha,
        margin=design.margin or 0.0,
        looks=design.interim.fractions if design.interim else (1.0,),
        seed=design.simulation.seed,
        positions=tuple(dose.position for dose in design.doses),
    )


def analyse(data: TrialData, plan: Plan, trials: Sequence[int]) -> Rows:
    """Analyse a block, which holds these trials, at every look."""
    found = [_tested(enrolled(data, fraction), plan, trials) for fraction in plan.looks]
    fits = [test.fits for test in found]
    bounds = [analysis.interval(fit, level=1.0 - plan.alpha) for fit in fits]
    visits = data.visits
    # In designs with periods everybody is on both.
    groups = (data.arm == 0, data.arm > 0) if data.treatment is None else (data.arm >= 0,) * 2
    left = np.stack([_share(data.stopped < visits, group) for group in groups], axis=1)
    return Rows(
        estimate=_stacked([fit.estimate for fit in fits]),
        se=_stacked([fit.se for fit in fits]),
        df=_stacked([fit.df for fit in fits]),
        z=_stacked([test.z for test in found]),
        p=_stacked([test.p for test in found]),
        arm_p=_stacked([test.arm_p for test in found]),
        low=_stacked([low for low, _ in bounds]),
        high=_stacked([high for _, high in bounds]),
        converged=np.stack([fit.converged for fit in fits], axis=1),
        left=left,
    )


class _Test(NamedTuple):
    """Effects, the trial's own test, and the p of each contrast."""

    fits: Fits
    z: Floats
    p: Floats
    arm_p: Floats


def _tested(data: TrialData, plan: Plan, trials: Sequence[int]) -> _Test:
    """One contrast is its own test; several doses have one for all of them."""
    if plan.positions and plan.method is Method.ANCOVA and plan.reference is None:
        found = analysis.dose_response(data, (0.0, *plan.positions))
        best = np.min(found.shapes_p, axis=1)
        return _Test(
            found.pairwise, _normal(best), np.min(found.dunnett_p, axis=1), found.dunnett_p
        )
    fit = fitted(data, plan, trials)
    benefit = _normal(analysis.one_sided(fit, margin=plan.margin))
    return _Test(fit, benefit[:, -1], fit.p[:, -1], fit.p)


def fitted(data: TrialData, plan: Plan, trials: Sequence[int]) -> Fits:
    """The analysis of a block. Imputed numbers belong to their trial, wherever it stands."""
    if plan.reference is not None:
        return reference_based(
            data,
            method=plan.reference.value,
            imputations=plan.imputations,
            streams=lambda place, rows, draws, purpose: uniforms(
                plan.seed, trials[place], rows, draws, purpose
            ),
        )
    if plan.kind is Kind.CROSSOVER:
        return analysis.crossover(data)
    if plan.kind is Kind.N_OF_1:
        return analysis.n_of_1(data)
    if plan.method is Method.ANCOVA:
        return analysis.ancova(data)
    return analysis.mmrm(data)


def enrolled(data: TrialData, fraction: float) -> TrialData:
    """Those who were randomised first, when all of them have been followed to the end."""
    count = int(np.ceil(fraction * data.subjects - 1e-9))
    if count == data.subjects:
        return data
    cut: dict[str, Any] = {
        field.name: np.ascontiguousarray(value[:, :count])
        for field in fields(data)
        if field.name not in _WHOLE and (value := getattr(data, field.name)) is not None
    }
    return replace(data, **cut)


def _stacked(parts: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.stack(parts, axis=1)


def _normal(p: Floats) -> Floats:
    """A one-sided p as a normal number, so that boundaries of z apply to it."""
    return np.asarray(-ndtri(np.clip(p, _LEAST_P, 1.0 - 1e-16)))


def _share(which: NDArray[np.bool_], among: NDArray[np.bool_]) -> Floats:
    return np.asarray((which & among).sum(axis=1) / np.maximum(among.sum(axis=1), 1))
