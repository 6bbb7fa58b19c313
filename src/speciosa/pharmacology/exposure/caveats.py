"""What a reader must know beside the numbers."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

import numpy as np

from speciosa.pharmacology.exposure.comparison import HIGHEST_MG
from speciosa.pharmacology.exposure.content import Alkaloid
from speciosa.pharmacology.exposure.describe import name_of
from speciosa.pharmacology.exposure.unstudied import LIVER, unstudied
from speciosa.pharmacology.wording import finding, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speciosa.case.model import Case, KratomProduct
    from speciosa.finding import Finding
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.people import People
    from speciosa.pharmacology.exposure.result import Difference
    from speciosa.pharmacology.exposure.summary import Scene

_SOME = 0.05  # share of virtual people above the studied amount from which it is said


def caveats(  # noqa: PLR0913, PLR0917 - what was given, what came out
    case: Case,
    products: tuple[KratomProduct, ...],
    left_out: tuple[str, ...],
    scene: Scene,
    differing: tuple[Difference, ...],
    knowledge: Knowledge,
) -> tuple[Finding, ...]:
    """Limits of the model, of the input and of this person's fit to the people studied."""
    words, people = knowledge.kratom.exposure_wording, scene.people
    first = knowledge.fact("kratom/pk_tanna2022_mitragynine_Cmax")
    found = [finding(words, "exposure.body"), finding(words, "exposure.pseudoindoxyl_formed")]
    if people.mitragynine_mg_per_day.any():
        found.append(finding(words, "exposure.model", n=str(first.n)))
        found.append(_half_lives("exposure.known_misfit", knowledge))
        found.append(_other_alkaloids(knowledge))
        found += _structures(differing, knowledge)
    found += limits(people, products, knowledge, swallowed=scene.swallowed)
    if left_out:
        found.append(finding(words, "exposure.left_out", names=", ".join(left_out)))
    found += _of_input(products, people, knowledge)
    found += _of_person(case, knowledge)
    return tuple(found)


def limits(
    people: People, products: Sequence[KratomProduct], knowledge: Knowledge, *, swallowed: bool
) -> list[Finding]:
    """Where the prediction has no ground: swallowed 7-OH, unstudied amounts, unknown contents."""
    words = knowledge.kratom.exposure_wording
    found = [finding(words, "exposure.swallowed_seven_oh")] if swallowed else []
    highest = knowledge.fact(HIGHEST_MG).number
    if float(np.mean(people.mitragynine_mg_per_day > highest)) > _SOME:
        found.append(finding(words, "exposure.extrapolation", studied=number(highest)))
    held = list(zip(products, people.portions.amounts, strict=True))
    for id_, alkaloid in (
        ("exposure.seven_oh_left_out", Alkaloid.SEVEN_OH),
        ("exposure.mitragynine_left_out", Alkaloid.MITRAGYNINE),
    ):
        names = [name_of(p, knowledge) for p, amounts in held if amounts[alkaloid] is None]
        if names:
            found.append(finding(words, id_, names=", ".join(dict.fromkeys(names))))
    return found


def stopped_findings(knowledge: Knowledge) -> tuple[Finding, ...]:
    """What is known of the decline after the last dose."""
    return (_half_lives("exposure.stopped_tail", knowledge),)


def _half_lives(id_: str, knowledge: Knowledge) -> Finding:
    return finding(
        knowledge.kratom.exposure_wording,
        id_,
        md=number(knowledge.fact("kratom/pk_huestis2024_t12_md").number),
        sd=number(knowledge.fact("kratom/pk_huestis2024_t12_sd").number),
        seven_oh_md=number(knowledge.fact("kratom/pk_huestis2024_7oh_t12_md").number),
        seven_oh_sd=number(knowledge.fact("kratom/pk_huestis2024_7oh_t12_sd").number),
    )


def _other_alkaloids(knowledge: Knowledge) -> Finding:
    fold = knowledge.fact("kratom/pk_tanna2022_speciociliatine_dominance").number
    words = knowledge.kratom.exposure_wording
    return finding(words, "exposure.other_alkaloids", fold=number(fold))


def _structures(differing: tuple[Difference, ...], knowledge: Knowledge) -> list[Finding]:
    """Where the structures part, or that they do not by much here."""
    words = knowledge.kratom.exposure_wording
    if not differing:
        return []
    phrases = words.phrases
    apart = [d for d in differing if d.differs]
    if not apart:
        return [finding(words, "exposure.structures_agree")]
    said = "; ".join(
        phrases["difference"].format(
            analyte=d.analyte,
            measure=phrases[f"measure_{d.measure}"],
            ratio=number(d.ratio),
        )
        for d in apart
    )
    return [finding(words, "exposure.structures_differ", differences=said)]


def _of_input(
    products: tuple[KratomProduct, ...], people: People, knowledge: Knowledge
) -> list[Finding]:
    words = knowledge.kratom.exposure_wording
    found = []
    once = [name_of(p, knowledge) for p in products if p.times_per_day is None]
    if once:
        names = ", ".join(dict.fromkeys(once))
        found.append(finding(words, "exposure.single_dose", names=names))
    times = collections.Counter(dose.product for dose in people.schedule.doses)
    if any(count > 1 for count in times.values()):
        hours = knowledge.fact("kratom/assumption_waking_day").number
        weekly = any(p.days_per_week is not None for p in products)
        days = words.phrases["days_spread"] if weekly else ""
        found.append(finding(words, "exposure.spacing", hours=number(hours), days=days))
    return found


def _of_person(case: Case, knowledge: Knowledge) -> list[Finding]:
    words, unlike = knowledge.kratom.exposure_wording, unstudied(case, knowledge)
    found = []
    if LIVER in unlike:
        found.append(finding(words, "exposure.liver"))
    if case.medicines or case.substances:
        found.append(finding(words, "exposure.medicines"))
    groups = [words.phrases[f"group_{name}"] for name in unlike if name != LIVER]
    if groups:
        found.append(finding(words, "exposure.special_group", group=" or ".join(groups)))
    return found
