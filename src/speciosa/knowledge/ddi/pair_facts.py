"""Studied pairs as facts: what was measured, and what was reported without a figure."""

from __future__ import annotations

from collections.abc import Iterator

from speciosa.knowledge.ddi.record import Pair, Unchanged
from speciosa.knowledge.fact import Basis, Fact

__all__ = ["pair_facts", "unchanged_fact"]


def unchanged_fact(report: Unchanged, read_on: str) -> Fact:
    """A report without a figure, as words and not as a ratio."""
    said = []
    for study in report.studies:
        people = f"{study.n} people" if study.n else ""
        regimen = study.perpetrator_regimen
        regimen += "" if study.regimen_verified else " (not read in the source)"
        said.append(", ".join(part for part in (study.words, regimen, people) if part))
    verified = all(study.verified for study in report.studies)
    return Fact(
        id=report.fact_id,
        subject=report.victim_name,
        quantity=f"exposure with {report.perpetrator_name}",
        value="reported as unchanged; no figure given",
        conditions=f"victim route {report.route}; {'; '.join(said)}",
        sources=tuple(sorted({s for study in report.studies for s in study.sources})),
        verified=verified,
        read_on=read_on if verified else "",
        note="not a ratio of 1: how large a change it leaves room for is not known",
    )


def _measured(pair: Pair, *, concentrations: bool) -> str:
    ratio = "ratio of plasma concentrations, not AUC," if concentrations else "AUC ratio"
    return f"{ratio} with {pair.perpetrator_name} (observed)"


def pair_facts(pair: Pair, read_on: str) -> Iterator[Fact]:
    """The pooled ratio of a pair and that of each study."""
    pooled = len(pair.studies) > 1
    verified = all(study.verified for study in pair.studies)
    quantity = _measured(pair, concentrations=pair.of_concentrations)
    yield Fact(
        id=pair.fact_id,
        subject=pair.victim_name,
        quantity=quantity,
        value=pair.auc_ratio,
        n=None,
        conditions=f"victim route {pair.route}; {pair.mechanism.replace('_', ' ')} of "
        f"{', '.join(pair.enzymes)}",
        sources=tuple(sorted({s for study in pair.studies for s in study.sources})),
        basis=Basis.DERIVED if pooled else Basis.SOURCE,
        verified=verified,
        read_on=read_on if verified else "",
        note=f"unweighted geometric mean of {len(pair.studies)} studies" if pooled else "",
    )
    for number, study in enumerate(pair.studies, start=1):
        kept = (
            study.study,
            study.perpetrator_regimen
            + ("" if study.regimen_verified else " (regimen partly recalled)"),
            f"AUC {study.auc_window}" if study.auc_window else "",
            study.statistic,
        )
        remarks = (
            f"spread {study.spread}" if study.spread else "",
            f"PMID {study.pmid}" if study.pmid else "",
            study.url,
            study.dataset_row,
            study.caveat,
        )
        yield Fact(
            id=f"{pair.fact_id}/study/{number}",
            subject=pair.victim_name,
            quantity=_measured(pair, concentrations=study.measure == "concentration"),
            value=study.auc_ratio,
            low=study.low,
            high=study.high,
            interval=study.interval,
            n=study.n,
            conditions="; ".join(part for part in kept if part),
            sources=study.sources,
            verified=study.verified,
            read_on=read_on if study.verified else "",
            note="; ".join(part for part in remarks if part),
        )
