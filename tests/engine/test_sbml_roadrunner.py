"""libRoadRunner, from our SBML alone, draws the curves that the engine draws.

It is restarted at each dose with the amount added to its state, and amounts that have decayed to
nothing are set to nought: as events, many doses make its integrator stumble.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from tests.engine.texts import MODELS

from speciosa import knowledge
from speciosa.engine import Bolus, Infusion, Model, Reset, read_model, simulate
from speciosa.engine.sbml import to_sbml

roadrunner = pytest.importorskip("roadrunner")
pytest.importorskip("antimony")

NOTHING = 1e-30
TABLE_OF = {"victim": "turnover", "alkaloid": "paynantheine"}
TIMES = np.arange(0.25, 72.0, 0.5)  # none falls on a dose


def typical(name: str) -> dict[str, float]:
    """Typical values: those of the text, else where the priors of the structures lie."""
    if name == "benchmark":
        return {}
    models = knowledge.load().models
    parameters = list(models.parameters(TABLE_OF.get(name, name)))
    if name == "victim":
        parameters += models.victims["midazolam"].parameters
    return {parameter.name: parameter.prior.median for parameter in parameters}


def solver(sbml: str):
    theirs = roadrunner.RoadRunner(sbml)
    for setting, value in (
        ("relative_tolerance", 1e-10),
        ("absolute_tolerance", 1e-14),
        ("maximum_num_steps", 100_000),
    ):
        theirs.integrator.setValue(setting, value)
    return theirs


def restarted(
    model: Model,
    values: Mapping[str, float],
    doses: Sequence[Bolus],
    times: np.ndarray,
    outputs: Sequence[str],
) -> np.ndarray:
    theirs = solver(to_sbml(model, values))
    theirs.timeCourseSelections = list(outputs)
    stops = sorted({dose.time_h for dose in doses})
    curves = []
    for start, end in zip(stops, [*stops[1:], np.inf], strict=True):
        for dose in doses:
            if dose.time_h == start:
                theirs[dose.into] = theirs[dose.into] + dose.amount
        for state in model.state_names:
            if abs(theirs[state]) < NOTHING:
                theirs[state] = 0.0
        inside = times[(times >= start) & (times < end)]
        last = [end] if np.isfinite(end) else []
        found = theirs.simulate(times=[0.0, *(inside - start), *(np.array(last) - start)])
        curves.append(np.array(found)[1 : 1 + len(inside)])
    return np.concatenate(curves)


@pytest.mark.parametrize("name", MODELS)
def test_the_sbml_is_valid_with_its_units(name):
    model = MODELS[name]
    values = {parameter.name: parameter.value or 1.5 for parameter in model.parameters}
    first, second = model.state_names[:2]
    regimen = [Bolus(1.0, first, 2.0), Infusion(2.0, 3.0, second, 4.0), Reset(4.0, first, 0.0)]
    assert roadrunner.validateSBML(to_sbml(model, values, regimen)) == ""


@pytest.mark.parametrize(
    ("name", "doses", "outputs"),
    [
        ("linear", {"D": 50.0, "S": 1.0}, ("Cc", "Cm", "D", "P")),
        ("turnover", {"D": 50.0, "S": 1.0}, ("Cc", "Cm", "EG", "EL", "P")),
        ("victim", {"D": 50.0, "ZD": 6.0}, ("Cc", "Cm", "Cz", "EG", "EL")),
        ("alkaloid", {"D": 20.0}, ("Cc", "P")),
        ("benchmark", {"T1": 50.0, "ZD": 6.0}, ("Cc", "Cm", "Cz", "EG", "EL")),
    ],
)
def test_curves_agree_to_a_hundred_thousandth(name, doses, outputs):
    model = MODELS[name]
    values = typical(name)
    regimen = [
        Bolus(8.0 * count, into, amount) for count in range(9) for into, amount in doses.items()
    ]
    ours = simulate(
        model, values, regimen, TIMES, outputs, subjects=1, rtol=1e-9, atol=1e-13
    ).values[0]
    theirs = restarted(model, values, regimen, TIMES, outputs)
    assert np.all(ours.max(axis=0) > 0)
    seen = theirs > 1e-9 * theirs.max(axis=0)
    assert np.max(np.abs(ours - theirs)[seen] / theirs[seen]) < 1e-5


def test_a_regimen_written_as_events_gives_the_same_curves():
    model = MODELS["benchmark"]
    regimen = [
        Bolus(0.0, "T1", 50.0),
        Infusion(2.0, 5.0, "C", 4.0),
        Infusion(4.0, 6.0, "C", 3.0),
        Bolus(8.0, "T1", 30.0),
        Reset(12.0, "EG", 0.5),
        Bolus(12.0, "ZD", 6.0),
    ]
    times = np.arange(0.25, 24.0, 0.5)
    outputs = ("Cc", "Cz", "EG")
    theirs = solver(to_sbml(model, {}, regimen))
    theirs.timeCourseSelections = list(outputs)
    found = np.array(theirs.simulate(times=[0.0, *times]))[1:]
    ours = simulate(model, {}, regimen, times, outputs, subjects=1, rtol=1e-9, atol=1e-13).values[0]
    assert np.max(np.abs(ours - found) / found.max(axis=0)) < 1e-5


FUNCTIONS = """\
model functions
  k = 0.8;     # [1/h] rate constant
  n = 1.7;     # [1] steepness
  K = 2;       # [umol] half
  flow := exp(-((time - 6)/4)^2) + 2^-time;
  s := X^n/(K^n + X^n);
  w := 1 + ln(1 + X/K) + log10(1 + Y/K)*sqrt(1 + X*Y/K^2);
  X' = flow - k*X*s;           # [umol] first
  Y' = k*X*s/w - 0.1*Y^1.5;  # [umol] second
  X = K^2;
end
"""


@pytest.mark.parametrize("method", ["lanes", "plain"])
def test_functions_powers_and_time_mean_the_same(method):
    model = read_model(FUNCTIONS)
    times = np.arange(0.25, 24.0, 0.5)
    outputs = ("X", "Y", "flow", "s", "w")
    theirs = solver(to_sbml(model, {}))
    theirs.timeCourseSelections = list(outputs)
    found = np.array(theirs.simulate(times=[0.0, *times]))[1:]
    ours = simulate(
        model, {}, [], times, outputs, subjects=1, rtol=1e-9, atol=1e-13, method=method
    ).values[0]
    assert np.max(np.abs(ours - found) / found) < 1e-6
