"""One sentence that a tired clinician can use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.clinical.severity.screens import band_words, named
from speciosa.finding import Severity

if TYPE_CHECKING:
    from speciosa.case import Case
    from speciosa.clinical.severity.change import Compared
    from speciosa.clinical.severity.diagnosis import Matched
    from speciosa.clinical.severity.result import Score
    from speciosa.knowledge.instruments import Wording


def headline(
    case: Case,
    scores: tuple[Score, ...],
    compared: tuple[Compared, ...],
    patterns: tuple[Matched, ...],
    wording: Wording,
) -> str:
    """What is urgent, how bad, how life is, how it changed, what else could explain it."""
    pieces = [
        *_urgent(case, patterns, wording),
        _anxiety(scores, wording),
        _impairment(case, wording),
        *_change(scores, compared, wording),
        *_other_cause(patterns, wording),
    ]
    if named(scores, "gad7") is not None:
        pieces.append(wording.line("headline_no_diagnosis"))
    text = "; ".join(pieces)
    return f"{text[:1].upper()}{text[1:]}."


def _urgent(case: Case, patterns: tuple[Matched, ...], wording: Wording) -> Iterator[str]:
    phq9 = case.symptoms.phq9
    answer = phq9.suicidality_item if phq9 is not None else None
    floor = phq9.item9_floor if phq9 is not None else None
    if floor:
        told = str(answer) if answer is not None else f"{floor} or more by the total"
        yield wording.line("headline_item9", answer=told)
    elif phq9 is not None and answer is None:
        yield wording.line("headline_item9_open")
    for pattern in _first(patterns, Severity.EMERGENCY, Severity.URGENT):
        yield wording.line("headline_first", short=pattern)


def _anxiety(scores: tuple[Score, ...], wording: Wording) -> str:
    gad7 = named(scores, "gad7")
    if gad7 is None:
        return wording.line("headline_gad7_none", reason=wording.line("headline_no_gad7"))
    if gad7.total is None or gad7.total.value is None:
        reason = gad7.reason.rstrip(".")
        return wording.line("headline_gad7_none", reason=reason[:1].lower() + reason[1:])
    values = {
        "total": f"{gad7.total.value:g}",
        "maximum": gad7.maximum,
        "band": band_words(gad7, wording),
    }
    if not gad7.prorated:
        return wording.line("headline_gad7", **values)
    ends = {"low": f"{gad7.total.low:g}", "high": f"{gad7.total.high:g}"}
    return wording.line("headline_gad7_prorated", **values, **ends)


def _impairment(case: Case, wording: Wording) -> str:
    impairment = case.symptoms.impairment
    if impairment is None:
        return wording.line("headline_impairment_unknown")
    word = wording.word("impairment", str(impairment))
    return wording.line("headline_impairment", word=word)


def _change(
    scores: tuple[Score, ...], compared: tuple[Compared, ...], wording: Wording
) -> Iterator[str]:
    """The change of the GAD-7 since the first score, where there is one now."""
    gad7 = named(scores, "gad7")
    if gad7 is None or gad7.total is None:
        return
    for item in compared:
        if item.change.instrument == gad7.instrument and item.to.total == gad7.total.value:
            change = item.change
            label = change.label.partition(" (")[0]
            yield wording.line("headline_change", label=label, from_date=change.from_date)
            return


def _other_cause(patterns: tuple[Matched, ...], wording: Wording) -> Iterator[str]:
    shorts = _first(patterns, Severity.MAJOR, Severity.MODERATE)
    if shorts:
        yield wording.line("headline_pattern", short=" or ".join(shorts))


def _first(patterns: tuple[Matched, ...], *severities: Severity) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(m.short for m in patterns if m.short and m.finding.severity in severities)
    )
