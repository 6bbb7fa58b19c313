"""Flags that the case itself raises: body, history, list, kratom, wishes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from speciosa.case.vocabulary import (
    ChildPugh,
    Difficulty,
    Impairment,
    KnownCondition,
    KratomForm,
    KratomReason,
    KratomStatus,
    LabName,
    Outcome,
    Pregnancy,
    Sex,
    Sign,
    TreatmentStyle,
    UseCriterion,
    WithdrawalSign,
)
from speciosa.clinical.care.taken import reviewed
from speciosa.knowledge.medicines import HazardClass

if TYPE_CHECKING:
    from speciosa.case import Case, KratomUse
    from speciosa.clinical.care.listed import Listed
    from speciosa.knowledge import Knowledge

_LIVER_SIGNS = {Sign.JAUNDICE, Sign.DARK_URINE, Sign.PRURITUS}
_SELF_HARM_SIGNS = {
    Sign.SUICIDAL_THOUGHTS,
    Sign.SUICIDAL_INTENT,
    Sign.SUICIDAL_PLAN,
    Sign.SUICIDE_ATTEMPT_RECENT,
    Sign.CANNOT_STAY_SAFE,
    Sign.HARM_TO_OTHERS,
    Sign.VIOLENCE_CONCERN,
}
_CONCENTRATED = {KratomForm.SEVEN_OH_PRODUCT, KratomForm.PSEUDOINDOXYL_PRODUCT}
_TOO_LITTLE = {Outcome.NO_EFFECT, Outcome.PARTLY_HELPED}
_STOPPING_WORDS = ("stop", "quit", "come off", "cut down", "get off", "give up")
_HERBAL = {"kava", "ashwagandha", "lavender_oil", "cannabidiol"}

Flags = Iterator[tuple[str, bool]]


def flags(case: Case, knowledge: Knowledge, listed: Listed) -> frozenset[str]:
    """Every flag of the case; see ``plan.yaml`` for what each one means."""
    pairs = (
        *_body(case, knowledge),
        *_daily_life(case),
        *_history(case),
        *_liver(case, knowledge),
        *_measured(case, knowledge),
        *_list(case, knowledge, listed),
        *_kratom(case, knowledge),
        *_wishes(case, listed),
        *_tried(case, knowledge),
    )
    return frozenset(name for name, holds in pairs if holds)


def _body(case: Case, knowledge: Knowledge) -> Flags:
    limit = knowledge.safety.limit
    person, age = case.person, case.person.age_years
    yield "age_unknown", age is None
    if age is not None:
        yield "under_18", age < limit("youth_age")
        yield "under_25", age < limit("young_adult_label_age")
        yield "under_30", age < limit("young_adult_nice_age")
        yield "older", age >= limit("older_age")
    expecting = (Pregnancy.PREGNANT, Pregnancy.TRYING, Pregnancy.POSSIBLE)
    yield "pregnancy", person.pregnancy in expecting or person.breast_feeding is True
    fertile = age is None or limit("pregnancy_from_age") <= age < limit("pregnancy_to_age")
    yield "pregnancy_unknown", person.pregnancy is None and person.sex is not Sex.MALE and fertile
    yield "drives", person.drives is True or person.safety_critical_work is True
    yield "driving_unknown", person.drives is None


def _daily_life(case: Case) -> Flags:
    symptoms = case.symptoms
    impairment, difficulty = symptoms.impairment, symptoms.difficulty
    yield "impairment_unknown", impairment is None and difficulty is None
    yield "impairment_very_marked", impairment is Impairment.VERY_MARKED
    yield (
        "impairment_marked",
        impairment is Impairment.MARKED
        or (impairment is None and difficulty is Difficulty.EXTREMELY),
    )
    yield (
        "impairment_some",
        impairment is Impairment.SOME
        or (impairment is None and difficulty in (Difficulty.SOMEWHAT, Difficulty.VERY)),
    )
    yield (
        "impairment_little",
        impairment is Impairment.NONE
        or (impairment is None and difficulty is Difficulty.NOT_DIFFICULT),
    )
    item9 = symptoms.phq9.suicidality_item if symptoms.phq9 else None
    yield "item9_unknown", item9 is None
    positive = bool(symptoms.phq9 and symptoms.phq9.item9_floor)
    yield "item9_positive", positive
    yield "self_harm_risk", positive or bool(_SELF_HARM_SIGNS & set(case.signs.present))


def _history(case: Case) -> Flags:
    known, signs = KnownCondition, set(case.signs.present)
    yield "suicide_attempt", case.has(known.SUICIDE_ATTEMPT)
    yield "bipolar", case.has(known.BIPOLAR_DISORDER) or Sign.MANIA in signs
    yield "psychosis", case.has(known.PSYCHOSIS) or Sign.PSYCHOSIS in signs
    yield "depression", case.has(known.DEPRESSION)
    others = (known.PTSD, known.PANIC_DISORDER, known.OCD, known.SOCIAL_ANXIETY)
    yield "trauma_panic_ocd", any(case.has(condition) for condition in others)
    seizure = case.has(known.SEIZURES) or Sign.SEIZURE in signs
    yield "seizure", seizure
    yield "seizure_on_record", seizure
    asked = {*case.signs.present, *case.signs.absent}
    on_record = {condition.known for condition in case.conditions}
    yield "seizure_open", known.SEIZURES not in on_record
    liver_asked = known.LIVER_DISEASE in on_record or case.person.liver.child_pugh is not None
    yield "liver_history_open", not (liver_asked and asked >= _LIVER_SIGNS)
    yield "qt", case.has(known.LONG_QT)
    yield "bleeding", case.has(known.BLEEDING)
    yield "low_sodium", case.has(known.HYPONATRAEMIA)
    yield "alcohol", case.has(known.ALCOHOL_USE_DISORDER) or Sign.ALCOHOL_WITHDRAWAL in signs
    yield "opioid_use_disorder", case.has(known.OPIOID_USE_DISORDER)
    disorders = (
        known.ALCOHOL_USE_DISORDER,
        known.SEDATIVE_USE_DISORDER,
        known.OTHER_SUBSTANCE_USE_DISORDER,
    )
    yield "substance_disorder", any(case.has(condition) for condition in disorders)
    yield "sleep_problem", case.has(known.INSOMNIA)
    yield "chronic_pain", case.has(known.CHRONIC_PAIN)


def _liver(case: Case, knowledge: Knowledge) -> Flags:
    liver = case.person.liver
    tests = [lab for name in (LabName.ALT, LabName.AST) if (lab := case.lab(name))]
    raised = any(
        lab.upper_limit is not None
        and lab.value > knowledge.safety.limit("alt_multiple") * lab.upper_limit
        for lab in tests
    )
    asked = bool(_LIVER_SIGNS & {*case.signs.present, *case.signs.absent})
    on_record = any(c.known is KnownCondition.LIVER_DISEASE for c in case.conditions)
    disease = liver.disease is not None or liver.child_pugh not in (None, ChildPugh.NONE)
    yield (
        "liver",
        disease
        or raised
        or case.has(KnownCondition.LIVER_DISEASE)
        or bool(_LIVER_SIGNS & set(case.signs.present)),
    )
    known = asked or on_record or bool(tests) or disease or liver.child_pugh is not None
    yield "liver_unknown", not known


def _measured(case: Case, knowledge: Knowledge) -> Flags:
    """What a measurement shows, whether or not the condition has its name on record."""
    limit, kidney = knowledge.safety.limit, case.person.kidney
    rates = [kidney.egfr_ml_min_1_73m2, _value(case, LabName.EGFR)]
    low = knowledge.care.plan.limits.kidney_egfr_below
    yield (
        "kidney",
        case.has(KnownCondition.KIDNEY_DISEASE)
        or kidney.dialysis is True
        or any(rate is not None and rate < low for rate in rates),
    )
    sodium, qtc = _value(case, LabName.SODIUM), _value(case, LabName.QTC)
    yield "low_sodium", sodium is not None and sodium < limit("sodium_low")
    long_qtc = qtc is not None and qtc >= limit("qtc_high_risk")
    yield "long_qt", long_qtc or case.has(KnownCondition.LONG_QT)


def _value(case: Case, name: LabName) -> float | None:
    lab = case.lab(name)
    return None if lab is None else lab.value


def _list(case: Case, knowledge: Knowledge, listed: Listed) -> Flags:
    group = knowledge.safety.group
    antidepressants, sedatives = group("antidepressants"), group("sedatives")
    narrow = group("narrow_index")
    benzodiazepines = frozenset(knowledge.care.treatment("benzodiazepines").medicines)
    yield "on_benzodiazepine", listed.any_taken(benzodiazepines)
    yield "on_venlafaxine", listed.any_taken(frozenset({"venlafaxine", "desvenlafaxine"}))
    yield "on_duloxetine", listed.any_taken(frozenset({"duloxetine"}))
    yield "kava_or_ashwagandha", listed.any_taken(frozenset({"kava", "ashwagandha"}))
    yield "takes_reviewed", bool(reviewed(listed, knowledge))
    yield "planned_medicine", bool(listed.planned)
    for medicine_id, medicine in listed.medicines.items():
        depresses = medicine_id in antidepressants.ids or medicine.klass in antidepressants.classes
        yield "on_antidepressant", depresses and medicine_id in listed.taken
        yield "planned_antidepressant", depresses and medicine_id in listed.planned
        yield "sedative", medicine_id in sedatives.ids or medicine.klass in sedatives.classes
        yield "narrow_index", medicine_id in narrow.ids or medicine.klass in narrow.classes
        hazards = {str(hazard.klass) for hazard in medicine.hazards}
        yield "opioid", bool(hazards & {"opioid_agonist", "opioid_partial_agonist"})
        yield "serotonergic", "serotonergic" in hazards
        yield "bleeding", "bleeding" in hazards and not depresses
        yield "seizure", "lowers_seizure_threshold" in hazards
    yield "maoi", _mao_inhibitor_counts(case, knowledge)
    caffeine = [s for s in case.substances if "caffeine" in _ids(s.name, knowledge)]
    amounts = [s.mg_per_day for s in caffeine if s.mg_per_day is not None]
    high = knowledge.care.plan.limits.caffeine_high_mg_per_day
    yield "caffeine_unknown", not amounts
    yield "caffeine_high", sum(amounts) > high
    drinks = any("ethanol" in _ids(s.name, knowledge) for s in case.substances)
    yield "alcohol_unknown", case.symptoms.audit_c is None and not drinks


def _mao_inhibitor_counts(case: Case, knowledge: Knowledge) -> bool:
    """Whether an MAO inhibitor is taken, is planned, or was stopped too lately to be gone."""
    window = knowledge.safety.limit("stopped_medicine_days")
    counting = [
        item.name
        for item in case.medicines
        if item.stopped is None or (case.date - item.stopped).days <= window
    ]
    names = (*counting, *(substance.name for substance in case.substances))
    return any(
        medicine.hazard(HazardClass.MAO_INHIBITOR)
        for name in names
        for medicine in knowledge.medicines.match(name).medicines
    )


def _ids(name: str, knowledge: Knowledge) -> set[str]:
    return {medicine.id for medicine in knowledge.medicines.match(name).medicines}


def _kratom(case: Case, knowledge: Knowledge) -> Flags:
    kratom = case.kratom
    yield "kratom_not_asked", kratom is None
    if kratom is None:
        return
    using = kratom.status is KratomStatus.USING
    yield "kratom_asking", kratom.status is KratomStatus.ASKING
    yield "kratom_using", using
    yield "kratom_stopped", kratom.status is KratomStatus.STOPPED
    yield "kratom", kratom.status is not KratomStatus.NEVER
    recent = _recent(case, kratom, knowledge)
    yield "kratom_exposed", using or (kratom.status is KratomStatus.STOPPED and recent is not False)
    daily = using and _daily(kratom, knowledge)
    yield "kratom_daily", daily
    signs = [sign for sign in kratom.between_doses if sign is not WithdrawalSign.NONE]
    yield "kratom_withdrawal_signs", bool(signs)
    stopped_lately = kratom.status is KratomStatus.STOPPED and recent is not False
    changed = kratom.cut_down_recently is True or stopped_lately
    yield "kratom_recent_change", changed or (daily and recent is not False)
    yield "kratom_wants_to_stop", _wants_to_stop(case, kratom)
    yield "kratom_for_anxiety", KratomReason.ANXIETY in kratom.reasons
    yield "chronic_pain", KratomReason.PAIN in kratom.reasons
    forms = {product.form for product in kratom.products}
    yield "seven_oh", bool(forms & _CONCENTRATED)
    yield "kratom_product_open", not forms or any(p.analysis is None for p in kratom.products)
    often = [product.times_per_day for product in kratom.products]
    dated = None not in (kratom.since, kratom.last_use_hours_ago)
    yield "kratom_timing_open", not (dated and often and None not in often)
    yield "between_doses_open", not kratom.between_doses
    yield "attempts_open", kratom.attempts_to_stop is None
    yield "product_unknown", using and (not forms or KratomForm.UNKNOWN in forms)


def _recent(case: Case, kratom: KratomUse, knowledge: Knowledge) -> bool | None:
    """Whether the last use lies within the withdrawal window; ``None`` when that is not known."""
    days = knowledge.safety.limit("withdrawal_window_days")
    if kratom.last_use_hours_ago is not None:
        return kratom.last_use_hours_ago <= days * 24
    if kratom.stopped is not None:
        return (case.date - kratom.stopped).days <= days
    return None


def _daily(kratom: KratomUse, knowledge: Knowledge) -> bool:
    """Daily or nearly so; a frequency that is not given counts as possible daily use."""
    days = [product.days_per_week for product in kratom.products]
    often = knowledge.safety.limit("daily_use_days")
    return not days or any(d is None or d >= often for d in days)


def _wants_to_stop(case: Case, kratom: KratomUse) -> bool:
    goals = " ".join(case.preferences.goals).casefold()
    names_it = "kratom" in goals and any(word in goals for word in _STOPPING_WORDS)
    tried = bool(kratom.attempts_to_stop) or kratom.cut_down_recently is True
    return names_it or tried or UseCriterion.FAILED_TO_CUT_DOWN in kratom.criteria_met


def _wishes(case: Case, listed: Listed) -> Flags:
    wishes = case.preferences
    yield "goals_unknown", not wishes.goals
    yield "wishes_unknown", not wishes.prefers and not wishes.avoids
    for style in TreatmentStyle:
        yield f"prefers_{style}", style in wishes.prefers
    yield "prefers_herbal", listed.any_taken(frozenset(_HERBAL))
    yield "avoids_medicine", TreatmentStyle.MEDICINE in wishes.avoids
    yield "avoids_psychological", TreatmentStyle.PSYCHOLOGICAL in wishes.avoids


def _tried(case: Case, knowledge: Knowledge) -> Flags:
    tried = case.preferences.tried
    yield "nothing_tried", not tried
    failed = [t for t in tried if t.outcome in _TOO_LITTLE]
    low = {"guided_self_help"}
    light = [t for t in failed if {x.id for x in knowledge.care.treatments_named(t.name)} & low]
    yield "tried_low_intensity", bool(light)
    yield "tried_one", len(failed) > len(light)
    yield "tried_many", len(failed) - len(light) > 1
    herbal = [
        t for t in tried if any(x.kind == "herbal" for x in knowledge.care.treatments_named(t.name))
    ]
    yield "prefers_herbal", bool(herbal)
