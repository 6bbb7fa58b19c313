"""Age, sex and place of the person."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from speciosa.fhir.read.bundle import name_of
from speciosa.fhir.read.dates import earliest, exact, latest
from speciosa.fhir.shape import a_dict, dicts, text
from speciosa.knowledge.reading import record_words

if TYPE_CHECKING:
    from speciosa.fhir.read.result import Reading
    from speciosa.knowledge import Knowledge

_SEXES = frozenset({"female", "male", "other"})
_OLDEST = 120


def read_patient(
    patient: dict[str, Any], reading: Reading, knowledge: Knowledge, today: dt.date
) -> None:
    """Take age, sex and place into the case."""
    if not patient:
        reading.ignore("Patient", "there is none: age, sex and place are not known")
        return
    here = name_of(patient)
    _age(patient, here, reading, today)
    sex = text(patient.get("gender"))
    if sex in _SEXES:
        reading.part("person")["sex"] = sex
        note = "the administrative gender; it can differ from sex at birth"
        reading.use(here, "person.sex", sex, note)
    elif sex:
        reading.ignore(here, "the gender is not one that a case knows")
    _place(patient, here, reading, knowledge, today)


def has_died(patient: dict[str, Any]) -> bool:
    """Whether the record says that the person has died, in whatever form.

    Of what is neither yes nor no, as R4 has it, death is what is feared.
    """
    dead, died = patient.get("deceasedBoolean"), patient.get("deceasedDateTime")
    return not (dead is None or dead is False or text(dead) == "false") or bool(died)


def _age(patient: dict[str, Any], here: str, reading: Reading, today: dt.date) -> None:
    born = patient.get("birthDate")
    first, last = earliest(born), latest(born)
    if first is None or last is None:
        if born is not None:
            reading.ignore(here, "the birth date cannot be read")
        return
    # A birth date without a day leaves two ages open; the lower one is the one surely reached.
    low, high = _years(last, today), _years(first, today)
    if low < 0 or high > _OLDEST:
        reading.ignore(here, "the birth date gives no possible age")
        return
    reading.part("person")["age_years"] = float(low)
    said = f"{low} years"
    note = "" if low == high else f"{low} or {high}: the birth date has no day; {low} was taken"
    reading.use(here, "person.age_years", said, note)
    if low != high:
        reading.questions.append(f"Is the person {low} or {high} years old?")


def _years(born: dt.date, today: dt.date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _place(
    patient: dict[str, Any], here: str, reading: Reading, knowledge: Knowledge, today: dt.date
) -> None:
    found: dict[str, str] = {}
    unclear = ""
    given = [one for one in dicts(patient.get("address")) if _current(one, today)]
    home = [one for one in given if text(one.get("use")) == "home"]
    for address in home or given:
        code, why = _code(address, knowledge)
        if code:
            found.setdefault(code, "")
        unclear = unclear or why
    if unclear and not found:
        reading.ignore(here, unclear)
        reading.questions.append(f"Where does the person live? {unclear.capitalize()}.")
    elif unclear:
        reading.ignore(here, unclear)
        reading.questions.append("Where does the person live? One of the addresses is not clear.")
    elif len(found) == 1:
        (code,) = found
        reading.document["place"] = code
        note = "from the address; the law of a town or county is not looked up by it"
        reading.use(here, "place", code, note)
    elif found:
        reading.ignore(here, "several addresses in different places: the place is not known")
        reading.questions.append("Where does the person live? The record holds several addresses.")


def _current(address: dict[str, Any], today: dt.date) -> bool:
    end = exact(a_dict(address.get("period")).get("end"))
    return text(address.get("use")) not in {"old", "billing", "temp"} and not (
        end is not None and end < today
    )


def _code(address: dict[str, Any], knowledge: Knowledge) -> tuple[str, str]:
    """The place of an address, or why there is none."""
    written = text(address.get("country")).upper()
    state = text(address.get("state"))
    if not written:
        return "", "the address names no country"
    country = record_words().countries.get(written, written)
    if country not in knowledge.law.codes:
        return "", "the country of the address is not one that the law on file knows"
    if not state:
        return country, ""
    below = [code for code in knowledge.law.below(country) if "/" not in code]
    for code in below:
        if code == f"{country}-{state.upper()}" or code == state.upper():
            return code, ""
        place = knowledge.law.get(code)
        if place is not None and place.name.casefold() == state.casefold():
            return code, ""
    # A state that is not known may have a law of its own: the country's alone would hide it.
    return ("", "the state of the address is not recognised") if below else (country, "")
