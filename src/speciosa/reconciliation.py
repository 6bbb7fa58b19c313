"""Kratom or 7-OH on the list or in the blood counts as use, whatever else is recorded.

The rooms read the use of kratom from one place. Where something else on record contradicts that
place, the graver of the two is passed on, so that no room says "never" beside one that warns.
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
    """What points to use: the words for it, the use it shows, and the product it names, if any."""

    words: str
    use: KratomUse
    product: KratomProduct | None = None

    @property
    def status(self) -> v.KratomStatus:
        """The status that it shows."""
        return self.use.status


def reconcile(case: Case, knowledge: Knowledge) -> tuple[Case, tuple[Missing, ...]]:
    """The case with what its list says of kratom, and a word on each contradiction."""
    named = (*_named(case, knowledge), *_measured(case, knowledge), *_last_used(case))
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
    words = ", ".join(dict.fromkeys(n.words for n in named))
    return case.model_copy(update={"kratom": use}), (
        Missing(
            field="kratom.status",
            cost=f"On record: {words}, while kratom is {_WORDS[recorded]}. It is counted as "
            f"{use.status}, amount not known.",
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
    words = f"{name} on the list"
    if any(medicine.id == _SEVEN_OH_ID for medicine in match.medicines):
        product = KratomProduct(form=v.KratomForm.SEVEN_OH_PRODUCT, label=name)
        yield _Named(words=words, use=use, product=product)
    elif match.contains_kratom:
        product = KratomProduct(form=v.KratomForm.UNKNOWN, label=name)
        yield _Named(words=words, use=use, product=product)


def _measured(case: Case, knowledge: Knowledge) -> Iterator[_Named]:
    """An alkaloid found in the blood lately shows use; when it was is not known."""
    days = knowledge.safety.limit("kratom_carry_over_days")
    for lab in case.labs:
        lately = lab.date is None or (case.date - lab.date).days <= days
        found = lab.value > 0 and not lab.below_limit
        if lab.name in v.PLASMA_LEVELS and found and lately:
            words = lab.name.removesuffix("_plasma").replace("_", "-")
            use = KratomUse(status=v.KratomStatus.STOPPED)
            yield _Named(words=f"{words} measured in plasma", use=use)


def _last_used(case: Case) -> Iterator[_Named]:
    """Somebody who only asks has no last use and nothing to stop."""
    kratom = case.kratom
    if kratom is None or (kratom.last_use_hours_ago is None and kratom.stopped is None):
        return
    if kratom.status is v.KratomStatus.ASKING:
        told = {"status": v.KratomStatus.STOPPED}
        yield _Named(words="a last use of kratom", use=kratom.model_copy(update=told))


def _unlisted(
    use: KratomUse, named: tuple[_Named, ...], status: v.KratomStatus
) -> Iterator[KratomProduct]:
    """The product of a name where no product of its kind is recorded."""
    products = [n.product for n in named if n.status is status and n.product is not None]
    concentrated = [p for p in products if p.form in _CONCENTRATED]
    if concentrated and all(p.form not in _CONCENTRATED for p in use.products):
        yield concentrated[0]
    plain = [p for p in products if p.form not in _CONCENTRATED]
    if plain and not use.products:
        yield plain[0]
