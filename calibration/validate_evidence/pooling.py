"""The part of the report on pooling: the answer key, the peers, and coverage."""

from __future__ import annotations

import math
from collections import defaultdict

from calibration.validate_evidence import coverage, peers
from calibration.validate_evidence.key import REASONS, Leaf, leaves

TITLES = {
    "bcg_colditz1994": "BCG vaccine, 13 trials (Colditz 1994)",
    "teacher_expectancy_raudenbush1985": "Teacher expectancy, 19 studies (Raudenbush 1985)",
    "magnesium_egger2001": "Magnesium, 16 trials (Egger 2001)",
    "passive_smoking_hackshaw1998": "Passive smoking, 37 studies (Hackshaw 1998)",
    "catheter_nielweise2007": "Catheters, 18 trials, rare events (Nielweise 2007)",
    "gad_psychotherapy_metapsy": "Psychotherapy in GAD, 122 effects of 48 trials (Metapsy)",
}

_INTRODUCTION = """\
# Validation of pooling

How far to trust it: this page says whether the arithmetic is right, not whether studies should
have been pooled. Made by `python -m calibration.validate_evidence pooling --write`; no clock, same
code and keys in, same page out.

## The answer key

Six published data sets (`tests/evidence/cases`). Every figure of the key is walked; each agrees
within the tolerance that the key states, or stands below with its reason. The effect sizes are
computed here by plain formulas, apart from the reader of the product.

| Data | Figures | Agree | Largest part of the tolerance used | With a reason |
|---|---:|---:|---:|---:|"""

_PEERS = """\

## Other programs on drawn data

Ten drawn sets of effects (3 to 100 studies; none, usual and very large heterogeneity; effects far
from zero; units of 1e-5 and 1e5), three of counts and five of dependent effects. The key
(`tests/evidence/keys/pooling.json`) was made by {versions}, run to tight tolerances
(`tools/peers/metafor_key.R`). Harbord's test is compared with the regression as its paper writes
it, fitted by R's `lm`. Differences are relative to the figure, or to the size of the data where
the figure is near nought.

| What | Figures | Largest relative difference |
|---|---:|---:|"""

_COVERAGE = """\

## Do the intervals keep their promise?

{repeats} drawn meta-analyses for each row: true mean {mean}, trials of unequal size, REML. A 95 %
interval should hold the truth in 95 % (Monte Carlo standard error {error:.1f} points). Prediction:
the share of intervals (t with k - 2 degrees of freedom) that hold the true effect of a new study.

| I2, % | Studies | Wald (z), % | Hartung-Knapp, % | Hartung-Knapp ad hoc, % | Prediction, % |
|---:|---:|---:|---:|---:|---:|"""

_END = """\

What follows from it: with few trials and heterogeneity the Wald interval is too narrow.
Hartung-Knapp holds its level on average but can come out narrower than the model's own interval
when few trials happen to agree, which is said beside the result; the ad hoc form is never narrower
and errs on the wide side. A prediction interval from three trials (one degree of freedom) is so
wide that it says little; with moderate heterogeneity and five to thirty trials it holds a new
effect too seldom, because tau2 is often estimated as nought; without heterogeneity, too often.

## What is not here

- Profile-likelihood intervals for the variances of the three-level model.
- Selection models for publication bias; asymmetry is tested and shown, never corrected in the main
  result.
- The exact conditional logistic model (`CM.EL`): the rare-event form is here.
- Permutation tests of meta-regression.
"""


def documents() -> dict[str, str]:
    """The page on pooling."""
    return {"pooling.md": page()}


def page() -> str:
    """The page as Markdown."""
    walked: dict[str, list[Leaf]] = defaultdict(list)
    for leaf in leaves():
        walked[leaf.path[0]].append(leaf)
    lines = [_INTRODUCTION]
    for case, mine in walked.items():
        agree = [leaf for leaf in mine if leaf.agrees]
        reasons = sum(leaf.name in REASONS for leaf in mine)
        used = max(
            abs(leaf.key - leaf.ours) / leaf.allowed
            for leaf in agree
            if isinstance(leaf.key, float | int) and isinstance(leaf.ours, float | int)
        )
        lines.append(f"| {TITLES[case]} | {len(mine)} | {len(agree)} | {used:.2f} | {reasons} |")
    everyone = [leaf for mine in walked.values() for leaf in mine]
    unexplained = [leaf for leaf in everyone if not leaf.agrees and leaf.name not in REASONS]
    lines.append(
        f"\n{len(everyone)} figures; {sum(leaf.agrees for leaf in everyone)} agree, {len(REASONS)}"
        f" differ for a named reason, {len(unexplained)} without one.\n"
    )
    lines += [f"- **Not explained**: `{leaf.name}`" for leaf in unexplained]
    by_reason: dict[str, list[Leaf]] = defaultdict(list)
    for leaf in everyone:
        if leaf.name in REASONS:
            by_reason[REASONS[leaf.name]].append(leaf)
    for reason, mine in by_reason.items():
        lines.append(f"- {reason[0].upper()}{reason[1:]}:\n")
        lines += [
            f"  - `{leaf.name}`: key {_plain(leaf.key)}, ours {_plain(leaf.ours)}" for leaf in mine
        ]
        lines.append("")
    lines += _peer_rows() + _coverage_rows()
    return "\n".join([*lines, _END])


def _plain(value: float | str | None) -> str:
    return f"{value:.5g}" if isinstance(value, float | int) else "none" if value is None else value


def _peer_rows() -> list[str]:
    made = peers.key()["made_with"]
    versions = ", ".join(f"{name} {version}" for name, version in made.items())
    worst: dict[str, float] = defaultdict(float)
    count: dict[str, int] = defaultdict(int)
    for each in peers.compared():
        worst[each.part] = max(worst[each.part], each.difference)
        count[each.part] += each.figures
    rows = [f"| {part} | {count[part]} | {_below(worst[part])} |" for part in worst]
    return [_PEERS.format(versions=versions), *rows]


def _below(difference: float) -> str:
    """A power of ten above it, so that the last digits of a machine do not change the page."""
    power = max(-9, math.ceil(math.log10(difference) + 0.1)) if difference > 0 else -9
    return f"under 1e{power}"


def _coverage_rows() -> list[str]:
    rows = [
        f"| {100 * each.i2:.0f} | {each.k} | {each.mean['z']:.1f} | {each.mean['HK']:.1f} |"
        f" {each.mean['HK-adhoc']:.1f} | {each.prediction:.1f} |"
        for each in coverage.coverage()
    ]
    head = _COVERAGE.format(
        repeats=coverage.REPEATS, mean=coverage.MEAN, error=coverage.monte_carlo_error(95)
    )
    return [head, *rows]
