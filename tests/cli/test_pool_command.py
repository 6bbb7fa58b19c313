"""``speciosa pool`` as a person or a program meets it: answer keys, words, pictures, refusals."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from speciosa.cli import app as cli

CASES = Path(__file__).parents[1] / "evidence" / "cases"
FEW = "study,events_1,n_1,events_2,n_2\nA,1,20,4,20\nB,3,30,6,30\nC,2,40,9,40\n"


class Done:
    """What a run left: exit code and both streams."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def run(monkeypatch, capfd):
    def call(*args: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["speciosa", "pool", *map(str, args)])
        code = 0
        try:
            cli.main()
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        said = capfd.readouterr()
        return Done(code, said.out, said.err)

    return call


@pytest.fixture
def data(run):
    def call(*args: str | Path):
        done = run(*args, "--format", "json")
        assert done.code == 0, done.err
        return json.loads(done.out)

    return call


@pytest.fixture(scope="module")
def key():
    raw = (CASES / "expected_results.yaml").read_text(encoding="utf-8")
    return yaml.load(raw, Loader=yaml.CSafeLoader)["cases"]


@pytest.fixture
def few(tmp_path):
    path = tmp_path / "few.csv"
    path.write_text(FEW, encoding="utf-8")
    return path


CLOSED, ITERATIVE = 1e-4, 5e-4
KEYS = [
    ("bcg_colditz1994", "RR", "RR"),
    ("bcg_colditz1994", "OR", "OR"),
    ("bcg_colditz1994", "RD", "RD"),
    ("teacher_expectancy_raudenbush1985", "SMD", "SMD_precomputed"),
    ("magnesium_egger2001", "OR", "OR"),
    ("passive_smoking_hackshaw1998", "OR", "logOR_from_ci"),
    ("catheter_nielweise2007", "OR", "OR_drop00_half_correction"),
]


@pytest.mark.parametrize(("name", "measure", "part"), KEYS)
def test_the_answer_keys_run_as_they_are(data, key, name: str, measure: str, part: str) -> None:
    found = data(CASES / f"{name}.csv", "--measure", measure)
    expected = key[name]["expected"][part]
    main, knapp = expected["random_REML"], expected["random_REML_HKSJ"]
    assert found["measure"] == measure
    assert found["method"] == "REML"
    assert found["ci_method"] == "HK"
    assert found["k"] == expected["k"]
    assert found["estimate"] == pytest.approx(main["estimate"], abs=CLOSED)
    assert found["ci_low"] == pytest.approx(knapp["ci_lb"], abs=CLOSED)
    assert found["ci_high"] == pytest.approx(knapp["ci_ub"], abs=CLOSED)
    assert found["pi_low"] == pytest.approx(main["pi_t_km2_lb"], abs=ITERATIVE)
    assert found["pi_high"] == pytest.approx(main["pi_t_km2_ub"], abs=ITERATIVE)
    assert found["tau2"] == pytest.approx(main["tau2"], rel=1e-3)
    assert found["i2"] == pytest.approx(main["I2_metafor_pct"], abs=0.05)
    assert found["i2_q"] == pytest.approx(expected["I2_higgins_pct"], abs=CLOSED)
    assert found["q"] == pytest.approx(expected["Q"], rel=1e-5)
    ends = expected["tau2_QP_ci_REML"]
    # metafor looks for the ends of Q-profile to 1.2e-4 (uniroot's tolerance); these are exact.
    assert [found["tau2_low"], found["tau2_high"]] == pytest.approx(ends, abs=1.5e-4)
    beside = {(a["method"], a["ci_method"]): a for a in found["alternatives"]}
    for way, block in {
        ("CE", "z"): "inverse_variance_fixed", ("DL", "z"): "random_DL", ("PM", "z"): "random_PM",
        ("ML", "z"): "random_ML", ("SJ", "z"): "random_SJ", ("HE", "z"): "random_HE",
        ("REML", "z"): "random_REML", ("DL", "HK"): "random_DL_HKSJ",
    }.items():  # fmt: skip
        for field, name_of in (("estimate", "estimate"), ("ci_low", "ci_lb"), ("ci_high", "ci_ub")):
            want = expected[block][name_of]
            assert beside[way][field] == pytest.approx(want, abs=ITERATIVE), (way, field)
    if "mantel_haenszel" in expected:
        want = expected["mantel_haenszel"]["log_estimate"]
        assert beside["MH", "z"]["estimate"] == pytest.approx(want, abs=CLOSED)
    if "peto" in expected:
        assert beside["Peto", "z"]["estimate"] == pytest.approx(
            expected["peto"]["log_OR"], abs=CLOSED
        )
    tests = {t["name"]: t for t in found["small_study"]["tests"]}
    assert tests["Egger"]["stat"] == pytest.approx(
        expected["egger_lm"]["intercept_test_t"], abs=CLOSED
    )
    assert tests["Begg, rank correlation"]["p"] == pytest.approx(
        expected["begg_rank"]["p"], abs=1e-3
    )
    left = [one["estimate"] for one in found["influence"]["leave_one_out"]]
    assert left == pytest.approx(expected["leave_one_out_REML_estimates"], abs=ITERATIVE)


