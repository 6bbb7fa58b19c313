"""Operations on a case or a question that keep nothing."""

from __future__ import annotations

import dataclasses
from typing import Annotated

from fastapi import Depends, Query, Request, Response

from speciosa import assessment
from speciosa.case import Phq9, parse_case
from speciosa.case.vocabulary import Phenotype
from speciosa.clinical import safety, severity
from speciosa.errors import InputError, InputProblem
from speciosa.fhir import write as fhir
from speciosa.pharmacology.exposure.plan import Plan, read_plan_text
from speciosa.pharmacology.exposure.regimen import forecast
from speciosa.pharmacology.exposure.virtual.people import STRUCTURES
from speciosa.report import html
from speciosa.report.ddi import asked
from speciosa.report.ddi import document as ddi
from speciosa.report.simulation import document as simulation
from speciosa.web.access import Access, Principal, allow
from speciosa.web.api import answers, examples, shapes
from speciosa.web.api.bodies import FHIR_JSON, JSON, Json, as_part
from speciosa.web.api.describe import gives, ref, sends
from speciosa.web.api.problem import NotFoundError
from speciosa.web.api.route import router
from speciosa.web.person import route
from speciosa.web.services import Use

routes = router()
SignedIn = Annotated[Principal, Depends(allow(Access.SIGNED_IN))]

HTML = "text/html"
_KINDS = (JSON, HTML, FHIR_JSON)


@routes.post(
    "/assessments",
    operation_id="assess",
    tags=["assessment"],
    openapi_extra=sends("Case", examples.CASES),
    responses=gives(
        "Assessment",
        "The assessment, by the header Accept as JSON, as a report in HTML, or as a FHIR Bundle.",
        406,
        reads=True,
        also={HTML: {"schema": {"type": "string"}}, FHIR_JSON: {"schema": ref("FhirBundle")}},
    ),
)
def assess(
    _: SignedIn,
    request: Request,
    body: Json,
    use: Use,
    seed: Annotated[int, Query(ge=0, le=2**31 - 1)] = assessment.DEFAULT_SEED,
    subjects: Annotated[int | None, Query(ge=20, le=shapes.MOST_SUBJECTS)] = None,
) -> Response:
    """Assess one case; nothing is kept.

    The same case, release, seed and number of subjects give the same bytes. Where something needs
    action now, ``urgent`` says so, before everything else.
    """
    kind = answers.chosen(request, _KINDS)
    case = parse_case(body.data)
    made = assessment.assess(
        case, use.knowledge, seed=seed, subjects=subjects or use.settings.subjects
    )
    if kind == HTML:
        return Response(html.render(made), media_type="text/html; charset=utf-8")
    if kind == FHIR_JSON:
        bundle = fhir.bundle(case, made, knowledge=use.knowledge, recorded=use.now())
        return Response(fhir.encode(bundle), media_type=FHIR_JSON)
    return answers.json(made)


@routes.post(
    "/cases/check",
    operation_id="checkCase",
    tags=["assessment"],
    openapi_extra=sends("Case", examples.CASES),
    responses=gives("Checked", "The case is well formed.", reads=True),
)
def check(_: SignedIn, body: Json, use: Use) -> Response:
    """Check a case without assessing it; every problem is listed at once.

    ``urgent`` stands first all the same: what the case asks for at once.
    """
    case = parse_case(body.data)
    return answers.json(
        shapes.Checked(
            urgent=safety.assess(case, use.knowledge).urgent,
            input_sha256=assessment.input_hash(case),
            case=case.model_dump(mode="json", exclude_unset=True),
        )
    )


