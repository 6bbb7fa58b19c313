"""Kratom in a text: names at word bounds, and what the sentence around them says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec

from speciosa.fhir.kratom.result import Confidence, Status
from speciosa.knowledge import load
from speciosa.knowledge.medicines.names import normalise, without_form
from speciosa.knowledge.reading import Said, kratom_words

# A longer text is read up to here; a record's note of a million characters is not a note.
MAX_CHARACTERS = 200_000
_MOST_IN_ONE_TEXT = 20
_REACH_OF_DENIAL = 12
_REACH = 5
_LONGEST_NAME = 80
_FURTHEST = 400
_SENTENCE = re.compile(r"[.!?;\n\r](?=\s|$)|[\n\r]")
_TOKEN = re.compile(r"[\w'’/+-]+|[,:?()]")
_GAP = r"[\s.\-_]*"


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
    for span in _spans(plain, names_what_is_taken):
        status, because, of_person = _said(plain, *span)
        if not names_what_is_taken and _titled(plain, span[0]):
            status, because, of_person = _OF_NAMESAKE
        words = plain[slice(*span)]
        # The name of a product is shown whole, as its words say its form; a note never is.
        shown = " ".join(text.split()) if names_what_is_taken else words
        found.append(
            Named(
                words=shown[:_LONGEST_NAME],
                substance=_substance(shown if names_what_is_taken else words),
                status=status,
                confidence=_confidence(words, names_what_is_taken, status),
                because=because,
                of_person=of_person,
            )
        )
        if names_what_is_taken or len(found) == _MOST_IN_ONE_TEXT:
            break
    return tuple(found)


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


def _spans(plain: str, names_what_is_taken: bool) -> Iterator[tuple[int, int]]:
    if not names_what_is_taken:
        yield from sorted(
            found.span()
            for pattern in (_anywhere(), _misspelt())
            for found in pattern.finditer(plain)
        )
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
    if not sure and _misspelt().search(words) is not None:
        return Confidence.LOW
    if names_what_is_taken:
        if sure:
            return Confidence.HIGH
        return Confidence.LOW if _only_name(words) else Confidence.MODERATE
    return Confidence.LOW if status in {None, Status.UNCERTAIN} else Confidence.MODERATE


# ------------------------------------------------------------------ what the sentence says


def _said(plain: str, start: int, end: int) -> tuple[Status | None, str, bool]:
    said = kratom_words().said
    # A sentence without an end is read so far and no further, or a long note would take minutes.
    first, last = max(0, start - _FURTHEST), min(len(plain), end + _FURTHEST)
    left_edge = max((m.end() for m in _SENTENCE.finditer(plain, first, start)), default=first)
    right = _SENTENCE.search(plain, end, last)
    # The mark that ends the sentence stays, because a question is not a statement.
    after = _tokens(plain[end : right.end() if right else last])
    before = _tokens(plain[left_edge:start])
    if _of_somebody_else(before, said):
        return Status.UNCERTAIN, "the sentence speaks of somebody else", False
    status, because = _judged(before, after, said)
    if re.match(r"-\w", plain[end:]) or _BEFORE_HYPHEN.search(plain[:start]):
        # "Kratom-related", "non-kratom": the name is only a part of a word.
        return Status.UNCERTAIN, "the name is a part of another word", True
    if status in {Status.NOT_TAKEN, Status.STOPPED} and (
        _any_of([*before, *after], said.again)
        or _starts_with(after, said.taken_after, reach=2)
        or any(token[0].isdigit() for token in after[:3] if status is Status.NOT_TAKEN)
    ):
        return Status.UNCERTAIN, "the sentence says both no and yes", True
    return status, because, True


def _titled(plain: str, start: int) -> bool:
    """Whether a title stands directly before the name: "Dr. Ketum"."""
    word = _LAST_WORD.search(plain, max(0, start - _LONGEST_TITLE), start)
    return word is not None and word[1] in kratom_words().said.titles


_OF_NAMESAKE = (Status.UNCERTAIN, "it is the name of a person", False)
_LONGEST_TITLE = 12
_LAST_WORD = re.compile(r"(?<!\w)(\w+)\.?\s+\Z")
_BEFORE_HYPHEN = re.compile(r"\b(?!ex-)\w+-$")


def _judged(before: list[str], after: list[str], said: Said) -> tuple[Status | None, str]:
    """The first that applies: not said of this person, not taken, stopped, taken."""
    if "?" in after or _any_of(before[-_REACH - 2 :], said.someone_else):
        return Status.UNCERTAIN, "the sentence asks, or speaks of somebody else"
    if _ends_with(before, said.unclear_before, reach=_REACH) is not None:
        return Status.UNCERTAIN, "the sentence does not say that it is taken"
    if _any_of(before[-_REACH:], said.last_before) or _any_of(after, said.last_after):
        return Status.UNCERTAIN, "the sentence says when it was last, not whether it is now"
    denial = _denied(before, said)
    if denial or _absent(before, after, said):
        # A no that is itself denied, or is about something of kratom, denies nothing.
        if denial == _TWICE or not _ends_there(after, said):
            return Status.UNCERTAIN, "the sentence is not plainly a denial"
        return Status.NOT_TAKEN, "the sentence says that it is not taken"
    return _stopped_or_taken(before, after, said)


def _of_somebody_else(before: list[str], said: Said) -> bool:
    """Whether somebody else is who takes it, and not who reports it of this person."""
    plain = [token.removesuffix("'s") for token in before]
    at = _ends_with(plain, said.someone_else, reach=_REACH + 2)
    return at is not None and not _any_of(plain[at + 1 :], said.this_person)


def _stopped_or_taken(before: list[str], after: list[str], said: Said) -> tuple[Status | None, str]:
    stopped = _ends_with(before, said.stopped_before, reach=2)
    if stopped is not None and _ends_with(before[:stopped], said.not_stopped, reach=0) is not None:
        return Status.TAKEN, "the sentence says that it was not stopped"
    if stopped is not None or _starts_with(after, said.stopped_after, reach=2):
        return Status.STOPPED, "the sentence says that it was stopped"
    taken = _ends_with(before, said.taken_before, reach=_REACH) is not None
    if taken or _starts_with(after, said.taken_after, reach=1):
        return Status.TAKEN, "the sentence says that it is taken"
    return None, "the text names it"


_TWICE = "a denial that is denied"


def _denied(before: list[str], said: Said) -> str:
    """Whether a denial reaches the name over words of a list alone: how, or "" when it does not."""
    at = _ends_with(before, said.denied_before, reach=_REACH_OF_DENIAL)
    if at is None:
        return ""
    ends = next(
        at + len(phrase)
        for phrase in _phrases(said.denied_before)
        if tuple(before[at : at + len(phrase)]) == phrase
    )
    if not set(before[ends:]) <= {*said.fillers, ",", "(", ")", ":"}:
        return ""
    return _TWICE if _any_of(before[max(0, at - 3) : at], said.not_denied) else "plain"


def _ends_there(after: list[str], said: Said) -> bool:
    """Whether nothing follows the name but words of use and of a list, or a new part begins."""
    for i, token in enumerate(after):
        if token in {",", ")", ":"} or _starts_with(after[i:], said.absent_after, reach=0):
            return True
        if token not in {*said.fillers, "("}:
            return token in said.ends_name
    return True


def _absent(before: list[str], after: list[str], said: Said) -> bool:
    fillers = {*said.fillers, ",", "(", ")"}
    rest = list(before)
    while rest and rest[-1] in fillers and not _closes(rest, said.absent_before):
        rest.pop()
    if _closes(rest, said.absent_before):
        return True
    skipped = [t for t in after[:4] if t not in {":", "use", "intake", "is", "was", "-", "(", ")"}]
    told = _starts_with(skipped, said.absent_after, reach=0)
    if not told:
        return False
    left = skipped[told:]
    return not left or left[0] in {",", ")", "in", "by", "on"}


def _tokens(text: str) -> list[str]:
    return [t.replace("’", "'").strip("-") or "-" for t in _TOKEN.findall(text)]


@lru_cache(maxsize=256)
def _phrases(phrases: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(_tokens(phrase)) for phrase in phrases)


@lru_cache(maxsize=256)
def _by_first(phrases: tuple[str, ...]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Phrases by their first word, so that only those are tried that can begin at a word."""
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for phrase in _phrases(phrases):
        found[phrase[0]] = (*found.get(phrase[0], ()), phrase)
    return found


