"""The whole living base: every question answered from the studies that there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from speciosa.evidence.living.answer import Answer, Rules, answer
from speciosa.knowledge.evidence.base import Base, made_from
from speciosa.knowledge.evidence.pooled import Pools
from speciosa.knowledge.evidence.study import Study
from speciosa.knowledge.fact import Fact


def answers(held: Base, fact: Callable[[str], Fact]) -> tuple[Answer, ...]:
    """Every question of the base answered from all of its studies."""
    rules = Rules(held.questions.settings, held.grading, fact)
    return tuple(answer(question, held.studies, rules) for question in held.questions.questions)


def pools(held: Base, found: Sequence[Answer], *, studies: Sequence[Study] | None = None) -> Pools:
    """The answers as they are kept, with the hash of what they were made from."""
    used = held.studies if studies is None else studies
    return Pools(
        made_from=made_from(used, held.questions, held.grading),
        effects=tuple(one.effect for one in found if one.effect is not None),
    )
