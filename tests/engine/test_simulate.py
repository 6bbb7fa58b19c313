"""The front of the engine: closed forms, reproducible bits, honest failures, clear refusals."""

import json
import os
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from speciosa.engine import (
    Bolus,
    Infusion,
    Reduction,
    Reset,
    SimulationCancelled,
    SimulationError,
    read_model,
    simulate,
)
from speciosa.engine.lanes import run
from speciosa.errors import InputError

DECAY = read_model("""
model decay
  k = 0.3;         # [1/h] rate
  V = 2;           # [L] volume
  c := A/V;        # [umol/L] concentration
  A' = -k*A;       # [umol] amount
end
""")

# Grows without bound where grow is above the square root of what it loses.
WILD = read_model("""
model wild
  grow = 0;            # [1/h] growth
  k = 1;               # [1/h] loss
  share := ln(1 - X);  # [1] not a number once X is above 1
  X' = grow*X*X - k*X; # [1] pool
  X = 0.5;
end
""")

# Driven by time itself; the solution is known.
DRIVEN = read_model("""
model driven
  w = 0.5;                     # [1/h] rate
  doubled := 2*X + time;       # [umol] an output that depends on time
  X' = exp(-w*time) - w*X;     # [umol] amount
end
""")

# Every elementary function; x stays in its domain.
FUNCTIONS = read_model("""
model functions
  n = 1.7;                                                   # [1] steepness
  a = 0.8;                                                   # [1/h] rate
  X' = -a*X^n/(2^n + X^n) - 0.1*sqrt(X) + 0.05*ln(1 + Y);    # [umol] first
  Y' = 0.3*exp(-X) - 0.2*Y + 0.01*log10(1 + X);              # [umol] second
  X = 9; Y = 1;
end
""")


def individual(count, seed=1, low=0.05, high=3.0):
    return np.exp(np.random.default_rng(seed).uniform(np.log(low), np.log(high), count))


TIMES = np.array([0.0, 0.5, 1.0, 4.0, 8.0, 11.0, 24.0])


def exact_decay(k, doses, times):
    """Sum of exponentials; a dose counts at its own time."""
    found = np.zeros((k.size, times.size))
    for at, amount in doses:
        after = np.clip(times - at, 0.0, None)
        found += np.where(times >= at, amount * np.exp(-k[:, None] * after), 0.0)
    return found


