"""Kratom or 7-OH named among the medicines or substances counts as use, whatever else is recorded.

The rooms read the use of kratom from one place. Where the list contradicts that place, the graver
of the two is passed on, so that no room says "never" beside another one that warns.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from speciosa.case import Case, KratomProduct, KratomUse
from speciosa.case import vocabulary as v
from speciosa.finding import Missing, Severity
from speciosa.knowledge import Knowledge

_SEVEN_OH_ID = "7-hydroxymitragynine"
_CONCENTRATED = (v.KratomForm.SEVEN_OH_PRODUCT, v.KratomForm.PSEUDOINDOXYL_PRODUCT)
# From the least to the gravest; what is not recorded can be anything above "never".
_GRAVITY = (
    v.KratomStatus.NEVER,
    None,
    v.KratomStatus.ASKING,
    v.KratomStatus.STOPPED,
    v.KratomStatus.USING,
)
_WORDS = {
    v.KratomStatus.NEVER: "recorded as never used",
    None: "not recorded",
    v.KratomStatus.ASKING: "recorded as only asked about",
    v.KratomStatus.STOPPED: "recorded as stopped",
    v.KratomStatus.USING: "recorded without it",
}


class _Named(msgspec.Struct, frozen=True, kw_only=True):
    """A name of kratom or 7-OH on the list and what the list says of its use."""

    name: str
    status: v.KratomStatus
    seven_oh: bool
    use: KratomUse


def with_named_kratom(case: Case, knowledge: Knowledge) -> tuple[Case, tuple[Missing, ...]]:
    """The case with what its list says of kratom, and a word on each contradiction."""
    named = tuple(_named(case, knowledge))
    if not named:
        return case, ()
    recorded = case.kratom.status if case.kratom else None
    gravest = max(named, key=lambda n: _GRAVITY.index(n.status))
    use = case.kratom or gravest.use
    if _GRAVITY.index(gravest.status) > _GRAVITY.index(recorded):
        told = {"status", "stopped", "last_use_hours_ago"}
        use = use.model_copy(update={name: getattr(gravest.use, name) for name in told})
    products = (*use.products, *_unlisted(use, named, use.status))
    use = use.model_copy(update={"products": products})
    if use == case.kratom:
        return case, ()
    names = ", ".join(dict.fromkeys(n.name for n in named))
    return case.model_copy(update={"kratom": use}), (
        Missing(
            field="kratom.status",
            cost=f"{names} is on the list while kratom is {_WORDS[recorded]}. The list is "
            f"counted: status {use.status}, amount not known.",
            how="Ask what is used and when it was last used, and record it under kratom.",
            severity=Severity.MAJOR,
        ),
    )


def _named(case: Case, knowledge: Knowledge) -> Iterator[_Named]:
    for medicine in case.medicines:
        gone = medicine.stopped is not None and medicine.stopped <= case.date
        if gone:
            use = KratomUse(status=v.KratomStatus.STOPPED, stopped=medicine.stopped)
        else:
            use = KratomUse(
                status=v.KratomStatus.ASKING if medicine.planned else v.KratomStatus.USING
            )
        yield from _if_kratom(medicine.name, use, knowledge)
    for substance in case.substances:
        use = KratomUse(
            status=v.KratomStatus.USING, last_use_hours_ago=substance.last_use_hours_ago
        )
        yield from _if_kratom(substance.name, use, knowledge)


def _if_kratom(name: str, use: KratomUse, knowledge: Knowledge) -> Iterator[_Named]:
    match = knowledge.medicines.match(name)
    seven_oh = any(medicine.id == _SEVEN_OH_ID for medicine in match.medicines)
    if seven_oh or match.contains_kratom:
        yield _Named(name=name, status=use.status, seven_oh=seven_oh, use=use)


def _unlisted(
    use: KratomUse, named: tuple[_Named, ...], status: v.KratomStatus
) -> Iterator[KratomProduct]:
    """The product of a name where no product of its kind is recorded."""
    counting = [n for n in named if n.status is status]
    concentrated = next((n for n in counting if n.seven_oh), None)
    if concentrated and all(p.form not in _CONCENTRATED for p in use.products):
        yield KratomProduct(form=v.KratomForm.SEVEN_OH_PRODUCT, label=concentrated.name)
    plain = next((n for n in counting if not n.seven_oh), None)
    if plain and not use.products:
        yield KratomProduct(form=v.KratomForm.UNKNOWN, label=plain.name)
