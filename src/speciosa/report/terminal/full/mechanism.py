"""The mechanism section in full: targets, competition at the mu receptor, signals of assays."""

from __future__ import annotations

from speciosa.assessment import Assessment
from speciosa.pharmacology.mechanism.result import Competition, Signal, TargetOccupancy
from speciosa.report import words
from speciosa.report.numbers import over_the_day
from speciosa.report.terminal.page import Page

_TERM = 20


def mechanism(page: Page, assessment: Assessment) -> None:
    """Occupancy at each target, who holds the mu receptors, and what an assay would show."""
    result = assessment.mechanism
    page.line(result.headline)
    for target in result.targets:
        _target(page, target)
    if result.competition:
        _competition(page, result.competition)
    if result.signals:
        page.heading("What these levels would do in a cell assay")
    for signal in result.signals:
        _signal(page, signal)
    page.findings(result.findings)


def _target(page: Page, target: TargetOccupancy) -> None:
    page.blank()
    about = f" {target.system}; {', '.join(map(words.analyte, target.ligands))}"
    page.line(
        (target.target, "bold"), page.cites(target.facts), f"{about}; {target.action}",
        page.sure(target.certainty),
    )  # fmt: skip
    absent = target.why_none or "not known"
    for term, level in (("Peak", target.peak), ("Trough", target.trough)):
        told = page.estimate(level, absent, known=target.facts)
        page.pair(term, *told, indent=2, gutter=_TERM)
    if target.curve:
        told_of = f"{over_the_day(target.curve)} ({target.curve.unit}; {target.curve.interval})"
        page.pair("Over the day", told_of, indent=2, gutter=_TERM)
    page.pair("Could explain", target.could_explain, indent=2, gutter=_TERM)
    page.pair("Could not explain", target.could_not_explain, indent=2, gutter=_TERM)
    if target.evidence_of:
        page.pair("Evidence", target.evidence_of, indent=2, gutter=_TERM)
    if target.meaning:
        page.pair("The figure", target.meaning, indent=2, gutter=_TERM)


def _signal(page: Page, signal: Signal) -> None:
    told = page.estimate(signal.peak, signal.why_none or "not known", known=signal.facts)
    page.item((signal.assay, "bold"), f" ({signal.target}): ", *told, page.cites(signal.facts))
    page.line((signal.meaning, "dim"), indent=4)


def _competition(page: Page, competition: Competition) -> None:
    """Who holds the receptors: a medicine without kratom, an alkaloid without the medicines."""
    page.heading(f"Who holds the {competition.target}s")
    for ligand in competition.ligands:
        role = f"{ligand.role}, " if ligand.role else ""
        page.item(
            (ligand.ligand, "bold"), f" ({role}{ligand.medicine})", page.cites(ligand.facts),
        )  # fmt: skip
        absent = ligand.why_none or "not known"
        alone = "Without the medicines" if ligand.medicine == "kratom" else "Without kratom"
        for term, share in (("All together", ligand.together), (alone, ligand.apart)):
            if share is not None:
                told = page.estimate(share, absent, known=ligand.facts)
                page.pair(term, *told, indent=4, gutter=24)
        if ligand.together is None:
            page.line(absent, indent=4)
        else:
            page.line((ligand.how, "dim"), indent=4)
    if competition.vacant:
        vacant = competition.vacant
        told = page.estimate(vacant, known=vacant.facts)
        page.item(("Held by none of these", "bold"), ": ", *told)
    if competition.left_out:
        missing = "; ".join(competition.left_out)
        page.line(("Not counted, because a figure is missing: ", "bold"), f"{missing}.")
    for note in competition.notes:
        page.line((note, "dim"))
