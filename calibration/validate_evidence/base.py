"""Our pools of primary studies beside the answer key and beside published meta-analyses."""

from __future__ import annotations

from pathlib import Path

import msgspec
import yaml

from speciosa.evidence import living
from speciosa.evidence.pooling import Pooled, aggregate, pool
from speciosa.knowledge import load
from speciosa.knowledge.evidence import Effect, EffectEstimate
from speciosa.knowledge.evidence.pooled import PooledEffect
from speciosa.knowledge.evidence.question import Question
from speciosa.knowledge.evidence.study import Arm, ArmKind, Risk, Study

KEY = Path(__file__).parents[2] / "tests/evidence/cases/expected_results.yaml"
TREATED = {"cbt", "3rd", "ar", "bt", "cr", "dyn", "pst", "sup", "pe", "other psy"}
EVERY = ("wl", "cau", "pl", "other ctr")
# Our question, the published effect beside it, and why the two may differ.
PUBLISHED = (
    ("cbt-vs-usual-care", "papola_cbt", "a network of 65 trials; indirect evidence helps it"),
    ("third-wave-vs-usual-care", "papola_third_wave", "as above"),
    ("psychotherapy-vs-waiting-list", "cuijpers2014_all", "older trials, controls mixed"),
    ("escitalopram-ham-a", "slee_escitalopram", "a network of 89 trials; here what abstracts give"),
    ("duloxetine-ham-a", "slee_duloxetine", "as above"),
    ("venlafaxine-ham-a", "slee_venlafaxine", "as above"),
    ("pregabalin-ham-a", "slee_pregabalin", "as above"),
    ("quetiapine-ham-a", "slee_quetiapine", "as above"),
    ("vilazodone-ham-a", "he2019_vilazodone", "41 trials of several medicines"),
    ("silexan-ham-a", "moller2019_silexan", "three trials, subthreshold anxiety among them"),
    (
        "continuing-medicine-relapse",
        "relapse_batelaan",
        "RR here; OR there and of stopping: not comparable as they stand",
    ),
)


def documents() -> dict[str, str]:
    """The page of the living base."""
    return {"base.md": "\n".join([*_head(), *_key(), *_published(), *_census()]) + "\n"}


def _head() -> list[str]:
    return [
        "# The living base",
        "",
        "Made by `python -m calibration.validate_evidence base --write`. Every number here comes",
        "from the primary studies in `knowledge/data/evidence/studies/`, pooled by our own code.",
        "",
    ]


# ------------------------------------------------------------------ the key


def _key() -> list[str]:
    document = yaml.safe_load(KEY.read_text(encoding="utf-8"))
    expected = document["cases"]["gad_psychotherapy_metapsy"]["expected"]
    rows = (
        ("all_psychotherapy_vs_control", (), EVERY, ()),
        ("low_risk_of_bias_only", (), EVERY, (Risk.LOW,)),
        ("cbt_vs_waitlist", ("cbt",), ("wl",), ()),
        ("cbt_vs_cau", ("cbt",), ("cau",), ()),
    )
    lines = [
        "## Against the answer key",
        "",
        "Psychotherapy in GAD by the codes of the Metapsy data set, made by R (metafor 3.8-1) from",
        "the same rows: effects of one study averaged (correlation 0.5), REML, Hartung-Knapp. In",
        "the first two rows comparators are mixed as in the key; no question of the base does so.",
        "The key counts Lorian 2012 beside Titov 2009; both report the same people, so that in our",
        "questions only the latter joins.",
        "",
        "| | k | ours | key | largest difference |",
        "|---|---:|---|---|---:|",
    ]
    for name, arms, codes, risks in rows:
        got = _pooled(arms, codes, risks)
        key = expected[name]["aggregated_rho0.5_REML_HKSJ"]
        ours = (got.estimate, got.ci_low, got.ci_high)
        theirs = (key["estimate"], key["ci_lb"], key["ci_ub"])
        apart = max(abs(a - b) for a, b in zip(ours, theirs, strict=True))
        words = "under 0.0001" if apart < 1e-4 else f"{apart:.4f}"
        both = f"{_three(*ours)} | {_three(*theirs)}"
        lines.append(f"| {name.replace('_', ' ')} | {got.k} | {both} | {words} |")
    return [*lines, ""]


