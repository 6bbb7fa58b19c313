"""What a sentence says of kratom: believed where it is tied to the name, open everywhere else."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa.fhir.kratom import Confidence, Match, Status, find, worth_reading
from speciosa.fhir.kratom.words import named_in


def found(text: str) -> tuple[Match, ...]:
    return find({"resourceType": "ClinicalImpression", "note": [{"text": text}]})


def sentences(text: str) -> list[str]:
    return [one.strip() for line in text.strip().splitlines() for one in line.split("|")]


def product(text: str, status: str = "active") -> tuple[Match, ...]:
    return find(
        {
            "resourceType": "MedicationStatement",
            "status": status,
            "medicationCodeableConcept": {"text": text},
        }
    )


TAKEN = """
Uses kratom daily. | Has used kratom for years. | Pt is currently on kratom. | Kratom: yes.
Takes about 10 g of kratom powder daily. | Kratom 5 g TID. | Endorses kratom.
Acknowledges kratom use. | Admits to kratom. | Mitragynine: POSITIVE. | Positive for kratom.
Takes gabapentin and kratom for pain. | Denies opioids but uses kratom.
Takes kratom daily, wants to quit. | Cannot quit kratom. | Kratom use disorder, severe.
Former smoker, kratom 5 g TID. | Denies alcohol; uses kratom. | Daily kratom use.
Taking kratom, denies side effects. | Stopped sertraline, started kratom.
Single mother of three, uses kratom daily. | Patient is a mother who uses kratom.
Lives with boyfriend, uses kratom daily. | Lives with parents, takes kratom 5 g daily.
Has two children, takes kratom for pain. | Married with two kids, drinks kratom daily.
Primary caregiver for her mother, uses kratom for back pain.
Home meds: sertraline 50 mg daily, kratom 3 g TID, ibuprofen.
"""
STOPPED = """
Stopped kratom in May. | Quit alcohol and kratom. | Off kratom for 3 weeks.
Former kratom user. | PMH: kratom use disorder, severe, in sustained remission since 2019.
Kratom dependence, resolved 2019. | Kratom dependence in full remission.
Used to drink kratom tea. | Currently in remission from kratom use.
Taking buspirone, has given up kratom. | Currently sober from kratom.
Stopped taking kratom. | Reports abstinence from kratom. | Kratom was stopped in March.
Stopped kratom 2 weeks ago.
"""
NOT_TAKEN = """
No history of kratom use. | Denies history of kratom use.
Reports never having used kratom. | Has not tried kratom capsules.
Not currently using kratom. | Does not take kratom. | Denies alcohol, kratom, cannabis.
Denies tobacco, alcohol, and kratom use. | Has never tried kratom or kava. | Kratom (no).
Does the patient use kratom: no. | Mitragynine: not detected. | UDS negative for kratom.
Denies any kratom or other drug use.
"""
OPEN = """
Has given up alcohol but not kratom. | Stopped drinking, not kratom.
Quit everything, just not the kratom. | She stopped alcohol; not kratom.
No alcohol, kratom at night. | No alcohol, kratom in the evening.
Not taking any other drugs, kratom. | Never smoked, kratom. | No drugs other than kratom.
No illicit drugs (kratom). | Has never used opioids, only kratom.
Taking sertraline, not kratom. | No kratom today. | No kratom left at home.
Denies daily kratom use. | Denies kratom withdrawal. | Not dependent on kratom.
Never tested positive for kratom. | No kratom use disorder.
Denies kratom but test positive. | Denied kratom initially, then admitted to daily use.
Kratom use denied by patient, suspected by wife. | No current use, history of kratom use.
Do not use kratom. | Advised not to take kratom. | Refused kratom tea.
Reports interest in kratom. | Was offered kratom tea, declined.
Uses coffee, declines kratom. | Currently avoiding kratom.
Using sertraline instead of kratom. | Taking buprenorphine rather than kratom.
Started buprenorphine for kratom. | On methadone after kratom. | Lecture on kratom.
Reports reading about kratom. | Read about kratom capsules online. | Uses kratom forums.
Kratom extract is banned in Tennessee. | Given number for kratom addiction hotline.
Kratom abuse screening done. | Discussed kratom tea. | Seized kratom powder from cellmate.
Agreed to quit kratom. | Tried to quit kratom. | Feels better when taking kratom.
Kratom dependence, ruled out. | Screened for kratom use disorder.
Stopped kratom for surgery. | Was taking kratom until 2019.
Started kratom in 2018, stopped in 2020. | Quit smoking, kratom now 10 g.
Off opioids, kratom 10 g/day. | Kratom stopped working.
Discontinued buprenorphine, kratom 10 g. | Stopped sertraline and kratom helps.
Off kratom she feels worse. | Quit kratom, restarted in June.
Does not tell her family about taking kratom. | Mother denies kratom.
Mom gives him kratom. | Takes her husband's kratom. | Maternal kratom use.
Newborn affected by maternal use of kratom.
Friend recommended kratom, now takes 5 g daily. | She and her husband take kratom.
"""
OF_OTHERS = """
Her brother uses kratom. | Lives with a friend who takes kratom.
Her son's kratom was found. | Family history of kratom dependence.
Says her mother takes kratom. | Reports a friend on kratom.
"""


@pytest.mark.parametrize(
    ("said", "means"),
    [
        *((one, Status.TAKEN) for one in sentences(TAKEN)),
        *((one, Status.STOPPED) for one in sentences(STOPPED)),
        *((one, Status.NOT_TAKEN) for one in sentences(NOT_TAKEN)),
        *((one, Status.UNCERTAIN) for one in sentences(OPEN)),
    ],
)
def test_a_word_counts_only_where_it_is_tied_to_the_name(said: str, means: Status) -> None:
    (match,) = found(said)
    assert (match.status, match.of_person) == (means, True)


@pytest.mark.parametrize("said", sentences(OF_OTHERS))
def test_somebody_else_is_the_subject_or_the_owner(said: str) -> None:
    (match,) = found(said)
    assert (match.status, match.of_person) == (Status.UNCERTAIN, False)


_DENIALS = ("denies {}", "no {}", "has never used {}", "does not take {}", "{}: none")
_ENDS = ("stopped {}", "quit {} in May", "no longer takes {}", "former {} user")
# What takes back, limits or doubts what is said, before or after.
_DOUBTS_BEFORE = ("if she ", "unless he ", "should have ", "hardly ever ", "her mother ")
_TAKEN_BACK = (
    *(" today", " but takes it again", ", restarted in June", " and daily", " every day"),
    *(" withdrawal", " except on weekends", "?", " again", " yet her test is positive"),
    *(", then relapsed", " that helps", ", admitted later"),
)
_LIMITED = (" for 3 days", " since Monday", " at home")


@pytest.mark.parametrize(
    "said",
    [
        *(before + way for before in _DOUBTS_BEFORE for way in _DENIALS[:4] + _ENDS),
        *(way + after for way in _DENIALS for after in (*_TAKEN_BACK, *_LIMITED)),
        *("stopped {}" + after for after in _TAKEN_BACK),
    ],
)
def test_a_doubtful_no_leaves_a_row(said: str) -> None:
    kept = found(said.format("kratom"))
    assert kept
    assert {one.status for one in kept} <= {Status.UNCERTAIN, Status.TAKEN}
    assert any(one.of_person for one in kept) or "mother" in said


@pytest.mark.parametrize("times", [1, 19, 20, 21, 200])
def test_what_stands_behind_a_template_is_read(times: int) -> None:
    text = "Denies kratom.\n" * times + "Takes kratom 10 g daily, in withdrawal when stopping."
    kept = found(text)
    assert len(kept) <= 20
    assert {one.status for one in kept} == {Status.NOT_TAKEN, Status.TAKEN}
    assert kept[-1].status is Status.TAKEN
    others = "Her brother takes kratom.\n" * times + "Asks about kratom."
    assert {one.of_person for one in found(others)} == {True, False}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Kratom powder, bought by neighbour Jane Doe 555-0100, see chart", "Kratom powder"),
        ("Jane Doe's kratom powder", "kratom powder"),
        ("Mitragyna speciosa (Kratom) 500 mg capsules", "Mitragyna speciosa (Kratom) 500 mg caps"),
        ("O.P.M.S. Gold  liquid shot", "O.P.M.S. Gold liquid shot"),
        ("KRATOM. Call 555-0100", "KRATOM"),
        ("Seen by Smith: maeng da 5 g, DOB 1957-04-03", "maeng da 5 g"),
        ("kratom UEI powder", "kratom UEI powder"),
    ],
)
def test_a_product_is_shown_with_its_form_and_nothing_else(text: str, shown: str) -> None:
    (match, *_) = product(text)
    assert match.words.startswith(shown)
    for private in ("Jane", "555", "neighbour", "Smith", "1957", "chart", "Call"):
        assert private not in match.words


@pytest.mark.parametrize("text", ["kratom (mother's)", "kratom, mother's"])
def test_a_product_of_somebody_else_is_not_taken_by_this_person(text: str) -> None:
    (match,) = product(text)
    assert (match.status, match.of_person) == (Status.UNCERTAIN, False)


@pytest.mark.parametrize("text", ["kratom, maternal", "maternal kratom", "kratom for mother"])
def test_a_product_perhaps_of_a_parent_is_open(text: str) -> None:
    (match,) = product(text)
    assert (match.status, match.of_person) == (Status.UNCERTAIN, True)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("7-OH 20 mg tabs daily from gas station", Status.TAKEN),
        ("Takes 7-hydroxy daily", Status.TAKEN),
        ("Takes 15 mg 7-OH daily", Status.TAKEN),
        ("7-OH tabs found", Status.UNCERTAIN),
    ],
)
def test_short_names_beside_an_amount_or_form_are_believed_a_little(
    text: str, status: Status
) -> None:
    (match,) = found(text)
    assert (match.status, match.confidence) == (status, Confidence.LOW)
    assert match.substance == "7-hydroxymitragynine"
    assert worth_reading(text)


@pytest.mark.parametrize(
    "text",
    [
        *[
            "Lives at 7 OH-127, Ohio",
            "7-OH-DHEA 0.3 ng/mL",
            "7-OH quetiapine 300 mg",
            "At 7 oh dear",
        ],
        *["17-OH progesterone 20 mg", "7-hydroxy methotrexate daily", "7-OH 20 mg/dL", "No 7 OH"],
    ],
)
def test_short_names_alone_stay_out_of_notes(text: str) -> None:
    assert found(text) == ()


@pytest.mark.parametrize(
    "text", ["Kratomkonsum", "Kratomabhängigkeit", "kratomu", "kratom_powder", "Kratomleaf"]
)
def test_inflected_and_joined_names_are_found(text: str) -> None:
    assert found(text)
    assert worth_reading(text)


_WORDS = st.sampled_from(
    [
        *("denies", "no", "not", "never", "takes", "stopped", "quit", "off", "if", "mother", "her"),
        *("who", "and", "or", ",", ":", "(", ")", "daily", "5", "g", "for", "alcohol", "on", "has"),
        *("reports", "history", "of", "use", "until", "previously", "kratom", "given", "up", "is"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_WORDS, max_size=8), st.lists(_WORDS, max_size=6))
def test_any_row_of_words_is_judged(before: list[str], after: list[str]) -> None:
    text = " ".join((*before, "kratom", *after))
    for one in named_in(text, names_what_is_taken=False):
        assert one.because
        assert one.of_person or one.status is Status.UNCERTAIN
        if one.status in {Status.TAKEN, Status.STOPPED, Status.NOT_TAKEN}:
            assert len(text.split()) > 1


def test_every_plain_no_and_end_is_one() -> None:
    for way, end in itertools.product(_DENIALS, ("", ".", ", sleeps well")):
        (match,) = found(way.format("kratom") + end)
        assert match.status is Status.NOT_TAKEN, way
    for way in _ENDS:
        assert found(way.format("kratom"))[0].status is Status.STOPPED, way
