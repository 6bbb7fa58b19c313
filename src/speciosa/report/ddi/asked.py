"""From names as typed to a question of exposure: products taken apart, every problem at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from speciosa.errors import InputError, InputProblem
from speciosa.knowledge.medicines import NameKind
from speciosa.pharmacology.interactions.meaning import (
    Taking,
    conflicts,
    holds_kratom,
    meant,
    resolve,
)
from speciosa.pharmacology.interactions.rows import KRATOM
from speciosa.report.ddi.document import Question

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge


class Typed(NamedTuple):
    """A medicine as typed; ``field`` is what an error calls it, ``typed`` what it quotes."""

    field: str
    name: str
    dose_mg: float | None = None
    interval_h: float | None = None
    typed: str = ""


def question(
    victim: Typed,
    besides: Sequence[Typed],
    knowledge: Knowledge,
    *,
    problems: Sequence[InputProblem] = (),
) -> Question:
    """What is asked, for the usual route and a person of unknown genes.

    Raises ``InputError`` with every problem; those found before stand behind the victim's.
    """
    takings: list[Taking] = []
    flags: list[str] = []
    found: list[InputProblem] = []
    itself = ""
    try:
        asked = meant(victim.name, knowledge, victim.field)
        itself = KRATOM if asked.kratom else asked.ids[0]
    except InputError as error:
        found += error.problems
    found += problems
    for beside in besides:
        try:
            parts, told = _taken(beside, knowledge)
        except InputError as error:
            found += error.problems
            continue
        takings += parts
        flags += told
    if besides:
        field = besides[0].field
        ids = [one for t in takings for one in meant(t.medicine, knowledge, field).ids]
        found += conflicts(itself, ids, field)
    if found:
        raise InputError(found)
    return Question(victim.name, takings, flags=flags)


def _taken(beside: Typed, knowledge: Knowledge) -> tuple[list[Taking], list[str]]:
    name, dosed = beside.name, beside.dose_mg is not None
    shown = repr(beside.typed or name)
    if holds_kratom(name, knowledge):
        if dosed:
            accepted = "kratom without an amount; it stands for the one studied tea"
            raise InputError([InputProblem(beside.field, shown, accepted)])
        return [Taking(name)], []
    match = knowledge.medicines.match(name)
    several = len(match.medicines) > 1 or bool(match.unknown_parts)
    if match.kind is NameKind.MEDICINE and several:
        parts = ", ".join((*(m.name for m in match.medicines), *match.unknown_parts))
        if dosed:
            accepted = f"a dose for one ingredient; {name} contains {parts}: name the ingredient"
            raise InputError([InputProblem(beside.field, shown, accepted)])
        told = [f"{name} was taken apart into {parts}"]
        told += [f"{part} is not in the base and was not checked" for part in match.unknown_parts]
        return [Taking(medicine) for medicine in match.medicines], told
    told = [
        f"{' '.join(match.set_aside)} in {name!r} was not used; a dose stands apart from the name"
        for _ in match.set_aside[:1]
    ]
    medicine = resolve(name, knowledge, beside.field)
    return [Taking(medicine, beside.dose_mg, beside.interval_h)], told
