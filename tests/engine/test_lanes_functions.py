"""Vector functions against numpy, over the whole range and at its edges."""

import ctypes
import math

import numpy as np
import pytest

from speciosa.engine.lanes import functions
from speciosa.engine.lanes.cache import Code, processor
from speciosa.engine.lanes.ir import Function, Target, Writer, module


def vectorised(function, arguments, machine):
    """A vector function as a function of arrays."""

    def body(w: Writer) -> str:
        w.store(function(w, *(w.load(i) for i in range(arguments))), arguments)
        return "void"

    text = module(machine.target, [Function("void @apply(ptr noalias %ws)", body)])
    code = Code(text, ("apply",), machine)
    call = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(code.address["apply"])
    width = machine.target.width

    def apply(*values):
        values = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values))
        size = values[0].size
        found = np.empty(size)
        raw = np.zeros((arguments + 1) * width + 8)
        first = (-raw.ctypes.data % 64) // 8
        ws = raw[first : first + (arguments + 1) * width].reshape(-1, width)
        for start in range(0, size, width):
            part = slice(start, min(start + width, size))
            for row, value in enumerate(values):
                ws[row, : part.stop - start] = value[part]
            call(ws.ctypes.data)
            found[part] = ws[arguments, : part.stop - start]
        return found

    apply.code = code  # the address is valid while it lives
    return apply


@pytest.fixture(scope="module", params=["host", "wide", "haswell"])
def machine(request):
    if request.param == "host":
        return processor()
    host = processor()
    if request.param == "wide":
        return processor(width=2 * host.target.width)
    if not host.target.avx512 and host.target.width < 4:
        pytest.skip("no AVX2 here")
    return processor("haswell")


@pytest.fixture(scope="module")
def made(machine):
    return {
        "exp": vectorised(functions.exponential, 1, machine),
        "log": vectorised(functions.logarithm, 1, machine),
        "pow": vectorised(functions.power, 2, machine),
        "rough": vectorised(
            lambda w, x, y: functions.rough_product(w, [(x, 1 / 3), (y, -5 / 12)], 0.9), 2, machine
        ),
        "reciprocal": vectorised(functions.reciprocal, 1, machine),
    }


def ulps(found, exact):
    """The largest distance in units in the last place of the exact value."""
    with np.errstate(invalid="ignore"):
        return float(np.max(np.abs(found - exact) / np.spacing(np.abs(exact))))


EDGES = np.array([0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 5e-324, 1e-310, 1e308])


def same(found, exact):
    np.testing.assert_array_equal(np.isnan(found), np.isnan(exact))
    np.testing.assert_allclose(found, exact, rtol=1e-15, atol=1e-323, equal_nan=True)


def test_exponential(made):
    x = np.random.default_rng(1).uniform(-708.0, 709.0, 20000)
    assert ulps(made["exp"](x), np.exp(x)) <= 2.0
    x = np.random.default_rng(2).normal(0.0, 1.0, 20000)
    assert ulps(made["exp"](x), np.exp(x)) <= 2.0
    edges = np.concatenate((EDGES, [709.7, 709.79, 710.0, -745.0, -746.0, -800.0, 1e-300]))
    with np.errstate(all="ignore"):
        same(made["exp"](edges), np.exp(edges))


def test_logarithm(made):
    random = np.random.default_rng(3)
    x = np.exp(random.uniform(-700.0, 700.0, 20000))
    assert ulps(made["log"](x), np.log(x)) <= 2.0
    x = 1.0 + random.normal(0.0, 0.2, 20000).clip(-0.9)
    assert ulps(made["log"](x), np.log(x)) <= 2.0
    with np.errstate(all="ignore"):
        same(made["log"](EDGES), np.log(EDGES))


def test_power(made):
    random = np.random.default_rng(4)
    x = np.exp(random.uniform(-20.0, 20.0, 20000))
    y = random.uniform(-30.0, 30.0, 20000)
    assert ulps(made["pow"](x, y), np.power(x, y)) <= 2.0
    x = 1.0 + random.normal(0.0, 1e-3, 20000)
    y = random.uniform(-1e5, 1e5, 20000)
    assert ulps(made["pow"](x, y), np.power(x, y)) <= 2.0


def test_power_at_the_edges(made):
    exponents = np.array([0.0, 1.0, 2.0, 3.0, -1.0, -2.0, 0.5, -0.5, 2.5, 1e300, -1e300, math.nan])
    x, y = (a.ravel() for a in np.meshgrid(np.concatenate((EDGES, [-2.5, 0.5, 2.0])), exponents))
    with np.errstate(all="ignore"):
        exact = np.power(x, y)
    found = made["pow"](x, y)
    # The sign of nought is not kept: minus nought to an odd negative power is plus infinity.
    exact[x == 0.0] = np.abs(exact[x == 0.0])
    same(found, exact)


def test_reciprocal(made):
    random = np.random.default_rng(5)
    x = np.exp(random.uniform(-700.0, 700.0, 20000)) * random.choice([-1.0, 1.0], 20000)
    assert ulps(made["reciprocal"](x), 1.0 / x) <= 2.0
    edges = np.array([1.0, -1.0, math.inf, -math.inf, math.nan, 0.0])
    with np.errstate(all="ignore"):
        same(made["reciprocal"](edges), 1.0 / edges)


def test_a_rough_product_is_good_to_a_few_percent(made):
    random = np.random.default_rng(6)
    x, y = np.exp(random.uniform(-300.0, 300.0, (2, 20000)))
    shares = made["rough"](x, y) / (0.9 * x ** (1 / 3) * y ** (-5 / 12))
    assert 0.92 < shares.min() < shares.max() < 1.08
    assert 0.99 < np.exp(np.log(shares).mean()) < 1.01
    assert made["rough"]([0.0], 1.0)[0] < 1e-90
    assert made["rough"]([1.0], 0.0)[0] > 1e90


def test_a_target_names_its_types():
    target = Target(4, avx512=False)
    assert (target.vector, target.suffix, target.alignment) == ("<4 x double>", "v4f64", 32)
