"""The row of one perpetrator and one victim: what was seen in people first, the model beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.finding import Estimate, Severity
from speciosa.pharmacology.interactions.grading import (
    certainty_of,
    matters,
    narrow_reason,
    number,
    raised,
    severity_of,
)
from speciosa.pharmacology.interactions.kinetics.perpetrator import label
from speciosa.pharmacology.interactions.medicines.prepared import MODEL_INTERVAL
from speciosa.pharmacology.interactions.observed import observed_estimate, studied_regimen
from speciosa.pharmacology.interactions.result import Direction, Interaction, Kind
from speciosa.pharmacology.interactions.rows import capital, faded_remark, worst

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.ddi.record import Pair
    from speciosa.pharmacology.interactions.kinetics.change import Ratio
    from speciosa.pharmacology.interactions.medicines.prepared import Prepared
    from speciosa.pharmacology.interactions.recognise import Item

_DISAGREE_FOLD = 2.0


def pair_row(perpetrator: Item, victim: Item, prepared: Prepared) -> Interaction | None:
    """The row, or ``None`` where neither a ratio matters nor an activation fails."""
    knowledge = prepared.knowledge
    acting = [prepared.acting[perpetrator.id]]
    observed = prepared.observed(perpetrator, victim)
    modelled = prepared.modelled(victim, acting)
    shown = observed.auc_ratio if observed else modelled.median if modelled else None
    weakens = _weakens(perpetrator, victim, prepared)
    graded = shown
    if modelled is not None and observed is None:
        graded = prepared.graded(victim, acting, modelled)
    counts = _counts(shown, graded, None if observed else modelled, knowledge)
    if not counts and not weakens:
        return None
    wording = knowledge.ddi.pk_wording
    severity = Severity.MINOR
    sentences, mechanism, facts = [], [], []
    if counts and shown is not None and graded is not None:
        severity = worst([severity, severity_of(graded, knowledge)])
        sentences.append(_ratio_sentence(victim, shown, observed, modelled))
        mechanism += _mechanism(observed, modelled, knowledge)
        facts += [*(modelled.facts if modelled else ()), *([observed.fact_id] if observed else [])]
    if weakens:
        activation = wording.activation[victim.id]
        severity = worst([severity, activation.severity])
        sentences.append(f"{activation.note}.")
        mechanism.append(f"{activation.enzyme} forms the active metabolite and is inhibited.")
        named = label(perpetrator.medicine, activation.enzyme)
        facts += [f"ddi/activation/{victim.id}", *([named.fact_id] if named else [])]
    rises = shown is None or shown >= 1.0
    if reason := narrow_reason(victim.id, knowledge, rises=rises):
        severity = raised(severity)
        sentences.append(f"Small changes matter: {reason}.")
        facts.append(f"ddi/narrow_index/{victim.id}")
    if victim.id in wording.active_moiety:
        mechanism.append(f"{victim.medicine.name}: {wording.active_moiety[victim.id]}.")
        facts.append(f"ddi/active_moiety/{victim.id}")
    if perpetrator.faded or victim.faded:
        severity = Severity.INFO
    text = wording.text
    remark = faded_remark(perpetrator, victim)
    return Interaction(
        id=f"interaction.pk.{perpetrator.id}.{victim.id}",
        members=(perpetrator.id, victim.id),
        victim=victim.id,
        direction=Direction.BETWEEN_MEDICINES,
        kind=Kind.PHARMACOKINETIC,
        severity=severity,
        certainty=certainty_of(
            observed,
            modelled=modelled is not None,
            by_class=modelled is not None and modelled.by_class,
        ),
        sentence=f"{capital(perpetrator.label)} with {victim.label}: {' '.join(sentences)}{remark}",
        mechanism=" ".join(mechanism),
        auc_ratio=_estimate(observed, modelled) if counts else None,
        shares=dict(modelled.shares) if counts and modelled else {},
        ask=text["ask_pair"],
        watch=text["watch_up" if rises and not weakens else "watch_down"].format(
            victim=victim.medicine.name
        ),
        consider=text["consider_pair"],
        facts=tuple(dict.fromkeys(facts)),
        seen_in_people=counts and observed is not None,
        ceiling=_ceiling(shown, modelled) if counts else None,
        flags=_flags(modelled, prepared) if counts and modelled else (),
    )


def _counts(
    shown: float | None, graded: float | None, interval: Ratio | None, knowledge: Knowledge
) -> bool:
    """Whether the ratio, its interval where a model gave it, or that of healthy organs matters."""
    if shown is None or graded is None:
        return False
    low, high = (interval.low, interval.high) if interval else (shown, shown)
    return matters(shown, low, high, knowledge) or matters(graded, graded, graded, knowledge)


def _weakens(perpetrator: Item, victim: Item, prepared: Prepared) -> bool:
    """Whether the activation of the victim is inhibited at least moderately."""
    activation = prepared.knowledge.ddi.pk_wording.activation.get(victim.id)
    if activation is None or prepared.metabolism.lacks(activation.enzyme):
        return False
    named = label(perpetrator.medicine, activation.enzyme)
    return (
        named is not None and named.effect == "inhibitor" and named.value in ("moderate", "strong")
    )


def _ratio_sentence(
    victim: Item,
    shown: float,
    observed: Pair | None,
    modelled: Ratio | None,
) -> str:
    word = "rise" if shown >= 1.0 else "fall"
    start = f"exposure to {victim.medicine.name} can {word}"
    if observed is not None:
        count = len(observed.studies)
        studies = f"{count} studies" if count > 1 else "one study"
        return f"{start}; in {studies} in people the ratio was {number(shown)}."
    if modelled is None:
        return f"{start}."
    low, high = number(modelled.low), number(modelled.high)
    return f"{start}, ratio {number(shown)} ({low} to {high}) by a model."


def _mechanism(observed: Pair | None, modelled: Ratio | None, knowledge: Knowledge) -> list[str]:
    text = knowledge.ddi.pk_wording.text
    parts = []
    if observed is not None:
        parts.append(text["observed_pair"].format(observed=studied_regimen(observed)))
        if observed.mechanism:
            enzymes = ", ".join(observed.enzymes)
            parts.append(f"{observed.mechanism.replace('_', ' ').capitalize()} of {enzymes}.")
    if modelled is not None:
        key = "between_class" if modelled.by_class else "between_modelled"
        regimen = f" Perpetrator {' / '.join(modelled.regimens)}." if modelled.regimens else ""
        parts.append(
            f"{text[key]}{regimen} Enzymes: {', '.join(modelled.enzymes)}; model ratio "
            f"{number(modelled.median)} ({number(modelled.low)} to {number(modelled.high)})."
        )
        if observed is not None and _disagree(observed.auc_ratio, modelled.median):
            parts.append("Model and observation differ more than two-fold; the observation counts.")
    return parts


def _disagree(one: float, other: float) -> bool:
    return max(one / other, other / one) > _DISAGREE_FOLD


def _estimate(observed: Pair | None, modelled: Ratio | None) -> Estimate | None:
    if observed is not None:
        return observed_estimate(observed)
    if modelled is None:
        return None
    return Estimate(
        value=modelled.median,
        unit="ratio",
        low=modelled.low,
        high=modelled.high,
        interval=MODEL_INTERVAL,
        facts=modelled.facts,
    )


def _ceiling(shown: float | None, modelled: Ratio | None) -> float | None:
    """The model's ceiling, unless people went beyond it: then its fractions are wrong."""
    if modelled is None or modelled.ceiling is None:
        return None
    return modelled.ceiling if shown is None or shown <= modelled.ceiling else None


def _flags(modelled: Ratio, prepared: Prepared) -> tuple[str, ...]:
    person = prepared.metabolism.told(modelled.enzymes)
    if not person:
        return modelled.flags
    return (*modelled.flags, f"the model ratio is for this person ({person})")
