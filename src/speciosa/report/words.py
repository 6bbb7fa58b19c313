"""The words and shapes in which the report says what the other rooms return as names.

Each severity has a word and a shape, so that it can be read without colour.
"""

from __future__ import annotations

from string import ascii_lowercase
from typing import NamedTuple

from speciosa.clinical.safety.result import UrgentStatus
from speciosa.finding import Severity
from speciosa.pharmacology.exposure.result import ExposureStatus
from speciosa.pharmacology.interactions.result import Direction, Kind


class Mark(NamedTuple):
    """A severity as a word and a shape; both always stand together."""

    word: str
    shape: str


SEVERITY: dict[Severity, Mark] = {
    Severity.EMERGENCY: Mark("Emergency", "!!"),
    Severity.URGENT: Mark("Urgent", "!"),
    Severity.MAJOR: Mark("Major", "▲"),
    Severity.MODERATE: Mark("Moderate", "◆"),
    Severity.MINOR: Mark("Minor", "●"),
    Severity.INFO: Mark("Note", "○"),
}


class Route(NamedTuple):
    """An urgent status: what it is called, how grave it looks, and its caveat."""

    word: str
    shape: str
    caveat: str


URGENT: dict[UrgentStatus, Route] = {
    UrgentStatus.EMERGENCY: Route("Emergency: act now", "!!", ""),
    UrgentStatus.SAME_DAY: Route("Act the same day", "!", ""),
    UrgentStatus.SOON: Route("Act soon", "▲", ""),
    UrgentStatus.NOT_ASSESSED: Route(
        "Danger signs not assessed", "?", "Not asked is not the same as absent."
    ),
    UrgentStatus.NONE_FOUND: Route(
        "No danger sign reported", "○", "Among the signs that were asked about, on this date."
    ),
}

DIRECTION: dict[Direction, str] = {
    Direction.KRATOM_ON_MEDICINE: "kratom changes the medicine",
    Direction.MEDICINE_ON_KRATOM: "the medicine changes kratom",
    Direction.BETWEEN_MEDICINES: "between other medicines or substances",
    Direction.ADDED_EFFECTS: "effects add up",
}

KIND: dict[Kind, str] = {
    Kind.PHARMACOKINETIC: "Pharmacokinetic",
    Kind.PHARMACODYNAMIC: "Pharmacodynamic",
}

STANDING: dict[str, str] = {
    "do": "Do",
    "offer": "Offer",
    "consider": "Consider",
    "caution": "Caution",
    "avoid": "Avoid",
    "weigh": "Weigh",
}

EXPOSURE: dict[ExposureStatus, str] = {
    ExposureStatus.COMPUTED: "Predicted.",
    ExposureStatus.NOT_APPLICABLE: "Not applicable.",
    ExposureStatus.NOT_POSSIBLE: "Not possible.",
}

# Fields of an analyte's exposure, in the order in which they are read.
MEASURES: dict[str, str] = {
    "cmax": "Highest concentration",
    "cmax_nm": "Highest concentration, molar",
    "tmax": "Time of the highest",
    "ctrough": "Lowest before a dose",
    "auc": "Area under the curve",
    "half_life": "Half-life",
    "effective_half_life": "Half-life that explains the accumulation",
    "cmax_formed": "Highest, formed from mitragynine",
    "cmax_swallowed": "Highest, swallowed as such",
}

# Of these the figures of a structure, or of another alkaloid, are given.
BRIEF_MEASURES = ("cmax", "auc", "ctrough", "half_life")

ANALYTE: dict[str, str] = {
    "mitragynine": "Mitragynine",
    "7-hydroxymitragynine": "7-Hydroxymitragynine",
    "MG": "Mitragynine",
    "7-OH": "7-Hydroxymitragynine",
}

SUBSTANCE: dict[str, str] = {
    "leaf": "Kratom leaf",
    "mitragynine": "Mitragynine",
    "7-oh": "7-Hydroxymitragynine",
}

NO_LAW = "no_specific_law"
LAW_STATUS: dict[str, str] = {NO_LAW: "No specific law seen"}
# Statuses that say what is not known, and never that something is allowed.
LAW_GAPS = frozenset({NO_LAW, "unclear", "not_known"})

BASIS: dict[str, str] = {
    "source": "No source recorded",
    "derived": "Derived from other facts of the knowledge base",
    "recalled": "Recalled; no source was opened",
    "judgement": "Judgement of the maintainers",
    "absence": "Looked for and not found",
    "": "Cited, but not delivered with this result",
}

DAGGER = "†"
DAGGER_LEGEND = (
    "The value was not checked against a source, or has none. Check it before you rely on it."
)
ADDED_STUDIES = (
    "The evidence was pooled with studies that somebody added and that the base does not hold."
)
UNVERIFIED_CONTACT = "not checked: confirm this number before you give it out"


def label(name: str) -> str:
    """A name such as ``no_specific_law`` as words: ``No specific law``."""
    text = str(name).replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def law_status(name: str) -> str:
    """A legal status as words. Where no law was seen, the words must not read as a permission."""
    return LAW_STATUS.get(name, label(name))


def letter(index: int) -> str:
    """The letter of a note: ``a`` to ``z``, then ``aa``."""
    turn, place = divmod(index, len(ascii_lowercase))
    return ascii_lowercase[place] * (turn + 1)


def full_stop(text: str, *, capital: bool = True) -> str:
    """A phrase as a sentence: with its full stop, and a capital where it begins one."""
    text = text.strip()
    if capital:
        text = text[:1].upper() + text[1:]
    return text if not text or text[-1] in ".?!" else f"{text}."


def analyte(name: str) -> str:
    """The full name of an analyte."""
    return ANALYTE.get(name, name)


def substance(name: str) -> str:
    """The full name of a substance as the law names it."""
    return SUBSTANCE.get(name, name)


def standing(name: str) -> str:
    """What a plan item asks for: ``Offer``."""
    return STANDING.get(name, label(name))


def step(name: str) -> str:
    """The step of stepped care: ``Step 3``."""
    return f"Step {name}" if name.isdigit() else name


def severity(name: str) -> Mark:
    """The mark of a severity given by its name; an unknown name keeps its word."""
    try:
        return SEVERITY[Severity(name)]
    except ValueError:
        return Mark(label(name), "○")
