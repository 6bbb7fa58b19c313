"""Kratom by any name is kratom, an amount of it stands in one place only, and opioids are known."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.trials.design.document import Design, Option
from speciosa.knowledge.medicines.record import HazardClass
from speciosa.knowledge.medicines.resolve import NameKind

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge

# The alkaloid that the medicines of the base know apart from kratom.
_ALKALOID = "7-hydroxymitragynine"
_OPIOID = (HazardClass.OPIOID_AGONIST, HazardClass.OPIOID_PARTIAL_AGONIST)
# Names of so many words are looked up; shorter names than so many letters only as whole words.
_MOST_WORDS, _LEAST_LETTERS = 4, 6
_NUMBER = r"(?:\d[\d.,]*|[\u00bc-\u00be]|one|two|three|four|five|six|seven|eight|nine|ten|half an?)"
_UNIT = (
    r"(?:mg|g|gr|gm|kg|mcg|ug|\u03bcg|ml|l|oz|grams?|gramm?es?|milligrams?|micrograms?|"
    r"millilit(?:re|er)s?|ounces?|spoons?|spoonfuls?|teaspoons?|tablespoons?|tsp|tbsp|capsules?|"
    r"caps|tablets?|pills?|gumm(?:y|ies)|shots?|cups?|leaves|drops?|"
    r"(?:doses?|times?) (?:a|per|daily)|x daily|/ ?day|per cent|%)"
)
_ONE = r"an? (?=(?:tea|table)?spoon|cup|capsule|gram)"
_AMOUNT = re.compile(
    rf"(?<![^\W_])(?:{_NUMBER}(?:\s*(?:-|\u2013|to)\s*{_NUMBER})?|{_ONE})\s*-?{_UNIT}(?!\w)",
    re.IGNORECASE,
)
_OFTEN = re.compile(
    r"\b(?:once|twice|thrice) (?:daily|a day|a week|weekly)\b|\b(?:[btq]\.?[id]\.?d|o\.?d)\b\.?"
    r"|\bevery \w+ hours\b|\b(?:hourly|daily dose of)\b",
    re.IGNORECASE,
)


def check(design: Design, knowledge: Knowledge) -> None:
    """Refuse kratom under another kind, in another place, and amounts of it outside dose_words.

    Raises ``InputError`` with every problem.
    """
    kratom = design.treatment.kind is Option.KRATOM
    problems = []
    for field, text in _texts(design):
        named = is_kratom(text, knowledge)
        if named and field in {"control.name", "background"}:
            problems.append(InputProblem(field, f'"{text}"', "anything but kratom"))
        elif named and not kratom:
            given = f'{design.treatment.kind.value} while {field} says "{text}"'
            problems.append(InputProblem("treatment.kind", given, "kratom"))
        if (kratom or named) and has_amount(text):
            accepted = "no amount here; treatment.dose_words repeats one as yours, not assessed"
            problems.append(InputProblem(field, f'"{text}"', accepted))
    if problems:
        raise InputError(problems)


def has_amount(text: str) -> bool:
    """Whether a text holds an amount or how often it is taken."""
    plain = unicodedata.normalize("NFC", text)
    return bool(_AMOUNT.search(plain) or _OFTEN.search(plain))


def is_kratom(text: str, knowledge: Knowledge) -> bool:
    """Whether a text names kratom, one of its alkaloids or a product of it, anywhere in it."""
    plain = unicodedata.normalize("NFKC", text)
    if _letters(plain, knowledge):
        return True
    return any(_means_kratom(name, knowledge) for name in (plain, *_pieces(plain)))


def is_opioid(design: Design, knowledge: Knowledge) -> bool:
    """Whether what is studied acts on opioid receptors: kratom, or a medicine known to do so."""
    if design.treatment.kind is Option.KRATOM:
        return True
    texts = (design.treatment.name, design.background)
    return any(
        medicine.hazard(klass) is not None
        for text in texts
        if text
        for name in (text, *_pieces(text))
        for medicine in knowledge.medicines.match(name).medicines
        for klass in _OPIOID
    )


def _pieces(text: str) -> Iterator[str]:
    """Every run of a few words."""
    for part in re.split(r"[,;:()/+\[\]]", text):
        words = part.split()
        for start in range(len(words)):
            for end in range(start + 1, min(start + _MOST_WORDS, len(words)) + 1):
                yield " ".join(words[start:end]).strip(".'\"")


def _letters(text: str, knowledge: Knowledge) -> bool:
    """Whether a long name stands in the letters of a text, however they are set apart."""
    return bool(_long_names(knowledge).search(_joined(text)))


@lru_cache(maxsize=2)
def _long_names(knowledge: Knowledge) -> re.Pattern[str]:
    also = knowledge.evidence.trial_wording.names_of_kratom
    names = {_joined(name) for name in (*knowledge.medicines.names_of_kratom, *also)}
    # A number in front is a place in a molecule, and other molecules have the same.
    long = sorted(n for n in names if len(n) >= _LEAST_LETTERS and n[0].isalpha())
    return re.compile("|".join(map(re.escape, long)))


def _joined(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


def _means_kratom(name: str, knowledge: Knowledge) -> bool:
    found = knowledge.medicines.match(name)
    return (
        found.contains_kratom
        or found.kind is NameKind.KRATOM
        or any(medicine.id == _ALKALOID for medicine in found.medicines)
    )


def _texts(design: Design) -> Iterator[tuple[str, str]]:
    yield "title", design.title
    yield "treatment.name", design.treatment.name
    yield "control.name", design.control.name
    if design.background:
        yield "background", design.background
    if design.treatment.dose_words and design.treatment.kind is not Option.KRATOM:
        yield "treatment.dose_words", design.treatment.dose_words
    for index, dose in enumerate(design.doses):
        yield f"doses[{index}].name", dose.name
