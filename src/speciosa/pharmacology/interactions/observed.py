"""A pair that was studied in people, as an estimate and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.case.vocabulary import Route
from speciosa.finding import Estimate
from speciosa.pharmacology.interactions.grading import number
from speciosa.pharmacology.interactions.kinetics.route import studied_as

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.ddi.record import Pair

_ROUTES = {"oral": "by mouth", "iv": "into a vein"}


def observed_estimate(observed: Pair) -> Estimate:
    """The pooled ratio with the spread of its studies, or the interval of the only one."""
    studies = observed.studies
    low, high, interval = studies[0].low, studies[0].high, studies[0].interval
    if len(studies) > 1:
        ratios = [study.auc_ratio for study in studies]
        low, high = min(ratios), max(ratios)
        interval = f"lowest to highest of {len(studies)} studies"
    known = low is not None and high is not None and bool(interval)
    return Estimate(
        value=observed.auc_ratio,
        unit="ratio",
        low=low if known else None,
        high=high if known else None,
        interval=interval if known else "",
        no_interval_because="" if known else "the source gives none",
        facts=(observed.fact_id,),
    )


def studied_regimen(observed: Pair) -> str:
    """How the perpetrator was taken in the studies."""
    regimens = sorted({s.perpetrator_regimen for s in observed.studies if s.perpetrator_regimen})
    told = f"perpetrator {' / '.join(regimens)}" if regimens else "regimen not given"
    return f"{told}; plasma concentrations, not AUC" if observed.of_concentrations else told


def reported_unchanged(victim: str, perpetrator: str, knowledge: Knowledge) -> tuple[str, ...]:
    """What is said, in words, of reports without a figure that a pair (two ids) does not change.

    Never a ratio: it grades nothing and takes nothing from what the model says. The facts are
    those of ``knowledge.ddi.reported_unchanged``.
    """
    said = []
    for report in knowledge.ddi.reported_unchanged(victim, perpetrator):
        ids = dict.fromkeys(source for study in report.studies for source in study.sources)
        sources = " / ".join(knowledge.sources[source].cite for source in ids)
        said.append(
            f"{report.victim_name} with {report.perpetrator_name}: reported as unchanged; no "
            f"figure given ({_ROUTES.get(report.route, report.route)}; {sources})"
        )
    return tuple(said)


def studied_otherwise(
    victim: str, perpetrator: str, route: Route | None, knowledge: Knowledge
) -> tuple[str, ...]:
    """What is said, in words, of studies of a pair (two ids) that do not answer for this route."""
    if knowledge.ddi.pair(victim, perpetrator, studied_as(route)) is not None:
        return ()
    pairs = [knowledge.ddi.pair(victim, perpetrator, way) for way in (*_ROUTES, *Route)]
    return tuple(
        f"{pair.victim_name} with {pair.perpetrator_name}: studied in people "
        f"{_ROUTES.get(pair.route, f'by the {pair.route} route')}, ratio {number(pair.auc_ratio)}"
        f"{'' if pair.route == route else '; that is another route'}"
        for pair in {one.id: one for one in pairs if one is not None}.values()
    )
