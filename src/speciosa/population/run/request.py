"""What is asked of a virtual population, and how its work is cut into blocks of people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from speciosa import __version__
from speciosa.distribution import Job
from speciosa.pharmacology.exposure.virtual.people import STRUCTURES
from speciosa.population.who import BodyEffects

if TYPE_CHECKING:
    from speciosa.population.who import Population

# People in one job. It is part of the plan, never a matter of how many workers there are.
BLOCK = 20_000


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that decides what one virtual person becomes.

    ``regimen`` is a plan as JSON. ``population_key`` is the hash of the population that people are
    drawn from, empty where none was named and bodies are those of the people studied;
    ``body_effects`` says whether its bodies move levels. How many people there are is not part of
    it: person 17 is the same among 20 and among a million.
    """

    regimen: dict[str, Any]
    seed: int
    structures: tuple[str, ...] = STRUCTURES
    until_h: float | None = None
    population_key: str = ""
    body_effects: BodyEffects = BodyEffects.ASSUMED

    def encoded(self) -> bytes:
        """The request as canonical bytes."""
        return msgspec.json.encode(self, order="deterministic")


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A request for so many people, and the releases of code and knowledge that serve it.

    ``population`` is the name or the path of the population as it was given.
    """

    request: Request
    subjects: int
    population: str = ""
    speciosa_version: str = __version__
    knowledge_release: str

    @property
    def fingerprint(self) -> str:
        """A hash of the request and of what serves it."""
        import xxhash  # noqa: PLC0415  # an extra

        parts = (self.request.encoded(), self.speciosa_version, self.knowledge_release)
        return str(xxhash.xxh3_128_hexdigest(msgspec.json.encode(parts)))


def jobs(order: Order, population: Population | None) -> tuple[Job, ...]:
    """The blocks of people, in order; ``population`` is that of the order."""
    from speciosa.population.run.block import simulate_block  # noqa: PLC0415

    raw, fingerprint = order.request.encoded(), order.fingerprint
    found = []
    for number, first in enumerate(range(0, order.subjects, BLOCK)):
        count = min(BLOCK, order.subjects - first)
        found.append(
            Job(
                name=f"block-{number:05}",
                key=f"{fingerprint}/{first}/{count}",
                run=simulate_block,
                arguments=(raw, population, first, count),
                size=count,
            )
        )
    return tuple(found)
