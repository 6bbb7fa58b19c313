"""The published studies, done with virtual people: regimens, curves and their analysis."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from calibration import figures
from calibration.figures import Array
from speciosa.engine import Bolus, Model, read_model, simulate
from speciosa.knowledge import Knowledge
from speciosa.knowledge.models.observations import Observation, Statistic

SINGLE_H = np.array(
    [0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1.05, 1.2, 1.4, 1.6, 1.8, 2.0, 2.25, 2.5, 3.0, 3.5, 4.0,
     4.5, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0, 14.0, 16.0, 20.0, 24.0, 30.0, 36.0, 48.0, 60.0, 72.0,
     84.0, 96.0, 120.0, 144.0, 168.0]
)  # fmt: skip
_A = "models/assumption/"
_NMOL = 1e3  # nM per umol/L
_WEIGHTS = {
    "mitragynine": "kratom/pk_mg_mw",
    "7-hydroxymitragynine": "kratom/pk_7oh_mw",
    "speciociliatine": "kratom/pk_mg_mw",
    "speciogynine": "kratom/pk_mg_mw",
    "mitraciliatine": "kratom/pk_mg_mw",
    "paynantheine": "kratom/pk_payn_mw",
    "isopaynantheine": "kratom/pk_payn_mw",
}
OF_VICTIM = (Statistic.AUC_RATIO, Statistic.CMAX_RATIO, Statistic.HALF_LIFE_RATIO)
NEEDS_LIMIT = (Statistic.AUC, Statistic.HALF_LIFE, Statistic.VOLUME, Statistic.CLEARANCE)
_EXPONENTS = (Statistic.CMAX_EXPONENT, Statistic.AUC_EXPONENT)
_RTOL, _ATOL = 1e-5, 1e-8
_MOST_STEPS = 20_000


def assay(o: Observation) -> str:
    """Name of the assay whose limit decided how far an observation could see."""
    return f"{o.study}/{o.analyte.split('/')[0]}"


class Scenario(NamedTuple):
    """One regimen given to the virtual people."""

    substance: str
    dose_mg: float
    doses: int
    victim: str

    def last_dose_h(self) -> float:
        """Time of the last dose."""
        return 24.0 * (self.doses - 1)


class Curves(NamedTuple):
    """What a scenario gave: nM after the last dose by analyte, and daily troughs before."""

    after: Mapping[str, Array]
    troughs: Mapping[str, Array]


@dataclass(frozen=True)
class Studies:
    """Everything that the observations ask of a structure."""

    knowledge: Knowledge
    structure: str
    observations: tuple[Observation, ...]
    model: Model
    with_victim: Mapping[str, Model]

    @classmethod
    def of(
        cls, knowledge: Knowledge, structure: str, observations: Sequence[Observation]
    ) -> Studies:
        """The studies of the substances that a structure holds."""
        models = knowledge.models
        outputs = set(models.structure(structure).outputs)
        text = models.text(structure)
        # Only the base of the fragment has the enzyme pools that a victim meets.
        can_join = models.structure("victim").base == structure
        victims = tuple(models.victims) if can_join else ()
        chosen = tuple(
            o
            for o in observations
            if set(o.analyte.split("/")) <= outputs or (o.analyte in victims)
        )
        joined = {v: read_model(text, models.text("victim")) for v in victims}
        return cls(knowledge, structure, chosen, read_model(text), joined)

    def figures(
        self,
        population: Mapping[str, Array],
        limits: Mapping[str, Array],
        victims: Mapping[str, Array],
        chosen: Sequence[Observation] | None = None,
    ) -> list[Array]:
        """Every observation's figure for every row of the population, in its own unit.

        ``limits`` are limits in ng/mL by assay, for those that are not known; ``victims`` replace
        parameters of the victim.
        """
        wanted = self.observations if chosen is None else chosen
        held: dict[Scenario, Curves] = {}
        return [self._figure(o, population, limits, victims, held) for o in wanted]

    def _figure(
        self,
        o: Observation,
        population: Mapping[str, Array],
        limits: Mapping[str, Array],
        victims: Mapping[str, Array],
        held: dict[Scenario, Curves],
    ) -> Array:
        def run(dose_mg: float, victim: str = "") -> Curves:
            scenario = Scenario(self._substance(), dose_mg, o.doses, victim)
            if scenario not in held:
                held[scenario] = self._run(scenario, population, victims)
            return held[scenario]

        if o.statistic in OF_VICTIM:
            with_kratom = run(o.dose_mg, o.analyte)
            without = run(0.0, o.analyte)
            return _of_victim(o, with_kratom) / _of_victim(o, without)
        victim = next(iter(self.with_victim), "") if o.doses == 1 and self._shares(o) else ""
        limit = self._limit_nm(o, limits, next(iter(population.values())).size)
        if o.statistic in _EXPONENTS:
            low_mg = self.knowledge.fact(f"{_A}lowest_dose").number
            high, low = (self._analysed(o, run(mg), limit, mg) for mg in (o.dose_mg, low_mg))
            exponent: Array = np.log(high / low) / np.log(o.dose_mg / low_mg)
            return exponent
        return self._analysed(o, run(o.dose_mg, victim), limit, o.dose_mg)

    def _shares(self, o: Observation) -> bool:
        """Whether a study with a victim has the same regimen, so that one run serves both."""
        return any(
            other.statistic in OF_VICTIM and other.dose_mg == o.dose_mg and other.doses == o.doses
            for other in self.observations
        )

    def _substance(self) -> str:
        """What was swallowed."""
        inputs = self.knowledge.models.structure(self.structure).inputs
        return next(iter(inputs))

    def _umol(self, substance: str, mg: float) -> float:
        return mg * 1e3 / self.knowledge.fact(_WEIGHTS[substance]).number

    def _limit_nm(self, o: Observation, limits: Mapping[str, Array], rows: int) -> Array:
        limit = limits.get(assay(o))
        if limit is None:
            limit = np.full(rows, self.knowledge.fact(f"{_A}assay_limit").number)
        return limit * 1e3 / self.knowledge.fact(_WEIGHTS[o.analyte.split("/")[0]]).number

    def _run(
        self, scenario: Scenario, population: Mapping[str, Array], victims: Mapping[str, Array]
    ) -> Curves:
        models = self.knowledge.models
        structure = models.structure(self.structure)
        outputs, state = dict(structure.outputs), structure.inputs[scenario.substance]
        amount = self._umol(scenario.substance, scenario.dose_mg)
        regimen = [Bolus(24.0 * i, state, amount) for i in range(scenario.doses)]
        model, parameters = self.model, dict(population)
        if scenario.victim:
            victim, fragment = models.victims[scenario.victim], models.structure("victim")
            model = self.with_victim[scenario.victim]
            parameters |= {
                p.name: victims.get(p.name, np.array(p.prior.median)) for p in victim.parameters
            }
            outputs[scenario.victim] = fragment.outputs["medicine"]
            weight = self.knowledge.fact(victim.molecular_weight).number
            mg = self.knowledge.fact(f"{_A}{scenario.victim}_dose").number
            at = scenario.last_dose_h()
            regimen.append(Bolus(at, fragment.inputs["medicine"], mg * 1e3 / weight))
        days = 24.0 * np.arange(1, scenario.doses)
        times = np.concatenate((days, scenario.last_dose_h() + SINGLE_H))
        # A candidate far out may be impossible to solve: its people are NaN and it counts as such.
        result = simulate(
            model,
            parameters,
            regimen,
            times,
            tuple(outputs.values()),
            rtol=_RTOL,
            atol=_ATOL,
            failures="report",
            most_steps=_MOST_STEPS,
        )
        assert result.values is not None  # noqa: S101 curves were asked for
        values = np.maximum(result.values, 0.0) * _NMOL
        at_end = int(np.flatnonzero(SINGLE_H == 24.0)[0]) + days.size
        trough_at = [*range(days.size), at_end]
        return Curves(
            {name: values[:, days.size :, i] for i, name in enumerate(outputs)},
            {name: values[:, trough_at, i] for i, name in enumerate(outputs)},
        )

    def _analysed(self, o: Observation, curves: Curves, limit: Array, dose_mg: float) -> Array:
        """One figure of kratom's alkaloids, in the unit of the observation."""
        analyte, _, below = o.analyte.partition("/")
        c, until = curves.after[analyte], o.window_h[1]
        if o.statistic is Statistic.TMAX:
            return figures.peak(SINGLE_H, c)[1]
        if o.statistic is Statistic.RATIO:
            whole = figures.area(SINGLE_H, curves.after[below], until)
            return figures.area(SINGLE_H, c, until) / whole
        if o.statistic is Statistic.DAYS_TO_STEADY:
            share = self.knowledge.fact(f"{_A}steady_share").number
            return figures.first_day_at(share, curves.troughs[analyte])
        if o.statistic in NEEDS_LIMIT:
            return self._of_tail(o, c, limit, dose_mg)
        plain: Mapping[Statistic, Callable[[], Array]] = {
            Statistic.CMAX: lambda: figures.peak(SINGLE_H, c)[0],
            Statistic.CMAX_EXPONENT: lambda: figures.peak(SINGLE_H, c)[0],
            Statistic.AUC_DAY: lambda: figures.area(SINGLE_H, c, 24.0),
            Statistic.TROUGH: lambda: curves.troughs[analyte][:, -1],
            Statistic.AUC_EXPONENT: lambda: _area_to_infinity(
                c, (self._tail_start(analyte), until)
            ),
        }
        return self._mass(o, plain[o.statistic]())

    def _of_tail(self, o: Observation, c: Array, limit: Array, dose_mg: float) -> Array:
        """Figures that rest on the terminal slope."""
        until = o.window_h[1]
        start = o.window_h[0] or self._tail_start(o.analyte)
        rate = figures.terminal_rate(SINGLE_H, c, (start, until), limit)
        if o.statistic is Statistic.HALF_LIFE:
            return _half_life(rate)
        if o.doses == 1:
            total = figures.area_seen(SINGLE_H, c, until, limit, rate)
        else:  # of one dosing interval, which in the steady state is that of one dose
            total = figures.area(SINGLE_H, c, 24.0)
        if o.statistic is Statistic.AUC:
            return self._mass(o, total)
        nmol = self._umol(self._substance(), dose_mg) * 1e3
        return nmol / total / (rate if o.statistic is Statistic.VOLUME else 1.0)

    def _tail_start(self, analyte: str) -> float:
        name = "tail_start_seven_oh" if analyte == "7-hydroxymitragynine" else "tail_start"
        return self.knowledge.fact(f"{_A}{name}").number

    def _mass(self, o: Observation, nm: Array) -> Array:
        """From nM to the unit of the observation."""
        if not o.unit.startswith("ng"):
            return nm
        return nm * self.knowledge.fact(_WEIGHTS[o.analyte]).number / 1e3


def _of_victim(o: Observation, curves: Curves) -> Array:
    c = curves.after[o.analyte]
    if o.statistic is Statistic.CMAX_RATIO:
        return figures.peak(SINGLE_H, c)[0]
    if o.statistic is Statistic.AUC_RATIO:
        return _area_to_infinity(c, o.window_h)
    return _half_life(figures.terminal_rate(SINGLE_H, c, o.window_h, np.zeros(c.shape[0])))


def _half_life(rate: Array) -> Array:
    half: Array = np.log(2.0) / rate
    return half


def _area_to_infinity(c: Array, window_h: tuple[float, float]) -> Array:
    """Area as an assay without a limit would see it, extrapolated from the end of the window."""
    rate = figures.terminal_rate(SINGLE_H, c, window_h, np.zeros(c.shape[0]))
    last = int(np.flatnonzero(window_h[1] >= SINGLE_H)[-1])
    return figures.area(SINGLE_H, c, window_h[1]) + c[:, last] / rate
