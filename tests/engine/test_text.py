"""A model text is read strictly, and what is wrong with it is told with line, name and form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.texts import MODELS

from speciosa.engine import Model, ModelTextError, read_model
from speciosa.engine.graph import evaluate

BENCHMARK = Path("benchmarks/engine/model.ant")

SMALL = """\
# Two compartments.
model small

  ka = 1.7;           # [1/h] absorption rate
  CL = 220;           # [L/h] clearance
  const V;            # [L] volume
  rate := ka*D;       # [umol/h] absorbed
  out := CL*Cc;
  Cc := C/V;          # [umol/L] plasma
  D' = -rate;         # [umol] depot
  C' = rate - out;    # [umol] central
  D = 2*V; C = 0;
end
"""
FRAGMENT = "# A marker.\n  kx = 2;  # [1/h] its rate\n  X' = kx*Cc - X;  # [umol/L] marker\n"


def problems(text: str, *fragments: str) -> str:
    with pytest.raises(ModelTextError) as refused:
        read_model(text, *fragments)
    return str(refused.value)


def changed(old: str, new: str) -> str:
    assert SMALL.count(old) == 1
    return SMALL.replace(old, new)


def rates(model: Model, **values: float) -> list[float]:
    found = evaluate(model.graph, [state.rate for state in model.states], values)
    return [float(x) for x in found]


def test_a_model_keeps_names_units_meanings_and_order():
    model = read_model(SMALL)
    assert model.name == "small"
    assert model.parameter_names == ("ka", "CL", "V")
    assert [p.value for p in model.parameters] == [1.7, 220.0, None]
    assert [p.unit for p in model.parameters] == ["1/h", "L/h", "L"]
    assert model.parameters[0].meaning == "absorption rate"
    assert [d.name for d in model.definitions] == ["rate", "out", "Cc"]
    assert model.definitions[1].unit == ""
    assert model.definitions[2].written == "C/V"
    assert model.state_names == ("D", "C")
    assert model.states[1].written == "rate - out"
    assert model.unit("D") == "umol"
    assert model.text == SMALL


def test_definitions_in_any_order_are_put_into_the_rates():
    model = read_model(SMALL)
    depot, central = rates(model, ka=1.7, CL=220.0, V=10.0, D=3.0, C=2.0)
    assert depot == pytest.approx(-1.7 * 3)
    assert central == pytest.approx(1.7 * 3 - 220 * 2 / 10)
    used = model.graph.symbols_of([state.rate for state in model.states])
    assert used == {"ka", "CL", "V", "D", "C"}


def test_initial_values_rest_on_parameters_or_are_nought():
    model = read_model(SMALL)
    start = evaluate(model.graph, [state.initial for state in model.states], {"V": 10.0})
    assert [float(x) for x in start] == [20.0, 0.0]
    without = read_model(changed("  D = 2*V; C = 0;\n", ""))
    assert [without.graph.value(state.initial) for state in without.states] == [0.0, 0.0]


def test_fragments_join_the_base_and_the_joined_text_reads_the_same():
    model = read_model(SMALL, FRAGMENT)
    assert model.state_names == ("D", "C", "X")
    again = read_model(model.text)
    assert again.text == model.text
    assert again.graph.nodes == model.graph.nodes
    assert read_model(SMALL + "# the end\n", FRAGMENT, "\n").state_names == ("D", "C", "X")


def test_time_may_be_used():
    model = read_model(changed("CL*Cc", "CL*Cc*exp(-time)"))
    assert "time" in model.graph.symbols_of([model.states[1].rate])


def test_the_benchmark_model_has_its_seventeen_states_and_typical_values():
    model = read_model(BENCHMARK.read_text(encoding="utf-8"))
    assert len(model.states) == 17
    assert len(model.parameters) == 32
    values = {p.name: p.value for p in model.parameters} | dict.fromkeys(model.state_names, 1.0)
    by_name = dict(zip(model.state_names, rates(model, **values), strict=True))
    assert by_name["T1"] == -3.0
    assert by_name["EG"] == pytest.approx(-4.2 * 0.6 / 4.6)
    assert by_name["M"] == pytest.approx(
        0.5 * (4 * 2 / 1.3 + 60 / 3.2 / (1 + 0.25 / 3.2 / 2)) - 45 / 60 - 20 * (1 / 60 - 1 / 100)
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("C/V;", "C/Vc;", "line 9: got the undefined name `Vc` in `Cc := C/Vc`"),
        ("CL*Cc", "Cl*Cc", "Did you mean CL?"),
        ("rate := ka*D;", "ka := 2*D;", "line 7: got `ka := 2*D`, but `ka` stands in line 4"),
        ("D = 2*V; C = 0;", "D = 1; D = 2;", "line 12: got `D = 2`, but `D` stands in line 12"),
        ("C' = rate", "D' = rate", "line 11: got `D' = rate - out`, but `D` stands in line 10"),
        ("C' = rate", "V' = rate", "but `V` stands in line 6"),
        ("Cc := C/V;", "Cc := C/V*out;", "definitions in a circle, out -> Cc -> out"),
        ("Cc := C/V;", "Cc := Cc/V;", "definitions in a circle, Cc -> Cc"),
        ("D' = -rate;         # [umol] depot", "", "or a rate `D' = expression;` that makes"),
        ("C = 0;", "Q = 0;", "line 12: got `Q = 0` without its unit; accepted: a comment"),
        ("C = 0;", "Q = 0;", "or a rate `Q' = expression;` that makes this an initial value"),
        ("C = 0;", "C = D;", "line 12: got `C = D`, which rests on D; accepted: an initial value"),
        ("C = 0;", "C = time;", "which rests on time"),
        ("# [1/h] absorption rate", "", "line 4: got `ka = 1.7` without its unit"),
        ("# [1/h] absorption rate", "# absorption rate, 1/h", "without its unit"),
        ("# [1/h] absorption rate", "# [1/h]", "without its unit"),
        ("# [L] volume", "", "line 6: got `const V` without its unit"),
        ("# [umol] depot", "# depot", "line 10: got `D' = -rate` without its unit"),
        ("ka = 1.7;", "ka = 1.7; kb = 2;", "beside another statement"),
        ("ka = 1.7;", "time = 1.7;", "line 4: got the reserved name `time`"),
        ("ka = 1.7;", "exp = 1.7;", "the reserved name `exp`"),
        ("ka = 1.7;", "lambda = 1.7;", "the reserved name `lambda`"),
        ("ka = 1.7;", "model = 1.7;", "the reserved name `model`"),
        (
            "CL*Cc",
            "sin(Cc)",
            "the unknown function `sin` in `out := sin(Cc)`; accepted: one of exp",
        ),
        ("CL*Cc", "log(Cc)", "Did you mean ln or log10?"),
        ("ka = 1.7;", "ka = 1,7;", "line 4: got `,` in `ka = 1,7`"),
        ("ka = 1.7;", "ka = 1.7 1/h;", "`1` after a whole expression"),
        ("ka = 1.7;", "ka = ;", "the end of the expression"),
        ("ka = 1.7;", "ka = 1.7", "line 4: got `ka = 1.7` without `;`"),
        ("ka = 1.7;", "ka = 2*0.85;", "a number after `=` for a parameter, `:=` for a definition"),
        ("out := CL*Cc;", "out = CL*Cc;", "line 8: got `out = CL*Cc`; accepted: a number after `="),
        ("out := CL*Cc;", "out := 4;", "line 8: got `out := 4`; accepted: `=` before a number"),
        ("D' = -rate;", "D' := -rate;", "a statement of unknown form"),
        ("D' = -rate;", "D'' = -rate;", "a statement of unknown form"),
        ("const V;", "const V = 3;", "a statement of unknown form"),
        ("const V;", "species V;", "a statement of unknown form"),
        ("const V;", "at (time > 3): C = 4;", "a statement of unknown form"),
        ("const V;", "C -> D; ka*C;", "a statement of unknown form"),
        (
            "out := CL*Cc;",
            "out := CL*Cc/0;",
            "line 8: got `out := CL*Cc/0`, where an expression div",
        ),
        ("out := CL*Cc;", "out := CL*Cc/(2 - 2);", "divides by nought"),
        ("out := CL*Cc;", "out := CL*Cc*ln(0);", "log(0) has no finite value"),
        ("out := CL*Cc;", "out := CL*Cc*sqrt(-1);", "has no finite value"),
        ("out := CL*Cc;", "out := CL*Cc*(-8)^0.5;", "has no finite value"),
        ("out := CL*Cc;", "out := CL*Cc*exp(1000);", "has no finite value"),
        ("out := CL*Cc;", "out := CL*Cc*(1e300*1e300);", "not a finite number"),
        ("model small", "", "line 4: got `ka = 1.7;`; accepted: `model name` as the first"),
        ("model small", "model small()", "`model name` as the first statement"),
        ("model small", "model in", "the reserved name `in`"),
        ("\nend", "", "`end` as the last statement"),
    ],
)
def test_each_mistake_is_told_with_its_line(old, new, told):
    assert told in problems(changed(old, new))


def test_every_problem_is_told_at_once():
    wrong = changed("ka = 1.7;", "ka = 5.;").replace("C/V;", "C/(V;").replace("const V", "const if")
    told = problems(wrong)
    assert [line.split(":")[0] for line in told.splitlines()] == ["line 4", "line 6", "line 9"]


def test_an_empty_text_and_a_model_without_states_are_refused():
    assert "got nothing; accepted: `model name`" in problems("")
    assert "got no state" in problems("model m\n  k = 1;  # [1/h] rate\nend\n")


def test_a_fragment_is_told_apart_and_may_not_redefine():
    assert "fragment 2, line 1: got `ka = 3`, but `ka` stands in line 4" in problems(
        SMALL, FRAGMENT, "ka = 3;  # [1/h] again"
    )
    assert "fragment 1, line 1" in problems(SMALL, SMALL)


@given(st.text(alphabet=st.sampled_from(" aDk=:;'#[]()+-*/^.0129e\n\t"), max_size=80))
def test_no_text_breaks_the_reader(noise):
    text = f"model m\n{noise}\nx' = 1; # [1] x\nend\n"
    try:
        model = read_model(text)
    except ModelTextError:
        return
    assert read_model(model.text).graph.nodes == model.graph.nodes


def test_what_is_accepted_is_antimony():
    antimony = pytest.importorskip("antimony")
    for text in (SMALL, BENCHMARK.read_text(encoding="utf-8"), read_model(SMALL, FRAGMENT).text):
        antimony.clearPreviousLoads()
        assert antimony.loadAntimonyString(text) >= 0, antimony.getLastError()


def test_equal_expressions_are_one_node_over_the_whole_model():
    model = read_model(SMALL)
    graph = model.graph
    nodes = graph.reachable([state.rate for state in model.states])
    assert sum(graph.nodes[n].op == "/" for n in nodes) == 1
    assert np.all(np.diff(nodes) > 0)


@pytest.mark.parametrize("name", MODELS)
def test_no_model_declares_a_parameter_that_nothing_uses(name):
    model = MODELS[name]
    roots = [node for state in model.states for node in (state.rate, state.initial)]
    roots += [definition.node for definition in model.definitions]
    assert set(model.parameter_names) <= model.graph.symbols_of(roots)
