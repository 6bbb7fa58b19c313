"""Pieces that several questionnaires share: sources, statements, bands, cut-offs."""

from __future__ import annotations

from typing import Any

from import_instruments_notes import provenance

Record = dict[str, Any]

MEASURELY = "instr-measurely_pswq"
KROENKE_PHQ2 = "instr-kroenke2003_phq2"
ARROLL = "instr-arroll2010"
AUDITC_FAQ = "instr-auditc_faq"


# Sources opened while the notes were converted; all others stand with the evidence table.
SOURCES: list[Record] = [
    {
        "id": MEASURELY,
        "cite": "Penn State Worry Questionnaire, scoring page of an outcome measure library",
        "url": "https://measurely.com.au/outcome-measures/penn-state-worry-questionnaire",
        "tier": "secondary",
        "read_on": "2026-11-22",
    },
    {
        "id": KROENKE_PHQ2,
        "cite": "Kroenke 2003 Med Care 41:1284-1292, PHQ-2 (abstract)",
        "doi": "10.1097/01.MLR.0000093487.78664.3C",
        "pmid": "14583691",
        "url": "https://www.bioseek.eu/us/eng/research/pubmed/"
        "The_Patient_Health_Questionnaire_2_validity_of_a_two_item_depression_screener_14583691",
        "tier": "mirror",
        "read_on": "2026-11-22",
    },
    {
        "id": ARROLL,
        "cite": "Arroll 2010 Ann Fam Med 8:348-353, PHQ-2 and PHQ-9 in primary care",
        "url": "https://pmc.ncbi.nlm.nih.gov/articles/PMC2906530",
        "read_on": "2026-11-22",
    },
    {
        "id": AUDITC_FAQ,
        "cite": "FAQ for AUDIT-C for clinicians, US Veterans Affairs, 2003",
        "url": "https://docslib.org/faq-for-audit-c-for-clinicians",
        "tier": "mirror",
        "read_on": "2026-11-22",
    },
]


def said(key: str, quantity: str, value: Any = None, **fields: Any) -> Record:  # noqa: ANN401
    """A statement; provenance fields come in ``fields``."""
    return {"key": key, "quantity": quantity, "value": value, **fields}


def sourced(entry: Record, **extra: Any) -> Record:  # noqa: ANN401
    return provenance(
        entry.get("source"), entry.get("verified", False), entry.get("note", ""), **extra
    )


def banded(rows: list[Record], source: Any, verified: bool) -> Record:  # noqa: ANN401
    bands = [{"label": r["label"], "low": r["min"], "high": r["max"]} for r in rows]
    return {"bands": bands, **provenance(source, verified)}


def cutoff(entry: Record, target: str, **fixed: Any) -> Record:  # noqa: ANN401
    score = entry.get("cutoff", entry.get("score"))
    number = score if isinstance(score, int) else None
    source = entry["source"]
    record: Record = {
        "key": f"cutoff-{score}-{source}",
        "target": entry.get("target", target),
        "score": number,
        "setting": "; ".join(entry[k] for k in ("setting", "reference") if entry.get(k)),
        "studies": entry.get("k"),
        "n": entry.get("n"),
        "auc": entry.get("auc"),
        **sourced(entry),
        **fixed,
    }
    for what in ("sensitivity", "specificity"):
        record[what] = entry.get(what)
        low, high = entry.get(f"{what}_ci", (None, None))
        record[f"{what}_low"], record[f"{what}_high"] = low, high
    return record


def ranged(low: int, high: int, **source: Any) -> Record:  # noqa: ANN401
    return said(
        "range",
        "possible totals",
        low=low,
        high=high,
        interval="lowest and highest total",
        **source,
    )


def distribution(entry: Record) -> list[Record]:
    sample = f"{entry['arms']} arms of psychotherapy trials"
    common = {"unit": "points", "n": entry["n"], "conditions": sample, **sourced(entry)}
    return [
        said("reference/clinical-mean", "mean at baseline in people with GAD",
             entry["baseline_mean"], **common),
        said("reference/clinical-sd", "pooled standard deviation at baseline in people with GAD",
             entry["pooled_sd"], **common),
    ]  # fmt: skip
