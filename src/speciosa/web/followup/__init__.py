"""Pages of a person over time, questionnaire links, diary import, clinic lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.web.followup import (
    changes,
    diary,
    ending,
    entries,
    links,
    lists,
    people,
    person,
    phone,
    reviews,
    visits,
)
from speciosa.web.followup.refused import link_help

if TYPE_CHECKING:
    from fastapi import FastAPI

    from speciosa.web.settings import Settings


def install(app: FastAPI, settings: Settings) -> None:
    """Add this room to the application."""
    for room in (
        people,
        lists,
        person,
        entries,
        changes,
        reviews,
        visits,
        diary,
        links,
        ending,
        phone,
    ):
        app.router.routes.extend(room.router.routes)
    app.state.link_help = link_help
