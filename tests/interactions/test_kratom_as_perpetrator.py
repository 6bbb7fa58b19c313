"""Kratom as perpetrator, from the course of the enzyme: the studied tea, more, less, unknown."""

from __future__ import annotations

import dataclasses
import itertools
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from tests.interactions.cases import AS_STUDIED, KNOWLEDGE, check, row
from tests.interactions.kratom_use import leaf, samples_of, simulated, use_of, using
from tests.language import forbidden_in

from speciosa.finding import Certainty
from speciosa.pharmacology.interactions.kinetics.static_model import auc_ratio, model_error
from speciosa.pharmacology.interactions.kinetics.victim import clearance
from speciosa.pharmacology.interactions.kratom import effect
from speciosa.pharmacology.interactions.kratom.course import gut_met, mean_over_day
from speciosa.pharmacology.interactions.kratom.person import persons_use

VICTIMS = ("midazolam", "buspirone", "quetiapine", "triazolam", "simvastatin", "metoprolol")
HEAVY = using(leaf(4.0, 4.0))
UNKNOWN_AMOUNT = {"form": "extract", "label": "gummies"}


def ratio_of(name: str, grams: float, times_per_day: float | None = 3.0) -> Any:
    """The ratio of a medicine with a use of analysed leaf."""
    victim = clearance(KNOWLEDGE.medicines.get(name), KNOWLEDGE)
    assert victim is not None
    return auc_ratio(victim, [use_of(grams, times_per_day).at_worst], model_error(KNOWLEDGE))


def test_the_studied_tea_gives_what_was_seen() -> None:
    samples = samples_of(2.0, None)
    rate = KNOWLEDGE.ddi.constant("physiology/ka_static_model_per_h").number
    people = samples.gut_cyp3a.shape[0]
    met = gut_met(samples.gut_cyp3a, samples.time_h, np.full(people, rate), repeating=False)
    in_liver = mean_over_day(samples.liver_cyp3a, samples.time_h)
    victim = KNOWLEDGE.medicines.get("midazolam").victim
    assert victim.f_gut is not None
    f_gut, share = victim.f_gut.value, victim.fm["CYP3A4"].value
    ratio = 1.0 / (met.with_first * (1.0 - f_gut) + f_gut) / (share * in_liver + 1.0 - share)
    seen = KNOWLEDGE.fact("ddi/kratom/observed/midazolam/auc_ratio")
    assert seen.low is not None
    assert seen.high is not None
    assert seen.low < np.median(ratio) < seen.high
    # The half-life did not change, so the liver was spared.
    assert np.median(in_liver) > 0.95


def test_the_potency_at_cyp2d6_holds_what_was_seen_and_is_never_below_nought() -> None:
    potency = effect.cyp2d6_potency(KNOWLEDGE)
    assert potency.min() >= 0.0
    probe = KNOWLEDGE.medicines.get("dextromethorphan").victim.fm["CYP2D6"].value
    ratio = 1.0 / (probe / (1.0 + potency) + 1.0 - probe)
    low, high = np.percentile(ratio, (5, 95))
    assert low < 1.02
    assert 1.15 < high < 1.3


def test_without_mitragynine_nothing_changes() -> None:
    samples = samples_of(2.0, 3.0)
    nothing = dataclasses.replace(
        samples,
        mitragynine_nm=np.zeros_like(samples.mitragynine_nm),
        mitragynine_peak_nm=np.zeros_like(samples.mitragynine_peak_nm),
        mitragynine_mg_per_day=np.zeros_like(samples.mitragynine_mg_per_day),
        gut_cyp3a=np.ones_like(samples.gut_cyp3a),
        liver_cyp3a=np.ones_like(samples.liver_cyp3a),
    )
    use = persons_use(nothing, KNOWLEDGE)
    assert use is not None
    for name in VICTIMS:
        victim = clearance(KNOWLEDGE.medicines.get(name), KNOWLEDGE)
        assert victim is not None
        np.testing.assert_allclose(auc_ratio(victim, [use.at_worst]).samples, 1.0)


@pytest.mark.parametrize("name", VICTIMS)
def test_more_kratom_never_changes_a_medicine_less(name: str) -> None:
    ratios = [ratio_of(name, grams) for grams in (0.5, 1.0, 2.0, 4.0, 8.0)]
    for less, more in itertools.pairwise(ratios):
        assert more.median >= less.median
        assert more.high >= less.high
        assert more.low >= less.low * 0.995  # draws of 2,000


