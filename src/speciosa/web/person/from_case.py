"""What a kept case says over time: dated scores, kratom use and its changes, an urgent route."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.case.vocabulary import KratomStatus
from speciosa.clinical import safety, severity
from speciosa.clinical.outcomes.timeline import (
    Alarm,
    AlarmSource,
    Direction,
    Entry,
    Event,
    EventKind,
    Kratom,
    LabValue,
    Measured,
    Source,
)
from speciosa.clinical.safety.result import UrgentStatus

if TYPE_CHECKING:
    from speciosa.case import Case
    from speciosa.case.model import KratomDose, KratomProduct, KratomUse
    from speciosa.knowledge import Knowledge

URGENT = (UrgentStatus.EMERGENCY, UrgentStatus.SAME_DAY)
_SCALES = ("gad7", "phq9", "isi", "cows", "sows")
_KRATOM = "kratom"
_DAYS_A_WEEK = 7
_MG_A_G = 1000


def entries_of(case: Case, knowledge: Knowledge) -> Iterator[Entry]:
    """What a case says, each score, item 9 and laboratory value on the day that it has."""
    symptoms, use = case.symptoms, case.kratom
    scores: dict[dt.date, list[Measured]] = {case.date: []}
    item9: dict[dt.date, int] = {}
    labs: dict[dt.date, list[LabValue]] = {}
    for name in _SCALES:
        part = getattr(symptoms, name)
        answers = getattr(part, "answers", None)
        if part is None or (part.total is None and answers is None):
            continue
        measured = scored(name, part.total if answers is None else answers, knowledge)
        scores.setdefault(part.date or case.date, []).append(measured)
    if symptoms.phq9 is not None and symptoms.phq9.suicidality_item is not None:
        item9[symptoms.phq9.date or case.date] = symptoms.phq9.suicidality_item
    for x in case.labs:
        value = LabValue(name=x.name, value=x.value, unit=x.unit, upper_limit=x.upper_limit)
        labs.setdefault(x.date or case.date, []).append(value)
    for date in sorted(scores.keys() | item9.keys() | labs.keys()):
        own = date == case.date
        yield Entry(
            date=date,
            source=Source.VISIT,
            scores=tuple(scores.get(date, ())),
            item9=item9.get(date),
            labs=tuple(labs.get(date, ())),
            difficulty=symptoms.difficulty if own else None,
            days_lost=symptoms.days_lost_last_month if own else None,
            kratom=_kratom(use) if own and use is not None else None,
            side_effects=(use.side_effects or None) if own and use is not None else None,
        )
    for earlier in case.earlier:
        totals = {name: getattr(earlier, name) for name in ("gad7", "phq9", "isi")}
        yield Entry(
            date=earlier.date,
            scores=tuple(
                Measured(instrument=name, total=total)
                for name, total in totals.items()
                if total is not None
            ),
        )


def events_of(case: Case) -> Iterator[Event]:
    """When kratom was begun, stopped or cut down, as the case says."""
    use = case.kratom
    if use is None:
        return
    if use.since is not None:
        yield _change(use.since, EventKind.STARTED)
    if use.stopped is not None:
        yield _change(use.stopped, EventKind.STOPPED)
    if use.cut_down_recently:
        yield _change(case.date, EventKind.CHANGED, Direction.LESS)


def alarm_of(case: Case, knowledge: Knowledge, *, newest: bool) -> Alarm | None:
    """The urgent route of a case beside its item 9, which is an entry of its own."""
    without = case.model_copy(update={"symptoms": case.symptoms.model_copy(update={"phq9": None})})
    urgent = safety.assess(without, knowledge).urgent
    if urgent.status not in URGENT:
        return None
    return Alarm(date=case.date, source=AlarmSource.CASE, words=urgent.headline, newest=newest)


def scored(instrument: str, given: int | tuple[int | None, ...], knowledge: Knowledge) -> Measured:
    """A questionnaire scored as everywhere. Raises ``InputError`` for what is out of range."""
    result = severity.score(instrument, given, knowledge)
    total = result.total
    return Measured(
        instrument=result.instrument,
        total=None if total is None else total.value,
        low=None if total is None else total.low,
        high=None if total is None else total.high,
        answers=() if isinstance(given, int) else given,
    )


def _change(date: dt.date, kind: EventKind, direction: Direction | None = None) -> Event:
    return Event(date=date, kind=kind, what=_KRATOM, treatment=_KRATOM, direction=direction)


def _kratom(use: KratomUse) -> Kratom | None:
    """Use as an account of its day; somebody who only asks has said nothing of use.

    Of several products: doses of all a day, and the mean of what one dose holds.
    """
    if use.status is KratomStatus.ASKING:
        return None
    if use.status is not KratomStatus.USING:
        return Kratom(used=False)
    products = use.products
    daily = [_doses(p) for p in products]
    known = [d for d in daily if d is not None]
    doses = sum(known) if products and len(known) == len(daily) else None
    weights = known if doses is not None else [1.0] if len(products) == 1 else []
    held = [_held(p.dose) for p in products]
    amounts: dict[str, float] = {}
    if weights and all(held):
        for unit in sorted({unit for one in held for unit in one}):
            total = sum(w * one.get(unit, 0.0) for w, one in zip(weights, held, strict=True))
            amounts[unit] = total / sum(weights)
    forms = {p.form for p in products}
    return Kratom(
        used=True,
        doses=doses,
        form=forms.pop() if len(forms) == 1 else None,
        leaf_g=amounts.get("leaf_g"),
        mitragynine_mg=amounts.get("mitragynine_mg"),
        seven_oh_mg=amounts.get("seven_oh_mg"),
    )


def _doses(product: KratomProduct) -> float | None:
    """Doses a day over the whole week; every day where no days were said."""
    if product.times_per_day is None:
        return None
    return product.times_per_day * (product.days_per_week or _DAYS_A_WEEK) / _DAYS_A_WEEK


def _held(dose: KratomDose | None) -> dict[str, float]:
    """What one dose holds, in the units of an account; empty where that is not known."""
    if dose is None:
        return {}
    capsules, units = dose.capsules, dose.units
    found = {
        "leaf_g": dose.leaf_g
        or (capsules and dose.capsule_leaf_mg and capsules * dose.capsule_leaf_mg / _MG_A_G),
        "mitragynine_mg": dose.mitragynine_mg
        or (units and dose.mitragynine_mg_per_unit and units * dose.mitragynine_mg_per_unit),
        "seven_oh_mg": dose.seven_oh_mg
        or (units and dose.seven_oh_mg_per_unit and units * dose.seven_oh_mg_per_unit),
    }
    return {unit: amount for unit, amount in found.items() if amount}
