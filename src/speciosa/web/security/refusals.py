"""Refused calls of nobody in particular: counted, so that strangers cannot fill the audit log.

One entry for each address and minute (of each worker) says how many calls were refused and how.
Every call is one line in the log of the service all the same.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict

from speciosa.store.records import AuditEntry

ACTION = "refused calls"
OTHERS = "others"
_MOST_ADDRESSES = 50
_REFUSED = 300


class Refusals:
    """The counts of the minute that runs. Used on the event loop alone."""

    def __init__(self) -> None:
        self._minute: dt.datetime | None = None
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)

    @staticmethod
    def concerns(entry: AuditEntry, *, known: bool) -> bool:
        """Whether an entry is one to count: refused, and nobody knows who asked or for whom."""
        return not known and int(entry.outcome) >= _REFUSED

    def count(self, entry: AuditEntry) -> tuple[AuditEntry, ...]:
        """Count a refused call; the entries of the minute before, once it is over."""
        over = self.take(entry.at)
        self._minute = _minute(entry.at)
        full = len(self._counts) >= _MOST_ADDRESSES and entry.address not in self._counts
        self._counts[OTHERS if full else entry.address][entry.outcome] += 1
        return over

    def take(self, now: dt.datetime | None = None) -> tuple[AuditEntry, ...]:
        """The entries of a minute that is over at ``now``, or of any; they are not kept here."""
        if self._minute is None or (now is not None and _minute(now) == self._minute):
            return ()
        entries = tuple(
            AuditEntry(
                at=self._minute,
                by="nobody",
                action=ACTION,
                outcome=", ".join(f"{status}: {n}" for status, n in sorted(counts.items())),
                address=address,
            )
            for address, counts in sorted(self._counts.items())
        )
        self._minute = None
        self._counts.clear()
        return entries


def _minute(moment: dt.datetime) -> dt.datetime:
    return moment.replace(second=0, microsecond=0)
