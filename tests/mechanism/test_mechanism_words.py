"""The sentence that binding is unlikely to matter is earned by every condition, or not said."""

from __future__ import annotations

import msgspec
import pytest

from speciosa.case.read import parse_case
from speciosa.finding import Estimate
from speciosa.knowledge import Knowledge, load
from speciosa.pharmacology.exposure import expose
from speciosa.pharmacology.mechanism import assess
from speciosa.pharmacology.mechanism.meaning import meaning

KNOWLEDGE = load()
RULE = KNOWLEDGE.kratom.mechanism_wording.small_effect
LEAF = {"form": "leaf_powder", "dose": {"leaf_g": 1.0}, "times_per_day": 1.0}
READ = "kratom/pd_alpha2_ki"  # any verified fact stands in for a value measured in people
UNREAD = "kratom/pk_mg_fu"


def samples_of(*products):
    kratom = {"status": "using", "products": list(products)}
    case = parse_case({"date": "2026-11-22", "kratom": kratom})
    return case, expose(case, KNOWLEDGE, seed=5, subjects=50)[1]


SAMPLES = samples_of(LEAF)[1]


def estimate(high):
    return Estimate(value=high / 2, unit="%", low=high / 4, high=high, interval="90 %")


def target(ligand="mitragynine", *, labs=(READ, "kratom/pd_herg_ck"), **changes):
    base = next(t for t in KNOWLEDGE.kratom.mechanism_wording.targets if t.id == "alpha2a")
    named = {f"laboratory {i}": fact for i, fact in enumerate(labs)}
    affinity = msgspec.structs.replace(base.affinities[0], ligand=ligand, laboratories=named)
    return msgspec.structs.replace(base, affinities=(affinity,), **{"left_out": (), **changes})


class _Kratom:
    """The table with another rule."""

    def __init__(self, **changes):
        rule = msgspec.structs.replace(RULE, **changes)
        self.mechanism_wording = msgspec.structs.replace(
            KNOWLEDGE.kratom.mechanism_wording, small_effect=rule
        )


class _Base:
    """The base as if free fraction and entry into the brain had been measured in people."""

    def __init__(self, **changes):
        known = dict.fromkeys(("mitragynine", "7-hydroxymitragynine"), READ)
        self.kratom = _Kratom(**{"free_fraction": known, "brain_entry": known, **changes})

    fact = staticmethod(KNOWLEDGE.fact)


def said(one, high, samples=SAMPLES, **changes):
    return meaning(one, None if high is None else estimate(high), samples, _Base(**changes))


def test_it_is_said_when_everything_is_known_and_the_whole_interval_is_small():
    assert said(target(), 0.5) == RULE.text


@pytest.mark.parametrize(
    ("one", "high", "changes", "because"),
    [
        (target(), 1.0, {}, "the interval is not small"),
        (target(), 40.0, {}, "the interval is not small"),
        (target(), None, {}, "no figure"),
        (target(labs=(READ,)), 0.5, {}, "2 laboratories"),
        (target(labs=(READ, UNREAD)), 0.5, {}, "2 laboratories"),
        (target(), 0.5, {"free_fraction": {}}, "free fraction of mitragynine"),
        (target(), 0.5, {"free_fraction": {"mitragynine": UNREAD}}, "free fraction of mitragynine"),
        (target(), 0.5, {"brain_entry": {}}, "human brain"),
        (target(left_out=("speciociliatine",)), 0.5, {}, "speciociliatine"),
    ],
)
def test_one_open_condition_is_enough_to_withhold_it(one, high, changes, because):
    text = said(one, high, **changes)
    assert RULE.text not in text
    assert "not known" in text
    assert because in text


def test_a_product_without_an_amount_withholds_it():
    _, samples = samples_of(LEAF, {"form": "extract_shot"})
    assert "not every product" in said(target(), 0.5, samples)


def test_swallowed_seven_oh_withholds_it():
    tablet = {"form": "7_oh_product", "dose": {"units": 1.0, "seven_oh_mg_per_unit": 15.0}}
    _, samples = samples_of({**tablet, "times_per_day": 1.0})
    assert "swallowed" in said(target("7-hydroxymitragynine"), 0.5, samples)


def test_an_ion_channel_needs_no_entry_into_the_brain_but_its_own_ceiling():
    channel = target(system="cardiac", measure="IC50")
    assert said(channel, 0.02, brain_entry={}) == RULE.text
    assert "not small" in said(channel, 0.05, brain_entry={})


@pytest.mark.parametrize("grams", [0.01, 2.0, 20.0])
def test_no_target_has_earned_it_today(grams):
    case, samples = samples_of({**LEAF, "dose": {"leaf_g": grams}})
    for shown in assess(case, KNOWLEDGE, samples).targets:
        assert RULE.text not in shown.meaning
        assert "not known" in shown.meaning


def test_each_laboratory_in_the_data_is_behind_a_fact_of_that_ligand():
    assert isinstance(KNOWLEDGE, Knowledge)
    for one in KNOWLEDGE.kratom.mechanism_wording.targets:
        for affinity in one.affinities:
            assert set(affinity.laboratories.values()) <= set(affinity.facts)