def test_several_effects_of_one_study_are_made_one(data, key) -> None:
    expected = key["gad_psychotherapy_metapsy"]["expected"]["all_psychotherapy_vs_control"]
    file = CASES / "gad_psychotherapy_metapsy.csv"
    for options in ((), ("--cluster", "study", "--rho", "0.5")):
        found = data(file, "--measure", "SMD", *options)
        want = expected["aggregated_rho0.5_REML_HKSJ"]
        assert found["k"] == 48
        assert found["estimate"] == pytest.approx(want["estimate"], abs=CLOSED)
        assert found["ci_low"] == pytest.approx(want["ci_lb"], abs=CLOSED)
        assert [found["pi_low"], found["pi_high"]] == pytest.approx(
            expected["prediction_interval_aggregated_REML_t_km2"], abs=ITERATIVE
        )
        assert found["dependence"]["effects"] == 122
        assert any("Comparators differ" in warning for warning in found["warnings"])
        assert sum("the row has no figures" in h["what"] for h in found["handled"]) == 4
    nested = data(file, "--measure", "SMD", "--three-level")
    want = expected["three_level_REML"]
    assert nested["estimate"] == pytest.approx(want["estimate"], abs=ITERATIVE)
    assert nested["dependence"]["sigma2_study"] == pytest.approx(want["sigma2_study"], rel=1e-3)
    naive = data(file, "--measure", "SMD", "--multiple", "independent", "--ci", "z")
    assert naive["estimate"] == pytest.approx(
        expected["naive_all_es_REML"]["estimate"], abs=ITERATIVE
    )
    assert any("too narrow" in warning for warning in naive["warnings"])
    robust = data(file, "--multiple", "robust")
    assert robust["ci_method"].startswith("robust")


@pytest.mark.parametrize(
    ("part", "where"),
    [
        ("low_risk_of_bias_only", ("--where", "ROB=low risk")),
        ("cbt_vs_waitlist", ("--where", "condition_arm1=cbt", "--where", "condition_arm2=wl")),
        ("cbt_vs_cau", ("--where", "condition_arm1=cbt", "--where", "condition_arm2=cau")),
    ],
)
def test_rows_that_were_chosen(data, key, part: str, where: tuple[str, ...]) -> None:
    expected = key["gad_psychotherapy_metapsy"]["expected"][part]["aggregated_rho0.5_REML_HKSJ"]
    found = data(CASES / "gad_psychotherapy_metapsy.csv", *where)
    assert found["k"] == expected["k"]
    assert found["estimate"] == pytest.approx(expected["estimate"], abs=CLOSED)
    assert found["ci_high"] == pytest.approx(expected["ci_ub"], abs=CLOSED)


def test_moderators_and_subgroups(data, key) -> None:
    expected = key["bcg_colditz1994"]["expected"]
    found = data(
        CASES / "bcg_colditz1994.csv", "--measure", "RR", "--ci", "z",
        "--moderator", "ablat", "--subgroup", "alloc", "--cumulative", "year",
    )  # fmt: skip
    want = expected["meta_regression_logRR_on_latitude"]["REML"]
    slope = next(c for c in found["moderators"]["coefficients"] if c["name"] == "ablat")
    assert slope["estimate"] == pytest.approx(want["slope_ablat"], abs=CLOSED)
    assert found["moderators"]["r2"] == pytest.approx(want["R2_pct"], abs=0.05)
    groups = {g["name"]: g for g in found["subgroups"]["groups"]}
    for name, want in expected["subgroup_alloc_logRR_REML"].items():
        if name in groups:
            assert groups[name]["estimate"] == pytest.approx(want["estimate"], abs=ITERATIVE)
    assert len(groups) == 3
    assert found["cumulative"][-1]["k"] == 13
    assert found["cumulative"][-1]["estimate"] == pytest.approx(found["estimate"], abs=1e-9)


