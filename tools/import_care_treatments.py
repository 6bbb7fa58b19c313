"""Treatments and lifestyle of the notes, with label ranges and what to watch."""

from __future__ import annotations

from import_care_notes import Raw, certainty, ids, kept, note_record

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
    evidence = [e for e in ids(raw.get("evidence")) if " " not in e]
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
            "line": note_record(str(REWORDED.get(key, raw["advice"])), False, []),
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
