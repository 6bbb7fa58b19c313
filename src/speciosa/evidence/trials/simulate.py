"""A design in, its operating characteristics, sample size and protocol out."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.trials.design.assumptions import assumptions, values
from speciosa.evidence.trials.design.document import Design, Kind, Option
from speciosa.evidence.trials.generate.leaving import Offsets, offsets
from speciosa.evidence.trials.generate.model import Model, build
from speciosa.evidence.trials.generate.trials import Truth, truth
from speciosa.evidence.trials.operating.analyse import Plan, Rows, plan_of
from speciosa.evidence.trials.operating.blocks import BLOCK, Job, Progress, Workers, workers
from speciosa.evidence.trials.operating.characteristics import (
    average,
    proportion,
    root_mean_square,
)
from speciosa.evidence.trials.operating.closed_form import closed_forms
from speciosa.evidence.trials.operating.looks import AtStop, Stopping, boundaries_of
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
    Unadjusted,
)
from speciosa.knowledge.evidence.trial import TrialScenario

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge

_PLANNED = TrialScenario(
    id="planned", title="As planned", shows="The design under its own assumptions."
)
# Scenarios ask for less exactness than the plan; so does each point of the curve.
_FEWER = 2
_LEAST_TRIALS = 50
# Steps to the margin, and how near in points is near enough.
_STEPS, _NEAR = 4, 0.01


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
        worth = (main.true_difference or 0.0) < (design.margin or 0.0)
        if design.simulation.sample_size and worth:
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
        notes=_notes(design, words.notes, closed=bool(forms), sized=size is not None),
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
        self._boundaries = boundaries_of(design)
        self._offsets: dict[bytes, Offsets] = {}

    def trials(self, setting: Setting, fewer: int) -> int:
        """As many trials for no difference as for the plan; fewer for the other scenarios."""
        plain = setting.scenario.null and not setting.scenario.fields
        return self._design.simulation.trials if plain else fewer

    def offsets(self, model: Model) -> Offsets:
        """Log odds of leaving for a model, found once for each."""
        key = pickle.dumps(model)
        if key not in self._offsets:
            self._offsets[key] = offsets(model, self._design.simulation.seed)
        return self._offsets[key]

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
        if setting.scenario.null and design.margin is not None:
            setting = self.at_margin(setting)
            model = setting.model
        number = trials or design.simulation.trials
        rows = self._rows(model, self._plan, number, (design.subjects,))[0]
        seen, true = self._truths(model)
        return self._counted(setting, rows, true, seen), true

    def _truths(self, model: Model) -> tuple[Truth, Truth]:
        """What an endless trial would see, and the treatment itself."""
        seed = self._design.simulation.seed
        seen = truth(replace(model, shift_range=None), self.offsets(model), seed)
        pure = alone(model)
        same = pure.belief == model.belief and pure.craving == model.craving
        return seen, seen if same else truth(pure, self.offsets(pure), seed)

    def at_margin(self, setting: Setting) -> Setting:
        """A model whose true value of the estimand is the margin, by the secant method.

        Stopping and the ends of the scale make it smaller than the difference put in.
        """
        margin = self._design.margin or 0.0

        def value(size: float) -> tuple[float, Model]:
            model = replace(setting.model, effect=setting.model.effect * (size / margin))
            true = self._truths(model)[1].of(self._design.analysis.strategy)
            return float(true[-1, -1]), model

        before, now = 0.5 * margin, margin
        found_before, (found, model) = value(before)[0], value(now)
        for _ in range(_STEPS):
            if abs(found - margin) < _NEAR or found == found_before:
                break
            step = (margin - found) * (now - before) / (found - found_before)
            before, found_before, now = now, found, now + step
            found, model = value(now)
        return replace(setting, model=model)

    def _counted(self, setting: Setting, rows: Rows, true: Truth, seen: Truth) -> Characteristics:
        design = self._design
        contrast = rows.estimate.shape[2] - 1
        stopping = Stopping(rows, self._boundaries, design.margin or 0.0)
        seen_there = stopping.reported(contrast)
        estimate, se = seen_there.estimate, seen_there.se
        if len(estimate) < 2:
            given = (
                f'{design.subjects} people: no trial of "{setting.scenario.title}" could be fitted'
            )
            accepted = "more people, or fewer who leave; scores that differ between people"
            raise InputError([InputProblem("subjects", given, accepted)])
        value = float(true.of(design.analysis.strategy)[contrast, -1])
        # Where the difference varies from trial to trial it has no one true value.
        varies = setting.scenario.assurance
        sizes = tuple(int(np.ceil(f * design.subjects - 1e-9)) for f in self._plan.looks)
        return Characteristics(
            id=setting.scenario.id,
            title=setting.scenario.title,
            shows=setting.scenario.shows,
            null=setting.scenario.null,
            trials=len(stopping.at),
            not_converged=int((~rows.converged[:, -1, contrast]).sum()),
            success=proportion(stopping.success),
            two_sided=proportion(seen_there.p < design.analysis.alpha),
            true_difference=None if varies else value,
            true_difference_mc_se=None if varies else true.se,
            mean_estimate=average(estimate),
            bias=None if varies else average(estimate, minus=value),
            rmse=None if varies else root_mean_square(estimate, value),
            coverage=None
            if varies
            else proportion((seen_there.low <= value) & (value <= seen_there.high)),
            empirical_se=float(estimate.std(ddof=1)) if len(estimate) > 1 else 0.0,
            model_se=float(np.sqrt((se**2).mean())) if len(se) else 0.0,
            left_control=float(rows.left[:, 0].mean()),
            left_treatment=float(rows.left[:, 1].mean()),
            expected_subjects=average(np.array(sizes, dtype=np.float64)[stopping.at]),
            looks=stopping.looks(sizes) if design.interim else (),
            unadjusted=_unadjusted(seen_there, value) if design.interim and not varies else None,
            any_arm=self._any_arm(rows) if design.doses else None,
            contrasts=self._contrasts(rows, true) if design.doses else (),
            # In designs with periods nobody keeps to one arm from visit to visit.
            apparent=()
            if design.in_periods
            else tuple(float(x) for x in seen.hypothetical[contrast]),
            changed=setting.changed,
        )

    def _better(self, rows: Rows, p: np.ndarray) -> np.ndarray:
        """Which arms of which trials are better than control at the end, by a two-sided p."""
        alpha = self._design.analysis.alpha
        return np.asarray((np.nan_to_num(p, nan=1.0) <= alpha) & (rows.estimate[:, -1] < 0))

    def _any_arm(self, rows: Rows) -> Figure:
        return proportion(np.asarray(self._better(rows, rows.arm_p[:, -1]).any(axis=1)))

    def _contrasts(self, rows: Rows, true: Truth) -> tuple[Contrast, ...]:
        values_ = true.of(self._design.analysis.strategy)[:, -1]
        adjusted = self._better(rows, rows.arm_p[:, -1])
        plain = rows.high[:, -1] < 0
        return tuple(
            Contrast(
                arm=dose.name,
                true_difference=float(values_[i]),
                mean_estimate=average(rows.estimate[:, -1, i][~np.isnan(rows.estimate[:, -1, i])]),
                success=proportion(adjusted[:, i]),
                unadjusted=proportion(plain[:, i]),
            )
            for i, dose in enumerate(self._design.doses)
        )

    def sample_size(self, model: Model, trials: int) -> SampleSize:
        """The number of people for the target power."""

        def powers(sizes: tuple[int, ...]) -> list[Figure]:
            self._crew.expect(trials)
            every = self._rows(model, self._plan, trials, sizes)
            return [proportion(Stopping(r, self._boundaries).success) for r in every]

        forms = closed_forms(self._design, model)
        start = forms[-1].subjects_for_target if forms else self._design.subjects
        return search(powers, self._design.target_power, start, trials)


def _unadjusted(seen: AtStop, value: float) -> Unadjusted:
    return Unadjusted(
        mean_estimate=average(seen.raw),
        bias=average(seen.raw, minus=value),
        coverage=proportion((seen.raw_low <= value) & (value <= seen.raw_high)),
    )


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
        Kind.N_OF_1: "aggregated n-of-1: mean over people of their differences within cycles",
        Kind.DOSE_RANGING: "dose-ranging: multiple contrast test over three shapes (line, two "
        "hyperbolas) by ANCOVA at the last visit; arms against control by Dunnett",
    }.get(design.design, design.analysis.method.value.upper())


def _notes(design: Design, notes: dict[str, str], *, closed: bool, sized: bool) -> tuple[str, ...]:
    kratom = design.treatment.kind is Option.KRATOM
    ids = ["mc_error", "unverified", "true_value", "closed_form" if closed else "no_closed_form"]
    if kratom:
        ids += ["kratom_dose", "confounded", "no_new_dependence"]
    if design.simulation.sample_size:
        ids.append("sample_size" if sized else "no_sample_size")
    return tuple(notes[i] for i in ids)
