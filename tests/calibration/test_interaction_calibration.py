"""The calibration on studied pairs: reproducible, current, honest about what it has not seen."""

from __future__ import annotations

import csv
import math

import msgspec
import numpy as np
import pytest
from calibration.interactions import judge
from calibration.interactions.__main__ import DOCS, calibrated, encoded
from calibration.interactions.facts import facts
from calibration.interactions.fit import fit
from calibration.interactions.groups import NOT_INDEPENDENT, changed
from calibration.interactions.page import AIM_COVERAGE, AIM_GMFE, AIM_TWO_FOLD
from calibration.interactions.space import Space
from calibration.interactions.trials import by_pairs_alone, trials, uncalibrated, use_of

from speciosa.knowledge import load
from speciosa.pharmacology.interactions.kinetics.concentration import Use
from speciosa.pharmacology.interactions.kinetics.perpetrator import Ground, effects
from speciosa.pharmacology.interactions.kinetics.static_model import (
    MODEL_ERROR,
    Activity,
    Clearance,
    auc_ratio,
    growth,
)

KNOWLEDGE = load()
POSTERIOR = calibrated(KNOWLEDGE)
SPACE = POSTERIOR.space
ROWS = list(csv.DictReader((DOCS / "interactions.csv").read_text(encoding="utf-8").splitlines()))
_NEAR = 0.02  # relative; libraries of linear algebra differ in the last digits


PAGE = (DOCS / "interactions.md").read_text(encoding="utf-8")
SCHEMES = {
    "pair left out": "pair_left_out",
    "victim left out": "victim_left_out",
    "perpetrator left out": "perpetrator_left_out",
    "held out": "held_out",
    "held out, dose of the study": "held_out_dose",
}


def found(rows: list[dict[str, str]], scheme: str) -> list[judge.Judged]:
    """What the table has of one way of predicting; pairs that are not independent left out."""
    pairs = {p.id: p for p in (*KNOWLEDGE.ddi.pairs, *KNOWLEDGE.ddi.held_out)}
    return [
        judge.Judged(
            pairs[row["id"]],
            float(row[f"{scheme}_median"]),
            float(row[f"{scheme}_low"]),
            float(row[f"{scheme}_high"]),
            row[f"{scheme}_ground"].replace("none", ""),
        )
        for row in rows
        if row[f"{scheme}_median"]
        and row["measure"] != "words"
        and row["id"] not in NOT_INDEPENDENT
    ]


def cells(page: str, start: str) -> list[str]:
    """The cells of the first row of a table that starts with a cell."""
    line = next(line for line in page.splitlines() if line.startswith(f"| {start} |"))
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def test_a_refit_gives_the_same_facts_to_the_byte() -> None:
    assert encoded(facts(calibrated(KNOWLEDGE))) == encoded(facts(POSTERIOR))


def test_the_published_facts_are_those_of_todays_base() -> None:
    for fact in facts(POSTERIOR):
        published = KNOWLEDGE.ddi.in_vivo(fact.id.removeprefix("ddi/in_vivo/"))
        if fact.id == f"ddi/{MODEL_ERROR}":
            published = KNOWLEDGE.ddi.constant(MODEL_ERROR)
        assert published is not None, f"{fact.id}: run python -m calibration.interactions --write"
        assert published.number == pytest.approx(fact.number, rel=_NEAR), fact.id
        assert published.n == fact.n, fact.id
        assert published.quantity == fact.quantity, fact.id


def test_no_held_out_pair_takes_part() -> None:
    fitted = {trial.pair.id for trial in SPACE.trials}
    assert not fitted & {p.id for p in KNOWLEDGE.ddi.held_out}
    assert fitted == {p.id for p in KNOWLEDGE.ddi.pairs if p.perpetrator != "kratom"}


