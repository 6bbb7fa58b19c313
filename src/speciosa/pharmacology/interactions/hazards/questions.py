"""What is asked or said whenever a medicine of some kind is on the list, be it alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from speciosa.finding import Finding, Severity, Tone
from speciosa.knowledge.ddi.hazards import meets
from speciosa.pharmacology.interactions.rows import capital
from speciosa.pharmacology.wording import listed

if TYPE_CHECKING:
    from speciosa.case.model import Case
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.ddi.hazards import Question
    from speciosa.pharmacology.interactions.recognise import Item


def questions(items: Sequence[Item], case: Case, knowledge: Knowledge) -> Iterator[Finding]:
    """Food, alcohol and what can itself raise anxiety: one finding for each that applies."""
    on_list = {item.id for item in items}
    for question in knowledge.ddi.questions:
        concerned = [i for i in items if not i.faded and _concerns(question, i)]
        answered = question.unless_answered and getattr(case.symptoms, question.unless_answered)
        if concerned and not answered and question.unless_listed not in on_list:
            names = listed(sorted((item.label for item in concerned), key=str.casefold))
            facts = [
                hazard.fact_id
                for item in concerned
                for hazard in item.medicine.hazards
                if hazard.klass in question.when
            ]
            yield Finding(
                id=f"interaction.ask.{question.id}",
                severity=question.severity,
                certainty=question.certainty,
                tone=_tone(question),
                text=capital(question.text.format(names=names)),
                action=question.action,
                facts=(f"ddi/question/{question.id}", *facts),
            )


def _tone(question: Question) -> Tone:
    serious = question.severity.rank <= Severity.MAJOR.rank
    return Tone.WARNING if serious else Tone.NEUTRAL


def _concerns(question: Question, item: Item) -> bool:
    if item.id in question.except_for:
        return False
    return meets(item.medicine, question.when) or _held_back_by_the_gut(question, item)


def _held_back_by_the_gut(question: Question, item: Item) -> bool:
    victim = item.medicine.victim
    share, escapes = victim.fm.get(question.gut_enzyme), victim.f_gut
    return (
        item.oral
        and share is not None
        and escapes is not None
        and share.value >= question.fm_from
        and escapes.value <= question.f_gut_up_to
    )
