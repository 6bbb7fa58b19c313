"""What a summary of a whole health system may show, and the words around its counts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import msgspec

from speciosa.knowledge import files
from speciosa.knowledge.fact import Fact
from speciosa.knowledge.language import forbidden_phrases
from speciosa.knowledge.table import Table


class Term(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A word of the summary and what it means; ``meaning`` may be empty."""

    label: str
    meaning: str = ""


class SummaryWording(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``summary.yaml``: every sentence of the summary that is not made of counts.

    ``expected`` are types of FHIR resources and what is missed where an export has none.
    ``findings`` are words, by id, for findings whose own sentence differs from person to person or
    speaks to the person's clinician; ``problems`` for why a record makes no case, by field.
    ``{smallest}`` and ``{most}`` stand for the limit of small counts and one less; ``{promise}``
    for what that limit lets the page promise.
    """

    what_it_is: str
    no_small_counts: str
    not_meant: tuple[str, ...]
    for_whom: tuple[str, ...]
    not_looked_at: tuple[str, ...]
    small_cells: str
    hidden: str
    banded: str
    one_page: str
    all_shown: str
    evidence: dict[str, Term]
    how: dict[str, Term]
    confidence: dict[str, Term]
    beside: dict[str, Term]
    left_over: dict[str, Term]
    expected: dict[str, str]
    findings: dict[str, str]
    problems: dict[str, str]


class Screening(Table):
    """Limits of what may be shown of a population, and the wording of its summary."""

    name = "screening"

    @cached_property
    def _limits(self) -> tuple[Fact, ...]:
        return files.read("screening/limits.json", tuple[Fact, ...])

    @cached_property
    def wording(self) -> SummaryWording:
        """What the summary says around its counts."""
        return files.read("screening/summary.yaml", SummaryWording)

    def facts(self) -> Iterator[Fact]:
        """The limits, each with the policy it was read in."""
        yield from self._limits

    @property
    def smallest_cell(self) -> int:
        """The smallest count of people, above 0, that is shown."""
        return int(self.fact("screening/smallest_cell").number)

    @property
    def oldest_age(self) -> int:
        """The age from which people are counted together, in years."""
        return int(self.fact("screening/oldest_age").number)

    def problems(self) -> Iterator[str]:
        """Wording that no clinician should read."""
        for text in _texts(msgspec.to_builtins(self.wording)):
            for phrase in forbidden_phrases(text):
                yield f"screening/summary.yaml: {phrase}"


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for held in value.values():
            yield from _texts(held)
    elif isinstance(value, list | tuple):
        for held in value:
            yield from _texts(held)
