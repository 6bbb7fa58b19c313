"""``speciosa ddi`` as a person or a program meets it: words, JSON, files, and what is refused."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import pytest

from speciosa.cli import app as cli


class Done:
    """What a run left: exit code and both streams."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def run(monkeypatch, capfd):
    def call(*args: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["speciosa", "ddi", *args])
        code = 0
        try:
            cli.main()
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        said = capfd.readouterr()
        return Done(code, said.out, said.err)

    return call


def data(done: Done):
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_what_people_showed_comes_before_the_model(run) -> None:
    done = run("midazolam", "--with", "itraconazole:200/24")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0] == "midazolam (by mouth) with itraconazole 200 mg every 24 h"
    assert done.out.index("Seen in people") < done.out.index("By the model")
    assert "90 % interval" in done.out
    assert "gut CYP3A" in done.out
    assert "liver CYP3A" in done.out
    assert "one person can differ more" in " ".join(done.out.split())
    assert "safe" not in done.out.lower()
    assert max(map(len, lines)) <= 100


def test_json_holds_the_promised_keys(run) -> None:
    found = data(run("midazolam", "--with", "itraconazole:200/24", "--json"))
    assert found["victim"] == "midazolam"
    assert found["perpetrators"] == [
        {"id": "itraconazole", "name": "itraconazole", "dose_mg": 200.0, "interval_h": 24.0}
    ]
    spread = found["auc_ratio"]
    assert set(spread) == {"median", "p05", "p95"}
    assert 1.0 < spread["p05"] < spread["median"] < spread["p95"] <= found["ceiling"]
    assert sum(s["share"] for s in found["shares"]) == pytest.approx(1.0)
    assert isinstance(found["flags"], list)
    assert found["references"][0]["id"] == found["facts"][0]
    assert found["observed"]["value"] > 1.0
    assert found["unverified"] <= found["inputs"] == len(found["references"]) - 1


def test_the_same_question_gives_the_same_bytes_in_any_order(run) -> None:
    one = run("quetiapine", "--with", "ketoconazole", "--with", "carbamazepine", "--json")
    again = run("quetiapine", "--with", "ketoconazole", "--with", "carbamazepine", "--json")
    other = run("quetiapine", "--with", "carbamazepine", "--with", "ketoconazole", "--json")
    assert one.out == again.out
    assert data(one)["auc_ratio"] == data(other)["auc_ratio"]
    assert run("quetiapine", "--with", "ketoconazole", "--format", "json").out.startswith("{")


def test_of_several_what_each_did_alone_is_told(run) -> None:
    args = ("quetiapine", "--with", "ketoconazole", "--with", "carbamazepine")
    found = data(run(*args, "--json"))
    assert found["observed"] is None
    assert found["observed_alone"]["ketoconazole"]["value"] > 1.0
    assert found["observed_alone"]["carbamazepine"]["value"] < 1.0
    text = run(*args).out
    assert text.index("each alone") < text.index("By the model")


def test_a_person_and_a_route(run) -> None:
    usual = data(run("metoprolol", "--with", "paroxetine", "--json"))
    slow = data(run("metoprolol", "--with", "paroxetine", "--cyp2d6", "intermediate", "--json"))
    assert slow["auc_ratio"]["median"] < usual["auc_ratio"]["median"]
    assert slow["beside_typical"]["median"] > 1.0
    assert usual["beside_typical"] is None
    oral = data(run("midazolam", "--with", "ketoconazole", "--json"))
    vein = data(run("midazolam", "--with", "ketoconazole", "--route", "iv", "--json"))
    assert vein["route"] == "intravenous"
    assert vein["auc_ratio"]["median"] < oral["auc_ratio"]["median"]


def test_kratom_both_ways(run) -> None:
    perpetrator = data(run("midazolam", "--with", "kratom", "--json"))
    assert perpetrator["observed"]["value"] == pytest.approx(1.39)
    assert any("studied" in flag for flag in perpetrator["flags"])
    victim = data(run("kratom", "--with", "itraconazole", "--json"))
    formed, swallowed = victim["others"]
    assert "7-hydroxymitragynine formed" in formed
    assert "7-hydroxymitragynine swallowed" in swallowed
    text = run("kratom", "--with", "itraconazole").out
    assert "7-hydroxymitragynine" in text.lower()
    assert "no study in people" in text


def test_no_figure_says_why_and_that_it_is_not_no_change(run) -> None:
    done = run("gabapentin", "--with", "fluoxetine")
    assert done.code == 0
    assert "not the same as no change" in " ".join(done.out.split())
    assert data(run("gabapentin", "--with", "fluoxetine", "--json"))["auc_ratio"] is None


