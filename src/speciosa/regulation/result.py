"""What the regulation room returns. Its JSON keys are a public contract."""

from __future__ import annotations

import msgspec

from speciosa.finding import Finding, Missing


class LawSource(msgspec.Struct, frozen=True, kw_only=True):
    """Where a status was read."""

    title: str
    url: str


class LawLayer(msgspec.Struct, frozen=True, kw_only=True):
    """One substance at one level (international, bloc, country, state, locality) on one date.

    ``readings`` are the statuses that an imprecise date leaves open, most restrictive first; then
    ``status`` is ``unclear``. ``possession`` is empty where nothing about it was seen. ``pending``
    is what was proposed or voted, was not seen in force, and may be law by now. ``facts`` are all
    facts that the layer rests on.
    """

    level: str
    place: str
    place_name: str
    substance: str
    status: str
    min_age: int | None
    limits: str
    effective_from: str | None
    effective_to: str | None
    as_of: str | None
    confidence: str
    verified: bool
    instrument: str
    note: str
    stale: str
    source: LawSource | None
    fact: str
    readings: tuple[str, ...] = ()
    possession: str = ""
    pending: str = ""
    facts: tuple[str, ...] = ()


class LawResult(msgspec.Struct, frozen=True, kw_only=True):
    """Law at a place on a date. ``leading`` is the most restrictive known answer by substance."""

    place: str
    place_name: str
    date: str
    layers: tuple[LawLayer, ...]
    leading: dict[str, str]
    leading_words: dict[str, str]
    headline: str
    upcoming: tuple[Finding, ...]
    findings: tuple[Finding, ...]
    missing: tuple[Missing, ...]
    disclaimer: str
