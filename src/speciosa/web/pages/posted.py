"""The case form as it was posted: what was typed, which button, and what came along."""

from __future__ import annotations

import json
import secrets
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Request

from speciosa.errors import InputError
from speciosa.web.pages.drafts import Draft
from speciosa.web.pages.form import Fields, unshown

_OURS = frozenset(
    {"csrf_token", "do", "base", "expect", "person_label", "carried_from", "form_key"}
)
_MOST_FIELDS = 5000
_LONGEST_KEY = 64


class Posted(NamedTuple):
    """A posted form.

    ``key`` is the same for every time that one page is sent. ``damaged`` says that the document
    the form began from cannot be read; ``base`` is empty then.
    """

    fields: Fields
    do: str
    base: dict[str, Any]
    damaged: bool
    expect: int
    person_label: str
    carried_from: str
    key: str

    @property
    def draft(self) -> Draft:
        """As it is saved."""
        return Draft(self.fields, self.base)


async def posted(request: Request) -> Posted:
    """Read the form of a request."""
    async with request.form(max_fields=_MOST_FIELDS) as form:
        pairs = [(name, text) for name, text in form.multi_items() if isinstance(text, str)]
    fields = Fields.of(pairs)
    expect = fields.one("expect")
    base = _document(fields.one("base") or "{}")
    return Posted(
        fields=Fields({n: t for n, t in fields.values.items() if n not in _OURS}),
        do=fields.one("do"),
        base=base or {},
        damaged=base is None,
        expect=int(expect) if expect.isascii() and expect.isdigit() and len(expect) < 9 else 0,
        person_label=fields.one("person_label").strip(),
        carried_from=fields.one("carried_from"),
        key=fields.one("form_key")[:_LONGEST_KEY],
    )


Form = Annotated[Posted, Depends(posted)]


def new_key() -> str:
    """A key for a page with an empty form."""
    return secrets.token_urlsafe(16)


def _document(text: str) -> dict[str, Any] | None:
    """The document that a form began from; ``None`` for a text that the form never sent."""
    try:
        base = json.loads(text)
        if not isinstance(base, dict):
            return None
        json.dumps(base)
        unshown(base)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError, InputError):
        return None
    return base
