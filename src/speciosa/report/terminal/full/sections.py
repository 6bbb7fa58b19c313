"""The body of the terminal report: one function a section, in the order of the outline."""

from __future__ import annotations

from collections.abc import Callable

from speciosa.assessment import Assessment
from speciosa.clinical.severity.result import Score
from speciosa.pharmacology.exposure.result import (
    BriefExposure,
    ExposureResult,
    ProductIntake,
)
from speciosa.report import outline, words
from speciosa.report.numbers import percent, plain, sentence, shown
from speciosa.report.terminal.full.evidence import evidence
from speciosa.report.terminal.full.interactions import interactions
from speciosa.report.terminal.full.levels import levels_and_decline
from speciosa.report.terminal.full.mechanism import mechanism
from speciosa.report.terminal.full.plan import consultation, follow_up, plan
from speciosa.report.terminal.page import GUTTER, Page, Piece

_WIDE = 24


def urgent(page: Page, assessment: Assessment) -> None:
    """What stands behind the urgent block on the first screen."""
    if not assessment.urgent.findings:
        page.line(assessment.urgent.headline)
    page.findings(assessment.urgent.findings)


def severity(page: Page, assessment: Assessment) -> None:
    """Scores, change, daily life and diagnosis."""
    result = assessment.severity
    names = {score.instrument: score.name for score in result.scores}
    page.line(result.headline)
    for score in result.scores:
        _score(page, score)
    if result.changes:
        page.heading("Change since earlier scores")
    for change in result.changes:
        outcome = "".join(
            f"; {name}: {'yes' if value else 'no'}"
            for name, value in (("response", change.response), ("remission", change.remission))
            if value is not None
        )
        sign = "+" if change.difference > 0 else ""
        page.pair(
            names.get(change.instrument, change.instrument),
            f"{plain(change.from_score)} ({change.from_date}) to {plain(change.to_score)} "
            f"({change.to_date}), {sign}{plain(change.difference)}: {change.label}{outcome}",
            page.cites(change.facts),
            gutter=_WIDE,
        )
    if result.predictive:
        page.heading("What a screen on this side of its cut-off means")
    for value in result.predictive:
        side = f"{'at or above' if value.at_or_above else 'below'} {value.cutoff}"
        name = names.get(value.instrument, value.instrument)
        page.item(
            f"{name} {side}, for {value.target}: if {percent(value.prevalence)} of those screened "
            "have it, of those on this side ",
            sentence(value.share),
            page.cites((*value.share.facts, *value.facts)),
        )
    if result.history:
        page.heading("All dated scores")
    for point in result.history:
        page.item(
            f"{point.date}  {names.get(point.instrument, point.instrument)}  {plain(point.score)}"
        )
    page.findings(result.function, "Daily life")
    page.findings(result.diagnosis, "How far this carries a diagnosis")
    rest_of = outline.others(result.findings, result.function, result.diagnosis)
    page.findings(rest_of, "Further findings")


def _score(page: Page, score: Score) -> None:
    if score.total is None:
        head: list[Piece] = [f"not scored (of {score.maximum})"]
    else:
        total = shown(score.total)
        brackets = f" ({total.brackets})" if total.brackets else ""
        head = [(f"{total.number} of {score.maximum}", "bold"), brackets]
        head.append(page.cites(score.total.facts))
    prorated = "prorated" if score.prorated else ""
    about = (score.band, score.date, _answered(score), prorated, score.reason)
    rest = ", ".join(text for text in about if text)
    page.pair(score.name, *head, f". {rest}" if rest else "", page.cites(score.facts), gutter=_WIDE)
    if score.name.lower() != score.instrument.lower():
        page.line((f"Instrument: {score.instrument}", "dim"), indent=_WIDE)
    if score.meaning:
        page.line((score.meaning, "dim"), indent=_WIDE)
    if score.measurement_error is not None:
        page.line("Measurement error: ", *page.estimate(score.measurement_error), indent=_WIDE)


def _answered(score: Score) -> str:
    if score.items is None:
        return "" if score.answered is None else f"{score.answered} items answered"
    if score.answered is None:
        return f"total of {score.items} items"
    return f"{score.answered} of {score.items} items answered"


