"""``speciosa assess`` with a FHIR Bundle instead of a case."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from speciosa.cli import main

BUNDLE = next((Path(__file__).parents[1] / "fhir" / "data" / "synthea").glob("*.json"))
RUN = ("--subjects", "20", "--format", "json")


Assess = Callable[..., tuple[int, str, str]]


@pytest.fixture
def assess(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Assess:
    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["speciosa", "assess", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def test_a_bundle_is_assessed_on_the_date_given(assess: Assess) -> None:
    code, out, err = assess(str(BUNDLE), "--date", "2021-06-01", *RUN)
    assert code == 0, err
    assert json.loads(out)["date"] == "2021-06-01"
    assert "entries used" in err
    assert "to ask: Is clonazepam still taken?" in err
    assert "Person" not in err


def test_a_bundle_that_cannot_be_read_says_why(assess: Assess, tmp_path: Path) -> None:
    made = tmp_path / "bundle.json"
    for data in (
        {"resourceType": "Bundle", "type": "history"},
        {"resourceType": "Patient", "deceasedBoolean": True},
    ):
        made.write_text(json.dumps(data))
        code, out, err = assess(str(made))
        assert code == 2
        assert out == ""
        assert "accepted" in err


@pytest.mark.parametrize(
    "body", ['{"resourceType": "Bundle",', '{"resourceType": 1}', "[" * 90_000]
)
def test_what_is_neither_case_nor_bundle_is_an_input_error(
    assess: Assess, tmp_path: Path, body: str
) -> None:
    made = tmp_path / "x.json"
    made.write_text(body)
    code, _, err = assess(str(made))
    assert code == 2
    assert "Traceback" not in err


def test_a_date_beside_a_case_is_refused(assess: Assess) -> None:
    example = Path(__file__).parents[2] / "examples" / "asking_never_used.yaml"
    assert assess(str(example), "--date", "2026-01-01")[0] == 2
    assert assess(str(BUNDLE), "--date", "yesterday")[0] == 2
