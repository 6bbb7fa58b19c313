"""In which ways a person is unlike the people in whom kratom's kinetics were studied.

No effect of any of them on levels is known, so none moves a level; each makes the prediction wider.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.case.vocabulary import ChildPugh, KnownCondition, Pregnancy

if TYPE_CHECKING:
    from speciosa.case.model import Case
    from speciosa.knowledge import Knowledge

LIVER = "liver"


def unstudied(case: Case, knowledge: Knowledge) -> tuple[str, ...]:
    """``pregnancy``, ``breast_feeding``, ``young``, ``old`` and ``liver``, those that hold."""
    person = case.person
    adult = knowledge.fact("kratom/assumption_adult_age")
    age = person.age_years
    graded = person.liver.child_pugh not in (None, ChildPugh.NONE)
    holds = {
        "pregnancy": person.pregnancy in (Pregnancy.PREGNANT, Pregnancy.POSSIBLE),
        "breast_feeding": bool(person.breast_feeding),
        "young": age is not None and adult.low is not None and age < adult.low,
        "old": age is not None and adult.high is not None and age >= adult.high,
        LIVER: graded or bool(person.liver.disease) or case.has(KnownCondition.LIVER_DISEASE),
    }
    return tuple(name for name, true in holds.items() if true)
