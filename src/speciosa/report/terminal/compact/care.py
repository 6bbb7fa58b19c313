"""Care plan, consultation, follow-up, rules, what is missing and references, compact."""

from __future__ import annotations

from urllib.parse import urlsplit

from speciosa.assessment import Assessment
from speciosa.clinical.care.result import PlanItem
from speciosa.finding import Severity
from speciosa.report import interaction_table, outline, words
from speciosa.report.references import Link
from speciosa.report.terminal.compact.shared import Shared
from speciosa.report.terminal.first_screen import TOP_MISSING
from speciosa.report.terminal.page import GUTTER, Page, Piece

_MARK = 11


def plan(page: Page, assessment: Assessment) -> None:
    """One line an item, cautions below it; a caution of several items is told once."""
    result = assessment.plan
    page.line(result.headline)
    if result.step or result.why_this_step:
        page.line(
            (f"{words.step(result.step)}: " if result.step else "", "bold"), result.why_this_step
        )
    page.brief(result.findings)
    if not result.sections:
        page.line("No plan could be made from what was given.")
    said = (*result.findings, *(note for section in result.sections for note in section.notes))
    told = tuple(finding.text.lower() for finding in outline.weighty(said))
    # What a finding above or a safety rule below says in the same words is not said twice.
    known = {finding.text for finding in outline.weighty(assessment.severity.diagnosis)}
    known |= {finding.text for finding in assessment.urgent.findings}
    known |= {rule.title for rule in assessment.safety_rules}
    lines = interaction_table.leading(interaction_table.table(assessment.interactions))
    rows = {
        line.main.id: line.main.sentence for line in lines if line.main.sentence == line.sentence
    }
    for section in result.sections:
        page.line((f"{section.title}. ", "bold"), section.lead)
        page.brief(section.notes)
        items = tuple(item for item in section.items if item.title not in known)
        cautions = {item.id: _cautions(item, rows, told) for item in items}
        _items(page, items, cautions)


def _items(page: Page, items: tuple[PlanItem, ...], cautions: dict[str, tuple[str, ...]]) -> None:
    """Items without a caution that follow one another share a line."""
    shared = Shared(line for lines in cautions.values() for line in lines)
    quiet: list[str] = []
    for index, item in enumerate(items):
        letters, own = shared.split(cautions[item.id])
        mark: Piece = (f"[{words.standing(item.standing)}]", "bold")
        if letters or own:
            told: list[Piece] = [item.title, (f" ({letters})" if letters else "", "bold")]
            if own:
                told += [(" ▲ ", "bold"), " ".join(words.full_stop(line) for line in own)]
            page.line(*told, mark=mark, gutter=_MARK, indent=2)
            continue
        quiet.append(item.title.rstrip("."))
        following = items[index + 1 : index + 2]
        if not any(n.standing == item.standing and not cautions[n.id] for n in following):
            page.line("; ".join(dict.fromkeys(quiet)), mark=mark, gutter=_MARK, indent=2)
            quiet = []
    shared.legend(page)


def _cautions(item: PlanItem, rows: dict[str, str], told: tuple[str, ...]) -> tuple[str, ...]:
    """The cautions of an item, without those told above: by the interactions, by the findings.

    A finding counts only where it names the item, for a short caution fits many.
    """
    if any(item.id.endswith(row) for row in rows):
        return ()
    name = item.title.partition(" (")[0].lower()
    about = [text for text in told if name in text]
    new = tuple(line for line in item.cautions if not any(line.lower() in t for t in about))
    left = tuple(line for line in new if not any(text in line for text in rows.values()))
    return left if left == new else (*left, "See the interactions above.")


