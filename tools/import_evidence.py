"""Make the evidence table and its sources from the research notes (``evidence.yaml``).

This made the first release. The data files are the product and are edited by hand from there on;
run it again only to compare. ``evidence_recipes.yaml`` beside it says how each effect of the notes
becomes rows with one option and one comparator each; ``evidence_kratom_texts.yaml`` holds the
sentences of the kratom records. Usage::

    python tools/import_evidence.py REFERENCE_FOLDER
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "src" / "speciosa" / "knowledge" / "data"
Raw = dict[str, Any]

NOT_READ = "not read"
NORMAL_95 = 1.96  # half-width of a 95 % interval in standard errors
UNITS = {
    "MD": "HAM-A points",
    "WMD": "HAM-A points",
    "Hedges g": "g",
    "g": "g",
    "SMD": "SMD",
} | dict.fromkeys(("RR", "OR", "HR"), "ratio")
LEVELS = ("very low", "low", "moderate", "high")
# Fields of an effect that keep a place of their own; every other field goes into the note in words.
PLACED = frozenset(
    (
        *("id", "topic", "drug", "product", "comparison", "outcome", "measure", "sign", "estimate"),
        *("ci", "ci_type", "k", "n", "design", "source", "verified", "population", "duration"),
        *("follow_up", "certainty_published", "certainty_curator", "caution", "statement", "note"),
        *("numbers", "values", "value_order", "acceptability", "changes", "margin", "remission"),
        *("response", "completion", "relapses", "open_phase", "nnt", "change_mean_sd", "harms"),
        *("sensitivity", "depression_outcome", "low_dose", "high_dose_400mg", "cgi_RR"),
        *("remission_OR", "remission_ci", "estimate_range", "estimate_text", "p", "iqr"),
        *("low_risk_of_bias_only", "bias", "conclusion", "quality"),
    )
)
WORDS = {
    "I2": "heterogeneity I2 {}%",
    "tau2": "tau2 {}",
    "rob": "risk of bias: {}",
    "method": "method: {}",
    "se": "standard error {}",
    "n_randomised": "{} randomised",
    "n_analysed": "{} analysed",
    "analysed": "analysed in each arm: {}",
    "comparisons": "{} comparisons",
    "total_studies": "{} studies in all",
    "reviews": "{} reviews",
    "trials": "{} trials",
}


def load(path: Path) -> Raw:
    notes: Raw = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    return notes


def write(path: Path, records: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(records, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def kept(record: Raw) -> Raw:
    """The record without what is absent."""
    return {k: v for k, v in record.items() if v is not None and v not in ("", [])}


def ids(source: str | list[str]) -> list[str]:
    return [source] if isinstance(source, str) else list(source)


def sentence(text: str) -> str:
    """Capital first, full stop last; the notes are written as fragments."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")


# ------------------------------------------------------------------ sources


# Sources the notes name without an address, and where the citation was seen since.
SEEN_AT = {
    "hassan2013": "https://www.scribd.com/document/688641927/Hassanetal-NBR-2013-Authorcopy",
}


def source_record(source_id: str, raw: Raw, read_on: str) -> Raw:
    """One source in the shape of ``Source``; what could not be checked moves to the note."""
    notes = []
    if "erratum" in raw:
        notes.append(f"Erratum: doi {raw['erratum']}.")
    if "doi_unverified" in raw:
        notes.append(f"DOI not checked: {raw['doi_unverified']}.")
    if raw.get("doi_verified") is False:
        notes.append(f"DOI not checked: {raw['doi']}.")
    unread = raw["url"] == NOT_READ
    if unread:
        notes.append("Known by its citation only; not read.")
    seen_at = SEEN_AT.get(source_id, "") if unread else raw["url"]
    return kept(
        {
            "id": source_id,
            "cite": raw["cite"],
            "url": seen_at,
            "doi": "" if raw.get("doi_verified") is False else raw.get("doi", ""),
            "pmid": raw.get("pmid", ""),
            "tier": raw.get("tier", "primary"),
            "licence": raw.get("licence", ""),
            "read_on": "" if unread else read_on,
            "note": " ".join(notes),
        }
    )


