"""Versions as HTTP knows them: an ETag to read by, If-Match to change by."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Header, Path, Response

from speciosa.store import Kind, Person, UnknownError, Version
from speciosa.web.api.problem import ApiError, NotFoundError
from speciosa.web.services import Services

# The ids of the store; whatever else stands in the address names nothing.
_ID = re.compile(r"[0-9a-f]{32}")
_TAG = re.compile(r'"([1-9][0-9]{0,8})"')
PersonId = Annotated[str, Path(description="Id of a person, 32 hexadecimal digits.")]
RecordId = Annotated[str, Path(description="Id of a record, 32 hexadecimal digits.")]
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="ETag of the version that the change was made from."),
]
IfNoneMatch = Annotated[
    str | None, Header(alias="If-None-Match", description="ETag of the version you have.")
]


def tag(version: Version) -> str:
    """The ETag of a version."""
    return f'"{version.version}"'


def expected(given: str | None) -> int:
    """The version number in If-Match. Raises 428 without one, 412 for one that cannot be."""
    if given is None:
        told = "Send If-Match with the ETag of the version that the change was made from."
        raise ApiError(428, "precondition-needed", told)
    found = _TAG.fullmatch(given.strip())
    if found is None:
        raise ApiError(412, "changed-meanwhile", "If-Match names no version of this record.")
    return int(found[1])


def not_modified(given: str | None, version: Version) -> Response | None:
    """The answer to somebody who has this version already."""
    if given is None or tag(version) not in [part.strip() for part in given.split(",")]:
        return None
    return Response(status_code=304, headers={"ETag": tag(version)})


def person_of(use: Services, person: str) -> Person:
    """The person under an id. Raises ``NotFoundError``."""
    if not _ID.fullmatch(person):
        raise NotFoundError("person")
    try:
        return use.store.person(person)
    except UnknownError:
        raise NotFoundError("person") from None


def record_of(use: Services, person: str, kind: Kind, record: str, number: int = 0) -> Version:
    """A version of a person's record that was not removed. Raises ``NotFoundError``."""
    if not (_ID.fullmatch(person) and _ID.fullmatch(record)):
        raise NotFoundError("record")
    try:
        newest = use.store.version(record)
        found = use.store.version(record, number) if number else newest
    except UnknownError:
        raise NotFoundError("record") from None
    if newest.removed or newest.person != person or newest.kind is not kind:
        raise NotFoundError("record")
    return found
