"""Links to a questionnaire for a phone: made, listed, withdrawn. The token is shown once."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets

from fastapi import APIRouter, HTTPException, Request, Response

from speciosa.web import render
from speciosa.web.followup.asking import Filled, Form, Writer, person_of, see_other
from speciosa.web.person import of_person
from speciosa.web.services import Use

router = APIRouter()
TOKEN_BYTES = 32
_HASH_LENGTH = 64


def hash_of(token: str) -> str:
    """What the store keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


@router.get("/people/{person}/links", include_in_schema=False)
def form(request: Request, person: str, _: Writer, use: Use) -> Response:
    """Links that exist, and a button for another."""
    return render.page(
        request,
        "followup/links.html.jinja",
        person=person_of(use, person),
        links=use.store.links(person),
        address="",
        expires=None,
        now=use.now(),
    )


@router.post("/people/{person}/links", include_in_schema=False)
def make(request: Request, person: str, who: Writer, use: Use) -> Response:
    """A new link. Its address is on this page and nowhere else."""
    found = person_of(use, person)
    kept = of_person(use.store, person, use.knowledge)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    days = use.knowledge.care.outcome_number("link-days") or 0
    expires = use.now() + dt.timedelta(days=days)
    use.store.make_link(
        hash_of(token),
        person,
        json.dumps({"place": kept.place}).encode(),
        by=who.id,
        at=use.now(),
        expires=expires,
    )
    return render.page(
        request,
        "followup/links.html.jinja",
        person=found,
        links=use.store.links(person),
        address=f"{use.settings.base_url}/q/{token}",
        expires=expires,
        now=use.now(),
    )


@router.post("/people/{person}/links/revoke", include_in_schema=False)
def revoke(person: str, _: Writer, use: Use, form: Form) -> Response:
    """Withdraw a link of this person."""
    person_of(use, person)
    name = Filled(form).text("link")
    if len(name) != _HASH_LENGTH or all(x.token_hash != name for x in use.store.links(person)):
        raise HTTPException(404)
    use.store.revoke_link(name)
    return see_other(f"/people/{person}?saved=revoked")
