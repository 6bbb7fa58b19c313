"""From a ratio of AUCs to whether it matters and how severe it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.finding import Certainty, Severity

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.ddi.record import Pair

_WORST_RAISED = Severity.MAJOR


def matters(middle: float, low: float, high: float, knowledge: Knowledge) -> bool:
    """Whether a ratio leaves the no-effect band, or its interval reaches far enough to say so."""
    constant = knowledge.ddi.constant
    band_low = constant("cut_off/msm_aucr_low").number
    band_high = constant("cut_off/msm_aucr_high").number
    fold = constant("cut_off/wide_interval_fold").number
    return not band_low <= middle <= band_high or high >= fold or low <= 1.0 / fold


def narrowly_matters(medicine_id: str, low: float, high: float, knowledge: Knowledge) -> bool:
    """Whether an interval reaches far enough for a medicine in which small changes matter."""
    fold = knowledge.ddi.constant("cut_off/wide_interval_fold_narrow").number
    rises = high >= fold and bool(narrow_reason(medicine_id, knowledge, rises=True))
    falls = low <= 1.0 / fold and bool(narrow_reason(medicine_id, knowledge, rises=False))
    return rises or falls


def severity_of(ratio: float, knowledge: Knowledge) -> Severity:
    """Severity of one ratio by the strength class that it equals."""
    name = strength_of(ratio, knowledge)
    return knowledge.ddi.pk_wording.severity_by_class[name] if name else Severity.INFO


def strength_of(ratio: float, knowledge: Knowledge) -> str:
    """The strength class that a ratio equals: strong, moderate, weak, or empty below weak."""
    effect = "inhibitor" if ratio >= 1.0 else "inducer"
    size = ratio if ratio >= 1.0 else 1.0 - ratio
    border = {
        name: knowledge.ddi.constant(f"strength/{effect}/{name}").number
        for name in knowledge.ddi.pk_wording.severity_by_class
    }
    met = [name for name in border if size >= border[name]]
    return max(met, key=lambda name: border[name], default="")


def certainty_of(observed: Pair | None, *, modelled: bool, by_class: bool) -> Certainty:
    """How sure: several studies in people, one, a model by constants, or by a class alone."""
    if observed is not None:
        return Certainty.HIGH if len(observed.studies) > 1 else Certainty.MODERATE
    return Certainty.LOW if modelled and not by_class else Certainty.VERY_LOW


def narrow_reason(medicine_id: str, knowledge: Knowledge, *, rises: bool) -> str:
    """What a small rise, or fall, of this medicine's concentration can do; empty where little."""
    narrow = knowledge.ddi.pk_wording.narrow_index.get(medicine_id)
    if narrow is None:
        return ""
    return narrow.rises if rises else narrow.falls


def raised(severity: Severity, steps: int = 1) -> Severity:
    """The severity so many steps worse, never worse than major: numbers alone are no emergency."""
    order = tuple(Severity)
    limit = order.index(_WORST_RAISED)
    return order[max(severity.rank - steps, limit)] if severity.rank > limit else severity


def milder(severity: Severity) -> Severity:
    """The severity one step milder, and never below minor."""
    order = tuple(Severity)
    return order[min(severity.rank + 1, order.index(Severity.MINOR))]


def number(ratio: float) -> str:
    """A ratio as it is printed."""
    return f"{ratio:.0f}" if ratio >= 10.0 else f"{ratio:.2f}"
