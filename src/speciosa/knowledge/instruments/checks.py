"""What the table ``instrument`` can see to be wrong with itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from speciosa.knowledge.instruments.record import Band, Cutoff, Instrument, UseDisorder

LOINC_SHAPE_PARTS = 2


def loinc_check_digit(number: str) -> int:
    """The check digit of a LOINC number (mod 10, every second digit from the right doubled)."""
    total = 0
    for place, character in enumerate(reversed(number)):
        digit = int(character) * (2 if place % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return -total % 10


def loinc_is_sound(code: str) -> bool:
    """Whether a code such as ``69725-0`` carries the right check digit."""
    parts = code.split("-")
    if len(parts) != LOINC_SHAPE_PARTS or not all(p.isascii() and p.isdigit() for p in parts):
        return False
    return loinc_check_digit(parts[0]) == int(parts[1])


def instrument_problems(instrument: Instrument, known: Iterable[str]) -> Iterator[str]:
    """What is wrong with one questionnaire, one sentence each. ``known`` are all ids."""
    name = instrument.id
    yield from _items(instrument)
    if instrument.bands is not None:
        yield from _contiguous(
            name, instrument.bands.bands, instrument.total_low, instrument.total_high
        )
    for cutoff in instrument.cutoffs:
        yield from _cutoff(instrument, cutoff)
    if instrument.predictive and instrument.cutoff(instrument.predictive) is None:
        yield f"{name}: no cut-off is called {instrument.predictive}"
    if instrument.derived_from and instrument.derived_from not in known:
        yield f"{name}: derived from {instrument.derived_from}, which is not there"
    yield from _change(instrument)
    for item in instrument.items:
        if item.loinc and not loinc_is_sound(item.loinc):
            yield f"{name}: item {item.number} has a LOINC code with a wrong check digit"
    for key in ("loinc/panel", "loinc/total"):
        statement = instrument.statement(key)
        if statement is not None and not loinc_is_sound(str(statement.value)):
            yield f"{name}: {key} has a wrong check digit"


def use_disorder_problems(disorder: UseDisorder) -> Iterator[str]:
    """What is wrong with the criteria of kratom use disorder."""
    lowest = disorder.levels[0].low
    yield from _contiguous("kratom_use_disorder", disorder.levels, lowest, len(disorder.criteria))


def _items(instrument: Instrument) -> Iterator[str]:
    name, count = instrument.id, instrument.item_count
    if instrument.items:
        numbers = [item.number for item in instrument.items]
        if numbers != list(range(1, (count or 0) + 1)):
            yield f"{name}: items are numbered {numbers}, {count} are promised"
    if instrument.answers:
        scores = [answer.score for answer in instrument.answers]
        if (scores[0], scores[-1]) != (instrument.item_low, instrument.item_high):
            yield f"{name}: answers run from {scores[0]} to {scores[-1]}, items do not"
    if count is None or instrument.item_low is None or instrument.item_high is None:
        return
    ends = (count * instrument.item_low, count * instrument.item_high)
    if ends != (instrument.total_low, instrument.total_high):
        yield f"{name}: {count} items give {ends[0]} to {ends[1]}, the range says otherwise"


def _contiguous(
    name: str, bands: tuple[Band, ...], low: int | None, high: int | None
) -> Iterator[str]:
    expected = low
    for band in bands:
        if band.low != expected or band.high < band.low:
            yield f"{name}: band {band.label!r} begins at {band.low}, {expected} is expected"
        expected = band.high + 1
    if expected is not None and expected - 1 != high:
        yield f"{name}: the bands end at {expected - 1}, the range at {high}"


def _cutoff(instrument: Instrument, cutoff: Cutoff) -> Iterator[str]:
    where = f"{instrument.id}/{cutoff.key}"
    if cutoff.score is not None and instrument.total_low is not None:
        top = instrument.total_high if instrument.total_high is not None else cutoff.score
        if not instrument.total_low <= cutoff.score <= top:
            yield f"{where}: a cut-off of {cutoff.score} lies outside the range"
    for what in ("sensitivity", "specificity"):
        value = getattr(cutoff, what)
        low, high = getattr(cutoff, f"{what}_low"), getattr(cutoff, f"{what}_high")
        if value is None:
            continue
        if not 0 < value < 1:
            yield f"{where}: {what} {value} is not a share"
        if low is not None and high is not None and not low <= value <= high:
            yield f"{where}: {what} lies outside its interval"


def _change(instrument: Instrument) -> Iterator[str]:
    labels = instrument.change.labels
    if not labels or instrument.total_low is None or instrument.total_high is None:
        return
    span = instrument.total_high - instrument.total_low
    expected = -span
    for label in labels:
        if label.low != expected:
            yield f"{instrument.id}: change {label.kind} begins at {label.low}, not {expected}"
        expected = label.high + 1
    if expected - 1 != span:
        yield f"{instrument.id}: change labels end at {expected - 1}, not {span}"
