"""What no list of interactions may hide: what was not checked, and what was not judged."""

from __future__ import annotations

from speciosa.pharmacology.interactions.result import InteractionsResult
from speciosa.report.interaction_table import Table
from speciosa.report.terminal.page import Page


def unchecked(page: Page, result: InteractionsResult, table: Table) -> None:
    """What was not checked and what could not be judged, each where there is any."""
    for skipped in result.not_checked:
        guess = f". Did you mean {skipped.suggestion}?" if skipped.suggestion else ""
        page.pair("Not checked", (skipped.name, "bold"), f": {skipped.why}{guess}")
    if table.not_judged:
        pairs = "; ".join(table.not_judged)
        page.pair("Not judged", f"{pairs}. ", ("This is not the same as nothing found.", "dim"))
