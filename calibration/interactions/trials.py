"""Studied pairs as trials: who was given what, what was seen, what the base says before them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from speciosa.knowledge import Knowledge
from speciosa.knowledge.fact import Fact
from speciosa.pharmacology.interactions.kinetics.concentration import Use, dose_mg, interval_h
from speciosa.pharmacology.interactions.kinetics.in_vivo import fm_of
from speciosa.pharmacology.interactions.kinetics.perpetrator import (
    GUT_ALONE,
    EnzymeEffect,
    Ground,
    grounds,
    odds,
)
from speciosa.pharmacology.interactions.kinetics.victim import CYP3A, clearance

if TYPE_CHECKING:
    from speciosa.knowledge.ddi.record import Pair
    from speciosa.knowledge.medicines.record import Medicine

KRATOM = "kratom"
SEEN_IN_GUT = "gut"  # activity left in the gut as studies in people had it: no constant in vitro
_NAMES = {"CYP3A": CYP3A}


class Acting(NamedTuple):
    """Activity left of one enzyme under the perpetrator, at the medians.

    ``group`` is the kind of ground that its size rests on; ``named`` the log odds of effect by the
    strength class over those by the ground, where both are known.
    """

    group: str
    liver: float
    gut: float
    named: float | None


class Trial(NamedTuple):
    """One pair with its route; ``fm`` and ``f_gut`` of the victim are the medians of the base."""

    pair: Pair
    acting: Mapping[str, Acting]
    fm: Mapping[str, float]
    f_gut: float
    extraction: float
    renal: float

    @property
    def log_seen(self) -> float:
        """Log of the AUC ratio that was seen."""
        return math.log(self.pair.auc_ratio)

    @property
    def touched(self) -> tuple[str, ...]:
        """The enzymes that clear the victim and that the perpetrator acts on."""
        return tuple(enzyme for enzyme in self.fm if enzyme in self.acting)


def uncalibrated(knowledge: Knowledge) -> Knowledge:
    """The base as it is without anything that studied pairs say of it."""
    return recalibrated(knowledge, ())


def recalibrated(knowledge: Knowledge, facts: Iterable[Fact]) -> Knowledge:
    """The base with other facts of the calibration; the medicines are read once."""
    other = Knowledge()
    other.medicines = knowledge.medicines
    other.ddi = knowledge.ddi.recalibrated(facts)
    return other


def trials(pairs: Iterable[Pair], base: Knowledge) -> tuple[Trial, ...]:
    """Every pair without kratom as a trial, in the order given. ``base`` is uncalibrated.

    The perpetrator is taken in its usual regimen: a pair pools studies of several.
    """
    listed = [pair for pair in pairs if pair.perpetrator != KRATOM]
    by_pairs = by_pairs_alone(listed, base)
    return tuple(_trial(pair, by_pairs, base) for pair in listed)


def _trial(pair: Pair, by_pairs: frozenset[tuple[str, str]], base: Knowledge) -> Trial:
    victim = base.medicines.get(pair.victim)
    cleared = clearance(victim, base, oral=pair.route == "oral")
    acting = acting_on(base.medicines.get(pair.perpetrator), base)
    for enzyme in fm_of(victim, base):
        if (pair.perpetrator, enzyme) in by_pairs:
            acting[enzyme] = Acting(Ground.PAIRS.value, 0.5, 0.5, None)
    if cleared is None:
        return Trial(pair, acting, {}, 1.0, 0.0, 0.0)
    return Trial(
        pair,
        acting,
        {enzyme: float(np.median(part)) for enzyme, part in cleared.fm.items()},
        float(np.median(cleared.f_gut)),
        float(np.median(cleared.extraction)),
        float(np.median(cleared.renal)),
    )


def acting_on(medicine: Medicine, base: Knowledge) -> dict[str, Acting]:
    """What a medicine does to each enzyme, by constants or class, at the medians."""
    return {
        enzyme: _acting(ground.effect, ground.named)
        for enzyme, ground in grounds(medicine, Use(), base).items()
    }


def _acting(effect: EnzymeEffect, named: EnzymeEffect | None) -> Acting:
    liver = float(np.median(effect.liver))
    gut = 1.0 if effect.gut is None else float(np.median(effect.gut))
    induction = max(liver, gut) > 1.0
    group = "induction" if induction else effect.ground.value
    if GUT_ALONE in effect.flags:
        group = SEEN_IN_GUT
    if named is None:
        return Acting(group, liver, gut, None)
    own = _log_odds(liver, induction=induction)
    beside = _log_odds(float(np.median(named.liver)), induction=induction)
    return Acting(group, liver, gut, beside - own)


def _log_odds(left: float, *, induction: bool) -> float:
    return math.log(max(float(odds(np.array(left), induction=induction)), 1e-6))


def by_pairs_alone(pairs: Iterable[Pair], base: Knowledge) -> frozenset[tuple[str, str]]:
    """Perpetrator and enzyme of every inhibition that a pair showed and the base has no ground for.

    What saw no change makes no inhibitor: it only helps to size one that another pair showed.
    """
    found = set()
    for pair in pairs:
        if pair.perpetrator == KRATOM or not shows_inhibition(pair, base):
            continue
        known = grounds(base.medicines.get(pair.perpetrator), Use(), base)
        victim = base.medicines.get(pair.victim)
        for enzyme in enzymes_of(pair):
            if enzyme not in known and enzyme in victim.victim.fm:
                found.add((pair.perpetrator, enzyme))
    return frozenset(found)


def enzymes_of(pair: Pair) -> tuple[str, ...]:
    """The enzymes that the studies of a pair name, as the model calls them."""
    return tuple(_NAMES.get(enzyme, enzyme) for enzyme in pair.enzymes)


def shows_inhibition(pair: Pair, base: Knowledge) -> bool:
    """Whether a pair saw at least the rise that the weakest class of inhibitors stands for."""
    least = base.ddi.constant("strength/inhibitor/weak").number
    return pair.mechanism != "induction" and pair.auc_ratio >= least


def use_of(pair: Pair) -> Use:
    """The perpetrator's dose and interval in the studies of a pair, as far as words tell them."""
    doses = [d for study in pair.studies if (d := dose_mg(study.perpetrator_regimen)) is not None]
    intervals = {interval_h(study.perpetrator_regimen) for study in pair.studies}
    return Use(
        dose_mg=math.exp(sum(map(math.log, doses)) / len(doses)) if doses else None,
        interval_h=intervals.pop() if len(intervals) == 1 else None,
    )
