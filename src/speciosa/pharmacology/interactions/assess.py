"""All interactions of the whole list, both ways, worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from speciosa.case import Genotype
from speciosa.finding import Certainty, Estimate, Finding, Missing, Severity, Tone, worst_first
from speciosa.pharmacology.interactions.genotype import genotype_findings
from speciosa.pharmacology.interactions.hazards.find import hazards
from speciosa.pharmacology.interactions.hazards.kinetic_rise import with_kinetic_rises
from speciosa.pharmacology.interactions.hazards.questions import questions
from speciosa.pharmacology.interactions.hazards.unclear import unclear_hazards
from speciosa.pharmacology.interactions.kinetics.metabolism import metabolism_of
from speciosa.pharmacology.interactions.kratom.on_kratom import on_kratom
from speciosa.pharmacology.interactions.kratom.on_medicines import by_kratom
from speciosa.pharmacology.interactions.kratom.ranking import most_changed
from speciosa.pharmacology.interactions.kratom.use import KratomContext, Mode, kratom_context
from speciosa.pharmacology.interactions.medicines import (
    between_medicines,
    counted_rises,
    prepare,
)
from speciosa.pharmacology.interactions.naming import named
from speciosa.pharmacology.interactions.order import in_order
from speciosa.pharmacology.interactions.pairs import change_can_be_judged, gather
from speciosa.pharmacology.interactions.recognise import Recognition, recognise
from speciosa.pharmacology.interactions.result import (
    Interaction,
    InteractionsResult,
    PairStatus,
    PairSummary,
)
from speciosa.pharmacology.interactions.rows import KRATOM
from speciosa.pharmacology.interactions.stopped import with_what_follows
from speciosa.pharmacology.wording import finding

if TYPE_CHECKING:
    from speciosa.case.model import Case
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.exposure.samples import ExposureSamples

_SEVEN_OH = "7-hydroxymitragynine"


def assess(
    case: Case,
    knowledge: Knowledge,
    samples: ExposureSamples | None = None,
    *,
    lingering: bool = False,
) -> InteractionsResult:
    """Interactions of kratom with the list and within the list, and what was not checked.

    ``lingering``: after stopping, levels are predicted to be measurable on the date of the case.
    """
    found = recognise(case, knowledge)
    kratom = kratom_context(
        case,
        knowledge,
        named_in_list=bool(found.kratom_named),
        samples=samples,
        lingering=lingering,
    )
    metabolism = metabolism_of(case, knowledge)
    prepared = prepare(found.items, metabolism, knowledge)
    every = (
        *hazards(found.items, kratom, case, knowledge),
        *by_kratom(found.items, kratom, metabolism, knowledge),
        *on_kratom(found.items, kratom, metabolism, knowledge),
        *between_medicines(found.items, kratom, prepared),
    )
    risen = with_kinetic_rises(every, counted_rises(found.items, prepared), knowledge)
    # Without leaf, kratom is the 7-OH product itself: named twice, it is no pair.
    rows = in_order(
        (
            named(row, knowledge, kratom.name)
            for row in with_what_follows(risen, found.items, knowledge)
            if kratom.leaf or set(row.members) != {KRATOM, _SEVEN_OH}
        ),
        knowledge,
    )
    pairs = gather(rows, found.items, kratom, knowledge)
    with_ratios = any(row.auc_ratio for row in rows)
    return InteractionsResult(
        headline=_headline(rows, pairs, found, kratom),
        rows=rows,
        not_checked=found.not_checked,
        recognised=found.recognised,
        components=found.components,
        findings=worst_first(
            (
                *_findings(found, kratom, knowledge),
                *_of_exposure(kratom, samples, knowledge),
                *questions(found.items, case, knowledge),
                *unclear_hazards(found, kratom, knowledge),
                *most_changed(found.items, kratom, metabolism, knowledge),
                *genotype_findings(found.items, case, knowledge),
            )
        ),
        missing=tuple(_missing(case, found, kratom)),
        no_effect=_no_effect(knowledge) if with_ratios else None,
        pairs=pairs,
        about_ratios=knowledge.ddi.pairs_wording.about_ratios if with_ratios else "",
    )


def _no_effect(knowledge: Knowledge) -> Estimate:
    """The limits within which a ratio of AUCs counts as no change."""
    low, high = (knowledge.ddi.constant(f"cut_off/msm_aucr_{end}") for end in ("low", "high"))
    return Estimate(
        value=None,
        unit="ratio",
        low=low.number,
        high=high.number,
        interval="limits of no effect",
        facts=(low.id, high.id),
    )


# ------------------------------------------------------------------ headline


def _headline(
    rows: Sequence[Interaction],
    pairs: Sequence[PairSummary],
    found: Recognition,
    kratom: KratomContext,
) -> str:
    """What stands out, and never that there is nothing to fear."""
    parts = []
    if rows:
        met = [pair for pair in pairs if pair.status is PairStatus.FOUND]
        serious = sum(pair.severity.rank <= Severity.MAJOR.rank for pair in met)
        noun = "pair" if len(pairs) == 1 else "pairs"
        parts.append(
            f"Something was found for {len(met)} of {len(pairs)} {noun}, major or worse for "
            f"{serious}. {rows[0].sentence}"
        )
    elif found.items:
        parts.append(
            f"No rule met for {_names(found)}; this does not show that the combination is safe."
        )
    else:
        parts.append(
            "No medicine or substance could be checked. An empty list does not say that none is "
            "taken: ask for prescribed, bought and shared medicines, alcohol and supplements."
        )
    if found.not_checked:
        # In quotation marks, because the words are another's and can say anything.
        names = ", ".join(f'"{entry.name}"' for entry in found.not_checked)
        parts.append(f"Not checked: {names}.")
    if kratom.mode is Mode.NOT_RECORDED:
        parts.append(
            "Whether kratom is used now is not clear from what was given, so interactions with "
            "kratom were not looked at."
        )
    return " ".join(parts)


def _names(found: Recognition) -> str:
    return ", ".join(item.label for item in found.items)


# ------------------------------------------------------------------ findings


def _findings(found: Recognition, kratom: KratomContext, knowledge: Knowledge) -> Iterator[Finding]:
    for entry in found.not_checked:
        hint = f" Did you mean {entry.suggestion}?" if entry.suggestion else ""
        yield Finding(
            id=f"interaction.not_checked.{_slug(entry.name)}",
            severity=Severity.MODERATE,
            certainty=Certainty.UNKNOWN,
            tone=Tone.WARNING,
            text=f'"{entry.name}": {entry.why}.{hint}',
            action="Check it in another interaction source, or correct the name.",
        )
    if not found.items and not found.not_checked:
        yield Finding(
            id="interaction.none_listed",
            severity=Severity.MODERATE,
            certainty=Certainty.UNKNOWN,
            text="None listed: no medicine and no substance. That cannot be told apart from a list "
            "that was not taken.",
            action="Ask for every medicine, supplement, alcohol and other substances.",
        )
    if found.listed_twice:
        yield Finding(
            id="interaction.listed_twice",
            severity=Severity.MODERATE,
            certainty=Certainty.HIGH,
            tone=Tone.WARNING,
            text=f"Listed more than once: {', '.join(found.listed_twice)}.",
            action="Ask whether it is taken twice, perhaps under two names.",
        )
    if found.amounts_in_names:
        named_so = ", ".join(f'"{name}"' for name in found.amounts_in_names)
        yield Finding(
            id="interaction.amount_in_name",
            severity=Severity.INFO,
            certainty=Certainty.UNKNOWN,
            text=f"The amount in {named_so} was not used: whether it is a dose is not known.",
            action="Give the dose in its own field.",
        )
    if found.stood_in:
        read = "; ".join(f'"{typed}" as {name}' for typed, name in found.stood_in)
        yield Finding(
            id="interaction.stood_in",
            severity=Severity.MODERATE,
            certainty=Certainty.UNKNOWN,
            text=f"Checked as another that acts like it, or as one part of it: {read}.",
            action="What is particular to the product itself was not checked; ask what it is.",
        )
    listed = any(item.id == _SEVEN_OH for item in found.items)
    if listed or (kratom.counts and kratom.seven_oh):
        yield _seven_oh_finding(certain=listed or not kratom.unknown_product)
    if unknown := _without_kinetics(found, knowledge):
        yield Finding(
            id="interaction.no_kinetics",
            severity=Severity.INFO,
            certainty=Certainty.UNKNOWN,
            text=f"Whether concentrations change cannot be judged for {', '.join(unknown)}: the "
            "routes of clearance are not in the base.",
        )


def _of_exposure(
    kratom: KratomContext, samples: ExposureSamples | None, knowledge: Knowledge
) -> Iterator[Finding]:
    """That kratom counts as present after stopping, and that levels may not be this person's."""
    words = knowledge.kratom.exposure_wording
    if kratom.mode is Mode.STOPPED_RECENTLY:
        yield finding(words, "interaction.kratom_present")
    if samples is not None and samples.doubt:
        yield finding(words, "interaction.exposure_doubt", doubt=samples.doubt)


