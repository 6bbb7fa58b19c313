"""Antimony and SBML carry the model, its values, units, meanings and doses."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest
from tests.engine.texts import MODELS

from speciosa.engine import read_model
from speciosa.engine.dosing import Bolus, Infusion, Reset
from speciosa.engine.sbml import to_antimony, to_sbml
from speciosa.errors import InputError, SpeciosaError

SMALL = """\
model small
  const k;          # [1/h] rate constant, "apparent"
  n = 2;            # [1] plain number
  V = 3;            # [L] volume
  Cx := X/V;        # [umol/L] concentration
  odd := V*V;       # [L^2] without a name in SBML
  free := Cx/2^n;
  X' = -k*X;        # [umol] amount
  Y' = k*X;         # [umol] other amount
  X = n*4;
end
"""
VALUES = {"k": 0.5}


@pytest.fixture
def antimony():
    return pytest.importorskip("antimony")


def test_every_statement_is_carried_with_values_as_given_or_as_in_the_text():
    text = to_antimony(read_model(SMALL), {"k": 0.1, "V": 7})
    statements = [line.strip() for line in text.splitlines()]
    for expected in (
        "model small",
        "k = 0.1;",
        "n = 2.0;",
        "V = 7.0;",
        "Cx := X/V;",
        "free := Cx/2^n;",
        "X' = -k*X;",
        "X = n*4;",
        "Y = 0;",
        "k is \"rate constant, 'apparent'\";",
        "end",
    ):
        assert expected in statements


def test_doses_become_one_event_for_each_time():
    regimen = [
        Bolus(8.0, "X", 5.0),
        Reset(8.0, "X", 1.0),
        Bolus(8.0, "X", np.array([2.0])),
        Infusion(0.0, 2.0, "Y", 3.0),
        Infusion(1.0, 2.0, "Y", 4.0),
    ]
    text = to_antimony(read_model(SMALL), VALUES, regimen)
    assert "Y' = k*X + _infusion_Y;" in text
    assert re.findall(r"at (.*);", text) == [
        "time >= 0.0, t0=false: _infusion_Y = 0.0 + 3.0",
        "time >= 1.0, t0=false: _infusion_Y = 0.0 + 3.0 + 4.0",
        "time >= 2.0, t0=false: _infusion_Y = 0.0",
        "time >= 8.0, t0=false: X = 1.0 + 5.0 + 2.0",
    ]


@pytest.mark.parametrize(
    ("values", "regimen", "told"),
    [
        ({}, (), "got nothing for `k`; accepted: a number [1/h]"),
        ({"k": float("nan")}, (), "got nan for `k`"),
        ({"k": 1.0, "kk": 2.0}, (), "got `kk`; accepted: parameters of the model: k, n, V"),
        ({"k": 1.0}, (Bolus(0.0, "Z", 1.0),), "'Z'; accepted: a state of the model: X, Y"),
        ({"k": 1.0}, (Bolus(0.0, "X", np.array([1.0, 2.0])),), "shape (2,)"),
    ],
)
def test_what_cannot_be_written_is_told(values, regimen, told):
    with pytest.raises(InputError) as refused:
        to_antimony(read_model(SMALL), values, regimen)
    assert told in str(refused.value)


def test_sbml_carries_units_and_meanings(antimony):
    sbml = to_sbml(read_model(SMALL), VALUES)
    units = dict(
        re.findall(r'<unitDefinition id="(\w+)">(.*?)</unitDefinition>', sbml, flags=re.DOTALL)
    )

    def unit_of(name: str) -> list[tuple[str, ...]]:
        key = re.search(rf'<parameter id="{name}"[^>]*units="(\w+)"', sbml)[1]
        found = re.findall(
            r'kind="(\w+)" exponent="(-?\d+)" scale="(-?\d+)" multiplier="([\d.]+)"', units[key]
        )
        return sorted(found)

    assert unit_of("k") == [("second", "-1", "3", "3.6")]
    assert unit_of("Cx") == [("litre", "-1", "0", "1"), ("mole", "1", "-6", "1")]
    assert unit_of("n") == [("dimensionless", "1", "0", "1")]
    assert 'id="odd" name="without a name in SBML" constant' in sbml
    assert 'timeUnits="time_unit"' in sbml
    assert 'name="rate constant, &apos;apparent&apos;"' in sbml


@pytest.mark.parametrize(
    ("unit", "formula"),
    [
        ("umol/L/h", "1e-6 mole / litre / 3600 second"),
        ("1/(umol*h)", "1 / 1e-6 mole / 3600 second"),
        ("umol*h/L", "1e-6 mole * 3600 second / litre"),
        ("L/L", "dimensionless"),
        ("1", "dimensionless"),
    ],
)
def test_units_are_written_as_products_and_quotients(unit, formula, antimony):
    model = read_model(SMALL.replace("[1/h]", f"[{unit}]"))
    assert f"= {formula};" in to_antimony(model, VALUES)
    assert to_sbml(model, VALUES)


@pytest.mark.parametrize("name", MODELS)
def test_antimony_reads_every_model(name, antimony):
    model = MODELS[name]
    sbml = to_sbml(model, {p.name: p.value or 1.5 for p in model.parameters})
    for quantity in model.quantities:
        assert re.search(rf'<parameter id="{quantity.name}"', sbml), quantity.name
    assert sbml.count("<rateRule") == len(model.states)
    assert sbml.count("<assignmentRule") == len(model.definitions)


def test_the_same_model_is_written_to_the_same_bytes(antimony):
    first, second = (to_sbml(read_model(SMALL), VALUES) for _ in range(2))
    assert first == second


def test_without_antimony_the_need_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "antimony", None)
    with pytest.raises(SpeciosaError, match=r"speciosa\[models\]"):
        to_sbml(read_model(SMALL), VALUES)


def test_antimony_is_imported_only_to_write_sbml():
    code = "import sys, speciosa.engine.sbml; sys.exit('antimony' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
