"""Questionnaires of a record, from Observations and from QuestionnaireResponses, by sitting."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from speciosa.case.model import AuditC, Earlier, Gad7, Isi, Phq9
from speciosa.fhir.read import danger
from speciosa.fhir.read.bundle import name_of
from speciosa.fhir.read.dates import exact, not_after, when
from speciosa.fhir.read.result import fits
from speciosa.fhir.shape import a_dict, dicts, number, text
from speciosa.knowledge.reading import record_words

if TYPE_CHECKING:
    from pydantic import BaseModel

    from speciosa.fhir.read.result import Reading
    from speciosa.knowledge import Knowledge

_PARTS: Mapping[str, tuple[type[BaseModel], int]] = {
    "gad7": (Gad7, 7),
    "phq9": (Phq9, 9),
    "isi": (Isi, 7),
    "audit_c": (AuditC, 3),
}
_IN_EARLIER = ("gad7", "phq9", "isi")
_ORDINAL = (
    "http://hl7.org/fhir/StructureDefinition/ordinalValue",
    "http://hl7.org/fhir/StructureDefinition/itemWeight",
)
_LOINC = "http://loinc.org"
_NO_RESULT = frozenset({"entered-in-error", "cancelled", "registered"})
_MAX_ITEMS = 2_000
ITEM9 = 9
_ITEM9 = ("phq9", "item/9")
_MOST = 3
# Eight answers of at most 3: what a total holds beyond it is of item 9.
_MOST_WITHOUT_ITEM9 = 8 * _MOST
_BY_TOTAL = "the total of the PHQ-9 shows that item 9 was answered above 0"
_NO_DAY = "a score without the day it was taken"
_PHQ9 = re.compile(r"phq[\s_-]?9")
_NINTH = re.compile(r"(?:^|\D)0?9$")
_DIGITS = re.compile(r"\d{1,2}")


class Answered(msgspec.Struct, kw_only=True):
    """What is known of one sitting of one instrument."""

    instrument: str
    date: dt.date
    resources: list[str] = msgspec.field(default_factory=list)
    items: dict[int, int] = msgspec.field(default_factory=dict)
    totals: set[int] = msgspec.field(default_factory=set)
    clashes: bool = False


class Scores:
    """Gathers answers and totals by instrument and day; then puts them into the case."""

    def __init__(self, reading: Reading, knowledge: Knowledge, today: dt.date) -> None:
        self._reading, self._knowledge, self._today = reading, knowledge, today
        self._found: dict[tuple[str, dt.date], Answered] = {}
        self._undated: list[tuple[str, int]] = []  # item 9 above 0, with its resource

    # -------------------------------------------------------------- in

    def observation(self, resource: dict[str, Any]) -> bool:
        """Take an Observation that is one of these; ``False`` when it is not."""
        measured = [resource, *dicts(resource.get("component"))]
        keys = [(one, self._key(a_dict(one.get("code")))) for one in measured]
        mine = [(one, key) for one, key in keys if key is not None]
        if not mine:
            return False
        here = name_of(resource)
        if text(resource.get("status")) in _NO_RESULT:
            self._reading.ignore(here, "its status says that it is no result")
            return True
        date = self._date(resource, here, "effectiveDateTime", "effectivePeriod", "issued")
        for one, (instrument, part) in mine:
            if part == "panel":
                continue
            value = self._value(one, instrument, part)
            if value is None:
                why = "its value is no possible score"
                self._unread(here, instrument, part, why)
            else:
                self._take(instrument, date, here, part, value)
        return True

    def response(self, resource: dict[str, Any]) -> bool:
        """Take the answers of a QuestionnaireResponse; ``False`` when none is of ours."""
        here, status = name_of(resource), text(resource.get("status"))
        form = text(resource.get("questionnaire")).casefold()
        keyed = [(item, self._item_key(item, form)) for item in _items(resource)]
        answers = [(key, self._answer(item, *key)) for item, key in keyed if key is not None]
        if not answers:
            return False
        if status == "entered-in-error":
            self._reading.ignore(here, "its status says that it was an error")
            return True
        complete = status in {"completed", "amended", "in-progress"}
        if not complete:
            self._reading.ignore(here, "its status says that it was not completed")
        date = self._date(resource, here, "authored")
        for (instrument, part), value in answers:
            if value is None:
                self._unread(here, instrument, part, "an answer that cannot be read")
            elif complete or _is_item9(instrument, part):
                self._take(instrument, date, here, part, value)
        return True

    def left_out(self, resource: dict[str, Any]) -> None:
        """Ask for an item 9 in an entry that is not read, unless it is answered with 0."""
        kind = text(resource.get("resourceType"))
        if kind == "Observation":
            measured = [resource, *dicts(resource.get("component"))]
            keys = [(one, self._key(a_dict(one.get("code")))) for one in measured]
            values = [self._value(one, *key) for one, key in keys if key and _is_item9(*key)]
        elif kind == "QuestionnaireResponse":
            form = text(resource.get("questionnaire")).casefold()
            asked = [(item, self._item_key(item, form)) for item in _items(resource)]
            values = [self._answer(item, *key) for item, key in asked if key and _is_item9(*key)]
        else:
            return
        if any(value != 0 for value in values):
            question = f"{danger.ASK}: an entry with item 9 of the PHQ-9 was left out."
            danger.ask(self._reading, question)

    def _unread(self, here: str, instrument: str, part: str, why: str) -> None:
        self._reading.ignore(here, why, instrument)
        if _is_item9(instrument, part):
            danger.ask(self._reading, danger.UNREAD_ITEM9)

    def _take(
        self, instrument: str, date: dt.date | None, here: str, part: str, value: int
    ) -> None:
        if date is not None:
            self._put(instrument, date, here, part, value)
        elif _is_item9(instrument, part) and value > 0:
            self._undated.append((here, value))
        elif instrument == "phq9" and part == "total" and value > _MOST_WITHOUT_ITEM9:
            self._undated.append((here, value - _MOST_WITHOUT_ITEM9))

    def _date(self, resource: dict[str, Any], here: str, *fields: str) -> dt.date | None:
        told = when(resource, *fields)
        date = not_after(told, self._today)
        if date is None:
            late = exact(told) is not None
            why = "dated after the day of the case" if late else _NO_DAY
            self._reading.ignore(here, why)
        return date

    def _key(self, concept: dict[str, Any]) -> tuple[str, str] | None:
        for coding in dicts(concept.get("coding")):
            if found := self._meant(text(coding.get("system")), text(coding.get("code"))):
                return found
        shown = [text(concept.get("text")), *(text(c.get("display")) for c in _codings(concept))]
        return _ITEM9 if any(map(danger.names_item9, shown)) else None

    def _meant(self, system: str, code: str) -> tuple[str, str] | None:
        for meant in self._knowledge.codes.find(system, code):
            kind, _, rest = meant.key.partition("/")
            instrument, _, part = rest.partition("/")
            if kind == "instrument" and instrument in _PARTS and not part.startswith("answer/"):
                return instrument, part
        return None

    def _value(self, measured: dict[str, Any], instrument: str, part: str) -> int | None:
        told = number(a_dict(measured.get("valueQuantity")).get("value"))
        if told is None:
            told = number(measured.get("valueInteger"))
        if told is None:
            told = self._coded(a_dict(measured.get("valueCodeableConcept")), instrument)
        if told is None:
            told = _worded(measured.get("valueString"), instrument)
        if a_dict(measured.get("valueQuantity")).get("comparator"):
            return None
        return self._possible(told, instrument, part)

    def _possible(self, told: float | None, instrument: str, part: str) -> int | None:
        if told is None or told != int(told):
            return None
        build, count = _PARTS[instrument]
        value = int(told)
        if part == "total":
            return value if fits(build, {"total": value}) else None
        answers = [value] + [None] * (count - 1)
        return value if fits(build, {"answers": answers}) else None

    def _coded(self, concept: dict[str, Any], instrument: str) -> float | None:
        for coding in dicts(concept.get("coding")):
            if (found := self._score(coding, instrument)) is not None:
                return found
        return _worded(concept.get("text"), instrument)

    def _score(self, coding: dict[str, Any], instrument: str) -> float | None:
        for extension in dicts(coding.get("extension")):
            if text(extension.get("url")) in _ORDINAL:
                return number(extension.get("valueDecimal"))
        system, code = text(coding.get("system")) or _LOINC, text(coding.get("code"))
        for meant in self._knowledge.codes.find(system, code):
            start, _, score = meant.key.rpartition("/")
            if start == f"instrument/{instrument}/answer":
                return float(score)
        return _worded(coding.get("display"), instrument)

    def _answer(self, item: dict[str, Any], instrument: str, part: str) -> int | None:
        answers = dicts(item.get("answer"))
        if len(answers) != 1:
            return None
        answer = answers[0]
        told = number(answer.get("valueInteger"))
        if told is None:
            told = number(answer.get("valueDecimal"))
        if told is None:
            told = self._score(a_dict(answer.get("valueCoding")), instrument)
        if told is None:
            told = _worded(answer.get("valueString"), instrument)
        return self._possible(told, instrument, part)

    def _item_key(self, item: dict[str, Any], form: str) -> tuple[str, str] | None:
        link = text(item.get("linkId"))
        by_code = self._meant(_LOINC, link.rpartition("/")[2])
        if by_code is not None and by_code[1] != "panel":
            return by_code
        instrument, _, number_ = link.partition(".")
        if instrument in _PARTS and number_.isdigit():
            return instrument, f"item/{int(number_)}"
        if instrument in _PARTS and number_ == "total":
            return instrument, "total"
        # A group may be called by the name of the questionnaire, which ends in 9 too.
        ninth = _PHQ9.search(form) and _NINTH.search(_PHQ9.sub("", link.casefold()))
        return _ITEM9 if ninth or danger.names_item9(text(item.get("text"))) else None

    def _put(self, instrument: str, date: dt.date, here: str, part: str, value: int) -> None:
        held = self._found.setdefault(
            (instrument, date), Answered(instrument=instrument, date=date)
        )
        if here not in held.resources:
            held.resources.append(here)
        if part == "total":
            held.totals.add(value)
            return
        item = int(part.rpartition("/")[2])
        # Answered twice on one day: for item 9 the answer that warns counts, else neither.
        if held.items.get(item, value) != value:
            held.clashes = True
            value = max(value, held.items[item])
        held.items[item] = value

    # -------------------------------------------------------------- out

    def put(self) -> None:
        """Put the newest sitting of each instrument into the case, older ones into earlier."""
        earlier: dict[dt.date, dict[str, Any]] = {}
        for instrument in _PARTS:
            sittings = sorted(
                (s for s in self._found.values() if s.instrument == instrument),
                key=lambda s: s.date,
                reverse=True,
            )
            for i, sitting in enumerate(sittings):
                old = (self._today - sitting.date).days > record_words().days.score_current
                if i == 0 and not old:
                    self._put_newest(sitting)
                else:
                    self._put_earlier(sitting, earlier)
            if instrument == "phq9":
                self._keep_item9(sittings)
        for date in sorted(earlier):
            self._reading.add("earlier", {"date": date, **earlier[date]})

    def _put_newest(self, sitting: Answered) -> None:
        fields, note = _fields(sitting)
        build = _PARTS[sitting.instrument][0]
        said = f"{sitting.instrument} of {sitting.date.isoformat()}"
        if not fields or not fits(build, fields):
            for here in sitting.resources:
                self._reading.ignore(here, "its answers and its total do not fit together", said)
            return
        self._reading.part("symptoms")[sitting.instrument] = fields
        for here in sitting.resources:
            self._reading.use(here, f"symptoms.{sitting.instrument}", said, note)

    def _put_earlier(self, sitting: Answered, earlier: dict[dt.date, dict[str, Any]]) -> None:
        total = _total(sitting)
        said = f"{sitting.instrument} of {sitting.date.isoformat()}"
        if total is None or sitting.instrument not in _IN_EARLIER:
            for here in sitting.resources:
                self._reading.ignore(here, "an older sitting without a total", said)
            return
        if fits(Earlier, {"date": sitting.date, sitting.instrument: total}):
            earlier.setdefault(sitting.date, {})[sitting.instrument] = total
            for here in sitting.resources:
                self._reading.use(here, "earlier", said)

    def _keep_item9(self, sittings: Sequence[Answered]) -> None:
        """An answer above 0 to item 9 is never lost behind a newer score, nor for its date."""
        told = [(s, score) for s in sittings if (score := _least_item9(s)) is not None]
        recent = [pair for pair in told if self._asks_now(pair[0], told[0][0])]
        warning = next(((s, score) for s, score in recent if score > 0), None)
        if warning is not None:
            sitting, score = warning
            said = f"item 9 of the PHQ-9 was {score} on {sitting.date.isoformat()}"
            if ITEM9 not in sitting.items:
                said = f"{_BY_TOTAL}, {sitting.date.isoformat()}"
            danger.ask(self._reading, f"{danger.ASK} now: {said}.")
            if sitting is told[0][0]:
                self._warn(sitting.resources[0], score, sitting.date, said)
        if self._undated:
            here, score = max(self._undated, key=lambda pair: pair[1])
            said = f"item 9 of the PHQ-9 was {score}, and the record does not say when"
            danger.ask(self._reading, f"{danger.ASK} now: {said}.")
            self._warn(here, score, None, said)

    def _asks_now(self, sitting: Answered, newest: Answered) -> bool:
        """Whether a sitting is the newest with item 9, or so near that its answer is asked."""
        days = record_words().days.score_current
        return sitting is newest or (self._today - sitting.date).days <= days

    def _warn(self, here: str, score: int, date: dt.date | None, said: str) -> None:
        """Put an item 9 above 0 into the case, unless what is there warns already."""
        held = self._reading.part("symptoms").get("phq9") or {}
        if (_item9(held) or 0) > 0:
            return
        told = {f: held[f] for f in ("total", "date") if f in held}
        if held.get("answers") and None not in held["answers"]:
            told["total"] = sum(held["answers"])
        day = {"date": date} if date else {}
        ways = ({**held, "item9": score}, {**told, "item9": score}, {**day, "item9": score})
        newest = next(way for way in ways if (held or way is ways[2]) and fits(Phq9, way))
        self._reading.part("symptoms")["phq9"] = newest
        note = "kept, although newer or other scores do not hold it"
        self._reading.use(here, "symptoms.phq9.item9", said, note)


def _is_item9(instrument: str, part: str) -> bool:
    return (instrument, part) == _ITEM9


def _least_item9(sitting: Answered) -> int | None:
    """Item 9 as answered, or what the total leaves for it at least; ``None``: not known."""
    if ITEM9 in sitting.items:
        return sitting.items[ITEM9]
    others = [sitting.items.get(i, 3) for i in range(1, ITEM9)]
    least = max(sitting.totals, default=0) - sum(others)
    return least if 0 < least <= _MOST else None


def _worded(value: object, instrument: str) -> float | None:
    """A number written as text, or one of the four answers of the PHQ-9 and GAD-7 in words."""
    said = text(value)
    if _DIGITS.fullmatch(said):
        return float(said)
    return danger.score_of_words(said) if instrument in {"phq9", "gad7"} else None


def _codings(concept: dict[str, Any]) -> list[dict[str, Any]]:
    return dicts(concept.get("coding"))


def _item9(phq9: dict[str, Any]) -> int | None:
    answers = phq9.get("answers")
    found: int | None = phq9.get("item9")
    return answers[ITEM9 - 1] if found is None and answers else found


def _fields(sitting: Answered) -> tuple[dict[str, Any], str]:
    count = _PARTS[sitting.instrument][1]
    fields: dict[str, Any] = {"date": sitting.date}
    notes = ["an item was answered twice, differently: the higher answer was taken"]
    note = notes[0] if sitting.clashes else ""
    complete = len(sitting.items) == count
    if sitting.items and (complete or not sitting.totals):
        answers = tuple(sitting.items.get(i) for i in range(1, count + 1))
        fields["answers"] = answers
        if complete and sitting.totals and sitting.totals != {sum(sitting.items.values())}:
            return fields, "the total is not the sum of the answers: the answers were taken"
        return fields, note
    if len(sitting.totals) != 1:
        fields["total"] = max(sitting.totals, default=None)
        note = "two totals on one day: the higher one was taken"
        if fields["total"] is None:
            return {}, ""
    else:
        (fields["total"],) = sitting.totals
    if sitting.instrument == "phq9" and ITEM9 in sitting.items:
        fields["item9"] = sitting.items[ITEM9]
    return fields, note


def _total(sitting: Answered) -> int | None:
    if len(sitting.items) == _PARTS[sitting.instrument][1]:
        return sum(sitting.items.values())
    return max(sitting.totals, default=None)


def _items(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    stack = [*reversed(dicts(resource.get("item")))]
    seen = 0
    while stack and seen < _MAX_ITEMS:
        item = stack.pop()
        seen += 1
        yield item
        stack += reversed(dicts(item.get("item")))
        for answer in dicts(item.get("answer")):
            stack += reversed(dicts(answer.get("item")))
