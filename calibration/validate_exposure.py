"""Hold every human kinetic figure against the exposure structures and write the page about it.

python -m calibration.validate_exposure            # prints the page
python -m calibration.validate_exposure --write    # and writes docs/validation/exposure.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from calibration.balance import LEFT, imbalance
from calibration.compared import NEAR, PEOPLE, SEED, Compared, central, compare, first_draws
from calibration.people import groups
from calibration.plot import fold_plot
from calibration.studies import Studies
from speciosa.knowledge import Knowledge, load
from speciosa.knowledge.models.observations import Observation, Spread, Statistic, Use
from speciosa.knowledge.models.record import Parameter, Posterior

DOC = Path(__file__).parents[1] / "docs/validation/exposure.md"
MAIN = ("linear", "turnover")


def page(knowledge: Knowledge, compared: Sequence[Compared]) -> str:
    """The validation page."""
    of_main = [c for c in compared if c.structure in MAIN]
    of_others = [c for c in compared if c.structure not in MAIN]
    parts = [
        "# Validation of the exposure structures",
        "",
        "Made by `python -m calibration.validate_exposure --write`; do not edit. The calibration "
        "is `python -m calibration.exposure`; why it is done so is in "
        "[decision 0010](../decisions/0010-exposure-structures.md).",
        "",
        "## In short",
        "",
        *_in_short(of_main, of_others),
        "",
        "![Predicted over published, every figure](exposure.svg)",
        "",
        "## How to read the tables",
        "",
        "*One person* is the median and the central 90 % of virtual people; *such a study* the "
        "same for the median or mean of a group as large as the study's (at most "
        f"{PEOPLE}). *Fold* is the middle of such studies over the published figure. *Inside* "
        "says whether the published figure, or its confidence interval, meets the central 90 % of "
        "such studies; the intervals are wide, so inside is a weak test. Everything "
        "holds the uncertainty of the parameters and the distance between studies, not that of a "
        "product. Reported spreads: range of people (r), standard deviation (sd), 90 % confidence "
        "interval (ci), range over four dose groups (g). `-` means that none was reported.",
        "",
    ]
    for structure in MAIN:
        title = knowledge.models.structure(structure).title
        parts += [f"## {title[0].upper()}{title[1:]}", ""]
        parts += _table([c for c in of_main if c.structure == structure])
    parts += ["## Other alkaloids of the leaf, 2 g tea", ""]
    parts += _table(of_others)
    parts += ["## Misses", "", *_misses(compared), ""]
    parts += ["## What the data identify", "", *_shrinkage(knowledge), ""]
    parts += ["## What is missing, and how wide that leaves larger amounts", ""]
    parts += [*_missing(knowledge), ""]
    parts += ["## Figures that are not compared", "", *_not_compared(knowledge), ""]
    parts += ["## Mass balance", "", *_balance(knowledge), ""]
    parts += ["## How the posteriors were sampled", "", *_sampling(knowledge), ""]
    return "\n".join(parts)


def _in_short(of_main: Sequence[Compared], of_others: Sequence[Compared]) -> Iterator[str]:
    yield (
        "Levels of mitragynine in people rest on **five people after one tea of 2 g of leaf**. The "
        "larger leaf-powder trial is used for times, half-lives, ratios and proportionality, "
        "because its tables of levels could not be read. One trial with midazolam shows how much "
        "CYP3A is inhibited. Nobody's own measurements are published."
    )
    yield ""
    yield from _head(
        "Structure",
        "Fitted: in the reported spread",
        "Held out: near or inside",
        "Held out: near",
        "Other study",
    )
    for structure in MAIN:
        yield _score(structure, [c for c in of_main if c.structure == structure])
    yield _score("other alkaloids", of_others)
    yield ""
    yield (
        f"Near is within {NEAR}-fold. Held out of the fitted studies are figures of the same "
        "people (volume, clearance) and what a structure cannot produce; the last column is the "
        "only study that took no part at all, in chronic users."
    )
    yield ""
    yield "- **Not validated at all**: swallowed 7-OH (no human data: the prior stands), more than"
    yield "  53 mg of mitragynine, liver disease, pregnancy, the young and the old."
    yield "- In the linear structure mitragynine does not slow its own breakdown; in long or"
    yield "  heavy use levels can be higher than it says. In the turnover structure it does: how"
    yield "  far in the gut wall is held by the midazolam trial, how far in the liver in daily use"
    yield "  hardly by anything."
    yield "- Half-lives depend on when the slope is taken: one day after a dose the tail is not yet"
    yield "  reached, so most of the longer half-life after repeated doses is distribution."


def _score(title: str, compared: Sequence[Compared]) -> str:
    fitted = [c.within_reported for c in compared if c.role == "fitted"]
    judged = [w for w in fitted if w is not None]
    held = [c for c in compared if c.role.startswith("held out")]
    other = [c for c in compared if c.role in ("held out, other study", "spread only")]
    of_other = f"{sum(not c.missed for c in other)} of {len(other)}" if other else "none"
    return (
        f"| {title} | {sum(judged)} of {len(judged)} | "
        f"{sum(not c.missed for c in held)} of {len(held)} | {sum(c.near for c in held)} | "
        f"{of_other} |"
    )


def _table(compared: Sequence[Compared]) -> list[str]:
    lines = [
        "| Figure | Published | One person | Such a study | Fold | Inside | Role | Study |",
        "|---|---|---|---|---|---|---|---|",
    ]
    order = {"fitted": 0, "held out, fitted study": 1, "held out, other study": 2}
    for c in sorted(compared, key=lambda c: order.get(c.role, 3)):
        o = c.observation
        note = f" ({o.note})" if o.note else ""
        lines.append(
            f"| {c.name}{note} | {_published(o)} | {_interval(c.person)} | {_interval(c.group)} | "
            f"{c.fold:.2f} | {'yes' if c.inside else '**no**'} | {c.role} | {o.study} |"
        )
    return [*lines, ""]


_SPREADS = {Spread.RANGE: "r", Spread.SD: "sd", Spread.CI90: "ci", Spread.GROUPS: "g"}


def _published(o: Observation) -> str:
    spread = "-"
    if o.low is not None and o.high is not None:
        spread = f"{_SPREADS.get(o.spread, '')} {_short(o.low)} to {_short(o.high)}"
    middle = "at most " if o.spread is Spread.LIMIT else ""
    return f"{middle}{_short(o.value)} {o.unit} ({spread})".replace("  ", " ")


def _interval(values: tuple[float, float, float]) -> str:
    low, middle, high = values
    return f"{_short(middle)} ({_short(low)} to {_short(high)})"


def _short(value: float) -> str:
    """Three significant digits without an exponent."""
    return f"{float(f'{value:.3g}'):,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _head(*titles: str) -> Iterator[str]:
    yield f"| {' | '.join(titles)} |"
    yield "|" + "---|" * len(titles)


def _misses(compared: Sequence[Compared]) -> Iterator[str]:
    missed = [c for c in compared if c.missed]
    yield f"Missed, neither within {NEAR}-fold nor inside: {len(missed)} of {len(compared)}."
    yield from _listed("These are:", missed)
    yield from _listed(
        f"Inside, and more than {NEAR}-fold off in the middle:",
        [c for c in compared if c.inside and not c.near],
    )
    yield from _listed(
        f"Within {NEAR}-fold, and outside the central 90 %:",
        [c for c in compared if c.near and not c.inside],
    )
    yield from _listed(
        "Fitted, and the predicted middle lies outside the reported spread:",
        [c for c in compared if c.role == "fitted" and c.within_reported is False],
    )


def _listed(title: str, compared: Sequence[Compared]) -> Iterator[str]:
    yield from ("", title, "")
    for c in compared:
        yield (
            f"- {c.structure}: {c.name}: published {_published(c.observation)}, such a study "
            f"{_interval(c.group)}, fold {c.fold:.2f}; {c.role}."
        )
    if not compared:
        yield "- none."


def _shrinkage(knowledge: Knowledge) -> Iterator[str]:
    yield (
        "Standard deviation of the typical value on its scale (log, or logit for shares) before "
        "and after the fit. What stays near its prior is not identified by human data, whatever "
        "its middle: there the prior speaks. The distance between studies is part of the posterior."
    )
    for structure in MAIN:
        posterior = knowledge.models.posterior(structure)
        yield ""
        yield f"### {structure}"
        yield ""
        yield from _head(
            "Parameter",
            "Unit",
            "Prior, 90 %",
            "Posterior, 90 %",
            "sd before",
            "after",
            "Known from",
        )
        for p in knowledge.models.parameters(structure):
            yield _parameter_line(p, posterior)


def _parameter_line(p: Parameter, posterior: Posterior) -> str:
    if p.fixed:
        fixed = _short(p.prior.median)
        return (
            f"| {p.symbol} (`{p.name}`) | {p.unit} | {fixed} | fixed | 0 | 0 | {p.identified_by} |"
        )
    drawn = np.array(posterior.columns[f"typ_{p.name}"])
    sd = float(np.std([p.scale.of(float(v)) for v in drawn]))
    low, high = p.prior.interval(p.scale)
    prior = _interval((low, p.prior.median, high))
    return (
        f"| {p.symbol} (`{p.name}`) | {p.unit} | {prior} | {_interval(central(drawn))} | "
        f"{p.prior.sd:.2f} | {sd:.2f} | {p.identified_by} |"
    )


LEAF_G = (1.0, 2.0, 4.0, 8.0)
_Z90 = 1.6448536269514722


def _missing(knowledge: Knowledge) -> Iterator[str]:
    per_g = knowledge.fact("kratom/pk_huestis2024_dose_scale").number
    yield (
        "The leaf-powder trial (116 people, 0.5 to 4 g, one dose and 15 daily ones) published "
        "tables of peak, area, accumulation and half-life by dose group that could not be read "
        "for this release. Wanted from it, one row each in "
        "`src/speciosa/knowledge/data/models/observations.csv`: `cmax`, `auc` and `auc_day` of "
        "mitragynine and of 7-OH at 6.65, 13.3, 26.6 and 53.2 mg, `single` and `daily:15`, with "
        "their standard deviations and n; the sampling times; the limits of the assay. The "
        "registry of the single-dose study up to 12 g has results that could not be read either."
    )
    yield ""
    yield (
        f"What is predicted for amounts of that powder ({per_g:g} mg/g), one person, median and "
        "central 90 %. *Fold* is the upper over the lower end."
    )
    yield ""
    yield from _head(
        "Leaf",
        "Dosing",
        "Structure",
        "Peak of mitragynine, nM",
        "Fold",
        "Area of the day, nM*h",
        "Fold",
        "Peak of 7-OH, nM",
    )
    for grams in LEAF_G:
        for doses in (1, 15):
            for structure in MAIN:
                yield _amount_line(knowledge, structure, grams, grams * per_g, doses)
    yield ""
    yield (
        "8 g lies beyond everything that was ever measured here. The exposure room says so, and "
        "adds a factor of its own for amounts beyond the studied ones."
    )
    yield ""
    for structure in MAIN:
        now, then = _narrowed(knowledge, structure)
        yield (
            f"- {structure}: the typical area of a day after 4 g is known within a factor of "
            f"{np.exp(_Z90 * now):.1f} either way; four rows of such areas, one a dose group of "
            f"{PEOPLE}, would leave about {np.exp(_Z90 * then):.1f} for people like the trial's."
        )


def _narrowed(knowledge: Knowledge, structure: str) -> tuple[float, float]:
    """Standard deviation of the log of the typical area now, and with the trial's areas."""
    models = knowledge.models
    posterior = models.posterior(structure)
    dose_mg = knowledge.fact("kratom/pk_huestis2024_dose_max_mg").number
    asked = [_asked("mitragynine", Statistic.AUC_DAY, "nM*h", dose_mg, 1)]
    studies = Studies.of(knowledge, structure, asked)
    population = groups(models.parameters(structure), posterior, PEOPLE, SEED)
    logs = np.log(studies.figures(population, {}, {})[0]).reshape(posterior.size, PEOPLE)
    between = float(np.sqrt(logs.var(axis=1, ddof=1).mean()))
    # The mean of a few people is noisier than the typical value by their sampling error.
    now = float(np.sqrt(max(logs.mean(axis=1).var() - between**2 / PEOPLE, 0.0)))
    of_trial = between / np.sqrt(4 * PEOPLE)
    return now, float(1.0 / np.sqrt(1.0 / now**2 + 1.0 / of_trial**2))


