"""The patient's resources from the FHIR server: paged, bounded, and from that server alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

import msgspec

from speciosa.fhir.shape import a_dict, dicts, text
from speciosa.web.smart.discovery import get_json
from speciosa.web.smart.problems import SmartError

if TYPE_CHECKING:
    import httpx

    from speciosa.web.smart.launch import Connection

_SEARCHES = (
    "MedicationRequest?_include=MedicationRequest:medication",
    "MedicationStatement?_include=MedicationStatement:medication",
    "Condition?",
    "Observation?category=laboratory",
    "Observation?category=vital-signs",
    "Observation?category=survey",
    "Observation?category=social-history",
    "QuestionnaireResponse?",
    "FamilyMemberHistory?",
)
_COUNT = 200


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """One patient's record as a Bundle, and what could not be read (unknown, not empty)."""

    bundle: dict[str, Any]
    unread: tuple[str, ...]


def fetch(client: httpx.Client, connection: Connection, *, pages: int) -> Fetched:
    """Read the patient and what the assessment uses. Raises ``SmartError`` without a patient."""
    base = connection.iss.rstrip("/")
    headers = {
        "Accept": "application/fhir+json",
        "Authorization": f"Bearer {connection.token}",
    }
    patient = get_json(client, f"{base}/Patient/{connection.patient}", headers)
    if text(patient.get("resourceType")) != "Patient" or text(patient.get("id")) != (
        connection.patient
    ):
        raise SmartError("The server answered with another record than the patient's.", 502)
    found: dict[str, dict[str, Any]] = {f"Patient/{connection.patient}": {"resource": patient}}
    unread: list[str] = []
    for search in _SEARCHES:
        kind, _, query = search.partition("?")
        asked = "&".join(filter(None, (f"patient={connection.patient}", query, f"_count={_COUNT}")))
        try:
            more = _pages(client, f"{base}/{kind}?{asked}", base, headers, pages)
            whole = _keep(found, more)
        except SmartError as error:
            unread.append(f"{_words(search)}: {error}")
            continue
        if not whole:
            unread.append(f"{_words(search)}: not all of it was read")
    bundle = {"resourceType": "Bundle", "type": "searchset", "entry": list(found.values())}
    return Fetched(bundle=bundle, unread=tuple(unread))


def _pages(
    client: httpx.Client, url: str, base: str, headers: dict[str, str], most: int
) -> tuple[list[dict[str, Any]], bool]:
    """The entries of all pages, and whether it was all of them."""
    entries: list[dict[str, Any]] = []
    seen = {url}
    for _ in range(most):
        page = get_json(client, url, headers)
        if text(page.get("resourceType")) != "Bundle":
            raise SmartError("the answer is no Bundle", 502)
        held = dicts(page.get("entry"))
        failed = [one for one in held if _is_message(one)]
        entries += [one for one in held if one not in failed]
        links = (one for one in dicts(page.get("link")) if text(one.get("relation")) == "next")
        following = next((text(one.get("url")) for one in links), "")
        if not following:
            return entries, not failed
        url = urljoin(f"{base}/", following)
        # The token goes nowhere but to the server that it was given for.
        if url in seen or not is_under(url, base):
            return entries, False
        seen.add(url)
    return entries, False


def _is_message(entry: dict[str, Any]) -> bool:
    """A message about the search counts as a part that was not read when it is an error."""
    resource = a_dict(entry.get("resource"))
    if text(resource.get("resourceType")) != "OperationOutcome":
        return False
    return any(text(i.get("severity")) in {"error", "fatal"} for i in dicts(resource.get("issue")))


def _keep(found: dict[str, dict[str, Any]], pages: tuple[list[dict[str, Any]], bool]) -> bool:
    for entry in pages[0]:
        resource = a_dict(entry.get("resource"))
        kind, id_ = text(resource.get("resourceType")), text(resource.get("id"))
        if kind and kind != "Patient":
            found.setdefault(f"{kind}/{id_}" if id_ else f"{kind}#{len(found)}", entry)
    return pages[1]


def is_under(url: str, base: str) -> bool:
    """Whether an address lies on the server, below its base."""
    try:
        one, other = urlsplit(url), urlsplit(base)
        same = (one.scheme, one.hostname, one.port) == (other.scheme, other.hostname, other.port)
    except ValueError:
        return False
    path = unquote(one.path)
    outside = one.username or ".." in path or "\\" in path
    return same and not outside and f"{path}/".startswith(f"{other.path.rstrip('/')}/")


def _words(search: str) -> str:
    kind, _, query = search.partition("?")
    category = query.partition("category=")[2]
    return f"{kind} ({category})" if category else kind
