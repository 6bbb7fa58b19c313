"""Make the evidence table and its sources from the research notes (``evidence.yaml``).

This made the first release. The data files are the product and are edited by hand from there on;
run it again only to compare. Usage::

    python tools/import_evidence.py REFERENCE_FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).resolve().parents[1] / "src" / "speciosa" / "knowledge" / "data"

NOT_READ = "not read"


def source_record(source_id: str, raw: dict[str, Any], read_on: str) -> dict[str, str]:
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
    record = {
        "id": source_id,
        "cite": raw["cite"],
        "url": "" if unread else raw["url"],
        "doi": "" if raw.get("doi_verified") is False else raw.get("doi", ""),
        "pmid": raw.get("pmid", ""),
        "tier": raw.get("tier", "primary"),
        "licence": raw.get("licence", ""),
        "read_on": "" if unread else read_on,
        "note": " ".join(notes),
    }
    return {key: value for key, value in record.items() if value}


def write(path: Path, records: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(records, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main(reference: Path) -> None:
    notes = yaml.load((reference / "evidence.yaml").read_text("utf-8"), yaml.CSafeLoader)  # noqa: S506
    read_on = notes["curated_on"]
    sources = [source_record(i, notes["sources"][i], read_on) for i in sorted(notes["sources"])]
    write(DATA / "sources" / "evidence.json", sources)
    print(f"sources: {len(notes['sources'])} in, {len(sources)} out")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
