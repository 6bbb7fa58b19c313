"""What a screening is asked to do. All of it decides the bytes that come out."""

from __future__ import annotations

import datetime as dt

import msgspec


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of a screening.

    ``date`` is the day on which everybody is assessed. ``gad`` takes people with generalized
    anxiety disorder as well as those with kratom. ``bundles`` asks for a FHIR Bundle for each
    person. ``shards`` is the number of groups of people by the hash of their id: it decides how the
    work is cut, never what comes out.
    """

    date: dt.date
    gad: bool = False
    bundles: bool = False
    shards: int = 64
    seed: int
    subjects: int
