"""The ratio of named medicines: published cases, doses, widths, order, every pair of the base."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.interactions.cases import KNOWLEDGE

from speciosa.case.vocabulary import Route
from speciosa.errors import InputError
from speciosa.knowledge.medicines.record import Statement
from speciosa.pharmacology.interactions import NoRatio, Ratio, Taking, ratio
from speciosa.pharmacology.interactions.kinetics.concentration import Use, concentrations
from speciosa.pharmacology.interactions.kinetics.sampling import SIZE
from speciosa.pharmacology.interactions.kinetics.victim import clearance, only_named
from speciosa.pharmacology.interactions.matrix import matrix

MEDICINES = KNOWLEDGE.medicines
PERPETRATORS = (
    "ketoconazole",
    "fluvoxamine",
    "paroxetine",
    "rifampicin",
    "carbamazepine",
    "kratom",
)
VICTIMS = ("midazolam", "buspirone", "quetiapine", "metoprolol", "escitalopram", "simvastatin")


def of(victim: str, *perpetrators: str | Taking, route: Route | None = None) -> Ratio:
    takings = [p if isinstance(p, Taking) else Taking(p) for p in perpetrators]
    found = ratio(victim, takings, KNOWLEDGE, route=route)
    assert isinstance(found, Ratio), found
    return found


@pytest.mark.parametrize(
    ("victim", "perpetrator"),
    [
        ("midazolam", "ketoconazole"),
        ("midazolam", "itraconazole"),
        ("midazolam", "rifampicin"),
        ("buspirone", "itraconazole"),
        ("triazolam", "ketoconazole"),
        ("metoprolol", "paroxetine"),
        ("quetiapine", "ketoconazole"),
        ("simvastatin", "erythromycin"),
    ],
)
def test_what_people_showed_lies_in_the_interval(victim, perpetrator) -> None:
    found = of(victim, perpetrator)
    assert found.observed is not None
    assert found.low <= found.observed.auc_ratio <= found.high
    assert found.low < found.median < found.high


@pytest.mark.parametrize("victim", VICTIMS)
def test_without_a_perpetrator_the_ratio_is_one_and_rests_on_nothing(victim) -> None:
    found = of(victim)
    assert np.all(found.samples == 1.0)
    assert (found.median, found.low, found.high) == (1.0, 1.0, 1.0)
    assert not found.shares
    assert not found.facts
    assert found.ceiling is None


@settings(max_examples=25, deadline=None)
@given(
    victim=st.sampled_from(VICTIMS),
    listed=st.lists(st.sampled_from(PERPETRATORS), unique=True, min_size=2, max_size=4),
    seed=st.randoms(use_true_random=False),
)
def test_the_order_of_the_list_changes_no_byte(victim, listed, seed) -> None:
    one = ratio(victim, [Taking(p) for p in listed], KNOWLEDGE)
    shuffled = list(listed)
    seed.shuffle(shuffled)
    other = ratio(victim, [Taking(p) for p in shuffled], KNOWLEDGE)
    assert type(one) is type(other)
    if isinstance(one, Ratio) and isinstance(other, Ratio):
        assert one.samples.tobytes() == other.samples.tobytes()
        assert (one.shares, one.flags, one.facts) == (other.shares, other.flags, other.facts)


@pytest.mark.parametrize("perpetrator", ["ketoconazole", "itraconazole", "fluconazole"])
def test_a_larger_dose_never_changes_less(perpetrator) -> None:
    doses = (25.0, 50.0, 100.0, 200.0, 400.0, 800.0, 1600.0)
    found = [of("midazolam", Taking(perpetrator, dose)).median for dose in doses]
    assert found == sorted(found)
    assert found[-1] > found[0]
    assert all(of("midazolam", Taking(perpetrator, dose)).ceiling for dose in doses)


def test_taken_more_often_never_changes_less() -> None:
    found = [of("midazolam", Taking("itraconazole", 200.0, hours)).median for hours in (48, 24, 12)]
    assert found == sorted(found)


@pytest.mark.parametrize("dose", [400.0, 5000.0])
def test_no_dose_takes_a_victim_beyond_its_ceiling(dose) -> None:
    found = of("midazolam", Taking("ketoconazole", dose))
    assert found.ceiling is not None
    assert found.high <= found.ceiling
    cleared = clearance(MEDICINES.get("midazolam"), KNOWLEDGE)
    assert cleared is not None
    most = 1.0 / cleared.f_gut / (1.0 - cleared.fm["CYP3A4"])
    assert found.ceiling <= most.max()


def test_a_dose_above_every_known_one_and_a_dose_without_use_are_flagged() -> None:
    assert any("above every dose" in f for f in of("midazolam", Taking("ketoconazole", 9e3)).flags)


def test_by_vein_the_gut_has_no_share_and_flow_limits() -> None:
    oral, vein = (
        of("midazolam", "ketoconazole"),
        of("midazolam", "ketoconazole", route=Route.INTRAVENOUS),
    )
    assert "gut CYP3A" in oral.shares
    assert "gut CYP3A" not in vein.shares
    assert vein.median < oral.median
    assert vein.ceiling is not None
    assert oral.ceiling is not None
    assert vein.ceiling < oral.ceiling


def test_an_uncertain_extraction_counts() -> None:
    cleared = clearance(MEDICINES.get("midazolam"), KNOWLEDGE, oral=False)
    assert cleared is not None
    assert isinstance(cleared.extraction, np.ndarray)
    low, middle, high = np.quantile(cleared.extraction, (0.05, 0.5, 0.95))
    figure = MEDICINES.get("midazolam").victim.hepatic_extraction
    assert figure is not None
    assert middle == pytest.approx(figure.value, rel=0.01)
    assert 0.0 < low < middle < high < 1.0


# ------------------------------------------------------------------ unknown never narrows


def without(name: str, enzyme: str, reported: str):
    """The record with one fraction taken away and its enzyme only named."""
    medicine = MEDICINES.get(name)
    fm = {e: f for e, f in medicine.victim.fm.items() if e != enzyme}
    statement = Statement(value=reported)
    victim = msgspec.structs.replace(medicine.victim, fm=fm, enzymes_reported=statement)
    return msgspec.structs.replace(medicine, victim=victim, id=f"{name}_unknown")


def test_an_enzyme_named_without_a_figure_widens_and_is_told() -> None:
    named = without("risperidone", "CYP2D6", "CYP2D6, CYP3A4")
    assert only_named(named) == ("CYP2D6",)
    found = ratio(named, [Taking("paroxetine")], KNOWLEDGE)
    assert isinstance(found, Ratio)
    # Of the ratio itself the lower end is cut at 1, so the width is that of the fraction.
    drawn = [clearance(m, KNOWLEDGE) for m in (named, MEDICINES.get("risperidone"))]
    unknown, known = (c.fm["CYP2D6"].std() for c in drawn if c is not None)
    assert unknown > known
    assert found.high > 2.0
    assert any("is not known" in flag for flag in found.flags)


def test_a_gut_fraction_that_is_not_known_widens() -> None:
    medicine = MEDICINES.get("midazolam")
    victim = msgspec.structs.replace(medicine.victim, f_gut=None)
    found = clearance(msgspec.structs.replace(medicine, victim=victim, id="x"), KNOWLEDGE)
    known = clearance(medicine, KNOWLEDGE)
    assert found is not None
    assert known is not None
    assert np.log(found.f_gut).std() > np.log(known.f_gut).std()


@pytest.mark.parametrize(
    ("words", "enzymes"),
    [
        ("CYP 2B6", ("CYP2B6",)),
        ("CYP1A2, 2D6", ("CYP1A2", "CYP2D6")),
        ("CYP3A, CYP3A5", ("CYP3A4",)),
        ("Hydrolysis, UGT", ("UGT",)),
        ("UGT1A4", ("UGT",)),
        ("Not metabolized", ()),
        ("Mitochondrial β-oxidation", ()),
    ],
)
def test_enzymes_are_read_from_the_words_of_sources(words, enzymes) -> None:
    medicine = without("lorazepam", "UGT", words)
    assert only_named(medicine) == enzymes


# ------------------------------------------------------------------ what cannot be said


def test_no_ratio_says_why_and_is_not_one() -> None:
    found = ratio("gabapentin", [Taking("fluoxetine")], KNOWLEDGE)
    assert isinstance(found, NoRatio)
    assert "kidney" in found.why
    nothing = ratio("midazolam", [Taking("lithium")], KNOWLEDGE)
    assert isinstance(nothing, NoRatio)
    assert "no enzyme" in nothing.why


def test_a_perpetrator_without_part_is_named() -> None:
    found = of("midazolam", "ketoconazole", "lithium")
    assert found.median == of("midazolam", "ketoconazole").median
    assert any(flag.startswith("lithium has no part") for flag in found.flags)


def test_kratom_as_perpetrator_is_the_one_study_and_as_victim_both_alkaloids() -> None:
    tea = of("midazolam", "kratom")
    assert tea.observed is not None
    assert tea.observed.auc_ratio == pytest.approx(1.39)
    assert tea.shares == {"gut CYP3A": 1.0}
    victim = of("kratom", "ketoconazole")
    assert victim.median > 1.2
    assert all("7-hydroxymitragynine" in name for name in victim.others)


def test_a_name_that_is_none_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(InputError, match="Did you mean itraconazole"):
        ratio("midazolam", [Taking("itracnazole")], KNOWLEDGE)


def test_opposed_perpetrators_are_told() -> None:
    found = of("midazolam", "ketoconazole", "rifampicin")
    assert any("multiplied" in flag for flag in found.flags)


# ------------------------------------------------------------------ every pair


def test_every_pair_of_the_base_is_there_once_and_within_its_limits() -> None:
    told: list[tuple[int, int]] = []
    seen = set()
    with_ratio = 0
    for cell in matrix(KNOWLEDGE, progress=lambda done, of_all: told.append((done, of_all))):
        key = (cell.victim.id, cell.perpetrator)
        assert key not in seen
        seen.add(key)
        assert cell.victim.id != cell.perpetrator
        if isinstance(cell.found, Ratio):
            with_ratio += 1
            assert cell.found.samples.shape == (SIZE,)
            assert 0.0 < cell.found.low <= cell.found.high
            if cell.found.ceiling is not None:
                assert cell.found.high <= cell.found.ceiling * (1 + 1e-9)
        else:
            assert cell.found.why
    assert len(seen) >= 10_000
    assert with_ratio >= 5_000
    assert told[-1][0] == told[-1][1]
    for pair in KNOWLEDGE.ddi.pairs:
        assert (pair.victim, pair.perpetrator) in seen


def test_a_recalled_concentration_is_wider_than_one_that_was_read() -> None:
    medicine = MEDICINES.get("ketoconazole")

    def spread(*, verified: bool) -> float:
        exposures = tuple(
            msgspec.structs.replace(e, verified=verified) for e in medicine.perpetrator.exposures
        )
        perpetrator = msgspec.structs.replace(medicine.perpetrator, exposures=exposures)
        record = msgspec.structs.replace(medicine, perpetrator=perpetrator)
        found = concentrations(record, medicine.name, Use(), KNOWLEDGE)
        assert found is not None
        return float(np.log(found.liver).std())

    assert spread(verified=False) > spread(verified=True)