def _seven_oh_finding(*, certain: bool) -> Finding:
    if certain:
        text = (
            "Concentrated 7-OH or a relative of it is an opioid exposure, not kratom leaf; no "
            "interaction data in people exist for it."
        )
    else:
        text = (
            "The kind of kratom product is not known; a concentrated 7-OH product would have to be "
            "treated as an opioid, and no interaction data in people exist for it."
        )
    return Finding(
        id="interaction.seven_oh",
        severity=Severity.MAJOR if certain else Severity.MODERATE,
        certainty=Certainty.LOW,
        tone=Tone.WARNING,
        text=text,
        action="Ask for the product and its label; weigh every other depressant and opioid.",
        facts=(
            "ddi/kratom/product/seven_oh/opioid_agonist",
            "ddi/kratom/product/seven_oh/respiratory_depressant",
            "ddi/kratom/extrapolation_limits",
        ),
    )


def _without_kinetics(found: Recognition, knowledge: Knowledge) -> tuple[str, ...]:
    return tuple(
        item.medicine.name
        for item in found.items
        if not change_can_be_judged(item.medicine, knowledge)
    )


def _slug(name: str) -> str:
    return "_".join("".join(c if c.isalnum() else " " for c in name.casefold()).split())


# ------------------------------------------------------------------ missing