def test_promised_keys_and_no_clock(data) -> None:
    file = CASES / "bcg_colditz1994.csv"
    found = data(file, "--measure", "RR")
    for name in (
        "measure", "method", "k", "estimate", "ci_low", "ci_high", "pi_low", "pi_high", "tau2",
        "i2", "q", "scale", "estimate_exp", "ci_low_exp", "ci_high_exp", "i2_definition", "i2_q",
        "ci_method", "pi_df", "studies", "alternatives", "influence", "cumulative", "small_study",
        "handled", "warnings", "input", "provenance",
    ):  # fmt: skip
        assert name in found, name
    assert found["scale"] == "log"
    assert found["estimate_exp"] == pytest.approx(0.48942, abs=1e-4)
    assert data(file, "--measure", "RR") == found


# ------------------------------------------------------------------ words


def flat(text: str) -> str:
    return " ".join(text.split())


def test_bcg_in_words(run) -> None:
    done = run(CASES / "bcg_colditz1994.csv", "--measure", "RR")
    assert done.code == 0, done.err
    assert max(map(len, done.out.splitlines())) <= 100
    start = textwrap.dedent(
        """\
        bcg_colditz1994.csv: risk ratio, random effects (REML), interval Hartung-Knapp

        13 studies pooled: risk ratio 0.49 (0.33 to 0.73; 95 % CI).
        """
    )
    assert done.out.replace("\u00a0", " ").startswith(start)
    said = flat(done.out.replace("\u00a0", " "))
    assert "below 1 means fewer events on side 1 (tpos, tneg) than on side 2 (cpos, cneg)" in said
    assert "expected from 0.13 to 1.8 (95 % prediction interval, t with 11 df)" in said
    assert "I2 92 % as 100 tau2 / (tau2 + typical sampling variance)" in said
    assert "92 % as 100 max(0, Q - df) / Q" in said
    assert "Aronson 1948" in said
    assert "significant" not in said.lower()


def test_magnesium_says_plainly_that_the_methods_disagree(run) -> None:
    done = run(CASES / "magnesium_egger2001.csv", "--measure", "OR")
    said = flat(done.out.replace("\u00a0", " "))
    assert "16 studies pooled: odds ratio 0.46 (0.30 to 0.73; 95 % CI)." in said
    assert "Hartung-Knapp interval (0.31 to 0.69) is narrower than the model's own" in said
    assert "Do not quote this number alone" in said
    assert "The methods disagree on whether there is a difference." in said
    assert "Not clear: common effect; Hedges; Mantel-Haenszel; Peto." in said
    assert "common effect 1.01 (0.96 to 1.08; 95 % CI), random effects 0.46" in said
    assert "ISIS-4 1995 alone carries 93 % of the weight under a common effect" in said
    assert "Bertschat 1989: 0.5 was added to each of its four cells" in said
    # The warning stands before the plot and the numbers.
    assert done.out.index("Beware") < done.out.index("Morton 1984")


def test_ascii_where_the_terminal_shows_no_more() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "speciosa", "pool", str(CASES / "bcg_colditz1994.csv")],
        capture_output=True,
        timeout=60,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )
    assert done.stdout.isascii()
    words = done.stdout.decode()
    assert "----#----" in words
    assert "?" not in words.partition("Heterogeneity")[0].partition("Study")[2]


