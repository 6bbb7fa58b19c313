"""Tests for kratom: positive, negative and neither, never one taken for another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from speciosa.fhir.kratom.result import Confidence, Status
from speciosa.fhir.shape import a_dict, dicts, number, text
from speciosa.knowledge import load
from speciosa.knowledge.reading import Test, kratom_words

LOINC = "http://loinc.org"
# An amount written as text: a comparator, a figure and a unit of concentration, nothing else.
_WRITTEN = re.compile(r"([<>]=?)?\s*(\d+(?:\.\d+)?)\s*(?:[pnuµm]?g)\s*/\s*(?:d?l|ml|g|mg)", re.I)
_NOT_RESULTS = frozenset({"entered-in-error", "cancelled"})


@lru_cache(maxsize=1)
def tests() -> dict[str, Test]:
    """The tests for kratom by LOINC code."""
    return {one.code: one for one in kratom_words().laboratory}


def judged(observation: dict[str, Any], test: Test) -> tuple[Status, Confidence, str]:
    """What an Observation or component of this test says: status, confidence and a sentence."""
    if text(observation.get("status")) in _NOT_RESULTS:
        return Status.UNCERTAIN, Confidence.LOW, "the result was withdrawn, so it says nothing"
    answers = {one for one in (_amount(observation), *_answers(observation)) if one is not None}
    if answers == {True}:
        if test.method == "screen":
            because = "a screen is positive; it was not confirmed"
            return Status.TAKEN, Confidence.MODERATE, because
        return Status.TAKEN, Confidence.HIGH, "a test is positive"
    if answers == {False}:
        because = "a test is negative; that does not prove that none is taken"
        return Status.NOT_TAKEN, Confidence.LOW, because
    if answers:
        return Status.UNCERTAIN, Confidence.LOW, "the result contradicts itself"
    return Status.UNCERTAIN, Confidence.LOW, "a test was asked for; its result is not known"


def is_loinc(system: str) -> bool:
    """Whether an address, in any of its forms, is that of LOINC."""
    return load().codes.system_name(system.rstrip("/")) == "loinc"


def _amount(observation: dict[str, Any]) -> bool | None:
    if found := _WRITTEN.fullmatch(text(observation.get("valueString"))):
        return float(found[2]) > 0 and not (found[1] or "").startswith("<")
    quantity = a_dict(observation.get("valueQuantity"))
    value = number(quantity.get("value"))
    if value is None or value < 0:
        return None
    return value > 0 and not text(quantity.get("comparator")).startswith("<")


def _answers(observation: dict[str, Any]) -> Iterator[bool | None]:
    told = a_dict(observation.get("valueCodeableConcept"))
    for concept in (told, *dicts(observation.get("interpretation"))):
        yield _word(text(concept.get("text")))
        for coding in dicts(concept.get("coding")):
            by_code = _results()[0].get(text(coding.get("code")))
            yield _word(text(coding.get("display"))) if by_code is None else by_code
    yield _word(text(observation.get("valueString")))
    if isinstance(observation.get("valueBoolean"), bool):
        yield observation["valueBoolean"]


def _word(said: str) -> bool | None:
    return _results()[1].get(" ".join(said.casefold().split()).rstrip("."))


@lru_cache(maxsize=1)
def _results() -> tuple[dict[str, bool], dict[str, bool]]:
    yes, no = kratom_words().results.positive, kratom_words().results.negative
    codes = dict.fromkeys(yes.codes, True) | dict.fromkeys(no.codes, False)
    words = dict.fromkeys(yes.words, True) | dict.fromkeys(no.words, False)
    return codes, words
