"""The living base against the answer key of the Metapsy data, from our own study records."""

from __future__ import annotations

import csv
from pathlib import Path

import msgspec
import pytest

from speciosa.evidence import living
from speciosa.evidence.pooling import aggregate, egger, pool
from speciosa.knowledge import load
from speciosa.knowledge.evidence.pooled import Pools
from speciosa.knowledge.evidence.question import Question
from speciosa.knowledge.evidence.study import Arm, ArmKind, Study
from speciosa.knowledge.files import read

CSV = Path(__file__).parent / "cases" / "gad_psychotherapy_metapsy.csv"
EVIDENCE = load().evidence
PSYCHOTHERAPY = read("evidence/studies/psychotherapy.json", tuple[Study, ...])
TREATED = {"cbt", "3rd", "ar", "bt", "cr", "dyn", "pst", "sup", "pe", "other psy"}


def as_coded(controls: dict[str, ArmKind]) -> list[Study]:
    """The studies with comparators by the code of the data set; codes left out join nothing.

    The key counts a report of the same people as a study of its own.
    """

    def arm(one: Arm) -> Arm:
        if one.coded in TREATED:
            return one
        kind = controls.get(one.coded, ArmKind.PSYCHOLOGICAL_PLACEBO)
        return msgspec.structs.replace(one, kind=kind)

    return [
        msgspec.structs.replace(study, arms=tuple(arm(one) for one in study.arms), same_trial_as="")
        for study in PSYCHOTHERAPY
    ]


def question(arms: tuple[str, ...] = (), **changes: object) -> Question:
    """CBT against waiting list as the base asks it, changed."""
    asked = {q.id: q for q in EVIDENCE.questions.questions}
    wanted = asked["psychotherapy-vs-waiting-list"]
    return msgspec.structs.replace(wanted, arms=arms or wanted.arms, **changes)


ALL = dict.fromkeys(("wl", "cau", "pl", "other ctr"), ArmKind.WAITING_LIST)
LOW = question(risks=("low",))
CASES = {
    # name: question, controls, effects, studies, estimate, low, high, tau2
    "all": (question(), ALL, 122, 48, -0.8274523, -0.9940357, -0.660869, 0.2183875),
    "low risk": (LOW, ALL, 18, 9, -0.6820596, -0.9812104, -0.3829089, 0.09981489),
    "cbt, waiting list": (
        question(("cbt",)),
        {"wl": ArmKind.WAITING_LIST},
        53,
        28,
        -0.8624999,
        -1.066648,
        -0.658352,
        0.170249,
    ),
    "cbt, usual care": (
        question(("cbt",)),
        {"cau": ArmKind.WAITING_LIST},
        8,
        6,
        -0.9656385,
        -1.834798,
        -0.09647957,
        0.5350988,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_key_comes_out_of_our_own_records(name: str) -> None:
    asked, controls, effects, studies, *key = CASES[name]
    joined, _, _ = living.gather(asked, as_coded(controls), load().fact)
    several = living.sizes(asked, joined)
    got = pool(aggregate(several, rho=0.5), method="REML", ci="HK")
    assert len(several.yi) == effects
    assert got.k == studies
    found = [got.estimate, got.ci_low, got.ci_high, got.tau2]
    assert found == pytest.approx(key, abs=1e-4)


def test_the_prediction_interval_and_eggers_test_agree_too() -> None:
    joined, _, _ = living.gather(question(), as_coded(ALL), load().fact)
    single = aggregate(living.sizes(question(), joined), rho=0.5)
    got = pool(single, method="REML", ci="HK")
    assert [got.pi_low, got.pi_high] == pytest.approx([-1.781579, 0.1266747], abs=1e-4)
    assert egger(single).slope.p == pytest.approx(0.002402339, abs=1e-4)


def test_every_effect_of_the_data_set_is_that_of_its_row() -> None:
    """126 rows, 122 with g; a record that swapped an arm or lost a digit would be caught here."""
    with CSV.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["g"]]
    key = sorted((float(row["g"]), float(row["g_se"])) for row in rows)
    joined, apart, _ = living.gather(question(), as_coded(ALL), load().fact)
    found = sorted((e.yi, e.vi**0.5) for one in joined for e in one.effects)
    assert len(key) == len(found) == 122
    for (g, se), (yi, root) in zip(key, found, strict=True):
        assert yi == pytest.approx(g, abs=2e-6)
        assert root == pytest.approx(se, abs=2e-6)
    assert {one.id for one in apart} == {"butler_1987", "paxling_2011"}


def test_nothing_of_the_data_set_is_lost() -> None:
    with CSV.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(PSYCHOTHERAPY) == len({row["study"] for row in rows}) == 50
    by_title = {study.title: study for study in PSYCHOTHERAPY}
    for row in rows:
        study = by_title[row["study"]]
        assert study.year == int(row["year"])
        assert study.risk_of_bias.overall.value in row["ROB"]
        held = {
            _rounded([value.mean, value.sd, value.baseline_mean, value.baseline_sd])
            for outcome in study.outcomes
            for value in outcome.arms
        }
        for side in ("arm1", "arm2"):
            names = ("mean", "sd", "baseline_mean", "baseline_sd")
            wanted = [_number(row[f"{name}_{side}"]) for name in names]
            assert row["instrument"].startswith('"a 7-point') or _rounded(wanted) in held


def _rounded(values: list[float | None]) -> tuple[float | None, ...]:
    return tuple(None if value is None else round(value, 4) for value in values)


def _number(text: str) -> float | None:
    return float(text) if text.strip() else None


def test_the_kept_pools_are_those_of_todays_studies() -> None:
    """Not byte for byte: the last digits may differ between machines."""
    knowledge = load()
    made = living.pools(EVIDENCE, living.answers(EVIDENCE, knowledge.fact))
    held = read("evidence/pooled.json", Pools)
    assert made.made_from == held.made_from
    assert [e.id for e in made.effects] == [e.id for e in held.effects]
    for new, old in zip(made.effects, held.effects, strict=True):
        assert new.certainty is old.certainty
        assert new.not_joined == old.not_joined
        wanted = pytest.approx([old.estimate, old.low, old.high], rel=1e-4, abs=1e-6)
        assert [new.estimate, new.low, new.high] == wanted
