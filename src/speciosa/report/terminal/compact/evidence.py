"""The evidence section, compact: options by certainty, kratom apart, the lanes as counts."""

from __future__ import annotations

from speciosa.assessment import Assessment
from speciosa.evidence.result import RankedOption, Report, Standing
from speciosa.report import outline, ranking
from speciosa.report.terminal.page import Page, Piece

_LEGEND = (
    "Options by certainty, then by what they were compared with; only sizes on one line and in one "
    "unit compare. + favours the option, (+) leans to it but chance cannot be excluded, ? not "
    "clear. ! with caution; ask first: what is not on record decides, see the plan; [w] wanted, "
    "[n] not wanted, [t] taken or tried."
)
_MARKS = {Standing.CAUTION: "!", Standing.UNKNOWN: "ask first"}


def evidence(page: Page, assessment: Assessment) -> None:
    """Options once, surest first; sizes of different lines cannot be compared."""
    result = assessment.evidence
    page.line(result.headline)
    if result.ranked:
        page.line((_LEGEND, "dim"))
    for block in ranking.blocks(result.ranked):
        _block(page, block)
    if result.kratom_row is not None:
        row = result.kratom_row
        told = f"{row.title}, apart from the options: "
        page.line((told, "bold"), f"no size to show. {row.seven_oh}", page.sure(row.certainty))
    page.brief(result.kratom)
    page.brief(outline.others(result.findings, result.kratom))
    for title, reports in (
        ("Trials of kratom", result.kratom_trials),
        ("Signals of harm", result.harms),
        ("Surveys and user reports", result.user_reports),
        ("Laboratory and animal studies", result.preclinical),
    ):
        _lane(page, title, reports)


def _block(page: Page, block: ranking.Block) -> None:
    """One line for options of one certainty against one kind of comparator."""
    facts = [fact for option in block.options for fact in option.comparisons[0].facts]
    if block.avoid:
        told = "; ".join(_avoided(option) for option in block.options)
    else:
        told = "; ".join(_option(option) for option in block.options)
    page.item((f"{block.title}: ", "bold"), told, page.cites(facts))


def _option(option: RankedOption) -> str:
    lead = option.comparisons[0]
    unit = "" if lead.estimate is None else f" {lead.measure or lead.like}"
    marks = [_MARKS.get(option.standing, ""), *_own(option)]
    told = " ".join(mark for mark in marks if mark)
    name, _, _ = option.option.partition(" (")
    return f"{name}{unit} {ranking.brief_effect(lead)}{' ' + told if told else ''}"


def _avoided(option: RankedOption) -> str:
    why = outline.first_sentence(option.why[0]) if option.why else "see the plan"
    told = " ".join(_own(option))
    return f"{option.option}{' ' + told if told else ''} ({why.rstrip('.')})"


def _own(option: RankedOption) -> list[str]:
    wish = {"wanted": "[w]", "not wanted": "[n]"}.get(option.wish, "")
    known = len(option.history) > bool(option.wish)
    return [mark for mark in (wish, "[t]" if known else "") if mark]


def _lane(page: Page, title: str, reports: tuple[Report, ...]) -> None:
    """How many reports, and what most of them cannot show."""
    if not reports:
        return
    told: list[Piece] = [(f"{title}: ", "bold"), f"{len(reports)}. "]
    page.line(*told, outline.main_caveat(reports))
