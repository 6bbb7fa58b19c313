"""What this program gives for every figure of the key on pooling, in the shape of the key."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from calibration.validate_evidence import cases
from speciosa.evidence import pooling
from speciosa.evidence.effect_sizes.table import EffectSizes, Measure, TwoByTwo
from speciosa.evidence.pooling import Inference, Method

if TYPE_CHECKING:
    from speciosa.evidence.pooling import Regression

CLOSED, ITERATIVE, TAU2, P = 1e-4, 5e-4, 1e-3, 1e-3
DIGITS = 1e-6
METHODS: tuple[Method, ...] = ("DL", "REML", "ML", "PM", "SJ", "HE")

Path = tuple[str, ...]
Tree = dict[str, Any]
Node = Tree | list[Any] | float | str | None


@dataclass(frozen=True, slots=True)
class Leaf:
    """One figure of the key beside ours; ``ours`` None where this program gives none."""

    path: Path
    key: float | str | None
    ours: float | str | None
    allowed: float

    @property
    def name(self) -> str:
        """The path in one word."""
        return "/".join(self.path)

    @property
    def agrees(self) -> bool:
        """Within the tolerance, or the same word."""
        if isinstance(self.key, str) or self.key is None or not isinstance(self.ours, float | int):
            return self.key == self.ours
        return abs(self.key - self.ours) <= self.allowed


def leaves(part: str = "") -> Iterator[Leaf]:
    """Every figure of the key on pooling, in its order; those on networks are another part's."""
    for case, want in cases.expected().items():
        if case.startswith(part) and case in ANSWERS:
            yield from _walk((case,), want, ANSWERS[case]())


def _walk(path: Path, key: Node, ours: Node) -> Iterator[Leaf]:
    if isinstance(key, dict):
        for name, value in key.items():
            inner = ours.get(name) if isinstance(ours, dict) else None
            yield from _walk((*path, str(name)), value, inner)
    elif isinstance(key, list):
        for i, value in enumerate(key):
            inner = ours[i] if isinstance(ours, list) and i < len(ours) else None
            yield from _walk((*path, str(i)), value, inner)
    else:
        leaf = None if isinstance(ours, dict | list) else ours
        yield Leaf(path, key, leaf, _allowed(path, key))


def _allowed(path: Path, key: Node) -> float:
    """The tolerance of the key's own header; figures are printed with seven digits."""
    if not isinstance(key, float | int):
        return 0.0
    name, size = path[-1] if not path[-1].isdigit() else path[-2], abs(key)
    iterative = any(
        word in part for part in path for word in ("REML", "ML", "PM", "SJ", "glmm", "three_level")
    )
    if name == "p" or name.endswith("_p"):
        return P
    if iterative and (name in {"tau2", "tau2_QP_ci_REML"} or name.startswith("sigma2")):
        return max(TAU2 * size, 1e-6)
    if iterative and name.startswith(("I2", "H2", "R2", "stat", "QM", "slope_z")):
        return max(TAU2 * size, ITERATIVE)
    return max(ITERATIVE if iterative else CLOSED, DIGITS * size)


# ------------------------------------------------------------------ ours


def _single(of: EffectSizes) -> Tree:
    """All that the key asks of one set of independent effects."""
    common = pooling.pool(of, method="CE")
    out: Tree = {
        "k": common.k, "Q": common.q, "Q_df": common.q_df, "Q_p": common.q_p,
        "I2_higgins_pct": common.i2_q, "inverse_variance_fixed": _pooled(common),
    }  # fmt: skip
    for method in METHODS:
        got = pooling.pool(of, method=method, ci="z")
        normal = pooling.pool(of, method=method, ci="z", pi="z")
        out[f"random_{method}"] = _pooled(got) | {
            "pi_t_km2_lb": got.pi_low, "pi_t_km2_ub": got.pi_high,
            "pi_z_lb": normal.pi_low, "pi_z_ub": normal.pi_high,
        }  # fmt: skip
    for method in ("DL", "REML"):
        out[f"random_{method}_HKSJ"] = _pooled(pooling.pool(of, method=method, ci="HK"))
    whole = pooling.pool(of)
    egger, begg = pooling.egger(of), pooling.begg(of)
    return out | {
        "tau2_QP_ci_REML": [whole.tau2_low, whole.tau2_high],
        "egger_lm": _egger(egger),
        "begg_rank": {"kendall_tau": begg.tau, "p": begg.p},
        "leave_one_out_REML_estimates": pooling.leave_one_out(of).estimate.tolist(),
        "study_yi": of.yi.tolist(),
        "study_vi": of.vi.tolist(),
    }


