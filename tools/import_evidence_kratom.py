"""Kratom's surveys, trials, animal studies and harms, each in its lane."""

from __future__ import annotations

from import_evidence_notes import Raw, ids, kept, sentence

# What a report of each kind cannot show is said once, in the wording of the evidence room.
KINDS = {
    "garcia2020": "user_survey",
    "grundmann2017": "user_survey",
    "grundmann2023": "user_survey",
    "piercey2025": "user_survey",
    "smith2024_ema": "diary",
    "smith2024_direct": "usual_dose",
    "smith2022_crowd": "comparison",
    "leong2021_qol": "comparison",
    "singh2018_withdrawal": "withdrawal",
    "singh2014": "withdrawal",
    "adzrago2022": "population",
    "smith2022_nmo": "population",
    "pro2026": "population",
    "nsduh2019": "prevalence",
    "swogger2018": "review",
    "yang2023": "review",
    "ear2024_meta": "review",
    "hassan2013": "review",
}
LANE_KINDS = {
    "share": "user_survey",
    "trial": "trial_elsewhere",
    "registered": "registered",
    "preclinical": "animal",
    "harm": "harm",
}
KUD = "kratom_use_disorder_DSM5_adapted"
# Fields of the notes that the sentences of ``evidence_kratom_texts.yaml`` already carry.
SAID = frozenset(
    (
        *("id", "design", "n", "source", "verified", "finding", "result", "facts", "rob"),
        *("value", "of", "statement", "title", "status", "nct", "outcome", "kratom", "placebo"),
        *("anxiety_outcome", "note", "detail", "model"),
    )
)


def kratom_record(record_id: str, lane: str, raw: Raw, text: str, read_on: str) -> Raw:
    """A survey, trial, animal study or harm; fields without a place go into the note."""
    extra = [f"{k.replace('_', ' ')}: {v}" for k, v in raw.items() if k not in SAID and v]
    if raw.get("nct", "not seen") != "not seen":
        extra.insert(0, f"register: {raw['nct']}; status: {raw.get('status', 'not given')}")
    return kept(
        {
            "id": record_id,
            "lane": lane,
            "kind": LANE_KINDS.get(lane) or KINDS[record_id],
            "design": raw.get("design") or raw.get("model", ""),
            "n": raw.get("n"),
            "finding": sentence(text),
            "risk_of_bias": raw.get("rob", ""),
            "note": sentence("; ".join(extra)) if extra else "",
            "sources": ids(raw.get("source", [])),
            "verified": raw.get("verified", False),
            "read_on": read_on if raw.get("verified") else "",
        }
    )


def dependence_record(care: Raw, read_on: str) -> Raw:
    """The harm the notes only point to: shares with use disorder in samples that differ."""
    rows = care["instruments"][KUD]["prevalence"]
    text = "; ".join(
        f"{r['value']} of {r['n']} ({r['sample']}; {r['detail']})"
        if "detail" in r
        else f"{r['value']} of {r['n']} ({r['sample']})"
        for r in rows
    )
    raw = {"source": [r["source"] for r in rows], "verified": all(r["verified"] for r in rows)}
    return kratom_record(
        "dependence", "harm", raw, f"Met criteria for kratom use disorder: {text}", read_on
    )


def registered_id(raw: Raw) -> str:
    """The registry number, or a name where there is none."""
    nct = raw.get("nct", "none-in-anxiety")
    return "washington-interaction" if nct == "not seen" else nct


def kratom(notes: Raw, care: Raw, texts: dict[str, str], read_on: str) -> list[Raw]:
    anxiety = notes["kratom_anxiety"]
    found = [
        *(("user_report", raw["id"], raw) for raw in anxiety["studies"]),
        *(("share", f"share-{r['source']}", r) for r in anxiety["share_naming_anxiety"]),
        *(("trial", r["id"], r) for r in anxiety["randomised_human_trials_not_in_anxiety"]),
        *(("registered", registered_id(r), r) for r in anxiety["registered_or_planned"]),
        *(("preclinical", raw["id"], raw) for raw in anxiety["preclinical"]),
        *(("harm", raw["id"], raw) for raw in notes["kratom_harms_relevant_to_GAD_care"]),
    ]
    return [
        dependence_record(care, read_on)
        if key == "dependence"
        else kratom_record(key, lane, raw, texts[key], read_on)
        for lane, key, raw in found
    ]


def judgement(notes: Raw) -> Raw:
    raw = notes["kratom_anxiety"]["grade_judgement"]
    return {
        "question": raw["question"],
        "randomised_trials": raw["randomised_trials_in_GAD_or_any_anxiety_disorder"],
        "certainty": raw["certainty"].replace("_", " "),
        "reasons": raw["reasons"],
        "direction_of_human_data": raw["direction_of_human_data"],
        "statement": raw["statement_for_output"],
    }
