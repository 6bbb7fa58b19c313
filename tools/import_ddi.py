"""Write the interaction model's facts from the reference notes.

    python tools/import_ddi.py REFERENCE_FOLDER

Reads ``ddi_model.yaml`` (and ``medicines.yaml`` for the ids of victims and perpetrators) and writes
``data/ddi/{constants,kratom,pairs,potency,kratom_rules}.json`` and
``data/sources/ddi.json``, always the same bytes for the same notes. It made the first release of
the table; from then on the data files are the product and are edited themselves, and running this
again overwrites such edits (``docs/knowledge-changelog.md``). The wording in ``data/ddi/*.yaml`` is
written by hand.
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
PREFIX = "ddi-"
BASIS_OF_PSEUDO_SOURCE = {"mem": "recalled", "derived": "derived"}
SECONDARY = {"dikb", "oi", "ddir", "drugscom", "npds", "osp_ddi", "mednotes", "ohno_bayes"}
MODEL = "interaction model"
MG = "mitragynine"

PHYSIOLOGY = {
    "Qh_L_per_h": ("hepatic blood flow", "L/h"),
    "Qent_L_per_h": ("enterocytic blood flow", "L/h"),
    "Qgut_note": ("gut flow of a drug", ""),
    "gut_volume_mL": ("volume in which a dose is taken to dissolve", "mL"),
    "fu_gut": ("unbound fraction in the gut wall", ""),
    "ka_default_per_h": ("absorption rate constant, default", "1/h"),
    "Fa_default": ("fraction absorbed, default", ""),
    "blood_plasma_ratio_default": ("blood to plasma ratio, default", ""),
    "fu_floor": ("lowest unbound fraction used", ""),
}
# Numbers that the notes hold inside sentences, read out by hand: id, quantity, value, unit, low,
# high, where they stand. All are recalled or derived there and stay unverified.
READ_OUT = [
    (
        "physiology/ka_static_model_per_h",
        "absorption rate constant of the static model",
        1.8,
        "1/h",
        1.0,
        6.0,
        "derived",
        "reference_performance and physiology.ka_default_per_h: 1.8 fits the "
        "pairs; 1 to 2 fits better than the worst case of 6",
    ),
    (
        "uncertainty/cv_verified",
        "coefficient of variation of a verified constant",
        0.5,
        "",
        None,
        None,
        "recalled",
        "equations.uncertainty",
    ),
    (
        "uncertainty/cv_recalled",
        "coefficient of variation of a recalled constant",
        1.0,
        "",
        None,
        None,
        "recalled",
        "equations.uncertainty",
    ),
    (
        "uncertainty/cv_kdeg",
        "coefficient of variation of an enzyme's degradation rate",
        0.4,
        "",
        None,
        None,
        "recalled",
        "equations.uncertainty",
    ),
    (
        "cut_off/major_pathway_fm",
        "fraction of clearance from which a pathway is looked at",
        0.25,
        "",
        None,
        None,
        "recalled",
        "ICH M12: an enzyme with a quarter or more of elimination",
    ),
    (
        "cut_off/wide_interval_fold",
        "AUC ratio that an interval must reach to be worth showing "
        "although its median is inside the no-effect band",
        2.0,
        "",
        None,
        None,
        "judgement",
        "chosen for the report: the lower border of a moderate inhibitor",
    ),
]


def provenance(raw: dict[str, Any]) -> dict[str, Any]:
    """Source, basis, verification and reading date of one entry of the notes."""
    source = raw.get("source", "")
    if source in BASIS_OF_PSEUDO_SOURCE:
        return {"basis": BASIS_OF_PSEUDO_SOURCE[source]}
    out: dict[str, Any] = {"sources": [PREFIX + source]}
    if raw["verified"]:
        out |= {"verified": True, "read_on": READ_ON}
    return out


def fact(
    id_: str,
    subject: str,
    quantity: str,
    value: float | str | None,
    **more: str | float | list[str] | bool | None,
) -> dict[str, Any]:
    kept = {k: v for k, v in more.items() if v not in (None, "", [])}
    return {"id": f"ddi/{id_}", "subject": subject, "quantity": quantity, "value": value, **kept}


# ------------------------------------------------------------------ constants


def constants(notes: dict[str, Any]) -> list[dict[str, Any]]:
    out = []
    for key, raw in notes["physiology"].items():
        quantity, unit = PHYSIOLOGY[key]
        more = {"unit": unit, "note": raw.get("note"), **provenance(raw)}
        out.append(fact(f"physiology/{key}", MODEL, quantity, raw["value"], **more))
    out += turnover(notes["enzyme_turnover"])
    for key, raw in notes["cut_offs"].items():
        note = "; ".join(
            p
            for p in (raw.get("note"), f"signal if {raw['rule']} this" if "rule" in raw else None)
            if p
        )
        out.append(
            fact(
                f"cut_off/{key}",
                MODEL,
                key.replace("_", " "),
                raw["value"],
                note=note,
                **provenance(raw),
            )
        )
    out += strengths(notes["strength_classes"])
    for raw in notes["equations"]:
        note = "; ".join(
            p
            for p in (raw["words"], f"signal if {raw['signal_if']}" if "signal_if" in raw else None)
            if p
        )
        out.append(
            fact(
                f"equation/{raw['id']}",
                MODEL,
                f"equation {raw['id'].replace('_', ' ')}",
                raw.get("latex", raw["words"]),
                note=note,
                **provenance(raw),
            )
        )
    for raw in notes["probe_victims_regulatory"]:
        for name, quantity in (
            ("fm", f"fraction of clearance by {raw['enzyme']}"),
            ("Fg", "fraction escaping gut-wall metabolism"),
        ):
            out.append(
                fact(
                    f"probe/{raw['victim']}/{name}",
                    raw["victim"],
                    f"{quantity} (regulatory default)",
                    raw[name],
                    **provenance(raw),
                )
            )
    out += performance(notes)
    for id_, quantity, value, unit, low, high, basis, note in READ_OUT:
        interval = "range in the notes" if low is not None else None
        out.append(
            fact(
                id_,
                MODEL,
                quantity,
                value,
                unit=unit,
                low=low,
                high=high,
                interval=interval,
                basis=basis,
                note=note,
            )
        )
    return out


def turnover(notes: dict[str, Any]) -> list[dict[str, Any]]:
    out = []
    for organ in ("liver", "gut"):
        for enzyme, raw in notes[f"kdeg_{organ}_per_h"].items():
            out.append(
                fact(
                    f"turnover/{organ}/{enzyme}",
                    enzyme,
                    f"degradation rate constant, {organ}",
                    raw["value"],
                    unit="1/h",
                    **provenance(raw),
                )
            )
    for key, raw in notes["reported_half_lives_h"].items():
        values = raw["value"]
        pmids = f"PMID {', '.join(raw['pmids'])}" if "pmids" in raw else None
        listed = f"values {', '.join(f'{v:g}' for v in values)}"
        note = "; ".join(p for p in (listed, raw.get("note"), pmids) if p)
        out.append(
            fact(
                f"turnover/reported/{key}",
                key.replace("_", " "),
                "enzyme half-lives reported",
                None,
                unit="h",
                low=float(min(values)),
                high=float(max(values)),
                interval="range of reported values",
                note=note,
                **provenance(raw),
            )
        )
    out.append(fact("turnover/note", "enzyme turnover", "remark", notes["note"], basis="judgement"))
    return out


def strengths(notes: dict[str, Any]) -> list[dict[str, Any]]:
    """The lower border of each class as a number; the wording of the source as the note."""
    out = []
    for effect, classes in notes.items():
        for name, raw in classes.items():
            border = float(re.search(r">= ([\d.]+)", raw["value"]).group(1))  # type: ignore[union-attr]
            if effect == "inducer":
                quantity, value = f"fall in AUC from which an inducer is {name}", border / 100
            else:
                quantity, value = f"AUC ratio from which an inhibitor is {name}", border
            out.append(
                fact(
                    f"strength/{effect}/{name}",
                    MODEL,
                    quantity,
                    value,
                    note=raw["value"],
                    **provenance(raw),
                )
            )
    return out


def performance(notes: dict[str, Any]) -> list[dict[str, Any]]:
    raw = notes["reference_performance"]
    out = []
    for key in ("records", "gmfe", "geometric_mean_bias", "within_two_fold_percent"):
        out.append(
            fact(
                f"performance/{key}",
                "static model on the study pairs",
                key.replace("_", " "),
                raw[key],
                conditions=raw["what"],
                note=raw["note"],
                **provenance(raw),
            )
        )
    for number, text in enumerate(notes["pitfalls"], start=1):
        out.append(fact(f"pitfall/{number}", MODEL, "pitfall", text, basis="judgement"))
    for number, text in enumerate(notes["reading_rules"], start=1):
        out.append(fact(f"reading_rule/{number}", MODEL, "reading rule", text, basis="judgement"))
    return out


# ------------------------------------------------------------------ kratom


def kratom(notes: dict[str, Any]) -> list[dict[str, Any]]:
    raw = notes["kratom"]
    return [
        *kratom_as_perpetrator(raw["as_perpetrator"]),
        *kratom_as_victim(raw["as_victim"]),
        *kratom_hazards(notes),
        fact(
            "kratom/labels",
            "kratom",
            "medicine labels that name kratom",
            "none found",
            note=raw["labels_mentioning_kratom"]["note"],
            basis="absence",
        ),
        *(
            fact(
                f"kratom/npds/{key}",
                "kratom alone",
                f"{key.replace('_', ' ')} in poison-centre reports",
                value,
                unit="percent",
                conditions=raw["kratom_alone_reports_npds"]["unit"],
                note="share of reported exposures, not an incidence",
                **provenance(raw["kratom_alone_reports_npds"]),
            )
            for key, value in raw["kratom_alone_reports_npds"]["value"].items()
        ),
    ]


def kratom_as_perpetrator(raw: dict[str, Any]) -> list[dict[str, Any]]:
    out = []
    for p in raw["parameters"]:
        organ = "_" + p["matrix"].split()[0] if "matrix" in p else ""
        enzyme = p["enzyme"].replace("-", "")
        low, high = (p["value"] - p["sd"], p["value"] + p["sd"]) if "sd" in p else (None, None)
        out.append(
            fact(
                f"kratom/perpetrator/{enzyme}{organ}/{p['parameter']}",
                MG,
                f"{p['parameter']} at {p['enzyme']}",
                p["value"],
                unit=p["unit"],
                low=low,
                high=high,
                interval="one standard deviation" if low is not None else None,
                conditions=p.get("matrix"),
                note=p.get("note"),
                **provenance(p),
            )
        )
    for key, quantity in (
        ("I_gut_uM", "concentration in the gut"),
        ("I_hepatic_unbound_uM", "unbound concentration at the liver"),
    ):
        e = raw["exposure_used_there"][key]
        out.append(
            fact(
                f"kratom/perpetrator/{key}",
                MG,
                f"{quantity} used in the published model",
                e["value"],
                unit="uM",
                note=e.get("note"),
                **provenance(e),
            )
        )
    for r in raw["clinical_result"]:
        low, high = r["ci90"]
        n = int(re.search(r"n = (\d+)", r["dose"]).group(1))  # type: ignore[union-attr]
        shared = {"n": n, "conditions": r["dose"], **provenance(r)}
        out.append(
            fact(
                f"kratom/observed/{r['victim']}/auc_ratio",
                r["victim"],
                "AUC ratio with kratom tea (observed)",
                r["aucr"],
                low=low,
                high=high,
                interval="90 % CI",
                **shared,
            )
        )
        for key in ("cmax_ratio", "half_life_ratio"):
            if key in r:
                out.append(
                    fact(
                        f"kratom/observed/{r['victim']}/{key}",
                        r["victim"],
                        f"{key.replace('_', ' ')} with kratom tea (observed)",
                        r[key],
                        **shared,
                    )
                )
    for key, r in raw["static_model_check"].items():
        out.append(
            fact(
                f"kratom/static_model_check/{key}",
                MG,
                key.replace("_", " "),
                r["value"],
                note=r.get("note"),
                **provenance(r),
            )
        )
    for key, r in raw["calibration"].items():
        interval = "90 % interval from the observed ratio" if "lo" in r else None
        out.append(
            fact(
                f"kratom/calibration/{key}",
                MG,
                key.replace("_", " "),
                r["value"],
                low=r.get("lo"),
                high=r.get("hi"),
                interval=interval,
                note=r.get("note"),
                **provenance(r),
            )
        )
    limits = raw["extrapolation_limits"]
    out.append(
        fact(
            "kratom/extrapolation_limits",
            MG,
            "limits of what was studied",
            limits,
            basis="judgement",
        )
    )
    studied: dict[str, Any] = {
        "sources": [PREFIX + "tanna23"],
        "verified": True,
        "read_on": READ_ON,
    }
    out.append(
        fact(
            "kratom/studied/leaf_g",
            "kratom tea",
            "amount of leaf in the interaction study",
            2.0,
            unit="g",
            conditions="single dose",
            **studied,
        )
    )
    mg = re.search(r"about (\d+) mg mitragynine", limits).group(1)  # type: ignore[union-attr]
    out.append(
        fact(
            "kratom/studied/mitragynine_mg",
            "kratom tea",
            "mitragynine in the interaction study",
            float(mg),
            unit="mg",
            conditions="single dose",
            basis="recalled",
        )
    )
    return out


def kratom_as_victim(raw: dict[str, Any]) -> list[dict[str, Any]]:
    out = [fact("kratom/victim/note", MG, "metabolism", raw["note"], basis="judgement")]
    for number, r in enumerate(raw["animal_evidence"], start=1):
        out.append(
            fact(
                f"kratom/victim/animal/{number}",
                MG,
                "animal evidence",
                r["finding"],
                **provenance(r),
            )
        )
    for enzyme in ("CYP3A4", "CYP2D6"):
        r = raw[f"fm_{enzyme}"]
        out.append(
            fact(
                f"kratom/victim/fm/{enzyme}",
                MG,
                f"fraction of clearance by {enzyme}",
                r["value"],
                low=float(r["lo"]),
                high=r["hi"],
                interval="expert range",
                **provenance(r),
            )
        )
    return out


def kratom_hazards(notes: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        fact(
            f"kratom/hazard/{h['class']}",
            "kratom leaf",
            f"hazard class {h['class'].replace('_', ' ')}",
            h["strength"],
            note=h.get("note"),
            **provenance(h),
        )
        for h in notes["kratom"]["pd_hazards"]
    ]


def kratom_rules(notes: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "with_class": r["with_class"],
            "min_strength": r["min_strength"],
            "severity": r["severity"],
            "note": r["advice"],
            **provenance(r),
        }
        for r in notes["pharmacodynamic_rules"]
    ]


# ------------------------------------------------------------------ pairs and potencies


def study(raw: dict[str, Any]) -> dict[str, Any]:
    known = {
        "aucr",
        "statistic",
        "study",
        "perpetrator_regimen",
        "auc_window_h",
        "pmid",
        "dataset_row",
        "source",
        "verified",
        "caveat",
        "spread",
        "interval",
        "url",
        "n",
        "regimen_verified",
    }
    assert set(raw) <= known, set(raw) - known
    out: dict[str, Any] = {"auc_ratio": raw["aucr"], "sources": [PREFIX + raw["source"]]}
    out["verified"] = raw["verified"]
    for key in (
        "statistic",
        "study",
        "perpetrator_regimen",
        "n",
        "pmid",
        "url",
        "dataset_row",
        "caveat",
    ):
        if raw.get(key):
            out[key] = raw[key]
    if raw.get("regimen_verified") is False:
        out["regimen_verified"] = False
    if "auc_window_h" in raw:
        out["auc_window"] = "{} to {} h".format(*raw["auc_window_h"])
    if "interval" in raw:
        i = raw["interval"]
        out |= {"low": i["lo"], "high": i["hi"], "interval": i["type"]}
    if "spread" in raw:
        out["spread"] = f"{raw['spread']['value']:g} ({raw['spread']['type']})"
    return out


def pairs(notes: dict[str, Any], ids: dict[str, str]) -> list[dict[str, Any]]:
    out = []
    for raw in notes["validation_pairs"]:
        out.append(
            {
                "id": raw["id"],
                "victim": ids.get(raw["victim"].lower(), ""),
                "perpetrator": ids.get(raw["perpetrator"].lower(), ""),
                "victim_name": raw["victim"],
                "perpetrator_name": raw["perpetrator"],
                "route": raw["victim_route"],
                "mechanism": raw["mechanism"],
                "enzymes": raw["enzymes"],
                "auc_ratio": raw["aucr"],
                "studies": [study(s) for s in raw["studies"]],
            }
        )
    return out


def potencies(notes: dict[str, Any], ids: dict[str, str]) -> list[dict[str, Any]]:
    how = notes["in_vivo_potency"]["how"]
    out = []
    for raw in notes["in_vivo_potency"]["values"]:
        note = "; ".join(p for p in (raw.get("note"), how) if p)
        out.append(
            {
                "perpetrator": ids[raw["perpetrator"].lower()],
                "enzyme": raw["enzyme"],
                "quantity": raw["quantity"],
                "value": raw["value"],
                "low": raw["min"],
                "high": raw["max"],
                "victims": raw["victims"],
                "basis": provenance(raw)["basis"],
                "note": note,
            }
        )
    return out


def source(key: str, raw: dict[str, Any]) -> dict[str, Any]:
    tier = "secondary" if key in SECONDARY else "primary"
    out = {"id": PREFIX + key, "cite": raw["cite"], "tier": tier, "read_on": READ_ON}
    for field in ("url", "doi", "pmid", "licence"):
        if raw.get(field):
            out[field] = raw[field]
    return out


def write(path: Path, content: list[dict[str, Any]], around: dict[str, str] | None = None) -> None:
    whole = {**around, path.stem: content} if around else content
    path.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{path.parent.name}/{path.name}: {len(content)}")


def main(reference: Path) -> None:
    notes = yaml.load((reference / "ddi_model.yaml").read_text("utf-8"), yaml.CSafeLoader)
    medicines = yaml.load((reference / "medicines.yaml").read_text("utf-8"), yaml.CSafeLoader)
    ids = {m["name"].lower(): m["id"] for m in medicines["medicines"]} | {"kratom": "kratom"}
    folder = DATA / "ddi"
    write(folder / "constants.json", constants(notes))
    write(folder / "kratom.json", kratom(notes))
    write(folder / "kratom_rules.json", kratom_rules(notes))
    write(folder / "potency.json", potencies(notes, ids))
    made = pairs(notes, ids)
    write(folder / "pairs.json", made, around={"read_on": READ_ON})
    kept = {k: s for k, s in notes["sources"].items() if k not in BASIS_OF_PSEUDO_SOURCE}
    write(DATA / "sources" / "ddi.json", [source(k, s) for k, s in sorted(kept.items())])
    print(f"pairs in {len(made)}; studies {sum(len(p['studies']) for p in made)}")
    print(f"potencies in {len(notes['in_vivo_potency']['values'])}")
    print(f"sources in {len(notes['sources'])} (mem and derived are a basis, not a source)")
    for pair in made:
        for role in ("victim", "perpetrator"):
            if not pair[role]:
                print(f"pair {pair['id']}: no record for {role} {pair[role + '_name']} (name kept)")
    print("left out: schema_version, title")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
