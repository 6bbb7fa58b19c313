"""Names written with other letters than those of ASCII: fullwidth, accented, escaped, parted.

Only lines that hold such letters come here. Each of their words is brought to plain letters once
(the answers are kept, because words repeat); a line is read when one of them is a part of a name.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from speciosa.cohort.look import patterns
from speciosa.knowledge.medicines.names import normalise

_ESCAPE = re.compile(rb"\\u([0-9a-fA-F]{4})")
_SHORT = re.compile(rb'\\["\\/bfnrt]')
# Escapes of letters and digits of ASCII, and of the backslash.
_NEEDLESS = re.compile(rb"\\u00(?:3\d|4[1-9a-fA-F]|5[\daAcC]|6[1-9a-fA-F]|7[\daA])")
_RUN = re.compile(r"[a-z0-9]+")
_ASCII, _DELETE, _DOT = 128, 0x7F, 0x2E
# Marks of ASCII part words; dots, what is beyond ASCII and the character nobody sees do not.
_TO_BLANKS = bytes(
    c if c >= _DELETE or c == _DOT or chr(c).isalnum() else 0x20 for c in range(2 * _ASCII)
)
# Answers kept, and the bytes of the longest word they are kept of: some scripts write no blanks.
_MOST_WORDS, _LONGEST_KEPT = 1 << 16, 100


def may_name(text: bytes, *, gad: bool, escapes: bool = True) -> bool:
    """Whether a word with other letters is a part of a name; ``escapes``: the text is JSON.

    The text is one line or many: most hold no such word, and many are asked at once.
    """
    if escapes and b"\\" in text:
        text = _without_escapes(text)
    return any(
        _is_part(word, gad) if len(word) > _LONGEST_KEPT else _is_part_kept(word, gad)
        for word in set(text.translate(_TO_BLANKS).split())
        if not word.isascii() or _DELETE in word
    )


def _without_escapes(text: bytes) -> bytes:
    if b"\\u" not in text:
        return _SHORT.sub(b" ", text)
    if text.isascii() and not _NEEDLESS.search(text):
        try:
            # Fast, and right for what is written in ASCII; halves of pairs are joined later.
            decoded = text.decode("raw_unicode_escape").encode("utf-8", "surrogatepass")
            return _SHORT.sub(b" ", decoded)
        except UnicodeDecodeError:
            pass
    return _ESCAPE.sub(_unescaped, _SHORT.sub(b" ", text))


def _unescaped(found: re.Match[bytes]) -> bytes:
    character = chr(int(found[1], 16))
    if character.isascii():
        # A letter that needed no escape is marked, so that its word is among the other ones.
        return character.encode() + (b"\x7f" if character.isalnum() else b"")
    return character.encode("utf-8", "surrogatepass")


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


_is_part_kept = lru_cache(maxsize=_MOST_WORDS)(_is_part)


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
