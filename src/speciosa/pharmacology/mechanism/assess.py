"""What the predicted concentrations could and could not do at their targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.case.vocabulary import KratomStatus
from speciosa.finding import Certainty, Finding, worst_first
from speciosa.pharmacology.mechanism.competition import compete
from speciosa.pharmacology.mechanism.meaning import meaning
from speciosa.pharmacology.mechanism.occupancy import (
    CARDIAC,
    ENTRY_FACTS,
    FREE_FACTS,
    Bound,
    Plasma,
    bind,
    curve,
    estimate,
    plasma,
)
from speciosa.pharmacology.mechanism.opioids import OnList, named, opioids
from speciosa.pharmacology.mechanism.result import MechanismResult, TargetOccupancy
from speciosa.pharmacology.mechanism.signal import signals
from speciosa.pharmacology.wording import finding, listed, missing, number, span

if TYPE_CHECKING:
    from speciosa.case.model import Case
    from speciosa.finding import Missing
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.kratom.model import Target
    from speciosa.pharmacology.exposure import ExposureSamples


def assess(case: Case, knowledge: Knowledge, samples: ExposureSamples | None) -> MechanismResult:
    """Occupancy at each target as an interval, or why there is none, with what it may mean."""
    words = knowledge.kratom.mechanism_wording
    # What the products of known amount do alone is no figure for the person who takes the others.
    seen = None if samples is None or samples.incomplete else plasma(samples)
    bound = {t.id: _bound(t, seen, samples, knowledge) for t in words.targets}
    why = words.phrases["why_stopped" if _has_stopped(case) else "why_no_samples"]
    targets = tuple(_occupancy(t, bound[t.id], samples, why, knowledge) for t in words.targets)
    on_list = opioids(case, knowledge)
    site = next(t for t in words.targets if t.id == knowledge.kratom.mu_competition.target)
    using = case.uses_kratom_now
    return MechanismResult(
        headline=_headline(case, targets, samples, knowledge),
        targets=targets,
        findings=worst_first(_findings(case, samples, on_list, knowledge)),
        missing=_lacking(case, samples, knowledge),
        competition=compete(site, bound[site.id], on_list, samples, knowledge) if using else None,
        signals=signals(site, bound[site.id], samples, on_list, knowledge) if using else (),
    )


def _bound(
    target: Target,
    seen: Plasma | None,
    samples: ExposureSamples | None,
    knowledge: Knowledge,
) -> Bound | None:
    """The ligands of a target, where an affinity and a level of one of them are known."""
    if samples is None or seen is None or not any(seen.holds(a.ligand) for a in target.affinities):
        return None
    return bind(target, seen, samples, knowledge)


def _has_stopped(case: Case) -> bool:
    return case.kratom is not None and case.kratom.status is KratomStatus.STOPPED


def _occupancy(
    target: Target,
    bound: Bound | None,
    samples: ExposureSamples | None,
    no_samples: str,
    knowledge: Knowledge,
) -> TargetOccupancy:
    words = knowledge.kratom.mechanism_wording
    ligands = tuple(a.ligand for a in target.affinities) or target.ligands
    facts = (*target.facts, *(f for a in target.affinities for f in a.facts))
    peak = trough = over_time = None
    why = ""
    if not target.affinities:
        why = target.why_none
    elif samples is None:
        why = no_samples
    elif samples.incomplete:
        why = words.phrases["why_incomplete"]
    elif bound is None:
        why = words.phrases["why_no_level"].format(ligands=" and ".join(ligands))
    else:
        in_brain = target.system != CARDIAC
        facts = (*facts, *FREE_FACTS, *(ENTRY_FACTS if in_brain else ()))
        interval = words.phrases["interval" if in_brain else "interval_plasma"]
        unit = words.measures[target.measure].unit
        peak = estimate(bound.shown(bound.peak_load), unit, interval, facts)
        trough = estimate(bound.shown(bound.load[-1]), unit, interval, facts)
        over_time = curve(bound, unit, interval)
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
        evidence=target.evidence,
        evidence_of=f"{words.evidence[target.evidence].words}: {target.evidence_of}",
        meaning=meaning(target, peak, samples, knowledge),
        curve=over_time,
    )


def _headline(
    case: Case,
    targets: tuple[TargetOccupancy, ...],
    samples: ExposureSamples | None,
    knowledge: Knowledge,
) -> str:
    """The range at the first target, opening with why it may not be this person's."""
    phrases = knowledge.kratom.mechanism_wording.phrases
    if samples is None:
        return phrases["headline_stopped" if _has_stopped(case) else "headline_none"]
    peak = targets[0].peak
    said = phrases["headline_none"]
    if samples.incomplete:
        said = phrases["headline_incomplete"]
    elif peak is not None and peak.low is not None and peak.high is not None:
        said = phrases["headline"].format(range=span(peak.low, peak.high))
    return f"{samples.doubt} {said}".lstrip()


def _findings(
    case: Case, samples: ExposureSamples | None, on_list: OnList, knowledge: Knowledge
) -> tuple[Finding, ...]:
    use = case.kratom
    if use is None or use.status is not KratomStatus.USING:
        return ()
    words = knowledge.kratom.mechanism_wording
    found = [finding(words, "mechanism.partial_agonist"), finding(words, "mechanism.qt")]
    for id_, blocks in (("mechanism.shared_receptor", False), ("mechanism.blocked_receptor", True)):
        names = [
            named(o.medicine.name, o, knowledge) for o in on_list.counted if o.blocks is blocks
        ]
        if names:
            found.append(finding(words, id_, medicines=listed(names)))
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
        finding(words, "mechanism.pseudoindoxyl"),
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
