"""New studies into the base: pool and grade anew, and say what changed and what did not join."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import msgspec

from speciosa.evidence.living import twins
from speciosa.evidence.living.answer import Answer, Rules, answer
from speciosa.evidence.living.base import pools
from speciosa.evidence.living.incoming import Incoming, check, merged
from speciosa.evidence.living.joining import concerns
from speciosa.knowledge.evidence.base import Base, Known
from speciosa.knowledge.evidence.overlay import (
    AnotherTrial,
    Brief,
    Change,
    Changes,
    Overlay,
    Placed,
)
from speciosa.knowledge.evidence.pooled import NotJoined, PooledEffect
from speciosa.knowledge.evidence.study import ArmKind, Study
from speciosa.knowledge.fact import Fact


def update(  # noqa: PLR0913 -- the base, what comes to it, and where ids resolve
    held: Base,
    new: Incoming,
    fact: Callable[[str], Fact],
    *,
    known: Known,
    release: str,
    earlier: Overlay | None = None,
    another_trial: Collection[str] = (),
) -> Overlay:
    """The base with new studies. ``earlier`` is an overlay that ``held`` holds already.

    ``another_trial`` names studies that a new one looks like and is not. Raises ``InputError`` for
    what ``check`` refuses and for a study that is there already under another name. A question
    that no new study joined keeps its answer to the byte.
    """
    check(new, held.studies, known, held.grading)
    declared = twins.others(new.studies, held.studies, merged(new, known).sources, another_trial)
    studies = (*held.studies, *new.studies)
    kept = earlier or _nothing(held, release)
    before = {effect.id: effect for effect in held.pools.effects}
    ids = {study.id for study in new.studies}
    rules = Rules(held.questions.settings, held.grading, fact)
    found = tuple(
        answer(question, studies, rules)
        if any(concerns(study, question) for study in new.studies)
        else Answer(question, before.get(question.id), ())
        for question in held.questions.questions
    )
    marked = tuple(_marked(one, before.get(one.question.id)) for one in found)
    changes = tuple(
        _change(one, before.get(one.question.id), ids)
        for one in marked
        if _touched(one, ids) or not _same(one.effect, before.get(one.question.id))
    )
    return Overlay(
        studies=tuple(sorted((*kept.studies, *new.studies), key=lambda study: study.id)),
        sources=(*kept.sources, *new.sources),
        pools=pools(held, marked, studies=studies),
        changes=Changes(
            release=release,
            studies=tuple(_placed(study, found) for study in new.studies),
            changes=changes,
            unchanged=len(found) - len(changes),
            another_trial=(
                *kept.changes.another_trial,
                *(AnotherTrial(study=one, looks_like=like) for one, like in declared.items()),
            ),
        ),
    )


def _nothing(held: Base, release: str) -> Overlay:
    nothing = Changes(release=release, studies=(), changes=(), unchanged=0)
    return Overlay(studies=(), sources=(), pools=held.pools, changes=nothing)


def _touched(one: Answer, ids: set[str]) -> bool:
    return one.effect is not None and any(study.id in ids for study in one.effect.studies)


def _same(after: PooledEffect | None, before: PooledEffect | None) -> bool:
    """Whether the numbers and grades are those of before; the list of not joined may grow."""
    if after is None or before is None:
        return after is before
    return _brief(after) == _brief(before) and after.domains == before.domains


def _marked(one: Answer, before: PooledEffect | None) -> Answer:
    """The answer with what changed in words, where something did."""
    after = one.effect
    if after is None or after is before:
        return one
    if before is not None and _same(after, before):
        words = before.what_changed
    elif before is None:
        words = f"new: {after.k} studies, certainty {after.certainty}"
    else:
        words = (
            f"k {before.k} to {after.k}; {_shown(before)} to {_shown(after)}; certainty"
            f" {before.certainty} to {after.certainty}"
        )
    return Answer(one.question, msgspec.structs.replace(after, what_changed=words), one.not_joined)


def _shown(effect: PooledEffect) -> str:
    return f"{effect.estimate:.2f} ({effect.low:.2f} to {effect.high:.2f})"


def _change(one: Answer, before: PooledEffect | None, ids: set[str]) -> Change:
    question, after = one.question, one.effect
    joined = tuple(s.id for s in after.studies if s.id in ids) if after else ()
    return Change(
        question=question.id,
        option=question.option,
        comparator=question.comparator_words,
        outcome=question.outcome,
        measure=question.measure,
        unit=question.unit,
        joined=joined,
        before=None if before is None else _brief(before),
        after=None if after is None else _brief(after),
        why=_why(before, after),
        review_due=after.review_due if after else (),
    )


def _brief(effect: PooledEffect) -> Brief:
    return Brief(
        k=effect.k,
        n=effect.n,
        estimate=effect.estimate,
        low=effect.low,
        high=effect.high,
        certainty=effect.certainty,
    )


def _why(before: PooledEffect | None, after: PooledEffect | None) -> tuple[str, ...]:
    if after is None:
        return ()
    was = {d.domain: d for d in before.domains} if before else {}
    return tuple(
        f"{d.domain}: {f'{was[d.domain].level} to ' if d.domain in was else ''}{d.level}."
        f" {d.signal_reason or d.reason}"
        for d in after.domains
        if d.domain not in was or was[d.domain].level is not d.level
    )


def _placed(study: Study, found: Sequence[Answer]) -> Placed:
    joined = tuple(
        one.question.id
        for one in found
        if one.effect is not None and any(s.id == study.id for s in one.effect.studies)
    )
    apart = tuple(
        NotJoined(id=one.question.id, why=other.why)
        for one in found
        for other in one.not_joined
        if other.id == study.id
    )
    nowhere = ""
    if not joined and not apart:
        options = sorted({a.treatment for a in study.arms if a.kind is ArmKind.OPTION})
        nowhere = f"no question of the base is about {' or '.join(options)}"
    return Placed(study=study.id, joined=joined, not_joined=apart, nowhere=nowhere)
