"""The consultation: what to ask, what to say to the person, whom to involve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.clinical.care.result import Advice, ConsultationResult, Question, Referral
from speciosa.clinical.care.situation import Situation
from speciosa.clinical.care.worded import first_text
from speciosa.finding import Severity

if TYPE_CHECKING:
    pass


def consultation(here: Situation) -> ConsultationResult:
    """Questions that matter for this person, plain words to say, people to involve."""
    wording = here.knowledge.care.consultation
    return ConsultationResult(
        headline=first_text(wording.headlines, here.flags),
        ask=_once(tuple(_questions(here))),
        tell=tuple(
            Advice(topic=t.topic, text=t.text, facts=t.facts)
            for t in wording.tell
            if t.holds(here.flags)
        ),
        refer=tuple(
            Referral(to=r.to, when=r.at, why=r.why, facts=r.facts)
            for r in wording.refer
            if r.holds(here.flags)
        ),
    )


def _questions(here: Situation) -> Iterator[Question]:
    """Danger first, then what the plan needs, then what the interactions depend on."""
    wording = here.knowledge.care.consultation
    for index, text in enumerate(here.results.safety.urgent.ask_now):
        yield Question(text=text, why="" if index else wording.urgent_why)
    for ask in wording.ask:
        if ask.holds(here.flags):
            yield Question(text=ask.text, why=ask.why)
    for row in here.results.interactions.rows:
        if row.ask and row.severity.rank <= Severity.MODERATE.rank:
            yield Question(text=row.ask, why=_in_short(row.sentence))


def _in_short(sentence: str) -> str:
    """What an interaction is about, without its figures; those stand with the interaction."""
    first, semicolon, _ = sentence.partition(";")
    return f"{first}." if semicolon else sentence


def _once(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    first: dict[str, Question] = {}
    for question in questions:
        first.setdefault(question.text, question)
    return tuple(first.values())
