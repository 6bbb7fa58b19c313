"""What the person prefers, avoids and has tried, as it bears on one item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from speciosa.case.vocabulary import Outcome, TreatmentStyle
from speciosa.clinical.care.said import PREFERS, Said
from speciosa.clinical.care.standing import CAUTION, CONSIDER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from speciosa.case.model import TriedTreatment
    from speciosa.clinical.care.situation import Situation
    from speciosa.knowledge.care import Treatment
    from speciosa.knowledge.care.wording import Item

_WAYS = {
    TreatmentStyle.INDIVIDUAL,
    TreatmentStyle.GROUP,
    TreatmentStyle.DIGITAL,
    TreatmentStyle.SELF_HELP,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How the person's wishes move an item: its place, its standing, and why, in words.

    ``score`` is above 0 for what is wanted or helped before, below 0 for what is not. ``shared``
    is what the person wants or avoids, which holds for other items as well.
    """

    score: int
    standing: str
    reasons: tuple[str, ...]
    cautions: tuple[str, ...]
    shared: tuple[Said, ...]


def wish(item: Item, treatment: Treatment | None, here: Situation) -> Wish:
    """Read preferences and treatments tried for one item."""
    words = here.knowledge.care.plan.words
    styles = {TreatmentStyle(style) for style in item.styles}
    wanted = [s for s in here.case.preferences.prefers if s in styles]
    reasons: list[str] = []
    shared = [_prefers(here)] if wanted else []
    score, standing = len(wanted), ""
    unwanted = _unwanted(item, here)
    if unwanted is not None:
        score, standing = score - 10, CONSIDER
        text = words["avoids"].format(style=_style(unwanted, words))
        shared.append(Said(id=f"avoids-{unwanted}", text=text, concerns=str(unwanted)))
    cautions: list[str] = []
    for tried in _tried(item, treatment, here):
        outcome = tried.outcome.value if tried.outcome else "unknown"
        text = words[f"tried_{outcome}"].format(name=tried.name)
        if tried.outcome is Outcome.HELPED:
            score += 3
        elif tried.outcome is Outcome.NO_EFFECT:
            score, standing = score - 5, CONSIDER
        elif tried.outcome is Outcome.NOT_TOLERATED:
            score, standing = score - 5, CAUTION
            cautions.append(text)
            continue
        reasons.append(text)
    return Wish(
        score=score,
        standing=standing,
        reasons=tuple(reasons),
        cautions=tuple(cautions),
        shared=tuple(shared),
    )


def _prefers(here: Situation) -> Said:
    words = here.knowledge.care.plan.words
    styles = ", ".join(_style(style, words) for style in here.case.preferences.prefers)
    return Said(id=PREFERS, text=words["prefers"].format(styles=styles))


def _unwanted(item: Item, here: Situation) -> TreatmentStyle | None:
    """The style the person avoids, if the item is of that kind or comes in no other way."""
    avoids = here.case.preferences.avoids
    styles = [TreatmentStyle(style) for style in item.styles]
    ways = [s for s in styles if s in _WAYS]
    for style in avoids:
        if style in styles and (style not in _WAYS or all(w in avoids for w in ways)):
            return style
    return None


def _tried(item: Item, treatment: Treatment | None, here: Situation) -> Iterator[TriedTreatment]:
    if treatment is None:
        return
    for tried in here.case.preferences.tried:
        named = {t.id for t in here.knowledge.care.treatments_named(tried.name)}
        medicines = {m.id for m in here.knowledge.medicines.match(tried.name).medicines}
        if treatment.id in named or medicines & set(treatment.medicines):
            yield tried


def _style(style: TreatmentStyle, words: Mapping[str, str]) -> str:
    return words[f"style_{style}"]