@routes.post(
    "/scores/{instrument}",
    operation_id="score",
    tags=["tools"],
    openapi_extra=sends("Answers", examples.ANSWERS),
    responses=gives("ScoreAnswer", "The score with its band and its uncertainty.", 404, reads=True),
)
def score(instrument: str, _: SignedIn, body: Json, use: Use) -> Response:
    """Score a questionnaire. PHQ-9 item 9 above 0 gives the urgent route first."""
    scale = use.knowledge.instruments.find(instrument)
    given = as_part(body.data, shapes.Answers, "answers")
    if (given.answers is None) == (given.total is None):
        both = "both" if given.answers is not None else "neither"
        raise InputError([InputProblem("answers", both, "the answers, or the total")])
    if scale is None:
        raise NotFoundError("questionnaire")
    value = given.answers if given.answers is not None else given.total
    found = severity.score(scale.id, value or 0, use.knowledge, sex=given.sex)
    item9 = 0
    if scale.id == "phq9":
        # A total above what eight items can give tells of the ninth.
        item9 = Phq9(answers=given.answers, total=given.total).item9_floor or 0
    place = given.place or ""
    urgent = route(item9, place, use.today(), use.knowledge) if item9 else None
    return answers.json(shapes.ScoreAnswer(urgent=urgent, score=found))


@routes.post(
    "/interactions",
    operation_id="interactions",
    tags=["tools"],
    openapi_extra=sends("InteractionQuestion", examples.INTERACTIONS),
    responses=gives("DdiDocument", "The ratio of exposures, observed and modelled.", reads=True),
)
def interactions(_: SignedIn, body: Json, use: Use) -> Response:
    """How much medicines change the exposure to another one, with interval and mechanisms."""
    given = as_part(body.data, shapes.InteractionQuestion, "question")
    besides = [
        asked.Typed(f"with[{i}].name", one.name, one.dose_mg, one.interval_h)
        for i, one in enumerate(given.beside)
    ]
    question = asked.question(asked.Typed("victim", given.victim), besides, use.knowledge)
    known: dict[str, Phenotype] = {
        enzyme: phenotype
        for enzyme, phenotype in (("CYP2D6", given.cyp2d6), ("CYP2C19", given.cyp2c19))
        if phenotype is not None
    }
    question = dataclasses.replace(question, route=given.route, phenotypes=known)
    return answers.json(ddi.document(question, use.knowledge))


@routes.post(
    "/simulations",
    operation_id="simulate",
    tags=["tools"],
    openapi_extra=sends("SimulationQuestion", examples.SIMULATIONS),
    responses=gives("SimulationDocument", "Blood levels the regimen might give.", reads=True),
)
def simulate(_: SignedIn, body: Json, use: Use) -> Response:
    """Describe the blood levels a regimen might give. It proposes none.

    Bounded: at most 2,000 virtual people and 31 days.
    """
    given = as_part(body.data, shapes.SimulationQuestion, "simulation")
    plan = _plan(given)
    seed = assessment.DEFAULT_SEED if given.seed is None else given.seed
    both = given.structure is shapes.Structure.BOTH
    made = forecast.forecast(
        plan,
        use.knowledge,
        forecast.Settings(
            seed=seed,
            subjects=given.subjects,
            structures=STRUCTURES if both else (given.structure.value,),
            until_h=given.until_h,
        ),
    )
    return answers.json(simulation.document(made, plan, use.knowledge))


def _plan(given: shapes.SimulationQuestion) -> Plan:
    if (given.text is None) == (given.regimen is None):
        both = "both" if given.text is not None else "neither"
        raise InputError([InputProblem("text", both, "text, or regimen")])
    plan = read_plan_text(given.text) if given.text is not None else given.regimen
    if plan is None:
        raise InputError([InputProblem("regimen", "nothing", "a regimen")])
    last = _last_day(plan)
    if last > shapes.MOST_HOURS / 24.0:
        raise InputError([InputProblem("regimen", f"{last:g} days", "at most 31 days")])
    return plan


def _last_day(plan: Plan) -> float:
    days = [*(use.to_day or use.from_day for use in plan.use), *(dose.day for dose in plan.doses)]
    return max(days, default=1) + (plan.follow_days or 0.0)
