"""Write a model as plain Python functions for numba, to be read as much as to be run.

``prepare`` computes once what is fixed for a subject, ``rates`` the derivatives, ``factor`` the
matrix ``I - g J`` and its factors, ``solve`` a linear system with them, ``combine`` where a stage
of the method begins, ``quantities`` everything that can be an output. Names are those of the model
text.
"""

from __future__ import annotations

import collections
import keyword
import math
import re
from collections.abc import Iterable, Mapping, Sequence

from speciosa.engine import rodas5p
from speciosa.engine.graph import Op
from speciosa.engine.model import TIME
from speciosa.engine.sparse import Entry, System

# Names the functions use themselves; a quantity of the model that has one gets an underscore.
_TAKEN = frozenset(("t", "y", "p", "c", "f", "ft", "g", "w", "b", "q", "math", "njit", "smallest"))
_NUMBERED = re.compile("x[0-9]+")  # what shared expressions are called
_DEEPEST = 12  # levels of an expression on one line
_BINARY = {Op.ADD: "+", Op.SUB: "-", Op.MUL: "*", Op.DIV: "/", Op.POW: "**"}
_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 4}
_ATOM, _SIGN = 5, 3
_CALL = {Op.EXP: "math.exp", Op.LOG: "math.log", Op.SQRT: "math.sqrt"}


def source(system: System) -> str:
    """The functions of a system; numba decorates them as ``@njit``."""
    writer = _Writer(system)
    parts = [
        writer.prepare(),
        writer.rates(),
        writer.time_rates(),
        writer.factor(),
        writer.solve(),
        writer.combine(),
        writer.quantities(),
    ]
    return "\n\n".join(parts)


def quantity_names(system: System) -> tuple[str, ...]:
    """What ``quantities`` computes, in its order: states, definitions, parameters."""
    model = system.model
    return (*model.state_names, *system.definitions, *model.parameter_names)


class _Writer:
    """Writes functions of one system."""

    def __init__(self, system: System) -> None:
        self.system = system
        model = system.model
        names = _python_names(quantity_names(system))
        self.symbols = {TIME: "t"}
        self.unpack = {}
        for letter, group in (("y", model.state_names), ("p", model.parameter_names)):
            for i, name in enumerate(group):
                self.symbols[name] = names[name]
                self.unpack[names[name]] = f"{letter}[{i}]"
        self.named = {node: names[name] for name, node in system.definitions.items()}
        self.slots = {node: i for i, node in enumerate(system.hoisted)}
        self.state_names = model.state_names

    def prepare(self) -> str:
        body = _Body(self, fixed=False)
        stores = [
            f"c[{i}] = {body.text(node)}" for node, i in self.slots.items() if body.use([node])
        ]
        return body.function("prepare(p, c)", "What is fixed for a subject.", stores)

    def rates(self) -> str:
        body = _Body(self)
        body.use(self.system.rates)
        stores = [
            f"f[{i}] = {body.text(rate)}  # {name}'"
            for i, (rate, name) in enumerate(zip(self.system.rates, self.state_names, strict=True))
        ]
        return body.function("rates(t, y, p, c, f)", "Derivatives of the states.", stores)

    def time_rates(self) -> str:
        nodes = self.system.time_rates or [self.system.graph.const(0.0)] * self.system.size
        body = _Body(self)
        body.use(nodes)
        stores = [f"ft[{i}] = {body.text(node)}" for i, node in enumerate(nodes)]
        return body.function("time_rates(t, y, p, c, ft)", "How the rates change in time.", stores)

    def factor(self) -> str:
        plan = self.system.factorisation
        body = _Body(self)
        body.use(self.system.jacobian.values())
        slot = self._entry_slots()
        stores = []
        for entry in plan.pattern:
            on_diagonal = entry[0] == entry[1]
            if entry in self.system.jacobian:
                slope = body.text(self.system.jacobian[entry], 2)
                value = f"1.0 - g * {slope}" if on_diagonal else f"-g * {slope}"
            else:
                value = "1.0" if on_diagonal else "0.0"
            row, column = (self.state_names[i] for i in entry)
            stores.append(f"w[{slot[entry]}] = {value}  # {row}, {column}")
        stores.append("smallest = 1.0")
        for pivot in plan.pivots:
            at = slot[pivot.state, pivot.state]
            if not pivot.unit:
                stores.append(
                    f"smallest = min(smallest, w[{at}])  # {self.state_names[pivot.state]}"
                )
                stores.append(f"w[{at}] = 1.0 / w[{at}]")
                stores += [f"w[{slot[entry]}] *= w[{at}]" for entry in pivot.below]
            for step in pivot.eliminations:
                stores += [
                    f"w[{slot[into]}] -= w[{slot[step.factor]}] * w[{slot[across]}]"
                    for into, across in step.pairs
                ]
            if not pivot.unit:
                stores += [f"w[{slot[entry]}] *= w[{at}]" for entry in pivot.right]
        stores.append("return smallest")
        return body.function(
            "factor(t, y, p, c, g, w)", "Factors of I - g J; returns the smallest pivot.", stores
        )

    def solve(self) -> str:
        plan = self.system.factorisation
        slot = self._entry_slots()
        stores = [f"b[{i}] -= w[{slot[i, k]}] * b[{k}]" for i, k in plan.forward]
        stores += [
            f"b[{k}] *= w[{slot[k, k]}]" for k in range(self.system.size) if k not in plan.unit
        ]
        stores += [f"b[{k}] -= w[{slot[k, j]}] * b[{j}]" for k, j in plan.backward]
        return _Body(self).function("solve(w, b)", "Solve with the factors, in place.", stores)

    def combine(self) -> str:
        """The sums of a stage, with its coefficients in place so that they vectorise."""
        lines = [f"for s in range({self.system.size}):", "    new[s], k[0, s] = y[s], 0.0"]
        branches = [("if i == 0:", lines)]
        for i in range(1, rodas5p.STAGES):
            argument = "".join(
                f" + {a!r} * k[{j}, s]" for j, a in enumerate(rodas5p.A[i]) if a != 0.0
            )
            right = " + ".join(
                f"{rodas5p.GAMMA * c!r} * k[{j}, s]" for j, c in enumerate(rodas5p.C[i])
            )
            lines = [
                f"for s in range({self.system.size}):",
                f"    new[s] = y[s]{argument}",
                f"    k[{i}, s] = {right}",
            ]
            branches.append((f"elif i == {i}:", lines))
        stores = [
            line for head, lines in branches for line in (head, *(f"    {one}" for one in lines))
        ]
        meaning = "Where stage i is evaluated, and what earlier stages add to it."
        return _Body(self).function("combine(i, y, k, new)", meaning, stores)

    def quantities(self) -> str:
        names = quantity_names(self.system)
        body = _Body(self)
        nodes = [self.system.output_node(name) for name in names]
        body.use(nodes)
        stores = [f"q[{i}] = {body.text(node)}" for i, node in enumerate(nodes)]
        return body.function("quantities(t, y, p, c, q)", "Whatever can be an output.", stores)

    def _entry_slots(self) -> Mapping[Entry, int]:
        return {entry: i for i, entry in enumerate(self.system.factorisation.pattern)}


