"""How an operation describes itself in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from speciosa.web.api import problem
from speciosa.web.api.bodies import JSON

REFS = "#/components/schemas/"

# What each status means here. 401, 403, 429 and 500 belong to every operation that asks who calls.
STATUSES: Mapping[int, str] = {
    400: "The body cannot be read.",
    401: "Nobody is signed in and no token was sent.",
    403: "The roles of whoever calls do not suffice.",
    404: "There is no such person, record or entry.",
    406: "No media type of the header Accept can be given.",
    409: "A request with the same Idempotency-Key is still being worked on.",
    412: "The record has a newer version than If-Match names.",
    413: "The body is too large.",
    415: "The body has another media type than is accepted.",
    422: "The input was understood and is wrong; each field is listed.",
    428: "If-Match is needed, with the ETag of the version that the change was made from.",
    429: "Too many requests; Retry-After says when to try again.",
    503: "The store cannot do this now.",
}
_ALWAYS = (401, 403, 429)
_WITH_BODY = (400, 413, 415, 422)


def ref(name: str) -> dict[str, str]:
    """A named schema of the document."""
    return {"$ref": f"{REFS}{name}"}


def sends(
    name: str, examples: Mapping[str, Any] | None = None, *, kinds: tuple[str, ...] = (JSON,)
) -> dict[str, Any]:
    """What the operation reads: a named schema under each of its media types."""
    content: dict[str, Any] = {"schema": ref(name)}
    if examples:
        content["examples"] = {key: {"value": value} for key, value in examples.items()}
    return {"requestBody": {"required": True, "content": dict.fromkeys(kinds, content)}}


def gives(
    name: str,
    told: str,
    *problems: int,
    status: int = 200,
    reads: bool = False,
    headers: Mapping[str, str] | None = None,
    also: Mapping[str, Any] | None = None,
    kind: str = JSON,
) -> dict[int | str, dict[str, Any]]:
    """The answers of an operation: the good one and every problem that can occur.

    ``reads`` adds the problems of a body; ``also`` holds other media types of the good answer.
    """
    content: dict[str, Any] = {kind: {"schema": ref(name)}} if name else {}
    good: dict[str, Any] = {"description": told, "content": {**content, **(also or {})}}
    if headers:
        good["headers"] = {
            key: {"description": words, "schema": {"type": "string"}}
            for key, words in headers.items()
        }
    wrong = sorted({*_ALWAYS, *problems, *(_WITH_BODY if reads else ())})
    return {status: good, **{one: _problem(one) for one in wrong}}


def _problem(status: int) -> dict[str, Any]:
    return {
        "description": STATUSES[status],
        "content": {problem.MEDIA_TYPE: {"schema": ref("Problem")}},
    }
