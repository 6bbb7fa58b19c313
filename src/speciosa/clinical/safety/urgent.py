"""What needs action now: red flags, the questions still to ask, and whom to call."""

from __future__ import annotations

import msgspec

from speciosa.case import Case
from speciosa.case import vocabulary as v
from speciosa.clinical.safety import free_text
from speciosa.clinical.safety.outcome import DOES_NOT_FIRE, Outcome, fires
from speciosa.clinical.safety.picture import Picture
from speciosa.clinical.safety.predicates import PREDICATES
from speciosa.clinical.safety.predicates.crisis import attempt_not_dated
from speciosa.clinical.safety.result import Contact, UrgentResult, UrgentStatus
from speciosa.clinical.safety.wording import fill
from speciosa.finding import Certainty, Finding, Missing, Severity, Tone
from speciosa.knowledge import Knowledge
from speciosa.knowledge.safety.record import RedFlag, Route, TriageQuestion

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


def assess(
    picture: Picture, urgent_rules: tuple[str, ...] = ()
) -> tuple[UrgentResult, tuple[Missing, ...]]:
    """The urgent part, and what is missing to judge the red flags that cannot be told.

    ``urgent_rules`` are the titles of urgent rules that hold: below a same-day route the first line
    names them, so that it never sounds calmer than the rules.
    """
    data = picture.knowledge.safety.red_flags
    judged = tuple(Raised(flag=flag, outcome=_judge(flag, picture)) for flag in data.flags)
    holding = {r.flag.id for r in judged if r.outcome.fires}
    raised = tuple(
        r for r in judged if r.flag.id in holding and holding.isdisjoint(r.flag.covered_by)
    )
    questions = _open_questions(picture)
    meanings = free_text.meanings(picture.case, picture.knowledge)
    status = _status(raised, asked_all=not questions and not meanings)
    findings = [_finding(r, picture.knowledge) for r in raised]
    ask = [fill(question.ask, picture.knowledge) for question, _ in questions]
    if meanings:
        ask.insert(0, _free_text_words(data.free_text.ask, meanings))
        findings.append(_free_text_finding(picture.knowledge, meanings))
    closing = (UrgentStatus.SOON,) if questions else (UrgentStatus.NONE_FOUND,)
    if status in (UrgentStatus.NOT_ASSESSED, *closing):
        findings.append(_closing_finding(status, picture, questions))
    findings += _past_attempt(picture)
    contacts, note = _contacts(picture)
    result = UrgentResult(
        status=status,
        headline=_with_rules(
            _headline(status, raised, picture.knowledge, still_open=bool(questions)),
            status,
            urgent_rules,
            picture.knowledge,
        ),
        findings=tuple(sorted(findings, key=lambda f: f.severity.rank)),
        ask_now=tuple(dict.fromkeys(ask)),
        contacts=contacts,
        contacts_note=note,
    )
    return result, _missing(judged, questions, picture)


def _judge(flag: RedFlag, picture: Picture) -> Outcome:
    if flag.predicate:
        return PREDICATES[flag.predicate](picture)
    present = picture.case.signs.present
    alone = [sign for sign in flag.any if sign in present]
    if all(sign in present for sign in flag.all) and (alone or not flag.any):
        return fires(", ".join(picture.named(sign) for sign in (*flag.all, *alone)))
    return DOES_NOT_FIRE  # a sign that was not asked about is asked by the questions


def _status(raised: tuple[Raised, ...], *, asked_all: bool) -> UrgentStatus:
    if raised:
        return UrgentStatus(min((r.flag.route for r in raised), key=_ROUTES.index))
    return UrgentStatus.NONE_FOUND if asked_all else UrgentStatus.NOT_ASSESSED


def _item9(picture: Picture) -> int | None:
    phq9 = picture.case.symptoms.phq9
    return phq9.suicidality_item if phq9 else None


def _open_questions(picture: Picture) -> tuple[tuple[TriageQuestion, str], ...]:
    """The questions that are not, or not fully, answered, each with the name of what is open."""
    signs = picture.case.signs
    answered = {*signs.present, *signs.absent}
    still_open = []
    for question in picture.knowledge.safety.red_flags.questions:
        left = [sign for sign in question.signs if sign not in answered]
        if left or (not question.signs and _item9(picture) is None):
            still_open.append((question, _topic(question, left, picture)))
    return tuple(still_open)


def _topic(question: TriageQuestion, signs: list[str], picture: Picture) -> str:
    """The topic of a question where all its signs are meant, otherwise the signs by name."""
    if len(signs) == len(question.signs):
        return question.topic
    return ", ".join(picture.named(sign) for sign in signs)


def _answered(picture: Picture) -> str:
    """Item 9 as answered, the signs present and absent by topic; empty when nothing was asked."""
    present, absent = picture.case.signs.present, picture.case.signs.absent
    item9 = _item9(picture)
    told = [] if item9 is None else [f"item 9 of the PHQ-9 answered {item9}"]
    if present:
        told.append(f"present: {', '.join(picture.named(sign) for sign in present)}")
    topics = [
        _topic(question, signs, picture)
        for question in picture.knowledge.safety.red_flags.questions
        if (signs := [sign for sign in question.signs if sign in absent])
    ]
    if topics:
        told.append(f"absent: {', '.join(topics)}")
    return "; ".join(told)


