"""A clearance with the perpetrators at work on it: the ratio, what it rests on, what to be told."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from speciosa.pharmacology.interactions.kinetics.perpetrator import (
    DOSE_NOT_USED,
    LARGER_DOSE,
    EnzymeEffect,
    Ground,
    activity,
    effects,
)
from speciosa.pharmacology.interactions.kinetics.sampling import median
from speciosa.pharmacology.interactions.kinetics.static_model import (
    MODEL_ERROR,
    Activity,
    AucRatio,
    Clearance,
    auc_ratio,
    model_error,
)
from speciosa.pharmacology.interactions.kinetics.victim import CYP3A, clearance_facts, only_named

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.ddi.record import Pair
    from speciosa.knowledge.medicines.record import Medicine
    from speciosa.pharmacology.interactions.kinetics.concentration import Use
    from speciosa.pharmacology.interactions.kinetics.metabolism import Metabolism
    from speciosa.pharmacology.interactions.kinetics.sampling import Array

_MOST = 0.5
_NO_WIDTH = 1e-3
_TRANSPORT_CLASS = "statin"


@dataclasses.dataclass(frozen=True, eq=False)
class Ratio:
    """The victim's exposure with all perpetrators over that without any, by the static model.

    ``samples`` are its distribution; ``median``, and ``low`` and ``high``, the central 90 %.
    ``shares`` are parts of the change by mechanism (see ``AucRatio``). ``ceiling`` is the most that
    is possible, ``None`` where no enzyme is inhibited, or not all that may be is counted.
    ``beside_typical`` is exposure in this person without any perpetrator, over that of a typical
    adult. ``by_class``: most of it rests on strength classes. ``observed`` is what was seen in
    people with this very pair. ``others`` are ratios of further species (7-hydroxymitragynine
    beside mitragynine). ``failed_activation`` says what follows where the enzyme that makes the
    victim act is inhibited; the ratio does not tell that.
    """

    samples: Array
    median: float
    low: float
    high: float
    shares: Mapping[str, float]
    ceiling: float | None
    flags: tuple[str, ...]
    facts: tuple[str, ...]
    by_class: bool
    enzymes: tuple[str, ...]
    regimens: tuple[str, ...] = ()
    beside_typical: Array | float = 1.0
    observed: Pair | None = None
    others: Mapping[str, AucRatio] = dataclasses.field(default_factory=dict)
    failed_activation: str = ""


@dataclasses.dataclass(frozen=True)
class NoRatio:
    """Why no ratio can be computed; never the same as no change."""

    why: str
    flags: tuple[str, ...] = ()
    observed: Pair | None = None
    failed_activation: str = ""


@dataclasses.dataclass(frozen=True, eq=False)
class Acting:
    """A perpetrator ready to be computed with: its effects by enzyme, or those of kratom.

    ``unstudied`` says that nothing is known of what it does, and why, where that is so.
    ``bounded`` is whether the enzymes that it acts on here are all that it can act on: where not,
    inhibiting those fully is no ceiling.
    """

    id: str
    name: str
    found: Mapping[str, EnzymeEffect]
    activity: Activity
    facts: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    unstudied: str = ""
    bounded: bool = True


def acting_of(medicine: Medicine, use: Use, knowledge: Knowledge) -> Acting:
    """The effects of one perpetrator, computed once."""
    found = effects(medicine, use, knowledge)
    left = activity(found)
    return Acting(medicine.id, medicine.name, found, left, bounded=not _gut_alone(left))


def _gut_alone(left: Activity) -> bool:
    """Whether CYP3A is inhibited in the gut wall and not counted in the liver (grapefruit)."""
    gut, liver = left.gut_cyp3a, left.liver.get(CYP3A)
    if gut is None or median(gut) >= 1.0:
        return False
    return liver is None or median(liver) >= 1.0


def no_common_enzyme(victim: str, acting: Sequence[Acting]) -> str:
    """Why perpetrators that act on none of the victim's enzymes give no ratio."""
    known = [a.name for a in acting if not a.unstudied]
    told = [a.unstudied for a in acting if a.unstudied]
    if known:
        names = " or ".join(known)
        told.insert(0, f"the base knows no enzyme that clears {victim} and that {names} changes")
    return "; ".join(told)


def in_this_person(found: Ratio | NoRatio, metabolism: Metabolism) -> Ratio | NoRatio:
    """The ratio with what this person's metabolism rests on, where it concerns these enzymes."""
    if isinstance(found, NoRatio) or not metabolism.told(found.enzymes):
        return found
    return dataclasses.replace(found, facts=(*found.facts, *metabolism.facts))


def why_not(medicine: Medicine, knowledge: Knowledge) -> str:
    """Why nothing can be computed for a victim without a known enzyme."""
    renal = medicine.victim.fe_renal
    if renal is not None and renal.value >= knowledge.ddi.pk_wording.renal_fraction:
        return (
            f"{medicine.name} leaves the body mostly unchanged through the kidney, and "
            "interactions there are not modelled"
        )
    return f"which enzymes clear {medicine.name}, and how much, is not in the base"


