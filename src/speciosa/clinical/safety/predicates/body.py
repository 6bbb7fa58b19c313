"""Named tests on age, pregnancy, the liver, alcohol and mood."""

from __future__ import annotations

from speciosa.case import vocabulary as v
from speciosa.clinical.safety.outcome import (
    DOES_NOT_FIRE,
    Outcome,
    any_of,
    cannot_tell,
    fires,
    fires_if,
    not_asked,
)
from speciosa.clinical.safety.picture import Picture
from speciosa.clinical.safety.predicates.laboratory import (
    raised_alp,
    raised_bilirubin,
    raised_transaminase,
)

_ALCOHOL = "ethanol"


def _age(picture: Picture) -> float | None:
    return picture.case.person.age_years


def _younger_than(picture: Picture, limit: str) -> Outcome:
    age = _age(picture)
    if age is None:
        return cannot_tell("person.age_years", because="the age was not given")
    return fires_if(age < picture.limit(limit), f"age {age:g}")


def under_18(picture: Picture) -> Outcome:
    """Below the age of the child and adolescent pathway."""
    return _younger_than(picture, "youth_age")


def young_adult(picture: Picture) -> Outcome:
    """Young enough for early review when an antidepressant is started, on the list or not yet."""
    young = _younger_than(picture, "young_adult_nice_age")
    listed = picture.takes(lambda m: picture.in_group(m, "antidepressants"))
    return fires(f"{young.because}; {listed.because}") if young.fires and listed.fires else young


def aged_65_or_more(picture: Picture) -> Outcome:
    """From the age at which falls, sodium, QT and kidneys come first."""
    age = _age(picture)
    if age is None:
        return cannot_tell("person.age_years", because="the age was not given")
    return fires_if(age >= picture.limit("older_age"), f"age {age:g}")


def pregnancy_or_breast_feeding(picture: Picture) -> Outcome:
    """Pregnant, trying or breast-feeding; "possible" and "not asked" stay open."""
    person = picture.case.person
    if person.pregnancy in (v.Pregnancy.PREGNANT, v.Pregnancy.TRYING):
        pregnant = person.pregnancy is v.Pregnancy.PREGNANT
        return fires("pregnant" if pregnant else "trying to become pregnant")
    if person.pregnancy_weeks is not None or person.breast_feeding:
        return fires("breast-feeding" if person.breast_feeding else "weeks of pregnancy on record")
    if person.pregnancy is v.Pregnancy.POSSIBLE:
        return cannot_tell("person.pregnancy", because="pregnancy is possible")
    if not may_be_pregnant(picture):
        return DOES_NOT_FIRE
    answers = (
        ("person.pregnancy", "pregnancy", person.pregnancy),
        ("person.breast_feeding", "breast-feeding", person.breast_feeding),
    )
    unknown = [not_asked(field, name) for field, name, answer in answers if answer is None]
    return any_of(*unknown) if unknown else DOES_NOT_FIRE


def may_be_pregnant(picture: Picture) -> bool:
    """Whether pregnancy has to be asked about: not for men, nor far outside the fertile ages."""
    age = _age(picture)
    fertile = age is None or (
        picture.limit("pregnancy_from_age") <= age < picture.limit("pregnancy_to_age")
    )
    return fertile and picture.case.person.sex is not v.Sex.MALE


def _liver_disease(picture: Picture) -> Outcome:
    liver = picture.case.person.liver
    recorded = picture.condition(v.KnownCondition.LIVER_DISEASE)
    if liver.child_pugh not in (None, v.ChildPugh.NONE):
        return fires(f"Child-Pugh class {liver.child_pugh}")
    if liver.disease is not None or recorded.fires:
        return fires("liver disease")
    return DOES_NOT_FIRE if liver.child_pugh is v.ChildPugh.NONE else recorded


def liver_signal(picture: Picture) -> Outcome:
    """Liver disease, a sign of liver injury, or raised ALT or AST."""
    use = picture.case.kratom
    itching = use is not None and v.SideEffect.ITCHING in use.side_effects
    return any_of(
        _liver_disease(picture),
        picture.sign(v.Sign.JAUNDICE),
        picture.sign(v.Sign.DARK_URINE),
        picture.sign(v.Sign.PRURITUS),
        fires_if(itching, "itching noticed on kratom"),
        raised_transaminase(picture),
        raised_bilirubin(picture),
        raised_alp(picture),
    )


def _audit_c(picture: Picture) -> Outcome:
    answers = picture.case.symptoms.audit_c
    if answers is None:
        return cannot_tell("symptoms.audit_c", because="AUDIT-C was not answered")
    given = [a for a in answers.answers or () if a is not None]
    complete = answers.total is not None or len(given) == len(answers.answers or ())
    total = answers.total if answers.total is not None else sum(given)
    cutoffs = {
        c.sex: c.score
        for c in picture.knowledge.instruments.by_id["audit_c"].cutoffs
        if c.score is not None
    }
    # Where the sex does not choose a cut-off the lower one applies, so that more is flagged.
    cutoff = cutoffs.get(str(picture.case.person.sex), min(cutoffs.values()))
    if total >= cutoff:
        return fires(f"AUDIT-C {total}, at or above the cut-off of {cutoff}")
    if complete:
        return DOES_NOT_FIRE
    return cannot_tell("symptoms.audit_c", because="AUDIT-C is incomplete")


def _drinks_daily(picture: Picture) -> Outcome:
    daily = picture.limit("daily_drinking_times")
    open_question = False
    for substance in picture.case.substances:
        medicines = picture.knowledge.medicines.match(substance.name).medicines
        if all(m.id != _ALCOHOL for m in medicines):
            continue
        amounts = (substance.times_per_week, substance.drinks_per_week)
        if any(a is not None and a >= daily for a in amounts):
            return fires("daily drinking, or as many drinks a week")
        open_question |= substance.times_per_week is None
    return cannot_tell("substances") if open_question else DOES_NOT_FIRE


def alcohol_risk(picture: Picture) -> Outcome:
    """AUDIT-C at its cut-off, daily drinking, an alcohol use disorder, or withdrawal."""
    disorder = picture.condition(v.KnownCondition.ALCOHOL_USE_DISORDER)
    withdrawal = picture.sign(v.Sign.ALCOHOL_WITHDRAWAL)
    raised = [o for o in (disorder, withdrawal, _drinks_daily(picture)) if o.fires]
    return any_of(_audit_c(picture), *raised)


def bipolar_history(picture: Picture) -> Outcome:
    """Bipolar disorder or mania on record; a family history leaves it open."""
    mania = picture.sign(v.Sign.MANIA)
    recorded = picture.condition(v.KnownCondition.BIPOLAR_DISORDER)
    in_family = picture.condition(v.KnownCondition.BIPOLAR_DISORDER, family=True)
    if mania.fires or recorded.fires:
        return any_of(*(o for o in (mania, recorded) if o.fires))
    if in_family.fires:
        return cannot_tell("conditions", because="bipolar disorder in the family")
    return recorded
