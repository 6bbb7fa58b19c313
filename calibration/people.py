"""Virtual people from posterior draws, for validation: several of each draw."""

from __future__ import annotations

import numpy as np

from calibration.figures import Array
from calibration.likelihood import natural
from speciosa.knowledge.models.record import Parameter, Posterior


def groups(
    parameters: tuple[Parameter, ...], posterior: Posterior, people: int, seed: int
) -> dict[str, Array]:
    """Parameters of ``people`` of every draw, flat: draw after draw."""
    rng = np.random.default_rng(seed)
    population = {}
    for p in parameters:
        typical = posterior.columns.get(f"typ_{p.name}", (p.prior.median,) * posterior.size)
        sd = np.array(posterior.columns.get(f"sd_{p.name}", (p.between.sd,) * posterior.size))
        middle = np.array([p.scale.of(value) for value in typical])
        z = rng.standard_normal((posterior.size, people))
        population[p.name] = natural(p.scale, (middle[:, None] + sd[:, None] * z).ravel())
    return population


def of_studies(posterior: Posterior, people: int) -> tuple[dict[str, Array], dict[str, Array]]:
    """Assay limits by assay and parameters of victims, repeated for the people of each draw."""
    limits: dict[str, Array] = {}
    victims: dict[str, Array] = {}
    for column, values in posterior.columns.items():
        kind, _, name = column.partition("_")
        if kind in ("limit", "victim"):
            held = limits if kind == "limit" else victims
            held[name] = np.repeat(np.array(values), people)
    return limits, victims
