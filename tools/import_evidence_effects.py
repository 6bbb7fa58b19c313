"""Effects of the notes as rows with one option and one comparator each, by recipe."""

from __future__ import annotations

import re

from import_evidence_notes import Raw, ids, kept, sentence

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
