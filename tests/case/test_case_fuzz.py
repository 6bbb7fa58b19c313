"""Ten thousand malformed inputs: each is refused in words, none ends in a traceback.

A tally in each test counts how many were really refused; inputs that happen to be a valid case
are allowed and must then be a case.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speciosa.case import Case, case_schema, parse_case, read_case_bytes, read_case_text
from speciosa.errors import InputError

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
TEXTS = [path.read_text(encoding="utf-8") for path in EXAMPLES]

# Together at least 10,000 malformed inputs; each test asserts its own share.
MUTATED = 3_000
BYTES = 1_500
WRONG_VALUES = 5_000
TREES = 1_000
assert MUTATED + BYTES + WRONG_VALUES + TREES >= 10_000


def refused(error: InputError) -> None:
    """An error a person can act on: field, value, what is accepted, all of it printable."""
    assert error.problems
    for problem in error.problems:
        assert problem.field
        assert problem.value
        assert problem.accepted
        str(problem).encode("utf-8")
        assert len(str(problem)) < 2_500


def outcome(read: object) -> bool:
    """Run a reader; True when it refused as it should."""
    try:
        case = read()  # type: ignore[operator]
    except InputError as error:
        refused(error)
        return True
    assert isinstance(case, Case)
    return False


# ------------------------------------------------------------------ text that was a case once

JUNK = [
    *"{}[]:,-?&*!|>'\"%@`#~\t\n \x00\ud7ff\ufeff",
    *("<<: ", "&a ", "*a", "!!int ", "!x ", "---\n", "? ", "- ", ": ", "null", "NaN", ".inf"),
    *("9" * 400, "-1", "1e999", "true", "yes", "0x1F", "010", "2026-13-45", "\u202e", "é" * 50),
]


def mutate(text: str, rng: random.Random) -> str:
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(text) + 1)
        to = min(len(text), at + rng.randint(0, 12))
        match rng.randrange(5):
            case 0:
                text = text[:at] + text[to:]
            case 1:
                text = text[:at] + rng.choice(JUNK) + text[at:]
            case 2:
                text = text[:at] + rng.choice(JUNK) + text[to:]
            case 3:
                text = text[:to] + text[at:]
            case _:
                lines = text.split("\n")
                i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
                lines[i], lines[j] = lines[j], lines[i]
                text = "\n".join(lines)
    return text


@pytest.mark.parametrize("part", range(4))
def test_mutated_cases_never_end_in_a_traceback(part: int) -> None:
    rng = random.Random(part)  # noqa: S311  # a fuzzer, not a secret
    wrong = 0
    tried = 0
    while wrong < MUTATED // 4:
        text = mutate(rng.choice(TEXTS), rng)
        wrong += outcome(lambda: read_case_text(text))  # noqa: B023  # called at once
        tried += 1
        assert tried < 20 * MUTATED


@pytest.mark.parametrize("part", range(2))
def test_bytes_never_end_in_a_traceback(part: int) -> None:
    rng = random.Random(100 + part)  # noqa: S311
    wrong = 0
    while wrong < BYTES // 2:
        raw = bytearray(rng.randbytes(rng.randint(0, 300)))
        if rng.random() < 0.5:  # half of them begin as a true case
            raw = bytearray(rng.choice(TEXTS)[:600].encode())
            for _ in range(rng.randint(1, 20)):
                raw[rng.randrange(len(raw))] = rng.randrange(256)
        wrong += outcome(lambda: read_case_bytes(bytes(raw)))  # noqa: B023


# ------------------------------------------------------------------ data of the wrong kind

WRONG: list[object] = [
    *(None, True, False, -1, 10**30, -(10**400), 1e308, float("nan"), float("inf"), -0.0, 0.5),
    *("", " ", "x", "\x00", "\ud800", "a" * 30_000, "2026-11-22", "1", "none", "\u202e"),
    *([], [[]], [None], {}, {"": 1}, {1: 2}, {"a": {"b": []}}, [1] * 300, b"x", {1, 2}, 1j),
]


def paths(node: dict[str, object], prefix: tuple[str | int, ...] = ()) -> list[tuple[object, ...]]:
    """Every place of the case where a value can stand, read from its schema."""
    definitions = case_schema()["$defs"]
    if "$ref" in node:
        return paths(definitions[str(node["$ref"]).rsplit("/", 1)[-1]], prefix)
    for option in node.get("anyOf", ()):  # type: ignore[attr-defined]
        if option.get("type") != "null":
            return paths(option, prefix)
    found: list[tuple[object, ...]] = [prefix] if prefix else []
    for name, inner in node.get("properties", {}).items():  # type: ignore[attr-defined]
        found += paths(inner, (*prefix, name))
    if node.get("type") == "array":
        found += paths(node["items"], (*prefix, 0))  # type: ignore[arg-type]
    return found


PLACES = paths(case_schema())


def case_with(path: tuple[object, ...], value: object) -> object:
    for step in reversed(path):
        value = [value] if step == 0 else {step: value}
    assert isinstance(value, dict)
    return {"date": "2026-11-22", **value}


def test_the_places_cover_the_whole_case() -> None:
    assert len(PLACES) > 150
    assert ("kratom", "products", 0, "dose", "leaf_g") in PLACES


def test_a_wrong_value_anywhere_is_refused_in_words() -> None:
    wrong = 0
    for path in PLACES:
        for value in WRONG:
            wrong += outcome(lambda: parse_case(case_with(path, value)))  # noqa: B023
    assert wrong >= WRONG_VALUES


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.dates(),
    st.binary(max_size=5),
)
NAMES = st.sampled_from(
    ["date", "place", "person", "symptoms", "gad7", "answers", "kratom", "labs", "name", "total"]
)
NESTED = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)


def test_any_tree_is_refused_or_a_case() -> None:
    refusals = 0

    @settings(
        max_examples=TREES * 5 // 4,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.dictionaries(NAMES, NESTED, max_size=5) | NESTED)
    def read(tree: object) -> None:
        nonlocal refusals
        refusals += outcome(lambda: parse_case(tree))

    read()
    assert refusals >= TREES


# ------------------------------------------------------------------ bombs


def test_a_bomb_of_aliases_costs_nothing() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for one, next_ in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f"{next_}: &{next_} [{', '.join([f'*{one}'] * 9)}]\n"
    with pytest.raises(InputError, match="anchor or alias"):
        read_case_text(bomb)
