"""What the sentence around a name says: taken, stopped, not taken, or nothing that is sure.

A word counts only when it is tied to the name: nothing but articles, amounts, forms and other
substances of a list stands between. Everything else leaves it open. Nothing here finds out what a
sentence means: it knows a few plain ways to say so, and every other way is uncertain.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache

import msgspec

from speciosa.fhir.kratom.phrases import ends, holds, starts, tokens
from speciosa.fhir.kratom.result import Status
from speciosa.fhir.kratom.whose import Whose, whose
from speciosa.knowledge import load
from speciosa.knowledge.reading import Said, kratom_words

Judged = tuple[Status | None, str]
Told = tuple[Status | None, str, bool]
NAMED_ONLY = "the text names it"
_MARKS = frozenset({",", ":", "(", ")"})
_PARTS = frozenset({",", ":", "("})
_JOINS = frozenset({"and", "or", "nor", "and/or"})
_TURNS = ("but", "however", "although", "though", "yet")
_AMOUNT = re.compile(r"[~<>]?\d[\d./-]*(?:g|gm|mg|ml|x|oz)?")
_SHORTEST_SUBSTANCE = 4


class _Kind(StrEnum):
    DENIED = "denied"
    STOPPED = "stopped"
    TAKEN = "taken"
    # Taken, by a word of which a denial denies something else.
    TOLD = "told"
    # Of an event or a plan: says nothing alone.
    OPEN = "open"
    NONE = "none"


class _Tie(msgspec.Struct, frozen=True):
    """What is tied to the name; the words of it, from ``at`` to ``last``."""

    kind: _Kind
    at: int = 0
    last: int = 0


_SAID = {
    Status.TAKEN: "the sentence says that it is taken",
    Status.STOPPED: "the sentence says that it was stopped",
    Status.NOT_TAKEN: "the sentence says that it is not taken",
}
_NOT_SAID = (Status.UNCERTAIN, "the sentence does not say that it is taken")
_BOTH = (Status.UNCERTAIN, "the sentence says both no and yes")
_ENDED = (Status.UNCERTAIN, "the sentence says both that it is taken and that it ended")
_NO_END = (Status.UNCERTAIN, "the sentence does not plainly say that it was stopped")
_NO_DENIAL = (Status.UNCERTAIN, "the sentence is not plainly a denial")


def _plainly(status: Status) -> Judged:
    return status, _SAID[status]


def said(before_text: str, after_text: str) -> Told:
    """What is said of a name by the words before and after it, and whether of this person."""
    words = kratom_words().said
    before, after = tokens(before_text), tokens(after_text)
    match whose(before, after, words):
        case Whose.SOMEBODY_ELSE:
            return Status.UNCERTAIN, "the sentence speaks of somebody else", False
        case Whose.OPEN:
            return Status.UNCERTAIN, "the sentence also speaks of somebody else", True
        case _:
            return (*_judged(before, after, words), True)


def _judged(before: list[str], after: list[str], said: Said) -> Judged:
    if "?" in after or holds(before, said.conditional):
        return _NOT_SAID
    tie = _tied(before, said)
    if tie.kind is not _Kind.STOPPED and (
        holds(before[-_REACH:], said.last_before) or holds(after, said.last_after)
    ):
        return Status.UNCERTAIN, "the sentence says when it was last, not whether it is now"
    if tie.kind is not _Kind.DENIED and _absent(after, said):
        doubted = tie.kind is _Kind.STOPPED or _doubted(after, said)
        return _BOTH if doubted else _plainly(Status.NOT_TAKEN)
    return _BY_KIND[tie.kind](before, after, tie, said)


_REACH = 5

# ------------------------------------------------------------------ what is tied to the name


def _tied(before: list[str], said: Said) -> _Tie:
    """What reaches the name over words that only stand beside it."""
    last = len(before)
    while last > 0:
        # "never smoked, kratom": what ends with its word says nothing of what follows.
        found = None if before[last : last + 1] in ([","], [")"]) else _phrase(before, last, said)
        if found is not None:
            return found
        token = before[last - 1]
        if token not in _MARKS and not _is_beside(token, said):
            break
        last -= 1
    return _Tie(_Kind.NONE)


def _phrase(before: list[str], last: int, said: Said) -> _Tie | None:
    """The longest phrase that ends here, and what the words before make of it."""
    kinds = (
        (_Kind.DENIED, ends(before, said.denied_before, last)),
        (_Kind.STOPPED, ends(before, said.stopped_before, last)),
        (_Kind.TAKEN, ends(before, said.taken_before, last)),
        (_Kind.TOLD, ends(before, said.told_before, last)),
        (_Kind.OPEN, ends(before, said.use_before, last)),
    )
    kind, length = max(kinds, key=lambda one: one[1])
    at = last - length
    if kind in {_Kind.TAKEN, _Kind.TOLD, _Kind.OPEN} and length:
        return _of_verb(before, _Tie(kind, at, last), said)
    if length:
        return _Tie(kind, at, last)
    begins = last == 1 or before[last - 2] in _PARTS
    if begins and ends(before, said.stopped_at_start, last):
        return _Tie(_Kind.STOPPED, last - 1, last)
    return None


def _of_verb(before: list[str], verb: _Tie, said: Said) -> _Tie | None:
    """A word of taking can itself be denied or ended: "has never used", "stopped taking"."""
    left = verb.at
    while left > 0 and before[left - 1] in said.adverbs:
        left -= 1
    for first in range(left, verb.at + 1):
        no = ends(before, said.negations, first)
        if not no or not _denies(before, first - no, first, verb):
            no = ends(before, said.denied_before, first)
        if no:
            kind = _Kind.OPEN if verb.kind is _Kind.TOLD else _Kind.DENIED
            return _Tie(kind, first - no, verb.last)
        if ended := ends(before, said.stopped_before, first):
            return _Tie(_Kind.STOPPED, first - ended, verb.last)
    if verb.kind is not _Kind.OPEN:
        return _Tie(verb.kind, left, verb.last)
    begins = verb.at == 0 or before[verb.at - 1] in _PARTS
    if begins and ends(before, said.taken_at_start, verb.last):
        return _Tie(_Kind.TAKEN, verb.at, verb.last)
    # "use" is a noun as well.
    return None if _is_beside(before[verb.last - 1], said) else verb


def _denies(before: list[str], at: int, last: int, verb: _Tie) -> bool:
    """A "not" alone denies "using" and "on", and neither "do not use" nor "not to use"."""
    if before[at:last] != ["not"]:
        return True
    return before[verb.at].endswith("ing") or before[verb.last - 1] == "on"


def _is_beside(token: str, said: Said) -> bool:
    return token in _beside(said) or _AMOUNT.fullmatch(token) is not None or _is_substance(token)


@lru_cache(maxsize=4)
def _beside(said: Said) -> frozenset[str]:
    return frozenset((*said.beside, *said.forms, *said.units))


@lru_cache(maxsize=4096)
def _is_substance(token: str) -> bool:
    return len(token) >= _SHORTEST_SUBSTANCE and load().medicines.find(token) is not None


def _without_join(listed: Sequence[str]) -> bool:
    """Whether the name follows other things by a mark alone: "alcohol, kratom"."""
    marks = [i for i, token in enumerate(listed) if token in _PARTS]
    if not marks or not any(token not in _MARKS for token in listed[: marks[-1]]):
        return False
    return not _JOINS & set(listed[marks[-1] :])


def _own(before: list[str]) -> list[str]:
    """The words before the name since its clause began."""
    cut = next((i for i in range(len(before), 0, -1) if _parts(before[i - 1])), 0)
    return before[cut:]


def _parts(token: str) -> bool:
    return token in _PARTS or token in _TURNS


def _clause(before: list[str], at: int, verb: str = "") -> list[str]:
    """The words before a verb that can deny or doubt it."""
    # "avoids alcohol, and taking kratom": what has no person of its own hangs on what precedes.
    parts = _TURNS if verb.endswith("ing") else (*_TURNS, *_PARTS)
    cut = next((i for i in range(at, 0, -1) if before[i - 1] in parts), 0)
    return before[cut:at]


# ------------------------------------------------------------------ not taken


def _denied(before: list[str], after: list[str], tie: _Tie, said: Said) -> Judged:
    listed = before[tie.last :]
    own = _own(listed)
    plain = (
        not holds(_clause(before, tie.at)[-3:], said.not_denied)
        and not holds(own, said.qualified)
        # "no current use, history of kratom use"
        and not (len(own) < len(listed) and "history" in own)
        and _denial_ends(after, said, joined=not _without_join(listed))
    )
    if not plain:
        return _NO_DENIAL
    return _BOTH if _doubted(after, said) else _plainly(Status.NOT_TAKEN)


def _doubted(after: list[str], said: Said) -> bool:
    """Whether what follows a denial takes it back, or is told by somebody else."""
    return holds(after, said.again) or holds(after, said.someone_else)


def _denial_ends(after: list[str], said: Said, *, joined: bool) -> bool:
    """Whether nothing follows the name but words of use and of a list, or a new part begins."""
    i, listed = 0, False
    while i < len(after):
        word = after[i]
        if word == "," and joined:
            return True
        if word in {",", *_JOINS}:
            listed = True
        elif not (word in {*said.forms, ")"} or (listed and _is_beside(word, said))):
            ended = starts(after, said.ends_name, i)
            if not (ended or _absent(after[i:], said)):
                return False
            i += max(ended - 1, 0)
        i += 1
    return joined or listed


def _absent(after: list[str], said: Said) -> bool:
    """Whether "none" or the like is the answer to the name."""
    skipped = [
        t
        for t in after[:6]
        if t not in {":", "-", "–", "(", ")", "is", "was", "use", "intake", "consumption"}
    ]
    told = starts(skipped, said.absent_after)
    if not told:
        return False
    rest = skipped[told:]
    return not rest or rest[0] in {",", "in", "by", "on"}


# ------------------------------------------------------------------ stopped


def _stopped(before: list[str], after: list[str], tie: _Tie, said: Said) -> Judged:
    if turned := ends(before, said.not_stopped, tie.at):
        doubted = holds(_clause(before, tie.at - turned), said.unclear_before)
        return _NOT_SAID if doubted else (Status.TAKEN, _NOT_STOPPED)
    # "agreed to quit"
    doubted = holds(_clause(before, tie.at), said.unclear_before) or before[: tie.at][-1:] == ["to"]
    if doubted or _without_join(before[tie.last :]) or not _end_holds(after, said):
        return _NO_END
    return _plainly(Status.STOPPED)


_NOT_STOPPED = "the sentence says that it was not stopped"


def _end_holds(after: list[str], said: Said) -> bool:
    rest = _after_forms(after, said)
    follows = not rest or rest[0] in said.after_end or _AMOUNT.fullmatch(rest[0]) is not None
    follows = follows or (rest[0] == "for" and not set(rest[1:4]).isdisjoint(said.lasting_end))
    return follows and not holds(after, said.again) and not _often(after, said)


# ------------------------------------------------------------------ taken


def _taken(before: list[str], after: list[str], tie: _Tie, said: Said) -> Judged:
    verb = before[tie.last - 1]
    clause = _clause(before, tie.at, verb)
    rest = _after_forms(after, said)
    # "reports", "on": of much beside what is taken.
    loose = tie.kind is _Kind.TOLD or verb == "on" or _without_join(before[tie.last :])
    if (
        holds(clause, said.unclear_before)
        or (verb.endswith("ing") and holds(clause, said.stopped_before))
        or (rest and rest[0] in said.of_kratom)
        or (loose and not _goes_on(after, said))
    ):
        return _NOT_SAID
    return _ENDED if _has_ended(after, said) else _plainly(Status.TAKEN)


def _by_what_follows(before: list[str], after: list[str], _: _Tie, said: Said) -> Judged:
    """Where no word before the name is tied to it: "Kratom 5 g twice daily"."""
    rest, own = _after_forms(after, said), _own(before)
    if holds(_clause(before, len(before)), said.unclear_before):
        return _NOT_SAID
    if ended := starts(rest, said.stopped_after):
        return _plainly(Status.STOPPED) if _end_holds(rest[ended:], said) else _NO_END
    status = _diagnosed(own, after, said)
    if status is None and _used(before, own, after, said):
        status = Status.TAKEN
    if status is None:
        return None, NAMED_ONLY
    if holds(before, said.denied_before) or holds(before, said.negations):
        return _BOTH
    if status is Status.TAKEN and _has_ended(after, said):
        return _ENDED
    return _plainly(status)


def _used(before: list[str], own: list[str], after: list[str], said: Said) -> bool:
    if ends(before, said.has_used):
        return bool(starts(_after_forms(after, said), said.lasting))
    if not all(_is_beside(token, said) for token in own):
        return False
    if _often(after, said):
        return True
    answer = [t for t in after[:4] if t not in {":", "(", ")", "use", "is", "-"}]
    if told := starts(answer, said.taken_after):
        return not answer[told:] or answer[told] in {",", "in", "on", "for"}
    return holds(own, said.as_a_habit) and _goes_on(after, said)


def _diagnosed(own: list[str], after: list[str], said: Said) -> Status | None:
    """What a diagnosis says that begins with the name and stands in a clause of its own."""
    if not all(_is_beside(token, said) or token in said.diagnosed for token in own):
        return None
    at = starts(after, said.diagnoses)
    if not at:
        return None
    while at < len(after) and after[at] in said.severity:
        at += 1
    if starts(after, said.ended_diagnosis, at):
        return None if holds(after, said.again) else Status.STOPPED
    ended = at == len(after) or after[at] in {")", "since", "with", "due"} or after[at - 1] == ","
    return Status.TAKEN if ended and not holds(after[at:], said.unclear_before) else None


def _after_forms(after: list[str], said: Said) -> list[str]:
    """What follows the name without words of form and use."""
    i = 0
    while i < len(after) and after[i] in {*said.forms, "use", "intake", "consumption"}:
        i += 1
    return after[i:]


def _often(after: list[str], said: Said) -> bool:
    """Whether the name is followed by how often, and then by nothing that changes it."""
    i = 0
    while i < len(after):
        if told := starts(after, said.often, i):
            return _follows(after, i + told, said)
        if after[i] not in {":", "(", ")", "now", "-"} and not _is_beside(after[i], said):
            return False
        i += 1
    return False


def _goes_on(after: list[str], said: Said) -> bool:
    rest = _after_forms(after, said)
    return _often(after, said) or _follows(rest, 0, said)


def _follows(after: list[str], at: int, said: Said) -> bool:
    if at >= len(after) or after[at] in {",", ")", "("}:
        return True
    return bool(starts(after, said.goes_on, at)) or _AMOUNT.fullmatch(after[at]) is not None


def _has_ended(after: list[str], said: Said) -> bool:
    """Whether an end is told after the name, and not only wished for."""
    return any(
        starts(after, said.ended, i) and not ends(after, said.not_stopped, i)
        for i in range(len(after))
    )


_BY_KIND: Mapping[_Kind, Callable[[list[str], list[str], _Tie, Said], Judged]] = {
    _Kind.DENIED: _denied,
    _Kind.STOPPED: _stopped,
    _Kind.TAKEN: _taken,
    _Kind.TOLD: _taken,
    _Kind.OPEN: _by_what_follows,
    _Kind.NONE: _by_what_follows,
}