def test_a_correlation_is_drawn_as_one(run, tmp_path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("study,r,n\nA,0.5,40\nB,0.3,60\nC,0.4,50\n")
    done = run(path, "--forest", tmp_path / "r.svg", "--funnel", tmp_path / "rf.svg")
    assert done.code == 0, done.err
    assert "0.39 (" in done.out
    found = json.loads(run(path, "--format", "json").out)
    assert found["scale"] == "fisher z"
    assert found["estimate_r"] == pytest.approx(0.3905, abs=5e-3)
    assert found["estimate_exp"] is None


def test_one_study_is_not_called_pooled(run, tmp_path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("study,events_1,n_1,events_2,n_2\nA,4,20,8,20\n", encoding="utf-8")
    done = run(path, "--measure", "RR")
    assert done.code == 0, done.err
    said = flat(done.out)
    assert "One study only: nothing was pooled." in said
    assert "one study tells nothing of it" in said
    found = json.loads(run(path, "--measure", "RR", "--format", "json").out)
    assert found["pi_low"] is None
    assert found["tau2"] is None
    assert found["influence"] is None


def test_a_measure_nobody_named_is_told(run, few) -> None:
    assert "no measure was named: RR was taken" in flat(run(few).out)


def test_a_file_may_say_its_model(data, tmp_path) -> None:
    path = tmp_path / "said.yaml"
    rows = "".join(f"  - {{study: S{i}, yi: {0.1 * i}, vi: 0.05}}\n" for i in range(5))
    path.write_text(f"measure: SMD\nmethod: DL\nci: z\nlevel: 0.9\nstudies:\n{rows}")
    found = data(path)
    assert [found[n] for n in ("measure", "method", "ci_method", "level")] == [
        "SMD",
        "DL",
        "z",
        0.9,
    ]
    assert data(path, "--method", "PM")["method"] == "PM"


# ------------------------------------------------------------------ pictures


def test_pictures_hold_every_study_and_run_no_script(run, tmp_path) -> None:
    forest, funnel = tmp_path / "out" / "forest.svg", tmp_path / "funnel.svg"
    file = CASES / "magnesium_egger2001.csv"
    done = run(file, "--measure", "OR", "--forest", forest, "--funnel", funnel)
    assert done.code == 0, done.err
    for path in (forest, funnel):
        drawn = path.read_text(encoding="utf-8")
        root = ET.fromstring(drawn)  # noqa: S314  # our own drawing
        assert root.tag.endswith("svg")
        assert "<script" not in drawn
        assert not re.search(r'(href|src)="http', drawn)
        assert root.find("{http://www.w3.org/2000/svg}title") is not None
    words = forest.read_text(encoding="utf-8")
    assert "ISIS-4 1995" in words
    assert words.count('class="study"') == 16
    assert funnel.read_text(encoding="utf-8").count("<circle") == 16


def test_a_name_cannot_break_out_of_a_picture(run, tmp_path) -> None:
    path, out = tmp_path / "odd.csv", tmp_path / "odd.svg"
    path.write_text(
        'study,yi,vi\n"<script>x</script>",0.1,0.2\nB & C,0.3,0.1\n\u202eevil,0.2,0.1\n',
        encoding="utf-8",
    )
    done = run(path, "--forest", out)
    assert done.code == 0, done.err
    assert "<script" not in out.read_text(encoding="utf-8")
    assert "\u202e" not in done.out


# ------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--level", "95"), "--level"),
        (("--rho", "1"), "--rho"),
        (("--forest", "f.png"), "--forest"),
        (("--cumulative", "size"), "--cumulative"),
        (("--cumulative", "year"), "--cumulative"),
        (("--method", "CE", "--ci", "HK"), "--ci"),
        (("--moderator", "moon"), "--moderator"),
        (("--subgroup", "moon"), "--subgroup"),
        (("--cluster", "moon"), "--cluster"),
        (("--column", "yi"), "--column"),
        (("--where", "study"), "--where"),
        (("--measure", "SMD"), "headings"),
        (("--three-level", "--multiple", "robust"), "--three-level"),
    ],
)
def test_a_wrong_option_is_named(run, few, options: tuple[str, ...], word: str) -> None:
    done = run(few, *options)
    assert done.code == 2
    assert word in done.err
    assert done.out == ""


