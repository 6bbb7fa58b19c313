"""How a person's record is read: which codes and words mean what. Data under ``data/reading``."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import msgspec

from speciosa.knowledge import files


class Substance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code of a terminology that stands for kratom or one of its alkaloids."""

    system: str
    code: str
    substance: str


class Test(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A LOINC code of a test for kratom: answered in words (presence) or as an amount."""

    code: str
    substance: str
    asks: Literal["presence", "amount"]
    method: Literal["confirmed", "screen"]


class Answers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a laboratory writes for one kind of answer."""

    codes: tuple[str, ...]
    words: tuple[str, ...]


class Results(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Positive and negative answers; everything else is neither."""

    positive: Answers
    negative: Answers


class Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words around a name that say whether it is taken; ``kratom.yaml`` explains each list."""

    denied_before: tuple[str, ...]
    not_denied: tuple[str, ...]
    negations: tuple[str, ...]
    adverbs: tuple[str, ...]
    ends_name: tuple[str, ...]
    absent_after: tuple[str, ...]
    last_before: tuple[str, ...]
    last_after: tuple[str, ...]
    beside: tuple[str, ...]
    qualified: tuple[str, ...]
    as_a_habit: tuple[str, ...]
    forms: tuple[str, ...]
    units: tuple[str, ...]
    often: tuple[str, ...]
    goes_on: tuple[str, ...]
    taken_before: tuple[str, ...]
    told_before: tuple[str, ...]
    taken_at_start: tuple[str, ...]
    use_before: tuple[str, ...]
    has_used: tuple[str, ...]
    lasting: tuple[str, ...]
    taken_after: tuple[str, ...]
    diagnoses: tuple[str, ...]
    severity: tuple[str, ...]
    diagnosed: tuple[str, ...]
    ended_diagnosis: tuple[str, ...]
    stopped_before: tuple[str, ...]
    stopped_at_start: tuple[str, ...]
    stopped_after: tuple[str, ...]
    not_stopped: tuple[str, ...]
    again: tuple[str, ...]
    ended: tuple[str, ...]
    of_kratom: tuple[str, ...]
    unclear_before: tuple[str, ...]
    conditional: tuple[str, ...]
    after_end: tuple[str, ...]
    lasting_end: tuple[str, ...]
    titles: tuple[str, ...]
    someone_else: tuple[str, ...]
    determiners: tuple[str, ...]
    before_subject: tuple[str, ...]
    before_who: tuple[str, ...]
    household: tuple[str, ...]
    this_person: tuple[str, ...]
    parental: tuple[str, ...]
    family_history: tuple[str, ...]


class KratomWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that tells kratom in a record (``reading/kratom.yaml``)."""

    substances: tuple[Substance, ...]
    laboratory: tuple[Test, ...]
    results: Results
    anywhere: tuple[str, ...]
    whole_name_only: tuple[str, ...]
    with_an_amount: tuple[str, ...]
    in_reports: tuple[str, ...]
    misspelt: tuple[str, ...]
    look_alikes: tuple[str, ...]
    seven_oh: tuple[str, ...]
    said: Said


@lru_cache(maxsize=1)
def kratom_words() -> KratomWords:
    """Codes, tests and words of kratom."""
    return files.read("reading/kratom.yaml", KratomWords)


class Days(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many days something in a record stays usable; ``record.yaml`` says why."""

    not_pregnant: int
    pregnant: int
    stopped_medicine: int
    order_active: int
    kratom_positive: int
    kratom_note: int
    score_current: int
    administered: int
    body_adult: int
    body_child: int


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A LOINC code of an Observation and what it asks."""

    code: str
    what: str
    verified: bool = False


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A coded answer and what it means (``smoking/former``)."""

    system: str
    code: str
    means: str
    verified: bool = False


class RouteCode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A SNOMED CT code of a route of administration."""

    code: str
    route: str


class FormWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words of a product's name that say its form."""

    words: tuple[str, ...]
    form: str


class NoMedicines(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What says that there is no medicine."""

    words: tuple[str, ...]
    codes: tuple[str, ...]


class RecordWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a record is read beside its coded conditions and measurements (``record.yaml``)."""

    days: Days
    countries: dict[str, str]
    observations: tuple[Asked, ...]
    asks_alcohol: tuple[str, ...]
    answers: tuple[Answer, ...]
    routes: tuple[RouteCode, ...]
    times_per_day: dict[str, int]
    kratom_forms: tuple[FormWords, ...]
    no_medicines: NoMedicines
    not_read: dict[str, str]


@lru_cache(maxsize=1)
def record_words() -> RecordWords:
    """Periods, places, answers and routes."""
    return files.read("reading/record.yaml", RecordWords)


class DangerCode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code and what it says of danger to oneself."""

    system: str
    code: str
    says: Literal["thoughts", "attempt", "self_harm", "history", "overdose"]
    verified: bool = False


class Classes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Classes of ICD-10 from the first to the last, both included; ``intent`` of poisonings."""

    first: str
    last: str
    intent: str = ""


class DangerWordLists(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words that say danger to oneself, by what they say."""

    attempt: tuple[str, ...]
    self_harm: tuple[str, ...]
    overdose: tuple[str, ...]
    thoughts: tuple[str, ...]


class AnswerWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words of an answer of the PHQ-9, in lower case, and its score."""

    score: int
    words: tuple[str, ...]


class DangerWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a record says danger of suicide (``danger.yaml``)."""

    codes: tuple[DangerCode, ...]
    self_harm_classes: Classes
    poisoning: Classes
    words: DangerWordLists
    past: tuple[str, ...]
    not_now: tuple[str, ...]
    item9: tuple[str, ...]
    answers: tuple[AnswerWords, ...]
    recent_days: int


@lru_cache(maxsize=1)
def danger_words() -> DangerWords:
    """Codes and words of suicidal thoughts, attempts and self-harm."""
    return files.read("reading/danger.yaml", DangerWords)


class ConditionWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words of conditions and of what makes them absent, past or a relative's."""

    names: dict[str, tuple[str, ...]]
    something_else: dict[str, tuple[str, ...]]
    not_there: tuple[str, ...]
    not_there_anywhere: tuple[str, ...]
    family: tuple[str, ...]
    past: tuple[str, ...]
    past_anywhere: tuple[str, ...]
    pregnancy_codes: tuple[str, ...]
    pregnancy_words: tuple[str, ...]


@lru_cache(maxsize=1)
def condition_words() -> ConditionWords:
    """How conditions are told from words (``conditions.yaml``)."""
    return files.read("reading/conditions.yaml", ConditionWords)
