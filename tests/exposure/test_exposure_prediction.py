"""Predicted exposure: published figures, wide where it must be, the same person every time."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.exposure.kratom_cases import kratom_cases
from tests.language import every_text, forbidden_in

from speciosa.case.read import parse_case
from speciosa.engine import Failure, SimulationError
from speciosa.finding import Severity, Tone
from speciosa.knowledge import load
from speciosa.pharmacology.exposure import expose
from speciosa.pharmacology.exposure.result import ExposureStatus

KNOWLEDGE = load()
MITRAGYNINE, SEVEN_OH = "mitragynine", "7-hydroxymitragynine"


def case_of(*products, status="using", **rest):
    kratom = {"status": status, "products": list(products), **rest.pop("kratom", {})}
    return parse_case({"date": "2026-11-22", "kratom": kratom, **rest})


def leaf(grams=2.0, times=1.0, content=None, **fields):
    analysis = {"analysis": {"mitragynine_mg_per_g": content}} if content else {}
    return {
        "form": "leaf_powder",
        "dose": {"leaf_g": grams},
        **({"times_per_day": times} if times else {}),
        **analysis,
        **fields,
    }


def run(*products, seed=7, subjects=400, **rest):
    return expose(case_of(*products, **rest), KNOWLEDGE, seed=seed, subjects=subjects)


def ids(result):
    return {f.id for f in result.findings}


# ------------------------------------------------------------------ published figures


@pytest.fixture(scope="module")
def tea():
    """One dose of the 2 g tea with 39 mg of mitragynine, on its own."""
    return run(leaf(content=19.48, times=None), subjects=2000)[0]


def test_the_tea_study_is_reproduced(tea):
    fact = KNOWLEDGE.fact
    peak, auc = tea.analytes[MITRAGYNINE].cmax_nm, tea.analytes[MITRAGYNINE].auc
    published = fact("kratom/pk_tanna2022_mitragynine_Cmax")
    assert published.low < peak.value < published.high
    assert peak.value == pytest.approx(published.number, rel=0.25)
    # As wide as the range of the five, and not far off its upper end.
    assert peak.high / peak.low > published.high / published.low
    assert peak.low < published.low
    assert peak.high > 0.9 * published.high
    mw = fact("kratom/pk_mg_mw").number / 1000
    area = fact("kratom/pk_tanna2022_mitragynine_AUCinf")
    # The first day holds most, not all, of the area to infinity.
    assert 0.5 * area.number * mw < auc.value < 1.1 * area.number * mw
    assert 0.5 <= tea.analytes[MITRAGYNINE].tmax.value <= 1.5
    half_life = tea.analytes[MITRAGYNINE].half_life
    assert half_life.low < 43.4 < half_life.high
    assert half_life.low > 15


def test_formed_seven_oh_is_reproduced(tea):
    published = KNOWLEDGE.fact("kratom/pk_tanna2022_seven_hydroxymitragynine_Cmax")
    peak = tea.analytes[SEVEN_OH].cmax_nm
    assert peak.value == pytest.approx(published.number, rel=0.35)
    assert peak.low < published.low
    ratio = peak.value / tea.analytes[MITRAGYNINE].cmax_nm.value
    assert 0.15 < ratio < 0.35


def test_once_daily_use_builds_up_over_days():
    first = run(leaf(content=13.3), kratom={"since": "2026-11-22"})[0]
    week = run(leaf(content=13.3), kratom={"since": "2026-11-13"})[0]
    long = run(leaf(content=13.3), kratom={"since": "2020-01-01"})[0]

    def trough(result):
        return result.analytes[MITRAGYNINE].ctrough.value

    assert trough(first) < trough(week) < trough(long)
    assert trough(week) > 0.75 * trough(long)


# ------------------------------------------------------------------ properties


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**40), st.integers(5, 60))
def test_a_subject_is_the_same_person_in_a_larger_population(seed, subjects):
    case = case_of(leaf(times=2.0), {"form": "7_oh_product", "dose": {"units": 1.0}})
    _, few = expose(case, KNOWLEDGE, seed=seed, subjects=subjects)
    _, many = expose(case, KNOWLEDGE, seed=seed, subjects=80)
    for name in ("mitragynine_peak_nm", "seven_oh_trough_nm", "mitragynine_mg_per_day"):
        assert np.allclose(getattr(few, name), getattr(many, name)[:subjects], rtol=1e-12)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.2, 10.0), st.floats(1.05, 5.0), st.integers(1, 5))
def test_more_is_never_predicted_to_give_less(grams, factor, times):
    _, less = run(leaf(grams, float(times)), subjects=150)
    _, more = run(leaf(min(grams * factor, 50.0), float(times)), subjects=150)
    assert (more.mitragynine_peak_nm >= less.mitragynine_peak_nm).all()
    assert (more.mitragynine_trough_nm >= less.mitragynine_trough_nm).all()


def test_within_the_studied_amounts_half_the_people_have_levels_in_proportion():
    result, one = run(leaf(0.5, content=13.3))
    _, two = run(leaf(1.0, content=13.3))
    ratio = two.mitragynine_peak_nm / one.mitragynine_peak_nm
    # 1.0 g x 13.3 mg/g lies far below the studied 53.2 mg a day.
    linear = np.isclose(ratio, 2.0, rtol=1e-9)
    share = next(s.share for s in result.structures if s.structure == "linear")
    assert linear.mean() == pytest.approx(share)
    # Where mitragynine slows its own breakdown, twice the amount gives more than twice the level.
    assert (ratio[~linear] > 2.0).all()


def test_the_same_input_gives_the_same_bytes():
    assert run(leaf())[0] == run(leaf())[0]
    assert run(leaf(), seed=8)[0] != run(leaf(), seed=7)[0]


def test_adding_a_product_never_lowers_a_level():
    _, alone = run(leaf(2.0, 2.0))
    _, both = run(
        leaf(2.0, 2.0), {"form": "7_oh_product", "dose": {"units": 1.0}, "times_per_day": 2.0}
    )
    assert (both.seven_oh_peak_nm >= alone.seven_oh_peak_nm).all()


# ------------------------------------------------------------------ uncertainty


def test_product_content_drives_the_uncertainty_and_a_laboratory_narrows_it():
    unknown, known = run(leaf(2.0, 1.0))[0], run(leaf(2.0, 1.0, content=19.48))[0]
    assert unknown.drivers[0].name == "product content"
    share = {d.name: d.share for d in known.drivers}
    assert share["product content"] < 0.1
    assert sum(share.values()) == pytest.approx(1.0, abs=1e-3)
    wide, narrow = (r.analytes[MITRAGYNINE].cmax for r in (unknown, known))
    assert wide.high / wide.low > narrow.high / narrow.low


def test_a_seven_oh_tablet_is_wide_flagged_and_never_a_point():
    tablet = {"form": "7_oh_product", "dose": {"units": 1.0, "seven_oh_mg_per_unit": 20.0}}
    result, samples = run({**tablet, "times_per_day": 2.0})
    peak = result.analytes[SEVEN_OH].cmax
    assert peak.high / peak.low > 10
    flag = next(f for f in result.findings if f.id == "exposure.swallowed_seven_oh")
    assert flag.severity is Severity.MAJOR
    assert " to " in result.headline
    assert samples.swallowed_seven_oh
    assert result.analytes[SEVEN_OH].half_life.value is None
    assert "no human data" in result.analytes[SEVEN_OH].half_life.no_interval_because
    assert result.analytes[MITRAGYNINE].cmax.value is None
    assert result.analytes[MITRAGYNINE].cmax.no_interval_because


def test_what_is_not_known_of_swallowed_seven_oh_is_a_large_part_of_its_uncertainty():
    tablet = {"form": "7_oh_product", "dose": {"units": 1.0, "seven_oh_mg_per_unit": 20.0}}
    share = {d.name: d.share for d in run({**tablet, "times_per_day": 2.0})[0].drivers}
    assert share["uncertainty of the model's parameters"] > 0.3


def test_the_metabolite_ratio_is_not_applied_to_tablets():
    tablet = {"form": "7_oh_product", "dose": {"seven_oh_mg": 20.0}, "times_per_day": 1.0}
    tablets, leaves = run(tablet)[0], run(leaf(2.0, 1.0, content=10.0))[0]
    assert tablets.analytes[SEVEN_OH].cmax.value > 3 * leaves.analytes[SEVEN_OH].cmax.value


def test_every_number_has_an_interval_or_a_reason():
    for result in (run(leaf())[0], run({"form": "7_oh_product", "dose": {"units": 1.0}})[0]):
        assert set(result.analytes) == {MITRAGYNINE, SEVEN_OH}
        for analyte in result.analytes.values():
            for name in ("cmax", "tmax", "auc", "ctrough", "half_life", "cmax_nm"):
                shown = getattr(analyte, name)
                assert (
                    shown.low is not None and shown.low < shown.high
                ) or shown.no_interval_because


def test_units_stand_beside_each_other():
    shown = run(leaf())[0].analytes[MITRAGYNINE]
    assert shown.cmax.unit == "ng/mL"
    assert shown.cmax_nm.value * 0.3984953 == pytest.approx(shown.cmax.value)


def test_the_fan_is_ordered():
    curve = run(leaf(3.0, 3.0))[0].curves[0]
    assert len(curve.time_h) == len(curve.median) > 100
    fifty, _, ninety_five = curve.bands
    for i in range(len(curve.time_h)):
        assert ninety_five.low[i] <= fifty.low[i] <= curve.median[i]
        assert curve.median[i] <= fifty.high[i] <= ninety_five.high[i]


# ------------------------------------------------------------------ structures and sources


def test_both_structures_stand_beside_the_mixture():
    result = run(leaf(2.0, 3.0, content=13.3))[0]
    assert [s.structure for s in result.structures] == ["linear", "turnover"]
    assert sum(s.share for s in result.structures) == pytest.approx(1.0)
    shown = result.analytes[MITRAGYNINE].auc.value
    middles = [s.analytes[0].auc.value for s in result.structures]
    assert min(middles) <= shown <= max(middles)
    assert all(s.release and s.method for s in result.structures)
    assert {(d.analyte, d.measure) for d in result.differences} == {
        (a, m) for a in (MITRAGYNINE, SEVEN_OH) for m in ("cmax", "auc", "ctrough")
    }


def test_where_the_structures_part_is_said_and_agreement_is_no_proof():
    for result in (run(leaf(0.2, 1.0, content=5.0))[0], run(leaf(5.0, 4.0, content=20.0))[0]):
        apart = [d for d in result.differences if d.differs]
        said = {i for i in ids(result) if i.startswith("exposure.structures_")}
        assert said == {"exposure.structures_differ" if apart else "exposure.structures_agree"}
        agree = [f for f in result.findings if f.id == "exposure.structures_agree"]
        assert all("does not show that they are right" in f.text for f in agree)


def test_heavy_use_parts_the_structures_more_than_light_use():
    light, heavy = run(leaf(0.2, 1.0, content=5.0))[0], run(leaf(5.0, 4.0, content=20.0))[0]

    def area(result):
        return next(
            d.ratio for d in result.differences if (d.analyte, d.measure) == (MITRAGYNINE, "auc")
        )

    assert area(heavy) > area(light)


def test_the_four_sources_are_named_and_add_up():
    result = run(leaf())[0]
    assert len(result.drivers) == 4
    assert sum(d.share for d in result.drivers) == pytest.approx(1.0, abs=1e-3)
    assert all(d.narrowed_by for d in result.drivers)


def test_what_would_narrow_the_range_is_computed_and_the_best_stands_first():
    unknown, known = run(leaf())[0], run(leaf(content=19.48))[0]
    assert len(unknown.narrowing) == 4
    folds = [n.fold_then for n in unknown.narrowing]
    assert folds == sorted(folds)
    assert all(n.fold_then <= n.fold_now for n in unknown.narrowing)
    # What is already known is not offered again.
    assert not any("analysis" in n.by for n in known.narrowing)


def test_levels_above_everything_measured_are_said_and_levels_within_are_not():
    heavy, light = run(leaf(6.0, 4.0, content=20.0))[0], run(leaf(0.2, 1.0, content=5.0))[0]
    assert "exposure.above_observed.mitragynine" in ids(heavy)
    assert not any(i.startswith("exposure.above_observed") for i in ids(light))
    assert {(o.analyte, o.measure) for o in light.observed} == {
        (a, m) for a in (MITRAGYNINE, SEVEN_OH) for m in ("cmax", "auc")
    }
    assert all(o.observed_low < o.observed_high and o.n == 5 for o in light.observed)


def test_other_alkaloids_are_stated_for_leaf_alone():
    leaves, mixed = run(leaf())[0], run(leaf(), {"form": "7_oh_product", "dose": {"units": 1.0}})[0]
    assert len(leaves.others) == len(mixed.others) == 5
    assert all(o.exposure is not None for o in leaves.others)
    assert all(o.exposure is None and o.why_none for o in mixed.others)


def test_speciociliatine_lies_above_mitragynine_as_in_the_tea_study(tea):
    found = {o.alkaloid: o.exposure for o in tea.others}
    fact = KNOWLEDGE.fact("kratom/pk_tanna2022_speciociliatine_Cmax")
    peak = found["speciociliatine"].cmax
    assert peak.value > tea.analytes[MITRAGYNINE].cmax.value
    assert peak.low < fact.number * KNOWLEDGE.fact("kratom/pk_mg_mw").number / 1e3 < peak.high


def test_formed_and_swallowed_seven_oh_are_shown_apart():
    tablet = {"form": "7_oh_product", "dose": {"seven_oh_mg": 15.0}, "times_per_day": 1.0}
    leaves, tablets = run(leaf())[0].analytes[SEVEN_OH], run(tablet)[0].analytes[SEVEN_OH]
    assert leaves.cmax_swallowed.value < leaves.cmax_formed.value
    assert tablets.cmax_formed is None
    assert tablets.cmax_swallowed.value == pytest.approx(tablets.cmax.value)


def test_steady_use_has_a_half_life_that_explains_its_accumulation():
    daily, once = run(leaf(content=13.3))[0], run(leaf(times=None, content=13.3))[0]
    shown = daily.analytes[MITRAGYNINE]
    assert daily.steady
    assert shown.effective_half_life.value < shown.half_life.value
    assert not once.steady
    assert once.analytes[MITRAGYNINE].effective_half_life is None


# ------------------------------------------------------------------ caveats


def test_beyond_the_studied_amount_the_prediction_says_so_and_widens():
    low, high = run(leaf(1.0, 1.0, content=13.3))[0], run(leaf(4.0, 5.0, content=13.3))[0]
    assert "exposure.extrapolation" not in ids(low)
    assert "exposure.extrapolation" in ids(high)
    a, b = (r.analytes[MITRAGYNINE].auc for r in (low, high))
    assert b.high / b.low > a.high / a.low


def test_unknown_frequency_is_one_dose_and_a_warning():
    once, thrice = run(leaf(2.0, None))[0], run(leaf(2.0, 3.0))[0]
    assert "exposure.single_dose" in ids(once)
    assert once.analytes[MITRAGYNINE].cmax.value < thrice.analytes[MITRAGYNINE].cmax.value


def test_a_product_without_an_amount_makes_the_levels_a_lower_bound():
    result, samples = run(leaf(), {"form": "extract_shot", "dose": {"units": 1.0}})
    assert "exposure.left_out" in ids(result)
    assert samples.incomplete


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ({"person": {"liver": {"child_pugh": "B"}}}, "exposure.liver"),
        ({"conditions": [{"name": "liver_disease"}]}, "exposure.liver"),
        ({"medicines": [{"name": "ketoconazole"}]}, "exposure.medicines"),
        ({"person": {"pregnancy": "pregnant"}}, "exposure.special_group"),
        ({"person": {"age_years": 16}}, "exposure.special_group"),
        ({"person": {"age_years": 80}}, "exposure.special_group"),
    ],
)
def test_who_was_not_studied_is_told(rest, expected):
    assert expected in ids(run(leaf(), **rest)[0])
    assert expected not in ids(run(leaf(), person={"age_years": 40})[0])


@pytest.mark.parametrize(
    "rest",
    [
        {"person": {"liver": {"child_pugh": "B"}}},
        {"person": {"pregnancy": "pregnant"}},
        {"person": {"age_years": 80}},
    ],
)
def test_who_was_not_studied_has_a_wider_range(rest):
    usual = run(leaf(content=10.0))[0].analytes[MITRAGYNINE].auc
    wider = run(leaf(content=10.0), **rest)[0].analytes[MITRAGYNINE].auc
    assert wider.high / wider.low > 1.1 * usual.high / usual.low
    assert wider.value == pytest.approx(usual.value, rel=0.15)


@pytest.mark.parametrize(
    ("level", "expected"),
    [(0.001, "below"), (20.0, "inside"), (5000.0, "above")],
)
def test_a_measured_level_is_compared_and_diagnoses_nothing(level, expected):
    lab = {"name": "mitragynine_plasma", "value": level, "unit": "ng/mL"}
    result, _ = run(leaf(2.0, 2.0, content=13.3), labs=[lab])
    found = next(f for f in result.findings if f.id.startswith("exposure.level_"))
    assert found.id == f"exposure.level_{expected}.mitragynine"
    assert found.tone is not Tone.REASSURING


# ------------------------------------------------------------------ nothing to compute


@pytest.mark.parametrize(
    ("status", "expected"),
    [("asking", ExposureStatus.NOT_APPLICABLE), ("stopped", ExposureStatus.NOT_APPLICABLE)],
)
def test_without_current_use_nothing_is_computed(status, expected):
    result, samples = run(leaf(), status=status)
    assert result.status is expected
    assert result.why
    assert samples is None
    assert result.analytes == {}


def test_without_an_amount_nothing_is_computed():
    for kratom in (
        [],
        [{"form": "leaf_powder"}],
        [{"form": "extract_shot", "dose": {"units": 1.0}}],
    ):
        result, samples = run(*kratom)
        assert result.status is ExposureStatus.NOT_POSSIBLE
        assert result.missing
        assert samples is None
    result, _ = expose(parse_case({"date": "2026-11-22"}), KNOWLEDGE, seed=1, subjects=10)
    assert result.status is ExposureStatus.NOT_POSSIBLE


def test_a_failed_integration_shows_no_level_and_stops_nothing_else(monkeypatch):
    def fail(*_args, **_kwargs):
        raise SimulationError([Failure(3, 12.5, "the step became too small")], 400)

    monkeypatch.setattr("speciosa.pharmacology.exposure.virtual.levels.run", fail)
    result, samples = run(leaf())
    assert result.status is ExposureStatus.NOT_POSSIBLE
    assert "failed for 1 of the virtual people" in result.why
    assert result.analytes == {}
    assert samples is None


# ------------------------------------------------------------------ traps and manners


def test_known_errors_are_not_in_use():
    for key in ("kratom/pk_halflife_myth", "kratom/pk_trak2015_clf", "kratom/pk_singh_chronic"):
        assert key in KNOWLEDGE.kratom.not_for_use
    result, _ = run(leaf(4.0, 3.0))
    said = " ".join(every_text(result))
    for id_ in KNOWLEDGE.kratom.not_for_use:
        assert id_ not in said
    assert result.analytes[MITRAGYNINE].half_life.low > 10


@given(kratom_cases())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_case_breaks_recommends_or_reassures(case):
    result, samples = expose(case, KNOWLEDGE, seed=3, subjects=60)
    assert (samples is None) == (result.status is not ExposureStatus.COMPUTED)
    assert forbidden_in(result) == []
    assert all(f.tone is not Tone.REASSURING for f in result.findings)
    for found in result.findings:
        assert all(KNOWLEDGE.cite(f) for f in found.facts)
    if samples is not None:
        assert np.isfinite(samples.mitragynine_peak_nm).all()
        assert (samples.seven_oh_peak_nm >= samples.seven_oh_trough_nm).all()


def test_a_thousand_subjects_are_quick():
    run(leaf(3.0, 3.0), subjects=1000)
    start = time.perf_counter()
    run(leaf(3.0, 3.0), subjects=1000)
    assert time.perf_counter() - start < 2.0  # about 0.1 s when the machine is free


def test_the_half_life_shown_for_seven_oh_does_not_say_when_it_is_gone():
    result, _ = run(leaf())
    misfit = next(f for f in result.findings if f.id == "exposure.known_misfit")
    assert "24.7 h after repeated doses" in misfit.detail
    assert "does not tell when 7-OH is gone" in misfit.detail


def test_the_days_of_the_week_are_said():
    result, _ = run(leaf(days_per_week=4.0))
    assert "once a day on 4 days a week" in result.why
