"""The names under which our own forms and code systems are known to others.

They are URNs, because nobody serves them at an address: a URL would promise a page.
"""

from __future__ import annotations

_ROOT = "urn:speciosa"

CASE_FORM = f"{_ROOT}:questionnaire:case"
INPUT_HASH = f"{_ROOT}:input-sha256"
FINDING = f"{_ROOT}:finding"


def questionnaire(instrument: str) -> str:
    """The canonical name of an instrument's form (``gad7``), without its version."""
    return f"{_ROOT}:questionnaire:{instrument}"


def without_version(canonical: str) -> str:
    """A canonical name without the version after the bar."""
    return canonical.partition("|")[0]
