"""What must hold of any network: order, names, consistency, and what wrong files are told."""

import itertools
import random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speciosa.errors import InputError
from speciosa.evidence.effect_sizes.table import Measure
from speciosa.evidence.network import Choices, Reading, analyse, read
from speciosa.evidence.network.fit import between_trials, fit
from speciosa.evidence.network.structure import build

HEAD = "study,treatment,events,total\n"
RELAXED = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def networks(draw, most=5):
    """Rows of connected trials with two to four arms."""
    names = list("ABCDE")[: draw(st.integers(2, most))]
    rows = []
    for trial in range(draw(st.integers(len(names) - 1, 9))):
        if trial < len(names) - 1:
            arms = names[trial : trial + 2]
        else:
            size = draw(st.integers(2, min(4, len(names))))
            arms = draw(st.permutations(names))[:size]
        for arm in arms:
            total = draw(st.integers(10, 200))
            rows.append((f"trial {trial}", arm, draw(st.integers(0, total)), total))
    return rows


def text(rows):
    return HEAD + "".join(f"{s},{t},{r},{n}\n" for s, t, r, n in rows)


def effects(rows, **choices):
    result = analyse(read(text(rows)), Choices(**choices))
    return {
        (a, b): (result.random.estimate[i, j], result.random.se[i, j])
        for i, a in enumerate(result.treatments)
        for j, b in enumerate(result.treatments)
    }


def same(first, second):
    assert first.keys() == second.keys()
    for pair, values in first.items():
        assert second[pair] == pytest.approx(values, rel=1e-6, abs=1e-7)


@given(networks(), st.randoms(use_true_random=False), st.sampled_from(["CE", "DL", "REML"]))
@RELAXED
def test_the_order_of_rows_changes_nothing(rows, chance, method):
    mixed = rows.copy()
    chance.shuffle(mixed)
    same(effects(rows, method=method), effects(mixed, method=method))


@given(networks())
@RELAXED
def test_other_names_change_names_alone(rows):
    other = dict(zip("ABCDE", ("zinc", "oak", "yew", "ash", "elm"), strict=True))
    renamed = effects([(f"x{s}", other[t], r, n) for s, t, r, n in rows], method="DL")
    plain = effects(rows, method="DL")
    same({(other[a], other[b]): v for (a, b), v in plain.items()}, renamed)


@given(networks())
@RELAXED
def test_effects_are_consistent_and_scores_are_shares(rows):
    result = analyse(read(text(rows)), Choices(method="DL", lower_is_better=True))
    estimate = result.random.estimate
    for a, b, c in itertools.product(range(len(result.treatments)), repeat=3):
        assert estimate[a, c] == pytest.approx(estimate[a, b] + estimate[b, c], abs=1e-9)
    scores = [rank.p_score for rank in result.ranks]
    assert all(0 <= score <= 1 for score in scores)
    assert np.mean(scores) == pytest.approx(0.5)
    assert all(1 <= rank.first <= rank.last <= len(scores) for rank in result.ranks)
    other = analyse(read(text(rows)), Choices(method="DL", lower_is_better=False))
    turned = {rank.treatment: rank.p_score for rank in other.ranks}
    assert all(turned[r.treatment] == pytest.approx(1 - r.p_score) for r in result.ranks)


@given(networks())
@RELAXED
def test_a_leaf_changes_no_other_effect_with_a_common_effect(rows):
    before = effects(rows, method="CE")
    after = effects([*rows, ("leaf", "A", 10, 60), ("leaf", "new", 20, 60)], method="CE")
    same(before, {pair: after[pair] for pair in before})


@given(networks())
@RELAXED
def test_q_falls_into_its_parts(rows):
    parts = analyse(read(text(rows))).inconsistency
    assert parts.total.df == parts.within.df + parts.between.df
    assert parts.total.q == pytest.approx(parts.within.q + parts.between.q, abs=1e-6)
    assert parts.within.q == pytest.approx(sum(d.within.q for d in parts.designs), abs=1e-9)