def test_boluses_follow_the_closed_form_and_count_at_their_own_time():
    k = individual(100)
    regimen = [Bolus(0.0, "A", 10.0), Bolus(8.0, "A", 5.0)]
    found = simulate(DECAY, {"k": k}, regimen, TIMES, ["A", "c"], rtol=1e-9, atol=1e-12)
    exact = exact_decay(k, [(0.0, 10.0), (8.0, 5.0)], TIMES)
    np.testing.assert_allclose(found["A"], exact, rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(found["c"], exact / 2.0, rtol=1e-7, atol=1e-10)
    np.testing.assert_array_equal(found["A"][:, 0], np.full(100, 10.0))
    assert found.units == ("umol", "umol/L")
    assert found.method == "lanes"
    assert found.failures == ()


def test_infusions_follow_the_closed_form():
    k, rate = individual(50), individual(50, seed=2)
    regimen = [Infusion(1.0, 4.0, "A", rate), Infusion(2.0, 30.0, "A", 0.7)]
    found = simulate(DECAY, {"k": k}, regimen, TIMES, ["A"], rtol=1e-9, atol=1e-12)["A"]

    def infused(start, end, size):
        since = np.clip(TIMES - start, 0.0, None)
        after = np.clip(TIMES - end, 0.0, None)
        kk = k[:, None]
        return np.reshape(size, (-1, 1)) / kk * (np.exp(-kk * after) - np.exp(-kk * since))

    exact = infused(1.0, 4.0, rate) + infused(2.0, 30.0, np.full(50, 0.7))
    np.testing.assert_allclose(found, exact, rtol=1e-7, atol=1e-10)


def test_resets_and_amounts_of_each_subject():
    k, amount = individual(30), individual(30, seed=3)
    regimen = [Bolus(0.0, "A", amount), Reset(4.0, "A", 2.0 * amount), Bolus(4.0, "A", 1.0)]
    found = simulate(DECAY, {"k": k}, regimen, [0.0, 4.0, 5.0], ["A"], rtol=1e-9, atol=1e-12)["A"]
    np.testing.assert_array_equal(found[:, 0], amount)
    np.testing.assert_array_equal(found[:, 1], 2.0 * amount + 1.0)
    np.testing.assert_allclose(found[:, 2], (2.0 * amount + 1.0) * np.exp(-k), rtol=1e-7)


def test_rates_that_depend_on_time_keep_the_order():
    w = individual(20)
    times = np.linspace(0.0, 12.0, 25)
    exact = times * np.exp(-w[:, None] * times)
    found = simulate(DRIVEN, {"w": w}, [], times, ["X", "doubled"], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found["X"], exact, rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(found["doubled"], 2.0 * exact + times, rtol=1e-7, atol=1e-9)


def test_a_smaller_tolerance_makes_a_smaller_error():
    times = np.linspace(0.1, 12.0, 40)
    errors = []
    for rtol in (1e-4, 1e-6, 1e-8, 1e-10):
        found = simulate(DRIVEN, {}, [], times, ["X"], subjects=1, rtol=rtol, atol=rtol / 100)
        errors.append(np.abs(found["X"][0] - times * np.exp(-0.5 * times)).max() / rtol)
    assert max(errors) < 5.0


def test_elementary_functions_agree_with_scipy():
    n, a = individual(20, low=1.1, high=3.0), individual(20, seed=5)
    times = np.array([1.0, 3.0, 10.0])
    found = simulate(FUNCTIONS, {"n": n, "a": a}, [], times, ["X", "Y"], rtol=1e-9, atol=1e-12)
    for i in range(20):

        def rates(t, y, i=i):
            x, z = y
            hill = x ** n[i] / (2.0 ** n[i] + x ** n[i])
            return [
                -a[i] * hill - 0.1 * np.sqrt(x) + 0.05 * np.log1p(z),
                0.3 * np.exp(-x) - 0.2 * z + 0.01 * np.log10(1.0 + x),
            ]

        exact = solve_ivp(rates, (0.0, 10.0), [9.0, 1.0], "LSODA", times, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(found.values[i], exact.y.T, rtol=1e-6, atol=1e-8)


# Bits


def test_threads_order_batches_and_company_change_no_bit():
    k, amount = individual(203), individual(203, seed=4)
    regimen = [Bolus(0.0, "A", amount), Infusion(1.0, 3.0, "A", 0.5), Bolus(6.0, "A", 1.0)]

    def run(chosen, threads):
        events = [Bolus(0.0, "A", amount[chosen]), *regimen[1:]]
        found = simulate(DECAY, {"k": k[chosen]}, events, TIMES, ["A", "c"], threads=threads)
        return found.values, found.final

    everyone = np.arange(203)
    values, final = run(everyone, 1)
    for threads in (2, 3):
        again, last = run(everyone, threads)
        assert again.tobytes() == values.tobytes()
        assert last.tobytes() == final.tobytes()
    order = np.random.default_rng(6).permutation(203)
    assert run(order, 2)[0].tobytes() == values[order].tobytes()
    for first in range(0, 203, 37):
        part = everyone[first : first + 37]
        assert run(part, 2)[0].tobytes() == values[part].tobytes()
    assert run(everyone[77:78], 1)[0].tobytes() == values[77:78].tobytes()


def test_callers_in_several_threads_get_the_same_bits():
    k = individual(100)

    def run(_):
        return simulate(DECAY, {"k": k}, [Bolus(0.0, "A", 1.0)], TIMES, ["A"]).values.tobytes()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(run, range(12)))) == 1


def test_a_run_in_two_parts_goes_on_where_it_stopped():
    k = individual(40)
    tight = {"rtol": 1e-10, "atol": 1e-13}
    doses = [Bolus(0.0, "A", 3.0), Bolus(6.0, "A", 2.0)]
    whole = simulate(DECAY, {"k": k}, doses, [3.0, 5.0, 9.0], ["A"], **tight)
    first = simulate(DECAY, {"k": k}, doses[:1], [3.0, 5.0], ["A"], **tight)
    second = simulate(
        DECAY, {"k": k}, doses[1:], [9.0], ["A"], start=5.0, initial=first.final_states(), **tight
    )
    np.testing.assert_allclose(second["A"][:, 0], whole["A"][:, 2], rtol=1e-8)
    np.testing.assert_allclose(first["A"], whole["A"][:, :2], rtol=1e-8)


def test_a_run_of_no_length_gives_the_start():
    found = simulate(DECAY, {}, [Bolus(2.0, "A", 1.5)], [2.0], ["A"], subjects=3, start=2.0)
    np.testing.assert_array_equal(found["A"], np.full((3, 1), 1.5))
    np.testing.assert_array_equal(found.final, np.full((3, 1), 1.5))


def test_reducing_says_what_the_curves_say():
    k = individual(600)
    doses = [Bolus(0.0, "A", 3.0)]
    whole = simulate(DECAY, {"k": k}, doses, TIMES, ["A"])
    reduced = simulate(DECAY, {"k": k}, doses, TIMES, ["A"], reduce=Reduction())
    assert reduced.values is None
    assert reduced.final is None
    np.testing.assert_array_equal(reduced.summary.cmax[:, 0], whole["A"].max(axis=1))
    exact = np.quantile(whole["A"], [0.05, 0.5, 0.95], axis=0)
    np.testing.assert_allclose(reduced.summary.quantiles[:, :, 0], exact, rtol=1e-12)
    with pytest.raises(KeyError):
        reduced["A"]


def test_chunks_of_a_reduction_change_no_bit(monkeypatch):
    k = individual(600)

    def run():
        summary = simulate(
            DECAY, {"k": k}, [Bolus(0.0, "A", k)], TIMES, ["A", "c"], reduce=Reduction()
        ).summary
        return summary.quantiles.tobytes() + summary.cmax.tobytes() + summary.auc.tobytes()

    whole = run()
    front = sys.modules[simulate.__module__]
    monkeypatch.setattr(front, "_CHUNK_BYTES", 1)
    monkeypatch.setattr(front, "_SMALLEST_CHUNK", 37)
    assert run() == whole


# Failures


def test_a_subject_that_runs_away_is_named_and_the_others_are_right():
    grow = np.zeros(20)
    grow[[3, 11]] = 6.0  # X' = 6 X^2 - X is infinite after ln(1.5)
    found = simulate(WILD, {"grow": grow}, [], [0.1, 3.0], ["X"], failures="report")
    assert [failure.subject for failure in found.failures] == [3, 11]
    assert found.failures[0].time_h == pytest.approx(np.log(1.5), rel=1e-3)
    assert np.isnan(found.values[[3, 11]]).all()
    assert np.isnan(found.final[[3, 11]]).all()
    others = np.delete(found["X"], [3, 11], axis=0)
    np.testing.assert_allclose(others, np.tile(0.5 * np.exp([-0.1, -3.0]), (18, 1)), rtol=1e-5)
    with pytest.raises(SimulationError, match=r"subject 3 at 0\.405") as raised:
        simulate(WILD, {"grow": grow}, [], [0.1, 3.0], ["X"])
    assert len(raised.value.failures) == 2


def test_an_output_that_is_not_a_number_is_a_failure():
    start = np.array([0.5, 2.0, 0.5])
    found = simulate(
        WILD, {}, [], [0.1], ["share"], subjects=3, initial={"X": start}, failures="report"
    )
    assert [(f.subject, f.time_h) for f in found.failures] == [(1, 0.1)]
    assert "not a number" in found.failures[0].reason


def test_too_many_steps_are_a_failure():
    found = simulate(
        DECAY,
        {"k": np.array([0.1, 0.2])},
        [Bolus(0.0, "A", 1.0)],
        [24.0],
        ["A"],
        failures="report",
        most_steps=3,
    )
    assert [f.subject for f in found.failures] == [0, 1]
    assert "more steps" in found.failures[0].reason


def test_amounts_that_vanish_become_nought():
    visits = [Bolus(0.1 * place, "A", 0.0) for place in range(1, 400)]
    doses = [Bolus(0.0, "A", 1.0), *visits]
    found = simulate(DECAY, {"k": np.array([50.0])}, doses, [1.0, 40.0], ["A"])
    assert 0.0 < abs(found["A"][0, 0]) < 1e-15
    assert found["A"][0, 1] == 0.0


# Threads


def test_progress_tells_how_many_are_done():
    told = []
    simulate(
        DECAY,
        {"k": individual(500)},
        [Bolus(0.0, "A", 1.0)],
        TIMES,
        ["A"],
        progress=lambda done, of: told.append((done, of)),
    )
    assert told[-1] == (500, 500)
    assert told == sorted(told)


@pytest.mark.parametrize("kind", ["event", "question"])
def test_a_run_can_be_stopped(kind):
    event = threading.Event()
    event.set()
    cancel = event if kind == "event" else lambda: True
    doses = [Bolus(0.1 * i, "A", 1.0) for i in range(3000)]
    with pytest.raises(SimulationCancelled) as raised:
        simulate(DECAY, {"k": individual(3000)}, doses, [400.0], ["A"], cancel=cancel)
    assert raised.value.done < raised.value.of == 3000


def test_an_error_in_progress_stops_the_threads_and_comes_through():
    def broken(done, of):
        raise ZeroDivisionError

    before = threading.active_count()
    doses = [Bolus(0.1 * i, "A", 1.0) for i in range(3000)]
    with pytest.raises(ZeroDivisionError):
        simulate(DECAY, {"k": individual(2000)}, doses, [400.0], ["A"], progress=broken)
    assert threading.active_count() == before


# Refusals


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"population": {"k": np.array([0.1, np.nan])}}, "population['k']: got nan for subject 1"),
        ({"population": {"k": np.ones((2, 2))}}, "population"),
        ({"population": {"kk": np.ones(2)}}, "Did you mean k?"),
        ({"population": {"k": np.ones(2), "V": np.ones(3)}}, "[2, 3]"),
        ({"population": {"k": 1.0}}, "no array and no subjects="),
        ({"times": []}, "times: got shape (0,)"),
        ({"times": [1.0, 1.0]}, "times[1]: got 1.0"),
        ({"times": [2.0, 1.0]}, "times[1]: got 1.0"),
        ({"times": [-1.0]}, "none before the start"),
        ({"times": [np.inf]}, "times[0]: got inf"),
        ({"times": ["soon"]}, "times"),
        ({"outputs": ["B"]}, "outputs[0]: got 'B'; accepted: a state or definition"),
        ({"outputs": "A"}, "a list of one or more names"),
        ({"outputs": []}, "a list of one or more names"),
        ({"rtol": 0.0}, "rtol"),
        ({"atol": 0.0}, "atol"),
        ({"atol": np.nan}, "atol"),
        ({"threads": 0}, "threads"),
        ({"most_steps": 0}, "most_steps"),
        ({"method": "magic"}, "auto, lanes, plain, linear"),
        ({"failures": "hide"}, "raise or report"),
        ({"start": np.nan}, "start"),
        ({"initial": {"B": 1.0}}, "initial"),
        ({"initial": {"A": np.inf}}, "initial"),
        ({"subjects": 0}, "subjects"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused_by_name(changed, said):
    request = {
        "population": {"k": np.array([0.1, 0.2])},
        "regimen": [],
        "times": [1.0],
        "outputs": ["A"],
    } | changed
    with pytest.raises(InputError) as raised:
        simulate(DECAY, **request)
    assert said in str(raised.value)


def test_a_parameter_without_a_value_must_be_given():
    model = read_model("model m\n const k; # [1/h] rate\n A' = -k*A; # [umol] a\nend\n")
    with pytest.raises(InputError, match="no k"):
        simulate(model, {}, [], [1.0], ["A"], subjects=1)


# Elsewhere

_PROGRAM = """
import json, sys, logging
logging.basicConfig(level=logging.INFO)
import speciosa.engine
light = not {"numba", "llvmlite", "scipy"} & set(sys.modules)
from speciosa.engine import Bolus, read_model, simulate
model = read_model("model m\\n k = 1; # [1/h] rate\\n A' = -k*A; # [umol] a\\nend\\n")
found = simulate(model, {}, [Bolus(0, "A", 1.0)], [1.0], ["A"], subjects=1)
print(json.dumps([light, found.method, found["A"][0, 0]]))
"""


def test_without_any_folder_to_write_to_it_works_and_says_so(tmp_path):
    if os.geteuid() == 0:
        home = "/proc/nowhere"  # root may write anywhere else
    else:
        home = str(tmp_path / "home")
        Path(home).mkdir(stat.S_IRUSR | stat.S_IXUSR)
    program = tmp_path / "program.py"
    program.write_text(_PROGRAM)
    done = subprocess.run(
        [sys.executable, str(program)],
        env={"HOME": home, "SPECIOSA_CACHE_DIR": f"{home}/cache", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    light, method, value = json.loads(done.stdout)
    assert light, "importing the engine must not import numba"
    assert method == "lanes"
    assert value == pytest.approx(np.exp(-1.0), rel=1e-6)
    assert "compiles anew" in done.stderr


def test_where_vector_code_cannot_be_made_plain_code_takes_over(monkeypatch, caplog):
    def refuse(problem):
        raise RuntimeError("no such processor")

    monkeypatch.setattr(run, "worker", refuse)
    found = simulate(DECAY, {"k": individual(5)}, [Bolus(0.0, "A", 1.0)], TIMES, ["A"])
    assert found.method == "plain"
    assert "no such processor" in caplog.text
    np.testing.assert_allclose(
        found["A"], exact_decay(individual(5), [(0.0, 1.0)], TIMES), rtol=1e-5, atol=1e-8
    )
