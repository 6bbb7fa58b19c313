"""The same question with other studies or another model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from speciosa.evidence.effect_sizes.table import EffectSizes
from speciosa.evidence.living.joined import Joined, pool_of, shown_end, sizes
from speciosa.evidence.pooling import aggregate
from speciosa.knowledge.evidence.pooled import Sensitivity
from speciosa.knowledge.evidence.question import Question, Settings
from speciosa.knowledge.evidence.study import Risk

LOW_RISK = "low risk of bias only"


def sensitivity_of(
    question: Question,
    joined: Sequence[Joined],
    several: EffectSizes,
    single: EffectSizes,
    settings: Settings,
) -> Iterator[Sensitivity]:
    """The studies at low risk alone, other correlations of effects of one study, other models."""
    low = [one for one in joined if one.study.risk_of_bias.overall is Risk.LOW]
    if low and len(low) < len(joined):
        got = pool_of(aggregate(sizes(question, low), rho=settings.rho), settings)
        ratio = several.measure.is_ratio
        values = [shown_end(v, ratio=ratio) for v in (got.estimate, got.ci_low, got.ci_high)]
        yield Sensitivity(
            name=LOW_RISK,
            k=got.k,
            estimate=values[0],
            low=values[1],
            high=values[2],
            note=f"The {got.k} at low risk alone: {values[0]:.2f} ({values[1]:.2f} to"
            f" {values[2]:.2f}).",
        )
    elif not low:
        yield Sensitivity(
            name=LOW_RISK,
            k=0,
            estimate=None,
            low=None,
            high=None,
            note="No study is at low risk.",
        )
    if len(set(several.cluster)) < len(several.cluster):
        for rho in (settings.rho_low, settings.rho_high):
            name = f"effects of one study correlate by {rho:g}"
            yield _other(name, aggregate(several, rho=rho), settings)
    if len(joined) > 1:
        for method in ("DL", "CE"):
            other = msgspec.structs.replace(settings, method=method, ci="z")
            yield _other(f"{method}, normal interval", single, other)


def _other(name: str, single: EffectSizes, settings: Settings) -> Sensitivity:
    got = pool_of(single, settings)
    ratio = single.measure.is_ratio
    return Sensitivity(
        name=name,
        k=got.k,
        estimate=shown_end(got.estimate, ratio=ratio),
        low=shown_end(got.ci_low, ratio=ratio),
        high=shown_end(got.ci_high, ratio=ratio),
    )