def test_a_study_twice_is_an_error_that_names_the_ways_out(run, tmp_path) -> None:
    path = tmp_path / "twice.csv"
    path.write_text(FEW + "A,2,20,3,20\n", encoding="utf-8")
    done = run(path)
    assert done.code == 2
    assert "'A' on lines 2, 5" in done.err
    for way in ("--cluster study", "--three-level", "--multiple independent"):
        assert way in done.err
    assert run(path, "--cluster", "study").code == 0


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b"study,yi,vi\nCaf\xe9,1,1\n", "UTF-8"),
        (b"\xff\xfes\x00t\x00", "UTF-8"),
        (b"", "empty"),
        (b"study,yi,vi\nA,1,-1\n", "variance"),
    ],
)
def test_a_file_that_cannot_be_pooled(run, tmp_path, raw: bytes, word: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(raw)
    done = run(path)
    assert done.code == 2
    assert word in done.err


def test_no_such_file(run, tmp_path) -> None:
    done = run(tmp_path / "none.csv")
    assert done.code == 2
    assert "FILE" in done.err


# ------------------------------------------------------------------ too good to be true


def test_studies_that_agree_exactly_give_no_interval_without_width(run, data, tmp_path) -> None:
    file = tmp_path / "twins.csv"
    file.write_text("study,e1,n1,e2,n2\na,4,20,9,22\nb,4,20,9,22\n", encoding="utf-8")
    said = flat(run(file, "--measure", "RR").out)
    assert "2 studies pooled: risk ratio 0.49 (below 0.01 to 50; 95 % CI)." in said
    assert "interval (no width) is narrower than the model's own" in said
    assert "The interval holds no difference" in said
    assert not re.search(r"\d\.\d{8}", said)
    file.write_text("study,e1,n1,e2,n2\na,4,20,9,22\nb,4,20,9,22\nc,5,30,9,31\n", encoding="utf-8")
    said = run(file, "--measure", "RR", "--leave-one-out").out
    assert "0.489 (no width; 95 % CI)" in said
    assert not re.search(r"\d\.\d{8}", said)
    file.write_text("study,e1,n1,e2,n2\na,4,20,9,22\nb,4,20,9,22\n", encoding="utf-8")
    got = data(file, "--measure", "RR")
    # The document keeps the interval as published, and the one to go by beside it.
    assert got["ci_high"] == pytest.approx(got["ci_low"])
    assert got["ci_low_unnarrowed"] < 0 < got["ci_high_unnarrowed"]


def test_an_interval_that_is_not_narrowed_is_left_alone(data) -> None:
    got = data(CASES / "bcg_colditz1994.csv", "--measure", "RR")
    assert got["ci_low_unnarrowed"] is got["ci_high_unnarrowed"] is None
    got = data(CASES / "magnesium_egger2001.csv", "--measure", "OR")
    adhoc = data(CASES / "magnesium_egger2001.csv", "--measure", "OR", "--ci", "HK-adhoc")
    assert got["ci_low_unnarrowed"] == pytest.approx(adhoc["ci_low"])
    assert got["ci_low_unnarrowed"] < got["ci_low"]
    assert adhoc["ci_low_unnarrowed"] is None


def test_a_standard_error_written_as_an_sd_is_wondered_at(run, tmp_path) -> None:
    file = tmp_path / "tight.csv"
    file.write_text(
        "study,m1,sd1,n1,m2,sd2,n2\na,10,6,50,12,6.2,50\nb,9,1.1,50,12,1.0,50\n"
        "c,10,6.1,50,11,6,50\n",
        encoding="utf-8",
    )
    assert "b: its SD (1.05) is 6 times smaller" in flat(run(file, "--measure", "MD").out)


@pytest.mark.parametrize("option", ["--level", "--file-level"])
def test_a_level_below_a_half_is_refused_by_its_own_name(run, tmp_path, option) -> None:
    file = tmp_path / "few.csv"
    file.write_text(FEW, encoding="utf-8")
    done = run(file, option, "0.3")
    assert done.code == 2
    assert f"{option}: got 0.3; accepted: from 0.5" in done.err


def test_a_file_with_an_anchor_is_not_called_a_case(run, tmp_path) -> None:
    file = tmp_path / "few.yaml"
    file.write_text("studies: &all\n  - {study: a, yi: 1, vi: 1}\n", encoding="utf-8")
    done = run(file)
    assert done.code == 2
    assert "anchor" in done.err
    assert "case" not in done.err


def test_a_small_effect_is_not_drawn_as_nothing(run, tmp_path) -> None:
    file = tmp_path / "small.csv"
    file.write_text("study,yi,vi\na,1e-7,1e-14\nb,1.3e-7,1e-14\nc,1.2e-7,1e-14\n", "utf-8")
    plot = run(file).out.partition("weight")[2].partition("Heterogeneity")[0]
    assert "1.3e−07 (" in plot
    assert " 0.00 (" not in plot
