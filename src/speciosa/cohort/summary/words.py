"""Names of what is counted, in words for a reader."""

from __future__ import annotations

from collections.abc import Sequence

from speciosa.clinical.safety.result import UrgentStatus
from speciosa.cohort.counts import BANDS
from speciosa.cohort.summary.disclosure import Standing
from speciosa.cohort.summary.result import Line
from speciosa.report.numbers import shown
from speciosa.report.outline import SECTIONS
from speciosa.report.words import URGENT

OTHER_SEX = "other"
SEX = {"female": "Female", "male": "Male", OTHER_SEX: "Other or not recorded"}
GAD = {
    "yes": "Generalized anxiety disorder in the record",
    "not named": "Not named in the record (which is not absence)",
    "no": "Named only as past or ruled out",
}
ROUTES: dict[str, tuple[str, str]] = {
    status.value: (URGENT[status].word, URGENT[status].caveat) for status in UrgentStatus
}
_PARTS = {section.key: section.title for section in SECTIONS}


def ages_in_words(ages: str) -> str:
    """An age band for a reader."""
    if ages == BANDS[-1]:
        return "age not known, or deceased"
    if ages.endswith("+"):
        return f"{ages.removesuffix('+')} and over"
    low, _, high = ages.partition("-")
    return f"{low} to {high}"


def in_words(part: str, id_: str) -> str:
    """A finding whose texts share too little: its part of the assessment and its id in words."""
    steps = [step.replace("_", " ").replace("-", " ") for step in id_.split(".")[1:]]
    words = ", ".join(step for step in steps if step not in {"pd", "pk"})
    title = _PARTS.get(part, part.replace("_", " ").capitalize())
    return f"{title}: {words}"


def headline(total: Line, beside: Sequence[Line]) -> str:
    """The answer in one sentence, which promises nothing about those who are not counted.

    ``beside`` counts what names kratom and was led to nobody: while there is any, no headline says
    "nobody".
    """
    known = total.of is not None and total.of.people is not None
    of = (
        f"Of {total.of.words} people"
        if total.of is not None and known
        else "Of everybody in the export"
    )
    if total.count.people == 0:
        if any(line.count.people != 0 for line in beside):
            return f"{of}, none is known to have kratom in their record, but the export names it."
        return f"{of}, nobody has kratom in their record. That does not show that nobody uses it."
    few = total.count.standing is Standing.FEW
    note = "; so small a group is not broken down" if few else ""
    if total.rate is None:
        number = "a hidden number" if total.count.standing is Standing.HIDDEN else total.count.words
        return f"{of}, {number} have kratom in their record{note}."
    parts = shown(total.rate)
    rate = f"{parts.value} ({parts.brackets})"
    return f"{of}, {total.count.words} have kratom in their record: {rate}."


def left_over(line: Line) -> str:
    """What names kratom and was led to nobody, as a sentence beside the headline."""
    return f"Not counted: {line.label[:1].lower()}{line.label[1:]} ({line.count.words})."


def counted(number: int, what: str) -> str:
    """A number of things ("1 file", "2 files")."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
