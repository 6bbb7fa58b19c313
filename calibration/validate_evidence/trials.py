"""Simulated trials held against what is known: nominal errors, formulas, what was asked for."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from functools import lru_cache

from speciosa.evidence.trials.design import Design, parse_design
from speciosa.evidence.trials.result import Figure, TrialResult
from speciosa.evidence.trials.simulate import simulate
from speciosa.knowledge import load

NULL_TRIALS, POWER_TRIALS = 20_000, 10_000
_CORES = min(os.cpu_count() or 1, 8)
_QUIET = {"scenarios": False, "sample_size": False}
_IDEAL = {"bounded": False, "whole_points": False}
_STAY = {"control": 0, "treatment": 0}


def documents() -> dict[str, str]:
    """The page on trials."""
    return {"trials.md": "\n".join(_page()) + "\n"}


def _design(**changes: object) -> Design:
    trials = changes.pop("trials", NULL_TRIALS)
    base = {
        "title": "validation",
        "design": "parallel",
        "treatment": {"name": "treatment", "kind": "medicine"},
        "subjects": 200,
        "visits_weeks": [1, 2, 4, 6, 8],
        "effect": {"difference": 0},
        "analysis": {"method": "ancova"},
        "simulation": {"trials": trials, "seed": 1, **_QUIET},
    }
    given = {**base, **changes}
    if "periods" in given:  # its own visits and its own analysis
        del given["visits_weeks"], given["analysis"]
    if "doses" in given:
        del given["effect"]
    return parse_design(given)


@lru_cache(maxsize=64)
def _run(design: Design) -> TrialResult:
    return simulate(design, load(), cores=_CORES)


def _page() -> Iterator[str]:
    yield "# Simulated trials: validation"
    yield ""
    yield "Made by `python -m calibration.validate_evidence trials --write`."
    yield ""
    yield from _null()
    yield from _margin()
    yield from _power()
    yield from _looks()
    yield from _leaving()
    yield from _entry()
    yield from _confounded()
    yield "The analyses themselves are validated in [analysis](analysis.md)."


# ------------------------------------------------------------------ errors of the first kind


def _nulls() -> Iterator[tuple[str, Design]]:
    periods = {"count": 2, "weeks": 4}
    yield "parallel, ANCOVA", _design()
    yield "parallel, ANCOVA, nobody leaves", _design(leaving=_STAY)
    yield "parallel, MMRM", _design(analysis={"method": "mmrm"})
    yield "parallel, MMRM, 40 people", _design(analysis={"method": "mmrm"}, subjects=40)
    yield "crossover", _design(design="crossover", periods=periods, subjects=60)
    yield (
        "aggregated n-of-1, six periods, effects that do not differ",
        _design(
            design="n_of_1",
            periods={"count": 6, "weeks": 3},
            subjects=30,
            effect={"difference": 0, "spread_between_people": 0},
        ),
    )
    yield (
        "aggregated n-of-1, six periods, effects that differ (SD 2)",
        _design(
            design="n_of_1",
            periods={"count": 6, "weeks": 3},
            subjects=30,
            effect={"difference": 0, "spread_between_people": 2},
        ),
    )
    yield (
        "aggregated n-of-1, two periods",
        _design(design="n_of_1", periods=periods, subjects=60),
    )
    yield (
        "dose-ranging, three doses, contrasts over shapes",
        _design(
            design="dose_ranging",
            doses=[
                {"name": name, "position": place, "difference": 0}
                for name, place in (("low", 0.25), ("middle", 0.5), ("high", 1))
            ],
        ),
    )
    for spending, futility in _BOUNDARIES:
        yield (
            f"parallel, ANCOVA, looks at a third and two thirds, {_worded(spending, futility)}",
            _design(interim=_interim(spending, futility)),
        )
    yield (
        "non-inferiority, worse by just the margin, nobody leaves, no ends of the scale",
        _design(
            design="non_inferiority",
            margin=2,
            control={"name": "an SSRI", "kind": "active"},
            effect={"difference": 2},
            leaving=_STAY,
            course={**_IDEAL, "control_change": -9},
        ),
    )


_BOUNDARIES = (
    ("obrien_fleming", None),
    ("pocock", None),
    ("obrien_fleming", "beta_obrien_fleming"),
    ("pocock", "beta_pocock"),
    ("obrien_fleming", "conditional_power"),
)


def _interim(spending: str, futility: str | None) -> dict[str, object]:
    return {"fractions": [1 / 3, 2 / 3, 1], "spending": spending, "futility": futility}


def _worded(spending: str, futility: str | None) -> str:
    words = spending.replace("_", "-")
    return words if futility is None else f"{words}, futility by {futility.replace('_', ' ')}"


def _null() -> Iterator[str]:
    yield f"## Type I error over {NULL_TRIALS:,} trials without a true difference"
    yield ""
    yield (
        "Claims of benefit (one-sided, nominal 2.5 %). `z` is the distance from nominal in Monte "
        "Carlo standard errors. People leave as in the base unless said; leaving by scores that "
        "nobody sees (15 % of all who leave) is the same in both arms."
    )
    yield ""
    yield "| Design | Claims of benefit | Monte Carlo SE | z | 95 % CI covers | Not converged |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for name, design in _nulls():
        found = _run(design).planned
        se = math.sqrt(0.025 * 0.975 / found.trials)
        z = (found.success.value - 0.025) / se
        yield (
            f"| {name} | {100 * found.success.value:.2f} % | {100 * se:.2f} | {z:+.1f} | "
            f"{_percent(found.coverage)} | {found.not_converged} |"
        )
    yield ""
    yield (
        "With futility heeded fewer trials claim a benefit than the boundaries allow: they are "
        "computed as if nobody stopped for it. For the doses the interval is that of the highest."
    )
    yield ""


def _margin() -> Iterator[str]:
    yield "## Non-inferiority: the null at the margin of the estimand"
    yield ""
    yield (
        "Stopping and the ends of the scale make the true value of the estimand smaller than the "
        "difference put in; it is set so that the true value is the margin. 4,000 trials of 400 "
        "people, margin 2, 25 % stop in each arm. Claims beyond 2.5 % are the bias of an analysis "
        "that takes who is not seen for missing at random."
    )
    yield ""
    yield "| Estimand | True difference | Mean estimate | Claims of non-inferiority |"
    yield "| --- | --- | --- | --- |"
    for strategy in ("hypothetical", "treatment_policy"):
        design = _design(
            design="non_inferiority",
            margin=2,
            subjects=400,
            control={"name": "an SSRI", "kind": "active"},
            effect={"difference": 0},
            course={"control_change": -11},
            leaving={"control": 0.25, "treatment": 0.25},
            analysis={"method": "ancova", "strategy": strategy},
            simulation={"trials": 4_000, "seed": 1, "scenarios": True, "sample_size": False},
        )
        null = next(s for s in _run(design).scenarios if s.null)
        yield (
            f"| {strategy.replace('_', ' ')} | {null.true_difference or 0.0:.2f} | "
            f"{null.mean_estimate.value:.2f} ({null.mean_estimate.mc_se:.2f}) | "
            f"{100 * null.success.value:.2f} % ({100 * null.success.mc_se:.2f}) |"
        )
    yield ""


# ------------------------------------------------------------------ power


def _powers() -> Iterator[tuple[str, str, Design]]:
    whole = {"course": _IDEAL, "leaving": _STAY, "trials": POWER_TRIALS}
    for subjects, difference in ((100, -4.0), (200, -3.0), (400, -2.0)):
        yield (
            f"ANCOVA, {subjects} people, {difference:g} points",
            "ANCOVA",
            _design(subjects=subjects, effect={"difference": difference}, **whole),
        )
    yield (
        "MMRM, 200 people, -3 points",
        "ANCOVA",
        _design(effect={"difference": -3}, analysis={"method": "mmrm"}, **whole),
    )
    yield (
        "ANCOVA, 2 to 1, 200 people, -3 points",
        "ANCOVA",
        _design(effect={"difference": -3}, ratio=2, **whole),
    )
    random_alone = {"at_random": 1, "observed": 0, "unobserved": 0, "adverse": 0}
    yield (
        "ANCOVA, a quarter leave at random",
        "ANCOVA of those who stay",
        _design(
            effect={"difference": -3},
            course=_IDEAL,
            leaving={"control": 0.25, "treatment": 0.25, **random_alone},
            trials=POWER_TRIALS,
        ),
    )
    for subjects in (40, 80):
        yield (
            f"crossover, {subjects} people, -3 points",
            "Crossover t-test (two periods)",
            _design(
                design="crossover",
                periods={"count": 2, "weeks": 4, "carry_over_share": 0},
                subjects=subjects,
                effect={"difference": -3},
                **whole,
            ),
        )


def _power() -> Iterator[str]:
    yield f"## Power against closed forms, {POWER_TRIALS:,} trials each"
    yield ""
    yield "| Design | Simulated | Monte Carlo SE | Formula | Difference in SE |"
    yield "| --- | --- | --- | --- | --- |"
    for name, form_name, design in _powers():
        result = _run(design)
        form = next(f for f in result.closed_forms if f.name == form_name)
        found = result.planned.success
        apart = (found.value - form.power) / found.mc_se
        yield (
            f"| {name} | {found.value:.4f} | {found.mc_se:.4f} | {form.power:.4f} ({form_name}) "
            f"| {apart:+.1f} |"
        )
    yield ""


# ------------------------------------------------------------------ what was asked for


def _looks() -> Iterator[str]:
    yield f"## After looks, {POWER_TRIALS:,} trials each"
    yield ""
    yield (
        "ANCOVA, 200 people, -3 points, looks at a third and two thirds, complete normal scores. "
        "The reported estimate is median-unbiased and its interval follows the stage-wise order, "
        "futility heeded where it is planned; the plain ones take no notice of the looks."
    )
    yield ""
    yield (
        "| Boundaries | Power (formula) | People (formula) | Stops for futility (formula) | "
        "Reported: bias, 95 % CI covers | Plain: bias, 95 % CI covers |"
    )
    yield "| --- | --- | --- | --- | --- | --- |"
    for spending, futility in _BOUNDARIES:
        result = _run(
            _design(
                effect={"difference": -3},
                course=_IDEAL,
                leaving=_STAY,
                interim=_interim(spending, futility),
                trials=POWER_TRIALS,
            )
        )
        form = next(f for f in result.closed_forms if f.name == "Group-sequential ANCOVA")
        found, plain = result.planned, result.planned.unadjusted
        futile = sum(look.stops_for_futility.value for look in found.looks)
        yield (
            f"| {_worded(spending, futility)} | {found.success.value:.4f} ({form.power:.4f}) | "
            f"{found.expected_subjects.value:.1f} ({form.expected_subjects or 0.0:.1f}) | "
            f"{100 * futile:.2f} % ({100 * sum(form.stops_for_futility):.2f}) | "
            f"{_shown(found.bias)}, {_percent(found.coverage)} | "
            f"{_shown(plain.bias if plain else None)}, "
            f"{_percent(plain.coverage if plain else None)} |"
        )
    yield ""


def _shown(figure: Figure | None) -> str:
    return "-" if figure is None else f"{figure.value + 0.0:+.3f}"


def _percent(figure: Figure | None) -> str:
    return "-" if figure is None else f"{100 * figure.value:.2f} %"


def _leaving() -> Iterator[str]:
    yield "## Leaving as asked"
    yield ""
    yield "| Why | Asked (control / treatment) | Found |"
    yield "| --- | --- | --- |"
    names = {
        "at_random": "whatever the score",
        "observed": "by the last score seen (MAR)",
        "unobserved": "by the score not seen (MNAR)",
        "adverse": "for an adverse event",
    }
    for name, words in names.items():
        only = {other: float(other == name) for other in names}
        design = _design(
            leaving={"control": 0.2, "treatment": 0.35, "slope_per_sd": 1, **only}, trials=2_000
        )
        found = _run(design).planned
        yield (
            f"| {words} | 20.0 % / 35.0 % | {100 * found.left_control:.1f} % / "
            f"{100 * found.left_treatment:.1f} % |"
        )
    yield ""


def _entry() -> Iterator[str]:
    yield "## Entry and the ends of the scale"
    yield ""
    yield (
        "A HAM-A with mean 20 and SD 6 in those screened, cut off below 20: half a normal "
        f"distribution, mean {20 + 6 * math.sqrt(2 / math.pi):.3f}, "
        f"SD {6 * math.sqrt(1 - 2 / math.pi):.3f}."
    )
    yield ""
    course = {"entry_score": 20, "baseline_mean": 20, "baseline_sd": 6, **_IDEAL}
    found = _run(_design(course=course, trials=500)).course
    yield f"Simulated: mean {found.baseline_mean:.3f}, SD {found.baseline_sd:.3f}."
    yield ""
    yield "| Scale | Difference without ends | On the scale | Scores beyond it |"
    yield "| --- | --- | --- | --- |"
    for scale, difference in (("HAM-A", -3.0), ("GAD-7", -2.0)):
        result = _run(_design(scale=scale, effect={"difference": difference}, trials=500)).course
        yield (
            f"| {scale} | {result.difference_without_ends:.2f} | "
            f"{result.difference_on_scale:.2f} | {100 * result.beyond_scale_share:.1f} % |"
        )
    yield ""


def _confounded() -> Iterator[str]:
    yield "## A substance without any effect that looks effective"
    yield ""
    yield (
        "Kratom with no true effect on anxiety, 300 people, ANCOVA at week 8. Assumed, not "
        "observed: every figure of guessing and withdrawal is a judgement."
    )
    yield ""
    design = _design(
        treatment={"name": "kratom leaf", "kind": "kratom"},
        subjects=300,
        effect={"difference": -2.5},
        simulation={"trials": 10_000, "seed": 1, "scenarios": True, "sample_size": False},
    )
    yield "| Scenario | Claims a benefit | Mean difference seen | At the first visit |"
    yield "| --- | --- | --- | --- |"
    for scenario in _run(design).scenarios:
        if scenario.null:
            yield (
                f"| {scenario.title} | {100 * scenario.success.value:.1f} % | "
                f"{scenario.mean_estimate.value + 0.0:.2f} | {scenario.apparent[0] + 0.0:.2f} |"
            )
    yield ""
