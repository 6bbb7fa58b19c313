"""The living base as data: what its hash is, which facts it gives, and what is wrong with it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from speciosa.knowledge.evidence.grading import Grading
from speciosa.knowledge.evidence.kratom_names import kratom_in_question, kratom_in_study
from speciosa.knowledge.evidence.pooled import PooledEffect, Pools, certainty
from speciosa.knowledge.evidence.question import Question, Questions
from speciosa.knowledge.evidence.study import ArmKind, Study
from speciosa.knowledge.fact import Basis, Fact, Source


def made_from(studies: Sequence[Study], questions: Questions, grading: Grading) -> str:
    """A hash of everything a pool rests on; the order of studies and questions changes nothing."""
    ordered = (
        sorted(studies, key=lambda study: study.id),
        questions.settings,
        sorted(questions.questions, key=lambda question: question.id),
        grading,
    )
    return hashlib.sha256(msgspec.json.encode(ordered, order="deterministic")).hexdigest()


def facts(studies: Sequence[Study], pools: Pools) -> Iterator[Fact]:
    """One fact for every study and every pooled effect."""
    for study in studies:
        yield _study_fact(study)
    for effect in pools.effects:
        yield from _pooled_facts(effect)


class Known(NamedTuple):
    """What the records of the living base may name; ``fact`` says whether an id resolves.

    ``kratom`` are the names of kratom and its alkaloids, which no record here may name.
    """

    treatments: Collection[str]
    medicines: Collection[str]
    sources: Mapping[str, Source]
    kratom: Collection[str]
    fact: Callable[[str], bool]


class Base(Protocol):
    """What the living base consists of."""

    @property
    def studies(self) -> tuple[Study, ...]:
        """Primary studies."""

    @property
    def questions(self) -> Questions:
        """What is asked of them."""

    @property
    def grading(self) -> Grading:
        """Thresholds and assumed risks."""

    @property
    def pools(self) -> Pools:
        """The answers."""


def problems(held: Base, known: Known) -> Iterator[str]:
    """Ids that do not resolve, arms that are not there, kratom as an option, stale pools."""
    studies, questions, pools = held.studies, held.questions, held.pools
    if pools.made_from != made_from(studies, questions, held.grading):
        yield "pooled.json is not fresh: studies, questions or grading changed since it was made"
    yield from _twice("study", [study.id for study in studies])
    yield from _twice("question", [question.id for question in questions.questions])
    yield from _twice("pooled effect", [effect.id for effect in pools.effects])
    ids = {study.id for study in studies}
    for study in studies:
        yield from study_problems(study, known)
        if study.same_trial_as and study.same_trial_as not in ids - {study.id}:
            yield f"study {study.id}: there is no other study {study.same_trial_as}"
    for question in questions.questions:
        yield from question_problems(question, questions, known)
    asked = {question.id: question for question in questions.questions}
    for effect in pools.effects:
        yield from _pooled_problems(effect, asked)


def study_problems(study: Study, known: Known) -> Iterator[str]:
    """What is wrong with one study, one sentence each."""
    where = f"study {study.id}"
    kratom = kratom_in_study(study, known.kratom)
    if kratom:
        yield f"{where} names {kratom}: studies of kratom stand in lanes of their own, never here"
    named = {arm.id for arm in study.arms}
    yield from _twice(f"{where}: arm", [arm.id for arm in study.arms])
    if len(study.arms) < 2:  # a study compares: one arm has nothing to stand against
        yield f"{where} has fewer than two arms"
    if not any(arm.kind is ArmKind.OPTION for arm in study.arms):
        yield f"{where} has no arm that is an option"
    if study.verified and not study.sources:
        yield f"{where} is verified but names no source"
    if study.verified and not study.read_on:
        yield f"{where} is verified but has no date of reading"
    for source in study.sources:
        if source not in known.sources:
            yield f"{where}: no source has the id {source}"
    for outcome in study.outcomes:
        used = [value.arm for value in outcome.arms]
        yield from _twice(f"{where}, {outcome.scale}: values of arm", used)
        for contrast in outcome.contrasts:
            used += (contrast.arm, contrast.against)
        for arm in sorted(set(used) - named):
            yield f"{where}, {outcome.scale}: there is no arm {arm}"
        if outcome.what not in {"change", "post", "events"}:
            yield f"{where}, {outcome.scale}: {outcome.what} is not change, post or events"
        if outcome.better not in {"below", "above"}:
            yield f"{where}, {outcome.scale}: better is {outcome.better}, not below or above"


def question_problems(question: Question, questions: Questions, known: Known) -> Iterator[str]:
    """What is wrong with one question, one sentence each."""
    where = f"question {question.id}"
    kratom = kratom_in_question(question, known.kratom)
    if kratom:
        yield f"{where} names {kratom}: kratom must never be an option"
    if question.comparator is ArmKind.OPTION:
        yield f"{where}: the comparator is an option"
    for treatment in question.treatments:
        if treatment not in known.treatments:
            yield f"{where}: no treatment has the id {treatment}"
    for medicine in question.medicines:
        if medicine not in known.medicines:
            yield f"{where}: no medicine has the id {medicine}"
    asked = {other.id for other in questions.questions}
    if question.sensitivity_of and question.sensitivity_of not in asked:
        yield f"{where}: there is no question {question.sensitivity_of}"
    yield from _twice(f"{where}: judgement of", [j.domain.value for j in question.judgements])
    for judgement in question.judgements:
        if not (judgement.reason and judgement.by and judgement.date):
            yield f"{where}: the judgement of {judgement.domain} lacks reason, judge or date"
    yield from _assumed_problems(question, known)


def _assumed_problems(question: Question, known: Known) -> Iterator[str]:
    where = f"question {question.id}"
    assumed = question.assumed
    if question.measure == "MD" and not assumed.important:
        yield f"{where}: a difference in points needs the least important one"
    if question.measure == "MD" and len({*assumed.sd, *assumed.important}) > 1:
        yield f"{where}: a difference in points is of one scale alone"
    facts_named = (*assumed.sd.values(), *assumed.important.values(), *question.convert.values())
    for fact_id in (assumed.risk, *facts_named):
        if fact_id and not known.fact(fact_id):
            yield f"{where}: no fact has the id {fact_id}"


def _pooled_problems(effect: PooledEffect, asked: dict[str, Question]) -> Iterator[str]:
    where = f"pooled {effect.id}"
    question = asked.get(effect.id)
    if question is None:
        yield f"{where} answers no question"
    elif question.comparator is not effect.comparator:
        yield f"{where}: the comparator is not that of its question"
    if effect.certainty is not certainty(effect.certainty_from, effect.domains):
        yield f"{where}: the certainty is not what its domains add up to"
    if not effect.low <= effect.estimate <= effect.high:
        yield f"{where}: {effect.estimate} lies outside {effect.low} to {effect.high}"
    if effect.k != len(effect.studies):
        yield f"{where}: k is {effect.k}, but {len(effect.studies)} studies are listed"


def _twice(what: str, names: Sequence[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{what} {name} occurs {count} times"


def _study_fact(study: Study) -> Fact:
    arms = " against ".join(dict.fromkeys(arm.treatment for arm in study.arms))
    randomised = [arm.n for arm in study.arms if arm.n is not None]
    design = "; ".join(part for part in (study.design, study.population) if part)
    return Fact(
        id=f"evidence/study/{study.id}",
        subject=arms,
        quantity=study.title,
        value=None,
        n=sum(randomised) if len(randomised) == len(study.arms) else None,
        conditions=design,
        sources=study.sources,
        basis=study.basis,
        verified=study.verified,
        read_on=study.read_on,
        note=study.note,
    )


def _pooled_facts(effect: PooledEffect) -> Iterator[Fact]:
    yield Fact(
        id=effect.fact_id,
        subject=f"{effect.option} against {effect.comparator_words}",
        quantity=f"{effect.outcome}, {effect.measure}",
        value=effect.estimate,
        unit=effect.unit,
        low=effect.low,
        high=effect.high,
        interval="95 % CI",
        n=effect.n,
        conditions=f"{effect.k} studies pooled here; {effect.condition}; {effect.method}",
        sources=effect.sources,
        basis=Basis.DERIVED,
        note=f"Certainty {effect.certainty}: {effect.certainty_reason}",
    )
    if effect.pi_low is not None and effect.pi_high is not None:
        yield Fact(
            id=f"{effect.fact_id}/prediction",
            subject=f"{effect.option} against {effect.comparator_words}",
            quantity=f"{effect.outcome}, {effect.measure}, where a new study may lie",
            value=None,
            unit=effect.unit,
            low=effect.pi_low,
            high=effect.pi_high,
            interval="95 % prediction interval",
            sources=effect.sources,
            basis=Basis.DERIVED,
        )
    own = effect.absolute.per_100
    if own is not None and own.control_n is not None:
        yield Fact(
            id=f"{effect.fact_id}/control-risk",
            subject=f"{effect.comparator_words} in the trials of {effect.option}",
            quantity=f"share of people with {own.event}",
            value=own.without / 100,
            n=own.control_n,
            sources=effect.sources,
            basis=Basis.DERIVED,
            note=f"{own.control_events} of {own.control_n} in the comparator arms.",
        )
