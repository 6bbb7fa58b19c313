"""The examples of the repository, assessed and rendered: what readers will really see."""

from __future__ import annotations

import io
import re
from functools import cache
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from speciosa.assessment import Assessment, assess
from speciosa.case import read_case_text
from speciosa.report import html, terminal
from speciosa.report.json import encode
from speciosa.report.references import Bibliography

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.yaml"))
every_example = pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)


@cache
def assessed(path: Path) -> Assessment:
    return assess(read_case_text(path.read_text(encoding="utf-8")), subjects=40)


@every_example
def test_an_example_reads_well_on_the_terminal(path: Path) -> None:
    stream = io.StringIO()
    terminal.render(assessed(path), Console(file=stream, width=100))
    lines = stream.getvalue().splitlines()
    assert max(map(cell_len, lines)) <= terminal.WIDTH
    assert assessed(path).urgent.headline[:60] in " ".join(lines[1:6])
    assert not [line for line in lines if re.search(r"\bnan\b|\binf\b|\.\.$| \.$", line)]
    first_screen = next(i for i, line in enumerate(lines) if "Severity of anxiety" in line)
    assert first_screen <= 62


@every_example
def test_an_example_becomes_a_sound_page(path: Path) -> None:
    page = html.render(assessed(path))
    urgent = re.sub(r"<[^>]*>", "", page[page.index('id="urgent"') : page.index('id="summary"')])
    for contact in assessed(path).urgent.contacts:
        assert contact.number in urgent
    assert not re.search(r">\s*(None|nan|inf|\(\)|\[\])\s*<|Undefined|object at 0x", page)
    assert page == html.render(assessed(path))


@every_example
def test_an_example_cites_nothing_it_does_not_deliver(path: Path) -> None:
    titles = [entry.title for entry in Bibliography(assessed(path)).entries]
    assert not [title for title in titles if "not delivered" in title]
    encode(assessed(path))
