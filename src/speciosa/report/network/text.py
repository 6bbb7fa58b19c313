"""A network in words: what was compared with what, what follows, how sure, and where it clashes."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence

from speciosa.evidence.network.analysis import ASSUMED
from speciosa.report.clean import clean
from speciosa.report.network.document import Effect, NetworkDocument, SplitRow

WIDTH = 92
_MOST_LOG = 700.0
_MOST_LEAGUE, _MOST_HANDLED, _MOST_SPLITS = 66, 20, 30
_CLASH, _WATCH = 0.05, 0.10
_MOST_PLACES, _MOST_DIGITS, _LARGE, _LANDMARKS = 6, 12, 1e5, (0.0, 1.0)
_MEASURES = {
    "OR": "odds ratio",
    "RR": "risk ratio",
    "HR": "hazard ratio",
    "IRR": "rate ratio",
    "RD": "risk difference",
    "MD": "mean difference",
    "SMD": "standardised mean difference (Hedges' g)",
    "IRD": "rate difference",
    "GEN": "effect as given in the file",
}
_METHODS = {
    "CE": "a common effect",
    "DL": "random effects, tau2 by the method of moments (DL)",
    "REML": "random effects, tau2 by REML",
    "ML": "random effects, tau2 by ML",
    "MH": "Mantel-Haenszel, common effect, nothing added to cells of 0",
}


def as_text(document: NetworkDocument) -> str:
    """The whole answer, wrapped, ending with a line break."""
    lines: list[str] = []
    for part in (_what, _against, _sure, _splits, _ranks, _league, _done):
        lines += [*part(document), ""]
    return "\n".join(lines).rstrip() + "\n"


def effect_words(effect: Effect, *, ratio: bool) -> str:
    """``0.79 (0.67 to 0.94)`` on the scale that a reader wants."""
    if ratio:
        return _interval(effect.estimate_exp, effect.ci_low_exp, effect.ci_high_exp)
    return _interval(effect.estimate, effect.ci_low, effect.ci_high)


def number(value: float | None, places: int = 2) -> str:
    """At least two places; more where rounding would put the value onto 0 or 1.

    Where so many places are asked for that zeros would hide the value, and for very large numbers,
    significant digits instead.
    """
    if value is None:
        return "beyond numbers"
    if abs(value) >= _LARGE or places > _MOST_PLACES:
        magnitude = math.floor(math.log10(abs(value))) if value else 0
        return f"{value:.{min(max(magnitude + 1 + places, 3), _MOST_DIGITS)}g}"
    while places < _MOST_PLACES and value not in _LANDMARKS and round(value, places) in _LANDMARKS:
        places += 1
    return f"{value:.{places}f}" if round(value, places) else f"{value:.1g}"


def counted(n: int, what: str = "trial") -> str:
    """``1 trial``, ``2 trials``."""
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _interval(value: float | None, low: float | None, high: float | None) -> str:
    return f"{_middle(value, _places(low, high))} ({_range(low, high)})"


def _middle(value: float | None, places: int) -> str:
    """An estimate with the places of its interval, 0 where it is 0 at that width."""
    plain = value is not None and abs(value) < _LARGE and places <= _MOST_PLACES
    return f"{value:.{places}f}" if plain else number(value, places)


def _range(low: float | None, high: float | None) -> str:
    places = _places(low, high)
    return f"{number(low, places)} to {number(high, places)}"


def _places(low: float | None, high: float | None) -> int:
    """Two significant digits of the width of an interval, at least two places."""
    width = 1.0 if low is None or high is None else high - low
    return max(2, 1 - math.floor(math.log10(width))) if width > 0 else 2


def _p(p: float | None) -> str:
    if p is None:
        return "no p"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _wrap(words: str, hang: int = 2) -> list[str]:
    indent = " " * hang
    return textwrap.wrap(clean(words), WIDTH, subsequent_indent=indent, break_on_hyphens=False)


def _percent(document: NetworkDocument) -> str:
    return f"{100 * document.level:g} %"


def _what(document: NetworkDocument) -> Iterator[str]:
    yield clean(f"Network meta-analysis: {_MEASURES.get(document.measure, document.measure)}")
    yield ""
    people = [node.people for node in document.nodes]
    total = sum(n for n in people if n is not None)
    told = f", {total:,.0f} people" if people and None not in people and total else ""
    multi = f", {document.k_multi_arm} of the trials with more than two arms"
    yield from _wrap(
        f"{len(document.treatments)} treatments in {counted(document.k_studies)}{told}"
        f"{multi if document.k_multi_arm else ''}; {counted(document.k_designs, 'different set')} "
        f"of treatments compared. Model: {_METHODS[document.method]}"
        f"{', Hartung-Knapp intervals' if document.ci_method == 'HK' else ''}."
    )
    yield "Compared within trials (number of trials):"
    direct = [cell for cell in document.league if cell.k_direct]
    most = sorted(direct, key=lambda c: -c.k_direct)[:_MOST_LEAGUE]
    pairs = "; ".join(f"{c.a} and {c.b} ({c.k_direct})" for c in direct if c in most)
    if len(direct) > len(most):
        pairs += f"; and {len(direct) - len(most)} more pairs"
    yield from textwrap.wrap(
        clean(pairs), WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
    )
    never = len(document.league) - len(direct)
    if never:
        yield from _wrap(
            f"{never} of {counted(len(document.league), 'pair')} never compared in a trial: what "
            "is said there is indirect."
        )


def _against(document: NetworkDocument) -> Iterator[str]:
    said = "" if document.reference_from == "user" else ", the treatment in most trials"
    ratio = document.scale == "log"
    yield from _wrap(
        f"Each against {document.reference}{said}: {document.measure} with {_percent(document)} CI"
    )
    sides = "below 1" if ratio else "below 0"
    word = "smaller ratio" if ratio else "lower value"
    yield from _wrap(f"({sides}: {word} than with {document.reference})")
    rows = [
        (
            one.treatment,
            effect_words(one, ratio=ratio),
            _new_trial(one, ratio=ratio),
            f"{100 * one.share_direct:.0f} %" if one.k_direct else "none",
        )
        for one in document.effects_vs_reference
    ]
    told = any(row[2] for row in rows)
    head = ("treatment", "effect (CI)", "in a new trial (PI)" if told else "", "direct")
    yield from _table(head, rows)
    if told:
        yield from _wrap(
            f"PI: {_percent(document)} prediction interval for the effect in a new trial (t with "
            f"{document.pi_df} df). Direct: share of the estimate that comes from trials of the "
            "two; the rest is indirect."
        )


def _new_trial(effect: Effect, *, ratio: bool) -> str:
    low, high = (effect.pi_low, effect.pi_high)
    if low is None or high is None:
        return ""
    if ratio:
        low, high = effect.pi_low_exp, effect.pi_high_exp
    return _range(low, high)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    cleaned = [tuple(clean(cell) for cell in row) for row in (head, *rows)]
    widths = [max(len(row[i]) for row in cleaned) for i in range(len(head))]
    for row in cleaned:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield ("  " + "  ".join(cells)).rstrip()


def _sure(document: NetworkDocument) -> Iterator[str]:
    yield "Do the trials agree?"
    if document.method in {"DL", "REML", "ML"}:
        interval = ""
        if document.tau2_low is not None and document.tau2_high is not None:
            interval = f" ({_range(document.tau2_low, document.tau2_high)})"
        i2 = "" if document.i2 is None else f"; I2 {document.i2:.0f} %"
        yield from _wrap(f"  Spread between trials: tau2 {number(document.tau2)}{interval}{i2}.")
    if document.q_within_df:
        yield from _wrap(
            f"  Trials of the same treatments: Q {document.q_within:.1f} on {document.q_within_df} "
            f"df, {_p(document.q_within_p)}."
        )
    if not document.q_between_df:
        yield "  Direct against indirect: cannot be tested here; agreement is assumed, not shown."
        return
    between, df = document.q_between, document.q_between_df
    random = ""
    if document.q_within_df:
        random = f"; allowing for spread within each set: Q {document.q_between_random:.1f}, "
        random += _p(document.q_between_random_p)
    told = f"Q {between:.1f} on {df} df, {_p(document.q_between_p)}{random}"
    yield from _wrap(f"  Different sets of treatments (inconsistency): {told}.")
    yield from _wrap(
        "  A large p does not show that direct and indirect evidence agree: these tests miss a lot."
    )


def _splits(document: NetworkDocument) -> Iterator[str]:
    both = [row for row in document.node_split if row.p is not None]
    if not both:
        yield "No pair has both direct and indirect evidence that could be set side by side."
        return
    ratio = document.scale == "log"
    clash = [row for row in both if row.p is not None and row.p < _WATCH]
    how = document.node_split_method
    yield f"Direct beside indirect evidence (by {how}), {counted(len(both), 'pair')} with both:"
    for row in sorted(clash, key=lambda r: r.p or 0.0)[:_MOST_SPLITS]:
        sure = "clash" if (row.p or 0.0) < _CLASH else "may clash"
        yield from _wrap(f"  {row.a} and {row.b} {sure}: {_split_words(row, ratio=ratio)}.", 4)
    if not clash:
        smallest = min(both, key=lambda r: r.p or 0.0)
        yield from _wrap(
            f"  No pair with p below {_WATCH:g}; the smallest: {smallest.a} and {smallest.b}, "
            f"{_split_words(smallest, ratio=ratio)}. Not shown to clash is not shown to agree.",
            4,
        )
    elif len(clash) < len(both):
        rest = len(both) - min(len(clash), _MOST_SPLITS)
        yield from _wrap(f"  The other {rest}: p of {_WATCH:g} or more, which is not agreement.")
    if clash:
        yield from _wrap(
            "  Where they clash, the network estimate averages answers that differ; look at "
            "the trials before using it. Of many pairs some clash by chance."
        )


def _split_words(row: SplitRow, *, ratio: bool) -> str:
    def told(name: str) -> str:
        values = [getattr(row, f"{name}{end}") for end in ("", "_low", "_high")]
        if ratio:
            values = [math.exp(v) if v < _MOST_LOG else None for v in values]
        return _interval(values[0], values[1], values[2])

    return (
        f"direct {told('direct')}, indirect {told('indirect')}, "
        f"{'one over the other' if ratio else 'difference'} {told('difference')}, {_p(row.p)}"
    )


def _ranks(document: NetworkDocument) -> Iterator[str]:
    given = document.better_from == "user"
    if given:
        yield f"Order, where {document.better} is better:"
    else:
        yield from _wrap(
            "No order: nobody said whether lower or higher is better. P-scores both ways, "
            "treatments by name; --better lower or --better higher puts them in order."
        )
    many = len(document.treatments)
    rows = []
    ranks = document.ranks if given else sorted(document.ranks, key=lambda rank: rank.treatment)
    for rank in ranks:
        first, last = rank.rank_first, rank.rank_last
        if given:
            rows.append((rank.treatment, f"{rank.p_score:.2f}", f"{first} to {last} of {many}"))
        else:
            reverse = f"{1 - rank.p_score:.2f}"
            if document.better == "higher":
                rows.append((rank.treatment, reverse, f"{rank.p_score:.2f}"))
            else:
                rows.append((rank.treatment, f"{rank.p_score:.2f}", reverse))
    head = (
        ("treatment", "P-score", "rank may be")
        if given
        else (
            "treatment",
            "if lower is better",
            "if higher is better",
        )
    )
    yield from _table(head, rows)
    yield from _wrap(
        "A P-score is the mean certainty of being better than another treatment, not a size of "
        "effect. A rank is not a recommendation: it says nothing of harms, of the quality of the "
        "trials or of one person."
    )


def _league(document: NetworkDocument) -> Iterator[str]:
    ratio = document.scale == "log"
    if len(document.league) > _MOST_LEAGUE:
        yield from _wrap(
            f"League table: {len(document.league)} pairs, too many to print; --league FILE.csv "
            "writes them."
        )
        return
    kind = f"{document.measure} ({_percent(document)} CI)"
    yield f"League table: the first against the second, {kind}"
    rows = [
        (
            f"{cell.a} against {cell.b}",
            effect_words(cell, ratio=ratio),
            f"{100 * cell.share_direct:.0f} % direct ({counted(cell.k_direct)})"
            if cell.k_direct
            else "indirect only",
        )
        for cell in document.league
    ]
    yield from list(_table(("", "", ""), rows))[1:]


def _done(document: NetworkDocument) -> Iterator[str]:
    for warning in document.warnings:
        if warning == ASSUMED:  # said above the order
            continue
        yield from _wrap(f"Note: {warning}")
    if document.handled:
        yield "Handled:"
        for one in document.handled[:_MOST_HANDLED]:
            yield from _wrap(f"  {one.study}: {one.what}", 4)
        more = len(document.handled) - _MOST_HANDLED
        if more > 0:
            yield f"  and {more} more; --format json gives all."
    used = ", ".join(f"{head} as {name}" for name, head in document.input.columns.items())
    unused = ", ".join(document.input.unused)
    yield from _wrap(f"Columns read: {used}{f'; not used: {unused}' if unused else ''}.")
