"""Law at a place on a date: every layer apart, then the most restrictive known answer."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from speciosa.errors import InputError, InputProblem
from speciosa.finding import Missing, Severity, worst_first
from speciosa.knowledge.law.record import SUBSTANCES, Level, Status
from speciosa.regulation import findings
from speciosa.regulation.leading import (
    join,
    leading_status,
    leading_words,
    sentence,
    where,
)
from speciosa.regulation.place import Layer, layers_of
from speciosa.regulation.reading import read_layer
from speciosa.regulation.result import LawResult

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.law.record import LawWords
    from speciosa.regulation.result import LawLayer

_GAPS = (Status.UNCLEAR, Status.NOT_KNOWN)


def law_at(
    knowledge: Knowledge,
    place: str,
    date: dt.date,
    *,
    substances: tuple[str, ...] = SUBSTANCES,
    age_years: float | None = None,
) -> LawResult:
    """The legal status of kratom at an ISO 3166 place (or a locality below one) on a date.

    Raises ``InputError`` for a place that is neither ISO 3166 nor on file, and for a substance
    other than ``leaf``, ``mitragynine`` and ``7-oh``.
    """
    _check_substances(substances)
    law = knowledge.law
    words = law.words
    layers = layers_of(law, place, date)
    rows = tuple(
        read_layer(knowledge, layer, substance, date)
        for layer in layers
        for substance in substances
    )
    by_substance = {s: [row for row in rows if row.substance == s] for s in substances}
    leading = {s: leading_status(group) for s, group in by_substance.items()}
    state_missing = findings.state_missing(law, layers)
    name = _place_name(layers)
    return LawResult(
        place=place,
        place_name=name,
        date=date.isoformat(),
        layers=rows,
        leading={s: status.value for s, status in leading.items()},
        leading_words={
            s: leading_words(words, group, state_missing) for s, group in by_substance.items()
        },
        headline=_headline(words, name, date, rows, leading),
        upcoming=findings.upcoming(law, layers, substances, date),
        findings=worst_first(
            (
                *findings.about_layers(law, rows, leading, date, age_years),
                *findings.about_places(law, layers, date),
            )
        ),
        missing=findings.missing(law, layers, rows, age_years),
        disclaimer=words.disclaimer,
    )


def law_without_place(
    knowledge: Knowledge, date: dt.date, *, substances: tuple[str, ...] = SUBSTANCES
) -> LawResult:
    """The answer where the place was not given: nothing is known, and what that costs."""
    _check_substances(substances)
    words = knowledge.law.words
    return LawResult(
        place="",
        place_name="",
        date=date.isoformat(),
        layers=(),
        leading=dict.fromkeys(substances, Status.NOT_KNOWN.value),
        leading_words=dict.fromkeys(substances, words.leading["no_place"]),
        headline=words.headline["no_place"],
        upcoming=(),
        findings=(),
        missing=(
            Missing(
                field="place",
                cost=words.missing["place"]["cost"],
                how=words.missing["place"]["how"],
                severity=Severity.MODERATE,
            ),
        ),
        disclaimer=words.disclaimer,
    )


def _check_substances(substances: tuple[str, ...]) -> None:
    problems = [
        InputProblem("substance", repr(s), ", ".join(SUBSTANCES))
        for s in substances
        if s not in SUBSTANCES
    ]
    if problems:
        raise InputError(problems)


def _place_name(layers: Sequence[Layer]) -> str:
    """The place and what encloses it, up to the code of the country."""
    asked = layers[-1]
    if asked.level in (Level.INTERNATIONAL, Level.BLOC, Level.COUNTRY):
        return asked.name
    country = next((la.code for la in layers if la.level is Level.COUNTRY), "")
    within = [la.name for la in reversed(layers) if la.level in (Level.STATE, Level.LOCALITY)]
    return ", ".join(filter(None, (*within, country)))


def _headline(
    words: LawWords,
    name: str,
    date: dt.date,
    rows: Sequence[LawLayer],
    leading: Mapping[str, Status],
) -> str:
    groups = []
    for status in dict.fromkeys(sorted(leading.values(), key=lambda s: s.rank)):
        members = [s for s, leads in leading.items() if leads is status]
        holders = [row for row in rows if row.substance in members and row.status == status]
        groups.append(
            words.headline["group"].format(
                substances=sentence(join(words.substances[s] for s in members)),
                status=words.statuses[status],
                where=f", {where(words, holders)}" if status.is_restriction else "",
            )
        )
    filled = {"place": name, "date": date.isoformat(), "groups": " ".join(groups)}
    parts = [words.headline["with_place"].format(**filled)]
    gaps = [row for row in rows if row.status in _GAPS and leading[row.substance] != row.status]
    if gaps:
        parts.append(words.headline["unknown"].format(where=where(words, gaps)))
    if Status.NO_SPECIFIC_LAW in leading.values():
        parts.append(words.no_specific_law_caution)
    return " ".join(parts)
