"""Make the evidence table and its sources from the research notes (``evidence.yaml``).

This made the first release. The data files are the product and are edited by hand from there on;
run it again only to compare (later edits: ``docs/knowledge-changelog.md``).
``evidence_recipes.yaml`` beside it says how each effect of the notes becomes rows with one option
and one comparator each; ``evidence_kratom_texts.yaml`` holds the sentences of the kratom records.
Usage::

    python tools/import_evidence.py REFERENCE_FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from import_evidence_effects import effect_record
from import_evidence_kratom import judgement, kratom
from import_evidence_notes import Raw, kept, load
from import_evidence_parameters import parameters

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "src" / "speciosa" / "knowledge" / "data"

NOT_READ = "not read"
# Sources the notes name without an address, and where the citation was seen since.
SEEN_AT = {
    "hassan2013": "https://www.scribd.com/document/688641927/Hassanetal-NBR-2013-Authorcopy",
}


def write(path: Path, records: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(records, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


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
