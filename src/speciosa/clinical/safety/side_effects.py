"""Harms of kratom to know and to watch for, with frequencies that say what they are shares of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from speciosa.case import vocabulary as v
from speciosa.clinical.safety.picture import Picture, words
from speciosa.clinical.safety.predicates.body import may_be_pregnant
from speciosa.clinical.safety.result import SideEffect, SideEffectsResult
from speciosa.clinical.safety.rules import Decided
from speciosa.clinical.safety.wording import fill, sentence
from speciosa.finding import Certainty, Estimate, Finding, Severity, Tone, worst_first
from speciosa.knowledge.safety.record import Effect, Monitoring


def assess(picture: Picture, decided: tuple[Decided, ...]) -> SideEffectsResult:
    """The harms, what to monitor for this person, and what the person reported."""
    data = picture.knowledge.safety.side_effects
    use = picture.case.kratom
    never = use is not None and use.status is v.KratomStatus.NEVER and not picture.kratom_named
    reported = frozenset(str(e) for e in use.side_effects) if use is not None else frozenset()
    effects = (
        ()
        if never and not reported
        else tuple(
            _effect(effect, picture, bool(reported & set(effect.reported)))
            for effect in data.effects
            if reported & set(effect.reported) or (effect.always and _matters(effect, picture))
        )
    )
    effects = tuple(sorted(effects, key=lambda e: not e.reported_by_person))
    names = _names(reported)
    asking = use is not None and use.status is v.KratomStatus.ASKING and not picture.kratom_named
    if names:
        headline = data.headlines.reported.replace("{names}", names)
    elif never:
        headline = data.headlines.never
    elif asking:
        headline = data.headlines.asking
    elif use is None and not picture.kratom_named:
        headline = data.headlines.not_given
    else:
        headline = data.headlines.none_reported
    by_rule = {d.rule.id: d for d in decided}
    items = () if never else tuple(_monitoring(m, picture, by_rule) for m in data.monitoring)
    return SideEffectsResult(
        headline=headline,
        effects=effects,
        monitoring=worst_first(tuple(item for item in items if item is not None)),
        findings=worst_first(
            (*_reported(picture, reported), *(_driving(picture) if not never else ()))
        ),
    )


def _names(reported: Iterable[str]) -> str:
    """What the person noticed, in the words of the case."""
    return ", ".join(words(str(e)) for e in v.SideEffect if e in reported)


def _matters(effect: Effect, picture: Picture) -> bool:
    return not effect.only_if_fertile or may_be_pregnant(picture)


def _effect(effect: Effect, picture: Picture, reported: bool) -> SideEffect:
    populations = picture.knowledge.safety.side_effects.populations
    population = populations[effect.population]
    frequency = None
    if effect.frequency is not None:
        fact = picture.knowledge.fact(effect.frequency)
        population = population.replace(
            "{n}", "an unknown number" if fact.n is None else f"{fact.n:,}"
        )
        frequency = Estimate(
            value=fact.number,
            unit=fact.unit,
            low=fact.low,
            high=fact.high,
            interval=fact.interval,
            no_interval_because="" if fact.interval else "the source gives none",
            facts=(fact.id,),
        )
    return SideEffect(
        id=effect.id,
        name=effect.name,
        reported_by_person=reported,
        frequency=frequency,
        population=population,
        caution=fill(effect.caution, picture.knowledge),
        watch=fill(effect.watch, picture.knowledge),
        facts=effect.facts,
    )


def _monitoring(
    item: Monitoring, picture: Picture, by_rule: Mapping[str, Decided]
) -> Finding | None:
    rules = [by_rule[id_] for id_ in item.rules]
    holding = [d for d in rules if d.outcome.fires]
    unknown = [d for d in rules if d.outcome.unknown]
    if item.only_if_missing:
        holding = []
        unknown = [d for d in unknown if item.only_if_missing in d.outcome.missing]
    if not (item.base or holding or unknown):
        return None
    reasons = [sentence(d.outcome.because) for d in holding]
    titles = [fill(d.rule.title, picture.knowledge) for d in unknown]
    reasons += [f"Not known: {'; '.join(titles)}."] if titles else []
    urgent = item.urgent_rule in {d.rule.id for d in holding}
    return Finding(
        id=f"monitoring.{item.id}",
        severity=item.sharper if holding else item.severity,
        certainty=Certainty.LOW,
        tone=Tone.NEUTRAL,
        text=fill(item.urgent_text if urgent else item.text, picture.knowledge),
        action=fill(item.action, picture.knowledge),
        detail=" ".join(reasons),
        facts=item.facts,
    )


def _reported(picture: Picture, reported: frozenset[str]) -> list[Finding]:
    return [
        _reported_finding(effect, picture, reported & set(effect.reported))
        for effect in picture.knowledge.safety.side_effects.effects
        if reported & set(effect.reported)
    ]


def _reported_finding(effect: Effect, picture: Picture, noticed: frozenset[str]) -> Finding:
    """The person's own words; where they can be a first sign of a harm, that harm by name."""
    text = f"The person reports: {_names(noticed)}."
    if effect.points_to:
        harm = picture.knowledge.safety.side_effects.points_to
        text = f"{text} {harm.replace('{name}', effect.name.lower())}"
    return Finding(
        id=f"side_effect.{effect.id}",
        severity=effect.severity,
        certainty=effect.certainty,
        tone=Tone.WARNING,
        text=text,
        action=f"Watch: {fill(effect.watch, picture.knowledge)}",
        detail=fill(effect.caution, picture.knowledge),
        facts=effect.facts,
    )


def _driving(picture: Picture) -> list[Finding]:
    notice = picture.knowledge.safety.side_effects.driving
    person = picture.case.person
    if person.drives is False and person.safety_critical_work is False:
        return []
    exposed = bool(person.drives or person.safety_critical_work)
    return [
        Finding(
            id="side_effect.driving",
            severity=Severity.MAJOR if exposed else Severity.MINOR,
            certainty=Certainty.LOW,
            tone=Tone.WARNING,
            text=notice.text,
            action=notice.action,
            detail="" if exposed else "Driving and safety-critical work were not asked about.",
            facts=notice.facts,
        )
    ]
