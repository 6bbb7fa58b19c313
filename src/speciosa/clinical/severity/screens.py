"""Every questionnaire of a case as scored, and what each score says and cannot say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.clinical.severity.meaning import bands_of, threshold
from speciosa.clinical.severity.predictive import predicted
from speciosa.clinical.severity.result import PredictiveValue, Score
from speciosa.clinical.severity.scoring import from_answers, from_total, without_total
from speciosa.errors import InputError
from speciosa.finding import Finding, Severity

if TYPE_CHECKING:
    import datetime as dt

    from speciosa.case import Case
    from speciosa.knowledge import Knowledge
    from speciosa.knowledge.instruments import Instrument, Wording

# The order in which a reader meets them; each id is also the name of its field in the case.
SCALES = ("gad7", "phq9", "isi", "audit_c", "pswq", "ham_a", "cows", "sows",
          "kratom_dependence_scale")  # fmt: skip
WITHDRAWAL = ("cows", "sows")
PHQ9, GAD7, AUDIT_C = "phq9", "gad7", "audit_c"


def scores_of(case: Case, knowledge: Knowledge) -> tuple[Score, ...]:
    """All scores, the short forms after the long form whose answers they use."""
    found: list[Score] = []
    table = knowledge.instruments
    wording = table.severity_wording
    sex = str(case.person.sex) if case.person.sex else None
    for name in SCALES:
        entry = getattr(case.symptoms, name)
        if entry is None:
            continue
        instrument = table.by_id[name]
        date = entry.date.isoformat() if entry.date else ""
        answers = getattr(entry, "answers", None)
        if answers is not None:
            found.append(from_answers(instrument, answers, wording, sex=sex, date=date))
            found.extend(_short_forms(instrument, answers, knowledge, date))
        elif entry.total is not None:
            found.append(_total(instrument, entry.total, wording, sex, date))
        else:
            reason = wording.line("reason_only_item9")
            found.append(without_total(instrument, reason, date=date))
    return tuple(found)


def _short_forms(
    long_form: Instrument, answers: tuple[int | None, ...], knowledge: Knowledge, date: str
) -> Iterator[Score]:
    wording = knowledge.instruments.severity_wording
    for instrument in knowledge.instruments.by_id.values():
        if instrument.derived_from == long_form.id:
            own = tuple(answers[number - 1] for number in instrument.derived_items)
            if None not in own:
                yield from_answers(instrument, own, wording, date=date)


def _total(
    instrument: Instrument, total: int, wording: Wording, sex: str | None, date: str
) -> Score:
    """A total; one outside the range is kept as a score without a total, never guessed at."""
    try:
        return from_total(instrument, total, wording, sex=sex, date=date)
    except InputError:
        low, high = instrument.total_low or 0, instrument.total_high or 0
        reason = wording.line("reason_outside", total=total, low=low, high=high)
        return without_total(instrument, reason, date=date)


# ------------------------------------------------------------------ what each score says


def score_findings(
    case: Case, scores: tuple[Score, ...], knowledge: Knowledge
) -> Iterator[Finding]:
    """What each score says about itself: band, holes, age, error, and the people it misjudges."""
    wording = knowledge.instruments.severity_wording
    alcohol = tuple(_alcohol(case, scores, knowledge))
    for score in scores:
        instrument = knowledge.instruments.by_id[score.instrument]
        yield from _age_of_score(case.date, score, instrument, wording)
        if score.total is None:
            if score.instrument != PHQ9 or score.answered is not None:
                values = {"name": score.name, "reason": score.reason}
                yield wording.finding("not_scored", values=values, about=score.instrument)
            continue
        stands_alone = not instrument.derived_from or _stands_alone(score, scores, instrument)
        if stands_alone and not (score.instrument == AUDIT_C and alcohol):
            yield _plain(score, instrument, wording)
        if score.prorated:
            yield from _prorated(case, score, instrument, wording)
        if score.measurement_error is not None:
            yield wording.finding(
                "measurement_error",
                values={"name": score.name, "points": f"{score.measurement_error.value:g}"},
                facts=score.measurement_error.facts,
                about=score.instrument,
            )
        yield from _populations(case, score, instrument, wording)
    yield from alcohol
    if case.uses_kratom_now and scores:
        yield wording.finding("score_on_kratom")


def _plain(score: Score, instrument: Instrument, wording: Wording) -> Finding:
    total = score.total
    value = 0.0 if total is None or total.value is None else total.value
    mark = ""
    if total is not None and total.low is not None and total.high is not None:
        mark = wording.line("prorated_mark", low=f"{total.low:g}", high=f"{total.high:g}")
    of_maximum = wording.line("of_maximum", maximum=score.maximum) if score.maximum else ""
    values = {
        "name": score.name,
        "total": f"{value:g}",
        "maximum": score.maximum,
        "measures": instrument.measures,
        "of_maximum": of_maximum,
        "prorated": mark,
        "meaning": score.meaning,
        "band": band_words(score, wording),
    }
    if score.instrument in WITHDRAWAL:
        values["band"] = f" ({values['band']})" if score.band else ""
        key = "withdrawal_scale"
    else:
        key = "score" if score.band else "score_without_bands"
    return wording.finding(
        key,
        values=values,
        severity=severity_of(score, instrument, wording),
        facts=score.facts,
        about=score.instrument,
    )


def band_words(score: Score, wording: Wording) -> str:
    """The band as words that can stand in a sentence."""
    template = wording.words["band"].get(score.instrument, "{label}")
    return template.format(label=score.band)


def severity_of(score: Score, instrument: Instrument, wording: Wording) -> Severity:
    """By the worst band the total could lie in; ``info`` for scales without bands."""
    if score.total is None:
        return Severity.INFO
    bands = bands_of(instrument, score.total)
    return wording.level(score.instrument, bands[-1].label) if bands else Severity.INFO


def _prorated(
    case: Case, score: Score, instrument: Instrument, wording: Wording
) -> Iterator[Finding]:
    total = score.total
    if total is None or total.low is None or total.high is None:
        return
    answers = getattr(case.symptoms, score.instrument).answers
    numbers = [str(n) for n, answer in enumerate(answers, start=1) if answer is None]
    values = {
        "name": score.name,
        "missing": len(numbers),
        "items": score.items,
        "low": f"{total.low:g}",
        "high": f"{total.high:g}",
        "numbers": ", ".join(numbers),
    }
    fact = f"{instrument.start}/missing-rule"
    yield wording.finding("prorated", values=values, facts=(fact,), about=score.instrument)
    bands = bands_of(instrument, total)
    if len(bands) > 1:
        ends = {"name": score.name, "lowest": bands[0].label, "highest": bands[-1].label}
        yield wording.finding("straddles", values=ends, facts=(fact,), about=score.instrument)


def _age_of_score(
    today: dt.date, score: Score, instrument: Instrument, wording: Wording
) -> Iterator[Finding]:
    if not score.date or instrument.recall_days is None:
        return
    days = (today - type(today).fromisoformat(score.date)).days
    values = {"name": score.name, "days": days, "date": score.date}
    if days > instrument.recall_days:
        yield wording.finding("old_score", values=values, about=score.instrument)
    elif days < 0:
        yield wording.finding("future_score", values=values, about=score.instrument)


def _populations(
    case: Case, score: Score, instrument: Instrument, wording: Wording
) -> Iterator[Finding]:
    age = case.person.age_years
    if age is None:
        return
    for population in instrument.populations:
        if population.holds(age):
            fact = f"{instrument.start}/population/{population.key}"
            values = {"name": score.name, "note": population.text}
            yield wording.finding(
                "population", values=values, facts=(fact,), about=score.instrument
            )


def _alcohol(case: Case, scores: tuple[Score, ...], knowledge: Knowledge) -> Iterator[Finding]:
    score = named(scores, AUDIT_C)
    if score is None or score.total is None or score.total.value is None:
        return
    wording = knowledge.instruments.severity_wording
    sex = str(case.person.sex) if case.person.sex else None
    limit = threshold(knowledge.instruments.by_id[AUDIT_C], wording, sex)
    if limit is not None and score.total.value >= limit.score:
        values = {
            "total": f"{score.total.value:g}", "cutoff": limit.score, "whose": limit.whose,
        }  # fmt: skip
        yield wording.finding("alcohol_positive", values=values, facts=limit.facts)


def named(scores: tuple[Score, ...], instrument: str) -> Score | None:
    """The score of one questionnaire."""
    return next((s for s in scores if s.instrument == instrument), None)


# ------------------------------------------------------------------ item 9


def item9_findings(case: Case, knowledge: Knowledge) -> Iterator[Finding]:
    """Item 9 as answered; unanswered is said, and nought clears nobody."""
    phq9 = case.symptoms.phq9
    if phq9 is None:
        return
    wording = knowledge.instruments.severity_wording
    answer = phq9.item9_floor
    if answer is None:
        yield wording.finding("item9_not_answered")
    elif answer == 0:
        share = knowledge.instruments.by_id[PHQ9].statement("item9/suicides-after-zero")
        values = {"share": f"{share.number:g}" if share else "many"}
        yield wording.finding("item9_zero", values=values)
    else:
        hazard = f"instrument/{PHQ9}/item9/suicide-hazard-answer-{answer}"
        key = "item9_positive" if answer == 1 else "item9_high"
        told = (
            str(answer) if phq9.suicidality_item is not None else f"{answer} or more by the total"
        )
        yield wording.finding(key, values={"answer": told}, facts=(hazard,))


# ------------------------------------------------------------------ predictive values


def predictive_values(
    scores: tuple[Score, ...], knowledge: Knowledge
) -> tuple[PredictiveValue, ...]:
    """How likely the disorder is on this person's side of the cut-off, at several prevalences."""
    table = knowledge.instruments
    interval = table.severity_wording.line("ppv_interval")
    found: list[PredictiveValue] = []
    for score in scores:
        instrument = table.by_id[score.instrument]
        cutoff = instrument.cutoff(instrument.predictive) if instrument.predictive else None
        if cutoff is None or cutoff.score is None or not _stands_alone(score, scores, instrument):
            continue
        side = _side(score, cutoff.score)
        if side is None:
            continue
        for prevalence in table.diagnosis.example_prevalences:
            share = predicted(
                cutoff,
                prevalence,
                above=side,
                interval=interval,
                fact=f"{instrument.start}/accuracy/{cutoff.key}",
            )
            if share is not None:
                found.append(
                    PredictiveValue(
                        instrument=instrument.id,
                        target=cutoff.target,
                        cutoff=cutoff.score,
                        at_or_above=side,
                        prevalence=prevalence,
                        share=share,
                        facts=share.facts,
                    )
                )
    return tuple(found)


