"""An assessment as one self-contained HTML page: no script, nothing loaded from elsewhere."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import groupby
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from speciosa.assessment import Assessment
from speciosa.clinical.safety.result import UrgentStatus
from speciosa.clinical.severity.result import Score
from speciosa.evidence.result import Comparison
from speciosa.finding import Estimate, Finding, Missing, Severity, Tone
from speciosa.pharmacology.exposure.result import AnalyteExposure, BriefExposure, Curve
from speciosa.pharmacology.mechanism.result import Competition, TargetOccupancy
from speciosa.report import interaction_table, levels, numbers, outline, ranking, words
from speciosa.report.charts import evidence as evidence_charts
from speciosa.report.charts import forest
from speciosa.report.charts.course import course
from speciosa.report.charts.drivers import drivers
from speciosa.report.charts.fan import fan
from speciosa.report.charts.occupancy import occupancy
from speciosa.report.charts.occupancy_day import occupancy_day
from speciosa.report.clean import clean
from speciosa.report.references import Bibliography, runs

_URGENT_SHAPES = {
    UrgentStatus.EMERGENCY: "emergency",
    UrgentStatus.SAME_DAY: "urgent",
    UrgentStatus.SOON: "major",
    UrgentStatus.NOT_ASSESSED: "unknown",
    UrgentStatus.NONE_FOUND: "info",
}
_SMALL_POINTS_IN_SIGHT = 1
_ROWS_OF_CURVE = 12


def render(assessment: Assessment) -> str:
    """The whole page. Same assessment, same text."""
    return _filled("report.html.jinja", assessment, embedded=False)


def fragment(assessment: Assessment) -> Markup:
    """The report without its head and frame, for a page that has its own and loads ``style.css``.

    The curves also stand there as tables, and each chart of them is numbered for a script.
    """
    return Markup(_filled("embedded.jinja", assessment, embedded=True))  # noqa: S704  # escaped by the templates


def _filled(template: str, assessment: Assessment, *, embedded: bool) -> str:
    return _environment().get_template(template).render(
        a=assessment,
        embedded=embedded,
        bib=Bibliography(assessment),
        sections=outline.SECTIONS,
        top=outline.top_interactions(assessment),
        steps=outline.first_steps(assessment),
        missing=outline.all_missing(assessment),
        interaction_table=interaction_table.table(assessment.interactions),
        charts=_charts(assessment),
    )  # fmt: skip


class _Fan(NamedTuple):
    svg: Markup
    name: str
    bands: str


class _Course(NamedTuple):
    svg: Markup
    has_band: bool


class _Day(NamedTuple):
    svg: Markup
    target: str
    interval: str


class _Plot(NamedTuple):
    svg: Markup
    title: str
    options: int


class _Charts(NamedTuple):
    courses: tuple[_Course, ...]
    fans: tuple[_Fan, ...]
    drivers: Markup
    occupancy: Markup
    days: tuple[_Day, ...]
    forest: tuple[Markup, ...]
    forest_caption: str
    evidence: tuple[_Plot, ...]


def _charts(assessment: Assessment) -> _Charts:
    history, interactions = assessment.severity.history, assessment.interactions
    plot = forest.forest(
        interactions.rows, name="forest", no_effect=_limits(interactions.no_effect)
    )
    courses = (
        _Course(
            _markup(course(score, history, name=f"course-{index}")),
            has_band=score.measurement_error is not None,
        )
        for index, score in enumerate(assessment.severity.scores)
    )
    fans = (
        _Fan(_markup(fan(curve, name=f"fan-{index}")), words.analyte(curve.analyte), _bands(curve))
        for index, curve in enumerate(assessment.exposure.curves)
    )
    return _Charts(
        courses=tuple(found for found in courses if found.svg),
        fans=tuple(found for found in fans if found.svg),
        drivers=_markup(drivers(assessment.exposure.drivers, name="drivers")),
        occupancy=_markup(occupancy(assessment.mechanism.targets, name="occupancy")),
        days=tuple(_days(assessment.mechanism.targets)),
        forest=tuple(_markup(svg) for svg in plot.svgs),
        forest_caption=plot.caption,
        evidence=tuple(
            _Plot(_markup(drawn.svg), drawn.title, drawn.options)
            for drawn in evidence_charts.against(assessment.evidence.ranked, name="evidence")
        ),
    )


def _days(targets: Sequence[TargetOccupancy]) -> Iterator[_Day]:
    """Small charts of occupancy over the day, the first target's first."""
    for index, target in enumerate(targets):
        curve = target.curve
        svg = occupancy_day(curve, target.target, name=f"occupancy-day-{index}")
        if svg and curve is not None:
            yield _Day(_markup(svg), target.target, curve.interval)


