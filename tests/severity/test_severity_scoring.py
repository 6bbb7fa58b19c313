"""``score``: sums, bands, holes, and the refusal of what is not an answer."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speciosa.clinical.severity import score
from speciosa.errors import InputError
from speciosa.knowledge import load

KNOWLEDGE = load()
SCALES = KNOWLEDGE.instruments.by_id
EDGES = [
    (name, total, band.label)
    for name, instrument in SCALES.items()
    if instrument.bands
    for band in instrument.bands.bands
    for total in {band.low, band.high}
]
SUMMED = ("gad7", "gad2", "phq9", "phq2", "isi", "audit_c", "ham_a", "sows")


def _answers(name):
    instrument = SCALES[name]
    item = st.integers(instrument.item_low, instrument.item_high)
    return st.lists(item, min_size=instrument.item_count, max_size=instrument.item_count)


@pytest.mark.parametrize(("name", "total", "label"), EDGES)
def test_both_edges_of_every_band(name, total, label):
    assert score(name, total, KNOWLEDGE).band == label


@pytest.mark.parametrize(
    ("name", "total", "label"),
    [("gad7", 4, "minimal"), ("gad7", 5, "mild"), ("gad7", 9, "mild"), ("gad7", 10, "moderate"),
     ("gad7", 14, "moderate"), ("gad7", 15, "severe"), ("phq9", 14, "moderate"),
     ("phq9", 15, "moderately severe"), ("phq9", 20, "severe"), ("isi", 7, "none"),
     ("isi", 8, "subthreshold"), ("isi", 15, "moderate insomnia"), ("isi", 22, "severe insomnia"),
     ("ham_a", 17, "moderate"), ("ham_a", 24, "severe"), ("cows", 4, "below mild"),
     ("cows", 5, "mild"), ("cows", 12, "mild"), ("cows", 13, "moderate"),
     ("cows", 25, "moderately severe"), ("cows", 37, "severe")],
)  # fmt: skip
def test_published_edges(name, total, label):
    assert score(name, total, KNOWLEDGE).band == label


@pytest.mark.parametrize("name", [n for n, i in SCALES.items() if i.total_high is not None])
def test_one_point_outside_the_range_is_refused(name):
    instrument = SCALES[name]
    for total in (instrument.total_low - 1, instrument.total_high + 1):
        with pytest.raises(InputError) as caught:
            score(name, total, KNOWLEDGE)
        assert name in str(caught.value)
    for total in (instrument.total_low, instrument.total_high):
        assert score(name, total, KNOWLEDGE).total.value == total


@pytest.mark.parametrize(
    "value",
    [True, "3", 3.0, None, [True, 0, 0, 0, 0, 0, 0], ["0"] * 7, [0.0] * 7, [4, 0, 0, 0, 0, 0, 0],
     [-1, 0, 0, 0, 0, 0, 0], [0] * 6, [0] * 8, []],
)  # fmt: skip
def test_what_is_not_an_answer_is_refused(value):
    with pytest.raises(InputError):
        score("gad7", value, KNOWLEDGE)


def test_an_unknown_questionnaire_is_refused_with_a_suggestion():
    with pytest.raises(InputError) as caught:
        score("gad8", 3, KNOWLEDGE)
    assert "gad7" in str(caught.value)


@pytest.mark.parametrize(
    ("given", "name"),
    [("GAD-7", "gad7"), ("phq-9", "phq9"), ("AUDIT-C", "audit_c"), ("HAM-A", "ham_a"),
     ("kds", "kratom_dependence_scale"), ("Kratom Dependence Scale", "kratom_dependence_scale")],
)  # fmt: skip
def test_names_as_people_write_them(given, name):
    assert score(given, 3, KNOWLEDGE).instrument == name


@pytest.mark.parametrize("name", SUMMED)
def test_complete_answers_add_up(name):
    @given(_answers(name))
    def adds_up(answers):
        result = score(name, answers, KNOWLEDGE)
        assert result.total.value == sum(answers)
        assert not result.prorated
        assert result.answered == result.items == len(answers)
        assert result.total.low is None
        assert result.total.no_interval_because

    adds_up()


@pytest.mark.parametrize("name", [n for n, i in SCALES.items() if i.bands])
def test_a_higher_total_never_has_a_lower_band(name):
    instrument = SCALES[name]
    labels = [b.label for b in instrument.bands.bands]
    ranks = [
        labels.index(score(name, t, KNOWLEDGE).band)
        for t in range(instrument.total_low, instrument.total_high + 1)
    ]
    assert ranks == sorted(ranks)
    assert ranks[-1] == len(labels) - 1


def test_pswq_items_that_are_scored_backwards():
    assert score("pswq", [1] * 16, KNOWLEDGE).total.value == 11 * 1 + 5 * 5
    assert score("pswq", [5] * 16, KNOWLEDGE).total.value == 11 * 5 + 5 * 1
    one_higher = [1] * 16
    one_higher[0] = 2
    assert score("pswq", one_higher, KNOWLEDGE).total.value == 35


# ------------------------------------------------------------------ unanswered items


@given(_answers("gad7"), st.sets(st.integers(0, 6), min_size=1, max_size=2))
def test_prorating_stays_between_the_lowest_and_the_highest_possible(answers, holes):
    given_answers = [None if n in holes else a for n, a in enumerate(answers)]
    subtotal = sum(a for a in given_answers if a is not None)
    result = score("gad7", given_answers, KNOWLEDGE)
    assert result.prorated
    assert result.total.low == subtotal
    assert result.total.high == subtotal + 3 * len(holes)
    assert result.total.low <= result.total.value <= result.total.high
    assert abs(result.total.value - subtotal * 7 / (7 - len(holes))) <= 0.5
    # Whatever the person would have answered, the truth lies in the interval.
    assert result.total.low <= sum(answers) <= result.total.high
    assert "not verified" in result.reason
    assert "instrument/gad7/missing-rule" in result.facts


def test_a_prorated_total_names_every_band_it_could_be():
    assert score("gad7", [1, 1, 1, 1, 0, 0, None], KNOWLEDGE).band == "minimal to mild"
    assert score("gad7", [2, 2, 2, 2, 1, 1, None], KNOWLEDGE).band == "moderate"


@given(_answers("gad7"), st.sets(st.integers(0, 6), min_size=3, max_size=7))
def test_more_than_two_unanswered_items_give_no_total(answers, holes):
    result = score("gad7", [None if n in holes else a for n, a in enumerate(answers)], KNOWLEDGE)
    assert result.total is None
    assert result.band == ""
    assert result.reason


@given(_answers("phq9"), st.sets(st.integers(0, 7), max_size=2))
def test_item_9_is_never_filled_in(answers, holes):
    given_answers = [None if n in holes else a for n, a in enumerate(answers)]
    given_answers[8] = None
    result = score("phq9", given_answers, KNOWLEDGE)
    assert result.total is None
    assert "item 9 not answered" in result.reason
    assert str(sum(a for a in given_answers if a is not None)) in result.reason


def test_phq9_is_prorated_over_other_items_when_item_9_was_answered():
    result = score("phq9", [2, 2, 2, 2, 2, 2, 2, None, 0], KNOWLEDGE)
    assert result.prorated
    assert (result.total.low, result.total.high) == (14, 17)


@pytest.mark.parametrize("name", ["isi", "audit_c", "ham_a", "sows", "pswq"])
def test_without_a_rule_one_unanswered_item_gives_no_total(name):
    instrument = SCALES[name]
    answers = [instrument.item_low] * (instrument.item_count - 1)
    result = score(name, [*answers, None], KNOWLEDGE)
    assert result.total is None
    assert "no rule" in result.reason


# ------------------------------------------------------------------ meaning


@pytest.mark.parametrize(
    ("sex", "total", "position"),
    [("male", 3, "Below"), ("male", 4, "At or above"), ("female", 2, "Below"),
     ("female", 3, "At or above"), (None, 3, "At or above"), ("other", 3, "At or above"),
     (None, 2, "Below")],
)  # fmt: skip
def test_the_audit_c_cut_off_is_the_safer_one_when_sex_is_unknown(sex, total, position):
    assert score("audit_c", total, KNOWLEDGE, sex=sex).meaning.startswith(position)


def test_the_kratom_dependence_scale_is_kept_and_not_interpreted():
    result = score("kratom_dependence_scale", 31, KNOWLEDGE)
    assert result.total.value == 31
    assert result.band == ""
    assert "not interpreted" in result.meaning


def test_pswq_says_which_cut_offs_were_reached():
    assert "reached: 45, 53; not reached: 62, 65" in score("pswq", 61, KNOWLEDGE).meaning
    assert "reached: none" in score("pswq", 44, KNOWLEDGE).meaning


def test_measurement_error_is_given_where_published():
    error = score("gad7", 12, KNOWLEDGE).measurement_error
    assert error.value == 6
    assert "5.59" in error.no_interval_because
    assert score("phq9", 12, KNOWLEDGE).measurement_error.value == 6
    assert score("ham_a", 12, KNOWLEDGE).measurement_error is None


def test_scoring_does_not_load_the_case_model():
    program = (
        "import sys; from speciosa.clinical.severity import score; "
        "from speciosa.knowledge import load; score('gad7', 12, load()); "
        "sys.exit('pydantic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
