"""Which of several versions of a resource is the newest."""

from __future__ import annotations

import datetime as dt


def moment(last_updated: str) -> dt.datetime | None:
    """``meta.lastUpdated`` as a moment; ``None`` where it does not say one."""
    try:
        found = dt.datetime.fromisoformat(last_updated)
        return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