def consultation(page: Page, assessment: Assessment) -> None:
    """What to ask beyond the urgent questions, what to tell, whom to involve."""
    result = assessment.consultation
    page.line(result.headline)
    asked = set(assessment.urgent.ask_now)
    if any(question.text in asked for question in result.ask):
        page.pair("Ask first", "The questions under ask now at the top.")
    page.pair("Ask", " ".join(q.text for q in result.ask if q.text not in asked))
    page.pair("Tell", "; ".join(advice.topic.rstrip(".") for advice in result.tell))
    for index, referral in enumerate(result.refer):
        told: list[Piece] = [(referral.to, "bold"), f", {referral.when}. {referral.why}"]
        page.pair("Involve" if index == 0 else "", *told)


def follow_up(page: Page, assessment: Assessment) -> None:
    """One line a visit, and the rules for stepping up that may not be left out."""
    result = assessment.follow_up
    page.line(result.headline)
    for visit in result.visits:
        page.item((visit.when, "bold"), f" ({visit.date}): {visit.decide}")
    page.brief((*result.what_counts, *result.step_up_if))


def safety_rules(page: Page, assessment: Assessment) -> None:
    """What each rule demands; one that cannot be decided is never shown as if it held."""
    if not assessment.safety_rules:
        page.line("No safety rule was triggered by what was given.")
    for rule in assessment.safety_rules:
        mark = words.severity(rule.severity)
        told: list[Piece] = [(rule.title, "bold"), page.cites(rule.facts), (f" {rule.id}. ", "dim")]
        if rule.conditional:
            would = f"Would be {mark.word.lower()} if it held. {rule.because}"
            page.line(*told, would, mark=("?  Ask", "bold"), gutter=GUTTER)
        else:
            page.severity(mark, *told, f"{rule.because} ", " ".join(rule.must))


def missing(page: Page, assessment: Assessment) -> None:
    """Everything that was not given, the costliest first."""
    pieces = outline.all_missing(assessment)
    page.line("Missing never means normal." if pieces else "Nothing was reported as missing.")
    small: list[str] = []
    for index, piece in enumerate(pieces):
        if piece.severity.rank >= Severity.MINOR.rank:
            small.append(f"{outline.first_sentence(piece.how or piece.cost)} ({piece.field})")
            continue
        # How to find out about the first ones stands at a glance.
        how: Piece = (f" {piece.how}" if index >= TOP_MISSING else "", "dim")
        field: Piece = (f" ({piece.field})", "dim")
        page.severity(words.SEVERITY[piece.severity], piece.cost, how, field)
    page.pair("Minor", " ".join(small))


def references(page: Page, assessment: Assessment) -> None:
    """The sources that are marked in the text above, in short."""
    entries = page.bibliography.entries
    cited = [entry for entry in entries if entry.number in page.numbers_cited]
    if not cited:
        page.line("Nothing was cited.")
        return
    page.line((f"{words.DAGGER} ", "bold"), words.DAGGER_LEGEND)
    page.columns(
        [(f"[{e.number}]", e.title, _place(e.links[0]) if e.links else "") for e in cited], gutter=6
    )
    if left := len(entries) - len(cited):
        page.line((f"{left} more sources are behind the details that are left out here.", "dim"))


def _place(link: Link) -> str:
    """A DOI or number in full; of a long address the site, for the rest is in the full report."""
    if link.text.startswith("http"):
        return urlsplit(link.text).netloc.removeprefix("www.")
    return link.text.removeprefix("doi:")


def provenance(page: Page, assessment: Assessment) -> None:
    """What made this result, and where the rest of it is."""
    made = assessment.provenance
    page.line(made.intended_use)
    page.line(
        (f"Speciosa {made.speciosa_version}; data release {made.knowledge_release} "
        f"({made.knowledge_date}); seed {made.seed}; input SHA-256 {made.input_sha256}.", "dim"),
    )  # fmt: skip
    if made.evidence_overlay:
        page.line((f"{words.ADDED_STUDIES} SHA-256 {made.evidence_overlay}.", "bold"))
    page.line(
        ("More: ", "bold"),
        "this is the compact report. --full adds the reasons, cautions and questions of every "
        "item, all reports and the facts behind each source; --html FILE writes all of it as a "
        "page with charts; --format json gives every value to other programs.",
    )
