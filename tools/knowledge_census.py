"""Count what the research notes held and what of it the knowledge base holds.

    python tools/knowledge_census.py REFERENCE_DIR

REFERENCE_DIR is the folder of research notes (``medicines.yaml``, ``regulation.yaml`` and so on)
from which the first release was made. It is not part of the repository; the printed Markdown table
is, in ``docs/provenance.md``. The count is a second reading: it looks entries up by name in the
data files and shares no code with the scripts ``tools/import_*.py`` that wrote them.

Exit codes: 0 every entry is held or left out with a reason; 1 an entry is missing; 2 no notes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

DATA = Path(__file__).parents[1] / "src" / "speciosa" / "knowledge" / "data"
NOTES = (
    "ddi_model.yaml",
    "evidence.yaml",
    "gad_care.yaml",
    "kratom_pharmacology.yaml",
    "medicines.yaml",
    "regulation.yaml",
)
NOT_SOURCES = {
    "mem": "recalled from memory: a basis of a fact, not a source",
    "derived": "computed: a basis of a fact, not a source",
    "validation_pairs": "a pointer to the observed interactions, which carry sources of their own",
}


class Row(NamedTuple):
    """One part of the notes: names wanted, names held, and reasons for what was left out."""

    part: str
    wanted: list[str]
    held: set[str]
    left_out: dict[str, str]
    total: int | None = None

    @property
    def lost(self) -> list[str]:
        """Entries neither held nor left out with a reason."""
        return [w for w in self.wanted if w not in self.held and w not in self.left_out]


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print((__doc__ or "").strip(), file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    absent = [name for name in NOTES if not (folder / name).is_file()]
    if absent:
        print(f"{folder} does not hold the research notes: no {', '.join(absent)}", file=sys.stderr)
        return 2
    notes = {name: _yaml(folder / name) for name in NOTES}
    rows = [*census(notes)]
    print("| Part of the notes | In the notes | Held | In the base | Left out, and why |")
    print("|---|---:|---:|---:|---|")
    for row in rows:
        found = sum(w in row.held for w in row.wanted)
        total = len(row.held) if row.total is None else row.total
        why = [f"{name}: {reason}" for name, reason in row.left_out.items() if name in row.wanted]
        why += [f"**missing: {name}**" for name in row.lost]
        print(f"| {row.part} | {len(row.wanted)} | {found} | {total} | {'; '.join(why)} |")
    return 1 if any(row.lost for row in rows) else 0


def census(notes: dict[str, Any]) -> Iterator[Row]:
    """Every part, in the order of the files."""
    yield from _kratom(notes["kratom_pharmacology.yaml"])
    yield from _medicines(notes["medicines.yaml"])
    yield from _interactions(notes["ddi_model.yaml"])
    yield from _law(notes["regulation.yaml"])
    yield from _care(notes["gad_care.yaml"])
    yield from _evidence(notes["evidence.yaml"])


def _kratom(notes: dict[str, Any]) -> Iterator[Row]:
    for section, entries in notes.items():
        wanted = [entry["id"] for entry in entries]
        ids = {fact["id"].removeprefix("kratom/") for fact in _json(f"kratom/{section}.json")}
        # An entry that held several figures became several facts: id, id_cmax, id_auc.
        held = {w for w in wanted if w in ids or any(i.startswith(f"{w}_") for i in ids)}
        yield Row(f"kratom: {section}", wanted, held, {}, len(ids))


def _medicines(notes: dict[str, Any]) -> Iterator[Row]:
    records = {path.stem: json.loads(path.read_bytes()) for path in _folder("medicines")}
    wanted = [m["id"] for m in notes["medicines"]]
    yield Row("medicines and substances", wanted, set(records), {})
    hazards = [f"{m['id']}/{h['class']}" for m in notes["medicines"] for h in m["pd_hazards"] or ()]
    held = {f"{i}/{h['class']}" for i, record in records.items() for h in record.get("hazards", ())}
    yield Row("hazards of medicines", hazards, held, {})
    yield _sources("medicines", notes, "med-", "sources/medicines.json")


def _interactions(notes: dict[str, Any]) -> Iterator[Row]:
    studied = _json("ddi/pairs.json")
    pairs = {pair["id"] for pair in (*studied["pairs"], *studied["reported_unchanged"])}
    yield Row("observed interactions", _ids(notes["validation_pairs"]), pairs, {})
    constants = [fact["id"].removeprefix("ddi/") for fact in _json("ddi/constants.json")]
    by_kind = {kind: {c.split("/")[1] for c in constants if c.startswith(f"{kind}/")} for kind in
               ("equation", "cut_off")}  # fmt: skip
    yield Row("interaction equations", _ids(notes["equations"]), by_kind["equation"], {})
    yield Row("interaction cut-offs", list(notes["cut_offs"]), by_kind["cut_off"], {})
    pitfalls = [str(i) for i in range(1, len(notes["pitfalls"]) + 1)]
    yield Row("interaction pitfalls", pitfalls, _numbered(constants, "pitfall"), {})
    rules = [_hazard_rule(r) for r in notes["pharmacodynamic_rules"]]
    yield Row("hazard rules", rules, set(map(_hazard_rule, _json("ddi/kratom_rules.json"))), {})
    potency = [
        f"{_plain(p['perpetrator'])}/{p['enzyme']}/{p['quantity']}"
        for p in notes["in_vivo_potency"]["values"]
    ]
    held = {f"{p['perpetrator']}/{p['enzyme']}/{p['quantity']}" for p in _json("ddi/potency.json")}
    yield Row("in-vivo potencies", potency, held, {}, len(_json("ddi/potency.json")))
    yield _sources("interactions", notes, "ddi-", "sources/ddi.json")


def _hazard_rule(rule: dict[str, Any]) -> str:
    return f"{rule['with_class']} from {rule['min_strength']}: {rule['severity']}"


def _law(notes: list[dict[str, Any]]) -> Iterator[Row]:
    places = {p["code"]: p for p in map(_read, _folder("law"))}
    yield Row("jurisdictions", [p["code"] for p in notes], set(places), {})
    wanted = [
        f"{place['code']} {entry['substance']} {number}"
        for place in notes
        for entry, number in _counted(place["entries"])
    ]
    held = {
        f"{code} {period['substance']} {number}"
        for code, place in places.items()
        for period, number in _counted(place["periods"])
    }
    yield Row("legal periods", wanted, held, {})


def _care(notes: dict[str, Any]) -> Iterator[Row]:
    scales = {path.stem for path in (DATA / "instruments" / "scales").glob("*.json")}
    scales |= (
        {"kratom_use_disorder_dsm5_adapted"} if _at("kratom_use_disorder").is_file() else set()
    )
    yield Row("questionnaires", [_plain(i) for i in notes["instruments"]], scales, {})
    rules = _yaml(DATA / "safety" / "rules.yaml")
    held = {rule["id"] for part in rules.values() if isinstance(part, list) for rule in part
            if isinstance(rule, dict) and "id" in rule}  # fmt: skip
    yield Row("safety rules", _ids(notes["safety_rules"]), held, {})
    guidelines = {g["id"] for g in _json("care/guidelines.json")}
    renamed = {"across_guidelines": "across", "updates_2024_2026": "across"}
    wanted = [renamed.get(g, g) for g in notes["guidelines"]]
    yield Row("guidelines", wanted, guidelines, {})
    offered = notes["treatments"]
    wanted = [*_ids(offered["psychological"]), *_ids(offered["drugs"]["list"]),
              *_ids(offered["herbal_and_supplement"]["list"]), *notes["lifestyle"]]  # fmt: skip
    left_out = {"kratom": "weighed in its own records, never a treatment"}
    yield Row("treatments and lifestyle", wanted, _set(_json("care/treatments.json")), left_out)


def _evidence(notes: dict[str, Any]) -> Iterator[Row]:
    yield Row("effects", _ids(notes["effects"]), _set(_json("evidence/effects.json")), {})
    known = notes["kratom_anxiety"]
    parts = ("studies", "randomised_human_trials_not_in_anxiety", "preclinical")
    wanted = [i for part in parts for i in _ids(known[part])]
    wanted += _ids(notes["kratom_harms_relevant_to_GAD_care"])
    records = _set(_json("evidence/kratom.json")["records"])
    yield Row("studies of kratom", wanted, records, {})
    yield _sources("evidence and care", notes, "", "sources/evidence.json")


# ------------------------------------------------------------------ reading


def _sources(name: str, notes: dict[str, Any], prefix: str, path: str) -> Row:
    wanted = list(notes["sources"])
    ids = {source["id"] for source in _json(path)}
    held = {w for w in wanted if f"{prefix}{w}" in ids}
    return Row(f"sources of {name}", wanted, held, NOT_SOURCES, len(ids))


def _counted(entries: Iterable[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], int]]:
    """Each entry with its number among those of the same substance."""
    seen: dict[str, int] = {}
    for entry in entries:
        seen[entry["substance"]] = seen.get(entry["substance"], 0) + 1
        yield entry, seen[entry["substance"]]


def _numbered(ids: Iterable[str], kind: str) -> set[str]:
    count = sum(i.startswith(f"{kind}/") for i in ids)
    return {str(i) for i in range(1, count + 1)}


def _ids(entries: Iterable[dict[str, Any]]) -> list[str]:
    return [str(entry["id"]) for entry in entries]


def _set(entries: Iterable[dict[str, Any]]) -> set[str]:
    return set(_ids(entries))


def _plain(name: str) -> str:
    """A name as the base spells it: ``GAD-7`` is ``gad7``, ``AUDIT-C`` is ``audit_c``."""
    joined = name.lower().replace("-", "_").replace(" ", "_")
    return joined.replace("_", "") if joined[-1].isdigit() else joined


def _at(stem: str) -> Path:
    return DATA / "instruments" / f"{stem}.json"


def _folder(name: str) -> list[Path]:
    return sorted((DATA / name).glob("*.json"))


def _json(path: str) -> Any:  # noqa: ANN401
    return _read(DATA / path)


def _read(path: Path) -> Any:  # noqa: ANN401
    return json.loads(path.read_bytes())


def _yaml(path: Path) -> Any:  # noqa: ANN401
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
