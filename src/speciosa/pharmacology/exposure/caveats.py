"""What a reader must know beside the numbers."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

import numpy as np

from speciosa.case.vocabulary import KratomForm
from speciosa.pharmacology.exposure.observed import WORTH_SAYING
from speciosa.pharmacology.exposure.summary import series
from speciosa.pharmacology.exposure.taken.comparison import HIGHEST_MG
from speciosa.pharmacology.exposure.taken.content import Alkaloid
from speciosa.pharmacology.exposure.taken.describe import name_of
from speciosa.pharmacology.exposure.unstudied import LIVER, unstudied
from speciosa.pharmacology.exposure.virtual.schedule import DAY_H
from speciosa.pharmacology.wording import finding, number, rough

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speciosa.case.model import Case, KratomProduct
    from speciosa.finding import Finding
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.result import Difference, OtherAlkaloid
    from speciosa.pharmacology.exposure.summary import Scene
    from speciosa.pharmacology.exposure.virtual.people import People

_SPECIOCILIATINE = "speciociliatine"


def caveats(  # noqa: PLR0913, PLR0917 - what was given, what came out
    case: Case,
    products: tuple[KratomProduct, ...],
    left_out: tuple[str, ...],
    scene: Scene,
    differing: tuple[Difference, ...],
    others: tuple[OtherAlkaloid, ...],
    knowledge: Knowledge,
) -> tuple[Finding, ...]:
    """Limits of the model, of the input and of this person's fit to the people studied."""
    words, people = knowledge.kratom.exposure_wording, scene.people
    first = knowledge.fact("kratom/pk_tanna2022_mitragynine_Cmax")
    found = [finding(words, "exposure.body"), finding(words, "exposure.pseudoindoxyl_formed")]
    if people.mitragynine_mg_per_day.any():
        found.append(finding(words, "exposure.model", n=str(first.n)))
        found.append(_half_lives("exposure.known_misfit", knowledge))
        found.append(_other_alkaloids(scene, others, knowledge))
    found += _structures(differing, knowledge)
    if not left_out:
        found += _upper_range(scene, knowledge)
    found += limits(people, products, knowledge, swallowed=scene.swallowed)
    if left_out:
        found.append(finding(words, "exposure.left_out", names=", ".join(left_out)))
    found += _of_input(products, people, knowledge)
    found += _last_use(case, products, knowledge)
    found += _of_person(case, knowledge)
    return tuple(found)


def limits(
    people: People, products: Sequence[KratomProduct], knowledge: Knowledge, *, swallowed: bool
) -> list[Finding]:
    """Where the prediction has no ground: swallowed 7-OH, unstudied amounts, unknown contents."""
    words = knowledge.kratom.exposure_wording
    found = [finding(words, "exposure.swallowed_seven_oh")] if swallowed else []
    highest = knowledge.fact(HIGHEST_MG).number
    some = knowledge.fact(WORTH_SAYING).number
    if float(np.mean(people.mitragynine_mg_per_day > highest)) > some:
        spread = knowledge.fact("kratom/assumption_beyond_studied").number
        fold = f"{2.0**spread:.2g}"
        found.append(finding(words, "exposure.extrapolation", studied=number(highest), fold=fold))
    unseen = [p for p in products if p.form is KratomForm.PSEUDOINDOXYL_PRODUCT]
    if unseen:
        said = ", ".join(dict.fromkeys(name_of(p, knowledge) for p in unseen))
        found.append(finding(words, "exposure.pseudoindoxyl_left_out", names=said))
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


def _other_alkaloids(
    scene: Scene, others: tuple[OtherAlkaloid, ...], knowledge: Knowledge
) -> Finding:
    words = knowledge.kratom.exposure_wording
    fact = knowledge.fact("kratom/pk_tanna2022_speciociliatine_dominance")
    there = next((o.exposure for o in others if o.alkaloid == _SPECIOCILIATINE), None)
    here = ""
    if there is not None and there.auc.value is not None:
        one = series(scene, scene.people.levels, knowledge)[0]
        area = float(np.median(one.measure("auc"))) * one.ng_ml_per_nm
        here = words.phrases["fold_here"].format(fold=rough(there.auc.value / area))
    return finding(words, "exposure.other_alkaloids", fold=number(fact.number), here=here)


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


def _upper_range(scene: Scene, knowledge: Knowledge) -> list[Finding]:
    """Where the upper ends of the structures part, which a share of the spread does not tell."""
    words, people = knowledge.kratom.exposure_wording, scene.people
    place = 1 if scene.of_seven_oh else 0
    tops = []
    for name, levels in people.by_structure.items():
        one = series(scene, levels.take(levels.known), knowledge)[place]
        high = float(np.percentile(one.measure("cmax"), 95)) * one.ng_ml_per_nm
        tops.append((high, knowledge.models.structure(name).title))
    tops.sort()
    equal = knowledge.fact("kratom/assumption_structures_equal").number
    if len(tops) < 2 or tops[-1][0] <= equal * tops[0][0]:
        return []
    (low, lower), (high, higher) = tops[0], tops[-1]
    said = {"low": rough(low), "lower": lower, "high": rough(high), "higher": higher}
    return [finding(words, "exposure.upper_range", analyte=one.name, **said)]


def _last_use(
    case: Case, products: tuple[KratomProduct, ...], knowledge: Knowledge
) -> list[Finding]:
    """A last use so long ago that it does not fit how often is said to be used."""
    hours = case.kratom.last_use_hours_ago if case.kratom else None
    gaps = [gap for gap in map(_days_between, products) if gap is not None]
    if hours is None or not gaps or len(gaps) < len(products):
        return []
    most = knowledge.fact("kratom/assumption_last_use_gap").number
    if hours <= DAY_H * min(gaps) * most:
        return []
    days = rough(hours / DAY_H)
    return [finding(knowledge.kratom.exposure_wording, "exposure.last_use_unlike", days=days)]


def _days_between(product: KratomProduct) -> float | None:
    """Usual days from one day of use to the next."""
    if product.times_per_day is None:
        return None
    weekly = 7.0 if product.days_per_week is None else product.days_per_week
    return max(1.0, 1.0 / product.times_per_day, 7.0 / weekly)


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
