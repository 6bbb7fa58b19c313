"""A product in words: how it is used as reported, and what its content is known from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.finding import Estimate, Finding, Missing
from speciosa.pharmacology.exposure.taken.content import (
    Alkaloid,
    AlkaloidAmount,
    Known,
    found_nothing,
    grams,
)
from speciosa.pharmacology.wording import finding, missing, number, often, span

if TYPE_CHECKING:
    from speciosa.case.model import KratomDose, KratomProduct
    from speciosa.knowledge import Knowledge

Amounts = dict[Alkaloid, AlkaloidAmount | None]

_BEST_FIRST = (Known.LABORATORY, Known.LABEL, Known.FORM)


def name_of(product: KratomProduct, knowledge: Knowledge) -> str:
    """The label in quotation marks, because its words are another's; or the name of the form."""
    return f'"{product.label}"' if product.label else knowledge.kratom.forms[product.form].name


def as_used(product: KratomProduct, knowledge: Knowledge) -> str:
    """Form, amount and frequency, said to be the person's report."""
    form = knowledge.kratom.forms[product.form]
    phrases = knowledge.kratom.exposure_wording.phrases
    parts = [form.name, _amount(product.dose, form.unit_name) or phrases["amount_unknown"]]
    if product.times_per_day is not None:
        parts.append(often(product.times_per_day))
    if product.days_per_week is not None:
        parts.append(f"{number(product.days_per_week)} days a week")
    return f"{', '.join(parts)} ({phrases['as_reported']})"


def _amount(dose: KratomDose | None, unit_name: str) -> str:
    if dose is None:
        return ""
    if dose.leaf_g is not None:
        return f"{number(dose.leaf_g)} g"
    if dose.capsules is not None:
        each = "" if dose.capsule_leaf_mg is None else f" of {number(dose.capsule_leaf_mg)} mg"
        return f"{number(dose.capsules)} {_counted('capsule(s)', dose.capsules)}{each}"
    if dose.units is not None:
        labels = (
            (dose.mitragynine_mg_per_unit, "mitragynine"),
            (dose.seven_oh_mg_per_unit, "7-OH"),
        )
        each = " and ".join(f"{number(mg)} mg {name}" for mg, name in labels if mg is not None)
        name = _counted(unit_name, dose.units)
        return f"{number(dose.units)} {name}" + (f" labelled {each} each" if each else "")
    stated = ((dose.mitragynine_mg, "mitragynine"), (dose.seven_oh_mg, "7-OH"))
    return " and ".join(f"{number(mg)} mg {name}" for mg, name in stated if mg is not None)


def _counted(name: str, count: float) -> str:
    """A name such as ``tablet(s)`` for one or for several."""
    return name.replace("(s)", "" if count == 1 else "s")


def strain_finding(product: KratomProduct, knowledge: Knowledge) -> Finding | None:
    """What a strain name or vein colour is worth."""
    if product.strain is None:
        return None
    words = knowledge.kratom.exposure_wording
    return finding(words, "intake.strain", strain=product.strain)


def content_finding(product: KratomProduct, amounts: Amounts, knowledge: Knowledge) -> Finding:
    """What the content rests on: the best source first, unknown when there is none."""
    words, form = knowledge.kratom.exposure_wording, knowledge.kratom.forms[product.form]
    name = name_of(product, knowledge)
    known = [a for a in amounts.values() if a is not None]
    if not known:
        return finding(words, "intake.content.none", facts=form.facts, name=name, note=form.note)
    best = str(min((a.known for a in known), key=_BEST_FIRST.index))
    if best != Known.LABORATORY and found_nothing(product.analysis):
        best = "zero"
    said = "; ".join(_said(k, a) for k, a in amounts.items() if a is not None)
    facts = [f for a in known for f in a.facts] + list(form.facts)
    over = knowledge.fact("kratom/var_label")
    under = knowledge.fact("kratom/assumption_label_under_statement")
    return finding(
        words,
        f"intake.content.{best}",
        facts=facts,
        name=name,
        alkaloids=said,
        note=form.note,
        over_low=number(over.low or 0.0),
        over_high=number(over.high or 0.0),
        under=number(under.number),
    )


def _said(alkaloid: Alkaloid, amount: AlkaloidAmount) -> str:
    name = "mitragynine" if alkaloid is Alkaloid.MITRAGYNINE else "7-OH"
    rests_on = {Known.LABORATORY: "laboratory", Known.LABEL: "label", Known.FORM: "range"}
    if amount.stated is None:
        return f"{name} {span(amount.low, amount.high, 'mg')} per dose"
    shown = f"{rests_on[amount.known]} {number(amount.stated)} mg"
    return f"{name} {shown}, taken as {span(amount.low, amount.high, 'mg')} per dose"


def content_missing(
    product: KratomProduct, amounts: Amounts, knowledge: Knowledge
) -> tuple[Missing, ...]:
    """What was not given about the product and what that costs."""
    words, name = knowledge.kratom.exposure_wording, name_of(product, knowledge)
    found: list[Missing] = []
    mg, seven_oh = amounts[Alkaloid.MITRAGYNINE], amounts[Alkaloid.SEVEN_OH]
    if product.dose is None:
        found.append(missing(words, "dose", name=name))
    elif mg is None and seven_oh is None:
        unweighed = product.dose.capsules is not None and grams(product.dose) is None
        key = "capsule_weight" if unweighed else "content_unknown"
        found.append(missing(words, key, name=name))
    else:
        if all(a is None or a.known is not Known.LABORATORY for a in (mg, seven_oh)):
            best = min((a.known for a in (mg, seven_oh) if a), key=_BEST_FIRST.index)
            how = "from the label" if best is Known.LABEL else "from such products in general"
            found.append(missing(words, "content", name=name, how_known=how))
        if seven_oh is None:
            found.append(missing(words, "seven_oh", name=name))
    if product.times_per_day is None:
        found.append(missing(words, "times_per_day", name=name))
    return tuple(found)


def estimate(amount: AlkaloidAmount | None, times: float = 1.0) -> Estimate | None:
    """An amount as an estimate in mg, ``times`` a day."""
    if amount is None:
        return None
    return Estimate(
        value=None if amount.stated is None else amount.stated * times,
        unit="mg",
        low=amount.low * times,
        high=amount.high * times,
        interval=amount.interval,
        facts=amount.facts,
    )
