"""Questions, their answers and changes as lines for a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from textwrap import wrap

from speciosa.knowledge.evidence.overlay import Brief, Change, Changes, Placed
from speciosa.knowledge.evidence.pooled import Level, PooledEffect, PooledStudy

WIDTH = 100
_NORMAL_975 = 1.959963984540054  # quantile of the standard normal distribution


def listing(effects: Sequence[PooledEffect], unanswered: int) -> str:
    """One line for each pooled effect."""
    lines = [f"{'question':<42}{'k':>4}{'n':>7}  {'effect (95 % CI)':<32} better  certainty", ""]
    for effect in effects:
        lines.append(
            f"{effect.id:<42}{effect.k:>4}{_count(effect.n):>7}"
            f"  {f'{effect.measure} {_value(effect)}':<32} {effect.better:<7} {effect.certainty}"
        )
    lines += ["", f"{len(effects)} questions are answered; {unanswered} have no usable study yet."]
    return "\n".join(lines)


def question(effect: PooledEffect) -> str:
    """One answer in full: effect, certainty by domain, absolute terms, studies, what is apart."""
    lines = [
        f"{effect.option} against {effect.comparator_words}",
        f"{effect.outcome}, in {effect.condition}",
        "",
        f"{effect.measure} {_value(effect)}{_unit(effect)}; {_studies_of(effect.k)},"
        f" {_count(effect.n)} people; {effect.better} {_none(effect)} is better",
        *_wrapped(f"How: {effect.method}."),
        *_spread(effect),
        "",
        *_summary(effect),
        "",
        f"Certainty: {effect.certainty} ({effect.certainty_reason})",
    ]
    for domain in effect.domains:
        whose = "signal" if domain.by == "signal" else f"{domain.by}, {domain.date}"
        lines += _wrapped(f"  {domain.domain}: {domain.level} [{whose}]. {domain.reason}")
        if domain.by != "signal" and domain.signal is not Level.NONE:
            lines += _wrapped(f"    Numbers of the day say {domain.signal}. {domain.signal_reason}")
        if domain.review_due:
            lines += _wrapped(f"    REVIEW DUE: {domain.review_due}")
    lines += ["", *_studies(effect)]
    if effect.not_joined:
        lines += ["", "Not joined, and why:"]
        for apart in effect.not_joined:
            lines += _wrapped(f"  {apart.id}: {apart.why}")
    if effect.sensitivity:
        lines += ["", "Sensitivity:"]
        lines += [f"  {s.name}: {_other(s.estimate, s.low, s.high)} (k {s.k})"
                  for s in effect.sensitivity]  # fmt: skip
    if effect.what_changed:
        lines += ["", *_wrapped(f"Changed by added studies: {effect.what_changed}")]
    return "\n".join(lines)


def update(changes: Changes, *, folder: str = "") -> str:
    """What new studies changed, question by question, and where each of them went."""
    lines = [f"{len(changes.studies)} new studies; {len(changes.changes)} questions changed,"
             f" {changes.unchanged} did not."]  # fmt: skip
    for change in changes.changes:
        lines += ["", *_change(change)]
    for placed in changes.studies:
        lines += ["", *_placed(placed)]
    for declared in changes.another_trial:
        lines += ["", *_wrapped(f"{declared.study} looks like {' and '.join(declared.looks_like)}"
                                " and was declared to be another trial.")]  # fmt: skip
    if folder:
        lines += ["", f"Written to {folder}; use it with --evidence {folder}"]
    return "\n".join(lines)


def _change(change: Change) -> Iterator[str]:
    yield f"{change.question}: {change.option} against {change.comparator}, {change.outcome}"
    yield f"  before: {_brief(change.before, change)}"
    yield f"  after:  {_brief(change.after, change)}"
    was = change.before.certainty if change.before else None
    now = change.after.certainty if change.after else None
    if was is now:
        yield f"  certainty: stays {now}"
    else:
        yield f"  certainty: {was or 'none'} to {now or 'none'}"
    for why in change.why:
        yield from _wrapped(f"    {why}")
    for review in change.review_due:
        yield from _wrapped(f"    REVIEW DUE: {review}")
    yield f"  joined by: {', '.join(change.joined) or 'none of the new studies'}"


def _placed(placed: Placed) -> Iterator[str]:
    yield f"{placed.study}"
    if placed.nowhere:
        yield from _wrapped(f"  joined no question: {placed.nowhere}")
        return
    yield from _wrapped(f"  joined: {', '.join(placed.joined) or 'no question'}")
    for apart in placed.not_joined:
        yield from _wrapped(f"  not {apart.id}: {apart.why}")


def _brief(brief: Brief | None, change: Change) -> str:
    if brief is None:
        return "no usable study"
    value = f"{_number(brief.estimate)} ({_number(brief.low)} to {_number(brief.high)})"
    return f"{change.measure} {value}, k {brief.k}, n {_count(brief.n)}, {brief.certainty}"


def _summary(effect: PooledEffect) -> Iterator[str]:
    """The summary of findings in absolute terms."""
    absolute = effect.absolute
    yield "In absolute terms:"
    for points in absolute.points:
        yield from _wrapped(f"  {points.in_words}{f'; {points.assumed}' if points.assumed else ''}")
    per_100 = absolute.per_100
    if per_100 is not None:
        change = per_100.difference
        yield from _wrapped(
            f"  {per_100.event}: {per_100.without:.0f} of 100 without,"
            f" {_whole(per_100.with_option.value)} of 100 with it"
            f" ({_whole(per_100.with_option.low)} to {_whole(per_100.with_option.high)});"
            f" difference {_signed(change.value)}"
            f" ({_signed(change.low)} to {_signed(change.high)}); {per_100.assumed}"
        )
    if absolute.nnt is not None:
        yield from _wrapped(f"  {absolute.nnt.event}: {absolute.nnt.words}; {absolute.nnt.method}")
    for reason in absolute.not_said:
        yield f"  not said: {reason}"


def _spread(effect: PooledEffect) -> Iterator[str]:
    if effect.tau2 is None or effect.i2 is None:
        return
    tau2 = f"tau2 {_number(effect.tau2)}"
    if effect.tau2_low is not None and effect.tau2_high is not None:
        tau2 += f" ({_number(effect.tau2_low)} to {_number(effect.tau2_high)})"
    yield f"Between studies: {tau2}, I2 {effect.i2:.0f} %"
    if effect.pi_low is not None and effect.pi_high is not None:
        yield (
            "A new study may lie between"
            f" {_number(effect.pi_low)} and {_number(effect.pi_high)} (95 % prediction interval)"
        )


def _studies(effect: PooledEffect) -> Iterator[str]:
    yield f"{'study':<28}{'n':>6}{'weight':>9}  {'effect (95 % CI)':<26} risk of bias"
    for study in effect.studies:
        mark = "" if study.verified else " (not verified)"
        yield (
            f"{study.id:<28}{_count(study.n):>6}{study.weight:>7.1f} %"
            f"  {_study(study, effect):<26} {study.risk_of_bias}{mark}"
        )


def _study(study: PooledStudy, effect: PooledEffect) -> str:
    ends = (study.yi, study.yi - _NORMAL_975 * study.se, study.yi + _NORMAL_975 * study.se)
    if effect.no_difference == 1.0:
        ends = (math.exp(ends[0]), math.exp(ends[1]), math.exp(ends[2]))
    return f"{_number(ends[0])} ({_number(ends[1])} to {_number(ends[2])})"


def _value(effect: PooledEffect) -> str:
    return f"{_number(effect.estimate)} ({_number(effect.low)} to {_number(effect.high)})"


def _unit(effect: PooledEffect) -> str:
    return "" if effect.no_difference == 1.0 else f" {effect.unit}"


def _studies_of(k: int) -> str:
    return "1 study" if k == 1 else f"{k} studies"


def _none(effect: PooledEffect) -> str:
    return f"{effect.no_difference:g}"


def _other(estimate: float | None, low: float | None, high: float | None) -> str:
    if estimate is None or low is None or high is None:
        return "none"
    return f"{_number(estimate)} ({_number(low)} to {_number(high)})"


def _number(value: float) -> str:
    return f"{value:.2f}" if abs(value) < 100 else f"{value:.3g}"  # two decimals mean little beyond


def _count(count: int | None) -> str:
    return "?" if count is None else str(count)


def _whole(value: float | None) -> str:
    return "?" if value is None else f"{value:.0f}"


def _signed(value: float | None) -> str:
    return "?" if value is None else f"{value:+.0f}"


def _wrapped(text: str) -> list[str]:
    indent = " " * (len(text) - len(text.lstrip()) + 2)
    return wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False) or [""]