def _any_of(tokens: Sequence[str], phrases: tuple[str, ...]) -> bool:
    known = _by_first(phrases)
    return any(
        tuple(tokens[i : i + len(phrase)]) == phrase
        for i, token in enumerate(tokens)
        for phrase in known.get(token, ())
    )


def _closes(tokens: list[str], phrases: tuple[str, ...]) -> bool:
    return any(tuple(tokens[-len(phrase) :]) == phrase for phrase in _phrases(phrases))


def _ends_with(tokens: list[str], phrases: tuple[str, ...], *, reach: int) -> int | None:
    """Where the last phrase begins that ends at most ``reach`` words before the end."""
    known, earliest_end = _by_first(phrases), len(tokens) - reach
    return max(
        (
            i
            for i, token in enumerate(tokens)
            for phrase in known.get(token, ())
            if earliest_end <= i + len(phrase) <= len(tokens)
            and tuple(tokens[i : i + len(phrase)]) == phrase
        ),
        default=None,
    )


def _starts_with(tokens: Sequence[str], phrases: tuple[str, ...], *, reach: int) -> int:
    """How many words the first phrase takes up with what precedes it; 0 without one."""
    ends = [
        i + len(phrase)
        for phrase in _phrases(phrases)
        for i in range(reach + 1)
        if tuple(tokens[i : i + len(phrase)]) == phrase
    ]
    return min(ends, default=0)


# ------------------------------------------------------------------ patterns, compiled once


def _pattern(names: Sequence[str]) -> re.Pattern[str]:
    told = sorted({_PARTS.sub(" ", name.casefold()).strip() for name in names}, key=len)
    ways = (_GAP.join(re.escape(part) for part in name.split()) for name in reversed(told))
    return re.compile(rf"(?<!\w)(?:{'|'.join(ways)})(?!\w)")


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
