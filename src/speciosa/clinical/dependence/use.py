"""The pattern of use and withdrawal: between doses, after stopping, how often, which product."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.finding import Finding, Missing

if TYPE_CHECKING:
    import datetime as dt

    from speciosa.case import Case, KratomUse
    from speciosa.knowledge.instruments import Instruments, Wording
    from speciosa.knowledge.instruments.record import UseDisorder

HOURS_A_DAY = 24
DAYS_A_WEEK = 7
NOTHING, ANXIETY = "none", "anxiety"
SEVEN_OH, PSEUDOINDOXYL, UNKNOWN = "7_oh_product", "pseudoindoxyl_product", "unknown"
USE_DISORDERS = (
    "opioid_use_disorder",
    "alcohol_use_disorder",
    "sedative_use_disorder",
    "other_substance_use_disorder",
)


def between_dose_findings(kratom: KratomUse, wording: Wording) -> Iterator[Finding]:
    """What is noticed between doses, which can be withdrawal that passes for anxiety."""
    signs = tuple(str(sign) for sign in kratom.between_doses)
    if NOTHING in signs:
        yield wording.finding("between_none")
    elif signs:
        words = wording.words_for("between", signs)
        yield wording.finding("between_doses", values={"words": words})
        if ANXIETY in signs:
            yield wording.finding("between_anxiety")


def stopping_findings(
    kratom: KratomUse, today: dt.date, disorder: UseDisorder, wording: Wording
) -> Iterator[Finding]:
    """Where the person stands after stopping or cutting down."""
    if kratom.status == "stopped":
        days = days_since_last(kratom, today)
        if days is None:
            yield wording.finding("stopped_undated")
        else:
            values = {"days": f"{days:.0f}"}
            yield wording.finding(phase(days, disorder), values=values)
    if kratom.cut_down_recently:
        yield wording.finding("cut_down")


def phase(days: float, disorder: UseDisorder) -> str:
    """Which phrase fits so many days after the last dose."""
    if days <= disorder.watch_after_stopping.number:
        return "stopped_days_ago"
    settled = disorder.scores_unsettled.high
    return "stopped_weeks_ago" if settled is None or days <= settled else "stopped_long_ago"


def days_since_last(kratom: KratomUse, today: dt.date) -> float | None:
    """Days since the last dose: the shorter of date and hours, ``None`` without either."""
    known = []
    if kratom.stopped is not None and kratom.stopped <= today:
        known.append(float((today - kratom.stopped).days))
    if kratom.last_use_hours_ago is not None:
        known.append(kratom.last_use_hours_ago / HOURS_A_DAY)
    return min(known, default=None)


def use_findings(case: Case, kratom: KratomUse, wording: Wording) -> Iterator[Finding]:
    """How often, which product, attempts to stop, and other dependence on record."""
    times = doses_a_day(kratom)
    if times is not None:
        yield wording.finding("frequency", values={"times": f"{times:g}"})
    if kratom.status == "using" and _daily(kratom):
        yield wording.finding("daily")
    yield from _products(kratom, wording)
    if kratom.attempts_to_stop:
        yield wording.finding("attempts", values={"count": kratom.attempts_to_stop})
    if "avoiding_kratom_withdrawal" in kratom.reasons:
        yield wording.finding("uses_to_avoid_withdrawal")
    if "opioid_withdrawal" in kratom.reasons:
        yield wording.finding("replaces_opioids")
    others = tuple(
        c.name
        for c in case.conditions
        if c.name in USE_DISORDERS and c.status in ("current", "past")
    )
    if others:
        values = {"words": wording.words_for("condition", others)}
        yield wording.finding("other_use_disorder", values=values)


def concentrated(kratom: KratomUse) -> bool:
    """Whether a 7-OH or pseudoindoxyl product is on record."""
    return any(product.form in (SEVEN_OH, PSEUDOINDOXYL) for product in kratom.products)


def doses_a_day(kratom: KratomUse) -> float | None:
    """Doses of all products on a day of use, ``None`` where it was not given for any of them."""
    times = [p.times_per_day for p in kratom.products if p.times_per_day is not None]
    return sum(times) if times else None


def use_gaps(kratom: KratomUse, today: dt.date, wording: Wording) -> Iterator[Missing]:
    """What was not given about the use, and what that costs."""
    if not kratom.products:
        yield wording.gap("products")
    if doses_a_day(kratom) is None:
        yield wording.gap("times_per_day")
    if not kratom.between_doses:
        yield wording.gap("between_doses")
    if kratom.attempts_to_stop is None:
        yield wording.gap("attempts")
    if kratom.status == "stopped" and days_since_last(kratom, today) is None:
        yield wording.gap("stopped")
    if kratom.status == "using" and kratom.last_use_hours_ago is None:
        yield wording.gap("last_use")


def scale_findings(case: Case, table: Instruments, wording: Wording) -> Iterator[Finding]:
    """Totals of withdrawal and dependence scales, with what they were not made for."""
    for name in ("cows", "sows"):
        entry = getattr(case.symptoms, name)
        if entry is None:
            continue
        instrument = table.by_id[name]
        values = {"name": instrument.name, "total": entry.total, "band": ""}
        if instrument.total_high is not None and entry.total > instrument.total_high:
            yield wording.finding("withdrawal_scale_range", values=values, about=name)
            continue
        severity = None
        facts: tuple[str, ...] = (f"{instrument.start}/range",)
        if instrument.bands is not None:
            band = instrument.bands.band(entry.total)
            severity = wording.level(name, band.label)
            values["band"] = wording.line("scale_band", label=band.label)
            facts = (f"{instrument.start}/band/{band.label.replace(' ', '-')}",)
        yield wording.finding(
            "withdrawal_scale", values=values, facts=facts, severity=severity, about=name
        )
    scale = case.symptoms.kratom_dependence_scale
    if scale is not None:
        yield wording.finding("dependence_scale", values={"total": scale.total})


def _products(kratom: KratomUse, wording: Wording) -> Iterator[Finding]:
    forms = {str(product.form) for product in kratom.products}
    if SEVEN_OH in forms:
        yield wording.finding("seven_oh")
    if PSEUDOINDOXYL in forms:
        yield wording.finding("pseudoindoxyl")
    if UNKNOWN in forms:
        yield wording.finding("product_unknown")


def _daily(kratom: KratomUse) -> bool:
    """Daily as far as is known: a product with doses a day and no days off on record."""
    return any(
        p.times_per_day is not None
        and p.times_per_day >= 1
        and (p.days_per_week is None or p.days_per_week >= DAYS_A_WEEK)
        for p in kratom.products
    )
