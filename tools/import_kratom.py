"""Turn the research notes on kratom pharmacology into the data files of the table ``kratom``.

    python tools/import_kratom.py REFERENCE_FOLDER

This made the first release of ``knowledge/data/kratom`` and ``knowledge/data/sources/kratom.json``.
The data files are the product: they are edited by hand from then on, and running this again
overwrites such edits (``docs/knowledge-changelog.md``). Same input, same bytes out.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

SECTIONS = (
    "pk",
    "metabolism",
    "inhibition",
    "pharmacodynamics",
    "products",
    "safety",
    "variability",
)
READ_ON = "2026-11-22"
FROM_MEMORY = "Curator's general clinical-pharmacology knowledge"
DATA = Path(__file__).parents[1] / "src" / "speciosa" / "knowledge" / "data"

SECONDARY_WORDS = (
    "ncyclopedia",
    "econdary page",
    "news",
    "News",
    "endor page",
    "advocacy",
    "review",
    "Review",
    "Association page",
    "summary page",
    "page on 7-OH",
)
PRIMARY_HOSTS = (
    "pmc.ncbi",
    "pubmed.ncbi",
    "doi.org",
    "jpet.aspet",
    "frontiersin",
    "figshare",
    "repo.napdi",
    "napdicenter",
    "livertox",
    "informahealthcare",
    "rd.springer",
    "publications.aap",
    "unodc.org",
    "wapc.org",
    "scholarworks",
    "cuanschutz",
)

# Two entries of the notes hold two figures each, the second inside the unit. Both are kept.
SPLIT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "pd_kruegel2016_mg": (
        {"quantity": "MOR functional potency EC50 (G-protein BRET)", "unit": "nM"},
        {"id": "pd_kruegel2016_mg_emax", "quantity": "MOR functional efficacy Emax (BRET)",
         "value": 34, "unit": "% of DAMGO"},
    ),
    "pd_kruegel2016_7oh": (
        {"quantity": "MOR functional potency EC50 (G-protein BRET)", "unit": "nM"},
        {"id": "pd_kruegel2016_7oh_emax", "quantity": "MOR functional efficacy Emax (BRET)",
         "value": 47, "unit": "% of DAMGO"},
    ),
}  # fmt: skip

# Found since: the address of a source, and the figure read at it; and one plainer wording.
SOURCES_CORRECTED: dict[str, dict[str, str]] = {
    "kp-weiss-2021": {"doi": "10.1097/ADM.0000000000000721", "read_on": READ_ON, "tier": "mirror"},
}
FACTS_CORRECTED: dict[str, dict[str, Any]] = {
    "prod_fda_sched": {
        "value": "FDA asked for federal scheduling of 7-OH (not of leaf), July 2025; DEA "
        "rule-making pending at that time",
    },
    "saf_bup_corr": {
        "verified": True,
        "note": "Tiny sample; not a dosing rule. Read on a mirror of the PubMed page.",
    },
}

# Read in the same table or abstract as their neighbours, and missing from the notes. ``like``
# names the entry whose source they share; conditions are its own unless given.
ADDED: dict[str, tuple[dict[str, Any], ...]] = {
    "pk": (
        {"like": "pk_tanna2022_mitragynine_CLF", "id": "pk_tanna2022_mitragynine_t12",
         "quantity": "t12", "value": 45.3, "low": 31.9, "high": 50.2,
         "spread_kind": "median (range)", "unit": "h"},
        {"like": "pk_tanna2022_mitragynine_CLF", "id": "pk_tanna2022_mitragynine_VzF",
         "quantity": "VzF", "value": 12700, "low": 5190, "high": 19700,
         "spread_kind": "median (range)", "unit": "L"},
        {"like": "pk_tanna2022_seven_hydroxymitragynine_t12",
         "id": "pk_tanna2022_seven_hydroxymitragynine_Cmax",
         "quantity": "Cmax", "value": 16.1, "low": 11.9, "high": 22.2,
         "spread_kind": "median (range)", "unit": "nM"},
        {"like": "pk_tanna2022_seven_hydroxymitragynine_t12",
         "id": "pk_tanna2022_seven_hydroxymitragynine_AUCinf",
         "quantity": "AUCinf", "value": 106, "low": 60.8, "high": 126,
         "spread_kind": "median (range)", "unit": "nM*h"},
        {"like": "pk_tanna2022_speciogynine_t12", "id": "pk_tanna2022_speciogynine_Cmax",
         "quantity": "Cmax", "value": 51.4, "low": 34.2, "high": 121, "unit": "nM"},
        {"like": "pk_tanna2022_speciogynine_t12", "id": "pk_tanna2022_speciogynine_tmax",
         "quantity": "tmax", "value": 2, "low": 1, "high": 3.5, "unit": "h"},
        {"like": "pk_tanna2022_paynantheine_t12", "id": "pk_tanna2022_paynantheine_Cmax",
         "quantity": "Cmax", "value": 61.1, "low": 56.4, "high": 157, "unit": "nM"},
        {"like": "pk_tanna2022_paynantheine_t12", "id": "pk_tanna2022_paynantheine_tmax",
         "quantity": "tmax", "value": 1, "low": 0.75, "high": 2.5, "unit": "h"},
        {"like": "pk_tanna2022_mitraciliatine_t12", "id": "pk_tanna2022_mitraciliatine_Cmax",
         "quantity": "Cmax", "value": 73.5, "low": 34.9, "high": 98.6, "unit": "nM"},
        {"like": "pk_tanna2022_mitraciliatine_t12", "id": "pk_tanna2022_mitraciliatine_tmax",
         "quantity": "tmax", "value": 4.5, "low": 3.5, "high": 6.5, "unit": "h"},
        {"like": "pk_tanna2022_isopaynantheine_t12", "id": "pk_tanna2022_isopaynantheine_Cmax",
         "quantity": "Cmax", "value": 48.8, "low": 26.2, "high": 68.2, "unit": "nM"},
        {"like": "pk_tanna2022_isopaynantheine_t12", "id": "pk_tanna2022_isopaynantheine_tmax",
         "quantity": "tmax", "value": 4.5, "low": 2.5, "high": 6.5, "unit": "h"},
        {"like": "pk_huestis2024_t12_sd", "id": "pk_huestis2024_t12_md",
         "quantity": "highest dose-group mean terminal half-life after 15 daily doses",
         "value": 67.9, "unit": "h"},
        {"like": "pk_huestis2024_7oh_t12_sd", "id": "pk_huestis2024_7oh_t12_md",
         "quantity": "highest dose-group mean terminal half-life after 15 daily doses",
         "value": 24.7, "unit": "h",
         "note": "Far longer than after one dose: the low tail follows mitragynine's own tail."},
        {"like": "pk_huestis2024_ratio_sd", "id": "pk_huestis2024_ratio_md",
         "quantity": "mean concentration ratio after 15 daily doses, range over dose levels",
         "low": 0.15, "high": 0.21},
        {"like": "pk_huestis2024_tmax_sd", "id": "pk_huestis2024_tmax_md",
         "quantity": "median tmax after 15 daily doses, range over dose levels",
         "low": 1.0, "high": 1.7},
        {"like": "pk_huestis2024_7oh_tmax_sd", "id": "pk_huestis2024_7oh_tmax_md",
         "quantity": "median tmax after 15 daily doses, range over dose levels",
         "low": 1.3, "high": 2.0},
        {"like": "pk_huestis2024_ss_mg", "id": "pk_huestis2024_ss_7oh",
         "subject": "7-hydroxymitragynine", "quantity": "time to steady state, once daily",
         "spread_kind": "within", "value": 7, "low": None, "high": 7},
        {"like": "pk_huestis2024_dose_scale", "id": "pk_huestis2024_dose_max_mg",
         "quantity": "highest dose level, as mitragynine, single and once daily for 15 days",
         "value": 53.2, "unit": "mg", "note": ""},
        {"like": "pk_huestis2024_dose_scale", "id": "pk_huestis2024_dose_max_leaf",
         "subject": "leaf powder",
         "quantity": "highest dose level, as leaf powder, single and once daily for 15 days",
         "value": 4, "unit": "g", "note": ""},
        {"like": "pk_fda_sad_design", "id": "pk_fda_sad_dose_max",
         "quantity": "highest planned single dose of leaf powder (FDA study)",
         "value": 12, "unit": "g", "n": 8,
         "note": "Plasma results could not be read; an account of the harms is unconfirmed."},
    ),
}  # fmt: skip


def main(reference: Path) -> None:
    notes = yaml.load((reference / "kratom_pharmacology.yaml").read_text("utf-8"), yaml.CSafeLoader)
    if set(notes) != set(SECTIONS):
        raise SystemExit(f"sections differ from the expected ones: {sorted(notes)}")
    source_ids = _source_ids(notes)
    written = 0
    for section in SECTIONS:
        entries = {entry["id"]: entry for entry in notes[section]}
        for extra in ADDED.get(section, ()):
            notes[section].append(entries[extra["like"]] | extra)
        facts = [f for entry in notes[section] for f in _facts(entry, source_ids)]
        _write(DATA / "kratom" / f"{section}.json", facts)
        written += len(facts)
        added = len(ADDED.get(section, ()))
        print(f"{section}: {len(entries)} in, {added} added, {len(facts)} out")
    sources = [_source(json.loads(key), id_) for key, id_ in source_ids.items()]
    _write(DATA / "sources" / "kratom.json", sorted(sources, key=lambda s: str(s["id"])))
    added = sum(len(extra) for extra in ADDED.values())
    read = sum(len(notes[s]) for s in SECTIONS) - added
    print(f"entries in: {read}; facts out: {written} ({len(SPLIT)} entries held two figures, "
          f"{added} facts added from the same sources)")  # fmt: skip
    print(
        f"sources out: {len(sources)}; left out: the pseudo-source 'curator's knowledge', "
        "whose facts carry a basis instead; no entry was left out"
    )
    print(f"corrected: {', '.join((*FACTS_CORRECTED, *SOURCES_CORRECTED))}")  # fmt: skip


# ------------------------------------------------------------------ facts


def _facts(entry: dict[str, Any], source_ids: dict[str, str]) -> list[dict[str, Any]]:
    entry = entry | FACTS_CORRECTED.get(entry["id"], {})
    if entry["id"] not in SPLIT:
        return [_fact(entry, source_ids)]
    return [_fact(entry | change, source_ids) for change in SPLIT[entry["id"]]]


def _fact(entry: dict[str, Any], source_ids: dict[str, str]) -> dict[str, Any]:
    kind = entry["spread_kind"] or ""
    quantity = entry["quantity"]
    if kind and (entry["low"] is None or entry["high"] is None):
        # "below limit of quantification", "up to": without it the bare value would mislead.
        quantity = f"{quantity} ({kind})"
    source = source_ids.get(_key(entry["source"]))
    fact: dict[str, Any] = {
        "id": f"kratom/{entry['id']}",
        "subject": entry["subject"],
        "quantity": quantity,
        "value": entry["value"],
        "unit": entry["unit"] or "",
        "low": entry["low"],
        "high": entry["high"],
        "interval": kind,
        "n": entry["n"],
        "conditions": entry["conditions"] or "",
        "sources": [source] if source else [],
        "basis": _basis(entry, has_source=source is not None),
        "verified": entry["verified"],
        "read_on": READ_ON if entry["verified"] else "",
        "note": entry["note"] or "",
    }
    return {k: v for k, v in fact.items() if k == "value" or v not in (None, "", [])}


def _basis(entry: dict[str, Any], *, has_source: bool) -> str:
    note = entry["note"] or ""
    if entry["value"] is None and entry["low"] is None and entry["high"] is None:
        return "derived" if "erived" in note else "absence"
    if re.search(r"^(Derived|Computed|Ratio computed)|Derived here|Computed here", note):
        return "derived"
    if "uggestion" in note or entry["id"].startswith("ddi_map_"):
        return "judgement"
    if not entry["verified"] and (not has_source or re.search(r"emember|memory", note)):
        return "recalled"
    return "source" if has_source else "recalled"


# ------------------------------------------------------------------ sources


def _source_ids(notes: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    """An id for every distinct inline source, in order of first use."""
    keys: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for section in SECTIONS:
        for entry in notes[section]:
            key = _key(entry["source"])
            if key in keys or entry["source"]["cite"] == FROM_MEMORY:
                continue
            stem = _stem(entry["source"]["cite"])
            seen[stem] += 1
            keys[key] = stem if seen[stem] == 1 else f"{stem}-{seen[stem]}"
    return keys


def _key(source: dict[str, Any]) -> str:
    return json.dumps(source, sort_keys=True, ensure_ascii=False)


def _stem(cite: str) -> str:
    paper = re.match(r"([A-Z][\w-]+) (\d{4})\b", cite)
    words = " ".join(paper.groups()) if paper else " ".join(cite.split()[:6])
    return "kp-" + re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def _source(source: dict[str, Any], id_: str) -> dict[str, Any]:
    url = source["url"] or ""
    record: dict[str, Any] = {
        "id": id_,
        "cite": source["cite"],
        "url": url,
        "doi": source["doi"] or "",
        "pmid": source["pmid"] or "",
        "tier": _tier(source["cite"], url),
        "read_on": READ_ON if url else "",
    } | SOURCES_CORRECTED.get(id_, {})
    return {k: v for k, v in record.items() if v}


def _tier(cite: str, url: str) -> str:
    if any(word in cite for word in SECONDARY_WORDS):
        return "secondary"
    return "primary" if not url or any(h in url for h in PRIMARY_HOSTS) else "mirror"


def _write(path: Path, records: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(records, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
