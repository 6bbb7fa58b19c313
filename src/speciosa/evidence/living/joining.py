"""Which comparisons of a study answer a question, or why the study cannot join it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from speciosa.knowledge.evidence.question import Combine, Question
from speciosa.knowledge.evidence.study import Allocation, Arm, ArmKind, Outcome, Study


@dataclass(frozen=True, slots=True)
class Comparison:
    """One treated arm beside one comparator arm, in one outcome."""

    outcome: Outcome
    treated: str
    control: str

    @property
    def words(self) -> str:
        """Scale, week, rater and what counted as the event, as a reader wants them."""
        rater = f", rated by {self.outcome.rater}" if self.outcome.rater else ""
        counted = f": {self.outcome.definition}" if self.outcome.definition else ""
        return f"{self.outcome.scale} at week {self.outcome.week:g}{rater}{counted}"


def concerns(study: Study, question: Question) -> bool:
    """Whether the study has the question's option at all; others are not even mentioned."""
    return any(_is_option(arm, question) for arm in study.arms)


def comparisons(study: Study, question: Question) -> tuple[tuple[Comparison, ...], str]:
    """The comparisons that answer the question; if there are none, the reason in words."""
    why = _why_not(study, question)
    if why:
        return (), why
    treated = options(study, question)
    controls = [arm.id for arm in study.arms if arm.kind is question.comparator]
    found = [
        Comparison(outcome, one, other)
        for outcome in _chosen(_fitting(study, question), question)
        for one in treated
        for other in sorted(controls)
        if _has(outcome, one, other)
    ]
    if not found:
        return (), "the outcome has no values for both arms"
    return tuple(found), ""


def options(study: Study, question: Question) -> tuple[str, ...]:
    """The arms of the study that are the question's option."""
    return tuple(sorted(arm.id for arm in study.arms if _is_option(arm, question)))


def _is_option(arm: Arm, question: Question) -> bool:
    if question.formats and arm.format not in question.formats:
        return False
    return arm.kind is ArmKind.OPTION and arm.treatment in question.arms


def measured(study: Study, question: Question) -> bool:
    """Whether a study that fits otherwise measured the outcome and no figure of it was read."""
    if _other_study(study, question) or tuple(_of_scale(study, question)):
        return False
    return bool(set(study.measured) & set(question.scales or study.measured))


def _why_not(study: Study, question: Question) -> str:
    return _other_study(study, question) or _no_outcome(study, question)


def _joins_nothing(study: Study) -> str:
    if study.same_trial_as:
        return f"it reports the people of {study.same_trial_as}; a trial counts once"
    if study.allocation is not Allocation.RANDOMISED:
        return f"its allocation is {study.allocation.value}; only randomised studies join"
    return ""


def _other_study(study: Study, question: Question) -> str:
    barred = _joins_nothing(study)
    if barred:
        return barred
    if study.condition not in question.conditions:
        return f"it is about another condition ({study.condition.value.replace('_', ' ')})"
    if question.age_groups and study.age_group not in question.age_groups:
        return f"it is about another age group ({study.age_group or 'not given'})"
    risk = study.risk_of_bias.overall
    if question.risks and risk not in question.risks:
        return f"its risk of bias is {risk.value}"
    if all(arm.kind is not question.comparator for arm in study.arms):
        kinds = {arm.kind for arm in study.arms} - {ArmKind.OPTION}
        listed = ", ".join(sorted(kind.value.replace("_", " ") for kind in kinds))
        return f"its comparator is {listed or 'another treatment'}; comparators are never mixed"
    return ""


def _no_outcome(study: Study, question: Question) -> str:
    if measured(study, question):
        return "it measured this outcome, and no figure of it was read"
    if not study.outcomes:
        return "our record has no outcome of it"
    if not tuple(_of_scale(study, question)):
        scales = ", ".join(sorted({outcome.scale for outcome in study.outcomes}))
        return f"our record has no figure of this outcome (it has {scales})"
    if not tuple(_fitting(study, question)):
        weeks = ", ".join(f"{o.week:g}" for o in _of_scale(study, question))
        return (
            f"its outcome was measured in week {weeks}, outside"
            f" {question.week_from:g} to {question.week_to:g}"
        )
    return ""


def _of_scale(study: Study, question: Question) -> Iterator[Outcome]:
    for outcome in study.outcomes:
        if (
            (not question.scales or outcome.scale in question.scales)
            and outcome.what in question.what
            and (not question.raters or outcome.rater in question.raters)
        ):
            yield outcome


def _fitting(study: Study, question: Question) -> Iterator[Outcome]:
    for outcome in _of_scale(study, question):
        if question.week_from <= outcome.week <= question.week_to:
            yield outcome


def _chosen(fitting: Iterator[Outcome], question: Question) -> list[Outcome]:
    """The last week of each scale and rater; of several analyses the one of all randomised."""
    best: dict[tuple[str, str, str], Outcome] = {}
    level: list[Outcome] = []
    for outcome in fitting:
        key = (outcome.scale, outcome.rater, outcome.what)
        held = best.get(key)
        if held is None or _rank(outcome) < _rank(held):
            best[key] = outcome
        elif _rank(outcome) == _rank(held):
            level.append(outcome)  # the same scale against another comparator of the study
    chosen = [*best.values()]
    chosen += [o for o in level if _rank(o) == _rank(best[o.scale, o.rater, o.what])]
    if question.combine is Combine.PREFERRED:
        first = min(_preference(outcome, question) for outcome in chosen)
        chosen = [outcome for outcome in chosen if _preference(outcome, question) == first]
    else:
        chosen = _one_form(chosen, question)
    return sorted(chosen, key=lambda o: (o.scale, o.rater, o.what, o.week, o.arms[:1] == ()))


def _rank(outcome: Outcome) -> tuple[float, bool]:
    return (-outcome.week, outcome.analysis != "intention to treat")


def _preference(outcome: Outcome, question: Question) -> tuple[int, int]:
    place = question.scales.index(outcome.scale) if question.scales else 0
    return place, question.what.index(outcome.what)


def _one_form(chosen: list[Outcome], question: Question) -> list[Outcome]:
    """Final values and changes of one scale are the same people: the form named first counts."""
    forms: dict[tuple[str, str], int] = {}
    for outcome in chosen:
        key = (outcome.scale, outcome.rater)
        place = question.what.index(outcome.what)
        forms[key] = min(place, forms.get(key, place))
    return [o for o in chosen if question.what.index(o.what) == forms[o.scale, o.rater]]


def _has(outcome: Outcome, one: str, other: str) -> bool:
    values = {value.arm for value in outcome.arms}
    if {one, other} <= values:
        return True
    return any({c.arm, c.against} == {one, other} for c in outcome.contrasts)
