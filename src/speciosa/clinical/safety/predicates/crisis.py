"""Named tests behind the suicide pathway and the other signs that need action now."""

from __future__ import annotations

from speciosa.case import vocabulary as v
from speciosa.clinical.safety.outcome import (
    DOES_NOT_FIRE,
    Outcome,
    all_of,
    any_of,
    cannot_tell,
    fires,
    fires_if,
)
from speciosa.clinical.safety.picture import Picture
from speciosa.clinical.safety.predicates.kratom import kratom_in_question
from speciosa.clinical.safety.predicates.laboratory import (
    G_PER_L_IN_G_PER_DL,
    MMOL_PER_L_IN_MG_PER_DL_OF_MAGNESIUM,
    beyond,
    measured_transaminase,
    qtc_at_least,
    raised_alp,
    raised_bilirubin,
    severe_liver_pattern,
)
from speciosa.clinical.safety.predicates.medicines import is_serotonergic, prolongs_qt

_TOXICITY_SIGNS = (
    v.Sign.SWEATING,
    v.Sign.TREMOR,
    v.Sign.CLONUS,
    v.Sign.FEVER,
)


def item9_at_least(picture: Picture, limit: str) -> Outcome:
    """PHQ-9 item 9 at or above a limit; never imputed."""
    phq9 = picture.case.symptoms.phq9
    answer = phq9.item9_floor if phq9 else None
    if phq9 is None or answer is None:
        return cannot_tell("symptoms.phq9.item9", because="item 9 of the PHQ-9 was not answered")
    if phq9.suicidality_item is None:
        told = f"a PHQ-9 total of {phq9.total}, which needs item 9 to be at least {answer}"
    else:
        told = f"item 9 of the PHQ-9 answered {answer}"
    return fires_if(answer >= picture.limit(limit), told)


def attempt_not_dated(picture: Picture) -> Outcome:
    """A past attempt on record, unless it was asked and is not recent."""
    if v.Sign.SUICIDE_ATTEMPT_RECENT in picture.case.signs.absent:
        return DOES_NOT_FIRE
    past = picture.condition(v.KnownCondition.SUICIDE_ATTEMPT)
    return fires("a past suicide attempt whose date is not known") if past.fires else past


def suicide_now(picture: Picture) -> Outcome:
    """Intent, or the person cannot stay safe."""
    return any_of(picture.sign(v.Sign.SUICIDAL_INTENT), picture.sign(v.Sign.CANNOT_STAY_SAFE))


def suicide_urgent(picture: Picture) -> Outcome:
    """Item 9 at the urgent limit, a plan, or an attempt that is or may be recent."""
    return any_of(
        item9_at_least(picture, "item9_urgent"),
        picture.sign(v.Sign.SUICIDAL_PLAN),
        picture.sign(v.Sign.SUICIDE_ATTEMPT_RECENT),
    )


def suicide_ask_today(picture: Picture) -> Outcome:
    """Item 9 above zero, suicidal thoughts, or a past attempt without a date."""
    return any_of(
        item9_at_least(picture, "item9_ask_today"),
        picture.sign(v.Sign.SUICIDAL_THOUGHTS),
        attempt_not_dated(picture),
    )


def suicide_risk(picture: Picture) -> Outcome:
    """Anything of the suicide pathway."""
    return any_of(suicide_now(picture), suicide_urgent(picture), suicide_ask_today(picture))


def _signs_present(picture: Picture, *signs: v.Sign) -> list[v.Sign]:
    return [sign for sign in signs if sign in picture.case.signs.present]


def _agitated(picture: Picture) -> Outcome:
    return any_of(picture.sign(v.Sign.AGITATION), picture.sign(v.Sign.SEVERE_AGITATION))


def serotonin_toxicity(picture: Picture) -> Outcome:
    """Jerks, or agitation with another sign, while a serotonergic medicine counts."""
    signs = any_of(
        picture.sign(v.Sign.CLONUS),
        all_of(_agitated(picture), any_of(*(picture.sign(s) for s in _TOXICITY_SIGNS))),
    )
    return all_of(signs, picture.takes(is_serotonergic, window="stopped_serotonergic_days"))


def serotonin_signs(picture: Picture) -> Outcome:
    """Several signs, or jerks, whatever the list says: a list is never known to be complete."""
    present = _signs_present(
        picture, *_TOXICITY_SIGNS, v.Sign.AGITATION, v.Sign.SEVERE_AGITATION, v.Sign.CONFUSION
    )
    together = picture.limit("serotonin_signs_together")
    if len(present) < together and v.Sign.CLONUS not in present:
        return DOES_NOT_FIRE
    return fires(", ".join(picture.named(s) for s in present))


