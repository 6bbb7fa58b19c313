"""A population in blocks: the same people and the same bytes however the work was shared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zarr
from rich.console import Console

from speciosa.distribution import How, Share
from speciosa.errors import InputError
from speciosa.knowledge import load
from speciosa.pharmacology.exposure.plan import Plan, read_plan_text
from speciosa.pharmacology.exposure.regimen.fading import LIMITS
from speciosa.pharmacology.exposure.regimen.figures import MEASURES
from speciosa.pharmacology.exposure.regimen.forecast import Settings, forecast
from speciosa.pharmacology.exposure.virtual.people import simulate
from speciosa.population.output import text
from speciosa.population.output.document import PopulationDocument
from speciosa.population.output.rows import decoded_rows
from speciosa.population.quantiles import LOWEST, RELATIVE_ERROR, Counts
from speciosa.population.run import gathered
from speciosa.population.run import request as requests
from speciosa.population.run.block import COUNTS, FOUND, PEOPLE, simulate_block
from speciosa.population.run.cells import ANALYTES, OF_STRUCTURE
from speciosa.population.run.prepared import prepared
from speciosa.population.run.request import Order, Request
from speciosa.population.run.work import Work, begun, work_folder
from speciosa.population.who import BodyEffects, read

SEED, PEOPLE_N = 7, 90
# Counting, and a linear structure within the tolerances of the integrator.
NEAR = RELATIVE_ERROR + 2e-4


def plan_of(line: str) -> Plan:
    return read_plan_text(line)


def order_of(
    line: str = "2 g leaf tea",
    *,
    subjects: int = PEOPLE_N,
    named: str = "",
    effects: BodyEffects = BodyEffects.ASSUMED,
    seed: int = SEED,
) -> Order:
    knowledge = load()
    return Order(
        request=Request(
            regimen=plan_of(line).model_dump(mode="json"),
            seed=seed,
            population_key=read(named, knowledge).key if named else "",
            body_effects=effects,
        ),
        subjects=subjects,
        population=named,
        knowledge_release=knowledge.release.number,
    )


def made(order: Order, file: Path) -> tuple[PopulationDocument, bytes]:
    work = Work.of(order, file)
    work.begin(restart=False)
    work.do(How())
    document, _ = work.finish()
    return document, content(file)


def content(file: Path) -> bytes:
    """A file, or a folder of files with their names."""
    if file.is_file():
        return file.read_bytes()
    files = sorted(path for path in file.rglob("*") if path.is_file())
    return b"".join(str(p.relative_to(file)).encode() + p.read_bytes() for p in files)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "BLOCK", 20)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[PopulationDocument, pa.Table]:
    file = tmp_path_factory.mktemp("whole") / "people.parquet"
    document, _ = made(order_of(named="us-adults"), file)
    return document, pq.read_table(file)


# ------------------------------------------------------------------ blocks


def test_blocks_put_together_are_the_same_people_and_counts():
    population = read("us-adults", load())
    raw = order_of(named="us-adults").request.encoded()
    parts = [simulate_block(raw, population, *cut) for cut in ((0, 17), (17, 1), (18, 42))]
    once = simulate_block(raw, population, 0, 60)
    rows = pa.Table.from_batches(decoded_rows(part[PEOPLE] for part in parts))
    assert rows.equals(pa.Table.from_batches(decoded_rows([once[PEOPLE]])))
    counts = Counts(prepared(raw, population).cells.total)
    for part in reversed(parts):
        counts.add_encoded(part[COUNTS])
    assert counts.encoded() == once[COUNTS]
    assert sum(sum(msgspec.json.decode(part[FOUND])["lives_by"]) for part in parts) == 60


def test_person_17_is_the_same_among_few_and_many(whole: tuple[PopulationDocument, pa.Table]):
    raw = order_of(named="us-adults").request.encoded()
    block = simulate_block(raw, read("us-adults", load()), 17, 1)
    (batch,) = decoded_rows([block[PEOPLE]])
    assert batch.to_pylist() == whole[1].slice(17, 1).to_pylist()


@pytest.mark.parametrize("ending", ["parquet", "zarr"])
def test_any_way_of_sharing_and_any_interruption_give_the_same_bytes(
    ending: str, tmp_path: Path, small_blocks: None
):
    order = order_of()
    document, straight = made(order, tmp_path / f"a.{ending}")
    file = tmp_path / f"b.{ending}"
    work = Work.of(order, file)
    work.begin(restart=False)
    assert len(work.jobs) == 5
    for part in (3, 1):
        work.do(How(), part=Share(part, 3))
    with pytest.raises(InputError, match="blocks are not done"):
        work.finish()
    (work.folder.path / "block-00001.pieces").write_bytes(b"torn")
    again = begun(file)  # as another process finds it
    again.do(How())
    shared, _ = again.finish()
    assert content(file) == straight
    assert msgspec.structs.replace(shared, file=document.file) == document
    assert not work_folder(file).exists()


def test_two_processes_give_the_same_bytes(tmp_path: Path, small_blocks: None):
    order = order_of()
    _, straight = made(order, tmp_path / "a.parquet")
    work = Work.of(order, tmp_path / "b.parquet")
    work.begin(restart=False)
    work.do(How(workers=2))
    work.finish()
    assert content(tmp_path / "b.parquet") == straight


# ------------------------------------------------------------------ figures


def test_figures_and_curves_are_those_of_whole_curves_within_the_error_stated(tmp_path: Path):
    line = "2 g leaf tea twice a day for 2 days then stop"
    found, _ = made(order_of(line, subjects=400), tmp_path / "p.parquet")
    exact = forecast(plan_of(line), load(), Settings(seed=SEED, subjects=400))
    for name, figures in exact.analytes.items():
        for field in ("cmax", "cmax_nm", "tmax", "auc", "ctrough", "half_life"):
            one, other = getattr(figures, field), getattr(found.analytes[name], field)
            assert (one.unit, one.note) == (other.unit, other.note)
            for share in ("p05", "median", "p95"):
                assert getattr(other, share) == pytest.approx(getattr(one, share), rel=NEAR)
        curve, counted = exact.curve[name], found.curve[name]
        assert counted.time_h == curve.time_h
        for share in ("p05", "p25", "median", "p75", "p95"):
            assert getattr(counted, share) == pytest.approx(
                getattr(curve, share), rel=NEAR, abs=LOWEST
            )
    for one, other in zip(exact.washout, found.washout, strict=True):
        assert (one.analyte, one.limit, one.never, one.beyond) == (
            other.analyte,
            other.limit,
            other.never,
            other.beyond,
        )
        median = one.after_last_dose.median
        assert other.after_last_dose.median == pytest.approx(median, rel=NEAR)
    for one, other in zip(exact.by_structure, found.by_structure, strict=True):
        assert (one.structure, one.share) == (other.structure, other.share)
        assert other.auc["mitragynine"].median == pytest.approx(
            one.auc["mitragynine"].median, rel=NEAR
        )


def test_a_linear_structure_integrated_is_a_linear_structure_solved():
    ready = prepared(order_of("2 g leaf tea twice a day").request.encoded())
    levels = [
        simulate(
            ready.course.schedule,
            ready.course.layout.products,
            load(),
            seed=3,
            subjects=60,
            structures=("linear",),
            times_h=ready.course.times_h,
            linear_exactly=exactly,
        ).levels
        for exactly in (True, False)
    ]
    for name in ("mitragynine_nm", "seven_oh_nm"):
        exact, near = (getattr(one, name) for one in levels)
        assert not np.array_equal(exact, near)  # it went the other way
        peak = exact.max(axis=1, keepdims=True)
        assert np.max(np.abs(near - exact) / peak) < 1e-4
        seen = exact > 1e-3 * peak
        assert np.max(np.abs(near / np.where(seen, exact, 1.0) - 1.0)[seen]) < 5e-4


def test_the_figures_are_those_of_the_rows(whole: tuple[PopulationDocument, pa.Table]):
    document, rows = whole
    for analyte, short in (("mitragynine", "mitragynine"), ("7-hydroxymitragynine", "seven_oh")):
        held = rows.column(f"{short}_cmax").to_numpy()
        figure = document.analytes[analyte].cmax
        low, middle, high = np.quantile(held, (0.05, 0.5, 0.95))
        assert (figure.p05, figure.median, figure.p95) == pytest.approx(
            (low, middle, high), rel=NEAR
        )


def test_what_is_not_taken_has_no_figure(tmp_path: Path):
    document, _ = made(order_of("15 mg 7-oh tablet once", subjects=25), tmp_path / "p.zarr")
    assert document.analytes["mitragynine"].cmax.median is None
    assert set(document.curve) == {"7-hydroxymitragynine"}
    assert document.analytes["7-hydroxymitragynine"].half_life.median is None
    assert any(one.id.startswith("exposure.swallowed_seven_oh") for one in document.findings)
    assert document.by_structure[0].cmax["mitragynine"].median is None
    people = zarr.open_group(tmp_path / "p.zarr", mode="r")["people"]
    for name in ("per_day", "cmax", "tmax", "auc", "ctrough", "half_life"):
        assert np.isnan(people[f"mitragynine_{name}"][:]).all(), name
    assert np.isfinite(people["seven_oh_cmax"][:]).all()


def test_long_use_is_counted_at_fewer_times_than_it_is_followed(tmp_path: Path):
    line = "2 g leaf tea four times a day for 30 days then stop"
    raw = order_of(line).request.encoded()
    ready = prepared(raw)
    assert ready.cells.shown.size <= 800 < ready.course.times_h.size
    # The same hours after every dose: each day of use looks like the next.
    shown = ready.course.times_h[ready.cells.shown]
    days = [shown[(shown >= 24 * d) & (shown < 24 * d + 24)] - 24 * d for d in range(29)]
    assert {0.0, 0.5, 1.0, 1.5, 2.5} <= set(days[0])
    for hours in days:
        np.testing.assert_allclose(hours, days[0], atol=1e-5)
    assert ready.cells.shown[0] == 0
    assert ready.course.times_h[ready.cells.shown[-1]] == ready.course.shown_h[-1]
    assert ready.at_once * ready.course.times_h.size < 2_000_000


def test_every_cell_of_the_counts_holds_one_thing():
    population = read("us-adults", load())
    cells = prepared(order_of(named="us-adults").request.encoded(), population).cells
    held = [place for a in ANALYTES for place in range(*cells.curve(a).indices(cells.total))]
    held += [cells.measure(a, name) for a in ANALYTES for name in MEASURES]
    held += [
        cells.of_structure(structure, a, name)
        for structure in cells.structures
        for a in ANALYTES
        for name in OF_STRUCTURE
    ]
    held += [cells.passing(a, limit) for a in ANALYTES for limit in LIMITS]
    held += [cells.person(name) for name in cells.people]
    assert sorted(held) == list(range(cells.total))


# ------------------------------------------------------------------ who, units, provenance


def test_who_they_are_stands_in_every_row_and_in_the_summary(
    whole: tuple[PopulationDocument, pa.Table],
):
    document, rows = whole
    assert document.people is not None
    assert document.people.title == "adults of the USA"
    assert document.title == "Simulated kratom regimen: adults of the USA"
    described = {one.name: one for one in document.people.described}
    weight = described["weight_kg"].figure
    assert weight is not None
    assert weight.median == pytest.approx(
        float(np.quantile(rows.column("weight_kg").to_numpy(), 0.5)), rel=NEAR
    )
    shares = described["sex"].shares
    assert shares is not None
    assert sum(shares.values()) == pytest.approx(1.0)
    women = rows.column("sex").to_pylist().count("female") / PEOPLE_N
    assert shares["female"] == pytest.approx(women, rel=1e-5)


def test_assumed_effects_of_bodies_are_never_silent(tmp_path: Path):
    found: dict[str, Any] = {}
    for effects in BodyEffects:
        order = order_of(named="us-adults", effects=effects)
        found[effects], _ = made(order, tmp_path / f"{effects}.parquet")
    assumed, none = found["assumed"], found["none"]
    ids = {one.id for one in assumed.findings}
    assert "simulate.bodies_assumed" in ids
    assert "exposure.body" not in ids  # it says that no effect is applied
    assert assumed.people.effect_facts
    ids = {one.id for one in none.findings}
    assert "exposure.body" in ids
    assert "simulate.bodies_assumed" not in ids
    assert not none.people.effect_facts
    assert none.people.effects
    assert assumed.analytes["mitragynine"].auc != none.analytes["mitragynine"].auc
    cited = {one.id for one in assumed.references}
    assert {*assumed.people.effect_facts, *assumed.people.facts} <= cited


def test_a_table_of_ones_own_is_drawn_from_and_a_changed_one_refused(tmp_path: Path):
    table = tmp_path / "people.csv"
    table.write_text("weight_kg,sex\n50,female\n,male\n120,female\n")
    file = tmp_path / "p.parquet"
    order = order_of(named=str(table), subjects=40)
    document, _ = made(order, file)
    rows = pq.read_table(file)
    assert set(rows.column("weight_kg").to_pylist()) == {50.0, 120.0, None}
    assert document.people is not None
    assert document.people.facts == ()
    table.write_text("weight_kg,sex\n51,female\n")
    with pytest.raises(InputError, match="changed"):
        Work.of(order, tmp_path / "q.parquet")


def test_units_and_provenance_stand_in_the_file(
    whole: tuple[PopulationDocument, pa.Table], tmp_path: Path
):
    document, rows = whole
    units = {field.name: field.metadata[b"unit"].decode() for field in rows.schema}
    assert units["mitragynine_cmax"] == "ng/mL"
    assert units["mitragynine_auc"] == "ng*h/mL"
    assert units["weight_kg"] == "kg"
    said = rows.schema.metadata
    assert said[b"seed"] == str(SEED).encode()
    assert said[b"request_xxh3_128"].decode() == document.request
    assert b"no amount" in said[b"caution"]
    assert said[b"body_effects"] == b"assumed"
    assert b"power 0.75" in said[b"body_effects_assumed"]
    assert b"our doubt" in said[b"what_percentiles_hold"]
    about = rows.schema.field("mitragynine_auc").metadata[b"description"]
    assert b"to 60 days after the last" in about
    assert rows.column("posterior_draw").to_pylist()[0] >= 0
    file = tmp_path / "p.zarr"
    made(order_of(named="us-adults", subjects=45), file)
    root = zarr.open_group(file, mode="r")
    assert root.attrs["seed"] == str(SEED)
    sex = root["people/sex"]
    assert set(sex[:]) <= {-1, *sex.attrs["flag_values"]}
    assert {*root["curves"]} == {"share", "time", "mitragynine", "seven_oh"}
    curve = root["curves/mitragynine"]
    assert curve.attrs["units"] == "ng/mL"
    assert curve.attrs["relative_error"] == pytest.approx(RELATIVE_ERROR, rel=1e-2)
    assert curve.metadata.dimension_names == ("share", "time")
    np.testing.assert_array_equal(
        root["people/mitragynine_cmax"][:], rows.column("mitragynine_cmax").to_numpy()[:45]
    )


def test_sentences_are_of_people_drawn_from_the_whole_of_a_sorted_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(gathered, "SPOKEN_OF", 60)
    table = tmp_path / "sorted.csv"
    people = ["180,male,none"] * 60 + ["40,female,C"] * 120
    table.write_text("\n".join(("weight_kg,sex,child_pugh", *people)) + "\n")
    document, _ = made(order_of(named=str(table), subjects=180), tmp_path / "s.parquet")
    high = pq.read_table(tmp_path / "s.parquet").column("seven_oh_cmax").to_numpy()
    assert (high > 9.2).mean() > 0.2
    said = {one.id: one.text for one in document.findings}
    assert "exposure.above_observed.7-hydroxymitragynine" in said
    assert "other medicines" in said["simulate.cirrhosis_assumed"]


def test_who_is_not_known_is_told_beside_the_figure(tmp_path: Path):
    table = tmp_path / "people.csv"
    table.write_text("weight_kg,age_years,sex\n110,40,male\n" + ",,\n" * 9)
    document, _ = made(order_of(named=str(table), subjects=40), tmp_path / "p.parquet")
    assert document.people is not None
    held = {one.name: one for one in document.people.described}
    assert held["weight_kg"].unknown == held["age_years"].unknown == held["sex"].unknown == 0.9
    assert held["age_years"].figure is not None
    assert held["age_years"].figure.median == 40.0
    assert "body weight is not known in 90 %" in " ".join(document.people.effects)
    console = Console(width=100)
    with console.capture() as captured:
        text.render(document, console)
    assert "not known in 90 % of them" in " ".join(captured.get().split())


def test_only_effects_that_are_applied_are_named(tmp_path: Path):
    table = tmp_path / "ages.csv"
    table.write_text("age_years\n30\n70\n")
    document, _ = made(order_of(named=str(table), subjects=40), tmp_path / "p.parquet")
    (one,) = (f for f in document.findings if f.id == "simulate.bodies_assumed")
    assert "(age)" in one.text
    assert "size" not in one.text


# ------------------------------------------------------------------ what is refused


def test_two_orders_are_never_mixed(tmp_path: Path):
    file = tmp_path / "p.parquet"
    Work.of(order_of(subjects=40), file).begin(restart=False)
    with pytest.raises(InputError, match="seed was 7, now 8"):
        Work.of(order_of(subjects=40, seed=8), file).begin(restart=False)
    with pytest.raises(InputError, match="another regimen"):
        Work.of(order_of("3 g leaf tea", subjects=40), file).begin(restart=False)
    other = Work.of(order_of(subjects=40, seed=8), file)
    other.begin(restart=True)
    other.do(How())
    other.finish()
    with pytest.raises(InputError, match="there already"):
        Work.of(order_of(subjects=40), file).begin(restart=False)
    with pytest.raises(InputError, match="not yet merged"):
        begun(file)


def test_shares_that_begin_at_once_leave_one_plan(tmp_path: Path):
    file = tmp_path / "p.parquet"
    work = Work.of(order_of(subjects=40), file)
    work.begin(restart=False)
    plan = work_folder(file) / "plan.json"
    before = plan.stat()
    work.begin(restart=False)
    assert (plan.stat().st_ino, plan.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert [path.name for path in work_folder(file).glob("plan*")] == ["plan.json"]


def test_a_release_that_changed_meanwhile_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "p.parquet"
    order = order_of(subjects=40)
    old = msgspec.structs.replace(order, speciosa_version="0.0.1")
    Work.of(old, file).begin(restart=False)
    with pytest.raises(InputError, match="another release"):
        begun(file)
    assert old.fingerprint != order.fingerprint


def test_a_plan_that_cannot_be_read_is_refused(tmp_path: Path):
    file = tmp_path / "p.parquet"
    work_folder(file).mkdir()
    (work_folder(file) / "plan.json").write_text('{"kind": "screen"}')
    with pytest.raises(InputError, match="another kind"):
        begun(file)
