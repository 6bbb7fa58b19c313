"""Places by name: what can be chosen, and the code of what was typed."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge


class PlaceName(NamedTuple):
    """A place of a list: the code that is typed, and the name beside it."""

    value: str
    label: str


@lru_cache(maxsize=2)
def places(knowledge: Knowledge) -> tuple[PlaceName, ...]:
    """Every place of which law is on file, by name; others are accepted by their ISO code."""
    by_code = {place.code: place for place in knowledge.law.all()}

    def full(code: str) -> str:
        place = by_code[code]
        parent = by_code.get(place.parent or "")
        return f"{place.name}, {parent.name}" if parent and parent.level != "bloc" else place.name

    return tuple(sorted((PlaceName(code, full(code)) for code in by_code), key=lambda c: c.label))


def place_code(typed: str, knowledge: Knowledge) -> str:
    """The code of a place typed by its name; any other text as it is."""
    wanted = typed.strip().casefold()
    by_name = {choice.label.casefold(): choice.value for choice in places(knowledge)}
    names = {label.partition(",")[0]: code for label, code in reversed(by_name.items())}
    return by_name.get(wanted) or names.get(wanted) or typed.strip()
