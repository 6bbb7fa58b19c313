"""A model as the engine sees it: named quantities whose expressions share one graph."""

from __future__ import annotations

import dataclasses

from speciosa.engine.graph import Graph

TIME = "time"


@dataclasses.dataclass(frozen=True, slots=True)
class Parameter:
    """A number that does not change in time; ``value`` is ``None`` when the text gives none."""

    name: str
    unit: str
    meaning: str
    value: float | None


@dataclasses.dataclass(frozen=True, slots=True)
class Definition:
    """``name := expression``: its node, and the expression as written."""

    name: str
    unit: str
    meaning: str
    node: int
    written: str


@dataclasses.dataclass(frozen=True, slots=True)
class State:
    """``name' = expression``: the nodes of its rate and of its initial value, and both as written.

    ``initial_written`` is empty when the text gives none: the state then starts at 0.
    """

    name: str
    unit: str
    meaning: str
    rate: int
    written: str
    initial: int
    initial_written: str = ""


@dataclasses.dataclass(frozen=True, eq=False)
class Model:
    """Parameters, definitions and states in the order of the text.

    Nodes depend on symbols of parameters, states and ``time`` alone: definitions are substituted.
    Initial values depend on parameters alone.
    """

    name: str
    text: str
    graph: Graph
    parameters: tuple[Parameter, ...]
    definitions: tuple[Definition, ...]
    states: tuple[State, ...]

    @property
    def state_names(self) -> tuple[str, ...]:
        """Names of the states, in order."""
        return tuple(state.name for state in self.states)

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Names of the parameters, in order."""
        return tuple(parameter.name for parameter in self.parameters)

    def node(self, name: str) -> int:
        """The node of a state, definition or parameter; ``KeyError`` when there is none."""
        for definition in self.definitions:
            if definition.name == name:
                return definition.node
        if name in self.state_names or name in self.parameter_names:
            return self.graph.symbol(name)
        raise KeyError(name)

    @property
    def quantities(self) -> tuple[Parameter | Definition | State, ...]:
        """Parameters, then definitions, then states."""
        return (*self.parameters, *self.definitions, *self.states)

    def unit(self, name: str) -> str:
        """The unit of a state, definition or parameter; ``KeyError`` when there is none."""
        return {quantity.name: quantity.unit for quantity in self.quantities}[name]
