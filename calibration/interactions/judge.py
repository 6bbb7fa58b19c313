"""Predictions of pairs by the product, under figures that the pair took no part in fitting."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from calibration.interactions.facts import facts
from calibration.interactions.fit import Posterior, fit
from calibration.interactions.space import Array, Space
from calibration.interactions.trials import KRATOM, recalibrated
from speciosa.case.vocabulary import Route
from speciosa.knowledge import Knowledge
from speciosa.knowledge.ddi.record import Unchanged
from speciosa.knowledge.fact import Basis, Fact
from speciosa.pharmacology.interactions.kinetics.concentration import Use
from speciosa.pharmacology.interactions.kinetics.perpetrator import Ground, activity, effects
from speciosa.pharmacology.interactions.kinetics.static_model import (
    MODEL_ERROR,
    auc_ratio,
    model_error,
)
from speciosa.pharmacology.interactions.kinetics.victim import by_route

if TYPE_CHECKING:
    from speciosa.knowledge.ddi.record import Pair
    from speciosa.knowledge.medicines.record import Exposure, Medicine

_ROUTES = {
    "oral": Route.ORAL,
    "iv": Route.INTRAVENOUS,
    "sublingual": Route.SUBLINGUAL,
    "transdermal": Route.TRANSDERMAL,
}
_ROUNDED = 5e-3  # ratios are seen to two decimals


class Judged(NamedTuple):
    """One pair: what was seen, and what was predicted with its 90 % interval.

    ``ground`` is the weakest that the effect rests on; empty where the base gives the two no common
    enzyme: the product then says that it has no answer, and no change stands in its place.
    """

    pair: Pair
    median: float
    low: float
    high: float
    ground: str = ""

    @property
    def answered(self) -> bool:
        """Whether the product gives a ratio for the pair at all."""
        return bool(self.ground)

    @property
    def off(self) -> float:
        """Log of predicted over seen."""
        return float(np.log(self.median / self.pair.auc_ratio))

    @property
    def inside(self) -> bool:
        """Whether the interval holds what was seen, to the digits it was seen with."""
        return self.low - _ROUNDED <= self.pair.auc_ratio <= self.high + _ROUNDED

    @property
    def unsafe(self) -> bool:
        """More change seen than the whole interval allows, upwards or downwards."""
        seen = self.pair.auc_ratio
        return seen > self.high + _ROUNDED if seen > 1.0 else seen < self.low - _ROUNDED

    def within_guest(self, variability: float) -> bool:
        """Within the limits of Guest 2011: two-fold far from 1, ``variability``-fold at 1."""
        seen = max(self.pair.auc_ratio, 1.0 / self.pair.auc_ratio)
        limit = guest_limit(seen, variability)
        return abs(self.off) <= math.log(limit) + 1e-9


def guest_limit(seen: float, variability: float) -> float:
    """The fold error that Guest 2011 allows at a ratio of 1 or more."""
    return (variability + 2.0 * (seen - 1.0)) / seen


class Answer(NamedTuple):
    """What the product says of a pair; ``ground`` is empty where it has no answer."""

    median: float
    low: float
    high: float
    ground: str


def answer(pair: Pair | Unchanged, use: Use, knowledge: Knowledge) -> Answer:
    """The product's answer; without a common enzyme no change with the error alone."""
    victim = by_route(knowledge.medicines.get(pair.victim), knowledge, _ROUTES[pair.route])
    acting = effects(knowledge.medicines.get(pair.perpetrator), use, knowledge)
    error = model_error(knowledge)
    common = [e for e in acting if victim is not None and e in victim.fm]
    if victim is None or not common:
        low, high = np.quantile(error, (0.05, 0.95))
        return Answer(1.0, float(low), float(high), "")
    ratio = auc_ratio(victim, [activity(acting)], error)
    grounds = {acting[e].ground for e in common}
    weakest = next(g for g in (Ground.PAIRS, Ground.CLASS, Ground.CONSTANTS) if g in grounds)
    return Answer(ratio.median, ratio.low, ratio.high, weakest.value)


def predict(pair: Pair, use: Use, knowledge: Knowledge) -> Judged:
    """The product's answer to a pair beside what was seen."""
    return Judged(pair, *answer(pair, use, knowledge))


Reports = Mapping[Unchanged, Answer]


def of_reports(reports: Iterable[Unchanged], knowledge: Knowledge) -> Reports:
    """What the product says where a source reports no change without a figure."""
    return {
        report: answer(report, Use(), knowledge)
        for report in sorted(reports, key=lambda r: r.id)
        if report.perpetrator != KRATOM
    }


def answered(judged: Iterable[Judged]) -> tuple[Judged, ...]:
    """The pairs for which the product gives a ratio."""
    return tuple(j for j in judged if j.answered)


def nothing_changes(judged: Iterable[Judged]) -> tuple[Judged, ...]:
    """The same pairs under the rule that no exposure ever changes, which any model must beat."""
    return tuple(Judged(j.pair, 1.0, 1.0, 1.0, j.ground) for j in judged)


