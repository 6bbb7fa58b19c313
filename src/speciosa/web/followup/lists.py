"""The list of the clinic: who needs somebody first."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from speciosa.clinical import outcomes
from speciosa.clinical.outcomes.result import Concern
from speciosa.web import render
from speciosa.web.followup.asking import Reader
from speciosa.web.person import KINDS, read
from speciosa.web.services import Use

router = APIRouter()
LEVELS = dict.fromkeys(Concern, "moderate") | {
    Concern.ITEM_9: "urgent",
    Concern.DANGER: "urgent",
    Concern.WORSENING: "major",
    Concern.LABORATORY: "major",
    Concern.UNREADABLE: "major",
    Concern.NOTHING: "info",
}


@router.get("/lists", include_in_schema=False)
def lists(request: Request, _: Reader, use: Use) -> Response:
    """Who needs somebody first."""
    labels: dict[str, str] = {}
    timelines = []
    for person, versions in use.store.newest_of_everyone(*KINDS):
        labels[person.id] = person.label
        timelines.append((person.id, read(versions, use.knowledge).timeline))
    return render.page(
        request,
        "followup/lists.html.jinja",
        listed=outcomes.attention(timelines, use.knowledge, use.today()),
        labels=labels,
        levels=LEVELS,
        today=use.today(),
    )
