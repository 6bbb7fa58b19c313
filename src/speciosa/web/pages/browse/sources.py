"""Sources with the facts that rest on them, and facts as they can be cited."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from speciosa.errors import KnowledgeError
from speciosa.knowledge.index import index_of
from speciosa.web.pages.browse import show
from speciosa.web.pages.browse.show import Number, SignedIn, Words
from speciosa.web.services import Use

router = APIRouter()
_SIZE = 50
_TABLES = {
    "care": "Guidelines, treatments and follow-up",
    "codes": "Codes of terminologies",
    "ddi": "Interaction model",
    "evidence": "Evidence",
    "instrument": "Questionnaires",
    "kratom": "Pharmacology of kratom",
    "law": "Law",
    "medicine": "Medicines",
    "models": "Models of exposure",
    "population": "Simulated populations",
    "safety": "Safety",
}


@router.get("/sources")
def sources(
    request: Request, _: SignedIn, use: Use, q: Words = "", number: Number = 1
) -> HTMLResponse:
    """Every source, with the number of facts that rest on it."""
    index = index_of(use.knowledge)
    part = show.part_of(index.find_sources(q), number, _SIZE, request)
    return show.page(request, "sources", use, q=q, part=part, facts_of=index.facts_of_source)


@router.get("/sources/{id}")
def source(request: Request, id: str, _: SignedIn, use: Use, number: Number = 1) -> HTMLResponse:
    """One source and the facts that rest on it."""
    found = use.knowledge.sources.get(id)
    if found is None:
        return show.not_there(request, "source", "/sources")
    ids = index_of(use.knowledge).facts_of_source[id]
    part = show.part_of(ids, number, _SIZE, request)
    cited = [use.knowledge.cite(fact_id) for fact_id in part.rows]
    return show.page(request, "source", use, source=found, part=part, cited=cited)


@router.get("/facts")
def facts(
    request: Request,
    _: SignedIn,
    use: Use,
    q: Words = "",
    table: Annotated[str, Query(max_length=40)] = "",
    number: Number = 1,
) -> HTMLResponse:
    """Find facts by words, in the whole base or in one table."""
    index = index_of(use.knowledge)
    part = show.part_of(index.find_facts(q, table=table), number, _SIZE, request)
    tables = [
        (name, f"{_TABLES.get(name, name)} ({count})") for name, count in index.tables.items()
    ]
    return show.page(request, "facts", use, q=q, table=table, part=part, tables=tables)


@router.get("/facts/{id:path}")
def fact(request: Request, id: str, _: SignedIn, use: Use) -> HTMLResponse:
    """One fact: what it says, where it was read, and how to cite it."""
    try:
        citation = use.knowledge.cite(id)
    except KnowledgeError:
        return show.not_there(request, "fact", "/facts")
    return show.page(
        request,
        "fact",
        use,
        fact=use.knowledge.fact(id),
        citation=citation,
        permalink=f"{use.settings.base_url}{show.fact_path(id)}",
    )
