"""How each part of the research notes becomes a record of the table ``instrument``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from import_instruments_notes import Notes, provenance

Record = dict[str, Any]

MEASURELY = "instr-measurely_pswq"
KROENKE_PHQ2 = "instr-kroenke2003_phq2"
ARROLL = "instr-arroll2010"
AUDITC_FAQ = "instr-auditc_faq"

# Sources opened while the notes were converted; all others stand with the evidence table.
SOURCES: list[Record] = [
    {
        "id": MEASURELY,
        "cite": "Penn State Worry Questionnaire, scoring page of an outcome measure library",
        "url": "https://measurely.com.au/outcome-measures/penn-state-worry-questionnaire",
        "tier": "secondary",
        "read_on": "2026-11-22",
    },
    {
        "id": KROENKE_PHQ2,
        "cite": "Kroenke 2003 Med Care 41:1284-1292, PHQ-2 (abstract)",
        "doi": "10.1097/01.MLR.0000093487.78664.3C",
        "pmid": "14583691",
        "url": "https://www.bioseek.eu/us/eng/research/pubmed/"
        "The_Patient_Health_Questionnaire_2_validity_of_a_two_item_depression_screener_14583691",
        "tier": "mirror",
        "read_on": "2026-11-22",
    },
    {
        "id": ARROLL,
        "cite": "Arroll 2010 Ann Fam Med 8:348-353, PHQ-2 and PHQ-9 in primary care",
        "url": "https://pmc.ncbi.nlm.nih.gov/articles/PMC2906530",
        "read_on": "2026-11-22",
    },
    {
        "id": AUDITC_FAQ,
        "cite": "FAQ for AUDIT-C for clinicians, US Veterans Affairs, 2003",
        "url": "https://docslib.org/faq-for-audit-c-for-clinicians",
        "tier": "mirror",
        "read_on": "2026-11-22",
    },
]

PHQ_ANSWERS_NOTE = "same answer list as the GAD-7"
RECOVERED_RULE = "carried over from the GAD-7, without a source of its own"


def said(key: str, quantity: str, value: Any = None, **fields: Any) -> Record:  # noqa: ANN401
    """A statement; provenance fields come in ``fields``."""
    return {"key": key, "quantity": quantity, "value": value, **fields}


def instruments(notes: Notes) -> Iterator[Record]:
    """Every questionnaire of the notes."""
    yield _gad7(notes)
    yield _gad2(notes)
    yield _phq9(notes)
    yield _phq2(notes)
    yield _ham_a(notes)
    yield _pswq(notes)
    yield _isi(notes)
    yield _audit_c(notes)
    yield _cows(notes)
    yield _sows(notes)
    yield _kratom_dependence_scale(notes)


# ------------------------------------------------------------------ pieces


def _sourced(entry: Record, **extra: Any) -> Record:  # noqa: ANN401
    return provenance(
        entry.get("source"), entry.get("verified", False), entry.get("note", ""), **extra
    )


def _bands(rows: list[Record], source: Any, verified: bool) -> Record:  # noqa: ANN401
    bands = [{"label": r["label"], "low": r["min"], "high": r["max"]} for r in rows]
    return {"bands": bands, **provenance(source, verified)}


def _cutoff(entry: Record, target: str, **fixed: Any) -> Record:  # noqa: ANN401
    score = entry.get("cutoff", entry.get("score"))
    number = score if isinstance(score, int) else None
    source = entry["source"]
    record: Record = {
        "key": f"cutoff-{score}-{source}",
        "target": entry.get("target", target),
        "score": number,
        "setting": "; ".join(entry[k] for k in ("setting", "reference") if entry.get(k)),
        "studies": entry.get("k"),
        "n": entry.get("n"),
        "auc": entry.get("auc"),
        **_sourced(entry),
        **fixed,
    }
    for what in ("sensitivity", "specificity"):
        record[what] = entry.get(what)
        low, high = entry.get(f"{what}_ci", (None, None))
        record[f"{what}_low"], record[f"{what}_high"] = low, high
    return record


def _range(low: int, high: int, **source: Any) -> Record:  # noqa: ANN401
    return said(
        "range",
        "possible totals",
        low=low,
        high=high,
        interval="lowest and highest total",
        **source,
    )


def _distribution(entry: Record) -> list[Record]:
    sample = f"{entry['arms']} arms of psychotherapy trials"
    common = {"unit": "points", "n": entry["n"], "conditions": sample, **_sourced(entry)}
    return [
        said("reference/clinical-mean", "mean at baseline in people with GAD",
             entry["baseline_mean"], **common),
        said("reference/clinical-sd", "pooled standard deviation at baseline in people with GAD",
             entry["pooled_sd"], **common),
    ]  # fmt: skip


# ------------------------------------------------------------------ anxiety


def _gad7(notes: Notes) -> Record:
    take = partial(notes.take, "GAD-7")
    licence, codes = take("licence"), take("loinc")
    error = {k: take("known_reproduction_error", k) for k in ("statement", "source", "verified")}
    answer_list = take("answer_list")
    missing = take("scoring", "missing_rule")
    low, high = take("scoring", "range")
    code_source = provenance(codes["source"], codes["verified"])
    accuracy = take("accuracy_for_GAD")
    return {
        "id": "gad7",
        "name": "GAD-7",
        "full_name": take("full_name"),
        "measures": "anxiety symptoms",
        "rater": "self",
        "stem": take("stem"),
        "recall_days": 14,
        "item_count": 7,
        "item_low": 0,
        "item_high": 3,
        "items": [
            {"number": i["n"], "text": i["text"], "loinc": i["loinc"]} for i in take("items")
        ],
        "answers": [
            {"score": a["score"], "text": a["text"], "loinc": a["loinc_answer"]}
            for a in take("answers")
        ],
        "total_low": low,
        "total_high": high,
        "max_missing": 2,
        "bands": _bands(
            take("severity_bands"), take("severity_bands_source"), take("severity_bands_verified")
        ),
        "cutoffs": [_gad7_cutoff(entry) for entry in accuracy],
        "predictive": "cutoff-8-plummer2016",
        "change": _gad7_change(notes),
        "populations": _gad7_populations(notes),
        "statements": [
            said("licence", "permission to reproduce", licence["statement"], **_sourced(licence)),
            said("answers", "answer list (LOINC)", answer_list["loinc"], **_sourced(answer_list)),
            said("known-reproduction-error", "error in copies", error["statement"],
                 **_sourced(error)),
            said("loinc/panel", "LOINC code of the panel", codes["panel"], **code_source),
            said("loinc/total", "LOINC code of the total", codes["total_score"], **code_source),
            _range(low, high, **provenance(take("severity_bands_source"), True)),
            said("missing-rule", "unanswered items", missing["rule"],
                 **provenance(verified=missing["verified"])),
            *_gad7_predictive(take("post_test_probability_note")),
            *_gad7_reliability(take("reliability")),
            *_distribution(take("reference_distribution_clinical")),
        ],
    }  # fmt: skip


def _gad7_cutoff(entry: Record) -> Record:
    record = _cutoff(entry, "generalized anxiety disorder")
    target = entry.get("target", "")
    if target and entry["cutoff"] != "mixed":
        record["key"] = f"cutoff-{entry['cutoff']}-{target.lower().replace(' ', '-')}"
    return record


def _gad7_predictive(note: str) -> Iterator[Record]:
    # The three values stand in the note as text; the test computes them again from the intervals.
    for percent, value in ((5, 0.21), (10, 0.37), (25, 0.63)):
        assert f"{value:.2f}" in note
        yield said(
            f"ppv/prevalence-{percent}", "share of people at or above 8 who have GAD", value,
            conditions=f"{percent} % of the people screened have GAD; Bayes' rule",
            **provenance("plummer2016", True, "computed from sensitivity 0.83, specificity 0.84",
                         basis="derived"),
        )  # fmt: skip


def _gad7_reliability(rows: list[Record]) -> Iterator[Record]:
    for key, row in zip(("test-retest-pearson", "test-retest-icc", "alpha"), rows, strict=True):
        yield said(f"reliability/{key}", row["what"], row["value"], n=row.get("n"), **_sourced(row))


def _gad7_change(notes: Notes) -> Record:
    take = partial(notes.take, "GAD-7", "change")
    rci = take("published_RCI")
    sd = take("implied_SD")
    mcid = take("MCID")
    service = take("service_reliable_improvement")
    caseness = take("caseness")
    response, remission = take("response"), take("remission")
    kinds = (
        ("reliable_improvement", -21, -6),
        ("possible_improvement", -5, -4),
        ("no_reliable_change", -3, 3),
        ("possible_worsening", 4, 5),
        ("reliable_worsening", 6, 21),
    )
    rows = take("engine_labels")
    bischoff = provenance(rci["source"], rci["verified"])
    return {
        "labels": [
            {"kind": kind, "label": row["label"], "low": low, "high": high}
            for row, (kind, low, high) in zip(rows, kinds, strict=True)
        ],
        "labels_rule": said(
            "change/labels", "names of a difference", "; ".join(
                f"{r['label']}: {r['rule']}" for r in rows
            ), **provenance(["bischoff2020", "toussaint2020"], True,
                            "built on the reliable change index and the smallest important change",
                            basis="derived"),
        ),
        "reliable": said(
            "change/reliable", "smallest whole-point change beyond measurement error", rci["use"],
            unit="points", conditions=f"published index {rci['value']}, rounded up",
            n=rci["n_clinical"], **bischoff,
        ),
        "response": said("change/response", "response", 50, unit="% fall from baseline",
                         **provenance(verified=response["verified"], note=response["rule"])),
        "remission": said("change/remission", "remission: highest total that counts", high=4, low=0,
                          interval="totals that count", unit="points",
                          **provenance(verified=remission["verified"], note=remission["rule"])),
        "published": [
            said("change/formula", "reliable change index (Jacobson and Truax)",
                 take("formula_jacobson_truax"), **provenance(basis="recalled")),
            said("change/published-rci", "reliable change index", rci["value"], unit="points",
                 conditions=f"clinical mean {rci['clinical_mean']}; {rci['n_clinical']} clinical, "
                 f"{rci['n_community']} community",
                 n=rci["n_clinical"] + rci["n_community"], **bischoff),
            said("change/implied-sd", "standard deviation implied by the index", sd["value"],
                 unit="points", **provenance("bischoff2020", sd["verified"], sd["how"],
                                             basis="derived")),
            said("change/mcid", "smallest change that people rate as important", mcid["value"],
                 unit="points", n=mcid["n"], conditions=mcid["population"], **_sourced(mcid)),
            said("change/service-rule", "fall that a service counts as reliable", service["value"],
                 unit="points", **_sourced(service)),
            said("change/caseness", "total at or above which a service counts a case",
                 caseness["cutoff"], unit="points", conditions=caseness["meaning"],
                 **_sourced(caseness)),
        ],
    }  # fmt: skip


def _gad7_populations(notes: Notes) -> list[Record]:
    young = notes.take("GAD-7", "populations", "adolescents")
    old = notes.take("GAD-7", "populations", "older_adults")
    return [
        {"key": "children", "max_age_years": 12, "text": "not established below about 12 years",
         **provenance(verified=young["verified"], note=young["note"])},
        {"key": "adolescents", "min_age_years": 12, "max_age_years": 18, "text": young["note"],
         **provenance(verified=young["verified"])},
        {"key": "older-adults", "min_age_years": 65, "text": old["note"],
         **provenance(verified=old["verified"])},
    ]  # fmt: skip


def _gad2(notes: Notes) -> Record:
    take = partial(notes.take, "GAD-2")
    low, high = take("range")
    rows = take("accuracy")
    assert take("cutoff") == rows[0]["cutoff"]
    assert take("items") == ["GAD-7 item 1", "GAD-7 item 2"]
    return {
        "id": "gad2",
        "name": "GAD-2",
        "full_name": "First two items of the GAD-7",
        "measures": "anxiety symptoms",
        "rater": "self",
        "recall_days": 14,
        "item_count": 2,
        "item_low": 0,
        "item_high": 3,
        "total_low": low,
        "total_high": high,
        "derived_from": "gad7",
        "derived_items": [1, 2],
        "cutoffs": [_cutoff(row, "generalized anxiety disorder") for row in rows],
        "predictive": "cutoff-3-park2025",
        "statements": [
            _range(low, high, **provenance("plummer2016")),
            said("use", "what to do", take("use"), **provenance()),
        ],
    }


def _ham_a(notes: Notes) -> Record:
    take = partial(notes.take, "HAM-A")
    low, high = take("range")
    source, verified, n = take("severity_source"), take("severity_verified"), take("n")
    older, entry = take("older_bands"), take("trial_entry_typical")
    remission, response = take("remission"), take("response")
    return {
        "id": "ham_a",
        "name": "HAM-A",
        "full_name": "Hamilton Anxiety Rating Scale",
        "measures": "anxiety symptoms as rated in an interview",
        "rater": take("rater"),
        "aliases": ["hars"],
        "item_count": take("items"),
        "item_low": take("item_range")[0],
        "item_high": take("item_range")[1],
        "total_low": low,
        "total_high": high,
        "bands": _bands(take("severity_bands"), source, verified),
        "change": {
            "response": said("change/response", "response", 50, unit="% fall from baseline",
                             **provenance(response["source"], response["verified"],
                                          response["rule"])),
            "remission": said("change/remission", "remission: highest total that counts", high=7,
                              low=0, interval="totals that count", unit="points",
                              **provenance(remission["source"], remission["verified"],
                                           remission["rule"])),
        },
        "statements": [
            _range(low, high, **provenance(source, verified)),
            said("bands-sample", "people in whom the bands were set", n=n,
                 **provenance(source, verified)),
            said("older-bands", "older bands", older["text"], **_sourced(older)),
            said("trial-entry", "usual entry criterion of trials", entry["rule"],
                 **_sourced(entry)),
        ],
    }  # fmt: skip


def _pswq(notes: Notes) -> Record:
    take = partial(notes.take, "PSWQ")
    low, high = take("range")
    reverse = take("reverse_scored_items", "items")
    take("reverse_scored_items", "verified")  # it was not; the page below has since been read
    cutoffs = [_cutoff(row, row["use"]) for row in take("cutoffs")]
    return {
        "id": "pswq",
        "name": "PSWQ",
        "full_name": "Penn State Worry Questionnaire",
        "measures": "tendency to worry",
        "rater": "self",
        "item_count": take("items"),
        "item_low": take("item_range")[0],
        "item_high": take("item_range")[1],
        "total_low": low,
        "total_high": high,
        "reverse_items": reverse,
        "cutoffs": cutoffs,
        "statements": [
            _range(low, high, **provenance(MEASURELY, True)),
            said("reverse-scored", "items scored backwards", ", ".join(map(str, reverse)),
                 **provenance(MEASURELY, True)),
            said("wording", "items", take("note"), **provenance(basis="judgement")),
            *_distribution(take("reference_distribution_clinical")),
        ],
    }  # fmt: skip


# ------------------------------------------------------------------ depression


def _phq9(notes: Notes) -> Record:
    take = partial(notes.take, "PHQ-9")
    licence, codes, change = take("licence"), take("loinc"), take("change")
    code_source = provenance(codes["source"], codes["verified"])
    answers = notes.take("GAD-7", "answers")
    bands_source = take("severity_bands_source")
    mcid = provenance(verified=change["mcid_verified"])
    labels = (
        ("reliable_improvement", "reliable improvement", -27, -6),
        ("possible_improvement",
         "possible improvement (meets the smallest important change but within measurement error)",
         -5, -5),
        ("no_reliable_change", "no reliable change", -4, 4),
        ("possible_worsening", "possible worsening", 5, 5),
        ("reliable_worsening", "reliable worsening", 6, 27),
    )  # fmt: skip
    return {
        "id": "phq9",
        "name": "PHQ-9",
        "full_name": "Patient Health Questionnaire, 9 items",
        "measures": "depressive symptoms",
        "rater": "self",
        "stem": take("stem"),
        "recall_days": 14,
        "item_count": 9,
        "item_low": 0,
        "item_high": 3,
        "items": [
            {"number": i["n"], "text": i["text"], "loinc": i["loinc"],
             "safety": i.get("safety_item", False)}
            for i in take("items")
        ],
        "answers": [
            {"score": a["score"], "text": a["text"], "loinc": a["loinc_answer"]} for a in answers
        ],
        "total_low": 0,
        "total_high": 27,
        "max_missing": 2,
        "never_imputed": [9],
        "bands": _bands(take("severity_bands"), bands_source, take("severity_bands_verified")),
        "cutoffs": [
            _cutoff(row, "major depression") for row in take("accuracy_for_major_depression")
        ],
        "predictive": "cutoff-10-negeri2021",
        "change": {
            "labels": [
                {"kind": kind, "label": label, "low": low, "high": high}
                for kind, label, low, high in labels
            ],
            "labels_rule": said(
                "change/labels", "names of a difference",
                "6 points or more: reliable; 5: possible; up to 4: no reliable change",
                **provenance(change["source"], False,
                             "possible change rests on the unverified smallest important change",
                             basis="derived"),
            ),
            "reliable": said("change/reliable", "change that a service counts as reliable",
                             change["reliable_change"], unit="points", **_sourced(change)),
            "published": [
                said("change/mcid", "smallest change that people rate as important",
                     change["mcid"], unit="points", **mcid),
            ],
        },
        "statements": [
            said("licence", "permission to reproduce", licence["statement"], **_sourced(licence)),
            said("answers", "answer list (LOINC)", "LL358-3",
                 **provenance("loinc_LL358", True, PHQ_ANSWERS_NOTE)),
            said("loinc/panel", "LOINC code of the panel", codes["panel"], **code_source),
            said("loinc/total", "LOINC code of the total", codes["total_score"], **code_source),
            _range(0, 27, **provenance(bands_source, True)),
            said("missing-rule", "unanswered items",
                 "no total with more than 2 unanswered items or without item 9; with 1-2 others "
                 "unanswered a prorated value, labelled",
                 **provenance(note=RECOVERED_RULE, basis="judgement")),
            *_item9(take("item9_pathway", "evidence"), take("item9_pathway", "rule")),
        ],
    }  # fmt: skip


def _item9(evidence: list[Record], rules: list[Record]) -> Iterator[Record]:
    simon, hazard, zero, daily = (_sourced(e) | {"n": e.get("n")} for e in evidence)
    for key, quantity, answer, value in (
        ("attempt", "suicide attempt within a year", 0, 0.4),
        ("attempt", "suicide attempt within a year", 3, 4),
        ("death", "suicide within a year", 0, 0.03),
        ("death", "suicide within a year", 3, 0.3),
    ):
        yield said(f"item9/{key}-year-answer-{answer}", quantity, value, unit="%",
                   conditions=f"item 9 answered {answer}", **simon)  # fmt: skip
    for answer, value, low, high in (
        (1, 1.75, 1.24, 2.46),
        (2, 2.15, 1.32, 3.51),
        (3, 2.85, 1.81, 4.47),
    ):
        yield said(f"item9/suicide-hazard-answer-{answer}", "hazard ratio of suicide", value,
                   unit="ratio", low=low, high=high, interval="95 % CI",
                   conditions=f"item 9 answered {answer} against 0", **hazard)  # fmt: skip
    yield said("item9/suicides-after-zero", "share of suicides in people who had answered 0", 71.6,
               unit="%", **(zero | {"n": evidence[1].get("n")}))  # fmt: skip
    yield said("item9/daily-ideation-attempts", "suicide attempts within 30 days, times as many",
               unit="times", low=5, high=8, interval="range over age groups",
               conditions="thoughts nearly every day", **daily)  # fmt: skip
    yield said("item9/daily-ideation-deaths", "suicides within 30 days, times as many",
               unit="times", low=3, high=11, interval="range over age groups",
               conditions="thoughts nearly every day", **daily)  # fmt: skip
    keys = ("any", "two-or-plan", "intent-or-means", "not-answered")
    for key, rule in zip(keys, rules, strict=True):
        yield said(f"item9/rule-{key}", f"what to do if {rule['if']}", rule["then"],
                   **provenance(basis="judgement"))  # fmt: skip


def _phq2(notes: Notes) -> Record:
    take = partial(notes.take, "PHQ-2")
    codes = take("loinc")
    code_source = provenance(take("source"), take("loinc_verified"))
    low, high = take("range")
    assert take("items") == ["PHQ-9 item 1", "PHQ-9 item 2"]
    assert take("cutoff") == 3
    take("cutoff_verified")  # it was not; both papers below have since been read
    return {
        "id": "phq2",
        "name": "PHQ-2",
        "full_name": "First two items of the PHQ-9",
        "measures": "depressive symptoms",
        "rater": "self",
        "recall_days": 14,
        "item_count": 2,
        "item_low": 0,
        "item_high": 3,
        "total_low": low,
        "total_high": high,
        "derived_from": "phq9",
        "derived_items": [1, 2],
        "cutoffs": [
            {"key": "cutoff-3-kroenke2003", "target": "major depression", "score": 3,
             "sensitivity": 0.83, "specificity": 0.92, "n": 580,
             "setting": "US primary care and obstetrics-gynaecology clinics; interview sample",
             **provenance(KROENKE_PHQ2, True)},
            {"key": "cutoff-3-arroll2010", "target": "major depression", "score": 3,
             "sensitivity": 0.61, "specificity": 0.92, "n": 2642,
             "setting": "family practices in Auckland",
             **provenance(ARROLL, True, "a cut-off of 2 found more: 0.86 and 0.78")},
        ],
        "statements": [
            said("loinc/panel", "LOINC code of the panel", codes["panel"], **code_source),
            said("loinc/total", "LOINC code of the total", codes["total_score"], **code_source),
            _range(low, high, **provenance(KROENKE_PHQ2, True)),
        ],
    }  # fmt: skip


# ------------------------------------------------------------------ sleep and alcohol


def _isi(notes: Notes) -> Record:
    take = partial(notes.take, "ISI")
    low, high = take("range")
    bands_source = take("bands_source")
    fall = take("change", "moderate_improvement")
    ends = take("change", "ci")
    source = provenance(take("change", "source"), take("change", "verified"))
    labels = (
        ("improvement", "fall as large as the change rated moderate improvement", -28, -9),
        ("possible_improvement", "fall near the change rated moderate improvement", -8, -8),
        ("no_rule", "smaller than any change with a published meaning", -7, 7),
        ("rise", "rise; no published rule says when a rise counts", 8, 28),
    )
    return {
        "id": "isi",
        "name": "ISI",
        "full_name": "Insomnia Severity Index",
        "measures": "insomnia",
        "rater": "self",
        "item_count": take("items"),
        "item_low": 0,
        "item_high": 4,
        "total_low": low,
        "total_high": high,
        "bands": _bands(take("bands"), bands_source, take("bands_verified")),
        "cutoffs": [_cutoff(row, "insomnia") for row in take("cutoffs")],
        "change": {
            "labels": [
                {"kind": kind, "label": label, "low": first, "high": last}
                for kind, label, first, last in labels
            ],
            "labels_rule": said(
                "change/labels", "names of a difference",
                "9 or more: beyond the published 8.4; 8: inside its interval",
                **(source | {"basis": "derived"}),
            ),
            "published": [
                said("change/moderate-improvement", "fall that raters called moderate improvement",
                     -fall, unit="points", low=-ends[1], high=-ends[0], interval="95 % CI",
                     **source),
            ],
        },
        "statements": [
            _range(low, high, **provenance(bands_source, True)),
            said("wording", "items", take("note"), **provenance(basis="judgement")),
        ],
    }  # fmt: skip


def _audit_c(notes: Notes) -> Record:
    take = partial(notes.take, "AUDIT-C")
    low, high = take("range")
    cutoffs = []
    for row, key, sex in zip(
        take("cutoffs"), ("men", "women", "women-va"), ("male", "female", "female"), strict=True
    ):
        fixed: Record = {"key": f"{key}-{row['source']}", "sex": sex}
        fixed["score"] = row["score"] if isinstance(row["score"], int) else None
        fixed["setting"] = "US Veterans Affairs" if key == "women-va" else ""
        cutoffs.append(_cutoff(row, "risky drinking or alcohol use disorder", **fixed))
    return {
        "id": "audit_c",
        "name": "AUDIT-C",
        "full_name": "Alcohol Use Disorders Identification Test, consumption questions",
        "measures": "alcohol use",
        "rater": "self",
        "item_count": take("items"),
        "item_low": 0,
        "item_high": 4,
        "total_low": low,
        "total_high": high,
        "cutoffs": cutoffs,
        "statements": [
            _range(low, high, **provenance(AUDITC_FAQ, True)),
            said("items", "points an item", low=0, high=4, interval="lowest and highest answer",
                 **provenance(AUDITC_FAQ, True)),
        ],
    }  # fmt: skip


# ------------------------------------------------------------------ withdrawal and kratom


def _cows(notes: Notes) -> Record:
    take = partial(notes.take, "COWS")
    low, high = take("range")
    source, verified = take("source"), take("verified")
    return {
        "id": "cows",
        "name": "COWS",
        "full_name": "Clinical Opiate Withdrawal Scale",
        "measures": "opioid withdrawal as observed",
        "rater": "clinician",
        "item_count": take("items"),
        "total_low": low,
        "total_high": high,
        "bands": _bands(take("bands"), source, verified),
        "statements": [
            _range(low, high, **provenance(source, verified)),
            said("kratom", "use in kratom withdrawal", take("kratom_use"),
                 **provenance("singh2019_sud", True)),
        ],
    }  # fmt: skip


def _sows(notes: Notes) -> Record:
    take = partial(notes.take, "SOWS")
    low, high = take("range")
    source = provenance(take("source"), take("verified"))
    rogers, direct = take("kratom_values")
    return {
        "id": "sows",
        "name": "SOWS",
        "full_name": "Subjective Opiate Withdrawal Scale",
        "measures": "opioid withdrawal as felt",
        "rater": "self",
        "item_count": take("items"),
        "item_low": take("item_range")[0],
        "item_high": take("item_range")[1],
        "total_low": low,
        "total_high": high,
        "statements": [
            _range(low, high, **source),
            said("kratom/us-consumers-mean", "mean total", 13.5, unit="points", n=395,
                 conditions="US kratom consumers; SD 11.9", **_sourced(rogers)),
            said("kratom/us-consumers-sd", "standard deviation of the total", 11.9, unit="points",
                 n=395, conditions="US kratom consumers", **_sourced(rogers)),
            said("kratom/before-morning-dose", "mean total before the morning dose", 5.5,
                 unit="points", n=10,
                 conditions="regular users; SD 3.3; lower after the dose", **_sourced(direct)),
        ],
    }  # fmt: skip


def _kratom_dependence_scale(notes: Notes) -> Record:
    take = partial(notes.take, "Kratom_Dependence_Scale")
    items = take("items")
    used = provenance(take("used_in"))
    absent = provenance(basis="absence")
    return {
        "id": "kratom_dependence_scale",
        "name": "Kratom Dependence Scale",
        "full_name": f"Kratom Dependence Scale, also called {take('also_called')}",
        "measures": "dependence on kratom",
        "rater": "self",
        "aliases": ["kds", "ketum_dependence_scale"],
        "item_count": items["value"],
        "statements": [
            said("used-in", "used in", "studies of regular users in Malaysia", **used),
            said("items", "number of items", items["value"],
                 **provenance(verified=items["verified"])),
            said("cutoffs", "cut-offs", take("cutoffs"), **absent),
            said("validation", "validation", take("validation"), **absent),
            said("interpretation", "interpretation", take("engine_rule"),
                 **provenance(basis="judgement")),
        ],
    }  # fmt: skip


CRITERIA = (
    "more_than_meant", "failed_to_cut_down", "much_time", "craving", "role_failure",
    "social_problems", "activities_given_up", "hazardous_use", "use_despite_harm", "tolerance",
    "withdrawal",
)  # fmt: skip


def use_disorder(notes: Notes) -> Record:
    """The criteria of a use disorder applied to kratom, and how often they are met."""
    take = partial(notes.take, "kratom_use_disorder_DSM5_adapted")
    texts = take("criteria_paraphrased")
    hill, smith, garcia, singh = take("prevalence")
    drivers = take("drivers")
    share = {"unit": "%"}
    return {
        "criteria": [
            {"id": name, "text": text, "physical": name in ("tolerance", "withdrawal")}
            for name, text in zip(CRITERIA, texts, strict=True)
        ],
        "months": 12,
        "levels": [
            {"label": "mild", "low": 2, "high": 3},
            {"label": "moderate", "low": 4, "high": 5},
            {"label": "severe", "low": 6, "high": 11},
        ],
        **provenance(note=take("what")),
        "watch_after_stopping": said(
            "window/after-stopping", "time after the last dose in which withdrawal is expected", 7,
            unit="days", conditions="daily use, or a recent cut-down",
            **provenance(basis="judgement"),
        ),
        "scores_unsettled": said(
            "window/scores-unsettled", "time after stopping in which scores are not yet a baseline",
            low=14, high=28, unit="days", interval="2 to 4 weeks", **provenance(),
        ),
        "statements": [
            said("caution", "what the count is not", take("caution"),
                 **provenance(basis="judgement")),
            said("prevalence/hill2024", "share meeting criteria", 25.5, **share,
                 n=hill["n"], conditions=hill["sample"], **_sourced(hill)),
            said("prevalence/hill2024-tolerance", "tolerance among those meeting criteria", 81.3,
                 **share, n=hill["n"], conditions=hill["sample"], **_sourced(hill)),
            said("prevalence/hill2024-withdrawal", "withdrawal among those meeting criteria", 68.0,
                 **share, n=hill["n"], conditions=hill["sample"], **_sourced(hill)),
            said("prevalence/hill2024-other-sud", "odds ratio with another substance use disorder",
                 2.83, unit="OR", low=2.19, high=3.67, interval="95 % CI", n=hill["n"],
                 conditions=hill["sample"], **_sourced(hill)),
            *(
                said(f"prevalence/smith2022-{key}", quantity, value, **share, n=smith["n"],
                     conditions=smith["sample"], **_sourced(smith))
                for key, quantity, value in (
                    ("any", "share meeting criteria in the past year", 29.5),
                    ("mild", "mild in the past year", 14.0),
                    ("moderate", "moderate in the past year", 7.0),
                    ("severe", "severe in the past year", 8.5),
                    ("never", "never met criteria", 52.7),
                    ("remitted", "met criteria before, not in the past year", 17.8),
                )
            ),
            said("prevalence/garcia2020", "moderate or severe in the past year", 2, **share,
                 n=garcia["n"], conditions=f"{garcia['sample']}; {garcia['detail']}",
                 **_sourced(garcia)),
            said("prevalence/singh2019", "share meeting criteria (about)", 99, **share,
                 n=singh["n"], conditions=singh["sample"], **_sourced(singh)),
            said("drivers", "what symptoms follow", drivers["fact"], n=drivers["n"],
                 **_sourced(drivers)),
        ],
    }  # fmt: skip


# ------------------------------------------------------------------ the description of GAD

EXCLUDE = ("suicidality", "mood", "substances", "medical", "medicines", "other-disorders")
PATTERNS = ("inter-dose", "after-stopping", "serotonin", "liver")


def diagnosis(notes: Notes) -> Record:
    """Codes, features, what to exclude first, and what kratom can imitate."""
    take = partial(notes.take, "diagnosis")
    screen = take("screen_is_not_diagnosis")
    return {
        "core": ["excessive_worry", "hard_to_control"],
        "associated": ["restlessness", "fatigue", "poor_concentration", "irritability",
                       "muscle_tension", "sleep_disturbance"],
        "associated_needed": 3,
        "duration_months": 6,
        "example_prevalences": [0.05, 0.10, 0.25],
        "recent_change": said(
            "window/recent-change", "how recent a start or stop is noted beside a score", 28,
            unit="days", **provenance(basis="judgement"),
        ),
        "statements": [
            said("features", "description in our words", take("features_paraphrased"),
                 **provenance(take("features_source"), take("features_verified"))),
            said("screen-is-not-diagnosis", "what a screen can do", screen["statement"],
                 **_sourced(screen)),
            *_codes(take("codes")),
            *(
                said(f"exclude/{key}", "exclude or assess first", entry["item"],
                     conditions=entry.get("why") or ", ".join(entry.get("examples", ())),
                     **provenance(basis="judgement"))
                for key, entry in zip(EXCLUDE, take("exclude_or_assess_first"), strict=True)
            ),
            *(
                said(f"kratom-pattern/{key}", entry["pattern"], entry["think"],
                     **provenance(basis="judgement"))
                for key, entry in zip(PATTERNS, take("kratom_specific_differential"), strict=True)
            ),
        ],
    }  # fmt: skip


def _codes(codes: Record) -> Iterator[Record]:
    for key in ("ICD10", "ICD11", "SNOMED_CT"):
        entry = codes[key]
        yield said(f"code/{key.lower()}", f"{key.replace('_', ' ')} code", entry["code"],
                   conditions=entry["display"], **_sourced(entry))  # fmt: skip
    for entry in codes["related_ICD10_CM"]:
        yield said(f"code/icd10cm-{entry['code'].lower()}", "related ICD-10-CM code", entry["code"],
                   conditions=entry["use"], **_sourced(entry))  # fmt: skip
