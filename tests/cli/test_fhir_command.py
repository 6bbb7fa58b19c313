"""``assess --fhir`` and ``schema questionnaire`` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from speciosa.case import parse_case, read_case_text
from speciosa.cli.app import app
from speciosa.errors import InputError
from speciosa.fhir import canonical
from speciosa.fhir.case_form import from_items

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
CRISIS = EXAMPLES / "crisis_plan_and_leaf.yaml"

run = CliRunner().invoke


def test_a_bundle_is_written_beside_the_report(tmp_path: Path):
    target = tmp_path / "new" / "bundle.json"
    done = run(app, ["assess", str(CRISIS), "--subjects", "20", "--fhir", str(target)])
    assert done.exit_code == 0, done.output
    assert f"FHIR Bundle written to {target}" in done.stderr
    bundle = json.loads(target.read_bytes())
    assert bundle["type"] == "collection"
    assert bundle["entry"][0]["resource"]["resourceType"] == "Flag"
    (form,) = [
        entry["resource"]
        for entry in bundle["entry"]
        if entry["resource"].get("questionnaire", "").startswith(canonical.CASE_FORM)
    ]
    assert parse_case(from_items(form["item"])) == read_case_text(CRISIS.read_text("utf-8"))


def test_json_on_standard_output_stays_alone(tmp_path: Path):
    target = tmp_path / "bundle.json"
    options = ["--subjects", "20", "--format", "json", "--fhir", str(target)]
    done = run(app, ["assess", str(CRISIS), *options])
    assert json.loads(done.stdout)["urgent"]["status"]
    assert target.exists()


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path):
    done = run(app, ["assess", str(CRISIS), "--subjects", "20", "--fhir", str(tmp_path)])
    assert isinstance(done.exception, InputError)
    assert done.exception.problems[0].field == "--fhir"


@pytest.mark.parametrize("name", ["gad7", "phq9", "isi", "audit_c", "difficulty", "case"])
def test_a_questionnaire_is_printed(name: str):
    done = run(app, ["schema", "questionnaire", name])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["url"] == canonical.questionnaire(name)


@pytest.mark.parametrize(
    "arguments", [["questionnaire", "pswq"], ["questionnaire"], ["case", "gad7"]]
)
def test_a_name_that_does_not_fit_is_refused(arguments: list[str]):
    done = run(app, ["schema", *arguments])
    assert isinstance(done.exception, InputError)
    assert done.exception.problems[0].field == "NAME"
