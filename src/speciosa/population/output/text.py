"""A population's result on the terminal: who the people are, then their levels as of a regimen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.report.numbers import percent, plain
from speciosa.report.references import Bibliography
from speciosa.report.simulation.terminal import render as render_simulation
from speciosa.report.terminal.page import Page

if TYPE_CHECKING:
    from rich.console import Console

    from speciosa.population.output.document import Described, PopulationDocument

_GUTTER = 15


def render(document: PopulationDocument, console: Console) -> None:
    """Write the result to a console, at most 100 columns wide."""
    page = Page(console, Bibliography(document))
    page.rule(f"{plain(document.subjects)} virtual people", heavy=True)
    people = document.people
    if people is None:
        page.line(
            "bodies as in the people of the studies; no population was named",
            mark=("Who they are:", "bold"),
            gutter=_GUTTER,
        )
    else:
        page.line(people.title, mark=("Who they are:", "bold"), gutter=_GUTTER)
        for one in people.described:
            page.line(f"{one.about}: {_described(one)}", indent=2)
        page.findings(people.findings)
    method = document.method
    page.line(
        f"counted, not kept: percentiles are within {100.0 * method.relative_error:.2g} % of "
        f"the exact ones, levels below {method.least:g} ng/mL are nought; what is said in "
        f"sentences comes from the first {plain(method.spoken_of)} people",
        mark=("Percentiles:", "bold"),
        gutter=_GUTTER,
    )
    page.blank()
    page.flush()
    render_simulation(document, console)


def _described(one: Described) -> str:
    if one.figure is not None:
        if one.figure.median is None:
            return "not known"
        unit = "" if one.figure.unit == "1" else f" {one.figure.unit}"
        low, middle, high = (
            plain(float(f"{value:.3g}"))
            for value in (one.figure.p05 or 0.0, one.figure.median, one.figure.p95 or 0.0)
        )
        return f"median {middle}{unit}, 90 % from {low} to {high}"
    shares = sorted((one.shares or {}).items(), key=lambda item: -item[1])
    return ", ".join(f"{name.replace('_', ' ')} {percent(share)}" for name, share in shares)