# ------------------------------------------------------------------ effects


def certainty(raw: Raw, recipe: Raw) -> Raw:
    """Published certainty before the curators' own; a span counts as its lower end."""
    if "certainty" in recipe:
        return dict(recipe["certainty"])
    for by in ("published", "curator"):
        text = raw.get(f"certainty_{by}")
        if text:
            found = [level for level in LEVELS if re.search(rf"(?<!very )\b{level}\b", text)]
            reason = "as rated by the authors" if by == "published" else text
            return {"level": found[0], "by": by, "reason": reason}
    return {"level": "unknown", "by": "none", "reason": ""}


def interval_kind(raw: Raw) -> str:
    return f"95 % {raw.get('ci_type', 'CI')}"


def row_record(raw: Raw, recipe: Raw, row: Raw) -> Raw:
    """One option beside one comparator."""
    measure = row.get("measure") or recipe.get("measure") or raw.get("measure", "")
    value, ci, kind = row.get("value"), [row.get("low"), row.get("high")], row.get("interval", "")
    own = "value" not in row and "conclusion" not in row and "low" not in row
    if recipe.get("value_order"):
        value, *ci = raw["values"][row["key"]]
        kind = interval_kind(raw)
    elif own or "value" not in row:
        part = raw[row["from"]] if "from" in row else raw
        value = part.get("estimate", value)
        if part.get("ci") and ci[0] is None:
            ci, kind = part["ci"], interval_kind(raw)
    note = ""
    if "se" in row:
        half = NORMAL_95 * row["se"]
        ci, kind = (
            [round(value - half, 2), round(value + half, 2)],
            f"{interval_kind(raw)} (computed)",
        )
        note = f"interval computed here from the published standard error of {row['se']}"
    unit = recipe.get("unit") or UNITS.get(measure, measure)
    return kept(
        {
            "key": row.get("key", ""),
            "group": row.get("group", recipe["group"]),
            "option": row["option"],
            "medicines": row.get("medicines", []),
            "treatments": row.get("treatments", recipe.get("treatments", [])),
            "comparator": row["comparator"],
            "control": row["control"],
            "outcome": row.get("outcome") or recipe.get("outcome") or raw.get("outcome", "anxiety"),
            "measure": measure,
            "unit": unit,
            "better": row.get("better"),
            "value": value,
            "low": ci[0],
            "high": ci[1],
            "interval": kind,
            "p": row.get("p"),
            "n": row.get("n"),
            "conclusion": row.get("conclusion", ""),
            "qualifier": row.get("qualifier", ""),
            "published": row.get("published", ""),
            "note": note,
        }
    )


def figure_record(raw: Raw, figure: Raw) -> Raw:
    """A further number of the same record, kept as a fact and not as a row."""
    part = raw[figure["from"]] if "from" in figure else raw
    value = figure.get("value", part.get(figure.get("value_from", "estimate")))
    ci = part.get("ci") if "from" in figure and "value" not in figure else None
    low, high = ci or (figure.get("low"), figure.get("high"))
    verified = part.get("verified", raw["verified"]) if "from" in figure else raw["verified"]
    return kept(
        {
            "key": figure["key"],
            "quantity": figure["quantity"],
            "value": value,
            "unit": figure["unit"],
            "low": low,
            "high": high,
            "interval": figure.get("interval", interval_kind(raw) if ci else ""),
            "verified": verified,
            "note": figure.get("note", ""),
        }
    )