def dangerous_withdrawal(picture: Picture) -> Outcome:
    """Alcohol or benzodiazepine withdrawal with a danger sign."""
    danger = (
        v.Sign.SEIZURE,
        v.Sign.CONFUSION,
        v.Sign.FEVER,
        v.Sign.PSYCHOSIS,
        v.Sign.SEVERE_AGITATION,
    )
    return all_of(
        any_of(
            picture.sign(v.Sign.ALCOHOL_WITHDRAWAL),
            picture.sign(v.Sign.BENZODIAZEPINE_WITHDRAWAL),
        ),
        any_of(*(picture.sign(s) for s in danger)),
    )


def _rhythm_risk(picture: Picture) -> Outcome:
    return any_of(
        picture.takes(prolongs_qt),
        picture.condition(v.KnownCondition.LONG_QT, family=True),
        qtc_at_least(picture, "qtc_high_risk"),
    )


def fainting_with_rhythm_risk(picture: Picture) -> Outcome:
    """Fainting with chest pain, palpitations or a QT risk."""
    return all_of(
        picture.sign(v.Sign.FAINTING),
        any_of(
            picture.sign(v.Sign.CHEST_PAIN),
            picture.sign(v.Sign.PALPITATIONS),
            _rhythm_risk(picture),
        ),
    )


def palpitations_with_rhythm_risk(picture: Picture) -> Outcome:
    """Palpitations with a QT risk, or with a medicine list that is not known."""
    if not picture.sign(v.Sign.PALPITATIONS).fires:
        return picture.sign(v.Sign.PALPITATIONS)
    risk = _rhythm_risk(picture)
    listed = picture.takes(prolongs_qt)
    if risk.unknown and listed.unknown:
        return fires(f"palpitations; {listed.because}")
    return all_of(picture.sign(v.Sign.PALPITATIONS), risk)


def qtc_very_long(picture: Picture) -> Outcome:
    """A QTc at or above the high-risk limit."""
    return qtc_at_least(picture, "qtc_high_risk")


def severe_liver_injury_in_laboratory(picture: Picture) -> Outcome:
    """Raised ALT or AST with raised bilirubin or INR."""
    return severe_liver_pattern(picture)


def bilirubin_raised_in_laboratory(picture: Picture) -> Outcome:
    """Raised bilirubin with or without raised ALT: injury by kratom is often cholestatic."""
    return raised_bilirubin(picture)


def alp_raised_in_laboratory(picture: Picture) -> Outcome:
    """Raised ALP."""
    return raised_alp(picture)


def transaminase_raised(picture: Picture) -> Outcome:
    """A measured ALT or AST above the multiple of a liver signal."""
    return measured_transaminase(picture, "alt_multiple")


def transaminase_very_high(picture: Picture) -> Outcome:
    """A measured ALT or AST so high that it is looked into on the same day by itself."""
    return measured_transaminase(picture, "alt_multiple_very_high")


def sodium_low(picture: Picture) -> Outcome:
    """A measured sodium that is low."""
    return beyond(picture, v.LabName.SODIUM, below="sodium_low")


def sodium_very_low(picture: Picture) -> Outcome:
    """A measured sodium that is looked into on the same day."""
    return beyond(picture, v.LabName.SODIUM, below="sodium_very_low")


def electrolytes_dangerous(picture: Picture) -> Outcome:
    """Sodium, potassium or magnesium measured where rhythm and consciousness are at risk."""
    return any_of(
        beyond(picture, v.LabName.SODIUM, above="sodium_very_high"),
        beyond(
            picture,
            v.LabName.POTASSIUM,
            below="potassium_very_low",
            above="potassium_very_high",
        ),
        beyond(
            picture,
            v.LabName.MAGNESIUM,
            below="magnesium_very_low",
            factor=MMOL_PER_L_IN_MG_PER_DL_OF_MAGNESIUM,
        ),
    )


def bleeding_or_anaemia_dangerous(picture: Picture) -> Outcome:
    """An INR at which bleeding threatens, or a haemoglobin that is very low."""
    return any_of(
        beyond(picture, v.LabName.INR, above="inr_very_high"),
        beyond(
            picture,
            v.LabName.HAEMOGLOBIN,
            below="haemoglobin_very_low",
            factor=G_PER_L_IN_G_PER_DL,
        ),
    )


_GRAVE_ON_KRATOM = (v.SideEffect.SEIZURE, v.SideEffect.HALLUCINATIONS, v.SideEffect.CONFUSION)


def grave_effect_on_kratom(picture: Picture) -> Outcome:
    """A seizure, hallucinations or confusion noticed on kratom that still counts."""
    use = picture.case.kratom
    if use is None or not kratom_in_question(picture).fires:
        return DOES_NOT_FIRE
    if not use.side_effects:
        return cannot_tell("kratom.side_effects")
    noticed = [e for e in _GRAVE_ON_KRATOM if e in use.side_effects]
    return fires_if(bool(noticed), ", ".join(noticed))
