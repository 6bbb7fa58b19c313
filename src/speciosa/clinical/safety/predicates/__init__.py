"""Small named tests, each three-valued, that rules and red flags refer to by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from speciosa.clinical.safety.outcome import Outcome
from speciosa.clinical.safety.picture import Picture
from speciosa.clinical.safety.predicates import body, crisis, information, kratom, medicines

Predicate = Callable[[Picture], Outcome]

_ALL: tuple[Predicate, ...] = (
    body.aged_65_or_more,
    body.alcohol_risk,
    body.bipolar_history,
    body.liver_signal,
    body.pregnancy_or_breast_feeding,
    body.under_18,
    body.young_adult,
    crisis.alp_raised_in_laboratory,
    crisis.bilirubin_raised_in_laboratory,
    crisis.dangerous_withdrawal,
    crisis.fainting_with_rhythm_risk,
    crisis.palpitations_with_rhythm_risk,
    crisis.qtc_very_long,
    crisis.serotonin_signs,
    crisis.serotonin_toxicity,
    crisis.severe_liver_injury_in_laboratory,
    crisis.sodium_low,
    crisis.sodium_very_low,
    crisis.bleeding_or_anaemia_dangerous,
    crisis.electrolytes_dangerous,
    crisis.grave_effect_on_kratom,
    crisis.transaminase_raised,
    crisis.transaminase_very_high,
    crisis.suicide_ask_today,
    crisis.suicide_now,
    crisis.suicide_risk,
    crisis.suicide_urgent,
    information.always,
    information.law_to_be_stated,
    information.needed_input_missing,
    kratom.concentrated_seven_oh,
    kratom.withdrawal_window,
    medicines.mao_inhibitor_with_kratom,
    medicines.narrow_index_with_kratom,
    medicines.opioid_antagonist_with_kratom,
    medicines.opioid_with_kratom,
    medicines.qt_risk,
    medicines.sedative_with_kratom,
    medicines.seizure_risk,
    medicines.serotonergic_with_kratom,
)

PREDICATES: Mapping[str, Predicate] = {predicate.__name__: predicate for predicate in _ALL}
