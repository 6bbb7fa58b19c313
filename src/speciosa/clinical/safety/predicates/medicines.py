"""Named tests on medicines, alone or together with kratom."""

from __future__ import annotations

from speciosa.case import vocabulary as v
from speciosa.clinical.safety.outcome import DOES_NOT_FIRE, Outcome, all_of, any_of, fires, fires_if
from speciosa.clinical.safety.picture import Picture
from speciosa.clinical.safety.predicates.kratom import kratom_in_question
from speciosa.clinical.safety.predicates.laboratory import qtc_at_least
from speciosa.knowledge.medicines import HazardClass, Medicine, Strength

_KRATOM_ALKALOIDS = ("7-hydroxymitragynine",)


def _hazard_from(medicine: Medicine, klass: HazardClass, weakest: Strength) -> bool:
    hazard = medicine.hazard(klass)
    return (
        hazard is not None
        and medicine.id not in _KRATOM_ALKALOIDS
        and hazard.strength.rank >= weakest.rank
    )


def is_opioid(medicine: Medicine) -> bool:
    """An opioid agonist or partial agonist other than kratom's own alkaloids."""
    return _hazard_from(medicine, HazardClass.OPIOID_AGONIST, Strength.LOW) or _hazard_from(
        medicine, HazardClass.OPIOID_PARTIAL_AGONIST, Strength.LOW
    )


def is_serotonergic(medicine: Medicine) -> bool:
    """Serotonergic at moderate strength or more, or an MAO inhibitor."""
    return _hazard_from(medicine, HazardClass.SEROTONERGIC, Strength.MODERATE) or is_mao_inhibitor(
        medicine
    )


def is_mao_inhibitor(medicine: Medicine) -> bool:
    """An MAO inhibitor of any strength."""
    return _hazard_from(medicine, HazardClass.MAO_INHIBITOR, Strength.LOW)


def prolongs_qt(medicine: Medicine) -> bool:
    """QT-prolonging in any category."""
    return _hazard_from(medicine, HazardClass.QT_PROLONGING, Strength.CONDITIONAL)


def opioid_with_kratom(picture: Picture) -> Outcome:
    """Kratom in question together with an opioid, prescribed or not."""
    return all_of(kratom_in_question(picture), picture.takes(is_opioid))


def opioid_antagonist_with_kratom(picture: Picture) -> Outcome:
    """Kratom in question together with an opioid antagonist given as treatment."""
    antagonist = picture.takes(lambda m: picture.in_group(m, "antagonists_for_treatment"))
    return all_of(kratom_in_question(picture), antagonist)


def sedative_with_kratom(picture: Picture) -> Outcome:
    """Kratom in question together with a sedative, prescribed or not."""
    sedative = picture.takes(lambda m: picture.in_group(m, "sedatives"))
    return all_of(kratom_in_question(picture), sedative)


def serotonergic_with_kratom(picture: Picture) -> Outcome:
    """Kratom in question together with a serotonergic medicine, or two weakly serotonergic."""
    window = "stopped_serotonergic_days"
    weak = {
        item.words
        for item in picture.current(window)
        if _hazard_from(item.medicine, HazardClass.SEROTONERGIC, Strength.LOW)
    }
    named = picture.takes(
        lambda m: is_serotonergic(m) or picture.in_group(m, "triptans_and_others"), window=window
    )
    two_weak = fires_if(
        len(weak) >= picture.limit("weak_hazards_together"),
        f"on the list: {', '.join(sorted(weak))}",
    )
    serotonergic = named if named.fires else any_of(named, two_weak)
    return all_of(kratom_in_question(picture), serotonergic)


def mao_inhibitor_with_kratom(picture: Picture) -> Outcome:
    """Kratom in question together with an MAO inhibitor."""
    inhibitor = picture.takes(is_mao_inhibitor, window="stopped_serotonergic_days")
    return all_of(kratom_in_question(picture), inhibitor)


def narrow_index_with_kratom(picture: Picture) -> Outcome:
    """Kratom in question together with a narrow-index medicine cleared by CYP3A or CYP2D6."""
    narrow = picture.takes(lambda m: picture.in_group(m, "narrow_index"))
    return all_of(kratom_in_question(picture), narrow)


def _qt_medicines(picture: Picture) -> Outcome:
    known = picture.takes(lambda m: _hazard_from(m, HazardClass.QT_PROLONGING, Strength.KNOWN))
    if known.fires:
        return known
    possible = {
        item.words
        for item in picture.current()
        if _hazard_from(item.medicine, HazardClass.QT_PROLONGING, Strength.POSSIBLE)
    }
    weak = {item.words for item in picture.current() if prolongs_qt(item.medicine)}
    if len(weak) >= picture.limit("weak_hazards_together") or (
        possible and kratom_in_question(picture).fires
    ):
        return fires(f"may prolong QT, together or with kratom: {', '.join(sorted(weak))}")
    return known


def qt_risk(picture: Picture) -> Outcome:
    """QT-prolonging medicines, a known long QT, or a long QTc."""
    woman = picture.case.person.sex is v.Sex.FEMALE
    qtc = qtc_at_least(picture, "qtc_long_women" if woman else "qtc_long_men")
    return any_of(
        _qt_medicines(picture),
        picture.condition(v.KnownCondition.LONG_QT, family=True),
        DOES_NOT_FIRE if qtc.unknown else qtc,
    )


def seizure_risk(picture: Picture) -> Outcome:
    """Seizures on record, or a medicine that lowers the threshold."""
    use = picture.case.kratom
    reported = use is not None and v.SideEffect.SEIZURE in use.side_effects
    never = use is not None and use.status is v.KratomStatus.NEVER
    weakest = Strength.HIGH if never and not picture.kratom_named else Strength.MODERATE
    sign = picture.sign(v.Sign.SEIZURE)
    return any_of(
        fires_if(reported, "a seizure on kratom was reported"),
        DOES_NOT_FIRE if sign.unknown else sign,
        picture.condition(v.KnownCondition.SEIZURES),
        picture.takes(
            lambda m: _hazard_from(m, HazardClass.LOWERS_SEIZURE_THRESHOLD, weakest),
        ),
    )
