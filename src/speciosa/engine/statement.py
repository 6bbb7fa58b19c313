"""Read the lines of a model text into statements: their form, unit and meaning, not their sense."""

from __future__ import annotations

import dataclasses
import enum
import keyword
import re
from collections.abc import Iterator

from speciosa.engine.expression import FUNCTIONS, NAME, Expression, ExpressionError, parse
from speciosa.errors import InputError, InputProblem

_FORMS = "`name = number;`, `const name;`, `name := expression;` or `name' = expression;`, alone"
_COMMENT = re.compile(r"\[([^\[\]]+)\]\s*(\S.*)")
_STATEMENT = re.compile(
    rf"(?P<const>const\s+)?(?P<name>{NAME.pattern})\s*(?P<rate>')?"
    r"(?:\s*(?P<sign>:=|=)(?P<expression>.*))?"
)

# Words of Antimony, SBML and Python, so that every printed form of a model may use its names.
_RESERVED = {
    *("abs", "after", "assigned", "at", "avogadro", "ceil", "compartment", "const", "delay"),
    *("delete", "DNA", "end", "event", "exponentiale", "ext", "false", "factorial", "floor"),
    *("formula", "function", "gene", "has", "identical", "INF", "inf", "infinity", "inn", "log"),
    *("max", "min", "model", "module", "NaN", "nan", "notanumber", "operator", "pi", "piecewise"),
    *("rateOf", "reaction", "species", "substanceOnly", "time", "true", "unit", "var", "xor"),
    *FUNCTIONS,
    *keyword.kwlist,
}


class ModelTextError(InputError):
    """A model text is not of the accepted form: every problem found, with its line."""


class Problems(list[InputProblem]):
    """Problems met so far; reading goes on where it can, so that all are told at once."""

    def say(self, where: str, met: str, accepted: str, suggestion: str = "") -> None:
        """Note a problem."""
        self.append(InputProblem(where, met, accepted, suggestion))

    def stop_if_any(self) -> None:
        """``ModelTextError`` with every problem noted."""
        if self:
            raise ModelTextError(self)


class Kind(enum.Enum):
    """What a statement looks like."""

    ASSIGNMENT = "="  # a parameter, or the initial value of a state
    CONST = "const"
    DEFINITION = ":="
    RATE = "'"


@dataclasses.dataclass(frozen=True, slots=True)
class Statement:
    """One statement; ``expression`` is ``None`` for ``const name`` alone."""

    kind: Kind
    name: str
    expression: Expression | None
    where: str
    source: str
    unit: str
    meaning: str
    alone: bool  # on its line, so that the comment there is its own

    @property
    def number(self) -> float | None:
        """The value, when it is a number and no other expression."""
        return self.expression.number if self.expression else None

    @property
    def names(self) -> frozenset[str]:
        """Names that the expression uses."""
        return self.expression.names if self.expression else frozenset()


def frame(text: str, problems: Problems) -> tuple[str, int, int]:
    """The name of the model, and the numbers of its ``model`` and ``end`` lines."""
    codes = [(number, code(line)) for number, line in enumerate(text.splitlines(), start=1)]
    spoken = [(number, found) for number, found in codes if found] or [(1, "")]
    (first, head), (last, tail) = spoken[0], spoken[-1]
    match = re.fullmatch(rf"model\s+({NAME.pattern})", head)
    if not match:
        problems.say(f"line {first}", _shown(head), "`model name` as the first statement")
    elif match[1] in _RESERVED:
        problems.say(f"line {first}", f"the reserved name `{match[1]}`", "a name of your own")
    if tail != "end":
        problems.say(f"line {last}", _shown(tail), "`end` as the last statement")
    problems.stop_if_any()
    return match[1] if match else "", first, last


def code(line: str) -> str:
    """A line without its comment."""
    return line.partition("#")[0].strip()


def _shown(found: str) -> str:
    return f"`{found}`" if found else "nothing"


def statements(where: str, line: str, problems: Problems) -> Iterator[Statement]:
    """The statements of a line; a comment after the only one gives its unit and meaning."""
    if not code(line):
        return
    *sources, rest = (piece.strip() for piece in code(line).split(";"))
    if rest:
        problems.say(where, f"`{rest}` without `;`", "every statement ends with `;`")
        return
    comment = line.partition("#")[2].strip()
    described = _COMMENT.fullmatch(comment)
    unit, meaning = (described[1].strip(), described[2]) if described else ("", comment)
    for source in sources:
        try:
            kind, name, expression = _statement(source)
        except ExpressionError as error:
            problems.say(where, f"{error.met} in `{source}`", error.accepted, error.suggestion)
        else:
            alone = len(sources) == 1
            yield Statement(kind, name, expression, where, source, unit, meaning, alone)


def _statement(source: str) -> tuple[Kind, str, Expression | None]:
    match = _STATEMENT.fullmatch(source)
    if not match or not _is_whole(match):
        raise ExpressionError("a statement of unknown form", _FORMS)
    name = match["name"]
    if name in _RESERVED:
        raise ExpressionError(f"the reserved name `{name}`", "a name of your own")
    if match["const"]:
        return Kind.CONST, name, None
    expression = parse(match["expression"])
    return Kind.RATE if match["rate"] else Kind(match["sign"]), name, expression


def _is_whole(match: re.Match[str]) -> bool:
    if match["const"]:
        return not match["rate"] and not match["sign"]
    return match["sign"] == "=" or (match["sign"] == ":=" and not match["rate"])
