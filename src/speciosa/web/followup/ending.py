"""Take everything of a person out: as a file, or for good."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from speciosa.clinical.outcomes import diary
from speciosa.web import render
from speciosa.web.followup.asking import Filled, Form, Reader, Writer, person_of
from speciosa.web.person import of_person
from speciosa.web.services import Services, Use

router = APIRouter()


@router.get("/people/{person}/export", include_in_schema=False)
def export(person: str, _: Reader, use: Use) -> Response:
    """Everything of the person as JSON lines; the name of the file holds the id alone."""
    person_of(use, person)
    headers = {"Content-Disposition": f'attachment; filename="{person}.jsonl"'}
    return StreamingResponse(
        use.store.export(person), media_type="application/x-ndjson", headers=headers
    )


@router.get("/people/{person}/export/diary.csv", include_in_schema=False)
def export_diary(person: str, _: Reader, use: Use) -> Response:
    """Entries as a table; no cell can start a formula."""
    person_of(use, person)
    kept = of_person(use.store, person, use.knowledge)
    headers = {"Content-Disposition": f'attachment; filename="{person}.csv"'}
    text = diary.write(kept.timeline.entries)
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/people/{person}/delete", include_in_schema=False)
def ask(request: Request, person: str, _: Writer, use: Use) -> Response:
    """What deletion means, and a field to type the reference into."""
    return _page(request, use, person, "")


@router.post("/people/{person}/delete", include_in_schema=False)
def delete(request: Request, person: str, who: Writer, use: Use, form: Form) -> Response:
    """Delete for good, where the reference was typed."""
    found = person_of(use, person)
    if Filled(form).text("label") != found.label.strip():
        return _page(request, use, person, "This is not the reference of this person.")
    done = use.store.delete_person(person, by=who.id, at=use.now())
    return render.page(request, "followup/deleted.html.jinja", done=done)


def _page(request: Request, use: Services, person: str, error: str) -> Response:
    return render.page(
        request,
        "followup/delete.html.jinja",
        status=422 if error else 200,
        person=person_of(use, person),
        error=error,
    )
