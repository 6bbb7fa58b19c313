"""What is taken, as reported, and how many mg of each alkaloid that means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.case.vocabulary import KratomStatus
from speciosa.finding import Estimate, Finding, worst_first
from speciosa.pharmacology.exposure.result import IntakeResult, ProductIntake
from speciosa.pharmacology.exposure.taken.comparison import comparisons
from speciosa.pharmacology.exposure.taken.content import Alkaloid, alkaloid_amount
from speciosa.pharmacology.exposure.taken.describe import (
    Amounts,
    as_used,
    content_finding,
    content_missing,
    estimate,
    name_of,
    strain_finding,
)
from speciosa.pharmacology.wording import finding, missing, span

if TYPE_CHECKING:
    from speciosa.case.model import Case, KratomProduct, KratomUse
    from speciosa.finding import Missing
    from speciosa.knowledge import Knowledge


def intake(case: Case, knowledge: Knowledge) -> IntakeResult:
    """Describe the products as used and the alkaloid amounts, with ranges and what is missing."""
    words = knowledge.kratom.exposure_wording
    use = case.kratom
    if use is None:
        return _nothing(
            words.phrases["headline_not_recorded"],
            (finding(words, "intake.not_known"),),
            (missing(words, "kratom"),),
        )
    if use.status is KratomStatus.NEVER:
        return _nothing(words.phrases["headline_never"])
    taken = use.status is not KratomStatus.ASKING
    products = tuple(_product(p, knowledge, taken=taken) for p in use.products)
    if not taken:
        return IntakeResult(
            headline=words.phrases["headline_asking"],
            products=products,
            mitragynine_mg_per_day=None,
            seven_oh_mg_per_day=None,
            findings=(finding(words, "intake.asking"),),
            missing=(),
        )
    lacking: list[Missing] = [] if use.products else [missing(words, "products")]
    for product in use.products:
        lacking += content_missing(product, amounts_of(product, knowledge), knowledge)
    if use.since is None:
        lacking.append(missing(words, "since"))
    if use.last_use_hours_ago is None:
        lacking.append(missing(words, "last_use"))
    several = (finding(words, "intake.several_products"),) if len(products) > 1 else ()
    mg = _sum([p.mitragynine_mg_per_day for p in products])
    seven_oh = _sum([p.seven_oh_mg_per_day for p in products])
    return IntakeResult(
        headline=_headline(mg, seven_oh, use, knowledge),
        products=products,
        mitragynine_mg_per_day=mg,
        seven_oh_mg_per_day=seven_oh,
        findings=worst_first(several),
        missing=tuple(dict.fromkeys(lacking)),
    )


def has_amount(product: KratomProduct, knowledge: Knowledge) -> bool:
    """Whether the amount of either alkaloid can be stated, and is not nought."""
    amounts = amounts_of(product, knowledge).values()
    return any(amount is not None and amount.high > 0 for amount in amounts)


def amounts_of(product: KratomProduct, knowledge: Knowledge) -> Amounts:
    """Mg per dose of both alkaloids, ``None`` where nothing allows a figure."""
    return {alkaloid: alkaloid_amount(product, alkaloid, knowledge) for alkaloid in Alkaloid}


def _product(product: KratomProduct, knowledge: Knowledge, *, taken: bool) -> ProductIntake:
    """One product. What is only asked about gets no amounts, whatever was typed."""
    if not taken:
        product = product.model_copy(update={"dose": None, "times_per_day": None})
    amounts = amounts_of(product, knowledge)
    mg, seven_oh = amounts[Alkaloid.MITRAGYNINE], amounts[Alkaloid.SEVEN_OH]
    often = product.times_per_day
    return ProductIntake(
        form=product.form,
        label=name_of(product, knowledge),
        as_used=as_used(product, knowledge) if taken else "",
        strain=strain_finding(product, knowledge),
        content=content_finding(product, amounts, knowledge),
        mitragynine_mg_per_dose=estimate(mg),
        seven_oh_mg_per_dose=estimate(seven_oh),
        mitragynine_mg_per_day=None if often is None else estimate(mg, often),
        seven_oh_mg_per_day=None if often is None else estimate(seven_oh, often),
        comparison=worst_first(comparisons(product, amounts, knowledge)),
    )


def _sum(parts: list[Estimate | None]) -> Estimate | None:
    """Daily amounts of all products together; only a lower bound where one is not known."""
    known = [p for p in parts if p is not None]
    if not known:
        return None
    facts = tuple(dict.fromkeys(f for p in known for f in p.facts))
    low = sum(p.low or 0.0 for p in known)
    if len(known) < len(parts):
        return Estimate(
            value=None,
            unit="mg",
            low=low,
            no_interval_because="a lower bound: the amount in another product is not known",
            facts=facts,
        )
    values = [p.value for p in known]
    return Estimate(
        value=None if None in values else sum(v for v in values if v is not None),
        unit="mg",
        low=low,
        high=sum(p.high or 0.0 for p in known),
        interval=known[0].interval if len(known) == 1 else "sum of the ranges of the products",
        facts=facts,
    )


def _headline(
    mg: Estimate | None, seven_oh: Estimate | None, use: KratomUse, knowledge: Knowledge
) -> str:
    phrases = knowledge.kratom.exposure_wording.phrases
    if use.status is KratomStatus.STOPPED:
        return phrases["headline_stopped" if use.products else "headline_stopped_no_product"]
    if mg is None and seven_oh is None:
        return phrases["headline_using_unknown"]
    return phrases["headline_using_known"].format(mitragynine=_said(mg), seven_oh=_said(seven_oh))


def _said(amount: Estimate | None) -> str:
    # At least nothing is nothing known.
    if amount is None or amount.low is None or (amount.high is None and amount.low <= 0):
        return "not known"
    if amount.high is None:
        return f"at least {span(amount.low, amount.low, 'mg')}"
    return span(amount.low, amount.high, amount.unit)


def _nothing(
    headline: str, findings: tuple[Finding, ...] = (), lacking: tuple[Missing, ...] = ()
) -> IntakeResult:
    return IntakeResult(
        headline=headline,
        products=(),
        mitragynine_mg_per_day=None,
        seven_oh_mg_per_day=None,
        findings=findings,
        missing=lacking,
    )
