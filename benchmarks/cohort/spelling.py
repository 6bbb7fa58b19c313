"""How a name gets misspelt: by the finger, by the ear, by a scanner; one or two slips."""

from __future__ import annotations

import random
from collections.abc import Iterator

from rapidfuzz.distance import OSA

WAYS = ("one letter", "two letters", "by ear", "by scanner", "a blank")

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = {
    letter: row[max(0, i - 1) : i] + row[i + 1 : i + 2]
    for row in _ROWS
    for i, letter in enumerate(row)
}
_EAR = (
    *(("k", "c"), ("k", "kh"), ("k", "ch"), ("c", "k"), ("o", "u"), ("u", "o"), ("a", "e")),
    *(("a", "u"), ("t", "tt"), ("t", "d"), ("tom", "dom"), ("om", "um"), ("om", "em"), ("i", "y")),
    *(("ae", "ai"), ("ae", "a"), ("ng", "n"), ("y", "i"), ("gyn", "gin"), ("m", "mm"), ("d", "t")),
    *(("kr", "ker"), ("cr", "cer"), ("ph", "f"), ("x", "ks")),
)
_SCANNER = (
    *(("o", "0"), ("0", "o"), ("m", "rn"), ("rn", "m"), ("t", "l"), ("t", "f"), ("i", "l")),
    *(("i", "1"), ("l", "1"), ("a", "o"), ("g", "q"), ("g", "9"), ("e", "c"), ("n", "ri")),
    *(("h", "b"), ("k", "lc"), ("r", "f"), ("y", "v"), ("u", "ii"), ("7", "1"), ("5", "s")),
)


def misspelt(name: str, way: str, *, seed: int, most: int) -> list[str]:
    """At most ``most`` ways of misspelling a name, chosen by the seed; never the name itself."""
    # Text as the seed: what comes out depends on nothing else.
    chance = random.Random(f"{seed}/{name}/{way}")  # noqa: S311
    if way == "two letters":
        once = sorted(set(_slips(name)))
        near = chance.sample(once, min(len(once), most))
        # Two slips can undo each other.
        found = {slip for one in near for slip in _slips(one) if OSA.distance(name, slip) == 2}
    else:
        makers = {
            "one letter": lambda: _slips(name),
            "by ear": lambda: _exchanged(name, _EAR),
            "by scanner": lambda: _exchanged(name, _SCANNER),
            "a blank": lambda: _broken(name),
        }
        found = set(makers[way]())
    ready = sorted(one for one in found if one != name and one.strip() == one)
    return sorted(chance.sample(ready, min(len(ready), most)))


def _slips(name: str) -> Iterator[str]:
    for i, letter in enumerate(name):
        if not letter.isalnum():
            continue
        yield name[:i] + name[i + 1 :]
        yield name[:i] + letter + name[i:]
        if i and name[i - 1].isalnum():
            yield name[: i - 1] + letter + name[i - 1] + name[i + 1 :]
        for other in _BESIDE.get(letter, ""):
            yield name[:i] + other + name[i + 1 :]
            yield name[:i] + other + name[i:]


def _exchanged(name: str, pairs: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for old, new in pairs:
        for i in range(len(name)):
            if name.startswith(old, i):
                yield name[:i] + new + name[i + len(old) :]


def _broken(name: str) -> Iterator[str]:
    for i in range(1, len(name)):
        if name[i - 1].isalnum() and name[i].isalnum():
            for between in " -_.":
                yield name[:i] + between + name[i:]