@given(st.lists(st.tuples(st.floats(-2, 2), st.floats(0.05, 1)), min_size=2, max_size=12))
@RELAXED
def test_two_treatments_are_a_pairwise_meta_analysis(studies):
    rows = "".join(f"s{i},A,B,{y},{se}\n" for i, (y, se) in enumerate(studies))
    result = analyse(read("studlab,treat1,treat2,TE,seTE\n" + rows), Choices(method="DL"))
    y, v = np.array([s[0] for s in studies]), np.array([s[1] for s in studies]) ** 2
    w = 1 / v
    q = float(w @ (y - w @ y / w.sum()) ** 2)
    tau2 = max(0.0, (q - len(y) + 1) / (w.sum() - w @ w / w.sum()))
    w = 1 / (v + tau2)
    assert result.tau2 == pytest.approx(tau2, abs=1e-10)
    assert result.random.estimate[0, 1] == pytest.approx(w @ y / w.sum(), abs=1e-9)
    assert result.random.se[0, 1] == pytest.approx(w.sum() ** -0.5)


@given(networks())
@RELAXED
def test_the_likelihood_is_highest_at_reml(rows):
    network = build(read(text(rows)).trials)
    if network.df < 1:
        return

    def likelihood(tau2):
        found = fit(network.rows, tau2)
        logdet = np.linalg.slogdet(found.covariance[1:, 1:])[1]
        return -np.log(network.v + tau2).sum() + logdet - found.q

    best = between_trials(network, "REML")
    around = [best * (1 + step) + shift for step in (-0.02, 0.02) for shift in (0, 1e-3)]
    assert all(likelihood(best) >= likelihood(t) - 1e-7 for t in around)


@pytest.mark.parametrize("method", ["DL", "REML"])
def test_trials_with_several_arms_given_as_arms_or_as_contrasts_agree(method):
    chance = random.Random(3)  # noqa: S311  # test data
    arms, contrasts = "study,treatment,mean,sd,n\n", "studlab,treat1,treat2,TE,seTE\n"
    for trial in range(8):
        names = chance.sample("ABCD", 4 if trial == 0 else 3)
        means = {name: chance.gauss(0, 1) for name in names}
        for name in names:
            arms += f"{trial},{name},{means[name]!r},2,40\n"
        for a, b in itertools.combinations(names, 2):
            contrasts += f"{trial},{a},{b},{means[a] - means[b]!r},{(4 / 40 * 2) ** 0.5!r}\n"
    first = analyse(read(arms, Measure.MD), Choices(method=method))
    second = analyse(read(contrasts), Choices(method=method))
    assert second.random.estimate == pytest.approx(first.random.estimate)
    assert second.random.se == pytest.approx(first.random.se)


def test_hartung_knapp_widens_by_the_spread_and_t():
    rows = [
        (f"t{i}", arm, r, 50)
        for i, pair in enumerate(((5, 30), (20, 22), (9, 8), (4, 25)))
        for arm, r in zip("AB", pair, strict=True)
    ]
    plain = analyse(read(text(rows)), Choices(method="DL"))
    wide = analyse(read(text(rows)), Choices(method="DL", ci="HK"))
    assert wide.ci_df == 3
    assert wide.random.estimate == pytest.approx(plain.random.estimate)
    z = plain.random.high[0, 1] - plain.random.low[0, 1]
    assert wide.random.high[0, 1] - wide.random.low[0, 1] > z


# ---------------------------------------------------------------- wrong input

