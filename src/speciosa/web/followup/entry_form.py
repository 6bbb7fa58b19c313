"""The fields of a follow-up entry and the entry they make; the same for visit and phone."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from speciosa.case.vocabulary import LAB_UNITS, Difficulty, KratomForm, LabName, SideEffect
from speciosa.clinical.outcomes.timeline import (
    Entry,
    Kratom,
    LabValue,
    Measured,
    Period,
    Source,
)
from speciosa.errors import InputError
from speciosa.web.followup.fields import Problems, date_of, number_of, whole_of
from speciosa.web.person.from_case import scored

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.instruments import Instrument
    from speciosa.web.followup.asking import Filled

TOTALS = ("gad7", "phq9", "isi", "sows", "cows")
NOTE = 4000
LABS = 3


class Choices(NamedTuple):
    """What the form offers, with its words."""

    questionnaires: tuple[Instrument, ...]
    totals: tuple[Instrument, ...]
    difficulties: tuple[tuple[str, str], ...]
    forms: tuple[tuple[str, str], ...]
    effects: tuple[tuple[str, str], ...]
    labs: tuple[tuple[str, str], ...]


def choices(knowledge: Knowledge) -> Choices:
    """Questionnaires can be shown where the item texts may be printed; all take a total."""
    by_id = knowledge.instruments.by_id
    return Choices(
        questionnaires=tuple(by_id[n] for n in TOTALS if is_printable(by_id[n])),
        totals=tuple(by_id[n] for n in TOTALS),
        difficulties=_words(Difficulty),
        forms=_words(KratomForm),
        effects=_words(SideEffect),
        labs=tuple((x, f"{_plain(x).upper()} ({' or '.join(LAB_UNITS[x])})") for x in LabName),
    )


def is_printable(instrument: Instrument) -> bool:
    """Whether every item and answer has a text on file."""
    return bool(instrument.items and instrument.answers) and all(i.text for i in instrument.items)


def item9_of(filled: Filled) -> int:
    """Item 9 as typed, also in a form that cannot be kept: the route does not wait for that."""
    given = (*filled.texts("phq9_9"), *filled.texts("item9"))
    return max((int(x) for x in given if x in ("1", "2", "3")), default=0)


def entry_of(
    filled: Filled, source: Source, today: dt.date, knowledge: Knowledge
) -> tuple[Entry | None, Problems]:
    """The entry, or what is wrong with the form.

    On a phone a positive item 9 waits for nothing: what can be read is kept, and the note says
    what could not.
    """
    problems: Problems = []
    date = today if source is Source.LINK else date_of(filled.text("date"), today, problems)
    scores = [m for n in TOTALS if (m := _measured(n, filled, knowledge, problems)) is not None]
    item9 = whole_of(filled.text("item9"), "item9", 3, problems)
    phq9 = next((m for m in scores if m.instrument == "phq9"), None)
    answered = phq9.answers[8] if phq9 is not None and phq9.answers else None
    if item9 is not None and answered is not None and item9 != answered:
        problems.append(("item9", "Item 9 is answered twice, and differently."))
    difficulty, note = filled.text("difficulty"), filled.text("note")
    if difficulty and difficulty not in set(Difficulty):
        problems.append(("difficulty", "Choose one of the answers."))
    if len(note) > NOTE:
        problems.append(("note", f"At most {NOTE} characters."))
    kratom = _kratom(filled, problems)
    labs = _labs(filled, problems)
    fields = {
        "sleep_hours": number_of(filled.text("sleep_hours"), "sleep_hours", 24, problems),
        "days_lost": whole_of(filled.text("days_lost"), "days_lost", 31, problems),
    }
    effects = _effects(filled, problems)
    given = any((scores, item9 is not None, difficulty, note, kratom, labs, effects is not None))
    if not given and all(v is None for v in fields.values()) and not problems:
        problems.append(("form", "Nothing was answered. Answer at least one question."))
    typed = item9_of(filled)
    if problems and source is Source.LINK and typed:
        unread = ", ".join(dict.fromkeys(name for name, _ in problems))
        note = f"{note} [Could not be read: {unread}.]".strip()[-NOTE:]
        problems = []
    if problems or date is None:
        return None, problems
    return (
        Entry(
            date=date,
            source=source,
            scores=tuple(scores),
            item9=max(typed, item9 or 0) if typed else (answered if item9 is None else item9),
            difficulty=Difficulty(difficulty) if difficulty else None,
            kratom=kratom,
            side_effects=effects,
            labs=labs,
            note=note,
            **fields,  # type: ignore[arg-type]
        ),
        problems,
    )


def _measured(
    name: str, filled: Filled, knowledge: Knowledge, problems: Problems
) -> Measured | None:
    instrument = knowledge.instruments.by_id[name]
    answers: list[int | None] = []
    if is_printable(instrument):
        highest = instrument.item_high or 0
        answers = [
            whole_of(filled.text(f"{name}_{i.number}"), f"{name}_{i.number}", highest, problems)
            for i in instrument.items
        ]
    typed = filled.text(f"{name}_total")
    total = whole_of(typed, f"{name}_total", instrument.total_high or 1000, problems)
    is_answered = any(a is not None for a in answers)
    if is_answered and total is not None:
        words = "Give the answers or the total, not both."
        problems.append((f"{name}_total", words))
        return None
    if not is_answered and total is None:
        return None
    given = tuple(answers) if is_answered else total
    try:
        return scored(name, given or 0, knowledge)
    except InputError as error:
        problems.extend(
            (f"{name}_total", f"{p.value}: accepted is {p.accepted}.") for p in error.problems
        )
        return None


def _kratom(filled: Filled, problems: Problems) -> Kratom | None:
    word = filled.text("kratom_used")
    used = {"yes": True, "no": False}.get(word)
    form = filled.text("kratom_form")
    amounts = {
        "doses": number_of(filled.text("kratom_doses"), "kratom_doses", 500, problems),
        "leaf_g": number_of(filled.text("kratom_leaf_g"), "kratom_leaf_g", 500, problems),
        "mitragynine_mg": number_of(
            filled.text("kratom_mitragynine_mg"), "kratom_mitragynine_mg", 10_000, problems
        ),
        "seven_oh_mg": number_of(filled.text("kratom_7oh_mg"), "kratom_7oh_mg", 10_000, problems),
    }
    if form and form not in set(KratomForm):
        problems.append(("kratom_form", "Choose one of the forms."))
        return None
    some = any(v for v in amounts.values())
    if used is False and (some or form):
        problems.append(("kratom_used", "No use, beside an amount or a form: correct one of them."))
        return None
    if used is None and not some and not form and amounts["doses"] is None:
        return None
    if used is True and amounts["doses"] == 0:
        problems.append(("kratom_doses", "0 beside use: correct one of them."))
        return None
    period = Period.WEEK if filled.text("kratom_period") == "week" else Period.DAY
    return Kratom(
        period=period,
        used=used if used is not None else (True if some else None),
        form=KratomForm(form) if form else None,
        **amounts,
    )


def _effects(filled: Filled, problems: Problems) -> tuple[SideEffect, ...] | None:
    """``None`` where nobody asked; empty where none was noticed."""
    ticked = filled.texts("side_effects")
    if set(ticked) - set(SideEffect):
        problems.append(("side_effects", "Choose from the list."))
        return None
    none = filled.text("side_effects_none") == "yes"
    if none and ticked:
        problems.append(("side_effects", "None, beside a side effect: correct one of them."))
        return None
    if not ticked and not none:
        return None
    return tuple(SideEffect(t) for t in dict.fromkeys(ticked))


def _labs(filled: Filled, problems: Problems) -> tuple[LabValue, ...]:
    found = []
    for i in range(1, LABS + 1):
        name, unit = filled.text(f"lab{i}_name"), filled.text(f"lab{i}_unit")
        value = number_of(filled.text(f"lab{i}_value"), f"lab{i}_value", 1_000_000, problems)
        limit = number_of(filled.text(f"lab{i}_limit"), f"lab{i}_limit", 1_000_000, problems)
        if not name and value is None:
            continue
        if name not in set(LabName):
            problems.append((f"lab{i}_name", "Say what was measured."))
            continue
        units = LAB_UNITS[LabName(name)]
        unit = unit or (units[0] if len(units) == 1 else "")
        if unit not in units:
            problems.append((f"lab{i}_unit", f"Accepted here: {' or '.join(units)}."))
        elif value is None:
            problems.append((f"lab{i}_value", "Give the value."))
        else:
            found.append(LabValue(name=LabName(name), value=value, unit=unit, upper_limit=limit))
    return tuple(found)


def _words(
    kind: type[Difficulty] | type[KratomForm] | type[SideEffect],
) -> tuple[tuple[str, str], ...]:
    return tuple((str(x), _plain(x)) for x in kind)


def _plain(name: str) -> str:
    return str(name).replace("_", " ")
