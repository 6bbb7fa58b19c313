"""A design in, its operating characteristics, sample size and protocol out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from speciosa.evidence.trials import sequential
from speciosa.evidence.trials.design.assumptions import assumptions, values
from speciosa.evidence.trials.design.document import Design, Kind, Option, Spending
from speciosa.evidence.trials.generate.leaving import Offsets, offsets
from speciosa.evidence.trials.generate.model import Model, build
from speciosa.evidence.trials.generate.trials import Truth, truth
from speciosa.evidence.trials.operating.analyse import Plan, Rows, plan_of
from speciosa.evidence.trials.operating.blocks import BLOCK, Job, Progress, Workers, workers
from speciosa.evidence.trials.operating.characteristics import (
    Stopping,
    average,
    proportion,
    root_mean_square,
)
from speciosa.evidence.trials.operating.closed_form import closed_forms
from speciosa.evidence.trials.operating.sample_size import search
from speciosa.evidence.trials.operating.scenarios import Setting, alone, settings
from speciosa.evidence.trials.operating.sensitivity import sensitivity
from speciosa.evidence.trials.protocol import protocol
from speciosa.evidence.trials.result import (
    Arm,
    Characteristics,
    Contrast,
    Course,
    Figure,
    SampleSize,
    TrialResult,
)
from speciosa.knowledge.evidence.trial import TrialScenario

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge

_PLANNED = TrialScenario(
    id="planned", title="As planned", shows="The design under its own assumptions."
)
_SPENDING: dict[Spending, Literal["obrien-fleming", "pocock"]] = {
    Spending.OBRIEN_FLEMING: "obrien-fleming",
    Spending.POCOCK: "pocock",
}
# Scenarios ask for less exactness than the plan; so does each point of the curve.
_FEWER = 2
_LEAST_TRIALS = 50


def simulate(
    design: Design,
    knowledge: Knowledge,
    *,
    cores: int = 1,
    block: int = BLOCK,
    progress: Progress | None = None,
) -> TrialResult:
    """Simulate a trial. Same design, same result, with any number of workers and any block."""
    words = knowledge.evidence.trial_wording
    found = assumptions(design, knowledge)
    planned = values(found)
    model = build(design, planned)
    rest = (
        list(settings(design, found, planned, words.scenarios))
        if design.simulation.scenarios
        else []
    )
    fewer = max(design.simulation.trials // _FEWER, _LEAST_TRIALS)
    with workers(cores, block=block, progress=progress) as crew:
        study = _Study(design, crew)
        crew.expect(design.simulation.trials + sum(study.trials(s, fewer) for s in rest))
        main, true = study.behaviour(Setting(scenario=_PLANNED, model=model, changed=()))
        others = tuple(study.behaviour(s, trials=study.trials(s, fewer))[0] for s in rest)
        other_analyses = sensitivity(design, model, study.offsets(model), crew, true)
        size = None
        if design.simulation.sample_size and main.true_difference < (design.margin or 0.0):
            size = study.sample_size(model, fewer)
    forms = closed_forms(design, model)
    course = _course(design, model, true)
    return TrialResult(
        title=design.title,
        design=design.design.value,
        scale=design.scale.value,
        treatment=design.treatment.name,
        control=design.control.name,
        subjects=design.subjects,
        analysis=_analysis(design),
        strategy=design.analysis.strategy.value,
        label=words.notes["assumed" if design.treatment.kind is Option.KRATOM else "simulated"],
        assumptions=found,
        course=course,
        planned=main,
        scenarios=others,
        sensitivity=other_analyses,
        closed_forms=forms,
        sample_size=size,
        protocol=protocol(design, found, course, size, main, knowledge),
        notes=_notes(design, words.notes, closed=bool(forms)),
        facts=tuple(dict.fromkeys(a.fact for a in found if a.fact)),
        seed=design.simulation.seed,
        trials=design.simulation.trials,
    )


class _Study:
    """One design with its workers; remembers what several steps need."""

    def __init__(self, design: Design, crew: Workers) -> None:
        self._design = design
        self._crew = crew
        self._plan = plan_of(design)
        self._limits = _limits(design)

    def trials(self, setting: Setting, fewer: int) -> int:
        """As many trials for no difference as for the plan; fewer for the other scenarios."""
        plain = setting.scenario.null and not setting.scenario.fields
        return self._design.simulation.trials if plain else fewer

    def offsets(self, model: Model) -> Offsets:
        """Log odds of leaving for a model."""
        return offsets(model, self._design.simulation.seed)

    def _rows(self, model: Model, plan: Plan, trials: int, sizes: tuple[int, ...]) -> list[Rows]:
        job = Job(
            model=model,
            offsets=self.offsets(model),
            plan=plan,
            seed=self._design.simulation.seed,
            trials=trials,
            sizes=sizes,
        )
        return self._crew.run(job)

    def behaviour(
        self, setting: Setting, *, trials: int | None = None
    ) -> tuple[Characteristics, Truth]:
        """Simulate and count one scenario."""
        design, model = self._design, setting.model
        number = trials or design.simulation.trials
        rows = self._rows(model, self._plan, number, (design.subjects,))[0]
        seed = design.simulation.seed
        seen = truth(replace(model, shift_range=None), self.offsets(model), seed)
        pure = alone(model)
        same = pure.belief == model.belief and pure.craving == model.craving
        true = seen if same else truth(pure, self.offsets(pure), seed)
        return self._counted(setting, rows, true, seen), true

    def _counted(self, setting: Setting, rows: Rows, true: Truth, seen: Truth) -> Characteristics:
        design = self._design
        z_limits, nominal, futility = self._limits
        contrast = rows.estimate.shape[2] - 1
        stopping = Stopping(rows, z_limits, futility, contrast)
        which = np.arange(len(stopping.at)), stopping.at
        at_stop = tuple(
            part[:, :, contrast][which]
            for part in (rows.estimate, rows.se, rows.low, rows.high, rows.p)
        )
        ok = ~np.isnan(at_stop[0])
        estimate, se, low, high, p = (part[ok] for part in at_stop)
        value = float(true.of(design.analysis.strategy)[contrast, -1])
        sizes = tuple(int(np.ceil(f * design.subjects - 1e-9)) for f in self._plan.looks)
        return Characteristics(
            id=setting.scenario.id,
            title=setting.scenario.title,
            shows=setting.scenario.shows,
            null=setting.scenario.null,
            trials=len(stopping.at),
            not_converged=int((~rows.converged[:, -1, contrast]).sum()),
            success=proportion(stopping.success),
            two_sided=proportion(p < design.analysis.alpha),
            true_difference=value,
            true_difference_mc_se=true.se,
            mean_estimate=average(estimate),
            bias=average(estimate, minus=value),
            rmse=root_mean_square(estimate, value),
            coverage=proportion((low <= value) & (value <= high)),
            empirical_se=float(estimate.std(ddof=1)) if len(estimate) > 1 else 0.0,
            model_se=float(np.sqrt((se**2).mean())) if len(se) else 0.0,
            left_control=float(rows.left[:, 0].mean()),
            left_treatment=float(rows.left[:, 1].mean()),
            expected_subjects=average(np.array(sizes, dtype=np.float64)[stopping.at]),
            looks=stopping.looks(self._plan.looks, sizes, z_limits, nominal)
            if design.interim
            else (),
            contrasts=self._contrasts(rows, true) if design.design is Kind.DOSE_RANGING else (),
            apparent=tuple(float(x) for x in seen.hypothetical[contrast]),
            changed=setting.changed,
        )

    def _contrasts(self, rows: Rows, true: Truth) -> tuple[Contrast, ...]:
        values_ = true.of(self._design.analysis.strategy)[:, -1]
        return tuple(
            Contrast(
                arm=dose.name,
                true_difference=float(values_[i]),
                mean_estimate=average(rows.estimate[:, -1, i][~np.isnan(rows.estimate[:, -1, i])]),
                success=proportion(
                    np.nan_to_num(rows.z[:, -1, i], nan=-np.inf) >= self._limits[0][-1]
                ),
            )
            for i, dose in enumerate(self._design.doses)
        )

    def sample_size(self, model: Model, trials: int) -> SampleSize:
        """The number of people for the target power."""
        z_limits, _, futility = self._limits

        def powers(sizes: tuple[int, ...]) -> list[Figure]:
            self._crew.expect(trials)
            every = self._rows(model, self._plan, trials, sizes)
            return [
                proportion(Stopping(r, z_limits, futility, r.z.shape[2] - 1).success) for r in every
            ]

        forms = closed_forms(self._design, model)
        start = forms[-1].subjects_for_target if forms else self._design.subjects
        return search(powers, self._design.target_power, start, trials)


def _limits(design: Design) -> tuple[np.ndarray, np.ndarray, float | None]:
    """Boundaries of z, the one-sided level each stands for, and the bound of futility."""
    plan = plan_of(design)
    if design.interim is None:
        return np.array([plan.limit]), np.array([plan.alpha / 2.0]), None
    found = sequential.boundaries(
        design.interim.fractions,
        alpha=design.analysis.alpha / 2.0,
        sides=1,
        spending=_SPENDING[design.interim.spending],
    )
    return np.array(found.upper), np.array(found.nominal_p), design.interim.futility_z


def _course(design: Design, model: Model, true: Truth) -> Course:
    names = [design.control.name, *(d.name for d in design.doses)]
    if not design.doses:
        names.append(design.treatment.name)
    scoring = ("whole points" if model.whole_points else "exact scores") + (
        f", kept between 0 and {model.highest:g}"
        if model.bounded
        else ", not kept inside the scale"
    )
    return Course(
        weeks=(0.0, *(float(w) for w in model.weeks)),
        baseline_mean=true.baseline_mean,
        baseline_sd=true.baseline_sd,
        arms=tuple(
            Arm(name=name, mean=(true.baseline_mean, *(float(x) for x in true.means[i])))
            for i, name in enumerate(names)
        ),
        beyond_scale_share=true.beyond_scale,
        difference_on_scale=float(true.hypothetical[-1, -1]),
        difference_without_ends=float(model.effect[-1, -1]),
        scoring=scoring,
    )


def _analysis(design: Design) -> str:
    return {
        Kind.CROSSOVER: "crossover: treatment difference within people, adjusted for period",
        Kind.N_OF_1: "aggregated n-of-1: mean of the differences within people, people random",
    }.get(design.design, design.analysis.method.value.upper())


def _notes(design: Design, notes: dict[str, str], *, closed: bool) -> tuple[str, ...]:
    kratom = design.treatment.kind is Option.KRATOM
    ids = ["mc_error", "unverified", "true_value", "closed_form" if closed else "no_closed_form"]
    if kratom:
        ids += ["kratom_dose", "confounded"]
    return tuple(notes[i] for i in [*ids, "sample_size"])
