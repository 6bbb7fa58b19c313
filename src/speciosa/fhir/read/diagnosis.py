"""Which condition a diagnosis names, by code or words, and what its words say of when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from speciosa.case import vocabulary as v
from speciosa.fhir.read.danger import NAMES, said_by
from speciosa.fhir.shape import dicts, text
from speciosa.knowledge.medicines.names import normalise
from speciosa.knowledge.reading import condition_words

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge

_SHORTEST_CODE = 3
GAD = "generalized anxiety disorder"
# ICD-10-CM: use disorders in remission end in 1 (F11.21); Z80 to Z84 are of the family.
_REMISSION = re.compile(r"F1\d\.[12]1\d?")
_FAMILY = re.compile(r"Z8[0-4].*")
# Writers that leave out the dot of ICD: F411 for F41.1, 30002 for 300.02.
_WITHOUT_DOT = {
    "icd10cm": re.compile(r"([A-Z]\d\w)(\w+)"),
    "icd9cm": re.compile(r"(\d{3})(\d{1,2})"),
}


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """What a concept names.

    ``known``: our word for it, or "". ``status`` by its own words or code; ``None``: as the entry
    says. ``doubtful``: its words say that it is not there, or not for certain.
    """

    words: str
    known: str
    how: str = ""
    status: v.ConditionStatus | None = None
    doubtful: bool = False


def diagnosis(concept: Mapping[str, Any], knowledge: Knowledge) -> Diagnosis:
    """What a concept names; never raises."""
    shown = [text(concept.get("text")), *(text(c.get("display")) for c in _codings(concept))]
    words = next(filter(None, shown), "")
    known, how = _by_code(concept, knowledge)
    at = len(normalised(words)) if known else 0
    if not known:
        known, at = _by_words(shown)
        how = "by its words" if known else ""
    status, doubtful = _told(words, at, known)
    codes = [_code(c, knowledge) for c in _codings(concept)]
    if any(map(_REMISSION.fullmatch, codes)):
        status = v.ConditionStatus.PAST
    elif any(map(_FAMILY.fullmatch, codes)):
        status = v.ConditionStatus.FAMILY
    says, note = said_by(concept, knowledge)
    if not known and says in {"attempt", "history"}:
        known, how = v.KnownCondition.SUICIDE_ATTEMPT, note
        status, doubtful = (v.ConditionStatus.PAST if says == "history" else status), False
    words = words or NAMES.get(says, "")
    return Diagnosis(words=words, known=known, how=how, status=status, doubtful=doubtful)


def is_pregnancy(concept: Mapping[str, Any]) -> bool:
    """Whether a concept says that the person is pregnant."""
    data = condition_words()
    for coding in _codings(concept):
        code = text(coding.get("code")).upper()
        if code in data.pregnancy_codes or any(s in data.pregnancy_codes for s in starts(code)):
            return True
    shown = (text(concept.get("text")), *(text(c.get("display")) for c in _codings(concept)))
    return any(_without_kind(one).casefold() in data.pregnancy_words for one in shown)


def starts(code: str) -> list[str]:
    """A code and, for classes of ICD-10, what it belongs to (F32.1: F32.1, F32)."""
    if not code[:1].isalpha():
        return [code]
    return [code[:n].rstrip(".") for n in range(min(len(code), 8), _SHORTEST_CODE - 1, -1)]


def normalised(words: str) -> str:
    """Words as they are compared: one blank between, lower case."""
    return " ".join(words.casefold().split())


def _by_code(concept: Mapping[str, Any], knowledge: Knowledge) -> tuple[str, str]:
    for coding in _codings(concept):
        system, code = text(coding.get("system")), _code(coding, knowledge)
        for start in starts(code):
            for meant in knowledge.codes.find(system, start):
                kind, _, name = meant.key.partition("/")
                if kind == "condition":
                    sure = "" if meant.verified else "by a code that was not confirmed in a source"
                    return (GAD if name == "gad" else name), sure
    return "", ""


def _code(coding: Mapping[str, Any], knowledge: Knowledge) -> str:
    """The code in capitals, with its dot where it is one of ICD."""
    code = text(coding.get("code")).upper()
    plain = _WITHOUT_DOT.get(knowledge.codes.system_name(text(coding.get("system"))))
    found = plain.fullmatch(code) if plain else None
    return f"{found[1]}.{found[2]}" if found else code


def _by_words(shown: Iterable[str]) -> tuple[str, int]:
    """The known condition in words and where its name begins."""
    for words in shown:
        key = normalise(_without_kind(words)).replace(" ", "_")
        if key in set(v.KnownCondition):
            return key, 0
        plain = normalised(words)
        other = _something_else(plain)
        for name, pattern in _patterns().items():
            if found := next((f for f in pattern.finditer(plain) if f[0] not in other), None):
                return name, found.start()
    return "", 0


def _something_else(words: str) -> set[str]:
    """The names that mean something else beside these words: GAD beside antibodies."""
    other = condition_words().something_else
    return {name for name, beside in other.items() if any(one in words for one in beside)}


def _told(words: str, at: int, known: str) -> tuple[v.ConditionStatus | None, bool]:
    data, plain = condition_words(), normalised(words)
    head = plain[:at] if known else plain
    for phrases, status in ((data.family, v.ConditionStatus.FAMILY), (data.not_there, None)):
        if any(_leads(head, phrase, anywhere=bool(known)) for phrase in phrases):
            return status, status is None
    if any(phrase in plain for phrase in data.not_there_anywhere):
        return None, True
    past = any(_leads(head, phrase, anywhere=bool(known)) for phrase in data.past)
    if past or any(phrase in plain for phrase in data.past_anywhere):
        return v.ConditionStatus.PAST, False
    return None, "?" in plain


def _leads(head: str, phrase: str, *, anywhere: bool) -> bool:
    """Whether a phrase stands before the name; of an unknown name it has to begin the words."""
    return f" {phrase} " in f" {head} " if anywhere else head.startswith(f"{phrase} ")


def _without_kind(words: str) -> str:
    return words.removesuffix("(disorder)").removesuffix("(finding)").strip()


def _codings(concept: Mapping[str, Any]) -> list[dict[str, Any]]:
    return dicts(concept.get("coding"))


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    return {
        name: re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, phrases))})(?![\w])")
        for name, phrases in condition_words().names.items()
    }
