"""A population's result: the simulation of everybody, and how it was made."""

from __future__ import annotations

import msgspec

from speciosa.knowledge import Knowledge
from speciosa.pharmacology.exposure.plan import Plan
from speciosa.pharmacology.exposure.regimen.simulation import Figure, Simulation
from speciosa.report.simulation.document import SimulationDocument
from speciosa.report.simulation.document import document as simulation_document

MEANING = (
    "Each virtual person lives by one draw of the model's structure and parameters. So percentiles "
    "and shares of people hold the differences between people and our doubt about the model "
    "together; none of them is a share of a real population."
)


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """What the virtual people are like in one respect: numbers as a figure, words as shares.

    ``unknown`` is the share of people in whom it is not known; a figure is that of the others.
    """

    name: str
    about: str
    figure: Figure | None = None
    shares: dict[str, float] | None = None
    unknown: float = 0.0


class PeopleDrawn(msgspec.Struct, frozen=True, kw_only=True):
    """Who the virtual people are.

    ``about`` and ``limits`` belong beside every result. ``effects`` say what their bodies are
    assumed to do to levels, with the facts assumed in ``effect_facts``; ``facts`` are what the
    population rests on, none where it is a table of the user's own. ``key`` tells two populations
    of one title apart.
    """

    name: str
    title: str
    key: str
    about: str
    limits: tuple[str, ...]
    body_effects: str
    effects: tuple[str, ...]
    effect_facts: tuple[str, ...]
    facts: tuple[str, ...]
    described: tuple[Described, ...]


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """How the figures were counted.

    Percentiles lie within ``relative_error`` of the exact ones; levels below ``least`` ng/mL count
    as nought. ``spoken_of``: the number of people from whom the sentences were made, drawn by
    chance. Curves are counted at ``times`` of the ``times_followed``; where they are fewer, the
    same hours after every dose are left out.
    """

    relative_error: float
    least: float
    spoken_of: int
    times: int
    times_followed: int


class PopulationDocument(SimulationDocument, frozen=True, kw_only=True):
    """A simulation of a population, with where its people are kept."""

    people: PeopleDrawn | None
    method: Method
    file: str
    request: str


def document(  # noqa: PLR0913 - what stands in the result
    simulation: Simulation,
    plan: Plan,
    knowledge: Knowledge,
    *,
    people: PeopleDrawn | None,
    method: Method,
    file: str,
    request: str,
) -> PopulationDocument:
    """Add references, provenance and method. ``request`` is the hash of all that was asked."""
    base = simulation_document(simulation, plan, knowledge)
    drawn = () if people is None else (*people.effect_facts, *people.facts)
    known = {one.id for one in base.references}
    more = tuple(knowledge.cite(id_) for id_ in dict.fromkeys(drawn) if id_ not in known)
    values = {name: getattr(base, name) for name in base.__struct_fields__}
    values["references"] = (*base.references, *more)
    return PopulationDocument(**values, people=people, method=method, file=file, request=request)
