"""What the interactions room returns."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from speciosa.finding import Certainty, Estimate, Finding, Missing, Severity


class Direction(StrEnum):
    """Who changes whom."""

    KRATOM_ON_MEDICINE = "kratom_on_medicine"
    MEDICINE_ON_KRATOM = "medicine_on_kratom"
    BETWEEN_MEDICINES = "between_medicines"
    ADDED_EFFECTS = "added_effects"


class Kind(StrEnum):
    """Whether a concentration changes or effects add up."""

    PHARMACOKINETIC = "pharmacokinetic"
    PHARMACODYNAMIC = "pharmacodynamic"


class MemberPair(msgspec.Struct, frozen=True, kw_only=True):
    """Two members (sorted ids) of a row of several, and how severe it is for these two.

    ``certainty`` is that for these two where it differs from the row's.
    """

    members: tuple[str, str]
    severity: Severity
    certainty: Certainty | None = None


class Interaction(msgspec.Struct, frozen=True, kw_only=True):
    """One pair (or one shared hazard of several), one mechanism.

    ``auc_ratio`` is the change in exposure of ``victim`` (1 = none); ``shares`` are the parts of
    the log ratio by mechanism ("gut CYP3A": 0.62), summing to 1 when present. ``hazard`` is the
    hazard class or the shared rule of an added effect.

    ``members`` are ids; ``names`` are the same in words for a reader, in the same order. ``title``
    is what it is about in a few words ("QT prolongation", "exposure to quetiapine").
    ``seen_in_people`` says that the ratio was measured in people for these very members; otherwise
    a model gave it. ``ceiling`` is the ratio that the victim cannot exceed by this mechanism,
    ``flags`` are caveats of this ratio in words ("the dose was not used"). ``pairs`` says which of
    more than two members it is about, pair by pair; empty: every two of them, as severe as it is.
    """

    id: str
    members: tuple[str, ...]
    victim: str = ""
    direction: Direction
    kind: Kind
    hazard: str = ""
    severity: Severity
    certainty: Certainty
    sentence: str
    mechanism: str
    auc_ratio: Estimate | None = None
    shares: dict[str, float] = {}
    case_reports: tuple[str, ...] = ()
    ask: str = ""
    watch: str = ""
    consider: str = ""
    facts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    seen_in_people: bool = False
    ceiling: float | None = None
    flags: tuple[str, ...] = ()
    pairs: tuple[MemberPair, ...] = ()
    title: str = ""


class PairStatus(StrEnum):
    """What looking at a pair came to; ``not_judged`` is never the same as nothing found."""

    FOUND = "found"
    NOTHING_FOUND = "nothing_found"
    NOT_JUDGED = "not_judged"


class PairSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Everything found about one pair of the list, in one place.

    ``rows`` are the ids of its interactions, worst first. Without any, ``severity`` is that of
    information, and ``sentence`` says whether nothing was found or nothing could be judged.
    """

    members: tuple[str, str]
    names: tuple[str, str]
    status: PairStatus
    severity: Severity
    certainty: Certainty
    sentence: str
    rows: tuple[str, ...] = ()


class NotChecked(msgspec.Struct, frozen=True, kw_only=True):
    """A medicine or substance that was kept but could not be checked, and why."""

    name: str
    why: str
    suggestion: str = ""


class InteractionsResult(msgspec.Struct, frozen=True, kw_only=True):
    """All interactions of the whole list, worst first.

    ``recognised`` maps each known typed name to the id of the medicine, of a combined product to
    its first part; ``components`` names all parts of such a product. ``no_effect`` holds the limits
    within which a ratio counts as no change. ``pairs`` gathers the rows by pair, every pair of the
    list once, worst first. ``about_ratios`` is said once beside them.
    """

    headline: str
    rows: tuple[Interaction, ...]
    not_checked: tuple[NotChecked, ...]
    recognised: dict[str, str]
    findings: tuple[Finding, ...]
    missing: tuple[Missing, ...]
    components: dict[str, tuple[str, ...]] = {}
    no_effect: Estimate | None = None
    pairs: tuple[PairSummary, ...] = ()
    about_ratios: str = ""
