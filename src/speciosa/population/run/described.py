"""Who the people of a request are, in words and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from speciosa.pharmacology.exposure.regimen.figures import figure, rounded
from speciosa.population.output.document import Described, PeopleDrawn
from speciosa.population.who import KINDS, Drawn, applied, said

if TYPE_CHECKING:
    from speciosa.pharmacology.exposure.regimen.figures import Percentiles
    from speciosa.population.run.gathered import Gathered
    from speciosa.population.run.prepared import Prepared

_YEARS = "a"


def described(gathered: Gathered, ready: Prepared) -> tuple[Described, ...]:
    """What the people are like: numbers by percentiles, words by shares, and who is not known."""
    subjects = sum(gathered.found.lives_by)
    found = []
    for column in ready.who:
        if not column.values:
            cell = ready.cells.person(column.name)
            read = _whole_years(gathered.percentiles(cell), column.unit)
            found.append(
                Described(
                    name=column.name,
                    about=column.about,
                    figure=figure(read, column.unit),
                    unknown=rounded(1.0 - gathered.counts.spread(cell).people / subjects),
                )
            )
            continue
        *counts, unknown = gathered.found.words[column.name]
        named = {*zip(column.values, counts, strict=True)} | ({("not known", unknown)})
        shares = {word: rounded(number / subjects) for word, number in sorted(named) if number}
        found.append(
            Described(
                name=column.name,
                about=column.about,
                shares=shares,
                unknown=rounded(unknown / subjects),
            )
        )
    return tuple(found)


def unknown_in(drawn: Drawn) -> dict[str, float]:
    """The share of people in whom each column is not known."""
    return {
        name: rounded(float(np.mean(held < 0 if name in drawn.words else np.isnan(held))))
        for name, held in drawn.columns.items()
    }


def drawn_from(
    ready: Prepared,
    subjects: int,
    unknown: Mapping[str, float],
    described: Sequence[Described] = (),
) -> PeopleDrawn | None:
    """The population of a request, with what so many people of it may be taken for.

    ``unknown`` is the share of people in whom a column is not known.
    """
    population = ready.population
    if population is None:
        return None
    names = [column.name for column in ready.who]
    mode = ready.request.body_effects
    facts, sentences = said(names, ready.knowledge, mode)
    columns = dict.fromkeys(effect.column for effect in applied(names, ready.knowledge, mode))
    partly = tuple(
        f"The {KINDS[name].what} is not known in {_percent(unknown[name])} of these people; in "
        "them nothing is assumed of it."
        for name in columns
        if unknown.get(name)
    )
    return PeopleDrawn(
        name=population.id,
        title=population.title,
        key=population.key,
        about=population.about,
        limits=(*population.taken(subjects), *population.limits),
        body_effects=mode.value,
        effects=(*sentences, *partly),
        effect_facts=facts,
        facts=population.facts,
        described=tuple(described),
    )


def _whole_years(read: Percentiles | None, unit: str) -> Percentiles | None:
    """Ages are told in whole years: counting moves them by less than half of one."""
    if read is None or unit != _YEARS:
        return read
    low, middle, high = (float(round(age)) for age in read)
    return low, middle, high


def _percent(share: float) -> str:
    return "under 1 %" if share < 0.01 else f"{100.0 * share:.0f} %"
