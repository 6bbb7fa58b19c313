"""What came of reading a record: the case, what it was made from, and what was left out and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from speciosa.case.vocabulary import KratomStatus
from speciosa.fhir.kratom import Match, Status
from speciosa.fhir.read.naming import UNREAD_MEDICINE

if TYPE_CHECKING:
    from speciosa.case import Case
    from speciosa.errors import InputProblem


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

    @property
    def uncertain_kratom(self) -> tuple[Match, ...]:
        """Where the record leaves open whether this person takes kratom now.

        Empty when the case says that they do, for a plain denial, and for other people's kratom:
        what is checked with kratom has otherwise to be checked as if it were taken, and asked.
        """
        use = self.case.kratom if self.case is not None else None
        if use is not None and use.status is KratomStatus.USING:
            return ()
        return tuple(
            m for m in self.kratom if m.of_person and m.status in (Status.UNCERTAIN, Status.TAKEN)
        )

    @property
    def unread_medicines(self) -> tuple[Ignored, ...]:
        """Entries of medicines that name none that can be read, so that none was checked."""
        return tuple(one for one in self.ignored if one.why in UNREAD_MEDICINE)

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
