"""The page on the engine tells the truth: its model reads, and its code runs."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

PAGE = (Path(__file__).parents[2] / "docs/engine.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.M | re.S)
    return found


def test_the_code_of_the_page_runs(capsys):
    pytest.importorskip("antimony")
    known = {"text": block("text")}
    exec(block("python"), known)  # noqa: S102 - our own page
    curves = known["result"]["Cc"]
    assert curves.shape == (3, 3)
    assert np.all(np.diff(curves[:, 0]) < 0)  # more volume, lower level
    assert capsys.readouterr().out
    assert "# Model `example`" in known["page"]
    assert "<event" in known["sbml"]
