"""From a network result to its document."""

from __future__ import annotations

import hashlib
import math

import msgspec
from scipy.special import ndtri

from speciosa import __version__
from speciosa.evidence.network.direct import Split
from speciosa.evidence.network.result import Contrasts, NetworkResult
from speciosa.report.network.document import (
    Against,
    Cell,
    DesignLine,
    Done,
    Effect,
    NetworkDocument,
    Node,
    Other,
    RankLine,
    Source,
    SplitRow,
)

I2 = "100 * max(0, (Q - df) / Q), Q of the whole network with common-effect weights"
# Beyond this, exp() is no finite number and no ratio can be told.
_MOST_LOG = 700.0


def document(result: NetworkResult, *, name: str, raw: bytes) -> NetworkDocument:
    """The document of a result that was read from the file ``name`` with the bytes ``raw``."""
    scores = {rank.treatment: rank.p_score for rank in result.ranks}
    tau2_low, tau2_high = result.tau2_interval or (None, None)
    parts = result.inconsistency
    return NetworkDocument(
        measure=result.measure.value,
        scale="log" if result.measure.is_ratio else "as measured",
        method=result.method,
        ci_method=result.ci_method,
        level=result.level,
        treatments=result.treatments,
        nodes=tuple(_node(result, one) for one in result.treatments),
        k_studies=result.k_studies,
        k_designs=result.k_designs,
        k_pairwise=result.k_pairwise,
        k_multi_arm=sum(trial.studies for trial in result.trials if len(trial.arms) > 2),
        reference=result.reference,
        reference_from="user" if result.reference_given else "the treatment in most trials",
        tau2=result.tau2,
        tau=math.sqrt(result.tau2),
        tau2_low=tau2_low,
        tau2_high=tau2_high,
        i2=result.i2,
        i2_definition=I2,
        h2=result.h2,
        q_total=parts.total.q,
        q_total_df=parts.total.df,
        q_total_p=parts.total.p,
        q_within=parts.within.q,
        q_within_df=parts.within.df,
        q_within_p=parts.within.p,
        q_between=parts.between.q,
        q_between_df=parts.between.df,
        q_between_p=parts.between.p,
        q_between_random=parts.between_random.q,
        q_between_random_p=parts.between_random.p,
        tau2_within=parts.tau2_within,
        ci_df=result.ci_df,
        pi_df=result.pi_df,
        effects_vs_reference=tuple(
            _against(result, one) for one in result.treatments if one != result.reference
        ),
        league=_league(result),
        better="lower" if result.lower_is_better else "higher",
        better_from="user" if result.direction_given else "assumed",
        p_scores=scores,
        p_scores_common={rank.treatment: rank.p_score_common for rank in result.ranks},
        p_scores_reversed={one: 1 - score for one, score in scores.items()},
        ranks=tuple(
            RankLine(
                treatment=rank.treatment,
                p_score=rank.p_score,
                p_score_common=rank.p_score_common,
                rank_first=rank.first,
                rank_last=rank.last,
            )
            for rank in result.ranks
        ),
        node_split_method=result.split_method,
        node_split=tuple(_split(result, one) for one in result.splits),
        designs=tuple(
            DesignLine(
                treatments=one.treatments,
                k=sum(t.studies for t in result.trials if tuple(sorted(t.arms)) == one.treatments),
                q=one.within.q,
                df=one.within.df,
                p=one.within.p,
            )
            for one in parts.designs
        ),
        alternatives=_others(result),
        handled=tuple(Done(study=one.study, what=one.what) for one in result.handled),
        warnings=result.warnings,
        input=Source(
            name=name,
            sha256=hashlib.sha256(raw).hexdigest(),
            columns=dict(result.columns),
            unused=result.unused,
        ),
        speciosa_version=__version__,
    )


def _node(result: NetworkResult, name: str) -> Node:
    holding = [trial for trial in result.trials if name in trial.arms]
    told = all(trial.people for trial in holding)
    people = sum(t.people[t.arms.index(name)] for t in holding) if told else None
    return Node(name=name, k=sum(trial.studies for trial in holding), people=people)


def _against(result: NetworkResult, name: str) -> Against:
    i, j = result.index(name), result.index(result.reference)
    return Against(
        **msgspec.structs.asdict(effect(result, result.random, i, j)),
        treatment=name,
        common=effect(result, result.common, i, j),
        k_direct=int(result.direct_k[i, j]),
        share_direct=float(result.direct_share[i, j]),
    )


def _league(result: NetworkResult) -> tuple[Cell, ...]:
    cells = []
    for i, a in enumerate(result.treatments):
        for j, b in enumerate(result.treatments[i + 1 :], i + 1):
            people = float(result.direct_people[i, j])
            cells.append(
                Cell(
                    **msgspec.structs.asdict(effect(result, result.random, i, j)),
                    a=a,
                    b=b,
                    common=effect(result, result.common, i, j),
                    k_direct=int(result.direct_k[i, j]),
                    people_direct=people if math.isfinite(people) else None,
                    share_direct=float(result.direct_share[i, j]),
                )
            )
    return tuple(cells)


def effect(result: NetworkResult, contrasts: Contrasts, i: int, j: int) -> Effect:
    """Treatment ``i`` against ``j``, on both scales where there are two."""
    told = contrasts.pi_low is not None and contrasts.pi_high is not None
    low, high = contrasts.pi_low, contrasts.pi_high
    return _effect(
        result,
        estimate=float(contrasts.estimate[i, j]),
        se=float(contrasts.se[i, j]),
        ci_low=float(contrasts.low[i, j]),
        ci_high=float(contrasts.high[i, j]),
        p=float(contrasts.p[i, j]),
        pi_low=float(low[i, j]) if told and low is not None else None,
        pi_high=float(high[i, j]) if told and high is not None else None,
    )


def _effect(result: NetworkResult, **values: float | None) -> Effect:
    ratios: dict[str, float | None] = {}
    if result.measure.is_ratio:
        for name in ("estimate", "ci_low", "ci_high", "pi_low", "pi_high"):
            value = values.get(name)
            fits = value is not None and value < _MOST_LOG
            ratios[f"{name}_exp"] = math.exp(value) if fits and value is not None else None
    return Effect(**values, **ratios)  # type: ignore[arg-type]  # the required four are given


def _split(result: NetworkResult, one: Split) -> SplitRow:
    reach = float(ndtri((1 + result.level) / 2))
    told: dict[str, float | None] = {}
    for name in ("direct", "indirect", "difference"):
        value, se = getattr(one, name), getattr(one, f"{name}_se")
        told[f"{name}_low"] = None if value is None else value - reach * se
        told[f"{name}_high"] = None if value is None else value + reach * se
    return SplitRow(
        a=result.treatments[one.a],
        b=result.treatments[one.b],
        k_direct=one.k,
        share_direct=one.share_direct,
        direct=one.direct,
        direct_se=one.direct_se,
        indirect=one.indirect,
        indirect_se=one.indirect_se,
        difference=one.difference,
        difference_se=one.difference_se,
        z=one.z,
        p=one.p,
        **told,  # type: ignore[arg-type]  # direct always has limits
    )


def _others(result: NetworkResult) -> tuple[Other, ...]:
    return tuple(
        Other(
            method=one.method,
            k_studies=one.k_studies,
            tau2=one.tau2,
            effects={
                name: _effect(
                    result,
                    estimate=float(one.estimate[i]),
                    se=float(one.se[i]),
                    ci_low=float(one.low[i]),
                    ci_high=float(one.high[i]),
                )
                for i, name in enumerate(result.treatments)
                if name != result.reference
            },
        )
        for one in result.alternatives
    )
