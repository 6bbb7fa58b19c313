"""A network meta-analysis from the trials to everything that is told of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.effect_sizes.alike import WIDEST
from speciosa.evidence.effect_sizes.table import Handling, Measure
from speciosa.evidence.network.direct import (
    BACK_CALCULATION,
    BY_DESIGN,
    direct_evidence,
    shares,
    split,
)
from speciosa.evidence.network.fit import METHODS, Fit, between_trials, fit, interval_of_tau2
from speciosa.evidence.network.inconsistency import decompose
from speciosa.evidence.network.mantel_haenszel import design_trials
from speciosa.evidence.network.names import nearest
from speciosa.evidence.network.ranking import p_scores, rank_ranges
from speciosa.evidence.network.result import Alternative, Contrasts, NetworkResult, Rank
from speciosa.evidence.network.structure import build, connected, designs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speciosa.evidence.network.inconsistency import Inconsistency
    from speciosa.evidence.network.structure import Network
    from speciosa.evidence.network.trial import Given, Trial

MANTEL_HAENSZEL = "MH"
CI_METHODS = ("z", "HK")
ASSUMED = "The P-scores assume that lower is better; say --better lower or --better higher."


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """How to analyse. ``lower_is_better`` None: lower is assumed, and that is told."""

    method: str = "REML"
    ci: str = "z"
    level: float = 0.95
    reference: str = ""
    component: str = ""
    lower_is_better: bool | None = None
    split: str = BACK_CALCULATION


def analyse(given: Given, choices: Choices | None = None) -> NetworkResult:
    """Network meta-analysis of trials. Raises ``InputError`` for a network that cannot be one."""
    choices = choices or Choices()
    _check(choices)
    rare = choices.method == MANTEL_HAENSZEL
    every, handled = given.trials, given.handled
    if rare:
        # What the inverse-variance analysis adds to cells of 0 is not part of this one.
        every, handled = design_trials(given)
    trials = connected(every, choices.component)
    handled += _outside(every, trials, choices.component)
    network = build(trials)
    _weighable(network)
    tau2 = between_trials(network, "CE" if rare else choices.method)
    common = fit(network.rows)
    random = fit(network.rows, tau2) if tau2 else common
    inconsistency = decompose(network)
    direct = direct_evidence(network, tau2)
    contrasts = _contrasts(random, network, choices, tau2)
    lower = choices.lower_is_better is not False
    reference = _reference(network, choices.reference)
    total = inconsistency.total
    others, lacking = _alternatives(given, network, reference, choices)
    profile = None if rare or choices.method == "CE" else interval_of_tau2(network, choices.level)
    return NetworkResult(
        measure=given.measure,
        method=choices.method,
        ci_method=choices.ci,
        level=choices.level,
        treatments=network.treatments,
        reference=reference,
        reference_given=bool(choices.reference),
        trials=trials,
        k_studies=sum(trial.studies for trial in trials),
        k_designs=len(inconsistency.designs),
        k_pairwise=sum(t.studies * len(t.arms) * (len(t.arms) - 1) // 2 for t in trials),
        tau2=tau2,
        tau2_interval=profile,
        i2=max(0.0, (total.q - total.df) / total.q) * 100 if total.df and total.q else None,
        h2=total.q / total.df if total.df else None,
        ci_df=network.df if choices.ci == "HK" else None,
        pi_df=network.df - 1 if contrasts.pi_low is not None else None,
        common=_contrasts(common, network, Choices(method="CE", level=choices.level), 0.0),
        random=contrasts,
        direct_k=direct.k,
        direct_people=direct.people,
        direct_share=shares(direct, random),
        inconsistency=inconsistency,
        splits=split(network, random, direct, choices.split),
        split_method=choices.split,
        ranks=_ranks(network, random, common, contrasts, lower=lower),
        lower_is_better=lower,
        direction_given=choices.lower_is_better is not None,
        alternatives=others,
        handled=handled,
        warnings=(*given.warnings, *_warnings(given, network, inconsistency, choices), *lacking),
        columns=given.columns,
        unused=given.unused,
    )


def _check(choices: Choices) -> None:
    problems = []
    methods = (*METHODS, MANTEL_HAENSZEL)
    if choices.method not in methods:
        problems.append(InputProblem("--method", repr(choices.method), ", ".join(methods)))
    if choices.ci not in CI_METHODS:
        problems.append(InputProblem("--ci", repr(choices.ci), ", ".join(CI_METHODS)))
    elif choices.ci == "HK" and choices.method in {"CE", MANTEL_HAENSZEL}:
        accepted = "HK beside DL, REML or ML: it is made for random effects"
        problems.append(InputProblem("--ci", f"HK with {choices.method}", accepted))
    if not 0 < choices.level < 1:
        problems.append(InputProblem("--level", f"{choices.level:g}", "above 0 and below 1"))
    if choices.split not in (BACK_CALCULATION, BY_DESIGN):
        accepted = f"{BACK_CALCULATION}, {BY_DESIGN}"
        problems.append(InputProblem("--split", repr(choices.split), accepted))
    if problems:
        raise InputError(problems)


def _weighable(network: Network) -> None:
    """Refuses trials whose standard errors no arithmetic can weigh together."""
    least, most = int(network.v.argmin()), int(network.v.argmax())
    if network.v[most] <= network.v[least] * WIDEST**2:
        return
    given = " to ".join(
        f"{network.v[row] ** 0.5:.3g} ({network.trials[network.owner[row]].label})"
        for row in (least, most)
    )
    accepted = "trials of one unit: the largest less than a million times the smallest"
    raise InputError([InputProblem("trials", f"standard errors from {given}", accepted)])


def _outside(every: Sequence[Trial], kept: Sequence[Trial], component: str) -> tuple[Handling, ...]:
    held = {trial.label for trial in kept}
    what = f"left out: not in the part of the network that holds {component}, as asked"
    return tuple(Handling(study=t.label, what=what) for t in every if t.label not in held)


def _reference(network: Network, asked: str) -> str:
    """The treatment asked for, or the one in most trials (then of most people, then by name)."""
    if asked:
        if asked not in network.treatments:
            known = ", ".join(network.treatments)
            suggestion = nearest(asked, network.treatments)
            raise InputError([InputProblem("--reference", repr(asked), known, suggestion)])
        return asked
    trials: dict[str, int] = {}
    people: dict[str, float] = {}
    for trial in network.trials:
        for i, name in enumerate(trial.arms):
            trials[name] = trials.get(name, 0) + 1
            people[name] = people.get(name, 0.0) + (trial.people[i] if trial.people else 0.0)
    return min(network.treatments, key=lambda t: (-trials[t], -people[t], t))


def _contrasts(whole: Fit, network: Network, choices: Choices, tau2: float) -> Contrasts:
    estimate = whole.effects[:, None] - whole.effects[None, :]
    variance = whole.variance_of_differences()
    np.fill_diagonal(variance, 0.0)
    tail = (1 + choices.level) / 2
    df = network.df
    hartung_knapp = choices.ci == "HK" and df > 0
    se = np.sqrt(variance * (whole.q / df)) if hartung_knapp else np.sqrt(variance)
    reach = float(stdtrit(df, tail)) if hartung_knapp else float(ndtri(tail))
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = -np.abs(estimate) / se
    p = 2 * (stdtr(df, statistic) if hartung_knapp else ndtr(statistic))
    np.fill_diagonal(p, 1.0)
    around = None
    if choices.method not in {"CE", MANTEL_HAENSZEL} and df > 1:
        around = float(stdtrit(df - 1, tail)) * np.sqrt(se**2 + tau2)
        np.fill_diagonal(around, 0.0)
    return Contrasts(
        estimate=estimate,
        se=se,
        low=estimate - reach * se,
        high=estimate + reach * se,
        p=p,
        pi_low=None if around is None else estimate - around,
        pi_high=None if around is None else estimate + around,
    )


def _ranks(
    network: Network, random: Fit, common: Fit, contrasts: Contrasts, *, lower: bool
) -> tuple[Rank, ...]:
    scores = p_scores(random, lower_is_better=lower)
    plain = p_scores(common, lower_is_better=lower)
    first, last = rank_ranges(contrasts.low, contrasts.high, lower_is_better=lower)
    ranks = [
        Rank(
            treatment=name,
            p_score=float(scores[i]),
            p_score_common=float(plain[i]),
            first=int(first[i]),
            last=int(last[i]),
        )
        for i, name in enumerate(network.treatments)
    ]
    return tuple(sorted(ranks, key=lambda r: (-r.p_score, r.treatment)))


def _alternatives(
    given: Given, network: Network, reference: str, choices: Choices
) -> tuple[tuple[Alternative, ...], tuple[str, ...]]:
    """The trials by every other method, and why one cannot be had.

    Mantel-Haenszel stands beside where an arm has no events.
    """
    if choices.method == MANTEL_HAENSZEL:
        return (), ()
    found: list[Alternative] = []
    lacking: list[str] = []
    methods = [method for method in METHODS if method != choices.method]
    if given.measure is Measure.OR and any(0 in one.events for one in given.counts):
        methods.append(MANTEL_HAENSZEL)
    for method in methods:
        try:
            of = network if method != MANTEL_HAENSZEL else _rare(given, network, choices)
            found.append(_alternative(method, of, reference, choices))
        except InputError as error:
            told = error.problems[0]
            lacking.append(f"No answer by {method} beside this one: {told.field}, {told.value}.")
    return tuple(found), tuple(lacking)


def _rare(given: Given, network: Network, choices: Choices) -> Network:
    """The trials for Mantel-Haenszel. Raises ``InputError`` where treatments are lost by it."""
    trials, _ = design_trials(given)
    rare = build(connected(trials, choices.component))
    lost = sorted(set(network.treatments) - set(rare.treatments))
    if lost:
        given_words = f"no odds ratio of {', '.join(lost)} without adding to cells of 0"
        raise InputError([InputProblem("network", given_words, "events in more arms")])
    return rare


def _alternative(method: str, network: Network, reference: str, choices: Choices) -> Alternative:
    rare = method == MANTEL_HAENSZEL
    tau2 = 0.0 if rare else between_trials(network, method)
    whole = fit(network.rows, tau2)
    at = network.treatments.index(reference)
    estimate = whole.effects - whole.effects[at]
    se = np.sqrt(whole.variance_of_differences()[:, at])
    reach = float(ndtri((1 + choices.level) / 2)) * se
    return Alternative(
        method=method,
        tau2=None if rare or method == "CE" else tau2,
        k_studies=sum(trial.studies for trial in network.trials),
        estimate=estimate,
        se=se,
        low=estimate - reach,
        high=estimate + reach,
    )


def _warnings(
    given: Given, network: Network, inconsistency: Inconsistency, choices: Choices
) -> list[str]:
    found = []
    if inconsistency.between.df == 0 and len(network.treatments) > 2:
        found.append(
            "No two designs tell about the same contrast: whether direct and indirect evidence "
            "agree cannot be tested."
        )
    if choices.method in {"DL", "REML", "ML"} and network.df < 1:
        found.append("No trial can be compared with another: tau2 cannot be estimated; taken as 0.")
    single = [design for design, trials in designs(network).items() if len(trials) == 1]
    if choices.method != MANTEL_HAENSZEL and single and len(network.treatments) > 2:
        found.append(
            "Compared in one trial each: "
            f"{len(single)} of the {len(inconsistency.designs)} sets of treatments."
        )
    if given.layout == "contrasts" and given.measure.is_ratio:
        found.append(f"The effects of the file are taken to be logarithms of {given.measure}.")
    if given.counts and choices.method != MANTEL_HAENSZEL:
        empty = sum(1 for one in given.counts if 0 in one.events)
        if empty:
            found.append(
                f"Trials with an arm without events: {empty}. What is added to such cells pulls "
                "odds ratios towards 1; compare --method MH, which adds nothing."
            )
    if choices.lower_is_better is None:
        found.append(ASSUMED)
    return found
