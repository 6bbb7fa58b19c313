"""One step of the vector code: order, guards, widths; and its text."""

import ctypes

import numpy as np
import pytest
from tests.engine.texts import MODELS

from speciosa.engine import read_model
from speciosa.engine.dosing import Bolus, timeline
from speciosa.engine.lanes import cache
from speciosa.engine.lanes.emit import Emitter
from speciosa.engine.lanes.run import _aligned, print_code, worker
from speciosa.engine.population import people
from speciosa.engine.problem import Problem, Status, empty_outcome
from speciosa.engine.sparse import analyse

# Nonlinear, and driven by time.
MODEL = read_model("""
model driven
  w = 1.3;                          # [1/h] rate
  s := w*time*exp(-time);           # [1] drive
  X' = -X*X*(s - 0.4) + 0.1/(1+X);  # [umol] pool
  Y' = X*time - Y*Y*w;              # [umol] second
  X = 1; Y = 0.2;
end
""")


class Kernel:
    """The compiled step of a model, driven by hand."""

    def __init__(self, model, machine):
        self.emitter = Emitter(analyse(model), (), machine.target)
        self.at = self.emitter.at
        names = ("prep", "begin", "step", "advance")
        self.code = cache.Code(self.emitter.core(), names, machine)
        width = machine.target.width
        self.ws = _aligned(self.at.slots * width, machine.target).reshape(-1, width)
        who = people(model, {}, subjects=width)
        at = self.at
        self.ws[at.parameters : at.parameters + len(model.parameters)] = who.parameters.T
        self.ws[at.y : at.y + len(model.states)] = who.initial.T
        self.ws[at.end] = self.ws[at.t_out] = 1e300
        self.call("prep")

    def call(self, name, *tolerances):
        kind = ctypes.CFUNCTYPE(
            ctypes.c_int64, ctypes.c_void_p, *(ctypes.c_double for _ in tolerances)
        )
        return kind(self.code.address[name])(self.ws.ctypes.data, *tolerances)

    def fixed(self, h, steps):
        """The states after steps of one size, whatever their error."""
        for _ in range(steps):
            self.ws[self.at.h] = h
            self.call("step", 1e300, 1e300)
            self.call("advance")
        return self.ws[self.at.y : self.at.y + self.emitter.system.size, 0].copy()


def test_the_step_is_of_fifth_order():
    machine = cache.processor()
    exact = Kernel(MODEL, machine).fixed(2.0**-9, 2**10)
    errors = [
        np.abs(Kernel(MODEL, machine).fixed(2.0**-k, 2 ** (k + 1)) - exact).max() for k in (2, 3, 4)
    ]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert (orders > 4.6).all(), orders


def test_a_pivot_that_is_nearly_nought_rejects_the_step():
    """X' = 10 X makes I - gamma h J vanish at h = 1/(10 gamma)."""
    model = read_model("model m\n k = 10; # [1/h] growth\n X' = k*X; # [umol] x\n X = 1;\nend\n")
    kernel = Kernel(model, cache.processor())
    kernel.ws[kernel.at.h] = 1.0 / (10.0 * 0.21193756319429014)
    bits = kernel.call("step", 1e300, 1e300)
    assert bits & 0xFF == 0
    assert np.isinf(kernel.ws[kernel.at.error, 0])
    assert kernel.ws[kernel.at.h, 0] == pytest.approx(0.2 / (10.0 * 0.21193756319429014))


def test_a_step_that_is_not_a_number_is_rejected_and_cut():
    model = read_model("model m\n k = 1; # [1/h] k\n X' = ln(X) - k; # [umol] x\n X = -1;\nend\n")
    kernel = Kernel(model, cache.processor())
    kernel.ws[kernel.at.h] = 0.5
    assert kernel.call("step", 1e-6, 1e-9) & 0xFF == 0
    assert kernel.ws[kernel.at.h, 0] == pytest.approx(0.1)
    kernel.call("advance")
    assert kernel.ws[kernel.at.y, 0] == -1.0


def test_the_first_step_fits_the_problem():
    """A decay of rate 1000 begins a thousand times more carefully than one of rate 1."""
    text = "model m\n k = {k}; # [1/h] loss\n X' = -k*X; # [umol] x\n X = 1;\nend\n"
    found = []
    for k in (1.0, 1000.0):
        kernel = Kernel(read_model(text.format(k=k)), cache.processor())
        kernel.ws[kernel.at.end] = 10.0
        kernel.call("begin", 1e-6, 1e-9)
        found.append(kernel.ws[kernel.at.proposal, 0])
    assert found[0] / found[1] == pytest.approx(1000.0, rel=0.2)
    assert 0.01 < found[0] < 1.0


def test_where_nothing_happens_the_first_step_goes_all_the_way():
    model = read_model("model m\n k = 1; # [1/h] loss\n X' = -k*X; # [umol] x\nend\n")
    kernel = Kernel(model, cache.processor())
    kernel.ws[kernel.at.end] = 100.0
    kernel.call("begin", 1e-6, 1e-9)
    assert kernel.ws[kernel.at.proposal, 0] == 100.0


@pytest.mark.parametrize("width", [2, 4, 8, 16])
def test_any_width_gives_the_same_within_rounding(width):
    model = MODELS["benchmark"]
    random = np.random.default_rng(3)
    k = {"ktr": random.uniform(1.0, 5.0, 21), "kin": random.uniform(1.0, 8.0, 21)}
    who = people(model, k)
    doses = [Bolus(0.0, "T1", 50.0), Bolus(8.0, "T1", 50.0)]
    times = np.linspace(0.5, 12.0, 24)
    line = timeline(doses, model.state_names, 21, start=0.0, end=12.0)
    problem = Problem(analyse(model), who, line, times, ("Cc", "Cm"), 1e-6, 1e-9, 10**6)
    values = []
    for machine in (cache.processor(), cache.processor(width=width)):
        outcome = empty_outcome(problem)
        worker(problem, machine)(outcome, np.zeros(3, dtype=np.int64))
        assert (outcome.status == Status.DONE).all()
        values.append(outcome.values)
    scale = values[0].max(axis=1, keepdims=True)
    assert (np.abs(values[0] - values[1]) / scale).max() < 1e-7


def test_the_code_can_be_read():
    text = print_code(MODELS["benchmark"], ["Cc"])
    for name in ("prep", "begin", "first", "stage7", "step", "advance", "output"):
        assert f"@{name}(" in text


def test_a_broken_file_in_the_cache_is_compiled_anew(tmp_path, monkeypatch):
    monkeypatch.setenv("SPECIOSA_CACHE_DIR", str(tmp_path))
    machine = cache.processor()
    text = print_code(MODEL)
    first = cache.Code(text, ("step",), machine)
    (file,) = (tmp_path / "engine").glob("*.o")
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    cache.Code(text, ("step",), machine)
    assert file.read_bytes() == whole
    assert first.address["step"]


def test_text_that_is_not_right_is_refused():
    with pytest.raises(RuntimeError):
        cache.compile_object("define void @f() { ret i64 1 }", cache.processor())
