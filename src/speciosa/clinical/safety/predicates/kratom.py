"""Named tests on the use of kratom."""

from __future__ import annotations

from speciosa.case import KratomAnalysis, KratomProduct, KratomUse
from speciosa.case import vocabulary as v
from speciosa.clinical.safety.outcome import (
    DOES_NOT_FIRE,
    Outcome,
    all_of,
    any_of,
    cannot_tell,
    fires,
    fires_if,
)
from speciosa.clinical.safety.picture import Picture

_CONCENTRATED = (v.KratomForm.SEVEN_OH_PRODUCT, v.KratomForm.PSEUDOINDOXYL_PRODUCT)
# Extracts are sometimes spiked with 7-OH, and an unknown product can be anything.
_CONTENT_NOT_KNOWN = (v.KratomForm.EXTRACT, v.KratomForm.EXTRACT_SHOT, v.KratomForm.UNKNOWN)
_SEVEN_OH_ID = "7-hydroxymitragynine"


def days_since_last_use(picture: Picture) -> float | None:
    """Days since the last kratom, from hours or from the date of stopping; the smaller."""
    use = picture.case.kratom
    if use is None:
        return None
    known = [
        days
        for days in (
            None if use.last_use_hours_ago is None else use.last_use_hours_ago / 24,
            picture.days_since(use.stopped),
        )
        if days is not None
    ]
    return min(known, default=None)


def kratom_in_question(picture: Picture) -> Outcome:
    """Kratom is used, asked about, or was used so recently that it still counts."""
    use = picture.case.kratom
    if picture.kratom_named or _takes_seven_oh(picture):
        return fires("kratom or 7-OH is on the list")
    if use is None:
        return cannot_tell("kratom", because="kratom use was not asked about")
    if use.status is v.KratomStatus.NEVER:
        return DOES_NOT_FIRE
    if use.status is v.KratomStatus.STOPPED:
        return _not_long_stopped(picture)
    asking = use.status is v.KratomStatus.ASKING
    return fires(
        "kratom is asked about; this would hold if it were used" if asking else "kratom is used"
    )


def _not_long_stopped(picture: Picture) -> Outcome:
    days = days_since_last_use(picture)
    if days is None:
        return fires("kratom was stopped and when is not known")
    recent = days <= picture.limit("kratom_carry_over_days")
    return fires_if(recent, f"kratom was last used {days:.0f} days ago")


def _takes_seven_oh(picture: Picture) -> bool:
    return any(item.medicine.id == _SEVEN_OH_ID for item in picture.current())


def concentrated_seven_oh(picture: Picture) -> Outcome:
    """A concentrated 7-OH or pseudoindoxyl product."""
    use = picture.case.kratom
    if _takes_seven_oh(picture):
        return fires("7-hydroxymitragynine is on the list")
    if use is None:
        return cannot_tell("kratom", because="kratom use was not asked about")
    if use.status is v.KratomStatus.NEVER:
        return DOES_NOT_FIRE
    if not use.products:
        if use.status is v.KratomStatus.ASKING:
            return DOES_NOT_FIRE
        return cannot_tell("kratom.products", because="the product is not known")
    return any_of(*(_product_is_concentrated(picture, product) for product in use.products))


def _product_is_concentrated(picture: Picture, product: KratomProduct) -> Outcome:
    dose = product.dose
    if product.form in _CONCENTRATED:
        return fires("a concentrated 7-OH or pseudoindoxyl product is used")
    if dose is not None and (dose.seven_oh_mg or dose.seven_oh_mg_per_unit):
        return fires("the product is dosed by its 7-OH content")
    if product.analysis is not None:
        analysed = _enriched(picture, product.analysis)
        if analysed is not None:
            return analysed
    if product.form in _CONTENT_NOT_KNOWN:
        return cannot_tell("kratom.products", because="the 7-OH content is not known")
    return DOES_NOT_FIRE


def _enriched(picture: Picture, analysis: KratomAnalysis) -> Outcome | None:
    """More 7-OH than leaf holds, by analysis; ``None`` where 7-OH was not measured."""
    for seven_oh, mitragynine in (
        (analysis.seven_oh_mg_per_g, analysis.mitragynine_mg_per_g),
        (analysis.seven_oh_mg_per_unit, analysis.mitragynine_mg_per_unit),
    ):
        if seven_oh is None:
            continue
        if seven_oh and mitragynine is None:
            return cannot_tell("kratom.products", because="the mitragynine content is not known")
        limit = picture.limit("seven_oh_ratio") * (mitragynine or 0.0)
        return fires_if(seven_oh > limit, "the product analysis shows more 7-OH than leaf holds")
    return None


def withdrawal_window(picture: Picture) -> Outcome:
    """Daily use now or days ago, a recent cut-down, or withdrawal signs between doses."""
    use = picture.case.kratom
    if use is None:
        return cannot_tell("kratom", because="kratom use was not asked about")
    if use.status in (v.KratomStatus.NEVER, v.KratomStatus.ASKING):
        return DOES_NOT_FIRE
    noticed = any(sign is not v.WithdrawalSign.NONE for sign in use.between_doses)
    return any_of(
        fires_if(bool(use.cut_down_recently), "kratom was cut down recently"),
        fires_if(noticed, "withdrawal signs between doses"),
        all_of(_used_in_window(picture, use), _used_daily(picture, use)),
    )


def _used_in_window(picture: Picture, use: KratomUse) -> Outcome:
    if use.status is v.KratomStatus.USING:
        return fires("kratom is used")
    days = days_since_last_use(picture)
    if days is None:
        return cannot_tell("kratom.stopped", because="when kratom was stopped is not known")
    recent = days <= picture.limit("withdrawal_window_days")
    return fires_if(recent, f"kratom was last used {days:.0f} days ago")


def _used_daily(picture: Picture, use: KratomUse) -> Outcome:
    if not use.products:
        return cannot_tell("kratom.products", because="how often kratom is used is not known")
    return any_of(*(_daily(picture, product) for product in use.products))


def _daily(picture: Picture, product: KratomProduct) -> Outcome:
    if product.days_per_week is not None:
        daily = product.days_per_week >= picture.limit("daily_use_days")
        return fires_if(daily, f"kratom on {product.days_per_week:g} days a week")
    if product.times_per_day is not None:
        return fires_if(product.times_per_day >= 1, "kratom every day")
    return cannot_tell("kratom.products", because="how often kratom is used is not known")
