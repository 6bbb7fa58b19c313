"""What one mechanism contributes to the row of one medicine with kratom."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from speciosa.finding import Certainty, Estimate, Severity
from speciosa.pharmacology.interactions.grading import number
from speciosa.pharmacology.interactions.kinetics.route import studied_as
from speciosa.pharmacology.interactions.rows import KRATOM
from speciosa.pharmacology.wording import rough

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.fact import Fact
    from speciosa.pharmacology.interactions.kinetics.metabolism import Metabolism
    from speciosa.pharmacology.interactions.kinetics.static_model import Activity, AucRatio
    from speciosa.pharmacology.interactions.kratom.use import KratomContext
    from speciosa.pharmacology.interactions.recognise import Item

_NEAR = 2.0
STUDIED_MG = "kratom/studied/mitragynine_mg"


@dataclasses.dataclass(frozen=True)
class Part:
    """A severity, a sentence and what they rest on; ``seen`` is whether the ratio was measured."""

    severity: Severity
    certainty: Certainty
    sentence: str
    mechanism: str
    facts: tuple[str, ...]
    estimate: Estimate | None = None
    shares: dict[str, float] = dataclasses.field(default_factory=dict)
    seen: bool = False
    ceiling: float | None = None
    flags: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class FarEnd:
    """The uncalibrated textbook model, how far it reaches for midazolam, and what was seen."""

    activity: Activity
    of_midazolam: float
    seen: str


@dataclasses.dataclass(frozen=True)
class Context:
    """What is the same for every medicine of the list.

    ``far_end`` stands in only where the use is beyond the study and of unknown size.
    """

    kratom: KratomContext
    far_end: FarEnd | None
    metabolism: Metabolism
    major: float
    knowledge: Knowledge


def observed_ratio(item: Item, knowledge: Knowledge) -> Fact | None:
    """The ratio that was seen in people with kratom by this route, or ``None``."""
    pair = knowledge.ddi.pair(item.id, KRATOM, studied_as(item.route))
    return knowledge.ddi.constant(f"kratom/observed/{item.id}/auc_ratio") if pair else None


def as_text(fact: Fact) -> str:
    """An observed ratio with its interval."""
    assert fact.low is not None  # noqa: S101 (an observed ratio without interval is a data error)
    assert fact.high is not None  # noqa: S101
    return f"ratio {number(fact.number)}, {fact.interval} {number(fact.low)} to {number(fact.high)}"


def measured(fact: Fact) -> Estimate:
    """An observed ratio as an estimate."""
    return Estimate(
        value=fact.number,
        unit="ratio",
        low=fact.low,
        high=fact.high,
        interval=f"{fact.interval}, observed after one kratom tea",
        facts=(fact.id,),
    )


def telling_ceiling(ratio: AucRatio) -> float | None:
    """The most that is possible, where the upper end comes near it; else it tells nothing."""
    return ratio.ceiling if ratio.ceiling <= _NEAR * ratio.high else None


def said_of_known(known: AucRatio | None, context: Context) -> str:
    """What the amounts that are known do by themselves; empty where none are."""
    if known is None:
        return ""
    low, median, high = (rough(x) for x in (known.low, known.median, known.high))
    said = context.knowledge.ddi.pk_wording.text["known_part"]
    return " " + said.format(median=median, low=low, high=high)


def seven_oh_part(severity: Severity, facts: tuple[str, ...], knowledge: Knowledge) -> Part:
    """What is said of a 7-OH product, of which nothing was studied: as severe as leaf."""
    text = knowledge.ddi.pk_wording.text
    why = text["no_seven_oh_study"]
    return Part(
        severity=severity,
        certainty=Certainty.UNKNOWN,
        sentence="whether exposure changes is not known.",
        mechanism=f"{text['seven_oh']} {text['seven_oh_graded']}",
        facts=("ddi/kratom/extrapolation_limits", *facts),
        estimate=Estimate(value=None, unit="ratio", no_interval_because=why),
    )


def beside_study(context: Context) -> str:
    """The amount studied and the amount of this person, in words."""
    own = context.kratom.own
    assert own is not None  # noqa: S101 - asked for where the size of the use is known
    low, middle, high = own.mg_per_day
    return context.knowledge.ddi.pk_wording.text["beside_study"].format(
        studied=rough(context.knowledge.ddi.constant(STUDIED_MG).number),
        middle=rough(middle),
        low=rough(low),
        high=rough(high),
    )
