"""An assessment as a short plain text to paste into a clinician's notes.

Urgent matters first, each statement with its reference number; nothing in it reassures, and what
was left out is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from speciosa.assessment import Assessment
from speciosa.clinical.safety.result import UrgentStatus
from speciosa.finding import Finding, Severity, Tone
from speciosa.report import numbers, outline, words
from speciosa.report.clean import clean
from speciosa.report.references import Bibliography, runs

_DANGER = frozenset({UrgentStatus.EMERGENCY, UrgentStatus.SAME_DAY, UrgentStatus.SOON})
_MOST_MISSING = 5
_MOST_INTERACTIONS = 8
_MOST_WARNINGS = 6
_BEFORE_LAW = 5
_GRAVE = frozenset(one.value for one in Severity if one.rank <= Severity.MAJOR.rank)
# The other sections speak of options and of conditions to come: what is grave there is counted.
_TOLD_SECTIONS = frozenset(
    section.title
    for section in outline.SECTIONS
    if section.key
    in {"severity", "kratom", "exposure", "mechanism", "interactions", "side_effects"}
)
# The urgent part says these in other words.
_TOLD_ABOVE = frozenset({"severity.item9_high", "severity.item9_positive"})


def render(assessment: Assessment) -> str:
    """The note: plain lines of text that end with a line break."""
    return _Note(assessment).text()


class _Note:
    def __init__(self, assessment: Assessment) -> None:
        self._a = assessment
        self._bibliography = Bibliography(assessment)
        self._used: set[int] = set()
        self._unverified = False

    def text(self) -> str:
        parts = [
            self._urgent(),
            self._severity(),
            self._kratom(),
            self._interactions(),
            self._law(),
            self._steps(),
            self._missing(),
        ]
        body = [[self._title()], *(list(part) for part in parts)]
        warnings = list(self._warnings("\n".join(line for part in body for line in part)))
        body.insert(_BEFORE_LAW, warnings)
        body.append(list(self._end()))
        lines = ["\n".join(clean(line) for line in part) for part in body if part]
        return "\n\n".join(lines) + "\n"

    def _title(self) -> str:
        where = self._a.regulation.place_name or self._a.place
        return f"Speciosa assessment of {self._a.date}" + (f", {where}" if where else "")

    def _urgent(self) -> Iterator[str]:
        urgent = self._a.urgent
        route = words.URGENT[urgent.status]
        yield f"{route.word.upper()}: {urgent.headline}"
        if route.caveat:
            yield route.caveat
        yield from self._findings(urgent.findings)
        if urgent.status in _DANGER:
            for contact in urgent.contacts:
                checked = "" if contact.verified else f" ({words.UNVERIFIED_CONTACT})"
                yield f"- {contact.label}: {contact.number}{checked}{self._cited(contact.facts)}"
        if urgent.ask_now:
            yield f"STILL TO ASK (danger questions): {' '.join(urgent.ask_now)}"

    def _severity(self) -> Iterator[str]:
        severity = self._a.severity
        yield f"SEVERITY: {severity.headline or 'not known.'}"
        for score in outline.leading_scores(severity.scores):
            if score.total is None:
                yield f"- {score.name}: not scored. {score.reason}"
                continue
            shown = numbers.shown(score.total)
            bounds = f" ({shown.range})" if shown.range else ""
            band = f", {score.band}" if score.band else ""
            prorated = ", prorated" if score.prorated else ""
            yield (
                f"- {score.name} {shown.number} of {score.maximum}{bounds}{band}{prorated}"
                f"{self._cited(score.facts)}"
            )

    def _kratom(self) -> Iterator[str]:
        kratom = self._a.kratom
        yield f"KRATOM: {words.label(kratom.status)}. {kratom.intake.headline}".rstrip()
        if kratom.dependence.headline:
            yield kratom.dependence.headline

    def _interactions(self) -> Iterator[str]:
        found = self._a.interactions
        if found.headline:
            yield f"INTERACTIONS: {found.headline}"
        rows = sorted(found.rows, key=lambda row: row.severity.rank)
        grave = [row for row in rows if row.severity.rank <= Severity.MAJOR.rank]
        told = grave[:_MOST_INTERACTIONS]
        for row in told:
            yield (
                f"- {words.SEVERITY[row.severity].word}: {row.sentence} "
                f"Certainty: {row.certainty.value}.{self._cited(row.facts)}"
            )
        if len(grave) > len(told):
            yield (
                f"- {len(grave) - len(told)} MORE OF MAJOR SEVERITY OR WORSE IN THE REPORT: "
                "Interactions."
            )
        if len(rows) > len(grave):
            yield f"- {len(rows) - len(grave)} less severe in the report."
        if found.not_checked:
            yield f"- NOT CHECKED: {', '.join(name.name for name in found.not_checked)}."

    def _warnings(self, told: str) -> Iterator[str]:
        """What is grave and not told above: the worst in words, the others by their place."""
        open_ones = [
            (title, finding)
            for title, finding in outline.grave_findings(self._a)
            if finding.text not in told
        ]
        worst = [
            finding
            for title, finding in sorted(open_ones, key=lambda one: one[1].severity.rank)
            if finding.tone is Tone.WARNING
            and title in _TOLD_SECTIONS
            and finding.id not in _TOLD_ABOVE
        ][:_MOST_WARNINGS]
        rest = Counter(title for title, finding in open_ones if finding not in worst)
        rules = [rule for rule in self._a.safety_rules if rule.severity in _GRAVE]
        if worst or rest or rules:
            yield "WARNINGS:"
        yield from self._findings(worst)
        for start, asked in (
            ("Safety rules that apply", False),
            ("Not known whether they do", True),
        ):
            titles = [rule.title for rule in rules if rule.conditional is asked]
            if titles:
                yield f"- {start}: {'; '.join(titles)}."
        if rest:
            places = ", ".join(f"{title} {count}" for title, count in rest.items())
            yield (
                f"- {rest.total()} MORE OF MAJOR SEVERITY OR WORSE IN THE REPORT, "
                f"by section: {places}."
            )

    def _law(self) -> Iterator[str]:
        brief = outline.law_brief(self._a.regulation, details="in the report")
        if not brief.answers:
            yield f"LAW: {self._a.regulation.headline or 'not known.'}"
            return
        yield "LAW:"
        for names, answer in brief.answers:
            yield f"- {', '.join(names)}: {words.full_stop(answer)}"
        if brief.note:
            yield brief.note

    def _steps(self) -> Iterator[str]:
        steps = outline.first_steps(self._a)
        if steps:
            yield "FIRST STEPS to consider (the clinician decides):"
        for item in steps:
            standing = words.standing(item.standing)
            title = item.title.rstrip(".")
            yield f"- {standing}: {title} ({item.decided_by}){self._cited(item.facts)}"

    def _missing(self) -> Iterator[str]:
        # Which danger signs were not asked about stands on top, question by question.
        asked_above = {"signs"} if self._a.urgent.ask_now else set()
        missing = [one for one in outline.all_missing(self._a) if one.field not in asked_above]
        if missing:
            yield "NOT KNOWN, and what closes the gap (missing never means normal):"
        for piece in missing[:_MOST_MISSING]:
            told = (outline.first_sentence(text) for text in (piece.cost, piece.how) if text)
            yield f"- {' '.join(words.full_stop(text) for text in told)}"
        rest = missing[_MOST_MISSING:]
        if rest:
            grave = sum(one.severity.rank <= Severity.MAJOR.rank for one in rest)
            weight = f", {grave} of them major" if grave else ""
            yield f"- {len(rest)} more in the report{weight}."

    def _end(self) -> Iterator[str]:
        yield "SOURCES (numbers of the report):"
        for entry in self._bibliography.entries:
            if entry.number in self._used:
                link = f" {entry.links[0].url}" if entry.links else ""
                yield f"[{entry.number}] {entry.title}{link}"
        if self._unverified:
            yield f"{words.DAGGER} {words.DAGGER_LEGEND}"
        source = self._a.provenance
        yield (
            f"Speciosa {source.speciosa_version}, knowledge {source.knowledge_release} "
            f"({source.knowledge_date}). Not a diagnosis, not a prescription; no kratom is "
            "recommended and no amount of it is proposed."
        )

    def _findings(self, findings: Iterable[Finding]) -> Iterator[str]:
        for finding in findings:
            if finding.tone is Tone.REASSURING:
                continue
            action = f" Action: {finding.action}" if finding.action else ""
            yield (
                f"- {words.SEVERITY[finding.severity].word}: {finding.text}{action}"
                f"{self._cited(finding.facts)}"
            )

    def _cited(self, facts: Iterable[str]) -> str:
        """Reference numbers in brackets, with the dagger where nobody verified."""
        marks = self._bibliography.marks(facts)
        self._used |= {mark.number for mark in marks}
        self._unverified |= any(mark.unverified for mark in marks)
        told = []
        for run in runs(marks):
            numbers_ = {run.first.number: run.first, run.last.number: run.last}
            told.append(
                "-".join(
                    f"{number}{words.DAGGER if mark.unverified else ''}"
                    for number, mark in numbers_.items()
                )
            )
            self._used |= set(range(run.first.number, run.last.number + 1))
        return f" [{', '.join(told)}]" if told else ""
