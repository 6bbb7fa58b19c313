"""What needs action now: red flags, the questions still to ask, and whom to call."""

from __future__ import annotations

import msgspec

from speciosa.case import Case
from speciosa.case import vocabulary as v
from speciosa.clinical.safety import free_text
from speciosa.clinical.safety.outcome import DOES_NOT_FIRE, Outcome, fires
from speciosa.clinical.safety.picture import Picture, words
from speciosa.clinical.safety.predicates import PREDICATES
from speciosa.clinical.safety.result import Contact, UrgentResult, UrgentStatus
from speciosa.clinical.safety.wording import fill, sentence
from speciosa.finding import Certainty, Finding, Missing, Severity, Tone
from speciosa.knowledge import Knowledge
from speciosa.knowledge.safety_record import RedFlag, Route

_SEVERITY = {
    Route.EMERGENCY: Severity.EMERGENCY,
    Route.SAME_DAY: Severity.URGENT,
    Route.SOON: Severity.MAJOR,
}
_ROUTES = tuple(Route)


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """A red flag and what is on record for it."""

    flag: RedFlag
    outcome: Outcome


def assess(picture: Picture) -> tuple[UrgentResult, tuple[Missing, ...]]:
    """The urgent part, and what is missing to judge the red flags that cannot be told."""
    data = picture.knowledge.safety.red_flags
    judged = tuple(Raised(flag=flag, outcome=_judge(flag, picture)) for flag in data.flags)
    raised = tuple(r for r in judged if r.outcome.fires)
    questions = _questions(picture)
    meanings = free_text.meanings(picture.case, picture.knowledge)
    status = _status(raised, asked_all=not questions and not meanings)
    findings = [_finding(r, picture.knowledge) for r in raised]
    ask = list(questions)
    if meanings:
        ask.insert(0, _free_text_words(data.free_text.ask, meanings))
        findings.append(_free_text_finding(picture.knowledge, meanings))
    if status in (UrgentStatus.NOT_ASSESSED, UrgentStatus.NONE_FOUND):
        findings.append(_closing_finding(status, picture.knowledge))
    findings += _past_attempt(picture)
    contacts, note = _contacts(picture)
    result = UrgentResult(
        status=status,
        headline=_headline(status, raised, picture.knowledge),
        findings=tuple(sorted(findings, key=lambda f: f.severity.rank)),
        ask_now=tuple(dict.fromkeys(ask)),
        contacts=contacts,
        contacts_note=note,
    )
    return result, _missing(judged, picture.knowledge)


def _judge(flag: RedFlag, picture: Picture) -> Outcome:
    if flag.predicate:
        return PREDICATES[flag.predicate](picture)
    present = picture.case.signs.present
    alone = [sign for sign in flag.any if sign in present]
    if all(sign in present for sign in flag.all) and (alone or not flag.any):
        seen = ", ".join(words(sign) for sign in (*flag.all, *alone))
        return fires(f"{seen} on record")
    return DOES_NOT_FIRE  # a sign that was not asked about is asked by the questions


def _status(raised: tuple[Raised, ...], *, asked_all: bool) -> UrgentStatus:
    if raised:
        return UrgentStatus(min((r.flag.route for r in raised), key=_ROUTES.index))
    return UrgentStatus.NONE_FOUND if asked_all else UrgentStatus.NOT_ASSESSED


def _questions(picture: Picture) -> tuple[str, ...]:
    signs = picture.case.signs
    phq9 = picture.case.symptoms.phq9
    answered = {str(sign) for sign in (*signs.present, *signs.absent)}
    asks = []
    for question in picture.knowledge.safety.red_flags.questions:
        open_signs = set(question.signs) - answered
        item9_open = not question.signs and (phq9 is None or phq9.suicidality_item is None)
        if open_signs or item9_open:
            asks.append(fill(question.ask, picture.knowledge))
    return tuple(asks)


def _headline(status: UrgentStatus, raised: tuple[Raised, ...], knowledge: Knowledge) -> str:
    text: str = getattr(knowledge.safety.red_flags.headlines, status)
    titles = (r.flag.title for r in raised if str(r.flag.route) == str(status))
    return fill(text.replace("{titles}", "; ".join(titles)), knowledge)