def _pooled(arms: tuple[str, ...], codes: tuple[str, ...], risks: tuple[Risk, ...]) -> Pooled:
    knowledge = load()
    asked = {q.id: q for q in knowledge.evidence.questions.questions}
    wanted = asked["psychotherapy-vs-waiting-list"]
    question: Question = msgspec.structs.replace(wanted, arms=arms or wanted.arms, risks=risks)
    studies = [_coded(study, codes) for study in knowledge.evidence.studies]
    joined, _, _ = living.gather(question, [s for s in studies if s], knowledge.fact)
    return pool(aggregate(living.sizes(question, joined), rho=0.5), method="REML", ci="HK")


def _coded(study: Study, codes: tuple[str, ...]) -> Study | None:
    """The study with comparators by the code of the data set; ``None`` if it is of another."""
    if "metapsy_gad" not in study.sources:
        return None

    def arm(one: Arm) -> Arm:
        if one.coded in TREATED:
            return one
        kind = ArmKind.WAITING_LIST if one.coded in codes else ArmKind.PSYCHOLOGICAL_PLACEBO
        return msgspec.structs.replace(one, kind=kind)

    return msgspec.structs.replace(
        study, arms=tuple(arm(one) for one in study.arms), same_trial_as=""
    )


# ------------------------------------------------------------------ published meta-analyses


def _published() -> list[str]:
    evidence = load().evidence
    pools = {effect.id: effect for effect in evidence.pooled}
    lines = [
        "## Beside published meta-analyses",
        "",
        "A published analysis had full papers, registers and unpublished reports; our pools have",
        "what could be read. The published results stay quoted; ours stand beside them.",
        "*Inside* says whether our estimate lies in the published interval.",
        "",
        "| Question | ours | certainty | published | inside | why they may differ |",
        "|---|---|---|---|---|---|",
    ]
    for question, published, why in PUBLISHED:
        effect = pools.get(question)
        record = evidence.effect(published)
        lines.append(_row(question, effect, record, why))
    return [*lines, ""]


def _row(question: str, effect: PooledEffect | None, record: Effect, why: str) -> str:
    row = record.rows[0]
    theirs = _theirs(row)
    if effect is None:
        return f"| {question} | no usable study | | {theirs} | | {why} |"
    ours = f"{_three(effect.estimate, effect.low, effect.high)}, k {effect.k}"
    inside = _inside(effect, row)
    return f"| {question} | {ours} | {effect.certainty} | {theirs} | {inside} | {why} |"


def _theirs(row: EffectEstimate) -> str:
    if row.value is None or row.low is None or row.high is None:
        return "not read"
    return f"{row.measure} {_three(row.value, row.low, row.high)}"


def _inside(effect: PooledEffect, row: EffectEstimate) -> str:
    """Whether our estimate lies in the published interval; not told across kinds of ratio."""
    if row.low is None or row.high is None:
        return ""
    ratios = {"OR", "RR", "HR"}
    if ratios & {effect.measure, row.measure} and effect.measure != row.measure:
        return "not comparable"
    low, high = sorted((abs(row.low), abs(row.high)))
    return "yes" if low <= abs(effect.estimate) <= high else "no"


def _census() -> list[str]:
    evidence = load().evidence
    pools = evidence.pooled
    joined = {study.id for effect in pools for study in effect.studies}
    levels = {level: sum(e.certainty == level for e in pools) for level in
              ("high", "moderate", "low", "very low")}  # fmt: skip
    listed = ", ".join(f"{count} {level}" for level, count in levels.items())
    return [
        "## What is there",
        "",
        f"{len(evidence.studies)} primary studies, {len(evidence.questions.questions)} questions,"
        f" {len(pools)} of them answered. Certainty: {listed}.",
        "",
        "Studies that are in no pool, by id (head to head, no spread given, outside the window, or",
        "no question about them; `speciosa evidence show` says why for each question):",
        "",
        ", ".join(study.id for study in evidence.studies if study.id not in joined) + ".",
    ]


def _three(value: float, low: float, high: float) -> str:
    return f"{value:.3f} ({low:.3f} to {high:.3f})"