ARMS = "study,treatment,mean,sd,n\n"
PAIRS = "studlab,treat1,treat2,TE,seTE\n"
WRONG = {
    "nothing": ("", "an empty file"),
    "a heading alone": (HEAD, "headings without a study"),
    "one arm": (HEAD + "1,A,3,10\n2,A,3,10\n2,B,4,10\n", "one arm"),
    "an arm twice": (HEAD + "1,A,3,10\n1,A,4,10\n1,B,4,10\n", "more than one arm of A"),
    "in parts": (
        HEAD + "1,A,3,10\n1,B,4,10\n2,C,3,10\n2,D,4,10\n",
        "2 parts that no trial joins: (A, B); (C, D)",
    ),
    "another case": (HEAD + "1,A,3,10\n1,Drug,4,10\n2,A,3,10\n2,drug ,4,10\n", "Did you mean"),
    "more events than people": (HEAD + "1,A,13,10\n1,B,4,10\n", "13 events in 10 people"),
    "a share of events": (HEAD + "1,A,0.3,10\n1,B,4,10\n", "a whole number"),
    "a share of people": (ARMS + "1,A,3,1,20.5\n1,B,4,1,10\n", "a whole number"),
    "events below 0": (HEAD + "1,A,-3,10\n1,B,4,10\n", "at least 0"),
    "words": (HEAD + "1,A,few,10\n1,B,4,10\n", '"few"'),
    "a gap": (HEAD + "1,A,,10\n1,B,4,10\n", "got nothing"),
    "no people": (HEAD + "1,A,0,0\n1,B,4,10\n", "a number above 0"),
    "sd of 0": (ARMS + "1,A,3,0,10\n1,B,4,1,10\n", "a number above 0"),
    "one person": (ARMS + "1,A,3,1,1\n1,B,4,1,10\n", "at least 2"),
    "no outcome": ("study,treatment\n1,A\n1,B\n", "no outcome"),
    "no treatment": ("study,events,total\n1,3,10\n", "no column for treatment"),
    "an unnamed treatment": (HEAD + "1,,3,10\n1,B,4,10\n", "no treatment"),
    "a ragged row": (HEAD + "1,A,3\n1,B,4,10\n", "3 cells"),
    "a column twice": ("study,treatment,n,n,events\n1,A,3,10,1\n", 'heading "n" twice'),
    "se below 0": (PAIRS + "1,A,B,0.1,-0.2\n", "a number above 0"),
    "variance below 0": (
        "studlab,treat1,treat2,TE,variance\n1,A,B,0.1,-0.2\n",
        "a number above 0",
    ),
    "infinite": (PAIRS + "1,A,B,inf,0.2\n", "finite"),
    "against itself": (PAIRS + "1,A,A,0.1,0.2\n", "against itself"),
    "a pair twice": (PAIRS + "1,A,B,0.1,0.2\n1,B,A,0.1,0.2\n", "more than once"),
    "a pair missing": (PAIRS + "1,A,B,0.1,0.2\n1,A,C,0.1,0.2\n", "no row for B against C"),
    "effects that disagree": (
        PAIRS + "1,A,B,0.1,0.2\n1,A,C,0.3,0.2\n1,B,C,0.9,0.2\n",
        "disagree by",
    ),
    "errors that disagree": (
        PAIRS + "1,A,B,0.1,0.1\n1,A,C,0.3,0.1\n1,B,C,0.2,0.9\n",
        "contradict one another",
    ),
    "a quote left open": (HEAD + '1,"A,3,10\n1,B,4,10\n', "not a table"),
    "beyond any trial": (PAIRS + "1,A,B,1e13,0.2\n", "at most 1e+12"),
    "a formula": (PAIRS + "1,A,B,=1+1,0.2\n", "not a spreadsheet formula"),
    "numbers of arms": (
        "study,arm,events,total\n1,1,3,10\n1,2,4,10\n2,1,3,10\n2,2,4,10\n",
        "numbers of arms",
    ),
    "two outcomes": (
        "study,treatment,responders,deaths,n\n1,A,3,1,10\n1,B,4,2,10\n",
        "--column events=HEADING",
    ),
    "points of two scales": (
        "study,treatment,mean,sd,n,scale\n1,A,3,1,10,HAM-A\n1,B,4,1,10,HAM-A\n"
        "2,A,3,1,10,GAD-7\n2,B,4,1,10,GAD-7\n",
        "--measure SMD",
    ),
    "two directions": (
        HEAD.replace("\n", ",better\n") + "1,A,3,10,lower\n1,B,4,10,higher\n",
        "one direction",
    ),
    "a year that lacks": (
        "author,year,treatment,events,total\nSmith,2001,A,3,10\nSmith,2001,B,4,10\n"
        "Smith,2005,A,3,10\nSmith,,B,4,10\n",
        "the year of the trial",
    ),
    "a number for two trials": (
        "id,author,treatment,events,total\n1,Smith,A,3,10\n1,Jones,B,4,10\n",
        "a name or number of its own",
    ),
}
TWO_KINDS = (
    "study,treatment,mean,sd,n,comment\n1,A,3,1,10,change\n1,B,4,1,10,change\n"
    "2,A,3,1,10,endpoint\n2,B,4,1,10,endpoint\n"
)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_told_what_is_wrong(name):
    given_text, said = WRONG[name]
    with pytest.raises(InputError) as told:
        analyse(read(given_text))
    assert said in str(told.value)


