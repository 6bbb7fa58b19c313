"""What was published on an item: certainty, one effect beside its comparator, label range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from speciosa.clinical.care.standing import AVOID
from speciosa.finding import Certainty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from speciosa.clinical.care.situation import Situation
    from speciosa.evidence.result import EffectRow
    from speciosa.knowledge.care import LabelRange, Treatment
    from speciosa.knowledge.care.wording import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A label range in words with its facts, or why none is shown: then ``missing`` names why."""

    text: str = ""
    missing: str = ""
    facts: tuple[str, ...] = ()


NO_LABEL = Label()


def rows_for(treatment: Treatment, here: Situation) -> tuple[EffectRow, ...]:
    """Published rows of a treatment: those it names, else those of its medicine alone."""
    rows = here.results.evidence.options
    places = {effect_id: place for place, effect_id in enumerate(treatment.evidence)}
    elsewhere = here.knowledge.evidence.rows_on_others(treatment.id)
    own = [row for row in rows if _effect_id(row) in places and row.id not in elsewhere]
    if own or len(treatment.medicines) != 1:
        return tuple(sorted(own, key=lambda row: (places[_effect_id(row)], row.id.count("/"))))
    about = {f: i for i, f in enumerate(here.knowledge.evidence.rows_about(treatment.medicines[0]))}
    return tuple(sorted((r for r in rows if r.id in about), key=lambda r: about[r.id]))


def certainty_of(
    item: Item, treatment: Treatment | None, rows: tuple[EffectRow, ...], here: Situation
) -> tuple[Certainty, str]:
    """The item's own certainty, else that of the ranked evidence, ours, or that of its rows.

    Where the evidence ranks the treatment, its certainty is the one told, so that plan and evidence
    never say two things; words are kept only where they go with it.
    """
    words = here.knowledge.care.plan.words
    if item.certainty is not None:
        return item.certainty, item.certainty_words
    told, reason = _own_certainty(treatment, rows, words)
    ranked = here.results.evidence.certainties.get(treatment.id) if treatment else None
    if ranked is None or ranked is told:
        return told, reason
    return ranked, words["ranked_certainty"]


def _own_certainty(
    treatment: Treatment | None, rows: tuple[EffectRow, ...], words: Mapping[str, str]
) -> tuple[Certainty, str]:
    if treatment is not None and treatment.certainty is not None:
        judged = words["judged_certainty"].format(words=treatment.certainty.words)
        return treatment.certainty.level, judged
    for row in rows:
        if row.certainty is not Certainty.UNKNOWN:
            reason = row.certainty_reason[:1].lower() + row.certainty_reason[1:]
            return row.certainty, words["evidence_certainty"].format(
                option=row.option, reason=reason
            )
    return Certainty.UNKNOWN, words["unknown_certainty"]


def effect_words(rows: tuple[EffectRow, ...], here: Situation) -> tuple[str, tuple[str, ...]]:
    """The first sized effect as a sentence with its comparator, and its facts."""
    words = here.knowledge.care.plan.words
    for row in rows:
        estimate = row.estimate
        if estimate is None or estimate.value is None:
            continue
        places = max(_places(x) for x in (estimate.low, estimate.high))
        parts = {
            "option": row.option,
            "outcome": row.outcome,
            "measure": row.measure,
            "value": _figure(estimate.value, places),
            "comparator": row.comparator,
            "favours": row.favours.rstrip("."),
        }
        if estimate.low is not None and estimate.high is not None:
            sentence = words["effect"].format(
                **parts,
                low=_figure(estimate.low, places),
                high=_figure(estimate.high, places),
                interval=estimate.interval,
            )
        else:
            sentence = words["effect_bare"].format(**parts, why=estimate.no_interval_because)
        return sentence, row.facts
    return "", ()


def _places(value: float | None) -> int:
    """Decimal places as published; a trailing zero is lost in the data and shown again."""
    return len(f"{value:g}".partition(".")[2]) if value is not None else 0


def _figure(value: float, places: int) -> str:
    text = f"{value:.{max(places, _places(value))}f}"
    return text.replace("-", "\N{MINUS SIGN}")


def label_words(treatment: Treatment, standing: str, here: Situation) -> Label:
    """The label range for this person, or why none is shown; a reference and never an order."""
    if not treatment.labels or standing == AVOID:
        return NO_LABEL
    words, flags = here.knowledge.care.plan.words, here.flags
    for flag, key in (
        ("crisis", "label_none_crisis"),
        ("under_18", "label_none_minor"),
        ("age_unknown", "label_none_age"),
        ("pregnancy", "label_none_pregnancy"),
    ):
        if flag in flags:
            return Label(text=words[key], missing=key.replace("_", "-"))
    label = _label(treatment, flags)
    if label is None:
        return Label(text=words["label_none_liver"], missing="label-none-liver")
    text = words["label" if label.verified else "label_unverified"].format(
        population=words[f"population_{label.population}"], text=label.text
    )
    return Label(text=text, facts=(treatment.fact_id(f"label/{label.population}"),))


def _label(treatment: Treatment, flags: frozenset[str]) -> LabelRange | None:
    ranges = {label.population: label for label in treatment.labels}
    if "liver" in flags:
        return ranges.get("older_or_liver")
    if "older" in flags:
        return ranges.get("older") or ranges.get("older_or_liver") or ranges.get("adult")
    return ranges.get("adult")


def _effect_id(row: EffectRow) -> str:
    return row.id.split("/")[1]
