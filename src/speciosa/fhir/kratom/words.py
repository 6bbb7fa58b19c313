"""Kratom in a text: names at word bounds, and what the sentence around them says."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, islice

import msgspec

from speciosa.fhir.kratom.result import Confidence, Status
from speciosa.fhir.kratom.sentence import Told, said
from speciosa.knowledge import load
from speciosa.knowledge.medicines.names import normalise, without_form
from speciosa.knowledge.reading import kratom_words, record_words

# A longer text is read up to here; a record's note of a million characters is not a note.
MAX_CHARACTERS = 200_000
_MOST_IN_ONE_TEXT = 20
_LONGEST_NAME = 80
_FURTHEST = 400
_SENTENCE = re.compile(r"[.!?;\n\r](?=\s|$)|[\n\r]")
# Not the dot of an abbreviation.
_ENDS_SENTENCE = re.compile(r"[;!?]$|^[^.]*\.$")
_GAP = r"[\s.\-_]*"
# How fhir.write begins the name of a product; a label of the person's own words follows.
_OWN_NAME = "kratom (Mitragyna speciosa), "
_AMOUNT = re.compile(r"\d[\d.,/x-]*(?:g|gm|mg|mcg|ml|oz|x|ct|%)?|\d+:\d+|x\d+|[-/&+x]")


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A name found in a text, and what the words around it say; ``None``: they say nothing."""

    words: str
    substance: str
    status: Status | None
    confidence: Confidence
    because: str
    of_person: bool = True


def named_in(text: str, *, names_what_is_taken: bool) -> tuple[Named, ...]:
    """Every name of kratom in a text, in order.

    ``names_what_is_taken``: the field holds the name of a medicine or substance, where names are
    believed that are ordinary words elsewhere ("red vein").
    """
    plain = _plain(text[:MAX_CHARACTERS])
    if not _may_name(plain):
        return ()
    plain = _look_alikes().sub(lambda found: " " * len(found[0]), plain)
    found: list[Named] = []
    judged: dict[tuple[str, str], Told] = {}
    known: set[tuple[str, Told]] = set()
    for start, end in _spans(plain, names_what_is_taken=names_what_is_taken):
        around = _around(plain, start, end)
        if around not in judged:
            # Notes are copied forward: what was judged once is not judged again.
            judged[around] = _told(*around)
        told = judged[around]
        if not names_what_is_taken and _titled(plain, start):
            told = _OF_NAMESAKE
        words = plain[start:end]
        if len(found) >= _MOST_IN_ONE_TEXT and (words, told) in known:
            continue
        known.add((words, told))
        # The name of a product is shown with its form; a note never, nor what stands beside it.
        shown = (_shown(text) or words) if names_what_is_taken else words
        status, because, of_person = told
        found.append(
            Named(
                words=shown[:_LONGEST_NAME],
                substance=_substance(shown),
                status=status,
                confidence=_confidence(words, names_what_is_taken, status),
                because=because,
                of_person=of_person,
            )
        )
        if names_what_is_taken:
            break
    return _with_each_kind(found)


def _with_each_kind(found: list[Named]) -> tuple[Named, ...]:
    """At most so many, in order; the first of each kind is always among them."""
    if len(found) <= _MOST_IN_ONE_TEXT:
        return tuple(found)
    firsts: dict[tuple[object, ...], int] = {}
    for i, one in enumerate(found):
        firsts.setdefault((one.status, one.of_person, one.confidence, one.substance), i)
    kept = sorted(firsts.values())[:_MOST_IN_ONE_TEXT]
    others = (i for i in range(len(found)) if i not in set(kept))
    kept += islice(others, _MOST_IN_ONE_TEXT - len(kept))
    return tuple(found[i] for i in sorted(kept))


def _shown(text: str) -> str:
    """The name of a product with the words of form and amount beside it, and nothing else."""
    one_line = " ".join(text.split())
    if one_line.startswith(_OWN_NAME):
        return one_line
    told = one_line.split(" ")
    plain = [_plain(word) for word in told]
    starts = list(accumulate((len(word) + 1 for word in plain), initial=0))
    span = next(_spans(" ".join(plain), names_what_is_taken=True), None)
    if span is None:
        return ""
    first, last = bisect_right(starts, span[0]) - 1, bisect_left(starts, span[1]) - 1
    while first > 0 and _is_of_product(plain[first - 1]):
        first -= 1
    while last + 1 < len(plain) and not _ENDS_SENTENCE.search(told[last]):
        if not _is_of_product(plain[last + 1]):
            break
        last += 1
    shown = " ".join(told[first : last + 1]).rstrip(",;:.!?- ")
    return shown.removesuffix("(").rstrip()