def _pooled(got: pooling.Pooled) -> Tree:
    return _inference(got) | {
        "k": got.k, "tau2": got.tau2, "Q": got.q, "I2_metafor_pct": got.i2, "H2": got.h2,
    }  # fmt: skip


def _inference(got: pooling.Pooled | Inference) -> Tree:
    return {
        "estimate": got.estimate, "se": got.se, "ci_lb": got.ci_low, "ci_ub": got.ci_high,
        "stat": got.stat, "p": got.p, "df": got.df,
    }  # fmt: skip


def _egger(got: pooling.AsymmetryTest) -> Tree:
    slope = got.slope
    return {"intercept_test_t": slope.stat, "t": slope.stat, "df": slope.df, "p": slope.p}


def _rare(of: EffectSizes) -> Tree:
    mh = pooling.mantel_haenszel(_counts(of), of.measure)
    out: Tree = {
        "mantel_haenszel": {
            "log_estimate": mh.estimate, "se": mh.se, "ci_lb": mh.ci_low, "ci_ub": mh.ci_high,
            "estimate_exp": math.exp(mh.estimate),
        }
    }  # fmt: skip
    if of.measure is Measure.OR:
        peto = pooling.peto(_counts(of))
        out["peto"] = {
            "log_OR": peto.estimate, "se": peto.se, "ci_lb": peto.ci_low, "ci_ub": peto.ci_high,
            "OR": math.exp(peto.estimate),
        }  # fmt: skip
    return out


def _counts(of: EffectSizes) -> TwoByTwo:
    if of.counts is None:
        raise ValueError("these effect sizes carry no counts")
    return of.counts


def _slope(got: Regression, moderator: str) -> Tree:
    intercept, slope = got.coefficient("intercept"), got.coefficient(moderator)
    return {
        "intercept": intercept.estimate, "intercept_se": intercept.se,
        f"slope_{moderator}": slope.estimate, "slope": slope.estimate, "slope_se": slope.se,
        "slope_z": slope.stat, "slope_p": slope.p, "tau2": got.tau2, "QE": got.qe,
        "QE_df": got.qe_df, "QM": got.qm, "R2_pct": got.r2,
    }  # fmt: skip


def _bcg() -> Tree:
    out = {}
    for measure in (Measure.RR, Measure.OR, Measure.RD):
        of = cases.bcg(measure)
        out[measure.value] = _single(of) | _rare(of)
    of = cases.bcg(Measure.RR)
    groups = pooling.subgroups(of, "alloc", ci="z")
    return out | {
        "meta_regression_logRR_on_latitude": {
            method: _slope(pooling.meta_regression(of, ("ablat",), method=method, ci="z"), "ablat")
            for method in ("REML", "DL")
        },
        "subgroup_alloc_logRR_REML": {
            name: _pooled(group) for name, group in zip(groups.names, groups.groups, strict=True)
        },
    }


def _teachers() -> Tree:
    of = cases.teachers()
    got = pooling.meta_regression(of, ("weeks",), ci="z")
    return {
        "SMD_precomputed": _single(of),
        "meta_regression_on_min_weeks_3_REML": _slope(got, "weeks"),
    }


def _magnesium() -> Tree:
    of = cases.two_arms("magnesium_egger2001")
    small = cases.two_arms("magnesium_egger2001", without=15)
    return {"OR": _single(of) | _rare(of), "OR_without_ISIS4": _single(small)}


