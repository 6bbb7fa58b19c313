"""How the amounts compare with what has been studied. Below is never said to be safe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.case.vocabulary import KratomForm
from speciosa.pharmacology.exposure.taken.content import Alkaloid, AlkaloidAmount, grams
from speciosa.pharmacology.wording import finding, number, span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from speciosa.case.model import KratomProduct
    from speciosa.finding import Finding
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.taken.describe import Amounts

HIGHEST_MG = "kratom/pk_huestis2024_dose_max_mg"
LARGEST_LEAF_G = "kratom/pk_fda_sad_dose_max"
TEA_MG = "kratom/pk_tanna2022_dose_mitragynine"
LEAF = (KratomForm.LEAF_POWDER, KratomForm.CAPSULE, KratomForm.TEA, KratomForm.FRESH_LEAF)


def kind_findings(product: KratomProduct, knowledge: Knowledge) -> list[Finding]:
    """What follows from the form alone, whatever the amount."""
    words = knowledge.kratom.exposure_wording
    found = []
    if product.form in LEAF:
        loq = number(knowledge.fact("kratom/prod_k51_7oh").number)
        found.append(finding(words, "intake.leaf_seven_oh", loq=loq))
    if product.form is KratomForm.TEA:
        found.append(finding(words, "intake.tea"))
    if product.form is KratomForm.UNKNOWN:
        found.append(finding(words, "intake.unknown_form"))
    if product.form is KratomForm.PSEUDOINDOXYL_PRODUCT:
        found.append(finding(words, "intake.pseudoindoxyl_product"))
    return found


def beyond_leaf(
    product: KratomProduct, seven_oh: AlkaloidAmount | None, knowledge: Knowledge
) -> bool:
    """Whether the product holds, or may hold, more 7-OH than the traces measured in leaf."""
    if product.form is KratomForm.SEVEN_OH_PRODUCT:
        return True
    if seven_oh is None or seven_oh.from_zero or seven_oh.high <= 0:
        return False
    mass = grams(product.dose) if product.dose is not None else None
    trace = knowledge.fact("kratom/prod_k51_7oh").number
    return mass is None or seven_oh.high > trace * mass


def swallows_seven_oh(
    products: Iterable[KratomProduct], amounts: Iterable[Amounts], knowledge: Knowledge
) -> bool:
    """Whether any product holds, or may hold, more 7-OH than the traces measured in leaf."""
    return any(
        beyond_leaf(product, held[Alkaloid.SEVEN_OH], knowledge)
        for product, held in zip(products, amounts, strict=True)
    )


def is_seven_oh_product(
    product: KratomProduct, seven_oh: AlkaloidAmount | None, knowledge: Knowledge
) -> bool:
    """A 7-OH product by its form, or by the 7-OH that a laboratory or label states."""
    if product.form is KratomForm.SEVEN_OH_PRODUCT:
        return True
    stated = seven_oh is not None and seven_oh.stated is not None
    return stated and beyond_leaf(product, seven_oh, knowledge)


def comparisons(
    product: KratomProduct, amounts: dict[Alkaloid, AlkaloidAmount | None], knowledge: Knowledge
) -> tuple[Finding, ...]:
    """Every comparison that the product and its amounts allow."""
    words = knowledge.kratom.exposure_wording
    found = kind_findings(product, knowledge)
    seven_oh = amounts[Alkaloid.SEVEN_OH]
    if is_seven_oh_product(product, seven_oh, knowledge):
        found.append(finding(words, "intake.seven_oh_product"))
    elif seven_oh is not None and beyond_leaf(product, seven_oh, knowledge):
        said = span(seven_oh.low, seven_oh.high, "mg")
        found.append(finding(words, "intake.maybe_seven_oh", amount=said, facts=seven_oh.facts))
    mass = grams(product.dose) if product.dose is not None else None
    largest = knowledge.fact(LARGEST_LEAF_G).number
    # The amounts of the trials are of dried leaf; fresh leaf also holds water.
    dried = product.form in LEAF and product.form is not KratomForm.FRESH_LEAF
    if dried and mass is not None and mass > largest:
        found.append(
            finding(words, "intake.above_leaf", grams=number(mass), studied=number(largest))
        )
    mg = amounts[Alkaloid.MITRAGYNINE]
    # Findings on leaf do not apply to a product of another, more potent opioid.
    if mg is not None and product.form is not KratomForm.PSEUDOINDOXYL_PRODUCT:
        found += _against_trials(mg, product.times_per_day, knowledge)
    return tuple(found)


def _against_trials(
    mg: AlkaloidAmount, times_per_day: float | None, knowledge: Knowledge
) -> list[Finding]:
    words = knowledge.kratom.exposure_wording
    highest = knowledge.fact(HIGHEST_MG).number
    studied = number(highest)
    level = _level(mg.low, mg.high, highest)
    said = span(mg.low, mg.high, "mg")
    found = [finding(words, f"intake.{level}_studied_dose", amount=said, studied=studied)]
    if times_per_day is not None:
        low, high = mg.low * times_per_day, mg.high * times_per_day
        level = _level(low, high, highest)
        if level != "within":
            said = span(low, high, "mg")
            found.append(
                finding(words, f"intake.{level}_studied_day", amount=said, studied=studied)
            )
    tea = knowledge.fact(TEA_MG).number
    if mg.high > tea or (times_per_day is not None and times_per_day > 1):
        found.append(finding(words, "intake.above_interaction_study", studied=number(tea)))
    per_use = knowledge.fact("kratom/prod_sharma2025_use")
    found.append(
        finding(
            words,
            "intake.scale_use",
            low=number(per_use.low or 0.0),
            high=number(per_use.high or 0.0),
            mean=number(per_use.number),
        )
    )
    return found


def _level(low: float, high: float, studied: float) -> str:
    if low > studied:
        return "above"
    return "maybe_above" if high > studied else "within"
