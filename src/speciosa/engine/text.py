"""Read a model from its text: a strict subset of Antimony, the only place its equations stand.

    # Comment lines say what the model is.
    model name
      ka = 1.7;             # [1/h] parameter with a value
      const V;              # [L] parameter whose value must come from outside
      Cc := C/V;            # [umol/L] definition; in any order
      D' = -ka*D;           # [umol] rate of a state; the unit is the state's, time is in h
      C' = ka*D - 10*Cc;    # [umol] another state
      D = 5;                # initial value; a state without one starts at 0
    end

Fragments are statements without ``model`` and ``end`` that may use the names of the base.
"""

from __future__ import annotations

import difflib
import graphlib
from collections.abc import Callable, Sequence

from speciosa.engine.expression import NEGATIVE
from speciosa.engine.graph import Graph, Op
from speciosa.engine.model import TIME, Definition, Model, Parameter, State
from speciosa.engine.statement import (
    Kind,
    ModelTextError,
    Problems,
    Statement,
    frame,
    statements,
)

__all__ = ["ModelTextError", "read_model"]


def read_model(text: str, *fragments: str) -> Model:
    """Read a model and the fragments that extend it; ``ModelTextError`` lists every problem."""
    problems = Problems()
    name, first, last = frame(text, problems)
    lines = text.splitlines()
    body = [(f"line {number}", lines[number - 1]) for number in range(first + 1, last)]
    for count, fragment in enumerate(fragments, start=1):
        numbered = enumerate(fragment.splitlines(), start=1)
        body += [(f"fragment {count}, line {number}", line) for number, line in numbered]
    found = [statement for where, line in body for statement in statements(where, line, problems)]
    problems.stop_if_any()
    declared = _Declared(found, problems)
    problems.stop_if_any()
    model = _Builder(declared, problems).model(name, _joined(lines, last, fragments))
    problems.stop_if_any()
    return model


def _joined(lines: Sequence[str], last: int, fragments: Sequence[str]) -> str:
    """One text that reads as the same model: the fragments stand before its ``end`` line."""
    parts = [*lines[: last - 1], *(fragment.rstrip() for fragment in fragments), *lines[last - 1 :]]
    return "\n".join(parts) + "\n"


class _Declared:
    """Statements by the name they declare, each once, with every rule of the text checked."""

    def __init__(self, found: Sequence[Statement], problems: Problems) -> None:
        self._problems = problems
        self._by_name: dict[str, Statement] = {}
        self.initial: dict[str, Statement] = {}
        states = {statement.name for statement in found if statement.kind is Kind.RATE}
        for statement in found:
            starts = statement.kind is Kind.ASSIGNMENT and statement.name in states
            self._declare(statement, self.initial if starts else self._by_name)
            if not starts:
                self._check_form(statement)
        if not states:
            problems.say("model", "no state", "at least one rate `name' = expression;`")
        for statement in (*self._by_name.values(), *self.initial.values()):
            self._check_names(statement)
        self.parameters = self._of(Kind.CONST, Kind.ASSIGNMENT)
        self.definitions = self._of(Kind.DEFINITION)
        self.rates = self._of(Kind.RATE)

    def _of(self, *kinds: Kind) -> tuple[Statement, ...]:
        return tuple(found for found in self._by_name.values() if found.kind in kinds)

    def _declare(self, found: Statement, group: dict[str, Statement]) -> None:
        before = group.setdefault(found.name, found)
        if before is not found:
            self._problems.say(
                found.where,
                f"`{found.source}`, but `{found.name}` stands in {before.where} already",
                "every name once",
            )

    def _check_form(self, found: Statement) -> None:
        a_rate = f"a rate `{found.name}' = expression;`"
        met = f"`{found.source}`"
        if found.kind is Kind.ASSIGNMENT and found.number is None:
            accepted = (
                "a number after `=` for a parameter, `:=` for a definition, "
                f"or {a_rate} that makes this an initial value"
            )
        elif found.kind is Kind.DEFINITION and found.number is not None:
            accepted = "`=` before a number that stands alone"
        elif not found.unit and found.kind is not Kind.DEFINITION:
            met += " without its unit"
            accepted = "a comment `# [unit] meaning` after it"
            if found.kind is Kind.ASSIGNMENT:
                accepted += f", or {a_rate} that makes this an initial value"
        elif not found.alone:
            met += " beside another statement"
            accepted = "a declaration alone on its line, so that the comment there is its own"
        else:
            return
        self._problems.say(found.where, met, accepted)

    def _check_names(self, found: Statement) -> None:
        for name in sorted(found.names):
            if name in self._by_name or name == TIME:
                continue
            known = sorted((*self._by_name, TIME))
            other_case = [other for other in known if other.lower() == name.lower()]
            close = other_case or difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            self._problems.say(
                found.where,
                f"the undefined name `{name}` in `{found.source}`",
                f"{TIME} and the names that the text declares",
                close[0] if close else "",
            )

    def definitions_in_order(self) -> list[Statement]:
        """Definitions so sorted that each rests on earlier ones."""
        by_name = {found.name: found for found in self.definitions}
        needs = {
            name: sorted(used for used in found.names if used in by_name)
            for name, found in by_name.items()
        }
        try:
            return [by_name[name] for name in graphlib.TopologicalSorter(needs).static_order()]
        except graphlib.CycleError as error:
            circle = error.args[1]
            self._problems.say(
                by_name[circle[-1]].where,
                f"definitions in a circle, {' -> '.join(reversed(circle))}",
                "definitions that do not rest on themselves",
            )
            return []


