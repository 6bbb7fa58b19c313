"""What follows when what changed a concentration was stopped: the change runs back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from speciosa.finding import Severity
from speciosa.pharmacology.interactions.grading import narrow_reason, raised, severity_of
from speciosa.pharmacology.interactions.kinetics.perpetrator import label
from speciosa.pharmacology.interactions.naming import in_words
from speciosa.pharmacology.interactions.recognise import State
from speciosa.pharmacology.interactions.result import Interaction
from speciosa.pharmacology.interactions.rows import KRATOM, worst

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.pharmacology.interactions.recognise import Item

_TWO = 2


def with_what_follows(
    rows: Iterable[Interaction], items: Sequence[Item], knowledge: Knowledge
) -> Iterator[Interaction]:
    """The rows; one whose cause was stopped says where the concentration goes now.

    The way back is graded like a change of its own, so that a row never becomes milder by it.
    """
    by_id = {item.id: item for item in items}
    for row in rows:
        cause = _cause(row, by_id)
        ratio = row.auc_ratio.value if row.auc_ratio is not None else None
        if cause is None or row.severity is Severity.INFO:
            yield _adapted(row, cause, knowledge) if cause is not None and cause.faded else row
        elif cause.state is State.STOPPED and _activated(row, cause, knowledge):
            yield _active_again(row, cause, knowledge)
        elif cause.state is State.STOPPED and ratio and ratio != 1.0:
            yield _on_the_way_back(row, cause, 1.0 / ratio, knowledge)
        else:
            yield row


def _cause(row: Interaction, by_id: dict[str, Item]) -> Item | None:
    """The one item that changes the victim of a row of two; kratom says itself what follows."""
    others = [member for member in row.members if member != row.victim]
    if not row.victim or len(row.members) != _TWO or len(others) != 1 or others[0] == KRATOM:
        return None
    return by_id[others[0]]


def _adapted(row: Interaction, cause: Item, knowledge: Knowledge) -> Interaction:
    """The row of a cause that is long gone: a dose may still be the one of that time."""
    return msgspec.structs.replace(
        row, sentence=f"{row.sentence} {_said('adapted', row, cause, knowledge)}"
    )


def _activated(row: Interaction, cause: Item, knowledge: Knowledge) -> bool:
    """Whether the cause inhibited the enzyme that makes the victim active."""
    activation = knowledge.ddi.pk_wording.activation.get(row.victim)
    named = label(cause.medicine, activation.enzyme) if activation is not None else None
    return named is not None and named.effect == "inhibitor"


def _active_again(row: Interaction, cause: Item, knowledge: Knowledge) -> Interaction:
    """The row of a victim that needs activation: its active form returns."""
    says = knowledge.ddi.pairs_wording.stopped
    who, _, before = row.sentence.partition(": ")
    after = knowledge.ddi.pk_wording.activation[row.victim].after
    now = says["active_again"].format(cause=cause.medicine.name, after=after)
    return msgspec.structs.replace(
        row,
        sentence=f"{who}: {now} {says['before'].format(before=before)}",
        title=says["title_active_again"].format(victim=in_words(row.victim, knowledge)),
    )


def _on_the_way_back(
    row: Interaction, cause: Item, ratio: float, knowledge: Knowledge
) -> Interaction:
    """The row with what comes now first, and what was while the cause was taken after it."""
    rises = ratio > 1.0
    severity = severity_of(ratio, knowledge)
    now = _said("rises_back" if rises else "falls_back", row, cause, knowledge)
    reason = narrow_reason(row.victim, knowledge, rises=rises)
    if reason:
        severity = raised(severity)
        now += f" Small changes matter: {reason}."
    who, _, before = row.sentence.partition(": ")
    says = knowledge.ddi.pairs_wording.stopped
    text = knowledge.ddi.pk_wording.text
    watch = text["watch_up" if rises else "watch_down"].format(
        victim=in_words(row.victim, knowledge)
    )
    return msgspec.structs.replace(
        row,
        severity=worst([row.severity, severity]),
        sentence=f"{who}: {now} {says['before'].format(before=before)}",
        title=says["title_rises" if rises else "title_falls"].format(
            victim=in_words(row.victim, knowledge)
        ),
        watch=f"{watch} {row.watch}" if watch not in row.watch else row.watch,
    )


def _said(key: str, row: Interaction, cause: Item, knowledge: Knowledge) -> str:
    says = knowledge.ddi.pairs_wording.stopped[key]
    return says.format(cause=cause.medicine.name, victim=in_words(row.victim, knowledge))
