"""A file of trials, by arms or by contrasts, to the trials of a network."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.effect_sizes.alike import like_standard_errors, unlike
from speciosa.evidence.effect_sizes.table import Handling, Measure
from speciosa.evidence.network.arms import CONTINUOUS, KINDS, measures_of, read_arms
from speciosa.evidence.network.columns import Table, number, recognise
from speciosa.evidence.network.contrasts import TOLERANCE, read_contrasts
from speciosa.evidence.network.trial import Given
from speciosa.evidence.studies import sheet
from speciosa.evidence.studies.names import normal

INCREMENT = 0.5
# What effects on the analysis scale are called by those who write such files.
_LOGARITHMS = frozenset({"te", "yi"})
_SAID = {"measure", "title", "note", "source"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a file is to be read.

    ``columns`` maps a field to a heading; ``logarithms`` says that contrasts of a ratio are
    logarithms, where heading and values do not tell; ``increment`` goes to every cell of a trial
    with a cell of 0; ``mixed`` allows different scales, directions and kinds of SD.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    logarithms: bool = False
    increment: float = INCREMENT
    keep_without_events: bool = True
    tolerance: float = TOLERANCE
    mixed: bool = False


def read(
    text: str,
    measure: Measure | None = None,
    reading: Reading | None = None,
    *,
    name: str = "trials.csv",
) -> Given:
    """The trials of a table, or of a YAML or JSON list of rows (``name`` tells by its ending).

    Without ``measure`` the one that the file says, else the usual one of its columns: OR, MD or
    IRR. Raises ``InputError`` with what is wrong.
    """
    how = reading or Reading()
    rows = sheet.read(text, name=name)
    measure = measure or _said(rows.said)
    layout, table = recognise(rows, how.columns)
    if layout == "contrasts":
        measure = measure or Measure.GENERIC
        _alike(table, measure, allowed=how.mixed, of_means=False)
        if measure.is_ratio and not how.logarithms:
            _logarithms(table)
        given = read_contrasts(table, measure, tolerance=how.tolerance)
    else:
        possible = measures_of(table)
        if measure is not None and measure not in possible:
            accepted = f"for these columns: {', '.join(possible)}"
            raise InputError([InputProblem("--measure", measure.value, accepted)])
        measure = measure or _only(possible)
        _alike(table, measure, allowed=how.mixed, of_means=measure in CONTINUOUS)
        given = read_arms(
            table, measure, increment=how.increment, keep_without_events=how.keep_without_events
        )
    done = tuple(Handling(study="the file", what=what) for what in rows.handled)
    tight = _tight(table, measure) if measure in CONTINUOUS and layout == "arms" else ()
    return replace(given, handled=(*done, *given.handled), warnings=tuple(tight))


def _said(said: Mapping[str, str]) -> Measure | None:
    """The measure that a YAML or JSON file names beside its rows."""
    other = sorted(said.keys() - _SAID)
    if other:
        accepted = "measure, title, note or source beside the rows; choices of a model are options"
        raise InputError([InputProblem("file", f"the field {other[0]}", accepted)])
    name = said.get("measure", "").upper()
    if not name:
        return None
    if name not in {measure.value for measure in Measure}:
        raise InputError([InputProblem("measure", repr(name), ", ".join(Measure))])
    return Measure(name)


def _tight(table: Table, measure: Measure) -> Iterator[str]:
    """Warnings of trials whose SDs, those of all arms as one, look like standard errors."""
    logs: dict[str, list[float]] = {}
    scales: dict[str, str] = {}
    for index, row in enumerate(table.rows):
        logs.setdefault(row["study"], []).append(math.log(number(table, index, "sd", [])))
        scales[row["study"]] = row.get("scale", "")
    sds = [math.exp(sum(each) / len(each)) for each in logs.values()]
    return like_standard_errors(measure, tuple(logs), sds, tuple(scales.values()))


def _only(possible: tuple[Measure, ...]) -> Measure:
    """The usual measure of columns that hold one kind of outcome."""
    kinds = [kind[0] for kind in KINDS if kind[0] in possible]
    if len(kinds) > 1:
        accepted = f"--measure, because the columns allow {', '.join(kinds)}"
        raise InputError([InputProblem("--measure", "none", accepted)])
    return kinds[0]


def _logarithms(table: Table) -> None:
    """Refuses effects that could as well be ratios: all above 0 under a heading that is silent."""
    heading = dict(table.columns)["effect"]
    read_as = (number(table, index, "effect", []) for index in range(len(table.rows)))
    if normal(heading) in _LOGARITHMS or any(not value > 0 for value in read_as):
        return
    given = f"effects under the heading {heading} that could be ratios or their logarithms"
    accepted = "logarithms with their standard errors, and --scale log to say that they are"
    raise InputError([InputProblem("--scale", given, accepted)])


def _alike(table: Table, measure: Measure, *, allowed: bool, of_means: bool) -> None:
    """Refuses a network of different scales, directions or SDs, and trials that mix scales."""
    if allowed:
        return
    problems = unlike(
        measure,
        scales=table.words("scale"),
        directions=table.words("better"),
        values=table.words("values") if of_means else (),
    )
    if measure is Measure.SMD:
        of_trial: dict[str, set[str]] = {}
        for study, scale in zip(table.words("study"), table.words("scale"), strict=True):
            of_trial.setdefault(study, set()).update({scale.lower()} - {""})
        problems += [
            InputProblem(f"study {study!r}", " and ".join(sorted(scales)), "one scale in a trial")
            for study, scales in of_trial.items()
            if len(scales) > 1
        ]
    if problems:
        raise InputError(problems)
