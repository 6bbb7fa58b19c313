"""An assessment reads pools as data: it must not load what only pooling needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROBE = """
import sys
from speciosa.cli import main
sys.stdout.write("")
try:
    main()
except SystemExit as done:
    assert not done.code, done.code
assert "speciosa.assessment" in sys.modules, "nothing was assessed"
only_for_pooling = {"scipy.stats", "scipy.optimize", "statsmodels", "pandas"}
print(sorted(only_for_pooling & set(sys.modules)), file=sys.stderr)
"""


@pytest.mark.parametrize("form", ["json", "text"])
def test_an_assessment_loads_nothing_that_only_pooling_needs(form: str):
    example = ROOT / "examples" / "daily_leaf_two_years.yaml"
    done = subprocess.run(
        [sys.executable, "-c", PROBE, "assess", str(example), "--format", form],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "[]"
