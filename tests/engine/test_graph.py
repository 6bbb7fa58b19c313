"""The graph never changes a value, and its derivatives are those of the expression.

Rational expressions are compared in exact arithmetic, with derivatives from dual numbers; functions
and powers with the complex-step derivative of Python's own expression.
"""

from __future__ import annotations

import cmath
import operator
import sys
import threading
from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.texts import MODELS

from speciosa.engine.expression import NEGATIVE, parse
from speciosa.engine.graph import Graph, Node, Op, evaluate

NAMES = ("a", "b", "c")
positive = st.fractions(min_value=Fraction(1, 8), max_value=8, max_denominator=16)
points = st.fixed_dictionaries(dict.fromkeys(NAMES, positive))

# An expression as nested tuples: a whole number, a name, or an operator with operands. Divisors are
# never constant, so that every constant stays a whole number and the graph's arithmetic exact.
Tree = int | str | tuple


def trees() -> st.SearchStrategy[Tree]:
    symbols = st.sampled_from(NAMES)

    def larger(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
        divisor = st.one_of(symbols, inner.map(lambda x: ("+", "a", ("*", x, x))))
        return st.one_of(
            st.tuples(st.sampled_from("+-*"), inner, inner),
            st.tuples(st.just("/"), inner, divisor),
            st.tuples(st.just("^"), inner, st.integers(0, 3)),
            st.tuples(st.just("^"), symbols, st.integers(-9, 9)),
            st.tuples(st.just(NEGATIVE), inner),
        )

    return st.recursive(st.one_of(st.integers(-3, 3), symbols), larger, max_leaves=12)


def build(graph: Graph, tree: Tree) -> int:
    if isinstance(tree, int):
        return graph.const(tree)
    if isinstance(tree, str):
        return graph.symbol(tree)
    operators = {
        "+": graph.add,
        "-": graph.sub,
        "*": graph.mul,
        "/": graph.div,
        "^": graph.power,
        NEGATIVE: graph.negative,
    }
    return operators[tree[0]](*(build(graph, operand) for operand in tree[1:]))


class Dual:
    """An exact value with its exact derivative in one symbol."""

    def __init__(self, value: Fraction, slope: Fraction = Fraction(0)) -> None:
        self.value, self.slope = Fraction(value), slope

    def __add__(self, other: Dual) -> Dual:
        return Dual(self.value + other.value, self.slope + other.slope)

    def __sub__(self, other: Dual) -> Dual:
        return Dual(self.value - other.value, self.slope - other.slope)

    def __mul__(self, other: Dual) -> Dual:
        slope = self.slope * other.value + self.value * other.slope
        return Dual(self.value * other.value, slope)

    def __truediv__(self, other: Dual) -> Dual:
        slope = (self.slope * other.value - self.value * other.slope) / other.value**2
        return Dual(self.value / other.value, slope)


def plainly(tree: Tree, point: Mapping[str, Dual]) -> Dual:
    if isinstance(tree, int):
        return Dual(Fraction(tree))
    if isinstance(tree, str):
        return point[tree]
    sign, *operands = tree
    if sign == "^":
        result = Dual(Fraction(1))
        for _ in range(abs(operands[1])):
            result = result * plainly(operands[0], point)
        return result if operands[1] >= 0 else Dual(Fraction(1)) / result
    if sign == NEGATIVE:
        return Dual(Fraction(0)) - plainly(operands[0], point)
    by_sign = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
    return by_sign[sign](*(plainly(operand, point) for operand in operands))


def exactly(graph: Graph, root: int, point: Mapping[str, Fraction]) -> Fraction:
    """A node in exact arithmetic."""
    known: dict[int, Fraction] = {}
    by_op = {
        Op.ADD: operator.add,
        Op.SUB: operator.sub,
        Op.MUL: operator.mul,
        Op.DIV: operator.truediv,
        Op.POW: lambda x, y: x ** int(y),
    }
    for index in graph.reachable([root]):
        node = graph.nodes[index]
        if node.op is Op.CONST:
            known[index] = Fraction(node.value)
        elif node.op is Op.SYMBOL:
            known[index] = point[node.name]
        else:
            known[index] = by_op[node.op](*(known[a] for a in node.args))
    return known[root]


@given(trees(), points)
def test_building_never_changes_a_value(tree, point):
    graph = Graph()
    expected = plainly(tree, {name: Dual(value) for name, value in point.items()}).value
    assert exactly(graph, build(graph, tree), point) == expected


@given(trees(), points, st.sampled_from(NAMES))
def test_derivatives_are_exact(tree, point, name):
    graph = Graph()
    dual = {key: Dual(value, Fraction(int(key == name))) for key, value in point.items()}
    slope = graph.derivative(build(graph, tree), graph.symbol(name))
    assert exactly(graph, slope, point) == plainly(tree, dual).slope


@given(trees(), points)
def test_evaluation_with_numpy_agrees_with_exact_arithmetic(tree, point):
    graph = Graph()
    root = build(graph, tree)
    floats = {name: float(value) for name, value in point.items()}
    by_pair = {name: np.array([value, value]) for name, value in floats.items()}
    (one,), (two,) = evaluate(graph, [root], floats), evaluate(graph, [root], by_pair)
    assert np.all(two == one)
    magnitude = max(abs(float(exactly(graph, n, point))) for n in graph.reachable([root]))
    assert float(one) == pytest.approx(
        float(exactly(graph, root, point)), rel=1e-9, abs=1e-12 * (1 + magnitude) ** 2
    )


@given(trees())
def test_arguments_come_before_their_node_and_no_node_stands_twice(tree):
    graph = Graph()
    root = build(graph, tree)
    graph.derivative(root, graph.symbol("a"))
    assert len(set(graph.nodes)) == len(graph.nodes)
    assert all(argument < index for index, node in enumerate(graph.nodes) for argument in node.args)
    before = list(graph.nodes)
    assert build(graph, tree) == root
    assert graph.nodes == before


SMOOTH = (
    *("exp(-a*b)", "ln(a + b)", "log10(a)*b", "sqrt(a*b + c)", "a^1.7", "a^0.5", "a^b", "2^a"),
    *(
        "(a*b)^(c/a)",
        "a^-b^2",
        "exp(a)^2/ln(1 + b)",
        "a^12",
        "a^-12",
        "a^2.5*b^-0.5",
        "exp(exp(a))",
    ),
    *("a^3/(b^3 + a^3)", "(a/b)^c/(1 + (a/b)^c)", "sqrt(exp(-a))*ln(sqrt(b))", "-(-a^2)^3"),
)


def from_text(graph: Graph, text: str) -> int:
    operators = {
        "+": graph.add,
        "-": graph.sub,
        "*": graph.mul,
        "/": graph.div,
        "^": graph.power,
        NEGATIVE: graph.negative,
        "exp": lambda a: graph.call(Op.EXP, a),
        "ln": lambda a: graph.call(Op.LOG, a),
        "log10": lambda a: graph.div(graph.call(Op.LOG, a), graph.call(Op.LOG, graph.const(10))),
        "sqrt": lambda a: graph.call(Op.SQRT, a),
    }
    return parse(text).fold(graph.const, graph.symbol, lambda sign, of: operators[sign](*of))


def by_python(text: str, point: Mapping[str, complex]) -> complex:
    functions = {"exp": cmath.exp, "ln": cmath.log, "log10": cmath.log10, "sqrt": cmath.sqrt}
    return eval(text.replace("^", "**"), {**functions, **point})  # noqa: S307 - one of ours


@pytest.mark.parametrize("text", SMOOTH)
@pytest.mark.parametrize("name", NAMES)
def test_functions_and_powers_have_python_s_value_and_complex_step_derivative(text, name):
    graph = Graph()
    root = from_text(graph, text)
    slope = graph.derivative(root, graph.symbol(name))
    for point in ({"a": 0.7, "b": 1.9, "c": 2.4}, {"a": 1.6, "b": 0.3, "c": 0.9}):
        value, derivative = evaluate(graph, [root, slope], point)
        assert float(value) == pytest.approx(by_python(text, point).real, rel=1e-13)
        stepped = by_python(text, point | {name: point[name] + 1e-30j}).imag / 1e-30
        assert float(derivative) == pytest.approx(stepped, rel=1e-11, abs=1e-13)


@pytest.mark.parametrize("name", MODELS)
def test_the_jacobian_of_every_model_is_the_slope_of_its_rates(name):
    model = MODELS[name]
    graph = model.graph
    rng = np.random.default_rng(7)
    symbols = (*model.parameter_names, *model.state_names)
    point = dict(zip(symbols, rng.uniform(0.3, 1.5, len(symbols)), strict=True))
    rates = [state.rate for state in model.states]
    for state in model.state_names:
        slopes = [graph.derivative(rate, graph.symbol(state)) for rate in rates]
        step = 1e-6
        up = evaluate(graph, rates, point | {state: point[state] + step})
        down = evaluate(graph, rates, point | {state: point[state] - step})
        expected = [(float(u) - float(d)) / (2 * step) for u, d in zip(up, down, strict=True)]
        found = [float(value) for value in evaluate(graph, slopes, point)]
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-7)


