"""Severity, kratom use, predicted exposure and mechanism, compact."""

from __future__ import annotations

from speciosa.assessment import Assessment
from speciosa.clinical.severity.result import Score
from speciosa.finding import Estimate
from speciosa.pharmacology.exposure.result import AnalyteExposure
from speciosa.pharmacology.mechanism.result import Competition, TargetOccupancy
from speciosa.report import outline, words
from speciosa.report.levels import time_to_fade, use_of_level
from speciosa.report.numbers import common_interval, percent, plain, sentence, shown
from speciosa.report.terminal.compact.shared import Shared
from speciosa.report.terminal.page import Page, Piece

_WIDE = 24
_COLUMN = 34
_KRATOM = "kratom"
_MEASURES = ("cmax", "ctrough", "auc", "half_life")


def severity(page: Page, assessment: Assessment) -> None:
    """One line a score, one line a change, and what may not be left out."""
    result = assessment.severity
    names = {score.instrument: score.name for score in result.scores}
    for score in outline.leading_scores(result.scores):
        _score(page, score)
    if reasons := outline.score_reasons(result.scores):
        page.line((f"Why scores have no interval: {'; '.join(reasons)}.", "dim"))
    for change in result.changes:
        sign = "+" if change.difference > 0 else ""
        page.pair(
            f"Change {names.get(change.instrument, change.instrument)}",
            f"{plain(change.from_score)} ({change.from_date}) to {plain(change.to_score)} "
            f"({change.to_date}), {sign}{plain(change.difference)}: {change.label}",
            page.cites(change.facts),
            gutter=_WIDE,
        )
    rest = outline.others(result.findings, result.function, result.diagnosis)
    page.brief((*result.function, *result.diagnosis, *rest))


def _score(page: Page, score: Score) -> None:
    if score.total is None:
        why = f": {score.reason}" if score.reason else ""
        page.pair(score.name, f"not scored (of {score.maximum}){why}", gutter=_WIDE)
        return
    total, error = shown(score.total), score.measurement_error
    answered = "" if score.answered in (None, score.items) else f"{score.answered} answered"
    about = (
        f"({total.range})" if total.range else "",
        score.band,
        "prorated" if score.prorated else "",
        answered,
        score.date,
        f"measurement error {shown(error).value}" if error else "",
    )
    rest = "".join(f"; {text}" for text in about if text)
    facts = (*score.facts, *score.total.facts, *(error.facts if error else ()))
    number: Piece = (f"{total.number} of {score.maximum}", "bold")
    page.pair(score.name, number, rest, page.cites(facts), gutter=_WIDE)


def kratom(page: Page, assessment: Assessment) -> None:
    """The amounts as used, and what may not be left out."""
    intake, dependence = assessment.kratom.intake, assessment.kratom.dependence
    page.line(("Amounts are described as used. They are not a suggestion.", "dim"))
    for product in intake.products:
        name = product.label or words.label(product.form)
        page.pair("Product", f"{name}: {product.as_used or 'use not known'}", gutter=_WIDE)
    for term, total in (
        ("Mitragynine a day", intake.mitragynine_mg_per_day),
        ("7-OH a day", intake.seven_oh_mg_per_day),
    ):
        if total is not None:
            page.pair(term, *page.estimate(total), gutter=_WIDE)
    for product in intake.products:
        strain = (product.strain,) if product.strain else ()
        page.brief((product.content, *strain, *product.comparison))
    page.brief(intake.findings)
    page.brief(dependence.findings)


def exposure(page: Page, assessment: Assessment) -> None:
    """One small table, where the uncertainty comes from, and the caveats."""
    result = assessment.exposure
    page.line(result.headline)
    page.line((words.EXPOSURE[result.status], "bold"), f" {result.why}")
    everything = tuple(result.analytes.values())
    analytes = tuple(each for each in everything if shown(each.cmax).range)
    if analytes:
        _levels(page, analytes)
    for each in everything:
        if each not in analytes:
            page.line(f"{words.analyte(each.analyte)}: {sentence(each.cmax)}.")
    for driver in result.drivers:
        by: Piece = (f"; narrowed by {driver.narrowed_by}" if driver.narrowed_by else "", "dim")
        page.line(driver.name, by, mark=f"{percent(driver.share):>6} of the spread", gutter=_WIDE)
    if result.drivers and result.effective_subjects is not None:
        page.line(("The spread is the one before the measured levels were used.", "dim"))
    if result.narrowing:
        best = result.narrowing[0]
        then = f"from {plain(best.fold_now)}-fold to about {plain(best.fold_then)}-fold"
        page.line(f"Expected to narrow it most: {best.by} (range of the area of a day {then}).")
    for use in result.levels:
        page.item(use_of_level(use))
    for name, level in result.now.items():
        page.item(f"{words.analyte(name)} on the date of the case: ", *page.estimate(level))
    for fading in {one.analyte: one for one in result.washout}.values():
        page.item(time_to_fade(fading), page.cites(fading.facts))
    page.brief(result.findings)


