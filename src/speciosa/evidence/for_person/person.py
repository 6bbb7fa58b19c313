"""What about this person bears on the evidence: flags, and the cautions they put on rows."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass

from speciosa.case.model import Case
from speciosa.case.vocabulary import (
    ChildPugh,
    KnownCondition,
    KratomForm,
    KratomStatus,
    Pregnancy,
    Sex,
    Sign,
)
from speciosa.knowledge import Knowledge
from speciosa.knowledge.evidence import EffectEstimate, EvidenceWording


@dataclass(frozen=True, slots=True)
class Own:
    """Something the person takes, plans or has tried."""

    names: frozenset[str]
    words: str
    taken: bool = False

    def concerns(self, part: EffectEstimate) -> bool:
        """Whether a row is about it."""
        return bool(self.names & {part.option.casefold(), *part.medicines, *part.treatments})


_LIVER_SIGNS = {Sign.JAUNDICE, Sign.DARK_URINE, Sign.PRURITUS}
_SEVEN_OH_FORMS = {KratomForm.SEVEN_OH_PRODUCT, KratomForm.PSEUDOINDOXYL_PRODUCT}


def flags(case: Case, knowledge: Knowledge) -> frozenset[str]:
    """Names of what holds for this person; an unknown is a flag of its own, never a "no"."""
    limit = knowledge.safety.limit
    person = case.person
    age = person.age_years
    maybe_pregnant = person.pregnancy in (
        Pregnancy.PREGNANT,
        Pregnancy.TRYING,
        Pregnancy.POSSIBLE,
    )
    kratom = case.kratom
    on_kratom = kratom is not None and kratom.status is not KratomStatus.NEVER
    forms = {product.form for product in kratom.products} if kratom else set()
    liver = (
        case.has(KnownCondition.LIVER_DISEASE)
        or person.liver.disease is not None
        or person.liver.child_pugh not in (None, ChildPugh.NONE)
        or bool(_LIVER_SIGNS & set(case.signs.present))
    )
    held = {
        "under_18": age is not None and age < limit("youth_age"),
        "older": age is not None and age >= limit("older_age"),
        "age_unknown": age is None,
        "pregnancy": maybe_pregnant or person.breast_feeding is True,
        "pregnancy_unknown": person.pregnancy is None and person.sex is not Sex.MALE,
        "liver": liver,
        "kratom": on_kratom,
        "seven_oh": bool(forms & _SEVEN_OH_FORMS),
        "bipolar": case.has(KnownCondition.BIPOLAR_DISORDER),
    }
    return frozenset(name for name, holds in held.items() if holds)


def cautions(
    part: EffectEstimate,
    held: Set[str],
    own: tuple[Own, ...],
    wording: EvidenceWording,
) -> Iterator[str]:
    """What the person takes or tried on this row, then the cautions that hold for the person."""
    for one in own:
        if one.concerns(part):
            yield one.words
    for caution in wording.cautions:
        concerns = bool(
            set(caution.medicines) & set(part.medicines)
            or set(caution.treatments) & set(part.treatments)
        )
        if caution.when in held and concerns:
            yield caution.text


def own_treatments(case: Case, knowledge: Knowledge) -> tuple[Own, ...]:
    """What the person takes, plans or has tried, each with the names under which rows know it."""
    wording = knowledge.evidence.wording
    found = []
    for medicine in case.medicines:
        if medicine.stopped is not None and medicine.stopped <= case.date:
            continue
        text = wording.planned_caution if medicine.planned else wording.taken_caution
        names = frozenset(m.id for m in knowledge.medicines.match(medicine.name).medicines)
        words = text.format(name=medicine.name)
        found.append(Own(names=names, words=words, taken=not medicine.planned))
    for substance in case.substances:
        names = frozenset(m.id for m in knowledge.medicines.match(substance.name).medicines)
        text = wording.taken_caution.format(name=substance.name)
        found.append(Own(names=names, words=text, taken=True))
    for treatment in case.preferences.tried:
        known = {treatment.name.casefold()}
        known |= {t.id for t in knowledge.care.treatments_named(treatment.name)}
        recognised = knowledge.medicines.find(treatment.name)
        if recognised is not None:
            known.add(recognised.id)
        outcome = treatment.outcome.value if treatment.outcome else "unknown"
        words = wording.tried_caution.format(
            name=treatment.name, outcome=wording.tried_outcomes[outcome]
        )
        found.append(Own(names=frozenset(known), words=words))
    return tuple(found)
