"""Cards when a patient is opened: kratom on record, the law, the course of GAD-7."""

from __future__ import annotations

from collections.abc import Iterator

from speciosa.finding import Severity
from speciosa.web.cds.acts import task
from speciosa.web.cds.card import Card, Indicator, Topic, make_card, plain
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
    worst,
)
from speciosa.web.cds.standing import NO_KRATOM, looked_for_kratom, standing


def of_patient(picture: Picture) -> Iterator[Card]:
    """Kratom on record, the law, the course of GAD-7; or that kratom could not be looked for."""
    if picture.shown:
        yield _kratom(picture)
        if picture.brief.regulation.place:
            yield _law(picture)
    course = tuple(_course(picture))
    yield from course
    if not picture.shown and not course and not looked_for_kratom(picture.record):
        yield _not_known(picture)


def _kratom(picture: Picture) -> Card:
    first, brief = picture.shown[0], picture.brief
    rows = worst(row for row in brief.interactions.rows if KRATOM in row.members)
    gravest = rows[0].severity if rows else Severity.INFO
    indicator = INDICATORS[gravest]
    where = plain(first.resource.partition("/")[0])
    told = f"; {gravest}: {rows[0].title} with {others(rows[0], {KRATOM})}" if rows else ""
    return make_card(
        Topic.KRATOM,
        indicator,
        f"{STANDING[first.status]}: {plain(first.words)} ({where}){told}",
        paragraphs(
            listed("Where it stands", places(picture.shown)),
            f"{brief.dependence.headline}",
            rows_of("With the medicines on record", rows),
            sampled(brief),
            not_checked(brief),
            listed("How far the record is known", standing(picture.record)),
            "" if brief.regulation.place else "Law was not looked up: no place on record.",
        ),
        suggestions=(task(picture, _ASK, f"{_ASK}: product, amount, how often, since when."),),
        links=picture.links,
    )


_ASK = "Ask about kratom use"


def _law(picture: Picture) -> Card:
    law = picture.brief.regulation
    return make_card(
        Topic.LAW,
        Indicator.INFO,
        law.headline,
        paragraphs(
            listed("By substance", alike(law.leading_words)),
            law.disclaimer,
        ),
        links=picture.links,
    )


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
    found = [] if picture.shown else [NO_KRATOM]
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
            listed("How far the record is known", (*found, *standing(picture.record))),
        ),
        links=picture.links,
    )


def _not_known(picture: Picture) -> Card:
    return make_card(
        Topic.UNKNOWN,
        Indicator.INFO,
        "Kratom could not be looked for: part of the medications is not known",
        paragraphs(listed("How far the record is known", standing(picture.record))),
        links=picture.links,
    )
