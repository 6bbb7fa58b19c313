"""Write the medicine records from the reference notes.

    python tools/import_medicines.py REFERENCE_FOLDER

Reads ``medicines.yaml`` (and ``ddi_model.yaml`` for the studies behind observed ratios) and writes
``data/medicines/<id>.json`` and ``data/sources/medicines.json``, always the same bytes for the same
notes. It made the first release of the table; from then on the data files are the product and are
edited themselves: running this again overwrites what was verified or corrected since
(``docs/knowledge-changelog.md``).
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parents[1] / "src" / "speciosa" / "knowledge" / "data"
READ_ON = "2026-11-22"
PREFIX = "med-"
BASIS_OF_PSEUDO_SOURCE = {"mem": "recalled", "derived": "derived"}
# Sources of the notes that stand at second hand; the rest count as primary.
SECONDARY = {"dikb", "oi", "hpk", "acnp", "gad_rev", "ddir", "brogdon22"}
MIRROR = {"atcd", "utd3a", "utd2d6", "rxmap", "cpic"}
VICTIM_FIGURES = {
    "F_oral": "f_oral",
    "Fg": "f_gut",
    "fu_plasma": "fu_plasma",
    "CL_L_per_h": "cl_l_per_h",
    "CL_oral_apparent_L_per_h": "cl_oral_apparent_l_per_h",
    "Vd_L_per_kg": "vd_l_per_kg",
    "half_life_h": "half_life_h",
    "fe_renal": "fe_renal",
    "hepatic_extraction": "hepatic_extraction",
}
# A bracket in a name of the notes is a remark, not part of the name.
REMARK = re.compile(r"\s*\((?P<remark>[^)]*)\)$")
# The notes list this brand under ketamine with the remark that it is esketamine, which has a
# record of its own with the same brand.
MOVED_BRANDS = {("ketamine", "Spravato")}


class Counter:
    """Counts what goes in and out, and keeps what was left out and why."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.left_out: list[str] = []

    def add(self, what: str, number: int = 1) -> None:
        """Count ``number`` more of a thing."""
        self.counts[what] = self.counts.get(what, 0) + number


def provenance(raw: dict[str, Any], *, key: str = "source") -> dict[str, Any]:
    """Source, basis and verification of one entry of the notes."""
    source = raw.get(key, "")
    if source in BASIS_OF_PSEUDO_SOURCE:
        return {"basis": BASIS_OF_PSEUDO_SOURCE[source], "verified": False}
    return {"sources": [PREFIX + source], "verified": bool(raw["verified"])}


def joined(*parts: str | None) -> str:
    return "; ".join(p for p in parts if p)


def reported_range(text: str) -> tuple[float, float]:
    low, high = text.split("-")
    return float(low), float(high)


def figure(raw: dict[str, Any], counter: Counter) -> dict[str, Any]:
    """A figure of the notes in the shape of ``knowledge.figure.Figure``."""
    known = {
        "value", "lo", "hi", "range_basis", "verified", "source", "note", "alternative",
        "conflict", "stereo", "reported_range", "pmid",
    }  # fmt: skip
    assert set(raw) <= known, set(raw) - known
    counter.add("figures")
    out: dict[str, Any] = {"value": raw["value"]}
    note = joined(
        raw.get("note"), raw.get("stereo"), f"PMID {raw['pmid']}" if "pmid" in raw else ""
    )
    if "lo" in raw:
        out |= {"low": raw["lo"], "high": raw["hi"]}
        out["interval"] = (
            "expert range, central 90 %" if "range_basis" in raw else "range in the source"
        )
    elif "reported_range" in raw:
        low, high = reported_range(raw["reported_range"])
        if low <= raw["value"] <= high:
            out |= {"low": low, "high": high, "interval": "reported range"}
        else:
            note = joined(note, f"range reported elsewhere {raw['reported_range']}")
    out |= provenance(raw)
    if note:
        out["note"] = note
    if "conflict" in raw:
        out["conflict"] = raw["conflict"]
    if "alternative" in raw:
        out["alternatives"] = [figure(raw["alternative"], counter)]
    return out


def statement(raw: dict[str, Any]) -> dict[str, Any]:
    out = {"value": raw["value"], **provenance(raw)}
    if raw.get("note"):
        out["note"] = raw["note"]
    return out


def code(raw: dict[str, Any]) -> dict[str, Any]:
    out = statement(raw)
    if raw.get("second_source_agrees"):
        out["second_source_agrees"] = True
    return out


def codes(raw: dict[str, Any], counter: Counter) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for system in ("rxcui", "unii"):
        if raw.get(system):
            out[system] = code(raw[system])
            counter.add("codes")
    if raw.get("atc"):
        out["atc"] = [code(c) for c in raw["atc"]]
        counter.add("codes", len(raw["atc"]))
    return out


