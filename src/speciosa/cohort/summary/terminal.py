"""The summary on a terminal: the answer, what needs somebody, what was not read."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from speciosa.cohort.summary.result import GroupSummary, Line, Summary
from speciosa.cohort.summary.words import counted, left_over
from speciosa.finding import Severity
from speciosa.report.clean import clean, to_ascii
from speciosa.report.numbers import shown

WIDTH = 94
_MOST = 8
_LABEL = 52


def text(summary: Summary, *, ascii_only: bool = False) -> str:
    """The counts in lines, ending with a line break."""
    lines = [line.rstrip() for line in _lines(summary)]
    return "".join(f"{to_ascii(line) if ascii_only else line}\n" for line in lines)


def _lines(summary: Summary) -> Iterator[str]:
    yield from _wrapped(summary.headline)
    for line in summary.left_over:
        yield from _wrapped(left_over(line))
    yield ""
    yield from _group(summary.kratom)
    if summary.gad_alone is not None:
        yield from _group(summary.gad_alone)
    yield from _read(summary)
    yield "What these counts do not mean"
    for sentence in summary.not_meant:
        yield from _wrapped(f"- {sentence}", "  ")
    yield ""
    yield from _wrapped(summary.about_cells)
    if summary.smallest_cell > 1:
        yield from _wrapped("Where every count may be seen, --smallest-cell 1 shows them all.")


def _group(group: GroupSummary) -> Iterator[str]:
    yield _row(group.total, "")
    for line in (*group.evidence, *group.routes):
        if line.count.people != 0:
            yield _row(line)
    for title, findings in (
        ("Kratom with medicines, moderate or worse", group.with_kratom),
        ("Between medicines, major or worse", group.between_medicines),
    ):
        worst = [f for f in findings.lines if f.severity.rank <= Severity.MODERATE.rank][:_MOST]
        if worst:
            yield f"  {title}"
        for found in worst:
            yield from _wrapped(f"{found.line.count.words}: {found.text}", "    ")
    yield ""


def _read(summary: Summary) -> Iterator[str]:
    read = summary.read
    lines = f"{read.lines.count.words} lines, {read.bad_lines:,} of them not readable"
    yield f"Read: {counted(read.files, 'file')}, {lines}"
    for bad in read.bad:
        yield from _wrapped(
            f"{bad.why}: {counted(bad.lines, 'line')} in {counted(bad.files, 'file')}", "  "
        )
    for why, number in read.skipped.items():
        yield from _wrapped(f"{counted(number, 'file')} not read: {why}", "  ")
    if read.differing:
        yield from _wrapped(f"Remarks on files and their list: {read.differing:,}", "  ")
    if read.bad or read.skipped or read.differing:
        yield "  Names of files and numbers of lines are in problems.ndjson."
    for doubt in read.doubts:
        yield from _wrapped(f"{doubt.count.words}: {doubt.label}", "  ")
    for kind, why in read.absent.items():
        yield from _wrapped(f"No {kind} in the export: {why}", "  ")
    yield ""


def _row(line: Line, indent: str = "  ") -> str:
    rate = f"   {shown(line.rate).value}" if line.rate is not None else ""
    label = f"{indent}{line.label}"
    return f"{label:<{_LABEL}} {line.count.words:>16}{rate}"


def _wrapped(sentence: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        clean(sentence),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_on_hyphens=False,
    )
