"""Names written with other letters than those of ASCII: fullwidth, accented, escaped, parted.

Only lines that hold such letters come here. Each of their words is brought to plain letters once
(the answers are kept, because words repeat); a line is read when one of them is a part of a name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from speciosa.cohort.look import patterns
from speciosa.knowledge.medicines.names import normalise

_ESCAPE = re.compile(rb"\\u([0-9a-fA-F]{4})")
_SHORT = re.compile(rb'\\["\\/bfnrt]')
_OTHER = re.compile(rb"[\x7f-\xff]")
_RUN = re.compile(r"[a-z0-9]+")
_ASCII, _DELETE, _DOT = 128, 0x7F, 0x2E
# Marks of ASCII part words; dots, what is beyond ASCII and the character nobody sees do not.
_TO_BLANKS = bytes(
    c if c >= _DELETE or c == _DOT or chr(c).isalnum() else 0x20 for c in range(2 * _ASCII)
)
_MOST_WORDS = 1 << 16


def may_name(line: bytes, *, gad: bool, escapes: bool = True) -> bool:
    """Whether a word with other letters is a part of a name; ``escapes``: the line is JSON."""
    if escapes and b"\\" in line:
        line = _SHORT.sub(b" ", line)
        if b"\\u" in line:
            line = _ESCAPE.sub(_unescaped, line)
    return any(_is_part(word, gad) for word in _words(line.translate(_TO_BLANKS)))


def _words(line: bytes) -> Iterator[bytes]:
    """The words that hold another letter; a line can be long and hold few of them."""
    at = 0
    while found := _OTHER.search(line, at):
        first = line.rfind(b" ", at, found.start()) + 1
        end = line.find(b" ", found.end())
        at = end if end >= 0 else len(line)
        yield line[max(first, 0) : at]


def _unescaped(found: re.Match[bytes]) -> bytes:
    character = chr(int(found[1], 16))
    if character.isascii():
        # A letter that needed no escape is marked, so that its word is among the other ones.
        return character.encode() + (b"\x7f" if character.isalnum() else b"")
    # Halves of a pair stay apart and are joined when the word is read.
    return character.encode("utf-8", "surrogatepass")


@lru_cache(maxsize=_MOST_WORDS)
def _is_part(word: bytes, gad: bool) -> bool:
    text = word.decode("utf-8", "surrogatepass" if b"\xed" in word else "replace")
    joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    decomposed = unicodedata.normalize("NFKD", joined.casefold())
    seen = "".join(
        c
        for c in decomposed
        if c.isprintable() and not unicodedata.combining(c) and unicodedata.category(c) != "Cf"
    )
    found = {*_RUN.findall(seen), *normalise(joined).split()}
    return not found.isdisjoint(_parts(gad)) or any(name in seen for name in _dotted())


@lru_cache(maxsize=1)
def _dotted() -> tuple[str, ...]:
    """Names whose dots are letters of them."""
    return tuple(name for name in patterns.names_of_kratom() if "." in name)


@lru_cache(maxsize=2)
def _parts(gad: bool) -> frozenset[str]:
    """Words of names and what several of them make together; the first of a code."""
    names = [patterns.parts(name) for name in patterns.names_of_kratom() if "." not in name]
    names += [patterns.parts(code)[:1] for code in patterns.codes_of_kratom()]
    if gad:
        names += [patterns.parts(name) for name in patterns.names_of_gad()]
        names += [patterns.parts(code)[:1] for code in patterns.codes_of_gad()]
    return frozenset(
        "".join(name[i:j])
        for name in names
        for i in range(len(name))
        for j in range(i + 1, len(name) + 1)
    )
