"""The evidence section, compact: kratom, options by how they were measured, lanes as counts."""

from __future__ import annotations

from speciosa.assessment import Assessment
from speciosa.evidence.result import EffectRow, Report
from speciosa.finding import Certainty
from speciosa.report import outline, words
from speciosa.report.numbers import shown
from speciosa.report.terminal.page import Page, Piece

_NOT_RATED = "not rated"
# The caveat that the legend tells once for every ``(+)``.
_NO_INTERVAL = "chance cannot be excluded"


def evidence(page: Page, assessment: Assessment) -> None:
    """Each option stands beside its comparator; sizes in different groups cannot be compared."""
    result = assessment.evidence
    page.line(result.headline)
    page.brief(result.kratom)
    page.brief(outline.others(result.findings, result.kratom))
    if result.options:
        page.line(
            ("Against what, which outcome (measure; certainty): each option with its effect and "
            "interval. + favours the option, (+) leans to it but no interval was read, ? not "
            "clear. Only sizes on one line were measured in the same way.", "dim"),
        )  # fmt: skip
    for group in dict.fromkeys(row.group for row in result.options):
        _group(page, group, [row for row in result.options if row.group == group])
    for title, reports in (
        ("Trials of kratom", result.kratom_trials),
        ("Signals of harm", result.harms),
        ("Surveys and user reports", result.user_reports),
        ("Laboratory and animal studies", result.preclinical),
    ):
        _lane(page, title, reports)


def _group(page: Page, group: str, rows: list[EffectRow]) -> None:
    """Options that were measured in the same way against the same comparator share a line."""
    page.line((words.label(group), "bold"), page.cites(f for row in rows for f in row.facts))
    alike: dict[tuple[str, ...], list[EffectRow]] = {}
    bare = []
    for row in rows:
        if row.estimate is None:
            bare.append(row)
        else:
            comparator = row.comparator or "nothing stated"
            measure = f"{row.measure}{_unit(row)}"
            alike.setdefault((comparator, row.outcome, measure, _certainty(row)), []).append(row)
    for (comparator, outcome, measure, sure), found in alike.items():
        effects = "; ".join(f"{row.option} {_effect(row)}" for row in found)
        told = (f"against {comparator}, {outcome} ({measure}; {sure}): ", "dim")
        page.item(told, effects)
    if bare:
        names = "; ".join(dict.fromkeys(row.option for row in bare))
        page.item(("no pooled number: ", "dim"), names)


def _effect(row: EffectRow) -> str:
    """The number never stands without its side: the sign of an effect differs by measure."""
    if row.estimate is None:
        return "no number"
    parts = shown(row.estimate)
    return f"{parts.number} ({parts.range or 'no interval'}) {_side(row)}"


def _side(row: EffectRow) -> str:
    """``+``, ``(+)`` or ``?`` as the legend says, with its caveat; else the room's own words."""
    _, _, caveat = row.favours.partition("; ")
    but = f", but {caveat}" if caveat and not caveat.startswith(_NO_INTERVAL) else ""
    for words_used, sign in (
        (f"Favours {row.option}", "+"),
        (f"Leans to {row.option}", "(+)"),
        ("Not clear", "?"),
    ):
        if row.favours.startswith(words_used):
            return f"{sign}{but}"
    return row.favours or "side not stated"


def _unit(row: EffectRow) -> str:
    """The unit, where neither the measure nor the outcome says it."""
    unit = row.estimate.unit if row.estimate else ""
    said = unit in row.measure.split() or unit.removesuffix(" points") in row.outcome
    return "" if said or unit in ("", "ratio") else f" in {unit}"


def _certainty(row: EffectRow) -> str:
    return _NOT_RATED if row.certainty is Certainty.UNKNOWN else row.certainty.value


def _lane(page: Page, title: str, reports: tuple[Report, ...]) -> None:
    """How many reports, and what most of them cannot show."""
    if not reports:
        return
    told: list[Piece] = [(f"{title}: ", "bold"), f"{len(reports)}. "]
    page.line(*told, outline.main_caveat(reports))
