"""Who is drawn from a documented population, against the published figures it rests on."""

from __future__ import annotations

import pickle

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa.errors import InputError
from speciosa.knowledge import load
from speciosa.knowledge.population import Populations
from speciosa.population import who

KNOWLEDGE = load()
TABLE = KNOWLEDGE.population
IDS = tuple(TABLE.documented)
KG_PER_LB = 0.45359237
MANY = 60_000


@pytest.fixture(scope="module")
def drawn() -> dict[str, who.Drawn]:
    return {name: who.draw(who.read(name, KNOWLEDGE), 11, count=MANY) for name in IDS}


def number(fact_id: str) -> float:
    return KNOWLEDGE.fact(f"population/{fact_id}").number


@pytest.mark.parametrize("name", IDS)
@given(first=st.integers(0, 10**12), count=st.integers(0, 40), skip=st.integers(0, 40))
@settings(max_examples=15, deadline=None)
def test_a_person_depends_on_seed_and_number_alone(
    name: str, first: int, count: int, skip: int
) -> None:
    population = who.read(name, KNOWLEDGE)
    whole = who.draw(population, 3, first=first, count=skip + count)
    block = who.draw(population, 3, first=first + skip, count=count)
    assert block.columns.keys() == whole.columns.keys()
    for column, values in block.columns.items():
        assert values.tobytes() == whole.columns[column][skip:].tobytes()


def test_another_seed_gives_other_people_and_another_population_too(drawn) -> None:
    again = who.draw(who.read("us-adults", KNOWLEDGE), 12, count=MANY)
    assert not np.array_equal(again.columns["weight_kg"], drawn["us-adults"].columns["weight_kg"])
    assert len({who.read(name, KNOWLEDGE).key for name in IDS}) == len(IDS)


@pytest.mark.parametrize("name", IDS)
def test_a_population_travels_to_another_process(name: str) -> None:
    population = who.read(name, KNOWLEDGE)
    back = pickle.loads(pickle.dumps(population))  # noqa: S301 - our own bytes
    assert back.key == population.key
    one, other = (who.draw(p, 5, first=9, count=7) for p in (population, back))
    for column, values in one.columns.items():
        assert values.tobytes() == other.columns[column].tobytes()


@pytest.mark.parametrize(("sex", "fact"), [("male", "weight_male"), ("female", "weight_female")])
def test_weights_of_adults_are_those_that_were_published(drawn, sex: str, fact: str) -> None:
    people = drawn["us-adults"]
    seen = people.holds("sex", sex) & (people.figure("age_years") >= 20)
    published = number(f"survey/cdc/{fact}") * KG_PER_LB
    # Another two years of the survey, and pregnant women left out here: within a kilogram or so.
    assert people.figure("weight_kg")[seen].mean() == pytest.approx(published, abs=1.3)


def test_every_cell_has_the_percentiles_it_was_drawn_from(drawn) -> None:
    people = drawn["us-adults"]
    age = people.figure("age_years")
    bmi = people.figure("weight_kg") / (people.figure("height_cm") / 100.0) ** 2
    for row in TABLE.bodies.rows:
        inside = people.holds("sex", row.sex)
        inside &= (age >= row.from_years) & (age <= row.to_years)
        n = inside.sum()
        assert n > 500
        share = [(bmi[inside] <= at).mean() for at in row.bmi_kg_m2]
        expected = np.array(TABLE.bodies.percentiles) / 100.0
        tolerance = 4.5 * np.sqrt(expected * (1.0 - expected) / n)
        assert np.all(np.abs(np.array(share) - expected) < tolerance), row.name
        height = people.figure("height_cm")[inside]
        assert height.mean() == pytest.approx(
            row.height_mean_cm, abs=4.5 * row.height_sd_cm / n**0.5
        )


