"""What can be wrong with an input, said in a form that a person can act on."""

from __future__ import annotations

from collections.abc import Sequence


class SpeciosaError(Exception):
    """Base of every error this package raises on purpose."""


class InputProblem:
    """One thing wrong with an input: which field, what it held, what is accepted.

    ``value`` is text that may be printed. Callers must not put free text about a person in it.
    """

    __slots__ = ("accepted", "field", "suggestion", "value")

    def __init__(self, field: str, value: str, accepted: str, suggestion: str = "") -> None:
        self.field = field
        self.value = value
        self.accepted = accepted
        self.suggestion = suggestion

    def __str__(self) -> str:
        sentence = f"{self.field}: got {self.value}; accepted: {self.accepted}"
        return f"{sentence}. Did you mean {self.suggestion}?" if self.suggestion else f"{sentence}."


class InputError(SpeciosaError):
    """The input is wrong: all problems at once. The command line exits with 2."""

    def __init__(self, problems: Sequence[InputProblem]) -> None:
        if not problems:
            raise ValueError("an InputError needs at least one problem")
        self.problems = tuple(problems)
        super().__init__("\n".join(str(p) for p in problems))


class KnowledgeError(SpeciosaError):
    """The knowledge base contradicts itself or lacks something it promises. Our fault: exit 1."""