def _limits(band: Estimate | None) -> tuple[float, float] | None:
    if band is None or band.low is None or band.high is None:
        return None
    return band.low, band.high


def _bands(curve: Curve) -> str:
    return ", ".join(f"{p}\u00a0%" for p in sorted(band.percent for band in curve.bands))


def _markup(svg: str) -> Markup:
    """A chart is the only markup made outside the templates; it escapes its own text."""
    return Markup(svg)  # noqa: S704  # built by ElementTree, which escapes


# ------------------------------------------------------------------ what templates may call

_TELEPHONE = re.compile(r"\+?[0-9][0-9 ().\-]*")
_BETWEEN_NUMBERS = re.compile(r"( or |, | / )")


def _dial(contact: str) -> list[tuple[str, str]]:
    """A contact in pieces of (text, digits for a ``tel:`` link): ``999 or 112`` has two numbers.

    The digits are empty for what is not a plain telephone number.
    """
    return [(piece, _digits(piece)) for piece in _BETWEEN_NUMBERS.split(clean(contact)) if piece]


def _digits(text: str) -> str:
    text = text.strip()
    if not _TELEPHONE.fullmatch(text):
        return ""
    return ("+" if text.startswith("+") else "") + "".join(c for c in text if c.isdigit())


def _measures(analytes: Iterable[AnalyteExposure | BriefExposure]) -> list[Estimate]:
    """Every number of a table of exposures."""
    return [
        estimate
        for analyte in analytes
        for field in words.MEASURES
        if (estimate := getattr(analyte, field, None)) is not None
    ]


def _measures_in(analytes: Iterable[AnalyteExposure], field: str) -> bool:
    """Whether any analyte has that figure."""
    return any(getattr(analyte, field) is not None for analyte in analytes)


def _levels(targets: Iterable[TargetOccupancy]) -> list[Estimate]:
    """Every predicted occupancy of the table of targets."""
    return [level for t in targets for level in (t.peak, t.trough) if level is not None]


def _shares(competition: Competition) -> list[Estimate]:
    """Every predicted share of the table of ligands."""
    rows = competition.ligands
    return [share for row in rows for share in (row.together, row.apart) if share is not None]


def _study_forest(comparison: Comparison, key: str) -> Markup:
    """The studies of one pool as a chart; nothing for what is only quoted."""
    return _markup(evidence_charts.studies(comparison, name=f"studies-{key}"))


def _by_weight(pieces: Sequence[Missing]) -> tuple[list[Missing], list[Missing]]:
    """Missing pieces that are moderate or worse, and the others."""
    grave = [piece for piece in pieces if piece.severity.rank < Severity.MINOR.rank]
    return grave, [piece for piece in pieces if piece not in grave]


def _instrument_names(scores: Iterable[Score]) -> dict[str, str]:
    return {score.instrument: score.name for score in scores}


def _places(curve: Curve) -> list[int]:
    """Places of a curve for a table of about a dozen rows."""
    last = len(curve.time_h) - 1
    return list(dict.fromkeys(round(i * last / _ROWS_OF_CURVE) for i in range(_ROWS_OF_CURVE + 1)))


def _rounded(value: float) -> str:
    """A predicted concentration to two significant digits, as the curve is drawn."""
    return numbers.plain(float(f"{value:.2g}"))


