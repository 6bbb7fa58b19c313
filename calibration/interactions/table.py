"""The ways of predicting by name, and the table of every pair with every prediction."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

from calibration.interactions.judge import Answer, Judged, Reports, Schemes

if TYPE_CHECKING:
    from speciosa.knowledge.ddi.record import Pair, Unchanged

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


def table(schemes: Schemes, unchanged: Reports) -> str:
    """Every pair with every prediction, as CSV; last those reported as unchanged, without a figure.

    ``none`` as the ground of a prediction: the product gives no ratio, and no change stands there.
    """
    pairs = {j.pair.id: j.pair for judged in schemes.values() for j in judged}
    found: dict[tuple[str, str], Judged] = {}
    for name, judged in schemes.items():
        found |= {(j.pair.id, COLUMNS[name]): j for j in judged}
    columns = tuple(dict.fromkeys(COLUMNS.values()))
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    head = ["id", "victim", "perpetrator", "route", "mechanism", "enzymes", "studies", "measure"]
    parts = ("median", "low", "high", "ground")
    rows.writerow([*head, "observed", *(f"{c}_{part}" for c in columns for part in parts)])
    for id_, pair in sorted(pairs.items()):
        measure = "concentration" if pair.of_concentrations else "auc"
        of = [cell for c in columns for cell in _predicted(found.get((id_, c)))]
        rows.writerow([*_about(pair), measure, f"{pair.auc_ratio:.4g}", *of])
    for report, answer in unchanged.items():
        of = [cell for c in columns for cell in _predicted(answer if c == COLUMNS[HELD] else None)]
        rows.writerow([*_about(report), "words", "reported unchanged", *of])
    return text.getvalue()


def _about(pair: Pair | Unchanged) -> list[str]:
    enzymes = " ".join(pair.enzymes)
    names = [pair.id, pair.victim, pair.perpetrator, pair.route, pair.mechanism, enzymes]
    return [*names, str(len(pair.studies))]


def _predicted(of: Judged | Answer | None) -> tuple[str, str, str, str]:
    if of is None:
        return "", "", "", ""
    return f"{of.median:.4g}", f"{of.low:.4g}", f"{of.high:.4g}", of.ground or "none"
