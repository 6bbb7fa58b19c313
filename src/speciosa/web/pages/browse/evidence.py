"""Evidence: every question with its pooled and graded answer; kratom's place apart."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from speciosa.evidence.for_person.comparison import pooled
from speciosa.knowledge.evidence.record import Group
from speciosa.report.charts import evidence as charts
from speciosa.web.pages.browse import show
from speciosa.web.pages.browse.show import SignedIn
from speciosa.web.services import Use

router = APIRouter()
_GROUPS = tuple(Group)


@router.get("/evidence")
def evidence(request: Request, _: SignedIn, use: Use) -> HTMLResponse:
    """Every question, by kind of option; then those that no study answers."""
    table = use.knowledge.evidence
    answered = {effect.id for effect in table.pooled}
    effects = sorted(table.pooled, key=lambda effect: _GROUPS.index(effect.group))
    return show.page(
        request,
        "evidence",
        use,
        groups=[(key.value, list(rows)) for key, rows in groupby(effects, lambda one: one.group)],
        unanswered=[one for one in table.questions.questions if one.id not in answered],
        published=table.effects,
        judgement=table.kratom.judgement,
        studies=len(table.studies),
    )


@router.get("/evidence/kratom")
def kratom(request: Request, _: SignedIn, use: Use) -> HTMLResponse:
    """What is known of kratom in anxiety: no effect among the others, and why."""
    held = use.knowledge.evidence.kratom
    by_lane: dict[str, list[object]] = {}
    for record in held.records:
        by_lane.setdefault(record.lane, []).append(record)
    return show.page(request, "kratom", use, judgement=held.judgement, lanes=by_lane)


@router.get("/evidence/{id}")
def question(
    request: Request, id: Annotated[str, Path(max_length=100)], _: SignedIn, use: Use
) -> HTMLResponse:
    """One question: effect, certainty and why, absolute terms, the studies and their plot."""
    table = use.knowledge.evidence
    try:
        effect = table.pool(id)
    except KeyError:
        asked = next((one for one in table.questions.questions if one.id == id), None)
        if asked is None:
            return show.not_there(request, "question", "/evidence")
        return show.page(request, "unanswered", use, question=asked)
    drawn = charts.studies(pooled(effect, table), name="studies")
    return show.page(
        request,
        "question",
        use,
        effect=effect,
        comparison=pooled(effect, table),
        plot=Markup(drawn),  # noqa: S704  # drawn by report.charts, which escapes its text
    )
