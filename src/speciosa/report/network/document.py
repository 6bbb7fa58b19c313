"""The JSON of ``speciosa network``: one network of treatments, and what its trials say together.

Numbers are on the analysis scale: the natural logarithm for ratios (``scale`` is ``log``). Fields
that end in ``_exp`` are ratios; they are null for other measures. An effect of ``a`` against ``b``
is a minus b.
"""

from __future__ import annotations

import msgspec


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """An effect with its interval; ``pi`` is the interval for the effect in a new trial."""

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    p: float | None = None
    pi_low: float | None = None
    pi_high: float | None = None
    estimate_exp: float | None = None
    ci_low_exp: float | None = None
    ci_high_exp: float | None = None
    pi_low_exp: float | None = None
    pi_high_exp: float | None = None


class Against(Effect, frozen=True, kw_only=True):
    """A treatment against the reference by the chosen model; ``common``: with a common effect."""

    treatment: str
    common: Effect
    k_direct: int
    share_direct: float


class Cell(Effect, frozen=True, kw_only=True):
    """A cell of the league table: ``a`` against ``b``, with what is direct of it."""

    a: str
    b: str
    common: Effect
    k_direct: int
    people_direct: float | None
    share_direct: float


class SplitRow(msgspec.Struct, frozen=True, kw_only=True):
    """Direct beside indirect evidence of one contrast; nulls where one of them lacks."""

    a: str
    b: str
    k_direct: int
    share_direct: float
    direct: float
    direct_se: float
    direct_low: float
    direct_high: float
    indirect: float | None = None
    indirect_se: float | None = None
    indirect_low: float | None = None
    indirect_high: float | None = None
    difference: float | None = None
    difference_se: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None
    z: float | None = None
    p: float | None = None


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A treatment; ``people`` is null where the file does not tell how many had it."""

    name: str
    k: int
    people: float | None


class DesignLine(msgspec.Struct, frozen=True, kw_only=True):
    """The trials that compared one set of treatments."""

    treatments: tuple[str, ...]
    k: int
    q: float
    df: int
    p: float | None


class RankLine(msgspec.Struct, frozen=True, kw_only=True):
    """A P-score with the range of ranks that the intervals leave open."""

    treatment: str
    p_score: float
    p_score_common: float
    rank_first: int
    rank_last: int


class Other(msgspec.Struct, frozen=True, kw_only=True):
    """The same trials by another method: effects against the reference by treatment."""

    method: str
    k_studies: int
    tau2: float | None
    effects: dict[str, Effect]


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """Something done to, or because of, one trial."""

    study: str
    what: str


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What was read: the file's hash, how its columns were understood, and those not used."""

    name: str
    sha256: str
    columns: dict[str, str]
    unused: tuple[str, ...]


class NetworkDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One network meta-analysis.

    ``i2`` is by ``i2_definition``. ``p_scores`` assume that ``better`` is better, which the user
    said (``better_from`` is ``user``) or nobody did (``assumed``); ``p_scores_reversed`` assume the
    contrary. ``q_between_random`` is the design-by-treatment interaction test with random effects,
    its ``tau2_within`` from trials of the same design alone. ``pi_df`` are the degrees of freedom
    of prediction intervals: those of Q less 1.
    """

    measure: str
    scale: str
    method: str
    ci_method: str
    level: float
    treatments: tuple[str, ...]
    nodes: tuple[Node, ...]
    k_studies: int
    k_designs: int
    k_pairwise: int
    k_multi_arm: int
    reference: str
    reference_from: str
    tau2: float
    tau: float
    tau2_low: float | None
    tau2_high: float | None
    i2: float | None
    i2_definition: str
    h2: float | None
    q_total: float
    q_total_df: int
    q_total_p: float | None
    q_within: float
    q_within_df: int
    q_within_p: float | None
    q_between: float
    q_between_df: int
    q_between_p: float | None
    q_between_random: float
    q_between_random_p: float | None
    tau2_within: float
    ci_df: int | None
    pi_df: int | None
    effects_vs_reference: tuple[Against, ...]
    league: tuple[Cell, ...]
    better: str
    better_from: str
    p_scores: dict[str, float]
    p_scores_common: dict[str, float]
    p_scores_reversed: dict[str, float]
    ranks: tuple[RankLine, ...]
    node_split_method: str
    node_split: tuple[SplitRow, ...]
    designs: tuple[DesignLine, ...]
    alternatives: tuple[Other, ...]
    handled: tuple[Done, ...]
    warnings: tuple[str, ...]
    input: Source
    speciosa_version: str