def test_an_unknown_reference_is_told_the_nearest():
    rows = [("1", "Placebo", 3, 10), ("1", "B", 4, 10)]
    with pytest.raises(InputError, match=r"Did you mean Placebo\?"):
        analyse(read(text(rows)), Choices(reference="placebo"))


def test_a_part_of_a_network_is_analysed_when_asked_for_and_the_rest_is_named():
    rows = [("1", "A", 3, 10), ("1", "B", 4, 10), ("2", "C", 3, 10), ("2", "D", 4, 10)]
    result = analyse(read(text(rows)), Choices(component="C"))
    assert result.treatments == ("C", "D")
    assert [one.study for one in result.handled] == ["1"]
    assert result.tau2 == 0.0
    assert result.random.pi_low is None
    with pytest.raises(InputError, match="--component"):
        analyse(read(text(rows)), Choices(component="Z"))


def test_cells_of_0_are_named_and_trials_without_events_kept_or_left_out():
    rows = [
        ("1", "A", 0, 40), ("1", "B", 4, 40),
        ("2", "A", 0, 40), ("2", "B", 0, 40),
        ("3", "A", 5, 40), ("3", "B", 6, 40),
    ]  # fmt: skip
    kept = analyse(read(text(rows)))
    assert {one.study for one in kept.handled} == {"1", "2"}
    left_out = analyse(read(text(rows), reading=Reading(keep_without_events=False)))
    assert (kept.k_studies, left_out.k_studies) == (3, 2)
    assert any(one.study == "2" and "left out" in one.what for one in left_out.handled)


def test_only_trials_without_events_are_no_network():
    rows = [("2", "A", 0, 40), ("2", "B", 0, 40)]
    with pytest.raises(InputError, match="no trial with information"):
        analyse(read(text(rows), reading=Reading(keep_without_events=False)))
    with pytest.raises(InputError, match="no trial with information"):
        analyse(read(text(rows)), Choices(method="MH"))


@pytest.mark.parametrize(
    "choices",
    [{"method": "PM"}, {"ci": "t"}, {"method": "CE", "ci": "HK"}, {"level": 1.0}, {"split": "x"}],
)
def test_a_choice_that_is_none_is_refused(choices):
    rows = [("1", "A", 3, 10), ("1", "B", 4, 10)]
    with pytest.raises(InputError):
        analyse(read(text(rows)), Choices(**choices))


def test_mantel_haenszel_needs_counts_and_odds_ratios():
    with pytest.raises(InputError, match="MH"):
        analyse(read(PAIRS + "1,A,B,0.1,0.2\n"), Choices(method="MH"))
    with pytest.raises(InputError, match="MH"):
        analyse(read(HEAD + "1,A,3,10\n1,B,4,10\n", Measure.RR), Choices(method="MH"))


# ---------------------------------------------------------------- whose arms, in which form