@pytest.mark.parametrize("pair_id", ["ddi_005", "ddi_107", "ddi_017"])
def test_a_left_out_prediction_of_the_page_comes_back(pair_id: str) -> None:
    out = np.array([trial.pair.id == pair_id for trial in SPACE.trials])
    (trial,) = (t for t in SPACE.trials if t.pair.id == pair_id)
    predicted = judge.predict(trial.pair, Use(), judge.fitted(fit(SPACE, ~out)))
    (published,) = found([r for r in ROWS if r["id"] == pair_id], "pair_left_out")
    assert predicted.median == pytest.approx(published.median, rel=_NEAR)
    assert predicted.low == pytest.approx(published.low, rel=_NEAR)
    assert predicted.high == pytest.approx(published.high, rel=_NEAR)


def test_what_a_left_out_pair_says_has_no_part_in_its_prediction() -> None:
    """The observation of the pair is made absurd; the prediction without it does not move."""
    out = np.array([trial.pair.id == "ddi_005" for trial in SPACE.trials])
    corrupted = Space(SPACE.trials, SPACE.base)
    corrupted.log_seen = SPACE.log_seen + np.where(out, 5.0, 0.0)
    one, other = fit(SPACE, ~out), fit(corrupted, ~out)
    assert np.array_equal(one.mean, other.mean)
    assert one.spreads == other.spreads


def test_a_corrupted_pair_moves_the_fit() -> None:
    wrong = np.array([trial.pair.id == "ddi_005" for trial in SPACE.trials])
    corrupted = Space(SPACE.trials, SPACE.base)
    corrupted.log_seen = SPACE.log_seen + np.where(wrong, math.log(5.0), 0.0)
    posterior = fit(corrupted, np.ones(wrong.size, dtype=bool))
    i = SPACE.index["potency", "erythromycin", "CYP3A4"]
    assert posterior.mean[i] > POSTERIOR.mean[i] + 0.2
    assert posterior.error > POSTERIOR.error


def test_an_effect_known_from_one_pair_alone_is_unknown_without_it() -> None:
    """Atomoxetine has no ground at CYP3A beside its pair with midazolam."""
    out = np.array([trial.pair.id == "ddi_017" for trial in SPACE.trials])
    pair = SPACE.trials[int(np.flatnonzero(out)[0])].pair
    assert judge.predict(pair, Use(), judge.fitted(fit(SPACE, ~out))).median == 1.0
    assert judge.predict(pair, Use(), judge.fitted(POSTERIOR)).median > 1.1


def test_a_pair_that_a_record_was_read_from_judges_nothing_and_is_named() -> None:
    held = {pair.id for pair in KNOWLEDGE.ddi.held_out}
    assert held >= set(NOT_INDEPENDENT)
    assert f"held out, not independent of a record | {len(NOT_INDEPENDENT)} |" in PAGE


def test_a_pair_without_a_common_enzyme_is_not_judged_and_is_told_apart() -> None:
    judged = found(ROWS, "held_out")
    silent = [j for j in judged if not j.answered]
    assert silent
    assert all(j.median == 1.0 for j in silent)
    both = (sum(changed(j, fold) for j in silent) for fold in (1.25, 2.0))
    apart = PAGE[PAGE.index("## Pairs without an answer") :]
    assert cells(apart, "held out") == [f"{len(silent)} of {len(judged)}", *map(str, both)]


@pytest.mark.parametrize("name", SCHEMES)
def test_the_page_says_of_every_aim_what_the_table_of_pairs_gives(name: str) -> None:
    """Met or missed, to the last digit: no slack."""
    judged = judge.answered(found(ROWS, SCHEMES[name]))
    s = judge.summary(judged)
    short = PAGE[PAGE.index("| Judged on | Answered") : PAGE.index("## Every way")]
    answered, *told = cells(short, name)
    assert answered == str(len(judged))
    shown = [f"{s.gmfe:.2f}", f"{s.within_2 * 100:.0f} %", f"{s.coverage * 100:.0f} %"]
    met = [
        s.gmfe <= AIM_GMFE,
        s.within_2 >= AIM_TWO_FOLD,
        AIM_COVERAGE[0] <= s.coverage <= AIM_COVERAGE[1],
    ]
    verdicts = ["met" if aim else "missed" for aim in met]
    assert told == [f"{cell}: {verdict}" for cell, verdict in zip(shown, verdicts, strict=True)]


