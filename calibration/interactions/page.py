"""The validation page and the table of every pair."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from calibration.interactions.fit import START_WEIGHS, Posterior
from calibration.interactions.groups import NOT_INDEPENDENT, groups, reason
from calibration.interactions.judge import Judged, Schemes, Summary, summary
from calibration.interactions.space import START

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge

# Names of the schemes; the first word of each is the column of the table of pairs.
TEXTBOOK = "textbook model"
BOX = "base alone, no pair used"
FITTED = "fitted on all (in-sample)"
PAIR = "pair left out"
VICTIM = "victim left out"
PERPETRATOR = "perpetrator left out"
HELD = "held out"
HELD_APART = "held out, not independent of a record"
HELD_DOSE = "held out, dose of the study"
HELD_BOX = "held out, base alone"
HELD_TEXTBOOK = "held out, textbook model"
COLUMNS: Mapping[str, str] = {
    TEXTBOOK: "textbook",
    BOX: "base_alone",
    FITTED: "fitted",
    PAIR: "pair_left_out",
    VICTIM: "victim_left_out",
    PERPETRATOR: "perpetrator_left_out",
    HELD: "held_out",
    HELD_APART: "held_out",
    HELD_DOSE: "held_out_dose",
    HELD_BOX: "base_alone",
    HELD_TEXTBOOK: "textbook",
}
AIM_GMFE, AIM_TWO_FOLD, AIM_COVERAGE = 1.4, 0.88, (0.85, 0.95)
_WORST = 10
_HEAD = (
    "| n | Fold error | Bias | 1.25-fold | 1.5-fold | Two-fold | Guest | Guest 1.25 | In 90 % "
    "interval | Beyond it |",
    "|---" * 10 + "|",
)


def page(schemes: Schemes, posterior: Posterior, knowledge: Knowledge) -> str:
    """The whole page."""
    lines = (
        "# Validation of the interaction model (changes of concentration)",
        "",
        "Made by `python -m calibration.interactions --write`; do not edit. Every pair with every "
        "prediction: [interactions.csv](interactions.csv). Why it is done so: "
        "[decision 0013](../decisions/0013-in-vivo-potency.md). Kratom has a page of its own: "
        "[kratom-interactions.md](kratom-interactions.md).",
        "",
        *_in_short(schemes),
        "![Predicted against observed](interactions.svg)",
        "",
        *_all_schemes(schemes),
        *_fitted(posterior),
        *_groups("Groups, pair left out", schemes[PAIR], knowledge),
        *_groups("Groups, held out", schemes[HELD], knowledge),
        *_worst("Pair left out", schemes[PAIR]),
        *_worst("Held out", schemes[HELD]),
        *_unsafe(schemes),
    )
    return "\n".join(lines)


def _in_short(schemes: Schemes) -> Iterator[str]:
    yield "## In short"
    yield ""
    pairs, held = len(schemes[PAIR]), len(schemes[HELD])
    low, high = AIM_COVERAGE
    yield (
        f"The model was calibrated on {pairs} pairs of medicines whose AUC ratio was measured in "
        "people, and is judged only on pairs that took no part in the fit, in two ways: every pair "
        f"of the calibration left out in turn, and {held} further pairs that were collected from "
        "labels, papers and databases and never shown to the fit. Aims: geometric mean fold error "
        f"at most {AIM_GMFE:g}, at least {_percent(AIM_TWO_FOLD)} within two-fold, 90 % intervals "
        f"that hold {_percent(low)} to {_percent(high)} of what was seen."
    )
    yield ""
    yield "| Judged on | Fold error | Within two-fold | In the 90 % interval | Aims |"
    yield "|---|---|---|---|---|"
    for name in (PAIR, VICTIM, PERPETRATOR, HELD, HELD_DOSE):
        s = summary(schemes[name])
        yield (
            f"| {name}, {s.n} pairs | {s.gmfe:.2f} | {_percent(s.within_2)} | "
            f"{_percent(s.coverage)} | {_verdict(s)} |"
        )
    base, naive = summary(schemes[HELD_BOX]), summary(schemes[HELD_TEXTBOOK])
    yield ""
    yield (
        f"On the held-out pairs the textbook model is off {naive.gmfe:.2f}-fold with "
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
        f"apart ({_apart(schemes)}). Pairs get into studies because an effect was expected. The "
        "report of a list of medicines takes the usual regimen unless more is taken, as the first "
        "row of held-out pairs does; scaled to the dose of each study, often a single one, they "
        "come out a little worse. Seen ratios are means of groups: one person can differ more."
    )
    yield ""


def _apart(schemes: Schemes) -> str:
    return "; ".join(f"{_name(j)}: {NOT_INDEPENDENT[j.pair.id]}" for j in schemes[HELD_APART])


def _verdict(s: Summary) -> str:
    missed = []
    if s.gmfe > AIM_GMFE:
        missed.append("fold error")
    if s.within_2 < AIM_TWO_FOLD:
        missed.append("two-fold")
    if not AIM_COVERAGE[0] <= s.coverage <= AIM_COVERAGE[1]:
        missed.append("interval")
    return "missed: " + ", ".join(missed) if missed else "met"


def _all_schemes(schemes: Schemes) -> Iterator[str]:
    yield "## Every way of predicting"
    yield ""
    yield (
        "Fold error: geometric mean of predicted over observed or the reverse. Bias: geometric "
        "mean of predicted over observed, above 1 where too much is predicted. Guest: within the "
        "limits of Guest 2011, which narrow to nothing at a ratio of 1, and to 1.25-fold in the "
        "second form. *Beyond it* is the unsafe miss: more change seen than the interval allows. "
        "Pairs without a common enzyme count: predicted no change. *Textbook*: liver-inlet "
        "concentration with an absorption rate of 6 per hour, point values, constants only. *Base "
        "alone*: today's figures of the records with no pair used; its interval has the published "
        "error. Refits take the usual regimen; so do held-out pairs, once more with the dose of "
        "their study where its words give one."
    )
    yield ""
    yield f"| Prediction {_HEAD[0]}"
    yield f"|---{_HEAD[1]}"
    for name, judged in schemes.items():
        yield f"| {name} {_cells(summary(judged))}"
    yield ""


def _cells(s: Summary) -> str:
    shares = (s.within_1_25, s.within_1_5, s.within_2, s.guest, s.guest_1_25, s.coverage, s.unsafe)
    return f"| {s.n} | {s.gmfe:.2f} | {s.bias:.2f} | " + " | ".join(map(_percent, shares)) + " |"


def _fitted(posterior: Posterior) -> Iterator[str]:
    space, spreads = posterior.space, posterior.spreads
    kinds = [u.kind for u in space.unknowns]
    yield "## What was fitted, on what"
    yield ""
    yield (
        "The equation is the product's own. Four kinds of figures may move, each away from what "
        "the base says and pulled back to it by a normal prior: the average error of each kind of "
        f"ground ({kinds.count('bias')}), the effect of a perpetrator on an enzyme as a factor on "
        f"its odds ({kinds.count('potency')}), and a victim's fractions of clearance "
        f"({kinds.count('fm')}) and gut fractions ({kinds.count('f_gut')}) on the logit scale "
        f"within their recorded ranges. Constants and strength class are two statements of one "
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
        "fm": "a fraction of clearance, in recorded ranges",
        "f_gut": "a gut fraction, in recorded ranges",
        "error": "log AUC ratio beyond all figures (error of the model)",
    }
    for group, name in names.items():
        yield f"| {name} | {START[group]:g} | {spreads[group]:.2f} |"
    yield ""
    yield "| Ground | Odds of effect in people over those by the ground | 90 % of perpetrators |"
    yield "|---|---|---|"
    for (kind, group, _), i in sorted(space.index.items()):
        if kind == "bias":
            mean, sd = posterior.of(i)
            wide = 1.645 * float(np.hypot(sd, spreads[group]))
            yield (
                f"| {group} | {np.exp(mean):.2f} | {np.exp(mean - wide):.2f} to "
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


def _unsafe(schemes: Schemes) -> Iterator[str]:
    yield "## Unsafe misses: more change seen than the interval allows"
    yield ""
    for name in (PAIR, HELD):
        missed = [j for j in schemes[name] if j.unsafe]
        listed = "; ".join(sorted(f"{_name(j)} ({_shown(j.pair.auc_ratio)})" for j in missed))
        yield f"{name[0].upper()}{name[1:]} ({len(missed)} of {len(schemes[name])}): {listed}."
        yield ""
    yield (
        "Where a pair was studied the report shows the studied ratio first and the model beside "
        "it. These misses tell what to expect of pairs that nobody studied. Transporters are not "
        "in the model at all."
    )
    yield ""


def table(schemes: Schemes) -> str:
    """Every pair with every prediction, as CSV."""
    pairs = {j.pair.id: j.pair for judged in schemes.values() for j in judged}
    found: dict[tuple[str, str], Judged] = {}
    for name, judged in schemes.items():
        found |= {(j.pair.id, COLUMNS[name]): j for j in judged}
    columns = tuple(dict.fromkeys(COLUMNS.values()))
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    head = ["id", "victim", "perpetrator", "route", "mechanism", "enzymes", "studies", "observed"]
    rows.writerow(
        [*head, "ground", *(f"{c}_{part}" for c in columns for part in ("median", "low", "high"))]
    )
    for id_, pair in sorted(pairs.items()):
        of = [found.get((id_, column)) for column in columns]
        ground = next((j.ground for j in reversed(of) if j is not None), "")
        rows.writerow(
            [
                id_,
                pair.victim,
                pair.perpetrator,
                pair.route,
                pair.mechanism,
                " ".join(pair.enzymes),
                len(pair.studies),
                f"{pair.auc_ratio:.4g}",
                ground or "none",
                *(
                    f"{value:.4g}" if j is not None else ""
                    for j in of
                    for value in ((j.median, j.low, j.high) if j is not None else ("", "", ""))
                ),
            ]
        )
    return text.getvalue()


def _name(judged: Judged) -> str:
    pair = judged.pair
    route = "" if pair.route == "oral" else f" ({pair.route})"
    return f"{pair.perpetrator_name} on {pair.victim_name}{route}"


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def _shown(value: float) -> str:
    """Two significant digits without an exponent; three from 1 to 100."""
    if value >= 100:
        return f"{round(value, 1 - len(str(int(value)))):.0f}"
    return f"{value:.3g}" if value >= 1 else f"{value:.2g}"
