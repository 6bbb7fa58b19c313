"""The names under which our own forms and code systems are known to others.

They are URNs, because nobody serves them at an address: a URL would promise a page.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

ROOT = "urn:speciosa"

CASE_FORM = f"{ROOT}:questionnaire:case"
INPUT_HASH = f"{ROOT}:input-sha256"
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"


def questionnaire(instrument: str) -> str:
    """The canonical name of an instrument's form (``gad7``), without its version."""
    return f"{ROOT}:questionnaire:{instrument}"


def resource_id(sources: Iterable[str], name: str) -> str:
    """The id of the resource ``name`` of a Bundle; ``sources``: as its Provenance lists them.

    The hash of the input, the seed, the version, the knowledge release, the evidence overlay and,
    where it is known whose it is, the reference to the person.
    """
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "|".join((ROOT, *sources, name))))


def without_version(canonical: str) -> str:
    """A canonical name without the version after the bar."""
    return canonical.partition("|")[0]
