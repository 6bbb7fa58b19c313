"""What is known from the test tube alone, of which no size is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.finding import Certainty, Estimate, Severity
from speciosa.pharmacology.interactions.grading import narrow_reason
from speciosa.pharmacology.interactions.kinetics.victim import clearance_facts, share
from speciosa.pharmacology.interactions.kratom.part import Context, Part, seven_oh_part

if TYPE_CHECKING:
    from speciosa.pharmacology.interactions.recognise import Item

_ENZYMES = ("CYP2C9", "CYP2C19", "CYP2C8", "CYP1A2")


def by_p_gp(item: Item, context: Context) -> Part | None:
    """The part of P-glycoprotein in the row of a medicine that it carries."""
    wording = context.knowledge.ddi.pk_wording
    if item.id not in wording.p_gp_victims:
        return None
    facts = (
        f"ddi/p_gp_victim/{item.id}",
        "ddi/kratom/perpetrator/Pgp/IC50",
        "ddi/kratom/perpetrator/I_gut_uM",
        "ddi/cut_off/reversible_gut_R",
    )
    return _not_studied(Severity.MINOR, wording.text["p_gp"], facts, context)


def by_other_enzymes(item: Item, context: Context) -> Part | None:
    """The part of enzymes that mitragynine inhibits in vitro only."""
    enzymes = [e for e in _ENZYMES if share(item.medicine, e) >= context.major]
    if not enzymes:
        return None
    text = context.knowledge.ddi.pk_wording.text["in_vitro_only"]
    facts = [f"ddi/kratom/perpetrator/{enzyme}/Ki" for enzyme in enzymes]
    facts += clearance_facts(item.medicine, frozenset(enzymes), context.knowledge)
    mechanism = text.format(enzyme=" and ".join(enzymes))
    # What is not known of a medicine of which a small change matters is not the least of worries.
    narrow = narrow_reason(item.id, context.knowledge, rises=True)
    severity = Severity.MINOR if narrow else Severity.INFO
    return _not_studied(severity, mechanism, tuple(facts), context)


def _not_studied(
    severity: Severity, mechanism: str, facts: tuple[str, ...], context: Context
) -> Part:
    if not context.kratom.leaf:
        return seven_oh_part(severity, facts, context.knowledge)
    return Part(
        severity=severity,
        certainty=Certainty.UNKNOWN,
        sentence="whether exposure changes is not known; it has not been studied in people.",
        mechanism=mechanism,
        facts=facts,
        estimate=Estimate(value=None, unit="ratio", no_interval_because="not studied in people"),
    )