def _missing(case: Case, found: Recognition, kratom: KratomContext) -> Iterator[Missing]:
    if not case.medicines:
        yield Missing(
            field="medicines",
            cost="An empty list cannot be told apart from one that was not taken.",
            how="Ask for every prescribed, bought and shared medicine and supplement.",
            severity=Severity.MODERATE,
        )
    if not case.substances:
        yield Missing(
            field="substances",
            cost="Alcohol, cannabis, nicotine, caffeine and grapefruit were not looked at.",
            how="Ask for each by name.",
            severity=Severity.MODERATE,
        )
    if kratom.mode is Mode.NOT_RECORDED:
        yield Missing(
            field="kratom",
            cost="Interactions with kratom were not looked at.",
            how="Ask everyone; many do not mention kratom unless asked.",
            severity=Severity.MODERATE,
        )
    elif kratom.counts and kratom.unknown_product:
        yield Missing(
            field="kratom.products",
            cost="Leaf and concentrated 7-OH differ; both are taken into account.",
            how="Ask to see the package.",
            severity=Severity.MODERATE,
        )
    if found.items and case.person.cyp2d6 == Genotype():
        yield Missing(
            field="person.cyp2d6",
            cost="Inhibition of CYP2D6 matters in normal and not in poor metabolisers.",
            how="Only where a result already exists.",
            severity=Severity.INFO,
        )
