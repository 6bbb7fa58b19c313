"""Fit the error of the static interaction model to the study pairs, and write the validation page.

    python calibration/interaction_model_error.py [--write]

Needs numpy only. The ranges of the parameters explain part of the distance between a predicted and
a studied AUC ratio. The rest (what the equation leaves out, doses, study designs, people) is taken
as one log-normal error, the same for every pair: the standard deviation that makes the studied
ratios likeliest, a pair's own parameter variance given. It is judged on pairs whose victim, and
then whose perpetrator, took no part in the fit. Without ``--write`` the page is printed; with it
``knowledge/data/ddi/model_error.json`` and ``docs/validation/interactions.md`` are written. Same
facts in, same bytes out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from speciosa.knowledge import Knowledge, load
from speciosa.pharmacology.interactions.kinetics.perpetrator import Ground, Use, activity, effects
from speciosa.pharmacology.interactions.kinetics.sampling import standard_normal
from speciosa.pharmacology.interactions.kinetics.static_model import (
    MODEL_ERROR,
    Activity,
    Clearance,
    auc_ratio,
)
from speciosa.pharmacology.interactions.kinetics.victim import clearance

ROOT = Path(__file__).parents[1]
DATA = ROOT / "src/speciosa/knowledge/data/ddi/model_error.json"
PAGE = ROOT / "docs/validation/interactions.md"
FACT = f"ddi/{MODEL_ERROR}"
TRIED = np.round(np.arange(0.0, 1.001, 0.01), 2)
WORST = 10


class Tried(NamedTuple):
    """One pair: what was studied, and what the equation says before any further error."""

    victim: str
    perpetrator: str
    observed: float
    median: float
    log_sd: float
    by_class: bool
    cleared: Clearance
    effect: Activity

    @property
    def log_off(self) -> float:
        """Log of predicted over observed."""
        return float(np.log(self.median / self.observed))

    def interval(self, error_sd: float) -> tuple[float, float]:
        """The 90 % interval with a further error of that size, as the room computes it."""
        error = np.exp(standard_normal(FACT) * error_sd) if error_sd else None
        ratio = auc_ratio(self.cleared, [self.effect], error)
        return ratio.low, ratio.high

    def inside(self, error_sd: float) -> bool:
        """Whether the studied ratio lies inside that interval."""
        low, high = self.interval(error_sd)
        return low <= self.observed <= high


def pairs(knowledge: Knowledge) -> tuple[list[Tried], list[str]]:
    """Every studied pair without kratom, and those that the base gives no common enzyme."""
    found, left_out = [], []
    for pair in knowledge.ddi.pairs:
        if pair.perpetrator == "kratom":
            continue
        victim = clearance(
            knowledge.medicines.get(pair.victim), knowledge, oral=pair.route == "oral"
        )
        all_effects = effects(knowledge.medicines.get(pair.perpetrator), Use(), knowledge)
        touched = all_effects.keys() & victim.fm.keys() if victim is not None else set()
        if victim is None or not touched:
            left_out.append(f"{pair.perpetrator_name} on {pair.victim_name}")
            continue
        effect = activity(all_effects)
        ratio = auc_ratio(victim, [effect])
        found.append(
            Tried(
                victim=pair.victim_name,
                perpetrator=pair.perpetrator_name,
                observed=pair.auc_ratio,
                median=ratio.median,
                log_sd=float(np.std(np.log(ratio.samples))),
                by_class=any(all_effects[e].ground is Ground.CLASS for e in touched),
                cleared=victim,
                effect=effect,
            )
        )
    return found, left_out


def fitted(tried: Sequence[Tried]) -> float:
    """The standard deviation of the further error under which the studied ratios are likeliest."""
    off = np.array([t.log_off for t in tried])
    own = np.array([t.log_sd for t in tried]) ** 2
    variance = np.maximum(own[:, None] + TRIED[None, :] ** 2, 1e-6)
    misfit = (np.log(variance) + off[:, None] ** 2 / variance).sum(axis=0)
    return float(TRIED[int(np.argmin(misfit))])


def left_out_in_turn(
    tried: Sequence[Tried], name: Callable[[Tried], str]
) -> tuple[float, float, float]:
    """Coverage of pairs whose group took no part in the fit; smallest and largest error fitted."""
    inside, sizes = 0, []
    for group in sorted({name(t) for t in tried}):
        size = fitted([t for t in tried if name(t) != group])
        inside += sum(t.inside(size) for t in tried if name(t) == group)
        sizes.append(size)
    return inside / len(tried), min(sizes), max(sizes)


# ------------------------------------------------------------------ the page


def _row(title: str, tried: Sequence[Tried], error_sd: float) -> str:
    off = np.array([t.log_off for t in tried])
    before = np.mean([t.inside(0.0) for t in tried])
    after = np.mean([t.inside(error_sd) for t in tried])
    above = np.mean([t.observed > t.interval(error_sd)[1] for t in tried])
    return (
        f"| {title} | {len(tried)} | {np.exp(np.abs(off).mean()):.2f} | {np.exp(off.mean()):.2f} | "
        f"{np.mean(np.abs(off) <= np.log(2)):.0%} | {before:.0%} | {after:.0%} | {above:.0%} |"
    )


def _two(value: float) -> str:
    """Two significant digits without an exponent."""
    return f"{value:.2g}" if value < 100 else f"{round(value, 1 - len(str(int(value)))):.0f}"


def page(tried: Sequence[Tried], left_out: Sequence[str], error_sd: float) -> str:
    """The validation page."""
    by_victim = left_out_in_turn(tried, lambda t: t.victim)
    by_perpetrator = left_out_in_turn(tried, lambda t: t.perpetrator)
    groups: list[tuple[str, Callable[[Tried], bool]]] = [
        ("all", lambda _: True),
        ("studied ratio 5 or more", lambda t: t.observed >= 5),
        ("2 to 5", lambda t: 2 <= t.observed < 5),
        ("1.25 to 2", lambda t: 1.25 <= t.observed < 2),
        ("0.8 to 1.25", lambda t: 0.8 <= t.observed < 1.25),
        ("below 0.8 (induction)", lambda t: t.observed < 0.8),
        ("by constants and concentrations", lambda t: not t.by_class),
        ("by strength class", lambda t: t.by_class),
    ]
    rows = [_row(name, kept, error_sd) for name, met in groups if (kept := [*filter(met, tried)])]
    worst = sorted(tried, key=lambda t: -abs(t.log_off))[:WORST]
    worst_rows = []
    for t in worst:
        low, high = t.interval(error_sd)
        where = "inside" if low <= t.observed <= high else "**outside**"
        worst_rows.append(
            f"| {t.perpetrator} on {t.victim} | {t.observed:.3g} | {t.median:.3g} | "
            f"{_two(low)} to {_two(high)} | {np.exp(abs(t.log_off)):.1f}, "
            f"{'too high' if t.log_off > 0 else 'too low'} | {where} |"
        )
    outside = [t for t in tried if not t.inside(error_sd)]
    too_low = sorted({f"{t.perpetrator} on {t.victim}" for t in outside if t.log_off < 0})
    too_high = sorted({f"{t.perpetrator} on {t.victim}" for t in outside if t.log_off > 0})
    names = len({t.victim for t in tried}), len({t.perpetrator for t in tried})
    lines = (
        "# Validation of the interaction model (changes of concentration)",
        "",
        "Made by `python calibration/interaction_model_error.py --write`; do not edit.",
        "",
        "## In short",
        "",
        f"The static model was compared with {len(tried)} pairs of medicines whose AUC ratio "
        f"was measured in people ({names[0]} victims, {names[1]} perpetrators). The ranges of "
        f"its parameters alone held only {np.mean([t.inside(0.0) for t in tried]):.0%} of the "
        "studied ratios in what was called a 90 % interval. So every modelled interval is "
        f"widened by a log-normal error with a standard deviation of {error_sd:g} (a factor of "
        f"{np.exp(1.645 * error_sd):.2f} in each direction at 90 %). With it the interval held "
        f"{by_victim[0]:.0%} of the pairs of a victim that took no part in the fit, and "
        f"{by_perpetrator[0]:.0%} of those of a perpetrator that took no part.",
        "",
        "**What this does not show.** The pairs are in part those from which the constants "
        "were chosen: some inhibition constants, fractions of clearance and gut fractions in "
        "the base, and the absorption rate of the model, were picked after these studies had "
        "been looked at. Only the one error term was judged on pairs left out. So the fold "
        "errors below flatter the model, and a new pair can do worse. Pairs get into studies "
        "because an effect was expected; pairs without effect are few.",
        "",
        "## Fit",
        "",
        "One number was fitted, by maximum likelihood: the variance of the log ratio that "
        "remains after that of the parameters. Medians were not moved. The equation's own "
        "limits are kept: what only inhibits is never shown to lower an exposure, what only "
        "induces never to raise it, and an effect on the gut alone never exceeds what the gut "
        "extracts.",
        "",
        "| Left out | Coverage of the 90 % interval | Error fitted without them |",
        "|---|---|---|",
        f"| nothing (fit and test on all) | {np.mean([t.inside(error_sd) for t in tried]):.0%} "
        f"| {error_sd:g} |",
        f"| one victim at a time | {by_victim[0]:.0%} | {by_victim[1]:g} to {by_victim[2]:g} |",
        f"| one perpetrator at a time | {by_perpetrator[0]:.0%} | {by_perpetrator[1]:g} to "
        f"{by_perpetrator[2]:g} |",
        "",
        "## How far off",
        "",
        "Fold error: geometric mean of predicted over observed or the reverse. Bias: geometric "
        "mean of predicted over observed, above 1 where too much is predicted. Coverage before "
        "and after the widening; the last column is the unsafe miss, more seen than the whole "
        "interval allows.",
        "",
        "| Pairs | n | Fold error | Bias | Within two-fold | Held before | Held after | "
        "Above the interval |",
        "|---|---|---|---|---|---|---|---|",
        *rows,
        "",
        f"## The {WORST} worst",
        "",
        "| Pair | Studied | Predicted | 90 % interval | Fold off | |",
        "|---|---|---|---|---|---|",
        *worst_rows,
        "",
        "Where a pair was studied the report shows the studied ratio first, and the model only "
        "beside it or for several medicines at once. These misses tell what to expect of pairs "
        "that nobody studied.",
        "",
        f"Outside the interval, predicted too low ({len(too_low)}): {'; '.join(too_low)}.",
        "",
        f"Outside the interval, predicted too high ({len(too_high)}): {'; '.join(too_high)}.",
        "",
        f"Not predicted, because the base gives the two no common enzyme ({len(left_out)}): "
        f"{'; '.join(left_out)}.",
        "",
        "## Kratom",
        "",
        "Kratom took no part in the fit. One study in people exists (one 2 g tea, 12 people): "
        "midazolam rose to 1.39 of its exposure, dextromethorphan did not change. Its effect "
        "on gut CYP3A is calibrated to the midazolam result, so that result cannot validate "
        "it; the textbook model overpredicted it four-fold. Carried to other medicines the "
        "calibrated effect is given the same error, within what the gut extracts. For any "
        "heavier or other use nothing has been measured, and the range up to the textbook "
        "model is no prediction.",
        "",
    )
    return "\n".join(lines).replace("%", " %").replace("  %", " %")


def fact(tried: Sequence[Tried], error_sd: float) -> dict[str, object]:
    """The fitted error as a fact."""
    by_victim = left_out_in_turn(tried, lambda t: t.victim)
    return {
        "id": FACT,
        "subject": "static model on the study pairs",
        "quantity": "standard deviation of the log ratio beyond the ranges of the parameters",
        "value": error_sd,
        "low": by_victim[1],
        "high": by_victim[2],
        "interval": "lowest to highest with one victim left out",
        "n": len(tried),
        "conditions": "study pairs without kratom",
        "note": "Made by calibration/interaction_model_error.py. With it the 90 % interval held "
        f"{by_victim[0]:.0%} of the pairs whose victim was left out of the fit, and "
        f"{np.mean([t.inside(0.0) for t in tried]):.0%} without it. Some constants of the model "
        "were chosen after looking at these pairs.",
        "basis": "derived",
    }


def main() -> None:
    """Fit, and print or write."""
    tried, left_out = pairs(load())
    error_sd = fitted(tried)
    text = page(tried, left_out, error_sd)
    if "--write" in sys.argv[1:]:
        rows = [fact(tried, error_sd)]
        DATA.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        PAGE.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
