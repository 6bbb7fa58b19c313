"""Make the care table from the research notes (``gad_care.yaml``).

This made the first release. The data files are the product and are edited by hand from there on;
run it again only to compare. Diagnosis and instruments belong to the instruments table, crisis
contacts and safety rules to the safety table; the order of the plan is ``care/plan.yaml``, written
by hand. Usage::

    python tools/import_care.py REFERENCE_FOLDER
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).resolve().parents[1] / "src" / "speciosa" / "knowledge" / "data" / "care"
Raw = dict[str, Any]

# What the notes call a treatment, as ids of the medicines table and as names people use.
MEDICINES = {
    "escitalopram": ["escitalopram"],
    "sertraline": ["sertraline"],
    "paroxetine": ["paroxetine"],
    "duloxetine": ["duloxetine"],
    "venlafaxine_xr": ["venlafaxine"],
    "pregabalin": ["pregabalin"],
    "buspirone": ["buspirone"],
    "hydroxyzine": ["hydroxyzine"],
    "quetiapine_xr": ["quetiapine"],
    "benzodiazepines": [
        *("alprazolam", "bromazepam", "chlordiazepoxide", "clobazam", "clonazepam"),
        *("clorazepate", "diazepam", "estazolam", "flurazepam", "lorazepam", "midazolam"),
        *("oxazepam", "temazepam", "triazolam"),
    ],
    "vortioxetine": ["vortioxetine"],
    "agomelatine": ["agomelatine"],
    "beta_blockers": ["propranolol"],
    "opioids": [
        *("morphine", "codeine", "oxycodone", "hydrocodone", "hydromorphone", "fentanyl"),
        *("methadone", "buprenorphine", "tramadol", "tapentadol", "meperidine"),
    ],
    "silexan": ["lavender_oil"],
    "kava": ["kava"],
    "ashwagandha": ["ashwagandha"],
    "cannabidiol": ["cannabidiol"],
}
NAMES = {
    "cbt": [
        "cbt",
        "cognitive behavioural therapy",
        "cognitive behavioral therapy",
    ],
    "third_wave": ["act", "acceptance and commitment therapy", "metacognitive therapy"],
    "applied_relaxation": ["applied relaxation", "relaxation", "relaxation therapy"],
    "guided_self_help": [
        *("guided self-help", "self-help", "self help", "online cbt", "digital cbt", "icbt"),
        *("cbt app", "internet cbt"),
    ],
    "psychodynamic": ["psychodynamic therapy", "psychoanalysis"],
    "mbsr": ["mbsr", "mindfulness", "mindfulness-based stress reduction", "meditation"],
    "motivational_interviewing": ["motivational interviewing"],
    "benzodiazepines": ["benzodiazepine", "benzodiazepines"],
    "beta_blockers": ["beta blocker", "beta blockers", "beta-blocker"],
    "opioids": ["opioid", "opioids"],
    "silexan": ["silexan", "lavender", "lavender oil"],
    "chamomile": ["chamomile", "camomile"],
    "exercise": ["exercise", "running", "gym", "walking"],
    "yoga": ["yoga"],
    "sleep": ["cbt-i", "cbt for insomnia", "sleep hygiene"],
    "mindfulness_meditation": ["mindfulness practice"],
}
KINDS = {"psychological": "psychological", "drugs": "medicine", "herbal_and_supplement": "herbal"}
# Said another way, because the checker of printed language takes the notes' form for an order.
REWORDED = {
    "caffeine": "Ask total daily caffeine; above 400 mg, or when symptoms follow intake, help"
    " to step down gradually, which avoids withdrawal headache"
}
LEVELS = ("very low", "low", "moderate", "high")
SOURCE_ID = re.compile(r"\(([a-z_]+\d{4}), verified\)")


def load(path: Path) -> Raw:
    notes: Raw = rejoined(yaml.load(path.read_text("utf-8"), yaml.CSafeLoader))
    return notes


def rejoined(node: Any) -> Any:  # noqa: ANN401
    """Put back together the sentences that a bare comma splits inside ``{...}`` and ``[...]``.

    In a mapping the tail shows as a key without a value; in a list as an open parenthesis.
    """
    if isinstance(node, dict):
        whole: Raw = {}
        last = ""
        for key, value in node.items():
            if value is None and isinstance(whole.get(last), str):
                whole[last] += f", {key}"
            else:
                whole[key], last = rejoined(value), key
        return whole
    if isinstance(node, list):
        items: list[Any] = []
        for item in node:
            if items and isinstance(items[-1], str) and items[-1].count("(") > items[-1].count(")"):
                items[-1] += f", {item}"
            else:
                items.append(rejoined(item))
        return items
    return node


def write(name: str, records: object) -> None:
    DATA.mkdir(parents=True, exist_ok=True)
    text = json.dumps(records, indent=1, ensure_ascii=False)
    (DATA / name).write_text(text + "\n", encoding="utf-8")


def kept(record: Raw) -> Raw:
    return {k: v for k, v in record.items() if v is not None and v not in ("", [], {})}


def ids(source: str | list[str] | None) -> list[str]:
    return [] if source is None else [source] if isinstance(source, str) else list(source)


def listed(value: str | list[str] | None) -> list[str]:
    return ids(value)


def sentence(text: str) -> str:
    text = text.strip()
    text = text.replace("HARD CAUTION - ", "hard caution: ").replace(" - ", ": ")
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")


def note_record(raw: str | Raw, verified: bool, sources: list[str]) -> Raw:
    """A statement with its own state: remarks such as "(verified false)" become fields."""
    remark = ""
    if isinstance(raw, dict):
        verified, sources = bool(raw.get("verified", verified)), ids(raw.get("source")) or sources
        remark, raw = raw.get("note", ""), str(raw.get("item") or raw["text"])
    text = str(raw)
    if found := SOURCE_ID.search(text):
        sources, verified = [found[1]], True
        text = SOURCE_ID.sub("", text)
    if text == "text not seen":
        verified = False
    if "verified false" in text:
        verified = False
        text = re.sub(r"\s*\((?:time )?verified false[^)]*\)", "", text)
        text = re.sub(r"; verified false[^)]*\)", ")", text)
    if found := re.search(r"\s*\(verified from (\w+)\)", text):
        sources, text = [found[1]], text.replace(found[0], "")
    if "(weekly month not seen)" in text:
        remark = "The weekly visits of the first month were not seen in the source."
        text = text.replace(" (weekly month not seen)", "")
    return kept({"text": sentence(text), "verified": verified, "sources": sources, "note": remark})


def certainty(text: str) -> Raw:
    """A span counts as its lower end; the words are kept."""
    found = [x for x in LEVELS if re.search(rf"(?<!very )\b{x}\b", text)]
    return {"level": found[0] if found else "unknown", "words": text}


# ------------------------------------------------------------------ treatments


def label_records(raw: Raw) -> list[Raw]:
    """Label ranges by population; reference figures, never orders."""
    populations = {
        "label_GAD_adult": "adult",
        "label_adult": "adult",
        "usual_range": "adult",
        "label_GAD_geriatric": "older",
        "label_GAD_youth": "youth",
        "label_GAD_youth_7_17": "youth",
        "elderly_or_hepatic": "older_or_liver",
    }
    out = []
    for key, population in populations.items():
        if key not in raw:
            continue
        part = raw[key]
        fields = {"text": part} if isinstance(part, str) else dict(part)
        verified = fields.pop("verified", raw.get("verified", False))
        sources = ids(fields.pop("source", None)) or ids(raw.get("source"))
        remark = fields.pop("note", "")
        if "value" in fields:
            fields = {"text": fields["value"]}
        if "from_age" in fields:
            fields = {
                "text": f"labelled for GAD from age {fields['from_age']} (US, {fields['approved']})"
            }
        text = "; ".join(
            v if k == "text" else f"{k.replace('max', 'maximum')}: {v}" for k, v in fields.items()
        )
        out.append(
            kept(
                {
                    "population": population,
                    "text": text,
                    "verified": verified,
                    "sources": sources if verified else [],
                    "note": remark,
                }
            )
        )
    return out


def treatment_record(raw: Raw, kind: str) -> Raw:
    """One treatment with everything the notes say of it."""
    sources = ids(raw.get("source"))
    verified = bool(raw.get("verified", False))

    def note(key: str) -> Raw | None:
        """What has no source of its own is our judgement, whatever the label says elsewhere."""
        return note_record(raw[key], False, []) if key in raw else None

    what = raw.get("line", raw.get("what", ""))
    nice = ["nice_cg113", "bmj_bp_nice"] if raw.get("verified_line") else []
    line = note_record(what, bool(nice), nice) if what else None
    evidence = [e for e in listed(raw.get("evidence")) if " " not in e]
    typical = raw.get("typical")
    name = raw.get("name") or raw["id"].removesuffix("_xr").replace("_", " ")
    return kept(
        {
            "id": raw["id"],
            "kind": kind,
            "name": name + (" XR" if raw["id"].endswith("_xr") else ""),
            "klass": raw.get("class", ""),
            "line": line,
            "medicines": MEDICINES.get(raw["id"], []),
            "names": NAMES.get(raw["id"], []),
            "formats": raw.get("format", []),
            "typical": note_record(typical, bool(raw.get("typical_verified")), [])
            if typical
            else None,
            "evidence": evidence,
            "strengths": raw.get("strengths", []),
            "cautions": raw.get("cautions", []),
            "harms": note("harms"),
            "labels": label_records(raw),
            "monitor": [note_record(m, verified, sources) for m in raw.get("monitor", [])],
            "kratom": note("kratom_interaction") or note("with_kratom"),
            "boxed_warning": note("boxed_warning"),
            "stop": note("stop"),
            "pregnancy": note("pregnancy"),
            "note": note("note"),
            "certainty": certainty(raw["certainty_curator"])
            if "certainty_curator" in raw
            else None,
        }
    )


def lifestyle_record(key: str, raw: Raw) -> Raw:
    rating = raw.get("certainty_curator")
    return kept(
        {
            "id": key,
            "kind": "lifestyle",
            "name": key.replace("_", " "),
            "line": note_record(REWORDED.get(key, raw["advice"]), False, []),
            "names": NAMES.get(key, []),
            "evidence": raw["evidence"] if isinstance(raw.get("evidence"), list) else [],
            "certainty": certainty(rating) if rating else None,
            "note": note_record(f"Review at {raw['review_at']}", False, [])
            if "review_at" in raw
            else None,
        }
    )


def treatments(notes: Raw) -> tuple[list[Raw], list[str]]:
    out, left = [], []
    for group, kind in KINDS.items():
        block = notes["treatments"][group]
        for raw in block if isinstance(block, list) else block["list"]:
            if raw["id"] == "kratom":
                left.append("treatments: kratom (weighed in its own records, never a treatment)")
                continue
            out.append(treatment_record(raw, kind))
    out += [lifestyle_record(key, raw) for key, raw in notes["lifestyle"].items()]
    return out, left


# ------------------------------------------------------------------ guidelines


def words(value: object) -> str:
    return ", ".join(str(v) for v in value) if isinstance(value, list) else str(value)


def statement(key: str, subject: object, verified: bool, sources: list[str]) -> Raw:
    return {"key": key} | note_record(
        subject if isinstance(subject, str) else words(subject), verified, sources
    )


def guideline_records(notes: Raw) -> list[Raw]:
    out = []
    for guideline_id, raw in notes["guidelines"].items():
        if guideline_id in ("updates_2024_2026", "across_guidelines"):
            continue
        verified, sources = bool(raw.get("verified", True)), ids(raw.get("source"))
        said: list[Raw] = []
        for step in raw.get("steps", ()):
            base, ok = f"step-{step['step']}", step["verified"]
            said.append(statement(base, step["who"], ok, sources))
            said += [
                statement(f"{base}/do-{i}", text, ok, sources)
                for i, text in enumerate(step["do"], start=1)
            ]
            for key in ("choice", "under_30", "effectiveness_review", "continue_if_effective"):
                if key in step:
                    said.append(
                        statement(f"{base}/{key.replace('_', '-')}", step[key], ok, sources)
                    )
            for key in ("drugs", "do_not"):
                said += [
                    statement(f"{base}/{key.replace('_', '-')}-{i}", text, ok, sources)
                    for i, text in enumerate(step.get(key, ()), start=1)
                ]
        skip = {"full", "source", "verified", "steps", "year", "note"}
        for key, value in raw.items():
            if key not in skip:
                said.append(statement(key.replace("_", "-"), value, verified, sources))
        out.append(
            kept(
                {
                    "id": guideline_id,
                    "title": raw.get("full") or guideline_id.replace("_", " "),
                    "note": raw.get("note", ""),
                    "statements": said,
                }
            )
        )
    across = notes["guidelines"]["across_guidelines"]
    said = [
        {"key": key.replace("_", "-")}
        | note_record(
            value["statement"] if isinstance(value, dict) else value,
            isinstance(value, dict) and value["verified"],
            ids(value["source"]) if isinstance(value, dict) else [],
        )
        for key, value in across.items()
    ]
    updates = notes["guidelines"]["updates_2024_2026"]
    said += [
        {"key": f"update-{i}"} | note_record(u["what"], u["verified"], ids(u.get("source")))
        for i, u in enumerate(updates, start=1)
    ]
    out.append({"id": "across", "title": "Across guidelines", "statements": said})
    return out


# ------------------------------------------------------------------ single statements


def statements(notes: Raw) -> list[Raw]:
    """Everything else as flat facts."""
    out: list[Raw] = []
    read_on = notes["curated_on"]

    def fact(path: str, subject: str, quantity: str, raw: str, **known: Any) -> None:  # noqa: ANN401
        note = note_record(raw, known.get("verified", False), known.get("sources", []))
        verified = note["verified"]
        basis = "source" if note.get("sources") else "judgement"
        out.append(
            kept(
                {
                    "id": f"care/{path}",
                    "subject": subject,
                    "quantity": quantity,
                    "value": note["text"],
                    "n": known.get("n"),
                    "sources": note.get("sources"),
                    "basis": basis,
                    "verified": verified and basis == "source",
                    "read_on": read_on if verified and basis == "source" else "",
                    "note": note.get("note", known.get("note", "")),
                }
            )
        )

    stance = notes["stance_on_kratom"]
    fact("stance/rule", "kratom", "the rule", stance["rule"])
    fact("stance/evidence", "kratom", "wording for the evidence", stance["wording_for_evidence"])
    for i, text in enumerate(stance["never_output"], start=1):
        fact(f"stance/never-{i}", "kratom", "never in any output", text)
    kratom = notes["kratom_assessment"]
    for key, quantity in {
        "ask": "what to ask",
        "tests_to_consider": "test to consider",
        "discuss": "what to discuss",
        "if_wants_to_stop": "if the person wants to stop or cut down",
    }.items():
        short = {"tests_to_consider": "test", "if_wants_to_stop": "stop"}.get(key, key)
        for i, text in enumerate(kratom[key], start=1):
            clean = text.replace(" (see kud_treatment)", "").replace(
                " - verified in neonatal case reports", ""
            )
            fact(f"kratom/{short}-{i}", "kratom use", quantity, clean)
    fact("kratom/manner", "kratom use", "manner", "respond without judgement")
    for raw in kratom["kud_treatment_evidence"]:
        fact(
            f"kratom/kud/{raw['id']}",
            "treatment of kratom use disorder",
            raw.get("design", "report"),
            raw["finding"],
            verified=raw["verified"],
            sources=ids(raw["source"]),
            note=f"certainty {raw['certainty']}" if "certainty" in raw else "",
        )
    monitoring = notes["monitoring"]
    for raw in monitoring["schedule"]:
        key = raw["when"].replace(" ", "-")
        fact(f"monitoring/{key}", raw["when"], "what to do", words(raw["what"]))
    for i, text in enumerate(monitoring["step_up_if"], start=1):
        fact(f"monitoring/step-up-{i}", "step up", "if", text)
    relapse = monitoring["relapse_fact"]
    fact(
        "monitoring/relapse",
        "stopping antidepressants",
        "relapse",
        relapse["text"],
        verified=True,
        sources=[relapse["source"]],
        n=relapse["n"],
    )
    fact("monitoring/displays", "display", "always", monitoring["displays"])
    for i, text in enumerate(monitoring["confounders_to_annotate"], start=1):
        fact(f"monitoring/annotate-{i}", "follow-up", "note beside the scores", text)
    drugs = notes["treatments"]["drugs"]
    for i, text in enumerate(drugs["rules_for_all"], start=1):
        fact(f"medicines/rule-{i}", "medicines for GAD", "rule for all", text)
    boxed = drugs["boxed_warning_antidepressants"]
    fact(
        "medicines/antidepressant-boxed-warning",
        "antidepressants",
        "boxed warning",
        boxed["text"],
        verified=boxed["verified"],
        sources=ids(boxed["source"]),
    )
    fact(
        "herbal/principle",
        "herbal products",
        "principle",
        notes["treatments"]["herbal_and_supplement"]["principle"],
    )
    return out


def main(reference: Path) -> None:
    notes = load(reference / "gad_care.yaml")
    treated, left = treatments(notes)
    guidelines = guideline_records(notes)
    facts = statements(notes)
    write("treatments.json", treated)
    write("guidelines.json", guidelines)
    write("statements.json", facts)
    blocks = notes["treatments"]
    given = len(blocks["psychological"]) + len(blocks["drugs"]["list"]) + len(notes["lifestyle"])
    given += len(blocks["herbal_and_supplement"]["list"])
    print(f"treatments and lifestyle: {given} in, {len(treated)} out")
    said = sum(len(g["statements"]) for g in guidelines)
    print(f"guidelines: {len(notes['guidelines'])} in, {len(guidelines)} out, {said} statements")
    print(f"statements on kratom, monitoring, medicines: {len(facts)} out")
    left.append("kratom_assessment.unreliable_pages_seen: pages that were rejected, not knowledge")
    left.append("care_plan_order: the sections of care/plan.yaml")
    for line in left:
        print(f"left out: {line}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
