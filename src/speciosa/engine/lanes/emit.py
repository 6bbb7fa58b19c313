"""Write the vector code of one model: small functions on one workspace.

``core`` holds ``prep`` (what is fixed for a subject), ``begin`` (the first step after an event),
``step`` (one attempted step of every lane with error, verdict and next step) and ``advance`` (take
the new values where the step was accepted). ``outputs`` holds ``output`` (chosen quantities at a
time inside the step). Lanes never exchange anything, so no result depends on the company.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence

from speciosa.engine import rodas5p
from speciosa.engine.control import (
    LARGEST_CUT,
    LARGEST_GROWTH,
    NEGLIGIBLE,
    SAFETY,
    SMALLEST_PIVOT,
    SMALLEST_SHARE,
)
from speciosa.engine.graph import Op
from speciosa.engine.lanes.functions import (
    estimate,
    exponential,
    logarithm,
    power,
    reciprocal,
    rough_product,
)
from speciosa.engine.lanes.ir import Function, Target, Writer, module
from speciosa.engine.lanes.layout import layout
from speciosa.engine.model import TIME
from speciosa.engine.sparse import System

_ERROR_PARTS = 4  # sums side by side do not wait for each other


class Emitter:
    """Text of the functions of one system for one target."""

    def __init__(self, system: System, infused: Sequence[int], target: Target) -> None:
        self.system = system
        self.infused = {state: place for place, state in enumerate(infused)}
        self.target = target
        self.at = layout(system, len(infused))
        names = system.model.parameter_names
        self._parameter = {name: self.at.parameters + i for i, name in enumerate(names)}
        self._hoisted = {node: self.at.hoisted + i for i, node in enumerate(system.hoisted)}

    def core(self) -> str:
        """The module of everything but the outputs."""
        later = range(1, rodas5p.STAGES)
        return module(
            self.target,
            [
                Function(f"void @prep({_WS})", self._prep),
                Function(f"i64 @begin({_WS}, double %rtol, double %atol)", self._begin),
                Function(f"internal {self.target.vector} @first({_WS})", self._first_stage),
                *(Function(f"internal void @stage{i}({_WS})", self._stage(i)) for i in later),
                Function(f"i64 @step({_WS}, double %rtol, double %atol)", self._step),
                Function(f"void @advance({_WS})", self._advance),
            ],
        )

    def outputs(self, names: Sequence[str]) -> str:
        """The module that gives quantities at the output time of each lane."""
        body = functools.partial(self._output, names=names)
        return module(self.target, [Function(f"void @output({_WS})", body)])

    # Expressions

    def _value(self, w: Writer, node: int, known: dict[int, str]) -> str:
        """A node as an operand; ``known`` holds the states and everything computed so far."""
        waiting = [node]
        while waiting:
            current = waiting[-1]
            if current not in known and current in self._hoisted:
                known[current] = w.load(self._hoisted[current])
            if current not in known:
                args = self.system.graph.nodes[current].args
                missing = [arg for arg in args if arg not in known]
                if missing:
                    waiting += reversed(missing)
                    continue
                known[current] = self._operation(w, current, known)
            waiting.pop()
        return known[node]

    def _operation(self, w: Writer, node: int, known: dict[int, str]) -> str:
        """One node from its arguments, which are known."""
        graph = self.system.graph
        op, args, value, name = graph.nodes[node]
        if op is Op.CONST:
            return w.const(value)
        if op is Op.SYMBOL:
            return w.load(self._parameter[name])
        if op is Op.SUB and graph.value(args[0]) == 0.0:
            return w.negative(known[args[1]])
        if op is Op.DIV and graph.value(args[0]) == 1.0:
            return reciprocal(w, known[args[1]])
        return _WRITE[op](w, *(known[arg] for arg in args))

    def _states(self, values: Sequence[str]) -> dict[int, str]:
        return dict(zip(self.system.states, values, strict=True))

    def _current(self, w: Writer) -> dict[int, str]:
        """The states and the time at the beginning of the step."""
        known = self._states([w.load(self.at.y + q) for q in range(self.system.size)])
        known[self.system.graph.symbol(TIME)] = w.load(self.at.t)
        return known

    def _rate(self, w: Writer, state: int, known: dict[int, str]) -> str:
        rate = self._value(w, self.system.rates[state], known)
        if state in self.infused:
            return w.add(rate, w.load(self.at.infused + self.infused[state]))
        return rate

    # Functions

    def _prep(self, w: Writer) -> str:
        known: dict[int, str] = {}
        for node, slot in self._hoisted.items():
            for arg in self.system.graph.nodes[node].args:
                self._value(w, arg, known)
            known[node] = self._operation(w, node, known)
            w.store(known[node], slot)
        return "void"

    def _first_stage(self, w: Writer) -> str:
        """Matrix, factors and first stage, all at the beginning of the step."""
        known = self._current(w)
        scale = w.mul(w.const(rodas5p.GAMMA), w.load(self.at.h))
        matrix = self._matrix(w, known, scale)
        pivot = self._factor(w, matrix)
        if not self.system.autonomous:
            scale_time = w.mul(scale, w.load(self.at.h))
            for q, node in enumerate(self.system.time_rates):
                w.store(w.mul(scale_time, self._value(w, node, known)), self.at.ft + q)
        right = []
        for q in range(self.system.size):
            value = w.mul(scale, self._rate(w, q, known))
            right.append(self._with_time(w, 0, q, value))
        self._solve(w, right, matrix, stage=0)
        return f"{self.target.vector} {pivot}"

    def _matrix(self, w: Writer, known: dict[int, str], scale: str) -> dict[tuple[int, int], str]:
        matrix = {}
        minus = w.negative(scale)
        for row, column in self.system.factorisation.pattern:
            node = self.system.jacobian.get((row, column))
            if node is None:
                matrix[row, column] = w.const(1.0 if row == column else 0.0)
                continue
            product = w.mul(minus, self._value(w, node, known))
            matrix[row, column] = w.add(w.const(1.0), product) if row == column else product
        return matrix

    def _factor(self, w: Writer, matrix: dict[tuple[int, int], str]) -> str:
        """Factor in place, store, and return the smallest pivot."""
        smallest = w.const(1.0)
        for pivot in self.system.factorisation.pivots:
            diagonal = pivot.state, pivot.state
            if not pivot.unit:
                smallest = w.smaller(matrix[diagonal], smallest)
                matrix[diagonal] = reciprocal(w, matrix[diagonal], finite=True)
            if not pivot.unit:
                for entry in pivot.below:
                    matrix[entry] = w.mul(matrix[entry], matrix[diagonal])
            for elimination in pivot.eliminations:
                for target, source in elimination.pairs:
                    product = w.mul(matrix[elimination.factor], matrix[source])
                    matrix[target] = w.sub(matrix[target], product)
            if not pivot.unit:
                for entry in pivot.right:
                    matrix[entry] = w.mul(matrix[entry], matrix[diagonal])
        for slot, entry in enumerate(self.system.factorisation.pattern):
            w.store(matrix[entry], self.at.w + slot)
        return smallest

    def _stage(self, i: int) -> Callable[[Writer], str]:
        """Stage ``i``: its argument, its right-hand side, its solution."""

        def body(w: Writer) -> str:
            n = self.system.size
            h = w.load(self.at.h)
            scale = w.mul(w.const(rodas5p.GAMMA), h)
            arguments, sums = [], []
            for q in range(n):
                stages = [w.load(self._k(j, q)) for j in range(i)]
                arguments.append(self._argument(w, i, q, stages))
                sums.append(_weighted(w, [rodas5p.GAMMA * c for c in rodas5p.C[i]], stages))
            for q, argument in enumerate(arguments):
                if i >= rodas5p.STAGES - 3:  # the later stages and the new value build on it
                    w.store(argument, self.at.new + q)
            known = self._states(arguments)
            if not self.system.autonomous:
                stage_time = w.multiply_add(w.const(rodas5p.ALPHA[i]), h, w.load(self.at.t))
                known[self.system.graph.symbol(TIME)] = stage_time
            right = []
            for q in range(n):
                value = w.multiply_add(scale, self._rate(w, q, known), sums[q])
                right.append(self._with_time(w, i, q, value))
            self._solve(w, right, None, stage=i)
            return "void"

        return body

    def _k(self, stage: int, state: int) -> int:
        return self.at.k + stage * self.system.size + state

    def _argument(self, w: Writer, i: int, q: int, stages: list[str]) -> str:
        if rodas5p.A[i] == (*rodas5p.A[i - 1], 1.0):
            return w.add(w.load(self.at.new + q), stages[-1])
        return _weighted(w, rodas5p.A[i], stages, w.load(self.at.y + q))

    def _with_time(self, w: Writer, stage: int, state: int, value: str) -> str:
        delta = rodas5p.DELTA[stage]
        if self.system.autonomous or delta == 0.0:
            return value
        return w.multiply_add(w.const(delta), w.load(self.at.ft + state), value)

    def _solve(
        self, w: Writer, b: list[str], matrix: dict[tuple[int, int], str] | None, *, stage: int
    ) -> None:
        """Solve for one stage and store it; factors come from the workspace unless given."""
        plan = self.system.factorisation
        slot = {entry: self.at.w + place for place, entry in enumerate(plan.pattern)}
        known = {} if matrix is None else dict(matrix)

        def entry(key: tuple[int, int]) -> str:
            if key not in known:
                known[key] = w.load(slot[key])
            return known[key]

        for i, k in plan.forward:
            b[i] = w.sub(b[i], w.mul(entry((i, k)), b[k]))
        with w.exact():  # else these products, not the next ones, would join the differences
            for k in range(self.system.size):
                if k not in plan.unit:
                    b[k] = w.mul(b[k], entry((k, k)))
        for k, j in plan.backward:
            b[k] = w.sub(b[k], w.mul(entry((k, j)), b[j]))
        for q, value in enumerate(b):
            w.store(value, self._k(stage, q))

    def _step(self, w: Writer) -> str:
        """One attempt of every lane.

        Returns bits: lanes accepted, from bit 16 on lanes at their next event, from bit 32 on lanes
        that passed an output time.
        """
        at = self.at
        t, h, end = w.load(at.t), w.load(at.h), w.load(at.end)
        left = w.sub(end, t)
        reaches = w.compare("ole", left, w.mul(h, w.const(1.0001)))
        h = w.select(reaches, left, h)
        t_new = w.select(reaches, end, w.add(t, h))
        w.store(h, at.h)
        w.store(t_new, at.t_new)
        pivot = w.line(f"call {self.target.vector} @first(ptr %ws)")
        for i in range(1, rodas5p.STAGES):
            w.lines.append(f"  call void @stage{i}(ptr %ws)")
        error = self._error(w)
        sound = w.compare("ogt", pivot, w.const(SMALLEST_PIVOT))
        error = w.select(sound, error, w.const(float("inf")))
        w.store(error, at.error)
        w.store(w.mul(h, self._growth(w, error)), at.h)
        accepted = w.compare("ole", error, w.const(1.0))
        arrived = w.both(accepted, reaches)
        t_out = w.load(at.t_out)
        passed = w.both(w.compare("ole", t_out, t_new), w.compare("olt", t_out, end))
        flags = w.bits(accepted)
        for place, mask in ((16, arrived), (32, w.both(accepted, passed))):
            moved = w.line(f"shl i64 {w.bits(mask)}, {place}")
            flags = w.line(f"or i64 {flags}, {moved}")
        return f"i64 {flags}"

    def _error(self, w: Writer) -> str:
        """Mean square of the error over its tolerance; completes the new values."""
        n, at = self.system.size, self.at
        relative, absolute = self._tolerances(w)
        parts = [w.const(0.0)] * _ERROR_PARTS
        for q in range(n):
            k = w.load(self._k(rodas5p.STAGES - 1, q))
            new = w.add(w.load(at.new + q), k)
            size = w.absolute(new)
            largest = w.larger(size, w.absolute(w.load(at.y + q)))
            w.store(
                w.select(w.compare("ogt", size, w.const(NEGLIGIBLE)), new, w.const(0.0)), at.new + q
            )
            ratio = w.mul(k, estimate(w, w.multiply_add(relative, largest, absolute)))
            parts[q % _ERROR_PARTS] = w.multiply_add(ratio, ratio, parts[q % _ERROR_PARTS])
        total = w.add(w.add(parts[0], parts[1]), w.add(parts[2], parts[3]))
        return w.mul(total, w.const(1.0 / n))

    def _tolerances(self, w: Writer) -> list[str]:
        vector, width = self.target.vector, self.target.width
        spread = []
        for name in ("rtol", "atol"):
            first = w.line(f"insertelement {vector} poison, double %{name}, i64 0")
            mask = f"<{width} x i32> zeroinitializer"
            spread.append(w.line(f"shufflevector {vector} {first}, {vector} poison, {mask}"))
        return spread

    def _growth(self, w: Writer, error: str) -> str:
        """The factor for the next step; a step that is not a number is cut as far as possible."""
        # The error is squared.
        factor = rough_product(w, [(error, -0.5 / rodas5p.ORDER)], SAFETY)
        factor = w.smaller(factor, w.const(LARGEST_GROWTH))
        factor = w.larger(factor, w.const(LARGEST_CUT))
        return w.select(w.compare("ord", error, error), factor, w.const(LARGEST_CUT))

    def _begin(self, w: Writer) -> str:
        """Propose the first step after an event.

        With the solution's first two derivatives in units of the tolerance, ``d1`` and ``d2``, it
        changes within a time ``T = d1/d2``, by ``d1 T`` tolerances. A step ``h`` of order 5 is then
        wrong by about ``d1 T (h/T)^6``; the proposal is the ``h`` at which this is one.
        """
        n = self.system.size
        known = self._current(w)
        rates = [self._rate(w, q, known) for q in range(n)]
        bends = [w.const(0.0)] * n
        for q, node in enumerate(self.system.time_rates):
            bends[q] = self._value(w, node, known)
        for (row, column), node in self.system.jacobian.items():
            bends[row] = w.multiply_add(self._value(w, node, known), rates[column], bends[row])
        relative, absolute = self._tolerances(w)
        first = second = w.const(0.0)
        for q in range(n):
            size = w.absolute(w.load(self.at.y + q))
            unit = estimate(w, w.multiply_add(relative, size, absolute))
            slope, bend = w.mul(rates[q], unit), w.mul(bends[q], unit)
            first = w.multiply_add(slope, slope, first)
            second = w.multiply_add(bend, bend, second)
        # h = T^(5/6) d1^(-1/6) = d1^(2/3) d2^(-5/6), of their squares.
        squares = [
            (w.mul(first, w.const(1.0 / n)), 1 / 3),
            (w.mul(second, w.const(1.0 / n)), -5 / 12),
        ]
        proposal = rough_product(w, squares, 1.0)
        left = w.sub(w.load(self.at.end), w.load(self.at.t))
        proposal = w.smaller(proposal, left)  # all of the way if nothing changes
        proposal = w.larger(proposal, w.mul(left, w.const(SMALLEST_SHARE)))
        w.store(proposal, self.at.proposal)
        return "i64 0"

    def _advance(self, w: Writer) -> str:
        """Take time and states where the step was accepted."""
        at = self.at
        accepted = w.compare("ole", w.load(at.error), w.const(1.0))
        pairs = [(at.t, at.t_new), *((at.y + q, at.new + q) for q in range(self.system.size))]
        for old, new in pairs:
            w.store(w.select(accepted, w.load(new), w.load(old)), old)
        return "void"

    def _output(self, w: Writer, names: Sequence[str]) -> str:
        """Quantities at the output time: interpolated states, then their definitions."""
        at, graph = self.at, self.system.graph
        nodes = [self.system.output_node(name) for name in names]
        needed = graph.symbols_of(nodes)
        t_out, t, t_new = w.load(at.t_out), w.load(at.t), w.load(at.t_new)
        # A lane that has just met an event has its output there: t_out = t.
        place = w.div(w.sub(t_out, t), w.sub(t_new, t))
        here = w.compare("oeq", t_out, t)
        rest = w.sub(w.const(1.0), place)
        known = {graph.symbol(TIME): t_out}
        for q, name in enumerate(self.system.model.state_names):
            if name in needed:
                known[self.system.states[q]] = self._interpolated(w, q, place, rest, here)
        for slot, node in enumerate(nodes):
            w.store(self._value(w, node, known), at.out + slot)
        return "void"

    def _interpolated(self, w: Writer, q: int, place: str, rest: str, here: str) -> str:
        stages = [w.load(self._k(j, q)) for j in range(rodas5p.STAGES)]
        first, second, third = (_weighted(w, row, stages) for row in rodas5p.H)
        inner = w.multiply_add(w.multiply_add(third, place, second), place, first)
        old, new = w.load(self.at.y + q), w.load(self.at.new + q)
        inner = w.multiply_add(rest, inner, new)
        value = w.multiply_add(place, inner, w.mul(rest, old))
        return w.select(here, old, value)


def _weighted(
    w: Writer, weights: Sequence[float], vectors: Sequence[str], start: str | None = None
) -> str:
    total = start
    for weight, vector in zip(weights, vectors, strict=True):
        factor = w.const(weight)
        total = w.mul(factor, vector) if total is None else w.multiply_add(factor, vector, total)
    if total is None:
        raise ValueError("nothing to add up")
    return total


_WRITE: Mapping[Op, Callable[..., str]] = {
    Op.ADD: Writer.add,
    Op.SUB: Writer.sub,
    Op.MUL: Writer.mul,
    Op.DIV: Writer.div,
    Op.POW: power,
    Op.EXP: exponential,
    Op.LOG: logarithm,
    Op.SQRT: lambda w, x: w.intrinsic("sqrt", x),
}

_WS = "ptr noalias %ws"
