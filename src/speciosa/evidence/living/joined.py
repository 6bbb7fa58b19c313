"""The studies of one question as effect sizes, their pool, and numbers as they are kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from speciosa.evidence.effect_sizes.table import EffectSizes, Measure
from speciosa.evidence.living.sizes import Effect
from speciosa.evidence.pooling import Pooled, pool
from speciosa.knowledge.evidence.question import Question, Settings
from speciosa.knowledge.evidence.study import Study

_DIGITS = 6  # kept; more would differ between machines, and nobody reads them


@dataclass(frozen=True, slots=True)
class Joined:
    """A study in a pool, with its effects before they become one."""

    study: Study
    effects: tuple[Effect, ...]


def sizes(question: Question, joined: Sequence[Joined]) -> EffectSizes:
    """Every effect of every study, clustered by study."""
    flat = [(one.study, effect) for one in joined for effect in one.effects]
    return EffectSizes(
        measure=Measure(question.measure),
        labels=tuple(study.id for study, _ in flat),
        yi=np.array([effect.yi for _, effect in flat]),
        vi=np.array([effect.vi for _, effect in flat]),
        years=tuple(study.year for study, _ in flat),
        cluster=tuple(study.id for study, _ in flat),
    )


def pool_of(single: EffectSizes, settings: Settings) -> Pooled:
    """One effect of each study -> their pool; a single study keeps its own interval."""
    ci = settings.ci if single.yi.size > 1 else "z"
    return pool(single, method=settings.method, ci=ci, level=settings.level)


def shown_end(value: float | None, *, ratio: bool = False) -> float | None:
    """A number as a reader sees it, ratios not as logarithms; ``None`` where it has no end."""
    if value is None or not math.isfinite(value):
        return None
    return kept(math.exp(value) if ratio else value)


def kept(value: float) -> float:
    """A number without the digits that differ between machines."""
    return float(f"{value:.{_DIGITS}g}")
