"""The summary as one self-contained page: no script, nothing loaded from elsewhere."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from speciosa.cohort.counts import BANDS
from speciosa.cohort.summary.charts import bars, pyramid
from speciosa.cohort.summary.findings import MOST
from speciosa.cohort.summary.result import AgeCell, FindingLine, Findings, Line, Summary
from speciosa.cohort.summary.words import ages_in_words, counted, left_over
from speciosa.report import words
from speciosa.report.clean import clean
from speciosa.report.numbers import shown

_WORST = 3
_SECTIONS = (
    ("next", "What to do with this"),
    ("who", "Who has kratom in the record"),
    ("how", "How it was found"),
    ("danger", "Danger signs"),
    ("medicines", "Medicines"),
    ("other", "Other findings and the law"),
    ("not-assessed", "What could not be judged"),
    ("beside", "Named, but not counted"),
    ("read", "What was read, and what was not"),
    ("about", "About these counts"),
)


def render(summary: Summary) -> str:
    """The whole page. Same summary, same text."""
    return _environment().get_template("summary.html.jinja").render(s=summary)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("speciosa.cohort.summary"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    report = files("speciosa.report")
    own = files("speciosa.cohort.summary")
    style = (report / "style.css").read_text(encoding="utf-8")
    style += (own / "summary.css").read_text(encoding="utf-8")
    shapes = (report / "templates" / "shapes.svg").read_text(encoding="utf-8")
    environment.globals.update(
        style=Markup(style),  # noqa: S704  # our own style sheets
        shapes=Markup(shapes),  # noqa: S704  # our own drawing
        bars=_bars,
        pyramid=_pyramid,
        by_band=_by_band,
        rate=_rate,
        counted=counted,
        left_over=left_over,
        worst=_worst,
        sections=_SECTIONS,
        most_findings=MOST,
        severity_words=words.SEVERITY,
    )
    return environment


def _finalize(value: object) -> object:
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _rate(line: Line) -> str:
    """A share in words, or that it is not given."""
    if line.rate is None:
        return line.no_rate_because
    parts = shown(line.rate)
    return f"{parts.value} ({parts.range})"


def _worst(found: Findings) -> list[FindingLine]:
    """The first findings, each about another medicine."""
    first: dict[str, FindingLine] = {}
    for one in found.lines:
        first.setdefault(one.text.partition(":")[0], one)
    return list(first.values())[:_WORST]


def _bars(lines: tuple[Line, ...], name: str, title: str) -> Markup:
    return Markup(bars(lines, name=name, title=title))  # noqa: S704  # made by the XML writer


def _pyramid(cells: tuple[AgeCell, ...], name: str, title: str) -> Markup:
    return Markup(pyramid(cells, name=name, title=title))  # noqa: S704  # made by the XML writer


def _by_band(cells: tuple[AgeCell, ...]) -> list[tuple[str, Line, Line]]:
    """Rows of an age table: the band, women, men."""
    held = {(cell.sex, cell.ages): cell.line for cell in cells}
    return [(ages_in_words(ages), held["female", ages], held["male", ages]) for ages in BANDS]
