"""Every figure of an instrument record as a fact with a stable id."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from speciosa.knowledge.fact import Fact
from speciosa.knowledge.instruments.record import (
    Cutoff,
    Diagnosis,
    Instrument,
    Sourced,
    Statement,
    UseDisorder,
)

DIAGNOSIS = "instrument/diagnosis"
USE_DISORDER = "instrument/kratom_use_disorder"


def instrument_facts(instrument: Instrument) -> Iterator[Fact]:
    """The facts of one questionnaire, in the order of its record."""
    start, name = instrument.start, instrument.name
    for statement in instrument.statements:
        yield statement.fact(start, name)
    yield from _questions(instrument)
    yield from _bands(instrument)
    for cutoff in instrument.cutoffs:
        yield from _cutoff(cutoff, start, name)
    rules = instrument.change
    named = (rules.labels_rule, rules.reliable, rules.response, rules.remission, *rules.published)
    for rule in named:
        if rule is not None:
            yield rule.fact(start, name)
    for population in instrument.populations:
        yield _fact(
            population,
            id=f"{start}/population/{population.key}",
            subject=name,
            quantity=f"use in {population.key.replace('-', ' ')}",
            value=population.text,
        )


def diagnosis_facts(diagnosis: Diagnosis) -> Iterator[Fact]:
    """The facts about the description of GAD."""
    for statement in (*diagnosis.statements, diagnosis.recent_change):
        yield statement.fact(DIAGNOSIS, "generalized anxiety disorder")


def use_disorder_facts(disorder: UseDisorder) -> Iterator[Fact]:
    """The facts about kratom use disorder."""
    subject = "kratom use disorder (DSM-5 criteria applied to kratom)"
    for criterion in disorder.criteria:
        yield _fact(
            disorder,
            id=f"{USE_DISORDER}/criterion/{criterion.id}",
            subject=subject,
            quantity="criterion",
            value=criterion.text,
        )
    for level in disorder.levels:
        yield _fact(
            disorder,
            id=f"{USE_DISORDER}/level/{_slug(level.label)}",
            subject=subject,
            quantity="number of criteria met",
            value=level.label,
            low=level.low,
            high=level.high,
            interval="criteria met, both ends included",
        )
    loose: tuple[Statement, ...] = (
        *disorder.statements,
        disorder.watch_after_stopping,
        disorder.scores_unsettled,
    )
    for statement in loose:
        yield statement.fact(USE_DISORDER, subject)


def _questions(instrument: Instrument) -> Iterator[Fact]:
    licence = instrument.statement("licence")
    for item in instrument.items:
        if item.text and licence:
            yield _fact(
                licence,
                id=f"{instrument.start}/item/{item.number}",
                subject=instrument.name,
                quantity=f"item {item.number}",
                value=item.text,
                conditions=f"LOINC {item.loinc}" if item.loinc else "",
            )
    for answer in instrument.answers:
        source = instrument.statement("answers") or licence
        if source:
            yield _fact(
                source,
                id=f"{instrument.start}/answer/{answer.score}",
                subject=instrument.name,
                quantity=f"answer scored {answer.score}",
                value=answer.text,
                conditions=f"LOINC {answer.loinc}" if answer.loinc else "",
            )


def _bands(instrument: Instrument) -> Iterator[Fact]:
    if instrument.bands is None:
        return
    for band in instrument.bands.bands:
        yield _fact(
            instrument.bands,
            id=f"{instrument.start}/band/{_slug(band.label)}",
            subject=instrument.name,
            quantity="severity band",
            value=band.label,
            low=band.low,
            high=band.high,
            interval="totals, both ends included",
        )


def _cutoff(cutoff: Cutoff, start: str, name: str) -> Iterator[Fact]:
    score = "mixed or unnamed cut-off" if cutoff.score is None else f"cut-off {cutoff.score}"
    people = f" ({cutoff.sex})" if cutoff.sex else ""
    base = f"{start}/accuracy/{cutoff.key}"
    subject = f"{name} at {score}{people}" if cutoff.score is None else f"{name}, {score}{people}"
    setting = "; ".join(
        part
        for part in (cutoff.setting, f"{cutoff.studies} studies" if cutoff.studies else "")
        if part
    )
    yield _fact(
        cutoff, id=base, subject=subject, quantity="for", value=cutoff.target,
        n=cutoff.n, conditions=setting,
    )  # fmt: skip
    measured = (
        ("sensitivity", cutoff.sensitivity, cutoff.sensitivity_low, cutoff.sensitivity_high),
        ("specificity", cutoff.specificity, cutoff.specificity_low, cutoff.specificity_high),
        ("auc", cutoff.auc, None, None),
    )
    for what, value, low, high in measured:
        if value is not None:
            quantity = "area under the ROC curve" if what == "auc" else what
            yield _fact(
                cutoff, id=f"{base}/{what}", subject=subject,
                quantity=f"{quantity} for {cutoff.target}", value=value, low=low, high=high,
                interval="95 % CI" if low is not None else "", n=cutoff.n, conditions=setting,
            )  # fmt: skip


def _fact(source: Sourced, **fields: Any) -> Fact:  # noqa: ANN401  # the fields of Fact
    return Fact(
        **fields,
        sources=source.sources,
        basis=source.basis,
        verified=source.verified,
        read_on=source.read_on,
        note=source.note,
    )


def _slug(label: str) -> str:
    return label.lower().replace(" ", "-")
