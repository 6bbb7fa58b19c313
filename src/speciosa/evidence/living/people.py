"""How many people and events stand behind the effects of a study, and who paid for it."""

from __future__ import annotations

from collections.abc import Sequence

from speciosa.evidence.living.sizes import Effect
from speciosa.knowledge.evidence.study import Study

_INDEPENDENT = {"public", "government", "university", "charity", "foundation"}


def analysed(study: Study, effects: Sequence[Effect]) -> int | None:
    """People in the arms that were compared, each arm once; ``None`` if an arm has no number."""
    arms = {arm for e in effects for arm in (e.comparison.treated, e.comparison.control)}
    most: dict[str, int] = {}
    for effect in effects:
        for value in effect.comparison.outcome.arms:
            if value.arm in arms and value.n is not None:
                most[value.arm] = max(value.n, most.get(value.arm, 0))
    for arm in arms - most.keys():
        randomised = study.arm(arm).n
        if randomised is None:
            return None
        most[arm] = randomised
    return sum(most.values())


def events(effects: Sequence[Effect]) -> int | None:
    """Events in the compared arms of the outcome with most of them; ``None`` if not given."""
    totals = []
    for effect in effects:
        used = {effect.comparison.treated, effect.comparison.control}
        counts = [v.events for v in effect.comparison.outcome.arms if v.arm in used]
        known = [count for count in counts if count is not None]
        if len(known) < len(used):
            return None
        totals.append(sum(known))
    return max(totals, default=None)


def industry(study: Study) -> bool | None:
    """Whether a maker may have paid; ``None`` where nobody says.

    Only a plain word for independent money (government, university, charity, foundation, public)
    counts as such; a name may be that of a maker.
    """
    if not study.funding:
        return None
    return study.funding.casefold() not in _INDEPENDENT
