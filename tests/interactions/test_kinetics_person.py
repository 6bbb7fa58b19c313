"""This person's metabolism: genotypes, liver and kidney move the routes of clearance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.interactions.cases import KNOWLEDGE, check, row

from speciosa.case import Genotype, parse_case
from speciosa.case.vocabulary import Phenotype
from speciosa.errors import InputError
from speciosa.finding import Severity
from speciosa.pharmacology.interactions import NoRatio, Ratio, Taking, ratio
from speciosa.pharmacology.interactions.kinetics.genes import gene_of, of_diplotype
from speciosa.pharmacology.interactions.kinetics.metabolism import (
    TYPICAL,
    metabolism_of,
    with_phenotypes,
)
from speciosa.pharmacology.interactions.kinetics.victim import beside_typical, clearance

MEDICINES = KNOWLEDGE.medicines
ORDER = (Phenotype.POOR, Phenotype.INTERMEDIATE, Phenotype.NORMAL, Phenotype.ULTRARAPID)


def person(**known: Any):
    return parse_case({"date": "2026-11-22", "person": known})


@pytest.mark.parametrize(
    ("diplotype", "score", "phenotype"),
    [
        ("*1/*1", 2.0, Phenotype.NORMAL),
        ("*1/*4", 1.0, Phenotype.INTERMEDIATE),
        ("*4/*4", 0.0, Phenotype.POOR),
        ("*4/*10", 0.25, Phenotype.INTERMEDIATE),
        ("*10/*10", 0.5, Phenotype.INTERMEDIATE),
        ("*1/*10", 1.25, Phenotype.NORMAL),
        ("*1/*41", 1.5, Phenotype.NORMAL),
        ("*1/*1x2", 3.0, Phenotype.ULTRARAPID),
        ("*2xN/*1", 3.0, Phenotype.ULTRARAPID),
        ("CYP2D6 *2A / *5", 1.0, Phenotype.INTERMEDIATE),
        ("*1/*999", None, None),
        ("*1", None, None),
        ("poor", None, None),
    ],
)
def test_cyp2d6_diplotypes_become_scores_and_phenotypes(diplotype, score, phenotype) -> None:
    gene = of_diplotype("CYP2D6", diplotype, KNOWLEDGE)
    assert (gene.score, gene.phenotype) == (score, phenotype)


@pytest.mark.parametrize(
    ("diplotype", "phenotype"),
    [
        ("*1/*1", Phenotype.NORMAL),
        ("*2/*3", Phenotype.POOR),
        ("*2/*1", Phenotype.INTERMEDIATE),
        ("*17/*2", Phenotype.INTERMEDIATE),
        ("*1/*17", Phenotype.RAPID),
        ("*17/*17", Phenotype.ULTRARAPID),
        ("*1/*35", None),
    ],
)
def test_cyp2c19_diplotypes_become_phenotypes(diplotype, phenotype) -> None:
    assert of_diplotype("CYP2C19", diplotype, KNOWLEDGE).phenotype is phenotype


def test_a_score_that_contradicts_the_phenotype_is_an_error_that_names_both() -> None:
    with pytest.raises(InputError) as caught:
        metabolism_of(person(cyp2d6={"activity_score": 0.5, "phenotype": "normal"}), KNOWLEDGE)
    said = str(caught.value)
    assert "person.cyp2d6.activity_score" in said
    assert "0.5" in said
    assert "normal" in said
    assert "intermediate" in said
    agreed = person(cyp2d6={"activity_score": 0.5, "phenotype": "intermediate"})
    assert "CYP2D6" in metabolism_of(agreed, KNOWLEDGE).activity


@pytest.mark.parametrize("gene", ["cyp2c19", "cyp3a5"])
def test_a_score_of_another_gene_is_refused_by_the_case(gene) -> None:
    with pytest.raises(InputError, match="cyp2d6 only"):
        person(**{gene: {"activity_score": 1.0}})


@pytest.mark.parametrize("score", [-1, 11, "1", True])
def test_a_score_that_is_none_is_refused(score) -> None:
    with pytest.raises(InputError, match="activity_score"):
        person(cyp2d6={"activity_score": score})


def test_a_diplotype_that_disagrees_is_told_and_the_stated_word_used() -> None:
    gene = gene_of("CYP2D6", Genotype(diplotype="*1/*4", phenotype="normal"), KNOWLEDGE)
    assert gene.phenotype is Phenotype.NORMAL
    assert gene.other is Phenotype.INTERMEDIATE
    known = {"cyp2d6": {"diplotype": "*1/*4", "phenotype": "normal"}}
    result = check("metoprolol", person=known)
    assert "interaction.genotype_disagrees.CYP2D6" in {f.id for f in result.findings}


@pytest.mark.parametrize(
    ("enzyme", "victim"), [("CYP2D6", "metoprolol"), ("CYP2C19", "escitalopram")]
)
def test_exposure_falls_with_activity(enzyme, victim) -> None:
    medians = []
    for phenotype in ORDER:
        known = with_phenotypes({enzyme: phenotype}, KNOWLEDGE)
        samples = beside_typical(MEDICINES.get(victim), KNOWLEDGE, known)
        assert samples is not None
        medians.append(float(np.median(samples)))
    assert medians == sorted(medians, reverse=True)
    assert medians[ORDER.index(Phenotype.NORMAL)] == pytest.approx(1.0)
    assert medians[0] > 2.0


def test_escitalopram_comes_back_as_it_was_measured() -> None:
    """Jukic 2018: 3.3-fold without function, 1.6-fold with one allele, 0.8 in *17/*17."""
    for phenotype, seen in (
        (Phenotype.POOR, 3.3),
        (Phenotype.INTERMEDIATE, 1.6),
        (Phenotype.ULTRARAPID, 0.8),
    ):
        known = with_phenotypes({"CYP2C19": phenotype}, KNOWLEDGE)
        samples = beside_typical(MEDICINES.get("escitalopram"), KNOWLEDGE, known)
        assert samples is not None
        low, high = np.quantile(samples, (0.02, 0.98))
        assert low <= seen <= high


def test_inhibition_counts_less_the_less_there_is_to_inhibit() -> None:
    medians = []
    for phenotype in (Phenotype.INTERMEDIATE, Phenotype.NORMAL, Phenotype.ULTRARAPID):
        known = with_phenotypes({"CYP2D6": phenotype}, KNOWLEDGE)
        found = ratio("metoprolol", [Taking("paroxetine")], KNOWLEDGE, metabolism=known)
        assert isinstance(found, Ratio)
        medians.append(found.median)
    assert medians == sorted(medians)
    poor = with_phenotypes({"CYP2D6": Phenotype.POOR}, KNOWLEDGE)
    none = ratio("desipramine", [Taking("quinidine")], KNOWLEDGE, metabolism=poor)
    assert isinstance(none, NoRatio) or none.median == pytest.approx(1.0, abs=0.05)
    assert none.observed is None


def test_by_another_enzyme_inhibition_counts_more_in_a_poor_metaboliser() -> None:
    usual = ratio("risperidone", [Taking("ketoconazole")], KNOWLEDGE)
    poor = with_phenotypes({"CYP2D6": Phenotype.POOR}, KNOWLEDGE)
    found = ratio("risperidone", [Taking("ketoconazole")], KNOWLEDGE, metabolism=poor)
    assert isinstance(usual, Ratio)
    assert isinstance(found, Ratio)
    assert found.median > usual.median


def test_what_is_not_known_stays_typical() -> None:
    assert metabolism_of(person(), KNOWLEDGE).typical
    assert metabolism_of(person(liver={"child_pugh": "none"}), KNOWLEDGE).typical
    assert metabolism_of(person(kidney={"egfr_ml_min_1_73m2": 130.0}), KNOWLEDGE).typical
    assert metabolism_of(person(cyp2d6={"phenotype": "normal"}), KNOWLEDGE).typical
    assert TYPICAL.of("CYP3A4") == 1.0


def test_liver_disease_raises_exposure_by_class_and_the_kidney_what_it_clears() -> None:
    midazolam, gabapentin = MEDICINES.get("midazolam"), MEDICINES.get("gabapentin")
    medians = []
    for child_pugh in "ABC":
        sick = metabolism_of(person(liver={"child_pugh": child_pugh}), KNOWLEDGE)
        samples = beside_typical(midazolam, KNOWLEDGE, sick)
        assert samples is not None
        medians.append(float(np.median(samples)))
    assert 1.0 < medians[0] < medians[1] < medians[2]
    weak = metabolism_of(person(kidney={"egfr_ml_min_1_73m2": 25.0}), KNOWLEDGE)
    cleared = beside_typical(gabapentin, KNOWLEDGE, weak)
    spared = beside_typical(midazolam, KNOWLEDGE, weak)
    assert cleared is not None
    assert spared is not None
    assert float(np.median(cleared)) > 2.5
    assert float(np.median(spared)) < 1.05


@given(egfr=st.floats(0.0, 250.0), lower=st.floats(0.0, 1.0))
def test_a_weaker_kidney_never_lowers_exposure(egfr, lower) -> None:
    found = []
    for value in (egfr, egfr * lower):
        known = metabolism_of(person(kidney={"egfr_ml_min_1_73m2": value}), KNOWLEDGE)
        samples = beside_typical(MEDICINES.get("lithium"), KNOWLEDGE, known)
        assert samples is not None
        found.append(float(np.median(samples)))
    assert found[1] >= found[0] - 1e-9


@pytest.mark.parametrize("known", [{"liver": {"child_pugh": "C"}}, {"kidney": {"dialysis": True}}])
def test_a_diseased_organ_never_softens_a_row(known) -> None:
    names = ("ketoconazole", "quetiapine", "fluvoxamine", "paroxetine", "dextromethorphan")
    healthy = {r.id: r.severity for r in check(*names).rows}
    sick = {r.id: r.severity for r in check(*names, person=known).rows}
    assert healthy.keys() <= sick.keys()
    assert all(sick[id_].rank <= severity.rank for id_, severity in healthy.items())


def test_the_findings_say_how_much_and_what_an_unknown_genotype_could() -> None:
    unknown = {f.id: f for f in check("metoprolol").findings}
    told = unknown["interaction.genotype_unknown.CYP2D6"]
    assert told.severity is Severity.INFO
    assert "metoprolol" in told.text
    known = {
        f.id: f for f in check("metoprolol", person={"cyp2d6": {"activity_score": 0.5}}).findings
    }
    assert "interaction.genotype_unknown.CYP2D6" not in known
    assert "metoprolol" in known["interaction.exposure_in_person"].text
    for finding in (*known.values(), *unknown.values()):
        for fact in finding.facts:
            assert KNOWLEDGE.cite(fact).statement


def test_a_prodrug_is_not_told_as_a_lesser_exposure() -> None:
    fast = {"cyp2d6": {"phenotype": "ultrarapid"}}
    told = {f.id: f.text for f in check("codeine", person=fast).findings}
    assert "codeine" not in told.get("interaction.exposure_in_person", "")
    assert "codeine" in told["interaction.ultrarapid_metaboliser.CYP2D6"]


def test_rows_of_this_person_say_so() -> None:
    found = row(
        check("quetiapine", "diltiazem", person={"liver": {"child_pugh": "B"}}),
        "pk.diltiazem.quetiapine",
    )
    assert any("Child-Pugh B" in flag for flag in found.flags)


@pytest.mark.parametrize("name", ["metoprolol", "midazolam", "escitalopram"])
@pytest.mark.parametrize("oral", [True, False])
def test_fractions_of_a_person_stay_fractions(name, oral) -> None:
    known = metabolism_of(
        person(
            cyp2d6={"phenotype": "ultrarapid"},
            cyp2c19={"phenotype": "poor"},
            liver={"child_pugh": "C"},
            kidney={"dialysis": True},
        ),
        KNOWLEDGE,
    )
    cleared = clearance(MEDICINES.get(name), KNOWLEDGE, oral=oral, metabolism=known)
    assert cleared is not None
    total = sum(cleared.fm.values()) + cleared.renal
    assert np.all((total >= 0.0) & (total <= 1.0 + 1e-9))
    assert np.all((np.asarray(cleared.extraction) >= 0.0) & (np.asarray(cleared.extraction) < 1.0))
    assert "CYP2C19" not in cleared.fm
