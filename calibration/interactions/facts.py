"""A posterior as facts, in the form that the product samples.

Every fact is a median with a central 90 % range. Unknowns are written one by one, so that what the
pairs say of two of them together is lost: the product's intervals come out a little too wide.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

import numpy as np

from calibration.interactions.fit import Posterior
from calibration.interactions.trials import SEEN_IN_GUT, enzymes_of, shows_inhibition
from speciosa.knowledge.fact import Basis, Fact
from speciosa.pharmacology.interactions.kinetics.in_vivo import IN_VIVO
from speciosa.pharmacology.interactions.kinetics.perpetrator import Ground
from speciosa.pharmacology.interactions.kinetics.sampling import Z90
from speciosa.pharmacology.interactions.kinetics.static_model import MODEL_ERROR

_MADE = "python -m calibration.interactions --write"
_RANGE = "central 90 %"
_GROUNDS = {"class": "strength class", SEEN_IN_GUT: "the activity left in the gut"}
_ODDS = {
    True: "odds of effect X - 1",
    False: "odds of effect (1 - X) / X",
}


def facts(posterior: Posterior) -> tuple[Fact, ...]:
    """Everything the calibration gives the product, sorted by id, and the error of the model."""
    found = [*_potencies(posterior), *_fractions(posterior), *_spreads(posterior)]
    return (*sorted(found, key=lambda f: f.id), _error(posterior))


def _potencies(posterior: Posterior) -> Iterator[Fact]:
    """One factor for each perpetrator and enzyme of the base, studied in pairs or not."""
    space = posterior.space
    pairs = Counter(
        (trial.pair.perpetrator, enzyme)
        for trial, kept in zip(space.trials, posterior.kept, strict=True)
        if kept
        for enzyme in trial.touched
    )
    shown = {
        (trial.pair.perpetrator, enzyme)
        for trial, kept in zip(space.trials, posterior.kept, strict=True)
        if kept and shows_inhibition(trial.pair, space.base)
        for enzyme in enzymes_of(trial.pair)
    }
    agreed = {a.plus[0] for a in space.agreements}
    for i, unknown in enumerate(space.unknowns):
        if unknown.kind != "potency":
            continue
        n = pairs[unknown.about, unknown.enzyme]
        by_pairs = unknown.group == Ground.PAIRS
        if by_pairs and (unknown.about, unknown.enzyme) not in shown:
            continue
        mean, sd = posterior.of(*space.potency_and_bias(unknown.about, unknown.enzyme))
        rests = ["the studied pairs"] if n else []
        rests += [] if by_pairs else [_GROUNDS.get(unknown.group, "constants")]
        rests += ["strength class"] if i in agreed else []
        beside = "odds of 1" if by_pairs else "what the base alone gives at the usual regimen"
        yield Fact(
            id=f"{IN_VIVO}/potency/{unknown.about}/{unknown.enzyme}",
            subject=unknown.about,
            quantity=f"factor on the {_ODDS[unknown.group == 'induction']} at {unknown.enzyme}",
            value=_three(math.exp(mean)),
            low=_three(math.exp(mean - Z90 * sd)),
            high=_three(math.exp(mean + Z90 * sd)),
            interval=_RANGE,
            n=n,
            conditions=f"beside {beside}; n is the number of studied pairs",
            basis=Basis.DERIVED,
            note=f"rests on {', '.join(dict.fromkeys(rests))}; {_MADE}",
        )


def _fractions(posterior: Posterior) -> Iterator[Fact]:
    """The figures of every victim that a pair of the fit says something about."""
    space = posterior.space
    informed = _informed(posterior)
    for i, unknown in enumerate(space.unknowns):
        if unknown.kind not in ("fm", "f_gut") or not informed[i]:
            continue
        spread = space.ranges[i]
        if spread.below == spread.above == 0.0:
            continue
        mean, sd = posterior.of(i)
        end = f"/{unknown.enzyme}" if unknown.enzyme else ""
        quantity = (
            f"fraction of systemic clearance by {unknown.enzyme}"
            if unknown.enzyme
            else "fraction escaping gut-wall metabolism"
        )
        yield Fact(
            id=f"{IN_VIVO}/{unknown.kind}/{unknown.about}{end}",
            subject=unknown.about,
            quantity=f"{quantity}, as the studied pairs have it",
            value=_four(spread.at(mean)),
            low=_four(spread.at(mean - Z90 * sd)),
            high=_four(spread.at(mean + Z90 * sd)),
            interval=_RANGE,
            n=sum(
                bool(kept) and i in space.depends_on(trial)
                for trial, kept in zip(space.trials, posterior.kept, strict=True)
            ),
            conditions="n is the number of studied pairs",
            basis=Basis.DERIVED,
            note=f"the record's figure moved by the pairs; {_MADE}",
        )


def _informed(posterior: Posterior) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    found = np.zeros(len(posterior.space.unknowns), dtype=bool)
    space = posterior.space
    for trial, kept in zip(space.trials, posterior.kept, strict=True):
        if kept:
            fractions = [i for i in space.depends_on(trial) if i in space.ranges]
            found[[i for i in fractions if space.unknowns[i].enzyme in ("", *trial.touched)]] = True
    return found


def _spreads(posterior: Posterior) -> Iterator[Fact]:
    """How wide the recorded ranges should have been, and how far each kind of ground is off."""
    for kind, what in (("fm", "fractions of clearance"), ("f_gut", "gut fractions")):
        yield Fact(
            id=f"{IN_VIVO}/spread/{kind}",
            subject=f"recorded ranges of {what}",
            quantity="ratio of the width that the studied pairs call for to that recorded",
            value=_three(posterior.spreads[kind]),
            n=int(posterior.kept.sum()),
            conditions="on the logit scale; a ratio below 1 narrows nothing",
            basis=Basis.DERIVED,
            note=_MADE,
        )
    for (kind, group, enzymes), i in posterior.space.index.items():
        if kind != "bias":
            continue
        mean, sd = posterior.of(i)
        wide = math.hypot(sd, posterior.spreads[group])
        yield Fact(
            id=f"{IN_VIVO}/ground/{group}/{enzymes.replace(' ', '_')}",
            subject=f"effects by {group} on {enzymes}",
            quantity="ratio of the odds of effect in people to those by the ground",
            value=_three(math.exp(mean)),
            low=_three(math.exp(mean - Z90 * wide)),
            high=_three(math.exp(mean + Z90 * wide)),
            interval="central 90 % of perpetrators",
            n=int(posterior.kept.sum()),
            conditions="constants and class: inhibition; n is the number of studied pairs",
            basis=Basis.DERIVED,
            note=_MADE,
        )


def _error(posterior: Posterior) -> Fact:
    return Fact(
        id=f"ddi/{MODEL_ERROR}",
        subject="static model on the study pairs",
        quantity="standard deviation, at a ratio of 1, of the log ratio beyond the ranges of the "
        "parameters",
        value=_three(posterior.error),
        n=int(posterior.kept.sum()),
        conditions="study pairs without kratom; elsewhere times 1 + the size of the log ratio",
        basis=Basis.DERIVED,
        note=f"fitted with the calibrated figures; {_MADE}",
    )


def _three(value: float) -> float:
    return float(f"{value:.3g}")


def _four(value: float) -> float:
    return round(value, 4)
