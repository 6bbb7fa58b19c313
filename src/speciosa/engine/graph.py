"""An expression graph: every expression once, simplified as it is built, differentiated exactly.

A node is an integer; its arguments always have smaller numbers, so ascending order is an order of
evaluation. Equal expressions are the same node, which makes common subexpressions free for every
emitter. A graph only grows, is never changed by evaluation, and may be used by threads at once.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_LARGEST_UNROLLED_POWER = 8
_GROWING = threading.Lock()


class Op(StrEnum):
    """What a node is."""

    CONST = "const"
    SYMBOL = "symbol"
    ADD = "+"
    SUB = "-"
    MUL = "*"
    DIV = "/"
    POW = "^"
    EXP = "exp"
    LOG = "ln"
    SQRT = "sqrt"


COMMUTATIVE = (Op.ADD, Op.MUL)
_FUNCTIONS: dict[Op, Callable[[float], float]] = {
    Op.EXP: math.exp,
    Op.LOG: math.log,
    Op.SQRT: math.sqrt,
}


class Node(NamedTuple):
    """One expression: ``value`` belongs to constants, ``name`` to symbols."""

    op: Op
    args: tuple[int, ...] = ()
    value: float = 0.0
    name: str = ""


class Graph:
    """Expressions of named symbols."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._known: dict[Node, int] = {}
        self._derivatives: dict[tuple[int, int], int] = {}

    def _node(self, node: Node) -> int:
        found = self._known.get(node)
        if found is None:
            with _GROWING:
                found = self._known.get(node)
                if found is None:
                    found = len(self.nodes)
                    self.nodes.append(node)
                    self._known[node] = found
        return found

    def const(self, value: float) -> int:
        """A number; ``ArithmeticError`` when it is not finite."""
        if not math.isfinite(value):
            raise ArithmeticError("a constant is not a finite number")
        # Minus zero equals zero as a key; only one of them may be a node.
        return self._node(Node(Op.CONST, value=float(value) + 0.0))

    def symbol(self, name: str) -> int:
        """A parameter, a state or ``time``."""
        return self._node(Node(Op.SYMBOL, name=name))

    def value(self, node: int) -> float | None:
        """The number a node is, or ``None`` when it is not a constant."""
        found = self.nodes[node]
        return found.value if found.op is Op.CONST else None

    def add(self, a: int, b: int) -> int:
        """The sum of two nodes."""
        x, y = self.value(a), self.value(b)
        if x is not None and y is not None:
            return self.const(x + y)
        if x == 0.0:
            return b
        if y == 0.0:
            return a
        for kept, other in ((a, b), (b, a)):
            if (minus := self._without_minus(other)) is not None:
                return self.sub(kept, minus)
        return self._node(Node(Op.ADD, (min(a, b), max(a, b))))

    def sub(self, a: int, b: int) -> int:
        """The difference of two nodes."""
        x, y = self.value(a), self.value(b)
        if x is not None and y is not None:
            return self.const(x - y)
        if y == 0.0:
            return a
        if x == 0.0:
            return self.negative(b)
        if (minus := self._without_minus(b)) is not None:
            return self.add(a, minus)
        if (minus := self._without_minus(a)) is not None:
            return self.negative(self.add(minus, b))
        return self.const(0.0) if a == b else self._node(Node(Op.SUB, (a, b)))

    def mul(self, a: int, b: int) -> int:
        """The product of two nodes."""
        x, y = self.value(a), self.value(b)
        if x is not None and y is not None:
            return self.const(x * y)
        if x == 0.0 or y == 0.0:
            return self.const(0.0)
        if x == 1.0:
            return b
        if y == 1.0:
            return a
        for kept, other in ((a, b), (b, a)):
            if (minus := self._without_minus(other)) is not None:
                return self.negative(self.mul(kept, minus))
        return self._node(Node(Op.MUL, (min(a, b), max(a, b))))

    def div(self, a: int, b: int) -> int:
        """The quotient of two nodes; division by the number nought is refused."""
        x, y = self.value(a), self.value(b)
        if y == 0.0:
            raise ZeroDivisionError("an expression divides by nought")
        if x is not None and y is not None:
            return self.const(x / y)
        if x == 0.0 or y == 1.0:
            return a
        if a == b:
            return self.const(1.0)
        if (minus := self._without_minus(a)) is not None:
            return self.negative(self.div(minus, b))
        if (minus := self._without_minus(b)) is not None:
            return self.negative(self.div(a, minus))
        return self._node(Node(Op.DIV, (a, b)))

    def power(self, a: int, b: int) -> int:
        """``a`` to the power of ``b``; small whole powers become products."""
        x, y = self.value(a), self.value(b)
        if x is not None and y is not None:
            return self.const(_number_of(math.pow, x, y))
        if y is not None and y == int(y) and abs(y) <= _LARGEST_UNROLLED_POWER:
            product = self._whole_power(a, abs(int(y)))
            return product if y >= 0 else self.div(self.const(1.0), product)
        if y == 0.5:
            return self.call(Op.SQRT, a)
        return self._node(Node(Op.POW, (a, b)))

    def _whole_power(self, a: int, exponent: int) -> int:
        if exponent == 0:
            return self.const(1.0)
        half = self._whole_power(a, exponent // 2)
        square = self.mul(half, half)
        return self.mul(square, a) if exponent % 2 else square

    def call(self, function: Op, a: int) -> int:
        """``exp``, ``ln`` or ``sqrt`` of a node."""
        x = self.value(a)
        if x is not None:
            return self.const(_number_of(_FUNCTIONS[function], x))
        return self._node(Node(function, (a,)))

    def negative(self, a: int) -> int:
        """Minus a node. Minus signs are moved outwards, where they join a sum or a difference."""
        found = self.nodes[a]
        if found.op is Op.CONST:
            return self.const(-found.value)
        if found.op is Op.SUB:
            return self.sub(*reversed(found.args))
        return self._node(Node(Op.SUB, (self.const(0.0), a)))

    def _without_minus(self, a: int) -> int | None:
        """The node whose negative ``a`` is, or ``None`` when ``a`` is no negative."""
        op, args = self.nodes[a].op, self.nodes[a].args
        return args[1] if op is Op.SUB and self.value(args[0]) == 0.0 else None

    def derivative(self, node: int, symbol: int) -> int:
        """The partial derivative of a node with respect to a symbol node."""
        known = self._derivatives
        if (node, symbol) not in known:
            # In ascending order the arguments come first, so that nothing recurs.
            for inner in self.reachable([node]):
                if (inner, symbol) not in known:
                    known[inner, symbol] = self._differentiate(inner, symbol)
        return known[node, symbol]

    def _differentiate(self, node: int, symbol: int) -> int:
        op, args = self.nodes[node].op, self.nodes[node].args
        if not args:
            return self.const(1.0 if node == symbol else 0.0)
        a = args[0]
        da = self.derivative(a, symbol)
        if len(args) == 1:
            inner = {
                Op.EXP: lambda: self.mul(node, da),
                Op.LOG: lambda: self.div(da, a),
                Op.SQRT: lambda: self.div(da, self.mul(self.const(2.0), node)),
            }
            return inner[op]()
        return self._differentiate_two(node, da, self.derivative(args[1], symbol))

    def _differentiate_two(self, node: int, da: int, db: int) -> int:
        op, (a, b) = self.nodes[node].op, self.nodes[node].args
        if op in (Op.ADD, Op.SUB):
            return self.add(da, db) if op is Op.ADD else self.sub(da, db)
        if op is Op.MUL:
            return self.add(self.mul(da, b), self.mul(a, db))
        if op is Op.DIV:  # (a/b)' = (a' - (a/b) b')/b
            return self.div(self.sub(da, self.mul(node, db)), b)
        if self.value(db) == 0.0:  # (a^b)' = b a^(b-1) a' where b does not depend on the symbol
            return self.mul(self.mul(b, self.power(a, self.sub(b, self.const(1.0)))), da)
        whole = self.add(self.mul(db, self.call(Op.LOG, a)), self.mul(b, self.div(da, a)))
        return self.mul(node, whole)

    def reachable(self, roots: Iterable[int]) -> list[int]:
        """Every node the roots need, themselves included, in an order of evaluation."""
        needed: set[int] = set()
        waiting = list(roots)
        while waiting:
            node = waiting.pop()
            if node not in needed:
                needed.add(node)
                waiting.extend(self.nodes[node].args)
        return sorted(needed)

    def symbols_of(self, roots: Iterable[int]) -> frozenset[str]:
        """Names that the roots depend on."""
        chosen = (self.nodes[node] for node in self.reachable(roots))
        return frozenset(node.name for node in chosen if node.op is Op.SYMBOL)


def _number_of(function: Callable[..., float], *args: float) -> float:
    """A constant worked out; what has no finite real value is one kind of error."""
    try:
        return function(*args)
    except (ValueError, OverflowError) as error:
        shown = ", ".join(f"{x:g}" for x in args)
        raise ArithmeticError(f"{function.__name__}({shown}) has no finite value") from error


def evaluate(
    graph: Graph, roots: Iterable[int], values: Mapping[str, Array | float]
) -> list[Array]:
    """Values of the roots with numpy; symbols may be arrays that broadcast together."""
    roots = list(roots)
    known: dict[int, Array] = {}
    for index in graph.reachable(roots):
        node = graph.nodes[index]
        args = [known[a] for a in node.args]
        match node.op:
            case Op.CONST:
                known[index] = np.asarray(node.value)
            case Op.SYMBOL:
                known[index] = np.asarray(values[node.name], dtype=np.float64)
            case Op.ADD:
                known[index] = args[0] + args[1]
            case Op.SUB:
                known[index] = args[0] - args[1]
            case Op.MUL:
                known[index] = args[0] * args[1]
            case Op.DIV:
                known[index] = args[0] / args[1]
            case Op.POW:
                known[index] = args[0] ** args[1]
            case Op.EXP:
                known[index] = np.exp(args[0])
            case Op.LOG:
                known[index] = np.log(args[0])
            case Op.SQRT:
                known[index] = np.sqrt(args[0])
    return [known[root] for root in roots]
