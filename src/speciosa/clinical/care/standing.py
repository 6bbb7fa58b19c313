"""The standing of an item: it can only be made stricter, never milder."""

from __future__ import annotations

DO, OFFER, CONSIDER, CAUTION, AVOID, WEIGH = "do", "offer", "consider", "caution", "avoid", "weigh"
_LADDER = (DO, OFFER, CONSIDER, CAUTION, AVOID)


def stricter(standing: str, at_least: str) -> str:
    """The stricter of two standings; what is only weighed stays weighed."""
    if standing == WEIGH or not at_least:
        return standing
    return max(standing, at_least, key=_LADDER.index)


def rank(standing: str) -> int:
    """0 for what is done first; what is weighed has no rank among options."""
    return _LADDER.index(standing)
