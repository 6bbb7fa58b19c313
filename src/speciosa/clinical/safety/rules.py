"""The safety rules applied to a case: what fires, what cannot be told, and what to ask."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from speciosa.clinical.safety.outcome import Outcome
from speciosa.clinical.safety.picture import Picture
from speciosa.clinical.safety.predicates import PREDICATES
from speciosa.clinical.safety.result import FiredRule
from speciosa.clinical.safety.wording import fill, sentence
from speciosa.finding import Certainty, Finding, Missing, Severity, Tone
from speciosa.knowledge import Knowledge
from speciosa.knowledge.safety.record import Rule


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """A rule and what its predicate says about the case."""

    rule: Rule
    outcome: Outcome


def decide(picture: Picture) -> tuple[Decided, ...]:
    """Every rule with its outcome, in the order of the rules."""
    return tuple(
        Decided(rule=rule, outcome=PREDICATES[rule.predicate](picture))
        for rule in picture.knowledge.safety.rules
    )


def fired(decided: Iterable[Decided], knowledge: Knowledge) -> tuple[FiredRule, ...]:
    """The rules that hold, worst first, otherwise in the order of the rules."""
    return _worst_first(_shown(d, knowledge) for d in decided if d.outcome.fires)


def conditional(decided: Iterable[Decided], knowledge: Knowledge) -> tuple[FiredRule, ...]:
    """Grave rules that cannot be decided; their warning is shown as a condition."""
    return _worst_first(_shown(d, knowledge) for d in decided if d.outcome.unknown and d.rule.grave)


def _worst_first(rules: Iterable[FiredRule]) -> tuple[FiredRule, ...]:
    return tuple(sorted(rules, key=lambda rule: Severity(rule.severity).rank))


def _shown(decided: Decided, knowledge: Knowledge) -> FiredRule:
    rule = decided.rule
    outcome = decided.outcome
    because = sentence(outcome.because)
    if outcome.unknown:
        parts = {
            "On record": "; ".join(outcome.support),
            "Not known": outcome.still_open,
            "Not asked about": ", ".join(outcome.unasked),
        }
        told = [sentence(f"{name}: {text}") for name, text in parts.items() if text]
        because = " ".join((*told, _ask(decided, knowledge)))
    return FiredRule(
        id=rule.id,
        title=fill(rule.title, knowledge),
        because=because,
        must=tuple(fill(text, knowledge) for text in rule.must),
        must_not=tuple(fill(text, knowledge) for text in rule.must_not),
        severity=rule.severity,
        certainty=rule.certainty,
        condition=fill(rule.condition, knowledge),
        conditional=decided.outcome.unknown,
        basis=rule.basis,
        facts=rule.facts,
    )


def _ask(decided: Decided, knowledge: Knowledge) -> str:
    """What to ask, for the fields that are missing and for no others."""
    rule = decided.rule
    asks = dict.fromkeys(rule.asks.get(field, "") for field in decided.outcome.missing)
    return fill(" ".join(filter(None, asks)) or rule.ask_if_missing, knowledge)


def findings(rules: Iterable[FiredRule]) -> tuple[Finding, ...]:
    """One finding for each rule that holds or that is shown as a condition."""
    return tuple(
        Finding(
            id=f"safety.{rule.id}{'.not_known' if rule.conditional else ''}",
            severity=Severity(rule.severity),
            certainty=Certainty.UNKNOWN if rule.conditional else Certainty(rule.certainty),
            tone=Tone.WARNING,
            text=(
                f"It is not known whether this applies: {rule.title}. Ask."
                if rule.conditional
                else f"{rule.title}: {rule.because}"
            ),
            action=f"If so: {' '.join(rule.must)}" if rule.conditional else " ".join(rule.must),
            detail=rule.because if rule.conditional else " ".join(rule.must_not),
            facts=rule.facts,
        )
        for rule in rules
    )


def missing(decided: Iterable[Decided], knowledge: Knowledge) -> tuple[Missing, ...]:
    """What would settle the rules that cannot be decided, one entry for each field."""
    return tuple(
        Missing(
            field=field,
            cost=fill(d.rule.missing_cost, knowledge),
            how=fill(d.rule.asks.get(field) or d.rule.ask_if_missing, knowledge),
            severity=Severity.MAJOR if d.rule.grave else Severity.MODERATE,
        )
        for d in decided
        if d.outcome.unknown
        for field in d.outcome.missing
    )


def merged(missing: Iterable[Missing], knowledge: Knowledge) -> tuple[Missing, ...]:
    """One entry for each field: every cost once, the worst severity.

    A field that many rules ask for has one question of its own, so that it is not asked nine times.
    """
    questions = knowledge.safety.red_flags.ask_for
    by_field: dict[str, list[Missing]] = {}
    for entry in missing:
        by_field.setdefault(entry.field, []).append(entry)
    return tuple(
        Missing(
            field=field,
            cost=" ".join(dict.fromkeys(e.cost for e in entries if e.cost)),
            how=questions.get(field) or " ".join(dict.fromkeys(e.how for e in entries if e.how)),
            severity=min((e.severity for e in entries), key=lambda s: s.rank),
        )
        for field, entries in by_field.items()
    )
