"""Every pair of the list once, worst first; not judged is never told as nothing found."""

from __future__ import annotations

import dataclasses
import random
from itertools import combinations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.interactions.cases import KNOWLEDGE, SEVEN_OH, USING, check

from speciosa.case import parse_case
from speciosa.finding import Certainty, Severity
from speciosa.knowledge.medicines.record import HazardClass, Medicine
from speciosa.pharmacology.interactions.kratom.use import kratom_context
from speciosa.pharmacology.interactions.pairs import change_can_be_judged, gather
from speciosa.pharmacology.interactions.recognise import recognise
from speciosa.pharmacology.interactions.result import (
    InteractionsResult,
    PairStatus,
    PairSummary,
)

MIX = (
    "alprazolam", "oxycodone", "quetiapine", "fluconazole", "omeprazole", "simvastatin",
    "escitalopram", "gabapentin", "caffeine", "ibuprofen", "lithium", "naltrexone",
)  # fmt: skip
lists = st.lists(st.sampled_from(MIX), min_size=1, max_size=5, unique=True)
uses = st.sampled_from([None, USING, SEVEN_OH])


def by_members(result: InteractionsResult) -> dict[frozenset[str], PairSummary]:
    return {frozenset(pair.members): pair for pair in result.pairs}


def pair(result: InteractionsResult, *members: str) -> PairSummary:
    return by_members(result)[frozenset(members)]


@pytest.fixture(scope="module")
def without_clearance() -> str:
    """A medicine whose routes of clearance the base lacks and that no rule meets with caffeine."""
    for medicine in KNOWLEDGE.medicines.all():
        if not change_can_be_judged(medicine, KNOWLEDGE) and not medicine.hazards:
            return medicine.id
    pytest.skip("the base knows how every medicine without a hazard is cleared")


@settings(max_examples=25, deadline=None)
@given(lists, uses)
def test_every_pair_is_there_exactly_once(names: list[str], use: dict[str, object] | None) -> None:
    result = check(*names, kratom=use)
    everybody = [*names, "kratom"] if use else names
    wanted = {frozenset(two) for two in combinations(everybody, 2)}
    assert set(by_members(result)) == wanted
    assert len(result.pairs) == len(wanted)
    named = {id_ for one in result.pairs for id_ in one.rows}
    assert {row.id for row in result.rows} == named
    for one in result.pairs:
        assert bool(one.rows) is (one.status is PairStatus.FOUND)


@settings(max_examples=15, deadline=None)
@given(lists, uses, st.randoms(use_true_random=False))
def test_the_order_of_the_list_changes_nothing(
    names: list[str], use: dict[str, object] | None, source: random.Random
) -> None:
    shuffled = list(names)
    source.shuffle(shuffled)
    assert check(*names, kratom=use).pairs == check(*shuffled, kratom=use).pairs


@settings(max_examples=25, deadline=None)
@given(lists, st.sampled_from(MIX), uses)
def test_one_more_medicine_removes_no_pair_and_makes_none_milder(
    names: list[str], added: str, use: dict[str, object] | None
) -> None:
    before = by_members(check(*names, kratom=use))
    after = by_members(check(*{*names, added}, kratom=use))
    assert set(before) <= set(after)
    for members, one in before.items():
        assert after[members].severity.rank <= one.severity.rank
        if one.status is PairStatus.FOUND:
            assert after[members].status is PairStatus.FOUND


def test_pairs_stand_worst_first_and_in_the_order_of_their_rows() -> None:
    result = check(*MIX, kratom=USING)
    ranks = [one.severity.rank for one in result.pairs]
    assert ranks == sorted(ranks)
    order = {row.id: place for place, row in enumerate(result.rows)}
    found = [one for one in result.pairs if one.status is PairStatus.FOUND]
    for severity in Severity:
        alike = [one for one in found if one.severity is severity and own(result, one)]
        led = [min(order[i] for i in one.rows) for one in alike if leads_itself(result, one)]
        assert led == sorted(led)
    assert result.pairs[-1].status is not PairStatus.FOUND


