"""A medicine's record as the clearance that a perpetrator can change, in this person."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import numpy as np

from speciosa.pharmacology.interactions.kinetics.in_vivo import Fraction, f_gut_of, fm_of
from speciosa.pharmacology.interactions.kinetics.metabolism import TYPICAL, Metabolism
from speciosa.pharmacology.interactions.kinetics.route import (
    is_between,
    passes_gut,
    route_flags,
)
from speciosa.pharmacology.interactions.kinetics.sampling import (
    SIZE,
    Array,
    fraction,
    odds,
    uniform,
)
from speciosa.pharmacology.interactions.kinetics.static_model import Clearance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from speciosa.case.vocabulary import Route
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.figure import Figure
    from speciosa.knowledge.medicines.record import Medicine

CYP3A = "CYP3A4"
_F_GUT_UNKNOWN = "uncertainty/f_gut_unknown"
_NAMED = re.compile(r"\b(?:CYP ?)?(\d[A-Z]\d{0,2})\b|\b(UGT)\w*")
_OTHER_ROUTE = "uncertainty/least_other_route"
_LEAST_HEPATIC = 1e-6  # so that a medicine that only the kidney clears divides nothing by nought


def clearance(
    medicine: Medicine,
    knowledge: Knowledge,
    *,
    oral: bool = True,
    metabolism: Metabolism = TYPICAL,
    exact_f_gut: bool = False,
) -> Clearance | None:
    """How the medicine is cleared, or ``None`` where no enzyme that clears it is known.

    An enzyme that the person lacks carries nothing, and the others carry more; one that is more
    active carries more. ``exact_f_gut`` leaves the gut fraction at the value of its record, for
    the probe that kratom was calibrated with.
    """
    typical = _typical(medicine, knowledge, oral=oral, exact_f_gut=exact_f_gut)
    if not typical.fm:
        return None
    return typical if metabolism.typical else in_person(typical, metabolism)


def by_route(
    medicine: Medicine,
    knowledge: Knowledge,
    route: Route | None,
    *,
    metabolism: Metabolism = TYPICAL,
    exact_f_gut: bool = False,
) -> Clearance | None:
    """The clearance by the mouth, by vein, or by both ways where the route lies between them."""

    def way(oral: bool) -> Clearance | None:
        return clearance(
            medicine, knowledge, oral=oral, metabolism=metabolism, exact_f_gut=exact_f_gut
        )

    found = way(passes_gut(route))
    if found is None:
        return None
    other = way(False) if is_between(route) else None
    return dataclasses.replace(found, otherwise=other, flags=route_flags(route))


def beside_typical(
    medicine: Medicine, knowledge: Knowledge, metabolism: Metabolism, *, oral: bool = True
) -> Array | None:
    """Exposure in this person over a typical adult's, or ``None`` where no route is known.

    Unlike ``clearance`` it needs no enzyme: what only the kidney clears counts too.
    """
    typical = _typical(medicine, knowledge, oral=oral, exact_f_gut=False)
    if not typical.fm and medicine.victim.fe_renal is None:
        return None
    return np.asarray(in_person(typical, metabolism).beside_typical + np.zeros(SIZE))


def _typical(
    medicine: Medicine, knowledge: Knowledge, *, oral: bool, exact_f_gut: bool
) -> Clearance:
    fm = _fractions(medicine, knowledge)
    return Clearance(
        fm=fm,
        f_gut=_f_gut(medicine, knowledge, exact=exact_f_gut) if oral else np.ones(SIZE),
        extraction=_extraction(medicine, knowledge) if not oral else 0.0,
        renal=_renal(medicine, fm),
    )


def clearance_facts(
    medicine: Medicine, enzymes: frozenset[str], knowledge: Knowledge
) -> tuple[str, ...]:
    """Ids of the fractions of clearance that a ratio over these enzymes rests on."""
    used = [f for e, part in fm_of(medicine, knowledge).items() if e in enzymes for f in part.facts]
    f_gut = f_gut_of(medicine, knowledge)
    if CYP3A in enzymes and f_gut is not None:
        used += f_gut.facts
    if enzymes.intersection(only_named(medicine)):
        used.append(f"medicine/{medicine.id}/enzymes_reported")
    return tuple(used)


def share(medicine: Medicine, enzyme: str) -> float:
    """Fraction of clearance by an enzyme as its record has it; 0 where none is given."""
    figure = medicine.victim.fm.get(enzyme)
    return figure.value if figure is not None else 0.0


def only_named(medicine: Medicine) -> tuple[str, ...]:
    """Enzymes that a source names for the medicine without saying how much they clear."""
    reported = medicine.victim.enzymes_reported
    if reported is None:
        return ()
    names = []
    for match in _NAMED.finditer(reported.value):
        enzyme = match[2] or f"CYP{match[1]}"
        names.append(CYP3A if enzyme.startswith("CYP3A") else enzyme)
    return tuple(e for e in dict.fromkeys(names) if e not in medicine.victim.fm)


def _fractions(medicine: Medicine, knowledge: Knowledge) -> dict[str, Array]:
    """Fractions of clearance by enzyme as samples; a little is left to routes not known.

    An enzyme named without a figure can carry anything between nothing and all that the figures,
    at their values, leave over.
    """
    figures = fm_of(medicine, knowledge)
    fm = {enzyme: _sampled(figure.key, figure) for enzyme, figure in figures.items()}
    named = only_named(medicine)
    if named:
        known = sum(figure.value for figure in figures.values())
        renal = medicine.victim.fe_renal.value if medicine.victim.fe_renal is not None else 0.0
        over = max(1.0 - known - renal, 0.0)
        root = f"medicine/{medicine.id}/fm"
        fm |= {e: uniform(f"{root}/{e}", 0.0, over) for e in named if over > 0.0}
    return _on_the_simplex(fm, 1.0 - knowledge.ddi.constant(_OTHER_ROUTE).number)


def _renal(medicine: Medicine, fm: Mapping[str, Array]) -> Array | float:
    """Fraction excreted unchanged, within what the enzymes leave over."""
    figure = medicine.victim.fe_renal
    if figure is None or figure.value == 0.0:
        return 0.0
    over = 1.0 - sum(fm.values(), start=np.full(SIZE, _LEAST_HEPATIC))
    return np.asarray(np.minimum(_sampled(f"medicine/{medicine.id}/fe_renal", figure), over))


def _f_gut(medicine: Medicine, knowledge: Knowledge, *, exact: bool) -> Array:
    """The part that escapes the gut wall; anything between far and no loss where not known."""
    figure = f_gut_of(medicine, knowledge)
    if CYP3A not in medicine.victim.fm and CYP3A not in only_named(medicine):
        return np.ones(SIZE)
    if figure is None:
        unknown = knowledge.ddi.constant(_F_GUT_UNKNOWN)
        key = f"medicine/{medicine.id}/f_gut"
        return fraction(key, unknown.number, unknown.low, unknown.high)
    if exact and medicine.victim.f_gut is not None:
        return np.full(SIZE, medicine.victim.f_gut.value)
    return _sampled(figure.key, figure)


def _extraction(medicine: Medicine, knowledge: Knowledge) -> Array | float:
    """Hepatic extraction ratio; its odds are intrinsic clearance over flow, and as uncertain."""
    figure = medicine.victim.hepatic_extraction
    if figure is None or figure.value <= 0.0:
        return 0.0
    key = f"medicine/{medicine.id}/hepatic_extraction"
    if figure.low is not None and figure.high is not None:
        return _sampled(key, figure)
    name = "cv_verified" if figure.verified else "cv_recalled"
    return odds(key, figure.value, knowledge.ddi.constant(f"uncertainty/{name}").number)


# ------------------------------------------------------------------ in this person


def in_person(typical: Clearance, metabolism: Metabolism) -> Clearance:
    """The clearance of a typical adult with this person's activities in place of the usual ones."""
    fm, renal, extraction = typical.fm, typical.renal, typical.extraction
    hepatic = 1.0 - renal
    remaining = np.maximum(hepatic - sum(fm.values(), start=np.zeros(SIZE)), 0.0)
    parts = {e: f * metabolism.of(e) for e, f in fm.items() if not metabolism.lacks(e)}
    kept = sum(parts.values(), start=remaining * metabolism.remaining)
    excreted = renal * metabolism.renal
    # The well-stirred liver: extraction follows intrinsic clearance, and flow limits both.
    intrinsic = kept / hepatic
    stirred = 1.0 - extraction + extraction * intrinsic
    whole = kept + excreted
    return Clearance(
        fm={e: part / whole for e, part in parts.items()},
        f_gut=typical.f_gut,
        extraction=extraction * intrinsic / stirred if _counts(extraction) else 0.0,
        renal=excreted / whole,
        beside_typical=1.0 / (excreted + kept / stirred),
    )


def _counts(extraction: Array | float) -> bool:
    return not (isinstance(extraction, float) and extraction == 0.0)


def _sampled(key: str, figure: Figure | Fraction) -> Array:
    return fraction(key, figure.value, figure.low, figure.high)


def _on_the_simplex(fm: Mapping[str, Array], most: float) -> dict[str, Array]:
    """Scale samples whose sum exceeds the most that enzymes can carry back to it."""
    excess = np.maximum(sum(fm.values(), start=np.zeros(SIZE)) / most, 1.0)
    return {enzyme: values / excess for enzyme, values in fm.items()}
