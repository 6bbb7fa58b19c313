"""Medicines and substances: names, codes, hazards, figures, and what kratom does to them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from speciosa.errors import InputError, KnowledgeError
from speciosa.knowledge.index import index_of
from speciosa.pharmacology.interactions.rows import KRATOM
from speciosa.report.ddi.asked import Typed, question
from speciosa.report.ddi.document import DdiDocument, document
from speciosa.web.pages.browse import show
from speciosa.web.pages.browse.show import Number, SignedIn, Words
from speciosa.web.services import Use

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge

router = APIRouter()
_SIZE = 50


class Beside(NamedTuple):
    """Kratom beside the medicine: the answer, or in words why there is none."""

    found: DdiDocument | None
    why_not: str = ""


@router.get("/medicines")
def medicines(
    request: Request, _: SignedIn, use: Use, q: Words = "", number: Number = 1
) -> HTMLResponse:
    """Find a medicine or substance by any of its names."""
    found = index_of(use.knowledge).find_medicines(q)
    near = use.knowledge.medicines.suggest(q) if q.strip() and not found else ""
    part = show.part_of(found, number, _SIZE, request)
    return show.page(request, "medicines", use, q=q, part=part, near=near)


@router.get("/medicines/{id}")
def medicine(request: Request, id: str, _: SignedIn, use: Use) -> HTMLResponse:
    """One medicine with every figure of its record."""
    try:
        found = use.knowledge.medicines.get(id)
    except KnowledgeError:
        return show.not_there(request, "medicine", "/medicines")
    hazards = {hazard.fact_id for hazard in found.hazards}
    facts = index_of(use.knowledge).find_facts(table=f"medicine/{found.id}")
    return show.page(
        request,
        "medicine",
        use,
        medicine=found,
        codes=[fact for fact in facts if "/code/" in fact.id],
        figures=[fact for fact in facts if fact.id not in hazards and "/code/" not in fact.id],
        beside=beside_kratom(use.knowledge, found.id),
    )


@lru_cache(maxsize=1024)
def beside_kratom(knowledge: Knowledge, medicine_id: str) -> Beside:
    """What kratom does to the exposure to a medicine, as the interaction model gives it."""
    name = knowledge.medicines.get(medicine_id).name
    try:
        asked = question(Typed("medicine", name), [Typed("kratom", KRATOM)], knowledge)
        return Beside(document(asked, knowledge))
    except InputError as error:
        return Beside(None, f"No ratio can be asked: {error.problems[0].accepted}.")
