"""The planned trials again, under other analyses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from speciosa.evidence.trials.design.document import Method
from speciosa.evidence.trials.operating.analyse import plan_of
from speciosa.evidence.trials.operating.blocks import Job, Workers
from speciosa.evidence.trials.operating.characteristics import average, proportion
from speciosa.evidence.trials.result import Sensitivity

if TYPE_CHECKING:
    from speciosa.evidence.trials.design.document import Design
    from speciosa.evidence.trials.generate.leaving import Offsets
    from speciosa.evidence.trials.generate.model import Model
    from speciosa.evidence.trials.generate.trials import Truth

_MOST_TRIALS = 1_000
# Imputation fits many models a trial.
_MOST_IMPUTED_TRIALS = 200
_ELSE = "It asks another question; its bias is against the estimand of the design."
_NOTES = {
    "ancova": "Takes only who was seen at the last visit.",
    "mmrm": "Uses every visit.",
    "j2r": f"From leaving on, people are taken to do as the control group does. {_ELSE}",
    "cr": f"People who leave are taken to have done as the control group throughout. {_ELSE}",
    "cir": f"From leaving on, people are taken to change as the control group does. {_ELSE}",
}
_HIGHEST = "The highest dose alone, without allowance for the others."
_NAMES = {
    "ancova": "ANCOVA at the last visit",
    "mmrm": "MMRM",
    "j2r": "Reference-based imputation: jump to reference",
    "cr": "Reference-based imputation: copy reference",
    "cir": "Reference-based imputation: copy increments in reference",
}


def sensitivity(
    design: Design, model: Model, found: Offsets, crew: Workers, true: Truth
) -> tuple[Sensitivity, ...]:
    """The other of ANCOVA and MMRM, and each reference-based imputation asked for."""
    if design.in_periods:
        return ()
    plan = replace(plan_of(design), looks=(1.0,))
    other = Method.ANCOVA if plan.method is Method.MMRM else Method.MMRM
    limit = float(ndtri(1.0 - plan.alpha / 2.0))
    plans = [(other.value, replace(plan, method=other))]
    plans += [
        (r.value, replace(plan, reference=r, imputations=design.analysis.imputations))
        for r in design.analysis.reference_based
    ]
    value = float(true.of(design.analysis.strategy)[-1, -1])
    rows = []
    for name, planned in plans:
        most = _MOST_TRIALS if planned.reference is None else _MOST_IMPUTED_TRIALS
        trials = min(design.simulation.trials, most)
        crew.expect(trials)
        job = Job(
            model=model,
            offsets=found,
            plan=planned,
            seed=design.simulation.seed,
            trials=trials,
            sizes=(design.subjects,),
        )
        found_rows = crew.run(job)[0]
        z, estimate = found_rows.z[:, -1], found_rows.estimate[:, -1, -1]
        ok = ~np.isnan(estimate)
        rows.append(
            Sensitivity(
                name=_NAMES[name],
                trials=trials,
                success=proportion(np.nan_to_num(z, nan=-np.inf) >= limit),
                mean_estimate=average(estimate[ok]),
                bias=average(estimate[ok], minus=value),
                note=f"{_NOTES[name]} {_HIGHEST}" if design.doses else _NOTES[name],
            )
        )
    return tuple(rows)
