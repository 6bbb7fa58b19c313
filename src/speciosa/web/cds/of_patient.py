"""Cards when a patient is opened: kratom on record, the law, the course of GAD-7."""

from __future__ import annotations

from collections.abc import Iterator

from speciosa.finding import Severity
from speciosa.web.cds.acts import ASK, task
from speciosa.web.cds.card import LONGEST_SUMMARY, Card, Indicator, Topic, make_card, plain
from speciosa.web.cds.picture import KRATOM, STANDING, Picture
from speciosa.web.cds.said import (
    INDICATORS,
    alike,
    listed,
    not_checked,
    others,
    paragraphs,
    places,
    rows_of,
    sampled,
    to_ask,
    worst,
)
from speciosa.web.cds.standing import NO_KRATOM, gaps, looked_for_kratom, standing


def of_patient(picture: Picture) -> Iterator[Card]:
    """Kratom on record, the law, the course of GAD-7; or what the record leaves open."""
    if picture.shown:
        yield _kratom(picture)
        if picture.brief.regulation.place:
            yield _law(picture)
    course = tuple(_course(picture))
    yield from course
    if not picture.shown and (picture.named or not course):
        yield from left_open(picture)


def _kratom(picture: Picture) -> Card:
    first, brief = picture.shown[0], picture.brief
    rows = worst(row for row in brief.interactions.rows if KRATOM in row.members)
    supposed = worst(picture.if_taken)
    every = worst((*rows, *supposed))
    gravest = every[0].severity if every else Severity.INFO
    where = plain(first.resource.partition("/")[0])
    told = ""
    if every:
        only_if = "if it is taken, " if every[0] in supposed else ""
        told = f"; {only_if}{gravest}: {every[0].title} with {others(every[0], {KRATOM})}"
    return make_card(
        Topic.KRATOM,
        INDICATORS[gravest],
        f"{STANDING[first.status]}: {plain(first.words)} ({where}){told}",
        paragraphs(
            listed("Where it stands", places(picture.shown)),
            f"{brief.dependence.headline}",
            rows_of("With the medicines on record", rows),
            rows_of("If kratom is taken, with the medicines on record", supposed),
            sampled(brief),
            not_checked(brief),
            to_ask(picture),
            listed("How far the record is known", standing(picture.record, picture.unread)),
            "" if brief.regulation.place else "Law was not looked up: no place on record.",
        ),
        suggestions=(task(picture, ASK, f"{ASK}: product, amount, how often, since when."),),
        links=picture.links,
    )


def _law(picture: Picture) -> Card:
    law = picture.brief.regulation
    lacking = [one for one in law.missing if one.field == "place"]
    summary = law.headline
    if lacking:
        summary = f"Law on kratom: only {law.place_name} is on record, and states or regions differ"
    elif len(summary) > LONGEST_SUMMARY:
        # The caveat at the end of a long line must not be what is cut off.
        summary = f"{_NO_LAW_SEEN}: {law.headline}"
    return make_card(
        Topic.LAW,
        Indicator.INFO,
        summary,
        paragraphs(
            "".join(f"{one.cost} {one.how}" for one in lacking),
            listed("By substance", alike(law.leading_words)),
            f"Looked up for {law.place_name} as a whole: a county or town can be stricter.",
            law.disclaimer,
        ),
        links=picture.links,
    )


_NO_LAW_SEEN = "Law on kratom (no law seen does not mean lawful)"


def _course(picture: Picture) -> Iterator[Card]:
    """The newest GAD-7 and what changed since earlier ones; nothing without a score."""
    severity = picture.brief.severity
    score = next((one for one in severity.scores if one.instrument == "gad7" and one.total), None)
    if score is None or score.total is None or score.total.value is None:
        return
    changes = [one for one in severity.changes if one.instrument == "gad7"]
    worse = any("worse" in one.label for one in changes)
    band = f", {score.band}" if score.band else ""
    trend = f"; {changes[-1].label} since {changes[-1].from_date}" if changes else ""
    found = [] if picture.named else [NO_KRATOM]
    yield make_card(
        Topic.COURSE,
        Indicator.WARNING if worse else Indicator.INFO,
        f"GAD-7 {score.total.value:g} of {score.maximum}{band}{trend}",
        paragraphs(
            severity.headline,
            listed(
                "Change of GAD-7",
                (
                    f"{one.from_date} to {one.to_date}: {one.from_score:g} to {one.to_score:g}, "
                    f"{one.label}."
                    for one in changes
                ),
            ),
            score.meaning,
            listed(
                "How far the record is known", (*found, *standing(picture.record, picture.unread))
            ),
        ),
        links=picture.links,
    )


def left_open(picture: Picture, *, of_orders: bool = False) -> Iterator[Card]:
    """What is not known, where nothing else can be said; nothing where everything was looked at.

    ``of_orders``: orders were sent, and none of a medicine that could be checked.
    """
    open_ = tuple(gaps(picture.record, picture.unread))
    if not open_ and not picture.named:
        return
    if picture.named:
        rest = "no order was checked with it" if of_orders else "ask; nothing more is known"
        summary = f"{STANDING[picture.named[0].status]}: {rest}"
    elif not looked_for_kratom(picture.record):
        summary = "Kratom could not be looked for: part of the medications is not known"
    else:
        summary = "Part of the record could not be read: this is no all-clear"
    yield make_card(
        Topic.UNKNOWN,
        Indicator.INFO,
        summary,
        paragraphs(
            listed("Where kratom is named", places(picture.named)),
            to_ask(picture),
            listed("How far the record is known", standing(picture.record, picture.unread)),
        ),
        links=picture.links,
    )
