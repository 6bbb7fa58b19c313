"""Named tests on what was given."""

from __future__ import annotations

from speciosa.clinical.safety.outcome import Outcome, fires, fires_if
from speciosa.clinical.safety.picture import Picture


def always(picture: Picture) -> Outcome:
    """Holds in every case."""
    return fires("it applies to everyone")


def law_to_be_stated(picture: Picture) -> Outcome:
    """The place is unknown, or the law there decides and is in the legal section."""
    if picture.case.place is None:
        return fires("the place was not given, so the law is not known")
    return fires("the legal section says what is known of the law at this place")


def needed_input_missing(picture: Picture) -> Outcome:
    """What every assessment needs and was not given."""
    case = picture.case
    phq9 = case.symptoms.phq9
    needed = {
        "place": case.place,
        "age": case.person.age_years,
        "sex": case.person.sex,
        "GAD-7": case.symptoms.gad7,
        "PHQ-9 item 9": phq9.suicidality_item if phq9 else None,
        "kratom use": case.kratom,
        "medicines": case.medicines or None,
        "danger signs": case.signs.present or case.signs.absent or None,
    }
    missing = [name for name, value in needed.items() if value is None]
    return fires_if(bool(missing), f"not given: {', '.join(missing)}")
