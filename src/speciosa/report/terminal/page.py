"""Lines on a terminal: wrapped to a width, with hanging indents, marks and reference numbers.

Text from outside is cleaned of control characters and never read as markup. On a terminal that
cannot show more than ASCII every line is written in ASCII.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from speciosa.finding import Certainty, Estimate, Finding
from speciosa.report.clean import clean, to_ascii
from speciosa.report.numbers import sentence
from speciosa.report.outline import weighty
from speciosa.report.references import Bibliography, Mark, runs
from speciosa.report.words import DAGGER, SEVERITY
from speciosa.report.words import Mark as SeverityMark

WIDTH = 100
GUTTER = 15
_NARROWEST = 40
_LEAST_TEXT = 8

# A piece of a line: plain words, or words in a style.
Piece = str | tuple[str, str]

STYLES = {
    "Emergency": "bold white on red",
    "Urgent": "bold red",
    "Major": "bold yellow",
    "Moderate": "yellow",
    "Minor": "cyan",
    "Note": "dim",
}


class Page:
    """Collects the lines of one assessment, at most ``WIDTH`` columns wide; ``flush`` writes."""

    def __init__(self, console: Console, bibliography: Bibliography) -> None:
        self._console = console
        self._width = max(min(console.width, WIDTH), _NARROWEST)
        self._ascii = not (console.encoding or "").lower().startswith("utf")
        self._lines: list[Text] = []
        self.bibliography = bibliography
        self.numbers_cited: set[int] = set()

    def blank(self) -> None:
        """An empty line."""
        self._print(Text())

    def rule(self, title: str, heavy: bool = False) -> None:
        """A titled line across the page."""
        title = self._safe(title)
        if cell_len(title) > self._width - 6:
            self.line((title, "bold"))
            return
        stroke = self._safe("━" if heavy else "─")
        room = max(self._width - cell_len(title) - 4, 0)
        self._print(Text(f"{stroke * 2} {title} {stroke * room}", style="bold"))

    def line(self, *pieces: Piece, indent: int = 0, mark: Piece = "", gutter: int = 0) -> None:
        """A paragraph; ``mark`` stands in a gutter to its left, and the text hangs beside it."""
        body = Text()
        for piece in pieces:
            words, style = (piece, "") if isinstance(piece, str) else piece
            body.append(self._safe(words), style=style)
        words, style = (mark, "") if isinstance(mark, str) else mark
        if not body.plain.strip() and not words:
            return
        head = Text(" " * indent)
        head.append(self._safe(words), style=style)
        left = indent + gutter
        if head.cell_len >= left and words:
            # A mark too long for its gutter gets a line of its own.
            for wrapped in self._wrapped(head, self._width):
                self._print(wrapped)
            head = Text()
        head.pad_right(left - head.cell_len)
        for wrapped in self._wrapped(body, self._width - left):
            self._print(head + wrapped)
            head = Text(" " * left)

    def columns(self, cells: Iterable[tuple[str, str, str]], gutter: int) -> None:
        """Cells of (mark, text, ending) side by side; a text is cut before its ending to fit."""
        fit = 2 if self._width >= WIDTH else 1
        room = self._width // fit - 1
        drawn = [self._cell(*cell, gutter, room) for cell in cells]
        for start in range(0, len(drawn), fit):
            line = Text()
            for cell in drawn[start : start + fit]:
                line.pad_right(max(0, -line.cell_len % (room + 1)))
                line.append_text(cell)
            self._print(line)

    def _cell(self, mark: str, words: str, ending: str, gutter: int, room: int) -> Text:
        mark, words, ending = (self._safe(text) for text in (mark, words, ending))
        room -= gutter
        ending = self._cut(ending, room - _LEAST_TEXT)
        cell = Text(f"{mark:<{gutter}}")
        cell.append(f"{self._cut(words, room - cell_len(ending) - 1)} ")
        return cell.append(ending, style="dim")

    def _cut(self, words: str, room: int) -> str:
        """Words cut to some columns, with dots where something is missing."""
        if cell_len(words) <= room:
            return words
        dots = self._safe("…")
        return f"{set_cell_size(words, max(room - len(dots), 0)).rstrip()}{dots}"

    def item(self, *pieces: Piece, indent: int = 2) -> None:
        """One line of a list."""
        self.line(*pieces, indent=indent, mark="-", gutter=2)

    def pair(self, term: str, *pieces: Piece, indent: int = 0, gutter: int = GUTTER) -> None:
        """A term and what belongs to it; nothing when there is nothing to say."""
        if any(piece if isinstance(piece, str) else piece[0] for piece in pieces):
            self.line(*pieces, indent=indent, mark=(term, "bold"), gutter=gutter)

    def heading(self, title: str) -> None:
        """A heading inside a section."""
        self.blank()
        self.line((title, "bold"))

    def severity(self, mark: SeverityMark, *pieces: Piece, indent: int = 0) -> None:
        """A paragraph with its severity, shape and word, in the gutter."""
        label = f"{mark.shape:<2} {mark.word}"
        self.line(*pieces, indent=indent, mark=(label, STYLES.get(mark.word, "")), gutter=GUTTER)

    def finding(self, finding: Finding) -> None:
        """A finding with action, certainty and detail."""
        told: list[Piece] = [finding.text, self.cites(finding.facts), self.sure(finding.certainty)]
        self.severity(SEVERITY[finding.severity], *told)
        if finding.action:
            self.line(("Action: ", "bold"), finding.action, indent=GUTTER)
        if finding.detail:
            self.line((finding.detail, "dim"), indent=GUTTER)

    def findings(self, findings: Iterable[Finding], title: str = "") -> None:
        """A list of findings under a heading; nothing when there is none."""
        findings = tuple(findings)
        if findings and title:
            self.heading(title)
        for finding in findings:
            self.finding(finding)

    def brief(self, findings: Iterable[Finding]) -> None:
        """What may not be left out of a list of findings, each with its action in one paragraph."""
        for finding in weighty(findings):
            action = (" Action: ", "bold") if finding.action else ""
            told: list[Piece] = [finding.text, self.cites(finding.facts), action, finding.action]
            self.severity(SEVERITY[finding.severity], *told)

    def cites(self, facts: Iterable[str]) -> Piece:
        """Reference numbers of facts: `` [3, 7†]``."""
        return self.marks(self.bibliography.marks(facts))

    def marks(self, found: Iterable[Mark]) -> Piece:
        """Reference numbers: `` [3, 7†]``."""
        found = tuple(found)
        self.numbers_cited.update(mark.number for mark in found)
        numbers = [
            _written(run.first)
            if run.first == run.last
            else f"{_written(run.first)}–{_written(run.last)}"
            for run in runs(found)
        ]
        return (f" [{', '.join(numbers)}]", "dim") if numbers else ""

    def estimate(
        self, estimate: Estimate | None, absent: str = "not known", known: Iterable[str] = ()
    ) -> list[Piece]:
        """A number with its interval, and references to facts that are not cited beside it."""
        if estimate is None:
            return [absent]
        return [sentence(estimate), self.cites(set(estimate.facts) - set(known))]

    @staticmethod
    def sure(certainty: Certainty) -> Piece:
        """How sure a statement is, after it."""
        return (f" (certainty: {certainty.value})", "dim")

    def _safe(self, words: str) -> str:
        words = clean(words).replace("\u00a0", " ")
        return to_ascii(words) if self._ascii else words

    def flush(self) -> None:
        """Write everything to the console, in one go: line by line takes ten times as long."""
        text = Text("\n").join(self._lines)
        self._console.print(text, soft_wrap=True, highlight=False, markup=False, emoji=False)
        self._lines.clear()

    def _wrapped(self, text: Text, width: int) -> Iterable[Text]:
        if not text:
            return (text,)
        return (text,) if text.cell_len <= width else text.wrap(self._console, width)

    def _print(self, line: Text) -> None:
        line.rstrip()
        self._lines.append(line)


def _written(mark: Mark) -> str:
    return f"{mark.number}{DAGGER if mark.unverified else ''}"