def own(result: InteractionsResult, one: PairSummary) -> list[str]:
    two = {row.id for row in result.rows if len(set(row.members)) == 2}
    return [id_ for id_ in one.rows if id_ in two]


def leads_itself(result: InteractionsResult, one: PairSummary) -> bool:
    return set(one.rows) == set(own(result, one))


def test_a_pair_says_what_its_worst_row_says() -> None:
    result = check("alprazolam", kratom=USING)
    one = pair(result, "kratom", "alprazolam")
    rows = {row.id: row for row in result.rows}
    worst = min((rows[id_] for id_ in one.rows), key=lambda row: row.severity.rank)
    assert (one.severity, one.sentence) == (worst.severity, rows[one.rows[0]].sentence)
    assert one.names == ("kratom", "alprazolam")


def test_a_pair_inside_a_group_names_it_and_does_not_repeat_it() -> None:
    result = check("alprazolam", "oxycodone", "gabapentin")
    group = next(row for row in result.rows if row.id == "interaction.pd.shared.breathing")
    one = pair(result, "alprazolam", "oxycodone")
    assert group.id in one.rows
    assert group.title in one.sentence
    assert group.sentence not in one.sentence
    assert one.severity.rank <= Severity.MAJOR.rank


def test_what_others_add_to_a_change_makes_no_single_pair_worse() -> None:
    alone = pair(check("fluconazole", "alprazolam"), "fluconazole", "alprazolam")
    crowd = check("fluconazole", "alprazolam", "ketoconazole", "ritonavir")
    together = pair(crowd, "fluconazole", "alprazolam")
    assert any("pk.all.alprazolam" in id_ for id_ in together.rows)
    assert together.severity is alone.severity
    assert "part of" not in together.sentence


def test_two_that_change_the_same_medicine_are_no_pair_for_that() -> None:
    result = check("itraconazole", "omeprazole", "escitalopram", "fluconazole", "alprazolam")
    for one in result.pairs:
        for id_ in one.rows:
            row = next(row for row in result.rows if row.id == id_)
            if len(row.members) > 2 and row.victim:
                assert row.victim in one.members


# ------------------------------------------------------------------ what was not found


def test_nothing_found_does_not_claim_to_exclude_anything() -> None:
    one = pair(check("omeprazole", "gabapentin"), "omeprazole", "gabapentin")
    assert one.status is PairStatus.NOTHING_FOUND
    assert "nothing found" in one.sentence
    assert "does not exclude" in one.sentence
    assert one.severity is Severity.INFO
    assert one.rows == ()


def test_unknown_clearance_is_not_judged_and_never_nothing_found(without_clearance: str) -> None:
    result = check(without_clearance, "gabapentin", "omeprazole")
    for other in ("gabapentin", "omeprazole"):
        one = pair(result, without_clearance, other)
        if not one.rows:
            assert one.status is PairStatus.NOT_JUDGED
            assert one.certainty is Certainty.UNKNOWN
            assert "could not be judged" in one.sentence
            assert "nothing found" not in one.sentence


def test_forgetting_how_a_medicine_is_cleared_never_turns_into_nothing_found() -> None:
    """The routes of one are taken out of the base: pairs without a row stop being judged."""
    case = parse_case({"date": "2026-11-22", "medicines": [{"name": n} for n in MIX]})
    kratom = kratom_context(case, KNOWLEDGE, named_in_list=False, samples=None)
    items = recognise(case, KNOWLEDGE).items
    carried = {"simvastatin", "lithium"}
    known = gather((), items, kratom, KNOWLEDGE)
    free = [one for one in known if not carried & set(one.members)]
    assert {one.status for one in free} == {PairStatus.NOTHING_FOUND}
    forgotten = tuple(dataclasses.replace(i, medicine=blank(i.medicine)) for i in items)
    unknown = gather((), forgotten, kratom, KNOWLEDGE)
    assert PairStatus.NOTHING_FOUND not in {
        one.status
        for one in unknown
        if not any(KNOWLEDGE.ddi.pair(a, b) for a, b in (one.members, one.members[::-1]))
    }
    assert all("could not be judged" in o.sentence for o in unknown if o.status == "not_judged")


