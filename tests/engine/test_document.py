"""A model's documentation says everything its text says, in readable mathematics."""

from __future__ import annotations

import math
import re

import pytest
from tests.engine.test_expression import NAMES, OPERATORS, TRICKY
from tests.engine.texts import MODELS

from speciosa.engine import read_model
from speciosa.engine.document import document, readable
from speciosa.engine.expression import parse
from speciosa.errors import InputError

SMALL = """\
# A small structure.
#
# It has two
# sentences.
model small
  const k;          # [1/h] rate constant a|b
  n = 0.25;         # [1] plain number
  f := n*X;         # [umol] part
  X' = -k*X^2;      # [umol] amount
  E' = k - E;       # [1] pool
  X = 4*n;
end
"""
FRAGMENT = "# A marker.\n  Y' = k*X - Y;  # [nmol] marker\n"


def test_the_whole_document_of_a_small_model():
    assert document(read_model(SMALL, FRAGMENT), {"k": 1.5}) == (
        "# Model `small`\n\n"
        "A small structure.\n\n"
        "It has two sentences.\n\n"
        "A marker.\n\n"
        "Time is in hours. A rate is how fast its state changes.\n\n"
        "## States\n\n"
        "| State | Meaning | Unit | Starts at |\n"
        "| --- | --- | --- | --- |\n"
        "| `X` | amount | umol | `4·n` |\n"
        "| `E` | pool | 1 | `0` |\n"
        "| `Y` | marker | nmol | `0` |\n\n"
        "## Parameters\n\n"
        "| Parameter | Meaning | Unit | Value |\n"
        "| --- | --- | --- | --- |\n"
        "| `k` | rate constant a¦b | 1/h | 1.5 |\n"
        "| `n` | plain number | 1 | 0.25 |\n\n"
        "## Definitions\n\n"
        "| Definition | Meaning | Unit |\n"
        "| --- | --- | --- |\n"
        "| `f = n·X` | part | umol |\n\n"
        "## Rates\n\n"
        "| Rate | Of | Unit |\n"
        "| --- | --- | --- |\n"
        "| `dX/dt = −k·X²` | amount | umol/h |\n"
        "| `dE/dt = k − E` | pool | 1/h |\n"
        "| `dY/dt = k·X − Y` | marker | nmol/h |\n"
    )


def test_a_parameter_without_a_value_and_one_that_is_not_there():
    assert "| 1/h | given from outside |" in document(read_model(SMALL))
    with pytest.raises(InputError, match="`kk`"):
        document(read_model(SMALL), {"kk": 1.0})


@pytest.mark.parametrize("name", MODELS)
def test_every_quantity_of_every_model_is_documented(name):
    model = MODELS[name]
    text = document(model)
    for quantity in model.quantities:
        assert quantity.meaning.replace("|", "¦") in text
    for state in model.states:
        assert f"`d{state.name}/dt = {readable(state.written)}`" in text
    for definition in model.definitions:
        assert f"`{definition.name} = {readable(definition.written)}`" in text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("-a^2", "−a²"),
        ("a^-2*b", "a⁻²·b"),
        ("a^0.5", "a^0.5"),
        ("a^(b+1)", "a^(b + 1)"),
        ("(a^b)^c", "(a^b)^c"),
        ("a^b^c", "a^(b^c)"),
        ("(-a)^2", "(−a)²"),
        ("a-(b-c)", "a − (b − c)"),
        ("a-b-c", "a − b − c"),
        ("a/(b*c)", "a/(b·c)"),
        ("a/b*c", "a/b·c"),
        ("2*-b", "2·(−b)"),
        ("-a*b + c", "−a·b + c"),
        ("-(a+b)", "−(a + b)"),
        ("exp(-(a))*2.50", "exp(−a)·2.5"),
        ("1e-7*a + 300000*b", "1e-07·a + 300000·b"),
    ],
)
def test_mathematics_as_on_paper(written, shown):
    assert readable(written) == shown


def equations() -> list[str]:
    models = MODELS.values()
    texts = [state.written for model in models for state in model.states]
    return [*TRICKY, *texts, *(d.written for model in models for d in model.definitions)]


def as_text(shown: str) -> str:
    """Readable mathematics back in the form of a model text."""
    digits = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    plain = re.sub("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda raised: f"^{raised[0].translate(digits)}", shown)
    return plain.replace("·", "*").replace("−", "-")


def test_what_is_shown_means_what_was_written():
    for written in equations():
        values = {n: 0.3 + len(n) + 0.01 * sum(map(ord, n)) for n in parse(written).names} | NAMES
        expected, found = (
            parse(text).fold(float, values.__getitem__, lambda sign, of: OPERATORS[sign](*of))
            for text in (written, as_text(readable(written)))
        )
        assert math.isclose(expected, found, rel_tol=1e-12), written
