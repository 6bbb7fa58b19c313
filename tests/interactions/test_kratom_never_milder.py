"""What is not known of kratom, or was never studied, never makes a warning milder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.interactions.cases import AS_STUDIED, KNOWLEDGE, SEVEN_OH, USING, check, row
from tests.interactions.kratom_use import MG_PER_G, leaf, simulated, use_of, using

from speciosa.finding import Certainty, Severity
from speciosa.pharmacology.interactions.kinetics.victim import CYP3A
from speciosa.pharmacology.interactions.kratom.effect import CYP2D6, reported_use
from speciosa.pharmacology.interactions.rows import KRATOM

if TYPE_CHECKING:
    from speciosa.pharmacology.interactions.result import InteractionsResult

EVERY = tuple(
    medicine.id
    for medicine in KNOWLEDGE.medicines.all()
    if (medicine.victim.fm or medicine.id in KNOWLEDGE.ddi.pk_wording.p_gp_victims)
    and medicine.id != "7-hydroxymitragynine"  # beside a 7-OH product it is that product itself
)
SOME = EVERY[::4]
PSEUDOINDOXYL = {"status": "using", "products": [{"form": "pseudoindoxyl_product"}]}
REPORTED = "ddi/kratom/reported_use"
UNTOLD: dict[str, dict[str, Any]] = {
    "nothing said": USING,
    "no amount": using({"form": "tea", "times_per_day": 3, "days_per_week": 7}),
    "an extract without an amount": using({"form": "extract_shot"}),
    "unknown product": using({"form": "unknown"}),
    "stopped yesterday": {
        "status": "stopped", "last_use_hours_ago": 24, "products": [leaf(4.0, 3.0)]},
    "asking": {"status": "asking"},
    "7-OH": SEVEN_OH,
    "pseudoindoxyl": PSEUDOINDOXYL,
}  # fmt: skip
KNOWN: dict[str, dict[str, Any]] = {
    "as studied": AS_STUDIED,
    "a little": using(leaf(0.5, 1.0)),
    "4 g three times": using(leaf(4.0, 3.0)),
    "the reported use": using(leaf(434.0 / MG_PER_G / 3.0, 3.0)),
}


def of_kratom(result: InteractionsResult) -> dict[str, Severity]:
    """Severity by id of what kratom does to concentrations, alone or with others."""
    kinds = ("interaction.pk.kratom.", "interaction.pk.all.")
    return {r.id: r.severity for r in result.rows if r.id.startswith(kinds) and r.victim != KRATOM}


def no_milder(
    known: InteractionsResult, untold: InteractionsResult, *, only: str = "interaction."
) -> None:
    """Every row of the one stands in the other, and is as severe at least."""
    grades = of_kratom(untold)
    assert {
        id_: (grades.get(id_), severity)
        for id_, severity in of_kratom(known).items()
        if id_.startswith(only) and (id_ not in grades or grades[id_].rank > severity.rank)
    } == {}


@pytest.fixture(scope="module")
def of_known() -> dict[str, InteractionsResult]:
    """Interactions of every medicine with uses of known size."""
    return {name: simulated(kratom, *SOME) for name, kratom in KNOWN.items()}


@pytest.mark.parametrize("untold", UNTOLD.values(), ids=UNTOLD)
def test_leaving_the_amount_out_makes_nothing_milder(untold, of_known) -> None:
    found = simulated(untold, *SOME)
    # What is only asked about has no part in what the list does together.
    only = "interaction.pk.kratom." if untold["status"] == "asking" else "interaction."
    for known in of_known.values():
        no_milder(known, found, only=only)


@pytest.mark.parametrize("name", ["buspirone", "tolterodine", "nebivolol", "simvastatin"])
@pytest.mark.parametrize("untold", UNTOLD.values(), ids=UNTOLD)
def test_a_warning_survives_that_the_amount_is_removed(name, untold) -> None:
    known = row(simulated(KNOWN["4 g three times"], name), f"pk.kratom.{name}")
    found = row(simulated(untold, name), f"pk.kratom.{name}")
    assert found.severity.rank <= known.severity.rank
    assert found.auc_ratio is not None
    assert found.auc_ratio.value is None


def test_a_use_of_unknown_size_is_not_major_with_everything() -> None:
    rows = of_kratom(simulated(USING, *SOME)).items()
    grades = [grade for id_, grade in rows if id_.startswith("interaction.pk.kratom.")]
    assert 0 < sum(grade is Severity.MAJOR for grade in grades) < len(grades) / 4


@pytest.mark.parametrize("product", [SEVEN_OH, PSEUDOINDOXYL], ids=["7-OH", "pseudoindoxyl"])
def test_a_product_that_was_never_studied_is_graded_as_leaf_and_has_no_size(product) -> None:
    leaf_rows, found = check(*EVERY[1::2], kratom=USING), check(*EVERY[1::2], kratom=product)
    no_milder(leaf_rows, found)
    for one in found.rows:
        if one.id.startswith("interaction.pk.kratom.") and "poor metaboliser" not in one.sentence:
            assert one.certainty is Certainty.UNKNOWN
            assert one.auc_ratio is not None
            assert (one.auc_ratio.value, one.auc_ratio.low, one.auc_ratio.high) == (None,) * 3
            assert "no milder than leaf" in one.mechanism


def test_several_medicines_with_a_product_never_studied_are_graded_as_with_leaf() -> None:
    listed = ("quetiapine", "fluconazole", "cimetidine", "diltiazem")
    for product in (SEVEN_OH, PSEUDOINDOXYL):
        no_milder(check(*listed, kratom=USING), check(*listed, kratom=product))


def test_the_reported_use_is_what_the_models_make_of_it() -> None:
    mg = KNOWLEDGE.fact(f"{REPORTED}/mitragynine_mg_per_day").number
    assert mg == KNOWLEDGE.fact("kratom/prod_my_intake").number
    simulated_use = use_of(mg / MG_PER_G / 3.0, 3.0).at_worst
    declared = reported_use(KNOWLEDGE)
    for one, other in (
        (simulated_use.gut_cyp3a, declared.gut_cyp3a),
        (simulated_use.liver[CYP3A], declared.liver[CYP3A]),
        (simulated_use.liver[CYP2D6], declared.liver[CYP2D6]),
    ):
        assert one is not None
        assert other is not None
        assert float(np.median(other)) == pytest.approx(float(np.median(one)), rel=0.15)


def test_the_studied_amount_is_inside_the_study_however_it_is_told() -> None:
    def told(**dose: float):
        product = {"form": "tea", "dose": dose, "times_per_day": 1, "days_per_week": 1}
        return row(simulated(using(product), "buspirone"), "pk.kratom.buspirone")

    assert told(mitragynine_mg=39.0).sentence == told(leaf_g=2.0).sentence
    assert "beyond its one study" not in told(mitragynine_mg=39.0).sentence
    assert "beyond its one study" in told(mitragynine_mg=60.0).sentence


@pytest.mark.parametrize(
    "name", ["aripiprazole", "buspirone", "desipramine", "midazolam", "quetiapine"]
)
def test_the_range_of_an_unknown_size_holds_that_of_an_ordinary_one(name) -> None:
    known = row(simulated(KNOWN["4 g three times"], name), f"pk.kratom.{name}").auc_ratio
    found = row(simulated(USING, name), f"pk.kratom.{name}").auc_ratio
    assert known is not None
    assert found is not None
    assert known.high is not None
    assert found.high is not None
    assert found.high >= known.high


def test_what_is_not_known_of_a_medicine_of_which_little_matters_is_not_the_least() -> None:
    found = row(check("warfarin", kratom=USING), "pk.kratom.warfarin")
    assert found.severity is Severity.MODERATE
    assert found.certainty is Certainty.UNKNOWN
