"""What a simulated trial needs, as flat facts."""

from __future__ import annotations

from import_evidence_notes import Raw, ids, kept


def parameters(notes: Raw, read_on: str) -> list[Raw]:
    """The trial parameters as flat facts: one id for each leaf that is a number or a statement."""
    out: list[Raw] = []

    def fact(
        path: str, subject: str, quantity: str, value: object, raw: Raw, **more: object
    ) -> None:
        verified = bool(raw.get("verified", False))
        sources = ids(raw.get("source", []))
        basis = "source" if sources else "derived" if verified else "recalled"
        out.append(
            {"id": f"evidence/parameter/{path}", "value": value}
            | kept(
                {
                    "subject": subject,
                    "quantity": quantity,
                    "sources": sources,
                    "basis": more.pop("basis", basis),
                    "verified": verified,
                    "read_on": read_on if verified else "",
                    "note": raw.get("note", ""),
                    **more,
                }
            )
        )

    p = notes["trial_simulation_parameters"]
    ham = p["HAM-A"]
    points = {"unit": "HAM-A points"}
    none: Raw = {}
    kasper = {"source": "kasper2014", "verified": ham["active_change_verified"]}
    fact("ham-a/entry", "HAM-A in GAD trials", "entry score", ham["entry"], none)
    change = ham["placebo_change"]
    fact(
        "ham-a/placebo-change",
        "HAM-A in GAD trials",
        "mean change on placebo in 10 weeks",
        change["mean"],
        change,
        **points,
    )
    fact(
        "ham-a/placebo-change-sd",
        "HAM-A in GAD trials",
        "SD of the change on placebo",
        change["sd"],
        change,
        **points,
    )
    for arm in ham["active_change_examples"]:
        key = arm["arm"].split()[0].lower()
        fact(
            f"ham-a/change-{key}", arm["arm"], "mean change in HAM-A", arm["mean"], kasper, **points
        )
        fact(f"ham-a/change-{key}-sd", arm["arm"], "SD of the change", arm["sd"], kasper, **points)
    low, high = ham["typical_true_difference"]["drug_vs_placebo"]
    fact(
        "ham-a/true-difference",
        "medicines against placebo",
        "typical difference in HAM-A",
        None,
        ham["typical_true_difference"],
        low=low,
        high=high,
        interval="range over medicines",
        **points,
    )
    fact(
        "ham-a/implied-smd",
        "medicines against placebo",
        "implied SMD",
        ham["implied_SMD"],
        none,
        basis="derived",
    )
    fact(
        "ham-a/se-check",
        "vortioxetine trial",
        "check of the standard error",
        ham["se_of_difference_check"],
        none,
        basis="derived",
    )
    base = ham["baseline_psychotherapy_trials"]
    blocks = {"ham-a": {"baseline": base}}
    blocks |= {k.lower().replace("_", "-"): p[k] for k in ("GAD-7", "PSWQ", "BAI", "STAI_T")}
    for scale, block in blocks.items():
        origin = {"source": "metapsy_gad", "verified": True, "note": block.get("note", "")}
        for part, label in (("baseline", "baseline"), ("control_post", "control arms after")):
            for stat in ("mean", "sd", "mean_change"):
                if stat in block.get(part, {}):
                    fact(
                        f"{scale}/{part.replace('_', '-')}-{stat.replace('_', '-')}",
                        f"{scale.upper()} in psychotherapy trials of GAD",
                        f"{stat.replace('_', ' ')}, {label}",
                        block[part][stat],
                        origin,
                        unit="points",
                        n=block[part]["n"],
                    )
    moderators = p["placebo_response_moderators"]
    fact("placebo-response", "placebo response", "moderators", moderators["fact"], moderators)
    pre = p["pre_post_correlation"]
    fact(
        "pre-post-correlation", "anxiety scores", "correlation before and after", pre["value"], pre
    )
    drop = p["dropout"]
    fact(
        "dropout/drug-trials",
        "medicine trials of 8 to 12 weeks",
        "dropout",
        drop["drug_trials_8_to_12_weeks"],
        none,
    )
    examples = {
        "Hoge 2022": "hoge2022",
        "Simon 2021": "simon2021",
        "chamomile open phase": "mao2016",
    }
    for raw in drop["examples"]:
        source = examples[raw["trial"]]
        fact(
            f"dropout/{source}",
            raw["trial"],
            "lost to follow-up",
            raw["lost"],
            raw | {"source": source},
        )
    fact(
        "unblinding",
        "kratom",
        "expectancy and unblinding",
        p["expectancy_and_unblinding"],
        none,
        basis="judgement",
    )
    for i, text in enumerate(p["outcome_choice_for_missing_kratom_trials"], start=1):
        fact(
            f"outcome-{i}",
            "the missing kratom trials",
            "outcome to choose",
            text,
            none,
            basis="judgement",
        )
    return out
