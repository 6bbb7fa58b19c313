"""Accounts of kratom use, one a day, and how one stands to another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from speciosa.clinical.outcomes.timeline import Entry, Kratom

DOSES = "doses"
_OF_ONE_DOSE = ("leaf_g", "mitragynine_mg", "seven_oh_mg")


class Shift(StrEnum):
    """How a later account stands to an earlier one."""

    SAME = "same"
    MORE = "more"
    LESS = "less"
    UNKNOWN = "unknown"


class Account(NamedTuple):
    """Whether kratom was used on a day, and how much in each unit that was told.

    ``amounts``: doses a day, and what one dose holds. Use without any is of unknown amount.
    """

    date: dt.date
    used: bool
    amounts: Mapping[str, float]
    forms: frozenset[str] = frozenset()

    @property
    def units(self) -> frozenset[str]:
        """In what the size of a dose was told."""
        return frozenset(self.amounts) - {DOSES}


def accounts_of(entries: Iterable[Entry]) -> tuple[Account, ...]:
    """One account of use a day. Where those of one day differ, the one with more use stands."""
    by_day: dict[dt.date, Account] = {}
    for entry in entries:
        if entry.kratom is None:
            continue
        used = _used(entry.kratom)
        if used is None:
            continue
        found = Account(entry.date, used, _amounts(entry.kratom), _forms(entry.kratom))
        known = by_day.get(entry.date)
        by_day[entry.date] = found if known is None else _both(known, found)
    return tuple(by_day[date] for date in sorted(by_day))


def shift(before: Account, after: Account, share: float) -> Shift:
    """What differs by ``share`` or more. What was told once only is no difference."""
    if not (before.used and after.used):
        return _begun_or_ended(before, after)
    if before.forms and after.forms and before.forms != after.forms:
        return Shift.UNKNOWN
    if before.units and after.units and before.units != after.units:
        return Shift.UNKNOWN
    gains = [
        after.amounts[unit] - known
        for unit, known in before.amounts.items()
        if unit in after.amounts and abs(after.amounts[unit] - known) >= share * known
    ]
    more, less = any(g > 0 for g in gains), any(g < 0 for g in gains)
    if more and less:
        return Shift.UNKNOWN
    if more:
        return Shift.MORE
    return Shift.LESS if less else Shift.SAME


def strict_shift(before: Account, after: Account) -> Shift:
    """As ``shift``, but any more in any unit counts, and so does an amount nobody told."""
    found = shift(before, after, 0.0)
    if not (before.used and after.used) or found in (Shift.MORE, Shift.UNKNOWN):
        return found
    told = bool(before.amounts) and before.amounts.keys() == after.amounts.keys()
    return found if told else Shift.UNKNOWN


def most(accounts: Iterable[Account]) -> Account | None:
    """The most of several accounts in every unit that all of those with use told."""
    given = list(accounts)
    if not given:
        return None
    using = [a for a in given if a.used]
    units = set.intersection(*(set(a.amounts) for a in using)) if using else set()
    return Account(
        given[-1].date,
        bool(using),
        {unit: max(a.amounts[unit] for a in using) for unit in sorted(units)},
        frozenset().union(*(a.forms for a in using)),
    )


def _begun_or_ended(before: Account, after: Account) -> Shift:
    if before.used == after.used:
        return Shift.SAME
    return Shift.MORE if after.used else Shift.LESS


def _used(kratom: Kratom) -> bool | None:
    if any(value for value in _amounts(kratom).values()) or (kratom.doses or 0) > 0:
        return True  # an amount beside "no" is an amount
    return kratom.used if kratom.used is not None else (False if kratom.doses == 0 else None)


def _amounts(kratom: Kratom) -> dict[str, float]:
    told = {DOSES: kratom.doses_per_day} | {u: getattr(kratom, u) for u in _OF_ONE_DOSE}
    return {unit: value for unit, value in told.items() if value}


def _forms(kratom: Kratom) -> frozenset[str]:
    return frozenset() if kratom.form is None else frozenset({str(kratom.form)})


def _both(one: Account, other: Account) -> Account:
    """Two accounts of one day."""
    amounts = dict(one.amounts)
    for unit, value in other.amounts.items():
        amounts[unit] = max(value, amounts.get(unit, 0.0))
    return Account(one.date, one.used or other.used, amounts, one.forms | other.forms)
