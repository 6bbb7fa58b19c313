"""A report that nothing changes, without a figure, is words and never a ratio of 1."""

from __future__ import annotations

import pytest

from speciosa.errors import KnowledgeError
from speciosa.knowledge import load
from speciosa.pharmacology.interactions.observed import reported_unchanged, studied_regimen

KNOWLEDGE = load()
DDI = KNOWLEDGE.ddi


def test_no_ratio_stands_on_words_alone() -> None:
    """A ratio of exactly 1 is a figure only with its interval."""
    for pair in (*DDI.pairs, *DDI.held_out):
        for study in pair.studies:
            assert study.auc_ratio != 1.0 or study.interval, pair.id


@pytest.mark.parametrize(
    ("victim", "perpetrator", "route"),
    [
        ("quetiapine", "fluoxetine", "oral"),
        ("buprenorphine", "rifampicin", "iv"),
        ("esketamine", "itraconazole", "oral"),
        ("alprazolam", "venlafaxine", "oral"),
    ],
)
def test_it_is_not_an_observed_pair_and_is_told_with_route_and_source(
    victim: str, perpetrator: str, route: str
) -> None:
    assert DDI.pair(victim, perpetrator, route) is None
    (report,) = DDI.reported_unchanged(victim, perpetrator)
    fact = KNOWLEDGE.cite(report.fact_id)
    assert "= reported as unchanged; no figure given" in fact.statement
    (told,) = reported_unchanged(victim, perpetrator, KNOWLEDGE)
    assert "reported as unchanged; no figure given" in told
    assert {"oral": "by mouth", "iv": "into a vein"}[route] in told
    assert fact.sources[0].cite in told


def test_a_figure_beside_a_report_keeps_its_own_value() -> None:
    """Fluoxetine on alprazolam: one study with a figure, one without."""
    pair = DDI.pair("alprazolam", "fluoxetine")
    assert pair is not None
    assert [study.auc_ratio for study in pair.studies] == [pytest.approx(1.318)]
    assert len(DDI.reported_unchanged("alprazolam", "fluoxetine")) == 1


def test_nothing_is_told_of_a_pair_without_a_report() -> None:
    assert reported_unchanged("midazolam", "ketoconazole", KNOWLEDGE) == ()


def test_no_report_is_also_a_pair_of_the_same_id_unless_a_study_had_a_figure() -> None:
    both = {p.id for p in (*DDI.pairs, *DDI.held_out)} & {r.id for r in DDI.unchanged}
    assert both == {"held_004"}
    with pytest.raises(KnowledgeError):
        KNOWLEDGE.fact("ddi/pair/held_142")


def test_plasma_concentrations_are_not_called_an_auc() -> None:
    clozapine = DDI.pair("clozapine", "paroxetine")
    assert clozapine is not None
    assert clozapine.of_concentrations
    assert "not AUC" in KNOWLEDGE.cite(clozapine.fact_id).statement
    assert "plasma concentrations, not AUC" in studied_regimen(clozapine)
    midazolam = DDI.pair("midazolam", "ketoconazole")
    assert midazolam is not None
    assert not midazolam.of_concentrations
    assert "not AUC" not in studied_regimen(midazolam)


def test_words_that_say_concentration_are_marked_as_such() -> None:
    """Nothing that its own words call a plasma level passes for an AUC."""
    for pair in (*DDI.pairs, *DDI.held_out):
        for study in pair.studies:
            if "not AUC" in study.caveat or "concentration" in study.statistic:
                assert study.measure == "concentration", pair.id


def test_a_regimen_holds_no_remark_of_an_editor() -> None:
    for pair in (*DDI.pairs, *DDI.held_out):
        for study in pair.studies:
            regimen = study.perpetrator_regimen.lower()
            assert not regimen.startswith("nda"), pair.id
            for remark in ("outlier", "supports", "reported as"):
                assert remark not in regimen, pair.id