def _unless(facts: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    """The facts that are not cited beside it already."""
    return tuple(fact for fact in facts if fact not in known)


def _fold(findings: Sequence[Finding]) -> tuple[list[Finding], list[Finding]]:
    """What stays in sight, and what is folded: many small points, but never a warning."""
    folded = [
        finding
        for finding in findings
        if finding.severity.rank >= Severity.MINOR.rank and finding.tone is not Tone.WARNING
    ]
    if len(folded) <= _SMALL_POINTS_IN_SIGHT:
        return list(findings), []
    return [finding for finding in findings if finding not in folded], folded


def _bar_width(share: float) -> str:
    """A share of 1 as a width in percent; nothing is wider than all, or narrower than nothing."""
    return f"{min(max(share, 0.0), 1.0) * 100:.0f}" if math.isfinite(share) else "0"


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + numbers.plain(value)


def _known_severity(name: str) -> str:
    return name if name in set(Severity) else Severity.INFO.value


def _known_standing(name: str) -> str:
    return name if name in words.STANDING else "other"


def _in_order(rows: Iterable[Any], field: str) -> list[tuple[str, list[Any]]]:
    """Group rows by a field without changing the order in which groups first appear."""
    rows = list(rows)
    order = {
        value: index for index, value in enumerate(dict.fromkeys(getattr(r, field) for r in rows))
    }
    rows.sort(key=lambda r: order[getattr(r, field)])
    return [(key, list(group)) for key, group in groupby(rows, key=lambda r: getattr(r, field))]


def _finalize(value: object) -> object:
    """Last step before escaping: every text is cleaned, no bare float or ``None`` is printed."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float):
        return numbers.plain(value)
    return "" if value is None else value


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("speciosa.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        analyte=words.analyte, groupby_in_order=_in_order, substance=words.substance
    )
    style = (files("speciosa.report") / "style.css").read_text(encoding="utf-8")
    environment.globals.update(
        style=Markup(style),  # noqa: S704  # our own style sheet
        added_studies=words.ADDED_STUDIES,
        against=interaction_table.against,
        advice_of=interaction_table.advice,
        analyte=words.analyte,
        bar_width=_bar_width,
        by_weight=_by_weight,
        ceiling_of=interaction_table.ceiling,
        common_kind=interaction_table.common_kind,
        common_interval=numbers.common_interval,
        dagger=words.DAGGER,
        dagger_legend=words.DAGGER_LEGEND,
        dial=_dial,
        direction_words=words.DIRECTION,
        first_sentence=outline.first_sentence,
        fit_shapes=ranking.SHAPES,
        fit_words=ranking.STANDING,
        fold=_fold,
        has_number=interaction_table.has_number,
        exposure_words=words.EXPOSURE,
        full_stop=words.full_stop,
        interval_notes=interaction_table.interval_notes,
        instrument_names=_instrument_names,
        kind_of=interaction_table.kind_of,
        kind_words=words.KIND,
        known_severity=_known_severity,
        known_standing=_known_standing,
        label=words.label,
        law_status=words.law_status,
        law_brief=outline.law_brief,
        levels_of=_levels,
        leading_scores=outline.leading_scores,
        names_in=ranking.names_in,
        names_its_members=outline.names_its_members,
        title_of=interaction_table.title,
        main_caveat=outline.main_caveat,
        measured=numbers.measured,
        brief_measures=words.BRIEF_MEASURES,
        measures=words.MEASURES,
        measures_in=_measures_in,
        measures_of=_measures,
        others=outline.others,
        over_the_day=numbers.over_the_day,
        pairs_in=interaction_table.pairs_in,
        percent=numbers.percent,
        places_of=_places,
        plain=numbers.plain,
        published_best=ranking.published_best,
        published_rows=ranking.published,
        ranking=ranking,
        studied=ranking.studied,
        ratios_of=interaction_table.ratios,
        rounded=_rounded,
        rule_severity=words.severity,
        runs=runs,
        score_reasons=outline.score_reasons,
        severity_words=words.SEVERITY,
        shares_of=_shares,
        shown=numbers.shown,
        signed=_signed,
        ground_of=interaction_table.ground,
        some_of=interaction_table.some_of,
        standing=words.standing,
        step_name=words.step,
        study_forest=_study_forest,
        substance=words.substance,
        time_to_fade=levels.time_to_fade,
        unless=_unless,
        use_of_level=levels.use_of_level,
        usual_interval=numbers.usual_interval,
        unverified_contact=words.UNVERIFIED_CONTACT,
        victim_of=interaction_table.victim,
        urgent_shapes=_URGENT_SHAPES,
        urgent_words=words.URGENT,
    )
    return environment
