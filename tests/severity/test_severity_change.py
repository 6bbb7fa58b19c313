"""Change over time: labels against measurement error, and what can mislead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speciosa.case import parse_case
from speciosa.clinical.severity import assess
from speciosa.knowledge import load

KNOWLEDGE = load()


def _result(earlier, *, gad7=None, phq9=None, isi=None, date="2026-11-20", **more):
    symptoms = {}
    for name, value in (("gad7", gad7), ("phq9", phq9), ("isi", isi)):
        if value is not None:
            symptoms[name] = {"answers": value} if isinstance(value, list) else {"total": value}
    return assess(
        parse_case({"date": date, "symptoms": symptoms, "earlier": earlier, **more}), KNOWLEDGE
    )


def _one_change(name, before, now):
    result = _result([{"date": "2026-06-01", name: before}], **{name: now})
    assert len(result.changes) == 1
    return result.changes[0]


@pytest.mark.parametrize(
    ("now", "label"),
    [(0, "reliable improvement"), (9, "reliable improvement"), (10, "possible improvement"),
     (11, "possible improvement"), (12, "no reliable change"), (15, "no reliable change"),
     (18, "no reliable change"), (19, "possible worsening"), (20, "possible worsening"),
     (21, "reliable worsening")],
)  # fmt: skip
def test_gad7_from_fifteen(now, label):
    change = _one_change("gad7", 15, now)
    assert change.label.startswith(label)
    assert change.difference == now - 15
    assert "instrument/gad7/change/reliable" in change.facts


@pytest.mark.parametrize(
    ("now", "label"),
    [(9, "reliable improvement"), (10, "possible improvement"), (11, "no reliable change"),
     (19, "no reliable change"), (20, "possible worsening"), (21, "reliable worsening")],
)  # fmt: skip
def test_phq9_from_fifteen(now, label):
    assert _one_change("phq9", 15, now).label.startswith(label)


@pytest.mark.parametrize(
    ("now", "label"),
    [(11, "fall as large as"), (12, "fall near"), (13, "smaller than any"), (27, "smaller than"),
     (28, "rise; no published rule")],
)  # fmt: skip
def test_isi_from_twenty(now, label):
    before = 20
    assert _one_change("isi", before, now).label.startswith(label)


@given(st.integers(0, 21), st.integers(0, 21))
def test_every_difference_has_exactly_one_label_and_the_mirror_has_the_mirror(before, now):
    there = _one_change("gad7", before, now).label
    back = _one_change("gad7", now, before).label
    assert ("improvement" in there) == ("worsening" in back)
    assert ("reliable improvement" in there) == (before - now >= 6)
    assert ("possible improvement" in there) == (before - now in (4, 5))


@pytest.mark.parametrize(
    ("before", "now", "response", "remission"),
    [(16, 8, True, False), (16, 9, False, False), (12, 4, True, True), (12, 5, True, False),
     (8, 4, None, True), (4, 2, None, None), (0, 0, None, None), (10, 12, False, False)],
)  # fmt: skip
def test_response_and_remission_of_the_gad7(before, now, response, remission):
    """A fall of half inside measurement error is neither response nor its absence."""
    change = _one_change("gad7", before, now)
    assert change.response is response
    assert change.remission is remission


def test_phq9_has_no_response_rule_so_none_is_invented():
    change = _one_change("phq9", 20, 2)
    assert change.response is None
    assert change.remission is None


def test_first_and_previous_score_are_both_compared():
    earlier = [{"date": "2026-09-01", "gad7": 15}, {"date": "2026-06-01", "gad7": 20}]
    result = _result(earlier, gad7=14)
    assert [(c.from_date, c.from_score) for c in result.changes] == [
        ("2026-06-01", 20),
        ("2026-09-01", 15),
    ]
    assert [c.label for c in result.changes] == ["reliable improvement", "no reliable change"]
    assert [(p.date, p.score) for p in result.history] == [
        ("2026-06-01", 20), ("2026-09-01", 15), ("2026-11-20", 14),
    ]  # fmt: skip
    assert "reliable improvement since 2026-06-01" in result.headline


def test_an_earlier_score_of_the_same_day_is_history_but_no_change():
    result = _result([{"date": "2026-11-20", "gad7": 20}], gad7=10)
    assert result.changes == ()
    assert len(result.history) == 2
    assert any(m.field == "earlier" for m in result.missing)


def test_unanswered_items_that_leave_the_label_open_are_said():
    result = _result([{"date": "2026-06-01", "gad7": 15}], gad7=[2, 2, 2, 1, 1, 1, None])
    assert result.changes[0].label.startswith("open")
    assert any(f.id.startswith("severity.change_open.gad7") for f in result.findings)
    assert not any(f.id == "severity.regression_to_mean" for f in result.findings)


def test_unanswered_items_that_cannot_move_the_label_do_not_open_it():
    result = _result([{"date": "2026-06-01", "gad7": 21}], gad7=[1, 1, 1, 1, 1, 1, None])
    assert result.changes[0].label == "reliable improvement"


def test_a_fall_comes_with_regression_to_the_mean():
    better = _result([{"date": "2026-06-01", "gad7": 20}], gad7=10)
    same = _result([{"date": "2026-06-01", "gad7": 11}], gad7=10)
    assert any(f.id == "severity.regression_to_mean" for f in better.findings)
    assert not any(f.id == "severity.regression_to_mean" for f in same.findings)


def test_worsening_is_a_warning():
    result = _result([{"date": "2026-06-01", "gad7": 5}], gad7=12)
    worse = next(f for f in result.findings if f.id.startswith("severity.change_worse"))
    assert worse.tone == "warning"
    assert worse.action


def test_what_else_changed_is_set_beside_the_difference():
    result = _result(
        [{"date": "2026-06-01", "gad7": 20}],
        gad7=10,
        medicines=[
            {"name": "sertraline", "since": "2026-07-01"},
            {"name": "buspirone", "since": "2020-01-01", "stopped": "2026-08-01"},
            {"name": "omeprazole", "since": "2019-01-01"},
            {"name": "duloxetine", "since": "2026-09-01", "planned": True},
        ],
        kratom={"status": "stopped", "stopped": "2026-10-01", "since": "2020-01-01"},
    )
    text = next(f.text for f in result.findings if f.id == "severity.confounded")
    for word in ("sertraline started", "buspirone stopped", "kratom stopped on 2026-10-01"):
        assert word in text
    for word in ("omeprazole", "duloxetine", "kratom started"):
        assert word not in text


def test_no_score_today_means_no_change_to_today():
    result = _result([{"date": "2026-06-01", "gad7": 20}])
    assert result.changes == ()
    assert "since" not in result.headline


@pytest.mark.parametrize("order", [(21, 2), (2, 21)])
def test_two_totals_of_one_day_give_no_change_whatever_their_order(order):
    result = _result([{"date": "2026-06-01", "gad7": total} for total in order], gad7=11)
    assert result.changes == ()
    assert "improvement" not in result.headline
    assert "worsening" not in result.headline
    told = [f for f in result.findings if "different totals on 2026-06-01 (2 and 21)" in f.text]
    assert len(told) == 1


def test_the_same_total_twice_on_one_day_is_no_contradiction():
    result = _result([{"date": "2026-06-01", "gad7": 20}] * 2, gad7=5)
    assert result.changes[0].label == "reliable improvement"


def test_a_contradicted_day_leaves_the_other_days_to_compare():
    days = [("2026-01-01", 20), ("2026-06-01", 21), ("2026-06-01", 2)]
    result = _result([{"date": d, "gad7": t} for d, t in days], gad7=5)
    assert [(c.from_date, c.from_score) for c in result.changes] == [("2026-01-01", 20)]
