"""Sentences of the data files with the numbers they name filled in from the facts."""

from __future__ import annotations

import re

from speciosa.knowledge import Knowledge
from speciosa.knowledge.safety import FACT_IN_TEXT


def fill(text: str, knowledge: Knowledge) -> str:
    """Replace every ``{table/...}`` by the number of that fact."""

    def number(match: re.Match[str]) -> str:
        return f"{knowledge.fact(match.group(1)).number:g}"

    return FACT_IN_TEXT.sub(number, text)


def sentence(text: str) -> str:
    """A fragment as a sentence: capital first letter, full stop."""
    text = text.strip()
    if not text:
        return ""
    return f"{text[0].upper()}{text[1:]}{'' if text[-1] in '.!?' else '.'}"
