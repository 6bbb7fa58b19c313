"""Which levels are used, which are refused, and what could explain a refused one."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from speciosa.knowledge import load
from speciosa.pharmacology.exposure.measurement.measured import (
    MOST_PEOPLE,
    MeasuredLevel,
    Use,
    choose,
    curve_nm,
)
from speciosa.pharmacology.exposure.plan import lay_out, read_plan_text
from speciosa.pharmacology.exposure.plan.level_text import read_level
from speciosa.pharmacology.exposure.regimen.forecast import Settings, forecast
from speciosa.pharmacology.exposure.taken.unknown_content import unknown_content
from speciosa.pharmacology.exposure.virtual.people import simulate

KNOWLEDGE = load()
SUBJECTS = 150
PLAN = read_plan_text("2 g leaf tea twice a day for 3 days then stop")
LAYOUT = lay_out(PLAN, KNOWLEDGE)
AT_H = 57.0  # an hour after a dose
WEIGHT = KNOWLEDGE.fact("kratom/pk_mg_mw").number / 1000.0


@functools.cache
def people_at(count: int, times: tuple[float, ...]):
    return simulate(
        LAYOUT.schedule,
        LAYOUT.products,
        KNOWLEDGE,
        seed=3,
        subjects=count,
        structures=("linear",),
        times_h=np.array(times),
        everybody=False,
    )


def predict(count: int, times_h):
    return people_at(count, tuple(times_h.tolist()))


def level(value: float, *, unit: str = "ng/mL", below: bool = False, times=(AT_H,)):
    return MeasuredLevel(
        analyte="mitragynine",
        value=value,
        unit=unit,
        below_limit=below,
        times_h=times,
        said=f"mitragynine {value} {unit}",
    )


def chosen(*levels: MeasuredLevel):
    return choose(levels, predict, KNOWLEDGE, unknown={}, seed=3, subjects=SUBJECTS)


@functools.cache
def typical() -> float:
    return float(np.median(curve_nm(people_at(SUBJECTS, (AT_H,)), "mitragynine")) * WEIGHT)


def test_a_level_that_fits_is_used_and_narrows():
    found = chosen(level(typical()))
    assert [use.use for use in found.uses] == [Use.USED]
    assert found.who is not None
    assert found.who.size == SUBJECTS
    every = curve_nm(people_at(found.of, (AT_H,)), "mitragynine")[:, 0]
    assert np.std(np.log(every[found.who])) < np.std(np.log(every))


def test_nothing_is_chosen_without_a_level_or_without_a_time():
    assert chosen().who is None
    found = chosen(level(typical(), times=()))
    assert found.who is None
    assert [use.use for use in found.uses] == [Use.UNTIMED]


def test_an_impossible_level_is_refused_with_every_other_and_what_would_fit_is_named():
    found = chosen(level(typical() * 1000, unit="ng/mL"), level(typical(), times=(AT_H + 3,)))
    assert found.who is None
    assert [use.use for use in found.uses] == [Use.REFUSED, Use.WITH_REFUSED]
    refusal = next(f for f in found.findings if f.id.startswith("level.impossible"))
    assert "so far high" in refusal.text
    assert refusal.detail


def test_a_mistaken_unit_is_suggested_only_where_it_would_fit():
    in_wrong_unit = chosen(level(typical(), unit="mg/L"))
    detail = next(f.detail for f in in_wrong_unit.findings if f.id.startswith("level.impossible"))
    assert "Read in ng/mL it would fit." in detail
    absurd = chosen(level(900_000.0, unit="mg/L"))
    detail = next(f.detail for f in absurd.findings if f.id.startswith("level.impossible"))
    assert "would make it fit" in detail


def test_too_low_is_called_low():
    found = chosen(level(typical() / 1e5))
    refusal = next(f for f in found.findings if f.id.startswith("level.impossible"))
    assert "so far low" in refusal.text


def test_below_the_limit_is_used():
    found = chosen(level(typical(), below=True))
    assert found.uses[0].use is Use.USED
    assert found.who is not None
    every = curve_nm(people_at(found.of, (AT_H,)), "mitragynine")[:, 0]
    assert np.median(every[found.who]) < np.median(every)


def test_where_few_agree_more_are_tried_and_it_is_said():
    rare = float(np.quantile(curve_nm(people_at(SUBJECTS, (AT_H,)), "mitragynine"), 0.995) * WEIGHT)
    found = chosen(level(rare * 1.3))
    assert SUBJECTS < found.of <= MOST_PEOPLE
    assert found.effective is not None


def test_the_order_of_levels_changes_nothing():
    one, other = level(typical()), level(typical() * 0.4, times=(AT_H + 20.0,))
    first, second = chosen(one, other), chosen(other, one)
    assert first.who is not None
    assert np.array_equal(first.who, second.who)


def test_truth_is_recovered_for_people_of_the_model():
    """Levels of simulated people, with the stated error, lead back to their own exposure."""
    people = people_at(400, (AT_H, AT_H + 6.0))
    truth = curve_nm(people, "mitragynine")
    rng = np.random.default_rng(8)
    inside = 0
    asked = range(200, 240)
    for i in asked:
        noisy = truth[i] * WEIGHT * np.exp(rng.normal(0.0, 0.3, 2))
        found = chosen(level(float(noisy[0])), level(float(noisy[1]), times=(AT_H + 6.0,)))
        if found.who is None:
            continue
        there = curve_nm(people_at(found.of, (AT_H, AT_H + 6.0)), "mitragynine")[found.who, 0]
        low, high = np.percentile(there, (5, 95))
        inside += bool(low <= truth[i, 0] <= high)
    # 90 % of 40, less three standard errors.
    assert inside >= 0.75 * len(asked)


@pytest.mark.parametrize("hours", [2.0, 30.0])
def test_a_forecast_with_a_level_is_narrower_than_without(hours: float):
    settings = Settings(seed=2, subjects=200, structures=("linear",))
    before = forecast(PLAN, KNOWLEDGE, settings).analytes["mitragynine"].auc
    unit = read_level(f"mitragynine=1 ng/mL@{hours}h")
    plan = PLAN.model_copy(update={"levels": (unit,)})
    predicted = forecast(plan, KNOWLEDGE, settings).levels[0].median
    assert predicted is not None
    plan = PLAN.model_copy(update={"levels": (read_level(f"mg={predicted:.3f} ng/mL@{hours}h"),)})
    after = forecast(plan, KNOWLEDGE, settings).analytes["mitragynine"].auc
    assert before.p95 is not None
    assert before.p05 is not None
    assert after.p95 is not None
    assert after.p05 is not None
    assert after.p95 / after.p05 < before.p95 / before.p05


def simulated(regimen: str, *levels: str):
    plan = read_plan_text(regimen)
    plan = plan.model_copy(update={"levels": tuple(map(read_level, levels))})
    return forecast(plan, KNOWLEDGE, Settings(seed=2, subjects=200, structures=("linear",)))


def said(result, prefix: str):
    return [f for f in result.findings if f.id.startswith(prefix)]


@pytest.mark.parametrize("measured", ["mg=55 ng/mL@2h", "mg<1 ng/mL@2h", "mg=55 ng/mL"])
def test_a_level_of_an_alkaloid_whose_amount_is_not_known_is_not_judged(measured: str):
    """Unknown is not nought: the tablet may hold mitragynine."""
    result = simulated("15 mg 7-oh tablet", measured)
    assert [use.use for use in result.levels] == [Use.UNKNOWN_CONTENT]
    assert result.levels[0].median is None
    assert result.effective_subjects is None
    assert said(result, "level.content_unknown")
    for other in ("level.impossible", "level.used", "level.untimed", "level.unusual"):
        assert not said(result, other)


def test_the_seven_oh_of_a_labelled_seven_oh_product_can_be_judged():
    assert simulated("15 mg 7-oh tablet", "7-oh=10 ng/mL@2h").levels[0].use is Use.USED


def test_what_is_not_known_is_told_by_analyte():
    shot = read_plan_text("extract shot 150 mg mitragynine").products[0].as_product()
    tablet = read_plan_text("15 mg 7-oh tablet").products[0].as_product()
    leaf = read_plan_text("2 g leaf tea").products[0].as_product()
    assert unknown_content([leaf], KNOWLEDGE) == {}
    assert set(unknown_content([shot], KNOWLEDGE)) == {"7-hydroxymitragynine"}
    assert set(unknown_content([leaf, tablet], KNOWLEDGE)) == {"mitragynine"}
    both = unknown_content([leaf], KNOWLEDGE, left_out=["a shot"])
    assert both == {"mitragynine": ("a shot",), "7-hydroxymitragynine": ("a shot",)}


def test_a_high_seven_oh_level_after_leaf_points_to_a_product_not_reported():
    result = simulated("2 g leaf tea", "7-oh=50 ng/mL@2h")
    unusual = said(result, "level.unusual")
    assert len(unusual) == 1
    assert "unusually high" in unusual[0].text
    assert "7-OH product that was not reported" in unusual[0].detail
    assert not said(simulated("2 g leaf tea", "7-oh=4 ng/mL@2h"), "level.unusual")
    low = said(simulated("2 g leaf tea", "mg<0.5 ng/mL@2h"), "level.unusual")
    assert all("rules out neither" in f.detail for f in low)


def test_a_refuted_prediction_gives_no_time_until_levels_are_low():
    result = simulated("2 g leaf tea", "mg=5000 ng/mL@2h")
    assert result.washout == ()
    assert said(result, "level.no_washout")
    assert simulated("2 g leaf tea").washout


def test_a_sample_before_anything_was_absorbed_is_not_set_against_nought():
    refusal = said(simulated("2 g leaf tea", "mg=5 ng/mL@0h"), "level.impossible")[0]
    assert "could be absorbed" in refusal.text
    assert "0 to 0" not in refusal.text


def test_without_a_time_a_level_is_never_said_to_fit():
    """Every low level lies between nothing before a dose and the peak."""
    low = said(simulated("2 g leaf tea", "mg<0.5 ng/mL"), "level.untimed")[0]
    assert "cannot be told" in low.text
    assert "inside" not in low.text
    high = said(simulated("2 g leaf tea", "mg=5000 ng/mL"), "level.untimed_above")[0]
    assert "higher than the peak" in high.text
