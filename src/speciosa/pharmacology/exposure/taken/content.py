"""How many mg of each alkaloid one dose holds, from the best thing known about the product.

In this order: a laboratory result for this product; its label or the person's own figure; what
has been found in products of that form; nothing.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from speciosa.pharmacology.exposure.virtual.draws import Z90

if TYPE_CHECKING:
    from speciosa.case.model import KratomAnalysis, KratomDose, KratomProduct
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.kratom.model import Content


class Known(StrEnum):
    """What the content rests on."""

    LABORATORY = "laboratory"
    LABEL = "label"
    FORM = "form"


class Alkaloid(StrEnum):
    """The two alkaloids whose amounts are followed."""

    MITRAGYNINE = "mitragynine"
    SEVEN_OH = "7-hydroxymitragynine"


class AlkaloidAmount(msgspec.Struct, frozen=True, kw_only=True):
    """mg of one alkaloid in one dose.

    ``low`` to ``high`` is a 90 % range (log-normal), or, ``from_zero``, everything up to a bound.
    ``stated`` is the figure of the laboratory or label, where there is one.
    """

    known: Known
    low: float
    high: float
    stated: float | None
    interval: str
    facts: tuple[str, ...]
    from_zero: bool = False


def grams(dose: KratomDose) -> float | None:
    """Grams of material in a dose, where they are known."""
    if dose.leaf_g is not None:
        return dose.leaf_g
    if dose.capsules is not None and dose.capsule_leaf_mg is not None:
        return dose.capsules * dose.capsule_leaf_mg / 1000.0
    return None


def units(dose: KratomDose) -> float | None:
    """Countable units in a dose: tablets, shots or capsules."""
    return dose.units if dose.units is not None else dose.capsules


def alkaloid_amount(
    product: KratomProduct, alkaloid: Alkaloid, knowledge: Knowledge
) -> AlkaloidAmount | None:
    """Mg of an alkaloid in one dose of the product, or ``None`` when nothing allows a figure."""
    if product.dose is None:
        return None
    analysed = _by_laboratory(product.analysis, product.dose, alkaloid)
    if analysed is not None:
        return _from_laboratory(analysed, knowledge)
    labelled = _by_label(product.dose, alkaloid)
    if labelled is not None:
        return _from_label(labelled, knowledge)
    form = knowledge.kratom.forms[product.form]
    content = form.mitragynine if alkaloid is Alkaloid.MITRAGYNINE else form.seven_oh
    return None if content is None else _from_form(content, product.dose, knowledge)


def found_nothing(analysis: KratomAnalysis | None) -> bool:
    """Whether a laboratory result of nought was given for an alkaloid."""
    if analysis is None:
        return False
    return 0.0 in (
        analysis.mitragynine_mg_per_g,
        analysis.mitragynine_mg_per_unit,
        analysis.seven_oh_mg_per_g,
        analysis.seven_oh_mg_per_unit,
    )


def _by_laboratory(
    analysis: KratomAnalysis | None, dose: KratomDose, alkaloid: Alkaloid
) -> float | None:
    """The analysed amount; ``None`` for nought, which is less than the test can see, not zero."""
    if analysis is None:
        return None
    mg = alkaloid is Alkaloid.MITRAGYNINE
    per_g = analysis.mitragynine_mg_per_g if mg else analysis.seven_oh_mg_per_g
    per_unit = analysis.mitragynine_mg_per_unit if mg else analysis.seven_oh_mg_per_unit
    mass, count = grams(dose), units(dose)
    if per_g and mass is not None:
        return per_g * mass
    if per_unit and count is not None:
        return per_unit * count
    return None


def _by_label(dose: KratomDose, alkaloid: Alkaloid) -> float | None:
    mg = alkaloid is Alkaloid.MITRAGYNINE
    total = dose.mitragynine_mg if mg else dose.seven_oh_mg
    per_unit = dose.mitragynine_mg_per_unit if mg else dose.seven_oh_mg_per_unit
    if total is not None:
        return total
    return None if per_unit is None or dose.units is None else per_unit * dose.units


def _from_laboratory(mg: float, knowledge: Knowledge) -> AlkaloidAmount:
    spread = knowledge.fact("kratom/assumption_laboratory_spread")
    factor = math.exp(Z90 * spread.number / 100.0)
    return AlkaloidAmount(
        known=Known.LABORATORY,
        low=mg / factor,
        high=mg * factor,
        stated=mg,
        interval="90 % allowance for unevenness of the product",
        facts=(spread.id, "kratom/prod_k51_mitragynine"),
    )


def _from_label(mg: float, knowledge: Knowledge) -> AlkaloidAmount:
    over = knowledge.fact("kratom/assumption_label_over_statement")
    under = knowledge.fact("kratom/assumption_label_under_statement")
    return AlkaloidAmount(
        known=Known.LABEL,
        low=mg / over.number,
        high=mg * under.number,
        stated=mg,
        interval="allowance for label error",
        facts=("kratom/var_label", "kratom/prod_boise", over.id, under.id),
    )


def _from_form(content: Content, dose: KratomDose, knowledge: Knowledge) -> AlkaloidAmount | None:
    quantity = grams(dose) if content.per == "g" else units(dose)
    fact = knowledge.fact(content.fact)
    if quantity is None or fact.high is None:
        return None
    scale = quantity * content.factor
    low = 0.0 if content.from_zero or fact.low is None else fact.low * scale
    return AlkaloidAmount(
        known=Known.FORM,
        low=low,
        high=fact.high * scale,
        stated=None,
        interval=f"{fact.interval} ({fact.quantity})" if not content.from_zero else "upper bound",
        facts=(fact.id,),
        from_zero=content.from_zero,
    )
