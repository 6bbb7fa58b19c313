"""The forest plot of one pooled effect as an SVG file."""

from __future__ import annotations

from speciosa.evidence.for_person.comparison import pooled
from speciosa.knowledge.evidence import Evidence
from speciosa.knowledge.evidence.pooled import PooledEffect
from speciosa.report.charts.evidence import studies
from speciosa.report.pool.page import page


def forest(effect: PooledEffect, table: Evidence) -> str:
    """Every study with its weight, the pool and its prediction interval."""
    return page(studies(pooled(effect, table), name="forest"))