def test_all_pairs_and_the_trivial_rule_stand_beside_the_answered_ones() -> None:
    judged = found(ROWS, "held_out")
    of_all = judge.summary(judged)
    assert cells(PAGE, "held out, all pairs")[:2] == [str(of_all.n), f"{of_all.gmfe:.2f}"]
    trivial = judge.summary(judge.nothing_changes(judge.answered(judged)))
    assert cells(PAGE, "nothing changes, held out")[1] == f"{trivial.gmfe:.2f}"
    answered = judge.summary(judge.answered(judged))
    assert answered.gmfe < trivial.gmfe
    assert answered.within_2 > trivial.within_2


def test_the_page_says_that_large_interactions_are_underpredicted() -> None:
    large = [j for j in judge.answered(found(ROWS, "held_out")) if j.pair.auc_ratio >= 2.0]
    bias = judge.summary(large).bias
    assert bias < 0.95
    assert f"on average {bias:.2f} times what was seen in held-out pairs ({len(large)};" in PAGE


def test_a_report_without_a_figure_is_counted_apart_and_in_nothing_else() -> None:
    told = [row for row in ROWS if row["measure"] == "words"]
    assert {row["id"] for row in told} == {r.id for r in KNOWLEDGE.ddi.unchanged}
    assert all(row["observed"] == "reported unchanged" for row in told)
    assert all(row["pair_left_out_median"] == "" for row in told)
    section = PAGE[PAGE.index("## Reported as unchanged") : PAGE.index("## What was fitted")]
    more = [
        r for r in told if r["held_out_ground"] != "none" and float(r["held_out_median"]) > 1.25
    ]
    assert f"more than 1.25 for {len(more)}," in section


def test_plasma_concentrations_are_tabulated_apart_too() -> None:
    held = judge.answered(found(ROWS, "held_out"))
    n = sum(j.pair.of_concentrations for j in held)
    groups = PAGE[PAGE.index("## Groups, held out") :]
    assert f"| measure | plasma concentrations, not AUC | {n} |" in groups


def test_a_pair_that_saw_no_change_makes_no_inhibitor() -> None:
    """Venlafaxine and citalopram have no ground at CYP3A, and no pair saw them raise anything."""
    for medicine in ("venlafaxine", "citalopram"):
        assert KNOWLEDGE.ddi.in_vivo(f"potency/{medicine}/CYP3A4") is None
        assert "CYP3A4" not in effects(KNOWLEDGE.medicines.get(medicine), Use(), KNOWLEDGE)
    flat = next(p for p in KNOWLEDGE.ddi.pairs if p.id == "ddi_017")
    base = uncalibrated(KNOWLEDGE)
    for ratio, makes in ((1.0, False), (1.24, False), (0.5, False), (1.25, True)):
        pair = msgspec.structs.replace(flat, auc_ratio=ratio)
        assert bool(by_pairs_alone([pair], base)) is makes, ratio


def test_every_effect_known_from_pairs_alone_was_seen_in_a_pair() -> None:
    base = uncalibrated(KNOWLEDGE)
    known = {
        (medicine.id, enzyme)
        for medicine in KNOWLEDGE.medicines.all()
        for enzyme, effect in effects(medicine, Use(), KNOWLEDGE).items()
        if effect.ground is Ground.PAIRS
    }
    assert known
    assert known == by_pairs_alone(KNOWLEDGE.ddi.pairs, base)


def test_large_changes_get_a_wider_interval_and_the_median_stays() -> None:
    error = np.exp(np.linspace(-0.5, 0.5, 101))
    widths = []
    for left in (0.8, 0.4, 0.1):
        victim = Clearance({"CYP3A4": np.full(101, 0.95)}, f_gut=np.ones(101))
        acting = [Activity(liver={"CYP3A4": np.full(101, left)})]
        bare, widened = auc_ratio(victim, acting), auc_ratio(victim, acting, error)
        assert widened.median == bare.median
        widths.append(bare.median / widened.low if widened.low > 1.0 else 1.0)
    assert widths[0] < widths[1] < widths[2]
    assert growth(np.log(np.array([0.25, 1.0, 4.0]))).tolist() == pytest.approx(
        [2.386, 1, 2.386], abs=1e-3
    )


