"""What all that a record says of kratom comes to, and of generalized anxiety disorder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from speciosa.case.vocabulary import ConditionStatus, KratomStatus
from speciosa.cohort.result import Evidence
from speciosa.fhir.kratom import Confidence, Match, Status
from speciosa.fhir.read.diagnosis import GAD

if TYPE_CHECKING:
    from collections.abc import Mapping

# A denial, a negative test or somebody else's kratom: no ground to call a person a user.
NO_ROW = frozenset({Evidence.DENIED, Evidence.SOMEBODY_ELSE, Evidence.NONE})


def evidence(matches: Sequence[Match], status: str | None) -> Evidence:
    """The strongest that the record says; ``status`` is that of the case read from the same record.

    Use is use on record: an entry that can be trusted says that it is taken, or was at its date,
    and the record as a whole does not say that it was stopped. Whether it holds today, the case
    weighs.
    """
    if status == KratomStatus.USING:
        return Evidence.USE
    if status == KratomStatus.STOPPED:
        return Evidence.PAST_USE
    mine = [match for match in matches if match.of_person]
    if any(m.status is Status.TAKEN and m.confidence is not Confidence.LOW for m in mine):
        return Evidence.USE
    if any(m.status is not Status.NOT_TAKEN for m in mine):
        return Evidence.UNCERTAIN
    if mine:
        return Evidence.DENIED
    return Evidence.SOMEBODY_ELSE if matches else Evidence.NONE


def has_gad(conditions: Sequence[Mapping[str, object]]) -> bool | None:
    """Whether the conditions of a case name it as current; ``None`` when none of them names it."""
    told = {one.get("status") for one in conditions if one.get("name") == GAD}
    told -= {ConditionStatus.FAMILY}
    return ConditionStatus.CURRENT in told if told else None