def _is_of_product(word: str) -> bool:
    """Whether a word tells a product's form, amount or kind."""
    bare = word.strip("().,:;[]\"'*")
    return not bare or bare in _words_of_products() or _AMOUNT.fullmatch(bare) is not None


@lru_cache(maxsize=1)
def _words_of_products() -> frozenset[str]:
    words, medicines = kratom_words(), load().medicines
    names = (*words.anywhere, *words.in_reports, *medicines.names_of_kratom)
    parts = {part for name in names for part in _PARTS.sub(" ", name.casefold()).split()}
    forms = {word for form in record_words().kratom_forms for word in form.words}
    return frozenset({*parts, *forms, *words.said.forms, *words.said.units, *medicines.form_words})


def worth_reading(raw: str) -> bool:
    """Whether a line of JSON can name kratom at all: fast, and never wrong when it says no."""
    if "\\" in raw:
        if "\\u" in raw:
            return True
        raw = _ESCAPED.sub(" ", raw)
    return _may_name(_plain(raw))


def _plain(text: str) -> str:
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(
        c for c in decomposed if not unicodedata.combining(c) and unicodedata.category(c) != "Cf"
    )


def _may_name(plain: str) -> bool:
    keys, literal = _keys()
    words = plain.encode("utf-8", "surrogatepass").translate(_SEPARATE).split()
    return not keys.isdisjoint(words) or any(one in plain for one in literal)


def _spans(plain: str, *, names_what_is_taken: bool) -> Iterator[tuple[int, int]]:
    if not names_what_is_taken:
        patterns = (_anywhere(), _misspelt(), _with_an_amount())
        spans = [found.span() for pattern in patterns for found in pattern.finditer(plain)]
        last = 0
        for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
            # A name inside a name is none of its own.
            if start >= last:
                last = end
                yield start, end
        return
    found_any = False
    for found in (*_in_names().finditer(plain), *_misspelt().finditer(plain)):
        found_any = True
        yield found.span()
    # A name that is also a person's name or an ordinary word counts when nothing else is written.
    if not found_any and len(plain) <= _LONGEST_NAME and _only_name(plain):
        stripped = plain.strip()
        start = plain.index(stripped)
        yield start, start + len(stripped)


def _only_name(plain: str) -> str:
    """The name that a text holds beside words of form and amount; "" when it holds more."""
    key = normalise(plain)
    if key in _whole_names():
        return key
    rests = (rest for rest, _ in without_form(key, load().medicines.form_words))
    return next((rest for rest in rests if rest in _whole_names()), "")


def _substance(words: str) -> str:
    key = normalise(words)
    if any(part in key for part in _seven_oh()):
        return "7-hydroxymitragynine"
    return "mitragynine" if "mitragynin" in key else "kratom"


def _confidence(words: str, names_what_is_taken: bool, status: Status | None) -> Confidence:
    sure = _anywhere().search(words) is not None
    weak = _misspelt().search(words) is not None or (
        not names_what_is_taken and words in _short_names()
    )
    if not sure and weak:
        return Confidence.LOW
    if names_what_is_taken:
        if sure:
            return Confidence.HIGH
        return Confidence.LOW if _only_name(words) else Confidence.MODERATE
    return Confidence.LOW if status in {None, Status.UNCERTAIN} else Confidence.MODERATE


# ------------------------------------------------------------------ the sentence around a name


