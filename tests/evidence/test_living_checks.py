"""What the base finds wrong with itself: stale pools, mixed comparators, kratom, loose ids."""

from __future__ import annotations

from types import SimpleNamespace

import msgspec
import pytest

from speciosa.finding import Certainty
from speciosa.knowledge import load
from speciosa.knowledge.evidence.base import Known, made_from, problems
from speciosa.knowledge.evidence.pooled import DomainName, Level
from speciosa.knowledge.evidence.question import RecordedJudgement
from speciosa.knowledge.evidence.study import ArmKind

KNOWLEDGE = load()
EVIDENCE = KNOWLEDGE.evidence
KNOWN = Known(
    treatments=frozenset(one.id for one in KNOWLEDGE.care.treatments),
    medicines=frozenset(one.id for one in KNOWLEDGE.medicines.all()),
    sources=KNOWLEDGE.sources,
    kratom=KNOWLEDGE.medicines.names_of_kratom,
    fact=lambda fact_id: fact_id.startswith("evidence/"),
)


def found(**changes: object) -> list[str]:
    parts = {name: getattr(EVIDENCE, name) for name in ("studies", "questions", "grading", "pools")}
    return list(problems(SimpleNamespace(**(parts | changes)), KNOWN))  # type: ignore[arg-type]


def with_question(**changes: object) -> list[str]:
    first, *rest = EVIDENCE.questions.questions
    asked = (msgspec.structs.replace(first, **changes), *rest)
    return found(questions=msgspec.structs.replace(EVIDENCE.questions, questions=asked))


def with_study(**changes: object) -> list[str]:
    first, *rest = EVIDENCE.studies
    return found(studies=(msgspec.structs.replace(first, **changes), *rest))


def with_effect(**changes: object) -> list[str]:
    first, *rest = EVIDENCE.pools.effects
    effects = (msgspec.structs.replace(first, **changes), *rest)
    return found(pools=msgspec.structs.replace(EVIDENCE.pools, effects=effects))


def test_the_base_as_it_is_has_no_problem() -> None:
    assert found() == []


def test_the_hash_knows_no_order_but_every_change() -> None:
    questions, grading = EVIDENCE.questions, EVIDENCE.grading
    whole = made_from(EVIDENCE.studies, questions, grading)
    turned = msgspec.structs.replace(questions, questions=questions.questions[::-1])
    assert made_from(EVIDENCE.studies[::-1], turned, grading) == whole
    assert made_from(EVIDENCE.studies[1:], questions, grading) != whole


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"arms": ("kratom",)}, "kratom must never be an option"),
        ({"option": "Mitragyna leaf"}, "kratom must never be an option"),
        ({"comparator": ArmKind.OPTION}, "the comparator is an option"),
        ({"treatments": ("nothing",)}, "no treatment has the id nothing"),
        ({"medicines": ("nothing",)}, "no medicine has the id nothing"),
        ({"sensitivity_of": "nothing"}, "there is no question nothing"),
        ({"measure": "MD"}, "needs the least important one"),
        ({"convert": {"HAM-A": "law/nothing"}}, "no fact has the id law/nothing"),
        ({"outcome": "another"}, "not fresh"),
        (
            {
                "judgements": (
                    RecordedJudgement(
                        domain=DomainName.IMPRECISION,
                        level=Level.NONE,
                        reason="",
                        by="curator",
                        date="2026-11-22",
                    ),
                )
            },
            "lacks reason, judge or date",
        ),
    ],
)
def test_a_question_that_is_wrong_is_named(changes: dict[str, object], words: str) -> None:
    assert any(words in problem for problem in with_question(**changes))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sources": ("nowhere",)}, "no source has the id nowhere"),
        ({"sources": (), "verified": True}, "names no source"),
        ({"read_on": "", "verified": True}, "no date of reading"),
        ({"arms": EVIDENCE.studies[0].arms[:1]}, "fewer than two arms"),
        ({"id": EVIDENCE.studies[1].id}, "occurs 2 times"),
    ],
)
def test_a_study_that_is_wrong_is_named(changes: dict[str, object], words: str) -> None:
    assert any(words in problem for problem in with_study(**changes))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"certainty": Certainty.HIGH}, "not what its domains add up to"),
        ({"comparator": ArmKind.EDUCATION}, "not that of its question"),
        ({"id": "nothing"}, "answers no question"),
        ({"low": 5.0}, "lies outside"),
        ({"k": 1000}, "studies are listed"),
    ],
)
def test_a_pooled_effect_that_is_wrong_is_named(changes: dict[str, object], words: str) -> None:
    assert any(words in problem for problem in with_effect(**changes))


def test_every_pooled_fact_resolves_with_its_sources() -> None:
    for effect in EVIDENCE.pooled:
        citation = KNOWLEDGE.cite(effect.fact_id)
        assert citation.sources
        assert str(effect.certainty) in citation.note
        for fact_id in effect.absolute.facts:
            assert KNOWLEDGE.cite(fact_id).statement


def test_each_study_can_be_cited() -> None:
    for study in EVIDENCE.studies:
        citation = KNOWLEDGE.cite(f"evidence/study/{study.id}")
        assert citation.sources or not study.verified
