"""Long work says how far it is, how fast, and how long it takes still; on standard error alone."""

from __future__ import annotations

import re

import pytest

from speciosa.cli import rate


@pytest.mark.parametrize(
    ("per_second", "unit", "words"),
    [
        (12_300_000, "B", "12.3 MB/s"),
        (2.5e9, "B", "2.5 GB/s"),
        (1234, "B", "1.23 kB/s"),
        (0.5, "shards", "0.5 shards/s"),
        (0, "B", "0 B/s"),
    ],
)
def test_rates_in_words(per_second: float, unit: str, words: str) -> None:
    assert rate.said(per_second, unit) == words


def test_short_work_is_not_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    with rate.rates() as begin:
        told = begin("look", "B")
        for done in range(5):
            told(done, 4)
    assert capsys.readouterr() == ("", "")


def test_long_work_is_told_of_without_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 0.0, 10.0, 50.0, 60.0, 90.0])
    monkeypatch.setattr("speciosa.cli.rate.time.monotonic", lambda: next(clock))
    with rate.rates() as begin:
        told = begin("gather", "B")
        told(100, 1000)  # of an earlier run: no rate of this one
        told(500, 1000)
        told(600, 1000)
        told(1000, 1000)
    out, said = capsys.readouterr()
    assert out == ""
    lines = said.splitlines()
    assert len(lines) == 1, "not more often than every half a minute"
    assert re.fullmatch(r"gather: 50 % \(8 B/s, about 62 s left\)", lines[0])
