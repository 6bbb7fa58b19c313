"""The published check of the update by levels, in small."""

from __future__ import annotations

from calibration import level_update
from speciosa.knowledge import load


def test_narrowed_intervals_hold_the_truth_of_simulated_people():
    found = list(level_update.rows(people=40, subjects=200))
    assert len(found) == len(level_update.DESIGNS)
    for row in found:
        # 90 % of 40, less three standard errors.
        assert row.coverage >= 0.75
        assert row.refused <= 4
        assert row.fold_after < row.fold_before


def test_the_published_page_is_of_these_draws_and_lists_every_design():
    text = level_update.PAGE.read_text(encoding="utf-8")
    assert level_update.made_with(load()) in text
    for design, _ in level_update.DESIGNS:
        assert f"| {design} |" in text
