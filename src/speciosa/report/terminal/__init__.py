"""An assessment on the terminal: one screen to act on, then every section in full."""

from __future__ import annotations

from rich.console import Console

from speciosa.assessment import Assessment
from speciosa.report import outline
from speciosa.report.references import Bibliography
from speciosa.report.terminal.first_screen import first_screen
from speciosa.report.terminal.page import WIDTH, Page
from speciosa.report.terminal.sections import SECTIONS

__all__ = ["WIDTH", "render"]


def render(assessment: Assessment, console: Console) -> None:
    """Write the report to a console, at most ``WIDTH`` columns wide.

    Readable without colour, and in ASCII where the console's encoding is not a UTF.
    """
    page = Page(console, Bibliography(assessment))
    first_screen(page, assessment)
    for section in outline.SECTIONS:
        page.blank()
        page.rule(section.title)
        SECTIONS[section.key](page, assessment)
    page.flush()
