"""The ways in which a trial could differ from its plan, as values of the same model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from speciosa.evidence.trials.design.document import Design, Option
from speciosa.evidence.trials.generate.model import Belief, Model, build

if TYPE_CHECKING:
    from speciosa.evidence.trials.design.assumptions import Assumption, Values
    from speciosa.knowledge.evidence.trial import TrialScenario

_BOUNDED = "course.bounded"
_CAUSES = tuple(f"leaving.{name}" for name in ("at_random", "observed", "unobserved", "adverse"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A scenario with its model, and in words what it changes."""

    scenario: TrialScenario
    model: Model
    changed: tuple[str, ...]


def settings(
    design: Design,
    found: tuple[Assumption, ...],
    planned: Values,
    scenarios: tuple[TrialScenario, ...],
) -> Iterator[Setting]:
    """The scenarios that concern a design, in the order of the base."""
    by_field = {assumption.field: assumption for assumption in found}
    for scenario in scenarios:
        if scenario.designs and design.design.value not in scenario.designs:
            continue
        if scenario.kratom_only and design.treatment.kind is not Option.KRATOM:
            continue
        if scenario.assurance and design.effect.low is None:
            continue
        changes = _changes(scenario, by_field)
        free = _BOUNDED in scenario.fields
        if scenario.fields and not changes and not free:
            continue
        if free and not design.course.bounded:
            continue
        model = build(
            design,
            {**planned, **changes},
            null=scenario.null,
            bounded=not free,
            uncertain=scenario.assurance,
        )
        if free:
            model = replace(model, whole_points=False)
        yield Setting(scenario=scenario, model=model, changed=tuple(_said(changes, by_field)))


def alone(model: Model) -> Model:
    """The treatment itself: nobody guesses, and nobody is in withdrawal from before the trial.

    Withdrawal of those who stop the kratom of the trial is a part of what it does.
    """
    craving = model.craving
    if craving.any:
        craving = replace(craving, before=False)
    return replace(
        model,
        belief=Belief(on_treatment=0.0, on_control=0.0, points=0.0),
        craving=craving,
        shift_range=None,
    )


def _changes(scenario: TrialScenario, by_field: dict[str, Assumption]) -> dict[str, float]:
    changes: dict[str, float] = {}
    for field, end in scenario.fields.items():
        if field not in by_field:
            continue
        if end == "all":
            changes.update({cause: float(cause == field) for cause in _CAUSES})
            continue
        known = by_field[field]
        value = {"zero": 0.0, "value": known.value, "low": known.low, "high": known.high}[end]
        if value is not None:
            changes[field] = value
    return changes


def _said(changes: dict[str, float], by_field: dict[str, Assumption]) -> Iterator[str]:
    for field, value in changes.items():
        known = by_field[field]
        yield f"{known.words}: {value:g}{f' {known.unit}' if known.unit else ''}"
