"""The JSON of ``speciosa pool``: one comparison pooled, beside every other way to pool it.

Numbers are on the analysis scale: the natural logarithm for ratios (``scale`` is ``log``), Fisher's
z for correlations pooled so. Fields that end in ``_exp`` are ratios, in ``_r`` correlations; they
are null for the other measures.
"""

from __future__ import annotations

import msgspec


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What was read: the file's hash, how its columns were understood, how many rows gave figures.

    ``side_1`` and ``side_2`` are the headings of either side; effects are side 1 against side 2.
    """

    name: str
    sha256: str
    form: str
    columns: dict[str, str]
    side_1: tuple[str, ...]
    side_2: tuple[str, ...]
    rows: int


class StudyLine(msgspec.Struct, frozen=True, kw_only=True):
    """One effect that was pooled; ``weight`` in per cent."""

    label: str
    study: str
    year: int | None
    yi: float
    vi: float
    se: float
    ci_low: float
    ci_high: float
    weight: float
    yi_exp: float | None = None
    ci_low_exp: float | None = None
    ci_high_exp: float | None = None


class Alternative(msgspec.Struct, frozen=True, kw_only=True):
    """The same studies pooled in another way; ``note`` says where it does not apply."""

    name: str
    method: str
    ci_method: str
    k: int | None = None
    estimate: float | None = None
    se: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    tau2: float | None = None
    i2: float | None = None
    pi_low: float | None = None
    pi_high: float | None = None
    estimate_exp: float | None = None
    ci_low_exp: float | None = None
    ci_high_exp: float | None = None
    note: str = ""


class Refit(msgspec.Struct, frozen=True, kw_only=True):
    """The pool without one study, or up to one study by year."""

    label: str
    year: int | None
    k: int
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    tau2: float | None
    estimate_exp: float | None = None
    ci_low_exp: float | None = None
    ci_high_exp: float | None = None


class Influences(msgspec.Struct, frozen=True, kw_only=True):
    """The pool without each study in turn, and the studies past a usual limit of influence."""

    leave_one_out: tuple[Refit, ...]
    influential: tuple[str, ...]
    limits: str


class Test(msgspec.Struct, frozen=True, kw_only=True):
    """A test for asymmetry; Begg's has no slope, but Kendall's tau as ``stat``."""

    name: str
    k: int
    stat: float
    df: float | None
    p: float
    slope: float | None = None
    slope_se: float | None = None
    limit: float | None = None
    limit_low: float | None = None
    limit_high: float | None = None


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """Trim and fill: a what-if analysis with ``k0`` invented studies, not a correction."""

    side: str
    k0: int
    estimate: float
    ci_low: float
    ci_high: float
    estimate_exp: float | None = None
    ci_low_exp: float | None = None
    ci_high_exp: float | None = None


class SmallStudy(msgspec.Struct, frozen=True, kw_only=True):
    """Whether small studies show other effects than large ones."""

    tests: tuple[Test, ...]
    trim_and_fill: Filled | None
    notes: tuple[str, ...]


class Coefficient(msgspec.Struct, frozen=True, kw_only=True):
    """One coefficient of a meta-regression."""

    name: str
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    stat: float
    df: float | None
    p: float


class Regressed(msgspec.Struct, frozen=True, kw_only=True):
    """A meta-regression. ``qm_df2`` is null where QM is chi-squared."""

    moderators: tuple[str, ...]
    k: int
    coefficients: tuple[Coefficient, ...]
    tau2: float
    tau2_low: float
    tau2_high: float
    r2: float | None
    qe: float
    qe_df: int
    qe_p: float
    qm: float
    qm_df: int
    qm_df2: int | None
    qm_p: float


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """One subgroup pooled by itself, with its own tau2."""

    name: str
    k: int
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    tau2: float | None
    estimate_exp: float | None = None
    ci_low_exp: float | None = None
    ci_high_exp: float | None = None


class Grouped(msgspec.Struct, frozen=True, kw_only=True):
    """Subgroups and the test between them."""

    moderator: str
    groups: tuple[Group, ...]
    q_between: float
    q_df: int
    q_p: float


class Dependence(msgspec.Struct, frozen=True, kw_only=True):
    """What was done where one study gives several effects."""

    way: str
    effects: int
    studies: int
    rho: float | None = None
    sigma2_study: float | None = None
    sigma2_effect: float | None = None
    words: str = ""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """Something done to, or because of, one study."""

    study: str
    what: str


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What made the result; no time of day, so that the same file gives the same bytes."""

    speciosa_version: str
    knowledge_release: str


class PoolDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison pooled. ``answer`` are the results in words, as the text output says them.

    ``ci_low_unnarrowed`` and ``ci_high_unnarrowed`` are there where Hartung-Knapp is narrower than
    the model itself: the interval by HK-adhoc, which is the one to go by.
    """

    measure: str
    measure_words: str
    scale: str
    method: str
    ci_method: str
    level: float
    k: int
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    stat: float | None
    df: float | None
    p: float | None
    pi_low: float | None
    pi_high: float | None
    pi_df: float | None
    pi_method: str
    pi_unavailable: str
    tau2: float | None
    tau2_low: float | None
    tau2_high: float | None
    i2: float | None
    i2_definition: str
    i2_q: float | None
    i2_q_definition: str
    h2: float | None
    q: float | None
    q_df: int | None
    q_p: float | None
    estimate_exp: float | None
    ci_low_exp: float | None
    ci_high_exp: float | None
    pi_low_exp: float | None
    pi_high_exp: float | None
    estimate_r: float | None
    ci_low_r: float | None
    ci_high_r: float | None
    ci_low_unnarrowed: float | None = None
    ci_high_unnarrowed: float | None = None
    answer: tuple[str, ...]
    studies: tuple[StudyLine, ...]
    alternatives: tuple[Alternative, ...]
    dependence: Dependence | None
    influence: Influences | None
    cumulative: tuple[Refit, ...] | None
    small_study: SmallStudy | None
    moderators: Regressed | None
    subgroups: Grouped | None
    handled: tuple[Done, ...]
    warnings: tuple[str, ...]
    input: Source
    provenance: Made

    @property
    def interval(self) -> tuple[float, float]:
        """The interval to go by, on the analysis scale."""
        if self.ci_low_unnarrowed is None or self.ci_high_unnarrowed is None:
            return self.ci_low, self.ci_high
        return self.ci_low_unnarrowed, self.ci_high_unnarrowed
