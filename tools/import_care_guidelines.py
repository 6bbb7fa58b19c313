"""Guidelines of the notes in single statements."""

from __future__ import annotations

from import_care_notes import Raw, ids, kept, note_record, words


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
