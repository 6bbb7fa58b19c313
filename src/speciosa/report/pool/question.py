"""What is asked of ``speciosa pool``: the model, and the analyses beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.effect_sizes import Choices, Measure
from speciosa.evidence.pooling import CI_METHODS, METHODS, CiMethod, Method, PiMethod
from speciosa.evidence.studies import Reading

Name = TypeVar("Name", bound=str)
T = TypeVar("T")


class Multiple(StrEnum):
    """What to do where one study gives several effects."""

    AGGREGATE = "aggregate"
    THREE_LEVEL = "three-level"
    ROBUST = "robust"
    INDEPENDENT = "independent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Options of one analysis.

    What is None is taken from the file where it says so, else REML with Hartung-Knapp at 95 %.
    Without ``multiple``, several effects of one study are an error unless the file numbers them.
    """

    measure: Measure | None = None
    method: Method | None = None
    ci: CiMethod | None = None
    level: float | None = None
    pi: PiMethod = "t-k2"
    reading: Reading = field(default_factory=Reading)
    choices: Choices = field(default_factory=Choices)
    multiple: Multiple | None = None
    rho: float = 0.5
    moderators: tuple[str, ...] = ()
    subgroup: str = ""
    cumulative: str = ""
    leave_one_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The model that was settled on."""

    method: Method
    ci: CiMethod
    level: float
    pi: PiMethod


def asked(option: str, value: str, make: Callable[[], T]) -> T:
    """What a function of the room makes, its ValueError as a problem with the option."""
    try:
        return make()
    except ValueError as error:
        raise InputError([InputProblem(option, value, str(error))]) from None


def settled(question: Question, said: Mapping[str, str]) -> Model:
    """The model of a question and of what the file says. Raises ``InputError`` for a bad value."""
    method = question.method or _one_of("method", said.get("method", "REML"), METHODS)
    usual: CiMethod = "z" if method == "CE" else "HK"
    ci = question.ci or _one_of("ci", said.get("ci", usual), CI_METHODS)
    if method == "CE" and ci != "z":
        given = f"{ci} with a common effect"
        raise InputError([InputProblem("--ci", given, "z, or a model of random effects")])
    return Model(method=method, ci=ci, level=question.level or _level(said), pi=question.pi)


def _one_of(field: str, given: str, accepted: Sequence[Name]) -> Name:
    found = [name for name in accepted if str(name).lower() == given.strip().lower()]
    if not found:
        words = ", ".join(str(name) for name in accepted)
        raise InputError([InputProblem(field, repr(given), words)])
    return found[0]


def _level(said: Mapping[str, str]) -> float:
    held = said.get("level", "0.95")
    try:
        level = float(held)
    except ValueError:
        level = 0.0
    if not 0 < level < 1:
        accepted = "a share above 0 and below 1, such as 0.95"
        raise InputError([InputProblem("level", repr(held), accepted)])
    return level
