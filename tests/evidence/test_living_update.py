"""A new study: refused with the name of what is wrong, or joined, with all that it changed."""

from __future__ import annotations

import copy

import msgspec
import pytest

from speciosa.errors import InputError
from speciosa.evidence import living
from speciosa.finding import Certainty
from speciosa.knowledge import Knowledge, load, load_with
from speciosa.knowledge.evidence.overlay import Overlay
from speciosa.knowledge.evidence.pooled import DomainName, Level, PooledEffect
from speciosa.knowledge.evidence.question import RecordedJudgement
from speciosa.knowledge.evidence.study import ArmKind

KNOWLEDGE = load()
NEW = {
    "id": "made_up_2026",
    "title": "Made up, 2026",
    "year": 2026,
    "design": "randomised, parallel",
    "allocation": "randomised",
    "condition": "gad",
    "population": "adults with GAD",
    "age_group": "adults",
    "risk_of_bias": {"overall": "low", "by": "curator", "reason": "Every domain was low."},
    "arms": [
        {"id": "relax", "treatment": "applied_relaxation", "kind": "option", "n": 60},
        {"id": "wait", "treatment": "waiting list", "kind": "waiting_list", "n": 60},
    ],
    "outcomes": [
        {
            "scale": "GAD-7",
            "what": "post",
            "week": 12,
            "arms": [
                {"arm": "relax", "n": 55, "mean": 8.0, "sd": 4.5},
                {"arm": "wait", "n": 56, "mean": 10.5, "sd": 4.4},
            ],
        }
    ],
}


def study(**changes: object) -> dict[str, object]:
    made = copy.deepcopy(NEW)
    made.update(changes)
    return made


def updated(
    *raw: dict[str, object], knowledge: Knowledge = KNOWLEDGE, another_trial: tuple[str, ...] = ()
) -> Overlay:
    return living.update(
        knowledge.evidence,
        living.read([(f"file {i}", one) for i, one in enumerate(raw)]),
        knowledge.fact,
        known=knowledge.may_name(),
        release=knowledge.release.number,
        earlier=knowledge.overlay,
        another_trial=another_trial,
    )


def problem(raw: dict[str, object]) -> str:
    with pytest.raises(InputError) as caught:
        updated(raw)
    return str(caught.value)


# ------------------------------------------------------------------ what changes


def test_a_study_joins_its_questions_and_says_where_it_does_not() -> None:
    overlay = updated(study())
    placed = overlay.changes.studies[0]
    assert "applied-relaxation-vs-waiting-list" in placed.joined
    assert "psychotherapy-vs-waiting-list" in placed.joined
    apart = {one.id: one.why for one in placed.not_joined}
    assert "never mixed" in apart["applied-relaxation-vs-no-treatment"]
    changed = {change.question: change for change in overlay.changes.changes}
    change = changed["applied-relaxation-vs-waiting-list"]
    assert change.before is not None
    assert change.after is not None
    assert change.after.k == change.before.k + 1
    assert change.joined == ("made_up_2026",)


def test_unrelated_questions_do_not_change_a_byte() -> None:
    overlay = updated(study())
    before = {e.id: msgspec.json.encode(e) for e in KNOWLEDGE.evidence.pooled}
    related = {q.id for q in KNOWLEDGE.evidence.questions.questions
               if "applied_relaxation" in q.arms}  # fmt: skip
    unrelated = [e for e in overlay.pools.effects if e.id not in related]
    assert len(unrelated) > 50
    for effect in unrelated:
        assert msgspec.json.encode(effect) == before[effect.id]


def test_the_order_of_studies_changes_nothing() -> None:
    question = next(q for q in KNOWLEDGE.evidence.questions.questions
                    if q.id == "cbt-vs-waiting-list")  # fmt: skip
    evidence = KNOWLEDGE.evidence
    rules = living.Rules(evidence.questions.settings, evidence.grading, KNOWLEDGE.fact)
    shuffled = evidence.studies[::-2] + evidence.studies[-2::-2]
    assert sorted(s.id for s in shuffled) == [s.id for s in evidence.studies]
    assert living.answer(question, shuffled, rules) == living.answer(
        question, evidence.studies, rules
    )


def test_two_files_in_either_order_make_the_same_bytes() -> None:
    one, two = study(), study(id="made_up_2027", year=2027)
    two["outcomes"][0]["arms"][0]["mean"] = 8.5  # type: ignore[index]
    assert list(updated(one, two).files()) == list(updated(two, one).files())


def test_a_study_of_an_unknown_treatment_is_named_and_not_lost() -> None:
    raw = study()
    raw["arms"][0]["treatment"] = "juggling"  # type: ignore[index]
    placed = updated(raw).changes.studies[0]
    assert placed.joined == ()
    assert "juggling" in placed.nowhere


