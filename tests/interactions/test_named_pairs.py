"""Dangerous pairs that every pharmacist knows are told, whatever the equation finds."""

from __future__ import annotations

import pytest
from tests.interactions.cases import KNOWLEDGE, check, row

from speciosa.finding import Severity
from speciosa.pharmacology.interactions.result import PairStatus

PAIRS = KNOWLEDGE.ddi.named_pairs


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("simvastatin", "gemfibrozil"),
        ("methotrexate", "trimethoprim"),
        ("methotrexate", "ibuprofen"),
        ("digoxin", "clarithromycin"),
        ("digoxin", "quinidine"),
        ("digoxin", "verapamil"),
        ("clopidogrel", "omeprazole"),
        ("clopidogrel", "esomeprazole"),
        ("cocaine", "propranolol"),
        ("mdma", "ritonavir"),
        ("mdma", "cobicistat"),
        ("colchicine", "clarithromycin"),
        ("colchicine", "ciclosporin"),
        ("warfarin", "sulfamethoxazole"),
        ("warfarin", "co-trimoxazole"),
        ("warfarin", "metronidazole"),
        ("warfarin", "fluconazole"),
        ("warfarin", "clarithromycin"),
        ("warfarin", "ciprofloxacin"),
        ("warfarin", "amiodarone"),
        ("warfarin", "St John's wort"),
        ("etonogestrel", "St John's wort"),
        ("ethinylestradiol", "St John's wort"),
        ("desogestrel", "carbamazepine"),
        ("potassium", "lisinopril"),
        ("tetrabenazine", "phenelzine"),
        ("tyrosine", "tranylcypromine"),
        ("lamotrigine", "combined pill"),
        ("lamotrigine", "valproate"),
        ("theophylline", "ciprofloxacin"),
        ("lithium", "ibuprofen"),
        ("lithium", "lisinopril"),
        ("lithium", "hydrochlorothiazide"),
        ("sertraline", "methylene blue"),
        ("ergotamine", "clarithromycin"),
        ("dabigatran", "ketoconazole"),
        ("ramelteon", "fluvoxamine"),
        ("clozapine", "ciprofloxacin"),
    ],
)
def test_a_pair_that_is_known_to_be_dangerous_is_major_or_worse(one: str, other: str) -> None:
    for pair in ((one, other), (other, one)):
        worst = check(*pair).pairs[0]
        assert worst.status is PairStatus.FOUND
        assert worst.severity.rank <= Severity.MAJOR.rank


@pytest.mark.parametrize(
    ("one", "other"),
    [("warfarin", "paracetamol"), ("methotrexate", "omeprazole"), ("rizatriptan", "propranolol")],
)
def test_what_is_at_times_meant_is_moderate(one: str, other: str) -> None:
    assert check(one, other).pairs[0].severity is Severity.MODERATE


def test_every_named_pair_is_found_on_a_list() -> None:
    for pair in PAIRS.pairs:
        for one in PAIRS.members((*pair.changed, *pair.one)):
            for by in PAIRS.members(pair.by) - {one}:
                found = row(check(one, by), f"named.{pair.id}.{by}.{one}")
                assert found.severity is pair.severity
            break


def test_sides_name_medicines_of_the_base_and_facts_can_be_cited() -> None:
    known = {medicine.id for medicine in KNOWLEDGE.medicines.all()}
    for pair in PAIRS.pairs:
        assert PAIRS.members((*pair.changed, *pair.one, *pair.by)) <= known
        fact = KNOWLEDGE.fact(pair.fact_id)
        assert not fact.verified
        assert set(fact.sources) <= set(KNOWLEDGE.sources)


def test_a_pair_without_a_name_has_no_named_row() -> None:
    assert not any(r.hazard == "named" for r in check("sertraline", "lorazepam").rows)


def test_what_left_the_body_long_ago_is_information() -> None:
    result = check("simvastatin", {"name": "gemfibrozil", "stopped": "2026-01-01"})
    assert row(result, "named.statin_muscle.gemfibrozil.simvastatin").severity is Severity.INFO


def test_oestrogen_stopped_a_week_ago_warns_that_lamotrigine_rises() -> None:
    result = check("lamotrigine", {"name": "combined pill", "stopped": "2026-11-15"})
    found = row(result, "named.lamotrigine_oestrogen.ethinylestradiol.lamotrigine")
    assert found.severity is Severity.MAJOR
    assert "can double" in found.sentence
    assert "no effect is expected" not in found.sentence
