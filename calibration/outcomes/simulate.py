"""How often a change that never happened is called one, and how often a real one is found.

Persons without any effect: a level of their own, a slowly moving state (its autocorrelation is
given for one week), measurement error, whole points within the range of the scale. Care begins
when a first total is high, so regression to the mean is in it. Run

    python -m calibration.outcomes.simulate [PERSONS]

to print the tables of ``docs/validation/outcomes.md``.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from speciosa.clinical.outcomes import Entry, Event, Timeline, assess
from speciosa.clinical.outcomes.timeline import EventKind, Kratom, Measured
from speciosa.knowledge import load

if TYPE_CHECKING:
    from collections.abc import Iterator

START = dt.date(2026, 1, 5)
HIGHEST = 21
SEEKS_CARE = 10


class World(NamedTuple):
    """How persons and their totals come about; standard deviations in points."""

    name: str
    days_apart: int
    before: int
    after: int
    autocorrelation: float
    state_sd: float = 2.0
    error_sd: float = 1.5
    trend_a_week: float = 0.0
    effect: float = 0.0
    mean: float = 10.57
    person_sd: float = 5.2


def timelines(world: World, persons: int, seed: int) -> Iterator[Timeline]:
    """Persons of a world who came into care with a high first total."""
    random = np.random.default_rng(seed)
    n = world.before + world.after
    # The first two weeks after a change do not count; totals there are made all the same.
    days = np.arange(n + 14 // world.days_apart + 1) * world.days_apart
    change = days[world.before - 1]
    gap = np.abs(days[:, None] - days) / 7
    root = np.linalg.cholesky(world.autocorrelation**gap + 1e-9 * np.eye(days.size))
    made = 0
    while made < persons:
        level = random.normal(world.mean, world.person_sd)
        state = world.state_sd * (root @ random.normal(size=days.size))
        totals = level + state + world.trend_a_week * days / 7 + world.effect * (days > change)
        totals = totals + random.normal(0, world.error_sd, days.size)
        totals = np.clip(np.round(totals), 0, HIGHEST)
        if totals[0] < SEEKS_CARE:
            continue
        made += 1
        yield Timeline(
            entries=tuple(
                Entry(
                    date=START + dt.timedelta(days=int(day)),
                    scores=(Measured(instrument="gad7", total=float(total)),),
                    kratom=Kratom(used=False),
                )
                for day, total in zip(days, totals, strict=True)
            ),
            events=(
                Event(
                    date=START + dt.timedelta(days=int(change)),
                    kind=EventKind.STARTED,
                    what="a treatment",
                ),
            ),
        )


def verdicts(world: World, persons: int, seed: int) -> Counter[str]:
    """How often each verdict falls."""
    knowledge = load()
    found: Counter[str] = Counter()
    for timeline in timelines(world, persons, seed):
        today = timeline.entries[-1].date
        (response,) = assess(timeline, knowledge, today).responses
        found[str(response.verdict)] += 1
    return found


WITHOUT = (
    *(
        World(f"every {apart} days, {k} and {k}, autocorrelation {rho}", apart, k, k, rho)
        for apart, k in ((7, 3), (7, 6), (14, 4), (28, 3), (28, 5), (1, 40))
        for rho in (0.0, 0.3, 0.6)
    ),
    World("beyond the range: weekly, 6 and 6, autocorrelation 0.85", 7, 6, 6, 0.85),
    World("beyond the range: weekly, 10 and 10, autocorrelation 0.95", 7, 10, 10, 0.95, 4.0),
    World("restless: weekly, 6 and 6, state SD 4", 7, 6, 6, 0.6, 4.0),
    World("restless: every 28 days, 3 and 3, state SD 4", 28, 3, 3, 0.6, 4.0),
    World("falling all the time: weekly, 6 and 6, 0.5 a week", 7, 6, 6, 0.3, trend_a_week=-0.5),
    World("falling all the time: every 14 days, 4 and 4, 0.5 a week", 14, 4, 4, 0.3,
          trend_a_week=-0.5),
    World("falling fast: weekly, 6 and 6, 1 a week", 7, 6, 6, 0.3, trend_a_week=-1.0, mean=16),
    World("falling fast: every 14 days, 4 and 4, 1 a week", 14, 4, 4, 0.3, trend_a_week=-1.0,
          mean=16),
    World("falling slowly: every 28 days, 5 and 5, 0.3 a week", 28, 5, 5, 0.3,
          trend_a_week=-0.3, mean=14),
)  # fmt: skip
WITH = tuple(
    World(f"fall of {-effect:g}, every {apart} days, {k} and {k}", apart, k, k, 0.3, effect=effect)
    for effect in (-5.0, -8.0)
    for apart, k in ((7, 6), (14, 4), (14, 8), (28, 3), (28, 6), (1, 40))
)


def tables(persons: int) -> Iterator[str]:
    """The lines of both tables."""
    words = ("lower", "higher", "no clear difference", "cannot tell")
    for title, worlds in (("No effect", WITHOUT), ("An effect", WITH)):
        yield f"### {title}\n\n| world | {' | '.join(words)} |\n|---|{'---:|' * len(words)}"
        for i, world in enumerate(worlds):
            found = verdicts(world, persons, seed=7_000 + i)
            shares = " | ".join(f"{100 * found[word] / persons:.1f} %" for word in words)
            yield f"| {world.name} | {shares} |"
        yield ""


if __name__ == "__main__":
    for text in tables(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