def test_a_study_without_spread_is_kept_and_counts_as_a_missing_result() -> None:
    raw = study()
    for value in raw["outcomes"][0]["arms"]:  # type: ignore[index]
        del value["sd"]
    overlay = updated(raw)
    apart = {one.id: one.why for one in overlay.changes.studies[0].not_joined}
    assert "standard deviation" in apart["applied-relaxation-vs-waiting-list"]
    effect = next(e for e in overlay.pools.effects if e.id == "applied-relaxation-vs-waiting-list")
    assert "made_up_2026" in {one.id for one in effect.not_joined}


def test_a_question_without_an_answer_gets_one() -> None:
    raw = study()
    raw["arms"][0].update(treatment="ashwagandha")  # type: ignore[index]
    raw["arms"][1].update(treatment="placebo", kind="pill_placebo")  # type: ignore[index]
    raw["outcomes"][0].update(scale="HAM-A")  # type: ignore[index]
    changes = {c.question: c for c in updated(raw).changes.changes}
    assert changes["ashwagandha-ham-a"].before is None
    assert changes["ashwagandha-ham-a"].after is not None
    assert changes["ashwagandha-ham-a"].after.certainty is not Certainty.HIGH


def test_a_judgement_overtaken_by_new_numbers_asks_for_a_review() -> None:
    """A judgement of no imprecision, then a study that contradicts: the numbers count."""
    evidence = KNOWLEDGE.evidence
    asked = next(q for q in evidence.questions.questions if q.id == "pregabalin-ham-a")
    rules = living.Rules(evidence.questions.settings, evidence.grading, KNOWLEDGE.fact)
    first = living.answer(asked, evidence.studies, rules).effect
    raw = study()
    raw["arms"][0].update(treatment="pregabalin")  # type: ignore[index]
    raw["arms"][1].update(treatment="placebo", kind="pill_placebo")  # type: ignore[index]
    raw["outcomes"][0].update(scale="HAM-A")  # type: ignore[index]
    raw["outcomes"][0]["arms"][0]["mean"] = 25.0  # type: ignore[index]
    signal = next(d for d in first.domains if d.domain == "inconsistency").signal  # type: ignore[union-attr]
    judged = msgspec.structs.replace(
        asked,
        judgements=(
            *asked.judgements,
            RecordedJudgement(
                domain=DomainName.INCONSISTENCY,
                level=Level.NONE,
                reason="Read.",
                by="curator",
                date="2026-11-22",
                signal=signal,
            ),
        ),
    )
    new = living.read([("new", raw)]).studies
    after = living.answer(judged, (*evidence.studies, *new), rules).effect
    assert after is not None
    assert after.review_due
    assert next(d for d in after.domains if d.domain == "inconsistency").level is not Level.NONE


def test_comparators_are_never_mixed_in_any_pool() -> None:
    by_id = {one.id: one for one in KNOWLEDGE.evidence.studies}
    for effect in KNOWLEDGE.evidence.pooled:
        assert effect.comparator is not ArmKind.OPTION
        for joined in effect.studies:
            kinds = {arm.kind for arm in by_id[joined.id].arms}
            assert effect.comparator in kinds


# ------------------------------------------------------------------ what is refused


def test_an_id_that_is_there_already() -> None:
    assert "there already" in problem(study(id="dugas_2010"))


def test_the_same_id_twice_in_one_update() -> None:
    with pytest.raises(InputError, match="there already"):
        updated(study(), study())


def test_an_unknown_scale_with_its_nearest() -> None:
    raw = study()
    raw["outcomes"][0]["scale"] = "GAD7"  # type: ignore[index]
    assert "Did you mean GAD-7?" in problem(raw)


def test_a_wrong_direction() -> None:
    raw = study()
    raw["outcomes"][0]["better"] = "above"  # type: ignore[index]
    assert "wrong direction" in problem(raw)


def test_a_mixed_comparator() -> None:
    raw = study()
    raw["arms"][1]["treatment"] = "waiting list or usual care"  # type: ignore[index]
    assert "mixed comparator" in problem(raw)


def test_kratom_is_never_an_option() -> None:
    raw = study()
    raw["arms"][0]["treatment"] = "kratom tea"  # type: ignore[index]
    assert "names kratom tea" in problem(raw)


def test_one_arm_is_no_comparison() -> None:
    raw = study(arms=NEW["arms"][:1])  # type: ignore[index]
    raw["outcomes"][0]["arms"] = raw["outcomes"][0]["arms"][:1]  # type: ignore[index]
    assert "fewer than two arms" in problem(raw)


@pytest.mark.parametrize(("field", "value"), [("sd", -1.0), ("sd", 0.0), ("n", 0)])
def test_impossible_numbers(field: str, value: float) -> None:
    raw = study()
    raw["outcomes"][0]["arms"][0][field] = value  # type: ignore[index]
    assert "above zero" in problem(raw)


def test_an_arm_that_is_not_there() -> None:
    raw = study()
    raw["outcomes"][0]["arms"][0]["arm"] = "other"  # type: ignore[index]
    assert "no arm other" in problem(raw)


def test_an_unknown_field_is_named() -> None:
    assert "sample_size" in problem(study(sample_size=100))


