"""What grading needs to know of a body of evidence; nothing here computes a pool."""

from __future__ import annotations

from dataclasses import dataclass

from speciosa.knowledge.evidence.study import Condition, Risk


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One study in the body. ``share`` is its part of the weight, 0 to 1.

    ``people`` and ``events`` are those analysed; ``None`` where they are not known.
    """

    share: float
    risk: Risk
    condition: Condition
    people: int | None
    events: int | None
    industry: bool | None
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """One pooled effect, turned so that more is better for the person.

    ``gain`` and the intervals are on the analysis scale (logarithm for ratios); ``important`` is
    the least important gain, ``harm`` the least important loss, both above zero on that scale.
    ``funnel_p`` is of Egger's test, ``None`` where it was not made. ``unusable`` studies measured
    the outcome and give no figure that can be pooled.
    """

    ratio: bool
    gain: float
    low: float
    high: float
    prediction: tuple[float, float] | None
    i2: float | None
    tau2: float | None
    important: float
    harm: float
    pieces: tuple[Piece, ...]
    unusable: int = 0
    funnel_p: float | None = None
    filled: str = ""
    low_risk: str = ""

    @property
    def k(self) -> int:
        """The number of studies."""
        return len(self.pieces)