def blank(medicine: Medicine) -> Medicine:
    victim = msgspec.structs.replace(medicine.victim, fm=type(medicine.victim.fm)(), fe_renal=None)
    return msgspec.structs.replace(medicine, victim=victim)


def test_a_seven_oh_product_is_never_told_as_nothing_found() -> None:
    result = check(*MIX, kratom=SEVEN_OH)
    with_kratom = [one for one in result.pairs if "kratom" in one.members]
    assert len(with_kratom) == len(MIX)
    assert PairStatus.NOTHING_FOUND not in {one.status for one in with_kratom}


def test_kratom_is_paired_only_where_it_counts() -> None:
    assert not [p for p in check("sertraline").pairs if "kratom" in p.members]
    never = check("sertraline", kratom={"status": "never"})
    assert not [p for p in never.pairs if "kratom" in p.members]
    asking = check("sertraline", kratom={"status": "asking"})
    assert [p.members for p in asking.pairs] == [("kratom", "sertraline")]


def test_ratios_come_with_the_word_on_the_average_person_once() -> None:
    assert "one person can differ more" in check("fluconazole", "alprazolam").about_ratios
    assert check("omeprazole").about_ratios == ""


def test_a_food_that_changes_others_is_not_asked_how_it_leaves_the_body() -> None:
    result = check("grapefruit juice", "gabapentin")
    assert pair(result, "grapefruit_juice", "gabapentin").status is PairStatus.NOTHING_FOUND


def test_every_row_says_in_a_few_words_what_it_is_about() -> None:
    assert set(HazardClass) < set(KNOWLEDGE.ddi.pairs_wording.hazards)
    for row in check(*MIX, kratom=USING).rows:
        assert row.title
        assert "_" not in row.title


@pytest.mark.parametrize(
    ("one", "other"), [("digoxin", "sertraline"), ("methotrexate", "melatonin")]
)
def test_what_transporters_carry_is_not_judged_rather_than_nothing_found(
    one: str, other: str
) -> None:
    pair = check(one, other).pairs[0]
    assert pair.status is PairStatus.NOT_JUDGED
    assert "transporters" in pair.sentence
    assert "nothing found" not in pair.sentence


def test_a_pair_with_kratom_inside_a_row_of_several_is_no_surer_than_kratom_alone() -> None:
    result = check("escitalopram", "fluconazole", "quetiapine", kratom=USING)
    shared = {r.id: r for r in result.rows}["interaction.pd.shared.qt"]
    assert shared.certainty is Certainty.MODERATE
    sure = {p.members: p.certainty for p in shared.pairs}
    assert sure["escitalopram", "fluconazole"] is None
    assert sure["escitalopram", "kratom"] is Certainty.VERY_LOW
    assert pair(result, "kratom", "escitalopram").certainty is Certainty.VERY_LOW


def test_the_headline_counts_pairs() -> None:
    result = check("alprazolam", "oxycodone", "gabapentin", kratom=USING)
    met = [one for one in result.pairs if one.status is PairStatus.FOUND]
    major = [one for one in met if one.severity.rank <= Severity.MAJOR.rank]
    assert f"{len(met)} of {len(result.pairs)} pairs" in result.headline
    assert f"worse for {len(major)}." in result.headline


def test_a_seven_oh_product_is_not_called_kratom_beside_a_medicine() -> None:
    result = check("oxycodone", "gabapentin", kratom=SEVEN_OH)
    assert all("the 7-OH product" in p.names for p in result.pairs if "kratom" in p.members)
    assert all("kratom" not in r.names for r in result.rows)
