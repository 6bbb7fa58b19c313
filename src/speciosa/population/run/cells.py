"""Which cell of the counts holds what: times of curves, figures of people, times to a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from speciosa.pharmacology.exposure.measurement.measured import MITRAGYNINE, SEVEN_OH
from speciosa.pharmacology.exposure.regimen.fading import LIMITS
from speciosa.pharmacology.exposure.regimen.figures import MEASURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speciosa.pharmacology.exposure.regimen.forecast import Course
    from speciosa.pharmacology.exposure.virtual.draws import Array, Indices

ANALYTES = (MITRAGYNINE, SEVEN_OH)
OF_STRUCTURE = ("cmax", "auc")
# Times at which a curve is counted, if they are so many or fewer. Of a longer course the same hours
# after every dose are kept, as many of them as there is room for: times picked evenly would fall on
# another hour of each day and show waves that are not there.
MOST_TIMES = 800
_HOURS_KEPT = ((0.0, 0.5, 1.0, 1.5, 2.5, 4.0), (0.0, 0.5, 1.0, 2.5), (0.0, 1.0, 4.0), (0.0, 1.0))
_SAME_H = 1e-5


class Cells(NamedTuple):
    """The layout of the counts of one request.

    ``shown`` are places in the times of the course; ``people`` the numbers that describe who
    someone is.
    """

    shown: Indices
    structures: tuple[str, ...]
    people: tuple[str, ...]

    @classmethod
    def of(cls, course: Course, structures: Sequence[str], people: Sequence[str]) -> Cells:
        """The cells that a course needs."""
        window = np.searchsorted(course.times_h, course.shown_h)
        for hours in _HOURS_KEPT:
            if window.size <= MOST_TIMES:
                break
            window = np.searchsorted(course.times_h, _locked(course, hours))
        return cls(window.astype(np.intp), tuple(structures), tuple(people))

    def curve(self, analyte: str) -> slice:
        """The times of the curve of an analyte."""
        start = ANALYTES.index(analyte) * self.shown.size
        return slice(start, start + self.shown.size)

    def measure(self, analyte: str, name: str) -> int:
        """A figure of everybody."""
        return self._figures + ANALYTES.index(analyte) * len(MEASURES) + list(MEASURES).index(name)

    def of_structure(self, structure: str, analyte: str, name: str) -> int:
        """A figure of those who live by a structure."""
        place = self.structures.index(structure) * len(ANALYTES) + ANALYTES.index(analyte)
        return self._structures + place * len(OF_STRUCTURE) + OF_STRUCTURE.index(name)

    def passing(self, analyte: str, limit: str) -> int:
        """Hours until an analyte is below a limit for good."""
        return self._passings + ANALYTES.index(analyte) * len(LIMITS) + list(LIMITS).index(limit)

    def person(self, name: str) -> int:
        """A number that describes who someone is."""
        return self._people + self.people.index(name)

    @property
    def total(self) -> int:
        """How many cells there are."""
        return self._people + len(self.people)

    @property
    def _figures(self) -> int:
        return len(ANALYTES) * self.shown.size

    @property
    def _structures(self) -> int:
        return self._figures + len(ANALYTES) * len(MEASURES)

    @property
    def _passings(self) -> int:
        return self._structures + len(self.structures) * len(ANALYTES) * len(OF_STRUCTURE)

    @property
    def _people(self) -> int:
        return self._passings + len(ANALYTES) * len(LIMITS)


def _locked(course: Course, hours: Sequence[float]) -> Array:
    """The times shown so many hours after a dose, and all from the last dose on."""
    shown = course.shown_h
    doses = np.array([dose.time_h for dose in course.layout.schedule.doses])
    before = doses[np.maximum(np.searchsorted(doses, shown + _SAME_H, side="right") - 1, 0)]
    since = (shown - before)[:, None]
    kept = (np.abs(since - np.array(hours)) < _SAME_H).any(axis=1) | (shown >= doses[-1])
    kept[[0, -1]] = True
    found: Array = shown[kept]
    return found


def column(values: Array) -> Array:
    """One figure of each person, as the counts take it."""
    return values[:, None]
