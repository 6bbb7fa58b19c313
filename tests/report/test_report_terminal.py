"""The terminal report: one screen to act on, readable without colour, safe against its input."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from rich.cells import cell_len
from rich.console import Console
from tests.report import made_up

from speciosa.assessment import Assessment
from speciosa.clinical.safety.result import UrgentStatus
from speciosa.finding import Severity
from speciosa.report import terminal
from speciosa.report.words import SEVERITY

replace = made_up.replace

EVERY = [made_up.full, made_up.bare, made_up.hostile, lambda: made_up.marked()[0]]


def lines_of(assessment: Assessment, width: int = 100) -> list[str]:
    stream = io.StringIO()
    terminal.render(assessment, Console(file=stream, width=width))
    return stream.getvalue().splitlines()


@pytest.mark.parametrize("make", EVERY)
@pytest.mark.parametrize("width", [60, 80, 100, 220])
def test_no_line_is_wider_than_the_console_or_100_columns(
    make: Callable[[], Assessment], width: int
) -> None:
    assert max(map(cell_len, lines_of(make(), width))) <= min(width, terminal.WIDTH)


def test_the_first_screen_holds_what_a_clinician_needs_in_twenty_seconds() -> None:
    screen = "\n".join(lines_of(made_up.full())[:36])
    for needed in (
        "ACT THE SAME DAY", "988", "Severe anxiety by GAD-7", "16 of 21", "Using now",
        "Alprazolam and kratom both", "kratom + quetiapine", "kratom + sertraline", "Not checked",
        "from age 21", "Assess suicide risk today", "labs.alt",
    ):  # fmt: skip
        assert needed in screen
    assert "── Danger signs" not in screen.split("Missing")[0]


@pytest.mark.parametrize("status", UrgentStatus)
def test_danger_comes_before_everything_else_and_with_its_contacts(status: UrgentStatus) -> None:
    assessment = made_up.with_urgent(status)
    lines = lines_of(assessment)
    text = "\n".join(lines)
    assert assessment.urgent.headline in "\n".join(lines[1:3])
    for contact in assessment.urgent.contacts:
        assert text.index(contact.number) < text.index("At a glance")


@pytest.mark.parametrize("status", [UrgentStatus.NOT_ASSESSED, UrgentStatus.NONE_FOUND])
def test_a_quiet_status_says_what_it_does_not_show(status: UrgentStatus) -> None:
    screen = "\n".join(lines_of(made_up.with_urgent(status))[:5])
    caveat = {
        UrgentStatus.NOT_ASSESSED: "Not asked is not the same as absent",
        UrgentStatus.NONE_FOUND: "Among the signs that were asked about",
    }[status]
    assert caveat in screen


def test_a_number_nobody_checked_is_marked_and_a_checked_one_is_not() -> None:
    lines = lines_of(made_up.full())
    (poison,) = [line for line in lines if "1-800-222-1222" in line]
    (lifeline,) = [line for line in lines if "(call or text): 988" in line]
    assert "not checked" in poison
    assert "not checked" not in lifeline


def test_every_severity_has_a_word_and_a_shape_of_its_own() -> None:
    assert set(SEVERITY) == set(Severity)
    assert len({mark.word for mark in SEVERITY.values()}) == len(Severity)
    assert len({mark.shape for mark in SEVERITY.values()}) == len(Severity)


def test_a_rule_that_cannot_be_decided_is_never_shown_as_if_it_held() -> None:
    lines = lines_of(made_up.full())
    (rule,) = [line for line in lines if "SR-PREG-01" in line]
    assert rule.startswith("?  Ask")
    assert "Major" not in rule


def test_the_text_says_the_same_without_colour() -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=100, force_terminal=True, color_system="truecolor")
    terminal.render(made_up.full(), console)
    coloured = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())
    assert "\x1b[" in stream.getvalue()
    assert coloured.splitlines() == lines_of(made_up.full())


@pytest.mark.parametrize("make", [made_up.full, made_up.hostile])
def test_a_console_that_is_not_utf_8_gets_ascii(make: Callable[[], Assessment]) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="cp1252", errors="strict")
    terminal.render(make(), Console(file=stream, width=100, legacy_windows=False))
    stream.flush()
    assert raw.getvalue().isascii()
    if make is made_up.full:
        assert b"Seizure" not in raw.getvalue()
        assert b"! ACT THE SAME DAY" in raw.getvalue()


def test_hostile_text_can_neither_steer_the_terminal_nor_become_markup() -> None:
    text = "\n".join(lines_of(made_up.hostile()))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert "[bold red]not" in text
    assert "[31m" not in text
    assert "owned" not in text


def test_the_same_assessment_gives_the_same_text() -> None:
    assert lines_of(made_up.full()) == lines_of(made_up.full())


def test_unverified_facts_carry_a_dagger_that_is_explained() -> None:
    text = "\n".join(lines_of(made_up.full()))
    assert re.search(r"\[\d+†\]", text)
    assert "† The value was not checked against a source" in text
