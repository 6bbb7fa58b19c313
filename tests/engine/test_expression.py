"""Expressions of a model text mean what Antimony and arithmetic say they mean."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speciosa.engine.expression import NEGATIVE, ExpressionError, parse

NAMES = {"a": 1.7, "b": 0.6, "c": 2.3, "time": 4.0}
FUNCTIONS = {"exp": math.exp, "ln": math.log, "log10": math.log10, "sqrt": math.sqrt}
OPERATORS = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "^": math.pow,
    NEGATIVE: lambda x: -x,
    **FUNCTIONS,
}
TRICKY = (
    *("-a^2", "a^b^c", "a^-b", "a^-b^c", "2*-b", "a*-b^2", "-a*b", "a/b/c", "a/b*c", "a-b-c"),
    *(
        "a-(b-c)",
        "-(a+b)",
        "-2^a",
        "a - -b",
        "(-a)^2",
        "2^-a^2*c",
        "1/-a/b",
        "exp(-a)^2",
        "ln(a)/b",
    ),
    *("log10(a)*2", "sqrt(a)^3", "1.5e-3*a", "2E2", "a+b*c^2/a-b", "((a))", "-exp(-(a))"),
)


def worked_out(text: str) -> float:
    return parse(text).fold(float, NAMES.__getitem__, lambda sign, of: OPERATORS[sign](*of))


def by_python(text: str) -> float:
    known = {**NAMES, **FUNCTIONS, "__builtins__": {}}
    return eval(text.replace("^", "**"), known)  # noqa: S307 - the text is one of ours


def written() -> st.SearchStrategy[str]:
    leaves = st.sampled_from([*NAMES, "2", "0.5", "3.25e-1", "10"])

    def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.tuples(inner, st.sampled_from("+-*/"), inner).map(" ".join),
            st.tuples(st.sampled_from([*NAMES, "2"]), st.sampled_from(["2", "-1", "0.5", "b"])).map(
                "^".join
            ),
            inner.map("({})".format),
            inner.map("-({})".format),
            inner.map("exp(-({})^2)".format),
            inner.map("ln(1 + ({})^2)".format),
        )

    return st.recursive(leaves, larger, max_leaves=12)


@given(written())
def test_an_expression_means_what_python_says(text):
    try:
        expected = by_python(text)
    except ArithmeticError:
        return
    assert worked_out(text) == pytest.approx(expected, rel=1e-12, abs=1e-300, nan_ok=True)


@pytest.mark.parametrize("text", TRICKY)
def test_tricky_forms_mean_what_python_says(text):
    assert worked_out(text) == pytest.approx(by_python(text), rel=1e-14)


def test_tricky_forms_mean_what_antimony_says():
    antimony = pytest.importorskip("antimony")
    roadrunner = pytest.importorskip("roadrunner")
    values = "".join(f"{name} = {value};\n" for name, value in NAMES.items() if name != "time")
    rules = "".join(f"x{i} := {text};\n" for i, text in enumerate(TRICKY))
    antimony.clearPreviousLoads()
    assert antimony.loadAntimonyString(f"model m\n{values}{rules}end\n") >= 0
    theirs = roadrunner.RoadRunner(antimony.getSBMLString())
    for index, text in enumerate(TRICKY):
        assert worked_out(text) == pytest.approx(theirs[f"x{index}"], rel=1e-12), text


def test_names_and_bare_numbers_are_told():
    assert parse("a*time + exp(b)").names == {"a", "b", "time"}
    assert parse("-2.5").number == -2.5
    assert parse("1e-3").number == 1e-3
    assert parse("2 + 1").number is None
    assert parse("a").number is None


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("", "the end"),
        ("a +", "the end"),
        ("(a", "not closed"),
        ("a)", "`)` after"),
        ("a b", "`b` after"),
        ("2 a", "`a` after"),
        ("2(a)", "`(` after"),
        ("a(b)", "unknown function `a`"),
        ("sin(a)", "unknown function `sin`"),
        ("log(a)", "unknown function `log`"),
        ("exp", "`exp` without parentheses"),
        ("exp()", "`)`"),
        ("exp(a, b)", "`,`"),
        ("a ** b", "`*`"),
        ("a // b", "`/`"),
        ("+a", "`+`"),
        ("--a", "`-`"),
        ("a % b", "`%`"),
        ("a == b", "`=`"),
        ("5a", "`5a`"),
        ("5.", "`5.`"),
        (".5", "`.5`"),
        ("1.2.3", "`1.2.3`"),
        ("1_000", "`1_000`"),
        ("1,5", "`,`"),
        ("0x10", "`0x10`"),
        ("1e", "`1e`"),
        ("1e400", "`1e400`"),
        ("a.b", "`a.b`"),
        ("_a", "`_a`"),
        ("µ", "`µ`"),
        ("aµ", "`aµ`"),
        ("x['a']", "`[`"),
        ("a\u00a0+ b", "`\u00a0`"),
        ("٣", "`٣`"),
    ],
)
def test_anything_else_is_refused_with_what_was_met(text, met):
    with pytest.raises(ExpressionError) as refused:
        parse(text)
    assert met in refused.value.met
    assert refused.value.accepted


def test_nesting_without_end_is_refused_and_a_long_sum_is_not():
    with pytest.raises(ExpressionError, match="at most"):
        parse("(" * 5000 + "a" + ")" * 5000)
    with pytest.raises(ExpressionError, match="at most"):
        parse("^".join(["a"] * 5000))
    many = parse("+".join(["a"] * 5000))
    assert many.fold(float, NAMES.__getitem__, lambda sign, of: OPERATORS[sign](*of)) > 8000
