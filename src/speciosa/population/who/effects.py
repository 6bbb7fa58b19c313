"""What a body is assumed to do to levels. No study in kratom shows any of it.

``assumed`` applies the effects of the knowledge base (size, age, cirrhosis) to the parameters of
each structure. ``none`` applies none. Either way a person who is unlike the people studied has a
wider range, as in an assessment.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Container, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from speciosa.knowledge.population import BodyEffect, Law
from speciosa.pharmacology.exposure.virtual.draws import Array
from speciosa.population.who.columns import Drawn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.knowledge import Knowledge

ADULT = "kratom/assumption_adult_age"
_NOT_SHOWN = "No study of kratom shows how weight, age or the liver change its levels."

_NONE_ASSUMED = (
    "No effect of the body is assumed; whoever is known to be unlike the people studied (age, "
    "pregnancy, liver disease) has a wider range."
)


class BodyEffects(StrEnum):
    """Whether assumed effects of the body are applied."""

    ASSUMED = "assumed"
    NONE = "none"


@dataclasses.dataclass(frozen=True, eq=False)
class Effects:
    """What to hand to the simulation, and what to say of it.

    ``factors`` by structure and parameter, one for each person; ``unlike``: in how many ways each
    is unlike the people studied; ``facts``: the assumptions; ``sentences`` belong in the output.
    """

    factors: Mapping[str, Mapping[str, Array]]
    unlike: Array
    facts: tuple[str, ...]
    sentences: tuple[str, ...]


def body_effects(
    drawn: Drawn, knowledge: Knowledge, mode: BodyEffects = BodyEffects.ASSUMED
) -> Effects:
    """The assumed effects of these people's bodies."""
    facts, sentences = said(drawn.columns, knowledge, mode)
    factors: dict[str, dict[str, Array]] = {}
    for effect in applied(drawn.columns, knowledge, mode):
        factor = _factor(effect, drawn, knowledge)
        for structure, parameters in effect.parameters.items():
            held = factors.setdefault(structure, {})
            for parameter in parameters:
                held[parameter] = held[parameter] * factor if parameter in held else factor
    return Effects(factors, _unlike(drawn, knowledge), facts, sentences)


def said(
    columns: Container[str], knowledge: Knowledge, mode: BodyEffects
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Fact ids and sentences for a population with these columns."""
    effects = applied(columns, knowledge, mode)
    facts = dict.fromkeys(fact for effect in effects for fact in effect.facts)
    if not effects:
        return (), (_NOT_SHOWN, _NONE_ASSUMED)
    return tuple(facts), (_NOT_SHOWN, *(effect.sentence for effect in effects))


def applied(
    columns: Container[str], knowledge: Knowledge, mode: BodyEffects
) -> tuple[BodyEffect, ...]:
    """The effects assumed of a population with these columns."""
    if mode is BodyEffects.NONE:
        return ()
    return tuple(e for e in knowledge.population.effects if e.column in columns)


def _factor(effect: BodyEffect, drawn: Drawn, knowledge: Knowledge) -> Array:
    """The factor of each person; 1 where the figure it follows from is not known."""
    numbers = [knowledge.fact(name).number for name in effect.facts]
    if effect.law is Law.CLASS:
        factor = np.ones(drawn.count)
        for name, ratio in zip(effect.facts, numbers, strict=True):
            word = name.split("/")[-2]
            factor[drawn.holds(effect.column, word)] = 1.0 / ratio
        return factor
    figure = drawn.figure(effect.column)
    if effect.law is Law.POWER:
        reference, exponent = numbers
        moved = (figure / reference) ** exponent
    else:
        start, end, at_end = numbers
        along = np.clip((figure - start) / (end - start), 0.0, 1.0)
        moved = 1.0 - along * (1.0 - at_end)
    return np.where(np.isnan(figure), 1.0, moved)


def _unlike(drawn: Drawn, knowledge: Knowledge) -> Array:
    """In how many ways each person is unlike the people studied, counted as for a case."""
    adult = knowledge.fact(ADULT)
    age = drawn.figure("age_years")
    ways: tuple[NDArray[np.bool_], ...] = (
        drawn.holds("pregnancy", "pregnant", "possible"),
        drawn.holds("breast_feeding", "yes"),
        age < (adult.low or 0.0),
        age >= (adult.high or np.inf),
        drawn.holds("liver_disease", "yes") | drawn.holds("child_pugh", "A", "B", "C"),
    )
    total: Array = np.sum(ways, axis=0, dtype=np.float64)
    return total
