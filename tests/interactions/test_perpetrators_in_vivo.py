"""How strongly a perpetrator acts: dose, regimen, grounds, and what studied pairs say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.interactions.cases import KNOWLEDGE

from speciosa.knowledge.medicines.record import Exposure
from speciosa.pharmacology.interactions.kinetics.concentration import (
    cv_of,
    dose_mg,
    interval_h,
    scale,
)
from speciosa.pharmacology.interactions.kinetics.in_vivo import f_gut_of, fm_of, potency_of
from speciosa.pharmacology.interactions.kinetics.perpetrator import (
    DOSE_NOT_USED,
    GUT_ALONE,
    LARGER_DOSE,
    Ground,
    Use,
    effects,
    grounds,
    odds,
)
from speciosa.pharmacology.interactions.kinetics.sampling import fraction

MEDICINES = KNOWLEDGE.medicines
PERPETRATORS = [m for m in MEDICINES.all() if effects(m, Use(), KNOWLEDGE)]


@settings(max_examples=60, deadline=None)
@given(
    medicine=st.sampled_from(PERPETRATORS),
    dose=st.floats(0.1, 2000.0),
    more=st.floats(1.0, 10.0),
    interval=st.sampled_from([None, 6.0, 8.0, 12.0, 24.0]),
)
def test_a_larger_dose_never_acts_less_in_any_draw(medicine, dose, more, interval) -> None:
    small = effects(medicine, Use(dose_mg=dose, interval_h=interval), KNOWLEDGE)
    large = effects(medicine, Use(dose_mg=dose * more, interval_h=interval), KNOWLEDGE)
    assert small.keys() == large.keys()
    for enzyme, effect in small.items():
        induction = bool(np.median(effect.liver) > 1.0)
        for one, other in ((effect.liver, large[enzyme].liver), (effect.gut, large[enzyme].gut)):
            if one is None or other is None:
                assert one is other
                continue
            before, after = (odds(x, induction=induction) for x in (one, other))
            assert np.all(after >= before * (1.0 - 1e-6) - 1e-9), enzyme


@settings(max_examples=30, deadline=None)
@given(medicine=st.sampled_from(PERPETRATORS), dose=st.floats(1.0, 1000.0))
def test_more_often_never_acts_less(medicine, dose) -> None:
    seldom = effects(medicine, Use(dose_mg=dose, interval_h=24.0), KNOWLEDGE)
    often = effects(medicine, Use(dose_mg=dose, interval_h=8.0), KNOWLEDGE)
    for enzyme, effect in seldom.items():
        induction = bool(np.median(effect.liver) > 1.0)
        before, after = (odds(x[enzyme].liver, induction=induction) for x in (seldom, often))
        assert np.all(after >= before * (1.0 - 1e-6) - 1e-9)


@pytest.mark.parametrize("medicine", PERPETRATORS, ids=lambda m: m.id)
def test_a_calibrated_effect_has_its_odds_at_the_usual_regimen(medicine) -> None:
    base = grounds(medicine, Use(), KNOWLEDGE)
    for enzyme, effect in effects(medicine, Use(), KNOWLEDGE).items():
        fact = potency_of(medicine, enzyme, KNOWLEDGE)
        if fact is None:
            continue
        assert effect.facts[0] == fact.id
        assert effect.pairs == fact.n
        if effect.ground is Ground.PAIRS:
            continue
        before = float(np.median(base[enzyme].effect.liver))
        induction = before > 1.0
        expected = float(odds(np.array(before), induction=induction)) * fact.number
        after = float(np.median(odds(effect.liver, induction=induction)))
        assert after == pytest.approx(expected, rel=0.02, abs=1e-6)


def test_a_perpetrator_known_from_pairs_alone_acts() -> None:
    effect = effects(MEDICINES.get("atomoxetine"), Use(), KNOWLEDGE)["CYP3A4"]
    assert effect.ground is Ground.PAIRS
    assert effect.pairs >= 1
    wide = np.quantile(odds(effect.liver, induction=False), (0.05, 0.95))
    assert wide[1] / wide[0] > 3.0
    dosed = effects(MEDICINES.get("atomoxetine"), Use(dose_mg=40.0), KNOWLEDGE)["CYP3A4"]
    assert DOSE_NOT_USED in dosed.flags


def test_grapefruit_acts_on_the_gut_alone() -> None:
    effect = effects(MEDICINES.get("grapefruit_juice"), Use(), KNOWLEDGE)["CYP3A4"]
    assert GUT_ALONE in effect.flags
    assert np.all(effect.liver == 1.0)
    assert effect.gut is not None
    assert np.all((effect.gut > 0.0) & (effect.gut < 1.0))


def test_a_dose_above_the_record_is_flagged() -> None:
    effect = effects(MEDICINES.get("ketoconazole"), Use(dose_mg=800.0), KNOWLEDGE)["CYP3A4"]
    assert LARGER_DOSE in effect.flags
    usual = effects(MEDICINES.get("ketoconazole"), Use(), KNOWLEDGE)["CYP3A4"]
    assert not usual.flags


def test_the_class_of_cyp3a_inhibitors_reaches_the_gut() -> None:
    effect = grounds(MEDICINES.get("ciclosporin"), Use(), KNOWLEDGE)["CYP3A4"].effect
    assert effect.ground is Ground.CLASS
    assert effect.gut is effect.liver
    # midazolam, fm 0.96 and Fg 0.57, comes back within the class
    ratio = 1.0 / ((effect.liver * 0.43 + 0.57) * (0.96 * effect.liver + 0.04))
    assert 2.0 - 1e-9 <= ratio.min() <= ratio.max() <= 5.0 + 1e-9


def test_an_inducer_is_taken_without_its_own_reversible_inhibition() -> None:
    effect = grounds(MEDICINES.get("rifampicin"), Use(), KNOWLEDGE)["CYP3A4"].effect
    assert effect.gut is not None
    assert np.median(effect.gut) >= np.median(effect.liver) > 5.0


def test_induction_without_a_concentration_dependence_counts_as_full() -> None:
    found = grounds(MEDICINES.get("rifampicin"), Use(), KNOWLEDGE)
    assert np.median(found["CYP2C8"].effect.liver) > 2.0


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        ("400 mg twice daily", 12.0),
        ("400 mg; MD BID (2 days)", 12.0),
        ("300 mg three times daily", 8.0),
        ("600 mg/day", 24.0),
        ("40 mg; QD", 24.0),
        ("300 mg; MD QID", 6.0),
        ("250 mg; four times a day for 2 days", 6.0),
        ("500 mg", None),
    ],
)
def test_hours_between_doses_in_words(words: str, hours: float | None) -> None:
    assert interval_h(words) == hours


@pytest.mark.parametrize(
    ("words", "mg"),
    [("400 mg twice daily", 400.0), ("1 g", 1000.0), ("400/200 mg", None), ("20-60 mg/day", None)],
)
def test_dose_at_the_head_of_a_regimen(words: str, mg: float | None) -> None:
    assert dose_mg(words) == mg


def test_the_dose_of_an_extract_is_not_taken_for_that_of_its_constituent() -> None:
    """St John's wort: 300 mg of extract is the recorded regimen, not 27 times it."""
    (exposure,) = MEDICINES.get("saint_johns_wort").perpetrator.exposures
    assert scale(exposure, Use(dose_mg=300.0)) == pytest.approx(1.0)


