"""The blocks of a population brought together: counts added up, figures and curves read off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from speciosa.finding import Finding, worst_first
from speciosa.pharmacology.exposure.measurement.measured import MITRAGYNINE, SEVEN_OH
from speciosa.pharmacology.exposure.regimen.fading import LIMITS, fadings
from speciosa.pharmacology.exposure.regimen.figures import (
    FAN,
    Percentiles,
    analyte_figures,
    fan_of,
    not_taken,
    structure_figures,
)
from speciosa.pharmacology.exposure.regimen.forecast import told
from speciosa.pharmacology.exposure.regimen.washout import LONGEST_H
from speciosa.pharmacology.wording import finding
from speciosa.population.quantiles import Counts, Spread
from speciosa.population.run.block import COUNTS, FOUND, PEOPLE, Found
from speciosa.population.run.cells import ANALYTES
from speciosa.population.who import KINDS, applied

if TYPE_CHECKING:
    from speciosa.distribution import Folder, Job
    from speciosa.pharmacology.exposure.regimen.figures import Shown
    from speciosa.pharmacology.exposure.regimen.simulation import (
        AnalyteFigures,
        Simulation,
        StructureFigures,
    )
    from speciosa.population.run.prepared import Prepared

# The first so many people are followed once more, for what is said in sentences. Whoever is drawn
# first is drawn by chance, from a table as well.
SPOKEN_OF = 1000
_NO_EFFECT = "exposure.body"
_SHARES = (0.05, 0.5, 0.95)


class Gathered(NamedTuple):
    """Counts of all blocks, and what they found."""

    counts: Counts
    found: Found

    @classmethod
    def of(cls, folder: Folder, jobs: Sequence[Job], ready: Prepared) -> Gathered:
        """Add the blocks up."""
        counts = Counts(ready.cells.total)
        found: Found | None = None
        for job in jobs:
            counts.add_encoded(folder.piece(job, COUNTS))
            one = msgspec.json.decode(folder.piece(job, FOUND), type=Found)
            found = one if found is None else found.and_(one)
        assert found is not None  # noqa: S101 - a population has people
        return cls(counts, found)

    def percentiles(self, cell: int) -> Percentiles | None:
        """The 5th, 50th and 95th percentile of a cell."""
        spread = self.counts.spread(cell)
        if not spread.people:
            return None
        low, middle, high = spread.quantiles(_SHARES)
        return low, middle, high


def rows_of(folder: Folder, jobs: Sequence[Job]) -> Iterator[bytes]:
    """The encoded rows of every block, in the order of the people."""
    for job in jobs:
        yield folder.piece(job, PEOPLE)


def simulation(gathered: Gathered, ready: Prepared, subjects: int) -> Simulation:
    """Everything that is said of the whole population.

    Figures and curves are those of everybody; the sentences beside them, and what is said of
    products, come from the first ``SPOKEN_OF`` people.
    """
    course, knowledge, cells = ready.course, ready.knowledge, ready.cells
    some, _ = ready.follow(0, min(subjects, SPOKEN_OF))
    seen = course.seen(some, knowledge)
    times_h = course.times_h[cells.shown]
    inside = [a for a in ANALYTES if a in gathered.found.analytes]

    def figures(name: str) -> AnalyteFigures:
        if name not in inside:
            return not_taken(knowledge)
        return analyte_figures(
            lambda measure: gathered.percentiles(cells.measure(name, measure)),
            name,
            seen,
            knowledge,
        )

    base = told(course, some, seen, knowledge)
    return msgspec.structs.replace(
        base,
        title=base.title or _title(ready),
        findings=findings(base.findings, ready),
        subjects=subjects,
        drawn_from=subjects,
        analytes={name: figures(name) for name in (MITRAGYNINE, SEVEN_OH)},
        curve={
            name: fan_of(gathered.counts.quantiles(cells.curve(name), FAN), times_h)
            for name in inside
        },
        by_structure=_by_structure(gathered, ready, seen, subjects),
        washout=fadings(
            {
                (name, limit): _Counted(gathered.counts.spread(cells.passing(name, limit)))
                for name in inside
                for limit in LIMITS
            },
            knowledge,
        ),
    )


def _title(ready: Prepared) -> str:
    return f"Simulated kratom regimen: {ready.population.title}" if ready.population else ""


def findings(said_of_all: tuple[Finding, ...], ready: Prepared) -> tuple[Finding, ...]:
    """Where effects of bodies are assumed, that takes the place of "none is applied"."""
    if not ready.assumed:
        return said_of_all
    words = ready.knowledge.kratom.simulate_wording
    others = tuple(one for one in said_of_all if one.id != _NO_EFFECT)
    effects = applied(
        [column.name for column in ready.who], ready.knowledge, ready.request.body_effects
    )
    what = dict.fromkeys(KINDS[effect.column].what for effect in effects)
    added = [finding(words, "simulate.bodies_assumed", what=", ".join(what))]
    if any(effect.column == "child_pugh" for effect in effects):
        added.append(finding(words, "simulate.cirrhosis_assumed"))
    return worst_first((*others, *added))


def _by_structure(
    gathered: Gathered, ready: Prepared, seen: Shown, subjects: int
) -> tuple[StructureFigures, ...]:
    found = []
    for name, people in zip(ready.cells.structures, gathered.found.lives_by, strict=True):

        def read(analyte: str, measure: str, name: str = name) -> Percentiles | None:
            return gathered.percentiles(ready.cells.of_structure(name, analyte, measure))

        found.append(structure_figures(name, people / subjects, read, seen, ready.knowledge))
    return tuple(found)


class _Counted(NamedTuple):
    """How long people take to pass a level, as counted."""

    spread: Spread

    @property
    def followed_h(self) -> float:
        return LONGEST_H

    @property
    def never(self) -> float:
        return self.spread.nought

    @property
    def beyond(self) -> float:
        return self.spread.endless

    def quantile(self, share: float) -> float:
        return self.spread.reached_by(share)
