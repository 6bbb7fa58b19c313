"""The static model against a textbook, at its limits, and its properties for any numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speciosa.pharmacology.interactions.kinetics.static_model import (
    GUT,
    Activity,
    Clearance,
    auc_ratio,
)

FEW = 5
ENZYMES = ("CYP3A4", "CYP2D6", "CYP2C19")
part = st.floats(0.0, 1.0)


def full(value: float) -> np.ndarray:
    return np.full(FEW, value)


def textbook(
    fm: dict[str, float],
    f_gut: float,
    liver: list[dict[str, float]],
    gut: list[float],
    *,
    extraction: float = 0.0,
    renal: float = 0.0,
) -> float:
    """One number by the equations of the ICH M12 guideline, written down a second time.

    Clearances as flows: hepatic flow is 1, so that intrinsic clearance is E / (1 - E).
    """
    left = {e: math.prod(x.get(e, 1.0) for x in liver) for e in fm}
    kept = sum(fm[e] * left[e] for e in fm) + 1.0 - sum(fm.values())
    fg = 1.0 / (math.prod(gut) * (1.0 - f_gut) + f_gut)
    if extraction == 0.0:
        return fg / kept
    share = (kept - renal) / (1.0 - renal)
    intrinsic = extraction / (1.0 - extraction)
    hepatic_before = intrinsic / (1.0 + intrinsic)
    hepatic_after = share * intrinsic / (1.0 + share * intrinsic)
    excreted = hepatic_before * renal / (1.0 - renal)
    return fg * (hepatic_before + excreted) / (hepatic_after + excreted)


@st.composite
def victims(draw: st.DrawFn) -> tuple[dict[str, float], float, float, float]:
    """Fractions by enzyme, gut fraction, extraction and renal fraction that fit together."""
    cuts = sorted(draw(st.lists(st.floats(0.0, 0.98), min_size=3, max_size=3)))
    sizes = np.diff([0.0, *cuts])
    fm = dict(zip(ENZYMES, (float(s) for s in sizes), strict=True))
    f_gut = draw(st.floats(0.05, 1.0))
    extraction = draw(st.sampled_from([0.0, 0.3, 0.9]))
    renal = draw(st.floats(0.0, 1.0)) * (0.99 - cuts[-1]) if extraction else 0.0
    return fm, f_gut, extraction, renal


activities = st.lists(
    st.fixed_dictionaries({}, optional={e: st.floats(0.01, 10.0) for e in ENZYMES}), max_size=4
)
guts = st.lists(st.floats(0.0, 10.0), max_size=4)


def made(fm, f_gut, extraction=0.0, renal=0.0) -> Clearance:
    return Clearance(
        fm={e: full(value) for e, value in fm.items()},
        f_gut=full(f_gut),
        extraction=full(extraction) if extraction else 0.0,
        renal=full(renal),
    )


def acting(liver, gut) -> list[Activity]:
    found = [Activity(liver={e: full(x) for e, x in one.items()}) for one in liver]
    return [*found, *(Activity(liver={}, gut_cyp3a=full(x)) for x in gut)]


@given(victims(), activities, guts)
def test_any_victim_and_any_list_agree_with_the_textbook(victim, liver, gut) -> None:
    fm, f_gut, extraction, renal = victim
    found = auc_ratio(made(*victim), acting(liver, gut))
    expected = textbook(fm, f_gut, liver, gut, extraction=extraction, renal=renal)
    assert found.median == pytest.approx(expected, rel=1e-9)


@given(victims(), activities, guts)
def test_shares_are_signed_and_their_sizes_sum_to_one(victim, liver, gut) -> None:
    found = auc_ratio(made(*victim), acting(liver, gut))
    if not found.shares:
        assert found.median == pytest.approx(1.0, abs=1e-6)
        return
    assert sum(abs(s) for s in found.shares.values()) == pytest.approx(1.0, abs=1e-9)
    assert sum(found.shares.values()) >= -0.01
    together = [x for one in liver for x in one.values()] + gut
    if all(x <= 1.0 for x in together) or all(x >= 1.0 for x in together):
        assert all(s > 0.0 for s in found.shares.values())


def test_mechanisms_that_pull_apart_are_told_and_not_hidden() -> None:
    victim = made({"CYP3A4": 0.5, "CYP2D6": 0.4}, 1.0)
    found = auc_ratio(victim, acting([{"CYP3A4": 0.1, "CYP2D6": 2.0}], []))
    assert found.shares["liver CYP3A"] > 0.0 > found.shares["liver CYP2D6"]


@given(victims(), activities, guts)
def test_no_ratio_exceeds_the_ceiling_of_its_victim(victim, liver, gut) -> None:
    error = np.array([0.1, 0.5, 1.0, 2.0, 50.0])
    fm, f_gut, _, _ = victim
    found = auc_ratio(made(*victim), acting(liver, gut), error)
    assert np.all(found.samples <= found.ceiling * (1 + 1e-9))
    assert found.ceiling <= 1.0 / f_gut / (1.0 - sum(fm.values())) * (1 + 1e-9)


@given(victims(), activities, guts, part, part)
def test_more_inhibition_and_larger_fractions_never_lower_a_ratio(
    victim, liver, gut, less, more
) -> None:
    inhibiting = [{e: min(x, 1.0) for e, x in one.items()} for one in liver]
    in_gut = [min(x, 1.0) for x in gut]
    base = auc_ratio(made(*victim), acting(inhibiting, in_gut)).median
    stronger = [{e: x * less for e, x in one.items()} for one in inhibiting]
    assert auc_ratio(made(*victim), acting(stronger, in_gut)).median >= base * (1 - 1e-9)
    fm, f_gut, extraction, renal = victim
    left_over = 0.99 - sum(fm.values()) - renal
    larger = fm | {"CYP3A4": fm["CYP3A4"] + more * max(left_over, 0.0)}
    found = auc_ratio(made(larger, f_gut, extraction, renal), acting(inhibiting, in_gut))
    assert found.median >= base * (1 - 1e-9)


@given(victims(), st.permutations(range(4)))
def test_the_order_of_the_list_changes_no_byte(victim, order) -> None:
    rng = np.random.default_rng(1)
    listed = [
        Activity(liver={"CYP3A4": rng.uniform(0.1, 3.0, FEW)}, gut_cyp3a=rng.uniform(0, 2, FEW))
        for _ in range(4)
    ]
    one = auc_ratio(made(*victim), listed)
    other = auc_ratio(made(*victim), [listed[i] for i in order])
    assert one.samples.tobytes() == other.samples.tobytes()
    assert one.shares == other.shares


def test_an_inhibitor_and_an_inducer_of_one_enzyme_multiply() -> None:
    victim = made({"CYP3A4": 0.9}, 1.0)
    found = auc_ratio(victim, acting([{"CYP3A4": 0.2}, {"CYP3A4": 5.0}], []))
    assert found.median == pytest.approx(1.0)


@pytest.mark.parametrize("extraction", [0.0, 0.5, 0.999])
def test_flow_holds_the_well_stirred_liver(extraction) -> None:
    """At full extraction neither inhibition nor induction changes an intravenous clearance."""
    victim = made({"CYP3A4": 0.95}, 1.0, extraction)
    for left in (0.2, 10.0):
        found = auc_ratio(victim, acting([{"CYP3A4": left}], [])).median
        free = 1.0 / (0.95 * left + 0.05)
        assert min(1.0, free) - 1e-9 <= found <= max(1.0, free) + 1e-9
        if extraction == 0.0:
            assert found == pytest.approx(free)
        if extraction == 0.999 and left > 1.0:
            assert found == pytest.approx(1.0, abs=0.002)


def test_what_the_kidney_clears_no_perpetrator_changes() -> None:
    half = made({"CYP3A4": 0.5}, 1.0, 0.6, renal=0.5)
    found = auc_ratio(half, acting([{"CYP3A4": 0.0}], []))
    assert found.median == pytest.approx(2.0)
    assert found.ceiling == pytest.approx(2.0)


def test_the_gut_alone() -> None:
    found = auc_ratio(made({"CYP3A4": 0.9}, 0.5), acting([], [0.0]))
    assert found.median == pytest.approx(2.0)
    assert found.shares == {GUT: 1.0}
