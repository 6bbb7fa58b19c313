"""What a name beside ``ratio`` stands for: one medicine, kratom, or a product that holds kratom."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from speciosa.errors import InputError, InputProblem
from speciosa.knowledge.medicines import NameKind
from speciosa.knowledge.medicines.names import normalise
from speciosa.knowledge.medicines.record import Medicine
from speciosa.pharmacology.interactions.rows import KRATOM

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge


@dataclasses.dataclass(frozen=True)
class Taking:
    """A perpetrator as taken: a record, any name of one, or kratom; without a dose as usual.

    Raises ``InputError`` for a dose or an interval that is not a number above 0.
    """

    medicine: Medicine | str
    dose_mg: float | None = None
    interval_h: float | None = None
    oral: bool = True

    def __post_init__(self) -> None:
        problems = [
            InputProblem(field, repr(value), f"a number of {unit} above 0, or nothing")
            for field, value, unit in (
                ("dose_mg", self.dose_mg, "mg"),
                ("interval_h", self.interval_h, "hours"),
            )
            if value is not None and not _positive(value)
        ]
        if problems:
            raise InputError(problems)


def _positive(value: object) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(float(value)) and float(value) > 0.0  # type: ignore[arg-type]


@dataclasses.dataclass(frozen=True)
class Meant:
    """The medicines of a name and whether kratom is in it; ``flags`` are what must be told."""

    medicines: tuple[Medicine, ...]
    kratom: bool = False
    flags: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all parts."""
        return (*(m.id for m in self.medicines), *((KRATOM,) if self.kratom else ()))


def meant(name: Medicine | str, knowledge: Knowledge, field: str) -> Meant:
    """The one medicine of a name; or kratom, with all that a product holds beside it.

    Raises ``InputError`` with what would be accepted.
    """
    if isinstance(name, Medicine) or not holds_kratom(name, knowledge):
        return Meant((resolve(name, knowledge, field),))
    match = knowledge.medicines.match(name)
    parts = (KRATOM, *(m.name for m in match.medicines), *match.unknown_parts)
    flags = [f"{name} holds {', '.join(parts)}"] if len(parts) > 1 else []
    flags += [f"{part} is not in the base and was not checked" for part in match.unknown_parts]
    return Meant(match.medicines, kratom=True, flags=tuple(flags))


def holds_kratom(name: Medicine | str, knowledge: Knowledge) -> bool:
    """Whether kratom, by any of its names, its main alkaloid, or a product with kratom is meant."""
    return isinstance(name, str) and knowledge.medicines.match(name).contains_kratom


def names_leaf(name: Medicine | str, knowledge: Knowledge) -> bool:
    """Whether a name of kratom says leaf, or no product at all, as what was studied was."""
    if not isinstance(name, str):
        return False
    aside = knowledge.medicines.match(name).set_aside
    bare = " ".join(word for word in normalise(name).split(" ") if word not in aside)
    return bare in knowledge.ddi.pk_wording.kratom_leaf_names


def as_studied(name: Medicine | str, knowledge: Knowledge) -> bool:
    """Whether a study of this medicine, or of kratom, speaks of what is taken by this name."""
    return not holds_kratom(name, knowledge) or names_leaf(name, knowledge)


def resolve(name: Medicine | str, knowledge: Knowledge, field: str) -> Medicine:
    """The one medicine that a name means. Raises ``InputError`` with what would be accepted."""
    if isinstance(name, Medicine):
        return name
    match = knowledge.medicines.match(name)
    if len(match.medicines) == 1 and not match.unknown_parts:
        return match.medicines[0]
    if match.medicines:
        parts = (*(m.name for m in match.medicines), *match.unknown_parts)
        accepted = f"one medicine at a time; this can be, or contains, {', '.join(parts)}"
        raise InputError([InputProblem(field, repr(name), accepted)])
    if match.kind is NameKind.CLASS:
        accepted = "one medicine; this names a class, and its members differ"
        raise InputError([InputProblem(field, repr(name), accepted)])
    accepted = f"a medicine of the base, or {KRATOM}"
    suggestion = knowledge.medicines.suggest(name)
    raise InputError([InputProblem(field, repr(name), accepted, suggestion)])


def conflicts(victim: str, perpetrators: Sequence[str], field: str) -> Iterator[InputProblem]:
    """What no ratio can be asked of: the same medicine twice, or the victim beside itself (ids)."""
    for twice in sorted({one for one in perpetrators if perpetrators.count(one) > 1}):
        yield InputProblem(field, f"{twice!r} twice", "each medicine once")
    if victim in perpetrators:
        yield InputProblem(field, repr(victim), "another medicine than the victim")
