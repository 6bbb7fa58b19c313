"""Questionnaires of depression, sleep and alcohol."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from import_instruments_notes import Notes, provenance
from import_instruments_pieces import (
    ARROLL,
    AUDITC_FAQ,
    KROENKE_PHQ2,
    Record,
    banded,
    cutoff,
    ranged,
    said,
    sourced,
)

PHQ_ANSWERS_NOTE = "same answer list as the GAD-7"
RECOVERED_RULE = "carried over from the GAD-7, without a source of its own"


def phq9(notes: Notes) -> Record:
    """The record of this questionnaire."""
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
        "bands": banded(take("severity_bands"), bands_source, take("severity_bands_verified")),
        "cutoffs": [
            cutoff(row, "major depression") for row in take("accuracy_for_major_depression")
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
                             change["reliable_change"], unit="points", **sourced(change)),
            "published": [
                said("change/mcid", "smallest change that people rate as important",
                     change["mcid"], unit="points", **mcid),
            ],
        },
        "statements": [
            said("licence", "permission to reproduce", licence["statement"], **sourced(licence)),
            said("answers", "answer list (LOINC)", "LL358-3",
                 **provenance("loinc_LL358", True, PHQ_ANSWERS_NOTE)),
            said("loinc/panel", "LOINC code of the panel", codes["panel"], **code_source),
            said("loinc/total", "LOINC code of the total", codes["total_score"], **code_source),
            ranged(0, 27, **provenance(bands_source, True)),
            said("missing-rule", "unanswered items",
                 "no total with more than 2 unanswered items or without item 9; with 1-2 others "
                 "unanswered a prorated value, labelled",
                 **provenance(note=RECOVERED_RULE, basis="judgement")),
            *_item9(take("item9_pathway", "evidence"), take("item9_pathway", "rule")),
        ],
    }  # fmt: skip


def _item9(evidence: list[Record], rules: list[Record]) -> Iterator[Record]:
    simon, hazard, zero, daily = (sourced(e) | {"n": e.get("n")} for e in evidence)
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


def phq2(notes: Notes) -> Record:
    """The record of this questionnaire."""
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
            ranged(low, high, **provenance(KROENKE_PHQ2, True)),
        ],
    }  # fmt: skip


def isi(notes: Notes) -> Record:
    """The record of this questionnaire."""
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
        "bands": banded(take("bands"), bands_source, take("bands_verified")),
        "cutoffs": [cutoff(row, "insomnia") for row in take("cutoffs")],
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
            ranged(low, high, **provenance(bands_source, True)),
            said("wording", "items", take("note"), **provenance(basis="judgement")),
        ],
    }  # fmt: skip


def audit_c(notes: Notes) -> Record:
    """The record of this questionnaire."""
    take = partial(notes.take, "AUDIT-C")
    low, high = take("range")
    cutoffs = []
    for row, key, sex in zip(
        take("cutoffs"), ("men", "women", "women-va"), ("male", "female", "female"), strict=True
    ):
        fixed: Record = {"key": f"{key}-{row['source']}", "sex": sex}
        fixed["score"] = row["score"] if isinstance(row["score"], int) else None
        fixed["setting"] = "US Veterans Affairs" if key == "women-va" else ""
        cutoffs.append(cutoff(row, "risky drinking or alcohol use disorder", **fixed))
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
            ranged(low, high, **provenance(AUDITC_FAQ, True)),
            said("items", "points an item", low=0, high=4, interval="lowest and highest answer",
                 **provenance(AUDITC_FAQ, True)),
        ],
    }  # fmt: skip
