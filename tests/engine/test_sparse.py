"""The plan of the linear algebra, carried out with numbers."""

import numpy as np
import pytest
from tests.engine.texts import MODELS

from speciosa.engine import rodas5p
from speciosa.engine.graph import evaluate
from speciosa.engine.sparse import analyse, factorise


def solved(plan, matrix, right):
    """Factor and solve as the plan says."""
    w = {entry: matrix[entry] for entry in plan.pattern}
    for pivot in plan.pivots:
        k = pivot.state
        if pivot.unit:
            assert w[k, k] == 1.0
        w[k, k] = 1.0 / w[k, k]
        for entry in pivot.below:
            w[entry] *= w[k, k]
        for elimination in pivot.eliminations:
            for target, source in elimination.pairs:
                w[target] -= w[elimination.factor] * w[source]
        for entry in pivot.right:
            w[entry] *= w[k, k]
    b = right.copy()
    for i, k in plan.forward:
        b[i] -= w[i, k] * b[k]
    for k in range(len(b)):
        b[k] *= w[k, k]
    for k, j in plan.backward:
        b[k] -= w[k, j] * b[j]
    return b


@pytest.mark.parametrize("seed", range(30))
def test_a_plan_solves_any_system_of_its_pattern(seed):
    random = np.random.default_rng(seed)
    size = int(random.integers(1, 12))
    filled = random.random((size, size)) < 0.3
    jacobian = np.where(filled, random.normal(size=(size, size)), 0.0)
    matrix = np.eye(size) - 0.1 * jacobian
    plan = factorise(size, frozenset((int(i), int(j)) for i, j in np.argwhere(filled)))
    right = random.normal(size=size)
    np.testing.assert_allclose(solved(plan, matrix, right), np.linalg.solve(matrix, right))


def test_a_tree_of_compartments_fills_nothing_in():
    star = frozenset((i, j) for i in range(8) for j in range(8) if i == j or 0 in (i, j))
    assert set(factorise(8, star).pattern) == star


def test_a_state_that_nothing_depends_on_needs_no_division():
    plan = factorise(2, frozenset({(0, 0), (1, 0)}))  # the second adds up the first
    assert plan.unit == {1}


@pytest.mark.parametrize("name", MODELS)
def test_a_system_says_what_its_model_says(name):
    model = MODELS[name]
    system = analyse(model)
    random = np.random.default_rng(7)
    names = (*model.state_names, *model.parameter_names, "time")
    point = {name: float(random.uniform(0.5, 2.0)) for name in names}
    rates = [state.rate for state in model.states]
    np.testing.assert_allclose(
        evaluate(system.graph, system.rates, point),
        evaluate(model.graph, rates, point),
        rtol=1e-12,
        atol=1e-12,
    )
    step = 1e-6
    for column, state in enumerate(model.state_names):
        ahead = evaluate(model.graph, rates, {**point, state: point[state] + step})
        behind = evaluate(model.graph, rates, {**point, state: point[state] - step})
        for row in range(system.size):
            node = system.jacobian.get((row, column))
            exact = float(evaluate(system.graph, [node], point)[0]) if node is not None else 0.0
            slope = float(ahead[row] - behind[row]) / (2.0 * step)
            assert slope == pytest.approx(exact, rel=1e-6, abs=1e-6 * max(1.0, abs(exact)))


def test_what_is_hoisted_is_fixed_for_a_subject():
    system = analyse(MODELS["benchmark"])
    assert system.hoisted
    assert not system.graph.symbols_of(system.hoisted) & set(system.model.state_names)
    assert len(system.factorisation.pattern) == 51  # two more than the Jacobian has


def test_the_coefficients_of_the_method_belong_together():
    """Times and weights of the derivative in time follow from the other coefficients."""
    stages = rodas5p.STAGES
    a, c = np.zeros((stages, stages)), np.zeros((stages, stages))
    for i in range(stages):
        a[i, :i], c[i, :i] = rodas5p.A[i], rodas5p.C[i]
    gamma = np.linalg.inv(np.eye(stages) / rodas5p.GAMMA - c)
    np.testing.assert_allclose(gamma.sum(axis=1), rodas5p.DELTA, atol=1e-13)
    np.testing.assert_allclose((a @ gamma).sum(axis=1), rodas5p.ALPHA, atol=1e-13)
