"""Whether words name kratom: every name the knowledge base has, however it is spaced or dotted."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from speciosa.knowledge.reading import kratom_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from speciosa.knowledge import Knowledge

# A shorter name must end where a word ends: "7-OH" is no part of "7-ohm-metre".
_SHORT = 6


def names_kratom(text: str, knowledge: Knowledge, *, running: bool = False) -> bool:
    """Whether a text names kratom, one of its alkaloids or a product of it.

    ``running``: the text tells a story and does not name what is taken; names that are also
    names of people ("Thom") are then not believed.
    """
    plain = _plain(text)
    for other in kratom_words().look_alikes:
        plain = plain.replace(_plain(other), " ")
    names = frozenset(knowledge.care.outcomes.words["kratom_names"])
    pattern = _pattern(knowledge.medicines.names_of_kratom, names, running)
    return pattern.search(plain) is not None


@lru_cache(maxsize=8)
def _pattern(medicines: frozenset[str], own: frozenset[str], running: bool) -> re.Pattern[str]:
    words = kratom_words()
    alone = {_letters(name) for name in words.whole_name_only}
    names = {
        _letters(name)
        for name in (*medicines, *own, *words.anywhere, *words.in_reports, *words.whole_name_only)
    }
    if running:
        names -= {name for name in alone if name.isalpha()}
    return re.compile("|".join(_spaced(sorted(names, key=lambda n: (-len(n), n)))))


def _spaced(names: Iterable[str]) -> Iterable[str]:
    """Each name with anything that is no letter between its letters: "O.P.M.S.", "7 - OH"."""
    for name in names:
        end = r"(?![a-z0-9])" if len(name) < _SHORT else ""
        yield r"(?<![a-z0-9])" + r"[\W_]{0,2}".join(map(re.escape, name)) + end


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", _plain(name))


def _plain(text: str) -> str:
    """Lower case, without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))