def test_an_unknown_source() -> None:
    assert "no source has the id nowhere" in problem(study(sources=["nowhere"]))


def test_every_problem_at_once() -> None:
    raw = study(sources=["nowhere"])
    raw["outcomes"][0]["better"] = "above"  # type: ignore[index]
    text = problem(raw)
    assert "nowhere" in text
    assert "wrong direction" in text


# ------------------------------------------------------------------ the folder


def test_a_folder_is_read_back_whole(tmp_path) -> None:
    source = {"id": "made-up", "cite": "Made up, 2026", "doi": "10.1000/x"}
    overlay = updated({"studies": [study(sources=["made-up"])], "sources": [source]})
    for name, content in overlay.files():
        (tmp_path / name).write_bytes(content)
    knowledge = load_with(str(tmp_path))
    assert knowledge.overlay == overlay
    assert knowledge.overlay.hash == overlay.hash
    assert "made_up_2026" in {one.id for one in knowledge.evidence.studies}
    assert "made-up" in knowledge.sources
    cited = knowledge.cite("evidence/pooled/applied-relaxation-vs-waiting-list")
    assert "made-up" in {one.id for one in cited.sources}
    assert knowledge.cite("evidence/study/made_up_2026").sources[0].id == "made-up"


def test_a_folder_of_another_release_is_refused(tmp_path) -> None:
    for name, content in updated(study()).files():
        (tmp_path / name).write_bytes(content.replace(b'"made_from": "', b'"made_from": "0'))
    with pytest.raises(InputError, match="made from another"):
        load_with(str(tmp_path))


def test_no_folder_and_a_broken_one_are_named(tmp_path) -> None:
    with pytest.raises(InputError, match="no folder"):
        load_with(str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match=r"studies\.json"):
        load_with(str(tmp_path))


# ------------------------------------------------------------------ results that are missing


def effect_of(name: str) -> PooledEffect:
    return next(one for one in KNOWLEDGE.evidence.pooled if one.id == name)


def test_a_dose_without_a_figure_is_named_and_counts_as_a_missing_result() -> None:
    effect = effect_of("pregabalin-ham-a")
    assert "feltner2003" in {one.id for one in effect.studies}
    apart = {one.id: one.why for one in effect.not_joined}
    assert apart["feltner2003"] == "only its arm pregabalin_150: no usable figure"
    bias = next(d for d in effect.domains if d.domain is DomainName.PUBLICATION_BIAS)
    assert bias.level is Level.SERIOUS


@pytest.mark.parametrize(
    ("question", "trial"),
    [("vortioxetine-ham-a", "rothschild2012"), ("duloxetine-ham-a", "koponen2007"),
     ("duloxetine-ham-a", "hartford2007"), ("escitalopram-ham-a", "lenze2009")],
)  # fmt: skip
def test_an_outcome_that_was_measured_and_not_read_is_not_called_unreported(
    question: str, trial: str
) -> None:
    apart = {one.id: one.why for one in effect_of(question).not_joined}
    assert apart[trial] == "it measured this outcome, and no figure of it was read"


def test_a_measured_outcome_without_a_figure_lowers_certainty() -> None:
    raw = study(outcomes=[], measured=["GAD-7"])
    after = {e.id: e for e in updated(raw, study(id="b", title="B")).pools.effects}
    told = after["applied-relaxation-vs-waiting-list"]
    assert "no figure of it was read" in {o.id: o.why for o in told.not_joined}["made_up_2026"]


def test_the_primary_analysis_joins_and_not_one_made_afterwards() -> None:
    effect = effect_of("pregabalin-ham-a")
    held = {one.id: one for one in effect.studies}
    assert held["montgomery2008"].yi == pytest.approx(-2.17)
    assert held["montgomery2008"].se == pytest.approx(1.102)
    assert "a bound of P" in held["montgomery2008"].outcomes[0]


def test_both_trials_in_the_young_join_on_the_scale_they_share() -> None:
    effect = effect_of("escitalopram-anxiety-children")
    assert effect.measure == "MD"
    assert effect.unit == "PARS points"
    assert {one.id: round(one.yi, 2) for one in effect.studies} == {
        "strawn2020": -5.13,
        "strawn2023": -1.42,
    }
    assert effect.absolute.points[0].scale == "PARS"


def test_a_response_is_shown_with_what_each_trial_called_so() -> None:
    for effect in KNOWLEDGE.evidence.pooled:
        assert "score halved" not in effect.outcome
    assert "CGI-I of 2 or less" in effect_of("sertraline-response").studies[0].outcomes[0]


def test_a_single_published_effect_keeps_the_interval_of_its_paper() -> None:
    """Not the one that its standard error would give back."""
    effect = effect_of("yoga-response-vs-education")
    study_ = next(one for one in KNOWLEDGE.evidence.studies if one.id == effect.studies[0].id)
    printed = next(o for o in study_.outcomes if o.scale == "response").contrasts
    assert (effect.low, effect.high) in {(one.low, one.high) for one in printed}
