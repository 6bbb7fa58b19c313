"""Which medicine an entry names: by code first, by words where no code is known, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from speciosa.errors import KnowledgeError
from speciosa.fhir.references import referred
from speciosa.fhir.shape import a_dict, dicts, text
from speciosa.knowledge.medicines import Match, NameKind
from speciosa.knowledge.reading import record_words

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge

_MOST_CODINGS = 20
_BRACKET = re.compile(r"\s*\[([^\]]{1,80})\]\s*")
_BEFORE = re.compile(r"^\s*(?:NDA\d+\s+)?(?:\d+(?:\.\d+)?\s*(?:HR|ML|ACTUAT)\s+)+", re.IGNORECASE)
_STRENGTH = re.compile(r"\s\d+(?:\.\d+)?\s*(?:MG|MCG|UG|G|UNT|MEQ|%)\b.*", re.IGNORECASE)


class NamedMedicine(msgspec.Struct, frozen=True, kw_only=True):
    """What an entry calls a medicine (``written``), and the name that the case will use.

    ``known``: the base has a record of it. ``parts``: ids of its active parts. ``kratom``: it is
    kratom or holds some. ``note`` says how it was read where that is worth knowing.
    """

    name: str
    written: str
    known: bool
    parts: tuple[str, ...] = ()
    kratom: bool = False
    note: str = ""


def concept_of(
    resource: Mapping[str, Any], medications: Mapping[str, dict[str, Any]]
) -> tuple[dict[str, Any], str]:
    """The concept that an entry names, from itself or from the Medication it refers to; a reason.

    Raises nothing: an empty concept comes with the reason why there is none.
    """
    concept = a_dict(resource.get("medicationCodeableConcept"))
    if concept:
        return concept, ""
    reference = a_dict(resource.get("medicationReference"))
    target = text(reference.get("reference"))
    contained = {f"#{text(one.get('id'))}": one for one in dicts(resource.get("contained"))}
    found = contained.get(target) or referred(target, medications)
    if found is not None:
        code = a_dict(found.get("code"))
        if code:
            return code, ""
        parts = [a_dict(i.get("itemCodeableConcept")) for i in dicts(found.get("ingredient"))]
        named = [text(p.get("text")) or next(_displays(p), "") for p in parts]
        return ({"text": " / ".join(filter(None, named))}, "") if any(named) else ({}, _NAMELESS)
    display = text(reference.get("display"))
    if display:
        return {"text": display}, ""
    return {}, (_ELSEWHERE if target else _NAMELESS)


_NAMELESS = "it does not say which medicine"
_ELSEWHERE = "it refers to a Medication that is not in the record"
NEITHER = "it has neither a known code nor words"
UNREAD_MEDICINE = frozenset({_NAMELESS, _ELSEWHERE, NEITHER})


def says_none(concept: Mapping[str, Any]) -> bool:
    """Whether a concept says that there is no medicine ("no known medications")."""
    none = record_words().no_medicines
    shown = (text(concept.get("text")), *_displays(concept))
    if any(" ".join(one.casefold().split()).rstrip(".") in none.words for one in shown):
        return True
    return any(text(c.get("code")) in none.codes for c in dicts(concept.get("coding")))


def name_medicine(concept: Mapping[str, Any], knowledge: Knowledge) -> NamedMedicine | None:
    """The medicine of a concept; ``None`` when it holds neither a known code nor words."""
    written = text(concept.get("text")) or next(_displays(concept), "")
    found = _named_at_all(concept, written, knowledge)
    if found is None or not set(found.parts) & _OF_KRATOM:
        return found
    # An alkaloid of kratom is kratom use; what else the product holds stays a medicine.
    parts = tuple(part for part in found.parts if part not in _OF_KRATOM)
    names = [knowledge.medicines.get(part).name for part in parts]
    name = _joined(names, (), knowledge, parts) if parts else found.written[:200]
    return msgspec.structs.replace(found, name=name, parts=parts, kratom=True)


_OF_KRATOM = frozenset({"7-hydroxymitragynine"})


def _named_at_all(
    concept: Mapping[str, Any], written: str, knowledge: Knowledge
) -> NamedMedicine | None:
    coded = _by_code(concept, knowledge)
    worded = _by_words(concept, knowledge)
    if coded is None:
        return worded
    if worded is None or not worded.known or set(worded.parts) == set(coded.parts):
        return msgspec.structs.replace(coded, written=written or coded.name)
    if set(worded.parts) < set(coded.parts):
        return msgspec.structs.replace(coded, written=written)
    # The code and the words name different medicines: both are checked, and the reader is told.
    parts = tuple(dict.fromkeys((*coded.parts, *worded.parts)))
    return NamedMedicine(
        name=_joined([knowledge.medicines.get(p).name for p in parts], (), knowledge, parts),
        written=written,
        known=True,
        parts=parts,
        kratom=coded.kratom or worded.kratom,
        note="the code and the words differ: both are checked",
    )


def _by_code(concept: Mapping[str, Any], knowledge: Knowledge) -> NamedMedicine | None:
    for coding in dicts(concept.get("coding"))[:_MOST_CODINGS]:
        try:
            match = knowledge.medicines.by_code(
                text(coding.get("system")), text(coding.get("code"))
            )
        except KnowledgeError:
            continue
        if match.kind is NameKind.MEDICINE and match.medicines:
            return _named(match, text(coding.get("display")), knowledge, "by its code")
    return None


def _by_words(concept: Mapping[str, Any], knowledge: Knowledge) -> NamedMedicine | None:
    texts = list(dict.fromkeys(filter(None, (text(concept.get("text")), *_displays(concept)))))
    best: NamedMedicine | None = None
    for written in texts[:_MOST_CODINGS]:
        for variant in _variants(written[:300]):
            match = knowledge.medicines.match(variant)
            if match.kind is NameKind.KRATOM:
                return NamedMedicine(name=written[:200], written=written, known=True, kratom=True)
            if match.kind is NameKind.MEDICINE and match.medicines:
                named = _named(match, written, knowledge, "by its name")
                if best is None or len(named.parts) > len(best.parts):
                    best = named
    if best is not None or not texts:
        return best
    note = "the name is not known: it is kept and not checked"
    return NamedMedicine(name=texts[0][:200], written=texts[0], known=False, note=note)


def _named(match: Match, written: str, knowledge: Knowledge, how: str) -> NamedMedicine:
    parts = tuple(one.id for one in match.medicines)
    names = [one.name for one in match.medicines]
    # A part without a record stays in the name, so that the report shows it as not checked.
    name = _joined(names, match.unknown_parts, knowledge, parts)
    return NamedMedicine(
        name=name,
        written=written or name,
        known=True,
        parts=parts,
        kratom=match.contains_kratom,
        note=how if not match.stands_in else f"{how}; checked as {', '.join(names)}",
    )


def _joined(
    names: Sequence[str], unknown: Sequence[str], knowledge: Knowledge, parts: tuple[str, ...]
) -> str:
    """A name that the base reads back as these parts."""
    for way in (names, parts):
        name = " / ".join((*way, *unknown))[:200]
        found = knowledge.medicines.match(name)
        if {one.id for one in found.medicines} == set(parts):
            return name
    return " / ".join(parts)[:200]


def _variants(written: str) -> Iterator[str]:
    """A name as written, without its brand, without a volume or time in front, and the brand."""
    yield written
    brands = _BRACKET.findall(written)
    plain = _BEFORE.sub("", _BRACKET.sub(" ", written)).strip()
    if plain and plain != written:
        yield plain
    # RxNorm's own names: each part, its strength, and at the end the form.
    parts = [_STRENGTH.split(part, maxsplit=1)[0].strip() for part in plain.split(" / ")]
    if all(parts) and " / ".join(parts) != plain:
        yield " / ".join(parts)
    yield from brands


def _displays(concept: Mapping[str, Any]) -> Iterator[str]:
    for coding in dicts(concept.get("coding"))[:_MOST_CODINGS]:
        display = text(coding.get("display"))
        if display:
            yield display
