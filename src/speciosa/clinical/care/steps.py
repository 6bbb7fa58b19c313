"""At which step of care to begin, and every reason for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from speciosa.knowledge.care.wording import PlanWording

_FLAGS = {
    "1": "step_1",
    "2": "step_2",
    "2 or 3": "step_2",
    "3": "step_3",
    "4": "step_4",
    "child and adolescent pathway": "step_youth",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The step as shown, the reasons, and the flag it raises."""

    label: str
    why: str
    flag: str


def step_for(held: frozenset[str], wording: PlanWording) -> Step:
    """The first rule that holds decides; other rules for the same step add their reasons.

    Without a score and without an account of daily functioning no step is set: unknown is not
    step 1.
    """
    words = wording.words
    holding = [rule for rule in wording.steps if rule.holds(held)]
    if not holding:
        why = f"{words['step_unset_why']} {words['step_confirm']}"
        return Step(label=words["step_unset"], why=why, flag="step_unset")
    label = holding[0].step
    reasons = [rule.why for rule in holding if rule.step == label]
    if "kratom_recent_change" in held:
        reasons.append(words["step_drawback"])
    reasons.append(words["step_confirm"])
    return Step(label=label, why=" ".join(reasons), flag=_FLAGS[label])
