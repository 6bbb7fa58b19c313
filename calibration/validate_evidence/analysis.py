"""The page of the analyses of trials: agreement with R, and error rates under no difference.

Agreement is told as the power of ten that the largest relative difference stays under: the last
digits of an optimum differ between machines.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from speciosa.evidence.trials import analysis, sequential
from speciosa.evidence.trials.data import Fits, TrialData
from speciosa.evidence.trials.streams import normals_of_trials, uniforms, uniforms_of_trials

KEYS = Path(__file__).parents[2] / "tests/trials/keys"
_NULL_TRIALS = 20_000
_SEED = 6


def documents() -> dict[str, str]:
    """The page, by its file name."""
    parts = [
        _HEAD,
        *_mixed_model(),
        *_within(),
        *_sequential(),
        *_imputation(),
        *_doses(),
        *_null(),
    ]
    return {"analysis.md": "\n".join(parts) + "\n"}


_HEAD = """# Analyses of trials

Made by `python -m calibration.validate_evidence analysis --write`. The answers of R are data in
`tests/trials/keys`, each made by the script of `tools/peers` that it names, with versions.
Differences are relative and the largest of all trials and contrasts of a row.
"""


def _key(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((KEYS / f"{name}.json").read_text("utf-8"))
    return loaded


def _trial(case: dict[str, Any]) -> TrialData:
    y = np.asarray([case["y"]], float)
    if y.ndim == 2:
        y = y[..., None]
    _, subjects, visits = y.shape
    stopped = case.get("stopped", [visits] * subjects)
    return TrialData(
        baseline=np.asarray([case.get("baseline", [0.0] * subjects)], float),
        y=y,
        arm=np.asarray([case.get("arm", [0] * subjects)], np.int8),
        visits_weeks=np.arange(1.0, visits + 1),
        cause=np.zeros((1, subjects), np.int8),
        stopped=np.asarray([stopped], np.int8),
        treatment=np.asarray([case["treatment"]], np.int8) if "treatment" in case else None,
    )


def _apart(pairs: list[tuple[Any, Any]]) -> str:
    """The smallest power of ten above the largest relative difference."""
    largest = max(
        float(np.max(np.abs(np.asarray(ours) - np.asarray(key)) / np.maximum(np.abs(key), 1e-3)))
        for ours, key in pairs
    )
    return f"under 1e{max(-9, int(np.ceil(np.log10(max(largest, 1e-12)))))}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join("---" for _ in head) + " |"]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows), ""]


def _mixed_model() -> list[str]:
    key = _key("mmrm")
    rows = []
    for case in key["trials"]:
        data = _trial(case)
        ours = analysis.mmrm_fit(data, visits=(0, -1))
        plain, named = ours.contrasts, case["mmrm"]["Satterthwaite"]
        gained = ours.log_likelihood[0] - named["log_likelihood"]
        kr = analysis.mmrm(data, structure="compound symmetry", df="kenward-roger")
        pbk = case["pbkrtest"]
        rows.append(
            (
                case["name"],
                _apart([(plain.estimate[0], case["gls"]["estimate"])]),
                _apart([(plain.se[0], case["gls"]["se"])]),
                _apart([(plain.df[0], named["df"])]),
                "at least the peer's" if gained > -1e-9 else "lower",
                _apart([(kr.se[0, 0], pbk["se"]), (kr.df[0, 0], pbk["df"])]),
            )
        )
    head = (
        "Trial",
        "Estimate (gls)",
        "Standard error (gls)",
        "Satterthwaite df (mmrm)",
        "Restricted log-likelihood (mmrm)",
        "Kenward-Roger (pbkrtest, compound symmetry)",
    )
    return [
        "## Mixed model for repeated measures\n",
        *_table(head, rows),
        "The peers stop a little below the top of the likelihood; the differences are that.",
        "Kenward and Roger's method here takes the expected information, as their paper and",
        "pbkrtest do; the package mmrm takes the observed one, and its df differ by some percent",
        "where scores are missing.\n",
    ]


def _within() -> list[str]:
    key = _key("crossover")
    crossed = []
    for case in key["crossover"]:
        fit = analysis.crossover(_trial(case), carry_over=case["carry_over"])
        crossed += [(fit.estimate[0], case["estimate"]), (fit.se[0], case["se"])]
    single = []
    for case in _key("n_of_1")["trials"]:
        own = analysis.n_of_1_fit(_trial(case))
        single += [
            (own.mean.estimate[0, 0], case["mean"]),
            (own.mean.se[0, 0], case["se"]),
            (own.spread[0], case["spread"]),
        ]
    rows = [
        ("Crossover: 2 x 2 and Williams, gaps, carry-over", "lm", _apart(crossed)),
        (
            "Aggregated n-of-1: mean, error, spread of effects",
            "lme4, metafor (error)",
            _apart(single),
        ),
    ]
    return ["## Within persons\n", *_table(("Analysis", "Peer", "Difference"), rows)]


def _sequential() -> list[str]:
    key = _key("sequential")
    rows = []
    for design in key["designs"]:
        plan = sequential.boundaries(
            [*design["fractions"][:-1], 1.0],
            alpha=design["alpha"],
            sides=design["sides"],
            spending=design["spending"],
            parameter=design["parameter"],
        )
        under = sequential.operating(plan, design["drift"])
        rows.append(
            (
                design["name"],
                ", ".join(f"{z:.4f}" for z in plan.upper),
                _apart([(plan.upper, design["upper"])]),
                f"{100 * under.power:.3f} %",
                f"{100 * design['power']:.3f} %",
            )
        )
    head = ("Boundary, looks, sides", "z", "Apart from rpact", "Power at drift 3", "rpact")
    return ["## Interim looks\n", *_table(head, rows)]


def _imputation() -> list[str]:
    key = _key("imputation")
    rows = []
    for number, case in enumerate(key["trials"], 1):
        for method in ("mar", "j2r", "cr", "cir"):
            fit = analysis.reference_based_fit(
                _trial(case),
                method=method,
                imputations=200,
                streams=lambda row, *rest: uniforms(_SEED, row, *rest),
            )
            answer = np.atleast_1d(case["conditional_mean"][method])
            rows.append(
                (
                    str(number),
                    method,
                    _apart([(fit.conditional_mean[0], answer)]),
                    ", ".join(f"{value:.3f}" for value in fit.conditional_mean[0]),
                    ", ".join(f"{value:.3f}" for value in fit.pooled[0].estimate[0]),
                    ", ".join(f"{value:.3f}" for value in fit.pooled[0].se[0]),
                )
            )
    head = (
        "Trial",
        "Assumption",
        "Conditional mean apart from R",
        "Conditional mean",
        "200 imputations",
        "Standard error (Rubin)",
    )
    return ["## Reference-based imputation\n", *_table(head, rows)]


def _doses() -> list[str]:
    rows = []
    for number, case in enumerate(_key("dose")["trials"], 1):
        fit = analysis.dose_response(_trial(case), case["doses"])
        rows.append(
            (
                str(number),
                ", ".join(f"{p:.3f}" for p in fit.dunnett_p[0]),
                ", ".join(f"{p:.3f}" for p in case["dunnett"]),
                ", ".join(f"{p:.3f}" for p in fit.shapes_p[0]),
                ", ".join(f"{p:.3f}" for p in case["shapes_p"]),
            )
        )
    head = ("Trial", "Dunnett p", "multcomp", "p of shapes", "mvtnorm")
    return ["## Doses\n", *_table(head, rows)]


def _null() -> list[str]:
    rows = []
    for subjects, visits in ((24, 3), (60, 4), (300, 6)):
        data = _drawn(subjects, visits, _NULL_TRIALS if subjects < 300 else _NULL_TRIALS // 4)
        fits = {
            "ANCOVA": analysis.ancova(data),
            "MMRM, Satterthwaite": analysis.mmrm(data),
            "MMRM, Kenward-Roger": analysis.mmrm(data, df="kenward-roger"),
            "MMRM, z": analysis.mmrm(data, df="z"),
        }
        rows += [_rate(f"{subjects} x {visits}", name, fit) for name, fit in fits.items()]
    head = (
        "People x visits",
        "Analysis",
        "Trials analysed",
        "Rejected at 5 %",
        "Monte Carlo error",
    )
    return [
        "## No difference between arms\n",
        "Normal scores, a fifth of the people lost at random at a random visit, two-sided 5 %.\n",
        *_table(head, rows),
        "With few people z takes an estimated covariance for a known one and rejects too often.",
    ]


def _rate(size: str, name: str, fit: Fits) -> tuple[str, ...]:
    good = fit.converged[:, 0]
    rate = float((fit.p[good, 0] < 0.05).mean())
    error = np.sqrt(rate * (1 - rate) / good.sum())
    return size, name, f"{good.sum()} of {good.size}", f"{100 * rate:.2f} %", f"{100 * error:.2f} %"


def _drawn(subjects: int, visits: int, trials: int) -> TrialData:
    everyone = range(trials)
    noise = normals_of_trials(_SEED, everyone, subjects, visits + 2, "null scores")
    leaving = uniforms_of_trials(_SEED, everyone, subjects, 2, "null leaving")
    left = np.where(leaving[..., 0] < 0.2, (leaving[..., 1] * visits).astype(int), visits)
    baseline = 24 + 4 * noise[..., 0]
    y = 8 + 0.5 * baseline[..., None] + 3 * noise[..., 1:2] + 4 * noise[..., 2:]
    y[np.arange(visits) >= left[..., None]] = np.nan
    arm = np.broadcast_to((np.arange(subjects) % 2).astype(np.int8), baseline.shape).copy()
    return TrialData(
        baseline=baseline,
        y=y,
        arm=arm,
        visits_weeks=np.arange(1.0, visits + 1),
        cause=np.zeros_like(arm),
        stopped=left.astype(np.int8),
    )
