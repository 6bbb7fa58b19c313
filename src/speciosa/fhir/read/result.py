"""What came of reading a record: the case, what it was made from, and what was left out and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from speciosa.case import Case
    from speciosa.errors import InputProblem
    from speciosa.fhir.kratom import Match


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """One thing taken into the case: from where, to which field, and with what in mind.

    ``note`` says what was unclear or how it was read; "" when there is nothing to say.
    """

    resource: str
    field: str
    said: str
    note: str = ""


class Ignored(msgspec.Struct, frozen=True, kw_only=True):
    """One thing left out, and why."""

    resource: str
    why: str
    said: str = ""


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """A record as a case. ``questions`` are for the clinician to ask; they change nothing alone.

    ``case`` is ``None`` when no case can be made; ``problems`` then say why.
    """

    case: Case | None
    used: tuple[Used, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    questions: tuple[str, ...] = ()
    kratom: tuple[Match, ...] = ()
    problems: tuple[InputProblem, ...] = ()

    def counts(self) -> dict[str, int]:
        """How many things were ignored for each reason, most frequent first."""
        found: dict[str, int] = {}
        for one in self.ignored:
            found[one.why] = found.get(one.why, 0) + 1
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


class Reading(msgspec.Struct, kw_only=True):
    """What is being gathered: the document of the case, and the account of it."""

    document: dict[str, Any]
    used: list[Used] = msgspec.field(default_factory=list)
    ignored: list[Ignored] = msgspec.field(default_factory=list)
    questions: list[str] = msgspec.field(default_factory=list)

    def use(self, resource: str, field: str, said: str, note: str = "") -> None:
        """Say that something was taken."""
        self.used.append(Used(resource=resource, field=field, said=said, note=note))

    def ignore(self, resource: str, why: str, said: str = "") -> None:
        """Say that something was left out."""
        self.ignored.append(Ignored(resource=resource, why=why, said=said))

    def part(self, name: str) -> dict[str, Any]:
        """A part of the case, made when it is first needed."""
        found: dict[str, Any] = self.document.setdefault(name, {})
        return found

    def add(self, name: str, item: dict[str, Any]) -> None:
        """Add to a list of the case."""
        self.document.setdefault(name, []).append(item)


def fits(build: Callable[..., object], fields: dict[str, Any]) -> bool:
    """Whether a part of a case accepts these fields."""
    try:
        build(**fields)
    except (ValueError, TypeError):
        return False
    return True