def test_a_minus_sign_joins_the_sum_around_it():
    graph = Graph()
    a, b, c = (graph.symbol(name) for name in NAMES)
    assert graph.add(graph.mul(graph.negative(a), b), c) == graph.sub(c, graph.mul(a, b))
    assert graph.sub(c, graph.div(a, graph.negative(b))) == graph.add(c, graph.div(a, b))
    assert graph.negative(graph.negative(a)) == a
    assert graph.negative(graph.sub(a, b)) == graph.sub(b, a)
    assert graph.mul(graph.negative(a), graph.negative(b)) == graph.mul(b, a)


def test_nought_and_one_leave_nothing_to_do():
    graph = Graph()
    a, nought, one = graph.symbol("a"), graph.const(0), graph.const(1)
    assert graph.add(a, nought) == graph.sub(a, nought) == graph.mul(one, a) == a
    assert graph.div(a, one) == graph.power(a, one) == a
    assert graph.mul(a, nought) == graph.sub(a, a) == graph.div(nought, a) == nought
    assert graph.div(a, a) == graph.power(a, nought) == one
    assert graph.const(-0.0) == nought
    assert str(graph.value(graph.negative(nought))) == "0.0"


@pytest.mark.parametrize(
    "text",
    [
        "a/0",
        "a/(2 - 2)",
        "a/(0*b)",
        "0^-1",
        "(a - a)^-2",
        "ln(0)",
        "ln(-1)",
        "sqrt(-4)",
        "(-8)^0.3",
    ],
)
def test_constants_without_a_finite_real_value_are_refused(text):
    with pytest.raises(ArithmeticError):
        from_text(Graph(), text)