def _asked(
    analyte: str, statistic: Statistic, unit: str, dose_mg: float, doses: int
) -> Observation:
    """A figure nobody has published, to be predicted."""
    return Observation(
        study="asked",
        analyte=analyte,
        statistic=statistic,
        dose_mg=dose_mg,
        doses=doses,
        value=1.0,
        low=None,
        high=None,
        spread=Spread.NONE,
        unit=unit,
        n=1,
        window_h=(0.0, 24.0),
        use=Use.HELD_OUT,
        structures=(),
        misfit=0.0,
        fact="",
        note="",
        line=0,
    )


def _amount_line(
    knowledge: Knowledge, structure: str, grams: float, dose_mg: float, doses: int
) -> str:
    models = knowledge.models
    posterior = models.posterior(structure)
    population = groups(models.parameters(structure), posterior, 4, SEED)
    asked = [
        _asked("mitragynine", Statistic.CMAX, "nM", dose_mg, doses),
        _asked("mitragynine", Statistic.AUC_DAY, "nM*h", dose_mg, doses),
        _asked("7-hydroxymitragynine", Statistic.CMAX, "nM", dose_mg, doses),
    ]
    studies = Studies.of(knowledge, structure, asked)
    peak, area, seven_oh = (central(f) for f in studies.figures(population, {}, {}))
    when = "one dose" if doses == 1 else f"daily, day {doses}"
    return (
        f"| {grams:g} g | {when} | {structure} | {_interval(peak)} | {peak[2] / peak[0]:.1f} | "
        f"{_interval(area)} | {area[2] / area[0]:.1f} | {_interval(seven_oh)} |"
    )