def _finding(raised: Raised, knowledge: Knowledge) -> Finding:
    flag = raised.flag
    return Finding(
        id=f"urgent.{flag.id}",
        severity=_SEVERITY[flag.route],
        certainty=flag.certainty,
        tone=Tone.WARNING,
        text=fill(flag.text, knowledge),
        action=fill(flag.action, knowledge),
        detail=sentence(raised.outcome.because),
        facts=flag.facts,
    )


def _free_text_words(text: str, meanings: tuple[str, ...]) -> str:
    return text.replace("{meanings}", " or ".join(meanings))


def _free_text_finding(knowledge: Knowledge, meanings: tuple[str, ...]) -> Finding:
    notice = knowledge.safety.red_flags.free_text
    return Finding(
        id="urgent.free_text",
        severity=Severity.URGENT,
        certainty=Certainty.UNKNOWN,
        tone=Tone.WARNING,
        text=_free_text_words(notice.text, meanings),
        action=notice.action,
        facts=notice.facts,
    )


def _closing_finding(status: UrgentStatus, knowledge: Knowledge) -> Finding:
    asked = status is UrgentStatus.NONE_FOUND
    data = knowledge.safety.red_flags
    notice = data.none_found if asked else data.not_assessed
    return Finding(
        id=f"urgent.{status}",
        severity=Severity.INFO if asked else Severity.URGENT,
        certainty=Certainty.LOW if asked else Certainty.UNKNOWN,
        tone=Tone.REASSURING if asked else Tone.WARNING,
        text=fill(notice.text, knowledge),
        action=fill(notice.action, knowledge),
        detail=fill(notice.detail, knowledge),
        facts=notice.facts,
    )


def _past_attempt(picture: Picture) -> list[Finding]:
    """A past attempt that is not recent: no route of its own, but never left unsaid."""
    if not picture.condition(v.KnownCondition.SUICIDE_ATTEMPT).fires:
        return []
    notice = picture.knowledge.safety.red_flags.past_attempt
    return [
        Finding(
            id="urgent.past_attempt",
            severity=Severity.MAJOR,
            certainty=Certainty.MODERATE,
            tone=Tone.WARNING,
            text=notice.text,
            action=notice.action,
            facts=notice.facts,
        )
    ]


def _contacts(picture: Picture) -> tuple[tuple[Contact, ...], str]:
    """Numbers for the country of the case, and a sentence on how far to trust them."""
    data = picture.knowledge.safety.contacts
    country = _country(picture.case)
    region = picture.knowledge.safety.region(country) if country else None
    if region is None:
        note = data.other_note if country else data.no_place_note
        return (), f"{data.first_screen} {note}"
    contacts = tuple(
        Contact(
            label=contact.label,
            number=contact.number,
            verified=contact.verified,
            facts=(f"safety/contact/{region.id}/{contact.id}",),
        )
        for contact in region.contacts
    )
    return contacts, f"{data.first_screen} {data.unverified_note}"


def _country(case: Case) -> str:
    return case.place[:2] if case.place else ""


def _missing(judged: tuple[Raised, ...], knowledge: Knowledge) -> tuple[Missing, ...]:
    """One entry for each field: every flag it would settle; worse where something points to one."""
    by_field: dict[str, list[Raised]] = {}
    for raised in judged:
        for field in raised.outcome.missing:
            by_field.setdefault(field, []).append(raised)
    return tuple(
        Missing(
            field=field,
            cost=f"Not judged: {'; '.join(fill(r.flag.title, knowledge) for r in flags)}.",
            how=knowledge.safety.red_flags.ask_for[field],
            severity=Severity.MAJOR if any(_pointed_at(r) for r in flags) else Severity.MINOR,
        )
        for field, flags in by_field.items()
    )


def _pointed_at(raised: Raised) -> bool:
    """Whether part of an undecided emergency is on record."""
    return raised.flag.route is Route.EMERGENCY and bool(raised.outcome.support)
