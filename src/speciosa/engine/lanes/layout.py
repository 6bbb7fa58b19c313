"""Where everything lies in the workspace of a model."""

from __future__ import annotations

import dataclasses

from speciosa.engine import rodas5p
from speciosa.engine.sparse import System


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """The first slot of each thing in the workspace."""

    y: int  # states
    new: int  # stage argument, then states after the step
    k: int  # stages, one after the other
    w: int  # the factored matrix
    ft: int  # derivative of the rates in time
    parameters: int
    hoisted: int
    infused: int
    t: int
    h: int  # step proposed, then step attempted
    end: int  # the next event
    t_new: int
    error: int  # squared; accepted up to 1
    proposal: int  # the first step after an event
    t_out: int  # the next output time
    out: int
    slots: int  # in all, without the outputs


def layout(system: System, infused: int) -> Layout:
    """Where everything is."""
    n = system.size
    sizes = {
        "y": n,
        "new": n,
        "k": rodas5p.STAGES * n,
        "w": len(system.factorisation.pattern),
        "ft": len(system.time_rates),
        "parameters": len(system.model.parameters),
        "hoisted": len(system.hoisted),
        "infused": infused,
    }
    single = ("t", "h", "end", "t_new", "error", "proposal", "t_out", "out")
    slots: dict[str, int] = {}
    position = 0
    for name, size in (*sizes.items(), *((name, 1) for name in single)):
        slots[name] = position
        position += size
    return Layout(**slots, slots=position - 1)