def test_kratom_users_are_as_surveyed(drawn) -> None:
    weighted = drawn["kratom-users-weighted"]
    assert 100 * weighted.holds("sex", "male").mean() == pytest.approx(
        number("survey/schimmel/male"), abs=1.0
    )
    age = weighted.figure("age_years")
    assert age.mean() == pytest.approx(number("survey/schimmel/mean_age"), abs=0.25)
    online = drawn["kratom-users-online"]
    assert 100 * online.holds("sex", "female").mean() == pytest.approx(
        number("survey/garcia_romeu/female"), abs=1.0
    )
    age = online.figure("age_years")
    assert age.mean() == pytest.approx(number("survey/garcia_romeu/mean_age"), abs=0.25)
    assert age.std() == pytest.approx(number("survey/garcia_romeu/sd_age"), abs=0.2)


def test_people_with_gad_are_weighed_by_how_often_it_was_found(drawn) -> None:
    adults, gad = drawn["us-adults"], drawn["gad"]

    def odds(people: who.Drawn, of: np.ndarray) -> float:
        return of.mean() / (1.0 - of.mean())

    women = odds(gad, gad.holds("sex", "female")) / odds(adults, adults.holds("sex", "female"))
    expected = number("survey/gad/female") / number("survey/gad/male")
    assert women == pytest.approx(expected, rel=0.05)
    old = [(p.figure("age_years") >= 60) for p in (adults, gad)]
    assert old[1].mean() < old[0].mean()


def test_a_make_up_is_weighed_until_it_has_the_figures_of_a_survey() -> None:
    import importlib.util  # noqa: PLC0415 - a program, not a package
    from pathlib import Path  # noqa: PLC0415

    path = Path(__file__).parents[2] / "tools" / "import_population.py"
    found = importlib.util.spec_from_file_location("import_population", path)
    assert found and found.loader
    program = importlib.util.module_from_spec(found)
    found.loader.exec_module(program)
    years = np.arange(program.EDGES[0], program.EDGES[-1])
    us = np.stack([np.full(years.size, 1.0), np.linspace(2.0, 0.5, years.size)])
    held = program.tilted(us / us.sum(), 0.3, 33.0, 9.0)
    assert held.sum() == pytest.approx(1.0) and held.min() > 0.0
    assert held[0].sum() == pytest.approx(0.3)
    rows = program.shares(held)
    ages = [np.arange(row["from_years"], row["to_years"] + 1) for row in rows]
    mean = sum(row["share"] * age.mean() for row, age in zip(rows, ages, strict=True))
    square = sum(row["share"] * (age**2).mean() for row, age in zip(rows, ages, strict=True))
    assert mean == pytest.approx(33.0, abs=0.01)
    assert (square - mean**2) ** 0.5 == pytest.approx(9.0, abs=0.02)


def test_genotypes_follow_from_ancestry_and_are_not_known_without(drawn) -> None:
    people = drawn["us-adults"]
    for place, group in enumerate(who.KINDS["ancestry"].words):
        of_group = people.columns["ancestry"] == place
        held = TABLE.genotypes(group)
        assert sum(held.cyp2d6) == pytest.approx(1.0)
        n = of_group.sum()
        for phenotype, share in zip(("poor", "ultrarapid"), held.cyp2d6[::3], strict=True):
            seen = people.holds("cyp2d6", phenotype)[of_group].mean()
            assert abs(seen - share) < 4.5 * (share / n) ** 0.5
        seen = people.holds("cyp3a5", "yes")[of_group].mean()
        assert abs(seen - held.expresses_cyp3a5) < 4.5 * (0.25 / n) ** 0.5
    unknown = people.columns["ancestry"] == who.UNKNOWN
    assert unknown.any()
    for gene in ("cyp2d6", "cyp3a5"):
        assert np.all((people.columns[gene] == who.UNKNOWN) == unknown)


def test_of_ninety_per_cent_the_ancestry_is_known_where_no_more_was_said(drawn) -> None:
    ancestry = drawn["kratom-users-online"].columns["ancestry"]
    assert set(np.unique(ancestry)) == {who.UNKNOWN, who.KINDS["ancestry"].words.index("white")}
    assert (ancestry == who.UNKNOWN).mean() == pytest.approx(0.1, abs=0.01)


def test_ancestry_and_genes_are_not_known_where_a_survey_does_not_say(drawn) -> None:
    people = drawn["kratom-users-weighted"]
    for name in ("ancestry", "cyp2d6", "cyp3a5"):
        assert set(np.unique(people.columns[name])) == {who.UNKNOWN}
    facts = who.read("kratom-users-weighted", KNOWLEDGE).facts
    assert not any("cyp" in name for name in facts)


