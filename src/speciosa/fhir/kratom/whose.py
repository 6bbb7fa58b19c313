"""Whether a sentence speaks of this person's kratom or of somebody else's.

Somebody else's it is only where they are the subject of the verb ("her brother takes") or the owner
("her son's kratom"). A family elsewhere in the sentence leaves open whose it is, or says nothing
at all ("lives with her parents, takes").
"""

from __future__ import annotations

from enum import Enum

from speciosa.fhir.kratom.phrases import ends, holds, starts
from speciosa.knowledge.reading import Said

_WHO = ("who", "that")
_NEAR = 4
_COPULA = ("is", "was", "as", "a single", "be")
_BREAKS = frozenset({",", "and", "but", ":", "(", ")"})


class Whose(Enum):
    """Of whom a sentence speaks."""

    THIS_PERSON = 1
    SOMEBODY_ELSE = 2
    OPEN = 3


def whose(before: list[str], after: list[str], said: Said) -> Whose:
    """Of whom the words around a name speak."""
    plain = [token.removesuffix("'s") for token in before]
    if ends(before, said.family_history) or _owned_after(after, said):
        return Whose.SOMEBODY_ELSE
    if holds(before, said.parental) or holds(after, said.parental):
        return Whose.OPEN
    relatives = [i for i, token in enumerate(plain) if token in said.someone_else]
    if not relatives:
        return Whose.OPEN if not before and _is_for(after, said) else Whose.THIS_PERSON
    if _is_subject(before, plain, relatives[-1], said):
        return Whose.SOMEBODY_ELSE
    if all(_is_household(before, plain, i, said) for i in relatives):
        return Whose.THIS_PERSON
    return Whose.OPEN


def _is_for(after: list[str], said: Said) -> bool:
    """Whether a name and little else is followed by a relative: "kratom for mother"."""
    words = [token for token in after if token not in _BREAKS and token not in said.determiners]
    few = len(words) <= _NEAR
    return few and any(token.removesuffix("'s") in said.someone_else for token in words)


def _owned_after(after: list[str], said: Said) -> bool:
    """Whether an owner is added to the name: "kratom (mother's)"."""
    words = [token for token in after if token not in _BREAKS and token not in said.determiners]
    return (
        len(words) == 1
        and words[0].endswith("'s")
        and words[0].removesuffix("'s") in said.someone_else
    )


def _is_subject(before: list[str], plain: list[str], at: int, said: Said) -> bool:
    first = at
    while first > 0 and before[first - 1] in said.determiners:
        first -= 1
    leads = first == 0 or bool(ends(before, said.before_subject, first))
    rest = before[at + 1 :]
    if before[at].endswith("'s") and before[at] != plain[at]:
        return leads and all(token in said.beside for token in rest)
    if rest[:1] and rest[0] in _WHO:
        leads = first < at and (leads or before[first - 1] in said.before_who)
        rest = rest[1:]
    while rest and (rest[0] in said.adverbs or rest[0] in {"is", "was", "does"}):
        if starts(rest, said.taken_before):
            break
        rest = rest[1:]
    verb = max(starts(rest, said.taken_before), starts(rest, said.use_before))
    between = rest[verb:]
    return leads and verb > 0 and all(token in {*said.beside, *said.forms} for token in between)


def _is_household(before: list[str], plain: list[str], at: int, said: Said) -> bool:
    """Whether a relative is only named as a part of this person's life."""
    near = before[max(0, at - _NEAR) : at]
    if not holds(near, said.household) and not holds(before[at : at + 2], said.household):
        return False
    rest = before[at + 1 :]
    if holds(near, _COPULA):
        return True
    cut = next((i for i, token in enumerate(rest) if token in _BREAKS), None)
    if cut is None:
        return False
    following = [token for token in rest[cut:] if token not in _BREAKS]
    return (
        bool(following)
        and following[0] not in _WHO
        and not any(token in said.someone_else for token in plain[at + 2 + cut :])
    )
