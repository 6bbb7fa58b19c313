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
from calibration.interactions.groups import NOT_INDEPENDENT
from calibration.interactions.page import AIM_COVERAGE, AIM_GMFE, AIM_TWO_FOLD
from calibration.interactions.space import Space
from calibration.interactions.trials import trials, uncalibrated, use_of

from speciosa.knowledge import load
from speciosa.pharmacology.interactions.kinetics.concentration import Use
from speciosa.pharmacology.interactions.kinetics.perpetrator import effects
from speciosa.pharmacology.interactions.kinetics.static_model import MODEL_ERROR

KNOWLEDGE = load()
POSTERIOR = calibrated(KNOWLEDGE)
SPACE = POSTERIOR.space
ROWS = list(csv.DictReader((DOCS / "interactions.csv").read_text(encoding="utf-8").splitlines()))
_NEAR = 0.02  # relative; libraries of linear algebra differ in the last digits


def found(rows: list[dict[str, str]], scheme: str) -> list[judge.Judged]:
    pairs = {p.id: p for p in (*KNOWLEDGE.ddi.pairs, *KNOWLEDGE.ddi.held_out)}
    return [
        judge.Judged(
            pairs[row["id"]],
            *(float(row[f"{scheme}_{part}"]) for part in ("median", "low", "high")),
        )
        for row in rows
        if row[f"{scheme}_median"]
    ]


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
    page = (DOCS / "interactions.md").read_text(encoding="utf-8")
    held = {pair.id for pair in KNOWLEDGE.ddi.held_out}
    assert held >= set(NOT_INDEPENDENT)
    assert f"held out, not independent of a record | {len(NOT_INDEPENDENT)} |" in page


def test_a_pair_without_a_common_enzyme_is_predicted_without_change_and_counts() -> None:
    judged = found([row for row in ROWS if row["ground"] == "none"], "held_out")
    assert judged
    assert all(j.median == 1.0 and j.low < 1.0 < j.high for j in judged)


@pytest.mark.parametrize("scheme", ["pair_left_out", "held_out"])
def test_the_aims_are_met_where_the_page_says_so(scheme: str) -> None:
    rows = [row for row in ROWS if row["id"] not in NOT_INDEPENDENT]
    s = judge.summary(found(rows, scheme))
    assert s.gmfe <= AIM_GMFE + 0.02
    assert s.within_2 >= AIM_TWO_FOLD - 0.015
    assert AIM_COVERAGE[0] - 0.015 <= s.coverage <= AIM_COVERAGE[1]


def test_the_calibration_beats_the_base_alone_and_the_textbook_on_pairs_not_seen() -> None:
    held, box, textbook = (
        judge.summary([j for j in found(ROWS, scheme) if j.pair.id.startswith("held")])
        for scheme in ("held_out", "base_alone", "textbook")
    )
    assert held.gmfe < box.gmfe < textbook.gmfe
    assert held.within_2 > box.within_2 > textbook.within_2


def test_every_pair_is_on_the_table() -> None:
    pairs = (*KNOWLEDGE.ddi.pairs, *KNOWLEDGE.ddi.held_out)
    assert {r["id"] for r in ROWS} == {p.id for p in pairs if p.perpetrator != "kratom"}


def test_the_page_says_what_it_does_not_show() -> None:
    page = (DOCS / "interactions.md").read_text(encoding="utf-8")
    assert "after looking at the pairs" in page
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
