"""The answer in words: seen in people first, the model beside it, then how and how sure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from speciosa.knowledge import Citation
from speciosa.pharmacology.interactions.grading import number
from speciosa.report.ddi.document import DdiDocument, Perpetrator, Spread

WIDTH = 92
_MOST_REFERENCES = 12
_SMALLEST = 0.01
_ROUTES = {"oral": "by mouth", "intravenous": "into a vein"}


def as_text(document: DdiDocument) -> str:
    """The whole answer, wrapped, ending with a line break."""
    lines = [_title(document), ""]
    for paragraph in _paragraphs(document):
        lines += textwrap.wrap(paragraph, WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    lines += ["", *_references(document)]
    return "\n".join(lines).rstrip() + "\n"


def _title(document: DdiDocument) -> str:
    route = _ROUTES.get(document.route, document.route)
    taken = " and ".join(_taken(p) for p in document.perpetrators) or "nothing beside it"
    return f"{document.victim_name} ({route}) with {taken}"


def _taken(perpetrator: Perpetrator) -> str:
    dose = f" {perpetrator.dose_mg:g} mg" if perpetrator.dose_mg is not None else ""
    every = f" every {perpetrator.interval_h:g} h" if perpetrator.interval_h is not None else ""
    return f"{perpetrator.name}{dose}{every}"


def _paragraphs(document: DdiDocument) -> Iterator[str]:
    yield from _seen(document)
    if document.auc_ratio is None:
        yield f"No model figure: {document.no_ratio}. That is not the same as no change."
    else:
        yield f"By the model: {_times(document.auc_ratio)} the usual exposure."
        for name, other in document.others.items():
            yield f"{_capital(name)}: {_times(other)} the usual exposure, by the model."
        if document.shares:
            yield f"Through: {_shares(document)}."
        if document.ceiling is not None:
            yield (
                f"By the same model at most: {number(document.ceiling)} times, with those enzymes "
                "fully inhibited."
            )
    if document.beside_typical is not None:
        who = ", ".join(f"{e} {p} metaboliser" for e, p in document.phenotypes.items())
        yield (
            f"In this person ({who}), without the others: {_times(document.beside_typical)} the "
            "exposure of a typical adult. The ratio above comes on top of that."
        )
    if document.perpetrators:
        yield f"Size: {_size(document)}. Certainty: {str(document.certainty).replace('_', ' ')}."
    yield from _beyond(document)
    if document.by_class:
        yield "Most of it rests on a strength class alone, not on measured constants."
    for flag in document.flags:
        yield f"Note: {flag}."
    if document.unverified:
        yield (
            f"Note: {document.unverified} of the {document.inputs} figures behind the model were "
            "not read in their source."
        )
    yield f"Meaning: {document.meaning}"


def _beyond(document: DdiDocument) -> Iterator[str]:
    """What the size of the ratio does not tell."""
    if document.failed_activation:
        yield (
            f"What {document.victim_name} is turned into carries its effect. "
            f"{_capital(document.failed_activation)}. The ratio is of what is taken and does not "
            "tell that."
        )
    if document.small_changes:
        yield (
            f"Small changes of {document.victim_name} matter: {document.small_changes}. The ratio "
            "does not tell the clinical effect."
        )
    if document.in_a_list:
        rows = "; ".join(
            f"{row.title} ({' + '.join(row.members)}): {row.severity}" for row in document.in_a_list
        )
        yield f"As a list, in an assessment, these have: {rows}."


def _seen(document: DdiDocument) -> Iterator[str]:
    seen = document.observed
    if seen is not None and seen.value is not None:
        interval = f"no interval: {seen.no_interval_because}"
        if seen.low is not None and seen.high is not None:
            interval = f"{seen.interval}: {number(seen.low)} to {number(seen.high)}"
        yield (
            f"Seen in people: {number(seen.value)} times the usual exposure "
            f"({interval}; {document.observed_in})."
        )
    alone = [
        f"{name} {number(estimate.value)}"
        for name, estimate in document.observed_alone.items()
        if estimate.value is not None
    ]
    if alone:
        yield f"Seen in people with each alone, times the usual exposure: {', '.join(alone)}."


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _times(spread: Spread) -> str:
    return f"{number(spread.median)} times (90 % interval {number(spread.p05)} to " + (
        f"{number(spread.p95)})"
    )


def _shares(document: DdiDocument) -> str:
    told = []
    for share in document.shares:
        against = " against it" if share.share < 0.0 else ""
        size = f"{abs(share.share):.0%}" if abs(share.share) >= _SMALLEST else "under 1%"
        told.append(f"{share.mechanism} {size}{against}".replace("%", " %"))
    return ", ".join(told)


def _size(document: DdiDocument) -> str:
    if document.observed is None and document.auc_ratio is None:
        return "not known"
    if document.failed_activation:
        return "not told by this ratio"
    if not document.strength:
        return _no_size(document)
    return f"{document.strength} ({document.direction} of exposure)"


def _no_size(document: DdiDocument) -> str:
    """Below a weak interaction, without calming where little is known or little matters."""
    if document.small_changes:
        return "small by this ratio, which does not tell how much it matters here"
    below = "below that of a weak interaction"
    if document.observed is None and document.strength_in_interval:
        return f"{below} in the middle; the interval reaches a {document.strength_in_interval} one"
    return below


def _references(document: DdiDocument) -> Iterator[str]:
    if not document.references:
        return
    yield "Rests on:"
    for citation in document.references[:_MOST_REFERENCES]:
        yield from textwrap.wrap(
            _reference(citation), WIDTH, initial_indent="  ", subsequent_indent="    "
        )
    left_out = len(document.references) - _MOST_REFERENCES
    if left_out > 0:
        yield f"  and {left_out} more figures; --json gives all."


def _reference(citation: Citation) -> str:
    mark = "" if citation.verified else " (not verified)"
    sources = "; ".join(source.cite for source in citation.sources) or f"{citation.basis} value"
    return f"{citation.statement}{mark}. {sources}"
