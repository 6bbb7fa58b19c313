"""Every value a simulation rests on: given by the designer, or taken from the base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.trials.design.document import (
    Comparator,
    Design,
    Kind,
    Option,
    Strategy,
)
from speciosa.evidence.trials.design.guard import check, is_opioid
from speciosa.knowledge.fact import Basis

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.evidence.trial import TrialParameter, TrialScenario
    from speciosa.knowledge.fact import Fact

Values = Mapping[str, float]
# Fields that change nothing until a designer, or a scenario, asks for them.
_SWITCHED = {
    "blinding.": {
        "blinding.believe_active_on_treatment": 0.0,
        "blinding.believe_active_on_control": 0.0,
        "blinding.expectancy_points": 0.0,
    },
    "withdrawal.": {
        "withdrawal.share_of_users": 0.0,
        "withdrawal.points": 0.0,
        "withdrawal.newly_dependent_share": 0.0,
    },
    "effect.": {"effect.spread_between_people": 0.0},
}

# Scores after stopping count under treatment policy alone; elsewhere these change nothing.
_AFTER_STOPPING = {
    "leaving.followed_after_stopping": 0.0,
    "leaving.effect_lost_half_time_weeks": 1.0,
}
_OVER_VISITS = frozenset(
    {"effect.half_time_weeks", "course.first_visit_sd_share", "course.control_half_time_weeks"}
)


class Origin(StrEnum):
    """Who says so."""

    DESIGNER = "designer"
    BASE = "base"
    JUDGEMENT = "judgement"


class Assumption(msgspec.Struct, frozen=True, kw_only=True):
    """One value, its range, and where it comes from.

    ``used`` is False where only scenarios use it. ``stands_in`` is True where the fact is about
    something near to what is asked; ``said`` then tells what, and it is never called verified.
    ``tried`` is True where a scenario of this design takes it to an end of its range or to 0.
    """

    field: str
    words: str
    value: float
    unit: str = ""
    low: float | None = None
    high: float | None = None
    origin: Origin = Origin.DESIGNER
    fact: str = ""
    verified: bool = False
    used: bool = True
    said: str = ""
    stands_in: bool = False
    tried: bool = False


def assumptions(design: Design, knowledge: Knowledge) -> tuple[Assumption, ...]:
    """What the design gives and what the base fills in, in the order of the base.

    Raises ``InputError`` where neither can: nobody has observed an effect of kratom on anxiety.
    """
    check(design, knowledge)
    found = []
    for parameter in knowledge.evidence.trial_wording.parameters:
        if not _concerns(design, parameter.field):
            continue
        fact = _fact(design, parameter, knowledge)
        given = _given(design, parameter.field)
        if given is None and parameter.field == "effect.difference":
            given = _difference(design, opioid=is_opioid(design, knowledge))
        if given is not None:
            found.append(_designers(design, parameter, given, fact))
        elif fact is not None:
            found.append(_bases(design, parameter, fact))
        else:
            raise InputError(
                [InputProblem(parameter.field, "nothing", "a number; the base has none")]
            )
    tried = _tried(design, knowledge.evidence.trial_wording.scenarios)
    return tuple(msgspec.structs.replace(one, tried=one.field in tried) for one in found)


def _tried(design: Design, scenarios: Sequence[TrialScenario]) -> frozenset[str]:
    """Fields that the scenarios of a design move, and do not only switch on."""
    if not design.simulation.scenarios:
        return frozenset()
    moved = set()
    for scenario in scenarios:
        elsewhere = scenario.designs and design.design.value not in scenario.designs
        if elsewhere or (scenario.kratom_only and design.treatment.kind is not Option.KRATOM):
            continue
        moved |= {field for field, end in scenario.fields.items() if end != "value"}
        if scenario.null or (scenario.assurance and design.effect.low is not None):
            moved.add("effect.difference")
    return frozenset(moved)


def values(found: tuple[Assumption, ...]) -> dict[str, float]:
    """The values by field, with switches that nobody asked for at nothing."""
    off = {field: zero for fields in _SWITCHED.values() for field, zero in fields.items()}
    given = {a.field: a.value if a.used else off.get(a.field, a.value) for a in found}
    return {**_AFTER_STOPPING, **given}


def _designers(
    design: Design, parameter: TrialParameter, value: float, fact: Fact | None
) -> Assumption:
    low, high = (fact.low, fact.high) if fact else (None, None)
    if parameter.field == "effect.difference":
        # A range seen with something else says nothing of a designer's own figure.
        low, high = design.effect.low, design.effect.high
    elif low is None or high is None or not low <= value <= high:
        low = high = None
    return Assumption(
        field=parameter.field,
        words=_worded(design, parameter),
        value=value,
        unit=parameter.unit,
        low=low,
        high=high,
        origin=Origin.DESIGNER,
        said="assumed by the designer",
    )


def _bases(design: Design, parameter: TrialParameter, fact: Fact) -> Assumption:
    judged = fact.basis in {Basis.JUDGEMENT, Basis.RECALLED}
    stand_in = parameter.stands_in.get(fact.id, "")
    return Assumption(
        field=parameter.field,
        words=_worded(design, parameter),
        value=fact.number,
        unit=parameter.unit,
        low=fact.low,
        high=fact.high,
        origin=Origin.JUDGEMENT if judged else Origin.BASE,
        fact=fact.id,
        verified=fact.verified and not stand_in,
        used=_used(design, parameter.field),
        said=stand_in or fact.note,
        stands_in=bool(stand_in),
    )


def _worded(design: Design, parameter: TrialParameter) -> str:
    return (design.in_periods and parameter.words_in_periods) or parameter.words


def _fact(design: Design, parameter: TrialParameter, knowledge: Knowledge) -> Fact | None:
    """The most specific fact that fits the scale and the comparator."""
    if parameter.field == "effect.difference" and design.treatment.kind is not Option.MEDICINE:
        return None
    scale, kind = design.scale.value, design.control.kind.value
    # What was seen with medicines is not known of kratom.
    own = "kratom" if design.treatment.kind is Option.KRATOM else ""
    for key in (own, f"{scale}/{kind}", scale, "any"):
        if key in parameter.facts:
            return knowledge.fact(parameter.facts[key])
    return None


def _difference(design: Design, *, opioid: bool) -> float | None:
    """Where no difference is given: the highest dose's own.

    The base knows the difference between medicines and placebo, on their own, and no other; what
    acts on opioid receptors is none of those medicines.
    """
    if design.design is Kind.DOSE_RANGING:
        return design.doses[-1].difference
    medicine = design.treatment.kind is Option.MEDICINE and not opioid
    known = medicine and design.design is not Kind.ADD_ON
    if not known or design.control.kind is not Comparator.PLACEBO:
        accepted = "the true difference in points to plan for; nobody has observed it"
        raise InputError([InputProblem("effect.difference", "nothing", accepted)])
    return None


def _given(design: Design, field: str) -> float | None:
    part, _, name = field.partition(".")
    value: float | None = getattr(getattr(design, part), name, None)
    return value


def _concerns(design: Design, field: str) -> bool:
    if field.startswith("periods."):
        return design.in_periods
    if field.startswith("covariance."):
        matrix = design.covariance.matrix is not None
        return not design.in_periods and not matrix
    if field.startswith("withdrawal."):
        return design.treatment.kind is Option.KRATOM
    if field in _OVER_VISITS:
        return not design.in_periods
    if field in _AFTER_STOPPING:
        return design.analysis.strategy is Strategy.TREATMENT_POLICY
    return True


def _used(design: Design, field: str) -> bool:
    """Blinding failure and withdrawal happen in the plan only where the designer says so.

    So do differences of the effect between people, but in n-of-1 trials, which exist for them.
    """
    if field == "effect.spread_between_people" and design.design is Kind.N_OF_1:
        return True
    for prefix, fields in _SWITCHED.items():
        if field in fields:
            return any(
                _given(design, name) is not None for name in fields if name.startswith(prefix)
            )
    return True
