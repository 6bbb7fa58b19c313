"""A case that has stopped: how levels decline since the last dose, and where they are now.

A description of plasma alone. It says nothing about withdrawal and reassures nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from speciosa.case.vocabulary import KratomStatus
from speciosa.finding import Estimate, Finding
from speciosa.pharmacology.exposure.caveats import limits
from speciosa.pharmacology.exposure.measurement.case_levels import levels_of
from speciosa.pharmacology.exposure.measurement.measured import (
    MITRAGYNINE,
    SEVEN_OH,
    LevelUse,
    Use,
    choose,
    curve_nm,
    level_range,
    ng_ml_per_nm,
)
from speciosa.pharmacology.exposure.regimen.fading import fading
from speciosa.pharmacology.exposure.regimen.washout import LONGEST_H, washout_times
from speciosa.pharmacology.exposure.taken.comparison import swallows_seven_oh
from speciosa.pharmacology.exposure.taken.describe import name_of
from speciosa.pharmacology.exposure.taken.intake import has_amount
from speciosa.pharmacology.exposure.taken.unknown_content import unknown_content
from speciosa.pharmacology.exposure.unstudied import unstudied
from speciosa.pharmacology.exposure.virtual.draws import Array
from speciosa.pharmacology.exposure.virtual.people import People, simulate
from speciosa.pharmacology.exposure.virtual.schedule import DAY_H, Schedule, days_of_use
from speciosa.pharmacology.wording import finding, number

if TYPE_CHECKING:
    from speciosa.case.model import Case, KratomUse
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.regimen.simulation import Fading

_IN_DAYS_FROM_H = 48.0
_LIMIT = "kratom/assay_plasma_loq"
_ENOUGH = "kratom/assumption_still_present"


class Decline(NamedTuple):
    """Levels since the last dose of a case that has stopped.

    ``now`` are predicted plasma levels in ng/mL on the date of the case, empty when the time of
    the last dose is not known. ``present``: whether enough virtual people then have a level that a
    research assay can quantify; ``None`` where that is not known.
    """

    washout: tuple[Fading, ...]
    now: dict[str, Estimate]
    levels: tuple[LevelUse, ...]
    effective_subjects: float | None
    findings: tuple[Finding, ...]
    present: bool | None


def decline(case: Case, knowledge: Knowledge, *, seed: int, subjects: int) -> Decline | None:
    """The decline since the last dose; ``None`` when use has not stopped, or has no amounts."""
    use = case.kratom
    if use is None or use.status is not KratomStatus.STOPPED:
        return None
    products = [p for p in use.products if has_amount(p, knowledge)]
    if not products:
        return None
    unknown = [name_of(p, knowledge) for p in use.products if p not in products]
    schedule = Schedule.of_use(
        products, days_of_use(use.since, use.stopped or case.date), knowledge
    )
    last = schedule.last_dose_h
    if last is None:
        return None
    hours = _hours_since(use, case)

    def follow(count: int, times_h: Array) -> People:
        return simulate(
            schedule,
            products,
            knowledge,
            seed=seed,
            subjects=count,
            times_h=times_h,
            everybody=False,
            unlike=len(unstudied(case, knowledge)),
        )

    measured = levels_of(case, schedule, knowledge)
    chosen = choose(
        measured,
        follow,
        knowledge,
        unknown=unknown_content(products, knowledge, left_out=unknown),
        seed=seed,
        subjects=subjects,
    )
    if chosen.refuted:
        hours = None
    now = [last + hours] if hours is not None else []
    people = follow(chosen.of, np.unique(np.concatenate((washout_times(last), now))))
    people = people if chosen.who is None else people.take(chosen.who)
    fadings = () if chosen.refuted else fading(people, last, knowledge)
    swallowed = swallows_seven_oh(products, people.portions.amounts, knowledge)
    here = {} if hours is None else _levels_at(people, last + hours, knowledge)
    return Decline(
        washout=fadings,
        now=here,
        levels=chosen.uses,
        effective_subjects=chosen.effective,
        findings=(
            *chosen.findings,
            *_untimed(chosen.uses, knowledge),
            *_said(fadings, here, hours, knowledge),
            *limits(people, products, knowledge, swallowed=swallowed),
            *_left_out(unknown, knowledge),
        ),
        present=_present(people, last, hours, unknown, knowledge),
    )


def _present(
    people: People, last_h: float, hours: float | None, left_out: list[str], knowledge: Knowledge
) -> bool | None:
    if hours is None:
        return None
    limit, enough = knowledge.fact(_LIMIT).number, knowledge.fact(_ENOUGH).number
    column = int(np.searchsorted(people.time_h, last_h + hours))
    above = [
        curve_nm(people, analyte)[:, column] * ng_ml_per_nm(analyte, knowledge) >= limit
        for analyte in (MITRAGYNINE, SEVEN_OH)
    ]
    if float(np.mean(above[0] | above[1])) >= enough:
        return True
    return None if left_out else False


def _left_out(names: list[str], knowledge: Knowledge) -> list[Finding]:
    words = knowledge.kratom.exposure_wording
    return [finding(words, "exposure.left_out", names=", ".join(names))] if names else []


def _hours_since(use: KratomUse, case: Case) -> float | None:
    """Hours since the last dose: as given, or the whole days since stopping."""
    if use.last_use_hours_ago is not None:
        return use.last_use_hours_ago
    return None if use.stopped is None else (case.date - use.stopped).days * DAY_H


def _levels_at(people: People, time_h: float, knowledge: Knowledge) -> dict[str, Estimate]:
    phrases = knowledge.kratom.exposure_wording.phrases
    limit = knowledge.fact(_LIMIT).number
    column = int(np.searchsorted(people.time_h, time_h))
    found = {}
    for analyte in (MITRAGYNINE, SEVEN_OH):
        ng_ml = curve_nm(people, analyte)[:, column] * ng_ml_per_nm(analyte, knowledge)
        if not ng_ml.any():
            continue
        low, middle, high = (float(q) for q in np.percentile(ng_ml, (5, 50, 95)))
        if high < limit:
            words = knowledge.kratom.simulate_wording.phrases["below_assay"]
            found[analyte] = Estimate(
                value=None,
                unit="ng/mL",
                high=limit,
                no_interval_because=words.format(limit=number(limit)),
                facts=(_LIMIT,),
            )
            continue
        found[analyte] = Estimate(
            value=middle, unit="ng/mL", low=low, high=high, interval=phrases["interval"]
        )
    return found


# ------------------------------------------------------------------ in words


def _said(
    fadings: tuple[Fading, ...],
    now: dict[str, Estimate],
    hours: float | None,
    knowledge: Knowledge,
) -> list[Finding]:
    words = knowledge.kratom.simulate_wording
    found = [finding(words, "stopped.not_withdrawal"), finding(words, "stopped.usual_use")]
    for analyte, level in now.items():
        high = level.high or 0.0
        said = {"hours": _time(hours, knowledge).capitalize(), "analyte": analyte}
        if level.low is None:
            limit = number(high)
            found.append(
                finding(words, "stopped.now_below_assay", suffix=analyte, limit=limit, **said)
            )
            continue
        between = level_range(level.low, high)
        found.append(finding(words, "stopped.now", suffix=analyte, range=between, **said))
    # One limit is enough to read; the others stand in the data.
    for one in {one.analyte: one for one in fadings}.values():
        figure = one.after_last_dose
        found.append(
            finding(
                words,
                "stopped.decline",
                suffix=one.analyte,
                facts=one.facts,
                analyte=one.analyte,
                limit=number(one.limit),
                low=_time(figure.p05, knowledge),
                middle=_time(figure.median, knowledge),
                high=_time(figure.p95, knowledge),
                what=one.what,
                note=figure.note and f"{figure.note[0].upper()}{figure.note[1:]}.",
            )
        )
    return found


def _untimed(uses: tuple[LevelUse, ...], knowledge: Knowledge) -> list[Finding]:
    words = knowledge.kratom.simulate_wording
    return [
        finding(words, "stopped.level_untimed", suffix=use.level.analyte, level=use.level.said)
        for use in uses
        if use.use is Use.UNTIMED
    ]


def _time(hours: float | None, knowledge: Knowledge) -> str:
    phrases = knowledge.kratom.simulate_wording.phrases
    if hours is None:
        return phrases["longer"].format(days=number(LONGEST_H / DAY_H))
    if hours == 0:
        return phrases["at_once"]
    if hours < _IN_DAYS_FROM_H:
        return phrases["hours"].format(value=number(float(f"{hours:.2g}")))
    return phrases["days"].format(value=number(float(f"{hours / DAY_H:.2g}")))
