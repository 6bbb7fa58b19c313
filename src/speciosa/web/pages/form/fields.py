"""What a form posts: names with the texts typed under them, exactly as typed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

Texts = dict[str, tuple[str, ...]]

# Rows beyond this are refused by the case itself; an index beyond it is no row of ours.
_MOST_ROWS = 1000


@dataclass(frozen=True)
class Fields:
    """Texts by name. A name that was posted without a text is there with an empty one."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Fields:
        """From the pairs of a posted form, in their order."""
        found: dict[str, list[str]] = {}
        for name, text in pairs:
            found.setdefault(name, []).append(text)
        return cls({name: tuple(texts) for name, texts in found.items()})

    def one(self, name: str) -> str:
        """The text under a name; empty when there is none."""
        texts = self.values.get(name, ())
        return texts[-1] if texts else ""

    def many(self, name: str) -> tuple[str, ...]:
        """Every text under a name that is not empty."""
        return tuple(text for text in self.values.get(name, ()) if text)

    def under(self, prefix: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Every name below a prefix, without it."""
        start = f"{prefix}."
        for name, texts in self.values.items():
            if name.startswith(start):
                yield name.removeprefix(start), texts

    def rows(self, prefix: str) -> tuple[int, ...]:
        """The numbers of the rows below a prefix, in order."""
        heads = {name.partition(".")[0] for name, _ in self.under(prefix)}
        return tuple(
            sorted(
                int(head)
                for head in heads
                if head.isascii() and head.isdigit() and len(head) <= 4 and int(head) < _MOST_ROWS
            )
        )

    def with_values(self, changes: Mapping[str, tuple[str, ...]]) -> Fields:
        """The same with some names given anew."""
        return Fields({**self.values, **changes})

    def without(self, prefix: str) -> Fields:
        """The same without a name and all below it."""
        start = f"{prefix}."
        return Fields(
            {
                name: texts
                for name, texts in self.values.items()
                if name != prefix and not name.startswith(start)
            }
        )
