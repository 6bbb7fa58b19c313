"""Writing results back: which resources, exactly as they will be sent, each created at most once.

Every resource carries an identifier of ours and is created only if none with it exists, so that
a repeated transaction writes nothing twice even where the server's answer was lost.
"""

from __future__ import annotations

import copy
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from speciosa.fhir.shape import a_dict, dicts, text
from speciosa.web.smart.discovery import post_json
from speciosa.web.smart.problems import SmartError

if TYPE_CHECKING:
    import httpx

    from speciosa.web.smart.launch import Connection

WRITTEN = "urn:speciosa:written"
# What is offered, and what is chosen before the clinician says otherwise.
KINDS = (
    *("Flag", "QuestionnaireResponse", "Observation", "DetectedIssue"),
    *("RiskAssessment", "CarePlan"),
)
_ONE_IDENTIFIER = frozenset({"QuestionnaireResponse"})


def transaction(bundle: dict[str, Any], kinds: Collection[str]) -> dict[str, Any]:
    """The transaction that creates the resources of these kinds; references to others are cut."""
    chosen = [
        (text(entry.get("fullUrl")), a_dict(entry.get("resource")))
        for entry in dicts(bundle.get("entry"))
        if text(a_dict(entry.get("resource")).get("resourceType")) in kinds
    ]
    inside = {url for url, _ in chosen}
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [_entry(url, resource, inside) for url, resource in chosen],
    }


def send(client: httpx.Client, connection: Connection, prepared: dict[str, Any]) -> tuple[str, ...]:
    """Send the transaction; gives where each resource is now. Raises ``SmartError``."""
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
    return tuple(text(one.get("location"))[:200] for one in made)


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
