"""FHIR R4 in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from speciosa.assessment import Assessment
    from speciosa.case import Case
    from speciosa.web.services import Services


def bundle_bytes(case: Case, assessment: Assessment, use: Services) -> bytes:
    """An assessment as a FHIR Bundle in JSON."""
    raise NotImplementedError
