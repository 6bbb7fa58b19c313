"""Short ways to write the cases of the interaction tests."""

from __future__ import annotations

from typing import Any

from speciosa.case import parse_case
from speciosa.knowledge import load
from speciosa.pharmacology.interactions import assess
from speciosa.pharmacology.interactions.result import Interaction, InteractionsResult

KNOWLEDGE = load()
USING = {"status": "using"}
AS_STUDIED = {
    "status": "using",
    "products": [
        {"form": "tea", "dose": {"leaf_g": 2.0}, "times_per_day": 1, "days_per_week": 1},
    ],
}
SEVEN_OH = {"status": "using", "products": [{"form": "7_oh_product"}]}


def check(
    *medicines: str | dict[str, Any], kratom: dict[str, Any] | None = None, **more: Any
) -> InteractionsResult:
    """The result for a list of medicines, given by name or as a line of a case."""
    raw: dict[str, Any] = {
        "date": "2026-11-22",
        "medicines": [m if isinstance(m, dict) else {"name": m} for m in medicines],
        **more,
    }
    if kratom is not None:
        raw["kratom"] = kratom
    return assess(parse_case(raw), KNOWLEDGE)


def row(result: InteractionsResult, tail: str) -> Interaction:
    """The row with that id after ``interaction.``."""
    return {r.id: r for r in result.rows}[f"interaction.{tail}"]


def ids(result: InteractionsResult) -> set[str]:
    """Ids of all rows, without ``interaction.``."""
    return {r.id.removeprefix("interaction.") for r in result.rows}
