"""A population's result on the terminal: who the people are, then their levels as of a regimen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.population.output.document import MEANING
from speciosa.report.numbers import percent, plain
from speciosa.report.simulation.terminal import render as render_simulation

if TYPE_CHECKING:
    from rich.console import Console

    from speciosa.population.output.document import Described, PopulationDocument
    from speciosa.report.terminal.page import Page

_GUTTER = 15
_UNITS = {"1": "", "a": " years", "mL/min/{1.73_m2}": " mL/min per 1.73 m²"}


def render(document: PopulationDocument, console: Console) -> None:
    """Write the result to a console, at most 100 columns wide."""
    render_simulation(document, console, before=lambda page: _people(page, document))


def _people(page: Page, document: PopulationDocument) -> None:
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
        for words in (people.about, *people.limits):
            page.line(words, gutter=_GUTTER)
        for one in people.described:
            page.line(f"{one.about}: {_described(one)}", indent=2)
        for words in people.effects[:1]:
            page.line(words, mark=("Their bodies:", "bold"), gutter=_GUTTER)
        for words in people.effects[1:]:
            page.line(words, gutter=_GUTTER)
        if people.effect_facts:
            page.line("What is assumed:", page.cites(people.effect_facts), gutter=_GUTTER)
    method = document.method
    page.line(
        f"counted, not kept: percentiles are within {100.0 * method.relative_error:.2g} % of "
        f"the exact ones, levels below {method.least:f} ng/mL are nought; what is said in "
        f"sentences comes from {plain(method.spoken_of)} of them, drawn by chance",
        mark=("Percentiles:", "bold"),
        gutter=_GUTTER,
    )
    page.line(MEANING, gutter=_GUTTER)
    if method.times < method.times_followed:
        page.line(
            f"The curve stands at {plain(method.times)} of {plain(method.times_followed)} times, "
            "the same hours after every dose; a peak between them can be a little higher.",
            gutter=_GUTTER,
        )
    page.blank()


def _described(one: Described) -> str:
    if one.figure is not None:
        if one.figure.median is None:
            return "not known"
        unit = _UNITS.get(one.figure.unit, f" {one.figure.unit}")
        low, middle, high = (
            plain(float(f"{value:.3g}"))
            for value in (one.figure.p05 or 0.0, one.figure.median, one.figure.p95 or 0.0)
        )
        some = f"; not known in {percent(one.unknown)} of them" if one.unknown else ""
        return f"median {middle}{unit}, 90 % from {low} to {high}{some}"
    shares = sorted((one.shares or {}).items(), key=lambda item: -item[1])
    return ", ".join(f"{name.replace('_', ' ')} {percent(share)}" for name, share in shares)