def effect_record(raw: Raw, recipe: Raw, read_on: str) -> Raw:
    """One published result with its rows."""
    words = [WORDS[k].format(v) for k, v in raw.items() if k in WORDS]
    words += [k for k, v in raw.items() if v is None]  # a list element the notes hold as a key
    lost = [k for k, v in raw.items() if k not in PLACED and k not in WORDS and v is not None]
    if lost:
        raise ValueError(f"{raw['id']}: no place for {lost}")
    notes = [recipe.get("note") or raw.get("note", ""), "; ".join(words)]
    if "harms" in raw and raw["id"] != "sarris2020_kava":
        notes.append(str(raw["harms"]))
    if "drug" in raw and raw.get("topic") == "drug maintenance":
        notes.append(raw["drug"])
    return kept(
        {
            "id": raw["id"],
            "statement": recipe.get("statement", ""),
            "design": recipe.get("design") or raw.get("design", "network meta-analysis"),
            "k": raw.get("k"),
            "n": raw.get("n") or raw.get("n_analysed"),
            "population": recipe.get("population") or raw.get("population", ""),
            "duration": raw.get("duration") or raw.get("follow_up", ""),
            "certainty": certainty(raw, recipe),
            "caution": recipe.get("caution") or raw.get("caution", ""),
            "note": " ".join(sentence(n) for n in notes if n),
            "basis": recipe.get("basis", "source"),
            "sources": ids(raw["source"]),
            "verified": raw["verified"],
            "read_on": read_on if raw["verified"] else "",
            "rows": [row_record(raw, recipe, row) for row in recipe["rows"]],
            "figures": [figure_record(raw, f) for f in recipe.get("figures", ())],
        }
    )


# ------------------------------------------------------------------ kratom


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


# ------------------------------------------------------------------ parameters of a future trial


def parameters(notes: Raw, read_on: str) -> list[Raw]:
    """The trial parameters as flat facts: one id for each leaf that is a number or a statement."""
    out: list[Raw] = []

    def fact(
        path: str, subject: str, quantity: str, value: object, raw: Raw, **more: object
    ) -> None:
        verified = bool(raw.get("verified", False))
        sources = ids(raw.get("source", []))
        basis = "source" if sources else "derived" if verified else "recalled"
        out.append(
            {"id": f"evidence/parameter/{path}", "value": value}
            | kept(
                {
                    "subject": subject,
                    "quantity": quantity,
                    "sources": sources,
                    "basis": more.pop("basis", basis),
                    "verified": verified,
                    "read_on": read_on if verified else "",
                    "note": raw.get("note", ""),
                    **more,
                }
            )
        )

    p = notes["trial_simulation_parameters"]
    ham = p["HAM-A"]
    points = {"unit": "HAM-A points"}
    none: Raw = {}
    kasper = {"source": "kasper2014", "verified": ham["active_change_verified"]}
    fact("ham-a/entry", "HAM-A in GAD trials", "entry score", ham["entry"], none)
    change = ham["placebo_change"]
    fact(
        "ham-a/placebo-change",
        "HAM-A in GAD trials",
        "mean change on placebo in 10 weeks",
        change["mean"],
        change,
        **points,
    )
    fact(
        "ham-a/placebo-change-sd",
        "HAM-A in GAD trials",
        "SD of the change on placebo",
        change["sd"],
        change,
        **points,
    )
    for arm in ham["active_change_examples"]:
        key = arm["arm"].split()[0].lower()
        fact(
            f"ham-a/change-{key}", arm["arm"], "mean change in HAM-A", arm["mean"], kasper, **points
        )
        fact(f"ham-a/change-{key}-sd", arm["arm"], "SD of the change", arm["sd"], kasper, **points)
    low, high = ham["typical_true_difference"]["drug_vs_placebo"]
    fact(
        "ham-a/true-difference",
        "medicines against placebo",
        "typical difference in HAM-A",
        None,
        ham["typical_true_difference"],
        low=low,
        high=high,
        interval="range over medicines",
        **points,
    )
    fact(
        "ham-a/implied-smd",
        "medicines against placebo",
        "implied SMD",
        ham["implied_SMD"],
        none,
        basis="derived",
    )
    fact(
        "ham-a/se-check",
        "vortioxetine trial",
        "check of the standard error",
        ham["se_of_difference_check"],
        none,
        basis="derived",
    )
    base = ham["baseline_psychotherapy_trials"]
    blocks = {"ham-a": {"baseline": base}}
    blocks |= {k.lower().replace("_", "-"): p[k] for k in ("GAD-7", "PSWQ", "BAI", "STAI_T")}
    for scale, block in blocks.items():
        origin = {"source": "metapsy_gad", "verified": True, "note": block.get("note", "")}
        for part, label in (("baseline", "baseline"), ("control_post", "control arms after")):
            for stat in ("mean", "sd", "mean_change"):
                if stat in block.get(part, {}):
                    fact(
                        f"{scale}/{part.replace('_', '-')}-{stat.replace('_', '-')}",
                        f"{scale.upper()} in psychotherapy trials of GAD",
                        f"{stat.replace('_', ' ')}, {label}",
                        block[part][stat],
                        origin,
                        unit="points",
                        n=block[part]["n"],
                    )
    moderators = p["placebo_response_moderators"]
    fact("placebo-response", "placebo response", "moderators", moderators["fact"], moderators)
    pre = p["pre_post_correlation"]
    fact(
        "pre-post-correlation", "anxiety scores", "correlation before and after", pre["value"], pre
    )
    drop = p["dropout"]
    fact(
        "dropout/drug-trials",
        "medicine trials of 8 to 12 weeks",
        "dropout",
        drop["drug_trials_8_to_12_weeks"],
        none,
    )
    examples = {
        "Hoge 2022": "hoge2022",
        "Simon 2021": "simon2021",
        "chamomile open phase": "mao2016",
    }
    for raw in drop["examples"]:
        source = examples[raw["trial"]]
        fact(
            f"dropout/{source}",
            raw["trial"],
            "lost to follow-up",
            raw["lost"],
            raw | {"source": source},
        )
    fact(
        "unblinding",
        "kratom",
        "expectancy and unblinding",
        p["expectancy_and_unblinding"],
        none,
        basis="judgement",
    )
    for i, text in enumerate(p["outcome_choice_for_missing_kratom_trials"], start=1):
        fact(
            f"outcome-{i}",
            "the missing kratom trials",
            "outcome to choose",
            text,
            none,
            basis="judgement",
        )
    return out


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