def _levels(page: Page, analytes: tuple[AnalyteExposure, ...]) -> None:
    """The table of the analytes with a prediction; a half-life that is not known has its reason."""
    estimates = [getattr(each, field) for each in analytes for field in _MEASURES]
    kind = common_interval([e for e in estimates if e.low is not None])
    heads = "".join(words.analyte(each.analyte).ljust(_COLUMN) for each in analytes)
    cited = page.cites(fact for each in analytes for fact in each.facts)
    page.pair("", (heads.rstrip(), "bold"), cited, gutter=_WIDE)
    for field in _MEASURES:
        cells = [_cell(getattr(each, field), kind).ljust(_COLUMN) for each in analytes]
        page.pair(words.MEASURES[field], "".join(cells), gutter=_WIDE)
    if kind:
        page.line((f"In brackets: {kind}.", "dim"))


def _cell(estimate: Estimate, kind: str) -> str:
    parts = shown(estimate)
    unit = parts.unit.partition(" per ")[0]
    brackets = parts.range if kind and parts.range else parts.brackets
    return f"{parts.number}{unit} ({brackets}) " if brackets else f"{parts.value} "


def mechanism(page: Page, assessment: Assessment) -> None:
    """One line a target; targets without a prediction stand together.

    What a target could and could not explain is left to the full report, but not the warning that
    a low figure proves nothing.
    """
    result = assessment.mechanism
    page.line(result.headline)
    predicted = [target for target in result.targets if target.peak is not None]
    kinds = Shared((_kind(target.peak) for target in predicted), least=1)
    for target in predicted:
        _target(page, target, kinds)
    kinds.legend(page)
    others = [target for target in result.targets if target.peak is None]
    if others:
        names = "; ".join(target.target for target in others)
        page.line(("Not predicted, which does not mean no effect: ", "bold"), f"{names}.")
    if result.competition:
        _competition(page, result.competition)
    page.brief(result.findings)


def _competition(page: Page, competition: Competition) -> None:
    """Who holds the receptors, where a medicine competes for them; one line a ligand."""
    if all(ligand.medicine == _KRATOM for ligand in competition.ligands):
        return
    counted = [ligand for ligand in competition.ligands if ligand.together is not None]
    if counted:
        page.line((f"Share of the {competition.target}s when all compete", "bold"))
    kinds = Shared((_kind(ligand.together) for ligand in counted), least=1)
    for ligand in counted:
        told = f"{_share(ligand.together)} ({kinds.letter(_kind(ligand.together))})"
        without = "kratom" if ligand.medicine != _KRATOM else "the medicines"
        page.item(
            (f"{ligand.ligand}: ", "bold"), told,
            (f"; without {without} {_share(ligand.apart)}", "dim"), page.cites(ligand.facts),
        )  # fmt: skip
    kinds.legend(page)
    if competition.left_out:
        missing = "; ".join(competition.left_out)
        page.line(("Not counted, because a figure is missing: ", "bold"), f"{missing}.")


def _share(share: Estimate | None) -> str:
    if share is None:
        return "not known"
    parts = shown(share)
    return f"{parts.value} ({parts.range})" if parts.range else parts.value


def _target(page: Page, target: TargetOccupancy, kinds: Shared) -> None:
    levels = []
    for term, level in (("peak", target.peak), ("trough", target.trough)):
        if level is not None:
            parts = shown(level)
            spread = f" ({parts.range})" if parts.range else ""
            levels.append(f"{term} {parts.value}{spread}")
    letter = kinds.letter(_kind(target.peak))
    told = ", ".join(levels) + (f" ({letter})" if letter else "")
    name: Piece = (f"{target.target}: ", "bold")
    page.item(
        name, told, (f"; {target.certainty.value} certainty", "dim"), page.cites(target.facts)
    )


def _kind(level: Estimate | None) -> str:
    """What the range in brackets is, or why there is none."""
    if level is None:
        return ""
    return f"In brackets: {level.interval}." if level.interval else level.no_interval_because
