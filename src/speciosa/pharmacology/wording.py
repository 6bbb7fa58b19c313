"""Turn wording written by people into findings, with the figures filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from speciosa.finding import Certainty, Finding, Missing, Severity, Tone

if TYPE_CHECKING:
    from speciosa.knowledge.kratom.model import FindingText, MissingText


class Words(Protocol):
    """What a room says: findings, missing pieces and short phrases."""

    @property
    def findings(self) -> Sequence[FindingText]:
        """Findings as written."""

    @property
    def missing(self) -> Mapping[str, MissingText]:
        """Missing pieces by key."""

    @property
    def phrases(self) -> Mapping[str, str]:
        """Short phrases by key."""


def finding(
    words: Words, id_: str, *, suffix: str = "", facts: Sequence[str] = (), **values: str
) -> Finding:
    """The finding ``id_`` with ``values`` filled in; ``suffix`` tells repeated ones apart."""
    written = next(f for f in words.findings if f.id == id_)
    return Finding(
        id=f"{id_}.{suffix}" if suffix else id_,
        severity=Severity(written.severity),
        certainty=Certainty(written.certainty),
        tone=Tone(written.tone),
        text=written.text.format(**values),
        action=written.action.format(**values),
        detail=written.detail.format(**values),
        facts=tuple(dict.fromkeys((*written.facts, *facts))),
    )


def missing(words: Words, key: str, **values: str) -> Missing:
    """The missing piece ``key`` with ``values`` filled in."""
    written = words.missing[key]
    return Missing(
        field=written.field,
        cost=written.cost.format(**values),
        how=written.how.format(**values),
        severity=Severity(written.severity),
    )


def number(value: float) -> str:
    """A figure at the precision it deserves: three digits, no exponent for everyday sizes."""
    if value == 0:
        return "0"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def span(low: float, high: float, unit: str = "") -> str:
    """A range as words, no finer than it is known: "3.9 to 62 mg"."""
    text = f"{rough(low)} to {rough(high)}" if low != high else number(low)
    return f"{text} {unit}" if unit else text


def often(times_per_day: float) -> str:
    """A frequency as people say it: "once a day", "2.5 times a day"."""
    words = {1.0: "once", 2.0: "twice"}
    return f"{words.get(times_per_day, f'{number(times_per_day)} times')} a day"


def listed(names: Sequence[str]) -> str:
    """Names as people list them: "a", "a and b", "a, b and c"; at least one."""
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]


def rough(value: float) -> str:
    """Two significant digits without an exponent for everyday sizes."""
    rounded = float(f"{value:.2g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 10 else f"{rounded:g}"
