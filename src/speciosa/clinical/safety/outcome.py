"""Three-valued answers: it holds, it does not, or it cannot be told from what was given.

They combine by Kleene's rules, so that a missing piece can never turn into "no".
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec


class Verdict(StrEnum):
    """What a predicate says about a case."""

    FIRES = "fires"
    DOES_NOT_FIRE = "does_not_fire"
    CANNOT_TELL = "cannot_tell"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict, why, and which fields of the case would settle it.

    ``support`` is what already points to an outcome that cannot be told; ``unasked`` names what
    was not asked about.
    """

    verdict: Verdict
    reasons: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()

    @property
    def because(self) -> str:
        """The reasons in one line."""
        return "; ".join((*self.reasons, *self._not_asked()))

    @property
    def still_open(self) -> str:
        """What is not known beside what was not asked about and what is already on record."""
        return "; ".join(reason for reason in self.reasons if reason not in self.support)

    def _not_asked(self) -> tuple[str, ...]:
        return (f"not asked about: {', '.join(self.unasked)}",) if self.unasked else ()

    @property
    def fires(self) -> bool:
        """Whether it holds."""
        return self.verdict is Verdict.FIRES

    @property
    def unknown(self) -> bool:
        """Whether it cannot be told."""
        return self.verdict is Verdict.CANNOT_TELL


DOES_NOT_FIRE = Outcome(verdict=Verdict.DOES_NOT_FIRE)


def fires(because: str) -> Outcome:
    """It holds, because of what is on record."""
    return Outcome(verdict=Verdict.FIRES, reasons=(because,))


def cannot_tell(*missing: str, because: str = "") -> Outcome:
    """It cannot be told until these fields are known."""
    reasons = (because,) if because else ()
    return Outcome(verdict=Verdict.CANNOT_TELL, reasons=reasons, missing=missing)


def not_asked(field: str, name: str) -> Outcome:
    """It cannot be told because ``name``, which ``field`` would hold, was not asked about."""
    return Outcome(verdict=Verdict.CANNOT_TELL, missing=(field,), unasked=(name,))


def fires_if(holds: bool, because: str) -> Outcome:
    """It holds or does not; nothing is missing."""
    return fires(because) if holds else DOES_NOT_FIRE


def any_of(*outcomes: Outcome) -> Outcome:
    """At least one holds. Unknown unless one holds or all are known not to."""
    return _combine(outcomes, decisive=Verdict.FIRES)


def all_of(*outcomes: Outcome) -> Outcome:
    """Every one holds. Unknown unless all hold or one is known not to."""
    return _combine(outcomes, decisive=Verdict.DOES_NOT_FIRE)


def _combine(outcomes: tuple[Outcome, ...], decisive: Verdict) -> Outcome:
    deciding = [o for o in outcomes if o.verdict is decisive]
    if deciding:
        return Outcome(verdict=decisive, reasons=_once(r for o in deciding for r in o.reasons))
    reasons = _once(r for o in outcomes for r in o.reasons)
    if any(o.unknown for o in outcomes):
        return Outcome(
            verdict=Verdict.CANNOT_TELL,
            reasons=reasons,
            support=_once(r for o in outcomes for r in (o.reasons if o.fires else o.support)),
            missing=_once(field for o in outcomes if o.unknown for field in o.missing),
            unasked=_once(name for o in outcomes if o.unknown for name in o.unasked),
        )
    return Outcome(verdict=outcomes[0].verdict, reasons=reasons)


def _once(parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(parts))