def test_brands_resolve_and_a_product_is_taken_apart(run) -> None:
    assert data(run("Seroquel", "--with", "Tegretol", "--json"))["victim"] == "quetiapine"
    product = data(run("midazolam", "--with", "paxlovid", "--json"))
    assert "ritonavir" in [p["id"] for p in product["perpetrators"]]
    assert any("taken apart" in flag for flag in product["flags"])


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "VICTIM"),
        (("midazolam",), "--with: got nothing"),
        (("midazolm", "--with", "itraconazole"), "Did you mean midazolam?"),
        (("midazolam", "--with", "itracnazole"), "Did you mean itraconazole?"),
        (("midazolam", "--with", "itraconazole:x"), "'itraconazole:x'"),
        (("midazolam", "--with", "itraconazole:"), "a dose in mg"),
        (("midazolam", "--with", "itraconazole:0"), "a dose in mg"),
        (("midazolam", "--with", "itraconazole:-200"), "a dose in mg"),
        (("midazolam", "--with", "itraconazole:1e9"), "a dose in mg"),
        (("midazolam", "--with", "itraconazole:200/0"), "a dose in mg"),
        (("midazolam", "--with", "itraconazole:200/24/3"), "a dose in mg"),
        (("midazolam", "--with", "kratom:5"), "kratom without an amount"),
        (("midazolam", "--with", "paxlovid:300"), "name the ingredient"),
        (("midazolam", "--with", "Nizoral", "--with", "ketoconazole"), "twice"),
        (("midazolam", "--with", ""), "--with"),
        (("Versed", "--with", "midazolam"), "another medicine than the victim"),
        (("kratom", "--with", "ketum"), "another medicine than the victim"),
        (("midazolam", "--with", "itraconazole", "--cyp2d6", "slow"), "--cyp2d6: got 'slow'"),
        (("midazolam", "--with", "itraconazole", "--out", "x.csv"), "--all only"),
        (("--all",), "--out: got nothing"),
        (("--all", "--out", "x.txt"), ".csv or .parquet or .json"),
        (("midazolam", "--all", "--out", "x.csv"), "--all"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_accepted(run, args, said) -> None:
    done = run(*args)
    assert done.code == 2
    assert said in done.err
    assert "accepted" in done.err
    assert not done.out


def test_every_problem_is_told_at_once(run) -> None:
    done = run("midazolm", "--with", "itraconazole:x", "--with", "foobarium")
    assert done.err.count("accepted") == 3


@pytest.mark.parametrize("amount", ["200", "200mg", "200 mg", "200/24", "200mg/24h", "200 / 24 h"])
def test_amounts_as_people_write_them(run, amount) -> None:
    found = data(run("midazolam", "--with", f"itraconazole:{amount}", "--json"))
    assert found["perpetrators"][0]["dose_mg"] == 200.0


def test_every_pair_of_the_base_is_written(run, tmp_path: Path) -> None:
    file = tmp_path / "new" / "pairs.csv"
    done = run("--all", "--out", str(file))
    assert done.code == 0, done.err
    assert not done.out
    with file.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) >= 10_000
    one = next(r for r in rows if r["victim"] == "midazolam" and r["perpetrator"] == "ketoconazole")
    assert float(one["observed"]) > 5.0
    assert float(one["p05"]) < float(one["median"]) < float(one["p95"])
    assert all(bool(r["median"]) != bool(r["no_ratio"]) for r in rows)
    assert not any(r["ceiling"] for r in rows if r["perpetrator"] == "kratom")
    found = {(r["victim"], r["perpetrator"]): r for r in rows}
    failed = found["tamoxifen", "paroxetine"]
    assert not failed["strength"]
    assert "less endoxifen is formed" in failed["flags"]
    assert found["tamoxifen", "rifampicin"]["strength"]


