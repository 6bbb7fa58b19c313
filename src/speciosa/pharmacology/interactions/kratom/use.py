"""Where the person stands with kratom, as far as it matters to interactions."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from speciosa.case.vocabulary import PLASMA_LEVELS, KratomStatus
from speciosa.pharmacology.interactions.kratom.effect import reported_use, studied
from speciosa.pharmacology.interactions.kratom.person import FACTS as PERSON_FACTS
from speciosa.pharmacology.interactions.kratom.person import persons_use

if TYPE_CHECKING:
    from collections.abc import Mapping

    from speciosa.case.model import Case, KratomProduct, KratomUse
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.medicines.record import Hazard, HazardClass
    from speciosa.pharmacology.exposure.samples import ExposureSamples
    from speciosa.pharmacology.interactions.kinetics.static_model import Activity
    from speciosa.pharmacology.interactions.kratom.person import PersonsUse

_HOURS_PER_DAY = 24.0


class Mode(StrEnum):
    """How sentences about kratom are to be meant."""

    NOT_RECORDED = "not_recorded"
    NEVER = "never"
    IF_USED = "if_used"
    STOPPED_RECENTLY = "stopped_recently"
    NOW = "now"


@dataclasses.dataclass(frozen=True)
class KratomContext:
    """Kratom as the other side of an interaction.

    ``leaf`` and ``seven_oh`` say which kinds of product there are; both hold for a product whose
    kind is not known. ``beyond_study`` is true unless the use is known to lie inside the one
    interaction study. ``last_use_known`` is whether the time of the last use is given. ``hazards``
    are the strongest of the kinds of product. ``studied_form`` is whether products of this form
    were ever in an interaction study. ``recovering``: kratom has ended, and enzymes that it
    inactivated may not be made anew yet. ``own`` is what this person's use leaves of enzymes;
    ``None`` where it lies inside the study or its size is not known. ``known_part`` is what that
    part of a use does whose amounts are known, where they are not all or are in doubt.
    """

    mode: Mode
    leaf: bool
    seven_oh: bool
    unknown_product: bool
    beyond_study: bool
    again: bool
    last_use_known: bool
    hazards: Mapping[HazardClass, tuple[Hazard, ...]]
    studied_form: bool = False
    recovering: bool = False
    own: PersonsUse | None = dataclasses.field(default=None, compare=False)
    known_part: PersonsUse | None = dataclasses.field(default=None, compare=False)

    @property
    def counts(self) -> bool:
        """Whether rows with kratom are made at all."""
        return self.mode in (Mode.IF_USED, Mode.STOPPED_RECENTLY, Mode.NOW)

    @property
    def present(self) -> bool:
        """Whether kratom is, or may still be, in the body."""
        return self.mode in (Mode.STOPPED_RECENTLY, Mode.NOW)

    @property
    def name(self) -> str:
        """What the product is called in a sentence."""
        return "kratom" if self.leaf else "the 7-OH product"

    def acting(self, knowledge: Knowledge) -> tuple[Activity, tuple[str, ...]]:
        """What leaf leaves of enzymes, with the facts: by this use, else by the studied tea."""
        found = self.own or self.known_part
        return (found.at_worst, PERSON_FACTS) if found is not None else studied(knowledge)

    def weighing(self, knowledge: Knowledge) -> tuple[Activity, ...]:
        """What severity goes by: this use where its size is known, else no less than reported use.

        A 7-OH product weighs as leaf of unknown size: nothing shows that it does less.
        """
        if self.own is not None:
            return (self.own.at_worst,)
        known = (self.known_part.at_worst,) if self.known_part is not None else ()
        beyond = (reported_use(knowledge),) if self.beyond_study else ()
        return (*known, *beyond, studied(knowledge)[0])

    @property
    def acting_as(self) -> str:
        """Which kratom ``acting`` is, in words."""
        if self.own is not None:
            return "beyond its one study"
        return "its known part, beyond its one study" if self.known_part else "as in its one study"

    def with_(self, label: str) -> str:
        """The beginning of a sentence about kratom with an item."""
        if self.mode is Mode.IF_USED:
            return f"If {self.name} were used{' again' if self.again else ''} with {label}"
        start = self.name[0].upper() + self.name[1:]
        if self.mode is Mode.STOPPED_RECENTLY:
            when = "lately" if self.last_use_known else "at an unknown time"
            return f"{start}, stopped {when}, with {label}"
        return f"{start} with {label}"


def kratom_context(
    case: Case,
    knowledge: Knowledge,
    *,
    named_in_list: bool,
    samples: ExposureSamples | None,
    lingering: bool = False,
) -> KratomContext:
    """The context of a case; kratom named among the medicines counts as use of unknown kind.

    ``lingering``: after stopping, levels are predicted to be measurable on the date of the case.
    """
    use = case.kratom
    mode, again = _mode(case, use, knowledge)
    stopped = use is not None and use.status is KratomStatus.STOPPED
    if stopped and (lingering or _measured_lately(case, knowledge)):
        mode, again = Mode.STOPPED_RECENTLY, False
    if named_in_list:
        mode, again = Mode.NOW, False
    products = use.products if use is not None else ()
    kinds = [knowledge.ddi.products.forms.get(p.form.value, "leaf") for p in products]
    unknown = not kinds or "unknown" in kinds or named_in_list
    seven_oh = unknown or "seven_oh" in kinds or any(_labelled_seven_oh(p) for p in products)
    leaf = unknown or "leaf" in kinds
    hazards: dict[HazardClass, tuple[Hazard, ...]] = {}
    # A 7-OH product keeps the hazards of leaf: nothing shows that it lacks them.
    for hazard in (
        *knowledge.ddi.leaf_hazards,
        *(knowledge.ddi.seven_oh_hazards if seven_oh else ()),
    ):
        hazards[hazard.klass] = (*hazards.get(hazard.klass, ()), hazard)
    beyond = seven_oh or _beyond_study(products, samples, knowledge)
    found = None
    if mode is Mode.NOW and beyond and leaf and samples is not None:
        found = persons_use(samples, knowledge)
    whole = not seven_oh and samples is not None and not samples.incomplete and not samples.doubt
    return KratomContext(
        mode=mode,
        leaf=leaf,
        seven_oh=seven_oh,
        unknown_product=unknown,
        beyond_study=beyond,
        again=again,
        last_use_known=use is not None and _days_since_last_use(case, use) is not None,
        hazards=hazards,
        recovering=mode is Mode.STOPPED_RECENTLY or (again and _recovering(case, use, knowledge)),
        studied_form=all(p.form in knowledge.ddi.pk_wording.studied_forms for p in products),
        # What is only a part of the use, or may not be this person's, can tell too small an effect.
        own=found if whole else None,
        known_part=None if whole else found,
    )


def _mode(case: Case, use: KratomUse | None, knowledge: Knowledge) -> tuple[Mode, bool]:
    """The mode, and whether use would be use again."""
    if use is None:
        return Mode.NOT_RECORDED, False
    days = _days_since_last_use(case, use)
    recent = knowledge.ddi.pk_wording.recent_kratom_days
    if use.status is KratomStatus.STOPPED or (
        use.status is KratomStatus.ASKING and days is not None
    ):
        # An unknown date of the last use counts as recent.
        lately = days is None or days <= recent
        return (Mode.STOPPED_RECENTLY, False) if lately else (Mode.IF_USED, True)
    fixed = {
        KratomStatus.NEVER: Mode.NEVER,
        KratomStatus.ASKING: Mode.IF_USED,
        KratomStatus.USING: Mode.NOW,
    }
    return fixed[use.status], False


def _days_since_last_use(case: Case, use: KratomUse) -> float | None:
    known = []
    if use.last_use_hours_ago is not None:
        known.append(use.last_use_hours_ago / _HOURS_PER_DAY)
    if use.stopped is not None:
        known.append(float((case.date - use.stopped).days))
    return min(known, default=None)


def _recovering(case: Case, use: KratomUse | None, knowledge: Knowledge) -> bool:
    """Whether enzymes may not be made anew yet, after kratom itself counts as gone."""
    days = None if use is None else _days_since_last_use(case, use)
    wording = knowledge.ddi.pk_wording
    return days is not None and days <= wording.recent_kratom_days + wording.enzyme_recovery_days


def _measured_lately(case: Case, knowledge: Knowledge) -> bool:
    recent = knowledge.ddi.pk_wording.recent_kratom_days
    return any(
        lab.value > 0
        and not lab.below_limit
        and (lab.date is None or (case.date - lab.date).days <= recent)
        for lab in case.labs
        if lab.name in PLASMA_LEVELS
    )


def _labelled_seven_oh(product: KratomProduct) -> bool:
    dose, analysis = product.dose, product.analysis
    figures = (
        dose.seven_oh_mg if dose else None,
        dose.seven_oh_mg_per_unit if dose else None,
        analysis.seven_oh_mg_per_unit if analysis else None,
    )
    return any(figures)


def _beyond_study(
    products: tuple[KratomProduct, ...], samples: ExposureSamples | None, knowledge: Knowledge
) -> bool:
    """True unless every product is known to be used as in the study, or more seldom."""
    if samples is not None:
        studied = knowledge.ddi.constant("kratom/studied/mitragynine_mg").number
        if float(np.median(samples.mitragynine_mg_per_day)) > studied:
            return True
    return len(products) != 1 or not _as_studied(products[0], knowledge)


def _as_studied(product: KratomProduct, knowledge: Knowledge) -> bool:
    wording = knowledge.ddi.pk_wording
    if product.form.value not in wording.studied_forms or product.dose is None:
        return False
    if product.times_per_day is None or product.days_per_week is None:
        return False
    uses = product.times_per_day * product.days_per_week
    return _within(product, knowledge) and uses <= wording.studied_uses_per_week


def _within(product: KratomProduct, knowledge: Knowledge) -> bool:
    """Whether every amount that is told of one use lies within that of the study."""
    told = {
        "leaf_g": product.dose.leaf_g if product.dose else None,
        "mitragynine_mg": product.dose.mitragynine_mg if product.dose else None,
    }
    known = {name: amount for name, amount in told.items() if amount is not None}
    return bool(known) and all(
        amount <= knowledge.ddi.constant(f"kratom/studied/{name}").number
        for name, amount in known.items()
    )
