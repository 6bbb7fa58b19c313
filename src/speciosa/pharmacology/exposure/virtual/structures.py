"""One structure run over a schedule for every subject.

Both structures are run by the engine from their text. Where the structure is linear, long use
before the schedule is reckoned exactly. Where it is not, its last days are followed dose by dose
and what is older goes in at its mean rate, which keeps every amount and costs a few steps; that
this changes next to nothing is tested.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from speciosa.errors import InputError
from speciosa.pharmacology.exposure.virtual.draws import Array
from speciosa.pharmacology.exposure.virtual.schedule import Dose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from speciosa.engine import Model
    from speciosa.engine.dosing import Bolus, Infusion
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.models.record import Structure
    from speciosa.pharmacology.exposure.virtual.bodies import Bodies
    from speciosa.pharmacology.exposure.virtual.portions import Portions
    from speciosa.pharmacology.exposure.virtual.schedule import Repeat, Schedule

LINEAR, TURNOVER = "linear", "turnover"
_UMOL_PER_MG = 1e3  # divided by g/mol
_NM_PER_UM = 1e3
_FORMED, _SWALLOWED = "Cf", "Cs"  # what the texts call the two parts of 7-OH
_POOLS = {TURNOVER: ("Ef", "EL")}  # and CYP3A of gut wall and liver, where a structure has it
# Numerical settings of a nonlinear structure: hours followed dose by dose before the schedule,
# hours that stand for use without a beginning, and tolerances. What they cost is tested: a level
# is moved by less than 0.5 % in half of all people and by less than 3 % in all; the tolerances are
# less than 0.01 % of it.
LISTED_H = 14 * 24.0
LONG_H = 365 * 24.0
_RTOL, _ATOL = 1e-4, 1e-7


MITRAGYNINE, SEVEN_OH = "mitragynine", "7-hydroxymitragynine"

# Micromoles in one dose of each product, (products, subjects), by substance.
Inputs = Mapping[str, Array]


def inputs_of(portions: Portions, knowledge: Knowledge) -> Inputs:
    """Amounts of substance from mg."""
    return {
        MITRAGYNINE: micromoles(portions.mitragynine_mg, "kratom/pk_mg_mw", knowledge),
        SEVEN_OH: micromoles(portions.seven_oh_mg, "kratom/pk_7oh_mw", knowledge),
    }


def micromoles(mg: Array, weight: str, knowledge: Knowledge) -> Array:
    """Mg as micromoles; ``weight`` is the fact with the molecular weight."""
    return mg * (_UMOL_PER_MG / knowledge.fact(weight).number)


@dataclasses.dataclass(frozen=True, eq=False)
class Run:
    """Total plasma concentrations in nmol/L, (subjects, times).

    ``gut_cyp3a`` and ``liver_cyp3a`` are the activity over its baseline that a victim would meet;
    NaN where the structure has no enzyme, and (subjects, 0) where it was not asked for.
    """

    mitragynine_nm: Array
    formed_nm: Array
    swallowed_nm: Array
    gut_cyp3a: Array
    liver_cyp3a: Array


def run(  # noqa: PLR0913 - a structure, its people and what they take
    structure: str,
    schedule: Schedule,
    inputs: Inputs,
    knowledge: Knowledge,
    made: Bodies,
    *,
    times_h: Array,
    enzymes: bool = False,
    linear_exactly: bool = True,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Run:
    """Simulate one structure at ``times_h`` of the schedule (ascending)."""
    record = knowledge.models.structure(structure)
    pools = _POOLS.get(structure, ()) if enzymes else ()
    outputs = (record.outputs[MITRAGYNINE], _FORMED, _SWALLOWED, *pools)
    nm = concentrations(
        record,
        outputs,
        schedule,
        inputs,
        knowledge,
        made.parameters,
        times_h,
        linear_exactly=linear_exactly,
        threads=threads,
        progress=progress,
    )
    if pools:  # a pool has no unit, so the conversion of concentrations is taken back
        gut, liver = nm[:, :, 3] / _NM_PER_UM, nm[:, :, 4] / _NM_PER_UM
    else:
        gut = liver = np.full((nm.shape[0], times_h.size if enzymes else 0), np.nan)
    return Run(nm[:, :, 0], nm[:, :, 1], nm[:, :, 2], gut, liver)


def concentrations(  # noqa: PLR0913, PLR0917 - a model, its people and what they take
    record: Structure,
    outputs: Sequence[str],
    schedule: Schedule,
    inputs: Inputs,
    knowledge: Knowledge,
    parameters: Mapping[str, Array],
    times_h: Array,
    *,
    linear_exactly: bool = True,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Array:
    """Outputs of a structure in nmol/L, (subjects, times, outputs).

    Without ``linear_exactly`` a linear structure is integrated as the others are, within the same
    tolerances: many times as fast where the times are unevenly apart.
    """
    from speciosa.engine import simulate  # noqa: PLC0415 - the engine is loaded when it is used

    model, linear = _model(knowledge.models.text(record.id))
    doses: Sequence[Dose] = schedule.doses
    older: Sequence[Repeat] = ()
    if linear:
        start, initial = _before(model, schedule, inputs, record, parameters)
    else:
        doses, older = schedule.dose_by_dose(LISTED_H)
        begins = [_begin(repeat) for repeat in older] + [dose.time_h for dose in doses[:1]]
        start, initial = min([*begins, float(times_h[0])]), None
    result = simulate(
        model,
        parameters,
        (*_infusions(older, inputs, record), *_boluses(doses, inputs, record)),
        times_h,
        outputs,
        subjects=_subjects(inputs),
        start=start,
        initial=initial,
        method="linear" if linear and linear_exactly else "auto",
        rtol=_RTOL,
        atol=_ATOL,
        threads=threads,
        progress=progress,
    )
    assert result.values is not None  # noqa: S101 - nothing was reduced
    # An integrator may end a hair below nought where the true value is nought.
    nm: Array = np.maximum(result.values, 0.0) * _NM_PER_UM
    return nm


def _subjects(inputs: Inputs) -> int:
    return int(next(iter(inputs.values())).shape[1])


def _before(
    model: Model,
    schedule: Schedule,
    inputs: Inputs,
    record: Structure,
    parameters: Mapping[str, Array],
) -> tuple[float, dict[str, Array] | None]:
    """Where a linear model begins, and its states there: those of all earlier use add up."""
    from speciosa.engine import simulate  # noqa: PLC0415
    from speciosa.engine.steady import after_periods, steady_state  # noqa: PLC0415

    subjects = _subjects(inputs)
    alike: dict[tuple[float, float, float], list[Repeat]] = {}
    for repeat in schedule.before.repeats:
        alike.setdefault((repeat.period_h, repeat.count, repeat.end_h), []).append(repeat)
    total: dict[str, Array] | None = None
    for (period_h, count, end_h), repeats in alike.items():
        doses = [Dose(t, r.product, r.fraction) for r in repeats for t in r.times_h]
        period = tuple(_boluses(sorted(doses), inputs, record))
        if math.isinf(count):
            states = steady_state(model, parameters, period, period_h, subjects=subjects)
        else:
            states = after_periods(
                model, parameters, period, period_h, periods=int(count), subjects=subjects
            )
        if end_h < schedule.start_h:
            states = simulate(
                model,
                parameters,
                (),
                (schedule.start_h,),
                model.state_names,
                subjects=subjects,
                start=end_h,
                initial=states,
                method="linear",
            ).final_states()
        total = states if total is None else {n: total[n] + states[n] for n in states}
    return schedule.start_h, total


def _boluses(doses: Sequence[Dose], inputs: Inputs, record: Structure) -> Iterator[Bolus]:
    """One bolus for each time and state: products taken together go in together."""
    from speciosa.engine.dosing import Bolus  # noqa: PLC0415

    for state, amounts in _by_state(inputs, record):
        at: dict[float, list[tuple[int, float]]] = {}
        for dose in doses:
            at.setdefault(dose.time_h, []).append((dose.product, dose.fraction))

        @functools.cache  # doses that are alike share one array, which the engine keeps once
        def together(parts: tuple[tuple[int, float], ...], amounts: Array = amounts) -> Array:
            total: Array = sum(fraction * amounts[product] for product, fraction in parts)
            return total

        yield from (Bolus(time, state, together(tuple(parts))) for time, parts in at.items())


def _infusions(older: Sequence[Repeat], inputs: Inputs, record: Structure) -> Iterator[Infusion]:
    from speciosa.engine.dosing import Infusion  # noqa: PLC0415

    for state, amounts in _by_state(inputs, record):
        for repeat in older:
            rate = repeat.per_hour * amounts[repeat.product]
            yield Infusion(_begin(repeat), repeat.end_h, state, rate)


def _begin(repeat: Repeat) -> float:
    """When use that has always been so is taken to have begun."""
    return max(repeat.start_h, repeat.end_h - LONG_H)


def _by_state(inputs: Inputs, record: Structure) -> Iterator[tuple[str, Array]]:
    """Each state that takes doses, with the amounts in a dose of each product."""
    for substance, amounts in inputs.items():
        if amounts.any():
            yield record.inputs[substance], amounts


@functools.lru_cache(maxsize=16)
def _model(text: str) -> tuple[Model, bool]:
    """The model of a text, and whether it is linear in its states."""
    from speciosa.engine import read_model  # noqa: PLC0415
    from speciosa.engine.linear import require_linear  # noqa: PLC0415

    model = read_model(text)
    try:
        require_linear(model)
    except InputError:
        return model, False
    return model, True
