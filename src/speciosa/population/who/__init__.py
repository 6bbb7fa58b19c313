"""Who virtual people are: documented populations, a user's own table, and what bodies may do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from speciosa.errors import InputError, InputProblem
from speciosa.population.who.columns import KINDS, UNKNOWN, Drawn, Kind
from speciosa.population.who.documented import documented
from speciosa.population.who.effects import ADULT, BodyEffects, Effects, applied, body_effects, said
from speciosa.population.who.population import Population
from speciosa.population.who.table import ENDINGS, WEIGHT, read_table

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge

__all__ = [
    "KINDS",
    "UNKNOWN",
    "WEIGHT",
    "BodyEffects",
    "Drawn",
    "Effects",
    "Kind",
    "Population",
    "applied",
    "body_effects",
    "draw",
    "read",
    "said",
]


def read(name: str | Path, knowledge: Knowledge) -> Population:
    """A documented population by its id, or a table by its path (``.csv``, ``.parquet``).

    Raises ``InputError`` for anything else, and for what is wrong in a table.
    """
    record = knowledge.population.documented.get(str(name))
    if record is not None:
        return documented(record, knowledge)
    path = Path(name)
    if path.suffix.lower() in ENDINGS:
        adult = knowledge.fact(ADULT).low
        return read_table(path, adult or 0.0)
    ids = ", ".join(knowledge.population.documented)
    accepted = f"{ids}, or a table ({' or '.join(ENDINGS)})"
    raise InputError([InputProblem("population", repr(str(name)[:60]), accepted)])


def draw(population: Population, seed: int, *, first: int = 0, count: int) -> Drawn:
    """Subjects ``first`` onwards of a population; subject i depends on (seed, i) alone."""
    if first < 0 or count < 0:
        raise ValueError("subjects are counted from nought")
    return population.draw(seed, first=first, count=count)
