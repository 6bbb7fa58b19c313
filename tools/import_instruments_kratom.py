"""Withdrawal scales, and the criteria of a use disorder applied to kratom."""

from __future__ import annotations

from functools import partial

from import_instruments_notes import Notes, provenance
from import_instruments_pieces import (
    Record,
    banded,
    ranged,
    said,
    sourced,
)


def cows(notes: Notes) -> Record:
    """The record of this questionnaire."""
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
        "bands": banded(take("bands"), source, verified),
        "statements": [
            ranged(low, high, **provenance(source, verified)),
            said("kratom", "use in kratom withdrawal", take("kratom_use"),
                 **provenance("singh2019_sud", True)),
        ],
    }  # fmt: skip


def sows(notes: Notes) -> Record:
    """The record of this questionnaire."""
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
            ranged(low, high, **source),
            said("kratom/us-consumers-mean", "mean total", 13.5, unit="points", n=395,
                 conditions="US kratom consumers; SD 11.9", **sourced(rogers)),
            said("kratom/us-consumers-sd", "standard deviation of the total", 11.9, unit="points",
                 n=395, conditions="US kratom consumers", **sourced(rogers)),
            said("kratom/before-morning-dose", "mean total before the morning dose", 5.5,
                 unit="points", n=10,
                 conditions="regular users; SD 3.3; lower after the dose", **sourced(direct)),
        ],
    }  # fmt: skip


def kratom_dependence_scale(notes: Notes) -> Record:
    """The record of this questionnaire."""
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
                 n=hill["n"], conditions=hill["sample"], **sourced(hill)),
            said("prevalence/hill2024-tolerance", "tolerance among those meeting criteria", 81.3,
                 **share, n=hill["n"], conditions=hill["sample"], **sourced(hill)),
            said("prevalence/hill2024-withdrawal", "withdrawal among those meeting criteria", 68.0,
                 **share, n=hill["n"], conditions=hill["sample"], **sourced(hill)),
            said("prevalence/hill2024-other-sud", "odds ratio with another substance use disorder",
                 2.83, unit="OR", low=2.19, high=3.67, interval="95 % CI", n=hill["n"],
                 conditions=hill["sample"], **sourced(hill)),
            *(
                said(f"prevalence/smith2022-{key}", quantity, value, **share, n=smith["n"],
                     conditions=smith["sample"], **sourced(smith))
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
                 **sourced(garcia)),
            said("prevalence/singh2019", "share meeting criteria (about)", 99, **share,
                 n=singh["n"], conditions=singh["sample"], **sourced(singh)),
            said("drivers", "what symptoms follow", drivers["fact"], n=drivers["n"],
                 **sourced(drivers)),
        ],
    }  # fmt: skip