def _headline(
    status: UrgentStatus, raised: tuple[Raised, ...], knowledge: Knowledge, *, still_open: bool
) -> str:
    headlines = knowledge.safety.red_flags.headlines
    text: str = getattr(headlines, status)
    if still_open and status is not UrgentStatus.NOT_ASSESSED:
        text = f"{text} {headlines.still_open}"
    titles = dict.fromkeys(r.flag.title for r in raised if str(r.flag.route) == str(status))
    return fill(text.replace("{titles}", "; ".join(titles)), knowledge)


def _with_rules(
    headline: str, status: UrgentStatus, rules: tuple[str, ...], knowledge: Knowledge
) -> str:
    if not rules or status in (UrgentStatus.EMERGENCY, UrgentStatus.SAME_DAY):
        return headline
    told = knowledge.safety.red_flags.headlines.urgent_rules
    return f"{headline} {told.replace('{rules}', '; '.join(rules))}"


def _finding(raised: Raised, knowledge: Knowledge) -> Finding:
    flag = raised.flag
    return Finding(
        id=f"urgent.{flag.id}",
        severity=_SEVERITY[flag.route],
        certainty=flag.certainty,
        tone=Tone.WARNING,
        text=fill(flag.text, knowledge).replace("{because}", raised.outcome.because),
        action=fill(flag.action, knowledge),
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


def _closing_finding(
    status: UrgentStatus, picture: Picture, questions: tuple[tuple[TriageQuestion, str], ...]
) -> Finding:
    asked = status is UrgentStatus.NONE_FOUND
    status = UrgentStatus.NONE_FOUND if asked else UrgentStatus.NOT_ASSESSED
    data, knowledge = picture.knowledge.safety.red_flags, picture.knowledge
    notice = data.none_found if asked else data.not_assessed
    answered = _answered(picture)
    told = fill(notice.text if asked or answered else data.nothing_asked, knowledge)
    topics = "; ".join(topic for _, topic in questions) or notice.ask
    worst = min((question.severity for question, _ in questions), key=lambda s: s.rank, default="")
    return Finding(
        id=f"urgent.{status}",
        severity=Severity.INFO if asked else Severity(worst or Severity.URGENT),
        certainty=Certainty.LOW if asked else Certainty.UNKNOWN,
        tone=Tone.REASSURING if asked else Tone.WARNING,
        text=told.replace("{open}", topics).replace("{answered}", answered),
        action=fill(notice.action, knowledge),
        detail=fill(notice.detail, knowledge),
        facts=notice.facts,
    )


def _past_attempt(picture: Picture) -> list[Finding]:
    """A past attempt that is not recent: no route of its own, but never left unsaid.

    One that may be recent raises a flag, which names it.
    """
    attempt = picture.condition(v.KnownCondition.SUICIDE_ATTEMPT)
    if not attempt.fires or attempt_not_dated(picture).fires:
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
        return (), note
    contacts = tuple(
        Contact(
            label=contact.label,
            number=contact.number,
            verified=contact.verified,
            facts=(f"safety/contact/{region.id}/{contact.id}",),
        )
        for contact in region.contacts
    )
    if all(contact.verified for contact in contacts):
        return contacts, data.first_screen
    return contacts, f"{data.first_screen} {data.unverified_note}"


def _country(case: Case) -> str:
    return case.place[:2] if case.place else ""


def _missing(
    judged: tuple[Raised, ...],
    questions: tuple[tuple[TriageQuestion, str], ...],
    picture: Picture,
) -> tuple[Missing, ...]:
    """One entry for each field: every flag it would settle; worse where something points to one.

    Of the danger signs it is said which were not asked about.
    """
    knowledge = picture.knowledge
    by_field: dict[str, list[Raised]] = {}
    for raised in judged:
        for field in raised.outcome.missing:
            by_field.setdefault(field, []).append(raised)
    topics = "; ".join(topic for question, topic in questions if question.signs)
    costs = {"signs": f"Not asked about: {topics}."}
    return tuple(
        Missing(
            field=field,
            cost=costs.get(field) or fill(f"Not judged: {_titles(flags)}.", knowledge),
            how=knowledge.safety.red_flags.ask_for[field],
            severity=Severity.MAJOR if any(_pointed_at(r) for r in flags) else Severity.MINOR,
        )
        for field, flags in by_field.items()
    )


def _titles(flags: list[Raised]) -> str:
    return "; ".join(dict.fromkeys(raised.flag.title for raised in flags))


def _pointed_at(raised: Raised) -> bool:
    """Whether part of an undecided emergency is on record."""
    return raised.flag.route is Route.EMERGENCY and bool(raised.outcome.support)
