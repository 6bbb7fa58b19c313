"""The case form: empty, filled, saved, resumed, assessed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from speciosa.clinical.safety.wording import fill
from speciosa.errors import InputError
from speciosa.store import ConflictError, Kind, UnknownError, Version
from speciosa.web import render
from speciosa.web.access import Access, Principal, allow
from speciosa.web.pages import drafts, known_names, result, steps
from speciosa.web.pages.drafts import Draft
from speciosa.web.pages.filled import Filled, Problem, assessed, read, urgent
from speciosa.web.pages.form import Fields, to_fields, unshown
from speciosa.web.pages.form.carry import carried
from speciosa.web.pages.form.layout import QUESTIONNAIRES
from speciosa.web.pages.form.words import OPTIONS, words
from speciosa.web.services import Services, Use

if TYPE_CHECKING:
    from speciosa.knowledge.instruments.record import Instrument

router = APIRouter()

_OURS = frozenset({"csrf_token", "do", "base", "expect", "person_label", "carried_from"})
_MOST_FIELDS = 5000

SignedIn = Annotated[Principal, Depends(allow(Access.SIGNED_IN))]
Writer = Annotated[Principal, Depends(allow(Access.WRITE))]


class Posted(NamedTuple):
    """A posted form: what was typed, which button, and what came along."""

    fields: Fields
    do: str
    base: dict[str, Any]
    expect: int
    person_label: str
    carried_from: str

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
    try:
        base = json.loads(fields.one("base") or "{}")
    except ValueError:
        base = {}
    return Posted(
        fields=Fields({n: t for n, t in fields.values.items() if n not in _OURS}),
        do=fields.one("do"),
        base=base if isinstance(base, dict) else {},
        expect=int(expect) if expect.isascii() and expect.isdigit() and len(expect) < 9 else 0,
        person_label=fields.one("person_label").strip(),
        carried_from=fields.one("carried_from"),
    )


Form = Annotated[Posted, Depends(posted)]


# ------------------------------------------------------------------ without a person


@router.get("/cases/new")
def new(request: Request, principal: SignedIn, use: Use) -> HTMLResponse:
    """An empty form; nothing is kept unless it is saved to a person."""
    return _page(request, _empty(use, {}), action="/cases/new")


@router.post("/cases/new")
def work(request: Request, principal: SignedIn, use: Use, form: Form) -> Response:
    """A button inside the form, or the report of what was typed; nothing is kept."""
    if form.do == "report":
        reading = read(form.fields, form.base, use.knowledge)
        found, problems = assessed(reading, form.fields, use.knowledge, use.settings.subjects)
        if found is None:
            return _page(request, _filled(form, use, problems), action="/cases/new", status=422)
        return result.unsaved(request, found, form.fields, form.base)
    return _page(request, _filled(form, use, step=form.do), action="/cases/new")


@router.post("/cases")
def keep(request: Request, principal: Writer, use: Use, form: Form) -> Response:
    """Save what was typed to a new person: as a draft, or assessed."""
    label = form.person_label
    if not label:
        wrong = Problem("person_label", "Give the clinic's own reference, to find it again.")
        return _page(request, _filled(form, use, (wrong,)), action="/cases/new", status=422)
    fields = steps.stepped(form.fields, form.do)
    with use.store.together():
        person = use.store.add_person(label, by=principal.id, at=use.now()).id
        saved = drafts.save_draft(use, principal, person, Draft(fields, form.base))
    return _after_saving(request, principal, use, form, saved)


@router.post("/cases/live/{part}")
def live(request: Request, principal: SignedIn, use: Use, part: str, form: Form) -> HTMLResponse:
    """The total of a questionnaire, and the crisis route, while the form is filled."""
    return HTMLResponse(
        render.text(
            request,
            "case/live.html.jinja",
            part=part if part in QUESTIONNAIRES or part == "signs" else "",
            form=_filled(form, use),
            urgent=urgent(form.fields, use.knowledge, use.today()),
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
    fields = steps.stepped(form.fields, form.do)
    who = use.store.person(person).id
    saved = drafts.save_draft(use, principal, who, Draft(fields, form.base))
    return _after_saving(request, principal, use, form, saved)


@router.get("/drafts/{record}")
def resume(request: Request, principal: Writer, use: Use, record: str) -> HTMLResponse:
    """A draft as it was left."""
    version = drafts.record_of(use, record, Kind.DRAFT)
    draft = drafts.unpack(version.body)
    form = _show(use, draft.fields, draft.base)
    return _draft_page(request, use, form, version)


@router.post("/drafts/{record}")
def save(request: Request, principal: Writer, use: Use, record: str, form: Form) -> Response:
    """Save, work on or assess a draft."""
    version = drafts.record_of(use, record, Kind.DRAFT)
    if form.do == "reload":
        return RedirectResponse(f"/drafts/{record}", status_code=303)
    expect = version.version if form.do == "overwrite" else form.expect
    fields = steps.stepped(form.fields, form.do)
    try:
        saved = drafts.save_draft(
            use,
            principal,
            version.person,
            Draft(fields, form.base),
            record=record,
            expect=expect,
        )
    except ConflictError:
        newest = use.store.version(record)
        if form.do == "autosave":
            return _saved(request, newest, conflict=True, expect=form.expect)
        return _draft_page(request, use, _filled(form, use), newest, conflict=True, status=409)
    if form.do == "autosave":
        return _saved(request, saved, conflict=False, expect=saved.version)
    return _after_saving(request, principal, use, form, saved)


@router.post("/drafts/{record}/discard")
def discard(request: Request, principal: Writer, use: Use, record: str) -> Response:
    """Put a draft away; its versions stay until the person is deleted."""
    version = drafts.record_of(use, record, Kind.DRAFT)
    use.store.remove(record, by=principal.id, at=use.now(), change="draft put away")
    return RedirectResponse(f"/people/{version.person}", status_code=303)


# ------------------------------------------------------------------ shared


def _after_saving(
    request: Request, principal: Principal, use: Services, form: Posted, saved: Version
) -> Response:
    """An assessment where one was asked for and can be made; else back to the draft."""
    if form.do != "assess":
        part = steps.part_of(form.do)
        anchor = f"#{part}" if part else ""
        return RedirectResponse(f"/drafts/{saved.record}{anchor}", status_code=303)
    reading = read(form.fields, form.base, use.knowledge)
    found, problems = assessed(reading, form.fields, use.knowledge, use.settings.subjects)
    if found is None or reading.case is None:
        return _draft_page(request, use, _filled(form, use, problems), saved, status=422)
    kept = drafts.save_assessment(
        use, principal, saved.person, reading.case, found, draft=saved.record
    )
    return RedirectResponse(f"/assessments/{kept.record}", status_code=303)


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
        unshown=_unshown(base),
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
        unshown=_unshown(form.base),
        carried_from=form.carried_from,
    )


def _unshown(base: Mapping[str, Any]) -> tuple[str, ...]:
    try:
        return unshown(base)
    except (AttributeError, TypeError, InputError):
        return ()  # a base that is no document; the case refuses it when it is assessed


def _draft_page(
    request: Request,
    use: Services,
    form: Filled,
    version: Version,
    *,
    status: int = 200,
    conflict: bool = False,
) -> HTMLResponse:
    return _page(
        request,
        form,
        action=f"/drafts/{version.record}",
        person=use.store.person(version.person),
        draft=version,
        status=status,
        conflict=conflict,
    )


def _page(
    request: Request,
    form: Filled,
    *,
    action: str,
    status: int = 200,
    **context: Any,  # noqa: ANN401
) -> HTMLResponse:
    given = {"person": None, "draft": None, "conflict": False, **context}
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
