"""Interactions as a reader meets them: the list together, then one line a pair, then the rest.

Every form of the report takes its lines from here, so that all say the same in the same order.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from speciosa.finding import Certainty, Estimate, Severity
from speciosa.pharmacology.interactions.result import (
    Direction,
    Interaction,
    InteractionsResult,
    PairStatus,
    PairSummary,
)
from speciosa.pharmacology.interactions.rows import NAMED
from speciosa.report.numbers import shown, usual_interval
from speciosa.report.words import SEVERITY, letter

_TWO, _SOME, _LEADING = 2, 6, 5
_AGAINST = "A share below 0 pulls against the whole."
_SENTENCES = re.compile(r"(?<=[.?!]) (?=[A-Z])")


class Line(NamedTuple):
    """One line of the table. ``rows`` are told when it is opened; ``groups`` are lines above."""

    names: tuple[str, ...]
    severity: Severity
    certainty: Certainty
    sentence: str
    rows: tuple[Interaction, ...]
    groups: tuple[Interaction, ...]
    title: str = ""

    @property
    def is_mild(self) -> bool:
        """Whether it is minor, or information."""
        return self.severity.rank >= Severity.MINOR.rank

    @property
    def short(self) -> str:
        """Several that change one: who, and what else is said, where figures stand beside it."""
        if len(self.names) <= _TWO or self.title or not self.lead:
            return ""
        more = _SENTENCES.split(self.rest.strip())[1:]
        return " ".join((f"{self.lead.removesuffix(':')}.", *more))

    @property
    def says_who(self) -> bool:
        """Whether the sentence itself names everybody, so that no title is needed."""
        sentence = self.sentence.lower()
        return all(name.lower() in sentence for name in self.names)

    @property
    def lead(self) -> str:
        """The beginning of the sentence that says who with whom; empty where there is none."""
        start, colon, _ = self.sentence.partition(":")
        return f"{start}:" if colon and self.says_who else ""

    @property
    def rest(self) -> str:
        """The sentence after its lead."""
        return self.sentence.removeprefix(self.lead)

    @property
    def main(self) -> Interaction:
        """The row that the sentence is about, or the worst where it is about several."""
        return next((row for row in self.rows if row.sentence == self.sentence), self.rows[0])

    @property
    def also(self) -> tuple[Interaction, ...]:
        """The rows that the sentence is not about."""
        return tuple(row for row in self.rows if row.sentence != self.sentence)

    @property
    def beside(self) -> tuple[Interaction, ...]:
        """The rows of several that the sentence is not about."""
        return self.groups if any(row.sentence == self.sentence for row in self.rows) else ()

    @property
    def ratios(self) -> tuple[Interaction, ...]:
        """Changes of concentration, whether or not their size is known."""
        return tuple(row for row in self.rows if row.victim)


class Table(NamedTuple):
    """Everything that was looked at, once.

    ``together`` are hazards that several share, ``at_once`` changes of one medicine by several.
    ``milder`` are the minor lines of every kind. ``only_in_groups`` counts the pairs that have no
    line of their own.
    """

    together: tuple[Line, ...]
    at_once: tuple[Line, ...]
    worse: tuple[Line, ...]
    milder: tuple[Line, ...]
    only_in_groups: int
    pairs_with_nothing: int
    not_judged: tuple[str, ...]
    nothing_found: tuple[str, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """What several do together, then the pairs, worst first."""
        return (*self.together, *self.at_once, *self.worse, *self.milder)


def table(result: InteractionsResult) -> Table:
    """The lines of a result. A row that no pair names gets a line of its own: nothing is lost."""
    rows = {row.id: row for row in result.rows}
    groups = {row.id: row for row in result.rows if len(set(row.members)) > _TWO}
    found = [pair for pair in result.pairs if pair.status is PairStatus.FOUND]
    named = {id_ for pair in found for id_ in pair.rows}
    lines = [line for pair in found if (line := _line(pair, rows, groups)).rows]
    lines += [_alone(row) for row in result.rows if row.id not in named and row.id not in groups]
    lines.sort(key=lambda line: line.severity.rank)
    several = [_alone(row) for row in groups.values()]
    grave = [line for line in several if not line.is_mild]
    return Table(
        together=tuple(line for line in grave if line.title),
        at_once=tuple(line for line in grave if not line.title),
        worse=tuple(line for line in lines if not line.is_mild),
        milder=tuple(line for line in (*several, *lines) if line.is_mild),
        only_in_groups=sum(not _line(pair, rows, groups).rows for pair in found),
        pairs_with_nothing=sum(p.status is PairStatus.NOTHING_FOUND for p in result.pairs),
        not_judged=_told_short(result.pairs, PairStatus.NOT_JUDGED),
        nothing_found=_told_short(result.pairs, PairStatus.NOTHING_FOUND),
    )


def _line(pair: PairSummary, rows: dict[str, Interaction], groups: dict[str, Interaction]) -> Line:
    return Line(
        names=pair.names,
        severity=pair.severity,
        certainty=pair.certainty,
        sentence=pair.sentence,
        rows=tuple(rows[id_] for id_ in pair.rows if id_ in rows and id_ not in groups),
        groups=tuple(groups[id_] for id_ in pair.rows if id_ in groups),
    )


def _alone(row: Interaction) -> Line:
    shared = title(row) if len(set(row.members)) > _TWO and not row.victim else ""
    return Line(row.names, row.severity, row.certainty, row.sentence, (row,), (), shared)


def title(row: Interaction) -> str:
    """What a row is about in a few words."""
    return row.title or " + ".join(row.names)


def leading(lines: Table) -> tuple[Line, ...]:
    """What a short report tells: what is urgent, grave hazards of several, and the first pairs.

    Grave pairs that are known by name are always told: no figure stands for them.
    """
    shared = [line for line in lines.together if line.severity.rank <= Severity.MAJOR.rank]
    known = [
        line
        for line in lines.worse
        if line.severity.rank <= Severity.MAJOR.rank and line.main.hazard == NAMED
    ]
    first = [*lines.worse[:_LEADING], *known]
    urgent = [line for line in lines.lines if line.severity.rank < Severity.MAJOR.rank]
    said = {_says(line) for line in first} - {None}
    same = [line for line in lines.worse if _says(line) in said]
    chosen = {id(line) for line in (*shared, *first, *urgent, *same)}
    return tuple(line for line in lines.lines if id(line) in chosen)


def _says(line: Line) -> tuple[object, ...] | None:
    """What a line of two says of the one it begins with, whoever the other is."""
    if len(line.names) != _TWO or " with " not in line.lead:
        return None
    return (common(line), line.rest, line.severity, line.main.ask, line.main.watch)


def alike(lines: Iterable[Line]) -> tuple[tuple[Line, ...], ...]:
    """Lines in their order; those of two that say the same of one with others stand together."""
    found: dict[tuple[object, ...], list[Line]] = {}
    for index, line in enumerate(lines):
        found.setdefault(_says(line) or (index,), []).append(line)
    return tuple(tuple(told) for told in found.values())


def common(line: Line) -> str:
    """The one of a line of two that its sentence begins with."""
    return line.lead.partition(" with ")[0]


def partner(line: Line) -> str:
    """The other one of a line of two, as its sentence names it."""
    return line.lead.partition(" with ")[2].removesuffix(":")


class Advice(NamedTuple):
    """What to consider, and for which lines."""

    text: str
    about: tuple[str, ...]


def advice(lines: Iterable[Line]) -> tuple[Advice, ...]:
    """What to consider where it is major or worse; each sentence once, with all it is said of."""
    about: dict[str, dict[str, None]] = {}
    for line in lines:
        for row in line.rows:
            if row.severity.rank <= Severity.MAJOR.rank:
                for sentence in filter(None, _SENTENCES.split(row.consider)):
                    about.setdefault(of_any_victim(row, sentence), {})[short_name(row)] = None
    together: dict[tuple[str, ...], list[str]] = {}
    for sentence, names in about.items():
        together.setdefault(tuple(names), []).append(sentence)
    return tuple(Advice(" ".join(told), names) for names, told in together.items())


def of_any_victim(row: Interaction, sentence: str) -> str:
    """A sentence of advice that names the victim alone, as it holds for every victim."""
    return (
        re.sub(rf"\b{re.escape(victim(row))}\b", "the medicine", sentence)
        if row.victim
        else sentence
    )


def brief(row: Interaction) -> str:
    """Who with whom and what about, with the middle of the ratio where there is one."""
    ratio = row.auc_ratio
    usual = title(row).endswith(f" {victim(row)}") or row.direction is Direction.MEDICINE_ON_KRATOM
    if row.victim and usual and ratio is not None and ratio.value is not None:
        told = f"{victim(row)} {shown(ratio).number} times"
    else:
        told = title(row)
    return f"{' + '.join(row.names)} ({told})" if len(row.names) == _TWO else f"{told} by several"


def short_name(row: Interaction) -> str:
    """Who with whom, or what several share."""
    if len(row.names) > _TWO:
        return f"{title(row)} by several" if row.victim else title(row)
    return " + ".join(row.names)


def pairs_in(row: Interaction) -> str:
    """How severe a row of several is for every two of them, the worst first."""
    named = dict(zip(row.members, row.names, strict=False))
    told: dict[str, list[str]] = {}
    for pair in sorted(row.pairs, key=lambda pair: pair.severity.rank):
        two = " + ".join(named.get(member, member) for member in pair.members)
        sure = f", certainty {pair.certainty.value}" if pair.certainty else ""
        told.setdefault(f"{SEVERITY[pair.severity].word.lower()}{sure}", []).append(two)
    return "; ".join(f"{how}: {', '.join(two)}" for how, two in told.items())


def ground(row: Interaction) -> str:
    """Where a ratio comes from: people, or what kind of model."""
    if row.seen_in_people:
        return "seen in people"
    if row.auc_ratio is not None and row.auc_ratio.value is None:
        return "range, not a prediction"
    if row.direction is Direction.MEDICINE_ON_KRATOM:
        return "model, no study in people"
    if row.direction is Direction.KRATOM_ON_MEDICINE and row.flags:
        return "model, beyond its one study"
    return "model"


def ceiling(row: Interaction) -> float | None:
    """The ratio that the victim cannot exceed, where the exposure may rise at all."""
    ratio = row.auc_ratio
    if row.ceiling is None or ratio is None or not math.isfinite(row.ceiling):
        return None
    rises = any(value is not None and value > 1 for value in (ratio.value, ratio.high))
    return row.ceiling if rises and row.ceiling > 1 else None


def against(row: Interaction) -> str:
    """What a share below nothing means, where there is one."""
    return _AGAINST if any(share < 0 for share in row.shares.values()) else ""


def has_number(row: Interaction) -> bool:
    """Whether any figure of the change is known."""
    ratio = row.auc_ratio
    return ratio is not None and any(v is not None for v in (ratio.value, ratio.low, ratio.high))


def ratios(lines: Iterable[Line]) -> list[Estimate]:
    """Every ratio of some lines, to find the interval that most of them share."""
    return [r.auc_ratio for line in lines for r in line.rows if r.auc_ratio is not None]


def common_kind(lines: Iterable[Line]) -> str:
    """The kind of interval for the head of the table: a 90 % one, the commonest of them."""
    return usual_interval(ratio for ratio in ratios(lines) if ratio.interval.startswith("90 %"))


def kind_of(ratio: Estimate) -> str:
    """What a ratio's interval is, or why it has none."""
    parts = shown(ratio)
    return parts.brackets.removeprefix(parts.range).removeprefix("; ")


