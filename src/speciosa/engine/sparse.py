"""A model made ready for an implicit solver: Jacobian, what is fixed per subject, and a static LU.

Everything here is symbolic and done once per model. The result names, for every emitter alike,
which nodes to compute once per subject, which entries the matrix ``W = I - gamma h J`` has, and in
which order it is factored and solved without looking at its numbers.
"""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

from speciosa.engine.graph import Graph, Node, Op
from speciosa.engine.model import TIME, Model

Entry = tuple[int, int]  # row and column of the matrix, both states by their number


class Eliminate(NamedTuple):
    """Take one row off another: its entries lose ``factor`` times the entries of the pivot row."""

    factor: Entry
    pairs: tuple[tuple[Entry, Entry], ...]  # (entry to change, entry of the pivot row)


class Pivot(NamedTuple):
    """One step of the factorisation.

    Invert the diagonal entry ``(state, state)`` (it is 1 and stays so when ``unit``). Multiply the
    entries ``below`` by it; they become factors. Do the eliminations with the row as it is. Then
    multiply the entries ``right`` of the diagonal by the inverse.
    """

    state: int
    unit: bool
    below: tuple[Entry, ...]
    eliminations: tuple[Eliminate, ...]
    right: tuple[Entry, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Factorisation:
    """``W = L D U`` with unit triangles, and how to solve with it, in place.

    To solve for a right-hand side ``b``: for each ``(i, k)`` in ``forward`` take ``W[i, k] * b[k]``
    off ``b[i]``; multiply every ``b[k]`` by ``W[k, k]``, which holds the inverse pivot (states in
    ``unit`` need none); for each ``(k, j)`` in ``backward`` take ``W[k, j] * b[j]`` off ``b[k]``.
    """

    pattern: tuple[Entry, ...]  # of W with fill-in, diagonal included, sorted
    pivots: tuple[Pivot, ...]
    forward: tuple[Entry, ...]
    backward: tuple[Entry, ...]
    unit: frozenset[int]


@dataclasses.dataclass(frozen=True, eq=False)
class System:
    """What an emitter needs of a model. All nodes belong to ``graph``, not to the model's graph."""

    model: Model
    graph: Graph
    states: tuple[int, ...]  # symbol nodes
    rates: tuple[int, ...]
    jacobian: dict[Entry, int]  # entries that are not nought
    time_rates: tuple[int, ...]  # partial derivatives of the rates in time; empty if none is in it
    definitions: dict[str, int]
    hoisted: tuple[int, ...]  # fixed per subject, neither number nor symbol; in evaluation order
    factorisation: Factorisation

    @property
    def size(self) -> int:
        """How many states there are."""
        return len(self.states)

    @property
    def autonomous(self) -> bool:
        """Whether no rate depends on time itself."""
        return not self.time_rates

    def output_node(self, name: str) -> int:
        """The node of a state, definition or parameter; ``KeyError`` when there is none."""
        if name in self.definitions:
            return self.definitions[name]
        self.model.node(name)
        return self.graph.symbol(name)


class _SolverGraph(Graph):
    """A graph that shares reciprocals and gathers what is fixed for a subject.

    Division is slow and multiplication is not: ``a/b`` becomes ``a * (1/b)``, so that each divisor
    costs one division however often it is used, and none while integrating when it is fixed.
    """

    def __init__(self, varying: frozenset[str]) -> None:
        self._varying_names = varying
        self._varying: dict[int, bool] = {}
        super().__init__()

    def _node(self, node: Node) -> int:
        index = super()._node(node)
        if index not in self._varying:
            depends = any(self._varying[arg] for arg in node.args)
            self._varying[index] = depends or node.name in self._varying_names
        return index

    def varies(self, node: int) -> bool:
        """Whether a node depends on a state or on time."""
        return self._varying[node]

    def mul(self, a: int, b: int) -> int:
        """The product; ``fixed * (fixed * varying)`` becomes ``(fixed * fixed) * varying``."""
        for fixed, product in ((a, b), (b, a)):
            if self.value(fixed) in (0.0, 1.0) or self.varies(fixed):
                continue
            found = self.nodes[product]
            if found.op is Op.MUL and self.varies(product):
                for inner, rest in (found.args, found.args[::-1]):
                    if not self.varies(inner):
                        return super().mul(super().mul(fixed, inner), rest)
        return super().mul(a, b)

    def div(self, a: int, b: int) -> int:
        """The quotient, as a product with a shared reciprocal unless both are fixed."""
        if self.value(b) == 0.0 or not (self.varies(a) or self.varies(b)) or a == b:
            return super().div(a, b)
        return self.mul(a, super().div(self.const(1.0), b))

    def copy(self, source: Graph, roots: list[int]) -> list[int]:
        """The roots of another graph, built anew under the rules of this one."""
        known: dict[int, int] = {}
        for index in source.reachable(roots):
            node = source.nodes[index]
            args = [known[a] for a in node.args]
            match node.op:
                case Op.CONST:
                    known[index] = self.const(node.value)
                case Op.SYMBOL:
                    known[index] = self.symbol(node.name)
                case Op.ADD:
                    known[index] = self.add(*args)
                case Op.SUB:
                    known[index] = self.sub(*args)
                case Op.MUL:
                    known[index] = self.mul(*args)
                case Op.DIV:
                    known[index] = self.div(*args)
                case Op.POW:
                    known[index] = self.power(*args)
                case Op.EXP | Op.LOG | Op.SQRT:
                    known[index] = self.call(node.op, *args)
        return [known[root] for root in roots]


def analyse(model: Model) -> System:
    """The system of a model."""
    names = model.state_names
    graph = _SolverGraph(frozenset((*names, TIME)))
    source = [*(s.rate for s in model.states), *(d.node for d in model.definitions)]
    nodes = graph.copy(model.graph, source)
    rates, defined = nodes[: len(names)], nodes[len(names) :]
    states = [graph.symbol(name) for name in names]
    jacobian: dict[Entry, int] = {}
    for row, rate in enumerate(rates):
        present = graph.symbols_of([rate])
        for column, name in enumerate(names):
            if name in present:
                slope = graph.derivative(rate, states[column])
                if graph.value(slope) != 0.0:
                    jacobian[row, column] = slope
    time_rates: list[int] = []
    if TIME in graph.symbols_of(rates):
        time_rates = [graph.derivative(rate, graph.symbol(TIME)) for rate in rates]
    roots = [*rates, *defined, *jacobian.values(), *time_rates]
    return System(
        model=model,
        graph=graph,
        states=tuple(states),
        rates=tuple(rates),
        jacobian=jacobian,
        time_rates=tuple(time_rates),
        definitions={d.name: node for d, node in zip(model.definitions, defined, strict=True)},
        hoisted=_hoisted(graph, roots),
        factorisation=factorise(len(names), frozenset(jacobian)),
    )


def _hoisted(graph: _SolverGraph, roots: list[int]) -> tuple[int, ...]:
    """Fixed nodes that varying ones (or the roots) use directly."""
    wanted = set(roots)
    for index in graph.reachable(roots):
        if graph.varies(index):
            wanted.update(graph.nodes[index].args)
    simple = (Op.CONST, Op.SYMBOL)
    return tuple(
        sorted(n for n in wanted if not graph.varies(n) and graph.nodes[n].op not in simple)
    )


def factorise(size: int, jacobian: frozenset[Entry]) -> Factorisation:
    """A static plan to factor ``I - gamma h J`` without pivoting.

    The order is Markowitz's: the next pivot is the one with the least possible fill-in, among
    equals the one that waits for the fewest before it.
    """
    filled = set(jacobian) | {(k, k) for k in range(size)}
    changed = {row for row, column in jacobian if row == column}
    left = set(range(size))
    order: list[int] = []
    pivots: list[Pivot] = []

    waits = [0] * size  # pivots that a row has to wait for, one after the other

    def cost(k: int) -> tuple[int, int, int]:
        rows = sum((i, k) in filled for i in left) - 1
        columns = sum((k, j) in filled for j in left) - 1
        return rows * columns, waits[k], k

    while left:
        k = min(left, key=cost)
        order.append(k)
        left.discard(k)
        right = tuple((k, j) for j in sorted(left) if (k, j) in filled)
        below = tuple((i, k) for i in sorted(left) if (i, k) in filled)
        eliminations = []
        for i, _ in below:
            waits[i] = max(waits[i], waits[k] + 1)
            pairs = tuple(((i, j), (k, j)) for _, j in right)
            filled.update(entry for entry, _ in pairs)
            changed.update(row for (row, column), _ in pairs if row == column)
            eliminations.append(Eliminate((i, k), pairs))
        pivots.append(Pivot(k, k not in changed, below, tuple(eliminations), right))
    return Factorisation(
        pattern=tuple(sorted(filled)),
        pivots=tuple(pivots),
        forward=tuple(entry for pivot in pivots for entry in pivot.below),
        backward=tuple(entry for pivot in reversed(pivots) for entry in pivot.right),
        unit=frozenset(pivot.state for pivot in pivots if pivot.unit),
    )
