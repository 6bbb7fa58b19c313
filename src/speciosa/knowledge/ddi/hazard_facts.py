"""The judgements of the hazard files as facts, so that they can be cited as what they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from speciosa.knowledge.ddi.hazards import Alternative, Groups, Modifiers, Question, When
from speciosa.knowledge.fact import Basis, Fact


def hazard_facts(
    modifiers: Modifiers,
    groups: Groups,
    alternatives: Sequence[Alternative],
    questions: Sequence[Question],
) -> Iterator[Fact]:
    """One judgement for each modifier, group, alternative and question."""
    for modifier in modifiers.modifiers:
        yield Fact(
            id=modifier.fact_id,
            subject="hazards of a list",
            quantity=f"weigh more with: {modifier.words.format(names='a listed medicine')}",
            value=_condition(modifier.when),
            sources=modifier.sources,
            basis=Basis.JUDGEMENT,
        )
    for group in groups.groups:
        yield Fact(
            id=group.fact_id,
            subject=group.title,
            quantity="two of them on one list",
            value=group.severity.value if group.severity else "no row",
            basis=Basis.JUDGEMENT,
            note=group.note,
        )
    for alternative in alternatives:
        yield Fact(
            id=f"ddi/alternative/{alternative.id}",
            subject=", ".join(alternative.groups).replace("_", " "),
            quantity="to be considered with the prescriber",
            value=alternative.text,
            basis=Basis.JUDGEMENT,
        )
    for question in questions:
        yield Fact(
            id=f"ddi/question/{question.id}",
            subject="medicines of a list",
            quantity="asked or said whenever such a medicine is listed",
            value=question.action,
            basis=Basis.JUDGEMENT,
        )


def _condition(when: When) -> str:
    """The condition of a modifier in words."""
    parts = [
        f"{when.age_from:g} years or over" if when.age_from is not None else "",
        when.sex,
        f"{when.condition} ({', '.join(when.statuses)})" if when.condition else "",
        ", ".join(when.pregnancy),
        when.flag,
        f"sign {when.sign}" if when.sign else "",
        f"Child-Pugh {', '.join(when.child_pugh)}" if when.child_pugh else "",
        *(f"{when.lab} below {limit:g} {unit}" for unit, limit in when.below.items()),
        *(f"{when.lab} above {limit:g} {unit}" for unit, limit in when.above.items()),
        *(
            f"listed: {klass.value} of {least.value} or more"
            for klass, least in when.listed.items()
        ),
        *(f"{state} lately" for state in when.states),
    ]
    return "; ".join(part for part in parts if part).replace("_", " ")
