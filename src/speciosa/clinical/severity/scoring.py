"""One questionnaire: answers or a total in, a score with its band and its uncertainty out."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from speciosa.clinical.severity.meaning import meaning_of
from speciosa.clinical.severity.result import Score
from speciosa.errors import InputError, InputProblem
from speciosa.finding import Estimate

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.instruments import Instrument, Wording

Answers = Sequence[int | None]


def score(
    instrument_id: str,
    answers_or_total: int | Answers,
    knowledge: Knowledge,
    *,
    sex: str | None = None,
    date: str = "",
) -> Score:
    """Score a questionnaire from its answers (``None`` where not answered) or from its total.

    ``sex`` matters to the AUDIT-C cut-off alone. Raises ``InputError`` for an unknown
    questionnaire, an answer or a total out of range, or the wrong number of answers.
    """
    table = knowledge.instruments
    instrument = table.find(instrument_id)
    if instrument is None:
        close = difflib.get_close_matches(instrument_id.casefold(), table.by_id, n=1)
        raise InputError(
            [
                InputProblem(
                    "instrument",
                    repr(instrument_id[:40]),
                    "one of " + ", ".join(table.by_id),
                    close[0] if close else "",
                )
            ]
        )
    wording = table.severity_wording
    if not isinstance(answers_or_total, Sequence) or isinstance(answers_or_total, str):
        return from_total(instrument, answers_or_total, wording, sex=sex, date=date)
    return from_answers(instrument, answers_or_total, wording, sex=sex, date=date)


def from_total(
    instrument: Instrument, total: int, wording: Wording, *, sex: str | None = None, date: str = ""
) -> Score:
    """The score of a total. Raises ``InputError`` when it lies outside the range."""
    _check_whole_number(f"{instrument.id} total", total)
    low, high = instrument.total_low, instrument.total_high
    if total < (low or 0) or (high is not None and total > high):
        accepted = f"{low or 0} to {high}" if high is not None else "0 or more"
        raise InputError([InputProblem(f"{instrument.id} total", str(total), accepted)])
    value = Estimate(
        value=total,
        unit="points",
        no_interval_because=wording.line("total_no_interval"),
        facts=_range_fact(instrument),
    )
    return _scored(instrument, value, wording, sex=sex, date=date)


def from_answers(
    instrument: Instrument,
    answers: Answers,
    wording: Wording,
    *,
    sex: str | None = None,
    date: str = "",
) -> Score:
    """The score of a list of answers, prorated only where the instrument has a rule for it."""
    points = _checked(instrument, answers)
    count = len(points)
    missing = [n for n, p in enumerate(points, start=1) if p is None]
    given = [p for p in points if p is not None]
    subtotal = sum(given)
    if not missing:
        value = Estimate(
            value=subtotal,
            unit="points",
            no_interval_because=wording.line("sum_no_interval"),
            facts=_range_fact(instrument),
        )
        return _scored(instrument, value, wording, sex=sex, date=date, answered=count)
    reason = _why_none(instrument, missing, subtotal, count, wording)
    if reason:
        return without_total(instrument, reason, answered=len(given), date=date)
    low_item, high_item = instrument.item_low or 0, instrument.item_high or 0
    value = Estimate(
        value=math.floor(subtotal * count / len(given) + 0.5),
        unit="points",
        low=subtotal + len(missing) * low_item,
        high=subtotal + len(missing) * high_item,
        interval=wording.line("prorated_interval"),
        facts=(*_range_fact(instrument), f"{instrument.start}/missing-rule"),
    )
    reason = wording.line("reason_prorated", missing=len(missing), items=count)
    return _scored(
        instrument, value, wording, sex=sex, date=date, answered=len(given), reason=reason
    )


def without_total(
    instrument: Instrument, reason: str, *, answered: int | None = None, date: str = ""
) -> Score:
    """A questionnaire that was begun and cannot be scored, with the reason."""
    return Score(
        instrument=instrument.id,
        name=instrument.name,
        total=None,
        maximum=instrument.total_high or 0,
        answered=answered,
        items=instrument.item_count,
        reason=reason,
        date=date,
        facts=_missing_fact(instrument),
    )


# ------------------------------------------------------------------ checks


def _checked(instrument: Instrument, answers: Answers) -> list[int | None]:
    """Points in the direction of the scale, one an item."""
    low, high = instrument.item_low, instrument.item_high
    if instrument.item_count is None or low is None or high is None:
        field = f"{instrument.id} answers"
        raise InputError([InputProblem(field, "answers", "the total alone: items are not kept")])
    if len(answers) != instrument.item_count:
        accepted = f"{instrument.item_count} answers, None where one was not given"
        raise InputError([InputProblem(f"{instrument.id} answers", str(len(answers)), accepted)])
    points: list[int | None] = []
    for number, answer in enumerate(answers, start=1):
        if answer is None:
            points.append(None)
            continue
        field = f"{instrument.id} answer {number}"
        _check_whole_number(field, answer)
        if not low <= answer <= high:
            raise InputError([InputProblem(field, str(answer), f"{low} to {high}")])
        points.append(low + high - answer if number in instrument.reverse_items else answer)
    return points


def _check_whole_number(field: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError([InputProblem(field, repr(value)[:40], "a whole number")])


def _why_none(
    instrument: Instrument, missing: list[int], subtotal: int, count: int, wording: Wording
) -> str:
    """Why no total can be given although items were answered; empty when it can be prorated."""
    if len(missing) == count:
        return wording.line("reason_nothing")
    for item in instrument.never_imputed:
        if item in missing:
            return wording.line(
                "reason_never_imputed", name=instrument.name, item=item, subtotal=subtotal
            )
    if not instrument.max_missing:
        return wording.line("reason_no_rule", missing=len(missing), items=count)
    if len(missing) > instrument.max_missing:
        return wording.line(
            "reason_too_many", missing=len(missing), items=count, allowed=instrument.max_missing
        )
    return ""


# ------------------------------------------------------------------ putting it together


def _scored(  # noqa: PLR0913  # one place where a score is made
    instrument: Instrument,
    total: Estimate,
    wording: Wording,
    *,
    sex: str | None,
    date: str,
    answered: int | None = None,
    reason: str = "",
) -> Score:
    meaning = meaning_of(instrument, total, wording, sex)
    return Score(
        instrument=instrument.id,
        name=instrument.name,
        total=total,
        maximum=instrument.total_high or 0,
        band=meaning.band,
        answered=answered,
        items=instrument.item_count,
        prorated=total.low is not None,
        reason=reason,
        meaning=meaning.text,
        measurement_error=_measurement_error(instrument, wording),
        date=date,
        facts=tuple(dict.fromkeys((*total.facts, *meaning.facts))),
    )


def _measurement_error(instrument: Instrument, wording: Wording) -> Estimate | None:
    reliable = instrument.change.reliable
    if reliable is None:
        return None
    because = (
        wording.line("error_no_interval", conditions=reliable.conditions)
        if reliable.conditions
        else wording.line("error_service_no_interval")
    )
    return Estimate(
        value=reliable.number,
        unit="points",
        no_interval_because=because,
        facts=(f"{instrument.start}/{reliable.key}",),
    )


def _range_fact(instrument: Instrument) -> tuple[str, ...]:
    return (f"{instrument.start}/range",) if instrument.statement("range") else ()


def _missing_fact(instrument: Instrument) -> tuple[str, ...]:
    return (f"{instrument.start}/missing-rule",) if instrument.statement("missing-rule") else ()
