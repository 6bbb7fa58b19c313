"""Read an arithmetic expression of a model text: numbers, names, ``+ - * / ^`` and four functions.

``^`` groups from the right and binds tighter than a minus sign before it, so that ``-a^2`` is
``-(a^2)``, as in Antimony. An expression is kept as the steps of a stack machine ("postfix"), which
every reader (graph, unit check, documentation) folds in its own way and without recursion.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable
from typing import NamedTuple, TypeVar

FUNCTIONS = ("exp", "ln", "log10", "sqrt")
NEGATIVE = "negative"
"""The operator of a minus sign before one operand; the others are written as in the text."""

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_SIGNS = "+-*/^()"
_DEEPEST_NESTING = 100

Folded = TypeVar("Folded")


class ExpressionError(ValueError):
    """An expression is not of the accepted form: what was met, and what is accepted there."""

    def __init__(self, met: str, accepted: str, suggestion: str = "") -> None:
        self.met = met
        self.accepted = accepted
        self.suggestion = suggestion
        super().__init__(f"{met}; accepted: {accepted}")


class Step(NamedTuple):
    """Push a number (``symbol`` empty, no operands), push a name, or apply an operator."""

    symbol: str
    operands: int = 0
    number: float = 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class Expression:
    """An expression as written, and the steps that work it out."""

    written: str
    steps: tuple[Step, ...]

    @property
    def names(self) -> frozenset[str]:
        """Names that occur, ``time`` included."""
        return frozenset(step.symbol for step in self.steps if step.symbol and not step.operands)

    @property
    def number(self) -> float | None:
        """The number, when the expression is nothing but one with or without a minus sign."""
        first, *rest = self.steps
        if first.symbol or any(step.symbol != NEGATIVE for step in rest):
            return None
        return -first.number if rest else first.number

    def fold(
        self,
        number: Callable[[float], Folded],
        name: Callable[[str], Folded],
        operate: Callable[[str, tuple[Folded, ...]], Folded],
    ) -> Folded:
        """Work the expression out: what a number, a name and an operator on operands become."""
        stack: list[Folded] = []
        for step in self.steps:
            if step.operands:
                operands = tuple(stack[-step.operands :])
                del stack[-step.operands :]
                stack.append(operate(step.symbol, operands))
            else:
                stack.append(name(step.symbol) if step.symbol else number(step.number))
        return stack.pop()


def parse(written: str) -> Expression:
    """Read an expression; ``ExpressionError`` says what is wrong and what is accepted."""
    parser = _Parser(_pieces(written))
    parser.sum()
    parser.finish()
    return Expression(written.strip(), tuple(parser.steps))


def _pieces(written: str) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(written):
        if written[at] in " \t":
            at += 1
        elif written[at] in _SIGNS:
            found.append(written[at])
            at += 1
        else:
            match = NAME.match(written, at) or _NUMBER.match(written, at)
            end = match.end() if match else at
            # A number runs into nothing but a sign: 5a, 1.2.3, 5. and 1_000 are mistakes.
            if not match or (end < len(written) and re.match(r"[\w.]", written[end])):
                wrong = re.match(r"[\w.]+|.", written[at:])
                raise ExpressionError(
                    f"`{wrong[0] if wrong else written[at]}`",
                    f"names, numbers such as 2, 0.5 or 1.5e-3, the signs {' '.join(_SIGNS)}",
                )
            found.append(match[0])
            at = end
    return found


class _Parser:
    """Recursive descent; each method reads one level of binding and appends its steps."""

    def __init__(self, pieces: list[str]) -> None:
        self.steps: list[Step] = []
        self._pieces = pieces
        self._at = 0
        self._depth = 0

    def sum(self) -> None:
        """Products added and taken away, from the left."""
        self._left_to_right("+-", self._product)

    def finish(self) -> None:
        """Nothing may be left over."""
        if self._next:
            raise ExpressionError(
                f"`{self._next}` after a whole expression", "one of + - * / ^ between two operands"
            )

    @property
    def _next(self) -> str:
        return self._pieces[self._at] if self._at < len(self._pieces) else ""

    def _take(self) -> str:
        piece = self._next
        self._at += 1
        return piece

    def _left_to_right(self, operators: str, operand: Callable[[], None]) -> None:
        operand()
        while self._next and self._next in operators:
            operator = self._take()
            operand()
            self.steps.append(Step(operator, 2))

    def _product(self) -> None:
        self._left_to_right("*/", self._signed)

    def _signed(self) -> None:
        minus = self._next == "-"
        if minus:
            self._take()
        self._power()
        if minus:
            self.steps.append(Step(NEGATIVE, 1))

    def _power(self) -> None:
        self._operand()
        if self._next == "^":
            self._take()
            self._deeper(self._signed)
            self.steps.append(Step("^", 2))

    def _operand(self) -> None:
        piece = self._take()
        if piece == "(":
            self._deeper(self.sum)
            self._close()
        elif NAME.fullmatch(piece):
            self._name_or_function(piece)
        elif _NUMBER.fullmatch(piece):
            self._number(piece)
        else:
            raise ExpressionError(
                f"`{piece}`" if piece else "the end of the expression",
                "a name, a number, a function or an opening parenthesis",
            )

    def _name_or_function(self, piece: str) -> None:
        if self._next == "(":
            if piece not in FUNCTIONS:
                suggestion = "ln or log10" if piece == "log" else ""
                raise ExpressionError(
                    f"the unknown function `{piece}`", f"one of {', '.join(FUNCTIONS)}", suggestion
                )
            self._take()
            self._deeper(self.sum)
            self._close()
            self.steps.append(Step(piece, 1))
        elif piece in FUNCTIONS:
            raise ExpressionError(f"`{piece}` without parentheses", f"`{piece}(...)`")
        else:
            self.steps.append(Step(piece))

    def _number(self, piece: str) -> None:
        number = float(piece)
        if not math.isfinite(number):
            raise ExpressionError(f"`{piece}`", "numbers up to 1.7e308")
        self.steps.append(Step("", number=number))

    def _close(self) -> None:
        if self._take() != ")":
            raise ExpressionError("a parenthesis that is not closed", "as many `)` as `(`")

    def _deeper(self, read: Callable[[], None]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST_NESTING:
            raise ExpressionError(
                "parentheses within parentheses without end", f"at most {_DEEPEST_NESTING} deep"
            )
        read()
        self._depth -= 1
