"""Make the care table from the research notes (``gad_care.yaml``).

This made the first release. The data files are the product and are edited by hand from there on;
run it again only to compare (later edits: ``docs/knowledge-changelog.md``). Diagnosis and
instruments belong to the instruments table, crisis contacts and safety rules to the safety table;
the order of the plan is ``care/plan.yaml``, written by hand. Usage::

    python tools/import_care.py REFERENCE_FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from import_care_guidelines import guideline_records
from import_care_notes import Raw, ids, kept, load, note_record, stamped, words
from import_care_treatments import treatments

DATA = Path(__file__).resolve().parents[1] / "src" / "speciosa" / "knowledge" / "data" / "care"


def write(name: str, records: object) -> None:
    DATA.mkdir(parents=True, exist_ok=True)
    text = json.dumps(records, indent=1, ensure_ascii=False)
    (DATA / name).write_text(text + "\n", encoding="utf-8")


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
    write("treatments.json", stamped(treated, notes["curated_on"]))
    write("guidelines.json", stamped(guidelines, notes["curated_on"]))
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
