"""What an earlier case hands to a new one: what lasts, never what was felt, asked or taken then."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from speciosa.web.pages.form.document import Document

_LASTS = ("place", "person", "conditions", "medicines", "preferences", "labs")
# Of kratom: what was bought and since when. How much is asked anew: an old amount hides a rise.
_KRATOM_LASTS = ("since", "reasons", "attempts_to_stop")
_PRODUCT_LASTS = ("form", "label", "strain", "analysis")
_USING = "using"
_PERSON_OF_THE_DAY = ("pregnancy", "pregnancy_weeks", "breast_feeding")
_SCORED = ("gad7", "phq9", "isi")


def carried(document: Mapping[str, Any]) -> Document:
    """The document of a new case, without a date.

    Answers, danger signs, side effects, criteria, amounts of kratom, pregnancy and what is
    measured without a date of its own were of that day: missing never means unchanged. A
    laboratory value keeps the day on which it was true. Totals join the earlier scores.
    """
    kept: Document = {name: copy.deepcopy(document[name]) for name in _LASTS if document.get(name)}
    for name in _PERSON_OF_THE_DAY:
        kept.get("person", {}).pop(name, None)
    kept.get("person", {}).get("kidney", {}).pop("egfr_ml_min_1_73m2", None)
    for value in kept.get("labs", ()):
        value.setdefault("date", document["date"])
    if kratom := _kratom(document.get("kratom") or {}):
        kept["kratom"] = kratom
    substances = [
        {name: value for name, value in substance.items() if name != "last_use_hours_ago"}
        for substance in document.get("substances", ())
    ]
    if substances:
        kept["substances"] = substances
    if earlier := _earlier(document):
        kept["earlier"] = earlier
    return kept


def _kratom(use: Mapping[str, Any]) -> Document:
    """The products without amounts. Only current use stays said; all else is asked anew."""
    kept = {name: copy.deepcopy(use[name]) for name in _KRATOM_LASTS if use.get(name) is not None}
    products = [
        {name: copy.deepcopy(product[name]) for name in _PRODUCT_LASTS if name in product}
        for product in use.get("products", ())
    ]
    if products:
        kept["products"] = products
    if use.get("status") == _USING:
        kept["status"] = _USING
    return kept


def _earlier(document: Mapping[str, Any]) -> list[Document]:
    """The earlier scores with those of this case, each once and on its own day."""
    by_day: dict[str, Document] = {}
    rest = []
    for visit in document.get("earlier", ()):
        if visit["date"] in by_day:
            rest.append(dict(visit))
        else:
            by_day[visit["date"]] = dict(visit)
    for name, day, total in _totals(document):
        by_day.setdefault(day, {"date": day}).setdefault(name, total)
    return sorted([*by_day.values(), *rest], key=lambda one: str(one["date"]))


def _totals(document: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
    for name in _SCORED:
        part = (document.get("symptoms") or {}).get(name) or {}
        total, answers = part.get("total"), part.get("answers") or [None]
        if total is None and None not in answers:
            total = sum(answers)
        if total is not None and document.get("date"):
            yield name, part.get("date") or document["date"], int(total)