def of_clearance(
    medicine: Medicine,
    cleared: Clearance,
    acting: Sequence[Acting],
    knowledge: Knowledge,
    observed: Pair | None = None,
) -> Ratio | NoRatio:
    """The ratio for a clearance and effects that were prepared before."""
    fails = failed_activation(medicine, acting, knowledge)
    touched = {a.id: touched_by(a, cleared) for a in acting}
    idle = [a for a in acting if not touched[a.id]]
    if acting and len(idle) == len(acting):
        return NoRatio(no_common_enzyme(medicine.name, idle), cleared.flags, observed, fails)
    found = auc_ratio(cleared, [a.activity for a in acting], model_error(knowledge))
    if acting and _nothing_to_change(found):
        return NoRatio(
            f"what {' and '.join(a.name for a in acting)} changes has, by the base, no part in how "
            f"{medicine.name} leaves the body, and how sure that is is not known",
            observed=observed,
        )
    enzymes = tuple(dict.fromkeys(e for a in acting for e in touched[a.id]))
    at_work = [a.found[e] for a in acting for e in touched[a.id] if e in a.found]
    facts = [fact for effect in at_work for fact in effect.facts]
    facts += [fact for a in acting for fact in a.facts if touched[a.id]]
    facts += clearance_facts(medicine, frozenset(enzymes), knowledge)
    return Ratio(
        samples=found.samples,
        median=found.median,
        low=found.low,
        high=found.high,
        shares=found.shares,
        ceiling=(
            None
            if _carried(medicine, knowledge)
            else told_ceiling(found, [a for a in acting if touched[a.id]])
        ),
        flags=tuple(dict.fromkeys((*_flags(medicine, acting, touched, knowledge), *cleared.flags))),
        facts=tuple(dict.fromkeys((*facts, f"ddi/{MODEL_ERROR}"))) if acting else (),
        by_class=by_class(found, at_work),
        enzymes=enzymes,
        regimens=tuple(dict.fromkeys(r for effect in at_work for r in effect.regimens)),
        beside_typical=cleared.beside_typical,
        observed=observed,
        failed_activation=fails,
    )


def failed_activation(medicine: Medicine, acting: Sequence[Acting], knowledge: Knowledge) -> str:
    """What follows where the enzyme that makes a medicine act is inhibited; empty where not."""
    activation = knowledge.ddi.pk_wording.activation.get(medicine.id)
    if activation is None:
        return ""
    left = [a.activity.liver.get(activation.enzyme) for a in acting]
    if not any(median(one) < 1.0 for one in left if one is not None):
        return ""
    return f"where {activation.enzyme} is inhibited, {activation.note}"


def told_ceiling(found: AucRatio, acting: Sequence[Acting]) -> float | None:
    """The ceiling, where there is one and every perpetrator acts on no more than is counted."""
    bounded = all(a.bounded for a in acting)
    return found.ceiling if bounded and 1.0 < found.ceiling < math.inf else None


def _nothing_to_change(found: AucRatio) -> bool:
    """Whether a ratio is 1 without any width: a figure without a range, which says nothing."""
    return bool(np.all(np.abs(found.samples - 1.0) < _NO_WIDTH))


def touched_by(one: Acting, cleared: Clearance) -> tuple[str, ...]:
    """The enzymes of a clearance that a perpetrator acts on."""
    return tuple(e for e in one.activity.liver if e in cleared.fm) or (
        (CYP3A,) if _acts_on_gut(one, cleared) else ()
    )


def _acts_on_gut(one: Acting, cleared: Clearance) -> bool:
    return one.activity.gut_cyp3a is not None and bool(np.any(cleared.f_gut < 1.0))


def by_class(found: AucRatio, at_work: Sequence[EnzymeEffect]) -> bool:
    """Whether strength classes carry most of the ratio."""
    classes = {effect.enzyme for effect in at_work if effect.ground is Ground.CLASS}
    if not found.shares:
        return bool(classes)
    carried = 0.0
    for name, share in found.shares.items():
        enzyme = name.split(" ", 1)[1].replace("CYP3A", "CYP3A4", 1)
        carried += abs(share) if enzyme in classes else 0.0
    return carried >= _MOST


def _flags(
    medicine: Medicine,
    acting: Sequence[Acting],
    touched: Mapping[str, tuple[str, ...]],
    knowledge: Knowledge,
) -> list[str]:
    """What a reader of the ratio must be told, in words."""
    told = []
    for a in acting:
        if not touched[a.id]:
            why = a.unstudied or "no common enzyme is known"
            told.append(f"{a.name} has no part in the figure: {why}")
        flags = {flag for e in touched[a.id] if e in a.found for flag in a.found[e].flags}
        if LARGER_DOSE in flags:
            told.append(f"{a.name}: the dose is above every dose whose concentration is known")
        if DOSE_NOT_USED in flags:
            told.append(f"{a.name}: the dose could not be used; the usual one is assumed")
        told += a.flags if touched[a.id] else ()
    enzymes = {e for es in touched.values() for e in es}
    told += [
        f"how much of {medicine.name} {enzyme} clears is not known; anything up to what is left "
        "over was allowed"
        for enzyme in only_named(medicine)
        if enzyme in enzymes
    ]
    told += _opposed(acting, enzymes)
    wording = knowledge.ddi.pk_wording
    if _carried(medicine, knowledge):
        told.append(f"transporters also carry {medicine.name}; they are not modelled")
    if medicine.id in wording.active_moiety:
        told.append(f"parent only: {wording.active_moiety[medicine.id]}")
    return told


def _carried(medicine: Medicine, knowledge: Knowledge) -> bool:
    """Whether transporters, which the equation does not hold, matter to a medicine."""
    of_p_gp = medicine.id in knowledge.ddi.pk_wording.p_gp_victims
    return of_p_gp or _TRANSPORT_CLASS in medicine.klass.casefold()


def _opposed(acting: Sequence[Acting], enzymes: set[str]) -> list[str]:
    told = []
    for enzyme in sorted(enzymes):
        middle = {
            a.name: median(a.activity.liver[enzyme]) for a in acting if enzyme in a.activity.liver
        }
        less = [name for name, left in middle.items() if left < 1.0]
        more = [name for name, left in middle.items() if left > 1.0]
        if less and more:
            told.append(
                f"{' and '.join(less)} lowers and {' and '.join(more)} raises {enzyme}: the "
                "effects are multiplied, and which comes first in time is not looked at"
            )
    return told
