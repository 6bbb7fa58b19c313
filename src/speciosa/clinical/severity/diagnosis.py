"""How far the picture fits generalized anxiety, what is open, and what to exclude first.

Nothing here says that somebody has, or does not have, the disorder.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from speciosa.clinical.severity.record import Found, OnRecord, days_since_stop, find
from speciosa.finding import Finding, Missing, Severity

if TYPE_CHECKING:
    from speciosa.case import Case
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.instruments import Diagnosis, Wording
    from speciosa.knowledge.instruments.wording import Exclusion, Pattern

ADULT_YEARS = 18.0  # the age at which the adult criteria begin, a definition and not a measurement


class Matched(NamedTuple):
    """A pattern that holds, as a finding, and its short name for a headline."""

    finding: Finding
    short: str


# ------------------------------------------------------------------ features


def feature_findings(case: Case, knowledge: Knowledge) -> Iterator[Finding]:
    """What of the description is on record, absent or open."""
    table = knowledge.instruments
    wording, described = table.severity_wording, table.diagnosis
    symptoms = case.symptoms
    present = tuple(str(f) for f in symptoms.features)
    months = symptoms.duration_months
    associated = tuple(f for f in described.associated if f in present)
    open_points = _open_points(case, described, wording)
    if present and not open_points and months is not None:
        core = tuple(f for f in described.core if f in present)
        yield wording.finding(
            "features_fit",
            values={
                "core": wording.words_for("feature", core),
                "associated": _accompanying(associated, described, wording),
                "months": f"{months:g}",
            },
        )
    else:
        words = wording.words_for("feature", present) if present else wording.line("nothing_yet")
        yield wording.finding(
            "features_partly", values={"present": words, "open": "; ".join(open_points)}
        )
    if symptoms.features_absent:
        absent = tuple(str(f) for f in symptoms.features_absent)
        values = {"absent": wording.words_for("feature", absent)}
        yield wording.finding("features_absent", values=values)
    if months is not None and months < described.duration_months:
        values = {"months": f"{months:g}", "needed": str(described.duration_months)}
        yield wording.finding("duration_short", values=values)
    if case.person.age_years is not None and case.person.age_years < ADULT_YEARS:
        yield wording.finding("adult_rule")


def feature_gaps(case: Case, knowledge: Knowledge) -> Iterator[Missing]:
    """Features and duration that were not asked."""
    table = knowledge.instruments
    symptoms = case.symptoms
    asked = {str(f) for f in (*symptoms.features, *symptoms.features_absent)}
    described = table.diagnosis
    open_features = tuple(f for f in (*described.core, *described.associated) if f not in asked)
    if open_features:
        words = table.severity_wording.words_for("feature", open_features)
        yield table.severity_wording.gap("features", words=words)
    if symptoms.duration_months is None:
        yield table.severity_wording.gap("duration")


def _open_points(case: Case, described: Diagnosis, wording: Wording) -> tuple[str, ...]:
    """What the description asks for and the record does not show."""
    symptoms = case.symptoms
    present = {str(f) for f in symptoms.features}
    found = [wording.word("feature", f) for f in described.core if f not in present]
    if sum(f in present for f in described.associated) < described.associated_needed:
        found.append(wording.line("open_count", needed=described.associated_needed))
    months = symptoms.duration_months
    if months is None:
        found.append(wording.line("open_duration"))
    elif months < described.duration_months:
        found.append(wording.line("open_short", needed=described.duration_months))
    return tuple(found)


def _accompanying(associated: tuple[str, ...], described: Diagnosis, wording: Wording) -> str:
    return wording.line(
        "accompanying",
        count=len(associated),
        of=len(described.associated),
        words=wording.words_for("feature", associated),
    )


# ------------------------------------------------------------------ other causes


def exclusion_findings(record: OnRecord, wording: Wording) -> Iterator[Finding]:
    """Other causes on record, one finding a group, and those that were not asked."""
    for group in wording.exclusions:
        words = _on_record(group, record, wording)
        if words:
            yield wording.finding(
                "excluded_present",
                values={"name": group.name, "words": ", ".join(words), "why": group.why},
                severity=group.severity,
                facts=(group.fact,),
                about=group.fact.rpartition("/")[2],
            )
    unasked = _unasked(record, wording)
    if unasked:
        yield wording.finding(
            "not_yet_excluded",
            values={"words": wording.words_for("condition", unasked)},
            facts=tuple(group.fact for group in wording.exclusions if group.conditions),
        )


def exclusion_gaps(record: OnRecord, wording: Wording) -> Iterator[Missing]:
    """Conditions that were not asked."""
    unasked = _unasked(record, wording)
    if unasked:
        yield wording.gap("conditions", words=wording.words_for("condition", unasked))


def _on_record(group: Exclusion, record: OnRecord, wording: Wording) -> tuple[str, ...]:
    named = tuple(c for c in group.conditions if c in record.conditions)
    words = [wording.word("condition", c) for c in named]
    for match in group.any_of:
        found = find(match, record)
        if found is not None:
            words.extend(_words(found, wording))
    return tuple(dict.fromkeys(words))


def _words(found: Found, wording: Wording) -> Iterator[str]:
    yield from (wording.word("sign", sign) for sign in found.signs)
    yield from found.taken
    yield from found.medicines
    yield from (wording.line("stopped_lately", name=name) for name in found.stopped)
    yield from found.substances
    if found.kratom:
        yield wording.word("substance", "kratom")


def _unasked(record: OnRecord, wording: Wording) -> tuple[str, ...]:
    return tuple(
        condition
        for group in wording.exclusions
        for condition in group.conditions
        if condition not in record.conditions_asked
    )


# ------------------------------------------------------------------ patterns around kratom


def kratom_patterns(case: Case, record: OnRecord, wording: Wording) -> tuple[Matched, ...]:
    """Combinations that point to kratom, its withdrawal or its dangers."""
    matched = [m for p in wording.patterns for m in _matched(p, record, wording)]
    kratom = case.kratom
    if kratom is None:
        matched.append(Matched(wording.finding("kratom_not_asked"), ""))
    elif kratom.status == "stopped" and days_since_stop(kratom, case.date) is None:
        short = wording.line("short_stop_undated")
        matched.append(Matched(wording.finding("pattern_stop_undated"), short))
    return tuple(matched)


def _matched(pattern: Pattern, record: OnRecord, wording: Wording) -> Iterator[Matched]:
    found = find(pattern.when, record)
    if found is None:
        return
    signs = wording.words_for("sign", found.signs)
    between = wording.words_for("between", found.between_doses)
    values = {
        "signs": signs[:1].upper() + signs[1:],
        "medicines": ", ".join(found.taken),
        "between": between[:1].upper() + between[1:],
        "side_effects": wording.words_for("side_effect", found.side_effects),
    }
    yield Matched(wording.finding(pattern.finding, values=values), pattern.short)


def label_on_hold(case: Case, knowledge: Knowledge) -> Iterator[Finding]:
    """Scores near a kratom change, or between the doses of daily use, are no ground for a label."""
    table = knowledge.instruments
    kratom = case.kratom
    if kratom is None or kratom.status not in ("using", "stopped"):
        return
    window = table.use_disorder.scores_unsettled
    if kratom.status == "stopped":
        since = days_since_stop(kratom, case.date)
        if since is not None and window.high is not None and since > window.high:
            return
    elif _surely_not_daily(case) and not kratom.cut_down_recently:
        return
    low, high = (round((days or 0) / 7) for days in (window.low, window.high))
    values = {"low": low, "high": high}
    yield table.severity_wording.finding("label_on_hold", values=values)


def _surely_not_daily(case: Case) -> bool:
    """Whether no product is taken every day and nothing was noticed between doses.

    True only where both were recorded.
    """
    kratom = case.kratom
    if kratom is None or not kratom.products or tuple(kratom.between_doses) != ("none",):
        return False
    return all(p.days_per_week is not None and p.days_per_week < 7 for p in kratom.products)


def worst(matched: tuple[Matched, ...]) -> Severity | None:
    """The worst severity among patterns."""
    return min((m.finding.severity for m in matched), key=lambda s: s.rank, default=None)
