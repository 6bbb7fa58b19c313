"""What the predicted concentrations could and could not do at their targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from speciosa.case.vocabulary import KratomStatus
from speciosa.finding import Certainty, Estimate, Finding, worst_first
from speciosa.pharmacology.mechanism.occupancy import (
    MITRAGYNINE,
    SEVEN_OH,
    Array,
    affinities,
    occupied,
    unbound,
)
from speciosa.pharmacology.mechanism.result import MechanismResult, TargetOccupancy
from speciosa.pharmacology.wording import finding, missing, number, span

if TYPE_CHECKING:
    from speciosa.case.model import Case
    from speciosa.finding import Missing
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.kratom.model import Target
    from speciosa.pharmacology.exposure import ExposureSamples

_CARDIAC = "cardiac"
_FREE = ("kratom/pk_mg_fu", "kratom/assumption_mitragynine_fu", "kratom/assumption_seven_oh_fu")
_ENTRY = ("kratom/assumption_brain_entry", "kratom/pd_kpuu")


def assess(case: Case, knowledge: Knowledge, samples: ExposureSamples | None) -> MechanismResult:
    """Occupancy at each target as an interval, or why there is none, with what it may mean."""
    words = knowledge.kratom.mechanism_wording
    targets = tuple(
        _occupancy(target, index, samples, knowledge) for index, target in enumerate(words.targets)
    )
    return MechanismResult(
        headline=_headline(targets, knowledge),
        targets=targets,
        findings=worst_first(_findings(case, samples, knowledge)),
        missing=_lacking(case, samples, knowledge),
    )


def _occupancy(
    target: Target, index: int, samples: ExposureSamples | None, knowledge: Knowledge
) -> TargetOccupancy:
    words = knowledge.kratom.mechanism_wording
    ligands = tuple(a.ligand for a in target.affinities) or target.ligands
    facts = (*target.facts, *(f for a in target.affinities for f in a.facts))
    peak = trough = None
    why = ""
    if not target.affinities:
        why = target.why_none
    elif samples is None:
        why = words.phrases["why_no_samples"]
    elif not any(_present(samples, ligand) for ligand in ligands):
        why = words.phrases["why_no_level"].format(ligands=" and ".join(ligands))
    else:
        in_brain = target.system != _CARDIAC
        facts = (*facts, *_FREE, *(_ENTRY if in_brain else ()))
        free = unbound(samples, knowledge, in_brain=in_brain)
        bound = affinities(target, index, samples, knowledge)
        interval = words.phrases["interval" if in_brain else "interval_plasma"]
        peak = _estimate(occupied(free.peak, bound), interval, facts)
        trough = _estimate(occupied(free.trough, bound), interval, facts)
    return TargetOccupancy(
        system=target.system,
        target=target.target,
        ligands=ligands,
        action=target.action,
        peak=peak,
        trough=trough,
        why_none=why,
        certainty=Certainty(target.certainty),
        could_explain=target.could_explain,
        could_not_explain=target.could_not_explain,
        facts=tuple(dict.fromkeys(facts)),
    )


def _present(samples: ExposureSamples, ligand: str) -> bool:
    levels = {MITRAGYNINE: samples.mitragynine_peak_nm, SEVEN_OH: samples.seven_oh_peak_nm}
    return bool(levels[ligand].any())


def _estimate(percent: Array, interval: str, facts: tuple[str, ...]) -> Estimate:
    low, middle, high = (float(q) for q in np.percentile(percent, (5, 50, 95)))
    return Estimate(
        value=middle,
        unit="%",
        low=low,
        high=high,
        interval=interval,
        facts=tuple(dict.fromkeys(facts)),
    )


def _headline(targets: tuple[TargetOccupancy, ...], knowledge: Knowledge) -> str:
    phrases = knowledge.kratom.mechanism_wording.phrases
    peak = targets[0].peak
    if peak is None or peak.low is None or peak.high is None:
        return phrases["headline_none"]
    return phrases["headline"].format(range=span(peak.low, peak.high))


def _findings(
    case: Case, samples: ExposureSamples | None, knowledge: Knowledge
) -> tuple[Finding, ...]:
    use = case.kratom
    if use is None or use.status is not KratomStatus.USING:
        return ()
    words = knowledge.kratom.mechanism_wording
    found = [finding(words, "mechanism.partial_agonist"), finding(words, "mechanism.qt")]
    if samples is None:
        return tuple(found)
    mg = knowledge.fact("kratom/assumption_mitragynine_fu")
    seven_oh = knowledge.fact("kratom/assumption_seven_oh_fu")
    fold = knowledge.fact("kratom/pk_tanna2022_speciociliatine_dominance").number
    found += [
        finding(
            words,
            "mechanism.free_fraction",
            mg_low=number(mg.low or 0.0),
            mg_high=number(mg.high or 0.0),
            oh_low=number(seven_oh.low or 0.0),
            oh_high=number(seven_oh.high or 0.0),
        ),
        finding(words, "mechanism.affinities"),
    ]
    if samples.mitragynine_peak_nm.any():
        found.append(finding(words, "mechanism.opioid_not_reassuring"))
        found.append(finding(words, "mechanism.other_alkaloids", fold=number(fold)))
    if samples.swallowed_seven_oh:
        found.append(finding(words, "mechanism.seven_oh_high"))
    return tuple(found)


def _lacking(
    case: Case, samples: ExposureSamples | None, knowledge: Knowledge
) -> tuple[Missing, ...]:
    if samples is not None or not case.uses_kratom_now:
        return ()
    return (missing(knowledge.kratom.mechanism_wording, "exposure"),)
