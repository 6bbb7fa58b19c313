"""What a person reads beside any refusal or failure under a questionnaire link.

Their answers were not read then, and one of them may have said that they need help now.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from markupsafe import Markup

from speciosa.store import StoreError
from speciosa.web import render
from speciosa.web.followup.links import hash_of
from speciosa.web.person import route
from speciosa.web.services import services

if TYPE_CHECKING:
    from starlette.requests import Request

    from speciosa.clinical.safety.result import UrgentResult


def link_help(request: Request) -> Markup:
    """Whom to call, with the numbers of the link's place if it has one."""
    return Markup(  # noqa: S704  # our own template, escaped
        render.text(request, "followup/refused.html.jinja", urgent=route_here(request))
    )


def route_here(request: Request) -> UrgentResult:
    """The route of item 9 for the place of the link, whether or not the link still works."""
    use = services(request)
    token = request.scope["path"].rpartition("/")[2]
    try:
        link = use.store.link(hash_of(token))
        place = "" if link is None else str(json.loads(link.what).get("place", ""))
    except (StoreError, UnicodeEncodeError):
        place = ""
    return route(1, place, use.today(), use.knowledge)
