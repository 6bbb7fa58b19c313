"""Which lines of a block are worth reading as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from speciosa.cohort.look import patterns, wide
from speciosa.cohort.look.patterns import Hit

if TYPE_CHECKING:
    from speciosa.cohort.export import Block
    from speciosa.cohort.look.patterns import Scan

_DELETE = 0x7F
_OF_BLOCKS = frozenset({Hit.PATIENT, Hit.REFERS, Hit.POINTS, Hit.ESCAPE, Hit.DOUBT})


class Line(msgspec.Struct, frozen=True):
    """A line, its number, and what was hit in it."""

    data: bytes
    number: int
    hits: frozenset[Hit]


class Searched(msgspec.Struct):
    """What holds for the blocks searched so far."""

    patients: bool = False
    refers: bool = False
    points: bool = False
    doubtful: bool = False


def worth_reading(block: Block, searched: Searched, *, gad: bool) -> Iterator[Line]:
    """The lines of a block that a pattern hits, in order."""
    hits, escapes = _by_patterns(block, searched, gad)
    others = {
        line: _line(block, line)
        for line in _with_other_letters(block, escapes=escapes)
        if Hit.NAME not in hits.get(line, ())
    }
    if others and wide.may_name(b"\n".join(others.values()), gad=gad):
        for line, data in others.items():
            if wide.may_name(data, gad=gad):
                hits.setdefault(line, set()).add(Hit.NAME)
    for line in sorted(hits):
        data, held = _line(block, line), hits[line]
        if Hit.SHORT in held:
            held.discard(Hit.SHORT)
            if Hit.NAME not in held and patterns.whole_name().search(data):
                held.add(Hit.NAME)
        if held:
            yield Line(data, block.line + line, frozenset(held))


def _by_patterns(block: Block, searched: Searched, gad: bool) -> tuple[dict[int, set[Hit]], bool]:
    """What is hit in which line, and whether any character is written as an escape."""
    found: list[tuple[int, int]] = []

    def on_hit(hit: int, _start: int, end: int, _flags: int, _context: object) -> None:
        found.append((hit, end))

    patterns.scanner(gad=gad)(block.data, on_hit)
    told = {hit for hit, _ in found}
    searched.patients |= Hit.PATIENT in told
    searched.refers |= Hit.REFERS in told
    searched.points |= Hit.POINTS in told
    searched.doubtful |= Hit.DOUBT in told
    hits: dict[int, set[Hit]] = {}
    if told - _OF_BLOCKS:
        # The byte that ends a hit is in the line: a newline never is.
        places = np.searchsorted(block.newlines, np.array([end for _, end in found]) - 1)
        for (hit, _), line in zip(found, places.tolist(), strict=True):
            if hit not in _OF_BLOCKS:
                hits.setdefault(line, set()).add(Hit(hit))
    return hits, Hit.ESCAPE in told


def holding(block: Block, scan: Scan) -> Iterator[Line]:
    """The lines of a block that a pattern of ``scan`` hits, or that hold other letters."""
    ends: list[int] = []

    def on_hit(_hit: int, _start: int, end: int, _flags: int, _context: object) -> None:
        ends.append(end - 1)

    scan(block.data, on_hit)
    lines = set(np.searchsorted(block.newlines, np.array(ends)).tolist()) if ends else set()
    for line in sorted(lines.union(_with_other_letters(block, escapes=True))):
        yield Line(_line(block, line), block.line + line, frozenset({Hit.NAME}))


def may_name(words: str) -> bool:
    """Whether a text can name kratom: never wrong when it says no."""
    data = f" {words} ".encode("utf-8", "surrogatepass")
    hits: list[int] = []

    def on_hit(hit: int, _start: int, _end: int, _flags: int, _context: object) -> None:
        hits.append(hit)

    patterns.names()(data, on_hit)
    if Hit.NAME in hits or (hits and patterns.whole_name().search(data)):
        return True
    is_plain = data.isascii() and _DELETE not in data
    return not is_plain and wide.may_name(data, gad=False, escapes=False)


def _with_other_letters(block: Block, *, escapes: bool) -> list[int]:
    """Lines with bytes beyond ASCII, unseen characters or escapes of characters."""
    starts = np.concatenate(([0], block.newlines + 1))
    starts = starts[starts < block.end]
    highest = np.maximum.reduceat(np.frombuffer(block.data, np.uint8), starts)
    lines = set(np.flatnonzero(highest >= _DELETE).tolist())
    at = 0
    while escapes and (at := block.buffer.find(b"\\u", at, block.end)) >= 0:
        line = int(np.searchsorted(block.newlines, at))
        lines.add(line)
        if line == block.newlines.size:
            break
        at = int(block.newlines[line])
    return sorted(lines)


def _line(block: Block, line: int) -> bytes:
    first = int(block.newlines[line - 1]) + 1 if line else 0
    last = int(block.newlines[line]) if line < block.newlines.size else block.end
    return bytes(block.buffer[first:last])
