"""A simulated trial and its protocol skeleton as Markdown and as one self-contained HTML page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from speciosa.evidence.trials.result import Item
from speciosa.report.charts.picture import STYLE
from speciosa.report.clean import clean
from speciosa.report.trial import words
from speciosa.report.trial.charts import size_curve, trajectories
from speciosa.report.trial.document import TrialDocument

_PAGE = """
body { font: 16px/1.5 "Segoe UI", "Helvetica Neue", "Noto Sans", Arial, sans-serif; color: #1c2326;
  background: #fff; margin: 0 auto; max-width: 64rem; padding: 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2rem; } h3 { font-size: 1.05rem; }
table { border-collapse: collapse; width: 100%; } .wide { overflow-x: auto; }
th, td { border-bottom: 1px solid #ddd8cd; padding: 0.3rem 0.5rem; text-align: left;
  vertical-align: top; }
blockquote { border-left: 4px solid #874a00; margin: 1rem 0; padding: 0.2rem 1rem; }
svg.chart { max-width: 34rem; width: 100%; height: auto; display: block; }
.line-1, .line-2, .line-3, .line-4, .line-5, .line-6 { fill: none; stroke: #874a00;
  stroke-width: 2; }
.line-2 { stroke-dasharray: 6 3; } .line-3 { stroke-dasharray: 2 3; }
.line-4 { stroke-dasharray: 8 2 2 2; } .line-5 { stroke-dasharray: 1 4; }
"""
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|])")


def as_markdown(document: TrialDocument) -> str:
    """The figures and the protocol skeleton as Markdown."""
    return "\n".join(_Markdown().of(document)) + "\n"


def as_html(document: TrialDocument) -> str:
    """The same as a page with charts; nothing is loaded from elsewhere."""
    body = "\n".join(_Html().of(document))
    title = html.escape(clean(document.title))
    return (
        '<!doctype html>\n<html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}{_PAGE}</style></head>\n"
        f"<body><main>\n{body}\n</main></body></html>\n"
    )


class _Writer:
    """The order of the page; what a heading or a table looks like is up to the form."""

    def heading(self, level: int, text: str) -> str:
        raise NotImplementedError

    def paragraph(self, text: str) -> str:
        raise NotImplementedError

    def warning(self, text: str) -> str:
        raise NotImplementedError

    def bullets(self, items: Iterable[str]) -> str:
        raise NotImplementedError

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
        raise NotImplementedError

    def chart(self, svg: str) -> str:
        raise NotImplementedError

    def of(self, document: TrialDocument) -> Iterator[str]:
        """Everything, in the order in which it is read."""
        yield self.heading(1, document.title)
        yield self.warning(document.label)
        compared = f"{document.treatment} against {document.control}"
        yield self.paragraph(f"{words.kind(document)}; {document.scale}; {compared}.")
        yield from self._figures(document)
        yield from self._assumed(document)
        yield from self._protocol(document)
        yield from self._end(document)

    def _figures(self, document: TrialDocument) -> Iterator[str]:
        yield self.heading(2, "Operating characteristics")
        yield self.paragraph(
            f"{document.subjects} people, {document.planned.trials} simulated trials; "
            f"{document.analysis}; {document.strategy.replace('_', ' ')} estimand."
        )
        if told := words.unfit(document.planned):
            yield self.warning(told)
        if document.planned.contrasts:
            yield self.paragraph(
                "Claims are those of the test over all doses; differences, bias and coverage are "
                f"of one arm, {document.planned.contrasts[-1].arm}."
            )
        yield self.table(
            words.HEAD, [words.row(found) for found in (document.planned, *document.scenarios)]
        )
        looks = document.planned.looks
        if looks:
            yield self.heading(3, "Looks")
            yield self.table(
                ("People", "Stops", "For benefit", "For futility"),
                [
                    (
                        f"{look.subjects}",
                        words.bounds(look),
                        words.share(look.stops_for_benefit),
                        words.share(look.stops_for_futility),
                    )
                    for look in looks
                ],
            )
        plain = document.planned.unadjusted
        if plain is not None:
            yield self.paragraph(
                "Estimates are median-unbiased and intervals allow for the looks. Without regard "
                f"to them: bias {words.points(plain.bias)}, 95 % CI covers "
                f"{words.share(plain.coverage)}."
            )
        if document.planned.any_arm is not None:
            yield self.heading(3, "Doses")
            yield self.paragraph(f"Any dose, by Dunnett: {words.share(document.planned.any_arm)}.")
            yield self.table(
                ("Dose", "True difference", "Mean estimate", "Better by Dunnett", "As if alone"),
                [
                    (
                        c.arm,
                        f"{c.true_difference:.2f}",
                        words.points(c.mean_estimate),
                        words.share(c.success),
                        words.share(c.unadjusted),
                    )
                    for c in document.planned.contrasts
                ],
            )
        nothing = [s for s in document.scenarios if s.null and s.changed]
        if nothing:
            yield self.heading(3, "What looks like benefit without any")
            yield self.bullets(
                f"{words.false_claims(s)} {words.early(document, s)}" for s in nothing
            )
        if document.sensitivity:
            yield self.heading(3, "Other analyses of the same trials")
            yield self.table(
                ("Analysis", "Claims a benefit", "Bias", "Note"),
                [
                    (s.name, words.share(s.success), words.points(s.bias), s.note)
                    for s in document.sensitivity
                ],
            )
        if document.closed_forms:
            yield self.heading(3, "Closed forms")
            yield self.table(
                ("Formula", "Power", "People for the target", "Takes for granted"),
                [
                    (
                        f.name,
                        f"{f.power:.3f}",
                        f"{f.subjects_for_target}",
                        f.takes_for_granted
                        + (f"; {words.stops(f)}" if f.stops_for_benefit else ""),
                    )
                    for f in document.closed_forms
                ],
            )
        if document.sample_size is not None:
            yield self.heading(2, "Number of people")
            yield self.paragraph(words.needed(document.sample_size))
            yield self.chart(size_curve(document.sample_size))
            yield self.table(
                ("People", "Power", "Rising"),
                [
                    (f"{p.subjects}", words.share(p.power), f"{p.smoothed:.3f}")
                    for p in document.sample_size.curve
                ],
            )

    def _assumed(self, document: TrialDocument) -> Iterator[str]:
        course = document.course
        beyond = words.percent(course.beyond_scale_share, 1)
        yield self.heading(2, "What it rests on")
        yield self.chart(trajectories(course, document.scale))
        yield self.table(
            ("Arm", *(f"week {week:g}" for week in course.weeks)),
            [(arm.name, *(f"{mean:.1f}" for mean in arm.mean)) for arm in course.arms],
        )
        yield self.paragraph(
            f"At entry: mean {course.baseline_mean:.2f}, SD {course.baseline_sd:.2f}, after the "
            f"entry criterion. Scores are {course.scoring}; {beyond} would lie beyond the scale. "
            f"The difference is {course.difference_on_scale:.2f} points on the "
            f"scale and {course.difference_without_ends:.2f} without its ends."
        )
        yield self.table(
            (
                "Assumption",
                "Value (range, and whether a scenario goes to an end of it)",
                "From",
                "Fact",
            ),
            [
                (
                    found.words,
                    words.valued(found),
                    words.origin(found) + ("" if found.used else "; in scenarios only"),
                    found.fact,
                )
                for found in document.assumptions
            ],
        )

    def _protocol(self, document: TrialDocument) -> Iterator[str]:
        protocol = document.protocol
        yield self.heading(2, "Protocol skeleton")
        yield self.bullets(protocol.opening)
        for line in protocol.dose:
            yield self.warning(line)
        yield self.heading(3, "Estimand (ICH E9(R1))")
        yield self._items(protocol.estimand, "Attribute")
        yield self.heading(3, "Intercurrent events")
        yield self.table(
            ("Event", "Strategy"), [(item.title, item.filled) for item in protocol.intercurrent]
        )
        for section in protocol.sections:
            yield self.heading(3, section.title)
            yield self.table(
                ("SPIRIT 2025 (2013)", "Item", "From the design", "To be set by"),
                [
                    (
                        f"{i.number} ({i.number_2013})" if i.number_2013 else f"{i.number} (new)",
                        i.title,
                        i.filled or "-",
                        i.decide or "-",
                    )
                    for i in section.items
                ],
            )
        yield self.heading(3, "Safety monitoring")
        yield self._items(protocol.monitoring, "What")
        yield self.heading(3, "Stopping rules")
        yield self.table(
            ("Who stops", "Rule"), [(item.title, item.filled) for item in protocol.stopping]
        )
        yield self.heading(3, "Permission and law")
        yield self.bullets(protocol.regulation)

    def _items(self, items: Iterable[Item], first: str) -> str:
        return self.table(
            (first, "In this design", "To be set by"),
            [(item.title, item.filled or "-", item.decide or "-") for item in items],
        )

    def _end(self, document: TrialDocument) -> Iterator[str]:
        yield self.heading(2, "Notes")
        yield self.bullets(document.notes)
        yield self.heading(2, "References")
        yield self.bullets(
            f"{c.statement} ({', '.join(s.cite for s in c.sources) or 'no source'}; "
            f"{'verified' if c.verified else 'not verified'})"
            for c in document.references
        )
        p = document.provenance
        yield self.paragraph(
            f"Speciosa {p.speciosa_version}, knowledge {p.knowledge_release} of "
            f"{p.knowledge_date}, seed {p.seed}, design {p.input_sha256}. {p.intended_use}"
        )


class _Markdown(_Writer):
    def heading(self, level: int, text: str) -> str:
        return f"{'#' * level} {_escaped(text)}\n"

    def paragraph(self, text: str) -> str:
        return f"{_escaped(text)}\n"

    def warning(self, text: str) -> str:
        return f"> {_escaped(text)}\n"

    def bullets(self, items: Iterable[str]) -> str:
        return "".join(f"- {_escaped(item)}\n" for item in items)

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
        lines = [head, ["---"] * len(head), *rows]
        marked = (
            "| " + " | ".join(c if c == "---" else _escaped(c) for c in r) + " |" for r in lines
        )
        return "\n".join(marked) + "\n"

    def chart(self, svg: str) -> str:
        """The table beside it has the same numbers."""
        return ""


class _Html(_Writer):
    def heading(self, level: int, text: str) -> str:
        return f"<h{level}>{_shown(text)}</h{level}>"

    def paragraph(self, text: str) -> str:
        return f"<p>{_shown(text)}</p>"

    def warning(self, text: str) -> str:
        return f"<blockquote><p>{_shown(text)}</p></blockquote>"

    def bullets(self, items: Iterable[str]) -> str:
        return "<ul>" + "".join(f"<li>{_shown(item)}</li>" for item in items) + "</ul>"

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
        top = "".join(f'<th scope="col">{_shown(cell)}</th>' for cell in head)
        body = "".join(
            "<tr>" + "".join(f"<td>{_shown(cell)}</td>" for cell in row) + "</tr>" for row in rows
        )
        return (
            f'<div class="wide" tabindex="0"><table><thead><tr>{top}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>"
        )

    def chart(self, svg: str) -> str:
        return svg


def _shown(text: str) -> str:
    return html.escape(clean(text))


def _escaped(text: str) -> str:
    """Markdown that shows a text as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(clean(text).split()))
