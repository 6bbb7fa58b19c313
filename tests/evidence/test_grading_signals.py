"""Signals, recorded judgements and certainty: never surer for less, never milder than due."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa.evidence.grading import Body, Piece, Signal, domains, reason, signals
from speciosa.finding import Certainty
from speciosa.knowledge import load
from speciosa.knowledge.evidence.pooled import DomainName, GradeDomain, Level, certainty
from speciosa.knowledge.evidence.question import RecordedJudgement
from speciosa.knowledge.evidence.study import Condition, Risk

GRADING = load().evidence.grading
ORDER = (Certainty.VERY_LOW, Certainty.LOW, Certainty.MODERATE, Certainty.HIGH)
WORSE = {Risk.LOW: Risk.SOME, Risk.SOME: Risk.HIGH, Risk.HIGH: Risk.NOT_RATED}


def piece(**changes: object) -> Piece:
    made = Piece(
        share=0.25,
        risk=Risk.LOW,
        condition=Condition.GAD,
        people=300,
        events=120,
        industry=False,
        low=-1.0,
        high=0.0,
    )
    return dataclasses.replace(made, **changes)


def body(**changes: object) -> Body:
    made = Body(
        ratio=False,
        gain=0.6,
        low=0.45,
        high=0.75,
        prediction=(0.3, 0.9),
        i2=10.0,
        tau2=0.01,
        important=0.2,
        harm=0.2,
        pieces=(piece(),) * 4,
    )
    return dataclasses.replace(made, **changes)


def graded(of: Body) -> Certainty:
    return certainty(Certainty.HIGH, domains((), signals(of, GRADING)))


def test_a_large_consistent_direct_body_at_low_risk_is_high() -> None:
    assert graded(body()) is Certainty.HIGH


@pytest.mark.parametrize(
    ("changes", "domain", "level"),
    [
        ({"pieces": (piece(risk=Risk.HIGH),) * 4}, DomainName.RISK_OF_BIAS, Level.VERY_SERIOUS),
        ({"pieces": (piece(risk=Risk.NOT_RATED),) * 4}, DomainName.RISK_OF_BIAS,
         Level.VERY_SERIOUS),
        ({"pieces": (piece(risk=Risk.SOME),) * 4}, DomainName.RISK_OF_BIAS, Level.SERIOUS),
        ({"i2": 60.0}, DomainName.INCONSISTENCY, Level.SERIOUS),
        ({"i2": 80.0, "prediction": (-0.2, 1.4)}, DomainName.INCONSISTENCY, Level.VERY_SERIOUS),
        ({"prediction": (-0.1, 1.3)}, DomainName.INCONSISTENCY, Level.SERIOUS),
        ({"pieces": (piece(share=1.0, people=900),), "i2": None, "prediction": None},
         DomainName.INCONSISTENCY, Level.SERIOUS),
        ({"pieces": (piece(condition=Condition.SUBTHRESHOLD),) * 4}, DomainName.INDIRECTNESS,
         Level.SERIOUS),
        ({"pieces": (piece(condition=Condition.OTHER),) * 4}, DomainName.INDIRECTNESS,
         Level.VERY_SERIOUS),
        ({"low": 0.1}, DomainName.IMPRECISION, Level.SERIOUS),
        ({"low": -0.1}, DomainName.IMPRECISION, Level.VERY_SERIOUS),
        ({"low": -0.3}, DomainName.IMPRECISION, Level.EXTREMELY_SERIOUS),
        ({"pieces": (piece(people=80),) * 4}, DomainName.IMPRECISION, Level.SERIOUS),
        ({"pieces": (piece(people=20),) * 4}, DomainName.IMPRECISION, Level.VERY_SERIOUS),
        ({"pieces": (piece(share=0.1),) * 10, "funnel_p": 0.01}, DomainName.PUBLICATION_BIAS,
         Level.SERIOUS),
        ({"pieces": (piece(people=60, industry=True),) * 4}, DomainName.PUBLICATION_BIAS,
         Level.SERIOUS),
        ({"unusable": 3}, DomainName.PUBLICATION_BIAS, Level.SERIOUS),
        # An interval that crosses a threshold is no shelter from too few events or a wide ratio.
        ({"low": 0.1, "pieces": (piece(people=20),) * 4}, DomainName.IMPRECISION,
         Level.VERY_SERIOUS),
        ({"ratio": True, "low": 0.04, "gain": 1.2, "high": 2.35, "pieces": (piece(events=25),) * 3},
         DomainName.IMPRECISION, Level.VERY_SERIOUS),
        ({"ratio": True, "low": 0.3, "gain": 0.9, "high": 1.5, "pieces": (piece(events=200),) * 4},
         DomainName.IMPRECISION, Level.VERY_SERIOUS),
    ],
)  # fmt: skip
def test_each_threshold_raises_its_signal(
    changes: dict[str, object], domain: DomainName, level: Level
) -> None:
    found = signals(body(**changes), GRADING)
    assert found[domain].level is level
    assert found[domain].reason.endswith(".")


def test_a_precise_finding_of_no_important_difference_is_not_imprecise() -> None:
    found = signals(body(gain=0.0, low=-0.1, high=0.1), GRADING)
    assert found[DomainName.IMPRECISION].level is Level.NONE


risks = st.sampled_from(list(Risk))
pieces = st.lists(
    st.builds(
        piece,
        share=st.floats(0.05, 1.0),
        risk=risks,
        condition=st.sampled_from(list(Condition)),
        people=st.one_of(st.none(), st.integers(10, 600)),
        events=st.one_of(st.none(), st.integers(0, 300)),
        industry=st.sampled_from([True, False, None]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=200)
@given(found=pieces, where=st.integers(0, 11), ratio=st.booleans(), k_p=st.floats(0.001, 0.9))
def test_worse_or_less_known_is_never_surer(
    found: list[Piece], where: int, ratio: bool, k_p: float
) -> None:
    """A higher risk of bias, and each thing left out: rating, people, events, payer."""
    total = sum(one.share for one in found)
    found = [dataclasses.replace(one, share=one.share / total) for one in found]
    made = body(pieces=tuple(found), ratio=ratio, funnel_p=k_p if len(found) >= 10 else None)
    before = ORDER.index(graded(made))
    place = where % len(found)
    one = found[place]
    variants = [
        dataclasses.replace(one, people=None),
        dataclasses.replace(one, events=None),
        dataclasses.replace(one, industry=None),
        dataclasses.replace(one, risk=Risk.NOT_RATED),
    ]
    if one.risk in WORSE:
        variants.append(dataclasses.replace(one, risk=WORSE[one.risk]))
    for variant in variants:
        changed = (*found[:place], variant, *found[place + 1 :])
        after = graded(dataclasses.replace(made, pieces=changed))
        assert ORDER.index(after) <= before


@given(low=st.floats(-2.0, 2.0), width=st.floats(0.0, 3.0), more=st.floats(0.0, 2.0),
       events=st.integers(0, 400))  # fmt: skip
def test_a_wider_interval_is_never_more_precise(
    low: float, width: float, more: float, events: int
) -> None:
    """Of a ratio whose interval holds the narrower one."""

    def level(reach: float) -> int:
        of = body(ratio=True, gain=low, low=low - reach, high=low + width + reach,
                  pieces=(piece(events=events),))  # fmt: skip
        return signals(of, GRADING)[DomainName.IMPRECISION].level.steps

    assert level(more) >= level(0.0)


# ------------------------------------------------------------------ judgements


def judged(level: Level, then: Level, domain: DomainName = DomainName.IMPRECISION):
    return RecordedJudgement(
        domain=domain, level=level, reason="Read.", by="curator", date="2026-11-22", signal=then
    )


def one_domain(level: Level, then: Level, now: Level) -> GradeDomain:
    found = {DomainName.IMPRECISION: Signal(now, "Numbers.")}
    return domains([judged(level, then)], found)[0]


def test_a_milder_judgement_stands_while_the_numbers_say_what_they_said() -> None:
    got = one_domain(Level.NONE, Level.SERIOUS, Level.SERIOUS)
    assert got.level is Level.NONE
    assert not got.review_due


def test_worse_numbers_overtake_a_milder_judgement_and_ask_for_a_review() -> None:
    got = one_domain(Level.SERIOUS, Level.SERIOUS, Level.VERY_SERIOUS)
    assert got.level is Level.VERY_SERIOUS
    assert "2026-11-22" in got.review_due


def test_what_nobody_has_rated_is_never_milder_by_a_judgement() -> None:
    """Not even by one made when the signal said the same."""
    rob = DomainName.RISK_OF_BIAS
    mild = judged(Level.SERIOUS, Level.VERY_SERIOUS, rob)
    unrated = signals(body(pieces=(piece(risk=Risk.NOT_RATED),) * 4), GRADING)
    got = {d.domain: d for d in domains([mild], unrated)}[rob]
    assert got.level is Level.VERY_SERIOUS
    assert "counts until it has been" in got.review_due
    assert "nobody has rated" in got.signal_reason
    rated = signals(body(pieces=(piece(risk=Risk.HIGH),) * 4), GRADING)
    assert {d.domain: d for d in domains([mild], rated)}[rob].level is Level.SERIOUS


def test_no_pool_of_unrated_trials_is_surer_than_its_signal() -> None:
    for effect in load().evidence.pooled:
        if any(one.risk_of_bias is Risk.NOT_RATED for one in effect.studies):
            domain = next(d for d in effect.domains if d.domain is DomainName.RISK_OF_BIAS)
            assert domain.level.steps >= domain.signal.steps, effect.id


def test_better_numbers_never_soften_a_judgement() -> None:
    got = one_domain(Level.SERIOUS, Level.VERY_SERIOUS, Level.NONE)
    assert got.level is Level.SERIOUS
    assert not got.review_due


@given(
    level=st.sampled_from(list(Level)),
    then=st.sampled_from(list(Level)),
    now=st.sampled_from(list(Level)),
)
def test_the_level_that_counts_is_never_milder_than_the_judgement(
    level: Level, then: Level, now: Level
) -> None:
    got = one_domain(level, then, now)
    assert got.level.steps >= level.steps
    if now.steps > then.steps:
        assert got.level.steps >= now.steps


def test_domains_add_up_and_raise_only_what_nothing_lowers() -> None:
    raised = GradeDomain(
        domain=DomainName.LARGE_EFFECT, level=Level.SERIOUS, reason="Large.", by="curator"
    )
    lowered = GradeDomain(
        domain=DomainName.IMPRECISION, level=Level.SERIOUS, reason="Few.", by="curator"
    )
    assert certainty(Certainty.LOW, (raised,)) is Certainty.MODERATE
    assert certainty(Certainty.LOW, (raised, lowered)) is Certainty.VERY_LOW
    assert certainty(Certainty.HIGH, (lowered,)) is Certainty.MODERATE
    assert "ends at moderate" in reason(Certainty.HIGH, (lowered,))
