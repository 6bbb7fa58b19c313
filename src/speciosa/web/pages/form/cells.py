"""Cells: the places where the form and the case document meet, one small piece at a time.

A cell knows which paths of the document it stands for, what it shows of them, and how it reads
what was typed. It never judges: a text that is no number goes into the document as it is, and the
case itself says what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from speciosa.errors import InputProblem
from speciosa.web.pages.form.fields import Fields, Texts

_WHOLE = re.compile(r"[0-9]{1,15}")
_DECIMAL = re.compile(r"[0-9]{1,15}(\.[0-9]{0,17})?([eE]-?[0-9]{1,2})?|\.[0-9]{1,17}")
_COMMA = re.compile(r"([0-9]{1,6}),([0-9]{1,2})")


class Kind(StrEnum):
    """How a text is read."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    FLAG = "flag"
    MANY = "many"
    LINES = "lines"


class Cell(Protocol):
    """One piece of the form; names and paths are relative to where the cell stands."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of the document that the cell stands for."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its inputs; the first is where a message about it belongs."""

    def show(self, values: Sequence[Any]) -> Texts:
        """What the inputs say for these values of ``paths`` (``None`` where absent)."""

    def read(self, fields: Fields) -> tuple[Any, ...]:
        """Values for ``paths``; ``None`` leaves a path out."""

    def problems(self, fields: Fields) -> list[InputProblem]:
        """What the case could not say as well, with paths relative like the others."""


def number(text: str) -> float | int | str | None:
    """A number as typed, with a point or a comma; any other text stays for the case to refuse."""
    text = text.strip()
    if not text:
        return None
    if comma := _COMMA.fullmatch(text):
        text = f"{comma[1]}.{comma[2]}"
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def whole(text: str) -> int | str | None:
    """A whole number as typed; any other text stays."""
    text = text.strip()
    return int(text) if _WHOLE.fullmatch(text) else text or None


def typed(value: object) -> str:
    """A value as a person would type it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def scaled(text: str, factor: float, digits: int) -> float | int | str | None:
    """A typed number in another unit; a text that is no number stays."""
    value = number(text)
    if isinstance(value, str) or value is None or factor == 1:
        return value
    return round(value * factor, digits)


@dataclass(frozen=True)
class Leaf:
    """One path, one input of the same name."""

    path: str
    kind: Kind = Kind.TEXT

    @property
    def paths(self) -> tuple[str, ...]:
        """The one path."""
        return (self.path,)

    @property
    def names(self) -> tuple[str, ...]:
        """The input has the name of the path."""
        return (self.path,)

    def show(self, values: Sequence[Any]) -> Texts:
        """The value as typed."""
        (value,) = values
        if self.kind is Kind.MANY:
            return {self.path: tuple(value or ())}
        if self.kind is Kind.LINES:
            return {self.path: ("\n".join(value or ()),)}
        return {self.path: (typed(value),)}

    def read(self, fields: Fields) -> tuple[Any, ...]:
        """The value as meant."""
        text = fields.one(self.path).strip()
        match self.kind:
            case Kind.MANY:
                return (list(fields.many(self.path)) or None,)
            case Kind.LINES:
                return ([line.strip() for line in text.splitlines() if line.strip()] or None,)
            case Kind.FLAG:
                return ({"yes": True, "no": False}.get(text, text or None),)
            case Kind.NUMBER:
                return (number(text),)
            case Kind.WHOLE:
                return (whole(text),)
            case Kind.TEXT:
                return (text or None,)

    def problems(self, _: Fields) -> list[InputProblem]:
        """None of its own."""
        return []


@dataclass(frozen=True)
class Quantity:
    """A number with a unit to choose; the document holds it in one unit."""

    path: str
    name: str
    factors: Mapping[str, float]  # by unit, the document's own first
    digits: int

    @property
    def paths(self) -> tuple[str, ...]:
        """The one path."""
        return (self.path,)

    @property
    def names(self) -> tuple[str, ...]:
        """The number, and its unit."""
        return (self.name, f"{self.name}_unit")

    def show(self, values: Sequence[Any]) -> Texts:
        """In the document's own unit."""
        (value,) = values
        if value is None:
            return {}
        return {self.name: (typed(value),), f"{self.name}_unit": (next(iter(self.factors)),)}

    def read(self, fields: Fields) -> tuple[Any, ...]:
        """In the document's own unit."""
        factor = self.factors.get(fields.one(f"{self.name}_unit"), 1.0)
        return (scaled(fields.one(self.name), factor, self.digits),)

    def problems(self, _: Fields) -> list[InputProblem]:
        """None of its own."""
        return []


@dataclass(frozen=True)
class Asked:
    """A list of words that are each one thing, the other thing, or were not asked about."""

    name: str
    yes: str
    no: str
    words: tuple[str, ...]
    yes_path: str
    no_path: str

    @property
    def paths(self) -> tuple[str, ...]:
        """The two lists."""
        return (self.yes_path, self.no_path)

    @property
    def names(self) -> tuple[str, ...]:
        """One input a word."""
        return tuple(f"{self.name}.{word}" for word in self.words)

    def show(self, values: Sequence[Any]) -> Texts:
        """Which list each word stands in."""
        yes, no = (tuple(value or ()) for value in values)
        shown: Texts = {f"{self.name}.{word}": (self.no,) for word in no}
        return shown | {f"{self.name}.{word}": (self.yes,) for word in yes}

    def read(self, fields: Fields) -> tuple[Any, ...]:
        """The two lists, in the order in which the words are asked."""
        lists = (
            [word for word in self.words if fields.one(f"{self.name}.{word}") == answer]
            for answer in (self.yes, self.no)
        )
        return tuple(found or None for found in lists)

    def problems(self, _: Fields) -> list[InputProblem]:
        """None of its own."""
        return []


@dataclass(frozen=True)
class Questionnaire:
    """A questionnaire: an answer for each item, a total, or both; item 9 apart where it matters."""

    path: str
    items: int
    apart: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """The questionnaire as a whole."""
        return (self.path,)

    @property
    def names(self) -> tuple[str, ...]:
        """One input an item, then the total, what stands apart, and the date."""
        return (
            *(f"{self.path}.answers.{index}" for index in range(self.items)),
            f"{self.path}.total",
            *(f"{self.path}.{name}" for name in self.apart),
            f"{self.path}.date",
        )

    def show(self, values: Sequence[Any]) -> Texts:
        """Answers as their points."""
        part = values[0] or {}
        shown: Texts = {
            f"{self.path}.answers.{index}": (typed(answer),)
            for index, answer in enumerate(part.get("answers") or ())
        }
        for name in ("total", *self.apart, "date"):
            shown[f"{self.path}.{name}"] = (typed(part.get(name)),)
        return shown

    def read(self, fields: Fields) -> tuple[Any, ...]:
        """Answers left open are ``None``; with no answer at all there is no list."""
        found: dict[str, Any] = {}
        answers = [whole(fields.one(f"{self.path}.answers.{i}")) for i in range(self.items)]
        if any(answer is not None for answer in answers):
            found["answers"] = answers
        for name in ("total", *self.apart):
            found[name] = whole(fields.one(f"{self.path}.{name}"))
        found["date"] = fields.one(f"{self.path}.date").strip() or None
        return ({name: value for name, value in found.items() if value is not None} or None,)

    def problems(self, _: Fields) -> list[InputProblem]:
        """None of its own."""
        return []
