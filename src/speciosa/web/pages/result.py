"""An assessment as a page: the report, a note to copy, downloads, and where to go from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from speciosa.assessment import Assessment
from speciosa.errors import SpeciosaError
from speciosa.fhir import write
from speciosa.report import html, note
from speciosa.report import json as report_json
from speciosa.report.numbers import plain
from speciosa.report.words import analyte
from speciosa.store import Kind, UnknownError, Version
from speciosa.web import render
from speciosa.web.access import Access, Principal, allow
from speciosa.web.pages import drafts
from speciosa.web.services import Services, Use

if TYPE_CHECKING:
    import datetime as dt

    from speciosa.case import Case
    from speciosa.web.pages.form import Fields

router = APIRouter()

Reader = Annotated[Principal, Depends(allow(Access.READ))]


class UnreadableError(SpeciosaError):
    """An assessment that a release wrote in a form this one cannot show."""


@router.get("/assessments/{record}")
def show(request: Request, principal: Reader, use: Use, record: str) -> HTMLResponse:
    """An assessment as it was made, with its own release named."""
    version = drafts.record_of(use, record, Kind.ASSESSMENT)
    person = use.store.person(version.person)
    try:
        assessment = read(version)
    except UnreadableError:
        return render.page(
            request, "result/unreadable.html.jinja", version=version, person=person, status=200
        )
    release = use.knowledge.release.number
    made_with = assessment.provenance.knowledge_release
    return render.page(
        request,
        "result/page.html.jinja",
        **_shown(assessment),
        version=version,
        person=person,
        moved_on=release if release != made_with else "",
        has_fhir=_case(use, version, assessment) is not None,
        again="",
    )


@router.get("/assessments/{record}/download/{form}")
def download(
    request: Request,
    principal: Reader,
    use: Use,
    record: str,
    form: Literal["report.html", "report.json", "bundle.fhir.json"],
) -> Response:
    """The report as a file that needs nothing else, as JSON as it was saved, or as FHIR."""
    version = drafts.record_of(use, record, Kind.ASSESSMENT)
    if form == "report.json":
        return _file(version.body, "application/json", f"speciosa-{version.at.date()}.json")
    assessment = read(version)
    if form == "report.html":
        return file_of(form, assessment, None, use)
    case = _case(use, version, assessment)
    if case is None:
        raise UnknownError("the case behind this assessment is not kept")
    return file_of(form, assessment, case, use, recorded=version.at)


def file_of(
    form: str,
    assessment: Assessment,
    case: Case | None,
    use: Services,
    *,
    recorded: dt.datetime | None = None,
) -> Response:
    """An assessment as a file; a Bundle needs its case. Raises ``UnknownError`` for another."""
    name = f"speciosa-{assessment.date}"
    if form == "report.html":
        return _file(html.render(assessment).encode(), "text/html", f"{name}.html")
    if form == "report.json":
        return _file(report_json.encode(assessment), "application/json", f"{name}.json")
    if form != "bundle.fhir.json" or case is None:
        raise UnknownError("no such file")
    bundle = write.bundle(case, assessment, knowledge=use.knowledge, recorded=recorded or use.now())
    return _file(write.encode(bundle), "application/fhir+json", f"{name}.fhir.json")


def unsaved(
    request: Request, assessment: Assessment, fields: Fields, base: Mapping[str, Any]
) -> HTMLResponse:
    """The report of a form that was not saved, with the way back to what was typed."""
    typed = [(name, text) for name, texts in fields.values.items() for text in texts]
    return render.page(
        request,
        "result/page.html.jinja",
        **_shown(assessment),
        version=None,
        person=None,
        moved_on="",
        has_fhir=False,
        again=typed,
        base=json.dumps(base, ensure_ascii=False),
    )


def read(version: Version) -> Assessment:
    """The assessment of a record. Raises ``UnreadableError`` for one of another shape."""
    try:
        return msgspec.json.decode(version.body, type=Assessment)
    except msgspec.DecodeError as error:
        raise UnreadableError(
            "this assessment was written by a release of another shape"
        ) from error


def _shown(assessment: Assessment) -> dict[str, Any]:
    return {
        "a": assessment,
        "report": html.fragment(assessment),
        "note": note.render(assessment),
        "curves": json.dumps([_curve(curve) for curve in assessment.exposure.curves]),
    }


def _curve(curve: Any) -> dict[str, Any]:  # noqa: ANN401
    """What the chart needs of a curve, with its name in words."""
    return {
        "name": analyte(curve.analyte),
        "unit": curve.unit,
        "time": [float(plain(time).replace(",", "")) for time in curve.time_h],
        "median": [_short(value) for value in curve.median],
        "bands": [
            {
                "percent": band.percent,
                "low": [_short(value) for value in band.low],
                "high": [_short(value) for value in band.high],
            }
            for band in sorted(curve.bands, key=lambda band: -band.percent)
        ],
    }


def _short(value: float) -> float:
    return float(f"{value:.3g}")


def _case(use: Services, version: Version, assessment: Assessment) -> Case | None:
    return drafts.case_behind(use, version, assessment.provenance.input_sha256)


def _file(body: bytes, kind: str, name: str) -> Response:
    return Response(
        body,
        media_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
