"""The eleven criteria: how many are met, how many were asked, and what the count allows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from speciosa.finding import Finding, Missing, Severity

if TYPE_CHECKING:
    from speciosa.case import KratomUse
    from speciosa.knowledge.instruments import Wording
    from speciosa.knowledge.instruments.record import UseDisorder

WITHDRAWAL, FAILED_TO_CUT_DOWN = "withdrawal", "failed_to_cut_down"
AVOIDING_WITHDRAWAL = "avoiding_kratom_withdrawal"
NOTHING = "none"


class Count(NamedTuple):
    """Criteria by name, in the order in which they are asked."""

    met: tuple[str, ...]
    absent: tuple[str, ...]
    unasked: tuple[str, ...]

    @property
    def asked(self) -> int:
        """How many were asked."""
        return len(self.met) + len(self.absent)


def count(kratom: KratomUse, disorder: UseDisorder) -> Count:
    """Sort the criteria into met, absent and not asked."""
    met = {str(c) for c in kratom.criteria_met}
    absent = {str(c) for c in kratom.criteria_absent}
    names = [criterion.id for criterion in disorder.criteria]
    return Count(
        met=tuple(n for n in names if n in met),
        absent=tuple(n for n in names if n in absent),
        unasked=tuple(n for n in names if n not in met and n not in absent),
    )


def level_of(counted: Count, disorder: UseDisorder, wording: Wording) -> str:
    """The adapted label, with what unasked criteria leave open; a reason where none was asked."""
    if not counted.asked:
        return wording.line("level_unasked", of=len(disorder.criteria))
    now = disorder.level(len(counted.met))
    top = disorder.level(len(counted.met) + len(counted.unasked))
    lowest, open_ = disorder.levels[0].low, len(counted.unasked)
    if now is None and top is None:
        return wording.line("level_below", lowest=lowest)
    if now is None:
        label = top.label if top is not None else ""
        return wording.line("level_below_open", lowest=lowest, top=label, open=open_)
    if not open_:
        text = wording.line("level_exact", label=now.label)
    else:
        key = "level_same_open" if now == top else "level_at_least"
        text = wording.line(key, label=now.label, open=open_)
    return text + (wording.line("physical_mark") if _physical_only(counted, disorder) else "")


def criteria_findings(
    kratom: KratomUse, counted: Count, disorder: UseDisorder, wording: Wording
) -> Iterator[Finding]:
    """What is met, what is open, and where the record contradicts itself."""
    texts = {criterion.id: criterion.text for criterion in disorder.criteria}
    start = "instrument/kratom_use_disorder"
    if counted.met:
        level = disorder.level(len(counted.met))
        facts = tuple(f"{start}/criterion/{name}" for name in counted.met)
        if level is not None:
            facts = (f"{start}/level/{level.label}", *facts)
        yield wording.finding(
            "criteria_met",
            values={
                "met": len(counted.met),
                "asked": counted.asked,
                "words": ", ".join(texts[name] for name in counted.met),
                "level_detail": wording.line(
                    "level_detail", level=level_of(counted, disorder, wording)
                ),
            },
            severity=wording.level("level", level.label) if level is not None else Severity.MINOR,
            facts=facts,
        )
        yield wording.finding("not_a_diagnosis")
    elif counted.asked:
        yield wording.finding("criteria_none_met", values={"asked": counted.asked})
    if _physical_only(counted, disorder):
        words = " and ".join(texts[name] for name in counted.met)
        yield wording.finding(
            "physical_only", values={"words": f"{words} {'is' if len(counted.met) == 1 else 'are'}"}
        )
    if counted.unasked:
        values = {
            "open": len(counted.unasked),
            "of": len(disorder.criteria),
            "words": ", ".join(texts[name] for name in counted.unasked),
            "months": disorder.months,
        }
        yield wording.finding("criteria_open", values=values)
    yield from _too_low(kratom, counted, wording)


def criteria_gap(counted: Count, disorder: UseDisorder, wording: Wording) -> Iterator[Missing]:
    """Criteria that were not asked."""
    if counted.unasked:
        texts = {criterion.id: criterion.text for criterion in disorder.criteria}
        yield wording.gap(
            "criteria",
            open=len(counted.unasked),
            of=len(disorder.criteria),
            words=", ".join(texts[name] for name in counted.unasked),
        )


def _too_low(kratom: KratomUse, counted: Count, wording: Wording) -> Iterator[Finding]:
    """Signs of a criterion that was recorded as absent or not asked."""
    symptoms = any(sign != NOTHING for sign in kratom.between_doses)
    if symptoms and WITHDRAWAL in counted.absent:
        yield wording.finding("withdrawal_contradicted")
    if (symptoms or AVOIDING_WITHDRAWAL in kratom.reasons) and WITHDRAWAL in counted.unasked:
        yield wording.finding("withdrawal_to_ask")
    if kratom.attempts_to_stop and FAILED_TO_CUT_DOWN not in counted.met:
        yield wording.finding("cut_down_to_ask")


def _physical_only(counted: Count, disorder: UseDisorder) -> bool:
    physical = {c.id for c in disorder.criteria if c.physical}
    return bool(counted.met) and physical.issuperset(counted.met)
