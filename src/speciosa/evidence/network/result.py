"""What a network meta-analysis says. Effects are on the analysis scale: logarithms for ratios."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from speciosa.evidence.effect_sizes.table import Handling, Measure
    from speciosa.evidence.network.direct import Split
    from speciosa.evidence.network.inconsistency import Inconsistency
    from speciosa.evidence.network.structure import Floats, Ints
    from speciosa.evidence.network.trial import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrasts:
    """All contrasts, row minus column, shape (treatments, treatments); 0 on the diagonal.

    ``pi_low`` and ``pi_high`` are ``None`` where no interval for a new trial can be told.
    """

    estimate: Floats
    se: Floats
    low: Floats
    high: Floats
    p: Floats
    pi_low: Floats | None
    pi_high: Floats | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """A treatment's P-scores, and the ranks that the intervals of its contrasts leave open."""

    treatment: str
    p_score: float
    p_score_common: float
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkResult:
    """One network. ``random`` equals ``common`` where tau2 is 0 or taken to be.

    ``i2`` is max(0, (Q - df) / Q) with Q of the whole network, in percent; ``h2`` is Q / df.
    ``lower_is_better`` is what the P-scores assume; ``direction_given`` whether a user said so.
    """

    measure: Measure
    method: str
    ci_method: str
    level: float
    treatments: tuple[str, ...]
    reference: str
    reference_given: bool
    trials: tuple[Trial, ...]
    k_studies: int
    k_designs: int
    k_pairwise: int
    tau2: float
    tau2_interval: tuple[float, float] | None
    i2: float | None
    h2: float | None
    ci_df: int | None
    pi_df: int | None
    common: Contrasts
    random: Contrasts
    direct_k: Ints
    direct_people: Floats
    direct_share: Floats
    inconsistency: Inconsistency
    splits: tuple[Split, ...]
    split_method: str
    ranks: tuple[Rank, ...]
    lower_is_better: bool
    direction_given: bool
    alternatives: tuple[Alternative, ...]
    handled: tuple[Handling, ...]
    warnings: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    unused: tuple[str, ...]

    def index(self, treatment: str) -> int:
        """Where a treatment stands in the matrices."""
        return self.treatments.index(treatment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """The same trials by another method: effects against the reference."""

    method: str
    tau2: float | None
    k_studies: int
    estimate: Floats
    se: Floats
    low: Floats
    high: Floats