class _Body:
    """The lines of one function: names for what is shared, the rest in place."""

    def __init__(self, writer: _Writer, *, fixed: bool = True) -> None:
        self._writer = writer
        self._graph = writer.system.graph
        self._slots = writer.slots if fixed else {}
        self._lines: list[str] = []
        self._known: dict[int, tuple[str, int]] = {}
        self._loaded: set[str] = set()

    def use(self, roots: Iterable[int]) -> bool:
        """Write the lines that the roots need; afterwards ``text`` gives each of them."""
        roots = [root for root in roots if root not in self._known]
        order = self._needed(roots)
        uses = collections.Counter(a for i in order for a in self._arguments(i))
        uses.update(roots)
        depth: dict[int, int] = {}
        for index in order:
            text, strength = self._written(index)
            depth[index] = 1 + max((depth.get(a, 0) for a in self._arguments(index)), default=0)
            simple = self._graph.nodes[index].op in (Op.CONST, Op.SYMBOL) or index in self._slots
            named = index in self._writer.named
            if not simple and (uses[index] > 1 or named or depth[index] > _DEEPEST):
                name = self._writer.named.get(index, f"x{index}")
                self._lines.append(f"{name} = {text}")
                text, strength, depth[index] = name, _ATOM, 0
            self._known[index] = text, strength
        return True

    def text(self, node: int, strength: int = 0) -> str:
        """A node as an operand that binds more than ``strength``."""
        written, own = self._known[node]
        return written if own > strength else f"({written})"

    def _needed(self, roots: Sequence[int]) -> list[int]:
        needed: set[int] = set()
        waiting = list(roots)
        while waiting:
            node = waiting.pop()
            if node not in needed and node not in self._known:
                needed.add(node)
                waiting.extend(self._arguments(node))
        return sorted(needed)

    def _arguments(self, node: int) -> tuple[int, ...]:
        return () if node in self._slots else self._graph.nodes[node].args

    def _written(self, index: int) -> tuple[str, int]:
        node = self._graph.nodes[index]
        if index in self._slots:
            return f"c[{self._slots[index]}]", _ATOM
        if node.op is Op.CONST:
            written = repr(node.value) if math.isfinite(node.value) else f"math.{node.value}"
            return written, _SIGN if written.startswith("-") else _ATOM
        if node.op is Op.SYMBOL:
            name = self._writer.symbols[node.name]
            if name in self._writer.unpack and name not in self._loaded:
                self._loaded.add(name)
            return name, _ATOM
        if node.op in _CALL:
            return f"{_CALL[node.op]}({self.text(node.args[0])})", _ATOM
        a, b = node.args
        if node.op is Op.SUB and self._graph.value(a) == 0.0:
            return f"-{self.text(b, _SIGN - 1)}", _SIGN
        sign = _BINARY[node.op]
        strength = _STRENGTH[sign]
        left = self.text(a, strength if sign == "**" else strength - 1)
        # Python groups to the left, so a right operand of the same strength keeps its brackets.
        return f"{left} {sign} {self.text(b, strength)}", strength

    def function(self, head: str, meaning: str, stores: Sequence[str]) -> str:
        """The whole text."""
        loads = [
            f"{name} = {place}"
            for name, place in self._writer.unpack.items()
            if name in self._loaded
        ]
        lines = [*loads, *self._lines, *stores] or ["pass"]
        body = "\n".join(f"    {line}" for line in lines)
        return f'@njit\ndef {head}:\n    """{meaning}"""\n{body}\n'


def _python_names(names: Sequence[str]) -> dict[str, str]:
    """A Python name for each name of the model."""
    found: dict[str, str] = {}
    used = set(_TAKEN)
    for name in names:
        written = name
        while written in used or keyword.iskeyword(written) or _NUMBERED.fullmatch(written):
            written += "_"
        used.add(written)
        found[name] = written
    return found