def interval_notes(lines: Iterable[Line], common: str) -> dict[str, str]:
    """A letter for each kind of interval that is not the common one; it is told once, below."""
    kinds = dict.fromkeys(kind_of(ratio) for ratio in ratios(lines))
    rare = [kind for kind in kinds if kind and kind != common]
    return {kind: letter(index) for index, kind in enumerate(rare)}


def victim(row: Interaction) -> str:
    """The name of the medicine whose exposure changes."""
    named = dict(zip(row.members, row.names, strict=False))
    return named.get(row.victim, row.victim) or "the affected"


def some_of(names: Sequence[str]) -> str:
    """Some names and how many more."""
    rest = len(names) - _SOME
    few = names[:_SOME] if rest > 1 else names
    return "; ".join(few) + (f"; and {rest} more" if rest > 1 else "")


# ------------------------------------------------------------------ many pairs in few words


def _told_short(pairs: Sequence[PairSummary], status: PairStatus) -> tuple[str, ...]:
    """Pairs of one status as ``a with b, c and d``: the name that is in most of them leads."""
    partners = Counter(name for pair in pairs for name in pair.names)
    left = [pair.names for pair in pairs if pair.status is status]
    told = []
    while left:
        count = Counter(name for names in left for name in names)
        lead = min(count, key=lambda name: (-count[name], name))
        others = sorted(other for names in left if lead in names for other in _but(names, lead))
        left = [names for names in left if lead not in names]
        every = len(others) == partners[lead] > _TWO
        told.append(f"{lead} with {'everything else on the list' if every else _listed(others)}")
    return tuple(told)


def _but(names: tuple[str, str], lead: str) -> Iterator[str]:
    yield names[1] if names[0] == lead else names[0]


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