def _around(plain: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and after a name in its sentence."""
    # A sentence without an end is read so far and no further, or a long note would take minutes.
    first, last = max(0, start - _FURTHEST), min(len(plain), end + _FURTHEST)
    left_edge = max((m.end() for m in _SENTENCE.finditer(plain, first, start)), default=first)
    right = _SENTENCE.search(plain, end, last)
    # The mark that ends the sentence stays, because a question is not a statement.
    return plain[left_edge:start], plain[end : right.end() if right else last]


def _told(before: str, after: str) -> Told:
    told = said(before, after)
    if told[2] and (re.match(r"-\w", after) or _BEFORE_HYPHEN.search(before)):
        # "Kratom-related", "non-kratom": the name is only a part of a word.
        return Status.UNCERTAIN, "the name is a part of another word", True
    return told


def _titled(plain: str, start: int) -> bool:
    """Whether a title stands directly before the name: "Dr. Ketum"."""
    word = _LAST_WORD.search(plain, max(0, start - _LONGEST_TITLE), start)
    return word is not None and word[1] in kratom_words().said.titles


_OF_NAMESAKE: Told = (Status.UNCERTAIN, "it is the name of a person", False)
_LONGEST_TITLE = 12
_LAST_WORD = re.compile(r"(?<!\w)(\w+)\.?\s+\Z")
_BEFORE_HYPHEN = re.compile(r"\b(?!ex-)\w+-$")


# ------------------------------------------------------------------ patterns, compiled once


def _pattern(names: Sequence[str]) -> re.Pattern[str]:
    told = sorted({_PARTS.sub(" ", name.casefold()).strip() for name in names}, key=len)
    ways = (_GAP.join(re.escape(part) for part in name.split()) for name in reversed(told))
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(ways)})(?![^\W_])")


_ESCAPED = re.compile(r"\\[bfnrt]")
_PARTS = re.compile(r"[\s\-_]+")
# Everything but letters and digits of ASCII is a space.
_SEPARATE = bytes(c if chr(c).isalnum() and c < 128 else 32 for c in range(256))


def _first(code: str) -> str:
    return code.partition("-")[0].lower()


@lru_cache(maxsize=1)
def _anywhere() -> re.Pattern[str]:
    return _pattern(kratom_words().anywhere)


@lru_cache(maxsize=1)
def _misspelt() -> re.Pattern[str]:
    return _pattern(kratom_words().misspelt)


@lru_cache(maxsize=1)
def _with_an_amount() -> re.Pattern[str]:
    """Short names as products are written: before or after an amount, before a form, as taken."""
    words = kratom_words()
    name = f"(?:{'|'.join(re.escape(one.casefold()) for one in words.with_an_amount)})"
    forms = "|".join(map(re.escape, words.said.forms))
    often = "|".join(map(re.escape, words.said.often))
    after = rf"\s+(?:\d+(?:\.\d+)?\s*m?g\b(?!\s*/)|(?:{forms}|{often})\b)"
    before = r"(?<=\dmg )|(?<=\d mg )|(?<=\d mg of )|(?<=\dmg of )"
    return re.compile(rf"(?<![^\W_]){name}(?={after})|(?:{before}){name}(?![\w-])")


@lru_cache(maxsize=1)
def _in_names() -> re.Pattern[str]:
    words = kratom_words()
    whole = _whole_names()
    known = (n for n in load().medicines.names_of_kratom if normalise(n) not in whole)
    return _pattern((*words.anywhere, *words.in_reports, *known))


@lru_cache(maxsize=1)
def _look_alikes() -> re.Pattern[str]:
    return _pattern(kratom_words().look_alikes)


@lru_cache(maxsize=1)
def _seven_oh() -> tuple[str, ...]:
    return tuple(map(normalise, kratom_words().seven_oh))


@lru_cache(maxsize=1)
def _short_names() -> frozenset[str]:
    return frozenset(name.casefold() for name in kratom_words().with_an_amount)


@lru_cache(maxsize=1)
def _whole_names() -> frozenset[str]:
    return frozenset(normalise(name) for name in kratom_words().whole_name_only)


@lru_cache(maxsize=1)
def _keys() -> tuple[frozenset[bytes], tuple[str, ...]]:
    """Words of which every name and code holds at least one, and names searched as they stand.

    Of a name of several parts one part stands for it, with what can be written together with it
    ("maeng" and "maengda"), so that a text is read only when such a word is in it.
    """
    words = kratom_words()
    listed = (*words.anywhere, *words.in_reports, *words.whole_name_only, *words.misspelt)
    codes = (*(s.code for s in words.substances), *(t.code for t in words.laboratory))
    keys = {_first(code) for code in codes}
    literal: list[str] = []
    for name in (*listed, *load().medicines.names_of_kratom):
        plain = name.casefold()
        if "." in plain:
            literal.append(plain)
            continue
        parts = _PARTS.sub(" ", plain).split()
        own = range(len(parts))
        told = max(own, key=lambda i: (parts[i] not in load().medicines.form_words, len(parts[i])))
        keys |= {
            "".join(parts[i:j]) for i in own for j in range(i + 1, len(parts) + 1) if i <= told < j
        }
    return frozenset(key.encode() for key in keys), tuple(literal)