def _smoking() -> Tree:
    of = cases.smoking()
    filled: Tree = {}
    for name, method in (("fixed", "CE"), ("REML", "REML")):
        got = pooling.trim_and_fill(of, method=method, ci="z")  # type: ignore[arg-type]
        filled[name] = _pooled(got.pooled) | {"k0": got.k0, "side": got.side}
    return {"logOR_from_ci": _single(of), "trim_and_fill_L0": filled}


def _catheter() -> Tree:
    of = cases.two_arms("catheter_nielweise2007")
    glmm = pooling.conditional_logistic(_counts(of))
    conditional = {"estimate": glmm.estimate, "se": glmm.se, "tau2": glmm.tau2}
    return {
        "OR_drop00_half_correction": _single(of)
        | _rare(of)
        | {"glmm_conditional_approx": conditional}
    }


def _psychotherapy() -> Tree:
    chosen = {
        "all_psychotherapy_vs_control": lambda row: True,
        "cbt_vs_waitlist": lambda row: (
            row["condition_arm1"] == "cbt" and row["condition_arm2"] == "wl"
        ),
        "cbt_vs_cau": lambda row: row["condition_arm1"] == "cbt" and row["condition_arm2"] == "cau",
        "low_risk_of_bias_only": lambda row: row["ROB"] == "low risk",
    }
    return {name: _dependent(cases.psychotherapy(choose)) for name, choose in chosen.items()}


def _dependent(of: EffectSizes) -> Tree:
    by_study = pooling.aggregate(of, rho=0.5)
    whole, three = pooling.pool(by_study), pooling.three_level(of)
    return {
        "n_effect_sizes": len(of.labels),
        "naive_all_es_REML": _pooled(pooling.pool(of, ci="z")),
        "aggregated_rho0.5_REML": _pooled(pooling.pool(by_study, ci="z")),
        "aggregated_rho0.5_REML_HKSJ": _pooled(whole),
        "aggregated_rho0.5_DL": _pooled(pooling.pool(by_study, method="DL", ci="z")),
        "prediction_interval_aggregated_REML_t_km2": [whole.pi_low, whole.pi_high],
        "egger_lm_aggregated": _egger(pooling.egger(by_study)),
        "three_level_REML": _inference(three.result)
        | {"sigma2_study": three.sigma2_study, "sigma2_es": three.sigma2_effect},
    }


ANSWERS = {
    "bcg_colditz1994": _bcg,
    "teacher_expectancy_raudenbush1985": _teachers,
    "magnesium_egger2001": _magnesium,
    "passive_smoking_hackshaw1998": _smoking,
    "catheter_nielweise2007": _catheter,
    "gad_psychotherapy_metapsy": _psychotherapy,
}


# ------------------------------------------------------------------ named reasons

_ROOT = (
    "the key's program stops its search for this root at an absolute 1e-4; at its value the"
    " equation is not met, at ours it is"
)
REASONS: dict[str, str] = {
    **{
        f"bcg_colditz1994/RD/random_PM/{name}": _ROOT
        for name in (
            "stat", "p", "tau2", "H2", "pi_t_km2_lb", "pi_t_km2_ub", "pi_z_lb", "pi_z_ub",
        )
    },
    "bcg_colditz1994/RD/tau2_QP_ci_REML/0": _ROOT,
    "bcg_colditz1994/RD/tau2_QP_ci_REML/1": _ROOT,
    "teacher_expectancy_raudenbush1985/SMD_precomputed/tau2_QP_ci_REML/0": _ROOT,
    "passive_smoking_hackshaw1998/logOR_from_ci/random_PM/tau2": _ROOT,
    "passive_smoking_hackshaw1998/logOR_from_ci/random_PM/I2_metafor_pct": _ROOT,
    "magnesium_egger2001/OR_without_ISIS4/leave_one_out_REML_estimates/4": (
        "the key has no value: its program's iteration did not converge; with half its step it"
        " gives -0.9808893, as ours does between brackets"
    ),
}  # fmt: skip


def generalised_q(of: EffectSizes, tau2: float) -> float:
    """Q at a value of tau2: what Paule and Mandel and Q-profile solve for."""
    w = 1 / (of.vi + tau2)
    return float((w * (of.yi - np.average(of.yi, weights=w)) ** 2).sum())
