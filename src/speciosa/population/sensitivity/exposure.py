"""Which source the spread of levels comes from: people run again with one source exchanged.

Random numbers are those of (seed, purpose, subject). So a source is exchanged by giving its streams
another seed, while everything else about each person stays as it was (pick-freeze). The sources are
independent, so their shares of the variance are well defined; groups of inputs count as one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from speciosa.distribution import Folder, How, Job, run
from speciosa.pharmacology.exposure.regimen.figures import MEASURES, per_person
from speciosa.pharmacology.exposure.virtual.people import Seeds
from speciosa.pharmacology.exposure.virtual.variance import CONTENT, KNOWLEDGE, PERSON, STRUCTURE
from speciosa.population.run.cells import ANALYTES
from speciosa.population.run.prepared import prepared
from speciosa.population.sensitivity.indices import Indices, indices

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.distribution.run import Progress
    from speciosa.population.run.prepared import Prepared
    from speciosa.population.run.request import Order
    from speciosa.population.who import Population

    Array = NDArray[np.float64]

WHO = "who"
OF = ("cmax", "auc", "ctrough")
# Levels and areas below this count as this: their logarithm would be all that is seen.
LEAST = 1e-6
_BLOCK = 1024
_PIECE = "figures"


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """Where the variance of the logarithm of one measure of one analyte comes from.

    ``fold`` is the 95th over the 5th percentile of people; ``note`` says over which
    time, or when.
    """

    analyte: str
    measure: str
    unit: str
    fold: float
    note: str
    sources: tuple[Indices, ...]


def sources(population: Population | None, structures: Sequence[str]) -> tuple[str, ...]:
    """The sources of variation there are."""
    named = (WHO,) if population is not None else ()
    doubt = (STRUCTURE,) if len(structures) > 1 else ()
    return (CONTENT, *named, PERSON, KNOWLEDGE, *doubt)


def other_seed(seed: int) -> int:
    """The seed of the second, independent run."""
    digest = hashlib.blake2b(f"another {seed}".encode(), digest_size=7).digest()
    return int.from_bytes(digest, "little")


def jobs(order: Order, population: Population | None) -> tuple[Job, ...]:
    """Every block of people under every exchange: nothing, each source alone, all of them."""
    groups = sources(population, order.request.structures)
    mixes = ((), *((group,) for group in groups), groups)
    raw, fingerprint = order.request.encoded(), order.fingerprint
    found = []
    for number, exchanged in enumerate(mixes):
        for first in range(0, order.subjects, _BLOCK):
            count = min(_BLOCK, order.subjects - first)
            found.append(
                Job(
                    name=f"mix-{number}-{first:07}",
                    key=f"{fingerprint}/{number}/{first}/{count}",
                    run=simulate_mix,
                    arguments=(raw, population, exchanged, first, count),
                    size=count,
                )
            )
    return tuple(found)


def simulate_mix(
    request: bytes,
    population: Population | None,
    exchanged: tuple[str, ...],
    first: int,
    count: int,
) -> dict[str, bytes]:
    """People with some sources exchanged: logarithms of every measure, (measures, people)."""
    ready = prepared(request, population)
    rows = [
        _logs(ready, exchanged, start, min(ready.at_once, first + count - start))
        for start in range(first, first + count, ready.at_once)
    ]
    return {_PIECE: np.concatenate(rows, axis=1).astype("<f8").tobytes()}


def shares(
    order: Order,
    population: Population | None,
    folder: Folder,
    how: How,
    *,
    progress: Progress | None = None,
) -> tuple[Shares, ...]:
    """Run every mix and estimate the shares of each source, for analytes that are taken at all."""
    work = jobs(order, population)
    run(work, folder, how, progress=progress)
    groups = sources(population, order.request.structures)
    blocks = len(work) // (len(groups) + 2)
    outputs = [
        np.concatenate(
            [_read(folder, job) for job in work[place * blocks : (place + 1) * blocks]], axis=1
        )
        for place in range(len(groups) + 2)
    ]
    notes = _notes(prepared(order.request.encoded(), population))
    found = []
    for row, (analyte, measure) in enumerate(_ROWS):
        a, *mixed, b = (held[row] for held in outputs)
        if a.max() <= np.log(LEAST):
            continue
        low, high = np.percentile(a, (5, 95))
        found.append(
            Shares(
                analyte=analyte,
                measure=measure,
                unit=MEASURES[measure],
                fold=float(f"{np.exp(high - low):.4g}"),
                note=notes[measure],
                sources=indices(groups, a, b, mixed, seed=order.request.seed),
            )
        )
    return tuple(found)


_ROWS = tuple((analyte, measure) for analyte in ANALYTES for measure in OF)


def _logs(ready: Prepared, exchanged: tuple[str, ...], first: int, count: int) -> Array:
    seed = ready.request.seed
    other = other_seed(seed)

    def of(source: str) -> int:
        return other if source in exchanged else seed

    seeds = Seeds(
        content=of(CONTENT), person=of(PERSON), knowledge=of(KNOWLEDGE), structure=of(STRUCTURE)
    )
    people, _ = ready.follow(first, count, seeds=seeds, who_seed=of(WHO))
    seen = ready.course.seen(people, ready.knowledge)
    figures: Mapping[str, Mapping[str, Array]] = {
        analyte: per_person(people, analyte, seen, ready.knowledge) for analyte in ANALYTES
    }
    return np.log(np.fmax([figures[a][m] for a, m in _ROWS], LEAST))


def _notes(ready: Prepared) -> Mapping[str, str]:
    phrases = ready.knowledge.kratom.simulate_wording.phrases
    ongoing = ready.course.layout.ongoing
    return {
        "cmax": "",
        "auc": phrases["auc_period" if ongoing else "auc_all"],
        "ctrough": phrases["ctrough_end" if ongoing else "ctrough_day"],
    }


def _read(folder: Folder, job: Job) -> Array:
    return np.frombuffer(folder.piece(job, _PIECE), dtype="<f8").reshape(len(_ROWS), -1)
