"""The static model beside OpenTURNS: same figures, same equation, same number of draws.

    .venv/bin/pip install openturns    # for this program only; the package never needs it
    .venv/bin/python benchmarks/interactions/beside_openturns.py [--rounds 9]

The work: for every pair of the base whose perpetrator has a Ki at CYP3A4 with a concentration, and
whose victim has CYP3A4 and gut fractions, the ratio by reversible inhibition in gut and liver, from
five uncertain figures, and its median and central 90 %. OpenTURNS draws a Latin hypercube of the
same marginals for each pair and evaluates the equation in compiled code. Rounds alternate, so that
a busy machine slows both; the ratio of medians is told. The whole output of both is compared.

The package draws each figure once and uses the same column wherever the figure occurs; that is its
design, and part of its speed. ``without kept draws`` throws them away before every pair.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import openturns as ot  # type: ignore[import-not-found]
from numpy.typing import NDArray

from speciosa.knowledge import Knowledge, load
from speciosa.knowledge import figure as record
from speciosa.pharmacology.interactions.kinetics.sampling import (
    SIZE,
    Z90,
    fraction,
    positive,
    positive_cv,
    standard_normal,
)
from speciosa.pharmacology.interactions.kinetics.static_model import (
    Activity,
    Clearance,
    auc_ratio,
)

ENZYME = "CYP3A4"
CV = 0.5
SEED = 20261122
QUANTILES = (0.05, 0.5, 0.95)
# The five inputs are standard normals; two-sided ranges have one slope below and one above nought.
FORMULA = (
    "var fm := 1/(1+exp(-(a+z1*if(z1<0,b,c))));"
    "var fg := 1/(1+exp(-(d+z2*if(z2<0,e,f))));"
    "var ki := k*exp(z3*s);"
    "var xh := 1/(1+h*exp(z4*s)/ki);"
    "var xg := 1/(1+g*exp(z5*if(z5<0,u,v))/ki);"
    "r := 1/((xg*(1-fg)+fg)*(1+fm*(xh-1)));"
)
NAMES = ["a", "b", "c", "d", "e", "f", "k", "s", "h", "g", "u", "v"]


class Figure(NamedTuple):
    """A median with its central 90 %."""

    key: str
    value: float
    low: float
    high: float


class Pair(NamedTuple):
    """The figures of one pair; concentrations in uM, ``gut`` that at the median absorption."""

    fm: Figure
    f_gut: Figure
    ki: tuple[str, float]
    liver: tuple[str, float]
    gut: float
    absorption: Figure


def pairs(knowledge: Knowledge) -> list[Pair]:
    """Every pair of the base with all five figures."""
    constant = knowledge.ddi.constant
    ka = constant("physiology/ka_static_model_per_h")
    assert ka.low is not None
    assert ka.high is not None
    absorption = Figure(ka.id, ka.number, ka.low, ka.high)
    flow = constant("physiology/Qent_L_per_h").number
    inhibitors = []
    for medicine in knowledge.medicines.all():
        for ki in medicine.perpetrator.parameters:
            if ki.parameter == "Ki" and ki.recommended and ki.enzyme in (ENZYME, "CYP3A"):
                inhibitors += [
                    (ki, use.fact_id, use.cmax_unbound_um, use.dose_mg / use.molar_mass_g_per_mol)
                    for use in medicine.perpetrator.exposures
                    if use.species == ki.species
                    if use.cmax_unbound_um and use.dose_mg and use.molar_mass_g_per_mol
                ]
    found = []
    for victim in knowledge.medicines.all():
        fm = _figure(f"medicine/{victim.id}/fm/{ENZYME}", victim.victim.fm.get(ENZYME))
        f_gut = _figure(f"medicine/{victim.id}/f_gut", victim.victim.f_gut)
        if fm is None or f_gut is None:
            continue
        for ki, key, peak, dose_mmol in inhibitors:
            gut = absorption.value * dose_mmol * 1e3 / flow
            own = (ki.fact_id, ki.value)
            found.append(Pair(fm, f_gut, own, (key, peak), gut, absorption))
    return found


def _figure(key: str, figure: record.Figure | None) -> Figure | None:
    if figure is None or figure.low is None or figure.high is None:
        return None
    return Figure(key, figure.value, figure.low, figure.high)


Triples = NDArray[np.float64]


def ours(listed: Sequence[Pair], *, kept: bool) -> Triples:
    """Quantiles of every pair by the package."""
    found = []
    for pair in listed:
        if not kept:
            standard_normal.cache_clear()
        ki = positive_cv(pair.ki[0], pair.ki[1], CV)
        liver = positive_cv(pair.liver[0], pair.liver[1], CV)
        gut = pair.gut / pair.absorption.value * positive(*pair.absorption)
        cleared = Clearance(fm={ENZYME: fraction(*pair.fm)}, f_gut=fraction(*pair.f_gut))
        left = Activity(liver={ENZYME: 1 / (1 + liver / ki)}, gut_cyp3a=1 / (1 + gut / ki))
        ratio = auc_ratio(cleared, [left])
        found.append((ratio.low, ratio.median, ratio.high))
    return np.array(found)


def theirs(listed: Sequence[Pair]) -> Triples:
    """Quantiles of every pair by OpenTURNS."""
    ot.RandomGenerator.SetSeed(SEED)
    inputs = ot.JointDistribution([ot.Normal(0.0, 1.0)] * 5)
    function = ot.SymbolicFunction([*(f"z{i}" for i in range(1, 6)), *NAMES], ["r"], FORMULA)
    at = list(range(5, 5 + len(NAMES)))
    found = []
    for pair in listed:
        fixed = ot.ParametricFunction(function, at, parameters(pair))
        sample = fixed(ot.LHSExperiment(inputs, SIZE).generate())
        found.append([sample.computeQuantilePerComponent(q)[0] for q in QUANTILES])
    return np.array(found)


def parameters(pair: Pair) -> list[float]:
    """The constants of the formula for one pair."""
    fm, fg = (_slopes(*(_logit(x) for x in f[1:])) for f in (pair.fm, pair.f_gut))
    ka = pair.absorption
    _, below, above = _slopes(math.log(ka.value), math.log(ka.low), math.log(ka.high))
    spread = math.sqrt(math.log1p(CV * CV))
    return [*fm, *fg, pair.ki[1], spread, pair.liver[1], pair.gut, below, above]


def _slopes(middle: float, low: float, high: float) -> tuple[float, float, float]:
    return middle, (middle - low) / Z90, (high - middle) / Z90


def _logit(x: float) -> float:
    inside = min(max(x, 1e-3), 1 - 1e-3)
    return math.log(inside / (1 - inside))


def timed(work: Callable[[], Triples]) -> tuple[float, Triples]:
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    listed = pairs(load())
    works: dict[str, Callable[[], Triples]] = {
        "speciosa": lambda: ours(listed, kept=True),
        "speciosa, without kept draws": lambda: ours(listed, kept=False),
        f"OpenTURNS {ot.__version__}": lambda: theirs(listed),
    }
    took: dict[str, list[float]] = {name: [] for name in works}
    found = {name: work() for name, work in works.items()}
    for _ in range(rounds):
        for name, work in works.items():
            seconds, found[name] = timed(work)
            took[name].append(seconds)
    peer = list(works)[-1]
    slowest = statistics.median(took[peer])
    print(f"{len(listed)} pairs, {SIZE:,} draws, {rounds} interleaved rounds\n")
    print(
        "| Program | Median time | Per pair | Times as fast as the peer | "
        "Difference at 0.05, 0.5, 0.95: typical (largest) |"
    )
    print("|---|---|---|---|---|")
    for name, times in took.items():
        middle = statistics.median(times)
        off = np.expm1(np.abs(np.log(found[name] / found[peer])))
        apart = ", ".join(f"{np.median(c):.1%} ({c.max():.1%})" for c in off.transpose())
        print(
            f"| {name} | {middle * 1e3:.0f} ms | {middle / len(listed) * 1e6:.0f} us | "
            f"{slowest / middle:.1f} | {apart if name != peer else 'reference'} |"
        )


if __name__ == "__main__":
    main()
