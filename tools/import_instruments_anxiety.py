"""Questionnaires of anxiety and worry."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from import_instruments_notes import Notes, provenance
from import_instruments_pieces import (
    MEASURELY,
    Record,
    banded,
    cutoff,
    distribution,
    ranged,
    said,
    sourced,
)


def gad7(notes: Notes) -> Record:
    """The record of this questionnaire."""
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
        "bands": banded(
            take("severity_bands"), take("severity_bands_source"), take("severity_bands_verified")
        ),
        "cutoffs": [_gad7_cutoff(entry) for entry in accuracy],
        "predictive": "cutoff-8-plummer2016",
        "change": _gad7_change(notes),
        "populations": _gad7_populations(notes),
        "statements": [
            said("licence", "permission to reproduce", licence["statement"], **sourced(licence)),
            said("answers", "answer list (LOINC)", answer_list["loinc"], **sourced(answer_list)),
            said("known-reproduction-error", "error in copies", error["statement"],
                 **sourced(error)),
            said("loinc/panel", "LOINC code of the panel", codes["panel"], **code_source),
            said("loinc/total", "LOINC code of the total", codes["total_score"], **code_source),
            ranged(low, high, **provenance(take("severity_bands_source"), True)),
            said("missing-rule", "unanswered items", missing["rule"],
                 **provenance(verified=missing["verified"])),
            *_gad7_predictive(take("post_test_probability_note")),
            *_gad7_reliability(take("reliability")),
            *distribution(take("reference_distribution_clinical")),
        ],
    }  # fmt: skip


def _gad7_cutoff(entry: Record) -> Record:
    record = cutoff(entry, "generalized anxiety disorder")
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
        yield said(f"reliability/{key}", row["what"], row["value"], n=row.get("n"), **sourced(row))


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
                 unit="points", n=mcid["n"], conditions=mcid["population"], **sourced(mcid)),
            said("change/service-rule", "fall that a service counts as reliable", service["value"],
                 unit="points", **sourced(service)),
            said("change/caseness", "total at or above which a service counts a case",
                 caseness["cutoff"], unit="points", conditions=caseness["meaning"],
                 **sourced(caseness)),
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


def gad2(notes: Notes) -> Record:
    """The record of this questionnaire."""
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
        "cutoffs": [cutoff(row, "generalized anxiety disorder") for row in rows],
        "predictive": "cutoff-3-park2025",
        "statements": [
            ranged(low, high, **provenance("plummer2016")),
            said("use", "what to do", take("use"), **provenance()),
        ],
    }


def ham_a(notes: Notes) -> Record:
    """The record of this questionnaire."""
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
        "bands": banded(take("severity_bands"), source, verified),
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
            ranged(low, high, **provenance(source, verified)),
            said("bands-sample", "people in whom the bands were set", n=n,
                 **provenance(source, verified)),
            said("older-bands", "older bands", older["text"], **sourced(older)),
            said("trial-entry", "usual entry criterion of trials", entry["rule"],
                 **sourced(entry)),
        ],
    }  # fmt: skip


def pswq(notes: Notes) -> Record:
    """The record of this questionnaire."""
    take = partial(notes.take, "PSWQ")
    low, high = take("range")
    reverse = take("reverse_scored_items", "items")
    take("reverse_scored_items", "verified")  # it was not; the page below has since been read
    cutoffs = [cutoff(row, row["use"]) for row in take("cutoffs")]
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
            ranged(low, high, **provenance(MEASURELY, True)),
            said("reverse-scored", "items scored backwards", ", ".join(map(str, reverse)),
                 **provenance(MEASURELY, True)),
            said("wording", "items", take("note"), **provenance(basis="judgement")),
            *distribution(take("reference_distribution_clinical")),
        ],
    }  # fmt: skip