def kratom(page: Page, assessment: Assessment) -> None:
    """Products, amounts as used, dependence."""
    intake, dependence = assessment.kratom.intake, assessment.kratom.dependence
    page.line((f"{words.label(assessment.kratom.status)}. ", "bold"), intake.headline)
    page.line(("Amounts are described as used. They are not a suggestion.", "dim"))
    for term, total in (
        ("Mitragynine a day", intake.mitragynine_mg_per_day),
        ("7-OH a day", intake.seven_oh_mg_per_day),
    ):
        if total is not None:
            page.pair(term, *page.estimate(total), gutter=_WIDE)
    for product in intake.products:
        _product(page, product)
    page.findings(intake.findings, "Use")
    page.heading("Dependence and withdrawal")
    page.line(dependence.headline)
    met, asked = dependence.criteria_met, dependence.criteria_asked
    page.pair("Criteria", "not known" if met is None else f"{met} of {asked} asked")
    page.pair("Level", dependence.level)
    page.findings(dependence.findings)


def _product(page: Page, product: ProductIntake) -> None:
    form = words.label(product.form)
    page.heading(f"{product.label} ({form.lower()})" if product.label else form)
    page.pair("As used", product.as_used or "not known", gutter=_WIDE)
    for term, estimate in (
        ("Mitragynine each time", product.mitragynine_mg_per_dose),
        ("Mitragynine a day", product.mitragynine_mg_per_day),
        ("7-OH each time", product.seven_oh_mg_per_dose),
        ("7-OH a day", product.seven_oh_mg_per_day),
    ):
        page.pair(term, *page.estimate(estimate), gutter=_WIDE)
    page.finding(product.content)
    if product.strain is not None:
        page.finding(product.strain)
    page.findings(product.comparison)


def exposure(page: Page, assessment: Assessment) -> None:
    """Predicted concentrations and where their uncertainty comes from."""
    result = assessment.exposure
    page.line(result.headline)
    page.line((words.EXPOSURE[result.status], "bold"), f" {result.why}")
    for analyte in result.analytes.values():
        page.heading(words.analyte(analyte.analyte))
        for field, name in words.MEASURES.items():
            if (estimate := getattr(analyte, field)) is not None:
                page.pair(name, *page.estimate(estimate), gutter=_WIDE + 6)
        if analyte.facts:
            page.line(("Rests on", "dim"), page.cites(analyte.facts))
    if result.drivers:
        before = " before the measured levels" if result.effective_subjects is not None else ""
        page.heading(f"Where the uncertainty comes from{before} (share of the variance of log AUC)")
    for driver in result.drivers:
        bar = "█" * round(20 * min(max(driver.share, 0.0), 1.0))
        by: Piece = (f"; narrowed by {driver.narrowed_by}" if driver.narrowed_by else "", "dim")
        mark = f"{percent(driver.share):>10} {bar}"
        page.line(driver.name, by, mark=mark, gutter=33)
    _narrowing(page, result)
    _beside_studies(page, result)
    levels_and_decline(page, result)
    _structures(page, result)
    _other_alkaloids(page, result)
    page.findings(result.findings, "What to know about this prediction")
    if result.subjects:
        told = f"{plain(result.subjects)} virtual subjects; seed {result.seed}."
        page.line((told, "dim"))


def _narrowing(page: Page, result: ExposureResult) -> None:
    if result.narrowing:
        page.heading("What would narrow the 90 % range of the area of a day")
    for one in result.narrowing:
        then = f"from {plain(one.fold_now)}-fold to about {plain(one.fold_then)}-fold"
        page.item(one.by, f": {then}")


def _beside_studies(page: Page, result: ExposureResult) -> None:
    if result.observed:
        page.heading("Beside what was ever measured in a study of people (within is not safe)")
    for one in result.observed:
        measure = words.MEASURES.get(one.measure, one.measure).lower()
        unit = one.unit.replace("*", "·")
        seen = f"{plain(one.observed_low)} to {plain(one.observed_high)} {unit}"
        page.item(
            (f"{words.analyte(one.analyte)}, {measure}", "bold"),
            f": {seen} in {plain(one.n)} people ({one.where}); ",
            f"{percent(one.above)} of virtual people lie above it",
            page.cites(one.facts),
        )


