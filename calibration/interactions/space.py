"""The unknowns of the calibration and their priors, and the ratio of every trial under them.

An unknown is one of four kinds. ``bias``: how far a kind of ground is off on average, at CYP3A and
at all other enzymes, as log odds of effect. ``potency``: how far one perpetrator at one enzyme is
off beyond that. ``fm`` and ``f_gut``: a figure of a victim, in standard deviations of its recorded
range on the logit scale. All have the mean 0, and each kind (of ground) its own standard deviation,
which is fitted too.

The ratio is the product's own equation: all trials, each once as it is and once moved along every
unknown that it depends on, lie side by side along the axis of the draws.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.interactions.trials import SEEN_IN_GUT, Trial, acting_on
from speciosa.knowledge import Knowledge
from speciosa.pharmacology.interactions.kinetics.in_vivo import Fraction, f_gut_of, fm_of, logit
from speciosa.pharmacology.interactions.kinetics.perpetrator import Ground
from speciosa.pharmacology.interactions.kinetics.sampling import Z90
from speciosa.pharmacology.interactions.kinetics.static_model import (
    Activity,
    Clearance,
    auc_ratio,
)
from speciosa.pharmacology.interactions.kinetics.victim import CYP3A

Array = NDArray[np.float64]

# Standard deviations to start from, by group; each weighs as much as ``fit.START_WEIGHS`` figures.
START: Mapping[str, float] = {
    "bias": 0.5,
    "constants": 1.0,
    "class": 0.5,
    "induction": 0.5,
    SEEN_IN_GUT: 0.5,
    "pairs": 1.0,
    "fm": 1.0,
    "f_gut": 1.0,
    "error": 0.3,
}
_STEP = 1e-4
_NONE = -1


class Unknown(NamedTuple):
    """One unknown: its kind, whom it is about, the enzyme, and the group that shares its spread."""

    kind: str
    about: str
    enzyme: str
    group: str


class Range(NamedTuple):
    """A fraction as the product samples it: logit of the median, and the spread on each side."""

    middle: float
    below: float
    above: float

    @classmethod
    def of(cls, fraction: Fraction) -> Range:
        """The range of a figure; without one it does not move."""
        middle = logit(fraction.value)
        if fraction.low is None or fraction.high is None or fraction.low == fraction.high:
            return cls(middle, 0.0, 0.0)
        return cls(
            middle, (middle - logit(fraction.low)) / Z90, (logit(fraction.high) - middle) / Z90
        )

    def at(self, z: float) -> float:
        """The fraction that many standard deviations from the median."""
        spread = self.below if z < 0 else self.above
        return float(1.0 / (1.0 + np.exp(-(self.middle + z * spread))))


def shared_by(enzyme: str) -> str:
    """The enzymes that share an average error: CYP3A, which acts in the gut too, or all others."""
    return enzyme if enzyme == CYP3A else "other enzymes"


class Agreement(NamedTuple):
    """Constants and strength class say the same thing but for the errors of both grounds.

    ``potency + bias of constants - bias of classes = named`` within the spread of classes.
    """

    plus: tuple[int, ...]
    minus: int
    named: float
    group: str


class Space:
    """The unknowns of a set of trials over the whole base, and the model over them."""

    def __init__(self, trials: Sequence[Trial], base: Knowledge) -> None:
        self.trials = tuple(trials)
        self.base = base
        self.unknowns: list[Unknown] = []
        self.index: dict[tuple[str, str, str], int] = {}
        self.ranges: dict[int, Range] = {}
        self.agreements: list[Agreement] = []
        self.log_seen = np.array([t.log_seen for t in self.trials])
        self._add_perpetrators()
        self._add_victims()
        self.groups = np.array([u.group for u in self.unknowns])
        self._lay_out()

    def fraction(self, kind: str, medicine: str, enzyme: str = "") -> tuple[int, Range]:
        """Index and range of a figure of a victim."""
        i = self.index[kind, medicine, enzyme]
        return i, self.ranges[i]

    # -------------------------------------------------------------- unknowns

    def _add(self, kind: str, about: str, enzyme: str, group: str) -> int:
        key = kind, about, enzyme
        if key not in self.index:
            self.index[key] = len(self.unknowns)
            self.unknowns.append(Unknown(*key, group))
        return self.index[key]

    def _add_perpetrators(self) -> None:
        cleared = {e for m in self.base.medicines.all() for e in m.victim.fm}
        for medicine in self.base.medicines.all():
            for enzyme, acting in acting_on(medicine, self.base).items():
                if enzyme not in cleared:
                    continue
                own = self._add("potency", medicine.id, enzyme, acting.group)
                bias = self._add("bias", acting.group, shared_by(enzyme), "bias")
                if acting.named is None:
                    continue
                classes = "induction" if acting.group == "induction" else Ground.CLASS.value
                if classes == acting.group:
                    named = Agreement((own,), _NONE, acting.named, classes)
                else:
                    of_classes = self._add("bias", classes, shared_by(enzyme), "bias")
                    named = Agreement((own, bias), of_classes, acting.named, classes)
                self.agreements.append(named)
        for trial in self.trials:
            for enzyme, acting in trial.acting.items():
                if acting.group == Ground.PAIRS:
                    self._add("potency", trial.pair.perpetrator, enzyme, acting.group)
                    self._add("bias", acting.group, shared_by(enzyme), "bias")

    def _add_victims(self) -> None:
        for trial in self.trials:
            medicine = self.base.medicines.get(trial.pair.victim)
            fm, f_gut = fm_of(medicine, self.base), f_gut_of(medicine, self.base)
            for enzyme, part in fm.items():
                self.ranges[self._add("fm", medicine.id, enzyme, "fm")] = Range.of(part)
            if f_gut is not None:
                self.ranges[self._add("f_gut", medicine.id, "", "f_gut")] = Range.of(f_gut)

    def potency_and_bias(self, perpetrator: str, enzyme: str) -> tuple[int, int]:
        """Indices of the two unknowns that size an effect."""
        i = self.index["potency", perpetrator, enzyme]
        return i, self.index["bias", self.unknowns[i].group, shared_by(enzyme)]

    def depends_on(self, trial: Trial) -> tuple[int, ...]:
        """The unknowns that move the ratio of a trial."""
        victim = trial.pair.victim
        found: list[int] = []
        for enzyme in trial.touched:
            found += self.potency_and_bias(trial.pair.perpetrator, enzyme)
        fractions = [("fm", victim, enzyme) for enzyme in trial.fm] if found else []
        fractions += [("f_gut", victim, "")] if self._gut_counts(trial) else []
        found += [self.index[key] for key in fractions if key in self.index]
        return tuple(dict.fromkeys(found))

    def _gut_counts(self, trial: Trial) -> bool:
        return trial.pair.route == "oral" and CYP3A in trial.touched

    # -------------------------------------------------------------- the model

    def _lay_out(self) -> None:
        """One column for each trial and one more for each unknown that it depends on."""
        columns = [
            (row, moved)
            for row, trial in enumerate(self.trials)
            for moved in (_NONE, *self.depends_on(trial))
        ]
        self._row = np.array([row for row, _ in columns])
        self._moved = np.array([moved for _, moved in columns])
        laid = [self.trials[row] for row in self._row]
        self._enzymes = sorted({e for t in self.trials for e in t.fm})
        self._fm = {
            e: self._fractions(
                [("fm", t.pair.victim, e) for t in laid], [t.fm.get(e, 0.0) for t in laid]
            )
            for e in self._enzymes
        }
        self._f_gut = self._fractions(
            [("f_gut", t.pair.victim, "" if self._gut_counts(t) else "-") for t in laid],
            [t.f_gut for t in laid],
        )
        self._acting = {e: self._effects(e, laid) for e in self._enzymes}
        self._extraction = np.array([t.extraction for t in laid])
        self._renal = np.array([t.renal for t in laid])

    def _fractions(
        self, keys: Iterable[tuple[str, str, str]], others: Iterable[float]
    ) -> _Fractions:
        at = [self.index.get(key, _NONE) for key in keys]
        ranges = [self.ranges[i] if i >= 0 else Range(0.0, 0.0, 0.0) for i in at]
        middle, below, above = (np.array(v) for v in zip(*ranges, strict=True))
        return _Fractions(np.array(at), middle, below, above, np.array(list(others)))

    def _effects(self, enzyme: str, laid: Sequence[Trial]) -> _Effects:
        at, bias, liver, gut = [], [], [], []
        for trial in laid:
            acting = trial.acting.get(enzyme) if enzyme in trial.fm else None
            if acting is None:
                own, shared = _NONE, _NONE
            else:
                own, shared = self.potency_and_bias(trial.pair.perpetrator, enzyme)
            at.append(own)
            bias.append(shared)
            liver.append(acting.liver if acting else 1.0)
            gut.append(acting.gut if acting else 1.0)
        return _Effects(np.array(at), np.array(bias), np.array(liver), np.array(gut))

    def _log_ratios(self, theta: Array) -> Array:
        def of(index: NDArray[np.int_]) -> Array:
            at = np.where(index >= 0, theta[index], 0.0) + _STEP * (self._moved == index)
            return np.where(index >= 0, at, 0.0)

        fm = {e: f.at(of(f.unknown)) for e, f in self._fm.items()}
        most = 1.0 - self.base.ddi.constant("uncertainty/least_other_route").number
        whole = sum(fm.values(), start=np.zeros(self._row.size))
        excess = np.maximum(whole / most, 1.0)
        acting = {e: a.left(of(a.unknown) + of(a.bias)) for e, a in self._acting.items()}
        victim = Clearance(
            fm={e: f / excess for e, f in fm.items()},
            f_gut=self._f_gut.at(of(self._f_gut.unknown)),
            extraction=self._extraction,
            renal=self._renal,
        )
        gut = acting[CYP3A][1] if CYP3A in acting else None
        perpetrator = Activity(liver={e: a[0] for e, a in acting.items()}, gut_cyp3a=gut)
        return np.log(auc_ratio(victim, [perpetrator]).samples)

    def linearised(self, theta: Array) -> tuple[Array, Array]:
        """Log ratios of all trials and their slopes along the unknowns."""
        moved = self._log_ratios(theta)
        at = moved[self._moved == _NONE]
        slopes = np.zeros((len(self.trials), len(self.unknowns)))
        is_moved = self._moved != _NONE
        row, column = self._row[is_moved], self._moved[is_moved]
        slopes[row, column] = (moved[is_moved] - at[row]) / _STEP
        return at, slopes


class _Fractions(NamedTuple):
    unknown: NDArray[np.int_]
    middle: Array
    below: Array
    above: Array
    other: Array

    def at(self, z: Array) -> Array:
        inside = 1.0 / (1.0 + np.exp(-(self.middle + z * np.where(z < 0, self.below, self.above))))
        return np.where(self.unknown >= 0, inside, self.other)


class _Effects(NamedTuple):
    unknown: NDArray[np.int_]
    bias: NDArray[np.int_]
    liver: Array
    gut: Array

    def left(self, log_factor: Array) -> tuple[Array, Array]:
        """Activity in liver and gut with the odds of effect times a factor."""
        factor = np.exp(log_factor)
        return _times(self.liver, factor), _times(self.gut, factor)


def _times(left: Array, factor: Array) -> Array:
    inhibited = 1.0 / (1.0 + (1.0 - np.minimum(left, 1.0)) / left * factor)
    return np.where(left <= 1.0, inhibited, 1.0 + (left - 1.0) * factor)
