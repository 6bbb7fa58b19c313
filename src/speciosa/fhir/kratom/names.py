"""Where a resource names a person, an organisation or a place: such names say nothing of taking.

A clinician can be called Ketum, and a clinic after kratom.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from speciosa.fhir.shape import text

# Types that references with a name in ``display`` point to.
_SOMEBODY = frozenset(
    {"Account", "CareTeam", "Device", "Endpoint", "Group", "HealthcareService", "InsurancePlan"}
    | {"Location", "Organization", "OrganizationAffiliation", "Patient", "Person"}
    | {"Practitioner", "PractitionerRole", "RelatedPerson", "Schedule", "Slot"}
)
# Fields whose references point to those, where the reference does not say its type.
_BY_FIELD = frozenset(
    {"actor", "account", "agent", "asserter", "attester", "attendee", "authenticator", "author"}
    | {"beneficiary", "careManager", "careTeam", "collector", "contact", "custodian"}
    | {"destination", "enterer", "evaluator", "facility", "generalPractitioner", "guarantor"}
    | {"individual", "informationSource", "insurer", "legalAuthenticator", "location"}
    | {"managingOrganization", "member", "onBehalfOf", "operator", "organization", "origin"}
    | {"owner", "participant", "party", "patient", "payee", "payor", "performer", "policyHolder"}
    | {"practitioner", "provider", "receiver", "recipient", "recorder", "requester", "responsible"}
    | {"resultsInterpreter", "scorer", "sender", "serviceProvider", "source", "subject"}
    | {"subscriber", "supplier", "team", "verifier", "who", "witness"}
)
# Fields of those resources.
_FIELDS = frozenset({"address", "alias", "contact", "name", "telecom"})
_INDEX = re.compile(r"\[\d+\]")


def is_name(kind: str, field: str) -> bool:
    """Whether a field of a type of resource holds the name or address of somebody."""
    return kind in _SOMEBODY and field in _FIELDS


def refers(path: str, element: Mapping[str, Any]) -> bool:
    """Whether an element with a ``display`` refers to a person, an organisation or a place."""
    if {"system", "code"} & element.keys():
        return False
    told = text(element.get("type"))
    address = text(element.get("reference")).partition("/_history/")[0].partition("?")[0]
    parts = address.split("/")
    if _SOMEBODY & {told, *parts[-2:]}:
        return True
    return _INDEX.sub("", path).rpartition(".")[2] in _BY_FIELD and not _other_type(told, parts)


def _other_type(told: str, parts: list[str]) -> bool:
    """Whether a reference says that it points to something else."""
    return bool(told) or (len(parts) > 1 and parts[-2][:1].isupper())
