"""One block of virtual people: a row of figures each, and counts instead of their curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from speciosa.pharmacology.exposure.measurement.measured import curve_nm, ng_ml_per_nm
from speciosa.pharmacology.exposure.regimen.fading import LIMITS, passings
from speciosa.pharmacology.exposure.regimen.figures import per_person
from speciosa.population.output.columns import DRAW, STRUCTURE, SUBJECT, TABLE_ROW, measure_column
from speciosa.population.output.rows import encoded_rows
from speciosa.population.quantiles import Counts
from speciosa.population.run.cells import ANALYTES, OF_STRUCTURE, Cells, column
from speciosa.population.run.prepared import Prepared, prepared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from speciosa.pharmacology.exposure.virtual.draws import Array
    from speciosa.pharmacology.exposure.virtual.people import People
    from speciosa.population.who import Population
    from speciosa.population.who.columns import Drawn, Values

    Rows = dict[str, NDArray[np.generic]]

PEOPLE, COUNTS, FOUND = "people", "counts", "found"


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a block found besides.

    ``analytes`` are those ever in plasma; ``lives_by`` counts people by structure, ``words`` by the
    words that say who they are (what is not known comes last).
    """

    analytes: tuple[str, ...]
    lives_by: tuple[int, ...]
    words: dict[str, tuple[int, ...]]

    def and_(self, other: Found) -> Found:
        """Both blocks together."""
        return Found(
            analytes=tuple(sorted({*self.analytes, *other.analytes})),
            lives_by=_added(self.lives_by, other.lives_by),
            words={name: _added(held, other.words[name]) for name, held in self.words.items()},
        )


def _added(some: tuple[int, ...], others: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(some, others, strict=True))


def simulate_block(
    request: bytes, population: Population | None, first: int, count: int
) -> dict[str, bytes]:
    """Simulate ``count`` people from number ``first`` on."""
    ready = prepared(request, population)
    counts = Counts(ready.cells.total)
    rows: list[Rows] = []
    found: Found | None = None
    for start in range(first, first + count, ready.at_once):
        number = min(ready.at_once, first + count - start)
        people, drawn = ready.follow(start, number)
        who = {} if drawn is None else drawn.columns
        measured = _measured(people, ready)
        _count(counts, ready.cells, people, measured, who, ready)
        rows.append(_rows(people, measured, drawn, start))
        one = _found(people, who, ready)
        found = one if found is None else found.and_(one)
    whole = {name: np.concatenate([part[name] for part in rows]) for name in rows[0]}
    return {
        PEOPLE: encoded_rows(whole, ready.columns),
        COUNTS: counts.encoded(),
        FOUND: msgspec.json.encode(found),
    }


def _found(people: People, who: Mapping[str, Values], ready: Prepared) -> Found:
    return Found(
        analytes=tuple(a for a in ANALYTES if curve_nm(people, a).any()),
        lives_by=_counted(people.lives_by, len(people.structures)),
        words={
            c.name: _counted(
                np.where(who[c.name] < 0, len(c.values), who[c.name]), len(c.values) + 1
            )
            for c in ready.who
            if c.values
        },
    )


def _counted(codes: NDArray[Any], kinds: int) -> tuple[int, ...]:
    return tuple(np.bincount(codes.astype(np.intp), minlength=kinds).tolist())


def _measured(people: People, ready: Prepared) -> dict[str, Mapping[str, Array]]:
    seen = ready.course.seen(people, ready.knowledge)
    return {a: per_person(people, a, seen, ready.knowledge) for a in ANALYTES}


def _count(  # noqa: PLR0913, PLR0917 - what is counted, and where
    counts: Counts,
    cells: Cells,
    people: People,
    measured: Mapping[str, Mapping[str, Array]],
    who: Mapping[str, Values],
    ready: Prepared,
) -> None:
    for analyte in ANALYTES:
        scale = ng_ml_per_nm(analyte, ready.knowledge)
        shown = curve_nm(people, analyte)[:, cells.shown] * scale
        counts.add(cells.curve(analyte).start, shown)
        for name, values in measured[analyte].items():
            counts.add(cells.measure(analyte, name), column(values))
        for place, structure in enumerate(people.structures):
            own = people.lives_by == place
            for name in OF_STRUCTURE:
                cell = cells.of_structure(structure, analyte, name)
                counts.add(cell, column(measured[analyte][name][own]))
    passed = passings(people, ready.course.layout.last_dose_h, ready.knowledge)
    for (analyte, limit), one in passed.items():
        assert limit in LIMITS  # noqa: S101 - both come from there
        counts.add(cells.passing(analyte, limit), column(one.hours))
    for name in cells.people:
        counts.add(cells.person(name), column(np.asarray(who[name], dtype=np.float64)))


def _rows(
    people: People,
    measured: Mapping[str, Mapping[str, Array]],
    drawn: Drawn | None,
    start: int,
) -> Rows:
    rows: Rows = {
        SUBJECT: np.arange(start, start + people.subjects),
        "mitragynine_per_day": _known(people.mitragynine_mg_per_day),
        "seven_oh_per_day": _known(people.seven_oh_mg_per_day),
        STRUCTURE: people.lives_by,
        DRAW: people.draw,
    }
    if drawn is not None:
        rows |= drawn.columns
        if drawn.row is not None:
            rows[TABLE_ROW] = drawn.row
    for analyte, figures in measured.items():
        rows |= {measure_column(analyte, name): values for name, values in figures.items()}
    return rows


def _known(mg: Array) -> Array:
    """Amounts; NaN where nothing known is taken, for an unknown content is not nought."""
    return np.where(mg > 0.0, mg, np.nan)