def test_the_error_of_the_product_is_that_of_the_pairs_in_its_own_form() -> None:
    """Beside a fit that weighs every pair alike, the error at a ratio of 1 is the smaller."""
    assert KNOWLEDGE.ddi.constant(MODEL_ERROR).number == pytest.approx(POSTERIOR.error, rel=_NEAR)
    assert POSTERIOR.error < POSTERIOR.spreads["error"]


def test_the_calibration_beats_the_base_alone_and_the_textbook_on_pairs_not_seen() -> None:
    same = {j.pair.id for j in judge.answered(found(ROWS, "held_out"))}
    held, box, textbook = (
        judge.summary([j for j in found(ROWS, scheme) if j.pair.id in same])
        for scheme in ("held_out", "base_alone", "textbook")
    )
    assert held.gmfe < box.gmfe < textbook.gmfe
    assert held.within_2 > box.within_2 > textbook.within_2


def test_every_pair_is_on_the_table() -> None:
    pairs = (*KNOWLEDGE.ddi.pairs, *KNOWLEDGE.ddi.held_out)
    judged = {r["id"] for r in ROWS if r["measure"] != "words"}
    assert judged == {p.id for p in pairs if p.perpetrator != "kratom"}


def test_the_page_says_what_it_does_not_show() -> None:
    assert "after looking at the pairs" in PAGE
    held = found(ROWS, "held_out"), found(ROWS, "held_out_dose")
    least = min(judge.summary(judge.answered(judged)).coverage for judged in held)
    assert f"Read the 90 % interval of a report as one of about {least * 100:.0f} %" in PAGE
    assert "an effect was expected" not in PAGE
    assert (DOCS / "interactions.svg").exists()


def test_guest_limits() -> None:
    assert judge.guest_limit(1.0, 1.0) == 1.0
    assert judge.guest_limit(1.0, 1.25) == 1.25
    assert judge.guest_limit(1000.0, 1.25) == pytest.approx(2.0, abs=0.01)


def test_the_textbook_model_has_no_range_and_no_class() -> None:
    base = judge.textbook(KNOWLEDGE)
    found_effects = effects(base.medicines.get("ketoconazole"), Use(), base)
    assert float(np.ptp(found_effects["CYP3A4"].liver)) == pytest.approx(0.0, abs=1e-12)
    assert not effects(base.medicines.get("ciclosporin"), Use(), base)


def test_uncalibrated_means_without_any_pair() -> None:
    base = uncalibrated(KNOWLEDGE)
    assert not any(f.id.startswith(("ddi/in_vivo", "ddi/model_error")) for f in base.ddi.facts())
    assert len(trials(KNOWLEDGE.ddi.pairs, base)) == len(SPACE.trials)


def test_a_regimen_that_is_not_one_dose_gives_none() -> None:
    pair = next(p for p in KNOWLEDGE.ddi.pairs if p.id == "ddi_001")
    study = pair.studies[0]

    def with_regimen(words: str) -> Use:
        studies = (msgspec.structs.replace(study, perpetrator_regimen=words),)
        return use_of(msgspec.structs.replace(pair, studies=studies))

    assert with_regimen("400 mg; MD OD (10 days)").dose_mg == pytest.approx(400.0)
    assert with_regimen("400 mg; MD OD (10 days)").interval_h == 24.0
    assert with_regimen("2, 600 mg; MD OD").dose_mg is None
    assert with_regimen("NDA 022567") == Use()


def test_what_was_seen_in_the_gut_of_people_does_not_share_the_error_of_constants() -> None:
    """Grapefruit juice: the activity left was seen, so it is not cut down as a Ki in vitro is."""
    juice = SPACE.index["potency", "grapefruit_juice", "CYP3A4"]
    assert SPACE.unknowns[juice].group not in ("constants", "class")
    fact = KNOWLEDGE.ddi.in_vivo("potency/grapefruit_juice/CYP3A4")
    assert fact is not None
    assert fact.number > 0.8