def test_dose_a_day_counts_where_both_intervals_are_known() -> None:
    exposure = Exposure(species="x", regimen="100 mg twice daily", fact_id="x", dose_mg=100.0)
    assert scale(exposure, Use(dose_mg=200.0, interval_h=24.0)) == pytest.approx(1.0)
    assert scale(exposure, Use(dose_mg=200.0)) == pytest.approx(2.0)
    assert scale(exposure, Use()) == 1.0


def test_figures_that_no_pair_moved_are_those_of_the_record_or_wider() -> None:
    moved = kept = 0
    for medicine in MEDICINES.all():
        figures = fm_of(medicine, KNOWLEDGE)
        assert figures.keys() == medicine.victim.fm.keys()
        for enzyme, figure in medicine.victim.fm.items():
            used = figures[enzyme]
            if used.pairs:
                moved += 1
                assert used.facts == (used.key, f"medicine/{medicine.id}/fm/{enzyme}")
                assert used.low <= used.value <= used.high
            else:
                kept += 1
                assert used.value == figure.value
                if figure.low is not None and figure.low != figure.high:
                    assert used.low <= figure.low + 2e-3
                    assert used.high >= figure.high - 2e-3
        gut = f_gut_of(medicine, KNOWLEDGE)
        recorded = medicine.victim.f_gut
        assert (gut is None) == (recorded is None)
        if gut is not None and not gut.pairs and recorded.low is not None:
            assert gut.value == recorded.value
            assert gut.low <= recorded.low + 2e-3
    assert moved > 80
    assert kept > 80


def test_a_moved_fraction_is_sampled_with_its_own_median() -> None:
    figure = fm_of(MEDICINES.get("midazolam"), KNOWLEDGE)["CYP3A4"]
    samples = fraction(figure.key, figure.value, figure.low, figure.high)
    assert float(np.median(samples)) == pytest.approx(figure.value, abs=0.01)


def test_a_recalled_figure_is_less_certain_than_one_that_was_read() -> None:
    assert cv_of(False, KNOWLEDGE) > cv_of(True, KNOWLEDGE) > 0.0
    medicine = MEDICINES.get("itraconazole")
    acting = medicine.perpetrator

    def spread(*, verified: bool) -> float:
        figures = tuple(replace(p, verified=verified) for p in acting.parameters)
        changed = replace(medicine, perpetrator=replace(acting, parameters=figures, classes=()))
        left = grounds(changed, Use(), KNOWLEDGE)["CYP3A4"].effect.liver
        return float(np.std(np.log(odds(left, induction=False))))

    assert spread(verified=False) > 1.05 * spread(verified=True)
