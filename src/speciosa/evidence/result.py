"""What the evidence room returns."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from speciosa.finding import Certainty, Estimate, Finding, Missing


class EffectRow(msgspec.Struct, frozen=True, kw_only=True):
    """One published effect, always beside the comparator it was measured against.

    ``favours`` says in words which side the estimate favours, or that the interval includes none.
    ``network`` names the treatments of the network that ``k`` and ``n`` count, where they are not
    those of this row alone.
    """

    id: str
    option: str
    group: str
    comparator: str
    outcome: str
    measure: str
    estimate: Estimate | None
    statement: str
    favours: str
    design: str
    k: int | None
    n: int | None
    certainty: Certainty
    certainty_reason: str
    cautions: str
    facts: tuple[str, ...]
    network: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A survey, user report or safety signal: in a lane of its own, with what it cannot show."""

    id: str
    design: str
    n: int | None
    finding: str
    cannot_show: str
    facts: tuple[str, ...]
    population: str = ""
    comparator: str = ""
    outcome: str = ""


class Standing(StrEnum):
    """What stands in the way of an option for this person, mildest first.

    ``unknown`` says that something not on record must be asked before it can be judged.
    """

    USABLE = "usable"
    CAUTION = "caution"
    UNKNOWN = "unknown"
    AVOID = "avoid"


class Against(StrEnum):
    """Kinds of comparator, the most demanding first; sizes against unlike kinds never compare.

    Another treatment stands last: it shows who did better, and not whether either helps.
    """

    PILL_PLACEBO = "pill placebo"
    PSYCHOLOGICAL_PLACEBO = "psychological placebo"
    EDUCATION = "education"
    USUAL_CARE = "usual care"
    NO_TREATMENT = "no treatment"
    WAITING_LIST = "waiting list"
    MIXED = "mixed controls"
    ACTIVE = "another treatment"


class Side(StrEnum):
    """Which side the figure favours; ``leans`` where chance cannot be excluded."""

    BETTER = "better"
    LEANS = "leans"
    UNCLEAR = "unclear"
    WORSE = "worse"
    IN_WORDS = "in words"


class Domain(msgspec.Struct, frozen=True, kw_only=True):
    """One domain of GRADE: how serious the concern is, why, and whose judgement it is."""

    name: str
    level: str
    reason: str
    by: str


class StudyEffect(msgspec.Struct, frozen=True, kw_only=True):
    """One study in a pool: its effect in the pool's own unit, and its weight in per cent."""

    name: str
    year: int
    estimate: Estimate
    weight: float
    n: int | None
    risk_of_bias: str


class Absolute(msgspec.Struct, frozen=True, kw_only=True):
    """An effect in absolute terms: people out of 100, points of a scale, or a number needed.

    ``assumed`` says what was assumed to get there; ``words`` say it where no number can.
    """

    what: str
    estimate: Estimate | None
    words: str
    assumed: str


class Sensitivity(msgspec.Struct, frozen=True, kw_only=True):
    """The same pool with other studies or another model; ``why`` where it could not be made."""

    name: str
    k: int
    estimate: Estimate | None
    why: str


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What an option did against one kind of comparator.

    ``pooled`` tells our own pool of primary studies from a published result that is quoted.
    ``better_above`` says on which side of no difference the option does better. ``like`` names the
    figures it may be compared with: the same unit, and where it is a ratio the same outcome.
    ``about_benefit`` is false for harm, leaving early and the like, which rank no option.
    ``graded`` is true where a body of evidence was rated (a pool, or a synthesis by its authors or
    by us) and not a single trial. ``people`` says whom it is about, where that needs a word.
    ``young`` is true for results in children and adolescents.
    ``rows`` are the ids of the published rows behind it or beside it, the one shown first.
    ``synthesis`` is false for a single published trial. ``network`` names the treatments of the
    network that ``k`` and ``n`` count, where they are not those of this comparison alone.
    """

    against: Against
    comparator: str
    option: str
    pooled: bool
    outcome: str
    measure: str
    estimate: Estimate | None
    direction: Side
    favours: str
    like: str
    better_above: bool
    ratio: bool
    k: int | None
    n: int | None
    design: str
    certainty: Certainty
    certainty_reason: str
    about_benefit: bool = True
    graded: bool = False
    people: str = ""
    young: bool = False
    synthesis: bool = True
    network: str = ""
    domains: tuple[Domain, ...] = ()
    prediction: Estimate | None = None
    heterogeneity: str = ""
    absolute: tuple[Absolute, ...] = ()
    not_said: tuple[str, ...] = ()
    studies: tuple[StudyEffect, ...] = ()
    sensitivity: tuple[Sensitivity, ...] = ()
    what_changed: str = ""
    rows: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


class RankedOption(msgspec.Struct, frozen=True, kw_only=True):
    """One option for this person: how sure, against what, how much, and what of the person bears.

    ``comparisons`` has the one that decides its place first. ``why`` are the reasons of its
    standing; ``history`` is what the person takes or has tried. ``wish`` is a mark (``wanted``,
    ``not wanted`` or empty) that never moves an option.
    """

    id: str
    option: str
    group: str
    standing: Standing
    why: tuple[str, ...]
    history: tuple[str, ...]
    wish: str
    certainty: Certainty
    comparisons: tuple[Comparison, ...]


class KratomRow(msgspec.Struct, frozen=True, kw_only=True):
    """Kratom's own row: apart from the options, without a size, with its harms."""

    title: str
    trials: str
    certainty: Certainty
    harms: str
    seven_oh: str
    facts: tuple[str, ...]


class EvidenceResult(msgspec.Struct, frozen=True, kw_only=True):
    """Kratom's evidence beside that of the conventional and lifestyle options.

    ``ranked`` has every option once: certainty first, then against what, then the size among like
    figures; what this person must avoid stands last. ``how_ranked`` says so in words. ``options``
    are the published rows; ``not_ranked`` are the ids of those about whole groups of options or
    about other questions, with the reason; ``pooled_besides`` are our own pools of that kind.
    ``certainties`` has the certainty of each option for this person, for whoever cites it.
    """

    headline: str
    kratom: tuple[Finding, ...]
    options: tuple[EffectRow, ...]
    kratom_trials: tuple[Report, ...]
    user_reports: tuple[Report, ...]
    preclinical: tuple[Report, ...]
    harms: tuple[Report, ...]
    findings: tuple[Finding, ...]
    missing: tuple[Missing, ...]
    ranked: tuple[RankedOption, ...] = ()
    how_ranked: tuple[str, ...] = ()
    kratom_row: KratomRow | None = None
    not_ranked: dict[str, str] = {}
    pooled_besides: tuple[Comparison, ...] = ()
    certainties: dict[str, Certainty] = {}
