"""Sobol indices: against functions whose indices are known, and against the shares of a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest
from rich.console import Console

from speciosa.distribution import Folder, How
from speciosa.knowledge import load
from speciosa.pharmacology.exposure.plan import read_plan_text
from speciosa.pharmacology.exposure.virtual import variance
from speciosa.pharmacology.exposure.virtual.people import STRUCTURES, simulate
from speciosa.population.run.prepared import prepared
from speciosa.population.run.request import Order, Request
from speciosa.population.sensitivity import exposure
from speciosa.population.sensitivity import indices as indices_of
from speciosa.population.sensitivity.document import SensitivityDocument, document
from speciosa.population.sensitivity.exposure import (
    Shares,
    other_seed,
    shares,
    simulate_mix,
    sources,
)
from speciosa.population.sensitivity.indices import Indices, indices
from speciosa.population.sensitivity.show import as_svg, render
from speciosa.population.who import read
from speciosa.report.charts.shares import Span, share_words

N = 4096


def estimated(function: Callable[[np.ndarray], np.ndarray], groups: Sequence[Sequence[int]]):
    """Indices of groups of columns of uniform inputs, by exchanging one group after the other."""
    inputs = max(column for group in groups for column in group) + 1
    a, b = np.random.default_rng(11).random((2, N, inputs))
    mixed = []
    for group in groups:
        both = a.copy()
        both[:, list(group)] = b[:, list(group)]
        mixed.append(function(both))
    names = [str(i) for i in range(len(groups))]
    return indices(names, function(a), function(b), mixed, seed=3)


def ishigami(u: np.ndarray) -> np.ndarray:
    x = np.pi * (2.0 * u - 1.0)
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def known_ishigami() -> tuple[list[float], list[float]]:
    """By integration: Saltelli et al., Sensitivity Analysis in Practice (2004)."""
    of_one = 0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2
    of_two = 7.0**2 / 8
    both = 0.1**2 * np.pi**8 * (1 / 18 - 1 / 50)
    whole = of_one + of_two + both
    first = [of_one / whole, of_two / whole, 0.0]
    return first, [(of_one + both) / whole, of_two / whole, both / whole]


def test_indices_of_a_function_whose_indices_are_known():
    found = estimated(ishigami, [(0,), (1,), (2,)])
    for one, first, total in zip(found, *known_ishigami(), strict=True):
        assert one.first.value == pytest.approx(first, abs=0.05)
        assert one.total.value == pytest.approx(total, abs=0.05)
        assert one.first.low <= first + 0.02
        assert one.first.high >= first - 0.02
        assert one.total.low < one.total.value < one.total.high


def test_a_group_of_inputs_counts_as_one():
    first, _ = estimated(lambda u: u[:, 0] + u[:, 1] + 3.0 * u[:, 2], [(0, 1), (2,)])
    assert first.first.value == pytest.approx(2 / 11, abs=0.03)
    assert first.total.value == pytest.approx(2 / 11, abs=0.03)


def test_nothing_varies_nothing_has_a_share():
    (one,) = estimated(lambda u: np.full(u.shape[0], 4.0), [(0,)])
    assert one.first.value == one.total.value == 0.0


@pytest.mark.parametrize("seed", [0, 1, 2**63])
def test_intervals_do_not_change_from_run_to_run(seed: int):
    rng = np.random.default_rng(1)
    a, b, mixed = rng.normal(size=(3, 64))
    runs = [indices(["x"], a, b, [mixed], seed=seed) for _ in range(2)]
    assert runs[0] == runs[1]


# ------------------------------------------------------------------ of levels


def order_of(subjects: int, *, key: str = "") -> Order:
    knowledge = load()
    plan = read_plan_text("2 g leaf tea").model_dump(mode="json")
    return Order(
        request=Request(regimen=plan, seed=4, population_key=key),
        subjects=subjects,
        knowledge_release=knowledge.release.number,
    )


@pytest.fixture(scope="module", autouse=True)
def few_resamples() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indices_of, "RESAMPLES", 60)
        yield


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shares, ...]:
    return shares(order_of(400), None, Folder(tmp_path_factory.mktemp("sobol")), How())


@pytest.fixture(scope="module")
def result(found: tuple[Shares, ...]) -> SensitivityDocument:
    return document(found, prepared(order_of(400).request.encoded()), 400)


def of(found: tuple[Shares, ...], measure: str) -> dict[str, Indices]:
    (one,) = (s for s in found if (s.analyte, s.measure) == ("mitragynine", measure))
    return {source.group: source for source in one.sources}


def test_exchanging_one_source_leaves_the_others_as_they_were():
    ready = prepared(order_of(50).request.encoded())
    read_off = {
        exchanged: np.frombuffer(
            simulate_mix(ready.request.encoded(), None, exchanged, 0, 50)["figures"]
        ).reshape(6, 50)
        for exchanged in [(), ("structure",), ("content",), sources(None, STRUCTURES)]
    }
    people, _ = ready.follow(0, 50)
    assert np.all(np.isfinite(read_off[()]))
    # Of those whose structure stayed the same by chance nothing else may have moved.
    same = read_off[()][0] == read_off["structure",][0]
    assert 10 < same.sum() < 40
    # All sources exchanged are the people of the other seed.
    other = msgspec.structs.replace(ready.request, seed=other_seed(4)).encoded()
    whole = np.frombuffer(simulate_mix(other, None, (), 0, 50)["figures"]).reshape(6, 50)
    np.testing.assert_array_equal(whole, read_off[sources(None, STRUCTURES)])
    # Amounts scale the levels of a linear structure and change no shape.
    linear = people.lives_by == 0
    moved = (read_off["content",] - read_off[()])[:, linear]
    np.testing.assert_allclose(moved[0], moved[1], atol=0.05)


def test_shares_agree_with_those_of_a_report(found: tuple[Shares, ...]):
    ready = prepared(order_of(2000).request.encoded())
    people = simulate(
        ready.course.schedule, ready.course.layout.products, load(), seed=4, subjects=2000
    )
    expected = variance.shares(people, variance.all_parts(people, of_seven_oh=False))
    area = of(found, "auc")
    assert max(area, key=lambda name: area[name].first.value) == "content"
    # A report shares out what sources do together and what it does not explain, so that its shares
    # add up to one: they lie near the span from one index to the other.
    for name, source in area.items():
        low = min(source.first.low, source.total.low) - 0.08
        high = max(source.first.high, source.total.high) + 0.08
        assert low <= expected[name] <= high, name
    assert sum(source.first.value for source in area.values()) < 1.1
    assert sum(source.total.value for source in area.values()) > 0.9


def test_the_same_shares_however_the_work_was_cut(
    found: tuple[Shares, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(exposure, "_BLOCK", 199)
    assert shares(order_of(400), None, Folder(tmp_path), How()) == found


def test_who_people_are_is_a_source_of_its_own_where_a_population_is_named(tmp_path: Path):
    population = read("us-adults", load())
    order = order_of(150, key=population.key)
    held = of(shares(order, population, Folder(tmp_path), How()), "auc")
    assert list(held) == ["content", "who", "body", "model", "structure"]
    assert held["who"].total.value > 0.0
    shown = document((), prepared(order.request.encoded(), population), 150)
    assert any(one.id == "simulate.bodies_assumed" for one in shown.findings)


def test_a_table_without_weights_has_shares_like_one_whose_weights_are_all_one(tmp_path: Path):
    rows = [(30 + i % 50 if i % 2 else "", 45 + 0.2 * i) for i in range(500)]
    held = []
    for name, more in (("plain", ""), ("weighed", ",1")):
        table = tmp_path / f"{name}.csv"
        head = "age_years,weight_kg" + (",sampling_weight" if more else "")
        table.write_text("\n".join((head, *(f"{age},{kg}{more}" for age, kg in rows))) + "\n")
        population = read(table, load())
        order = order_of(300, key=population.key)
        found = shares(order, population, Folder(tmp_path / name), How())
        held.append(of(found, "ctrough")["who"].total)
        shown = document(found, prepared(order.request.encoded(), population), 300)
        assert shown.people is not None
        assert "300 of its 500 rows" in shown.people.limits[0] or more
        assert any("was not" in words for words in shown.people.limits)
        assert any("power 0.75" in words for words in shown.people.effects)
        assert "age is not known in" in shown.people.effects[-1]
        assert {one.note for one in shown.shares if one.measure == "ctrough"} == {
            "24 h after the last dose"
        }
        console = Console(width=100)
        with console.capture() as captured:
            render(shown, console)
        text = " ".join(captured.get().split())
        assert "what it says was not" in text and "power 0.75" in text
        assert population.title in as_svg(shown).decode()
    plain, weighed = held
    assert plain.low > 0.0
    assert plain.low < weighed.high and weighed.low < plain.high


def test_what_is_not_told_from_nought_is_not_said_to_be_nought():
    assert share_words(Span(-0.0275, -0.0535, -0.00005)) == "up to 1 %"
    assert share_words(Span(0.01, -0.02, 0.034)) == "up to 3 %"
    assert share_words(Span(0.5, 0.3, 0.7)) == "50\xa0% (30 to 70)"


def test_text_and_picture_say_what_a_share_is_and_propose_nothing(result: SensitivityDocument):
    console = Console(width=100, record=True, file=None, quiet=False)
    with console.capture() as captured:
        render(result, console)
    text = " ".join(captured.get().split())
    picture = as_svg(result).decode()
    for said in (text, " ".join(picture.split())):
        assert "It is no advice to take kratom" in said
        assert "says nothing of effects or harm" in said
        assert "recommended" not in said.lower()
    assert "with interplay" in text
    assert result.runs == 6
    assert set(result.sources) == {"content", "body", "model", "structure"}
    assert {one.id for one in result.references}
    assert picture.count("<svg") == 7  # six panels in one picture
