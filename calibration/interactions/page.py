"""The validation page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from calibration.interactions.fit import START_WEIGHS, Posterior
from calibration.interactions.groups import NOT_INDEPENDENT, changed, groups, reason
from calibration.interactions.judge import (
    Judged,
    Reports,
    Schemes,
    Summary,
    answered,
    nothing_changes,
    summary,
)
from calibration.interactions.space import START
from calibration.interactions.table import (
    HELD,
    HELD_APART,
    HELD_BOX,
    HELD_DOSE,
    HELD_TEXTBOOK,
    PAIR,
    PERPETRATOR,
    VICTIM,
)
from calibration.interactions.trials import SEEN_IN_GUT

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.ddi.record import Pair, Unchanged

TRIVIAL = "nothing changes"
JUDGED = (PAIR, VICTIM, PERPETRATOR, HELD, HELD_DOSE)
AIM_GMFE, AIM_TWO_FOLD, AIM_COVERAGE = 1.4, 0.88, (0.85, 0.95)
LARGE = 2.0
_CHANGED = 1.25
_WORST = 10
_HEAD = (
    "| n | Fold error | Bias | 1.25-fold | 1.5-fold | Two-fold | Guest | Guest 1.25 | In 90 % "
    "interval | Beyond it |",
    "|---" * 10 + "|",
)


def page(schemes: Schemes, unchanged: Reports, posterior: Posterior, knowledge: Knowledge) -> str:
    """The whole page."""
    answers = {name: answered(judged) for name, judged in schemes.items()}
    lines = (
        "# Validation of the interaction model (changes of concentration)",
        "",
        "Made by `python -m calibration.interactions --write`; do not edit. Every pair with every "
        "prediction: [interactions.csv](interactions.csv). Why it is done so: "
        "[decision 0013](../decisions/0013-in-vivo-potency.md). Kratom has a page of its own: "
        "[kratom-interactions.md](kratom-interactions.md).",
        "",
        *_in_short(schemes, answers),
        "![Predicted against observed](interactions.svg)",
        "",
        *_all_schemes(schemes, answers),
        *_not_answered(schemes),
        *_unchanged(unchanged),
        *_fitted(posterior),
        *_groups("Groups, pair left out", answers[PAIR], knowledge),
        *_groups("Groups, held out", answers[HELD], knowledge),
        *_worst("Pair left out", answers[PAIR]),
        *_worst("Held out", answers[HELD]),
        *_unsafe(answers),
    )
    return "\n".join(lines)


def _in_short(schemes: Schemes, answers: Schemes) -> Iterator[str]:
    yield "## In short"
    yield ""
    fitted, held = len(schemes[PAIR]), len(schemes[HELD])
    low, high = AIM_COVERAGE
    yield (
        f"The model was calibrated on {fitted} pairs of medicines whose AUC ratio was measured in "
        "people, and is judged only on pairs that took no part in the fit, in two ways: every pair "
        f"of the calibration left out in turn, and {held} further pairs that were collected from "
        "labels, papers and databases and never shown to the fit. Only pairs for which the product "
        f"gives a ratio are judged here; for {held - len(answers[HELD])} of the {held} it says "
        "that it has none, and they are [told apart](#pairs-without-an-answer). Aims: geometric "
        f"mean fold error at most {AIM_GMFE:g}, at least {_percent(AIM_TWO_FOLD)} within two-fold, "
        f"90 % intervals that hold {_percent(low)} to {_percent(high)} of what was seen."
    )
    yield ""
    yield "| Judged on | Answered | Fold error | Within two-fold | In the 90 % interval |"
    yield "|---|---|---|---|---|"
    for name in JUDGED:
        cells = " | ".join(f"{shown}: {verdict}" for shown, verdict in verdicts(answers[name]))
        yield f"| {name} | {len(answers[name])} | {cells} |"
    yield f"| {TRIVIAL}, {HELD} | {len(answers[HELD])} | {_trivial(answers[HELD])} |"
    yield f"| {TRIVIAL}, {PAIR} | {len(answers[PAIR])} | {_trivial(answers[PAIR])} |"
    yield ""
    yield from _read_with_care(answers)
    same = {j.pair.id for j in answers[HELD]}
    base, naive = (
        summary([j for j in schemes[name] if j.pair.id in same])
        for name in (HELD_BOX, HELD_TEXTBOOK)
    )
    yield (
        f"On the same held-out pairs the textbook model is off {naive.gmfe:.2f}-fold with "
        f"{_percent(naive.within_2)} within two-fold, the base without any calibration "
        f"{base.gmfe:.2f}-fold with {_percent(base.within_2)}."
    )
    yield ""
    yield (
        "**What this does not show.** Some inhibition constants, fractions of clearance and gut "
        "fractions of the base, and the absorption rate of the model, were chosen in the dossier "
        "after looking at the pairs of the calibration, so leaving such a pair out of the fit does "
        "not make it wholly unseen. Strength classes and fractions of clearance often rest on "
        "studies of interactions. Held-out pairs where this was noticed judge nothing and stand "
        f"apart ({_apart(schemes)}). {_flat(answers)} The "
        "report of a list of medicines takes the usual regimen unless more is taken, as the first "
        "row of held-out pairs does; scaled to the dose of each study, often a single one, they "
        "come out worse. Seen ratios are means of groups: one person can differ more."
    )
    yield ""


def _read_with_care(answers: Schemes) -> Iterator[str]:
    """What the reader of a ratio must know before the details."""
    held, left = (
        summary([j for j in answers[name] if j.pair.auc_ratio >= LARGE]) for name in (HELD, PAIR)
    )
    yield (
        f"**Large interactions are underpredicted.** Where exposure rose {LARGE:g}-fold or more "
        f"the prediction was on average {held.bias:.2f} times what was seen in held-out pairs "
        f"({held.n}; off {held.gmfe:.2f}-fold, {_percent(held.within_2)} within two-fold) and "
        f"{left.bias:.2f} times in pairs left out ({left.n}; off {left.gmfe:.2f}-fold, "
        f"{_percent(left.within_2)} within two-fold)."
    )
    yield ""
    held_out, at_dose, left_out = (
        summary(answers[name]).coverage for name in (HELD, HELD_DOSE, PAIR)
    )
    outside = [j for j in answers[HELD] if not j.inside]
    least = min(held_out, at_dose)
    yield (
        f"**Read the 90 % interval of a report as one of about {_percent(least)}.** It held what "
        f"was seen in {_percent(left_out)} of pairs left out, but in {_percent(held_out)} of "
        f"held-out pairs and in {_percent(at_dose)} at the dose of their study, where one study in "
        f"{1.0 / (1.0 - least):.0f} lies outside. Of the {len(outside)} held-out pairs outside, "
        f"{sum(j.unsafe for j in outside)} changed more than the interval allows."
    )
    yield ""


def _flat(answers: Schemes) -> str:
    shares = {
        name: np.mean([not changed(j, _CHANGED) for j in answers[name]]) for name in (PAIR, HELD)
    }
    return (
        f"Pairs without a change are easy to get right: {_percent(float(shares[HELD]))} of the "
        f"held-out pairs judged here lie within 0.8 to 1.25, and {_percent(float(shares[PAIR]))} "
        "of the pairs of the calibration; the rule that nothing changes stands beside each."
    )


def _trivial(judged: Sequence[Judged]) -> str:
    s = summary(nothing_changes(judged))
    return f"{s.gmfe:.2f} | {_percent(s.within_2)} | none given"


def _apart(schemes: Schemes) -> str:
    return "; ".join(f"{_name(j)}: {NOT_INDEPENDENT[j.pair.id]}" for j in schemes[HELD_APART])


def verdicts(judged: Sequence[Judged]) -> tuple[tuple[str, str], ...]:
    """Fold error, share within two-fold and coverage as shown, each with ``met`` or ``missed``."""
    s = summary(judged)
    aims = (
        (f"{s.gmfe:.2f}", s.gmfe <= AIM_GMFE),
        (_percent(s.within_2), s.within_2 >= AIM_TWO_FOLD),
        (_percent(s.coverage), AIM_COVERAGE[0] <= s.coverage <= AIM_COVERAGE[1]),
    )
    return tuple((shown, "met" if met else "missed") for shown, met in aims)


def _all_schemes(schemes: Schemes, answers: Schemes) -> Iterator[str]:
    yield "## Every way of predicting"
    yield ""
    yield (
        "Fold error: geometric mean of predicted over observed or the reverse. Bias: geometric "
        "mean of predicted over observed, above 1 where too much is predicted. Guest: within the "
        "limits of Guest 2011, which narrow to nothing at a ratio of 1, and to 1.25-fold in the "
        "second form. *Beyond it* is the unsafe miss: more change seen than the interval allows. "
        "Each row is judged on the pairs that it answers; *all pairs* are those without an answer "
        "too, counted as if no change had been said, which the product never says. *Textbook*: "
        "liver-inlet concentration with an absorption rate of 6 per hour, point values, constants "
        "only. *Base alone*: today's figures of the records with no pair used; its interval has "
        "the published error. *Nothing changes*: the rule that every ratio is 1. Refits take the "
        "usual regimen; so do held-out pairs, once more with the dose of their study where its "
        "words give one."
    )
    yield ""
    yield f"| Prediction {_HEAD[0]}"
    yield f"|---{_HEAD[1]}"
    for name, judged in answers.items():
        yield f"| {name} {_cells(summary(judged))}"
    for name in (PAIR, HELD):
        yield f"| {TRIVIAL}, {name} {_cells(summary(nothing_changes(answers[name])), bare=True)}"
    for name in JUDGED:
        yield f"| {name}, all pairs {_cells(summary(schemes[name]))}"
    for name in (PAIR, HELD):
        trivial = summary(nothing_changes(schemes[name]))
        yield f"| {TRIVIAL}, {name}, all pairs {_cells(trivial, bare=True)}"
    yield ""


def _not_answered(schemes: Schemes) -> Iterator[str]:
    yield "## Pairs without an answer"
    yield ""
    yield (
        "The base knows no enzyme that clears the one and that the other changes, so the product "
        "gives no ratio and says that this is not the same as no change. It is not: this is what "
        "was seen in those pairs."
    )
    yield ""
    yield "| Judged on | Without an answer | Changed 1.25-fold or more | Two-fold or more |"
    yield "|---|---|---|---|"
    for name in JUDGED[:-1]:
        silent = [j for j in schemes[name] if not j.answered]
        counts = [sum(changed(j, fold) for j in silent) for fold in (_CHANGED, LARGE)]
        yield f"| {name} | {len(silent)} of {len(schemes[name])} | {counts[0]} | {counts[1]} |"
    yield ""
    large = [j for j in schemes[HELD] if not j.answered and changed(j, LARGE)]
    listed = "; ".join(sorted(f"{_name(j)} ({_shown(j.pair.auc_ratio)})" for j in large))
    yield f"Held out, two-fold or more: {listed}. Transporters are not in the model at all."
    yield ""


def _unchanged(unchanged: Reports) -> Iterator[str]:
    said = {report: answer for report, answer in unchanged.items() if answer.ground}
    more = [r for r, a in said.items() if a.median > _CHANGED]
    less = [r for r, a in said.items() if a.median < 1.0 / _CHANGED]
    beyond = [r for r, a in said.items() if a.low > _CHANGED or a.high < 1.0 / _CHANGED]
    yield "## Reported as unchanged, without a figure"
    yield ""
    yield (
        f"For {len(unchanged)} pairs a source says in words that there is no change, or no "
        "significant one, and gives no figure. That is no ratio of 1: it counts in nothing above "
        f"and hides no answer of the model. The model answers {len(said)} of them. It says more "
        f"than {_CHANGED:g} for {len(more)}, less than {1.0 / _CHANGED:g} for {len(less)}, and for "
        f"{len(beyond)} its whole interval lies outside these two."
    )
    yield ""
    yield "| Pair | The model says | 90 % interval | The source says |"
    yield "|---|---|---|---|"
    for report in (*more, *less):
        answer = unchanged[report]
        words = " / ".join(study.words for study in report.studies)
        yield (
            f"| {_name_of(report)} | {_shown(answer.median)} | {_shown(answer.low)} to "
            f"{_shown(answer.high)} | {words} |"
        )
    yield ""


def _cells(s: Summary, *, bare: bool = False) -> str:
    """The figures of a row; ``bare`` where the way of predicting gives no interval."""
    shares = [s.within_1_25, s.within_1_5, s.within_2, s.guest, s.guest_1_25]
    cells = [*map(_percent, shares)]
    cells += ["none", "none"] if bare else [_percent(s.coverage), _percent(s.unsafe)]
    return f"| {s.n} | {s.gmfe:.2f} | {s.bias:.2f} | " + " | ".join(cells) + " |"


def _fitted(posterior: Posterior) -> Iterator[str]:
    space, spreads = posterior.space, posterior.spreads
    kinds = [u.kind for u in space.unknowns]
    yield "## What was fitted, on what"
    yield ""
    yield (
        "The equation is the product's own. Four kinds of figures may move, each away from what "
        "the base says and pulled back to it by a normal prior: the average error of each kind of "
        f"ground at CYP3A and at other enzymes ({kinds.count('bias')}), the effect of a "
        f"perpetrator on an enzyme as a factor on its odds ({kinds.count('potency')}), and a "
        f"victim's fractions of clearance ({kinds.count('fm')}) and gut fractions "
        f"({kinds.count('f_gut')}) on the logit scale within their recorded ranges. "
        "Constants and strength class are two statements of one "
        f"effect where both exist ({len(space.agreements)}). The width of every prior and the "
        "error of the model are fitted too, from the same pairs, anew for every pair, victim or "
        f"perpetrator left out. They start from the figures below, which weigh as much as "
        f"{START_WEIGHS:g} observations; the prior of an average error (0.5) and of effects known "
        "from pairs alone (1.0) stay where they are. Nothing was fitted on a held-out pair, and "
        "no constant of the base was changed."
    )
    yield ""
    yield "| Standard deviation of | Start | Fitted |"
    yield "|---|---|---|"
    names = {
        "constants": "log odds of inhibition by constants",
        "class": "log odds of inhibition by strength class",
        "induction": "log odds of induction",
        SEEN_IN_GUT: "log odds of inhibition of the gut alone (grapefruit juice)",
        "fm": "a fraction of clearance, in recorded ranges",
        "f_gut": "a gut fraction, in recorded ranges",
        "error": "log AUC ratio beyond all figures, as the fit weighs pairs",
    }
    for group, name in names.items():
        yield f"| {name} | {START[group]:g} | {spreads[group]:.2f} |"
    yield ""
    yield (
        "The error that widens the product's intervals grows with the change: "
        f"{posterior.error:.2f} at a ratio of 1, times 1 + |ln ratio| elsewhere "
        f"({posterior.error * (1.0 + np.log(2.0)):.2f} at 2, "
        f"{posterior.error * (1.0 + np.log(10.0)):.2f} at 10)."
    )
    yield ""
    odds = "Odds of effect in people over those by the ground"
    yield f"| Ground | At | {odds} | 90 % of perpetrators |"
    yield "|---|---|---|---|"
    for (kind, group, enzymes), i in sorted(space.index.items()):
        if kind == "bias":
            mean, sd = posterior.of(i)
            wide = 1.645 * float(np.hypot(sd, spreads[group]))
            yield (
                f"| {group} | {enzymes} | {np.exp(mean):.2f} | {np.exp(mean - wide):.2f} to "
                f"{np.exp(mean + wide):.2f} |"
            )
    yield ""
    yield (
        "The product samples every figure by itself, so what the pairs say of two figures together "
        "is lost and its intervals are a little wide. A medicine that no pair knows keeps the "
        "figures of its record; its recorded gut range is widened by the factor above where that "
        "exceeds 1, and its effects carry the average error and the spread of their ground."
    )
    yield ""


def _groups(title: str, judged: tuple[Judged, ...], knowledge: Knowledge) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield f"| By | Group {_HEAD[0]}"
    yield f"|---|---{_HEAD[1]}"
    for kind, name, of in groups(judged, knowledge):
        yield f"| {kind} | {name} {_cells(summary(of))}"
    yield ""


def _worst(title: str, judged: Sequence[Judged]) -> Iterator[str]:
    yield f"## {title}: the {_WORST} worst"
    yield ""
    yield "| Pair | Observed | Predicted | 90 % interval | Fold off | | Likely reason (judged) |"
    yield "|---|---|---|---|---|---|---|"
    for j in sorted(judged, key=lambda j: -abs(j.off))[:_WORST]:
        where = "inside" if j.inside else "**outside**"
        yield (
            f"| {_name(j)} | {_shown(j.pair.auc_ratio)} | {_shown(j.median)} | {_shown(j.low)} to "
            f"{_shown(j.high)} | {np.exp(abs(j.off)):.1f}, too {'high' if j.off > 0 else 'low'} | "
            f"{where} | {reason(j)} |"
        )
    yield ""


def _unsafe(answers: Schemes) -> Iterator[str]:
    yield "## Unsafe misses: more change seen than the interval allows"
    yield ""
    for name in (PAIR, HELD):
        missed = [j for j in answers[name] if j.unsafe]
        listed = "; ".join(sorted(f"{_name(j)} ({_shown(j.pair.auc_ratio)})" for j in missed))
        yield f"{name[0].upper()}{name[1:]} ({len(missed)} of {len(answers[name])}): {listed}."
        yield ""
    yield (
        "Where a pair was studied the report shows the studied ratio first and the model beside "
        "it. These misses tell what to expect of pairs that nobody studied."
    )
    yield ""


def _name(judged: Judged) -> str:
    return _name_of(judged.pair)


def _name_of(pair: Pair | Unchanged) -> str:
    route = "" if pair.route == "oral" else f" ({pair.route})"
    return f"{pair.perpetrator_name} on {pair.victim_name}{route}"


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def _shown(value: float) -> str:
    """Two significant digits without an exponent; three from 1 to 100."""
    if value >= 100:
        return f"{round(value, 1 - len(str(int(value)))):.0f}"
    return f"{value:.3g}" if value >= 1 else f"{value:.2g}"
