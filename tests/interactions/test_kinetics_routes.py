"""Routes between mouth and vein: no study answers for them, and the worse way counts."""

from __future__ import annotations

import datetime

import pytest

from speciosa.case.model import Case, CaseMedicine, KratomDose, KratomProduct, KratomUse
from speciosa.case.vocabulary import KratomForm, KratomStatus, Route
from speciosa.knowledge import load
from speciosa.pharmacology.interactions.assess import assess
from speciosa.pharmacology.interactions.kinetics.route import studied_as
from speciosa.pharmacology.interactions.observed import studied_otherwise

KNOWLEDGE = load()


def row(victim: str, perpetrator: str, route: Route | None):
    medicines = (CaseMedicine(name=victim, route=route), CaseMedicine(name=perpetrator))
    case = Case(
        date=datetime.date(2026, 11, 22),
        kratom=KratomUse(status=KratomStatus.NEVER),
        medicines=medicines,
    )
    found = assess(case, KNOWLEDGE, None).rows
    wanted = f"interaction.pk.{perpetrator}.{victim}"
    return next((one for one in found if one.id == wanted), None)


@pytest.mark.parametrize("route", [Route.SUBLINGUAL, Route.NASAL])
def test_rifampicin_takes_buprenorphine_away_by_every_route_between(route) -> None:
    found = row("buprenorphine", "rifampicin", route)
    assert found is not None
    assert found.severity.rank <= row("buprenorphine", "rifampicin", None).severity.rank
    assert not found.seen_in_people
    assert found.auc_ratio.value < 0.5
    assert any(f"route {route}: between swallowed" in flag for flag in found.flags)


def test_a_patch_is_computed_as_into_a_vein_and_the_study_there_told_as_one_of_another_route() -> (
    None
):
    patch = row("fentanyl", "ritonavir", Route.TRANSDERMAL)
    swallowed = row("fentanyl", "ritonavir", None)
    assert patch is not None
    assert swallowed is not None
    assert not patch.seen_in_people
    assert "ratio 3.03; that is another route" in " ".join((*patch.flags, patch.mechanism))
    assert patch.auc_ratio.value < swallowed.auc_ratio.value
    assert any("route transdermal: computed as into a vein" in flag for flag in patch.flags)


def test_a_study_by_the_same_route_is_told_in_words_and_one_by_another_as_such() -> None:
    def said(route: Route | None) -> str:
        return " ".join(studied_otherwise("buprenorphine", "rifampicin", route, KNOWLEDGE))

    own = said(Route.SUBLINGUAL)
    assert "studied in people by the sublingual route, ratio 0.75" in own
    assert "another route" not in own
    assert "ratio 0.75; that is another route" in said(Route.NASAL)
    assert "another route" in said(None)


@pytest.mark.parametrize(
    ("victim", "perpetrator"),
    [
        ("buprenorphine", "ketoconazole"),
        ("buprenorphine", "carbamazepine"),
        ("oxycodone", "ritonavir"),
        ("midazolam", "itraconazole"),
        ("midazolam", "rifampicin"),
    ],
)
@pytest.mark.parametrize("route", [Route.SUBLINGUAL, Route.RECTAL, Route.NASAL])
def test_a_route_between_is_graded_by_the_worse_way(victim, perpetrator, route) -> None:
    between = row(victim, perpetrator, route)
    vein = row(victim, perpetrator, Route.INTRAVENOUS)
    mouth = row(victim, perpetrator, Route.ORAL)
    assert not between.seen_in_people
    for other in (vein, mouth):
        if other is not None and not other.seen_in_people:
            assert between.severity.rank <= other.severity.rank
            assert between.auc_ratio.low <= other.auc_ratio.low
            assert between.auc_ratio.high >= other.auc_ratio.high
    assert between.severity.rank <= mouth.severity.rank


def test_studies_answer_for_their_own_route_alone() -> None:
    assert studied_as(None) == studied_as(Route.ORAL) == "oral"
    assert studied_as(Route.INTRAVENOUS) == "iv"
    assert not any(studied_as(r) for r in Route if r not in (Route.ORAL, Route.INTRAVENOUS))
    for pair in (*KNOWLEDGE.ddi.pairs, *KNOWLEDGE.ddi.held_out):
        assert pair.route in ("oral", "iv", *Route)
    assert row("midazolam", "itraconazole", Route.INTRAVENOUS).seen_in_people
    assert row("midazolam", "itraconazole", None).seen_in_people
    assert not row("midazolam", "itraconazole", Route.NASAL).seen_in_people


def test_what_is_injected_passes_no_gut() -> None:
    found = row("midazolam", "itraconazole", Route.INTRAMUSCULAR)
    assert "gut CYP3A" not in found.shares
    assert not found.seen_in_people
    assert any("computed as into a vein" in flag for flag in found.flags)


@pytest.mark.parametrize("route", [Route.INTRAVENOUS, Route.NASAL])
def test_the_study_of_kratom_by_mouth_is_not_seen_for_another_route(route) -> None:
    def with_tea(way: Route | None):
        product = KratomProduct(
            form=KratomForm.TEA, dose=KratomDose(leaf_g=2.0), times_per_day=1.0, days_per_week=1.0
        )
        case = Case(
            date=datetime.date(2026, 11, 22),
            kratom=KratomUse(status=KratomStatus.USING, products=(product,)),
            medicines=(CaseMedicine(name="midazolam", route=way),),
        )
        rows = assess(case, KNOWLEDGE, None).rows
        return next((one for one in rows if one.id == "interaction.pk.kratom.midazolam"), None)

    assert with_tea(None).seen_in_people
    found = with_tea(route)
    assert found is None or not found.seen_in_people
    assert (found is None) == (route is Route.INTRAVENOUS)
