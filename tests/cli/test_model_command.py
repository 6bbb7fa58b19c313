"""``speciosa model``: the equations behind the levels, to read and to take elsewhere."""

import json
from pathlib import Path

import antimony
import pytest
from typer.testing import CliRunner

from speciosa.cli.app import app
from speciosa.engine import read_model
from speciosa.errors import InputError
from speciosa.knowledge import load

STRUCTURES = [s.id for s in load().models.structures.values() if s.calibrated]


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["model", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_without_an_id_every_structure_is_listed():
    listed = run()
    assert all(f"{structure}: " in listed for structure in STRUCTURES)


@pytest.mark.parametrize("structure", STRUCTURES)
def test_every_parameter_has_a_value_a_unit_and_a_fact(structure: str):
    shown = json.loads(run(structure, "--format", "json"))
    model = read_model(shown["text"])
    knowledge = load()
    assert [p["name"] for p in shown["parameters"]] == list(model.parameter_names)
    assert shown["unit_problems"] == []
    for parameter in shown["parameters"]:
        fact = knowledge.fact(parameter["fact"])
        assert fact.number == parameter["median"]
        if parameter["p05"] is None:
            assert fact.quantity.endswith("fixed at")
        else:
            assert parameter["p05"] < parameter["median"] < parameter["p95"]


def test_sbml_and_antimony_hold_the_typical_values(tmp_path: Path):
    sbml, text = tmp_path / "deep" / "t.xml", tmp_path / "t.ant"
    run("turnover", "--with", "midazolam", "--sbml", str(sbml), "--antimony", str(text))
    antimony.clearPreviousLoads()
    assert antimony.loadSBMLString(sbml.read_text(encoding="utf-8")) >= 0
    shown = json.loads(run("turnover", "--with", "midazolam", "--format", "json"))
    values = {p["name"]: p["median"] for p in shown["parameters"]}
    assert "kaz" in values and f"kaz = {values['kaz']!r};" in text.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("leaf",), "ID"),
        (("victim",), "ID"),
        (("linear", "--with", "midazolam"), "--with"),
        (("turnover", "--with", "aspirin"), "--with"),
        (("linear", "--antimony", "/proc/none/here.ant"), "--antimony"),
    ],
)
def test_wrong_requests_are_named(arguments: tuple[str, ...], named: str):
    with pytest.raises(InputError) as refused:
        CliRunner().invoke(app, ["model", *arguments], catch_exceptions=False)
    assert [problem.field for problem in refused.value.problems] == [named]


def test_the_page_says_what_the_values_are():
    page = run("linear")
    assert "They describe nobody" in page
    assert "The units of every equation agree." in page
