"""An assessment on the terminal: one screen to act on, then every section, compact or in full."""

from __future__ import annotations

from rich.console import Console

from speciosa.assessment import Assessment
from speciosa.report import outline
from speciosa.report.references import Bibliography
from speciosa.report.terminal.compact import sections as compact
from speciosa.report.terminal.first_screen import first_screen
from speciosa.report.terminal.full import sections as full_detail
from speciosa.report.terminal.page import WIDTH, Page

__all__ = ["WIDTH", "render"]


def render(assessment: Assessment, console: Console, *, full: bool = False) -> None:
    """Write the report to a console, at most ``WIDTH`` columns wide.

    Compact, it leaves out detail but no warning; ``full`` prints everything that was concluded.
    Readable without colour, and in ASCII where the console's encoding is not a UTF.
    """
    page = Page(console, Bibliography(assessment))
    first_screen(page, assessment)
    written = full_detail.SECTIONS if full else compact.SECTIONS
    for section in outline.SECTIONS:
        if section.key in written:
            page.blank()
            page.rule(section.title)
            written[section.key](page, assessment)
    page.flush()
