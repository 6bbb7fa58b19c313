"""What is known of a person, or of a dose, never makes an interaction milder."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.interactions.cases import KNOWLEDGE, USING, check, row

from speciosa.finding import Certainty, Severity

if TYPE_CHECKING:
    from speciosa.pharmacology.interactions.result import Interaction, InteractionsResult

COMMON = (
    "alprazolam", "amitriptyline", "aripiprazole", "atomoxetine", "atorvastatin", "bupropion",
    "buprenorphine", "buspirone", "carbamazepine", "citalopram", "clopidogrel", "codeine",
    "dextromethorphan", "diazepam", "duloxetine", "escitalopram", "fentanyl", "fluoxetine",
    "fluvoxamine", "ketoconazole", "methadone", "metoprolol", "midazolam", "mirtazapine",
    "nortriptyline", "omeprazole", "oxycodone", "paroxetine", "propranolol", "quetiapine",
    "risperidone", "sertraline", "simvastatin", "tamoxifen", "tramadol", "venlafaxine",
)  # fmt: skip
PERSONS: dict[str, dict[str, Any]] = {
    "CYP2C19 poor": {"cyp2c19": {"phenotype": "poor"}},
    "CYP2D6 poor": {"cyp2d6": {"phenotype": "poor"}},
    "CYP2D6 intermediate": {"cyp2d6": {"phenotype": "intermediate"}},
    "CYP2D6 normal": {"cyp2d6": {"phenotype": "normal"}},
    "CYP2D6 ultrarapid": {"cyp2d6": {"phenotype": "ultrarapid"}},
    "both poor": {"cyp2d6": {"phenotype": "poor"}, "cyp2c19": {"phenotype": "poor"}},
    "Child-Pugh A": {"liver": {"child_pugh": "A"}},
    "Child-Pugh C": {"liver": {"child_pugh": "C"}},
    "dialysis": {"kidney": {"dialysis": True}},
    "eGFR 20": {"kidney": {"egfr_ml_min_1_73m2": 20}},
}


def no_milder(usual: InteractionsResult, found: InteractionsResult) -> None:
    """Every row of the one stands in the other, and is as severe at least."""
    rows: dict[str, Interaction] = {r.id: r for r in found.rows}
    lost = [r.id for r in usual.rows if r.id not in rows]
    assert not lost
    milder = [r.id for r in usual.rows if rows[r.id].severity.rank > r.severity.rank]
    assert not milder


@pytest.mark.parametrize("kratom", [None, USING], ids=["no kratom", "kratom"])
@pytest.mark.parametrize("known", PERSONS.values(), ids=PERSONS)
def test_knowing_the_person_makes_no_row_of_a_long_list_milder(known, kratom) -> None:
    # One list of all holds every pair of them.
    no_milder(check(*COMMON, kratom=kratom), check(*COMMON, kratom=kratom, person=known))


@settings(max_examples=80, deadline=None)
@given(
    pair=st.sampled_from(list(combinations(COMMON, 2))),
    known=st.sampled_from(list(PERSONS.values())),
)
def test_knowing_the_person_makes_no_hazard_of_a_pair_milder(pair, known) -> None:
    no_milder(check(*pair), check(*pair, person=known))


@pytest.mark.parametrize(
    ("pair", "known"),
    [
        (("citalopram", "fluoxetine"), "CYP2C19 poor"),
        (("escitalopram", "fluvoxamine"), "CYP2C19 poor"),
        (("citalopram", "fluvoxamine"), "Child-Pugh C"),
        (("nortriptyline", "paroxetine"), "CYP2D6 poor"),
        (("nortriptyline", "paroxetine"), "CYP2D6 intermediate"),
        (("risperidone", "fluoxetine"), "CYP2D6 poor"),
        (("venlafaxine", "paroxetine"), "CYP2D6 poor"),
        (("ketoconazole", "buprenorphine"), "Child-Pugh C"),
        (("fentanyl", "fluvoxamine"), "Child-Pugh C"),
    ],
)
def test_a_hazard_counts_exposure_beside_a_typical_adult(pair, known) -> None:
    no_milder(check(*pair), check(*pair, person=PERSONS[known]))


@settings(max_examples=60, deadline=None)
@given(
    pair=st.sampled_from(list(combinations(COMMON, 2))),
    dose=st.floats(min_value=0.1, max_value=5000.0),
    more=st.floats(min_value=1.0, max_value=20.0),
    known=st.sampled_from([{}, *PERSONS.values()]),
)
def test_a_larger_dose_makes_nothing_milder(pair, dose, more, known) -> None:
    first, other = pair
    unknown = check(first, other, person=known)
    one = check({"name": first, "dose_mg": dose}, other, person=known)
    larger = check({"name": first, "dose_mg": dose * more}, other, person=known)
    no_milder(unknown, one)
    no_milder(one, larger)


def test_a_poor_metaboliser_outside_a_study_is_graded_by_the_model() -> None:
    pair = ("citalopram", "ketoconazole")
    assert "interaction.pk.ketoconazole.citalopram" not in {r.id for r in check(*pair).rows}
    found = row(check(*pair, person=PERSONS["CYP2C19 poor"]), "pk.ketoconazole.citalopram")
    assert found.severity.rank <= Severity.MODERATE.rank
    # What was seen is told first, and then why it is not what the row weighs.
    seen, why = found.sentence.index("the ratio was 1.01"), found.sentence.index("outside it")
    assert seen < why
    assert "CYP2C19 poor metaboliser" in found.sentence[why:]
    assert found.certainty is not Certainty.HIGH
    assert found.auc_ratio is not None
    assert found.auc_ratio.value == pytest.approx(1.01, abs=0.01)


@pytest.mark.parametrize(
    ("perpetrator", "dose", "victim", "least"),
    [
        ("cimetidine", 1600, "quetiapine", Severity.MODERATE),
        ("fluconazole", 800, "triazolam", Severity.MAJOR),
        ("fluvoxamine", 300, "buspirone", Severity.MAJOR),
    ],
)
def test_a_dose_beyond_the_studied_one_is_graded_by_the_model(
    perpetrator, dose, victim, least
) -> None:
    found = row(check({"name": perpetrator, "dose_mg": dose}, victim), f"pk.{perpetrator}.{victim}")
    assert found.severity.rank <= least.rank
    assert f"{perpetrator} {dose} mg, a larger dose" in found.sentence


@pytest.mark.parametrize("known", [{}, PERSONS["CYP2C19 poor"], PERSONS["CYP2D6 normal"]])
def test_inside_a_study_what_was_seen_counts_alone(known) -> None:
    usual = row(check("fluconazole", "triazolam"), "pk.fluconazole.triazolam")
    dosed = check({"name": "fluconazole", "dose_mg": 100}, "triazolam", person=known)
    found = row(dosed, "pk.fluconazole.triazolam")
    # Neither gene has a part in triazolam.
    assert found.severity is usual.severity
    assert "outside" not in found.sentence


def test_weak_inhibition_of_an_activation_weighs_one_step_less() -> None:
    weak = row(check("clopidogrel", "omeprazole"), "pk.omeprazole.clopidogrel")
    strong = row(check("clopidogrel", "fluvoxamine"), "pk.fluvoxamine.clopidogrel")
    assert strong.severity.rank < weak.severity.rank <= Severity.MODERATE.rank
    assert "active metabolite" in weak.sentence


def test_moderate_inhibition_of_an_activation_counts() -> None:
    found = row(check("clopidogrel", "fluconazole"), "pk.fluconazole.clopidogrel")
    assert "active metabolite" in found.sentence
    assert found.severity is Severity.MAJOR


def test_words_on_active_metabolites_stand_in_the_mechanism() -> None:
    found = row(check("risperidone", "paroxetine"), "pk.paroxetine.risperidone")
    assert "the active moiety is risperidone plus paliperidone" in found.mechanism


def test_model_and_observation_that_disagree_are_said_to() -> None:
    told = [
        pair
        for pair in KNOWLEDGE.ddi.pairs
        if pair.route == "oral"
        and pair.perpetrator != "kratom"
        and "differ more than two-fold" in _mechanism(pair.victim, pair.perpetrator)
    ]
    assert 0 < len(told) < len(KNOWLEDGE.ddi.pairs) / 4


def _mechanism(victim: str, perpetrator: str) -> str:
    rows = {r.id: r for r in check(victim, perpetrator).rows}
    found = rows.get(f"interaction.pk.{perpetrator}.{victim}")
    return found.mechanism if found is not None else ""


def test_kratom_has_a_part_in_the_row_of_a_victim_of_several() -> None:
    listed = ("quetiapine", "fluconazole", "diltiazem")
    alone = row(check(*listed, kratom={"status": "never"}), "pk.all.quetiapine")
    found = row(check(*listed, kratom=USING), "pk.all.quetiapine")
    assert "kratom" in found.members
    assert alone.auc_ratio is not None
    assert found.auc_ratio is not None
    assert alone.auc_ratio.value is not None
    assert found.auc_ratio.value is not None
    assert found.auc_ratio.value > alone.auc_ratio.value


def test_an_inducer_hides_no_inhibitor_for_good() -> None:
    listed = ("buspirone", "erythromycin", "verapamil")
    alone = row(check(*listed), "pk.all.buspirone")
    found = row(check(*listed, "rifampicin"), "pk.all.buspirone")
    assert found.severity.rank <= alone.severity.rank


def test_several_that_are_all_gone_have_no_row_together() -> None:
    gone = [{"name": n, "stopped": "2026-01-01"} for n in ("carbamazepine", "rifampicin")]
    result = check(*gone, "midazolam")
    assert "interaction.pk.all.midazolam" not in {r.id for r in result.rows}


def test_who_lacks_the_activating_enzyme_is_warned_no_less() -> None:
    found = row(check("tamoxifen", "paroxetine", person=PERSONS["CYP2D6 poor"]),
                "pk.paroxetine.tamoxifen")  # fmt: skip
    assert found.severity is Severity.MAJOR
    assert "lacks CYP2D6" in found.sentence


@pytest.mark.parametrize(
    "name", ["digoxin", "colchicine", "edoxaban", "ticagrelor", "fexofenadine", "dabigatran"]
)
def test_medicines_that_p_glycoprotein_carries_have_a_row_with_kratom(name) -> None:
    found = row(check(name, kratom=USING), f"pk.kratom.{name}")
    assert f"ddi/p_gp_victim/{name}" in found.facts
    assert KNOWLEDGE.cite(f"ddi/p_gp_victim/{name}").statement


@pytest.mark.parametrize(
    ("perpetrator", "victim", "what"),
    [
        ("saint_johns_wort", "etonogestrel", "unplanned pregnancy"),
        ("carbamazepine", "norethisterone", "unplanned pregnancy"),
        ("clarithromycin", "colchicine", "bone marrow"),
        ("clarithromycin", "eplerenone", "potassium"),
        ("valproate", "lamotrigine", "rash"),
    ],
)
def test_what_a_small_change_can_do_is_said_and_weighs(perpetrator, victim, what) -> None:
    found = row(check(perpetrator, victim), f"pk.{perpetrator}.{victim}")
    assert what in found.sentence
    assert found.severity.rank <= Severity.MODERATE.rank
