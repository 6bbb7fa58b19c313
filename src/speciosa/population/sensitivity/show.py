"""The shares of every source as text and as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from speciosa.report.charts.picture import Framed, framed
from speciosa.report.charts.shares import Source, Span, height, share_words, shares
from speciosa.report.clean import clean, to_ascii
from speciosa.report.numbers import plain
from speciosa.report.references import Bibliography
from speciosa.report.terminal.page import Page
from speciosa.report.words import DAGGER, DAGGER_LEGEND, analyte

if TYPE_CHECKING:
    from rich.console import Console

    from speciosa.population.sensitivity.document import SensitivityDocument
    from speciosa.population.sensitivity.exposure import Shares
    from speciosa.population.sensitivity.indices import Index

_MEASURES = {
    "cmax": "highest level",
    "auc": "area under the curve",
    "ctrough": "level",
}
_ALSO = ("exposure.swallowed_seven_oh", "simulate.cirrhosis_assumed", "simulate.few")
_FIRST = ("simulate.describes",)
_GUTTER = 15


def render(document: SensitivityDocument, console: Console) -> None:
    """Write the shares to a console, at most 100 columns wide."""
    page = Page(console, Bibliography(document))
    page.rule(document.title or "Where the spread of levels comes from", heavy=True)
    for i, line in enumerate(document.understood):
        page.line(line, mark=("Understood as:" if not i else "", "bold"), gutter=_GUTTER)
    page.findings(one for one in document.findings if one.id in _FIRST)
    _people(document, page)
    for line in _lines(document):
        page.line(line)
    page.flush()
    ascii_only = not (console.encoding or "").lower().startswith("utf")
    for one in document.shares:
        console.print(_table(one, document, ascii_only=ascii_only))
    for found in document.findings:
        if found.id not in _FIRST:
            page.finding(found)
    entries = [e for e in page.bibliography.entries if e.number in page.numbers_cited]
    if entries:
        page.blank()
        page.rule("Sources")
        for entry in entries:
            link = next((f" <{link.url}>" for link in entry.links), "")
            page.line(f"{entry.title}{link}", mark=f"[{entry.number}]", gutter=6)
        page.line(f"{DAGGER} {DAGGER_LEGEND}")
    page.flush()


def as_svg(document: SensitivityDocument) -> bytes:
    """Bars of every share, a column an analyte. Raises ``ValueError`` where there is none."""
    names = dict.fromkeys(one.analyte for one in document.shares)
    columns = [[one for one in document.shares if one.analyte == name] for name in names]
    rows = [
        [
            Framed(
                _head(one),
                shares(
                    _sources(one, document),
                    name=f"shares-{i}-{j}",
                    title=_head(one),
                ),
                height(len(one.sources)),
            )
            for j, one in enumerate(row)
        ]
        for i, row in enumerate(zip(*columns, strict=True))
    ]
    said = {one.id: one.text for one in document.findings}
    made = document.provenance
    foot = [
        *(said[id_] for id_ in ("simulate.describes", "simulate.shares_mean") if id_ in said),
        *(
            said[id_]
            for id_ in ("simulate.shares_structure", "simulate.bodies_assumed")
            if id_ in said
        ),
        *(said[id_] for id_ in _ALSO if id_ in said),
        f"{plain(document.subjects)} virtual people, seed {document.seed}; "
        f"Speciosa {made.speciosa_version}, knowledge {made.knowledge_release}.",
    ]
    lines = [
        f"Understood as: {'; '.join(document.understood)}.",
        *([f"Who they are: {document.population}."] if document.people else []),
        "Filled bar: the share of a source alone. Open bar: with all that it acts together with. "
        f"Strokes: {100 * document.confidence:.0f} % intervals. Up to: not told from nought.",
    ]
    title = document.title or "Where the spread of kratom levels comes from"
    return framed(rows, title=title, lines=lines, foot=foot).encode()


def _head(one: Shares) -> str:
    measure = _MEASURES[one.measure]
    if one.measure == "ctrough":
        measure = f"{measure} {one.note}"
    elif one.note:
        measure = f"{measure} ({one.note})"
    return f"{analyte(one.analyte)}, {measure}"


def _people(document: SensitivityDocument, page: Page) -> None:
    """Who they are and what is assumed of their bodies: it belongs beside every result."""
    people = document.people
    if people is None:
        return
    page.line(people.title, mark=("Who they are:", "bold"), gutter=_GUTTER)
    for words in (people.about, *people.limits):
        page.line(words, gutter=_GUTTER)
    for i, words in enumerate(people.effects):
        page.line(words, mark=("Their bodies:" if not i else "", "bold"), gutter=_GUTTER)
    if people.effect_facts:
        page.line("What is assumed:", page.cites(people.effect_facts), gutter=_GUTTER)


def _lines(document: SensitivityDocument) -> list[str]:
    who = f" ({document.population})" if document.population else ""
    return [
        f"{plain(document.subjects)} virtual people{who}, run {document.runs} times with one "
        f"source after the other exchanged; models: {' and '.join(document.structures)}; seed "
        f"{document.seed}",
        "Shares of the variance of the logarithm, with "
        f"{100 * document.confidence:.0f} % bootstrap intervals. Alone: what a source does by "
        "itself. With interplay: with all that it acts together with; these add up to more than "
        "100 %. Up to: not told from nought. The range is the 95th over the 5th percentile of "
        "people.",
    ]


def _table(one: Shares, document: SensitivityDocument, *, ascii_only: bool) -> Table:
    table = Table(box=box.ASCII if ascii_only else box.SIMPLE_HEAD)
    fold = plain(float(f"{one.fold:.2g}"))
    head = f"{_head(one)}: {fold}-fold range"
    table.add_column(head, overflow="fold", min_width=54)
    table.add_column("alone", justify="right")
    table.add_column("with interplay", justify="right")
    for source in one.sources:
        row = (document.sources[source.group], _share(source.first), _share(source.total))
        table.add_row(*(to_ascii(clean(c)) if ascii_only else clean(c) for c in row))
    return table


def _share(index: Index) -> str:
    return share_words(Span(index.value, index.low, index.high))


def _sources(one: Shares, document: SensitivityDocument) -> list[Source]:
    return [
        Source(
            document.sources[source.group],
            Span(source.first.value, source.first.low, source.first.high),
            Span(source.total.value, source.total.low, source.total.high),
        )
        for source in one.sources
    ]
