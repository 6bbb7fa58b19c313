"""Generated exports: whole references, nobody twice, the truth beside them, the same bytes."""

import gzip
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from benchmarks.cohort import template
from benchmarks.cohort.generate import BAD_LINES, EXAMPLE, Wanted, generate, own_digits
from benchmarks.cohort.plants import catalogue
from benchmarks.cohort.recall import by_rules, truth_of

PLANTS = tuple(catalogue(seed=1, misspellings=2))
_POINTS = re.compile(r'"reference":"((?:[^"\\]|\\.)*)"')


def resources(folder: Path) -> list[dict]:
    found = []
    for path in template.export_files(folder):
        for line in template.lines_of(path):
            try:
                one = json.loads(line)
            except ValueError:
                continue
            if isinstance(one, dict) and one.get("resourceType"):
                found.append(one)
    return found


def everything(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def lost(folder: Path) -> Counter[str]:
    """References, by their form without ids, that lead to nothing in the export."""
    held = resources(folder)
    names = {f"{one['resourceType']}/{one['id']}" for one in held if "id" in one}
    names |= {
        f"{one['resourceType']}?identifier={told['system']}|{told['value']}"
        for one in held
        for told in one.get("identifier", [])
    }
    pointed = Counter()
    for one in held:
        for told in _POINTS.findall(json.dumps(one, separators=(",", ":"))):
            short = told.removeprefix("https://hospital.example/fhir/").partition("/_history")[0]
            if not short.startswith("#") and short not in names:
                pointed[short] += 1
    return pointed


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("generated") / "export"
    generate(out, Wanted(people=400, planted=60, plants=PLANTS, bad_lines=7, naming="mixed"))
    return out


def test_everybody_has_ids_of_their_own_and_references_stay_whole(made: Path) -> None:
    held = [one for one in resources(made) if one.get("id") != "latin"]
    ids = Counter((one["resourceType"], one["id"]) for one in held if "id" in one)
    assert ids.most_common(1)[0][1] == 1
    patients = [one for one in held if one["resourceType"] == "Patient"]
    assert len(patients) == 400
    numbers = [told["value"] for one in patients for told in one["identifier"]]
    assert len(set(numbers)) == 400
    # What the example itself refers to and does not hold is lost in it too.
    assert not set(lost(made)) - set(lost(EXAMPLE))


def test_the_truth_tells_everybody_whose_record_names_kratom(made: Path) -> None:
    truth = truth_of(made.with_name("export.truth.ndjson"))
    assert len(truth) == len({one.patient for one in truth}) == 60
    held = {f"{one['resourceType']}/{one.get('id')}": one for one in resources(made)}
    for one in truth:
        assert f"Patient/{one.patient}" in held
        for name in one.resources:
            told = held[name].get("subject") or held[name].get("patient")
            assert told is None or told["reference"] == f"Patient/{one.patient}"
    assert set(by_rules(made)) <= {one.patient for one in truth}


def test_bad_lines_stand_where_the_truth_says(made: Path) -> None:
    told = made.with_name("export.truth.ndjson").read_text().splitlines()
    bad = [one for one in map(json.loads, told) if "bad" in one]
    assert {one["bad"] for one in bad} == set(BAD_LINES)
    for one in bad:
        line = (made / one["file"]).read_bytes().split(b"\n")[one["line"] - 1]
        assert line + b"\n" == BAD_LINES[one["bad"]]


def test_the_manifest_counts_every_line(made: Path) -> None:
    manifest = json.loads((made / "manifest.json").read_bytes())
    told = {one["url"].rpartition("/")[2]: one["count"] for one in manifest["output"]}
    there = {p.name: len(p.read_bytes().splitlines()) for p in template.export_files(made)}
    assert told == there
    assert {name.partition(".ndjson")[0].count(".") for name in there} == {0, 1, 2}


def test_the_same_arguments_give_the_same_bytes(made: Path, tmp_path: Path) -> None:
    wanted = Wanted(people=400, planted=60, plants=PLANTS, bad_lines=7, naming="mixed")
    again = generate(tmp_path / "export", wanted)
    assert everything(tmp_path / "export") == everything(made)
    assert again.truth.read_bytes() == made.with_name("export.truth.ndjson").read_bytes()
    other = Wanted(people=400, planted=60, plants=PLANTS, seed=2)
    generate(tmp_path / "other", other)
    ids = {one["id"] for one in resources(made) if one["resourceType"] == "Patient"}
    others = {
        one["id"] for one in resources(tmp_path / "other") if one["resourceType"] == "Patient"
    }
    assert len(ids & others) < 10


def test_another_process_plants_the_same() -> None:
    ask = (
        "from benchmarks.cohort.plants import catalogue;"
        "print([(p.name, p.way) for p in catalogue(seed=1, misspellings=2)])"
    )
    root = Path(__file__).parents[2]
    for order in ("1", "2"):
        told = subprocess.run(
            [sys.executable, "-c", ask],
            check=True,
            capture_output=True,
            text=True,
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": order},
        )
        assert told.stdout.strip() == str([(plant.name, plant.way) for plant in PLANTS])


def test_gzip_and_small_files_hold_the_same_lines(made: Path, tmp_path: Path) -> None:
    wanted = Wanted(people=400, planted=60, plants=PLANTS, file_bytes=20_000, compress=True)
    generate(tmp_path / "export", wanted)
    generate(tmp_path / "again", wanted)
    assert everything(tmp_path / "export") == everything(tmp_path / "again")
    files = template.export_files(tmp_path / "export")
    assert all(path.name.endswith(".ndjson.gz") for path in files)
    assert all(len(gzip.decompress(path.read_bytes())) < 40_000 for path in files)
    few = [json.dumps(one, sort_keys=True) for one in resources(tmp_path / "export")]
    many = [json.dumps(one, sort_keys=True) for one in resources(made) if one.get("id") != "latin"]
    bad = {"cut-off", "a", "nul"}
    assert sorted(few) == sorted(one for one in many if json.loads(one).get("id") not in bad)


def test_fewer_resources_a_person_and_every_reference_whole(tmp_path: Path) -> None:
    generate(tmp_path / "export", Wanted(people=100, planted=0, plants=(), resources_per_person=3))
    held = resources(tmp_path / "export")
    owners = Counter(
        (one.get("subject") or one.get("patient") or {"reference": f"Patient/{one['id']}"})[
            "reference"
        ]
        for one in held
        if one["resourceType"] not in {"Practitioner", "Organization", "Medication"}
    )
    assert max(owners.values()) <= 3
    assert not set(lost(tmp_path / "export")) - set(lost(EXAMPLE))


def test_an_export_with_long_ids_and_logical_references(tmp_path: Path) -> None:
    source, long = tmp_path / "source", "x" * 64
    source.mkdir()
    lines = [
        {"resourceType": "Patient", "id": long, "identifier": [{"system": "s", "value": "1"}]},
        {
            "resourceType": "Condition",
            "id": "0023b3a7-2ded-840c-ee5b-6b123fdcfb0b",
            "code": {"text": 'tab\t "quoted" \u00e9'},
            "subject": {"identifier": {"system": "s", "value": "1"}},
        },
        {
            "resourceType": "Group",
            "id": "g",
            "member": [{"entity": {"reference": f"Patient/{long}"}}],
        },
    ]
    told = "\n".join(json.dumps(one) for one in lines)
    (source / "all.ndjson").write_text(told)
    made = generate(tmp_path / "export", Wanted(people=5, planted=0, plants=()), source)
    held = resources(tmp_path / "export")
    patients = {one["id"]: one for one in held if one["resourceType"] == "Patient"}
    values = {one["identifier"][0]["value"] for one in patients.values()}
    assert len(patients) == len(values) == 5
    assert all(re.fullmatch(r"[A-Za-z0-9.-]{1,64}", id_) for id_ in patients)
    conditions = [one for one in held if one["resourceType"] == "Condition"]
    assert {one["subject"]["identifier"]["value"] for one in conditions} == values
    assert {one["code"]["text"] for one in conditions} == {'tab\t "quoted" \u00e9'}
    assert made.left_out == {"belongs to nobody and refers to a person": 1}


def test_no_two_people_share_their_digits() -> None:
    assert len({own_digits(n, 3) for n in range(50_000)}) == 50_000


@pytest.mark.parametrize(("people", "planted"), [(5, 6), (0, 1)])
def test_more_planted_than_people_is_refused(tmp_path: Path, people: int, planted: int) -> None:
    with pytest.raises(ValueError, match="are more than"):
        generate(tmp_path / "export", Wanted(people=people, planted=planted, plants=PLANTS))


def test_nobody_at_all(tmp_path: Path) -> None:
    made = generate(tmp_path / "export", Wanted(people=0, planted=0, plants=()))
    assert made.people == 0
    assert made.truth.read_bytes() == b""