def names_without_remarks(raw: dict[str, Any], key: str, counter: Counter) -> list[str]:
    kept = []
    for name in raw[key]:
        bare = REMARK.sub("", name)
        if (raw["id"], bare) in MOVED_BRANDS:
            counter.left_out.append(f"{raw['id']}: brand {name} (belongs to another record)")
            continue
        if bare != name:
            counter.left_out.append(f"{raw['id']}: remark in the name {name!r} (see names.yaml)")
        kept.append(bare)
    return kept


class Pairs:
    """The study pairs of ``ddi_model.yaml``, to give observed ratios their sources."""

    def __init__(self, pairs: list[dict[str, Any]]) -> None:
        self._by_key = {
            (p["victim"].lower(), p["perpetrator"].lower(), p["victim_route"]): p for p in pairs
        }

    def find(self, victim: str, perpetrator: str, route: str) -> dict[str, Any] | None:
        """The pair with these names and route, or ``None``."""
        return self._by_key.get((victim.lower(), perpetrator.lower(), route))


def observed(
    raw: dict[str, Any], medicine: dict[str, Any], pairs: Pairs, number: int, counter: Counter
) -> dict[str, Any]:
    counter.add("observed ratios")
    out: dict[str, Any] = {
        "perpetrator": raw["perpetrator"],
        "route": raw["route"],
        "auc_ratio": raw["aucr"],
    }
    if raw["source"] == "validation_pairs":
        pair = pairs.find(medicine["name"], raw["perpetrator"], raw["route"])
        assert pair is not None, (medicine["id"], raw)
        assert pair["aucr"] == raw["aucr"], (medicine["id"], raw)
        sources = sorted({f"ddi-{s['source']}" for s in pair["studies"]})
        out |= {"fact_id": f"ddi/pair/{pair['id']}", "sources": sources, "verified": True}
    else:
        out |= {"fact_id": f"medicine/{medicine['id']}/observed/{number}", **provenance(raw)}
    for key in ("enzymes", "mechanism", "n_studies"):
        if raw.get(key):
            out[key] = raw[key]
    note = joined(
        raw.get("note"),
        f"PMID {raw['pmid']}" if "pmid" in raw else "",
        f"reference in the database: {raw['reference'].strip()}" if "reference" in raw else "",
    )
    if note:
        out["note"] = note
    return out


def victim(medicine: dict[str, Any], pairs: Pairs, counter: Counter) -> dict[str, Any]:
    raw = medicine["victim"]
    known = {*VICTIM_FIGURES, "fm", "enzymes_reported", "observed_auc_ratios"}
    assert set(raw) <= known, set(raw) - known
    out: dict[str, Any] = {}
    if raw.get("fm"):
        out["fm"] = {enzyme: figure(f, counter) for enzyme, f in raw["fm"].items()}
    if "enzymes_reported" in raw:
        reported = raw["enzymes_reported"]
        listed = ", ".join(reported["value"])
        out["enzymes_reported"] = {"value": listed, **provenance(reported)}
        counter.add("reported enzymes", len(reported["value"]))
    for name, field in VICTIM_FIGURES.items():
        if name in raw:
            out[field] = figure(raw[name], counter)
    if raw.get("observed_auc_ratios"):
        out["observed"] = [
            observed(o, medicine, pairs, n, counter)
            for n, o in enumerate(raw["observed_auc_ratios"], start=1)
        ]
    return out


def slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]+", "_", text).strip("_")


def perpetrator(medicine: dict[str, Any], counter: Counter) -> dict[str, Any]:
    raw = medicine.get("perpetrator") or {}
    root = f"medicine/{medicine['id']}"
    out: dict[str, Any] = {}
    if raw.get("class"):
        counter.add("perpetrator classes", len(raw["class"]))
        out["classes"] = [
            {
                "enzyme": c["enzyme"],
                "effect": c["effect"],
                "value": c["strength"],
                "fact_id": f"{root}/class/{c['enzyme']}/{c['effect']}",
                **provenance(c),
            }
            for c in raw["class"]
        ]
    if raw.get("parameters"):
        counter.add("parameters", len(raw["parameters"]))
        out["parameters"] = [parameter(p, root) for p in raw["parameters"]]
    if raw.get("exposure"):
        counter.add("exposures", len(raw["exposure"]))
        out["exposures"] = [exposure(e, root, n) for n, e in enumerate(raw["exposure"], start=1)]
    return out