def _structures(page: Page, result: ExposureResult) -> None:
    for one in result.structures:
        page.heading(f"Structure {one.structure}: {one.title}")
        share = f"{percent(one.share)} of the virtual people; calibration {one.release}"
        page.line((share, "dim"))
        for analyte in one.analytes:
            _brief(page, analyte)
    if result.differences:
        page.heading("Medians of one structure over the other, for each mg taken")
    for pair in result.differences:
        measure = words.MEASURES.get(pair.measure, pair.measure).lower()
        told: Piece = (" (differs)", "bold") if pair.differs else ""
        ratio = f"{pair.of} over {pair.over} {plain(pair.ratio)}"
        page.item(f"{words.analyte(pair.analyte)}, {measure}: {ratio}", told)


def _other_alkaloids(page: Page, result: ExposureResult) -> None:
    if result.others:
        page.heading("Other alkaloids of the leaf")
    for one in result.others:
        if one.exposure is None:
            page.item((words.analyte(one.alkaloid), "bold"), f": {one.why_none}")
        else:
            page.line((words.analyte(one.alkaloid), "bold"))
            _brief(page, one.exposure, named=False)


def _brief(page: Page, one: BriefExposure, *, named: bool = True) -> None:
    if named:
        page.line((words.analyte(one.analyte), "bold"))
    for field in words.BRIEF_MEASURES:
        page.pair(
            words.MEASURES[field], *page.estimate(getattr(one, field)), indent=2, gutter=_WIDE + 6
        )


def side_effects(page: Page, assessment: Assessment) -> None:
    """Harms to know and to watch for."""
    result = assessment.side_effects
    page.line(result.headline)
    for effect in result.effects:
        told: Piece = (" (reported by this person)", "bold") if effect.reported_by_person else ""
        often = page.estimate(effect.frequency, "frequency not known", known=effect.facts)
        where = f"; {effect.population}" if effect.population else ""
        page.item((effect.name, "bold"), told, ": ", *often, where, page.cites(effect.facts))
        if effect.caution:
            page.line((effect.caution, "dim"), indent=4)
        if effect.watch:
            page.line(("Watch: ", "bold"), effect.watch, indent=4)
    page.findings(result.monitoring, "Monitoring")
    page.findings(outline.others(result.findings, result.monitoring), "Further findings")


def regulation(page: Page, assessment: Assessment) -> None:
    """The law by layer."""
    law = assessment.regulation
    page.line(law.headline)
    place = f"{law.place_name or 'No place'}{f' ({law.place})' if law.place else ''}"
    page.line((f"{place} on {law.date}.", "dim"))
    for name, status in law.leading.items():
        in_words = law.leading_words.get(name, "")
        text = f"{words.law_status(status)}. {in_words}"
        page.pair(words.substance(name), text, gutter=_WIDE)
    page.findings(law.findings)
    page.findings(law.upcoming, "Coming changes")
    if law.layers:
        page.heading("Every layer of law")
    for layer in law.layers:
        age = f", from age {layer.min_age}" if layer.min_age is not None else ""
        page.item(
            (layer.place_name, "bold"),
            f" ({layer.level}, {layer.place}). {words.substance(layer.substance)}: ",
            (f"{words.law_status(layer.status)}{age}", "bold"),
            page.marks(page.bibliography.law_marks(layer)),
        )
        began = f"from {layer.effective_from}" if layer.effective_from else ""
        ended = f"to {layer.effective_to}" if layer.effective_to else ""
        source = layer.source.title if layer.source else ""
        readings = "; ".join(words.law_status(reading).lower() for reading in layer.readings)
        possession = words.label(layer.possession).lower()
        for term, text in (
            ("Could be: ", readings),
            ("", layer.limits),
            ("Possession: ", possession),
            ("Pending: ", layer.pending),
            ("In force ", f"{began} {ended}".strip()),
            ("", layer.instrument),
            ("", source if source != layer.instrument else ""),
            ("", layer.note),
        ):
            if text:
                page.line(f"{term}{text}", indent=4)
        read = f"As of {layer.as_of}" if layer.as_of else "Date of reading not known"
        checked = "verified" if layer.verified else "not verified"
        stale = f" {words.full_stop(layer.stale)}"
        confidence = layer.confidence or "not stated"
        page.line((f"{read}; confidence {confidence}; {checked}.{stale}", "dim"), indent=4)
    page.line((law.disclaimer, "dim"))


