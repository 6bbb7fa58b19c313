"""How many people and events stand behind the effects of a study, and who paid for it."""

from __future__ import annotations

from collections.abc import Sequence

from speciosa.evidence.grading import Controls
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
    """Events in the arms that were compared, each arm once; ``None`` if an arm has no count."""
    arms = {arm for e in effects for arm in (e.comparison.treated, e.comparison.control)}
    most: dict[str, int] = {}
    for effect in effects:
        for value in effect.comparison.outcome.arms:
            if value.arm in arms and value.events is not None:
                most[value.arm] = max(value.events, most.get(value.arm, 0))
    return sum(most.values()) if most.keys() == arms else None


def controls(joined: Sequence[Sequence[Effect]]) -> Controls:
    """Events among the people of the comparator arms of a pool, each arm of a study once.

    Of several outcomes of one study the count with most events is taken, as in ``events``.
    """
    total = people = trials = 0
    for study in joined:
        arms: dict[str, tuple[int, int]] = {}
        for effect in study:
            for value in effect.comparison.outcome.arms:
                if value.arm == effect.comparison.control and value.n and value.events is not None:
                    found = value.events, value.n
                    arms[value.arm] = max(found, arms.get(value.arm, found))
        total += sum(events for events, _ in arms.values())
        people += sum(n for _, n in arms.values())
        trials += bool(arms)
    return Controls(events=total, people=people, trials=trials, of=len(joined))


def industry(study: Study) -> bool | None:
    """Whether a maker may have paid; ``None`` where nobody says.

    Only a plain word for independent money (government, university, charity, foundation, public)
    counts as such; a name may be that of a maker.
    """
    if not study.funding:
        return None
    return study.funding.casefold() not in _INDEPENDENT
