"""Names of what is counted, in words for a reader."""

from __future__ import annotations

from speciosa.clinical.safety.result import UrgentStatus
from speciosa.cohort.counts import BANDS
from speciosa.cohort.summary.result import Line
from speciosa.report.numbers import shown
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
PROBLEMS = {"person": "The person's age or sex", "Patient": "The Patient record"}


def ages_in_words(ages: str) -> str:
    """An age band for a reader."""
    if ages == BANDS[-1]:
        return "age not known, or deceased"
    if ages.endswith("+"):
        return f"{ages.removesuffix('+')} and over"
    low, _, high = ages.partition("-")
    return f"{low} to {high}"


def id_in_words(id_: str) -> str:
    """A finding's id where its texts share too little: its last steps in words."""
    steps = [step.replace("_", " ").replace("-", " ") for step in id_.split(".")[1:]]
    words = ", ".join(step for step in steps if step not in {"pd", "pk"})
    return words[:1].upper() + words[1:]


def headline(total: Line) -> str:
    """The answer in one sentence, which promises nothing about those who are not counted."""
    of = total.of.words if total.of is not None else "all"
    if total.count.people == 0:
        return (
            f"In the records of {of} people nothing was found that names kratom. That does not "
            "show that nobody uses it."
        )
    if total.rate is None:
        return f"Of {of} people, {total.count.words} have kratom in their record."
    parts = shown(total.rate)
    return (
        f"Of {of} people, {total.count.words} have kratom in their record: {parts.value} "
        f"({parts.brackets})."
    )
