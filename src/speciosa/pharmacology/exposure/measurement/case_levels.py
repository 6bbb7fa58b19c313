"""The plasma levels of a case, with the times of its schedule at which they may have been taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.case.vocabulary import KratomStatus, LabName
from speciosa.pharmacology.exposure.measurement.measured import MITRAGYNINE, SEVEN_OH, MeasuredLevel
from speciosa.pharmacology.exposure.virtual.schedule import DAY_H, times_after_a_dose
from speciosa.pharmacology.wording import number

if TYPE_CHECKING:
    from speciosa.case.model import Case, Lab
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.virtual.schedule import Schedule

_ANALYTES = {LabName.MITRAGYNINE_PLASMA: MITRAGYNINE, LabName.SEVEN_OH_PLASMA: SEVEN_OH}


def levels_of(case: Case, schedule: Schedule, knowledge: Knowledge) -> tuple[MeasuredLevel, ...]:
    """Levels that fall into the use that ``schedule`` describes.

    A level has no time where the hours after the last dose are not known, and where it is too old
    to speak for the present use. A result of nought is no level: it says less than it seems to.
    """
    return tuple(_levels(case, schedule, knowledge))


def _levels(case: Case, schedule: Schedule, knowledge: Knowledge) -> Iterator[MeasuredLevel]:
    for lab in case.labs:
        analyte = _ANALYTES.get(lab.name)
        if analyte is None or lab.value <= 0:
            continue
        recent = _speaks_for_this_use(case, lab, knowledge)
        below = "below " if lab.below_limit else ""
        hours = lab.hours_after_dose
        when = "" if hours is None else f" {number(hours)} h after a dose"
        yield MeasuredLevel(
            analyte=analyte,
            value=lab.value,
            unit=lab.unit,
            below_limit=bool(lab.below_limit),
            times_h=_times(case, lab, schedule) if recent else (),
            said=f"{analyte} {below}{lab.value:,.7g} {lab.unit}{when}",
        )


def _speaks_for_this_use(case: Case, lab: Lab, knowledge: Knowledge) -> bool:
    if lab.date is None:
        return True
    since = case.kratom.since if case.kratom else None
    oldest = knowledge.fact("kratom/assumption_level_age").number
    return (case.date - lab.date).days <= oldest and (since is None or lab.date >= since)


def _times(case: Case, lab: Lab, schedule: Schedule) -> tuple[float, ...]:
    last = schedule.last_dose_h
    if lab.hours_after_dose is None or last is None:
        return ()
    use = case.kratom
    stopped = use is not None and use.status is KratomStatus.STOPPED
    while_using = use is not None and use.stopped and lab.date and lab.date < use.stopped
    if stopped and not while_using:
        return (last + lab.hours_after_dose,)
    period = max((r.period_h for r in schedule.before.repeats), default=0.0)
    times = [dose.time_h for dose in schedule.doses]
    if not period:
        return (last + lab.hours_after_dose,)
    return times_after_a_dose(times, max(period, DAY_H), lab.hours_after_dose)
