"""A user's own table of people: what it may hold, and what is said of what it may not."""

from __future__ import annotations

import dataclasses
import pickle
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from speciosa.errors import InputError
from speciosa.knowledge import load
from speciosa.population import who

KNOWLEDGE = load()
GOOD = """age_years,sex,weight_kg,child_pugh,cyp2d6,pregnancy,breast_feeding
34,female,61.5,none,poor,pregnant,no
71,male,,B,,,
18,,102,,ultrarapid,not_pregnant,yes
"""


def table(tmp_path: Path, text: str | bytes, name: str = "people.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def problems(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        who.read(path, KNOWLEDGE)
    return [str(problem) for problem in caught.value.problems]


def test_rows_take_part_in_turn_and_an_empty_cell_stays_not_known(tmp_path: Path) -> None:
    population = who.read(table(tmp_path, GOOD), KNOWLEDGE)
    people = who.draw(population, 99, first=2, count=4)
    rows = list(people.rows())
    ages = [row["age_years"] for row in rows]
    assert sorted(ages[:3], key=float) == [18.0, 34.0, 71.0]
    assert ages[3] == ages[0]
    assert people.row is not None
    assert [(34.0, 71.0, 18.0)[row] for row in people.row] == ages
    assert rows[ages.index(71.0)] == {
        "age_years": 71.0,
        "sex": "male",
        "weight_kg": None,
        "cyp2d6": None,
        "child_pugh": "B",
        "pregnancy": None,
        "breast_feeding": None,
    }
    assert "height_cm" not in people.columns and np.isnan(people.figure("height_cm")).all()


def test_a_sorted_table_takes_part_in_an_order_of_the_seed(tmp_path: Path) -> None:
    sorted_ages = "age_years\n" + "".join(f"{20 + i // 10}\n" for i in range(600))
    population = who.read(table(tmp_path, sorted_ages), KNOWLEDGE)
    some = who.draw(population, 5, count=200).figure("age_years")
    assert some.mean() == pytest.approx(49.5, abs=4.0)  # of the first 200 rows it is 29.5
    np.testing.assert_array_equal(
        who.draw(population, 5, first=190, count=10).figure("age_years"), some[190:]
    )
    other = who.draw(population, 6, count=200).figure("age_years")
    assert abs(np.corrcoef(some, other)[0, 1]) < 0.25
    everybody = who.draw(population, 5, count=600).figure("age_years")
    assert sorted(everybody) == sorted(population.columns["age_years"])


def test_who_is_left_out_is_said(tmp_path: Path) -> None:
    rows = "age_years\n" + "30\n" * 3000
    population = who.read(table(tmp_path, rows), KNOWLEDGE)
    assert population.whole(1000) == 3000
    assert population.taken(6000) == ()
    assert "1,000 of its 3,000 rows" in population.taken(1000)[0]
    assert "once more" in population.taken(4000)[0]
    few = who.read(table(tmp_path, "age_years\n30\n40\n50\n"), KNOWLEDGE)
    assert few.whole(1000) == 1002


def test_weights_draw_rows_by_seed_and_number(tmp_path: Path) -> None:
    text = "age_years,sampling_weight\n20,1\n30,0\n40,3\n"
    population = who.read(table(tmp_path, text), KNOWLEDGE)
    people = who.draw(population, 5, count=20_000)
    age = people.figure("age_years")
    assert set(age) == {20.0, 40.0}
    assert (age == 40.0).mean() == pytest.approx(0.75, abs=0.015)
    block = who.draw(population, 5, first=700, count=50)
    np.testing.assert_array_equal(block.figure("age_years"), age[700:750])
    assert "sampling_weight" not in people.columns


def test_parquet_and_csv_of_the_same_people_are_the_same_people(tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    columns = {
        "age_years": [34, 71, 18],
        "sex": ["female", "male", None],
        "weight_kg": [61.5, None, 102.0],
        "child_pugh": ["none", "B", None],
        "cyp2d6": ["poor", None, "ultrarapid"],
        "pregnancy": ["pregnant", None, "not_pregnant"],
        "breast_feeding": [False, None, True],
    }
    pq.write_table(pa.table(columns), path)
    one, other = (
        list(who.draw(who.read(p, KNOWLEDGE), 1, count=3).rows())
        for p in (path, table(tmp_path, GOOD))
    )
    assert one == other


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("age,sex\n30,male\n", ["column 1", "'age'", "age_years"]),
        ("age_years,age_years\n30,30\n", ["twice"]),
        ("sampling_weight\n1\n", ["no column that says anything"]),
        ("", ["no column that says anything"]),
        ("age_years\n", ["no rows"]),
        ("age_years\n30\nforty\n", ["row 3", "column age_years", "'forty'", "from 0 to 120"]),
        ("age_years\n121\n", ["row 2", "'121'"]),
        ("age_years\nnan\n", ["row 2", "'nan'"]),
        ("age_years\n3_0\n", ["row 2", "'3_0'"]),
        ("weight_kg\ninf\n", ["row 2", "'inf'"]),
        ("weight_kg\n-70\n", ["row 2", "from 1 to 500"]),
        ("sex\nMale\n", ["row 2", "'Male'", "female, male, other"]),
        ("child_pugh\nD\n", ["row 2", "none, A, B, C"]),
        ("age_years,sex\n30\n", ["row 2", "1 cells", "2"]),
        ("age_years\n30\n\n40\n", ["row 3", "nothing"]),
        ("age_years,sampling_weight\n30,\n", ["row 2", "sampling_weight", "from 0"]),
        ("age_years,sampling_weight\n30,-1\n", ["row 2", "'-1'"]),
        ("age_years,sampling_weight\n30,0\n", ["nought in every row"]),
        ('age_years\n"30\n', ["cannot be read"]),
        (b"age_years\n\xff\n", ["not UTF-8"]),
        ("weight_kg;age_years\n80,5;30\n", ["parted by commas", "decimals with a point"]),
        ("weight_kg,height_cm\n70,170\n180,70\n", ["row 3", "weight_kg and height_cm", "367"]),
        ("sex,pregnancy\nmale,pregnant\n", ["row 2", "pregnancy and sex"]),
        ("liver_disease,child_pugh\nyes,B\nno,C\n", ["row 3", "child_pugh and liver_disease"]),
    ],
)
def test_what_is_wrong_is_said_with_row_column_and_value(
    tmp_path: Path, text: str | bytes, said: list[str]
) -> None:
    found = " ".join(problems(table(tmp_path, text)))
    assert all(words in found for words in said), found


