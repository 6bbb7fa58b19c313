"""A word to who waits long, and none to who does not."""

from __future__ import annotations

import time

import pytest

from speciosa.cli.patience import WORDS, patience


def test_long_work_is_explained_once_on_standard_error(capsys):
    with patience(0.01):
        time.sleep(0.2)
    said = capsys.readouterr()
    assert said.err == f"{WORDS}\n"
    assert said.out == ""


def test_short_work_and_failed_work_stay_silent(capsys):
    with patience(0.2):
        pass
    with pytest.raises(RuntimeError, match="inside"), patience(0.2):
        raise RuntimeError("inside")
    time.sleep(0.4)
    assert capsys.readouterr().err == ""
