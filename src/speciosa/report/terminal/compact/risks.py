"""Interactions, side effects and law, compact."""

from __future__ import annotations

from speciosa.assessment import Assessment
from speciosa.clinical.safety.result import SideEffect
from speciosa.finding import Severity
from speciosa.pharmacology.interactions.result import Interaction
from speciosa.regulation.result import LawLayer
from speciosa.report import outline, words
from speciosa.report.numbers import shown
from speciosa.report.terminal.page import GUTTER, Page, Piece


def interactions(page: Page, assessment: Assessment) -> None:
    """What was not checked, then one sentence a row; advice where the row is major or worse."""
    result = assessment.interactions
    if not result.rows:
        page.line(result.headline)
        page.line("No interaction is listed. That is not proof of safety.")
    for skipped in result.not_checked:
        guess = f". Did you mean {skipped.suggestion}?" if skipped.suggestion else ""
        page.pair("Not checked", (skipped.name, "bold"), f": {skipped.why}{guess}")
    for row in sorted(result.rows, key=lambda row: row.severity.rank):
        _row(page, row)
    page.brief(f for f in result.findings if not f.id.startswith("interaction.not_checked"))


def _row(page: Page, row: Interaction) -> None:
    told: list[Piece] = []
    if not outline.names_its_members(row):
        told.append((f"{' + '.join(row.names)}. ", "bold"))
    told.append(row.sentence)
    ratio = row.auc_ratio
    known = ratio is not None and (ratio.value is not None or ratio.low is not None)
    if ratio is not None and known and "ratio" not in row.sentence:
        parts = shown(ratio)
        spread = f" ({parts.range})" if parts.range else ""
        told.append(f" AUC ratio of {row.victim or 'the affected'}: {parts.number}{spread}.")
    told.append(page.cites((*row.facts, *(ratio.facts if ratio else ()))))
    page.severity(words.SEVERITY[row.severity], *told)
    if row.severity.rank <= Severity.MAJOR.rank:
        advice = (("Ask", row.ask), ("Watch", row.watch), ("Consider", row.consider))
        page.line(*(p for term, text in advice if text for p in _told(term, text)), indent=GUTTER)


def _told(term: str, text: str) -> tuple[Piece, Piece]:
    """An advice after its term, which is not said twice (``Ask: Ask about``)."""
    shown_term = "" if text.startswith(f"{term} ") else f"{term}: "
    return (shown_term, "bold"), f"{words.full_stop(text)} "


def side_effects(page: Page, assessment: Assessment) -> None:
    """What the person reports, then the other harms by where their frequency comes from."""
    result = assessment.side_effects
    page.line(result.headline)
    for effect in result.effects:
        if effect.reported_by_person:
            said: Piece = (f"{effect.name} (reported by this person): ", "bold")
            page.item(said, f"{_number(effect)}. {_source(effect)}", page.cites(effect.facts))
    by_source: dict[str, list[SideEffect]] = {}
    for effect in result.effects:
        if not effect.reported_by_person:
            by_source.setdefault(_source(effect), []).append(effect)
    for source, effects in by_source.items():
        names = "; ".join(f"{effect.name}: {_number(effect)}" for effect in effects)
        facts = [fact for e in effects if e.frequency for fact in e.frequency.facts]
        page.item((f"{names}. ", "bold"), source, page.cites(facts))
    page.brief((*result.monitoring, *outline.others(result.findings, result.monitoring)))


def _number(effect: SideEffect) -> str:
    if effect.frequency is None:
        return "frequency not known"
    parts = shown(effect.frequency)
    return f"{parts.value} ({parts.range})" if parts.range else parts.value


def _source(effect: SideEffect) -> str:
    """Where a frequency comes from, and why it has no interval where it has none."""
    if effect.frequency is None:
        return effect.population
    parts = shown(effect.frequency)
    reason = parts.interval or parts.brackets.removeprefix(parts.range).strip("; ")
    return " ".join(words.full_stop(text) for text in (effect.population, reason) if text)


def regulation(page: Page, assessment: Assessment) -> None:
    """The status of each substance, one line a layer, doubts and changes."""
    law = assessment.regulation
    brief = outline.law_brief(law)
    if not brief.answers:
        page.line(law.headline)
    for names, text in brief.answers:
        page.line((f"{', '.join(names)}: ", "bold"), words.full_stop(text))
    layers: dict[tuple[str, ...], list[LawLayer]] = {}
    for layer in law.layers:
        layers.setdefault(_terms(layer), []).append(layer)
    for (place, status, dates, doubt), same in layers.items():
        listed = ", ".join(words.substance(layer.substance) for layer in same)
        marks = {m.number: m for layer in same for m in page.bibliography.law_marks(layer)}
        told: list[Piece] = [f": {listed}: ", (status, "bold"), dates]
        cited = page.marks(marks[number] for number in sorted(marks))
        page.item((place, "bold"), *told, cited, (f" ({doubt})", "dim"))
    page.brief((*law.findings, *law.upcoming))
    page.line((law.disclaimer, "dim"))


def _terms(layer: LawLayer) -> tuple[str, ...]:
    """What layers must share to stand on one line: place, status, dates, how sure."""
    age = f", from age {layer.min_age}" if layer.min_age is not None else ""
    could = "; ".join(words.law_status(reading).lower() for reading in layer.readings)
    status = f"{words.law_status(layer.status)}{age}{f' (could be: {could})' if could else ''}"
    began = f", from {layer.effective_from}" if layer.effective_from else ""
    ended = f", to {layer.effective_to}" if layer.effective_to else ""
    read = f"as of {layer.as_of}" if layer.as_of else "date of reading not known"
    checked = "" if layer.verified else "; not verified"
    doubt = f"{read}, confidence {layer.confidence or 'not stated'}{checked}"
    return layer.place_name, status, f"{began}{ended}", doubt