@pytest.mark.parametrize("text", ["exp(1000)", "1e300*1e300", "1e300 + 1e308*10", "10^400"])
def test_constants_too_large_for_a_number_are_refused(text):
    with pytest.raises(ArithmeticError, match="finite"):
        from_text(Graph(), text)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_constant_is_a_finite_number(value):
    with pytest.raises(ArithmeticError):
        Graph().const(value)


def test_a_deep_graph_is_differentiated_and_evaluated_without_recursion():
    graph = Graph()
    a = root = graph.symbol("a")
    for _ in range(20_000):
        root = graph.add(graph.mul(root, graph.const(0.5)), a)
    value, slope = evaluate(graph, [root, graph.derivative(root, a)], {"a": 3.0})
    assert float(value) == pytest.approx(6.0)
    assert float(slope) == pytest.approx(2.0)


def test_symbols_of_names_what_an_expression_depends_on():
    graph = Graph()
    root = from_text(graph, "a*exp(b) + time*0")
    assert graph.symbols_of([root]) == {"a", "b"}
    assert graph.nodes[graph.symbol("a")] == Node(Op.SYMBOL, name="a")


def test_threads_may_grow_one_graph_at_once():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(20):
            graph = Graph()
            found: list[list[int]] = []

            ready = threading.Barrier(8)

            def build_all(graph=graph, found=found, ready=ready):
                ready.wait()
                roots = [from_text(graph, text) for text in SMOOTH]
                slopes = [graph.derivative(root, graph.symbol("a")) for root in roots]
                found.append([*roots, *slopes])

            threads = [threading.Thread(target=build_all) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert len(set(graph.nodes)) == len(graph.nodes)
            assert len(found) == len(threads)
            assert all(nodes == found[0] for nodes in found)
    finally:
        sys.setswitchinterval(before)
