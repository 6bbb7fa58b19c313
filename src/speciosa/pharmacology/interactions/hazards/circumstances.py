"""What is known of this person that makes a hazard weigh more; what is not known adds nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from speciosa.case.vocabulary import (
    ChildPugh,
    ConditionStatus,
    KnownCondition,
    LabName,
    Pregnancy,
    Sex,
    Sign,
)
from speciosa.finding import Severity
from speciosa.knowledge.ddi.hazards import meets
from speciosa.pharmacology.wording import listed

if TYPE_CHECKING:
    from speciosa.case.model import Case
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.ddi.hazards import Modifier, When
    from speciosa.pharmacology.interactions.recognise import Item


@dataclasses.dataclass(frozen=True)
class Circumstances:
    """The modifiers that hold for a case, each with its words filled in."""

    text: str = ""
    met: tuple[tuple[Modifier, str], ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        """Ids of the modifiers that hold."""
        return frozenset(modifier.id for modifier, _ in self.met)

    def lift(self, hazard: str, severity: Severity) -> Severity:
        """The worst severity that a modifier makes of one; never a milder one."""
        reached = [
            modifier.lifts[hazard].get(severity, severity)
            for modifier, _ in self.met
            if hazard in modifier.lifts
        ]
        return min([severity, *reached], key=lambda one: one.rank)

    def clause(self, hazard: str) -> str:
        """The sentence that names what makes a hazard weigh more, with a space before it."""
        reasons = [words for modifier, words in self.met if hazard in modifier.concerns]
        return f" {self.text.format(reasons='; '.join(reasons))}" if reasons else ""

    def facts(self, hazard: str) -> tuple[str, ...]:
        """Ids of the modifiers that concern a hazard."""
        return tuple(modifier.fact_id for modifier, _ in self.met if hazard in modifier.concerns)


NOTHING_KNOWN = Circumstances()


def circumstances(case: Case, items: Sequence[Item], knowledge: Knowledge) -> Circumstances:
    """Every modifier that the case and its list are known to meet."""
    modifiers = knowledge.ddi.modifiers
    met = []
    for modifier in modifiers.modifiers:
        if all(_parts(modifier.when, case)):
            names = [item.label for item in _listed(modifier.when, items)]
            if names or not modifier.when.listed:
                words = modifier.words.format(names=listed(names) if names else "")
                met.append((modifier, words))
    return Circumstances(text=modifiers.text, met=tuple(met))


def _parts(when: When, case: Case) -> Iterator[bool]:
    """Whether each part about the person holds; a part that was not recorded does not."""
    person = case.person
    if when.age_from is not None:
        yield person.age_years is not None and person.age_years >= when.age_from
    if when.sex:
        yield person.sex is Sex(when.sex)
    if when.condition:
        statuses = [ConditionStatus(status) for status in when.statuses]
        yield case.has(KnownCondition(when.condition), *statuses)
    if when.pregnancy:
        yield person.pregnancy in [Pregnancy(word) for word in when.pregnancy]
    if when.flag:
        yield getattr(person, when.flag) is True
    if when.sign:
        yield Sign(when.sign) in case.signs.present
    if when.child_pugh:
        yield person.liver.child_pugh in [ChildPugh(word) for word in when.child_pugh]
    if when.lab:
        yield _measured(when, case)


def _measured(when: When, case: Case) -> bool:
    lab = case.lab(LabName(when.lab))
    if lab is None:
        return False
    below, above = when.below.get(lab.unit), when.above.get(lab.unit)
    return (below is not None and lab.value < below) or (above is not None and lab.value > above)


def _listed(when: When, items: Sequence[Item]) -> Iterator[Item]:
    for item in items:
        counts = not item.faded and item.state.value in (when.states or (item.state.value,))
        if counts and meets(item.medicine, when.listed):
            yield item