def predicted(
    pairs: Iterable[Pair], use: Callable[[Pair], Use], knowledge: Knowledge
) -> tuple[Judged, ...]:
    """Every pair under one state of the base."""
    return tuple(predict(pair, use(pair), knowledge) for pair in pairs)


def usual(_: Pair) -> Use:
    """The usual regimen, whatever the pair."""
    return Use()


def left_out(
    space: Space, group: Callable[[Pair], str], advance: Callable[[], None]
) -> tuple[Judged, ...]:
    """Every pair of the fit under a refit without all pairs of its group."""
    names = np.array([group(t.pair) for t in space.trials])
    found: dict[str, Judged] = {}
    for name in sorted(set(names.tolist())):
        out = names == name
        knowledge = fitted(fit(space, ~out))
        for row in np.flatnonzero(out):
            pair = space.trials[row].pair
            found[pair.id] = predict(pair, Use(), knowledge)
        advance()
    return tuple(found[t.pair.id] for t in space.trials)


def fitted(posterior: Posterior) -> Knowledge:
    """The base with the figures of a posterior."""
    return recalibrated(posterior.space.base, facts(posterior))


def out_of_the_box(knowledge: Knowledge) -> Knowledge:
    """The base without what studied pairs say; its error is the one that is published."""
    return recalibrated(knowledge, [knowledge.ddi.constant(MODEL_ERROR)])


# ------------------------------------------------------------------ textbook


def textbook(knowledge: Knowledge) -> Knowledge:
    """A base for the textbook model: worst-case concentrations, point values, no strength class.

    Unbound peak at the liver inlet with the absorption rate of the worst case, the same rate in
    the gut, and no range on any figure.
    """
    constant = knowledge.ddi.constant
    worst = constant("physiology/ka_default_per_h")
    rate = msgspec.structs.replace(
        constant("physiology/ka_static_model_per_h"), value=worst.value, low=None, high=None
    )
    exact = [
        msgspec.structs.replace(constant(f"uncertainty/{name}"), value=0.0)
        for name in ("cv_verified", "cv_recalled", "cv_kdeg")
    ]
    other = recalibrated(knowledge, [rate, *exact, _no_error()])
    other.medicines = _Textbook(knowledge, worst.number)  # type: ignore[assignment]
    return other


class _Textbook:
    """The medicines as the textbook model takes them."""

    def __init__(self, knowledge: Knowledge, absorption_per_h: float) -> None:
        self._knowledge = knowledge
        self._flow = knowledge.ddi.constant("physiology/Qh_L_per_h").number
        self._absorption = absorption_per_h

    def get(self, name: str) -> Medicine:
        medicine = self._knowledge.medicines.get(name)
        acting = medicine.perpetrator
        replace = msgspec.structs.replace
        victim = medicine.victim
        return replace(
            medicine,
            perpetrator=replace(
                acting, classes=(), exposures=tuple(self._at_inlet(e) for e in acting.exposures)
            ),
            victim=replace(
                victim,
                fm={e: replace(f, low=None, high=None) for e, f in victim.fm.items()},
                f_gut=replace(victim.f_gut, low=None, high=None) if victim.f_gut else None,
                enzymes_reported=None,
                hepatic_extraction=None,
            ),
        )

    def _at_inlet(self, exposure: Exposure) -> Exposure:
        unbound, total = exposure.cmax_unbound_um, exposure.cmax_total_um
        fu = exposure.fu_plasma or (unbound / total if unbound and total else None)
        if not (unbound and fu and exposure.dose_mg and exposure.molar_mass_g_per_mol):
            return exposure
        dose_umol = exposure.dose_mg / exposure.molar_mass_g_per_mol * 1000.0
        inlet = unbound + fu * self._absorption * dose_umol / self._flow
        return msgspec.structs.replace(exposure, cmax_unbound_um=inlet)


def _no_error() -> Fact:
    return Fact(
        id=f"ddi/{MODEL_ERROR}",
        subject="textbook model",
        quantity="standard deviation of the log ratio",
        value=0.0,
        basis=Basis.DERIVED,
    )


# ------------------------------------------------------------------ summaries


class Summary(NamedTuple):
    """How well a set of pairs was predicted; shares between 0 and 1."""

    n: int
    gmfe: float
    bias: float
    within_1_25: float
    within_1_5: float
    within_2: float
    guest: float
    guest_1_25: float
    coverage: float
    unsafe: float


def summary(judged: Sequence[Judged]) -> Summary:
    """The figures of the page for a set of pairs."""
    off = np.array([j.off for j in judged])
    size = np.abs(off) - 1e-9

    def share(values: Iterator[bool] | Array) -> float:
        return float(np.mean(list(values)))

    return Summary(
        n=len(judged),
        gmfe=float(np.exp(np.abs(off).mean())),
        bias=float(np.exp(off.mean())),
        within_1_25=share(size <= np.log(1.25)),
        within_1_5=share(size <= np.log(1.5)),
        within_2=share(size <= np.log(2.0)),
        guest=share(j.within_guest(1.0) for j in judged),
        guest_1_25=share(j.within_guest(1.25) for j in judged),
        coverage=share(j.inside for j in judged),
        unsafe=share(j.unsafe for j in judged),
    )


Schemes = Mapping[str, tuple[Judged, ...]]
