"""Amounts as people say them: how often a medicine, how much kratom and in which unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from speciosa.errors import InputProblem
from speciosa.web.pages.form.cells import number, typed
from speciosa.web.pages.form.fields import Fields, Texts

HOURS_PER_WEEK = 168.0

TEASPOONS = "teaspoons"
# How an amount of kratom can be said: the word chosen, and the field of the case it means.
KRATOM_UNITS = {
    "leaf_g": "leaf_g",
    "capsules": "capsules",
    "pieces": "units",
    "shots": "units",
    "tablets": "units",
    "mitragynine_mg": "mitragynine_mg",
    "seven_oh_mg": "seven_oh_mg",
}
_CONTENTS = ("capsule_leaf_mg", "mitragynine_mg_per_unit", "seven_oh_mg_per_unit")
_BESIDE = "beside_seven_oh_mg"


@dataclass(frozen=True)
class Often:
    """How often: times a day, hours apart, or times a week (kept as hours apart)."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Times a day or hours between; the case takes one of them."""
        return ("times_per_day", "interval_h")

    @property
    def names(self) -> tuple[str, ...]:
        """A number and its unit."""
        return ("often", "often_unit")

    def show(self, values: Sequence[Any]) -> Texts:
        """As the case has it."""
        times, hours = values
        if times is not None:
            return {"often": (typed(times),), "often_unit": ("day",)}
        if hours is not None:
            return {"often": (typed(hours),), "often_unit": ("hours",)}
        return {}

    def read(self, fields: Fields) -> tuple[Any, ...]:
        """One of the two."""
        said = number(fields.one("often"))
        unit = fields.one("often_unit") or "day"
        if unit == "hours":
            return None, said
        if unit == "week" and isinstance(said, int | float) and said > 0:
            return None, HOURS_PER_WEEK / said
        return said, None

    def problems(self, _: Fields) -> list[InputProblem]:
        """None of its own."""
        return []


@dataclass(frozen=True)
class KratomAmount:
    """What is taken at one time, said in exactly one unit."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The dose of a product."""
        return ("dose",)

    @property
    def names(self) -> tuple[str, ...]:
        """The number, its unit, and what is in one piece."""
        return ("dose", "dose_unit", *(f"dose.{name}" for name in _CONTENTS), f"dose.{_BESIDE}")

    def show(self, values: Sequence[Any]) -> Texts:
        """The first way of saying it that the case has."""
        dose = values[0] or {}
        shown: Texts = {f"dose.{name}": (typed(dose.get(name)),) for name in _CONTENTS}
        for unit, field in KRATOM_UNITS.items():
            if dose.get(field) is not None:
                shown |= {"dose": (typed(dose[field]),), "dose_unit": (unit,)}
                if unit == "mitragynine_mg":
                    shown[f"dose.{_BESIDE}"] = (typed(dose.get("seven_oh_mg")),)
                break
        return shown

    def read(self, fields: Fields) -> tuple[Any, ...]:
        """The dose; none where only a unit was chosen, or where the unit cannot be used."""
        unit = fields.one("dose_unit")
        found: dict[str, Any] = {name: number(fields.one(f"dose.{name}")) for name in _CONTENTS}
        if unit in KRATOM_UNITS:
            found["seven_oh_mg"] = number(fields.one(f"dose.{_BESIDE}"))
            said = number(fields.one("dose"))
            if said is not None:
                found[KRATOM_UNITS[unit]] = said
        dose = {name: value for name, value in found.items() if value is not None}
        return (None if self.problems(fields) else dose or None,)

    def problems(self, fields: Fields) -> list[InputProblem]:
        """Teaspoons, and an amount without its unit."""
        unit, said = fields.one("dose_unit"), fields.one("dose").strip()
        if unit == TEASPOONS:
            return [
                InputProblem(
                    "dose",
                    "teaspoons",
                    "a weight, capsules, pieces or the mg on the label: a spoonful of powder "
                    "weighs what its grind and its heap make it weigh, and nobody can turn it into "
                    "an amount. Weigh a usual one, or leave the amount empty, which counts as not "
                    "known",
                )
            ]
        if said and unit not in KRATOM_UNITS:
            return [InputProblem("dose", "an amount without its unit", "an amount with its unit")]
        return []
