"""Calibrate the exposure structures to published human kinetics and write their posterior draws.

    python -m calibration.exposure                     # every structure, as shipped
    python -m calibration.exposure turnover --observations mine.csv --out folder

Needs the ``calibration`` extra. Reads the model texts, parameter tables and observations of
``knowledge/data/models`` and writes ``STRUCTURE_posterior.json`` beside them. Same texts, tables,
observations, seed and code in, same bytes out.

Published are summaries of few people, so this is a Bayesian fit to summaries (synthetic
likelihood): every candidate is given the same small group of virtual people, each study is done
with them, and the published medians and ranges are compared with theirs (see ``likelihood.py``).
Candidates are sampled with an ensemble (emcee), in two independent runs.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import emcee
import msgspec
import numpy as np

from calibration.figures import Array
from calibration.likelihood import Likelihood, Space, columns_of
from calibration.studies import Studies
from speciosa.knowledge import Knowledge, load
from speciosa.knowledge.models.observations import (
    Observation,
    ObservationError,
    read_observations,
    sha256,
)
from speciosa.knowledge.models.record import Diagnostics, Posterior

OUT = Path(__file__).parents[1] / "src/speciosa/knowledge/data/models"
RELEASE = "1.0"
SEED = 20261122
DRAWS = 600
_DIGITS = 5
_TRIED = 24  # prior draws looked at for each walker's start

Progress = Callable[[int, int], None]


class Effort(NamedTuple):
    """How long to sample: walkers a run, steps a run, and how many of them are thrown away."""

    walkers: int
    steps: int
    burn: int


# Long enough that the shipped runs meet an R-hat below 1.1; an alkaloid has fewer coordinates.
EFFORT = {"linear": Effort(64, 2400, 800), "turnover": Effort(64, 2400, 800)}
EFFORT_OF_ALKALOID = Effort(32, 1000, 300)


class Sampled(NamedTuple):
    """Draws of one run: (steps, walkers, size) after the burn-in, and how it went."""

    chain: Array
    acceptance: float
    autocorrelation: float


def calibrate(  # noqa: PLR0913 - what the command can be given
    knowledge: Knowledge,
    structure: str,
    observations: Sequence[Observation],
    *,
    seed: int = SEED,
    effort: Effort | None = None,
    draws: int = DRAWS,
    progress: Progress | None = None,
) -> Posterior:
    """Posterior draws of a structure given observations; priors are its parameter table."""
    chosen = effort or EFFORT.get(structure, EFFORT_OF_ALKALOID)
    studies = Studies.of(knowledge, structure, observations)
    space = Space.of(knowledge, studies)
    density = Likelihood(knowledge, studies, space, seed)
    runs = []
    for run in range(2):

        def step(done: int, run: int = run) -> None:
            if progress is not None:
                progress(run * chosen.steps + done, 2 * chosen.steps)

        runs.append(sample(density, space, chosen, seed + 1 + run, step))
    flat = np.concatenate([run.chain.reshape(-1, space.size) for run in runs])
    kept = flat[np.linspace(0, flat.shape[0] - 1, draws).round().astype(int)]
    drawn = columns_of(knowledge, structure, space, kept, seed)
    autocorrelation = max(run.autocorrelation for run in runs)
    return Posterior(
        structure=structure,
        release=RELEASE,
        method="calibration/exposure.py: synthetic likelihood of published summaries, emcee",
        seed=seed,
        observations_sha256=sha256(tuple(observations)),
        tables_sha256=knowledge.models.tables_sha256(structure),
        diagnostics=Diagnostics(
            walkers=chosen.walkers,
            steps=chosen.steps,
            kept=draws,
            acceptance=_short(float(np.mean([run.acceptance for run in runs]))),
            autocorrelation_steps=_short(autocorrelation),
            effective_draws=_short(flat.shape[0] / autocorrelation),
            r_hat=_short(r_hat([run.chain for run in runs])),
        ),
        columns={n: tuple(_short(float(v)) for v in values) for n, values in drawn.items()},
    )


def sample(
    density: Likelihood, space: Space, effort: Effort, seed: int, step: Callable[[int], None]
) -> Sampled:
    """One run of the ensemble from the best of many prior draws."""
    rng = np.random.default_rng(seed)
    mean, sd = np.array([a.mean for a in space.axes]), np.array([a.sd for a in space.axes])
    tried = mean + sd * rng.standard_normal((_TRIED * effort.walkers, space.size))
    value = np.concatenate([density(part) for part in np.array_split(tried, _TRIED)])
    start = tried[np.argsort(-value, kind="stable")[: effort.walkers]]
    moves = [(emcee.moves.DEMove(), 0.6), (emcee.moves.StretchMove(), 0.2),
             (emcee.moves.DESnookerMove(), 0.2)]  # fmt: skip
    sampler = emcee.EnsembleSampler(
        effort.walkers, space.size, density, vectorize=True, moves=moves
    )
    state = emcee.State(start, random_state=np.random.RandomState(seed).get_state())
    for done, _ in enumerate(sampler.sample(state, iterations=effort.steps, tune=True), 1):
        step(done)
    chain: Array = sampler.get_chain(discard=effort.burn)
    with np.errstate(invalid="ignore", divide="ignore"):  # a walker that never moved
        times: Any = emcee.autocorr.integrated_time(chain, tol=0, has_walkers=True)
    longest = float(np.max(np.nan_to_num(times, nan=float(chain.shape[0]))))
    return Sampled(chain, float(sampler.acceptance_fraction.mean()), longest)


def r_hat(chains: Sequence[Array]) -> float:
    """Largest potential scale reduction over the coordinates; each half of each run is a chain."""
    halves = [part for chain in chains for part in np.array_split(chain, 2)]
    means = np.array([half.reshape(-1, half.shape[-1]).mean(axis=0) for half in halves])
    within = np.array([half.reshape(-1, half.shape[-1]).var(axis=0) for half in halves]).mean(
        axis=0
    )
    return float(np.sqrt(1.0 + means.var(axis=0, ddof=1) / within).max())


def _short(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def write(posterior: Posterior, folder: Path) -> Path:
    """The posterior as a data file, one column a line."""
    told = msgspec.to_builtins(posterior)
    columns = told.pop("columns")
    head = json.dumps(told, indent=1, ensure_ascii=False).removesuffix("\n}")
    lines = ",\n".join(
        f"  {json.dumps(name)}: {json.dumps(values, separators=(',', ':'))}"
        for name, values in columns.items()
    )
    path = folder / f"{posterior.structure}_posterior.json"
    path.write_text(f'{head},\n "columns": {{\n{lines}\n }}\n}}\n', encoding="utf-8")
    return path


def main() -> None:
    """The command."""
    knowledge = load()
    known = [s.id for s in knowledge.models.structures.values() if s.calibrated]
    parser = argparse.ArgumentParser(description="Calibrate the exposure structures.")
    parser.add_argument("structures", nargs="*", default=known, metavar="STRUCTURE",
                        help=f"of {', '.join(known)}; all when none is named")  # fmt: skip
    parser.add_argument("--observations", type=Path, help="CSV instead of the packaged one")
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the posterior files")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--steps", type=int, help="steps of each run, a third of them burn-in")
    given = parser.parse_args()
    observations = knowledge.models.observations
    if given.observations:
        text = given.observations.read_text(encoding="utf-8")
        try:
            observations = read_observations(text, str(given.observations))
        except ObservationError as error:
            sys.stderr.write(f"{error}\n")
            raise SystemExit(2) from None
    for structure in given.structures:
        effort = EFFORT.get(structure, EFFORT_OF_ALKALOID)
        if given.steps:
            effort = Effort(effort.walkers, given.steps, given.steps // 3)

        def progress(done: int, of: int, structure: str = structure) -> None:
            if done % 50 == 0:
                sys.stderr.write(f"\r{structure}: step {done} of {of} ")
                sys.stderr.flush()

        posterior = calibrate(
            knowledge, structure, observations, seed=given.seed, effort=effort, progress=progress
        )
        path = write(posterior, given.out)
        d = posterior.diagnostics
        sys.stdout.write(
            f"{path.name}: acceptance {d.acceptance}, autocorrelation {d.autocorrelation_steps} "
            f"steps, {d.effective_draws} effective draws, R-hat {d.r_hat}\n"
        )


if __name__ == "__main__":
    main()
