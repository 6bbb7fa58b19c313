"""Law, medicines, evidence, sources and facts, each with where it was read."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Query, Request, Response

from speciosa import regulation
from speciosa.case.parts import Date
from speciosa.errors import InputError, InputProblem, KnowledgeError
from speciosa.knowledge.index import index_of
from speciosa.knowledge.law.record import SUBSTANCES
from speciosa.report.evidence import document as evidence
from speciosa.web.access import Access, Principal, allow
from speciosa.web.api import answers, shapes
from speciosa.web.api.describe import gives
from speciosa.web.api.problem import NotFoundError
from speciosa.web.api.route import router
from speciosa.web.services import Services, Use

routes = router()
SignedIn = Annotated[Principal, Depends(allow(Access.SIGNED_IN))]
Limit = Annotated[int, Query(ge=1, le=200, description="Rows on a page.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="Rows before this page.")]
Words = Annotated[str, Query(max_length=100, description="Words that must all occur.")]
_TAG = "knowledge"


@routes.get(
    "/law/{place:path}",
    operation_id="law",
    tags=[_TAG],
    responses=gives("LawResult", "The law as far as it is on file, layer by layer.", 404, 422),
)
def law(
    place: Annotated[
        str,
        Path(max_length=100, description="ISO 3166 code: US, US-TN, US-CA/san-diego-city."),
    ],
    _: SignedIn,
    use: Use,
    on: Annotated[Date | None, Query(description="YYYY-MM-DD; today if left out.")] = None,
    substance: Annotated[
        list[str] | None, Query(max_length=3, description="leaf, mitragynine, 7-oh; or all.")
    ] = None,
    age: Annotated[float | None, Query(ge=0, le=120, description="Age in years.")] = None,
) -> Response:
    """Legal status at a place on a date. A past date without history is "not known"."""
    unknown = [one for one in substance or () if one not in SUBSTANCES]
    if unknown:
        accepted = ", ".join(SUBSTANCES)
        raise InputError([InputProblem("substance", "an unknown word", accepted)])
    wanted = tuple(dict.fromkeys(substance or SUBSTANCES))
    return answers.json(
        regulation.law_at(use.knowledge, place, on or use.today(), substances=wanted, age_years=age)
    )


@routes.get(
    "/medicines",
    operation_id="medicines",
    tags=[_TAG],
    responses=gives("MedicinePage", "Medicines and substances by name.", 422),
)
def medicines(
    _: SignedIn,
    request: Request,
    use: Use,
    q: Words = "",
    limit: Limit = 50,
    offset: Offset = 0,
) -> Response:
    """Find medicines and substances by any of their names."""
    found = index_of(use.knowledge).find_medicines(q)
    rows, further = answers.page_of(found, offset, limit, request)
    items = tuple(
        shapes.MedicineLine(
            id=one.id,
            name=one.name,
            kind=one.kind,
            klass=one.klass,
            url=answers.path("medicines", one.id),
        )
        for one in rows
    )
    return answers.json(shapes.MedicinePage(items=items, next=further))


@routes.get(
    "/medicines/{id}",
    operation_id="medicine",
    tags=[_TAG],
    responses=gives("MedicineDocument", "One medicine, with sources.", 404),
)
def medicine(id: str, _: SignedIn, use: Use) -> Response:
    """One medicine with every fact of its record."""
    try:
        found = use.knowledge.medicines.get(id)
    except KnowledgeError:
        raise NotFoundError("medicine") from None
    facts = tuple(index_of(use.knowledge).find_facts(table=f"medicine/{found.id}"))
    named = dict.fromkeys(source for fact in facts for source in fact.sources)
    return answers.json(
        shapes.MedicineDocument(
            release=use.knowledge.release.number,
            medicine=found,
            facts=facts,
            sources=tuple(use.knowledge.sources[source] for source in named),
        )
    )


@routes.get(
    "/evidence",
    operation_id="evidence",
    tags=[_TAG],
    responses=gives("QuestionPage", "Questions, pooled and graded where studies answer.", 422),
)
def questions(
    _: SignedIn, request: Request, use: Use, limit: Limit = 50, offset: Offset = 0
) -> Response:
    """Every question of the base of evidence."""
    table = use.knowledge.evidence
    pooled = {effect.id: effect for effect in table.pooled}
    rows, further = answers.page_of(table.questions.questions, offset, limit, request)
    items = []
    for one in rows:
        effect = pooled.get(one.id)
        items.append(
            shapes.QuestionLine(
                id=one.id,
                option=one.option,
                comparator=one.comparator_words,
                outcome=one.outcome,
                answered=effect is not None,
                certainty=effect.certainty.value if effect else None,
                k=effect.k if effect else None,
                url=answers.path("evidence", one.id) if effect else None,
            )
        )
    return answers.json(shapes.QuestionPage(items=tuple(items), next=further))


@routes.get(
    "/evidence/{id}",
    operation_id="question",
    tags=[_TAG],
    responses=gives("QuestionDocument", "The pooled effect, its grading and its studies.", 404),
)
def question(id: str, _: SignedIn, use: Use) -> Response:
    """One question with its pooled and graded answer."""
    try:
        effect = use.knowledge.evidence.pool(id)
    except KeyError:
        raise NotFoundError("pooled answer") from None
    made = evidence.QuestionDocument(provenance=evidence.provenance(use.knowledge), effect=effect)
    return answers.json(made)


@routes.get(
    "/sources",
    operation_id="sources",
    tags=[_TAG],
    responses=gives("SourcePage", "Sources by id.", 422),
)
def sources(
    _: SignedIn,
    request: Request,
    use: Use,
    q: Words = "",
    limit: Limit = 50,
    offset: Offset = 0,
) -> Response:
    """Find sources by words of their citation, DOI or PMID."""
    index = index_of(use.knowledge)
    rows, further = answers.page_of(index.find_sources(q), offset, limit, request)
    items = tuple(
        shapes.SourceLine(
            id=one.id,
            cite=one.cite,
            facts=len(index.facts_of_source[one.id]),
            url=answers.path("sources", one.id),
        )
        for one in rows
    )
    return answers.json(shapes.SourcePage(items=items, next=further))


@routes.get(
    "/sources/{id}",
    operation_id="source",
    tags=[_TAG],
    responses=gives("SourceDocument", "One source and the facts that rest on it.", 404),
)
def source(id: str, _: SignedIn, use: Use) -> Response:
    """One source with the ids of every fact that rests on it."""
    found = use.knowledge.sources.get(id)
    if found is None:
        raise NotFoundError("source")
    return answers.json(
        shapes.SourceDocument(
            release=use.knowledge.release.number,
            source=found,
            facts=index_of(use.knowledge).facts_of_source[id],
        )
    )


@routes.get(
    "/facts",
    operation_id="facts",
    tags=[_TAG],
    responses=gives("FactPage", "Facts by id.", 422),
)
def facts(
    _: SignedIn,
    request: Request,
    use: Use,
    q: Words = "",
    table: Annotated[str, Query(max_length=40, description="First step of the id.")] = "",
    limit: Limit = 50,
    offset: Offset = 0,
) -> Response:
    """Find facts by words of their subject, quantity, value and conditions."""
    found = index_of(use.knowledge).find_facts(q, table=table)
    rows, further = answers.page_of(found, offset, limit, request)
    return answers.json(shapes.FactPage(items=tuple(rows), next=further))


@routes.get(
    "/facts/{id:path}",
    operation_id="fact",
    tags=[_TAG],
    responses=gives("CitedFact", "One fact as it can be cited.", 404),
)
def fact(id: str, _: SignedIn, use: Use) -> Response:
    """One fact: statement, value, interval, conditions, where it was read, how to cite it."""
    return answers.json(cited(id, use))


def cited(fact_id: str, use: Services) -> shapes.CitedFact:
    """One fact as it can be cited. Raises ``NotFoundError``."""
    try:
        citation = use.knowledge.cite(fact_id)
    except KnowledgeError:
        raise NotFoundError("fact") from None
    return shapes.CitedFact(
        release=use.knowledge.release.number,
        statement=citation.statement,
        fact=use.knowledge.fact(fact_id),
        sources=citation.sources,
        permalink=answers.absolute(use, f"/facts/{fact_id}"),
    )
