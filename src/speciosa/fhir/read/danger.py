"""Suicidal thoughts, attempts and self-harm in a record: a sign, a condition, always a question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from speciosa.case import vocabulary as v
from speciosa.fhir.read.bundle import name_of
from speciosa.fhir.read.dates import latest, when
from speciosa.fhir.shape import a_dict, dicts, text
from speciosa.knowledge.reading import danger_words

if TYPE_CHECKING:
    from speciosa.fhir.read.result import Reading
    from speciosa.knowledge import Knowledge

Says = Literal["thoughts", "attempt", "self_harm", "history", "overdose", "unclear", ""]

ASK = "Ask about suicidal thoughts"
UNREAD_ITEM9 = f"{ASK}: an answer to item 9 of the PHQ-9 is on record and could not be read."
UNREAD = f"{ASK}: the record names suicide or self-harm, and what it says could not be read."
OVERDOSE = "Ask about the overdose that the record names: when, of what, and was it on purpose?"
_SIGNS: Mapping[str, v.Sign] = {
    "thoughts": v.Sign.SUICIDAL_THOUGHTS,
    "attempt": v.Sign.SUICIDE_ATTEMPT_RECENT,
    # Nobody knows from the record what was meant by it: the question about thoughts comes first.
    "self_harm": v.Sign.SUICIDAL_THOUGHTS,
}
NAMES: Mapping[str, str] = {
    "thoughts": "suicidal thoughts",
    "attempt": "a suicide attempt",
    "self_harm": "self-harm",
    "history": "a suicide attempt or self-harm in the past",
    "overdose": "an overdose",
    "unclear": "suicide or self-harm",
}
_PAST = frozenset({"inactive", "remission", "resolved"})
_DATES = ("onsetDateTime", "onsetPeriod", "recordedDate")


def ask(reading: Reading, question: str) -> None:
    """Ask this before everything else, once; suicidal thoughts before other dangers."""
    if question not in reading.questions:
        first = sum(one.startswith(ASK) for one in reading.questions)
        reading.questions.insert(0 if question.startswith(ASK) else first, question)


def read_danger(
    resources: Iterator[dict[str, Any]], reading: Reading, knowledge: Knowledge, today: dt.date
) -> None:
    """Conditions and flags of suicidality: signs for what is active, a question for all."""
    for resource in resources:
        concept = a_dict(resource.get("code"))
        says, note = said_by(concept, knowledge)
        if not says or "entered-in-error" in _status(resource):
            continue
        here, words = name_of(resource), text(concept.get("text")) or _display(concept)
        status = _status(resource)
        if says == "overdose":
            ask(reading, OVERDOSE)
            reading.use(here, "a question", words[:120] or NAMES[says], note)
            continue
        past = says == "history" or bool(status & _PAST) or _long_ago(resource, says, today)
        if past or says == "unclear" or "refuted" in status:
            when_said = "in the past" if past else "in words that leave it open"
            ask(reading, f"{ASK}: the record names suicide or self-harm {when_said}.")
            reading.use(here, "a question", words[:120] or NAMES[says], note)
            continue
        sign = _SIGNS[says]
        present = reading.part("signs").setdefault("present", [])
        if sign not in present:
            present.append(sign)
        ask(reading, f"{ASK} now: the record holds {NAMES[says]} as active.")
        reading.use(here, f"signs.present: {sign}", words[:120], note)


def said_by(concept: Mapping[str, Any], knowledge: Knowledge) -> tuple[Says, str]:
    """What a concept says of suicide, and a note; ("", "") where it says nothing of it."""
    for coding in dicts(concept.get("coding")):
        system, code = text(coding.get("system")), text(coding.get("code")).upper()
        says, verified = _by_code(knowledge.codes.system_name(system), code)
        if says:
            return says, "" if verified else "by a code that was not confirmed in a source"
    for words in (text(concept.get("text")), *_displays(concept)):
        if says := said_in(words):
            return says, "by its words"
    return "", ""


def said_in(words: str) -> Says:
    """What words say of suicide; "unclear" where a no, a past or somebody else is near."""
    known, plain = danger_words(), f" {' '.join(words.casefold().split())} "
    lists: tuple[tuple[Says, tuple[str, ...]], ...] = (
        ("attempt", known.words.attempt),
        ("self_harm", known.words.self_harm),
        ("thoughts", known.words.thoughts),
        ("overdose", known.words.overdose),
    )
    says: Says = next((s for s, words_ in lists if any(w in plain for w in words_)), "")
    if says == "overdose":
        return says
    if says and any(f" {word}" in plain for word in known.not_now):
        return "unclear"
    if says and any(f" {word}" in plain for word in known.past):
        return "history"
    return says


def names_item9(words: str) -> bool:
    """Whether words are the ninth question of the PHQ-9."""
    plain = " ".join(words.casefold().split())
    return any(one in plain for one in danger_words().item9)


def score_of_words(words: str) -> int | None:
    """The score behind one of the four answers of the PHQ-9 in words."""
    plain = " ".join(words.casefold().split()).rstrip(".")
    # Some systems write the score beside the words: "Nearly every day (3)".
    plain = plain.rpartition(" (")[0] if plain.endswith(")") and " (" in plain else plain
    return next((one.score for one in danger_words().answers if plain in one.words), None)


def about_suicide(value: object) -> bool:
    """Whether anything that a resource asks or answers names suicide."""
    stack, seen = [value], 0
    while stack and seen < _MOST_VALUES:
        one = stack.pop()
        seen += 1
        if isinstance(one, str) and said_in(one[:_LONGEST]) not in {"", "overdose"}:
            return True
        if isinstance(one, dict):
            # The narrative says again what the fields say.
            fields = (pair for pair in one.items() if pair[0] not in _NO_WORDS)
            stack += [inner for key, inner in fields if key != "div"]
        elif isinstance(one, list):
            stack += one
    return False


_MOST_VALUES = 5_000
_LONGEST = 2_000
_NO_WORDS = frozenset({"resourceType", "id", "meta", "extension", "contained", "system"})


def _by_code(system: str, code: str) -> tuple[Says, bool]:
    known = danger_words()
    for one in known.codes:
        if system == one.system and (
            code == one.code or (not code.isdigit() and code.startswith(one.code))
        ):
            return one.says, one.verified
    if system not in {"icd10cm", "icd10"}:
        return "", False
    if known.self_harm_classes.first <= code[:3] <= known.self_harm_classes.last:
        return "attempt", False
    plain = code.replace(".", "")
    if (
        known.poisoning.first <= plain[:3] <= known.poisoning.last
        and plain[5:6] == known.poisoning.intent
    ):
        return "attempt", False
    return "", False


def _long_ago(resource: Mapping[str, Any], says: Says, today: dt.date) -> bool:
    if says == "thoughts":
        return False
    date = latest(when(dict(resource), *_DATES))
    return date is not None and (today - date).days > danger_words().recent_days


def _status(resource: Mapping[str, Any]) -> set[str]:
    told = {text(resource.get("status"))}  # of a Flag
    for field in ("clinicalStatus", "verificationStatus"):
        told |= {text(c.get("code")) for c in dicts(a_dict(resource.get(field)).get("coding"))}
    ended = any(key.startswith("abatement") and resource[key] for key in resource)
    return told | ({"resolved"} if ended else set())


def _display(concept: Mapping[str, Any]) -> str:
    return next(_displays(concept), "")


def _displays(concept: Mapping[str, Any]) -> Iterator[str]:
    shown = (text(c.get("display")) for c in dicts(concept.get("coding")))
    yield from filter(None, shown)