def test_organ_function_follows_age_and_prevalence(drawn) -> None:
    people = drawn["us-adults"]
    age, egfr = people.figure("age_years"), people.figure("egfr_ml_min_1_73m2")
    for ages, band in (((30, 39), "30-39"), ((70, 80), "70-")):
        inside = (age >= ages[0]) & (age <= ages[1])
        assert egfr[inside].mean() == pytest.approx(number(f"egfr/{band}"), rel=0.02)
    share = number("cirrhosis/prevalence") / 100.0
    seen = people.holds("liver_disease", "yes").mean()
    assert abs(seen - share) < 4.5 * (share / MANY) ** 0.5


def test_nobody_is_drawn_beyond_what_a_case_accepts(drawn) -> None:
    for people in drawn.values():
        for name, values in people.columns.items():
            kind = who.KINDS[name]
            if kind.words:
                assert values.min() >= who.UNKNOWN and values.max() < len(kind.words)
            else:
                assert values.min() >= kind.low and values.max() <= kind.high
                assert people.units[name]


def test_a_person_can_be_read_in_words() -> None:
    people = who.draw(who.read("gad", KNOWLEDGE), 4, count=30)
    rows = list(people.rows())
    assert len(rows) == 30
    assert {row["sex"] for row in rows} == {"female", "male"}
    assert all(isinstance(row["age_years"], float) for row in rows)


def test_every_figure_can_be_cited_and_what_was_not_verified_says_so() -> None:
    for name in IDS:
        population = who.read(name, KNOWLEDGE)
        assert population.limits and population.about
        for fact_id in population.facts:
            cited = KNOWLEDGE.cite(fact_id)
            assert cited.sources or not cited.verified
            assert {s.id for s in cited.sources} <= set(population.sources)
    for fact_id in ("weight_studied", "exponent_clearance", "exponent_volume", "age_liver"):
        fact = KNOWLEDGE.fact(f"population/assumption/{fact_id}")
        assert not fact.verified and fact.sources and fact.note


@pytest.mark.parametrize("name", ["usadults", "people.xlsx", "", "../us-adults"])
def test_a_population_that_is_not_there_is_refused_with_what_there_is(name: str) -> None:
    with pytest.raises(InputError) as caught:
        who.read(name, KNOWLEDGE)
    assert "us-adults" in str(caught.value) and ".csv" in str(caught.value)


def test_nobody_at_all() -> None:
    none = who.draw(who.read("us-adults", KNOWLEDGE), 1, count=0)
    assert all(values.size == 0 for values in none.columns.values())
    with pytest.raises(ValueError, match="nought"):
        who.draw(who.read("us-adults", KNOWLEDGE), 1, first=-1, count=1)


def problems(**held: object) -> str:
    """What a table says of itself with some of its records replaced."""
    table = Populations()
    vars(table).update(held)
    return " ".join(table.problems())


def test_the_table_finds_what_is_wrong_with_itself() -> None:
    assert problems() == ""
    shares = TABLE.make_up["gad"]
    fewer = TABLE.make_up | {"gad": shares[1:]}
    found = problems(make_up=fewer)
    assert "the shares of gad do not add up" in found and "the cells of gad" in found
    assert "same populations" in problems(make_up={"gad": shares})
    fallen = msgspec.structs.replace(TABLE.bodies.rows[0], bmi_kg_m2=(30.0, 20.0))
    bodies = msgspec.structs.replace(TABLE.bodies, rows=(fallen, *TABLE.bodies.rows[1:]))
    found = problems(bodies=bodies)
    assert "female/18-29 do not ascend" in found and "not one figure for each" in found
    row = msgspec.structs.replace(TABLE.ancestry[0], shares={"white": 0.8, "black": 0.3})
    assert "more than everybody" in problems(ancestry=(row,))
    effect = msgspec.structs.replace(TABLE.effects[0], facts=("population/gone",))
    assert "population/gone, which is not there" in problems(effects=(effect,))