def parameter(raw: dict[str, Any], root: str) -> dict[str, Any]:
    recommended = raw["use"] == "recommended"
    tail = "" if recommended else "/alternative"
    out = {
        "species": raw["species"],
        "enzyme": raw["enzyme"],
        "parameter": raw["parameter"],
        "value": raw["value"],
        "unit": "" if raw["unit"] == "fraction" else raw["unit"],
        "fact_id": f"{root}/{slug(raw['species'])}/{raw['enzyme']}/{raw['parameter']}{tail}",
        "binding": raw.get("binding_state", ""),
        "recommended": recommended,
        **provenance(raw),
    }
    if raw.get("note"):
        out["note"] = raw["note"]
    return out


def exposure(raw: dict[str, Any], root: str, number: int) -> dict[str, Any]:
    out: dict[str, Any] = {
        "species": raw["species"],
        "regimen": raw["regimen"],
        "fact_id": f"{root}/exposure/{number}",
        **provenance(raw),
    }
    for key, field in {
        "mw_g_per_mol": "molar_mass_g_per_mol",
        "dose_mg": "dose_mg",
        "cmax_total_uM": "cmax_total_um",
        "cmax_unbound_uM": "cmax_unbound_um",
        "fu_plasma": "fu_plasma",
    }.items():
        if key in raw:
            out[field] = raw[key]
    if raw.get("fu_verified"):
        # The notes name the source of the unbound fraction in the remark where it differs.
        named = re.search(r"\b(osp_\w+|dmd\d+)\b", raw.get("note", ""))
        out["fu_origin"] = {
            "sources": [PREFIX + (named.group(1) if named else raw["source"])],
            "basis": "source",
            "verified": True,
        }
    if raw.get("note"):
        out["note"] = raw["note"]
    return out


def record(medicine: dict[str, Any], pairs: Pairs, counter: Counter) -> dict[str, Any]:
    root = f"medicine/{medicine['id']}"
    out: dict[str, Any] = {"id": medicine["id"], "name": medicine["name"]}
    for key in ("synonyms", "brands"):
        if kept := names_without_remarks(medicine, key, counter):
            out[key] = kept
            counter.add("names", len(kept))
    out["kind"] = medicine["kind"]
    out["class"] = medicine["class"]
    out["codes"] = codes(medicine["codes"], counter)
    out["role_in_gad"] = statement(medicine["role_in_gad"])
    out["victim"] = victim(medicine, pairs, counter)
    if effects := perpetrator(medicine, counter):
        out["perpetrator"] = effects
    if medicine.get("pd_hazards"):
        counter.add("hazards", len(medicine["pd_hazards"]))
        out["hazards"] = [
            {
                "class": h["class"],
                "strength": h["strength"],
                "fact_id": f"{root}/hazard/{h['class']}",
                **provenance(h),
            }
            for h in medicine["pd_hazards"]
        ]
    if medicine.get("kratom_reports"):
        counter.add("reports with kratom", len(medicine["kratom_reports"]))
        out["kratom_reports"] = [
            {"finding": r["finding"], "fact_id": f"{root}/kratom_report/{n}", **provenance(r)}
            for n, r in enumerate(medicine["kratom_reports"], start=1)
        ]
    if medicine.get("notes"):
        out["note"] = medicine["notes"]
    out["read_on"] = READ_ON
    return out


def source(key: str, raw: dict[str, Any]) -> dict[str, Any]:
    tier = "mirror" if key in MIRROR else "secondary" if key in SECONDARY else "primary"
    out = {"id": PREFIX + key, "cite": raw["cite"], "tier": tier, "read_on": READ_ON}
    for field in ("url", "doi", "pmid", "licence"):
        if raw.get(field):
            out[field] = raw[field]
    return out


def write(path: Path, content: dict[str, Any] | list[dict[str, Any]]) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main(reference: Path) -> None:
    notes = yaml.load((reference / "medicines.yaml").read_text("utf-8"), yaml.CSafeLoader)
    model = yaml.load((reference / "ddi_model.yaml").read_text("utf-8"), yaml.CSafeLoader)
    pairs = Pairs(model["validation_pairs"])
    counter = Counter()
    for medicine in notes["medicines"]:
        write(DATA / "medicines" / f"{medicine['id']}.json", record(medicine, pairs, counter))
    pseudo = {*BASIS_OF_PSEUDO_SOURCE, "validation_pairs"}
    kept = {k: s for k, s in notes["sources"].items() if k not in pseudo}
    write(DATA / "sources" / "medicines.json", [source(k, s) for k, s in sorted(kept.items())])
    print(f"medicines in {len(notes['medicines'])}, out {len(notes['medicines'])}")
    print(f"sources in {len(notes['sources'])}, out {len(kept)}")
    counter.left_out.append(f"sources {', '.join(sorted(pseudo))} (they are a basis, not a source)")
    for what, number in sorted(counter.counts.items()):
        print(f"{what}: {number}")
    for line in counter.left_out:
        print(f"left out: {line}")
    print("left out: schema_version, title, conventions (they became the shape of the records)")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
