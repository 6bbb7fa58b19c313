"""The table of exposure models: texts, parameters, posteriors and observations fit one another."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speciosa.engine import read_model
from speciosa.engine.units import check_units
from speciosa.errors import KnowledgeError
from speciosa.knowledge import load
from speciosa.knowledge.models.observations import (
    COLUMNS,
    ObservationError,
    Spread,
    Statistic,
    Use,
    read_observations,
    sha256,
)
from speciosa.knowledge.models.record import Scale

KNOWLEDGE = load()
MODELS = KNOWLEDGE.models
CALIBRATED = [s.id for s in MODELS.structures.values() if s.calibrated]
GOOD = {
    "study": "huestis-2024",
    "analyte": "mitragynine",
    "statistic": "cmax",
    "dose_mg": "53.2",
    "dosing": "daily:15",
    "value": "100",
    "low": "60",
    "high": "140",
    "spread": "sd",
    "unit": "ng/mL",
    "n": "12",
    "window_start_h": "0",
    "window_end_h": "24",
    "use": "fit",
    "structures": "linear turnover",
    "misfit": "",
    "fact": "",
    "note": "",
}


def rows(**changed: str) -> str:
    return ",".join(COLUMNS) + "\n# a remark\n" + ",".join((GOOD | changed).values()) + "\n"


@pytest.mark.parametrize("id_", CALIBRATED)
def test_a_structure_is_a_model_whose_units_agree(id_):
    structure = MODELS.structure(id_)
    model = read_model(MODELS.text(id_))
    assert check_units(model) == ()
    assert set(model.parameter_names) == {p.name for p in MODELS.parameters(id_)}
    units = {p.name: p.unit for p in model.parameters}
    assert {p.name: p.unit for p in MODELS.parameters(id_)} == units
    assert set(structure.inputs.values()) <= set(model.state_names)
    for output in structure.outputs.values():
        assert model.unit(output) == "umol/L"
    assert all(p.value is None for p in model.parameters), "a number stands in the text"


def test_a_victim_joins_the_turnover_structure():
    model = read_model(MODELS.text("turnover"), MODELS.text("victim"))
    assert check_units(model) == ()
    base = set(read_model(MODELS.text("turnover")).parameter_names)
    for victim in MODELS.victims.values():
        assert {p.name for p in victim.parameters} == set(model.parameter_names) - base
        assert KNOWLEDGE.medicines.get(victim.medicine)


@pytest.mark.parametrize("id_", CALIBRATED)
def test_every_parameter_rests_on_facts(id_):
    for p in MODELS.parameters(id_):
        assert p.prior.facts
        assert p.identified_by
        for fact in (*p.prior.facts, *p.between.facts):
            KNOWLEDGE.fact(fact)


@pytest.mark.parametrize("id_", CALIBRATED)
def test_every_parameter_can_be_cited(id_):
    for p in MODELS.parameters(id_):
        prior = KNOWLEDGE.fact(f"models/{id_}/{p.name}/prior")
        assert prior.number == p.prior.median
        if not p.fixed:
            fact = KNOWLEDGE.fact(f"models/{id_}/{p.name}")
            assert fact.unit == p.unit
            assert fact.low is not None
            assert fact.low <= fact.number <= (fact.high or 0.0)


@pytest.mark.parametrize("id_", CALIBRATED)
def test_posterior_draws_fit_their_table(id_):
    posterior, parameters = MODELS.posterior(id_), MODELS.parameters(id_)
    assert list(posterior.problems(parameters)) == []
    assert 500 <= posterior.size <= 1000
    columns = dict(posterior.columns)
    lost = msgspec.structs.replace(posterior, columns={k: columns[k] for k in list(columns)[1:]})
    assert any("is missing" in p for p in lost.problems(parameters))
    name = f"typ_{parameters[0].name}"
    negative = msgspec.structs.replace(
        posterior, columns=columns | {name: (-1.0,) * posterior.size}
    )
    assert any("leaves its range" in p for p in negative.problems(parameters))
    unknown = msgspec.structs.replace(posterior, columns=columns | {"typ_nothing": columns[name]})
    assert any("no parameter" in p for p in unknown.problems(parameters))


def test_the_table_finds_nothing_wrong_with_itself():
    assert list(MODELS.problems()) == []


def test_an_unknown_structure_is_named():
    with pytest.raises(KnowledgeError, match=r"'quadratic'.*linear"):
        MODELS.structure("quadratic")


def test_every_observation_names_a_fact_and_most_agree_with_it():
    for o in MODELS.observations:
        fact = KNOWLEDGE.fact(o.fact)
        if isinstance(fact.value, int | float):
            assert o.value == pytest.approx(fact.value, rel=0.02), o.fact


def test_every_human_kinetic_figure_of_the_base_is_an_observation():
    told = {o.fact for o in MODELS.observations}
    human = ("kratom/pk_tanna2022_", "kratom/pk_huestis2024_", "kratom/pk_trak2015_")
    not_kinetics = (
        "dose", "structure", "dominance", "_n", "urine", "linear", "clf", "vd",
    )  # fmt: skip
    left = [
        f.id
        for f in KNOWLEDGE.kratom.facts()
        if f.id.startswith(human)
        and f.id not in told
        and not any(f.id.removeprefix(h).startswith(w) or f.id.endswith(w)
                    for h in human for w in not_kinetics if f.id.startswith(h))
    ]  # fmt: skip
    assert left == []


# ------------------------------------------------------------------ reading observations


def test_a_row_someone_adds_is_read():
    (o,) = read_observations(rows(), "mine.csv")
    assert (o.statistic, o.spread, o.use) == (Statistic.CMAX, Spread.SD, Use.FIT)
    assert (o.doses, o.n, o.window_h, o.line) == (15, 12, (0.0, 24.0), 3)
    assert o.used_by("linear") is Use.FIT
    assert o.used_by("speciogynine") is Use.HELD_OUT


@pytest.mark.parametrize(
    ("field", "value", "accepted"),
    [
        ("statistic", "peak", "cmax"),
        ("spread", "iqr", "range"),
        ("use", "maybe", "held_out"),
        ("value", "-1", "above 0"),
        ("value", "", "above 0"),
        ("value", "nan", "above 0"),
        ("low", "x", "above 0"),
        ("low", "120", "between low and high"),
        ("high", "", "when spread is given"),
        ("dose_mg", "two", "mg"),
        ("dosing", "weekly:2", "daily:N"),
        ("dosing", "daily:0", "daily:N"),
        ("unit", "mg/L", "ng/mL"),
        ("n", "0", "people"),
        ("window_start_h", "-1", "0 or more"),
        ("window_end_h", "0", "until which was sampled"),
        ("structures", "", "structures fitted"),
        ("misfit", "much", "above 0"),
        ("study", "", "a name"),
    ],
)
def test_a_malformed_row_is_refused_with_file_line_field_and_what_is_accepted(
    field, value, accepted
):
    with pytest.raises(ObservationError) as refused:
        read_observations(rows(**{field: value}), "mine.csv")
    told = str(refused.value)
    where = {"low": ("low", "value"), "high": ("high",)}.get(field, (field,))
    assert "mine.csv, line 3" in told
    assert any(f"line 3, {name}:" in told for name in where)
    assert accepted in told


def test_every_problem_of_a_file_is_named_at_once():
    text = rows(unit="mg/L", use="maybe") + "too,few\n"
    with pytest.raises(ObservationError) as refused:
        read_observations(text, "mine.csv")
    assert len(refused.value.problems) == 3


def test_another_header_is_refused():
    with pytest.raises(ObservationError, match="header"):
        read_observations("study,analyte\n", "mine.csv")


def test_layout_does_not_change_the_hash_and_content_does():
    plain = read_observations(rows(), "a.csv")
    spaced = read_observations("# more\n\n" + rows(), "b.csv")
    assert sha256(plain) == sha256(spaced)
    assert sha256(plain) != sha256(read_observations(rows(value="101"), "a.csv"))


@given(st.floats(1e-6, 1 - 1e-6))
def test_scales_are_undone(value):
    for scale in Scale:
        assert scale.natural(scale.of(value)) == pytest.approx(value, rel=1e-9)
