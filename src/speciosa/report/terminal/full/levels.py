"""Measured plasma levels and the decline since the last dose, in full."""

from __future__ import annotations

from speciosa.pharmacology.exposure.result import ExposureResult
from speciosa.report import words
from speciosa.report.levels import time_to_fade, use_of_level
from speciosa.report.terminal.page import Page


def levels_and_decline(page: Page, result: ExposureResult) -> None:
    """What became of every measured level; how levels fall after the last dose."""
    if result.levels:
        page.heading("Measured levels")
    for use in result.levels:
        page.item(use_of_level(use))
    if result.effective_subjects is not None:
        page.item(f"effective number of virtual people: {result.effective_subjects:.0f}")
    if result.now or result.washout:
        page.heading("Decline since the last dose (says nothing about withdrawal or safety)")
    for name, level in result.now.items():
        page.item(f"{words.analyte(name)} on the date of the case: ", *page.estimate(level))
    for fading in result.washout:
        page.item(time_to_fade(fading), page.cites(fading.facts))
