"""Cards for draft orders: interactions of the new ones, and what could not be checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from speciosa.finding import Severity
from speciosa.pharmacology.interactions.result import Interaction, PairStatus
from speciosa.web.cds.acts import ASK, remove, task
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
from speciosa.web.cds.picture import KRATOM, STANDING, Picture
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
    to_ask,
    worst,
)
from speciosa.web.cds.standing import NO_KRATOM, gaps, looked_for_kratom, standing

# While an order is being written only what may change it is shown; before signing, everything.
_LEAST = {Hook.ORDER_SELECT: Severity.MODERATE, Hook.ORDER_SIGN: Severity.MINOR}


def of_orders(picture: Picture, hook: Hook, orders: Sequence[Order]) -> Iterator[Card]:
    """Cards for each new order of which there is something to say, worst first."""
    made = [card for order in orders if order.is_new for card in _of_order(picture, hook, order)]
    yield from sorted(made, key=lambda card: list(Indicator).index(card.indicator))


def _of_order(picture: Picture, hook: Hook, order: Order) -> Iterator[Card]:
    if order.kratom:
        yield _kratom_ordered(picture, order)
    results = picture.brief.interactions
    if order.medicine is None:
        if not order.kratom:
            yield _unchecked(picture, order, order.why_not)
        return
    unknown = next((one for one in results.not_checked if one.name == order.name), None)
    if unknown is not None:
        yield _unchecked(picture, order, unknown.why)
        return
    ours = set(results.components.get(order.name, ())) or {results.recognised.get(order.name, "")}

    def ranked(rows: Iterable[Interaction]) -> list[Interaction]:
        ours_only = (row for row in rows if ours & set(row.members))
        return worst(ours_only, ours=ours, least=_LEAST[hook])

    rows, supposed = ranked(results.rows), ranked(picture.if_taken)
    if rows:
        yield _found(picture, order, rows, ours)
    if supposed:
        yield _if_taken(picture, order, supposed, ours)
    if not rows and not supposed and (picture.named or any(gaps(picture.record, picture.unread))):
        yield _nothing_found(picture, order, ours)


def _found(picture: Picture, order: Order, rows: list[Interaction], ours: set[str]) -> Card:
    results = picture.brief.interactions
    gravest = severity_of(rows[0], ours)
    more = f"; {len(rows) - 1} more" if len(rows) > 1 else ""
    found = [] if picture.named else [NO_KRATOM]
    return make_card(
        Topic.INTERACTION,
        INDICATORS[gravest],
        f"{capital(order.name)} with {others(rows[0], ours)}: {rows[0].title} ({gravest}){more}",
        paragraphs(
            rows_of("Interactions of this order", rows, ours),
            results.about_ratios if any(row.auc_ratio for row in rows) else "",
            sampled(picture.brief),
            listed("Kratom on record", places(picture.named)),
            not_checked(picture.brief, besides=order.name),
            to_ask(picture),
            listed(
                "How far the record is known", (*found, *standing(picture.record, picture.unread))
            ),
        ),
        suggestions=_of_interaction(picture, order, rows[0], ours),
        links=picture.links,
    )


def _if_taken(picture: Picture, order: Order, rows: list[Interaction], ours: set[str]) -> Card:
    """What holds if kratom is taken: the record names it and leaves that open."""
    gravest = severity_of(rows[0], ours)
    more = f"; {len(rows) - 1} more" if len(rows) > 1 else ""
    told = f"{plain(order.name)} with {others(rows[0], ours)}: {rows[0].title} ({gravest}){more}"
    return make_card(
        Topic.INTERACTION,
        INDICATORS[gravest],
        f"If kratom is taken: {told}. Ask",
        paragraphs(
            "The record names kratom and leaves open whether it is taken. Ask before the order "
            f"for {quoted(order.name)} is signed.",
            listed("Kratom on record", places(picture.named)),
            rows_of("If kratom is taken", rows, ours),
            to_ask(picture),
        ),
        suggestions=(task(picture, ASK, f"{ASK} before the order for {plain(order.name)}."),),
        links=picture.links,
    )


def _nothing_found(picture: Picture, order: Order, ours: set[str]) -> Card:
    """Said where kratom is named or something is not known: silence could pass for "all clear"."""
    name = plain(order.name)
    if picture.named and _judged_with_kratom(picture, ours):
        summary = f"Kratom on record; nothing to warn of found for {name}: not excluded"
        told = (
            f"No rule met for {quoted(order.name)} with kratom and the medicines on record. That "
            "does not show that the combination is safe: few medicines were studied with kratom."
        )
    elif picture.named:
        summary = f"{STANDING[picture.named[0].status]}: {name} was not checked with it"
        told = (
            f"The record names kratom, and {quoted(order.name)} was not checked with it. Ask "
            "whether it is taken: only then can anything be said."
        )
    else:
        summary = f"{capital(order.name)}: checked only in part, for the record is not whole"
        told = (
            f"{quoted(order.name)} was checked with what could be read. That nothing is shown "
            "does not mean that there is no interaction."
        )
    return make_card(
        Topic.INTERACTION if picture.named else Topic.UNKNOWN,
        Indicator.INFO,
        summary,
        paragraphs(
            told,
            listed("Kratom on record", places(picture.named)),
            not_checked(picture.brief, besides=order.name),
            to_ask(picture),
            listed("How far the record is known", standing(picture.record, picture.unread)),
        ),
        links=picture.links,
    )


def _judged_with_kratom(picture: Picture, ours: set[str]) -> bool:
    """Whether every part of the order was looked at together with kratom, taken or supposed."""
    judged = {
        member
        for results in (picture.brief.interactions, picture.supposed)
        for pair in (results.pairs if results else ())
        if KRATOM in pair.members and pair.status is not PairStatus.NOT_JUDGED
        for member in pair.members
    }
    return ours <= judged


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
    unknown = picture.unread or not looked_for_kratom(picture.record)
    return bool(unknown or ours & picture.taken)


def _kratom_ordered(picture: Picture, order: Order) -> Card:
    suggestions: tuple[Suggestion, ...] = ()
    # An order that holds something else as well is not taken back for the kratom in it.
    if order.reference and order.medicine is None:
        suggestions = (remove(order, "Remove the draft order for kratom"),)
    return make_card(
        Topic.ORDER,
        Indicator.WARNING,
        f"A draft order is for kratom ({plain(order.kratom)}): not a medicine to be ordered",
        paragraphs(
            "No product of kratom is approved as a medicine in the sources held here, and no "
            "amount is known to be safe. Use that the patient reports belongs on record as a "
            "medication statement, not as an order.",
            listed("Kratom on record", places(picture.named)),
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
            listed("Kratom on record", places(picture.named)),
        ),
        links=picture.links,
    )