def _not_compared(knowledge: Knowledge) -> Iterator[str]:
    yield (
        "Levels in blood without a known dose (forensic series, impaired driving) tell nothing of "
        "kinetics. Dextromethorphan, which the tea left unchanged, is no substrate of CYP3A. These "
        "figures circulate, are wrong or outdated, and are kept so that nobody uses them:"
    )
    yield ""
    for id_, why in knowledge.kratom.not_for_use.items():
        if id_.startswith("kratom/pk_"):
            yield f"- `{id_}`: {why}"


def _balance(knowledge: Knowledge) -> Iterator[str]:
    yield (
        "Three days of mitragynine and 7-OH swallowed together; what is in the compartments and "
        "what has left, against what was swallowed: largest relative error over people and times."
    )
    yield ""
    for structure in LEFT:
        models = knowledge.models
        posterior = first_draws(models.posterior(structure), 200)
        population = groups(models.parameters(structure), posterior, 1, SEED)
        yield f"- {structure}: below {_power(imbalance(knowledge, structure, population))}"


def _power(error: float) -> str:
    """The next power of ten above: the last digits are the solver's and the machine's."""
    return f"1e{int(np.ceil(np.log10(max(error, 1e-16))))}"


def _sampling(knowledge: Knowledge) -> Iterator[str]:
    yield (
        "Two independent ensembles each; R-hat over the halves of both. Draws are shipped with the "
        "hash of observations and tables they were made from."
    )
    yield ""
    yield from _head(
        "Structure",
        "Walkers",
        "Steps",
        "Acceptance",
        "Autocorrelation, steps",
        "Effective draws",
        "R-hat",
        "Draws shipped",
    )
    for structure in knowledge.models.structures.values():
        if structure.calibrated:
            d = knowledge.models.posterior(structure.id).diagnostics
            yield (
                f"| {structure.id} | 2 x {d.walkers} | {d.steps} | {d.acceptance:.2f} | "
                f"{d.autocorrelation_steps:.0f} | {d.effective_draws:.0f} | {d.r_hat:.3f} | "
                f"{d.kept} |"
            )


def main() -> None:
    """Print, and write on request."""
    knowledge = load()
    known = [s.id for s in knowledge.models.structures.values() if s.calibrated]
    compared = [c for structure in known for c in compare(knowledge, structure)]
    text = page(knowledge, compared)
    sys.stdout.write(text)
    if "--write" in sys.argv[1:]:
        DOC.parent.mkdir(parents=True, exist_ok=True)
        DOC.write_text(text, encoding="utf-8")
        rows = [
            (
                f"{c.structure}: {c.name}" if c.structure in MAIN else c.name,
                c.role,
                c.group,
                c.observation.value,
            )
            for c in compared
        ]
        DOC.with_suffix(".svg").write_text(fold_plot(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
