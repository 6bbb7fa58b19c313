"""The case form: empty, filled, saved, resumed, assessed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from speciosa.clinical.safety.wording import fill
from speciosa.errors import InputError
from speciosa.store import ConflictError, Kind, UnknownError, Version
from speciosa.web import render
from speciosa.web.access import Access, Principal, allow
from speciosa.web.pages import drafts, known_names, result, steps
from speciosa.web.pages.drafts import BegunError, Draft
from speciosa.web.pages.filled import Filled, Problem, assessed, read
from speciosa.web.pages.form import Fields, to_fields, unshown
from speciosa.web.pages.form.carry import carried
from speciosa.web.pages.form.layout import QUESTIONNAIRES
from speciosa.web.pages.form.words import OPTIONS, words
from speciosa.web.pages.posted import Form, Posted, new_key
from speciosa.web.services import Services, Use

if TYPE_CHECKING:
    from speciosa.assessment import Assessment
    from speciosa.case import Case
    from speciosa.knowledge.instruments.record import Instrument

router = APIRouter()

SignedIn = Annotated[Principal, Depends(allow(Access.SIGNED_IN))]
Writer = Annotated[Principal, Depends(allow(Access.WRITE))]

_FIRST = 1
_DAMAGED = (
    Problem(
        "",
        "What the form began from was damaged on its way and is left out. Check what is shown, "
        "then go on.",
    ),
)


# ------------------------------------------------------------------ without a person


@router.get("/cases/new")
def new(request: Request, principal: SignedIn, use: Use) -> HTMLResponse:
    """An empty form; nothing is kept unless it is saved to a person."""
    return _page(request, _empty(use, {}), action="/cases/new")


@router.post("/cases/new")
def work(request: Request, principal: SignedIn, use: Use, form: Form) -> Response:
    """A button inside the form, or the report of what was typed; nothing is kept."""
    if form.damaged:
        return _page(request, _filled(form, use, _DAMAGED), action="/cases/new", status=422)
    if form.do != "report":
        return _page(request, _filled(form, use, step=form.do), action="/cases/new")
    made = _assessed(form, use)
    if isinstance(made, Filled):
        return _page(request, made, action="/cases/new", status=422)
    return result.unsaved(request, made[1], form.fields, form.base)


@router.post("/cases/download")
def download(request: Request, principal: SignedIn, use: Use, form: Form) -> Response:
    """The report of what was typed as a file; nothing is kept."""
    made = _filled(form, use, _DAMAGED) if form.damaged else _assessed(form, use)
    if isinstance(made, Filled):
        return _page(request, made, action="/cases/new", status=422)
    case, found = made
    return result.file_of(form.do, found, case, use)


@router.post("/cases")
def keep(request: Request, principal: Writer, use: Use, form: Form) -> Response:
    """Save what was typed to a new person: as a draft, or assessed."""
    begun = drafts.begun(use, principal, form.key)
    if begun:
        return _save(request, principal, use, form, begun)
    try:
        return _begin(request, principal, use, form, label=form.person_label)
    except InputError as error:
        wrong = tuple(
            Problem("person_label", f"Got {one.value}; accepted: {one.accepted}.")
            for one in error.problems
        )
        return _page(request, _filled(form, use, wrong), action="/cases/new", status=422)


@router.post("/cases/live/{part}")
def live(request: Request, principal: SignedIn, use: Use, part: str, form: Form) -> HTMLResponse:
    """The total of a questionnaire, and the crisis route, while the form is filled."""
    return HTMLResponse(
        render.text(
            request,
            "case/live.html.jinja",
            part=part if part in QUESTIONNAIRES or part == "signs" else "",
            form=_filled(form, use),
        )
    )


# ------------------------------------------------------------------ of a person


@router.get("/people/{person}/cases/new")
def new_of(request: Request, principal: Writer, use: Use, person: str) -> HTMLResponse:
    """A form for a person; ``?from=`` a record of theirs carries over what lasts."""
    who = use.store.person(person)
    record = request.query_params.get("from", "")
    form = _carry(use, person, record) if record else _empty(use, {})
    return _page(request, form, action=f"/people/{who.id}/cases/new", person=who)


@router.post("/people/{person}/cases/new")
def keep_of(request: Request, principal: Writer, use: Use, person: str, form: Form) -> Response:
    """Whatever the button: what was typed is saved as a draft of the person first."""
    who = use.store.person(person)
    begun = drafts.begun(use, principal, form.key)
    if begun and use.store.owner(begun) == who.id:
        return _save(request, principal, use, form, begun)
    return _begin(request, principal, use, form, person=who.id)


@router.get("/drafts/{record}")
def resume(request: Request, principal: Writer, use: Use, record: str) -> Response:
    """A draft as it was left, or the assessment that was made of it."""
    if made := drafts.became(use.store.version(record)):
        return RedirectResponse(f"/assessments/{made}", status_code=303)
    version = drafts.record_of(use, record, Kind.DRAFT)
    draft = drafts.unpack(version.body)
    form = _show(use, draft.fields, draft.base)
    return _draft_page(request, use, form, version)


@router.post("/drafts/{record}")
def save(request: Request, principal: Writer, use: Use, record: str, form: Form) -> Response:
    """Save, work on or assess a draft."""
    return _save(request, principal, use, form, record)


@router.post("/drafts/{record}/discard")
def discard(request: Request, principal: Writer, use: Use, record: str, form: Form) -> Response:
    """Put a draft away as it was seen; its versions stay until the person is deleted."""
    version = drafts.record_of(use, record, Kind.DRAFT)
    expect = form.expect or _FIRST
    try:
        use.store.remove(
            record, by=principal.id, at=use.now(), change="draft put away", expect=expect
        )
    except ConflictError:
        draft = drafts.unpack(version.body)
        shown = _show(use, draft.fields, draft.base)
        return _draft_page(request, use, shown, version, changed=True, status=409)
    return RedirectResponse(f"/people/{version.person}", status_code=303)


# ------------------------------------------------------------------ shared


def _begin(
    request: Request,
    principal: Principal,
    use: Services,
    form: Posted,
    *,
    person: str = "",
    label: str = "",
) -> Response:
    """The first save of a form; a page that is sent twice goes on with what it began."""
    draft = Draft(steps.stepped(form.fields, form.do), form.base)
    try:
        saved = drafts.begin(use, principal, draft, person=person, label=label, key=form.key)
    except BegunError as begun:
        return _save(request, principal, use, form, str(begun))
    request.state.audit_person = saved.person
    return _after_saving(request, principal, use, form, saved)


def _save(
    request: Request, principal: Principal, use: Services, form: Posted, record: str
) -> Response:
    if made := drafts.became(use.store.version(record)):
        return RedirectResponse(f"/assessments/{made}", status_code=303)
    version = drafts.record_of(use, record, Kind.DRAFT)
    if form.do == "reload":
        return RedirectResponse(f"/drafts/{record}", status_code=303)
    if form.damaged:  # what the draft began from is kept with it
        form = form._replace(base=dict(drafts.unpack(version.body).base), damaged=False)
    draft = Draft(steps.stepped(form.fields, form.do), form.base)
    saved = version  # sent twice: it stands there already
    if not drafts.same(version, draft, principal):
        expect = version.version if form.do == "overwrite" else form.expect or _FIRST
        try:
            saved = drafts.save_draft(
                use, principal, version.person, draft, record=record, expect=expect
            )
        except ConflictError:
            saved = use.store.version(record)
            if not drafts.same(saved, draft, principal):
                return _conflict(request, use, form, saved)
    if form.do == "autosave":
        return _saved(request, saved, conflict=False, expect=saved.version)
    return _after_saving(request, principal, use, form, saved)


def _conflict(request: Request, use: Services, form: Posted, newest: Version) -> Response:
    """The choice between two hands, or the assessment that was made meanwhile."""
    if made := drafts.became(newest):
        return RedirectResponse(f"/assessments/{made}", status_code=303)
    if form.do == "autosave":
        return _saved(request, newest, conflict=True, expect=form.expect)
    return _draft_page(request, use, _filled(form, use), newest, conflict=True, status=409)


def _after_saving(
    request: Request, principal: Principal, use: Services, form: Posted, saved: Version
) -> Response:
    """An assessment where one was asked for and can be made; else back to the draft."""
    if form.damaged:
        return _draft_page(request, use, _filled(form, use, _DAMAGED), saved, status=422)
    if form.do != "assess":
        part = steps.part_of(form.do)
        anchor = f"#{part}" if part else ""
        return RedirectResponse(f"/drafts/{saved.record}{anchor}", status_code=303)
    made = _assessed(form, use)
    if isinstance(made, Filled):
        return _draft_page(request, use, made, saved, status=422)
    case, found = made
    try:
        kept = drafts.save_assessment(use, principal, saved.person, case, found, draft=saved)
    except ConflictError:  # it was saved or assessed elsewhere while this was computed
        return _conflict(request, use, form, use.store.version(saved.record))
    return RedirectResponse(f"/assessments/{kept.record}", status_code=303)


def _assessed(form: Posted, use: Services) -> tuple[Case, Assessment] | Filled:
    """The case of a form with its assessment, or the form with what is wrong."""
    reading = read(form.fields, form.base, use.knowledge, use.today())
    found, problems = assessed(reading, form.fields, use.knowledge, use.settings.subjects)
    if found is None or reading.case is None:
        return _filled(form, use, problems)
    return reading.case, found


def _carry(use: Services, person: str, record: str) -> Filled:
    version = drafts.record_of(use, record, Kind.CASE, Kind.ASSESSMENT)
    if version.person != person:
        raise UnknownError(f"no such record of this person: {record}")
    if version.kind is Kind.CASE:
        document = json.loads(version.body)
    else:
        sha256 = json.loads(version.body)["provenance"]["input_sha256"]
        case = drafts.case_behind(use, version, sha256)
        if case is None:
            raise UnknownError(f"the case behind {record} is not kept")
        document = drafts.document_of(case)
    return _empty(use, carried(document), carried_from=document["date"])


def _empty(use: Services, document: dict[str, Any], *, carried_from: str = "") -> Filled:
    document = {**document, "date": use.today().isoformat()}
    return _show(use, to_fields(document), document, carried_from=carried_from)


def _show(
    use: Services,
    fields: Fields,
    base: Mapping[str, Any],
    *,
    carried_from: str = "",
) -> Filled:
    return Filled(
        fields=fields,
        base=base,
        knowledge=use.knowledge,
        today=use.today(),
        unshown=unshown(base),
        carried_from=carried_from,
    )


def _filled(
    form: Posted, use: Services, problems: tuple[Problem, ...] = (), *, step: str = ""
) -> Filled:
    return Filled(
        fields=steps.stepped(form.fields, step),
        base=form.base,
        knowledge=use.knowledge,
        today=use.today(),
        problems=problems,
        unshown=unshown(form.base),
        carried_from=form.carried_from,
        key=form.key,
        person_label=form.person_label,
    )


def _draft_page(
    request: Request,
    use: Services,
    form: Filled,
    version: Version,
    *,
    status: int = 200,
    conflict: bool = False,
    changed: bool = False,
) -> HTMLResponse:
    return _page(
        request,
        form,
        action=f"/drafts/{version.record}",
        person=use.store.person(version.person),
        draft=version,
        status=status,
        conflict=conflict,
        changed=changed,
    )


def _page(
    request: Request,
    form: Filled,
    *,
    action: str,
    status: int = 200,
    **context: Any,  # noqa: ANN401
) -> HTMLResponse:
    given = {"person": None, "draft": None, "conflict": False, "changed": False, **context}
    key = form.key or new_key()
    return render.page(
        request,
        "case/form.html.jinja",
        status=status,
        form=form,
        action=action,
        base=json.dumps(form.base, ensure_ascii=False),
        options=OPTIONS,
        words=words,
        instruments=form.knowledge.instruments.by_id,
        questions=form.knowledge.safety.red_flags.questions,
        conditions=known_names.conditions(),
        answer_options=_answers,
        filled_in=fill,
        form_key=key,
        **given,
    )


def _answers(scale: Instrument) -> tuple[tuple[str, str], ...]:
    """What can be tapped: the points with their words, where the licence lets us print them."""
    if scale.answers:
        return tuple((str(answer.score), answer.text) for answer in scale.answers)
    return tuple(
        (str(points), "") for points in range(scale.item_low or 0, (scale.item_high or 0) + 1)
    )


def _saved(request: Request, version: Version, *, conflict: bool, expect: int) -> HTMLResponse:
    """What the autosave shows; always 200, because what it says is part of the page."""
    return HTMLResponse(
        render.text(
            request, "case/saved.html.jinja", draft=version, conflict=conflict, expect=expect
        )
    )
