"""Counts of a screened health system for those who plan its care, with nobody in them.

``Tally`` counts rows as they pass; ``summarise`` joins it with the counts of files and groups and
hides what must not be shown; ``write`` leaves ``summary.json`` and ``summary.html``.
"""

from __future__ import annotations

from speciosa.cohort.summary.build import summarise
from speciosa.cohort.summary.output import json, write
from speciosa.cohort.summary.page import render
from speciosa.cohort.summary.result import Summary
from speciosa.cohort.summary.tally import Tally
from speciosa.cohort.summary.terminal import text

__all__ = ["Summary", "Tally", "json", "render", "summarise", "text", "write"]