def test_a_file_that_cannot_be_written_is_our_word_and_not_a_traceback(run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = run("--all", "--out", str(tmp_path / "file" / "pairs.json"))
    assert done.code == 2
    assert "a file that can be written" in done.err


def test_the_published_schema_fits_what_is_written(run) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    root = Path(__file__).parents[2]
    schema = json.loads((root / "docs/schema/ddi.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(data(run("midazolam", "--with", "ketoconazole", "--json")), schema)
    jsonschema.validate(data(run("gabapentin", "--with", "fluoxetine", "--json")), schema)


# ------------------------------------------------------------------ what must not calm


def text(done: Done) -> str:
    assert done.code == 0, done.err
    return " ".join(done.out.split())


@pytest.mark.parametrize(
    ("victim", "perpetrator", "said"),
    [
        ("tamoxifen", "paroxetine", "less endoxifen is formed"),
        ("codeine", "paroxetine", "less morphine is formed"),
        ("clopidogrel", "omeprazole", "less of the active metabolite is formed"),
        ("tramadol", "paroxetine", "less of the opioid metabolite is formed"),
    ],
)
def test_failed_activation_is_told_and_the_ratio_judges_nothing(
    run, victim, perpetrator, said
) -> None:
    words = text(run(victim, "--with", perpetrator))
    assert said in words
    assert "Size: not told by this ratio" in words
    assert "below that of a weak interaction" not in words
    assert "at most" not in words
    assert data(run(victim, "--with", perpetrator, "--json"))["strength"] == ""
    assert "endoxifen is formed" not in text(run("tamoxifen", "--with", "rifampicin"))


@pytest.mark.parametrize("perpetrator", ["clarithromycin", "ciprofloxacin"])
def test_of_a_narrow_medicine_a_small_ratio_does_not_calm(run, perpetrator) -> None:
    words = text(run("warfarin", "--with", perpetrator))
    assert "Small changes of warfarin matter: bleeding" in words
    assert "does not tell the clinical effect" in words
    assert "below that of a weak interaction" not in words
    assert "at most" not in words


def test_an_interval_that_reaches_far_is_not_called_weak(run) -> None:
    words = text(run("alprazolam", "--with", "grapefruit"))
    assert "the interval reaches a" in words


def test_no_ceiling_that_people_exceeded(run) -> None:
    for victim, perpetrator in (("tetrabenazine", "paroxetine"), ("diazepam", "grapefruit")):
        found = data(run(victim, "--with", perpetrator, "--json"))
        assert found["observed"]["value"] > 2.0
        assert found["ceiling"] is None


def test_kratom_has_no_upper_limit_and_a_product_is_never_studied(run) -> None:
    for victim in ("simvastatin", "buspirone", "fentanyl", "triazolam"):
        assert "at most" not in text(run(victim, "--with", "kratom"))
    extract = run("midazolam", "--with", "kratom extract")
    assert "this product was never studied" in text(extract)
    assert "Seen in people" not in text(extract)
    found = data(run("midazolam", "--with", "kratom extract", "--json"))
    assert found["certainty"] == "very low"
    free = run("midazolam", "--with", "feel free")
    assert free.out.startswith("midazolam (by mouth) with kava and kratom")
    assert "feel free holds kratom, kava" in text(free)
    assert "Seen in people" not in text(free)


def test_a_report_of_no_change_is_told_in_words_and_judges_nothing(run) -> None:
    words = text(run("quetiapine", "--with", "fluoxetine"))
    assert "reported as unchanged; no figure given" in words
    assert "Seen in people" not in words
    found = data(run("quetiapine", "--with", "fluoxetine", "--json"))
    assert any(fact.startswith("ddi/reported_unchanged/") for fact in found["facts"])


def test_a_route_between_takes_no_study_of_another(run) -> None:
    words = text(run("midazolam", "--route", "nasal", "--with", "itraconazole"))
    assert words.startswith("midazolam (nasal) with itraconazole")
    assert "Seen in people" not in words
    assert "studied in people by mouth, ratio 7.33; that is another route" in words
    assert "route nasal: between swallowed and into a vein" in words


def test_what_a_list_of_these_would_tell_is_named(run) -> None:
    words = text(run("alprazolam", "--with", "oxycodone"))
    assert "No model figure" in words
    assert "sedation and slowed breathing (alprazolam + oxycodone): major" in words
    found = data(run("midazolam", "--with", "feel free", "--json"))
    assert {"severity": "major", "title": "sedation", "members": ["kratom", "midazolam"]} in (
        found["in_a_list"]
    )


def test_a_dose_beyond_the_study_is_sized_by_the_graver(run) -> None:
    usual = data(run("quetiapine", "--with", "cimetidine", "--json"))
    more = data(run("quetiapine", "--with", "cimetidine:1600", "--json"))
    assert usual["strength"] == ""
    assert more["observed"] == usual["observed"]
    assert more["strength"] == "moderate"
    assert more["direction"] == "rise"
    assert more["certainty"] in ("low", "very low")


def test_no_ceiling_where_transporters_are_not_counted(run) -> None:
    for victim in ("simvastatin", "colchicine"):
        found = data(run(victim, "--with", "clarithromycin", "--json"))
        assert found["ceiling"] is None
        assert any("transporters also carry" in flag for flag in found["flags"])
