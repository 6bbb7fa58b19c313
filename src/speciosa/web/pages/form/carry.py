"""What an earlier case hands to a new one: what lasts, never what was felt or asked that day."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from speciosa.web.pages.form.document import Document

_LASTS = ("place", "person", "conditions", "medicines", "kratom", "preferences", "earlier", "labs")
_OF_THE_DAY = ("last_use_hours_ago", "cut_down_recently", "note")
_PERSON_OF_THE_DAY = ("pregnancy", "pregnancy_weeks", "breast_feeding")
_SCORED = ("gad7", "phq9", "isi")


def carried(document: Mapping[str, Any]) -> Document:
    """The document of a new case, without a date.

    Answers, danger signs, pregnancy and the hours since the last use are left out: they were of
    that day, and missing never means unchanged. Its totals join the earlier scores.
    """
    kept: Document = {name: copy.deepcopy(document[name]) for name in _LASTS if document.get(name)}
    for name in _OF_THE_DAY:
        kept.get("kratom", {}).pop(name, None)
    for name in _PERSON_OF_THE_DAY:
        kept.get("person", {}).pop(name, None)
    substances = [
        {name: value for name, value in substance.items() if name != "last_use_hours_ago"}
        for substance in document.get("substances", ())
    ]
    if substances:
        kept["substances"] = substances
    totals = {name: total for name in _SCORED if (total := _total(document, name)) is not None}
    if totals and document.get("date"):
        earlier = [*kept.get("earlier", ()), {"date": document["date"], **totals}]
        kept["earlier"] = sorted(earlier, key=lambda one: str(one["date"]))
    return kept


def _total(document: Mapping[str, Any], instrument: str) -> int | None:
    part = (document.get("symptoms") or {}).get(instrument) or {}
    total, answers = part.get("total"), part.get("answers") or [None]
    if total is not None:
        return int(total)
    return None if None in answers else sum(answers)
