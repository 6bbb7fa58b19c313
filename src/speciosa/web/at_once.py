"""What a form asks for at once, however incomplete the rest of it is: item 9 and danger signs.

A draft is no case yet, and may never become one; what stands in it is on record all the same.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from speciosa.case import Case, parse_case, vocabulary
from speciosa.clinical import safety
from speciosa.clinical.safety.result import UrgentResult, UrgentStatus
from speciosa.errors import InputError
from speciosa.web.place_names import place_code

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge

_AT_ONCE = frozenset({UrgentStatus.EMERGENCY, UrgentStatus.SAME_DAY, UrgentStatus.SOON})
_ITEM9 = ("symptoms.phq9.answers.8", "symptoms.phq9.item9")
_TOTAL = "symptoms.phq9.total"
_POINTS = re.compile(r"[0-9]{1,3}")
_MOST_POINTS, _HIGHEST_TOTAL = 3, 27


def of_fields(
    fields: Mapping[str, Sequence[str]], knowledge: Knowledge, today: dt.date
) -> UrgentResult | None:
    """The route for the texts of the case form by their names; ``None`` where none is asked for."""
    return _asked(safety.assess(case_of(fields, knowledge, today), knowledge).urgent)


def of_draft(body: bytes, knowledge: Knowledge, today: dt.date) -> UrgentResult | None:
    """The route for what stands in a draft (the body of a ``Kind.DRAFT`` record)."""
    return _asked(safety.assess(case_of_draft(body, knowledge, today), knowledge).urgent)


def case_of_draft(body: bytes, knowledge: Knowledge, date: dt.date) -> Case:
    """Item 9, the danger signs and the place of a draft, as a case that holds nothing else."""
    found = json.loads(body)
    fields = found.get("fields")
    typed = fields if isinstance(fields, dict) else _as_typed(_part(found, "base"))
    return case_of(typed, knowledge, date)


def case_of(fields: Mapping[str, Sequence[str]], knowledge: Knowledge, date: dt.date) -> Case:
    """The same of the texts of the case form; what cannot be read is left out."""
    typed = {name: texts[-1].strip() for name, texts in fields.items() if texts}
    document: dict[str, Any] = {"date": date.isoformat(), "signs": _signs(typed)}
    if phq9 := _phq9(typed):
        document["symptoms"] = {"phq9": phq9}
    if code := place_code(typed.get("place", ""), knowledge):
        try:
            return parse_case({**document, "place": code})
        except InputError:
            pass  # a place that is none must not take the route away
    return parse_case(document)


def _phq9(typed: Mapping[str, str]) -> dict[str, int]:
    """The worst that stands there for item 9; else the total, which may need it."""
    given = [points for name in _ITEM9 if (points := _whole(typed.get(name, ""))) is not None]
    if given:
        return {"item9": min(max(given), _MOST_POINTS)}
    total = _whole(typed.get(_TOTAL, ""))
    return {} if total is None else {"total": min(total, _HIGHEST_TOTAL)}


def _signs(typed: Mapping[str, str]) -> dict[str, list[str]]:
    return {
        kind: [sign.value for sign in vocabulary.Sign if typed.get(f"signs.{sign}") == kind]
        for kind in ("present", "absent")
    }


def _as_typed(base: Mapping[str, Any]) -> dict[str, list[str]]:
    """A document, which may be no case, in the names of the form."""
    phq9, signs = _part(_part(base, "symptoms"), "phq9"), _part(base, "signs")
    answers = phq9.get("answers")
    last = answers[8:9] if isinstance(answers, list) else []
    values = {
        _ITEM9[0]: last,
        _ITEM9[1]: [phq9.get("item9")],
        _TOTAL: [phq9.get("total")],
        "place": [base.get("place")],
    }
    for kind in ("absent", "present"):
        listed = signs.get(kind)
        names = listed if isinstance(listed, list) else []
        values |= {f"signs.{name}": [kind] for name in names}
    return {name: [str(v) for v in given if v is not None] for name, given in values.items()}


def _part(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def _asked(found: UrgentResult) -> UrgentResult | None:
    return found if found.status in _AT_ONCE else None


def _whole(text: str) -> int | None:
    return int(text) if _POINTS.fullmatch(text) else None
