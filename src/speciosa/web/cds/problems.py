"""What can be wrong with a call, and what the caller is told of it."""

from __future__ import annotations

from collections.abc import Sequence

from speciosa.errors import InputProblem, SpeciosaError


class CdsError(SpeciosaError):
    """A call that gets no cards: its status, and words that repeat nothing that was sent."""

    def __init__(self, status: int, detail: str, problems: Sequence[InputProblem] = ()) -> None:
        super().__init__(detail)
        self.status, self.detail, self.problems = status, detail, tuple(problems)


def malformed(field: str, given: str, accepted: str) -> CdsError:
    """400: the body is not what CDS Hooks describes."""
    told = "The body is not a CDS Hooks request; the field that is wrong is listed."
    return CdsError(400, told, [InputProblem(field, given, accepted)])


def lacking(detail: str) -> CdsError:
    """412: what is needed came neither with the call nor from the FHIR server."""
    return CdsError(412, detail)
