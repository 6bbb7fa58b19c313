"""The ranked options as blocks of like with like, and reasons that several share, told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from speciosa.evidence.result import (
    Comparison,
    EffectRow,
    EvidenceResult,
    RankedOption,
    Report,
    Side,
    Standing,
)
from speciosa.finding import Certainty
from speciosa.report import words
from speciosa.report.numbers import measured, plain, sentence, shown

_SHARED_FROM = 3
_HARDLY_SURE = {Certainty.VERY_LOW, Certainty.UNKNOWN}
_CAVEAT = "chance cannot be excluded"

_BY = {"signal": "by the thresholds", "curator": "our judgement", "published": "as published"}

STANDING: dict[Standing, str] = {
    Standing.USABLE: "Usual cautions only",
    Standing.CAUTION: "With caution",
    Standing.UNKNOWN: "Ask first",
    Standing.AVOID: "Avoid",
}
# A shape beside each word, so that none is told by colour alone.
SHAPES: dict[Standing, str] = {
    Standing.USABLE: "info",
    Standing.CAUTION: "moderate",
    Standing.UNKNOWN: "unknown",
    Standing.AVOID: "major",
}
SIGNS: dict[Side, str] = {
    Side.BETTER: "+",
    Side.LEANS: "(+)",
    Side.UNCLEAR: "?",
    Side.WORSE: "\N{MINUS SIGN}",
    Side.IN_WORDS: "",
}

SIDES: dict[Side, str] = {
    Side.BETTER: "Favours it",
    Side.LEANS: "Leans to it, but chance cannot be excluded",
    Side.UNCLEAR: "Not clear",
    Side.WORSE: "Favours the comparator",
    Side.IN_WORDS: "",
}


class Block(NamedTuple):
    """Options of one certainty against one kind of comparator, or all that are to be avoided."""

    certainty: Certainty
    against: str
    avoid: bool
    options: tuple[RankedOption, ...]

    @property
    def title(self) -> str:
        """What the options of the block have in common."""
        if self.avoid:
            return "To be avoided by this person, whatever the effect"
        return f"{sure(self.certainty)}, compared with {self.against}"


class Notes(NamedTuple):
    """Reasons that several options share, by letter."""

    letters: Mapping[str, str]

    def own(self, option: RankedOption) -> tuple[str, ...]:
        """The reasons that are not among the shared ones."""
        return tuple(text for text in option.why if text not in self.letters)

    def of(self, option: RankedOption) -> str:
        """The letters of the shared reasons of an option."""
        return ", ".join(sorted(self.letters[text] for text in option.why if text in self.letters))


def blocks(ranked: Sequence[RankedOption]) -> tuple[Block, ...]:
    """Neighbours of one certainty and one kind of comparator; the avoided in a block apart."""
    found = []
    for (avoid, certainty, against), group in groupby(ranked, key=_block):
        found.append(Block(certainty or Certainty.UNKNOWN, against, avoid, tuple(group)))
    return tuple(found)


def rated(found: Sequence[Block]) -> list[Block]:
    """The blocks whose certainty is low or better."""
    return [b for b in found if not b.avoid and b.certainty not in _HARDLY_SURE]


def hardly_sure(found: Sequence[Block]) -> list[Block]:
    """The blocks whose certainty is very low, or that nobody has rated."""
    return [b for b in found if not b.avoid and b.certainty in _HARDLY_SURE]


def avoided(found: Sequence[Block]) -> list[Block]:
    """What this person must avoid."""
    return [b for b in found if b.avoid]


def names_in(found: Iterable[Block]) -> str:
    """The options of some blocks by name."""
    return ", ".join(option.option for block in found for option in block.options) + "."


def notes(ranked: Iterable[RankedOption]) -> Notes:
    """The reasons that three options or more share, lettered as they first appear."""
    counted = Counter(text for option in ranked for text in option.why)
    shared = [text for text, times in counted.items() if times >= _SHARED_FROM]
    return Notes({text: words.letter(index) for index, text in enumerate(shared)})


def sure(certainty: Certainty) -> str:
    """A certainty in words; nobody's rating is not a rating."""
    if certainty is Certainty.UNKNOWN:
        return "Certainty not rated"
    return f"Certainty {certainty.value}"


def effect(comparison: Comparison) -> str:
    """The figure with its interval, as published or pooled; or that there is none."""
    if comparison.estimate is None:
        told = "no pooled number"
        return f"{comparison.measure}: {told}" if comparison.measure else told
    parts = measured(comparison.measure, comparison.estimate)
    return f"{parts.value} ({parts.brackets})" if parts.brackets else parts.value


def brief_effect(comparison: Comparison) -> str:
    """The figure for a line of many: number, range, and which side it favours as a sign."""
    if comparison.estimate is None:
        said = comparison.favours.partition("; ")[0].rstrip(".")
        return f"no pooled number: {said[:1].lower()}{said[1:]}"
    parts = shown(comparison.estimate)
    sign = SIGNS[comparison.direction]
    told = f"{parts.number} ({parts.range or 'no interval'}{_more_is_better(comparison)})"
    return f"{told} {sign}{caveat(comparison)}".rstrip()