def safety_rules(page: Page, assessment: Assessment) -> None:
    """Rules that hold for this case."""
    if not assessment.safety_rules:
        page.line("No safety rule was triggered by what was given.")
    for rule in assessment.safety_rules:
        mark = words.severity(rule.severity)
        told: list[Piece] = [(rule.title, "bold"), page.cites(rule.facts), (f" {rule.id}", "dim")]
        if rule.certainty:
            told.append((f" (certainty: {rule.certainty})", "dim"))
        if rule.conditional:
            # Never as if it held: the mark says what is known, the text what would follow.
            page.line(*told, mark=("?  Ask", "bold"), gutter=GUTTER)
            reason = f": {rule.because}" if rule.because else ""
            held = (
                f"This rule would be {mark.word.lower()} if it held. It cannot be decided{reason}"
            )
            page.line(held, indent=GUTTER)
        else:
            page.severity(mark, *told)
            page.pair("Because", rule.because, indent=GUTTER, gutter=10)
        if rule.condition:
            page.line((f"Holds when: {rule.condition}", "dim"), indent=GUTTER)
        if rule.basis:
            page.line((f"Basis: {rule.basis}", "dim"), indent=GUTTER)
        for line in rule.must:
            page.pair("Must", line, indent=GUTTER, gutter=10)
        for line in rule.must_not:
            page.pair("Must not", line, indent=GUTTER, gutter=10)


def missing(page: Page, assessment: Assessment) -> None:
    """Everything that was not given, the costliest first."""
    pieces = outline.all_missing(assessment)
    page.line("Missing never means normal." if pieces else "Nothing was reported as missing.")
    for piece in pieces:
        page.severity(words.SEVERITY[piece.severity], (piece.field, "bold"), f": {piece.cost}")
        if piece.how:
            page.line(("How: ", "bold"), piece.how, indent=GUTTER)


def references(page: Page, assessment: Assessment) -> None:
    """The numbered sources with the facts taken from them."""
    entries = page.bibliography.entries
    if not entries:
        page.line("Nothing was cited.")
        return
    page.line((f"{words.DAGGER} ", "bold"), words.DAGGER_LEGEND)
    for entry in entries:
        where = "; ".join(link.text for link in entry.links)
        tail = ". ".join(text for text in (where, entry.about) if text)
        page.line(entry.title, f" {tail}" if tail else "", mark=f"[{entry.number}]", gutter=6)
        if entry.note:
            page.line((entry.note, "dim"), indent=6)
        if entry.also:
            numbers = ", ".join(map(str, entry.also))
            page.line((f"Supports facts listed under {numbers} too.", "dim"), indent=6)
        for fact in entry.facts:
            doubt: Piece = "" if fact.verified else (f" {words.DAGGER} not verified", "bold")
            note: Piece = (f" {fact.note}" if fact.note else "", "dim")
            told: list[Piece] = [(fact.statement, "dim"), doubt, note, (f" {fact.id}", "dim")]
            page.line(*told, indent=6, mark="-", gutter=2)


def provenance(page: Page, assessment: Assessment) -> None:
    """What made this result."""
    made = assessment.provenance
    page.line(made.intended_use)
    page.pair("Version", f"Speciosa {made.speciosa_version}")
    page.pair("Data release", f"{made.knowledge_release} ({made.knowledge_date})")
    page.pair("Seed", str(made.seed))
    page.pair("Input SHA-256", made.input_sha256)
    if made.evidence_overlay:
        page.pair("Added studies", f"{words.ADDED_STUDIES} SHA-256 {made.evidence_overlay}")


SECTIONS: dict[str, Callable[[Page, Assessment], None]] = {
    "urgent": urgent,
    "severity": severity,
    "kratom": kratom,
    "exposure": exposure,
    "mechanism": mechanism,
    "interactions": interactions,
    "side_effects": side_effects,
    "regulation": regulation,
    "evidence": evidence,
    "plan": plan,
    "consultation": consultation,
    "follow_up": follow_up,
    "safety_rules": safety_rules,
    "missing": missing,
    "references": references,
    "provenance": provenance,
}
