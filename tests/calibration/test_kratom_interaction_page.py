"""The page about kratom's interactions: it is the product that it shows."""

from __future__ import annotations

import re

import pytest
from calibration.validate_kratom_interactions import PROBES, TOP, main, page

from speciosa.knowledge import load


@pytest.fixture(scope="module")
def text() -> str:
    return page(load())


def lines_of(text: str, title: str) -> list[list[str]]:
    """The cells of the first table under a title, without its head."""
    part = text.split(f"## {title}")[1].split("\n## ", maxsplit=1)[0]
    table = [line for line in part.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return [row for row in rows[2:] if len(row) == len(rows[0])]


def middle(cell: str) -> float:
    return float(cell.split(maxsplit=1)[0].replace(",", ""))


def test_what_was_seen_stands_beside_what_is_predicted(text: str) -> None:
    rows = {row[0]: row for row in lines_of(text, "One study in people")}
    area = rows["midazolam, area with tea over without"]
    assert area[1] == "1.39 (1.23 to 1.57)"
    assert 1.23 < middle(area[2]) < 1.57
    assert 1.23 < middle(area[3]) < 1.57
    half_life = rows["midazolam, half-life with tea over without"]
    assert 0.98 < middle(half_life[2]) < 1.17
    assert "5.69" in text


def test_the_ranking_descends_and_stays_below_the_ceilings(text: str) -> None:
    rows = lines_of(text, "Medicines that kratom changes most")
    assert len(rows) == TOP
    medians = [middle(row[2]) for row in rows]
    assert medians == sorted(medians, reverse=True)
    names = [row[0] for row in rows]
    for name in ("buspirone", "quetiapine", "triazolam", "simvastatin", "felodipine"):
        assert name in names
    for row in rows:
        for shown, ceiling in ((row[2], row[3]), (row[4], row[5])):
            high = float(re.search(r"to ([\d.,]+)", shown)[1].replace(",", ""))  # type: ignore[index]
            assert high <= float(ceiling.replace(",", "")) * 1.01


def test_the_shortcut_and_the_assumptions_are_shown(text: str) -> None:
    for row in lines_of(text, "The shortcut beside the full simulation"):
        assert middle(row[4]) == pytest.approx(1.0, abs=0.05)
    assert len(lines_of(text, "What rests on assumptions")[0]) == 1 + 2 * len(PROBES)
    assert "Not validated at all" in text
    assert "extrapolation" in text


def test_the_page_is_printed_and_not_written_unless_asked(monkeypatch, capsys, tmp_path) -> None:
    target = tmp_path / "page.md"
    monkeypatch.setattr("calibration.validate_kratom_interactions.DOC", target)
    monkeypatch.setattr("calibration.validate_kratom_interactions.page", lambda _: "text\n")
    monkeypatch.setattr("sys.argv", ["validate"])
    main()
    assert not target.exists()
    assert capsys.readouterr().out == "text\n"
    monkeypatch.setattr("sys.argv", ["validate", "--write"])
    main()
    assert target.read_text(encoding="utf-8") == "text\n"
