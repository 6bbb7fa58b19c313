"""What a request carries: its kind checked, its size bounded, its JSON read strictly."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import Depends, Request
from pydantic import ValidationError

from speciosa.case.explain import explain
from speciosa.case.parts import Part
from speciosa.case.shown import field_name
from speciosa.errors import InputError, InputProblem
from speciosa.web.api.problem import ApiError

MAX_BYTES = 1_000_000
MAX_BUNDLE_BYTES = 20_000_000
JSON = "application/json"
FHIR_JSON = "application/fhir+json"

P = TypeVar("P", bound=Part)
M = TypeVar("M", bound=msgspec.Struct)


class Raw(msgspec.Struct, frozen=True):
    """The bytes of a body, and the JSON they hold."""

    raw: bytes
    data: Any


def body(*kinds: str, most: int = MAX_BYTES) -> Callable[[Request], Coroutine[Any, Any, Raw]]:
    """A dependency that reads a JSON body of one of the media types ``kinds``."""

    async def read(request: Request) -> Raw:
        _check_kind(request.headers.get("content-type", ""), kinds)
        raw = await _bytes(request, most)
        return Raw(raw, parse(raw))

    return read


Json = Annotated[Raw, Depends(body(JSON))]
FhirJson = Annotated[Raw, Depends(body(FHIR_JSON, JSON, most=MAX_BUNDLE_BYTES))]


def parse(raw: bytes) -> Any:  # noqa: ANN401
    """Strict JSON: UTF-8, no twins, no NaN, no half characters. Raises ``ApiError`` (400)."""
    try:
        # Stricter than the standard library about text and numbers, and quick to say no.
        msgspec.json.decode(raw)
        return json.loads(raw, object_pairs_hook=_without_twins)
    except msgspec.DecodeError as error:
        raise _malformed(_where(str(error))) from None
    except RecursionError:
        raise _malformed("It is nested too deeply.") from None
    except ValueError:
        raise _malformed("It is not JSON in UTF-8.") from None


def as_part(data: object, model: type[P], name: str) -> P:
    """A body checked against its model. Raises ``InputError`` with every problem."""
    if not isinstance(data, dict):
        raise InputError([InputProblem(name, f"a {_kind(data)}", "an object with named fields")])
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise InputError(explain(error.errors(include_url=False), model, name=name)) from None


def as_struct(data: object, model: type[M], name: str) -> M:
    """A body checked against a record of another room. Raises ``InputError``."""
    try:
        return msgspec.convert(data, model)
    except msgspec.ValidationError as error:
        raise InputError([_of_struct(str(error), name)]) from None


def _of_struct(message: str, name: str) -> InputProblem:
    """The one thing that is wrong: the message names types and limits, never the value."""
    told, _, path = message.partition(" - at `$")
    field = path.rstrip("`").lstrip(".") or name
    if told.startswith("Invalid enum value"):
        told = "one of the words listed in the OpenAPI document"
    if told.startswith("Object contains unknown field"):
        told = "only the fields listed in the OpenAPI document"
    return InputProblem(".".join(field_name(step) for step in _steps(field)), "a wrong value", told)


def _steps(field: str) -> list[str]:
    return [step for step in field.replace("[...]", "").replace("[", ".").split(".") if step]


def _check_kind(given: str, kinds: tuple[str, ...]) -> None:
    kind, *parameters = (part.strip().lower() for part in given.split(";"))
    charset = [p.partition("=")[2].strip('"') for p in parameters if p.startswith("charset")]
    if kind not in kinds or any(name not in {"utf-8", "utf8", ""} for name in charset):
        accepted = " or ".join(kinds)
        raise ApiError(
            415,
            "media-type",
            f"Send the body as {accepted} in UTF-8, and say so in the header Content-Type.",
            headers={"Accept": ", ".join(kinds)},
        )


async def _bytes(request: Request, most: int) -> bytes:
    told = request.headers.get("content-length", "")
    if told.isascii() and told.isdigit() and len(told) < 20 and int(told) > most:
        raise _too_large(most)
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > most:
            raise _too_large(most)
    return bytes(found)


def _too_large(most: int) -> ApiError:
    return ApiError(413, "too-large", f"A body may hold {most:,} bytes here.")


def _malformed(why: str) -> ApiError:
    return ApiError(400, "malformed", f"The body cannot be read as JSON. {why}")


def _where(message: str) -> str:
    """The place of the fault; what stands there is not repeated."""
    _, found, place = message.partition("(byte ")
    return f"The fault is at byte {place.rstrip(')')}." if found else "It is not JSON in UTF-8."


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ApiError(400, "malformed", "The body holds a field twice.")
    return found


def _kind(data: object) -> str:
    return {list: "list", str: "text", bool: "true or false", type(None): "null"}.get(
        type(data), "number"
    )
