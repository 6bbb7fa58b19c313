"""One way of writing a number: enough digits, never more than its interval deserves."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speciosa.finding import Estimate
from speciosa.report.numbers import common_interval, percent, plain, sentence, shown


def between(value: float | None, low: float, high: float, unit: str = "ng/mL") -> Estimate:
    return Estimate(value=value, unit=unit, low=low, high=high, interval="90 % PI")


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (between(153.2, 41.3, 604.1), "150 ng/mL (41 to 600; 90 % PI)"),
        (between(1.39, 1.23, 1.57, "ratio"), "1.39 (1.23 to 1.57; 90 % PI)"),
        (between(-0.62, -0.89, -0.35, ""), "−0.62 (−0.89 to −0.35; 90 % PI)"),
        (between(15, 11, 19, "points"), "15 points (11 to 19; 90 % PI)"),
        (between(2.31, 0.0412, 9.7, "mg"), "2.3 mg (0.041 to 9.7; 90 % PI)"),
        (between(12345.6, 2345, 34567), "12,000 ng/mL (2,300 to 35,000; 90 % PI)"),
        (between(None, 3, 9000), "3 to 9,000 ng/mL (90 % PI)"),
        (between(0.31, 0.22, 0.43, "share"), "31 % (22 to 43; 90 % PI)"),
        (Estimate(value=15, unit="points", no_interval_because="as answered"),
         "15 points (no interval: as answered)"),
        (Estimate(value=None, unit="mg", no_interval_because="no analysis"),
         "not known (no analysis)"),
        (Estimate(value=None, unit="mg", low=5.0, no_interval_because="label only"),
         "at least 5 mg (no interval: label only)"),
        (Estimate(value=7.0, unit="mg", high=9.0, no_interval_because="label only"),
         "7 mg (at most 9; label only)"),
    ],
)  # fmt: skip
def test_an_estimate_reads_as_a_clinician_would_write_it(estimate: Estimate, text: str) -> None:
    assert sentence(estimate).replace("\u00a0", " ") == text


def test_rounding_never_moves_a_bound_onto_no_effect() -> None:
    assert shown(between(1.1, 1.02, 9.5, "ratio")).range == "1.02 to 9.5"
    assert shown(between(4.0, 0.97, 9.5, "ratio")).range.startswith("0.97")


def test_what_lies_far_below_its_interval_is_a_limit_and_no_exponent() -> None:
    assert shown(between(30.0, 0.0004, 95.0)).range == "below 0.01 to 95"
    assert shown(between(0.23, 9.6e-5, 11.2)).sentence.replace("\u00a0", " ") == (
        "0.23 ng/mL (below 0.01 to 11; 90 % PI)"
    )
    assert shown(between(0.00024, 8.8e-8, 0.026, "share")).sentence.replace("\u00a0", " ") == (
        "0.024 % (below 0.01 to 2.6; 90 % PI)"
    )
    assert shown(between(3e-5, 1e-9, 2.0)).number == "below 0.01"
    assert shown(between(0.004, 1e-7, 0.3, "mg")).range == "below 0.0001 to 0.30"
    assert shown(between(0.5, 0.0, 2.0)).range == "0 to 2.0"


def test_a_level_that_no_assay_could_see_has_no_digits() -> None:
    assert shown(between(0.0013, 6.9e-5, 0.3)).number == "below 0.01"
    assert shown(between(0.0013, 6.9e-5, 0.3)).range == "below 0.01 to 0.30"
    assert shown(between(6.9e-5, 1e-5, 0.002)).range == "below 0.01"


def test_a_number_just_under_a_power_of_ten_gets_no_third_digit() -> None:
    assert shown(between(5.0, 0.09999, 14.0, "%")).range == "0.10 to 14"


def test_one_is_no_landmark_for_a_quantity_with_a_unit() -> None:
    assert shown(between(14.0, 1.002, 53.0)).range == "1.0 to 53"
    assert shown(between(14.0, 1.002, 53.0, "ratio")).range == "1.002 to 53"


def test_hours_have_one_decimal_at_most() -> None:
    unit = "h after the first dose of the day"
    assert shown(between(14.6667, 14.3333, 15.0, unit)).range == "14.3 to 15.0"
    assert shown(between(0.5, 0.25, 0.75, "h")).range == "0.25 to 0.75"


def test_an_infinite_or_undefined_number_is_not_known() -> None:
    assert plain(math.nan) == plain(math.inf) == percent(math.nan) == "not known"
    estimate = Estimate(value=math.nan, unit="mg", low=1, high=2, interval="CI")
    assert sentence(estimate).replace("\u00a0", " ") == "1 to 2 mg (CI)"


def test_small_shares_are_not_written_as_nothing() -> None:
    assert percent(0.004).replace("\u00a0", " ") == "under 1 %"
    assert percent(0).replace("\u00a0", " ") == "0 %"


def test_a_shared_interval_is_said_once_or_not_at_all() -> None:
    assert common_interval([between(1, 0.5, 2), between(3, 2, 4)]) == "90 % PI"
    other = Estimate(value=1, unit="", low=0, high=2, interval="95 % CI")
    assert common_interval([between(1, 0.5, 2), other]) == ""
    alone = Estimate(value=1, unit="", no_interval_because="one reading")
    assert common_interval([between(1, 0.5, 2), alone]) == ""


sizes = st.floats(min_value=-1e8, max_value=1e8, allow_nan=False).map(lambda x: float(f"{x:.9g}"))


@given(st.tuples(sizes, sizes, sizes).map(sorted))
def test_written_bounds_stay_near_and_on_their_side_of_0_and_1(numbers: list[float]) -> None:
    low, value, high = numbers
    text = shown(between(value, low, high, "ratio")).range.replace("−", "-").replace(",", "")
    text = text.replace("below 0.01", "0.005").replace("below 0.0001", "0.00005")
    written = [float(part) for part in text.split(" to ")]
    for true, wrote in zip((low, high), written, strict=True):
        # Off by half of the second digit of the interval's width, or of the number's own.
        scale = max(high - low, abs(true))
        assert abs(wrote - true) <= 0.06 * scale + 1e-12
        for landmark in (0.0, 1.0):
            if abs(true - landmark) > 1e-6:
                assert (true < landmark) == (wrote < landmark)
                assert (true > landmark) == (wrote > landmark)


@given(sizes.filter(lambda x: abs(x) > 1e-4), st.floats(min_value=0.01, max_value=3))
def test_digits_follow_the_width_of_the_interval(value: float, spread: float) -> None:
    low, high = value - abs(value) * spread, value + abs(value) * spread
    digits = re.sub(r"[^0-9]", "", shown(between(value, low, high, "mg")).number).strip("0")
    assert len(digits) <= max(2, math.ceil(2 - math.log10(spread)) + 1)