class _Builder:
    """Puts the declared quantities on one graph, in the order of the text."""

    def __init__(self, declared: _Declared, problems: Problems) -> None:
        self._declared = declared
        self._problems = problems
        self._graph = Graph()
        symbols = (*declared.parameters, *declared.rates)
        self._nodes = {
            name: self._graph.symbol(name) for name in (TIME, *(s.name for s in symbols))
        }
        order = declared.definitions_in_order()
        problems.stop_if_any()
        for found in order:
            self._nodes[found.name] = self._node(found)

    def model(self, name: str, text: str) -> Model:
        declared = self._declared
        return Model(
            name,
            text,
            self._graph,
            tuple(Parameter(p.name, p.unit, p.meaning, p.number) for p in declared.parameters),
            tuple(
                Definition(d.name, d.unit, d.meaning, self._nodes[d.name], _written(d))
                for d in declared.definitions
            ),
            tuple(self._state(rate) for rate in declared.rates),
        )

    def _state(self, rate: Statement) -> State:
        node = self._node(rate)
        start = self._declared.initial.get(rate.name)
        initial = self._start(start) if start else self._graph.const(0.0)
        written = _written(start) if start else ""
        return State(rate.name, rate.unit, rate.meaning, node, _written(rate), initial, written)

    def _start(self, found: Statement) -> int:
        node = self._node(found)
        parameters = {parameter.name for parameter in self._declared.parameters}
        changing = self._graph.symbols_of([node]) - parameters
        if changing:
            self._problems.say(
                found.where,
                f"`{found.source}`, which rests on {', '.join(sorted(changing))}",
                "an initial value that rests on parameters alone",
            )
        return node

    def _node(self, found: Statement) -> int:
        graph = self._graph
        operators: dict[str, Callable[..., int]] = {
            "+": graph.add,
            "-": graph.sub,
            "*": graph.mul,
            "/": graph.div,
            "^": graph.power,
            NEGATIVE: graph.negative,
            "exp": lambda a: graph.call(Op.EXP, a),
            "ln": lambda a: graph.call(Op.LOG, a),
            "log10": lambda a: graph.div(
                graph.call(Op.LOG, a), graph.call(Op.LOG, graph.const(10.0))
            ),
            "sqrt": lambda a: graph.call(Op.SQRT, a),
        }
        if found.expression is None:
            raise TypeError(f"{found.source} has no expression")
        try:
            return found.expression.fold(
                graph.const, self._nodes.__getitem__, lambda sign, of: operators[sign](*of)
            )
        except ArithmeticError as error:
            accepted = "expressions whose constant parts are finite numbers"
            self._problems.say(found.where, f"`{found.source}`, where {error}", accepted)
            return graph.const(0.0)


def _written(found: Statement) -> str:
    return found.expression.written if found.expression else ""
