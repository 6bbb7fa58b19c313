"""Import a diary: read, preview, and only then keep it."""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData, UploadFile

from speciosa.clinical.outcomes import diary
from speciosa.clinical.outcomes.timeline import Source
from speciosa.errors import InputProblem
from speciosa.store import Kind
from speciosa.web import render
from speciosa.web.followup.asking import Filled, Form, Writer, person_of, see_other
from speciosa.web.followup.wording import words
from speciosa.web.person import encode, of_person, route
from speciosa.web.services import Services, Use

router = APIRouter()
SHOWN = 20


@router.get("/people/{person}/diary", include_in_schema=False)
def form(request: Request, person: str, _: Writer, use: Use) -> Response:
    """Choose a file or paste its text."""
    return _page(request, use, person, None, "")


@router.post("/people/{person}/diary", include_in_schema=False)
def read(request: Request, person: str, who: Writer, use: Use, form: Form) -> Response:
    """A preview with every problem; with ``confirm`` and no problem, the import itself."""
    person_of(use, person)
    data = _data(form, int(use.knowledge.care.outcome_number("diary-bytes") or 0) + 1)
    found = diary.read(data, use.knowledge, use.today())
    if not found.problems and Filled(form).text("confirm") == "yes":
        with use.store.together():
            # Two clicks come one after the other here, and the second finds the days of the first.
            found = _checked(found, person, use)
            for entry in found.entries if not found.problems else ():
                use.store.save(
                    person,
                    Kind.ENTRY,
                    encode(entry),
                    by=who.id,
                    at=use.now(),
                    change="imported from a diary",
                )
        if not found.problems:
            return see_other(f"/people/{person}?saved=diary")
        return _page(request, use, person, found, "")
    found = _checked(found, person, use)
    return _page(request, use, person, found, "" if found.problems else _packed(data))


def _packed(data: bytes) -> str:
    """The file for the form that confirms it, byte for byte: a page may not keep every space."""
    return urlsafe_b64encode(zlib.compress(data)).decode()


def _unpacked(text: str, most: int) -> bytes:
    """The file again, never more than ``most`` bytes; empty where it is none of ours."""
    try:
        return zlib.decompressobj().decompress(urlsafe_b64decode(text.encode()), most)
    except (ValueError, zlib.error):
        return b""


def _data(form: FormData, most: int) -> bytes:
    """The file's bytes, or the pasted text; a little more than allowed is enough to refuse it."""
    file = form.get("file")
    if isinstance(file, UploadFile) and file.filename:
        return file.file.read(most)
    packed = form.get("packed")
    if isinstance(packed, str):
        return _unpacked(packed, most)
    # Browsers send line ends of their own in a text field.
    text = form.get("text")
    return text.replace("\r\n", "\n").encode()[:most] if isinstance(text, str) else b""


def _checked(found: diary.Diary, person: str, use: Services) -> diary.Diary:
    """Days that are in the record already are a problem: nothing is doubled or overwritten."""
    kept = of_person(use.store, person, use.knowledge)
    days = {e.date for e in kept.timeline.entries if e.source is Source.DIARY}
    doubled = tuple(
        InputProblem(
            f"line {row.line}, date", row.entry.date.isoformat(), "a day not imported before"
        )
        for row in found.read
        if row.entry.date in days
    )
    return found._replace(problems=(*found.problems, *doubled))


def _page(
    request: Request, use: Services, person: str, found: diary.Diary | None, packed: str
) -> Response:
    urgent = None
    if found is not None and found.item9:
        place = of_person(use.store, person, use.knowledge).place
        urgent = route(found.item9, place, use.today(), use.knowledge)
    return render.page(
        request,
        "followup/diary.html.jinja",
        status=422 if found is not None and found.problems else 200,
        person=person_of(use, person),
        found=found,
        urgent=urgent,
        packed=packed,
        shown=SHOWN,
        words=words,
        columns=diary.COLUMNS,
    )
