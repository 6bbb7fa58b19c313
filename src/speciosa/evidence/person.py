"""What about this person bears on the evidence: flags, and the cautions they put on rows."""

from __future__ import annotations

from collections.abc import Iterator, Set

from speciosa.case.model import Case, TriedTreatment
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
    tried: tuple[tuple[TriedTreatment, frozenset[str]], ...],
    wording: EvidenceWording,
) -> Iterator[str]:
    """Cautions on one row: what holds for the person, and what was tried before."""
    for caution in wording.cautions:
        concerns = (
            part.group in caution.groups
            or bool(set(caution.medicines) & set(part.medicines))
            or bool(set(caution.treatments) & set(part.treatments))
        )
        if caution.when in held and concerns:
            yield caution.text
    for treatment, names in tried:
        own = {part.option.casefold(), *part.medicines, *part.treatments}
        if names & own:
            outcome = treatment.outcome.value if treatment.outcome else "unknown"
            yield wording.tried_caution.format(
                name=treatment.name, outcome=wording.tried_outcomes[outcome]
            )


def tried_before(
    case: Case, knowledge: Knowledge
) -> tuple[tuple[TriedTreatment, frozenset[str]], ...]:
    """Each treatment tried, with the names under which rows may know it."""
    found = []
    for treatment in case.preferences.tried:
        names = {treatment.name.casefold()}
        names |= {t.id for t in knowledge.care.treatments_named(treatment.name)}
        medicine = knowledge.medicines.find(treatment.name)
        if medicine is not None:
            names.add(medicine.id)
        found.append((treatment, frozenset(names)))
    return tuple(found)
