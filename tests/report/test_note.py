"""The note to copy: urgent first, cited, short, and never reassuring."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from speciosa.assessment import Assessment, assess
from speciosa.case import parse_case, read_case_bytes
from speciosa.finding import Severity, Tone
from speciosa.report import note, outline

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))


@pytest.fixture(scope="module")
def assessments() -> dict[str, Assessment]:
    return {path.stem: assess(read_case_bytes(path.read_bytes()), subjects=20) for path in EXAMPLES}


def test_every_example_gives_a_short_plain_note(assessments: dict[str, Assessment]) -> None:
    for name, assessment in assessments.items():
        text = note.render(assessment)
        assert len(text) < 13_000, name
        assert "<" not in text.replace("<=", ""), name
        assert text.endswith("\n")
        assert not any(line != line.rstrip() for line in text.splitlines()), name
        assert text == note.render(assessment)


def test_what_is_urgent_stands_first(assessments: dict[str, Assessment]) -> None:
    for assessment in assessments.values():
        title, blank, first, *_ = note.render(assessment).splitlines()
        assert title.startswith(f"Speciosa assessment of {assessment.date}")
        assert blank == ""
        assert assessment.urgent.headline in first


def test_in_a_crisis_the_numbers_stand_in_it(assessments: dict[str, Assessment]) -> None:
    text = note.render(assessments["crisis_plan_and_leaf"])
    assert "116 123" in text
    assert text.index("116 123") < text.index("SEVERITY")


def test_nothing_in_it_reassures(assessments: dict[str, Assessment]) -> None:
    for assessment in assessments.values():
        text = note.render(assessment)
        findings = [
            finding
            for section in (assessment.urgent, assessment.severity, assessment.interactions)
            for finding in section.findings
        ]
        for finding in findings:
            if finding.tone is Tone.REASSURING:
                assert finding.text not in text
        assert "no kratom is recommended" in text


def test_every_reference_number_is_listed_with_its_source(
    assessments: dict[str, Assessment],
) -> None:
    for assessment in assessments.values():
        body, _, sources = note.render(assessment).partition("SOURCES (")
        listed = {int(n) for n in re.findall(r"^\[(\d+)\] \S", sources, re.MULTILINE)}
        for marks in re.findall(r" \[([\d†, -]+)\]$", body, re.MULTILINE):
            for part in marks.replace("†", "").split(", "):
                low, _, high = part.partition("-")
                assert set(range(int(low), int(high or low) + 1)) <= listed
        if "†" in body:
            assert "† " in sources


def test_the_worst_interactions_are_told_and_the_others_counted(
    assessments: dict[str, Assessment],
) -> None:
    assessment = assessments["fifteen_medicines"]
    text = note.render(assessment)
    rows = sorted(assessment.interactions.rows, key=lambda row: row.severity.rank)
    grave = [row for row in rows if row.severity.rank <= Severity.MAJOR.rank]
    assert len(grave) > 8
    assert sum(row.sentence in text for row in grave) >= 8
    assert f"{len(grave) - 8} MORE OF MAJOR SEVERITY OR WORSE IN THE REPORT: Interactions." in text
    assert "NOT CHECKED: calm and sleep gummies" in text


def test_a_name_from_outside_cannot_break_the_lines() -> None:
    name = "evil\nALL CLEAR: nothing to worry about\x1b[2J\tname"
    case = parse_case({"date": "2026-11-22", "medicines": [{"name": "placeholder"}]})
    assessment = assess(case, subjects=20)
    unchecked = tuple(
        msgspec.structs.replace(one, name=name) for one in assessment.interactions.not_checked
    )
    assert unchecked
    interactions = msgspec.structs.replace(assessment.interactions, not_checked=unchecked)
    text = note.render(msgspec.structs.replace(assessment, interactions=interactions))
    assert "\x1b" not in text
    assert not any(line.startswith("ALL CLEAR") for line in text.splitlines())


def test_what_is_grave_is_told_or_counted_with_its_section(
    assessments: dict[str, Assessment],
) -> None:
    for name, assessment in assessments.items():
        body, _, _ = note.render(assessment).partition("SOURCES (")
        grave = outline.grave_findings(assessment)
        left_out = Counter(title for title, finding in grave if finding.text not in body)
        counted = re.search(r"^- (\d+) MORE OF MAJOR .* by section: (.*)\.$", body, re.MULTILINE)
        assert counted is not None, name
        assert int(counted[1]) == left_out.total(), name
        places = dict(place.rsplit(" ", 1) for place in counted[2].split(", "))
        assert {title: int(count) for title, count in places.items()} == dict(left_out), name


def test_grave_findings_are_looked_for_in_every_section(
    assessments: dict[str, Assessment],
) -> None:
    found = {title for a in assessments.values() for title, _ in outline.grave_findings(a)}
    assert {"Severity of anxiety", "Kratom use", "Side effects", "Evidence", "Care plan"} <= found


def test_the_gravest_warnings_about_the_person_are_told_in_words(
    assessments: dict[str, Assessment],
) -> None:
    told = note.render(assessments["seven_oh_tablets_with_oxycodone"])
    assert "exclude serotonin toxicity before calling it anxiety" in told
    assert "do not label new generalized anxiety" in told
    assert "Safety rules that apply: Suicide risk; Kratom with an opioid" in told
    assert "PHQ-9 item 9 (suicidal thoughts) was not answered" in note.render(
        assessments["adolescent_extract"]
    )


def test_it_points_at_nothing_that_it_does_not_hold(assessments: dict[str, Assessment]) -> None:
    for name, assessment in assessments.items():
        text = note.render(assessment)
        assert "are below" not in text, name
        assert "first part of this assessment" not in text, name
        if "danger questions above" in text:
            assert "STILL TO ASK" in text, name
        for question in assessment.urgent.ask_now:
            assert question in text, name
        if "numbers to call stand above" in text:
            assert all(contact.number in text for contact in assessment.urgent.contacts), name


def test_what_is_not_known_is_said_before_what_to_do_about_it(
    assessments: dict[str, Assessment],
) -> None:
    text = note.render(assessments["liver_signal"])
    assert "\n- Harm to an unborn or breast-fed child cannot be ruled out. Ask about" in text
