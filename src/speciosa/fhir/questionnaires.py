"""Questionnaire resources: the instruments, the question on difficulty, and our case form.

Wording of a question is in them only where its licence lets us reproduce it; elsewhere the number
of the question stands for it, and whoever asks needs the form itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from speciosa.case.vocabulary import Difficulty
from speciosa.fhir import canonical
from speciosa.fhir.case_fields import Field, Kind, case_fields

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.codes import Code
    from speciosa.knowledge.instruments import Instrument

Element = dict[str, Any]

NAMES = ("gad7", "phq9", "isi", "audit_c", "difficulty", "case")
_LOWEST = "http://hl7.org/fhir/StructureDefinition/minValue"
_HIGHEST = "http://hl7.org/fhir/StructureDefinition/maxValue"


def questionnaire(name: str, knowledge: Knowledge) -> Element:
    """A Questionnaire by name (one of ``NAMES``). Raises ``KeyError`` for another name."""
    if name not in NAMES:
        raise KeyError(name)
    if name == "case":
        return _case_form(knowledge)
    items = [dict(item) for item in instrument_items(knowledge, name)]
    title = _title(knowledge, name)
    codes = knowledge.codes
    panel = codes.confirmed(f"instrument/{name}/panel")
    made = _form(knowledge, name, title, items)
    if panel is not None:
        made["code"] = [_coding(panel)]
    return made


def instrument_items(knowledge: Knowledge, name: str) -> list[Element]:
    """The items of an instrument's form, in order."""
    if name == "difficulty":
        return [_difficulty(knowledge)]
    instrument = knowledge.instruments.by_id[name]
    if instrument.items and instrument.answers:
        return [_printed(knowledge, instrument, item.number) for item in instrument.items]
    return [_unprinted(knowledge, instrument, n + 1) for n in range(instrument.item_count or 0)]


# ------------------------------------------------------------------ instruments


def _printed(knowledge: Knowledge, instrument: Instrument, number: int) -> Element:
    item = instrument.items[number - 1]
    return {
        **_coded(knowledge, f"instrument/{instrument.id}/item/{number}", str(number)),
        "prefix": f"{number}.",
        "text": item.text,
        "type": "choice",
        "answerOption": [
            {"valueCoding": _option(knowledge, instrument.id, answer.score)}
            for answer in instrument.answers
        ],
    }


def _option(knowledge: Knowledge, instrument: str, score: int) -> Element:
    return _scored(knowledge.codes.needed(f"instrument/{instrument}/answer/{score}"), score)


def _scored(code: Code, score: int) -> Element:
    return {
        "extension": [{"url": canonical.ORDINAL, "valueDecimal": score}],
        **_coding(code),
    }


def _unprinted(knowledge: Knowledge, instrument: Instrument, number: int) -> Element:
    low, high = instrument.item_low, instrument.item_high
    return {
        **_coded(knowledge, f"instrument/{instrument.id}/item/{number}", str(number)),
        "prefix": f"{number}.",
        "text": f"{instrument.name} question {number}: points {low} to {high}; ask with the form",
        "type": "integer",
        "extension": [
            {"url": _LOWEST, "valueInteger": low},
            {"url": _HIGHEST, "valueInteger": high},
        ],
    }


def _difficulty(knowledge: Knowledge) -> Element:
    question = knowledge.codes.needed("difficulty/question")
    options = [
        {"valueCoding": _scored(knowledge.codes.needed(f"difficulty/answer/{word}"), score)}
        for score, word in enumerate(Difficulty)
    ]
    return {
        **_coded(knowledge, "difficulty/question", "difficulty"),
        "text": question.display.partition(" [")[0],
        "type": "choice",
        "answerOption": options,
    }


def _coded(knowledge: Knowledge, key: str, otherwise: str) -> Element:
    code = knowledge.codes.confirmed(key)
    if code is None:
        return {"linkId": otherwise}
    return {"linkId": f"/{code.code}", "code": [_coding(code)]}


def _coding(code: Code) -> Element:
    one = {"system": code.url, "code": code.code}
    return one | {"display": code.display} if code.named else one


def _title(knowledge: Knowledge, name: str) -> str:
    if name == "difficulty":
        return "How difficult the problems made daily life"
    instrument = knowledge.instruments.by_id[name]
    return f"{instrument.full_name} ({instrument.name})"


def _form(knowledge: Knowledge, name: str, title: str, items: list[Element]) -> Element:
    release = knowledge.release
    loinc = any("code" in item for item in items)
    made: Element = {
        "resourceType": "Questionnaire",
        "id": name.replace("_", "-"),
        "url": canonical.questionnaire(name),
        "version": release.number,
        "name": "".join(part.capitalize() for part in name.split("_")),
        "title": title,
        "status": "active",
        "subjectType": ["Patient"],
        "date": release.date,
        "publisher": "Speciosa",
        "item": items,
    }
    if loinc:
        made["copyright"] = knowledge.codes.systems["loinc"].notice
    return made


# ------------------------------------------------------------------ the case


def _case_form(knowledge: Knowledge) -> Element:
    made = _form(
        knowledge, "case", "The case as Speciosa reads it", [*map(_case_item, case_fields())]
    )
    made["description"] = (
        "Made from the schema of a case: the linkId is the path of the field. In a response a "
        "field that was not given has no item."
    )
    return made


def _case_item(field: Field) -> Element:
    words = field.name.replace("_", " ")
    item: Element = {"linkId": field.path, "text": words, "type": field.type}
    if field.required:
        item["required"] = True
    if field.kind in (Kind.PARTS, Kind.WORDS):
        item["repeats"] = True
    if field.words:
        item["answerOption"] = [{"valueString": word} for word in field.words]
    if field.kind is Kind.ANSWERS:
        numbers = range(1, field.count + 1)
        inner = [_numbered(field, number) for number in numbers]
        return item | {"type": "group", "item": inner}
    if field.fields:
        return item | {"type": "group", "item": [*map(_case_item, field.fields)]}
    return item


def _numbered(field: Field, number: int) -> Element:
    return {"linkId": f"{field.path}.{number}", "text": f"answer {number}", "type": field.type}
