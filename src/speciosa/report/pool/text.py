"""The answer in words: what was pooled, how sure, how the methods compare, what was handled."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from speciosa.evidence.effect_sizes import Measure
from speciosa.report.clean import clean, to_ascii
from speciosa.report.pool.document import Alternative, PoolDocument, Refit
from speciosa.report.pool.question import Question
from speciosa.report.pool.sketch import sketch
from speciosa.report.pool.words import p_value, seen_of, shown, span

WIDTH = 94
_MOST_HANDLED = 12


def as_text(document: PoolDocument, question: Question, *, ascii_only: bool = False) -> str:
    """The whole answer, wrapped, ending with a line break."""
    lines = [_title(document), ""]
    lines += _wrapped(document.answer)
    if document.warnings:
        lines += ["", "Beware", *_wrapped(document.warnings, "- ")]
    lines += ["", *sketch(document, ascii_only=ascii_only)]
    lines += ["", *_wrapped(_heterogeneity(document))]
    lines += ["", "The same studies by other methods", *_alternatives(document)]
    lines += _beside(document, question)
    lines += ["", "How the file was read", *_wrapped(_read(document), "- ")]
    text = "\n".join(line.rstrip() for line in lines).rstrip() + "\n"
    return to_ascii_lines(text) if ascii_only else text


def to_ascii_lines(text: str) -> str:
    """Every line in ASCII, for terminals that show no more."""
    return "".join(f"{to_ascii(line)}\n" for line in text.splitlines())


def _wrapped(paragraphs: Iterable[str], mark: str = "") -> list[str]:
    lines: list[str] = []
    for paragraph in paragraphs:
        lines += textwrap.wrap(
            f"{mark}{clean(paragraph)}",
            WIDTH,
            subsequent_indent="  ",
            break_on_hyphens=False,
            break_long_words=False,
        )
    return lines


def _title(document: PoolDocument) -> str:
    way = "common effect" if document.method == "CE" else f"random effects ({document.method})"
    words = {"HK": "Hartung-Knapp", "HK-adhoc": "Hartung-Knapp, not narrowed", "z": "normal"}
    told = "HK-adhoc" if document.ci_low_unnarrowed is not None else document.ci_method
    ci = words.get(told, told)
    return f"{clean(document.input.name)}: {document.measure_words}, {way}, interval {ci}"


# ------------------------------------------------------------------ numbers in words


def _heterogeneity(document: PoolDocument) -> Iterator[str]:
    if document.k == 1:
        yield "Heterogeneity: one study tells nothing of it."
        return
    if document.tau2 is not None:
        ends = ""
        if document.tau2_low is not None and document.tau2_high is not None:
            ends = (
                f" ({_plain(document.tau2_low)} to {_plain(document.tau2_high)}; "
                f"{100 * document.level:g} % CI, Q-profile)"
            )
        scale = " on the log scale" if document.scale == "log" else ""
        yield (
            f"Heterogeneity: tau2 {_plain(document.tau2)}{ends}, so true effects differ with an SD "
            f"of {_plain(document.tau2**0.5)}{scale}."
        )
    parts = []
    if document.i2 is not None:
        parts.append(f"I2 {document.i2:.0f} % as {document.i2_definition}")
    if document.i2_q is not None and document.i2_definition != document.i2_q_definition:
        parts.append(f"{document.i2_q:.0f} % as {document.i2_q_definition}")
    if parts:
        yield f"{'; '.join(parts)}. I2 is a share, not a size: it grows with larger studies."
    if document.q is not None and document.q_df:
        p = p_value(document.q_p or 0.0)
        yield f"Q {document.q:.2f} on {document.q_df} df, p {p}."


def _alternatives(document: PoolDocument) -> Iterator[str]:
    measure = Measure(document.measure)
    yield f"  {'':<34} {'k':>4}  {f'{100 * document.level:g} % CI':<28} {'tau2':>8}"
    for one in document.alternatives:
        tau2 = _plain(one.tau2) if one.tau2 is not None and one.method != "CE" else ""
        yield f"  {one.name:<34} {one.k or '':>4}  {_value(one, measure):<28} {tau2:>8}"
    noted = [one for one in document.alternatives if one.estimate is not None and one.note]
    if noted:
        yield from _wrapped([f"{' and '.join(one.name for one in noted)}: {noted[0].note}."])


def _value(one: Alternative, measure: Measure) -> str:
    if one.estimate is None or one.ci_low is None or one.ci_high is None:
        return f"none: {one.note}"
    value = f"{seen_of(measure, one.estimate):.3g}".replace("-", "−")
    return f"{value} ({span(measure, one.ci_low, one.ci_high)})"


def _plain(value: float) -> str:
    return f"{value:.3g}" if value else "0"


# ------------------------------------------------------------------ analyses beside


def _beside(document: PoolDocument, question: Question) -> Iterator[str]:
    yield from _subgroups(document)
    yield from _moderators(document)
    if document.influence is not None and question.leave_one_out:
        yield from ("", "Without each study in turn")
        yield from _refits(document, document.influence.leave_one_out)
    if document.influence is not None and document.influence.influential:
        names = ", ".join(document.influence.influential)
        yield ""
        yield from _wrapped([f"Influential: {names} ({document.influence.limits})."])
    if document.cumulative is not None and question.cumulative:
        yield from ("", "Study after study, by year")
        yield from _refits(document, document.cumulative)
    yield from _small_studies(document)


def _subgroups(document: PoolDocument) -> Iterator[str]:
    found = document.subgroups
    if found is None:
        return
    yield from ("", f"Subgroups by {clean(found.moderator)}")
    measure = Measure(document.measure)
    for group in found.groups:
        value = shown(measure, group.estimate, group.ci_low, group.ci_high, document.level)
        yield f"  {clean(group.name)[:34]:<34} {group.k:>4}  {value}"
    yield from _wrapped(
        [
            f"Between groups: Q {found.q_between:.2f} on {found.q_df} df, p {p_value(found.q_p)}. "
            "Studies were not randomised to groups: a difference is a hint, not an effect."
        ]
    )


def _moderators(document: PoolDocument) -> Iterator[str]:
    found = document.moderators
    if found is None:
        return
    scale = " (log scale)" if document.scale == "log" else ""
    yield from ("", f"Meta-regression on {', '.join(map(clean, found.moderators))}{scale}")
    for one in found.coefficients:
        value = shown(Measure.GENERIC, one.estimate, one.ci_low, one.ci_high, document.level)
        yield f"  {clean(one.name)[:34]:<34} {value}, p {p_value(one.p)}"
    r2 = f", explains {found.r2:.0f} % of tau2" if found.r2 is not None else ""
    yield from _wrapped(
        [
            f"{found.k} studies{r2}; left over: tau2 {_plain(found.tau2)}, QE {found.qe:.2f} on "
            f"{found.qe_df} df, p {p_value(found.qe_p)}. Seen between studies, not within them."
        ]
    )


def _refits(document: PoolDocument, refits: Sequence[Refit]) -> Iterator[str]:
    measure = Measure(document.measure)
    for one in refits:
        value = shown(measure, one.estimate, one.ci_low, one.ci_high, document.level)
        yield f"  {clean(one.label)[:34]:<34} {one.k:>4}  {value}"


def _small_studies(document: PoolDocument) -> Iterator[str]:
    found = document.small_study
    if found is None:
        return
    yield from ("", "Do small studies differ from large ones?")
    told = []
    for test in found.tests:
        stat = f"t {test.stat:.2f} on {test.df:g} df" if test.df is not None else f"{test.stat:.2f}"
        word = "tau" if test.name.startswith("Begg") else "z" if test.df is None else ""
        told.append(f"{test.name}: {f'{word} {stat}'.strip()}, p {p_value(test.p)}")
    yield from _wrapped([f"{'; '.join(told)}."] if told else [])
    filled = found.trim_and_fill
    if filled is not None:
        measure = Measure(document.measure)
        value = shown(measure, filled.estimate, filled.ci_low, filled.ci_high, document.level)
        words = (
            f"Trim and fill would add {filled.k0} invented studies on the {filled.side}: {value}. "
            "A what-if, not a correction."
            if filled.k0
            else "Trim and fill would add no study."
        )
        yield from _wrapped([words])
    yield from _wrapped(found.notes)


# ------------------------------------------------------------------ how the file was read


def _read(document: PoolDocument) -> Iterator[str]:
    source = document.input
    used = {f: h for f, h in source.columns.items() if h}
    yield f"{source.rows} rows of {source.form}; columns: " + ", ".join(
        f"{field} = {heading}" for field, heading in used.items()
    )
    if source.side_1:
        yield (
            f"side 1, the treatment: {', '.join(source.side_1)}; side 2, the comparator: "
            f"{', '.join(source.side_2)}. Effects are side 1 against side 2"
        )
    what = Counter(done.what for done in document.handled)
    for words, n in list(what.items())[:_MOST_HANDLED]:
        names = [done.study for done in document.handled if done.what == words]
        some = ", ".join(names[:6]) + (f" and {n - 6} more" if n > 6 else "")
        yield f"{some}: {words}"
    if len(what) > _MOST_HANDLED:
        yield f"{len(what) - _MOST_HANDLED} more things handled: --format json lists them"
    yield (
        f"Speciosa {document.provenance.speciosa_version}; SHA-256 of the file "
        f"{source.sha256[:16]}..."
    )