def test_every_wrong_cell_is_told_at_once_but_not_without_end(tmp_path: Path) -> None:
    found = problems(table(tmp_path, "age_years,sex\n" + "x,y\n" * 3))
    assert len(found) == 6
    assert len(problems(table(tmp_path, "age_years,sex\n" + "x,y\n" * 500))) == 20


@pytest.mark.parametrize("text", [GOOD.replace("\n", "\r\n"), "\ufeff" + GOOD, GOOD + "\n\n"])
def test_ways_of_writing_a_table_that_change_nothing(tmp_path: Path, text: str) -> None:
    plain = who.draw(who.read(table(tmp_path, GOOD), KNOWLEDGE), 1, count=3)
    other = who.draw(who.read(table(tmp_path, text, "b.csv"), KNOWLEDGE), 1, count=3)
    assert list(plain.rows()) == list(other.rows())


def test_decimals_of_parquet_are_numbers(tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    pq.write_table(pa.table({"weight_kg": pa.array([Decimal("80.5")])}), path)
    population = who.read(path, KNOWLEDGE)
    assert who.draw(population, 1, count=1).figure("weight_kg")[0] == 80.5
    assert population.title == "a table of one person"


def test_a_file_that_is_no_parquet_or_not_there(tmp_path: Path) -> None:
    assert "not Parquet" in problems(table(tmp_path, GOOD, "people.parquet"))[0]
    assert "No such file" in problems(tmp_path / "gone.csv")[0]


def test_a_table_travels_as_its_place_and_not_if_it_was_changed(tmp_path: Path) -> None:
    path = table(tmp_path, "age_years\n" + "30\n" * 5000)
    population = who.read(path, KNOWLEDGE)
    raw = pickle.dumps(population)
    assert len(raw) < 1000
    again = pickle.loads(raw)  # noqa: S301 - made above
    assert again is pickle.loads(raw)  # noqa: S301 - made above
    assert again.key == population.key
    path.write_text("age_years\n31\n")
    other = pickle.dumps(dataclasses.replace(population, key="of before"))
    with pytest.raises(InputError, match="was changed"):
        pickle.loads(other)  # noqa: S301 - made above


def test_the_key_is_the_content(tmp_path: Path) -> None:
    one = who.read(table(tmp_path, GOOD), KNOWLEDGE)
    same = who.read(table(tmp_path, GOOD, "other_name.csv"), KNOWLEDGE)
    moved = who.read(table(tmp_path, GOOD.replace("34", "35")), KNOWLEDGE)
    assert one.key == same.key != moved.key
    assert one.facts == ()


def test_children_are_let_in_and_counted(tmp_path: Path) -> None:
    grown = who.read(table(tmp_path, GOOD), KNOWLEDGE)
    mixed = who.read(table(tmp_path, GOOD + "4,female,16,,,,\n", "b.csv"), KNOWLEDGE)
    assert len(grown.limits) == 1 and "was not" in grown.limits[0]
    assert "People under 18 in it: 1." in mixed.limits[1]


def test_every_column_and_every_population_is_described() -> None:
    page = (Path(__file__).parents[2] / "docs" / "simulated-people.md").read_text(encoding="utf-8")
    rows = {line.split("|")[1].strip(" `"): line for line in page.splitlines() if line[:1] == "|"}
    for kind in who.KINDS.values():
        told = rows[kind.name]
        assert all(f"`{word}`" in told for word in kind.words)
        assert kind.words or f"{kind.low:g} to {kind.high:g}" in told
    assert who.WEIGHT in rows
    assert KNOWLEDGE.population.documented.keys() <= rows.keys()