def predictive_findings(
    values: tuple[PredictiveValue, ...], knowledge: Knowledge
) -> Iterator[Finding]:
    """One sentence for each questionnaire, with every prevalence in it."""
    wording = knowledge.instruments.severity_wording
    for instrument in dict.fromkeys(v.instrument for v in values):
        own = [v for v in values if v.instrument == instrument]
        shares = "; ".join(
            wording.line(
                "share",
                ppv=_of_hundred(v.share.value),
                low=_of_hundred(v.share.low),
                high=_of_hundred(v.share.high),
                prevalence=f"{100 * v.prevalence:g}",
            )
            for v in own
        )
        yield wording.finding(
            "above_cutoff" if own[0].at_or_above else "below_cutoff",
            values={
                "name": knowledge.instruments.by_id[instrument].name,
                "cutoff": own[0].cutoff,
                "target": own[0].target,
                "shares": shares,
            },
            facts=own[0].facts,
            about=instrument,
        )


def _stands_alone(score: Score, scores: tuple[Score, ...], instrument: Instrument) -> bool:
    """A short form is used only where its long form could not be scored."""
    long_form = named(scores, instrument.derived_from)
    return long_form is None or long_form.total is None


def _side(score: Score, cutoff: int) -> bool | None:
    """True at or above, False below, ``None`` where missing items leave it open."""
    total = score.total
    if total is None or total.value is None:
        return None
    low = total.value if total.low is None else total.low
    high = total.value if total.high is None else total.high
    return low >= cutoff if (low >= cutoff) == (high >= cutoff) else None


def _of_hundred(share: float | None) -> str:
    """Percent; below ten with one decimal, so that an interval never closes by rounding."""
    if share is None:
        return "?"
    percent = 100 * share
    return f"{percent:.1f}" if percent < 10 else f"{percent:.0f}"
