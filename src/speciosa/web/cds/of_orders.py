"""Cards for draft orders: interactions of the new ones, and what could not be checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from speciosa.finding import Severity
from speciosa.pharmacology.interactions.result import Interaction
from speciosa.web.cds.acts import remove, task
from speciosa.web.cds.card import (
    Card,
    Indicator,
    Suggestion,
    Topic,
    escaped,
    make_card,
    plain,
    quoted,
)
from speciosa.web.cds.hooks import Hook
from speciosa.web.cds.orders import Order
from speciosa.web.cds.picture import Picture
from speciosa.web.cds.said import (
    INDICATORS,
    capital,
    listed,
    not_checked,
    others,
    paragraphs,
    places,
    rows_of,
    sampled,
    severity_of,
    worst,
)
from speciosa.web.cds.standing import NO_KRATOM, looked_for_kratom, standing

# While an order is being written only what may change it is shown; before signing, everything.
_LEAST = {Hook.ORDER_SELECT: Severity.MODERATE, Hook.ORDER_SIGN: Severity.MINOR}


def of_orders(picture: Picture, hook: Hook, orders: Sequence[Order]) -> Iterator[Card]:
    """A card for each new order of which there is something to say, worst first."""
    made = [
        card
        for order in orders
        if order.is_new
        for card in (_of_order(picture, hook, order),)
        if card is not None
    ]
    yield from sorted(made, key=lambda card: list(Indicator).index(card.indicator))


def _of_order(picture: Picture, hook: Hook, order: Order) -> Card | None:
    if order.names_kratom:
        return _kratom_ordered(picture, order)
    results = picture.brief.interactions
    if order.medicine is None:
        return _unchecked(picture, order, order.why_not)
    unknown = next((one for one in results.not_checked if one.name == order.name), None)
    if unknown is not None:
        return _unchecked(picture, order, unknown.why)
    ours = set(results.components.get(order.name, ())) or {results.recognised.get(order.name, "")}
    rows = worst(
        (row for row in results.rows if ours & set(row.members)),
        ours=ours,
        least=_LEAST[hook],
    )
    if not rows:
        return _nothing_found(picture, order) if picture.shown else None
    gravest = severity_of(rows[0], ours)
    more = f"; {len(rows) - 1} more" if len(rows) > 1 else ""
    found = [] if picture.shown else [NO_KRATOM]
    return make_card(
        Topic.INTERACTION,
        INDICATORS[gravest],
        f"{capital(order.name)} with {others(rows[0], ours)}: {rows[0].title} ({gravest}){more}",
        paragraphs(
            rows_of("Interactions of this order", rows, ours),
            results.about_ratios if any(row.auc_ratio for row in rows) else "",
            sampled(picture.brief),
            listed("Kratom on record", places(picture.shown)),
            not_checked(picture.brief, besides=order.name),
            listed("How far the record is known", (*found, *standing(picture.record))),
        ),
        suggestions=_of_interaction(picture, order, rows[0], ours),
        links=picture.links,
    )


def _nothing_found(picture: Picture, order: Order) -> Card:
    """Said where kratom is on record: some clients show an empty answer as "all clear"."""
    return make_card(
        Topic.INTERACTION,
        Indicator.INFO,
        f"Kratom on record; nothing to warn of found for {plain(order.name)}: not excluded",
        paragraphs(
            f"No rule met for {quoted(order.name)} with kratom and the medicines on record. That "
            "does not show that the combination is safe: few medicines were studied with kratom.",
            listed("Kratom on record", places(picture.shown)),
            not_checked(picture.brief, besides=order.name),
            listed("How far the record is known", standing(picture.record)),
        ),
        links=picture.links,
    )


def _of_interaction(
    picture: Picture, order: Order, row: Interaction, ours: set[str]
) -> tuple[Suggestion, ...]:
    """Have it reviewed; and leave it for now, unless it continues what is already taken."""
    name = plain(order.name)
    with_ = others(row, ours)
    review = task(
        picture,
        f"Have {name} with {with_} reviewed",
        f"Review before the order for {name} is signed: {row.title} with {with_}.",
    )
    grave = severity_of(row, ours).rank <= Severity.MAJOR.rank
    if not grave or not order.reference or _may_be_taken(picture, ours):
        return (review,)
    return (review, remove(order, f"Remove the draft order for {name} until this is reviewed"))


def _may_be_taken(picture: Picture, ours: set[str]) -> bool:
    """Whether the order may continue something on the list: removing it could stop a medicine."""
    return bool(ours & picture.taken) or not looked_for_kratom(picture.record)


def _kratom_ordered(picture: Picture, order: Order) -> Card:
    suggestions: tuple[Suggestion, ...] = ()
    if order.reference:
        suggestions = (remove(order, "Remove the draft order that names kratom"),)
    return make_card(
        Topic.ORDER,
        Indicator.WARNING,
        f"A draft order names kratom ({plain(order.name)}): not a medicine to be ordered",
        paragraphs(
            "No product of kratom is approved as a medicine in the sources held here, and no "
            "amount is known to be safe. Use that the patient reports belongs on record as a "
            "medication statement, not as an order.",
            listed("Kratom on record", places(picture.shown)),
        ),
        suggestions=suggestions,
        links=picture.links,
    )


def _unchecked(picture: Picture, order: Order, why: str) -> Card:
    name = capital(order.name) if order.name else "A draft order"
    return make_card(
        Topic.NOT_CHECKED,
        Indicator.INFO,
        f"{name}: interactions could not be checked",
        paragraphs(
            f"{quoted(order.name) if order.name else 'The order'} was not checked: "
            f"{escaped(why)}. That nothing is shown here does not mean that there is no "
            "interaction. Check it in another source.",
            listed("Kratom on record", places(picture.shown)),
        ),
        links=picture.links,
    )