def test_trials_of_one_author_are_told_apart_by_year():
    head = "author,year,treatment,events,total\n"
    body = "Smith,2001,A,3,40\nSmith,2001,B,9,40\nSmith,2005,B,5,40\nSmith,2005,C,6,40\n"
    given = read(head + body)
    assert [(t.label, t.arms) for t in given.trials] == [
        ("Smith 2001", ("A", "B")),
        ("Smith 2005", ("B", "C")),
    ]
    named = read(head.replace("author", "study") + body)
    assert [t.label for t in named.trials] == ["Smith 2001", "Smith 2005"]


def test_a_drug_is_the_treatment_and_a_number_of_an_arm_is_not():
    rows = "study,arm,drug,events,n\n1,1,A,3,40\n1,2,B,9,40\n2,1,C,5,40\n2,2,B,6,40\n"
    assert analyse(read(rows)).treatments == ("A", "B", "C")
    named = "study,arm,events,n\n1,A,3,40\n1,B,9,40\n"
    assert analyse(read(named)).treatments == ("A", "B")


def test_a_column_can_be_picked_by_name():
    rows = "study,treatment,responders,deaths,n\n1,A,3,1,40\n1,B,9,2,40\n"
    by_hand = read("study,treatment,events,n\n1,A,1,40\n1,B,2,40\n")
    picked = read(rows, reading=Reading(columns={"events": "Deaths"}))
    assert picked.trials[0].y == pytest.approx(by_hand.trials[0].y)
    assert "responders" in picked.unused
    for wrong in ({"events": "dead"}, {"happening": "deaths"}):
        with pytest.raises(InputError, match="--column"):
            read(rows, reading=Reading(columns=wrong))


def test_changes_and_final_values_make_no_standardised_difference():
    assert read(TWO_KINDS, Measure.MD).trials
    with pytest.raises(InputError, match="SDs of one kind"):
        read(TWO_KINDS, Measure.SMD)
    assert read(TWO_KINDS, Measure.SMD, reading=Reading(mixed=True)).trials
    within = "study,treatment,mean,sd,n,scale\n1,A,3,1,10,HAM-A\n1,B,4,1,10,GAD-7\n"
    with pytest.raises(InputError, match="one scale in a trial"):
        read(within, Measure.SMD)


