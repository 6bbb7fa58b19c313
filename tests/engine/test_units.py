"""A planted mistake in any equation of any model is caught by its units."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from tests.engine.texts import MODELS

from speciosa.engine import Model, ModelTextError, read_model
from speciosa.engine.expression import FUNCTIONS, NAME
from speciosa.engine.units import check_units

SMALL = """\
model small
  k = 1;            # [1/h] rate constant
  n = 2;            # [1] plain number
  V = 3;            # [L] volume
  Cx := X/V;        # [umol/L] concentration
  free := Cx*n;
  X' = -k*X;        # [umol] amount
  Y' = k*X;         # [nmol] amount on another scale
end
"""


def told(definition: str) -> list[str]:
    """Problems of the model above with one more line, without those it has itself."""
    known = {str(problem) for problem in check_units(read_model(SMALL))}
    text = SMALL.replace("end\n", f"{definition}\nend\n")
    return [str(p) for p in check_units(read_model(text)) if str(p) not in known]


@pytest.mark.parametrize("name", MODELS)
def test_every_equation_of_every_model_is_sound(name):
    assert [str(problem) for problem in check_units(MODELS[name])] == []


def test_scale_counts():
    (problem,) = check_units(read_model(SMALL))
    assert str(problem) == "`Y' = k*X`: the rate is in [umol/h]; needed: [nmol/h]"


@pytest.mark.parametrize(
    "definition",
    [
        "z := X + 1000*0*X;      # [umol] sum",
        "z := exp(-k*time);      # [1] decay",
        "z := (k*V)^2/k^2;       # [L^2] square",
        "z := sqrt(V*V);         # [L] root",
        "z := V^0.5*V^0.5;       # [L] product of roots",
        "z := V^-1;              # [1/L] inverse",
        "z := 2^n + ln(n)/log10(n*3) - n;  # [1] plain",
        "z := free - Cx;         # [umol/L] from a definition without a unit",
        "X0 = 1;  # [umol] start\nW' = X/V/time;  # [umol/L] state\nW = X0/V;",
    ],
)
def test_sound_definitions_pass(definition):
    assert told(definition) == []


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ("z := X + V;             # [umol] sum", "what is added or taken away is in [L]"),
        ("z := X - k*X;           # [umol] difference", "is in [umol/h]; needed: [umol]"),
        ("z := X + Y;             # [umol] scales", "is in [nmol]; needed: [umol]"),
        ("z := 1 + k;             # [1] number", "is in [1/h]; needed: [1]"),
        ("z := exp(k);            # [1] exponential", "the argument of exp is in [1/h]"),
        ("z := ln(X);             # [1] logarithm", "the argument of ln is in [umol]"),
        ("z := n^k;               # [1] power", "an exponent is in [1/h]"),
        ("z := V^n;               # [L] power", "the base of an exponent that is not a number"),
        ("z := X/V;               # [umol] wrong", "the right-hand side is in [umol/L]"),
        ("z := X/V;               # [nmol/L] scale", "is in [umol/L]; needed: [nmol/L]"),
        ("z := X/V*2;             # [ratio] unit", "`z`: it is in [ratio]; needed: a unit such as"),
        ("z := X/V*2;             # [2*h] unit", "needed: a unit such as"),
        ("z := X/V*2;             # [h +] unit", "needed: a unit such as"),
        ("z := X/V*2;             # [exp(h)] unit", "needed: a unit such as"),
        ("z := free + V;", "is in [L]; needed: [umol/L]"),
        ("z := free + V;\nzz := z*2;   # [L] on it", "`zz := z*2`: the right-hand side"),
        (
            "W' = X;                 # [umol] state\nW = 3;",
            "the rate is in [umol]; needed: [umol/h]",
        ),
        (
            "W' = k*X;               # [umol] state\nW = V;",
            "the initial value is in [L]; needed: [umol]",
        ),
    ],
)
def test_each_kind_of_mistake_is_told(definition, expected):
    assert any(expected in problem for problem in told(definition))


def test_a_definition_without_unit_tells_its_own_problems_once():
    problems = told("z := X + V;\nfirst := 2*z;\nsecond := 3*z;")
    assert problems == ["`z := X + V`: what is added or taken away is in [L]; needed: [umol]"]


def planted(model: Model) -> Iterator[tuple[str, str]]:
    """Texts with one name in one equation replaced by a name of another unit, and where."""
    units = {name: model.unit(name) for name in (*model.parameter_names, *model.state_names)}
    units |= {definition.name: definition.unit for definition in model.definitions}
    other = {unit: next(n for n in units if units[n] != unit) for unit in set(units.values())}
    lines = model.text.splitlines()
    for number, line in enumerate(lines):
        code, mark, comment = line.partition("#")
        head, sign, expression = code.partition("=")
        if not sign or not (head.endswith(":") or head.rstrip().endswith("'")):
            continue
        for name in re.finditer(NAME.pattern, expression):
            if name[0] in FUNCTIONS or name[0] not in units:
                continue
            instead = other[units[name[0]]]
            wrong = expression[: name.start()] + instead + expression[name.end() :]
            yield (
                "\n".join(
                    [*lines[:number], head + sign + wrong + mark + comment, *lines[number + 1 :]]
                ),
                f"{head.strip()}{sign}{wrong.strip()}",
            )


@pytest.mark.parametrize("name", MODELS)
def test_one_name_replaced_by_one_of_another_unit_is_caught_everywhere(name):
    missed = []
    count = 0
    for text, where in planted(MODELS[name]):
        count += 1
        try:
            problems = check_units(read_model(text))
        except ModelTextError as error:
            assert "circle" in str(error)  # caught even earlier
        else:
            if not problems:
                missed.append(where)
    assert count > 10
    assert missed == []


@pytest.mark.parametrize(
    ("sound", "wrong"),
    [
        ("ktr*(T1 - T2)", "T1 - T2"),
        ("C/Vc", "C"),
        ("C/Vc", "C*Vc"),
        ("C/Vc", "C/CLm"),
        ("fm*(vg + vl)", "fm*(vg + Cl)"),
        ("EG/(1 + Ig/Km)", "EG/(1 + Ig)"),
        ("EG/(1 + Ig/Km)", "EG/(Km + Ig)"),
        ("CLg*Sg*Cg", "CLg*Sg*G"),
        ("kin*Ig/(KI + Ig)*EG", "kin*Ig/(KI + Ig*EG*Vg)"),
        ("(Qh - Qg)*Cc", "(Qh - Qg*Cc)"),
        ("CLo*Cl", "CLo"),
        ("kdl*(1 - EL)", "(1 - EL)"),
    ],
)
def test_classic_slips_in_the_benchmark_model_are_caught(sound, wrong):
    text = MODELS["benchmark"].text
    assert sound in text
    assert check_units(read_model(text.replace(sound, wrong, 1)))


def test_pint_is_imported_only_by_the_check():
    code = "import sys, speciosa.engine, speciosa.engine.units; sys.exit('pint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
