"""What every page of this room needs from a request: who, which form, which person."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from speciosa.errors import InputProblem
from speciosa.store import Kind, Person, UnknownError, Version
from speciosa.web.access import Access, Principal, allow
from speciosa.web.services import Services

Reader = Annotated[Principal, Depends(allow(Access.READ))]
Writer = Annotated[Principal, Depends(allow(Access.WRITE))]
_ID_LENGTH = 32
_FORM_KEPT = dt.timedelta(days=2)
_HEX = frozenset("0123456789abcdef")


async def _form(request: Request) -> AsyncIterator[FormData]:
    """The form; its files are closed when the answer is made."""
    async with request.form() as form:
        yield form


Form = Annotated[FormData, Depends(_form)]


class Filled:
    """The texts of a form, to read and to show again. Files are not among them."""

    def __init__(self, form: FormData | None = None) -> None:
        pairs = [] if form is None else form.multi_items()
        self._texts: dict[str, list[str]] = {}
        for name, value in pairs:
            if isinstance(value, str):
                self._texts.setdefault(name, []).append(value)

    def text(self, name: str) -> str:
        """The first text of a field without spaces around it."""
        return self._texts.get(name, [""])[0].strip()

    def texts(self, name: str) -> tuple[str, ...]:
        """Every text of a field."""
        return tuple(t.strip() for t in self._texts.get(name, []) if t.strip())


def person_of(use: Services, person: str) -> Person:
    """The person of a path. Raises 404 for anything that is no id of one."""
    if not is_id(person):
        raise HTTPException(404)
    try:
        return use.store.person(person)
    except UnknownError:
        raise HTTPException(404) from None


def record_of(use: Services, person: str, record: str, *kinds: Kind) -> Version:
    """A record of this person that is not removed. Raises 404 for any other."""
    if not is_id(record):
        raise HTTPException(404)
    try:
        version = use.store.version(record)
    except UnknownError:
        raise HTTPException(404) from None
    if version.person != person or version.kind not in kinds or version.removed:
        raise HTTPException(404)
    return version


def is_id(text: str) -> bool:
    """Whether a text can be an id of the store."""
    return len(text) == _ID_LENGTH and _HEX.issuperset(text)


def form_key(filled: Filled | None = None) -> str:
    """What marks a form, so that sending it twice keeps it once; a corrected form keeps its own."""
    known = filled.text("once") if filled is not None else ""
    return known if is_id(known) else secrets.token_hex(_ID_LENGTH // 2)


def is_first(use: Services, filled: Filled) -> bool:
    """Whether this form was not kept before. Ask inside the transaction that keeps it."""
    known = filled.text("once")
    return not is_id(known) or use.store.first_use("form", known, use.now() + _FORM_KEPT)


def see_other(path: str) -> RedirectResponse:
    """After a change: the page that shows it."""
    return RedirectResponse(path, status_code=303)


def told(problems: tuple[InputProblem, ...] | list[InputProblem]) -> list[tuple[str, str]]:
    """Problems as (id of the field, sentence), each field's own words."""
    return [(p.field, f"{p.value}: accepted is {p.accepted}.") for p in problems]