@pytest.mark.parametrize("name", VICTIMS)
def test_no_victim_exceeds_its_own_ceiling(name: str) -> None:
    victim = clearance(KNOWLEDGE.medicines.get(name), KNOWLEDGE)
    assert victim is not None
    gone = np.zeros_like(victim.f_gut)
    enzymes = sum((victim.fm[e] for e in victim.fm if e in ("CYP3A4", "CYP2D6")), start=gone)
    gut = victim.f_gut if "CYP3A4" in victim.fm else 1.0
    ceiling = float(np.quantile(1.0 / gut / (1.0 - enzymes), 0.95))
    found = ratio_of(name, 8.0, 6.0)
    assert found.ceiling <= ceiling * (1.0 + 1e-9)
    assert found.samples.max() <= found.ceiling * (1.0 + 1e-9)


@pytest.mark.parametrize("name", VICTIMS)
def test_heavy_daily_use_changes_a_medicine_more_than_the_studied_tea(name: str) -> None:
    victim = clearance(KNOWLEDGE.medicines.get(name), KNOWLEDGE)
    assert victim is not None
    activity, _ = effect.studied(KNOWLEDGE)
    tea = auc_ratio(victim, [activity], model_error(KNOWLEDGE))
    heavy = ratio_of(name, 4.0, 4.0)
    assert heavy.median > tea.median
    assert heavy.high / heavy.low > tea.high / tea.low
    assert heavy.low >= tea.low * 0.995


def test_a_content_that_is_not_known_widens() -> None:
    known = row(simulated(using(leaf(2.0)), "buspirone"), "pk.kratom.buspirone").auc_ratio
    unknown = row(
        simulated(using(leaf(2.0, analysed=False)), "buspirone"), "pk.kratom.buspirone"
    ).auc_ratio
    assert known is not None
    assert unknown is not None
    assert unknown.high / unknown.low > known.high / known.low
    assert unknown.high > known.high


def test_a_row_beyond_the_study_says_so_and_shows_both_amounts() -> None:
    result = simulated(HEAVY, "midazolam", "desipramine")
    assert forbidden_in(result) == []
    found = row(result, "pk.kratom.midazolam")
    assert found.certainty is Certainty.VERY_LOW
    assert found.sentence.index("1.39") < found.sentence.index("goes beyond its one study")
    assert "beyond its one study" in found.auc_ratio.interval
    assert "39 mg" in found.flags[0]
    assert "310 mg a day" in found.flags[0]
    assert not found.seen_in_people
    assert "not been studied" in found.mechanism
    of_cyp2d6 = row(result, "pk.kratom.desipramine")
    assert of_cyp2d6.auc_ratio.low < 1.05
    assert of_cyp2d6.auc_ratio.high > 2.0
    assert "without a visible effect" in of_cyp2d6.sentence


def test_a_ceiling_is_told_where_the_range_comes_near_it() -> None:
    result = simulated(HEAVY, "sertraline", "buspirone")
    near, far = (row(result, f"pk.kratom.{name}") for name in ("sertraline", "buspirone"))
    assert near.ceiling is not None
    assert near.auc_ratio.high <= near.ceiling <= 2.0 * near.auc_ratio.high
    assert far.ceiling is None


def test_a_kind_of_product_that_was_never_studied_is_named_so() -> None:
    shot = {
        "form": "extract_shot",
        "dose": {"units": 1, "mitragynine_mg_per_unit": 150},
        "times_per_day": 2,
    }
    found = row(simulated(using(shot), "buspirone"), "pk.kratom.buspirone")
    assert "A product of this kind has not been studied" in found.mechanism
    tea = row(simulated(HEAVY, "buspirone"), "pk.kratom.buspirone")
    assert "A product of this kind" not in tea.mechanism