def main(reference: Path) -> None:
    notes = load(reference / "evidence.yaml")
    recipes = load(HERE / "evidence_recipes.yaml")
    read_on = notes["curated_on"]
    sources = [source_record(i, notes["sources"][i], read_on) for i in sorted(notes["sources"])]
    effects = [effect_record(raw, recipes[raw["id"]], read_on) for raw in notes["effects"]]
    texts = load(HERE / "evidence_kratom_texts.yaml")
    lanes = kratom(notes, load(reference / "gad_care.yaml"), texts, read_on)
    facts = parameters(notes, read_on)
    write(DATA / "sources" / "evidence.json", sources)
    write(DATA / "evidence" / "effects.json", effects)
    write(DATA / "evidence" / "kratom.json", {"judgement": judgement(notes), "records": lanes})
    write(DATA / "evidence" / "trial_parameters.json", facts)
    rows = sum(len(e["rows"]) for e in effects)
    print(f"sources: {len(notes['sources'])} in, {len(sources)} out")
    print(f"effects: {len(notes['effects'])} in, {len(effects)} out with {rows} rows")
    anxiety = notes["kratom_anxiety"]
    lists = ("studies", "share_naming_anxiety", "randomised_human_trials_not_in_anxiety")
    given = sum(len(anxiety[k]) for k in (*lists, "registered_or_planned", "preclinical"))
    given += len(notes["kratom_harms_relevant_to_GAD_care"])
    print(f"kratom records: {given} in, {len(lanes)} out, and the judgement")
    print(
        f"trial parameters: {len(notes['trial_simulation_parameters'])} in, {len(facts)} facts out"
    )
    print("left out: certainty_levels (they are the ranks of Certainty in the code)")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
