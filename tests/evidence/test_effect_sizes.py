"""Effect sizes: against the answer keys, against metafor's escalc, and as properties."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from speciosa.errors import InputError
from speciosa.evidence import pooling
from speciosa.evidence.effect_sizes import (
    Choices,
    Correction,
    EffectSizes,
    Measure,
    Sides,
    SmdVariance,
    TwoByTwo,
    ZeroCells,
    binary,
    effect_sizes,
    from_odds_ratio,
    standardised_mean_difference,
)
from speciosa.evidence.studies import Reading, read_studies

HERE = Path(__file__).parent
CASES = HERE / "cases"


@pytest.fixture(scope="module")
def key():
    raw = (CASES / "expected_results.yaml").read_text(encoding="utf-8")
    return yaml.load(raw, Loader=yaml.CSafeLoader)["cases"]


@pytest.fixture(scope="module")
def peer():
    return json.loads((HERE / "keys" / "effect_sizes.json").read_text(encoding="utf-8"))


def sizes(text: str, measure: str = "", **choices) -> EffectSizes:
    table = read_studies(text, reading=Reading(measure=measure))
    return effect_sizes(table, Measure(measure) if measure else None, Choices(**choices))


def of_case(name: str, measure: str) -> EffectSizes:
    return sizes((CASES / name).read_text(encoding="utf-8"), measure)


def csv_of(rows: list[dict]) -> str:
    heads = list(rows[0])
    lines = [",".join(["study", *heads])]
    lines += [",".join([f"S{i}", *(str(r[h]) for h in heads)]) for i, r in enumerate(rows)]
    return "\n".join(lines) + "\n"


# ------------------------------------------------------------------ answer keys


@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
def test_each_trial_of_the_bcg_vaccine_is_that_of_the_key(key, measure: str) -> None:
    found, expected = of_case("bcg_colditz1994.csv", measure), key["bcg_colditz1994"]["expected"]
    assert_allclose(found.yi, expected[measure]["study_yi"], rtol=1e-6)
    assert_allclose(found.vi, expected[measure]["study_vi"], rtol=1e-6)


def test_each_trial_of_magnesium_is_that_of_the_key(key) -> None:
    found = of_case("magnesium_egger2001.csv", "OR")
    expected = key["magnesium_egger2001"]["expected"]["OR"]
    assert_allclose(found.yi, expected["study_yi"], rtol=1e-6)
    assert_allclose(found.vi, expected["study_vi"], rtol=1e-6)
    assert [h.study for h in found.handled] == ["Bertschat 1989"]
    # One author, three trials of three years: they are three studies.
    assert len(set(found.cluster)) == 16


def common_effect(found: EffectSizes) -> tuple[float, float]:
    w = 1 / found.vi
    return float(w @ found.yi / w.sum()), float(w.sum() ** -0.5)


def test_standard_errors_from_intervals_of_odds_ratios(key) -> None:
    found = sizes((CASES / "passive_smoking_hackshaw1998.csv").read_text(encoding="utf-8"))
    expected = key["passive_smoking_hackshaw1998"]["expected"]["logOR_from_ci"]
    assert found.measure is Measure.OR
    value, se = common_effect(found)
    assert value == pytest.approx(expected["inverse_variance_fixed"]["estimate"], abs=1e-6)
    assert se == pytest.approx(expected["inverse_variance_fixed"]["se"], abs=1e-6)


def test_double_zero_study_leaves_the_ratio_and_says_so(key) -> None:
    found = of_case("catheter_nielweise2007.csv", "OR")
    expected = key["catheter_nielweise2007"]["expected"]["OR_drop00_half_correction"]
    assert len(found.yi) == expected["k"]
    assert common_effect(found)[0] == pytest.approx(
        expected["inverse_variance_fixed"]["estimate"], abs=1e-6
    )
    told = {h.study: h.what for h in found.handled}
    assert told["Yucel 2004"].startswith("left out of this model: no events on both sides")
    assert sum("0.5 was added" in what for what in told.values()) == 5
    # The counts keep every study, for models that need no correction.
    assert found.counts is not None
    assert found.counts.events_1.size == 18
    assert len(found.counts_labels) == 18


def test_a_risk_difference_uses_the_double_zero_study() -> None:
    found = of_case("catheter_nielweise2007.csv", "RD")
    assert "Yucel 2004" in found.labels
    assert len(found.yi) == 18


# ------------------------------------------------------------------ metafor


@pytest.mark.parametrize("measure", ["OR", "RR", "RD", "IRR", "IRD", "COR", "ZCOR", "MD"])
def test_as_metafor_computes(peer, measure: str) -> None:
    rows = {"OR": "counts", "RR": "counts", "RD": "counts", "IRR": "rates", "IRD": "rates"}
    form = rows.get(measure, "means" if measure == "MD" else "correlations")
    found = sizes(csv_of(peer[form]), measure)
    expected = peer["expected"][measure]
    known = [i for i, v in enumerate(expected["yi"]) if v is not None]
    assert found.labels == tuple(f"S{i}" for i in known)
    assert_allclose(found.yi, [expected["yi"][i] for i in known], rtol=1e-10, atol=1e-14)
    assert_allclose(found.vi, [expected["vi"][i] for i in known], rtol=1e-10)


@pytest.mark.parametrize("variance", ["LS", "LS2", "UB"])
def test_hedges_g_as_metafor_computes(peer, variance: str) -> None:
    found = sizes(csv_of(peer["means"]), "SMD", smd_variance=SmdVariance(variance))
    expected = peer["expected"][f"SMD_{variance}"]
    assert_allclose(found.yi, expected["yi"], rtol=1e-10)
    assert_allclose(found.vi, expected["vi"], rtol=1e-10)


def test_mean_difference_with_one_sd_as_metafor_computes(peer) -> None:
    found = sizes(csv_of(peer["means"]), "MD", pooled_sd=True)
    assert_allclose(found.vi, peer["expected"]["MD_HO"]["vi"], rtol=1e-10)


def test_approximate_correction_is_the_one_of_metapsy(peer) -> None:
    m = {k: np.array([row[k] for row in peer["means"]], dtype=float) for k in peer["means"][0]}
    sides = Sides(m["m1i"], m["sd1i"], m["n1i"], m["m2i"], m["sd2i"], m["n2i"])
    plain = standardised_mean_difference(sides, correction=Correction.NONE)[0]
    g, v = standardised_mean_difference(
        sides, variance=SmdVariance.D, correction=Correction.APPROXIMATE
    )
    n = m["n1i"] + m["n2i"]
    assert_allclose(g, plain * (1 - 3 / (4 * n - 9)), rtol=1e-12)
    assert_allclose(v, n / (m["n1i"] * m["n2i"]) + plain**2 / (2 * n), rtol=1e-12)


def test_an_odds_ratio_as_a_standardised_difference() -> None:
    value, variance = from_odds_ratio(np.array([math.log(2.0)]), np.array([0.09]))
    assert value[0] == pytest.approx(math.log(2.0) * math.sqrt(3) / math.pi)
    assert variance[0] == pytest.approx(0.09 * 3 / math.pi**2)


# ------------------------------------------------------------------ summaries


def test_every_way_to_tell_one_standard_error_gives_the_same() -> None:
    z = 1.959963984540054
    ways = {
        "se": "0.25",
        "variance": "0.0625",
        "t": "2",
        "z": "2",
        "p": repr(math.erfc(2 / math.sqrt(2))),
    }
    for name, value in ways.items():
        found = sizes(f"study,estimate,{name}\nA,0.5,{value}\n", "MD")
        assert found.vi[0] == pytest.approx(0.0625, rel=1e-9), name
    text = f"study,estimate,ci_low,ci_high\nA,0.5,{0.5 - z * 0.25!r},{0.5 + z * 0.25!r}\n"
    assert sizes(text, "MD").vi[0] == pytest.approx(0.0625, rel=1e-9)


def test_degrees_of_freedom_turn_an_interval_by_t() -> None:
    text = "study,estimate,ci_low,ci_high,df\nA,1,{},{},10\n"
    half = 2.2281388519862744 * 0.3
    found = sizes(text.format(1 - half, 1 + half), "MD")
    assert found.vi[0] == pytest.approx(0.09, rel=1e-9)


def test_a_level_of_its_own_belongs_to_its_row() -> None:
    text = (
        "study,estimate,ci_low,ci_high,level\n"
        "A,0,-1.644853627,1.644853627,0.9\nB,0,-1.959963985,1.959963985,\n"
    )
    assert_allclose(sizes(text, "MD").vi, [1.0, 1.0], rtol=1e-8)


def test_an_sd_is_worked_out_from_the_standard_error_of_a_mean() -> None:
    text = "study,mean_1,se_1,n_1,mean_2,sd_2,n_2\nA,10,0.5,16,12,3,25\n"
    found = sizes(text, "MD")
    assert found.vi[0] == pytest.approx(0.25 + 9 / 25)
    assert "SD of side 1" in found.handled[0].what


def test_an_sd_is_worked_out_from_the_interval_of_a_mean() -> None:
    half = 2.131449545559323 * 0.5
    text = (
        "study,mean_1,mean_low_1,mean_high_1,n_1,mean_2,sd_2,n_2\n"
        f"A,10,{10 - half},{10 + half},16,12,3,25\n"
    )
    assert sizes(text, "MD").vi[0] == pytest.approx(0.25 + 9 / 25, rel=1e-6)


def test_the_scale_of_ratios_without_a_telling_name() -> None:
    natural = "study,estimate,ci_low,ci_high\nA,0.5,0.25,1.0\nB,2,1,4\n"
    found = sizes(natural, "OR")
    assert_allclose(found.yi, np.log([0.5, 2.0]))
    logs = "study,estimate,ci_low,ci_high\nA,-0.69,-1.39,0.01\nB,0.69,-0.01,1.39\n"
    assert_allclose(sizes(logs, "OR").yi, [-0.69, 0.69])
    with pytest.raises(InputError, match="--scale"):
        sizes("study,estimate,se\nA,0.5,0.2\nB,2,0.1\n", "OR")
    told = sizes("study,estimate,se\nA,0.5,0.2\nB,2,0.1\n", "OR", scale="log")
    assert_allclose(told.yi, [0.5, 2.0])


def test_a_standard_error_beside_a_natural_ratio_is_not_guessed_at() -> None:
    with pytest.raises(InputError, match="log_se"):
        sizes("study,or,se\nA,1.5,0.2\nB,1.2,0.1\n")
    found = sizes("study,or,log_se\nA,1.5,0.2\nB,1.2,0.1\n")
    assert_allclose(found.vi, [0.04, 0.01])


def test_figures_that_contradict_one_another_are_refused() -> None:
    with pytest.raises(InputError, match="beside one of"):
        sizes("study,md,se,variance\nA,1,0.5,0.5\nB,1,0.5,0.25\n")


def test_an_uneven_interval_is_told_or_refused() -> None:
    told = sizes("study,md,ci_low,ci_high\nA,1.00,0.10,2.40\nB,1,0,2\n")
    assert any("unevenly" in h.what for h in told.handled)
    with pytest.raises(InputError, match="around its estimate"):
        sizes("study,md,ci_low,ci_high\nA,1.00,0.10,6.00\nB,1,0,2\n")


# ------------------------------------------------------------------ empty cells


ZERO = "study,events_1,n_1,events_2,n_2\nA,0,20,4,20\nB,3,30,6,30\n"


def test_ways_to_handle_an_empty_cell() -> None:
    added = sizes(ZERO, "OR")
    assert added.yi[0] == pytest.approx(math.log(0.5 * 16.5 / (20.5 * 4.5)))
    assert added.yi[1] == pytest.approx(math.log(3 * 24 / (27 * 6)))
    every = sizes(ZERO, "OR", zero_cells=ZeroCells.ADD_ALL)
    assert every.yi[1] == pytest.approx(math.log(3.5 * 24.5 / (27.5 * 6.5)))
    dropped = sizes(ZERO, "OR", zero_cells=ZeroCells.LEAVE_OUT)
    assert dropped.labels == ("B",)
    assert [h.study for h in dropped.handled] == ["A"]
    with pytest.raises(InputError, match="--zero-cells"):
        sizes(ZERO, "OR", zero_cells=ZeroCells.NONE)


# ------------------------------------------------------------------ what may not be mixed


@pytest.mark.parametrize(
    ("column", "values", "measure"),
    [("scale", ("HAM-A", "GAD-7"), "MD"), ("better", ("lower", "higher"), "MD"),
     ("values", ("change", "post"), "SMD")],
)  # fmt: skip
def test_unlike_outcomes_are_not_pooled_unasked(column, values, measure) -> None:
    text = (
        f"study,{column},mean_1,sd_1,n_1,mean_2,sd_2,n_2\n"
        f"A,{values[0]},1,1,10,2,1,10\nB,{values[1]},1,1,10,2,1,10\n"
    )
    with pytest.raises(InputError, match=column):
        sizes(text, measure)
    assert len(sizes(text, measure, mixed=True).yi) == 2


def test_several_scales_default_to_standardised_differences() -> None:
    text = (
        "study,scale,mean_1,sd_1,n_1,mean_2,sd_2,n_2\n"
        "A,HAM-A,1,1,10,2,1,10\nB,GAD-7,1,1,10,2,1,10\n"
    )
    assert sizes(text).measure is Measure.SMD


def test_a_network_is_not_one_comparison() -> None:
    text = (CASES / "nma_glucose_senn2013_contrasts.csv").read_text(encoding="utf-8")
    with pytest.raises(InputError, match="speciosa network"):
        sizes(text, "MD")


# ------------------------------------------------------------------ properties

arm = st.tuples(st.integers(0, 60), st.integers(0, 60)).filter(lambda t: sum(t) > 0)
tables = st.lists(st.tuples(arm, arm), min_size=1, max_size=8)


def two_by_two(rows) -> TwoByTwo:
    (a, b), (c, d) = (
        zip(*(r[0] for r in rows), strict=True),
        zip(*(r[1] for r in rows), strict=True),
    )
    first, second = np.array(a, float), np.array(c, float)
    return TwoByTwo(
        events_1=first,
        total_1=first + np.array(b, float),
        events_2=second,
        total_2=second + np.array(d, float),
    )


@settings(max_examples=60, deadline=None)
@given(tables, st.sampled_from([Measure.OR, Measure.RR, Measure.RD]))
def test_swapping_sides_turns_the_sign(rows, measure) -> None:
    found = binary(measure, two_by_two(rows))
    turned = binary(measure, two_by_two([(b, a) for a, b in rows]))
    assert_allclose(turned.yi, -found.yi, rtol=1e-9, atol=1e-12)
    assert_allclose(turned.vi, found.vi, rtol=1e-9)


@settings(max_examples=60, deadline=None)
@given(tables)
def test_an_odds_ratio_does_not_mind_what_counts_as_the_event(rows) -> None:
    found = binary(Measure.OR, two_by_two(rows))
    other = binary(Measure.OR, two_by_two([(a[::-1], b[::-1]) for a, b in rows]))
    assert_allclose(other.yi, -found.yi, rtol=1e-9, atol=1e-12)
    assert_allclose(other.vi, found.vi, rtol=1e-9)


means = st.tuples(
    st.floats(-50, 50), st.floats(0.1, 20), st.integers(2, 200)
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(means, means), min_size=1, max_size=6), st.floats(0.01, 100))
def test_hedges_g_does_not_mind_the_unit_and_turns_with_the_sides(rows, unit) -> None:
    def sides(swap: bool, factor: float) -> Sides:
        columns = [
            [(m * factor, s * factor, float(n)) for m, s, n in pair[:: -1 if swap else 1]]
            for pair in rows
        ]
        flat = np.array([[*one, *two] for one, two in columns])
        return Sides(*flat.T)

    g, v = standardised_mean_difference(sides(swap=False, factor=1.0))
    turned = standardised_mean_difference(sides(swap=True, factor=unit))
    assert_allclose(turned[0], -g, rtol=1e-7, atol=1e-9)
    assert_allclose(turned[1], v, rtol=1e-7)


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(13)))
def test_the_order_of_rows_changes_no_number(order) -> None:
    lines = (CASES / "bcg_colditz1994.csv").read_text(encoding="utf-8").splitlines()
    text = "\n".join([lines[0], *(lines[1 + i] for i in order)]) + "\n"
    found, usual = sizes(text, "RR"), of_case("bcg_colditz1994.csv", "RR")
    assert dict(zip(found.labels, found.yi, strict=True)) == dict(
        zip(usual.labels, usual.yi, strict=True)
    )


@settings(max_examples=40, deadline=None)
@given(tables, st.sampled_from(list(Measure)[:3]))
def test_no_study_is_lost_without_a_word(rows, measure) -> None:
    text = "study,events_1,no_events_1,events_2,no_events_2\n" + "".join(
        f"S{i},{a},{b},{c},{d}\n" for i, ((a, b), (c, d)) in enumerate(rows)
    )
    try:
        found = sizes(text, measure.value)
    except InputError:
        return
    told = set(found.labels) | {h.study for h in found.handled}
    assert told == {f"S{i}" for i in range(len(rows))}
    assert np.isfinite(found.yi).all()
    assert (found.vi > 0).all()


def test_what_becomes_of_a_study_without_contrast_is_said_as_it_is() -> None:
    head = "study,events_1,n_1,events_2,n_2\n"
    rest = "B,5,20,10,22\nC,4,20,10,22\n"
    only = sizes(head + "A,10,10,10,10\n" + rest, "RR")
    assert "Mantel-Haenszel, beside, counts it as a ratio of 1" in only.handled[0].what
    assert pooling.mantel_haenszel(only.counts, Measure.RR).k == 3
    for measure, row in (
        ("OR", "A,10,10,10,10\n"),
        ("OR", "A,0,10,0,10\n"),
        ("RR", "A,0,10,0,10\n"),
    ):
        without = sizes(head + row + rest, measure)
        assert "no weight either" in without.handled[0].what
        got = pooling.mantel_haenszel(without.counts, Measure(measure))
        alone = sizes(head + rest, measure)
        assert got.estimate == pytest.approx(
            pooling.mantel_haenszel(alone.counts, Measure(measure)).estimate
        )
