"""What was answered: a response for each instrument, and one that holds the whole case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from speciosa.case.vocabulary import Difficulty
from speciosa.fhir import canonical, case_form
from speciosa.fhir.questionnaires import instrument_items
from speciosa.fhir.write.context import Entry, Writing
from speciosa.fhir.write.elements import Element, narrative, plain

_DIFFICULTY = "difficulty"


def responses(w: Writing) -> Iterator[Entry]:
    """The instruments that were answered item by item, the difficulty question, the case."""
    for instrument, answers, date in answered(w):
        resource = _response(w, instrument, _items(w, instrument, answers), date=date)
        resource["status"] = "in-progress" if None in answers else "completed"
        yield Entry(f"response/{instrument}", resource)
    difficulty = w.case.symptoms.difficulty
    if difficulty is not None:
        points = (list(Difficulty).index(difficulty),)
        items = _items(w, _DIFFICULTY, points)
        yield Entry(f"response/{_DIFFICULTY}", _response(w, _DIFFICULTY, items, date=None))
    whole = _response(w, "case", case_form.to_items(w.case), date=None)
    yield Entry("response/case", whole)


def answered(w: Writing) -> Iterator[tuple[str, tuple[int | None, ...], dt.date | None]]:
    """Each instrument with answers: its id, the answers (``None`` where not given), its date."""
    symptoms = w.case.symptoms
    for name in ("gad7", "phq9", "isi", "audit_c"):
        held = getattr(symptoms, name)
        if held is None:
            continue
        answers = held.answers
        if name == "phq9" and answers is None and held.item9 is not None:
            answers = (*(None,) * 8, held.item9)
        if answers is not None and any(a is not None for a in answers):
            yield name, answers, held.date


def _items(w: Writing, form: str, answers: tuple[int | None, ...]) -> list[Element]:
    """An item for each answer that was given; an answer is the points it stands for."""
    items = instrument_items(w.knowledge, form)
    return [
        {"linkId": item["linkId"], "text": item["text"], "answer": [_answer(item, answer)]}
        for item, answer in zip(items, answers, strict=True)
        if answer is not None
    ]


def _answer(item: Element, points: int) -> Element:
    """One answer; of printed questions the option itself, which run from 0 points upwards."""
    if item["type"] == "choice":
        return dict(item["answerOption"][points])
    return {"valueInteger": points}


def _response(w: Writing, form: str, items: list[Element], *, date: dt.date | None) -> Element:
    release = w.assessment.provenance.knowledge_release
    title = "The case as given" if form == "case" else f"Answers: {form}"
    return {
        "resourceType": "QuestionnaireResponse",
        "text": narrative(title, items=tuple(_lines(items))),
        "questionnaire": f"{canonical.questionnaire(form)}|{release}",
        "status": "completed",
        "subject": w.subject,
        "authored": (date or w.case.date).isoformat(),
        "item": items,
    }


def _lines(items: list[Element]) -> Iterator[str]:
    """What a response says, one line for each question, with the words before a group's own."""
    for item in items:
        if "item" in item:
            yield from _lines(item["item"])
        else:
            said = "; ".join(map(_shown, item.get("answer", ()))) or "no answer"
            question = item.get("text", item["linkId"]) if "answer" in item else item["linkId"]
            yield f"{question}: {said}"


def _shown(answer: Element) -> str:
    value = next(iter(answer.values()))
    return plain(str(value["display"] if isinstance(value, dict) else value))
