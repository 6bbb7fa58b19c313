"""The words of the form for the names of the vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from speciosa.case import vocabulary as v
from speciosa.web.pages.form.amounts import TEASPOONS

Options = tuple[tuple[str, str], ...]

_WORDS = {
    "7_oh_product": "7-hydroxymitragynine (7-OH) product",
    "pseudoindoxyl_product": "mitragynine pseudoindoxyl product",
    "seven_oh_mg": "mg of 7-hydroxymitragynine",
    "7_hydroxymitragynine_plasma": "7-hydroxymitragynine in plasma",
    "mitragynine_plasma": "mitragynine in plasma",
    "extract_shot": "extract shot (liquid)",
    "unknown": "form not known",
    "alt": "ALT",
    "ast": "AST",
    "alp": "ALP",
    "inr": "INR",
    "egfr": "eGFR",
    "tsh": "TSH",
    "qtc": "QTc",
    "ptsd": "PTSD",
    "ocd": "OCD",
    "adhd": "ADHD",
    "copd": "COPD",
    "long_qt": "long QT",
    "other_substance_use_disorder": "other substance use disorder",
    "cannot_be_woken": "cannot be woken",
    "clonus": "clonus (jerks)",
    "pruritus": "itching",
    "item9": "item 9",
    "leaf_g": "g of leaf",
    "capsule_leaf_mg": "mg of leaf in a capsule",
    "mitragynine_mg": "mg of mitragynine",
    "mitragynine_mg_per_unit": "mg of mitragynine in each",
    "seven_oh_mg_per_unit": "mg of 7-OH in each",
    "dose_mg": "one dose",
    "interval_h": "hours apart",
    "suicide_attempt_recent": "suicide attempt, recent",
}
# What the case says of its document, as the form says it.
_OF_THE_FORM = {
    "true or false": "yes or no",
    "an amount said in 0 ways": "what one piece holds, without an amount",
    "no number of capsules": "what one capsule holds, without a number of capsules",
    "capsules beside capsule_leaf_mg": "an amount in capsules, or that field left empty",
    "an ISO 3166 code such as": "a name of the list such as Texas, or a code such as",
}
_NAME = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b")


def words(name: str) -> str:
    """A name such as ``very_marked`` as words."""
    return _WORDS.get(name, name.replace("_", " "))


def of_the_form(text: str) -> str:
    """What the case says of its fields, in the words of the form."""
    for said, meant in _OF_THE_FORM.items():
        text = text.replace(said, meant)
    return _NAME.sub(lambda name: words(name[0]), text)


_PARTS = {
    "medicines": "Medicine",
    "substances": "Substance",
    "conditions": "Condition",
    "kratom.products": "Kratom product",
    "preferences.tried": "Treatment tried",
    "earlier": "Earlier visit",
    "labs": "Test",
    "symptoms.gad7": "GAD-7",
    "symptoms.phq9": "PHQ-9",
    "symptoms.isi": "ISI",
    "symptoms.audit_c": "AUDIT-C",
}


def input_words(name: str) -> str:
    """What an input is called in the list of problems: ``medicines.0.dose`` is Medicine 1, dose."""
    for start, part in _PARTS.items():
        if name == start or name.startswith(f"{start}."):
            rest = name.removeprefix(start).strip(".").split(".")
            told = part
            if rest[0].isdigit():
                told, rest = f"{part} {int(rest[0]) + 1}", rest[1:]
            if rest[:1] == ["answers"] and rest[1:]:
                rest = [f"question {int(rest[1]) + 1}"]
            return ", ".join((told, *(words(step) for step in rest if step)))
    return (
        words(name.removeprefix("person.").removeprefix("symptoms."))
        .replace(".", ", ")
        .capitalize()
    )


def options(names: Iterable[str]) -> Options:
    """Names with their words."""
    return tuple((str(name), words(str(name))) for name in names)


def _of(kind: type[StrEnum]) -> Options:
    return options(kind)


YES_NO: Options = (("yes", "yes"), ("no", "no"))
PRESENT_ABSENT: Options = (("present", "present"), ("absent", "absent"))

OPTIONS: dict[str, Options] = {
    "yes_no": YES_NO,
    "present_absent": PRESENT_ABSENT,
    "met_absent": (("met", "met"), ("absent", "asked, not met")),
    "prefers_avoids": (("prefers", "would like"), ("avoids", "would rather not")),
    "sex": _of(v.Sex),
    "pregnancy": _of(v.Pregnancy),
    "child_pugh": (("none", "no liver disease (asked)"), ("A", "A"), ("B", "B"), ("C", "C")),
    "phenotype": _of(v.Phenotype),
    "impairment": _of(v.Impairment),
    "difficulty": _of(v.Difficulty),
    "life_area": _of(v.LifeArea),
    "feature": _of(v.WorryFeature),
    "condition_status": _of(v.ConditionStatus),
    "route": _of(v.Route),
    "kratom_status": (
        ("using", "uses it now"),
        ("stopped", "stopped"),
        ("asking", "asks about it, has not used it"),
        ("never", "never used it"),
    ),
    "kratom_form": _of(v.KratomForm),
    "kratom_unit": (
        ("leaf_g", "g of leaf or powder"),
        ("capsules", "capsules"),
        ("shots", "shots"),
        ("tablets", "tablets"),
        ("pieces", "other pieces (gummies, chews)"),
        ("mitragynine_mg", "mg of mitragynine"),
        ("seven_oh_mg", "mg of 7-hydroxymitragynine"),
        (TEASPOONS, "teaspoons"),
    ),
    "kratom_reason": _of(v.KratomReason),
    "withdrawal": _of(v.WithdrawalSign),
    "criterion": _of(v.UseCriterion),
    "side_effect": _of(v.SideEffect),
    "style": _of(v.TreatmentStyle),
    "outcome": _of(v.Outcome),
    "lab": _of(v.LabName),
    "lab_unit": options(dict.fromkeys(unit for units in v.LAB_UNITS.values() for unit in units)),
    "often_unit": (("day", "times a day"), ("hours", "hours apart"), ("week", "times a week")),
    "dose_unit": options(("mg", "g", "micrograms")),
    "weight_unit": options(("kg", "lb")),
    "height_unit": options(("cm", "in")),
}
