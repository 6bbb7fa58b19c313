"""The row of one perpetrator and one victim: what was seen in people first, the model beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.finding import Estimate, Severity
from speciosa.pharmacology.interactions.grading import (
    certainty_of,
    milder,
    narrow_reason,
    number,
)
from speciosa.pharmacology.interactions.kinetics.perpetrator import label
from speciosa.pharmacology.interactions.medicines.prepared import MODEL_INTERVAL
from speciosa.pharmacology.interactions.medicines.weighed import Ground, Weighed, weigh
from speciosa.pharmacology.interactions.observed import (
    observed_estimate,
    reported_unchanged,
    studied_otherwise,
    studied_regimen,
)
from speciosa.pharmacology.interactions.result import Direction, Interaction, Kind
from speciosa.pharmacology.interactions.rows import capital, faded_remark, worst

if TYPE_CHECKING:
    from collections.abc import Iterator

    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.interactions.kinetics.change import Ratio
    from speciosa.pharmacology.interactions.medicines.prepared import Prepared
    from speciosa.pharmacology.interactions.recognise import Item

_DISAGREE_FOLD = 2.0


def pair_row(perpetrator: Item, victim: Item, prepared: Prepared) -> Interaction | None:
    """The row, or ``None`` where neither a ratio matters nor an activation fails."""
    knowledge = prepared.knowledge
    weighed = weigh(perpetrator, victim, prepared)
    weakened = _weakened(perpetrator, victim, prepared)
    if weighed.severity is None and weakened is None:
        return None
    wording, model = knowledge.ddi.pk_wording, weighed.here
    counts = weighed.severity is not None
    grades: list[Severity] = []
    sentences: list[str] = []
    mechanism: list[str] = []
    facts: list[str] = []
    if weighed.severity is not None:
        grades.append(weighed.severity)
        sentences.append(_ratio_sentence(victim, weighed, prepared))
        mechanism += _mechanism(weighed, knowledge)
        facts += _facts(weighed, prepared)
    if weakened is not None:
        activation = wording.activation[victim.id]
        grades.append(weakened)
        sentences.append(f"{activation.note}.")
        if prepared.metabolism.lacks(activation.enzyme):
            sentences.append(wording.text["activation_lacks"].format(enzyme=activation.enzyme))
        mechanism.append(f"{activation.enzyme} forms the active metabolite and is inhibited.")
        named = label(perpetrator.medicine, activation.enzyme)
        facts += [f"ddi/activation/{victim.id}", *([named.fact_id] if named else [])]
    severity = worst(grades)
    if reason := narrow_reason(victim.id, knowledge, rises=weighed.rises):
        sentences.append(f"Small changes matter: {reason}.")
        facts.append(f"ddi/narrow_index/{victim.id}")
    if victim.id in wording.active_moiety:
        mechanism.append(f"{victim.medicine.name}: {wording.active_moiety[victim.id]}.")
        facts.append(f"ddi/active_moiety/{victim.id}")
    ids = (victim.id, perpetrator.id)
    beside = (
        *reported_unchanged(*ids, knowledge),
        *studied_otherwise(*ids, victim.route, knowledge),
    )
    mechanism += [f"{said}." for said in beside]
    facts += [r.fact_id for r in knowledge.ddi.reported_unchanged(victim.id, perpetrator.id)]
    if perpetrator.faded or victim.faded:
        severity = Severity.INFO
    text = wording.text
    remark = faded_remark(perpetrator, victim)
    seen = counts and weighed.applies
    return Interaction(
        id=f"interaction.pk.{perpetrator.id}.{victim.id}",
        members=(perpetrator.id, victim.id),
        victim=victim.id,
        direction=Direction.BETWEEN_MEDICINES,
        kind=Kind.PHARMACOKINETIC,
        severity=severity,
        certainty=certainty_of(
            weighed.observed if weighed.ground is Ground.SEEN and weighed.applies else None,
            modelled=model is not None,
            by_class=model is not None and model.by_class,
        ),
        sentence=f"{capital(perpetrator.label)} with {victim.label}: {' '.join(sentences)}{remark}",
        mechanism=" ".join(mechanism),
        auc_ratio=_estimate(weighed, knowledge) if counts else None,
        shares=dict(model.shares) if counts and model else {},
        ask=text["ask_pair"],
        watch=text["watch_up" if weighed.rises and weakened is None else "watch_down"].format(
            victim=victim.medicine.name
        ),
        consider=text["consider_pair"],
        facts=tuple(dict.fromkeys(facts)),
        seen_in_people=seen,
        ceiling=_ceiling(weighed.shown, model) if counts else None,
        flags=_flags(model, prepared) if counts and model else (),
    )


def _weakened(perpetrator: Item, victim: Item, prepared: Prepared) -> Severity | None:
    """How severe it is that the activation of the victim is inhibited; ``None`` where it is not.

    Weak inhibition weighs one step less. Who lacks the enzyme has little of the active form anyway,
    which makes nothing milder.
    """
    activation = prepared.knowledge.ddi.pk_wording.activation.get(victim.id)
    if activation is None:
        return None
    named = label(perpetrator.medicine, activation.enzyme)
    if named is None or named.effect != "inhibitor":
        return None
    return milder(activation.severity) if named.value == "weak" else activation.severity


def _ratio_sentence(victim: Item, weighed: Weighed, prepared: Prepared) -> str:
    """What was seen first, then what the model says and why it weighs more."""
    text = prepared.knowledge.ddi.pk_wording.text
    here, usual = weighed.here, weighed.usual
    word = "rise" if (weighed.shown or 1.0) >= 1.0 else "fall"
    start = f"exposure to {victim.medicine.name} can {word}"
    why = ", ".join(weighed.differs)
    if weighed.observed is not None:
        count = len(weighed.observed.studies)
        studies, those = (f"{count} studies", "these") if count > 1 else ("one study", "it")
        shown = number(weighed.observed.auc_ratio)
        said = f"{start}; in {studies} in people the ratio was {shown}."
        if weighed.ground is Ground.SEEN and weighed.applies:
            return said
        key = "outside_study" if here is not None else "outside_study_no_change"
        said += " " + text[key].format(those=those, why=why, ratio=_in_words(here))
    elif here is not None:
        said = f"{start}, ratio {_in_words(here)} by a model."
    else:
        said = text["no_change_here"].format(victim=victim.medicine.name, why=why)
    if weighed.ground is Ground.HERE:
        return said  # nothing weighs more than the model in this person
    if usual is not None and usual is not here:
        said += " " + text["weighs_as_usual"].format(ratio=_in_words(usual))
    beside = prepared.beside(victim)
    if beside > 1.0:
        said += " " + text["already_higher"].format(beside=number(beside))
    return said


def _in_words(ratio: Ratio | None) -> str:
    if ratio is None:
        return ""
    return f"{number(ratio.median)} ({number(ratio.low)} to {number(ratio.high)})"


def _facts(weighed: Weighed, prepared: Prepared) -> Iterator[str]:
    yield from weighed.here.facts if weighed.here else ()
    if weighed.usual is not None and weighed.ground is Ground.USUAL:
        yield from weighed.usual.facts
    if weighed.observed is not None:
        yield weighed.observed.fact_id
    if weighed.differs:
        yield from prepared.metabolism.facts


def _mechanism(weighed: Weighed, knowledge: Knowledge) -> list[str]:
    text = knowledge.ddi.pk_wording.text
    observed, modelled = weighed.observed, weighed.here or weighed.usual
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
            f"{_in_words(modelled)}."
        )
        seen_counts = observed is not None and not weighed.differs
        if observed is not None and seen_counts and _disagree(observed.auc_ratio, modelled.median):
            parts.append("Model and observation differ more than two-fold; the observation counts.")
    return parts


def _disagree(one: float, other: float) -> bool:
    return max(one / other, other / one) > _DISAGREE_FOLD


def _estimate(weighed: Weighed, knowledge: Knowledge) -> Estimate:
    """What was seen where it holds for this person, else the ratio of the model in this person."""
    if weighed.observed is not None and weighed.applies:
        return observed_estimate(weighed.observed)
    here = weighed.here
    if here is None:
        why = knowledge.ddi.pk_wording.text["no_ratio_here"]
        return Estimate(value=None, unit="ratio", no_interval_because=why)
    return Estimate(
        value=here.median,
        unit="ratio",
        low=here.low,
        high=here.high,
        interval=MODEL_INTERVAL,
        facts=here.facts,
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