def caveat(comparison: Comparison) -> str:
    """What the record says against taking the figure at its word, but for the standing one."""
    _, _, but = comparison.favours.partition("; ")
    return f", but {but}" if but and not but.startswith(_CAVEAT) else ""


def size(result: Comparison | EffectRow) -> str:
    """How many studies and people; of a network that they are of all its treatments."""
    k, n = result.k, result.n
    if result.network:
        trials = "trials (number not stated)" if k is None else f"{plain(k)} trials"
        people = "" if n is None else f", {plain(n)} people in all"
        return f"network of {trials} of {result.network}{people}"
    studies = "studies: not stated" if k is None else _studies(k)
    people = "people: not stated" if n is None else f"{plain(n)} people"
    return f"{studies}, {people}"


def studied(report: Report) -> str:
    """Whom a report is about, who was compared, and what was looked at, in one line."""
    told = (
        ("People", report.population),
        ("compared with", report.comparator),
        ("outcome", report.outcome),
    )
    text = "; ".join(f"{name}: {said}" for name, said in told if said)
    return words.full_stop(text) if text else ""


def origin(comparison: Comparison) -> str:
    """Whether the figure is our own pool or a published one that is quoted."""
    return "pooled here" if comparison.pooled else "quoted"


def published(result: EvidenceResult, ids: Iterable[str]) -> list[EffectRow]:
    """The published rows of some ids, in the order of the ids."""
    known = {row.id: row for row in result.options}
    return [known[row_id] for row_id in ids if row_id in known]


def beyond(row: EffectRow, comparison: Comparison) -> str:
    """What a published row says beyond the comparison that was made of it."""
    statement = "" if comparison.favours in row.statement else words.full_stop(row.statement)
    return " ".join(text for text in (statement, row.cautions) if text)


def not_ranked(result: EvidenceResult) -> list[tuple[str, list[EffectRow]]]:
    """The published rows that rank no option, by the reason."""
    reasons = dict.fromkeys(result.not_ranked.values())
    found = [
        (why, published(result, (r for r, w in result.not_ranked.items() if w == why)))
        for why in reasons
    ]
    placed = {row for o in result.ranked for c in o.comparisons for row in c.rows}
    left = [r for r in result.options if r.id not in placed and r.id not in result.not_ranked]
    return [*found, *([("", left)] if left else [])]


def domains(comparison: Comparison) -> list[str]:
    """The domains of GRADE in words, the grave ones first."""
    grave = [d for d in comparison.domains if d.level != "none"]
    rest = [d for d in comparison.domains if d.level == "none"]
    return [
        f"{words.label(d.name)}: {d.level}. {d.reason} ({_BY.get(d.by, d.by)})"
        for d in (*grave, *rest)
    ]


def absolute(comparison: Comparison) -> list[str]:
    """What the effect means in absolute terms, in full sentences, with what was assumed."""
    told = []
    for one in comparison.absolute:
        number = sentence(one.estimate) if one.estimate is not None else ""
        parts = [f"{one.what}: {number or one.words}", one.words if number else "", one.assumed]
        told.append(" ".join(words.full_stop(part) for part in parts if part))
    return told


def in_people(comparison: Comparison) -> str:
    """People out of 100 with and without, and the difference with its interval."""
    for one in comparison.absolute:
        if one.estimate is not None and one.words:
            parts = shown(one.estimate)
            return words.full_stop(
                f"{one.words}; difference {parts.number} ({parts.range or 'no interval'})"
            )
    return ""


def side(comparison: Comparison) -> str:
    """Which side the figure favours, in few words; the details have it in full."""
    if comparison.direction is Side.IN_WORDS:
        return words.full_stop(comparison.favours)
    more = _more_is_better(comparison)
    return words.full_stop(f"{SIDES[comparison.direction]}{more}{caveat(comparison)}")


def _more_is_better(comparison: Comparison) -> str:
    """Said where a difference above 0 favours the option, since most differences are below."""
    turned = comparison.better_above and not comparison.ratio and comparison.estimate is not None
    return "; above 0 is better" if turned else ""


def sensitivity(comparison: Comparison) -> list[str]:
    """The same pool with other studies or models, one phrase each."""
    told = []
    # Of one study there is nothing to choose.
    for other in comparison.sensitivity if len(comparison.studies) != 1 else ():
        figure = sentence(other.estimate) if other.estimate else other.why.rstrip(".").lower()
        told.append(f"{other.name} ({_studies(other.k)}): {figure or 'none'}")
    return told


def published_best(result: EvidenceResult, comparison: Comparison) -> str:
    """Beside a pool of ours, the published figure against the same kind of comparator."""
    rows = published(result, comparison.rows) if comparison.pooled else []
    for row in rows:
        if row.estimate is not None and row.estimate.interval.startswith("95 %"):
            parts = measured(row.measure, row.estimate)
            rating = sure(row.certainty).lower()
            return f"Published: {row.outcome}, {parts.value} ({parts.range}); {rating}."
    return ""


def _studies(k: int) -> str:
    return "1 study" if k == 1 else f"{plain(k)} studies"


def _block(option: RankedOption) -> tuple[bool, Certainty | None, str]:
    if option.standing is Standing.AVOID:
        return True, None, ""
    return False, option.certainty, option.comparisons[0].against.value