FORMS = {
    "lines of old computers": ("trials.csv", text([("1", "A", 3, 40), ("1", "B", 9, 40)])),
    "semicolons": ("trials.csv", "study;treatment;events;total\n1;A;3;40\n1;B;9;40\n"),
    "tabs": ("trials.tsv", "study\ttreatment\tevents\ttotal\n1\tA\t3\t40\n1\tB\t9\t40\n"),
    "yaml": (
        "trials.yaml",
        "measure: OR\nstudies:\n"
        "  - {study: 1, treatment: A, events: 3, total: 40}\n"
        "  - {study: 1, treatment: B, events: 9, total: 40}\n",
    ),
    "json": (
        "trials.json",
        '[{"study": 1, "treatment": "A", "events": 3, "total": 40},'
        ' {"study": 1, "treatment": "B", "events": 9, "total": 40}]',
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_same_rows_in_another_form_are_the_same_trials(name):
    file, written = FORMS[name]
    if name == "lines of old computers":
        written = written.replace("\n", "\r")
    plain = read(text([("1", "A", 3, 40), ("1", "B", 9, 40)]))
    got = read(written, name=file)
    assert got.measure is Measure.OR
    assert [(t.label, t.arms) for t in got.trials] == [("1", ("A", "B"))]
    assert got.trials[0].y == pytest.approx(plain.trials[0].y)


def test_a_file_says_its_measure_and_nothing_else_of_the_model():
    rows = "studies:\n  - {study: 1, treatment: A, events: 3, n: 9}\n"
    rows += "  - {study: 1, treatment: B, events: 4, n: 9}\n"
    assert read("measure: rr\n" + rows, name="a.yaml").measure is Measure.RR
    assert read("measure: rr\n" + rows, Measure.RD, name="a.yaml").measure is Measure.RD
    for wrong in ("measure: ratio\n", "method: DL\n"):
        with pytest.raises(InputError):
            read(wrong + rows, name="a.yaml")


def test_decimal_commas_are_read_and_named():
    given = read("study;treatment;mean;sd;n\n1;A;3,5;1,2;10\n1;B;4;1;10\n")
    assert given.trials[0].y == pytest.approx([0.5])
    assert "decimal commas" in given.handled[0].what


def test_one_very_sure_trial_stands_in_a_network():
    rows = "1,A,B,0.5,1e-6\n2,A,B,0.4,0.2\n3,B,C,0.1,0.2\n4,A,C,0.6,0.3\n"
    for method in ("REML", "DL", "ML", "CE"):
        result = analyse(read(PAIRS + rows), Choices(method=method))
        assert np.isfinite(result.random.estimate).all()
        assert np.isfinite(result.random.se).all()


def test_ratios_are_not_taken_for_their_logarithms():
    head, rows = "study,treat1,treat2,effect,se\n", "1,A,B,1.5,0.2\n2,A,B,2.1,0.2\n"
    with pytest.raises(InputError, match="--scale log"):
        read(head + rows, Measure.OR)
    said = read(head + rows, Measure.OR, Reading(logarithms=True))
    usual = read(head.replace("effect", "TE") + rows, Measure.OR)
    assert said.trials[0].y == pytest.approx(usual.trials[0].y)
    assert read(head + rows.replace("2.1", "-0.1"), Measure.OR).trials


def test_events_beside_means_are_asked_about():
    rows = "study,treatment,events,mean,sd,n\n1,A,3,4,1,40\n1,B,9,5,1,40\n"
    with pytest.raises(InputError, match="OR, MD"):
        read(rows)
    assert read(rows, Measure.MD).measure is Measure.MD


# Arms without events, one with thousands of people: found by trying many small files.
CONTRADICTING = (
    "s0,z,1,2 s0,y,3194,10000 s0,x,1,1 s0,p,0,10000 s1,z,0,10 s1,x,0,2 s1,p,7,10 s1,y,1,1 "
    "s2,z,0,2 s2,y,100,100 s3,x,1,1 s3,p,10000,10000 s3,y,0,10000 s7,y,3210,10000 s7,x,0,1 "
    "s7,z,9,10 s7,p,6,10"
)


def test_mantel_haenszel_beside_never_fails_the_answer():
    given = read(HEAD + CONTRADICTING.replace(" ", "\n"))
    for method in ("REML", "DL", "CE"):
        result = analyse(given, Choices(method=method))
        assert {one.method for one in result.alternatives}.isdisjoint({"MH"})
        assert any("No answer by MH" in warning for warning in result.warnings)
    with pytest.raises(InputError):
        analyse(given, Choices(method="MH"))


def test_variances_too_far_apart_are_refused_by_name():
    rows = "1,B,C,0.5,1e-9\n2,A,B,0.4,1e9\n"
    for method in ("CE", "REML"):
        with pytest.raises(InputError, match="a million times the smallest"):
            analyse(read(PAIRS + rows), Choices(method=method))


def test_a_standard_error_written_as_an_sd_is_wondered_at():
    rows = "a,A,10,6,50\na,B,12,6.2,50\nb,A,9,{0},50\nb,B,12,{0},50\nc,A,10,6,50\nc,B,11,6,50\n"
    odd = analyse(read(ARMS + rows.format("0.85"), Measure.MD)).warnings
    assert any("b: its SD (0.85) is 7 times smaller" in warning for warning in odd)
    fine = analyse(read(ARMS + rows.format("3"), Measure.MD)).warnings
    assert not any("its SD" in warning for warning in fine)
    # Without a column of scales nobody knows that they are one scale.
    several = analyse(read(ARMS + rows.format("0.85"), Measure.SMD)).warnings
    assert not any("its SD" in warning for warning in several)
