"""The plan as a draft CarePlan that a clinician activates, and the person's goals.

Kratom is no activity of any plan: what is known of it, with its harms, stands in a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.fhir.kratom.words import named_in
from speciosa.fhir.write.context import Entry, Writing
from speciosa.fhir.write.elements import Element, coding, concept, hl7, narrative, note, plain

if TYPE_CHECKING:
    from speciosa.clinical.care.result import PlanItem, Visit
    from speciosa.clinical.safety.result import FiredRule

_WEIGH = "weigh"
_AVOID = "avoid"
_GOALS = "goals"
_INTERACTION = "interactions.interaction."
_STANDING = {
    "do": "To do", "offer": "To offer", "consider": "To consider",
    "caution": "With caution", _AVOID: "To avoid",
}  # fmt: skip


def goals(w: Writing) -> Iterator[Entry]:
    """The person's goals in their own words; one about taking something stays a word in the plan.

    "Take 5 g of bali daily" must not stand as a goal that a clinic was told to reach.
    """
    for index, goal in enumerate(w.case.preferences.goals):
        if not _is_about_taking(w, goal):
            yield Entry(
                f"goal/{index}",
                {
                    "resourceType": "Goal",
                    "text": narrative("Goal in the person's words", goal),
                    "lifecycleStatus": "proposed",
                    "description": concept(goal),
                    "subject": w.subject,
                    "statusDate": w.date,
                    "note": note("In the person's own words; not a recommendation."),
                },
            )


def care_plan(w: Writing) -> Entry:
    """The plan, in status ``draft``."""
    plan = w.assessment.plan
    held = [item for section in plan.sections if section.id != _GOALS for item in section.items]
    # Interactions are DetectedIssues: "kratom + quetiapine" would read as something to be given.
    items = [item for item in held if not item.id.startswith(_INTERACTION)]
    active = [item for item in items if item.standing in _STANDING]
    weighed = [item for item in items if item.standing not in _STANDING]
    shown = tuple(f"{_STANDING[item.standing]}: {item.title}" for item in active)
    first = [f"{n}. {item.title}" for n, item in enumerate(plan.first_steps, start=1)]
    return Entry(
        "plan",
        {
            "resourceType": "CarePlan",
            "text": narrative(plan.headline, plan.why_this_step, items=shown),
            "status": "draft",
            "intent": "plan",
            "title": "Draft plan for anxiety, with kratom use in view",
            "description": plain(f"{plan.headline} Step {plan.step}. {plan.why_this_step}"),
            "subject": w.subject,
            "created": w.instant,
            "author": w.author,
            "supportingInfo": [
                w.reference(f"issue/{row.id}") for row in w.assessment.interactions.rows
            ],
            "goal": [w.reference(entry.name) for entry in goals(w)],
            "activity": [
                *({"detail": _activity(w, item)} for item in active),
                *({"detail": _visit(visit)} for visit in w.assessment.follow_up.visits),
            ],
            "note": note(
                "A draft made by a program. It becomes a plan only when a clinician activates it.",
                f"First: {' '.join(first)}" if first else "",
                *(_weighed(w, item) for item in weighed),
                *(_rule(title, must, must_not) for title, must, must_not in _rules_for_all(w)),
                *(_not_decided(rule) for rule in w.assessment.safety_rules if rule.conditional),
                *(
                    _own_words(goal)
                    for goal in w.case.preferences.goals
                    if _is_about_taking(w, goal)
                ),
                *_not_checked(w),
                *_law(w),
            ),
        },
    )


def _activity(w: Writing, item: PlanItem) -> Element:
    said = (
        f"{_STANDING[item.standing]}: {item.what}",
        item.why,
        f"Certainty: {item.certainty}. {item.certainty_words}",
        *item.for_this_person,
        *item.cautions,
        f"Decided by: {item.decided_by}.",
        w.rests_on(item.facts),
    )
    return {
        "code": concept(item.title),
        "status": "not-started",
        "doNotPerform": True if item.standing == _AVOID else None,
        "description": plain(" ".join(text for text in said if text.strip())),
    }


def _visit(visit: Visit) -> Element:
    return {
        "code": concept(f"Planned contact: {visit.when}"),
        "status": "not-started",
        "scheduledPeriod": {"start": visit.date} if visit.date else None,
        "description": plain(f"Measure: {'; '.join(visit.measure)}. {visit.decide}"),
    }


def _weighed(w: Writing, item: PlanItem) -> str:
    said = (
        f"{item.title}: {item.what}", item.why, *item.for_this_person, *item.cautions,
        f"Certainty: {item.certainty_words or item.certainty}.", w.rests_on(item.facts),
    )  # fmt: skip
    return " ".join(text for text in said if text.strip())


def _rules_for_all(w: Writing) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    for rule in w.assessment.safety_rules:
        if rule.severity == "info":
            yield rule.title, rule.must, rule.must_not


def _rule(title: str, must: tuple[str, ...], must_not: tuple[str, ...]) -> str:
    return " ".join((f"{title}:", *must, *must_not))


def _not_decided(rule: FiredRule) -> str:
    """A rule that cannot be decided: what to ask, and what follows if it holds."""
    said = (f"Not known; ask ({rule.title}):", rule.condition, *rule.must, *rule.must_not)
    return " ".join(text for text in said if text)


def _own_words(goal: str) -> str:
    return f"The person's own words, a wish and no advice: “{goal}”."


def _not_checked(w: Writing) -> Iterator[str]:
    """What the check of interactions left out must be said wherever the plan goes."""
    for item in w.assessment.interactions.not_checked:
        yield f"Not checked for interactions: {item.name}. {item.why}"


def _law(w: Writing) -> Iterator[str]:
    law = w.assessment.regulation
    yield " ".join(part for part in (law.headline, law.disclaimer) if part)


# An amount of anything that is taken; hours of sleep and kilometres are none.
_AMOUNT = re.compile(
    r"[\d½¼¾]\s*(?:x\s*)?(?:k?g|mg|mcg|[µμ]g|ml|grams?|grammes?|milligrams?|ounces?|oz)\b"
    r"|\b(?:tea|table)?spoon(?:ful)?s?\b|\b(?:capsule|tablet|pill|scoop|shot|drop|gumm(?:y|ie)|dose|gram)s?\b",
    re.IGNORECASE,
)


# Names of products are a colour and a place; in a goal the place alone is enough to be careful.
_COLOURS = frozenset({"red", "green", "white", "yellow"})


def _is_about_taking(w: Writing, text: str) -> bool:
    """Whether a goal names kratom, a strain of it or an amount of anything."""
    said, use = text.casefold(), w.case.kratom
    own = [name for p in (use.products if use else ()) for name in (p.strain, p.label) if name]
    names = [name.casefold() for name in (*w.knowledge.medicines.names_of_kratom, *own)]
    parts = [name.split() for name in names]
    strains = {part[-1] for part in parts if len(part) > 1 and part[0] in _COLOURS}
    return (
        any(name in said for name in names)
        or not strains.isdisjoint(re.findall(r"\w+", said))
        or bool(named_in(text, names_what_is_taken=True))
        or _AMOUNT.search(text) is not None
    )


def conditions(w: Writing) -> Iterator[Entry]:
    """Conditions that the case names; a score writes none, and an absent one is in the case form.

    Who made a diagnosis is not in a case, so each is ``unconfirmed``.
    """
    for index, held in enumerate(w.case.conditions):
        name = held.name.replace("_", " ") if held.known else held.name
        code = concept(name)
        if held.known is not None:
            found = w.codes.confirmed(f"condition/{held.known}")
            if found is not None:
                code = concept(name, coding(found))
        if held.status == "family":
            yield Entry(
                f"family/{index}",
                {
                    "resourceType": "FamilyMemberHistory",
                    "text": narrative(f"In the family: {name}", held.note or ""),
                    "status": "partial",
                    "patient": w.subject,
                    "relationship": hl7("v3-RoleCode", "FAMMEMB", "family member"),
                    "condition": [{"code": code}],
                    "note": note(held.note or ""),
                },
            )
        elif held.status in ("current", "past"):
            now = held.status == "current"
            clinical = "active" if now else "inactive"
            yield Entry(
                f"condition/{index}",
                {
                    "resourceType": "Condition",
                    "text": narrative(
                        name, f"{held.status}, as named in the case", held.note or ""
                    ),
                    "clinicalStatus": hl7("condition-clinical", clinical),
                    "verificationStatus": hl7("condition-ver-status", "unconfirmed"),
                    "category": [hl7("condition-category", "problem-list-item")],
                    "code": code,
                    "subject": w.subject,
                    "recordedDate": w.date,
                    "note": note(
                        held.note or "", "As named in the case; who confirmed it is not recorded."
                    ),
                },
            )
