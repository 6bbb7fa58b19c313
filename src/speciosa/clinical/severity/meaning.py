"""What a total means by the published bands or cut-offs, and no more than that."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from speciosa.finding import Estimate
    from speciosa.knowledge.instruments import Band, Cutoff, Instrument, Wording


class Meaning(NamedTuple):
    """Band, sentence, and the facts both rest on."""

    band: str
    text: str
    facts: tuple[str, ...]


class Threshold(NamedTuple):
    """The cut-off that counts for this person; ``whose`` says for whom it was set."""

    score: int
    whose: str
    facts: tuple[str, ...]


def meaning_of(
    instrument: Instrument, total: Estimate, wording: Wording, sex: str | None
) -> Meaning:
    """Band and meaning of a total; a prorated total gets every band it could lie in."""
    if instrument.bands is not None:
        return _by_bands(instrument, bands_of(instrument, total), wording)
    value = total.value or 0
    thresholds = _thresholds(instrument, wording, sex)
    if len(thresholds) == 1:
        only = thresholds[0]
        position = wording.line("at_or_above" if value >= only.score else "below")
        text = wording.line(
            "meaning_one_cutoff", position=position, cutoff=only.score, whose=only.whose
        )
        return Meaning("", text, only.facts)
    if thresholds:
        reached = [str(t.score) for t in thresholds if value >= t.score]
        others = [str(t.score) for t in thresholds if value < t.score]
        nothing = wording.line("none_reached")
        text = wording.line(
            "meaning_cutoffs",
            reached=", ".join(reached) or nothing,
            not_reached=", ".join(others) or nothing,
        )
        return Meaning("", text, tuple(f for t in thresholds for f in t.facts))
    if instrument.total_high is None:
        facts = tuple(
            f"{instrument.start}/{key}" for key in ("interpretation", "cutoffs", "validation")
        )
        return Meaning("", wording.line("meaning_without_range"), facts)
    return Meaning("", wording.line("meaning_no_bands"), ())


def bands_of(instrument: Instrument, total: Estimate) -> tuple[Band, ...]:
    """Every band the true total could lie in, lowest first: one unless items are missing."""
    if instrument.bands is None or total.value is None:
        return ()
    low = total.value if total.low is None else total.low
    high = total.value if total.high is None else total.high
    first, last = instrument.bands.band(low), instrument.bands.band(high)
    return tuple(b for b in instrument.bands.bands if first.low <= b.low <= last.low)


def threshold(instrument: Instrument, wording: Wording, sex: str | None) -> Threshold | None:
    """The single cut-off of a screen for this person, ``None`` where there are none or several."""
    found = _thresholds(instrument, wording, sex)
    return found[0] if len(found) == 1 else None


def _by_bands(instrument: Instrument, bands: tuple[Band, ...], wording: Wording) -> Meaning:
    first, last = bands[0], bands[-1]
    label = first.label if first is last else f"{first.label} to {last.label}"
    text = (
        wording.line("meaning_bands", low=first.low, high=last.high, label=label)
        if first is last
        else wording.line(
            "meaning_bands_open",
            first=first.label,
            first_low=first.low,
            first_high=first.high,
            last=last.label,
            last_low=last.low,
            last_high=last.high,
        )
    )
    facts = tuple(f"{instrument.start}/band/{b.label.lower().replace(' ', '-')}" for b in bands)
    return Meaning(label, text, facts)


def _thresholds(instrument: Instrument, wording: Wording, sex: str | None) -> list[Threshold]:
    """Distinct cut-offs, lowest first; where they differ by sex only the one that applies."""
    named = [c for c in instrument.cutoffs if c.score is not None]
    if any(c.sex for c in named):
        own = [c for c in named if c.sex == sex]
        whose = {"male": "whose_men", "female": "whose_women"}.get(sex or "", "whose_unknown")
        chosen = own or [min(named, key=_points)]
        return [_merged(instrument, chosen, _points(chosen[0]), wording.line(whose))]
    scores = sorted({_points(c) for c in named})
    return [
        _merged(instrument, [c for c in named if c.score == points], points, "")
        for points in scores
    ]


def _points(cutoff: Cutoff) -> int:
    return cutoff.score if cutoff.score is not None else 0


def _merged(instrument: Instrument, cutoffs: list[Cutoff], points: int, whose: str) -> Threshold:
    facts = tuple(f"{instrument.start}/accuracy/{c.key}" for c in cutoffs)
    return Threshold(points, whose, facts)
