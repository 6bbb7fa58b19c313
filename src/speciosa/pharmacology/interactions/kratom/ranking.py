"""Which medicines kratom changes most: those of which the gut wall takes most come first."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from speciosa.finding import Certainty, Finding, Severity
from speciosa.pharmacology.interactions.kinetics.metabolism import TYPICAL
from speciosa.pharmacology.interactions.kinetics.static_model import (
    Activity,
    AucRatio,
    auc_ratio,
    model_error,
)
from speciosa.pharmacology.interactions.kinetics.victim import CYP3A, clearance

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.medicines.record import Medicine
    from speciosa.pharmacology.interactions.kinetics.metabolism import Metabolism
    from speciosa.pharmacology.interactions.kratom.use import KratomContext
    from speciosa.pharmacology.interactions.recognise import Item

_SEVERAL = 2


@dataclasses.dataclass(frozen=True, eq=False)
class Ranked:
    """A medicine and its ratio with kratom."""

    medicine: Medicine
    ratio: AucRatio


def ranked(
    medicines: Iterable[Medicine],
    activity: Activity,
    knowledge: Knowledge,
    *,
    metabolism: Metabolism = TYPICAL,
    widened: bool = True,
) -> tuple[Ranked, ...]:
    """Swallowed medicines that the enzymes of ``activity`` clear, most changed first.

    ``widened``: the samples hold the error of the model, which the order does not need.
    """
    found = []
    error = model_error(knowledge) if widened else None
    touched = {*activity.liver, *(() if activity.gut_cyp3a is None else (CYP3A,))}
    for medicine in medicines:
        victim = clearance(medicine, knowledge, metabolism=metabolism)
        if victim is not None and not touched.isdisjoint(victim.fm):
            found.append(Ranked(medicine, auc_ratio(victim, [activity], error)))
    return tuple(sorted(found, key=lambda r: (-r.ratio.median, r.medicine.id)))


def most_changed(
    items: Sequence[Item], kratom: KratomContext, metabolism: Metabolism, knowledge: Knowledge
) -> Iterator[Finding]:
    """The medicines of the list that kratom changes most, in order; nothing for fewer than two."""
    if not (kratom.counts and kratom.leaf):
        return
    activity, facts = kratom.acting(knowledge)
    listed = {item.medicine.id: item for item in items if item.oral and not item.faded}
    order = ranked(
        (item.medicine for item in listed.values()),
        activity,
        knowledge,
        metabolism=metabolism,
        widened=False,
    )
    band = knowledge.ddi.constant("cut_off/msm_aucr_high").number
    names = [listed[r.medicine.id].label for r in order if r.ratio.median >= band]
    if len(names) >= _SEVERAL:
        yield Finding(
            id="interaction.kratom.most_changed",
            severity=Severity.INFO,
            certainty=Certainty.VERY_LOW,
            text=knowledge.ddi.pk_wording.text["most_changed"].format(names=", ".join(names)),
            facts=facts,
        )
