"""Calibrate the interaction model on the studied pairs, judge it, and write what came out.

    python -m calibration.interactions            # fits, judges, prints the page
    python -m calibration.interactions --write    # and writes facts, page, table and picture

Written are ``knowledge/data/ddi/in_vivo.json`` and ``model_error.json``, and
``docs/validation/interactions.md``, ``.csv`` and ``.svg``. Same facts in, same bytes out.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from rich.console import Console
from rich.progress import Progress

from calibration.interactions import judge
from calibration.interactions.chart import scatter
from calibration.interactions.facts import facts
from calibration.interactions.fit import Posterior, fit
from calibration.interactions.groups import NOT_INDEPENDENT
from calibration.interactions.judge import Judged
from calibration.interactions.page import page
from calibration.interactions.space import Space
from calibration.interactions.table import (
    BOX,
    FITTED,
    HELD,
    HELD_APART,
    HELD_BOX,
    HELD_DOSE,
    HELD_TEXTBOOK,
    PAIR,
    PERPETRATOR,
    TEXTBOOK,
    VICTIM,
    table,
)
from calibration.interactions.trials import KRATOM, trials, uncalibrated, use_of
from speciosa.knowledge import Knowledge, load

if TYPE_CHECKING:
    from speciosa.knowledge.ddi.record import Pair
    from speciosa.knowledge.fact import Fact

ROOT = Path(__file__).parents[2]
DATA = ROOT / "src/speciosa/knowledge/data/ddi"
DOCS = ROOT / "docs/validation"

_GROUPS: dict[str, Callable[[Pair], str]] = {
    PAIR: lambda pair: pair.id,
    VICTIM: lambda pair: pair.victim,
    PERPETRATOR: lambda pair: pair.perpetrator,
}


def calibrated(knowledge: Knowledge) -> Posterior:
    """The fit on every pair of the calibration."""
    base = uncalibrated(knowledge)
    space = Space(trials(knowledge.ddi.pairs, base), base)
    return fit(space, np.ones(len(space.trials), dtype=bool))


def schemes(
    posterior: Posterior, knowledge: Knowledge, progress: Progress
) -> dict[str, tuple[Judged, ...]]:
    """Every pair under every way of predicting it."""
    space = posterior.space
    pairs = [t.pair for t in space.trials]
    collected = [p for p in knowledge.ddi.held_out if p.perpetrator != KRATOM]
    held = [p for p in collected if p.id not in NOT_INDEPENDENT]
    apart = [p for p in collected if p.id in NOT_INDEPENDENT]
    fitted = judge.fitted(posterior)
    box, textbook = judge.out_of_the_box(fitted), judge.textbook(knowledge)
    usual, predicted = judge.usual, judge.predicted
    found = {
        TEXTBOOK: predicted(pairs, usual, textbook),
        BOX: predicted(pairs, usual, box),
        FITTED: predicted(pairs, usual, fitted),
    }
    for name, group in _GROUPS.items():
        refits = len({group(pair) for pair in pairs})
        advance = functools.partial(progress.advance, progress.add_task(name, total=refits))
        found[name] = judge.left_out(space, group, advance)
    return {
        **found,
        HELD: predicted(held, usual, fitted),
        HELD_APART: predicted(apart, usual, fitted),
        HELD_DOSE: predicted(held, use_of, fitted),
        HELD_BOX: predicted(held, usual, box),
        HELD_TEXTBOOK: predicted(held, usual, textbook),
    }


def encoded(listed: Sequence[Fact]) -> str:
    """Facts as the data files have them: fields that say nothing are left out."""
    rows = [
        {
            name: value
            for name, value in msgspec.to_builtins(fact).items()
            if value is not False and value not in ("", None, [])
        }
        for fact in listed
    ]
    return json.dumps(rows, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Fit, judge, and print or write."""
    knowledge = load()
    posterior = calibrated(knowledge)
    with Progress(console=Console(stderr=True)) as progress:
        judged = schemes(posterior, knowledge, progress)
    unchanged = judge.of_reports(knowledge.ddi.unchanged, judge.fitted(posterior))
    text = page(judged, unchanged, posterior, knowledge)
    if "--write" not in sys.argv[1:]:
        sys.stdout.write(text)
        return
    *in_vivo, error = facts(posterior)
    (DATA / "in_vivo.json").write_text(encoded(in_vivo), encoding="utf-8")
    (DATA / "model_error.json").write_text(encoded([error]), encoding="utf-8")
    (DOCS / "interactions.md").write_text(text, encoding="utf-8")
    (DOCS / "interactions.csv").write_text(table(judged, unchanged), encoding="utf-8")
    shown = {name: judge.answered(judged[name]) for name in (PAIR, HELD)}
    panels = [(f"{name} ({len(pairs)} with an answer)", pairs) for name, pairs in shown.items()]
    (DOCS / "interactions.svg").write_text(scatter(panels), encoding="utf-8")


if __name__ == "__main__":
    main()
