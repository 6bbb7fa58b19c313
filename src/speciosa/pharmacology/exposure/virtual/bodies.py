"""Virtual bodies: the parameters of a structure for each subject.

Subject i takes its typical values from one posterior draw, chosen by (seed, i), and its own
deviations from (seed, i), so that it is the same person whatever the number of subjects.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from speciosa.knowledge.models.record import Scale
from speciosa.pharmacology.exposure.virtual.draws import Array, Indices, normals, stream, uniforms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from speciosa.knowledge.models.record import Parameter, Posterior


@dataclasses.dataclass(frozen=True, eq=False)
class Bodies:
    """Parameters by name, and what they were made of, for the decomposition of variance.

    ``typical`` and ``deviation`` are (subjects, parameters) on the scale of each parameter;
    ``draw`` is each subject's draw of the posterior.
    """

    parameters: Mapping[str, Array]
    typical: Array
    deviation: Array
    draw: Indices

    def take(self, who: Indices) -> Bodies:
        """The bodies of some subjects, in that order."""
        parameters = {name: value[who] for name, value in self.parameters.items()}
        return Bodies(parameters, self.typical[who], self.deviation[who], self.draw[who])


def bodies(  # noqa: PLR0913 - what is drawn is chosen source by source
    structure: str,
    parameters: Sequence[Parameter],
    posterior: Posterior,
    *,
    seed: int,
    subjects: int,
    person: bool = True,
    knowledge: bool = True,
    first: int = 0,
    knowledge_seed: int | None = None,
    factors: Mapping[str, Array] | None = None,
) -> Bodies:
    """Draw the bodies of one structure, of the subjects from number ``first`` on.

    ``person=False`` makes everybody typical; ``knowledge=False`` takes the middle of the posterior
    as the truth. ``knowledge_seed`` chooses the posterior draws where another seed than the
    persons' is to. ``factors`` multiply parameters (by name, one factor for each subject) and count
    as differences between people; only parameters on the log scale take one.
    """
    of_draws = seed if knowledge_seed is None else knowledge_seed
    chosen = _chosen(structure, posterior.size, of_draws, subjects, first)
    differing = [p.name for p in parameters if p.between.sd > 0.0]
    z = normals(seed, stream(f"{structure}/person"), subjects, len(differing), first=first)
    held = {} if factors is None else factors
    typical = np.empty((subjects, len(parameters)))
    deviation = np.zeros((subjects, len(parameters)))
    values = {}
    for column, parameter in enumerate(parameters):
        typical[:, column] = _typical(parameter, posterior, chosen if knowledge else None)
        if person and parameter.name in differing:
            sd = _column(f"sd_{parameter.name}", posterior, chosen if knowledge else None)
            deviation[:, column] = sd * z[:, differing.index(parameter.name)]
        if parameter.name in held:
            if parameter.scale is not Scale.LOG:
                raise ValueError(f"{parameter.name} of {structure} is a share: no factor applies")
            deviation[:, column] += np.log(held[parameter.name])
        x = typical[:, column] + deviation[:, column]
        log = parameter.scale is Scale.LOG
        values[parameter.name] = np.exp(x) if log else 1.0 / (1.0 + np.exp(-x))
    return Bodies(values, typical, deviation, chosen)


def _typical(parameter: Parameter, posterior: Posterior, chosen: Indices | None) -> Array:
    """Typical values of the subjects on the scale of the parameter."""
    name = f"typ_{parameter.name}"
    if name not in posterior.columns:
        return np.array(parameter.scale.of(parameter.prior.median))
    value = _column(name, posterior, chosen)
    return np.log(value) if parameter.scale is Scale.LOG else np.log(value / (1.0 - value))


def _column(name: str, posterior: Posterior, chosen: Indices | None) -> Array:
    column = np.asarray(posterior.columns[name], dtype=np.float64)
    return np.median(column, keepdims=True) if chosen is None else column[chosen]


def _chosen(structure: str, draws: int, seed: int, subjects: int, first: int) -> Indices:
    """Which posterior draw each subject lives by."""
    u = uniforms(seed, stream(f"{structure}/draw"), subjects, 1, first=first)[:, 0]
    return np.minimum((u * draws).astype(np.intp), draws - 1)
