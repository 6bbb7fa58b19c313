"""How the bytes of a line can write a name or code: patterns for one fast pass over plain text.

They may hit too much, never too little: a line that ``fhir.kratom.find`` matches is hit, if its
letters are written as themselves. Letters written in another way are the business of ``wide``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum
from functools import lru_cache
from typing import Any

from speciosa.fhir.read.diagnosis import GAD
from speciosa.knowledge import load
from speciosa.knowledge.reading import condition_words, kratom_words

_PARTS = re.compile(r"[^a-z0-9]+")
# What precedes a name: a mark, or an escape whose letters belong to no word.
_BEFORE = rb"(?:[^a-zA-Z0-9]|\\[bfnrt]|\\u[0-9a-fA-F]{4})"
_AFTER = rb"[^a-zA-Z0-9]"
# Between the parts of a name: blanks, hyphens, dots and other marks, or their escapes; never the
# quotation mark that ends a text.
_GAP = rb'(?:[^a-zA-Z0-9"\\]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*'
# An apostrophe or dot inside a number is no part of it.
_IN_NUMBER = rb"[^a-zA-Z0-9\"\\]*"
_SELDOM = 4
_OF_NOTES = (rb'"contentType"\s*:', rb'"data"\s*:\s*"', rb'"(?:content|value)?Attachment"\s*:')
_REFERS, _POINTS = rb'"medicationReference"\s*:', rb"Binary\\?/"
_MANY = 500
# A comma before the end, and numbers that are none.
_DOUBTFUL = (
    *(rb",\}", rb",\]", rb", \}", rb", \]"),
    rb"[:\[,][ \t]*-?(?:nan|inf|infinity)[ \t]*[,\]}]",
)


class Hit(IntEnum):
    """What a pattern stands for.

    ``PATIENT``, ``REFERS``, ``POINTS``, ``ESCAPE`` and ``DOUBT`` are said once a block. ``DOUBT``
    are marks of text that only looks like JSON, and that lenient readers take for it. ``SHORT``: a
    part of a name without a longer one ("7 OH"); ``whole_name`` says whether the name is there.
    """

    NAME = 1
    SERVER = 2
    PATIENT = 3
    REFERS = 4
    NOTE = 5
    ESCAPE = 6
    GAD = 7
    DOUBT = 8
    SHORT = 9
    POINTS = 10


def names_of_kratom() -> tuple[str, ...]:
    """All names by which ``fhir.kratom`` knows kratom, in lower case."""
    words = kratom_words()
    told = (*words.anywhere, *words.in_reports, *words.whole_name_only, *words.misspelt)
    return tuple(sorted({name.casefold() for name in (*told, *load().medicines.names_of_kratom)}))


def codes_of_kratom() -> tuple[str, ...]:
    """All codes by which ``fhir.kratom`` knows kratom and its tests, in lower case."""
    words = kratom_words()
    codes = (*(s.code for s in words.substances), *(t.code for t in words.laboratory))
    return tuple(sorted({code.casefold() for code in codes}))


def names_of_gad() -> tuple[str, ...]:
    """The names of generalized anxiety disorder."""
    return tuple(sorted(condition_words().names[GAD]))


def codes_of_gad() -> tuple[str, ...]:
    """The codes of generalized anxiety disorder; those of ICD-10 stand for what begins so.

    Some writers leave out the dot.
    """
    codes = {code.code.casefold() for code in load().codes.of("condition/gad")}
    return tuple(sorted(codes | {code.replace(".", "") for code in codes}))


def parts(name: str) -> list[str]:
    """The words and numbers of a name."""
    return [part for part in _PARTS.split(name.casefold()) if part]


def _name(name: str) -> bytes:
    if "." in name:
        # Its dots are letters of it.
        return _BEFORE + re.escape(name.casefold()).encode() + _AFTER
    written = (
        _IN_NUMBER.join(digit.encode() for digit in part)
        if part.isdigit()
        else re.escape(part).encode()
        for part in parts(name)
    )
    return _BEFORE + _GAP.join(written) + _AFTER


def _is_short(name: str) -> bool:
    """Whether a name has several parts, and none that is seldom enough to be searched for."""
    return (
        "." not in name
        and len(parts(name)) > 1
        and all(len(part) < _SELDOM for part in parts(name))
    )


def _short_parts(name: str) -> Iterator[bytes]:
    """A pattern for each way to begin: one pattern with all of them is searched for slowly."""
    longest = max(parts(name), key=lambda part: (not part.isdigit(), len(part)))
    for before in (rb"[^a-zA-Z]", rb"\\[bfnrt]", rb"\\u[0-9a-fA-F]{4}"):
        yield before + longest.encode() + rb"[^a-zA-Z]"


@lru_cache(maxsize=1)
def whole_name() -> re.Pattern[bytes]:
    """Names of which only a ``SHORT`` part is searched for, as a whole."""
    short = (_name(name) for name in names_of_kratom() if _is_short(name))
    return re.compile(b"|".join(short), re.IGNORECASE | re.DOTALL)


def _of_names() -> list[tuple[bytes, Hit, int]]:
    names = names_of_kratom()
    told = [(_name(name), Hit.NAME, 0) for name in names if not _is_short(name)]
    short = {part for name in names if _is_short(name) for part in _short_parts(name)}
    return told + [(part, Hit.SHORT, 0) for part in sorted(short)]


def _start(code: str) -> bytes:
    return _BEFORE + re.escape(code).encode()


def _is(kind: str) -> bytes:
    return rb'"resourceType"\s*:\s*"' + kind.encode() + b'"'


Scan = Callable[[Any, Callable[[int, int, int, int, Any], None]], None]


@lru_cache(maxsize=2)
def scanner(*, gad: bool) -> Scan:
    """A function that searches a buffer and calls back with (``Hit``, 0, end, flags, context)."""
    import hyperscan as hs  # noqa: PLC0415 - of an extra; whoever screens nobody needs none

    told = _of_names() + [(_start(code), Hit.NAME, 0) for code in codes_of_kratom()]
    if gad:
        told += [(_name(name), Hit.GAD, 0) for name in names_of_gad()]
        told += [(_start(code), Hit.GAD, 0) for code in codes_of_gad()]
    told += [(_is(kind), Hit.SERVER, 0) for kind in ("OperationOutcome", "Bundle")]
    once = hs.HS_FLAG_SINGLEMATCH
    told.append((_is("Patient"), Hit.PATIENT, once))
    told.append((_REFERS, Hit.REFERS, once))
    told.append((_POINTS, Hit.POINTS, once))
    # An attachment need not say its type: then its data, or the name of its field, tell.
    told += [(one, Hit.NOTE, 0) for one in _OF_NOTES]
    # A narrative that says more than the fields is read like a note.
    told.append((rb'"status"\s*:\s*"additional"', Hit.NOTE, 0))
    told.append((rb"\\u", Hit.ESCAPE, once))
    told += [(one, Hit.DOUBT, once) for one in _DOUBTFUL]
    return _compiled(told)


@lru_cache(maxsize=1)
def names() -> Scan:
    """As ``scanner``, for the names of kratom alone, each once: the words of a note."""
    import hyperscan as hs  # noqa: PLC0415 - see above

    once = hs.HS_FLAG_SINGLEMATCH
    return _compiled([(one, hit, once) for one, hit, _ in _of_names()])


def literals(values: Iterable[str]) -> Scan:
    """As ``scanner``, for ids and identifiers of what is referred to.

    One can be written with escapes of the address; its plain middle is enough to search. Many take
    long to compile: then every line that refers to such a thing is hit.
    """
    plain = sorted({_plainest(value) for value in values})
    if len(plain) > _MANY:
        return _compiled([(one, Hit.NAME, 0) for one in (_REFERS, _POINTS)])
    return _compiled([(re.escape(value).encode(), Hit.NAME, 0) for value in plain])


def _plainest(value: str) -> str:
    """The longest run of a text that every writer writes alike."""
    runs = "".join(c if c.isascii() and c.isalnum() else " " for c in value).split()
    return max(runs, key=len, default=value)


def _compiled(told: list[tuple[bytes, Hit, int]]) -> Scan:
    import hyperscan as hs  # noqa: PLC0415 - see above

    database = hs.Database(mode=hs.HS_MODE_BLOCK)
    usual = hs.HS_FLAG_CASELESS | hs.HS_FLAG_DOTALL
    database.compile(
        expressions=[expression for expression, _, _ in told],
        ids=[int(hit) for _, hit, _ in told],
        flags=[usual | flag for _, _, flag in told],
    )

    def scan(data: Any, found: Callable[[int, int, int, int, Any], None]) -> None:  # noqa: ANN401
        database.scan(data, match_event_handler=found)

    return scan
