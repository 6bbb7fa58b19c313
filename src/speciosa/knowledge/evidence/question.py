"""A question of the living base: whom, which option, one comparator, which outcome, and when.

Comparators are never mixed, so a question has exactly one. The judgements of GRADE are recorded
here with their reasons; what the numbers of the day signal is computed and stands beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

import msgspec

from speciosa.finding import Certainty
from speciosa.knowledge.evidence.pooled import DomainName, Level
from speciosa.knowledge.evidence.record import Better, Group, Record
from speciosa.knowledge.evidence.study import ArmKind, Condition, Risk


class Combine(StrEnum):
    """What becomes of several effects of one study.

    ``aggregate`` averages them with an assumed correlation; ``preferred`` takes the first scale of
    the question that the study has, and averages only what is left (several arms, raters).
    """

    AGGREGATE = "aggregate"
    PREFERRED = "preferred"


class RecordedJudgement(Record, frozen=True, kw_only=True):
    """What somebody judged of one domain, on which day and why.

    ``signal`` is what the numbers said on that day. A milder judgement stands as long as they say
    no more than that; when they do, the more cautious counts until somebody has judged again.
    """

    domain: DomainName
    level: Level
    reason: str
    by: str
    date: str
    signal: Level = Level.NONE


class Assumed(Record, frozen=True, kw_only=True):
    """Facts that turn a relative effect into absolute terms.

    ``risk`` is the fact id of the share with the event without the option; ``sd`` maps a scale to
    the fact id of its standard deviation; ``important`` to that of its least important difference.
    """

    event: str = ""
    risk: str = ""
    sd: Mapping[str, str] = msgspec.field(default_factory=dict)
    important: Mapping[str, str] = msgspec.field(default_factory=dict)


class Question(Record, frozen=True, kw_only=True):
    """One question, with exactly one comparator.

    ``arms`` are the names of treatments in studies that count as the option, where ``formats`` is
    given only in these formats. ``scales`` and ``what`` are in the order of preference; no scales
    means every scale, and no ``raters`` or ``age_groups`` every one. ``risks`` restricts a
    sensitivity question (``sensitivity_of``). ``convert`` maps a scale to the fact id of the SD by
    which a published difference in points becomes a standardised one.
    """

    id: str
    option: str
    group: Group
    arms: tuple[str, ...]
    comparator: ArmKind
    comparator_words: str
    conditions: tuple[Condition, ...]
    outcome: str
    measure: str
    better: Better
    scales: tuple[str, ...] = ()
    what: tuple[str, ...] = ("change", "post")
    week_from: float = 0.0
    week_to: float = 52.0
    treatments: tuple[str, ...] = ()
    medicines: tuple[str, ...] = ()
    unit: str = ""
    combine: Combine = Combine.AGGREGATE
    raters: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    age_groups: tuple[str, ...] = ()
    risks: tuple[Risk, ...] = ()
    sensitivity_of: str = ""
    start: Certainty = Certainty.HIGH
    judgements: tuple[RecordedJudgement, ...] = ()
    assumed: Assumed = Assumed()
    convert: Mapping[str, str] = msgspec.field(default_factory=dict)
    note: str = ""


class Settings(Record, frozen=True, kw_only=True):
    """How every question is pooled unless it says otherwise, and where that was decided.

    ``rho`` is the correlation assumed between effects of one study.
    """

    method: Literal["DL", "PM", "REML", "ML", "SJ", "HE", "HS", "EB", "CE"]
    ci: Literal["z", "HK", "HK-adhoc"]
    level: float
    rho: float
    rho_low: float
    rho_high: float
    reason: str
    sources: tuple[str, ...] = ()


class Questions(Record, frozen=True, kw_only=True):
    """The settings and the questions."""

    settings: Settings
    questions: tuple[Question, ...]
