"""Interactions, side effects and law, compact."""

from __future__ import annotations

from collections.abc import Sequence

from speciosa.assessment import Assessment
from speciosa.clinical.safety.result import SideEffect
from speciosa.finding import Severity
from speciosa.pharmacology.wording import listed
from speciosa.regulation.result import LawLayer
from speciosa.report import interaction_table, outline, words
from speciosa.report.interaction_table import Line, Table, ground, has_number, title, victim
from speciosa.report.numbers import shown
from speciosa.report.terminal.page import GUTTER, Page, Piece
from speciosa.report.terminal.unchecked import unchecked

# Moderate pairs and worse are named up to so many; a longer list is for the full report.
_NAMED = 40


def interactions(page: Page, assessment: Assessment) -> None:
    """What was not checked, the interactions that matter most, names of the grave, counts."""
    result = assessment.interactions
    table = interaction_table.table(result)
    if not result.rows:
        page.line(result.headline)
        page.line("No interaction is listed. That is not proof of safety.")
    unchecked(page, result, table)
    shown_lines = interaction_table.leading(table)
    said: set[str] = set()
    for alike in interaction_table.alike(shown_lines):
        _line(page, alike[0], said) if len(alike) == 1 else _alike(page, alike, said)
    rest = [line for line in table.lines if line not in shown_lines]
    _rest(page, rest)
    _consider(page, table)
    if table.pairs_with_nothing:
        count = table.pairs_with_nothing
        noun = "pair" if count == 1 else "pairs"
        page.line((f"Nothing found for {count} more {noun}; that excludes no interaction.", "dim"))
    page.line((result.about_ratios, "dim"))
    page.brief(f for f in result.findings if not f.id.startswith("interaction.not_checked"))


def _line(page: Page, line: Line, said: set[str]) -> None:
    """One line with what to ask and watch, unless a line above has ``said`` the same."""
    told: list[Piece] = [] if line.says_who else [(f"{' + '.join(line.names)}. ", "bold")]
    told.append(line.sentence)
    for row in line.ratios:
        parts = shown(row.auc_ratio) if row.auc_ratio is not None else None
        if parts is not None and has_number(row) and "ratio" not in line.sentence:
            spread = f" ({parts.range})" if parts.range else ""
            told.append(
                f" Exposure to {victim(row)}: {parts.number}{spread} times ({ground(row)})."
            )
    if also := [title(row) for row in line.also if row not in line.ratios or not has_number(row)]:
        told.append(f" Also: {', '.join(also)}.")
    facts = [f for r in line.rows for f in (*r.facts, *(r.auc_ratio.facts if r.auc_ratio else ()))]
    page.severity(words.SEVERITY[line.severity], *told, page.cites(facts))
    _advice(page, line, said)


def _advice(page: Page, line: Line, said: set[str]) -> None:
    """What to ask and watch where it is major or worse, unless it was ``said`` above."""
    if line.severity.rank <= Severity.MAJOR.rank:
        advice = (("Ask", line.main.ask), ("Watch", line.main.watch))
        new = [(term, text) for term, text in advice if text and text not in said]
        page.line(*(piece for term, text in new for piece in _told(term, text)), indent=GUTTER)
        said.update(text for _, text in new)


def _alike(page: Page, lines: Sequence[Line], said: set[str]) -> None:
    """Several pairs of one with others that say the same, as one line, with what differs."""
    first = lines[0]
    partners = [interaction_table.partner(line) for line in lines]
    told: list[Piece] = [f"{interaction_table.common(first)} with {listed(partners)}:{first.rest}"]
    for ground_, ratios_ in _by_ground(lines).items():
        told.append(f" Exposure, times usual ({ground_}): {'; '.join(ratios_)}.")
    also = dict.fromkeys(title(row) for line in lines for row in line.also if not row.victim)
    if also:
        told.append(f" Also, of some: {', '.join(also)}.")
    facts = dict.fromkeys(fact for line in lines for row in line.rows for fact in row.facts)
    page.severity(words.SEVERITY[first.severity], *told, page.cites(tuple(facts)))
    _advice(page, first, said)


def _by_ground(lines: Sequence[Line]) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for row in (row for line in lines for row in line.ratios):
        if row.auc_ratio is not None and has_number(row):
            parts = shown(row.auc_ratio)
            spread = f" ({parts.range})" if parts.range else ""
            told.setdefault(ground(row), []).append(f"{victim(row)} {parts.number}{spread}")
    return told


def _rest(page: Page, rest: list[Line]) -> None:
    """What is moderate or worse by name, and how many more there are of each severity."""
    for severity in Severity:
        lines = [line for line in rest if line.severity is severity]
        if not lines:
            continue
        mark = words.SEVERITY[severity]
        if severity.rank <= Severity.MODERATE.rank:
            named = [interaction_table.brief(line.main) for line in lines[:_NAMED]]
            uncounted = len(lines) - len(named)
            more = f"; and {uncounted} more, see --full" if uncounted else ""
            page.severity(mark, f"{len(lines)} more: {'; '.join(named)}{more}.")
        else:
            page.severity(mark, f"{len(lines)} more; see --full.")


def _consider(page: Page, table: Table) -> None:
    """What to consider for everything that is major or worse; what several share once."""
    for advice in interaction_table.advice(table.lines):
        about = (f"{interaction_table.some_of(advice.about)}: ", "dim")
        page.line(("Consider ", "bold"), about, words.full_stop(advice.text), indent=2)


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
