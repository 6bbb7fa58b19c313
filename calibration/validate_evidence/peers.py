"""Pooling beside the key that R's metafor and clubSandwich made on drawn data, part by part."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from calibration.validate_evidence.cases import sizes
from speciosa.evidence import pooling
from speciosa.evidence.effect_sizes.table import EffectSizes, Measure, TwoByTwo
from speciosa.evidence.pooling import METHODS

if TYPE_CHECKING:
    from numpy.typing import NDArray

KEY = Path(__file__).parents[2] / "tests/evidence/keys/pooling.json"
Made = dict[str, Any]


class Compared(NamedTuple):
    """Some figures of ours beside theirs; ``size`` is what a figure near nought is measured by."""

    part: str
    ours: object
    theirs: object
    size: float

    @property
    def figures(self) -> int:
        """How many figures."""
        return int(np.size(np.asarray(self.ours, dtype=np.float64)))

    @property
    def difference(self) -> float:
        """The largest difference, relative to the figure or to the size of the data."""
        a, b = _array(self.ours), _array(self.theirs)
        if not (np.isfinite(a).all() and np.isfinite(b).all()):
            raise ValueError(f"{self.part}: a figure is missing on one side")
        return float((np.abs(a - b) / np.maximum(np.abs(b), self.size or 1e-300)).max())


def _array(values: object) -> NDArray[np.float64]:
    return np.atleast_1d(np.asarray(values, dtype=np.float64))


def key() -> Made:
    """The key as written by tools/peers/metafor_key.R."""
    made: Made = json.loads(KEY.read_text(encoding="utf-8"))
    return made


def compared() -> Iterator[Compared]:
    """Every comparison, in the order of the page."""
    made = key()
    for drawn in made["effects"].values():
        yield from _effects(_sizes(drawn), drawn["univariate"])
        if "regression" in drawn:
            yield from _regression(_sizes(drawn), drawn["regression"])
    for drawn in made["counts"].values():
        yield from _counts(drawn)
    for drawn in made["dependent"].values():
        yield from _dependent(_sizes(drawn), drawn)


def _sizes(drawn: Made) -> EffectSizes:
    k = len(drawn["yi"])
    labels = [f"s{i:03d}" for i in range(k)]
    return sizes(
        np.array(drawn["yi"]), np.array(drawn["vi"]), labels,
        years=tuple(drawn.get("year", [None] * k)),
        cluster=tuple(str(value) for value in drawn.get("cluster", labels)),
        moderators={name: tuple(drawn[name]) for name in ("x", "z", "group") if name in drawn},
    )  # fmt: skip


def _effects(of: EffectSizes, want: Made) -> Iterator[Compared]:
    typical = float(np.median(of.vi))
    size = typical**0.5
    for method in METHODS[1:]:
        theirs = want["pooled"][method]
        got = pooling.pool(of, method=method, ci="z")
        yield Compared("tau2, eight estimators", got.tau2, theirs["tau2"], typical)
        yield Compared(
            "Estimate, standard error and interval",
            [got.estimate, got.se, got.ci_low, got.ci_high],
            [theirs[name] for name in ("estimate", "se", "ci_low", "ci_high")],
            size,
        )
        yield Compared("I2 from tau2", got.i2, theirs["i2"], 100)
        half = (got.pi_high or 0.0) - got.estimate
        yield Compared("Prediction interval, k - 2", half, theirs["pi_half"], size)
        for ci, name in (("HK", "knha"), ("HK-adhoc", "adhoc")):
            hk = pooling.pool(of, method=method, ci=ci)  # type: ignore[arg-type]
            yield Compared(
                "Hartung-Knapp, plain and ad hoc",
                [hk.se, hk.ci_low, hk.ci_high],
                [theirs[name][field] for field in ("se", "ci_low", "ci_high")],
                size,
            )
    whole = pooling.pool(of)
    bounds = [whole.tau2_low, whole.tau2_high]
    yield Compared("Q-profile interval of tau2", bounds, want["q_profile"], typical)
    left, grown = pooling.leave_one_out(of), pooling.cumulative(of, ci="z")
    for name in ("estimate", "se", "ci_low", "ci_high"):
        theirs = want["leave_one_out"][name]
        yield Compared("Leave-one-out", getattr(left, name), theirs, size)
    for name in ("estimate", "se"):
        yield Compared("Cumulative", getattr(grown, name), want["cumulative"][name], size)
    if of.yi.size > 3:
        moved = pooling.influence(of)
        for name in ("residual", "dffits", "cook", "covariance_ratio", "hat"):
            yield Compared("Influence", getattr(moved, name), want["influence"][name], 1)
    egger, rank = pooling.egger(of), pooling.begg(of)
    asymmetry = [egger.slope.stat, egger.slope.p]
    yield Compared("Egger", asymmetry, [want["egger"]["stat"], want["egger"]["p"]], 1)
    yield Compared("Begg", [rank.tau, rank.p], [want["begg"]["tau"], want["begg"]["p"]], 1)
    for which, theirs in want["trim_and_fill"].items():
        if theirs:
            estimator, side, method = which.split("_")
            filled = pooling.trim_and_fill(
                of, method="CE" if method == "FE" else "REML", ci="z", side=side,
                estimator=estimator,
            )  # fmt: skip
            yield Compared(
                "Trim and fill, L0 and R0, both sides",
                [filled.k0, filled.pooled.estimate],
                [theirs["k0"], theirs["estimate"]],
                max(1.0, size),
            )


def _regression(of: EffectSizes, want: Made) -> Iterator[Compared]:
    size = max(float(np.abs(of.yi).max()), float(np.median(of.vi)) ** 0.5)
    for method in METHODS[1:]:
        for ci, test in (("z", "z"), ("HK", "knha"), ("HK-adhoc", "adhoc")):
            got = pooling.meta_regression(of, ("x", "z", "group"), method=method, ci=ci)  # type: ignore[arg-type]
            theirs = want[f"{method}_{test}"]
            results = [each.result for each in got.coefficients]
            yield Compared(
                "Meta-regression, five coefficients",
                [*(r.estimate for r in results), *(r.se for r in results)],
                [*theirs["estimate"], *theirs["se"]],
                size,
            )
            yield Compared(
                "Meta-regression, tests", [got.qe_p, got.qm_p], [theirs["qe_p"], theirs["qm_p"]], 1
            )


def _counts(drawn: Made) -> Iterator[Compared]:
    fields = ("events_1", "total_1", "events_2", "total_2")
    counts = TwoByTwo(**{name: np.array(drawn[name], float) for name in fields})
    for measure in (Measure.OR, Measure.RR, Measure.RD):
        got, theirs = pooling.mantel_haenszel(counts, measure), drawn["answers"][measure.value]
        ours = [got.estimate, got.se]
        yield Compared("Mantel-Haenszel", ours, [theirs["estimate"], theirs["se"]], 0)
    peto, theirs = pooling.peto(counts), drawn["answers"]["Peto"]
    yield Compared("Peto", [peto.estimate, peto.se], [theirs["estimate"], theirs["se"]], 0)
    score, theirs = pooling.harbord(counts), drawn["answers"]["Harbord"]
    yield Compared("Harbord", [score.slope.p], [theirs["p"]], 1)


def _dependent(of: EffectSizes, drawn: Made) -> Iterator[Compared]:
    got, want = pooling.three_level(of), drawn["three_level"]
    variances = [got.sigma2_study, got.sigma2_effect]
    yield Compared("Three-level model, two variances", variances, want["sigma2"], 1)
    ours = [got.result.estimate, got.result.se]
    yield Compared("Three-level model, estimate", ours, [want["estimate"], want["se"]], 0)
    for robust, theirs in (
        (got.robust.result, want["cr2"]),
        (pooling.robust(of).result, drawn["independent_cr2"]),
    ):
        yield Compared(
            "CR2 with Satterthwaite's degrees of freedom",
            [robust.se, robust.df, robust.ci_low, robust.ci_high],
            [theirs[name] for name in ("se", "df", "ci_low", "ci_high")],
            0,
        )
    merged = pooling.aggregate(of, rho=0.5)
    yield Compared("Effects of one study made one", merged.yi, drawn["aggregated"]["half"]["yi"], 0)