UNKNOWN_SIZE = {
    "asking": {"status": "asking"},
    "nothing said": {"status": "using"},
    "no amount": using(UNKNOWN_AMOUNT),
    "one of two without an amount": using(leaf(0.5, 1.0), UNKNOWN_AMOUNT),
    "stopped": {"status": "stopped", "last_use_hours_ago": 20, "products": [leaf(0.5, 1.0)]},
    "leaf and 7-OH": using(
        leaf(0.5, 1.0),
        {"form": "7_oh_product", "dose": {"units": 1, "seven_oh_mg_per_unit": 15},
         "times_per_day": 1},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kratom", UNKNOWN_SIZE.values(), ids=UNKNOWN_SIZE)
@pytest.mark.parametrize("name", ["midazolam", "buspirone", "quetiapine"])
def test_a_use_of_unknown_size_is_never_calmer(kratom: dict[str, Any], name: str) -> None:
    found = row(simulated(kratom, name), f"pk.kratom.{name}")
    studied = row(simulated(AS_STUDIED, name), f"pk.kratom.{name}")
    small = row(simulated(using(leaf(0.5, 1.0)), name), f"pk.kratom.{name}")
    assert found.auc_ratio is not None
    assert found.auc_ratio.value is None
    assert found.flags
    for other in (studied, small):
        assert other.auc_ratio is not None
        assert found.auc_ratio.high > other.auc_ratio.high
        assert found.severity.rank <= other.severity.rank


def test_a_level_that_speaks_against_the_history_leaves_no_single_figure() -> None:
    labs = [
        {"name": "mitragynine_plasma", "value": 4000, "unit": "ng/mL", "hours_after_dose": 2,
         "date": "2026-11-22"}
    ]  # fmt: skip
    kratom = using(leaf(0.2, 1.0)) | {"last_use_hours_ago": 2}
    found = row(simulated(kratom, "buspirone", labs=labs), "pk.kratom.buspirone")
    assert found.auc_ratio is not None
    assert found.auc_ratio.value is None


def test_the_order_of_the_list_does_not_matter() -> None:
    names = ("buspirone", "metoprolol", "quetiapine", "ketoconazole")
    one, other = simulated(HEAVY, *names), simulated(HEAVY, *reversed(names))
    rows = {r.id: r for r in other.rows}
    for found in one.rows:
        if "kratom" in found.members:
            assert rows[found.id].auc_ratio == found.auc_ratio
            assert rows[found.id].severity is found.severity


def test_adding_a_medicine_changes_no_row_of_another() -> None:
    alone = row(simulated(HEAVY, "buspirone"), "pk.kratom.buspirone")
    among = row(simulated(HEAVY, "sertraline", "buspirone"), "pk.kratom.buspirone")
    assert among == alone


def test_the_list_is_ranked_by_what_kratom_changes_most() -> None:
    names = ("alprazolam", "midazolam", "lorazepam", "buspirone", "quetiapine")
    for kratom in (HEAVY, {"status": "asking"}):
        found = {f.id: f for f in simulated(kratom, *names).findings}
        text = found["interaction.kratom.most_changed"].text
        assert text.index("buspirone") < text.index("quetiapine") < text.index("midazolam")
        assert "lorazepam" not in text
        assert "others of the list can be changed too" in text
    none = {f.id for f in simulated({"status": "never"}, *names).findings}
    assert "interaction.kratom.most_changed" not in none


@pytest.mark.parametrize(
    ("days", "recovering"), [(1, True), (10, True), (20, True), (28, True), (40, False)]
)
def test_enzymes_recover_after_kratom_has_ended(days: int, *, recovering: bool) -> None:
    stopped = {"status": "stopped", "stopped": str(date(2026, 11, 22) - timedelta(days=days))}
    found = row(check("midazolam", kratom=stopped), "pk.kratom.midazolam")
    assert ("made anew" in found.mechanism) is recovering


@pytest.mark.parametrize("kratom", [HEAVY, AS_STUDIED], ids=["heavy", "as studied"])
def test_a_diseased_liver_softens_no_row(kratom: dict[str, Any]) -> None:
    ill = {"liver": {"child_pugh": "C"}}
    for name in ("midazolam", "quetiapine", "alprazolam", "metoprolol"):
        usual = row(simulated(kratom, name), f"pk.kratom.{name}")
        found = {r.id: r for r in simulated(kratom, name, person=ill).rows}
        assert found[usual.id].severity.rank <= usual.severity.rank


@pytest.mark.parametrize("name", [*VICTIMS, "desipramine"])
@pytest.mark.parametrize(
    "more",
    [
        UNKNOWN_AMOUNT,
        {"form": "7_oh_product", "dose": {"units": 1, "seven_oh_mg_per_unit": 15},
         "times_per_day": 1},
        {"form": "unknown"},
    ],
    ids=["an extract without an amount", "a 7-OH product", "an unknown product"],
)  # fmt: skip
def test_adding_a_product_makes_no_row_milder(name: str, more: dict[str, Any]) -> None:
    heavy = leaf(6.0, 5.0)
    known = row(simulated(using(heavy), name), f"pk.kratom.{name}")
    part = row(simulated(using(heavy, more), name), f"pk.kratom.{name}")
    assert part.severity.rank <= known.severity.rank
    assert part.auc_ratio.value is None
    if part.auc_ratio.high is not None:
        assert part.auc_ratio.high >= known.auc_ratio.high * 0.9
        assert "by themselves" in part.sentence
