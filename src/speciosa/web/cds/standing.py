"""How far the record is known, in words: "none on record" is never said of what is not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from speciosa.fhir.read import Ignored
from speciosa.web.cds.card import escaped
from speciosa.web.cds.hooks import MEDICATIONS
from speciosa.web.cds.record import Known, Record

_KEYS = {
    "statements": "medication statements",
    "requests": "prescriptions",
    "conditions": "diagnoses",
    "surveys": "scores such as GAD-7",
    "laboratory": "laboratory results",
    "responses": "questionnaires",
}
_MOST_UNREAD = 5
NO_KRATOM = (
    "Kratom: nothing found on record. That does not exclude use; many do not mention it unless "
    "asked."
)
MEDICATIONS_UNKNOWN = (
    "Medications unknown: neither statements nor prescriptions could be read. Nothing is said "
    "about interactions."
)
NO_MEDICATION = (
    "No medication on record: the record was searched and holds none. That does not show that "
    "none is taken."
)


def standing(record: Record, unread: Sequence[Ignored] = ()) -> Iterator[str]:
    """What was not found, what is not known, what is incomplete.

    ``unread`` are entries of medicines that could not be read.
    """
    if record.medications_unknown:
        yield MEDICATIONS_UNKNOWN
    elif record.known(*MEDICATIONS) is Known.NOTHING:
        yield NO_MEDICATION
    yield from gaps(record, unread)


def gaps(record: Record, unread: Sequence[Ignored] = ()) -> Iterator[str]:
    """What could not be looked at: where there is any of it, silence would mean too much."""
    unknown = [
        words
        for key, words in _KEYS.items()
        if key in record.unknown() and not (key in MEDICATIONS and record.medications_unknown)
    ]
    if unknown:
        yield f"Not known, because it could not be read: {', '.join(unknown)}."
    cut = [words for key, words in _KEYS.items() if key in record.incomplete()]
    if cut:
        yield f"Only in part read: {', '.join(cut)}. More may be on record."
    yield from _unread(unread)
    if record.foreign:
        yield (
            f"Left out: {record.foreign} entr{'y' if record.foreign == 1 else 'ies'} about "
            "another patient. Tell whoever runs the record system."
        )


def _unread(unread: Sequence[Ignored]) -> Iterator[str]:
    if not unread:
        return
    many = len(unread)
    shown = ", ".join(escaped(one.resource) for one in unread[:_MOST_UNREAD])
    more = f" and {many - _MOST_UNREAD} more" if many > _MOST_UNREAD else ""
    yield (
        f"{many} medicine{'s' if many > 1 else ''} on record could not be read, so not checked: "
        f"{shown}{more}. Look at the medicine list."
    )


def looked_for_kratom(record: Record) -> bool:
    """Whether the lists in which kratom would stand were both read in full."""
    return all(
        record.known(key) is not Known.UNKNOWN and key not in record.incomplete()
        for key in MEDICATIONS
    )
