"""Writing results back: which resources, exactly as they will be sent, each created at most once.

Every resource carries an identifier of ours and is created only if none with it exists, so that
a repeated transaction writes nothing twice even where the server's answer was lost.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from speciosa.fhir.shape import a_dict, dicts, text
from speciosa.web.smart.discovery import post_json
from speciosa.web.smart.problems import SmartError

if TYPE_CHECKING:
    import httpx

    from speciosa.web.smart.launch import Connection

WRITTEN = "urn:speciosa:written"
# What is offered, in words. Measurements are chosen by hand only: the record has its own.
MEASUREMENT = "Measurement"
KINDS: Mapping[str, str] = {
    "Flag": "Danger (Flag)",
    "QuestionnaireResponse": "Answers, and the whole case (QuestionnaireResponse)",
    "Observation": "Scores, substances, predictions (Observation)",
    MEASUREMENT: "Laboratory values, weight and height as typed here (Observation)",
    "DetectedIssue": "Interactions (DetectedIssue)",
    "RiskAssessment": "Safety rules that hold (RiskAssessment)",
    "CarePlan": "Draft plan (CarePlan)",
}
CHOSEN = tuple(kind for kind in KINDS if kind != MEASUREMENT)
_MEASURED = frozenset({"laboratory", "vital-signs", "procedure"})
_ONE_IDENTIFIER = frozenset({"QuestionnaireResponse"})
_RIGHTS = re.compile(r"c?r?u?d?s?")


def transaction(
    bundle: dict[str, Any], kinds: Collection[str], *, without: Collection[str] = ()
) -> dict[str, Any]:
    """The transaction that creates the resources of these kinds; references to others are cut.

    ``without`` are the addresses of resources that the record has already.
    """
    chosen = [
        (url, resource)
        for entry in dicts(bundle.get("entry"))
        for url, resource in ((text(entry.get("fullUrl")), a_dict(entry.get("resource"))),)
        if kind_of(resource) in kinds and url not in without
    ]
    inside = {url for url, _ in chosen}
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [_entry(url, resource, inside) for url, resource in chosen],
    }


def kind_of(resource: Mapping[str, Any]) -> str:
    """The kind under which a resource is offered: its type, measurements apart."""
    codes = {
        text(coding.get("code"))
        for category in dicts(resource.get("category"))
        for coding in dicts(category.get("coding"))
    }
    kind = text(resource.get("resourceType"))
    return MEASUREMENT if kind == "Observation" and codes & _MEASURED else kind


def may_create(scope: str, kind: str) -> bool:
    """Whether granted scopes let resources of a kind be created, as SMART 1 and 2 write them."""
    resource = "Observation" if kind == MEASUREMENT else kind
    for one in scope.split():
        who, _, rest = one.partition("/")
        what, _, rights = rest.partition("?")[0].partition(".")
        creates = rights in {"write", "*"} or (
            rights.startswith("c") and _RIGHTS.fullmatch(rights) is not None
        )
        if who in {"patient", "user"} and what in {"*", resource} and creates:
            return True
    return False


def send(
    client: httpx.Client, connection: Connection, prepared: dict[str, Any]
) -> tuple[bool, ...]:
    """Send the transaction; says of each entry whether it is new there. Raises ``SmartError``."""
    headers = {
        "Accept": "application/fhir+json",
        "Content-Type": "application/fhir+json",
        "Authorization": f"Bearer {connection.token}",
    }
    answer = post_json(client, connection.iss.rstrip("/"), headers=headers, json=prepared)
    made = [a_dict(entry.get("response")) for entry in dicts(answer.get("entry"))]
    wrong = [one for one in made if not text(one.get("status")).startswith(("200", "201"))]
    if wrong or len(made) != len(prepared["entry"]):
        raise SmartError("The server did not confirm every resource: check the record.", 502)
    return tuple(text(one.get("status")).startswith("201") for one in made)


def _entry(url: str, resource: dict[str, Any], inside: Collection[str]) -> dict[str, Any]:
    kept = _without_others(copy.deepcopy(resource), inside)
    kind, mine = kept["resourceType"], url.rpartition(":")[2]
    identifier = {"system": WRITTEN, "value": mine}
    if kind in _ONE_IDENTIFIER:
        kept["identifier"] = identifier
    else:
        kept["identifier"] = [*dicts(kept.get("identifier")), identifier]
    # The server gives its own ids.
    kept.pop("id", None)
    asked = {"method": "POST", "url": kind, "ifNoneExist": f"identifier={WRITTEN}|{mine}"}
    return {"fullUrl": url, "resource": kept, "request": asked}


def _without_others(value: Any, inside: Collection[str]) -> Any:  # noqa: ANN401
    """The value without references to resources that are not written; nothing empty is left."""
    if isinstance(value, dict):
        target = text(value.get("reference"))
        if target.startswith("urn:") and target not in inside:
            rest = {k: v for k, v in value.items() if k == "display"}
            return rest or None
        kept = {key: _without_others(one, inside) for key, one in value.items()}
        return {key: one for key, one in kept.items() if one is not None} or None
    if isinstance(value, list):
        held = [one for one in (_without_others(one, inside) for one in value) if one is not None]
        return held or None
    return value
