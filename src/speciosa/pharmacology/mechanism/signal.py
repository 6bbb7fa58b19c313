"""The signal in a published assay, by the operational model of agonism (Black and Leff, 1983).

With a slope of one, ligands i at load a_i (concentration over dissociation constant) and
efficacy tau_i give the response E = E_m * sum(tau_i * a_i) / (1 + sum(a_i * (1 + tau_i))). The
largest effect of one ligand alone is E_m * tau / (1 + tau) and its EC50 is K_A / (1 + tau). The
reference agonist is taken to reach E_m, so that a published effect of e gives
tau = e / (1 - e).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from speciosa.knowledge.kratom.ligands import Evidence
from speciosa.pharmacology.mechanism.drawing import Array, drawn, of_published
from speciosa.pharmacology.mechanism.occupancy import (
    ENTRY_FACTS,
    FREE_FACTS,
    Bound,
    estimate,
    total,
    unbound_share,
)
from speciosa.pharmacology.mechanism.opioids import named
from speciosa.pharmacology.mechanism.result import Signal
from speciosa.pharmacology.wording import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.kratom.ligands import Assay
    from speciosa.knowledge.kratom.model import Target
    from speciosa.pharmacology.exposure import ExposureSamples
    from speciosa.pharmacology.mechanism.opioids import OnList

_PERCENT = 100.0


class _Said(NamedTuple):
    """Why there is no signal, where there is none, and which opioids take no part in it."""

    why_none: str
    others: Sequence[str]


def signals(
    target: Target,
    bound: Bound | None,
    samples: ExposureSamples | None,
    listed_opioids: OnList,
    knowledge: Knowledge,
) -> tuple[Signal, ...]:
    """One signal of kratom for each assay of the target, or why there is none.

    Opioid medicines on the list take no part in it, and that is said.
    """
    assays = knowledge.kratom.mechanism_wording.assays
    phrases = knowledge.kratom.mechanism_wording.phrases
    incomplete = samples is not None and samples.incomplete
    why_none = phrases["why_incomplete" if incomplete else "why_no_samples"]
    others = [named(one.medicine.name, one, knowledge) for one in listed_opioids.counted]
    return tuple(
        _signal(
            assay,
            target,
            _peak(assay, bound, samples, knowledge),
            _Said(why_none, others),
            knowledge,
        )
        for assay in assays
        if assay.target == target.id
    )


def tau(effect_percent: float) -> float:
    """Efficacy of a ligand whose largest effect is a percentage of the reference's, below 100."""
    if not 0 <= effect_percent < _PERCENT:
        raise ValueError(f"a largest effect of {effect_percent} % has no finite efficacy")
    return effect_percent / (_PERCENT - effect_percent)


def response(loads: tuple[Array, ...], taus: tuple[float, ...]) -> Array:
    """Response to ligands together, in per cent of the largest the system can give."""
    stimulus = total(*(t * load for load, t in zip(loads, taus, strict=True)))
    return _PERCENT * stimulus / (1.0 + total(*loads) + stimulus)


def _peak(
    assay: Assay,
    bound: Bound | None,
    samples: ExposureSamples | None,
    knowledge: Knowledge,
) -> Array | None:
    """The highest response of the day of each subject.

    The dissociation constant follows from the assay's own EC50 where it has one; else the affinity
    of the binding assays is used.
    """
    if bound is None or samples is None:
        return None
    share = unbound_share(samples, knowledge, in_brain=True)
    taus = tuple(tau(knowledge.fact(one.effect).number) for one in assay.ligands)
    loads = []
    for one, efficacy in zip(assay.ligands, taus, strict=True):
        per_nm = bound.per_nm[one.ligand]
        if one.potency:
            u = drawn(samples, f"potency/{assay.id}/{one.ligand}", 1)[:, 0]
            half = of_published((knowledge.fact(one.potency),), knowledge, u)
            per_nm = share[one.ligand] / (half * (1.0 + efficacy))
        loads.append(per_nm * bound.plasma.nm[one.ligand])
    highest: Array = response(tuple(loads), taus).max(axis=0)
    return highest


def _signal(
    assay: Assay,
    target: Target,
    peak: Array | None,
    told: _Said,
    knowledge: Knowledge,
) -> Signal:
    phrases = knowledge.kratom.mechanism_wording.phrases
    used = [id_ for one in assay.ligands for id_ in (one.effect, one.potency) if id_]
    facts = tuple(dict.fromkeys((*assay.facts, *used, *FREE_FACTS, *ENTRY_FACTS)))
    meaning, shown = assay.meaning, None
    if told.others:
        meaning = phrases["signal_alone"].format(meaning=meaning, medicines=listed(told.others))
    if peak is not None:
        shown = estimate(peak, assay.unit, phrases["interval_signal"], facts)
    return Signal(
        target=target.target,
        assay=assay.name,
        peak=shown,
        why_none="" if shown else told.why_none,
        meaning=meaning,
        evidence=Evidence.IN_VITRO,
        facts=facts,
    )
